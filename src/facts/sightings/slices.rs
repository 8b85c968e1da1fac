//! Parts of big strings and buffers that are put where they live long: the whole stays with them.

use oxc_ast::ast::{CallExpression, Expression};
use oxc_span::GetSpan;

use super::Seen;
use crate::facts::TOP;
use crate::facts::reader::{Reader, last_name, peel};
use crate::finding::{Confidence, Span};

/// Methods that give back a part which keeps the whole.
const PARTS: [&str; 5] = ["slice", "substring", "substr", "subarray", "trim"];

/// The same for those that change nothing when there is nothing to change.
const SAME: [&str; 6] = ["toLowerCase", "toUpperCase", "normalize", "trim", "trimStart", "trimEnd"];

/// Calls whose result tends to be big.
const BIG: [&str; 12] = [
    "readFileSync",
    "readFile",
    "text",
    "repeat",
    "join",
    "concat",
    "alloc",
    "allocUnsafe",
    "arrayBuffer",
    "buffer",
    "fill",
    "inflateSync",
];

impl<'a> Reader<'a, '_> {
    /// `titles.set(id, page.slice(a, b))`
    pub(super) fn note_slice(&mut self, call: &'a CallExpression<'a>, collection: &'a Expression<'a>) {
        if self.owner_of(call.node_id.get()) == TOP || !self.is_of_module(collection) {
            return;
        }
        let Some(stored) = call.arguments.last().and_then(|a| a.as_expression()) else { return };
        let Some((part, whole)) = self.part_of(stored) else { return };
        let span = self.span(stored.span());
        let text = self.text_of(part.span(), 40);
        let other = Some((whole, "all of this is kept with it".to_owned()));
        self.see((Seen::Slice, Confidence::Guess), call.node_id.get(), (span, text, other));
    }

    /// The call that takes a part of something big, and where the whole comes from.
    fn part_of(&mut self, value: &'a Expression<'a>) -> Option<(&'a Expression<'a>, Span)> {
        let mut at = peel(value);
        for _ in 0..6 {
            match at {
                Expression::Identifier(id) => at = peel(self.symbol_of(id).and_then(|s| self.initial_value(s))?),
                Expression::CallExpression(call) => {
                    let member = peel(&call.callee).as_member_expression()?;
                    let name = member.static_property_name()?;
                    if PARTS.contains(&name) && !call.arguments.is_empty() && !is_short(call) {
                        let whole = self.whole_of(member.object())?;
                        return Some((at, whole));
                    }
                    if !SAME.contains(&name) {
                        return None;
                    }
                    at = peel(member.object());
                }
                _ => return None,
            }
        }
        None
    }

    /// Where something big comes from.
    fn whole_of(&mut self, whole: &'a Expression<'a>) -> Option<Span> {
        let value = match peel(whole) {
            Expression::Identifier(id) => self.symbol_of(id).and_then(|s| self.initial_value(s))?,
            value => value,
        };
        is_big(peel(value)).then(|| self.span(value.span()))
    }
}

/// `text.slice(0, 8)`: shorter than 13 characters is copied.
fn is_short(call: &CallExpression<'_>) -> bool {
    let number = |index: usize| match super::argument(&call.arguments, index).map(peel) {
        Some(Expression::NumericLiteral(n)) => Some(n.value),
        _ => None,
    };
    matches!((number(0), number(1)), (Some(from), Some(to)) if to - from < 13.0)
}

/// Whether a value tends to be big, by the call that gives it.
pub(super) fn is_big(value: &Expression<'_>) -> bool {
    match peel(value) {
        Expression::AwaitExpression(e) => is_big(&e.argument),
        Expression::NewExpression(new) => {
            matches!(last_name(&new.callee), Some("Array" | "Uint8Array" | "ArrayBuffer"))
        }
        Expression::CallExpression(call) => match last_name(&call.callee) {
            Some("toString") => match peel(&call.callee).as_member_expression() {
                Some(member) => is_big(member.object()),
                None => false,
            },
            Some(name) => BIG.contains(&name),
            None => false,
        },
        _ => false,
    }
}
