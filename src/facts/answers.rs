//! Answers of other servers whose body nobody reads, so that their connection stays taken.

#[cfg(test)]
mod tests;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, MemberExpression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::flow::{Answer as Ways, Question, every_way_out, nodes_within};
use super::reader::{Reader, bound_symbol, peel};
use super::sites::{May, Named};
use super::{FunctionId, Room};
use crate::finding::Span;

/// A body that is not read, on every way or on one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unread {
    /// What brings the answer: `http.get(url`, `response.clone()`.
    pub span: Span,
    pub api: String,
    pub function: FunctionId,
    /// The name of the answer that is not read.
    pub name: String,
    pub kind: UnreadKind,
    /// Where a statement that discards the body can be written.
    pub room: Option<Room>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnreadKind {
    Never,
    /// Not on the way that ends here.
    OnThisWay(Span),
    /// One of the two sides of a clone.
    Clone,
}

/// Fields and methods of a message that do not touch its body.
const PASSIVE: [&str; 17] = [
    "statusCode",
    "statusMessage",
    "headers",
    "rawHeaders",
    "headersDistinct",
    "trailers",
    "httpVersion",
    "httpVersionMajor",
    "httpVersionMinor",
    "url",
    "method",
    "complete",
    "aborted",
    "setEncoding",
    "setTimeout",
    "readableEnded",
    "destroyed",
];

/// Fields and methods of a `Response` that do not touch its body.
const PASSIVE_FETCH: [&str; 8] = ["ok", "status", "statusText", "headers", "url", "redirected", "type", "bodyUsed"];

/// Calls that end the connection, and its answer with it.
const ENDS: [&str; 6] = ["destroy", "abort", "destroySoon", "exit", "resume", "close"];

/// Whether a call of this name may ask for an answer, or copy one.
pub(super) fn may_answer(name: &str) -> bool {
    matches!(name, "clone" | "get" | "request" | "on" | "once")
}

