//! Data from outside that is gathered piece by piece, and whether anything says how much of it there may be.

mod limits;
#[cfg(test)]
mod tests;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, BinaryOperator, CallExpression, Expression, ForStatementLeft,
    MemberExpression, VariableDeclarator,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, bound_symbol, peel};
use super::{FunctionId, TOP};
use crate::finding::Span;

/// Pieces of a request, a socket or an answer that are put together: `body += chunk`, `chunks.push(chunk)`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intake {
    /// Where a piece is added.
    pub span: Span,
    /// The function that listens to the stream or loops over it.
    pub function: FunctionId,
    /// What grows and what it is read from, as written.
    pub into: String,
    pub stream: String,
    pub sender: Sender,
    /// A test of the size that does not stop the gathering.
    pub vain_limit: Option<Span>,
    /// The announced length is looked at, which a sender may leave out.
    pub trusts_header: bool,
}

/// Who sends the pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sender {
    /// A client of this server.
    Client,
    /// The other side of a socket.
    Peer,
    /// A server that this program asked.
    Server,
}

/// One place where a piece is added to what is there.
struct Piece<'a> {
    node: NodeId,
    /// What grows.
    target: oxc_span::Span,
    value: &'a Expression<'a>,
}

/// The code that runs for each piece.
struct Taking<'a> {
    stream: &'a Expression<'a>,
    /// The handler, or the loop.
    body: NodeId,
    /// The function that the handler is; `None` for a loop.
    handler: Option<FunctionId>,
    chunk: SymbolId,
    /// Listens or loops.
    function: FunctionId,
}

/// Streams that one file gathers, each looked for in the whole file: no file that people write has as many.
const MOST_INTAKES: usize = 200;

