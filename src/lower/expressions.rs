//! Expressions: each yields the value it stands for, or nothing where nothing flows.

use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, BinaryExpression, ChainElement, ConditionalExpression, Expression,
    LogicalExpression, LogicalOperator, MemberExpression, ObjectExpression, ObjectProperty, ObjectPropertyKind,
    PropertyKey, PropertyKind, TemplateLiteral, UnaryExpression, UnaryOperator, YieldExpression,
};
use oxc_span::GetSpan;
use oxc_str::Str;
use oxc_syntax::operator::BinaryOperator;

use super::functions::This;
use super::{LONGEST_TEXT, Lower};
use crate::graph::{BlockId, CallKind, Constant, Double, FunctionKind, JoinKind, Key, Op, Operator, ValueId};

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
                match always(test) {
                    Some(true) => self.builder.goto(yes),
                    Some(false) => self.builder.goto(no),
                    None => self.builder.branch(value, yes, no),
                }
                value
            }
        }
    }

    pub(super) fn expr(&mut self, e: &Expression<'a>) -> Option<ValueId> {
        match e {
            Expression::Identifier(id) => Some(self.reference(id)),
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_) => Some(self.member(e.to_member_expression())),
            Expression::CallExpression(c) => Some(self.call(c)),
            Expression::NewExpression(n) => Some(self.new_expression(n)),
            Expression::ThisExpression(t) => Some(self.this(t.span.start)),
            Expression::Super(s) => {
                let this = self.this(s.span.start);
                Some(self.push(Op::Super { this }, s.span.start))
            }
            Expression::AssignmentExpression(a) => self.assignment(a),
            Expression::BinaryExpression(b) => self.binary_expression(b),
            Expression::LogicalExpression(l) => Some(self.logical(l)),
            Expression::ConditionalExpression(c) => Some(self.conditional(c)),
            Expression::UnaryExpression(u) => Some(self.unary(u)),
            Expression::UpdateExpression(u) => Some(self.update(u)),
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
                self.function_value(e, None, This::Unknown)
            }
            Expression::ClassExpression(c) => Some(self.class(c, None)),
            Expression::ObjectExpression(o) => Some(self.object(o)),
            Expression::ArrayExpression(a) => Some(self.array(a)),
            Expression::TaggedTemplateExpression(t) => Some(self.tagged(t)),
            Expression::ChainExpression(c) => match &c.expression {
                ChainElement::CallExpression(c) => Some(self.call(c)),
                ChainElement::TSNonNullExpression(e) => self.expr(&e.expression),
                other => Some(self.member(other.to_member_expression())),
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
                let name = self.written(p.left.span);
                let left = Some(self.push(Op::Text { value: Some(name) }, p.left.span.start));
                let right = self.expr(&p.right);
                Some(self.push(Op::Operate { operator: Operator::In, left, right }, p.span.start))
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
        let value = (text.len() <= LONGEST_TEXT).then(|| self.scopes.intern(text));
        self.push(Op::Text { value }, at)
    }

    pub(super) fn number(&mut self, number: f64, at: u32) -> ValueId {
        self.push(Op::Number { value: Double::of(number) }, at)
    }

    // Members.

    fn member(&mut self, member: &MemberExpression<'a>) -> ValueId {
        let object = self.expr(member.object());
        let key = self.member_key(member);
        self.push(Op::Load { object, key, optional: member.optional() }, member.span().start)
    }

    pub(super) fn member_key(&mut self, member: &MemberExpression<'a>) -> Key {
        match member {
            MemberExpression::StaticMemberExpression(m) => Key::name(self.scopes.intern(m.property.name)),
            MemberExpression::PrivateFieldExpression(m) => Key::name(self.written(m.field.span)),
            MemberExpression::ComputedMemberExpression(m) => self.computed(&m.expression),
        }
    }

    /// `o['k']` is `o.k`.
    fn computed(&mut self, key: &Expression<'a>) -> Key {
        match key {
            Expression::StringLiteral(s) if s.value.len() <= LONGEST_TEXT => Key::name(self.scopes.intern(s.value)),
            Expression::TemplateLiteral(t) if t.expressions.is_empty() => match short_template(t) {
                Some(text) => Key::name(self.scopes.intern(text)),
                None => Key::ANY,
            },
            Expression::NumericLiteral(n) if n.value >= 0.0 && n.value.fract() == 0.0 =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "what is too large is any index"
                )]
                Key::index(n.value as usize)
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
            // `#h` and `h` are two fields.
            PropertyKey::PrivateIdentifier(id) => Key::name(self.written(id.span)),
            other => other.as_expression().map_or(Key::ANY, |key| self.computed(key)),
        }
    }

    fn yield_expression(&mut self, y: &YieldExpression<'a>) -> ValueId {
        let value = y.argument.as_ref().and_then(|value| self.expr(value));
        self.push(Op::Yield { value, delegate: y.delegate }, y.span.start)
    }

    // Operators.

    fn logical(&mut self, l: &LogicalExpression<'a>) -> ValueId {
        let left = self.expr(&l.left);
        let how = match l.operator {
            LogicalOperator::And => JoinKind::And,
            LogicalOperator::Or => JoinKind::Or,
            LogicalOperator::Coalesce => JoinKind::Coalesce,
        };
        let right = if is_pure(&l.right) {
            self.expr(&l.right)
        } else {
            let after = self.second(left, (how, l.span.start));
            let right = self.expr(&l.right);
            self.builder.goto(after);
            self.builder.start(after);
            right
        };
        self.push(Op::Join { left, right, how }, l.span.start)
    }

    /// Goes into the block in which the second operand is evaluated. Yields the one that comes after it.
    pub(super) fn second(&mut self, left: Option<ValueId>, (how, at): (JoinKind, u32)) -> BlockId {
        let (other, after) = (self.builder.block(), self.builder.block());
        match how {
            JoinKind::And => self.builder.branch(left, other, after),
            JoinKind::Coalesce | JoinKind::Default => {
                let right = if how == JoinKind::Default {
                    self.global(self.words.undefined, at)
                } else {
                    self.push(Op::Constant { value: Constant::Null }, at)
                };
                let operator = Operator::Unequal;
                let cond = self.push(Op::Operate { operator, left, right: Some(right) }, at);
                self.builder.branch(Some(cond), after, other);
            }
            _ => self.builder.branch(left, after, other),
        }
        self.builder.start(other);
        after
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

    /// Sums of many terms hang to the left: they are gone through without a call for each.
    fn binary_expression(&mut self, b: &BinaryExpression<'a>) -> Option<ValueId> {
        let mut b = b;
        let mut pending = Vec::new();
        while let Expression::BinaryExpression(left) = &b.left {
            pending.push(b);
            b = left;
        }
        let mut left = self.expr(&b.left);
        loop {
            let right = self.expr(&b.right);
            left = Some(self.push(Op::Operate { operator: binary(b.operator), left, right }, b.span.start));
            match pending.pop() {
                Some(outer) => b = outer,
                None => return left,
            }
        }
    }

    fn unary(&mut self, u: &UnaryExpression<'a>) -> ValueId {
        let at = u.span.start;
        if let Some(value) = constant_of(u) {
            return match value {
                Folded::Number(number) => self.number(number, at),
                Folded::Boolean(value) => self.push(Op::Constant { value }, at),
            };
        }
        if u.operator == UnaryOperator::Delete {
            return self.delete(u);
        }
        let left = self.expr(&u.argument);
        let operator = match u.operator {
            // `void 0` is how minifiers spell `undefined`.
            UnaryOperator::Void => return self.global(self.words.undefined, at),
            UnaryOperator::LogicalNot => Operator::Not,
            UnaryOperator::Typeof => Operator::TypeOf,
            _ => Operator::Unary,
        };
        self.push(Op::Operate { operator, left, right: None }, at)
    }

    fn delete(&mut self, u: &UnaryExpression<'a>) -> ValueId {
        let mut argument = u.argument.get_inner_expression();
        if let Expression::ChainExpression(c) = argument {
            match &c.expression {
                ChainElement::TSNonNullExpression(inner) => argument = inner.expression.get_inner_expression(),
                other => {
                    if let Some(member) = other.as_member_expression() {
                        return self.delete_member(member, u.span.start);
                    }
                }
            }
        }
        if let Some(member) = argument.as_member_expression() {
            return self.delete_member(member, u.span.start);
        }
        let left = self.expr(&u.argument);
        self.push(Op::Operate { operator: Operator::Unary, left, right: None }, u.span.start)
    }

    fn delete_member(&mut self, member: &MemberExpression<'a>, at: u32) -> ValueId {
        let object = self.expr(member.object());
        let key = self.member_key(member);
        self.push(Op::Delete { object, key }, at)
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
                ObjectPropertyKind::ObjectProperty(p) => self.property(object, p),
                ObjectPropertyKind::SpreadProperty(s) => {
                    if let Some(from) = self.expr(&s.argument) {
                        self.push(Op::Spread { from, into: object }, s.span.start);
                    }
                }
            }
        }
        object
    }

    fn property(&mut self, object: ValueId, p: &ObjectProperty<'a>) {
        let key = self.property_key(&p.key);
        let kind = match p.kind {
            PropertyKind::Init => FunctionKind::Method,
            PropertyKind::Get => FunctionKind::Getter,
            PropertyKind::Set => FunctionKind::Setter,
        };
        let value = match &p.value {
            f @ Expression::FunctionExpression(_) => self.function_value(f, key.as_name(), This::Value(object, kind)),
            other => self.named_as(other, key.as_name()),
        };
        match (kind, value) {
            (FunctionKind::Method, value) => self.store(Some(object), (key, value), p.span.start),
            (_, Some(function)) => {
                let setter = kind == FunctionKind::Setter;
                self.push(Op::Accessor { object, key, function, setter }, p.span.start);
            }
            (_, None) => {}
        }
    }

    fn array(&mut self, a: &ArrayExpression<'a>) -> ValueId {
        let is_literal = |e: &ArrayExpressionElement<'a>| e.as_expression().is_some_and(is_constant);
        let plain = a.elements.iter().all(is_literal);
        let length = u32::try_from(a.elements.len()).unwrap_or(u32::MAX);
        let array = self.push(Op::Array { length, plain }, a.span.start);
        let table = a.elements.len() > LONGEST_LIST;
        let mut moved = false;
        for (index, element) in a.elements.iter().enumerate() {
            match element {
                ArrayExpressionElement::SpreadElement(s) => {
                    moved = true;
                    if let Some(from) = self.expr(&s.argument) {
                        self.push(Op::Spread { from, into: array }, s.span.start);
                    }
                }
                ArrayExpressionElement::Elision(_) => {}
                other if table && is_literal(other) => {}
                other => {
                    let value = self.expr(other.to_expression());
                    let key = if moved { Key::ANY } else { Key::index(index) };
                    self.store(Some(array), (key, value), element.span().start);
                }
            }
        }
        array
    }
}

