//! Expressions: each yields the value it stands for, or nothing where nothing flows.

use oxc_ast::ast::{
    Argument, ArrayExpression, ArrayExpressionElement, CallExpression, ChainElement, ConditionalExpression, Expression,
    ImportExpression, LogicalExpression, LogicalOperator, MemberExpression, NewExpression, ObjectExpression,
    ObjectPropertyKind, PropertyKey, PropertyKind, TaggedTemplateExpression, TemplateLiteral, UnaryExpression,
    UnaryOperator, YieldExpression,
};
use oxc_span::GetSpan;
use oxc_str::{Ident, Str};
use oxc_syntax::operator::BinaryOperator;

use super::functions::This;
use super::{LONGEST_TEXT, Lower};
use crate::graph::{BlockId, CallKind, Constant, FunctionKind, ImportKind, JoinKind, Key, Op, Operator, ValueId};

/// Arrays of more elements keep none that is a literal: they are tables.
const LONGEST_LIST: usize = 32;

impl<'a> Lower<'a> {
    /// Branches on a test: `!`, `&&` and `||` become ways of their own. Yields the value that was asked last.
    pub(super) fn cond(&mut self, test: &Expression<'a>, yes: BlockId, no: BlockId) -> Option<ValueId> {
        match test {
            Expression::LogicalExpression(l) if l.operator != LogicalOperator::Coalesce => {
                let next = self.builder.block();
                if l.operator == LogicalOperator::And {
                    self.cond(&l.left, next, no);
                } else {
                    self.cond(&l.left, yes, next);
                }
                self.builder.start(next);
                self.cond(&l.right, yes, no)
            }
            Expression::UnaryExpression(u) if u.operator == UnaryOperator::LogicalNot => {
                self.cond(&u.argument, no, yes)
            }
            Expression::ParenthesizedExpression(p) => self.cond(&p.expression, yes, no),
            _ => {
                let value = self.expr(test);
                self.builder.branch(value, yes, no);
                value
            }
        }
    }

