//! Follows a client through the names that hold it. Passing it on is what clients are for, and closes nothing.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, AssignmentExpression, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::super::words::{is_end, is_ending_call, is_fluent};
use super::Holder;
use crate::apis::What;
use crate::facts::functions::key_name;
use crate::facts::places::{GLOBAL_OBJECTS, Seg, SpotRoot, seg_of_member};
use crate::facts::reader::{Reader, bound_symbol, function_literal, last_name, peel};
use crate::facts::{FunctionId, TOP};
use crate::finding::Span;

/// What was learnt of one client.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one client")]
pub(super) struct Held<'a> {
    pub closes: Vec<NodeId>,
    /// Someone out of sight keeps it or takes care of it.
    pub kept: bool,
    /// The function gives it back.
    pub returned: bool,
    pub lent: bool,
    /// A closure that someone keeps uses it.
    pub captured: bool,
    /// Closed by someone who may be handed something else.
    pub conditional: bool,
    pub symbol: Option<SymbolId>,
    pub holder: Option<Holder>,
    pub name: String,
    pub made_in: Option<Span>,
    pub(super) seen: Vec<SymbolId>,
    pub(super) fields: Vec<&'a str>,
    pub(super) depth: u32,
}

/// Calls that give back the client they are made on, or one made of it.
const SAME: [&str; 8] = ["promise", "asPromise", "connect", "$extends", "$connect", "initialize", "catch", "finally"];

/// Methods that put something into a collection, where it can be found again.
const COLLECTS: [&str; 8] = ["push", "add", "set", "unshift", "resolve", "provide", "register", "defer"];

/// What is yielded, exported or spread is someone else's.
const fn is_out_of_sight(kind: AstKind<'_>) -> bool {
    matches!(
        kind,
        AstKind::YieldExpression(_)
            | AstKind::ExportDefaultDeclaration(_)
            | AstKind::ExportSpecifier(_)
            | AstKind::SpreadElement(_)
    )
}

