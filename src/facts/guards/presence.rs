//! Tests that a key is present in some collection: what is written behind them adds no new key, or only known ones.

use oxc_ast::ast::{Argument, BinaryOperator, Expression, LogicalOperator, UnaryOperator};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Test;
use crate::facts::places::{Seg, Spot};
use crate::facts::reader::{Reader, peel};

impl<'a> Reader<'a, '_> {
    /// Collections in which `key` (as written) is known to be when `node` runs: `if (!TABLE[key]) throw ..`,
    /// `if (key in style)`, `NAMES.includes(key) && ..`.
    pub fn collections_with_key(&mut self, node: NodeId, key: &str) -> Vec<Spot<'a>> {
        let mut found = Vec::new();
        for Test { test, holds } in self.tests_before(node) {
            let mut work = vec![(test, holds)];
            while let Some((test, holds)) = work.pop() {
                match peel(test) {
                    Expression::UnaryExpression(e) if e.operator == UnaryOperator::LogicalNot => {
                        work.push((&e.argument, !holds));
                    }
                    Expression::LogicalExpression(e) if (e.operator == LogicalOperator::And) == holds => {
                        work.extend([(&e.left, holds), (&e.right, holds)]);
                    }
                    Expression::BinaryExpression(e) if !e.operator.is_in() => {
                        // `x.get(key) !== undefined`, `T[key] == null` when it does not hold.
                        let unequal =
                            matches!(e.operator, BinaryOperator::Inequality | BinaryOperator::StrictInequality);
                        let equal = matches!(e.operator, BinaryOperator::Equality | BinaryOperator::StrictEquality);
                        if super::is_nothing(&e.right) && ((unequal && holds) || (equal && !holds)) {
                            work.push((&e.left, true));
                        }
                    }
                    e if holds => found.extend(self.collection_asked(e, key)),
                    _ => {}
                }
            }
        }
        found
    }

    /// The collection that `c[key]`, `c.get(key)`, `c.has(key)`, `c.includes(key)` or `key in c` looks into.
    fn collection_asked(&mut self, expr: &'a Expression<'a>, key: &str) -> Option<Spot<'a>> {
        match peel(expr) {
            Expression::ComputedMemberExpression(m) => {
                (self.text_of(m.expression.span(), 60) == key).then_some(())?;
                self.spot_of(&m.object)
            }
            Expression::BinaryExpression(e) if e.operator.is_in() => {
                (self.text_of(e.left.span(), 60) == key).then_some(())?;
                self.spot_of(&e.right)
            }
            Expression::CallExpression(call) => {
                let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
                let asks = matches!(m.property.name.as_str(), "get" | "has" | "includes" | "hasOwnProperty");
                let first = call.arguments.first().and_then(Argument::as_expression)?;
                (asks && self.text_of(first.span(), 60) == key).then_some(())?;
                self.spot_of(&m.object)
            }
            // `const found = map.get(key); if (found) ..`
            Expression::Identifier(_) => {
                let spot = self.spot_of(expr)?;
                let (last, rest) = spot.path.split_last()?;
                (*last == Seg::Entry).then(|| Spot { root: spot.root, path: rest.into() })
            }
            _ => None,
        }
    }
}
