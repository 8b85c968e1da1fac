//! Promises made by hand: executors, `withResolvers`, and on which ways they settle.

mod chains;
mod deferreds;
pub(super) mod emitters;
mod gaps;
mod holds;
mod races;
mod recursions;
mod repairs;
mod touches;

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::functions::key_name;
use super::reader::{Reader, bound_symbol};
use super::runs::is_global_promise;
use super::{FunctionId, Repair};
use crate::finding::{Confidence, Span};
pub use races::{Race, Racer};
pub use recursions::Recursion;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Promise {
    pub kind: PromiseKind,
    pub span: Span,
    /// The executor's head, or the `withResolvers` call.
    pub head: Span,
    pub function: FunctionId,
    pub settles: Settles,
    /// Awaited or returned where it is made: its caller hangs.
    pub awaited: bool,
    /// What becomes of it where it is made, and where that is written.
    pub held: Hold,
    pub held_at: Span,
    /// How certain `settles` is.
    pub confidence: Confidence,
    /// A change that settles it, when it is clear.
    pub repair: Option<Repair>,
}

/// What becomes of a promise where it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    Awaited,
    Returned,
    /// Stored or passed on.
    Kept,
    /// Nobody looks at it again.
    Dropped,
    /// Raced with others: one that stays pending does no harm to the race.
    Raced,
    Thrown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromiseKind {
    Executor,
    WithResolvers,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Settles {
    Always,
    Never,
    /// The resolver goes out of sight; nothing is said.
    Escapes,
    /// Not on this way; the text says which.
    NotOn {
        way: Span,
        why: String,
        /// What keeps the resolvers, when it outlives the wait: the promise is then never collected either.
        keeper: Option<String>,
    },
}

/// The function that `new Promise(..)` runs.
pub(super) struct Executor {
    pub node: NodeId,
    pub function: FunctionId,
    pub resolve: Option<SymbolId>,
    pub reject: Option<SymbolId>,
    /// A parameter is a pattern or `arguments` is used: the resolvers go by other names.
    pub opaque: bool,
}

/// A way on which nothing settles.
pub(super) struct Gap {
    pub way: Span,
    pub why: String,
    pub keeper: Option<String>,
    pub confidence: Confidence,
    pub repair: Option<Repair>,
}

/// What was found out about a promise.
struct Verdict {
    settles: Settles,
    confidence: Confidence,
    repair: Option<Repair>,
}

impl Verdict {
    const fn plain(settles: Settles) -> Self {
        Self { settles, confidence: Confidence::Sure, repair: None }
    }
}

impl<'a> Reader<'a, '_> {
    /// Finds promises whose settling is in the hands of this file. Files that never name `Promise` cost one look-up.
    pub fn note_promises(&mut self) {
        let Some(references) = self.scoping.root_unresolved_references().get("Promise") else { return };
        let mut nodes: Vec<NodeId> = references.iter().map(|r| self.scoping.get_reference(*r).node_id()).collect();
        nodes.sort_unstable();
        for node in nodes {
            self.note_promise_named_at(node);
        }
    }

    fn note_promise_named_at(&mut self, name: NodeId) {
        let (child, parent) = self.outside(name);
        let at = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::NewExpression(new) if new.callee.span() == at && is_global_promise(self, &new.callee) => {
                let Some(executor) = new.arguments.first().and_then(|a| a.as_expression()) else { return };
                let Some(executor) = self.executor(executor) else { return };
                let verdict = self.judge_executor(parent, &executor);
                self.push_promise(PromiseKind::Executor, parent, verdict);
            }
            AstKind::StaticMemberExpression(m) if m.property.name == "withResolvers" => {
                let (callee, call) = self.outside(parent);
                let is_call = matches!(self.nodes.kind(call), AstKind::CallExpression(c)
                    if c.callee.span() == self.nodes.kind(callee).span());
                if is_call {
                    let verdict = Verdict::plain(self.judge_resolvers(call));
                    self.push_promise(PromiseKind::WithResolvers, call, verdict);
                }
            }
            AstKind::StaticMemberExpression(m) if matches!(m.property.name.as_str(), "race" | "any") => {
                self.note_race(parent);
            }
            _ => {}
        }
    }

    fn push_promise(&mut self, kind: PromiseKind, node: NodeId, verdict: Verdict) {
        let Verdict { settles, confidence, repair } = verdict;
        let (held, held_at) = self.hold_of(node);
        let whole = self.nodes.kind(node).span();
        let pointed = match self.nodes.kind(node) {
            AstKind::NewExpression(new) => oxc_span::Span::new(whole.start, new.callee.span().end),
            _ => whole,
        };
        // A rejection that nobody in sight waits for would go unhandled.
        let repair = repair.filter(|_| matches!(held, Hold::Awaited | Hold::Returned));
        self.facts.promises.push(Promise {
            kind,
            span: self.span(whole),
            head: self.span(pointed),
            function: self.owner_of(node),
            settles,
            awaited: matches!(held, Hold::Awaited | Hold::Returned),
            held,
            held_at,
            confidence,
            repair,
        });
    }

    /// The executor, when it is a function of this file.
    fn executor(&mut self, expr: &'a Expression<'a>) -> Option<Executor> {
        let function = self.function_denoted(expr)?;
        let node = self.function_nodes[function.0 as usize];
        let params = self.params_of(node)?;
        let symbols = self.param_symbols(node);
        let named = symbols.iter().take(2).all(Option::is_some) && params.rest.is_none();
        let opaque = !named || self.uses_arguments(node);
        let at = |i: usize| symbols.get(i).copied().flatten();
        Some(Executor { node, function, resolve: at(0), reject: at(1), opaque })
    }

    fn uses_arguments(&self, function: NodeId) -> bool {
        let Some(uses) = self.scoping.root_unresolved_references().get("arguments") else { return false };
        let span = self.nodes.kind(function).span();
        uses.iter().any(|r| span.contains_inclusive(self.nodes.kind(self.scoping.get_reference(*r).node_id()).span()))
    }

    fn judge_executor(&mut self, promise: NodeId, executor: &Executor) -> Verdict {
        if executor.opaque {
            return Verdict::plain(Settles::Escapes);
        }
        let Some(touches) = self.touches(executor) else { return Verdict::plain(Settles::Escapes) };
        if touches.is_empty() {
            return self.judge_untouched(promise, executor);
        }
        if self.is_meant_to_race(promise, &touches) || self.is_pending_on_purpose(executor) {
            return Verdict::plain(Settles::Escapes);
        }
        match self.gap(executor, &touches).or_else(|| self.gap_at_end(executor, &touches)) {
            Some(Gap { way, why, keeper, confidence, repair }) => {
                Verdict { settles: Settles::NotOn { way, why, keeper }, confidence, repair }
            }
            None if touches.escapes() => Verdict::plain(Settles::Escapes),
            None => Verdict::plain(Settles::Always),
        }
    }

    /// Neither resolver is ever mentioned.
    fn judge_untouched(&mut self, promise: NodeId, executor: &Executor) -> Verdict {
        if !self.ends_normally(executor) {
            // It throws on every way, which rejects.
            return Verdict::plain(Settles::Always);
        }
        match self.confidence_of_eternal(promise, executor) {
            Some(confidence) => Verdict { settles: Settles::Never, confidence, repair: None },
            None => Verdict::plain(Settles::Escapes),
        }
    }

    /// `Promise.withResolvers()` whose functions nobody takes or calls never settles.
    fn judge_resolvers(&mut self, call: NodeId) -> Settles {
        let (_, parent) = self.outside(call);
        let untouched = match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => match &d.id {
                BindingPattern::ObjectPattern(p) if p.rest.is_none() => p.properties.iter().all(|property| {
                    let symbol = bound_symbol(&property.value);
                    match (key_name(&property.key), symbol) {
                        (Some("promise"), _) => true,
                        (Some(_), Some(symbol)) => self.is_unused(symbol),
                        _ => false,
                    }
                }),
                BindingPattern::BindingIdentifier(id) => {
                    id.symbol_id.get().is_some_and(|s| self.only_promise_is_read(s))
                }
                _ => false,
            },
            AstKind::StaticMemberExpression(m) => m.property.name == "promise",
            _ => false,
        };
        if untouched && !matches!(self.hold_of(call).0, Hold::Raced | Hold::Thrown | Hold::Dropped) {
            Settles::Never
        } else {
            Settles::Escapes
        }
    }

    fn is_unused(&self, symbol: SymbolId) -> bool {
        !self.is_exported(symbol) && self.scoping.get_resolved_references(symbol).next().is_none()
    }

    /// `d` occurs only as `d.promise`.
    fn only_promise_is_read(&self, symbol: SymbolId) -> bool {
        let mut read = false;
        for reference in self.scoping.get_resolved_references(symbol) {
            let (_, parent) = self.outside(reference.node_id());
            match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m) if m.property.name == "promise" => read = true,
                _ => return false,
            }
        }
        read && !self.is_exported(symbol)
    }
}

#[cfg(test)]
mod tests;