    pub(super) fn expr(&mut self, e: &Expression<'a>) -> Option<ValueId> {
        match e {
            Expression::Identifier(id) => Some(self.reference(id)),
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_) => self.member(e.to_member_expression()),
            Expression::CallExpression(c) => Some(self.call(c)),
            Expression::NewExpression(n) => Some(self.new_expression(n)),
            Expression::ThisExpression(t) => Some(self.this(t.span.start)),
            Expression::Super(s) => Some(self.this(s.span.start)),
            Expression::AssignmentExpression(a) => self.assignment(a),
            Expression::BinaryExpression(b) => {
                let (left, right) = (self.expr(&b.left), self.expr(&b.right));
                Some(self.push(Op::Operate { operator: binary(b.operator), left, right }, b.span.start))
            }
            Expression::LogicalExpression(l) => Some(self.logical(l)),
            Expression::ConditionalExpression(c) => Some(self.conditional(c)),
            Expression::UnaryExpression(u) => Some(self.unary(u)),
            Expression::UpdateExpression(u) => Some(self.update(u)),
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
                self.function_value(e, None, This::Unknown)
            }
            Expression::ClassExpression(c) => Some(self.class(c)),
            Expression::ObjectExpression(o) => Some(self.object(o)),
            Expression::ArrayExpression(a) => Some(self.array(a)),
            Expression::TaggedTemplateExpression(t) => Some(self.tagged(t)),
            Expression::ChainExpression(c) => match &c.expression {
                ChainElement::CallExpression(c) => Some(self.call(c)),
                ChainElement::TSNonNullExpression(e) => self.expr(&e.expression),
                other => self.member(other.to_member_expression()),
            },
            Expression::AwaitExpression(a) => {
                let value = self.expr(&a.argument);
                Some(self.push(Op::Await { value }, a.span.start))
            }
            Expression::YieldExpression(y) => Some(self.yield_expression(y)),
            Expression::SequenceExpression(s) => s.expressions.iter().fold(None, |_, e| self.expr(e)),
            Expression::ParenthesizedExpression(p) => self.expr(&p.expression),
            Expression::ImportExpression(i) => Some(self.import_expression(i)),
            Expression::PrivateInExpression(p) => {
                let right = self.expr(&p.right);
                Some(self.push(Op::Operate { operator: Operator::In, left: None, right }, p.span.start))
            }
            Expression::JSXElement(j) => Some(self.jsx_element(j)),
            Expression::JSXFragment(j) => Some(self.jsx_fragment(j)),
            other => self.typed_or_literal(other),
        }
    }

    fn typed_or_literal(&mut self, e: &Expression<'a>) -> Option<ValueId> {
        let at = e.span().start;
        let constant = match e {
            Expression::StringLiteral(s) => return Some(self.text(s.value, at)),
            Expression::TemplateLiteral(t) => return self.template(t),
            Expression::NumericLiteral(n) => return Some(self.number(n.value, at)),
            Expression::TSAsExpression(t) => return self.typed(&t.expression, &t.type_annotation),
            Expression::TSTypeAssertion(t) => return self.typed(&t.expression, &t.type_annotation),
            Expression::TSSatisfiesExpression(t) => return self.expr(&t.expression),
            Expression::TSNonNullExpression(t) => return self.expr(&t.expression),
            Expression::TSInstantiationExpression(t) => return self.expr(&t.expression),
            Expression::V8IntrinsicExpression(v) => {
                return Some(self.call_with(None, &v.arguments, (CallKind::Call, false, at)));
            }
            Expression::BooleanLiteral(b) if b.value => Constant::True,
            Expression::BooleanLiteral(_) => Constant::False,
            Expression::NullLiteral(_) => Constant::Null,
            Expression::RegExpLiteral(_) => Constant::Regex,
            Expression::BigIntLiteral(_) => Constant::BigInt,
            Expression::ImportMeta(_) | Expression::NewTarget(_) => Constant::Meta,
            _ => return None,
        };
        Some(self.push(Op::Constant { value: constant }, at))
    }

    pub(super) fn text(&mut self, text: Str<'a>, at: u32) -> ValueId {
        let value = (text.len() <= LONGEST_TEXT).then(|| self.scopes.intern(Ident::from(text)));
        self.push(Op::Text { value }, at)
    }

    pub(super) fn number(&mut self, number: f64, at: u32) -> ValueId {
        let bits = number.to_bits();
        let half = |bits: u64| u32::try_from(bits & 0xffff_ffff).unwrap_or_default();
        self.push(Op::Number { low: half(bits), high: half(bits >> 32) }, at)
    }

    // Members.

    fn member(&mut self, member: &MemberExpression<'a>) -> Option<ValueId> {
        let object = self.expr(member.object());
        let key = self.member_key(member);
        Some(self.push(Op::Load { object, key, optional: member.optional() }, member.span().start))
    }

    pub(super) fn member_key(&mut self, member: &MemberExpression<'a>) -> Key {
        match member {
            MemberExpression::StaticMemberExpression(m) => Key::name(self.scopes.intern(m.property.name)),
            MemberExpression::PrivateFieldExpression(m) => Key::name(self.scopes.intern(m.field.name)),
            MemberExpression::ComputedMemberExpression(m) => self.computed(&m.expression),
        }
    }

    /// `o['k']` is `o.k`.
    fn computed(&mut self, key: &Expression<'a>) -> Key {
        match key {
            Expression::StringLiteral(s) if s.value.len() <= LONGEST_TEXT => {
                Key::name(self.scopes.intern(Ident::from(s.value)))
            }
            Expression::TemplateLiteral(t) if t.expressions.is_empty() => match short_template(t) {
                Some(text) => Key::name(self.scopes.intern(Ident::from(text))),
                None => Key::ANY,
            },
            Expression::NumericLiteral(n) if n.value >= 0.0 && n.value.fract() == 0.0 => {
                n.raw_str().parse().map_or(Key::ANY, Key::index)
            }
            _ => {
                let value = self.expr(key);
                Key::entry(value)
            }
        }
    }

    pub(super) fn property_key(&mut self, key: &PropertyKey<'a>) -> Key {
        match key {
            PropertyKey::StaticIdentifier(id) => Key::name(self.scopes.intern(id.name)),
            PropertyKey::PrivateIdentifier(id) => Key::name(self.scopes.intern(id.name)),
            other => other.as_expression().map_or(Key::ANY, |key| self.computed(key)),
        }
    }

    // Calls.

    fn call(&mut self, call: &CallExpression<'a>) -> ValueId {
        let callee = self.expr(&call.callee);
        if let [Argument::StringLiteral(module)] = call.arguments.as_slice()
            && self.is_global(callee, self.words.require)
        {
            return self.import((module.value, self.words.star), ImportKind::Require, call.span.start);
        }
        self.call_with(callee, &call.arguments, (CallKind::Call, call.optional, call.span.start))
    }

    fn is_global(&self, value: Option<ValueId>, word: crate::graph::Name) -> bool {
        value.is_some_and(|value| matches!(self.builder.graph.op(value), Op::Global { name } if name == word))
    }

    fn new_expression(&mut self, new: &NewExpression<'a>) -> ValueId {
        let callee = self.expr(&new.callee);
        self.call_with(callee, &new.arguments, (CallKind::New, false, new.span.start))
    }

    fn call_with(
        &mut self,
        callee: Option<ValueId>,
        arguments: &[Argument<'a>],
        (how, optional, at): (CallKind, bool, u32),
    ) -> ValueId {
        let mark = self.builder.mark();
        let mut spreads = false;
        for argument in arguments {
            let value = match argument {
                Argument::SpreadElement(s) => {
                    spreads = true;
                    self.expr(&s.argument)
                }
                other => self.expr(other.to_expression()),
            };
            self.builder.item(value);
        }
        let args = self.builder.finish(mark);
        self.push(Op::Call { callee, args, how, optional, spreads }, at)
    }

    fn tagged(&mut self, template: &TaggedTemplateExpression<'a>) -> ValueId {
        let callee = self.expr(&template.tag);
        let mark = self.builder.mark();
        // The strings come first.
        self.builder.item(None);
        for e in &template.quasi.expressions {
            let value = self.expr(e);
            self.builder.item(value);
        }
        let args = self.builder.finish(mark);
        let how = CallKind::Tagged;
        self.push(Op::Call { callee, args, how, optional: false, spreads: false }, template.span.start)
    }

    fn import_expression(&mut self, import: &ImportExpression<'a>) -> ValueId {
        let at = import.span.start;
        if let Some(options) = &import.options {
            self.expr(options);
        }
        match &import.source {
            Expression::StringLiteral(s) => self.import((s.value, self.words.star), ImportKind::Dynamic, at),
            // What is loaded is not in sight: the result of a call that nobody knows.
            other => {
                let source = self.expr(other);
                let mark = self.builder.mark();
                self.builder.item(source);
                let args = self.builder.finish(mark);
                let how = CallKind::Call;
                self.push(Op::Call { callee: None, args, how, optional: false, spreads: false }, at)
            }
        }
    }

    fn yield_expression(&mut self, y: &YieldExpression<'a>) -> ValueId {
        let value = y.argument.as_ref().and_then(|value| self.expr(value));
        self.push(Op::Yield { value, delegate: y.delegate }, y.span.start)
    }

    // Operators.

    fn logical(&mut self, l: &LogicalExpression<'a>) -> ValueId {
        let left = self.expr(&l.left);
        let (how, and) = match l.operator {
            LogicalOperator::And => (JoinKind::And, true),
            LogicalOperator::Or => (JoinKind::Or, false),
            LogicalOperator::Coalesce => (JoinKind::Coalesce, false),
        };
        let right = if is_pure(&l.right) {
            self.expr(&l.right)
        } else {
            let (other, after) = (self.builder.block(), self.builder.block());
            if and {
                self.builder.branch(left, other, after);
            } else {
                self.builder.branch(left, after, other);
            }
            self.builder.start(other);
            let right = self.expr(&l.right);
            self.builder.goto(after);
            self.builder.start(after);
            right
        };
        self.push(Op::Join { left, right, how }, l.span.start)
    }

    fn conditional(&mut self, c: &ConditionalExpression<'a>) -> ValueId {
        let (left, right) = if is_pure(&c.consequent) && is_pure(&c.alternate) {
            self.expr(&c.test);
            (self.expr(&c.consequent), self.expr(&c.alternate))
        } else {
            let (yes, no, after) = (self.builder.block(), self.builder.block(), self.builder.block());
            self.cond(&c.test, yes, no);
            self.builder.start(yes);
            let left = self.expr(&c.consequent);
            self.builder.goto(after);
            self.builder.start(no);
            let right = self.expr(&c.alternate);
            self.builder.goto(after);
            self.builder.start(after);
            (left, right)
        };
        self.push(Op::Join { left, right, how: JoinKind::Choice }, c.span.start)
    }

    fn unary(&mut self, u: &UnaryExpression<'a>) -> ValueId {
        let at = u.span.start;
        if u.operator == UnaryOperator::Delete {
            let argument = match &u.argument {
                Expression::ChainExpression(c) => c.expression.as_member_expression(),
                other => other.as_member_expression(),
            };
            let (object, key) = match argument {
                Some(member) => (self.expr(member.object()), self.member_key(member)),
                None => (self.expr(&u.argument), Key::ANY),
            };
            return self.push(Op::Delete { object, key }, at);
        }
        let left = self.expr(&u.argument);
        let operator = match u.operator {
            UnaryOperator::LogicalNot => Operator::Not,
            UnaryOperator::Typeof => Operator::TypeOf,
            _ => Operator::Unary,
        };
        self.push(Op::Operate { operator, left, right: None }, at)
    }

    fn template(&mut self, t: &TemplateLiteral<'a>) -> Option<ValueId> {
        if t.expressions.is_empty() {
            return t.quasis.first()?.value.cooked.map(|text| self.text(text, t.span.start));
        }
        let operator = Operator::Template;
        t.expressions.iter().fold(None, |left, e| {
            let right = self.expr(e);
            Some(self.push(Op::Operate { operator, left, right }, t.span.start))
        })
    }

    // Literals.

    fn object(&mut self, o: &ObjectExpression<'a>) -> ValueId {
        let object = self.push(Op::Object, o.span.start);
        for property in &o.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(p) => {
                    let key = self.property_key(&p.key);
                    let at = p.span.start;
                    let value = match (&p.value, p.kind) {
                        (f @ Expression::FunctionExpression(_), kind) => {
                            let kind = match kind {
                                PropertyKind::Init => FunctionKind::Method,
                                PropertyKind::Get => FunctionKind::Getter,
                                PropertyKind::Set => FunctionKind::Setter,
                            };
                            self.function_value(f, key.as_name(), This::Value(object, kind))
                        }
                        (f @ Expression::ArrowFunctionExpression(_), _) => {
                            self.function_value(f, key.as_name(), This::Unknown)
                        }
                        (other, _) => self.expr(other),
                    };
                    match (p.kind, value) {
                        (PropertyKind::Init, value) => self.store(Some(object), (key, value), at),
                        (kind, Some(function)) => {
                            let setter = kind == PropertyKind::Set;
                            self.push(Op::Accessor { object, key, function, setter }, at);
                        }
                        _ => {}
                    }
                }
                ObjectPropertyKind::SpreadProperty(s) => {
                    if let Some(from) = self.expr(&s.argument) {
                        self.push(Op::Spread { from, into: object }, s.span.start);
                    }
                }
            }
        }
        object
    }

    fn array(&mut self, a: &ArrayExpression<'a>) -> ValueId {
        let is_literal = |e: &ArrayExpressionElement<'a>| e.as_expression().is_some_and(Expression::is_literal);
        let plain = a.elements.iter().all(is_literal);
        let length = u32::try_from(a.elements.len()).unwrap_or(u32::MAX);
        let array = self.push(Op::Array { length, plain }, a.span.start);
        let table = a.elements.len() > LONGEST_LIST;
        for (index, element) in a.elements.iter().enumerate() {
            match element {
                ArrayExpressionElement::SpreadElement(s) => {
                    if let Some(from) = self.expr(&s.argument) {
                        self.push(Op::Spread { from, into: array }, s.span.start);
                    }
                }
                ArrayExpressionElement::Elision(_) => {}
                other if table && is_literal(other) => {}
                other => {
                    let value = self.expr(other.to_expression());
                    self.store(Some(array), (Key::index(index), value), element.span().start);
                }
            }
        }
        array
    }
}