impl<'a> Reader<'a, '_> {
    /// Finds requests and other streams from outside that are gathered without a limit.
    pub fn note_intakes(&mut self) {
        if self.is_of_tests() {
            return;
        }
        for site in self.sites.clone().iter() {
            let piece = match *site {
                AstKind::AssignmentExpression(e) => self.appended(e),
                AstKind::CallExpression(call) => pushed(call),
                _ => None,
            };
            if let Some(piece) = piece
                && let Some(taking) = self.taking_around(piece.node)
                && self.mentions_symbol(piece.value, taking.chunk)
            {
                self.note_intake(&piece, &taking);
            }
        }
    }

    /// `body += chunk`, `body = body + chunk`, `body = Buffer.concat([body, chunk])`.
    fn appended(&self, e: &'a AssignmentExpression<'a>) -> Option<Piece<'a>> {
        let node = e.node_id.get();
        let target = e.left.span();
        let value = peel(&e.right);
        // What is added to a number only counts.
        if value.span().source_text(self.text).trim_end().ends_with("ength") {
            return None;
        }
        if e.operator == AssignmentOperator::Addition {
            return Some(Piece { node, target, value });
        }
        let first = match value {
            _ if e.operator != AssignmentOperator::Assign => return None,
            Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => &sum.left,
            Expression::CallExpression(call) if self.text_of(call.callee.span(), 20) == "Buffer.concat" => {
                match call.arguments.first() {
                    Some(Argument::ArrayExpression(parts)) => parts.elements.first()?.as_expression()?,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let same = peel(first).span().source_text(self.text) == target.source_text(self.text);
        same.then_some(Piece { node, target, value })
    }

    fn note_intake(&mut self, piece: &Piece<'a>, taking: &Taking<'a>) {
        if self.facts.intakes.len() >= MOST_INTAKES {
            return;
        }
        let Some(sender) = self.sender_of(taking.stream) else { return };
        let target = self.text_of(piece.target, 40);
        if self.is_declared_inside(piece, taking) || self.is_taken_out(&target, piece, taking) {
            return;
        }
        let vain_limit = match self.limit_of(&target, piece.node, taking) {
            limits::Limit::Stops => return,
            limits::Limit::Vain(span) => Some(span),
            limits::Limit::Missing => None,
        };
        let outer = self.nodes.kind(self.function_nodes[taking.function.0 as usize]).span();
        let text = outer.source_text(self.text).to_ascii_lowercase();
        let intake = Intake {
            span: self.span_of(piece.node),
            function: taking.function,
            into: target,
            stream: self.text_of(taking.stream.span(), 30),
            sender,
            vain_limit,
            trusts_header: taking.function != TOP && text.contains("content-length"),
        };
        self.facts.intakes.push(intake);
    }

    /// The handler of `data`, or the loop over pieces, that a node stands in.
    fn taking_around(&mut self, node: NodeId) -> Option<Taking<'a>> {
        let function = self.owner_of(node);
        for ancestor in self.nodes.ancestor_ids(node).take(16) {
            match self.nodes.kind(ancestor) {
                AstKind::ForOfStatement(f) if f.r#await => {
                    let ForStatementLeft::VariableDeclaration(d) = &f.left else { return None };
                    let chunk = d.declarations.first().and_then(|d: &VariableDeclarator<'a>| bound_symbol(&d.id))?;
                    let stream = peel(&f.right);
                    return Some(Taking { stream, body: ancestor, handler: None, chunk, function });
                }
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => break,
                _ => {}
            }
        }
        if function == TOP {
            return None;
        }
        let body = self.function_nodes[function.0 as usize];
        let chunk = self.param_symbols(body).first().copied().flatten()?;
        let call = self.listening_call(body)?;
        let stream = peel(&call.callee).as_member_expression()?.object();
        let outer = self.owner_of(call.node_id.get());
        Some(Taking { stream: beneath(stream), body, handler: Some(function), chunk, function: outer })
    }

    /// `stream.on('data', handler)`, with the handler written there or by its name.
    fn listening_call(&self, function: NodeId) -> Option<&'a CallExpression<'a>> {
        if let AstKind::CallExpression(call) = self.nodes.kind(self.outside(function).1) {
            return listens_to(call, &["data"]).then_some(call);
        }
        let symbol = self.symbol_of_function(function)?;
        self.reads_of(symbol).take(8).find_map(|read| match self.nodes.kind(self.outside(read).1) {
            AstKind::CallExpression(call) if listens_to(call, &["data"]) => Some(call),
            _ => None,
        })
    }

    /// Who sends what a stream gives; `None` for files, children and what is not known.
    fn sender_of(&mut self, stream: &'a Expression<'a>) -> Option<Sender> {
        let apis = self.apis;
        let stream = peel(stream);
        if let Some(t) = self.library_type_of(stream) {
            if apis.is_a_named(t, "IncomingMessage") {
                return Some(if self.is_request(stream) { Sender::Client } else { Sender::Server });
            }
            return apis.is_a_named(t, "Socket").then_some(Sender::Peer);
        }
        match stream {
            // A parameter of this name is a request to this server; an outgoing one is made, and gives no data.
            Expression::Identifier(id) if is_request_name(&id.name) => {
                let node = self.scoping.symbol_declaration(self.symbol_of(id)?);
                let plain = self.param_index(node).is_some() && self.is_plain_parameter(node);
                plain.then_some(Sender::Client)
            }
            Expression::StaticMemberExpression(m) if is_request_name(&m.property.name) => {
                matches!(peel(&m.object), Expression::Identifier(id) if matches!(id.name.as_str(), "ctx" | "context" | "c"))
                    .then_some(Sender::Client)
            }
            _ => None,
        }
    }

    /// A parameter without an annotation: one with a type that is not known may be anything.
    fn is_plain_parameter(&self, node: NodeId) -> bool {
        matches!(self.nodes.kind(node), AstKind::FormalParameter(p) if p.type_annotation.is_none())
    }

    /// Whether a message is a request to this program: by its name, or because a server hands it over.
    fn is_request(&mut self, stream: &'a Expression<'a>) -> bool {
        let Expression::Identifier(id) = stream else {
            let field = stream.as_member_expression().and_then(MemberExpression::static_property_name);
            return field.is_some_and(|name| name == "raw" || is_request_name(name));
        };
        let Some(symbol) = self.symbol_of(id) else { return false };
        let node = self.function_nodes[self.scope_function(symbol).0 as usize];
        let asked = self.asked_by(node).is_some();
        !asked && (id.name.to_ascii_lowercase().contains("req") || self.handed_to(node).is_some_and(|h| h.known))
    }

    /// The call that asks for the answer which a function is handed: `http.get(url, (answer) => ..)`.
    pub(in crate::facts) fn asked_by(&mut self, function: NodeId) -> Option<&'a CallExpression<'a>> {
        let handed = self.handed_to(function).filter(|h| h.known)?;
        let call = handed.call;
        let made = self.api_of_call(call).and_then(|hit| self.apis.row(hit.row).makes.as_deref());
        if made == Some("ClientRequest") {
            return Some(call);
        }
        let member = peel(&call.callee).as_member_expression()?;
        let t = self.library_type_of(member.object())?;
        (listens_to(call, &["response"]) && self.apis.is_a_named(t, "ClientRequest")).then_some(call)
    }

    /// Whether an expression names a symbol, directly or by a local made of it.
    fn mentions_symbol(&self, value: &'a Expression<'a>, symbol: SymbolId) -> bool {
        self.nodes_within(AstKind::from_expression(value).node_id(), 60).into_iter().any(|node| {
            let AstKind::IdentifierReference(id) = self.nodes.kind(node) else { return false };
            let Some(found) = self.symbol_of(id) else { return false };
            found == symbol
                || self.values_of(found).into_iter().take(2).any(|value| {
                    self.nodes_within(value, 40).into_iter().any(|inner| {
                        matches!(self.nodes.kind(inner), AstKind::IdentifierReference(id)
                            if self.symbol_of(id) == Some(symbol))
                    })
                })
        })
    }

    /// Declared in the handler or in the loop: it does not last from one piece to the next.
    fn is_declared_inside(&self, piece: &Piece<'a>, taking: &Taking<'a>) -> bool {
        let root = self.nodes_within(piece.node, 30).into_iter().find_map(|node| match self.nodes.kind(node) {
            AstKind::IdentifierReference(id) if piece.target.contains_inclusive(id.span) => self.symbol_of(id),
            _ => None,
        });
        let body = self.nodes.kind(taking.body).span();
        root.is_some_and(|s| body.contains_inclusive(self.nodes.kind(self.scoping.symbol_declaration(s)).span()))
    }
}