fn is_constant(e: &Expression<'_>) -> bool {
    e.is_literal() || matches!(e, Expression::UnaryExpression(u) if constant_of(u).is_some())
}

fn short_template<'a>(t: &TemplateLiteral<'a>) -> Option<Str<'a>> {
    t.quasis.first()?.value.cooked.filter(|text| text.len() <= LONGEST_TEXT)
}

/// Evaluating it does nothing that a block of its own would show.
pub(super) fn is_pure(e: &Expression<'_>) -> bool {
    match e {
        Expression::StaticMemberExpression(m) => is_pure(&m.object),
        Expression::ObjectExpression(o) => o.properties.is_empty(),
        Expression::ArrayExpression(a) => a.elements.is_empty(),
        Expression::UnaryExpression(u) => u.operator != UnaryOperator::Delete && is_pure(&u.argument),
        Expression::BinaryExpression(b) => is_pure(&b.left) && is_pure(&b.right),
        Expression::Identifier(_) | Expression::ThisExpression(_) => true,
        _ => e.is_literal() || e.is_function(),
    }
}

/// A constant that is spelt with an operator.
enum Folded {
    Number(f64),
    Boolean(Constant),
}

/// `-1`, and `!0`, which is how minifiers spell `true`.
fn constant_of(u: &UnaryExpression<'_>) -> Option<Folded> {
    match (u.operator, &u.argument) {
        (UnaryOperator::UnaryNegation, Expression::NumericLiteral(n)) => Some(Folded::Number(-n.value)),
        (UnaryOperator::LogicalNot, argument) => {
            always(argument).map(|is| Folded::Boolean(if is { Constant::False } else { Constant::True }))
        }
        _ => None,
    }
}

/// A condition that is a constant.
pub(super) fn always(e: &Expression<'_>) -> Option<bool> {
    match e {
        Expression::BooleanLiteral(literal) => Some(literal.value),
        Expression::NumericLiteral(literal) => Some(literal.value != 0.0),
        Expression::UnaryExpression(u) if u.operator == UnaryOperator::LogicalNot => always(&u.argument).map(|is| !is),
        _ => None,
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
