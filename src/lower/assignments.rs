//! Assignments and patterns: what goes into which variable, field or element.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty,
    AssignmentTargetRest, BindingPattern, BindingRestElement, Expression, MemberExpression, ObjectAssignmentTarget,
    SimpleAssignmentTarget, UpdateExpression,
};
use oxc_span::GetSpan;
use oxc_syntax::operator::AssignmentOperator;

use super::Lower;
use super::expressions::binary;
use super::functions::This;
use crate::graph::{JoinKind, Key, Name, Op, Operator, ValueId};

impl<'a> Lower<'a> {
    /// The value of an initialiser; a function without a name gets that of the variable.
    pub(super) fn named(&mut self, init: &Expression<'a>, pattern: &BindingPattern<'a>) -> Option<ValueId> {
        let name = pattern.get_binding_identifier().map(|id| self.scopes.intern(id.name));
        self.named_as(init, name)
    }

    fn named_as(&mut self, value: &Expression<'a>, name: Option<Name>) -> Option<ValueId> {
        if matches!(value, Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)) {
            self.function_value(value, name, This::Unknown)
        } else {
            self.expr(value)
        }
    }

    /// Puts a value into the variables of a declaration. `init`: they come to be by it.
    pub(super) fn bind(&mut self, value: Option<ValueId>, pattern: &BindingPattern<'a>, init: bool) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let symbol = self.binding(id);
                self.copy(value, symbol, (init, id.span.start));
            }
            BindingPattern::ObjectPattern(o) => {
                for property in &o.properties {
                    let key = self.property_key(&property.key);
                    let part = self.load(value, key, property.span.start);
                    self.bind(Some(part), &property.value, init);
                }
                if let Some(rest) = &o.rest {
                    self.bind_rest(value, rest, init);
                }
            }
            BindingPattern::ArrayPattern(a) => {
                for (index, element) in a.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = self.load(value, Key::index(index), element.span().start);
                        self.bind(Some(part), element, init);
                    }
                }
                if let Some(rest) = &a.rest {
                    self.bind_rest(value, rest, init);
                }
            }
            BindingPattern::AssignmentPattern(p) => {
                let default = self.named(&p.right, &p.left);
                let value = self.or_default(value, default, p.span.start);
                self.bind(Some(value), &p.left, init);
            }
        }
    }

    pub(super) fn or_default(&mut self, left: Option<ValueId>, right: Option<ValueId>, at: u32) -> ValueId {
        self.push(Op::Join { left, right, how: JoinKind::Default }, at)
    }

    fn bind_rest(&mut self, value: Option<ValueId>, rest: &BindingRestElement<'a>, init: bool) {
        let object = self.rest_of(value, rest.span.start);
        self.bind(Some(object), &rest.argument, init);
    }

    /// A new object with what is left of `value`.
    fn rest_of(&mut self, value: Option<ValueId>, at: u32) -> ValueId {
        let object = self.push(Op::Object, at);
        if let Some(from) = value {
            self.push(Op::Spread { from, into: object }, at);
        }
        object
    }

    pub(super) fn assignment(&mut self, a: &AssignmentExpression<'a>) -> Option<ValueId> {
        if a.operator == AssignmentOperator::Assign {
            let name = match &a.left {
                AssignmentTarget::AssignmentTargetIdentifier(id) => Some(self.scopes.intern(id.name)),
                AssignmentTarget::StaticMemberExpression(m) => Some(self.scopes.intern(m.property.name)),
                _ => None,
            };
            let value = self.named_as(&a.right, name);
            self.assign(value, &a.left);
            return value;
        }
        let Some(target) = a.left.as_simple_assignment_target() else { return self.expr(&a.right) };
        let place = self.place(target);
        let left = self.read(place, a.span.start);
        if let Some(how) = logical(a.operator) {
            let (other, after) = (self.builder.block(), self.builder.block());
            if how == JoinKind::And {
                self.builder.branch(left, other, after);
            } else {
                self.builder.branch(left, after, other);
            }
            self.builder.start(other);
            let right = self.expr(&a.right);
            self.write(place, right, a.span.start);
            self.builder.goto(after);
            self.builder.start(after);
            return Some(self.push(Op::Join { left, right, how }, a.span.start));
        }
        let right = self.expr(&a.right);
        let operator = a.operator.to_binary_operator().map_or(Operator::Arithmetic, binary);
        let value = self.push(Op::Operate { operator, left, right }, a.span.start);
        self.write(place, Some(value), a.span.start);
        Some(value)
    }

    pub(super) fn update(&mut self, u: &UpdateExpression<'a>) -> ValueId {
        let place = self.place(&u.argument);
        let left = self.read(place, u.span.start);
        let value = self.push(Op::Operate { operator: Operator::Update, left, right: None }, u.span.start);
        self.write(place, Some(value), u.span.start);
        value
    }

    pub(super) fn assign(&mut self, value: Option<ValueId>, target: &AssignmentTarget<'a>) {
        match target {
            AssignmentTarget::ObjectAssignmentTarget(o) => self.assign_object(value, o),
            AssignmentTarget::ArrayAssignmentTarget(a) => {
                for (index, element) in a.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = self.load(value, Key::index(index), element.span().start);
                        self.assign_or_default(part, element);
                    }
                }
                if let Some(rest) = &a.rest {
                    self.assign_rest(value, rest);
                }
            }
            other => {
                if let Some(target) = other.as_simple_assignment_target() {
                    let place = self.place(target);
                    self.write(place, value, target.span().start);
                }
            }
        }
    }

    fn assign_object(&mut self, value: Option<ValueId>, o: &ObjectAssignmentTarget<'a>) {
        for property in &o.properties {
            match property {
                AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(p) => {
                    let key = Key::name(self.scopes.intern(p.binding.name));
                    let mut part = self.load(value, key, p.span.start);
                    if let Some(init) = &p.init {
                        let default = self.expr(init);
                        part = self.or_default(Some(part), default, p.span.start);
                    }
                    let symbol = self.reference(&p.binding);
                    self.copy(Some(part), symbol, (false, p.span.start));
                }
                AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                    let key = self.property_key(&p.name);
                    let part = self.load(value, key, p.span.start);
                    self.assign_or_default(part, &p.binding);
                }
            }
        }
        if let Some(rest) = &o.rest {
            self.assign_rest(value, rest);
        }
    }

    fn assign_rest(&mut self, value: Option<ValueId>, rest: &AssignmentTargetRest<'a>) {
        let object = self.rest_of(value, rest.span.start);
        self.assign(Some(object), &rest.target);
    }

    fn assign_or_default(&mut self, value: ValueId, target: &AssignmentTargetMaybeDefault<'a>) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(d) => {
                let default = self.expr(&d.init);
                let value = self.or_default(Some(value), default, d.span.start);
                self.assign(Some(value), &d.binding);
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign(Some(value), target);
                }
            }
        }
    }

    /// Where a simple target writes to; object and key are evaluated once.
    fn place(&mut self, target: &SimpleAssignmentTarget<'a>) -> Place {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => Place::Variable(self.reference(id)),
            other => match (other.as_member_expression(), other.get_expression()) {
                (Some(member), _) => self.member_place(member),
                (None, Some(Expression::Identifier(id))) => Place::Variable(self.reference(id)),
                (None, Some(inner)) => match inner.as_member_expression() {
                    Some(member) => self.member_place(member),
                    None => Place::Nothing,
                },
                (None, None) => Place::Nothing,
            },
        }
    }

    fn member_place(&mut self, member: &MemberExpression<'a>) -> Place {
        let object = self.expr(member.object());
        Place::Field(object, self.member_key(member))
    }

    fn read(&mut self, place: Place, at: u32) -> Option<ValueId> {
        match place {
            Place::Variable(symbol) => Some(symbol),
            Place::Field(object, key) => Some(self.load(object, key, at)),
            Place::Nothing => None,
        }
    }

    fn write(&mut self, place: Place, value: Option<ValueId>, at: u32) {
        match place {
            Place::Variable(symbol) => self.copy(value, symbol, (false, at)),
            Place::Field(object, key) => self.store(object, (key, value), at),
            Place::Nothing => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Place {
    Variable(ValueId),
    Field(Option<ValueId>, Key),
    Nothing,
}

fn logical(operator: AssignmentOperator) -> Option<JoinKind> {
    match operator {
        AssignmentOperator::LogicalAnd => Some(JoinKind::And),
        AssignmentOperator::LogicalOr => Some(JoinKind::Or),
        AssignmentOperator::LogicalNullish => Some(JoinKind::Coalesce),
        _ => None,
    }
}