/// `chunks.push(chunk)`.
fn pushed<'a>(call: &'a CallExpression<'a>) -> Option<Piece<'a>> {
    let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
    let [argument] = call.arguments.as_slice() else { return None };
    let value = argument.as_expression()?;
    let plain = matches!(peel(&m.object), Expression::Identifier(_) | Expression::StaticMemberExpression(_));
    (m.property.name == "push" && plain).then_some(Piece { node: call.node_id.get(), target: m.object.span(), value })
}

/// `stream.on('data', ..)` for one of the events.
pub(in crate::facts) fn listens_to(call: &CallExpression<'_>, events: &[&str]) -> bool {
    matches!(call.callee_name(), Some("on" | "once" | "addListener" | "prependListener"))
        && matches!(call.arguments.first(), Some(Argument::StringLiteral(s)) if events.contains(&s.value.as_str()))
}

/// The stream behind calls that give it back: `req.setEncoding('utf8').on('data', ..)`.
fn beneath<'a>(expr: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut at = peel(expr);
    for _ in 0..16 {
        let Expression::CallExpression(call) = at else { return at };
        let fluent = matches!(call.callee_name(), Some("on" | "once" | "addListener" | "setEncoding" | "resume"));
        match peel(&call.callee).as_member_expression() {
            Some(member) if fluent => at = peel(member.object()),
            _ => return at,
        }
    }
    at
}

fn is_request_name(name: &str) -> bool {
    matches!(name, "req" | "request" | "_req" | "incomingMessage")
}
