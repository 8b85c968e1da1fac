//! Removal for what is too old, and removal of one after the other: the guards that tell a sweep from a late look.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan as _;

use super::Test;
use crate::facts::Guard;
use crate::facts::reader::{Reader, peel};

/// Words of names that hold a point in time or an age.
const TIMES: [&str; 13] = [
    "now",
    "expire",
    "expires",
    "expired",
    "expiry",
    "expiration",
    "ttl",
    "stale",
    "outdated",
    "timestamp",
    "deadline",
    "age",
    "until",
];

impl<'a> Reader<'a, '_> {
    /// What decides whether a call runs: a flag, a loop over its argument, or the clock.
    pub fn guard_of_call(&mut self, call: &'a CallExpression<'a>) -> Guard {
        let node = call.node_id.get();
        if self.is_called_once(node) {
            return Guard::Once;
        }
        let mut arguments = call.arguments.iter().filter_map(|a| a.as_expression());
        if arguments.any(|e| self.is_loop_variable(e)) {
            return Guard::Each;
        }
        if self.is_behind_clock(node) { Guard::Expired } else { Guard::None }
    }

    /// Whether a node runs for what is found too old: `if (entry.expiresAt < Date.now()) ..`.
    #[must_use]
    pub fn is_behind_clock(&mut self, node: NodeId) -> bool {
        self.tests_before(node).iter().any(|Test { test, .. }| self.is_about_time(test))
    }

    /// Asked once for each test: an early exit stands before all that follows it.
    fn is_about_time(&mut self, test: &Expression<'_>) -> bool {
        let start = test.span().start;
        if let Some(known) = self.about_time.get(&start) {
            return *known;
        }
        let written = self.text_of(test.span(), 200);
        let about = crate::facts::keys::words(&written).any(|word| TIMES.contains(&word.as_str()));
        self.about_time.insert(start, about);
        about
    }

    /// Whether an expression is the variable of a loop, or made from it alone: `for (const [key] of map)`,
    /// `keys.forEach((key) => ..)`, `const key = entry.key`, `keys[i]`.
    pub fn is_loop_variable(&mut self, expr: &'a Expression<'a>) -> bool {
        let Expression::Identifier(id) = peel(expr) else { return self.is_part_of_loop_variable(expr) };
        let Some(symbol) = self.symbol_of(id) else { return false };
        self.is_head_of_loop(symbol)
            || self.initial_value(symbol).is_some_and(|value| self.is_part_of_loop_variable(value))
    }

    fn is_part_of_loop_variable(&mut self, expr: &'a Expression<'a>) -> bool {
        match peel(expr) {
            Expression::ComputedMemberExpression(m) => match peel(&m.expression) {
                Expression::Identifier(id) => self.symbol_of(id).is_some_and(|s| self.is_head_of_loop(s)),
                _ => false,
            },
            Expression::StaticMemberExpression(m) => match peel(&m.object) {
                Expression::Identifier(id) => self.symbol_of(id).is_some_and(|s| self.is_head_of_loop(s)),
                _ => false,
            },
            _ => false,
        }
    }

    /// Declared in the head of a loop, or by a callback that is run for each element.
    fn is_head_of_loop(&mut self, symbol: SymbolId) -> bool {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(_) => matches!(
                self.nodes.parent_kind(self.nodes.parent_id(node)),
                AstKind::ForOfStatement(_) | AstKind::ForInStatement(_) | AstKind::ForStatement(_)
            ),
            AstKind::FormalParameter(_) => {
                let function = self.nodes.parent_id(self.nodes.parent_id(node));
                self.handed_to(function).is_some_and(|handed| handed.callback.sync)
            }
            _ => false,
        }
    }
}
