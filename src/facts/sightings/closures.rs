//! Closures that are kept and share their context with others that use more.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::Seen;
use crate::facts::places::{Seg, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{FunctionId, TOP};
use crate::finding::Confidence;

/// Names that one value is given at once.
const MOST_NAMES: usize = 8;

impl<'a> Reader<'a, '_> {
    /// `client.release = () => ..`: what it is stored on outlives the function, and a sibling closure uses an object that
    /// this one does not. Says whether there was a closure to compare.
    pub(super) fn note_closure(&mut self, e: &'a AssignmentExpression<'a>) -> bool {
        let function = self.owner_of(e.node_id.get());
        if function == TOP {
            return false;
        }
        let Some(kept) = self.closures_in(&e.right, function) else { return false };
        let Some(spot) = self.assigned_spot(e) else { return false };
        let outlives = match (spot.root, spot.path.as_slice()) {
            (SpotRoot::Symbol(symbol), []) => self.scope_function(symbol) == TOP,
            (SpotRoot::Symbol(symbol), [Seg::Field(_)]) => {
                self.scope_function(symbol) == TOP
                    || self.param_index(self.scoping.symbol_declaration(symbol)).is_some()
            }
            _ => false,
        };
        if !outlives {
            return false;
        }
        let Some((symbol, at)) = self.only_siblings_use(function, &kept, &spot.root) else { return true };
        let name = self.scoping.symbol_name(symbol).to_owned();
        let other =
            (self.span_of(at), format!("only this closure uses `{name}`, and both closures share their variables"));
        let span = self.span(e.left.span());
        self.see((Seen::Closure, Confidence::Guess), e.node_id.get(), (span, name, Some(other)));
        true
    }

    /// The closures that a stored value holds, when they are made right in `function`.
    fn closures_in(&self, value: &'a Expression<'a>, function: FunctionId) -> Option<Vec<FunctionId>> {
        let mut value = peel(value);
        // `a = b = () => ..`; longer chains are not looked through for each of their names.
        for _ in 0..MOST_NAMES {
            let Expression::AssignmentExpression(e) = value else { break };
            value = peel(&e.right);
        }
        let found: Vec<FunctionId> = match value {
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
                self.literal_function(value).into_iter().collect()
            }
            Expression::ObjectExpression(object) => object
                .properties
                .iter()
                .filter_map(|p| p.as_property())
                .filter_map(|p| self.literal_function(&p.value))
                .collect(),
            _ => return None,
        };
        let own = |f: &FunctionId| self.facts.functions[f.0 as usize].parent == function;
        (!found.is_empty() && found.iter().all(own)).then_some(found)
    }

    /// A variable or parameter of `function`, an object by its use, that closures use which are not kept.
    fn only_siblings_use(
        &mut self,
        function: FunctionId,
        kept: &[FunctionId],
        holder: &SpotRoot<'a>,
    ) -> Option<(SymbolId, NodeId)> {
        self.symbols_in(function).into_iter().find_map(|symbol| {
            if *holder == SpotRoot::Symbol(symbol) || !self.is_object_by_use(symbol) {
                return None;
            }
            let reads: Vec<NodeId> = self.reads_of(symbol).collect();
            let home = |read: &NodeId| self.child_of(self.owner_of(*read), function);
            let inside = |read: &&NodeId| home(read).is_some_and(|f| kept.contains(&f));
            if reads.iter().any(|read| inside(&read)) {
                return None;
            }
            let sibling = reads.iter().find(|read| home(read).is_some_and(|f| f != function))?;
            Some((symbol, *sibling))
        })
    }

    /// The closure made right in `function` that a function is, or is part of.
    fn child_of(&self, inner: FunctionId, function: FunctionId) -> Option<FunctionId> {
        let mut at = inner;
        for _ in 0..16 {
            let parent = self.facts.functions[at.0 as usize].parent;
            if parent == function && at != function {
                return Some(at);
            }
            if at == TOP {
                return None;
            }
            at = parent;
        }
        None
    }

    /// A parameter with fields that are asked for, or a variable that takes over what the module keeps.
    fn is_object_by_use(&mut self, symbol: SymbolId) -> bool {
        let declared = self.scoping.symbol_declaration(symbol);
        if self.param_index(declared).is_some() {
            let mut reads = self.reads_of(symbol);
            return reads.any(|read| {
                let parent = self.outside(read).1;
                self.nodes.kind(parent).is_member_expression_kind()
                    && matches!(self.nodes.kind(self.outside(parent).1), AstKind::CallExpression(_))
            });
        }
        let AstKind::VariableDeclarator(d) = self.nodes.kind(declared) else { return false };
        match d.init.as_ref().map(peel) {
            Some(Expression::Identifier(id)) => {
                self.symbol_of(id).is_some_and(|s| self.scope_function(s) == TOP && self.scoping.symbol_is_mutated(s))
            }
            Some(init) => super::slices::is_big(init),
            None => false,
        }
    }
}