impl<'a> Reader<'a, '_> {
    /// Where a client goes that `node` makes in `function`.
    pub(super) fn hold_client(&mut self, node: NodeId, function: FunctionId) -> Held<'a> {
        let mut held = Held::default();
        self.trace(node, function, &mut held);
        held
    }

    fn trace(&mut self, node: NodeId, function: FunctionId, held: &mut Held<'a>) {
        let mut at = node;
        for _ in 0..16 {
            let (child, parent) = self.outside(at);
            let span = self.nodes.kind(child).span();
            at = match self.nodes.kind(parent) {
                AstKind::AwaitExpression(_) => parent,
                AstKind::LogicalExpression(e) if e.right.span() == span || !e.operator.is_and() => parent,
                AstKind::ConditionalExpression(e) if e.test.span() != span => parent,
                kind if kind.is_member_expression_kind() => match self.trace_member(span, parent, held) {
                    Some(next) => next,
                    None => return,
                },
                // What holds it goes on in its place.
                AstKind::ObjectProperty(_) => {
                    held.lent = true;
                    self.nodes.parent_id(parent)
                }
                AstKind::ArrayExpression(_) => parent,
                AstKind::CallExpression(call) => {
                    return self.trace_argument(call, span, (function, held));
                }
                AstKind::NewExpression(_) => {
                    held.lent = true;
                    return;
                }
                AstKind::VariableDeclarator(d) => {
                    let using =
                        matches!(self.nodes.parent_kind(parent), AstKind::VariableDeclaration(v) if v.kind.is_using());
                    match bound_symbol(&d.id) {
                        Some(symbol) if !using => self.trace_variable(symbol, function, held),
                        _ => held.kept |= using || self.takes_apart(&d.id),
                    }
                    return;
                }
                AstKind::AssignmentExpression(e) if e.right.span() == span => {
                    self.trace_assignment(e, function, held);
                    parent
                }
                AstKind::PropertyDefinition(p) => {
                    held.holder = Some(Holder::Field);
                    return match key_name(&p.key) {
                        Some(name) => self.trace_field(name, function, held),
                        None => held.kept = true,
                    };
                }
                AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => {
                    held.returned = true;
                    return;
                }
                kind => {
                    held.kept |= is_out_of_sight(kind);
                    return;
                }
            };
            if held.kept {
                return;
            }
        }
    }

    /// `const { close } = ..`: what was made is known by its parts only.
    fn takes_apart(&self, pattern: &oxc_ast::ast::BindingPattern<'a>) -> bool {
        let names = pattern.get_symbol_ids();
        names.iter().any(|symbol| is_end(self.scoping.symbol_name(*symbol)))
    }

    fn trace_variable(&mut self, symbol: SymbolId, function: FunctionId, held: &mut Held<'a>) {
        if held.seen.contains(&symbol) || held.seen.len() > 6 {
            return;
        }
        held.seen.push(symbol);
        if held.name.is_empty() {
            self.scoping.symbol_name(symbol).clone_into(&mut held.name);
            held.symbol = Some(symbol);
        }
        if self.is_exported(symbol) {
            held.kept = true;
        }
        let reads: Vec<NodeId> = self.reads_of(symbol).collect();
        for read in reads {
            if held.kept {
                return;
            }
            held.captured |= self.is_kept_closure(read, function);
            self.trace(read, function, held);
        }
    }

    /// `return () => client.get(key)`, `store.send = (args) => client.send(args)`, `{ send: () => client.send() }`.
    fn is_kept_closure(&self, read: NodeId, function: FunctionId) -> bool {
        let mut at = self.owner_of(read);
        while at != function && at != TOP {
            let node = self.function_nodes[at.0 as usize];
            let (_, parent) = self.outside(node);
            let kept = match self.nodes.kind(parent) {
                AstKind::ObjectProperty(_) | AstKind::ReturnStatement(_) => true,
                AstKind::AssignmentExpression(e) => e.left.as_member_expression().is_some(),
                _ => false,
            };
            if kept {
                return true;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        false
    }

    fn trace_assignment(&mut self, e: &'a AssignmentExpression<'a>, function: FunctionId, held: &mut Held<'a>) {
        let Some(target) = e.left.as_simple_assignment_target() else {
            held.kept = true;
            return;
        };
        if let oxc_ast::ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = target {
            match self.symbol_of(id) {
                Some(symbol) => {
                    if self.is_outside(symbol, function) {
                        held.holder = Some(Holder::Outer);
                    }
                    self.trace_variable(symbol, function, held);
                }
                None => held.kept = true,
            }
            return;
        }
        let Some(member) = target.as_member_expression() else {
            held.kept = true;
            return;
        };
        let root = self.spot_of(member.object()).map(|spot| spot.root);
        match (seg_of_member(member), root) {
            (Seg::Entry, _) | (_, Some(SpotRoot::Module(_)) | None) => held.kept = true,
            (_, Some(SpotRoot::Global(name))) => {
                held.kept |= GLOBAL_OBJECTS.contains(&name) || self.assigned_spot(e).is_some();
            }
            (Seg::Field(name), Some(SpotRoot::Symbol(symbol))) => {
                let request = self.param_index(self.scoping.symbol_declaration(symbol)).is_some();
                // `req.db = client` goes with the request; `cache.db = client` is overwritten.
                if request || !self.is_outside(symbol, function) {
                    held.lent = true;
                } else {
                    held.holder = Some(Holder::Outer);
                }
                self.trace_field(name, function, held);
            }
            (Seg::Field(name), Some(_)) => {
                held.holder = Some(Holder::Field);
                self.trace_field(name, function, held);
            }
        }
    }

    /// Follows every read of a field of this name, whatever the object.
    fn trace_field(&mut self, field: &'a str, function: FunctionId, held: &mut Held<'a>) {
        if held.fields.contains(&field) || held.fields.len() > 2 {
            return;
        }
        held.fields.push(field);
        if held.name.is_empty() {
            field.clone_into(&mut held.name);
        }
        for index in 0..self.nodes.len() {
            let node = NodeId::from_usize(index);
            let name = match self.nodes.kind(node) {
                AstKind::StaticMemberExpression(m) => m.property.name.as_str(),
                AstKind::PrivateFieldExpression(m) => m.field.name.as_str(),
                // `const { client } = this`
                AstKind::BindingProperty(p) if key_name(&p.key) == Some(field) => {
                    held.conditional = true;
                    if let Some(symbol) = bound_symbol(&p.value) {
                        self.trace_variable(symbol, function, held);
                    }
                    continue;
                }
                _ => continue,
            };
            if name == field {
                let returned = held.returned;
                self.trace(node, function, held);
                // That someone asks for the field later does not give it back now.
                held.returned = returned;
            }
            if held.kept {
                return;
            }
        }
    }

    /// `client.x`: what follows the client is what comes back from calls that give it back.
    fn trace_member(&mut self, span: oxc_span::Span, member: NodeId, held: &mut Held<'a>) -> Option<NodeId> {
        let (object, name) = match self.nodes.kind(member) {
            AstKind::StaticMemberExpression(m) => (&m.object, m.property.name.as_str()),
            AstKind::PrivateFieldExpression(m) => (&m.object, m.field.name.as_str()),
            AstKind::ComputedMemberExpression(m) => {
                // `client[Symbol.asyncDispose]()`
                let disposes = m.object.span() == span && m.expression.span().source_text(self.text).contains("ispose");
                held.kept |= disposes;
                return None;
            }
            _ => return None,
        };
        if object.span() != span {
            return None;
        }
        let ends = is_end(name) || matches!(name, "$disconnect" | "closePool" | "disconnectAsync" | "eject");
        let (whole, outer) = self.outside(member);
        let AstKind::CallExpression(call) = self.nodes.kind(outer) else {
            // Handed on: `onExit(client.close)`.
            held.kept |= ends;
            return None;
        };
        if call.callee.span() != self.nodes.kind(whole).span() {
            held.kept |= ends;
            return None;
        }
        if ends {
            held.closes.push(outer);
            return None;
        }
        if name == "then"
            && let Some(function) = call.arguments.first().and_then(Argument::as_expression).and_then(function_literal)
        {
            held.conditional = true;
            if let Some(Some(symbol)) = self.param_symbols(function).first().copied() {
                let owner = self.owner_of(function);
                self.trace_variable(symbol, owner, held);
            }
            return None;
        }
        (SAME.contains(&name) || is_fluent(name)).then_some(outer)
    }

    fn trace_argument(
        &mut self,
        call: &'a CallExpression<'a>,
        span: oxc_span::Span,
        (function, held): (FunctionId, &mut Held<'a>),
    ) {
        if call.callee.span() == span {
            return;
        }
        let closes = self.api_of_call(call).is_some_and(|hit| {
            let row = self.apis.row(hit.row);
            row.closes == Some(What::Client)
        });
        let name = last_name(&call.callee).unwrap_or("");
        if closes {
            held.closes.push(call.node_id.get());
            return;
        }
        // `Promise.all([client.connect()])` and the like hold nothing for longer.
        let promise = peel(&call.callee)
            .as_member_expression()
            .is_some_and(|m| matches!(m.object(), Expression::Identifier(id) if id.name == "Promise"));
        if is_ending_call(name) || (COLLECTS.contains(&name) && !promise) {
            held.kept = true;
            return;
        }
        held.lent = true;
        let index = call.arguments.iter().position(|a| a.span() == span);
        let Some(target) = self.function_denoted(&call.callee).filter(|_| held.depth < 3) else { return };
        let node = self.function_nodes[target.0 as usize];
        if let Some(Some(symbol)) = index.and_then(|i| self.param_symbols(node).get(i).copied()) {
            held.depth += 1;
            held.conditional = true;
            let returned = held.returned;
            self.trace_variable(symbol, function, held);
            held.returned = returned;
        }
    }
}
