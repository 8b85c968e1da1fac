//! Assignments and patterns: what goes into which variable, field or element.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern,
    Expression, IdentifierReference, ObjectAssignmentTarget, SimpleAssignmentTarget, UpdateExpression,
};
use oxc_span::GetSpan;
use oxc_syntax::operator::AssignmentOperator;

use super::Lower;
use super::expressions::{binary, is_pure};
use super::functions::This;
use crate::graph::{JoinKind, Key, Name, Op, Operator, ValueId};

/// An array of which only the elements are known that flow into it.
const LIST: Op = Op::Array { length: 0, plain: false };

impl<'a> Lower<'a> {
    /// The name that a function gets from the variable that it is written into.
    pub(super) fn name_for(&mut self, init: &Expression<'a>, pattern: &BindingPattern<'a>) -> Option<Name> {
        let id = pattern.get_binding_identifier().filter(|_| takes_name(init));
        id.map(|id| self.scopes.intern(id.name))
    }

    /// A value; a function or class without a name gets this one.
    pub(super) fn named_as(&mut self, value: &Expression<'a>, name: Option<Name>) -> Option<ValueId> {
        match value {
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
                self.function_value(value, name, This::Unknown)
            }
            Expression::ClassExpression(c) => Some(self.class(c, name)),
            _ => self.expr(value),
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
                    let left = self.rest_of(value, (Op::Object, rest.span.start));
                    self.bind(Some(left), &rest.argument, init);
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
                    let left = self.rest_of(value, (LIST, rest.span.start));
                    self.bind(Some(left), &rest.argument, init);
                }
            }
            BindingPattern::AssignmentPattern(p) => {
                let name = self.name_for(&p.right, &p.left);
                let value = self.or_default(value, (&p.right, name), p.span.start);
                self.bind(Some(value), &p.left, init);
            }
        }
    }

    /// A value, or where it is missing a default, which is evaluated only then; `name` is what a function would be called.
    pub(super) fn or_default(
        &mut self,
        left: Option<ValueId>,
        (init, name): (&Expression<'a>, Option<Name>),
        at: u32,
    ) -> ValueId {
        let right = if is_pure(init) {
            self.named_as(init, name)
        } else {
            let after = self.second(left, (JoinKind::Default, at));
            let right = self.named_as(init, name);
            self.builder.goto(after);
            self.builder.start(after);
            right
        };
        self.push(Op::Join { left, right, how: JoinKind::Default }, at)
    }

    /// A new object or array with what is left of `value`.
    fn rest_of(&mut self, value: Option<ValueId>, (op, at): (Op, u32)) -> ValueId {
        let rest = self.push(op, at);
        if let Some(from) = value {
            self.push(Op::Spread { from, into: rest }, at);
        }
        rest
    }

    pub(super) fn assignment(&mut self, a: &AssignmentExpression<'a>) -> Option<ValueId> {
        let Some(target) = a.left.as_simple_assignment_target() else {
            let value = self.expr(&a.right);
            self.assign(value, &a.left);
            return value;
        };
        let name = match target {
            _ if !takes_name(&a.right) => None,
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => Some(self.scopes.intern(id.name)),
            SimpleAssignmentTarget::StaticMemberExpression(m) => Some(self.scopes.intern(m.property.name)),
            _ => None,
        };
        let place = self.place(target);
        if a.operator == AssignmentOperator::Assign {
            let value = self.named_as(&a.right, name);
            self.write(&place, value, a.span.start);
            return value;
        }
        let left = self.read(&place, a.span.start);
        if let Some(how) = logical(a.operator) {
            let after = self.second(left, (how, a.span.start));
            let right = self.named_as(&a.right, name);
            self.write(&place, right, a.span.start);
            self.builder.goto(after);
            self.builder.start(after);
            return Some(self.push(Op::Join { left, right, how }, a.span.start));
        }
        let right = self.expr(&a.right);
        let operator = a.operator.to_binary_operator().map_or(Operator::Arithmetic, binary);
        let value = self.push(Op::Operate { operator, left, right }, a.span.start);
        self.write(&place, Some(value), a.span.start);
        Some(value)
    }

    pub(super) fn update(&mut self, u: &UpdateExpression<'a>) -> ValueId {
        let place = self.place(&u.argument);
        let left = self.read(&place, u.span.start);
        let value = self.push(Op::Operate { operator: Operator::Update, left, right: None }, u.span.start);
        self.write(&place, Some(value), u.span.start);
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
                    let left = self.rest_of(value, (LIST, rest.span.start));
                    self.assign(Some(left), &rest.target);
                }
            }
            other => {
                if let Some(target) = other.as_simple_assignment_target() {
                    let place = self.place(target);
                    self.write(&place, value, target.span().start);
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
                        part = self.or_default(Some(part), (init, key.as_name()), p.span.start);
                    }
                    let place = self.variable(&p.binding);
                    self.write(&place, Some(part), p.span.start);
                }
                AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                    let key = self.property_key(&p.name);
                    let part = self.load(value, key, p.span.start);
                    self.assign_or_default(part, &p.binding);
                }
            }
        }
        if let Some(rest) = &o.rest {
            let left = self.rest_of(value, (Op::Object, rest.span.start));
            self.assign(Some(left), &rest.target);
        }
    }

    fn assign_or_default(&mut self, value: ValueId, target: &AssignmentTargetMaybeDefault<'a>) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(d) => {
                let name = match &d.binding {
                    _ if !takes_name(&d.init) => None,
                    AssignmentTarget::AssignmentTargetIdentifier(id) => Some(self.scopes.intern(id.name)),
                    _ => None,
                };
                let value = self.or_default(Some(value), (&d.init, name), d.span.start);
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
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = target {
            return self.variable(id);
        }
        let inner = target.get_expression().map(Expression::get_inner_expression);
        match (target.as_member_expression().or_else(|| inner?.as_member_expression()), inner) {
            (Some(member), _) => {
                let object = self.expr(member.object());
                Place::Field(object, self.member_key(member))
            }
            (None, Some(Expression::Identifier(id))) => self.variable(id),
            (None, Some(other)) => {
                self.expr(other);
                Place::Nothing
            }
            (None, None) => Place::Nothing,
        }
    }

    fn variable(&mut self, id: &IdentifierReference<'a>) -> Place {
        let symbol = self.resolve(id);
        let fields = self.maybe_fields(id);
        if fields.is_empty() {
            return Place::Variable(symbol);
        }
        Place::OneOf(symbol, fields, Key::name(self.scopes.intern(id.name)))
    }

    fn read(&mut self, place: &Place, at: u32) -> Option<ValueId> {
        match place {
            Place::Variable(symbol) | Place::OneOf(symbol, ..) => Some(*symbol),
            Place::Field(object, key) => Some(self.load(*object, *key, at)),
            Place::Nothing => None,
        }
    }

    fn write(&mut self, place: &Place, value: Option<ValueId>, at: u32) {
        match place {
            Place::Variable(symbol) => self.copy(value, *symbol, (false, at)),
            Place::Field(object, key) => self.store(*object, (*key, value), at),
            Place::OneOf(symbol, objects, key) => {
                for object in objects {
                    self.store(Some(*object), (*key, value), at);
                }
                self.copy(value, *symbol, (false, at));
            }
            Place::Nothing => {}
        }
    }
}

enum Place {
    Variable(ValueId),
    Field(Option<ValueId>, Key),
    /// Inside of `with`: a variable, or a field of one of these objects.
    OneOf(ValueId, Vec<ValueId>, Key),
    Nothing,
}

/// Whether a value without a name gets that of the variable or field that it is written into.
fn takes_name(value: &Expression<'_>) -> bool {
    value.is_function() || matches!(value, Expression::ClassExpression(_))
}

fn logical(operator: AssignmentOperator) -> Option<JoinKind> {
    match operator {
        AssignmentOperator::LogicalAnd => Some(JoinKind::And),
        AssignmentOperator::LogicalOr => Some(JoinKind::Or),
        AssignmentOperator::LogicalNullish => Some(JoinKind::Coalesce),
        _ => None,
    }
}