fn short_template<'a>(t: &TemplateLiteral<'a>) -> Option<Str<'a>> {
    t.quasis.first()?.value.cooked.filter(|text| text.len() <= LONGEST_TEXT)
}

/// Evaluating it does nothing that a block of its own would show.
fn is_pure(e: &Expression<'_>) -> bool {
    match e {
        Expression::StaticMemberExpression(m) => is_pure(&m.object),
        Expression::ObjectExpression(o) => o.properties.is_empty(),
        Expression::ArrayExpression(a) => a.elements.is_empty(),
        Expression::UnaryExpression(u) => u.operator != UnaryOperator::Delete && is_pure(&u.argument),
        Expression::BinaryExpression(b) => is_pure(&b.left) && is_pure(&b.right),
        Expression::Identifier(_) | Expression::ThisExpression(_) => true,
        Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => true,
        _ => e.is_literal(),
    }
}

pub(super) fn binary(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Equality | BinaryOperator::StrictEquality => Operator::Equal,
        BinaryOperator::Inequality | BinaryOperator::StrictInequality => Operator::Unequal,
        BinaryOperator::LessThan | BinaryOperator::LessEqualThan => Operator::Less,
        BinaryOperator::GreaterThan | BinaryOperator::GreaterEqualThan => Operator::More,
        BinaryOperator::Addition => Operator::Add,
        BinaryOperator::Remainder => Operator::Remainder,
        BinaryOperator::In => Operator::In,
        BinaryOperator::Instanceof => Operator::InstanceOf,
        _ => Operator::Arithmetic,
    }
}