impl<'a> Reader<'a, '_> {
    /// Finds answers of `http.get` and sides of `response.clone()` that nobody reads.
    pub fn note_unread(&mut self) {
        if self.is_of_tests() {
            return;
        }
        for Named { call, .. } in self.calls_that(May::ANSWER) {
            match call.callee_name() {
                Some("clone") if call.arguments.is_empty() => self.note_clone(call),
                Some("get" | "request" | "on" | "once") => self.note_answer(call),
                _ => {}
            }
        }
    }

    fn note_answer(&mut self, call: &'a CallExpression<'a>) {
        let Some(function) = self.handler_of_answer(call) else { return };
        let node = self.function_nodes[function.0 as usize];
        let Some(symbol) = self.param_symbols(node).first().copied().flatten() else { return };
        // An answer to HEAD has no body.
        if self.asks_for_head(call) || self.scoping.symbol_is_mutated(symbol) {
            return;
        }
        let mut done = self.ends_within(node);
        let mut outside = false;
        for read in self.reads_of(symbol).collect::<Vec<_>>() {
            if let Some(use_of) = self.reading_use(read, &PASSIVE) {
                outside |= self.owner_of(use_of) != function;
                done.push(use_of);
            }
        }
        let mut room = None;
        let kind = if done.is_empty() {
            room = self.room_at_start(function);
            UnreadKind::Never
        } else if outside || done.iter().any(|n| self.owner_of(*n) != function) {
            return;
        } else {
            let question =
                Question { function: node, from: None, done: &done, throws: false, failing: &[], risks: false };
            let Ways::Misses(way) = every_way_out(self.semantic, &question) else { return };
            let at = way.test.filter(|_| way.at == node).unwrap_or(way.at);
            if matches!(self.nodes.kind(at), AstKind::ReturnStatement(r) if r.argument.is_none()) {
                room = self.room_before(at);
            }
            UnreadKind::OnThisWay(if at == node { self.head_of_function(node) } else { self.span_of(at) })
        };
        let unread = Unread {
            span: self.head_of_call(call),
            api: self.text_of(call.callee.span(), 40),
            function: self.owner_of(call.node_id.get()),
            name: self.scoping.symbol_name(symbol).to_owned(),
            kind,
            room,
        };
        self.facts.unread.push(unread);
    }

    /// The method stands in the call, in a variable that it names, or in the request that it listens to.
    fn asks_for_head(&self, call: &'a CallExpression<'a>) -> bool {
        let head = |span: oxc_span::Span| span.source_text(self.text).contains("HEAD");
        let receiver = peel(&call.callee).as_member_expression().map(MemberExpression::object);
        let named = call.arguments.iter().filter_map(Argument::as_expression).chain(receiver);
        head(call.span)
            || named
                .filter_map(|e| match peel(e) {
                    Expression::Identifier(id) => self.initial_value(self.symbol_of(id)?),
                    _ => None,
                })
                .any(|value| head(value.span()))
    }

    /// The function of the file that is handed the answer of this call.
    fn handler_of_answer(&mut self, call: &'a CallExpression<'a>) -> Option<FunctionId> {
        let last = call.arguments.last().and_then(Argument::as_expression)?;
        let function = self.function_denoted(last)?;
        let written = matches!(peel(last), Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_));
        let node = self.function_nodes[function.0 as usize];
        (written && self.asked_by(node)?.span == call.span).then_some(function)
    }

    /// Calls that end the request or its answer, whatever they are called on.
    fn ends_within(&mut self, function: NodeId) -> Vec<NodeId> {
        let mut ends = Vec::new();
        for id in nodes_within(self.nodes, function) {
            let AstKind::CallExpression(call) = self.nodes.kind(id) else { continue };
            if self.ends(id) || self.function_denoted(&call.callee).is_some_and(|f| self.ends_inside(f)) {
                ends.push(id);
            }
        }
        ends
    }

    fn ends(&self, node: NodeId) -> bool {
        matches!(self.nodes.kind(node), AstKind::CallExpression(call)
            if call.callee_name().is_some_and(|name| ENDS.contains(&name)))
    }

    /// A function of the file that ends a request when it is called.
    fn ends_inside(&self, function: FunctionId) -> bool {
        nodes_within(self.nodes, self.function_nodes[function.0 as usize]).any(|node| self.ends(node))
    }

    /// The node at which the body is read, discarded or handed on; `None` for what does not touch it.
    fn reading_use(&self, read: NodeId, passive: &[&str]) -> Option<NodeId> {
        let mut at = read;
        for _ in 0..16 {
            let (child, parent) = self.outside(at);
            let AstKind::StaticMemberExpression(m) = self.nodes.kind(parent) else {
                return match self.nodes.kind(parent) {
                    AstKind::ExpressionStatement(_)
                    | AstKind::IfStatement(_)
                    | AstKind::UnaryExpression(_)
                    | AstKind::BinaryExpression(_) => None,
                    AstKind::LogicalExpression(e) if e.left.span() == self.nodes.kind(child).span() => None,
                    // What an arrow function gives back to `http.get` is thrown away.
                    AstKind::ArrowFunctionExpression(_) if at != read => None,
                    _ => Some(parent),
                };
            };
            let (inner, outer) = self.outside(parent);
            let called = match self.nodes.kind(outer) {
                AstKind::CallExpression(call) if call.callee.span() == self.nodes.kind(inner).span() => Some(call),
                _ => None,
            };
            match (m.property.name.as_str(), called) {
                ("on" | "once" | "addListener", Some(call)) => match call.arguments.first() {
                    Some(Argument::StringLiteral(e)) if !matches!(e.value.as_str(), "data" | "readable") => at = outer,
                    _ => return Some(outer),
                },
                ("clone", Some(_)) => return None,
                (name, Some(_)) if passive.contains(&name) => at = outer,
                (name, None) if passive.contains(&name) => return None,
                _ => return Some(outer),
            }
        }
        None
    }

    /// `const copy = response.clone()`: a side that nobody reads takes up all that the other one gets.
    fn note_clone(&mut self, call: &'a CallExpression<'a>) {
        let Some(member) = peel(&call.callee).as_member_expression() else { return };
        let Expression::Identifier(original) = peel(member.object()) else { return };
        let Some(t) = self.library_type_of(member.object()) else { return };
        let (Some(symbol), true) = (self.symbol_of(original), self.apis.type_name(t) == "Response") else { return };
        let AstKind::VariableDeclarator(d) = self.nodes.kind(self.outside(call.node_id.get()).1) else { return };
        let Some(copy) = bound_symbol(&d.id) else { return };
        // What a parameter holds, its caller may read.
        let own = self.param_index(self.scoping.symbol_declaration(symbol)).is_none();
        let unread = if !self.is_read(copy) {
            copy
        } else if own && !self.is_read(symbol) {
            symbol
        } else {
            return;
        };
        let unread = Unread {
            span: self.span(call.span),
            api: self.text_of(call.callee.span(), 40),
            function: self.owner_of(call.node_id.get()),
            name: self.scoping.symbol_name(unread).to_owned(),
            kind: UnreadKind::Clone,
            room: None,
        };
        self.facts.unread.push(unread);
    }

    fn is_read(&self, symbol: SymbolId) -> bool {
        self.is_exported(symbol)
            || self.scoping.symbol_is_mutated(symbol)
            || self.reads_of(symbol).any(|read| self.reading_use(read, &PASSIVE_FETCH).is_some())
    }
}
