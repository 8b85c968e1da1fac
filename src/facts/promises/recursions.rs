//! Recursion that waits for itself: each round's promise waits for the next one, and none ever settles.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::gaps::chain_method;
use crate::facts::flow::nodes_within;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::runs::is_global_promise;
use crate::facts::{FunctionId, TOP};
use crate::finding::Span;

/// A function that calls itself and waits for that, without an end of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recursion {
    pub function: FunctionId,
    /// Name and head of the function that calls itself.
    pub name: String,
    pub head: Span,
    pub call: Span,
    pub awaited: bool,
    /// The test that alone ends it.
    pub stop: Option<Span>,
}

/// Words by which a test asks whether all is over; others ask about the work, which comes to an end.
const STOPS: [&str; 16] = [
    "abort",
    "alive",
    "cancel",
    "clos",
    "destroy",
    "dispos",
    "disconnect",
    "enabled",
    "err",
    "exit",
    "quit",
    "running",
    "shutdown",
    "stop",
    "terminat",
    "unmount",
];

/// Of these, the ones that say that it is not over.
const GOES_ON: [&str; 4] = ["alive", "enabled", "running", "true"];

impl<'a> Reader<'a, '_> {
    /// Finds functions whose promise waits for a call of the same function.
    pub fn note_recursions(&mut self) {
        for site in self.sites.clone().iter() {
            let AstKind::CallExpression(call) = *site else { continue };
            let Some(function) = self.called_around(call) else { continue };
            let Some(awaited) = self.waits_for(call.node_id.get(), function) else { continue };
            let Some(stops) = self.only_stops(call, function) else { continue };
            let node = self.function_nodes[function.0 as usize];
            let Some((name, head)) = self.name_of_function(node) else { continue };
            self.facts.recursions.push(Recursion {
                function,
                name: name.to_owned(),
                head: self.span(head),
                call: self.span(call.span),
                awaited,
                stop: stops.last().map(|s| self.span_of(*s)),
            });
        }
    }

    /// The enclosing function that a call calls again.
    fn called_around(&mut self, call: &'a CallExpression<'a>) -> Option<FunctionId> {
        let name = last_name(&call.callee)?;
        let mut at = self.owner_of(call.node_id.get());
        for _ in 0..5 {
            if at == TOP {
                return None;
            }
            let node = self.function_nodes[at.0 as usize];
            if self.name_of_function(node).is_some_and(|(own, _)| own == name) {
                // Of other objects' methods of the same name nothing is known: `child.poll()`.
                if let Some(member) = peel(&call.callee).as_member_expression()
                    && !matches!(peel(member.object()), Expression::ThisExpression(_) | Expression::Identifier(_))
                {
                    return None;
                }
                return (self.function_denoted(&call.callee) == Some(at) && self.is_same_round(call, node))
                    .then_some(at);
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        None
    }

    /// What is passed is what was passed before: no counter, no next page, no child.
    fn is_same_round(&self, call: &CallExpression<'a>, function: NodeId) -> bool {
        let own = self.param_symbols(function);
        if call.arguments.len() < own.len() {
            return false;
        }
        call.arguments.iter().enumerate().all(|(index, argument)| match argument.as_expression().map(peel) {
            Some(Expression::Identifier(id)) => match self.symbol_of(id) {
                Some(symbol) if self.scoping.symbol_is_mutated(symbol) => false,
                Some(symbol) => {
                    own.get(index) == Some(&Some(symbol))
                        || !self.is_within(self.scoping.symbol_declaration(symbol), function)
                }
                None => true,
            },
            Some(Expression::StaticMemberExpression(m)) => matches!(peel(&m.object), Expression::ThisExpression(_)),
            Some(e) => matches!(e, Expression::ThisExpression(_)),
            None => false,
        })
    }

    /// Whether the promise of `function` waits for the value of `node`; `true` inside when it is by an `await`.
    fn waits_for(&self, node: NodeId, function: FunctionId) -> Option<bool> {
        let mut at = node;
        let mut later = self.facts.functions[function.0 as usize].is_async;
        for _ in 0..32 {
            let (child, parent) = self.outside(at);
            let span = self.nodes.kind(child).span();
            let owner = self.owner_of(parent);
            match self.nodes.kind(parent) {
                AstKind::AwaitExpression(_) if owner == function => {
                    return self.has_await(function, parent).then_some(true);
                }
                AstKind::AwaitExpression(_) => at = parent,
                AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) | AstKind::ExpressionStatement(_) => {
                    let is_value = match self.nodes.kind(parent) {
                        AstKind::ExpressionStatement(_) => {
                            matches!(self.nodes.parent_kind(parent), AstKind::ArrowFunctionExpression(_))
                        }
                        _ => true,
                    };
                    let inner = if is_value { owner } else { return self.awaited_inside(child, owner, function) };
                    if inner == function {
                        return (later && self.is_later(function, node)).then_some(false);
                    }
                    at = self.chain_around(self.function_nodes[inner.0 as usize])?;
                    later = true;
                }
                AstKind::StaticMemberExpression(m)
                    if m.object.span() == span && matches!(m.property.name.as_str(), "then" | "catch" | "finally") =>
                {
                    at = self.outside(parent).1;
                }
                AstKind::ConditionalExpression(e) if e.test.span() != span => at = parent,
                AstKind::LogicalExpression(e) if e.right.span() == span => at = parent,
                AstKind::CallExpression(call) => {
                    at = self.promise_resolved_by(call)?;
                    later = true;
                }
                _ => return None,
            }
        }
        None
    }

    /// `await poll()` as a statement of an async callback: the callback's promise waits for it.
    fn awaited_inside(&self, child: NodeId, owner: FunctionId, function: FunctionId) -> Option<bool> {
        let awaits = matches!(self.nodes.kind(child), AstKind::AwaitExpression(_)) && owner != function;
        let at = awaits.then(|| self.chain_around(self.function_nodes[owner.0 as usize])).flatten()?;
        self.waits_for(at, function)
    }

    /// The link of a chain that runs a callback: `.then(() => poll())`. Rejections are answered by trying again, which
    /// ends when it succeeds.
    fn chain_around(&self, callback: NodeId) -> Option<NodeId> {
        let (child, parent) = self.outside(callback);
        let AstKind::CallExpression(call) = self.nodes.kind(parent) else { return None };
        let first = call.arguments.first().is_some_and(|a| a.span() == self.nodes.kind(child).span());
        (first && chain_method(call) == Some("then")).then_some(parent)
    }

    /// `resolve(poll())`: the promise that it resolves.
    fn promise_resolved_by(&self, call: &CallExpression<'a>) -> Option<NodeId> {
        let Expression::Identifier(id) = peel(&call.callee) else { return None };
        let declaration = self.scoping.symbol_declaration(self.symbol_of(id)?);
        (self.param_index(declaration) == Some(0)).then_some(())?;
        let executor = self.nodes.parent_id(self.nodes.parent_id(declaration));
        let (_, promise) = self.outside(executor);
        match self.nodes.kind(promise) {
            AstKind::NewExpression(new) if is_global_promise(self, &new.callee) => Some(promise),
            _ => None,
        }
    }

    /// Something is awaited before the next round: without it, the stack would overflow at once.
    fn is_later(&self, function: FunctionId, call: NodeId) -> bool {
        self.owner_of(call) != function || self.has_await(function, call)
    }

    fn has_await(&self, function: FunctionId, before: NodeId) -> bool {
        let end = self.nodes.kind(before).span().start;
        nodes_within(self.nodes, self.function_nodes[function.0 as usize]).any(|n| {
            matches!(self.nodes.kind(n), AstKind::AwaitExpression(e) if e.span.end <= end)
                && self.owner_of(n) == function
        })
    }

    /// The tests that keep the function from its next round, when all of them ask whether all is over. `None` when some
    /// other test does, or when the next round is an answer to an error: what is tried again succeeds at last.
    fn only_stops(&self, call: &CallExpression<'a>, function: FunctionId) -> Option<Vec<NodeId>> {
        let body = self.function_nodes[function.0 as usize];
        let mut tests = self.branches_around(call.node_id.get(), body)?;
        if tests.iter().any(|t| self.is_answer_to_error(*t, call)) {
            return None;
        }
        for node in nodes_within(self.nodes, body) {
            let leaves = match self.nodes.kind(node) {
                AstKind::ReturnStatement(r) => !r.span.contains_inclusive(call.span),
                AstKind::ThrowStatement(_) => true,
                _ => false,
            };
            // Values that inner functions return go elsewhere, except along the chain.
            let here = self.owner_of(node) == function || self.owner_of(node) == self.owner_of(call.node_id.get());
            if leaves && here {
                let around = self.branches_around(node, body)?;
                // What ends without a test never comes to the call, or comes from a `catch` that gives up.
                if around.is_empty() {
                    return None;
                }
                tests.extend(around);
            }
        }
        tests.iter().all(|t| self.asks_for_the_end(*t)).then_some(tests)
    }

    /// Tests of the branches around a node; `None` where it stands in a loop, a `switch` or a `catch`.
    fn branches_around(&self, node: NodeId, body: NodeId) -> Option<Vec<NodeId>> {
        let mut tests = Vec::new();
        let span = self.nodes.kind(node).span();
        for ancestor in self.nodes.ancestor_ids(node).take_while(|a| *a != body) {
            match self.nodes.kind(ancestor) {
                AstKind::IfStatement(s) if !s.test.span().contains_inclusive(span) => tests.push(s.test.node_id()),
                AstKind::ConditionalExpression(e) if !e.test.span().contains_inclusive(span) => {
                    tests.push(e.test.node_id());
                }
                AstKind::LogicalExpression(e) if e.right.span().contains_inclusive(span) => {
                    tests.push(e.left.node_id());
                }
                AstKind::CatchClause(_) | AstKind::SwitchStatement(_) => return None,
                kind if super::touches::is_loop(kind) => return None,
                _ => {}
            }
        }
        Some(tests)
    }

    /// `stopped`, `!this.running`, `signal.aborted`.
    fn asks_for_the_end(&self, test: NodeId) -> bool {
        let written = self.nodes.kind(test).span().source_text(self.text).to_lowercase();
        written == "true" || (STOPS.iter().any(|w| written.contains(w)) && !written.contains(['<', '>']))
    }

    /// `if (cancelled) return load()`: the call stands on the side where something went wrong.
    fn is_answer_to_error(&self, test: NodeId, call: &CallExpression<'a>) -> bool {
        let written = self.nodes.kind(test).span().source_text(self.text).to_lowercase();
        let consequent = match self.nodes.kind(self.outside(test).1) {
            AstKind::IfStatement(s) => s.consequent.span(),
            AstKind::ConditionalExpression(e) => e.consequent.span(),
            AstKind::LogicalExpression(e) => e.right.span(),
            _ => return false,
        };
        let goes_on = GOES_ON.iter().any(|w| written.contains(w)) || written.starts_with('!');
        !goes_on && consequent.contains_inclusive(call.span)
    }
}
