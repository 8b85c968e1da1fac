//! The options of a call as far as they are visible, and whether they bound anything.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BinaryOperator, CallExpression, Expression, ObjectExpression, ObjectProperty, ObjectPropertyKind,
    UnaryOperator,
};
use oxc_semantic::SymbolId;
use oxc_span::GetSpan;

use super::{Bound, Doing, Insert, range};
use crate::apis::{Keeps, What, Which};
use crate::facts::functions::key_name;
use crate::facts::names::argument_at;
use crate::facts::reader::{Reader, peel};

/// As many entries as this fill the memory of any process before the bound is met.
const ABSURD: f64 = 1e7;

/// What stands in the place of the options.
enum Options<'a> {
    Absent,
    Object(&'a ObjectExpression<'a>),
    Value(&'a Expression<'a>),
    Unseen,
}

/// What a limit that is given comes to.
#[derive(Clone, Copy, PartialEq)]
enum Limit {
    Holds,
    Void,
}

impl<'a> Reader<'a, '_> {
    /// Whether the options of a call bound what it keeps, and where a fix can write an option.
    pub(super) fn bound_of(&mut self, doing: &Doing<'a>, keeps: &'static Keeps) -> (Bound, Option<Insert>) {
        let unless = if keeps.bounded { Bound::Set } else { Bound::Missing };
        let Some(which) = keeps.options else { return (unless, None) };
        let mut at = argument_at(which, doing.arguments.len()).unwrap_or(0);
        if keeps.name_may_lead && doing.arguments.first().is_some_and(is_name) {
            at += 1;
        }
        match self.options_at(doing.arguments, at) {
            Options::Absent => (unless, self.insert_argument(doing, at, keeps)),
            Options::Value(value) if keeps.positional_bound => match self.limit(value, false, 0) {
                Limit::Holds => (Bound::Set, None),
                Limit::Void => (self.void(value.span()), None),
            },
            // `new Queue(name, 'redis://localhost')`: what stands last is not an object of options.
            Options::Value(value) if which == Which::Last && value.is_literal() => {
                (unless, self.insert_argument(doing, doing.arguments.len(), keeps))
            }
            Options::Value(_) | Options::Unseen => (Bound::Unseen, None),
            Options::Object(object) => self.bound_in(object, keeps, unless),
        }
    }

    fn options_at(&mut self, arguments: &'a [Argument<'a>], at: usize) -> Options<'a> {
        if arguments.iter().take(at + 1).any(Argument::is_spread) {
            return Options::Unseen;
        }
        let Some(argument) = arguments.get(at).and_then(Argument::as_expression) else { return Options::Absent };
        match peel(argument) {
            Expression::ObjectExpression(object) => Options::Object(object),
            Expression::Identifier(id) if id.name == "undefined" => Options::Absent,
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => Options::Absent,
            Expression::Identifier(id) => match self.symbol_of(id).and_then(|s| Some((s, self.initial_value(s)?))) {
                Some((symbol, value)) => match peel(value) {
                    Expression::ObjectExpression(object) if self.is_left_alone(symbol) => Options::Object(object),
                    Expression::ObjectExpression(_) => Options::Unseen,
                    value if self.number(value, 0).is_some() => Options::Value(value),
                    _ => Options::Unseen,
                },
                None => Options::Unseen,
            },
            value if value.is_literal() || self.number(value, 0).is_some() => Options::Value(value),
            Expression::TemplateLiteral(_) => Options::Value(argument),
            _ => Options::Unseen,
        }
    }

    /// An object of options that no other line changes or hands to code that might.
    fn is_left_alone(&self, symbol: SymbolId) -> bool {
        !self.is_exported(symbol)
            && self.reads_of(symbol).all(|read| {
                let (_, parent) = self.outside(read);
                match self.nodes.kind(parent) {
                    AstKind::CallExpression(_) | AstKind::NewExpression(_) => true,
                    AstKind::StaticMemberExpression(_) => {
                        !matches!(self.nodes.kind(self.outside(parent).1), AstKind::AssignmentExpression(_))
                    }
                    _ => false,
                }
            })
    }

    fn bound_in(
        &mut self,
        object: &'a ObjectExpression<'a>,
        keeps: &'static Keeps,
        unless: Bound,
    ) -> (Bound, Option<Insert>) {
        let given = |name: &String| property(object, name).map(|p| peel(&p.value));
        let off = keeps.off_with.iter().any(|name| given(name).is_some_and(is_off));
        let idle = keeps.only_with.iter().any(|name| given(name).is_none_or(is_off));
        if off || idle {
            return (Bound::Set, None);
        }
        let in_bytes = keeps.weighed_by.iter().filter_map(given).any(|weight| {
            let text = self.text.get(range(weight.span())).unwrap_or("");
            weight.is_identifier_reference() || ["ength", "size", "Size", "bytes"].iter().any(|w| text.contains(w))
        });
        let mut unseen = object.properties.iter().any(ObjectPropertyKind::is_spread);
        let mut void = None;
        let counts = keeps.bounded_by.iter().map(|name| (name, in_bytes));
        for (name, lenient) in counts.chain(keeps.expires_by.iter().map(|name| (name, true))) {
            match self.nested(object, name) {
                Nested::Absent => {}
                Nested::Unseen => unseen = true,
                Nested::Found(p) => match self.limit(&p.value, lenient, 0) {
                    Limit::Holds => return (Bound::Set, None),
                    Limit::Void => void = void.or(Some(p)),
                },
            }
        }
        if unseen {
            return (Bound::Unseen, None);
        }
        match void {
            Some(p) => {
                let name = key_name(&p.key).unwrap_or("");
                // A constant that nobody else reads would be left without a use.
                let lone = matches!(peel(&p.value), Expression::Identifier(id) if self.symbol_of(id).is_some_and(|s| {
                    !self.is_exported(s) && self.scoping.get_resolved_references(s).count() == 1
                }));
                let fix = keeps.fix.as_ref().filter(|fix| !lone && fix.split(':').next() == Some(name));
                let insert = fix.map(|fix| Insert { span: self.span(p.span), text: fix.clone() });
                (self.void(p.span), insert)
            }
            None => (unless, self.insert_property(object, keeps)),
        }
    }

    fn void(&self, span: oxc_span::Span) -> Bound {
        Bound::Void { text: self.text_of(span, 40), span: self.span(span) }
    }

    /// `defaultJobOptions.removeOnComplete`: through the objects that are written in place.
    fn nested(&mut self, object: &'a ObjectExpression<'a>, path: &str) -> Nested<'a> {
        let mut at = object;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let Some(found) = property(at, name) else {
                return if at.properties.iter().any(ObjectPropertyKind::is_spread) {
                    Nested::Unseen
                } else {
                    Nested::Absent
                };
            };
            if names.peek().is_none() {
                return Nested::Found(found);
            }
            let inner = match peel(&found.value) {
                Expression::Identifier(id) => {
                    let symbol = self.symbol_of(id).filter(|s| self.is_left_alone(*s) || !self.is_exported(*s));
                    symbol.and_then(|s| self.initial_value(s)).map(peel)
                }
                value => Some(value),
            };
            match inner {
                Some(Expression::ObjectExpression(object)) => at = object,
                _ => return Nested::Unseen,
            }
        }
        Nested::Absent
    }

    /// What a value comes to as a limit. `lenient`: a time or a size in bytes, of which there may be many.
    fn limit(&mut self, value: &'a Expression<'a>, lenient: bool, depth: u32) -> Limit {
        if let Some(n) = self.number(value, 0) {
            let most = if lenient { 1e15 } else { ABSURD };
            return if n > 0.0 && n < most { Limit::Holds } else { Limit::Void };
        }
        match peel(value) {
            Expression::NullLiteral(_) => Limit::Void,
            Expression::BooleanLiteral(b) if !b.value => Limit::Void,
            Expression::Identifier(id) if id.name == "undefined" => Limit::Void,
            Expression::StringLiteral(s) if s.value == "unbounded" => Limit::Void,
            // A plain map in the place of a store that bounds.
            Expression::NewExpression(new) if matches!(&new.callee, Expression::Identifier(id) if id.name == "Map") => {
                Limit::Void
            }
            // `storage: multer.memoryStorage()`: it keeps what the option could have put elsewhere.
            Expression::CallExpression(call) if self.keeps_body(call) => Limit::Void,
            Expression::Identifier(id) if depth < 4 => {
                let init = self.symbol_of(id).and_then(|s| self.initial_value(s));
                init.map_or(Limit::Holds, |init| self.limit(init, lenient, depth + 1))
            }
            _ => Limit::Holds,
        }
    }

    fn keeps_body(&mut self, call: &'a CallExpression<'a>) -> bool {
        let hit = self.api_of_call(call).filter(|hit| hit.known);
        let keeps = hit.and_then(|hit| self.apis.row(hit.row).keeps.as_ref());
        keeps.is_some_and(|keeps| keeps.what == What::Body)
    }

    /// The value of constant arithmetic: `1000`, `2 ** 26`, `Math.pow(2, 26)`, `Infinity`.
    fn number(&self, expr: &'a Expression<'a>, depth: u32) -> Option<f64> {
        if depth > 12 {
            return None;
        }
        let of = |e| self.number(e, depth + 1);
        match peel(expr) {
            Expression::NumericLiteral(n) => Some(n.value),
            Expression::Identifier(id) => match self.symbol_of(id) {
                None if id.name == "Infinity" => Some(f64::INFINITY),
                None => None,
                Some(symbol) => of(self.initial_value(symbol)?),
            },
            Expression::UnaryExpression(e) if e.operator == UnaryOperator::UnaryNegation => Some(-of(&e.argument)?),
            Expression::BinaryExpression(e) => {
                let (a, b) = (of(&e.left)?, of(&e.right)?);
                Some(match e.operator {
                    BinaryOperator::Addition => a + b,
                    BinaryOperator::Subtraction => a - b,
                    BinaryOperator::Multiplication => a * b,
                    BinaryOperator::Division => a / b,
                    BinaryOperator::Exponential => a.powf(b),
                    BinaryOperator::ShiftLeft => a * b.exp2(),
                    _ => return None,
                })
            }
            Expression::CallExpression(call) if self.text_of(call.callee.span(), 9) == "Math.pow" => {
                let mut arguments = call.arguments.iter().filter_map(Argument::as_expression);
                Some(of(arguments.next()?)?.powf(of(arguments.next()?)?))
            }
            Expression::StaticMemberExpression(m) if matches!(&m.object, Expression::Identifier(id) if id.name == "Number") => {
                match m.property.name.as_str() {
                    "MAX_SAFE_INTEGER" | "MAX_VALUE" | "POSITIVE_INFINITY" => Some(f64::INFINITY),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A property in front of the others.
    fn insert_property(&self, object: &'a ObjectExpression<'a>, keeps: &'static Keeps) -> Option<Insert> {
        let fix = keeps.fix.as_deref()?;
        if property(object, fix.split(':').next()?).is_some() {
            return None;
        }
        let Some(first) = object.properties.first().map(GetSpan::span) else {
            return Some(Insert { span: self.span(object.span), text: format!("{{ {fix} }}") });
        };
        let blank = self.text.get(object.span.start as usize + 1..first.start as usize)?;
        let blank = if blank.trim().is_empty() && !blank.is_empty() { blank } else { " " };
        let at = oxc_span::Span::new(first.start, first.start);
        Some(Insert { span: self.span(at), text: format!("{fix},{blank}") })
    }

    /// An object of options behind the last argument, where that is the place for it.
    fn insert_argument(&self, doing: &Doing<'a>, at: usize, keeps: &'static Keeps) -> Option<Insert> {
        let fix = keeps.fix.as_deref().filter(|_| at == doing.arguments.len())?;
        if !self.text.get(range(doing.span))?.ends_with(')') {
            return None;
        }
        let (end, comma) = match doing.arguments.last() {
            Some(last) => (last.span().end, ", "),
            None => (doing.span.end - 1, ""),
        };
        Some(Insert { span: self.span(oxc_span::Span::new(end, end)), text: format!("{comma}{{ {fix} }}") })
    }
}

enum Nested<'a> {
    Absent,
    Found(&'a ObjectProperty<'a>),
    Unseen,
}

/// The last property of this name wins.
pub(super) fn property<'a>(object: &'a ObjectExpression<'a>, name: &str) -> Option<&'a ObjectProperty<'a>> {
    object.properties.iter().rev().find_map(|p| match p {
        ObjectPropertyKind::ObjectProperty(p) if key_name(&p.key) == Some(name) => Some(&**p),
        _ => None,
    })
}

fn is_off(value: &Expression<'_>) -> bool {
    match value {
        Expression::BooleanLiteral(b) => !b.value,
        Expression::NullLiteral(_) => true,
        Expression::Identifier(id) => id.name == "undefined",
        _ => false,
    }
}

fn is_name(argument: &Argument<'_>) -> bool {
    matches!(argument, Argument::StringLiteral(_) | Argument::TemplateLiteral(_))
}
