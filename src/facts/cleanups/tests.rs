//! Tests in front of a closing call that can never hold.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentOperator, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{CleanupFlaw, Closing};
use crate::facts::TOP;
use crate::facts::guards::Test;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_tests(&mut self, closings: &[Closing<'a>]) {
        for closing in closings {
            if self.owner_of(closing.node) == TOP {
                continue;
            }
            for test in self.tests_before(closing.node) {
                let inverted = self.absent_spots(test.test, test.holds);
                // A variable may stand for what the test asks for, or for something else: `const own = this.shared || make()`.
                let named = self.is_named_in(closing.thing.span(), test.test.span());
                let flaw = if named && self.is_of(&inverted, closing) {
                    CleanupFlaw::Inverted
                } else if self.never_holds(test.test, test.holds, test) {
                    CleanupFlaw::Unset
                } else {
                    continue;
                };
                let name = self.text_of(test.test.span(), 60);
                let opened = Some(self.span(closing.call.span));
                self.dead_cleanup(flaw, (test.test.node_id(), opened), name);
                break;
            }
        }
    }

    /// The closed thing itself is known to be absent: `if (!this.timer) clearInterval(this.timer)`.
    fn is_of(&mut self, absent: &[Spot<'a>], closing: &Closing<'a>) -> bool {
        if absent.is_empty() {
            return false;
        }
        let Some(thing) = self.spot_of(closing.thing) else { return false };
        let plain =
            !thing.path.contains(&Seg::Entry) && !matches!(thing.root, SpotRoot::Global(_) | SpotRoot::Module(_));
        plain && absent.contains(&thing) && !self.is_filled_beside(&thing, closing.node)
    }

    /// What is written in one place is written in the other, and not as a part of something longer.
    fn is_named_in(&self, thing: oxc_span::Span, test: oxc_span::Span) -> bool {
        let [thing, test] = [thing, test].map(|s| &self.text[s.start as usize..s.end as usize]);
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '#');
        test.match_indices(thing)
            .any(|(at, _)| !test[..at].ends_with(part) && !test[at + thing.len()..].starts_with(part))
    }

    /// The same function fills it as well: `if (!pool) pool = await connect(); pool.close()`, `clearTimeout(t); t = ..`.
    fn is_filled_beside(&self, spot: &Spot<'a>, node: NodeId) -> bool {
        let function = self.owner_of(node);
        self.assigned.get(spot).is_some_and(|all| all.iter().any(|n| self.owner_of(*n) == function))
    }

    /// `let done = false; .. () => { if (!done) return; done = true; off() }`: only what stands behind the test sets it.
    fn never_holds(&self, test: &'a Expression<'a>, holds: bool, whole: Test<'a>) -> bool {
        match peel(test) {
            Expression::UnaryExpression(e) if e.operator.is_not() => self.never_holds(&e.argument, !holds, whole),
            Expression::Identifier(id) => self.symbol_of(id).is_some_and(|symbol| self.is_never(symbol, holds, whole)),
            _ => false,
        }
    }

    /// The variable never is `wanted` when `test` asks for it.
    fn is_never(&self, symbol: SymbolId, wanted: bool, test: Test<'a>) -> bool {
        let AstKind::VariableDeclarator(declarator) = self.nodes.kind(self.scoping.symbol_declaration(symbol)) else {
            return false;
        };
        let Some(Expression::BooleanLiteral(first)) = declarator.init.as_ref().map(peel) else { return false };
        // A constant is a switch that somebody turns by hand.
        if first.value == wanted || self.is_exported(symbol) || !self.scoping.symbol_is_mutated(symbol) {
            return false;
        }
        let function = self.owner_of(test.test.node_id());
        self.scoping.symbol_declaration(symbol) < test.test.node_id()
            && self.scope_function(symbol) != function
            && self.scoping.get_resolved_references(symbol).filter(|r| r.is_write()).all(|r| {
                let written = r.node_id();
                match self.nodes.kind(self.outside(written).1) {
                    AstKind::AssignmentExpression(e) if e.operator == AssignmentOperator::Assign => {
                        matches!(peel(&e.right), Expression::BooleanLiteral(b) if b.value != wanted)
                            || (self.owner_of(written) == function && self.is_behind(written, test))
                    }
                    _ => false,
                }
            })
    }

    /// A node that runs only with the same outcome of the same test.
    fn is_behind(&self, node: NodeId, test: Test<'a>) -> bool {
        self.tests_before(node).iter().any(|t| t.holds == test.holds && t.test.span() == test.test.span())
    }
}
