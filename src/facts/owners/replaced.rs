//! Slots that hold something open, which other code ends, and that are given another one without a look at the first.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentExpression, CallExpression, Expression, IfStatement};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use crate::facts::flow::nodes_within;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::May;
use crate::facts::{FunctionId, FunctionKind, TOP};
use crate::finding::Span;

/// Something that must be ended is put where another one may still be open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replaced {
    pub slot: String,
    pub given: Span,
    pub function: FunctionId,
    /// The calls that lead here while the slot may be full.
    pub calls: Vec<Span>,
    /// Where what the slot holds is ended: only the last one is.
    pub ended: Span,
    /// The call that ends it: `terminate`.
    pub end: String,
}

/// Methods by whose call a program says that a thing must be ended.
const ENDS: [&str; 7] = ["disconnect", "close", "terminate", "destroy", "kill", "quit", "shutdown"];

/// Parts of names of functions and events that run when the old one is over.
const OVER: [&str; 10] =
    ["close", "end", "exit", "error", "disconnect", "reconnect", "retry", "restart", "fail", "timeout"];

/// Whether a method of this name says that a thing must be ended.
pub(in crate::facts) fn empties(name: &str) -> bool {
    ENDS.contains(&name)
}

/// Slots of one file that are looked at: each walks the file.
const MOST: usize = 60;

impl<'a> Reader<'a, '_> {
    /// Finds slots that are given a new thing while the old one may be open.
    pub(crate) fn note_replaced(&mut self) {
        let calls = self.calls_that(May::EMPTY);
        let ends: Vec<(Spot<'a>, &'a CallExpression<'a>)> =
            calls.filter_map(|named| Some((self.ended_slot(named.call)?, named.call))).take(MOST).collect();
        if ends.is_empty() {
            return;
        }
        for site in self.sites.clone().iter() {
            if let AstKind::AssignmentExpression(e) = *site
                && e.operator.is_assign()
                && self.is_made_anew(&e.right)
                && let Some(slot) = self.assigned_spot(e)
                && let Some((_, end)) = ends.iter().find(|(spot, _)| *spot == slot)
            {
                self.note_replacement(e, &slot, end);
            }
        }
    }

    /// The slot of `this.worker.terminate()`.
    fn ended_slot(&mut self, call: &'a CallExpression<'a>) -> Option<Spot<'a>> {
        let name = last_name(&call.callee).filter(|name| empties(name))?;
        let member = peel(&call.callee).as_member_expression()?;
        debug_assert!(!name.is_empty(), "names are not empty");
        self.spot_of(member.object()).filter(is_slot)
    }

    /// `new X(..)`, or a variable of the same function that was given one.
    fn is_made_anew(&self, value: &'a Expression<'a>) -> bool {
        match peel(value) {
            Expression::NewExpression(new) => !matches!(
                last_name(&new.callee),
                Some(
                    "Map"
                        | "Set"
                        | "WeakMap"
                        | "WeakSet"
                        | "Promise"
                        | "Array"
                        | "Object"
                        | "Date"
                        | "Error"
                        | "AbortController"
                )
            ),
            Expression::Identifier(id) => {
                self.symbol_of(id).and_then(|s| self.initial_value(s)).is_some_and(|initial| {
                    matches!(crate::facts::reader::assigned_value(initial), Expression::NewExpression(_))
                })
            }
            _ => false,
        }
    }

    fn note_replacement(&mut self, e: &'a AssignmentExpression<'a>, slot: &Spot<'a>, end: &'a CallExpression<'a>) {
        let node = e.node_id.get();
        let home = self.owner_of(node);
        let kind = self.facts.functions[home.0 as usize].kind;
        if home == TOP
            || matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit)
            || self.owner_of(end.node_id.get()) == home
            || self.is_local_slot(slot, home)
            || self.is_after_an_end(home)
            || self.is_settled_before(home, slot, node)
        {
            return;
        }
        let calls = self.calls_with_a_full_slot(home, slot);
        let Some(name) = self.text_of_slot(slot) else { return };
        self.facts.replaced.push(Replaced {
            slot: name,
            given: self.span(e.span.merge(e.left.span())),
            function: home,
            calls,
            ended: self.span(end.span),
            end: last_name(&end.callee).unwrap_or("close").to_owned(),
        });
    }

    fn text_of_slot(&self, slot: &Spot<'a>) -> Option<String> {
        match (slot.root, slot.last_field()) {
            (_, Some(field)) => Some(field.to_owned()),
            (SpotRoot::Symbol(symbol), None) => Some(self.scoping.symbol_name(symbol).to_owned()),
            _ => None,
        }
    }

    /// A variable of the function itself is new on every call.
    fn is_local_slot(&self, slot: &Spot<'a>, home: FunctionId) -> bool {
        matches!(slot.root, SpotRoot::Symbol(symbol) if slot.path.is_empty() && self.scope_function(symbol) == home)
    }

    /// A callback of an event, or a function by whose name one sees, that the old one is over.
    fn is_after_an_end(&self, function: FunctionId) -> bool {
        let mut at = function;
        for _ in 0..4 {
            if at == TOP {
                return false;
            }
            let node = self.function_nodes[at.0 as usize];
            let name = self.name_of_function(node).map_or("", |(name, _)| name);
            let event = match self.nodes.kind(self.outside(node).1) {
                AstKind::CallExpression(call) => {
                    // What a test sets up it takes down.
                    if last_name(&call.callee).is_some_and(|name| name.starts_with("before")) {
                        return true;
                    }
                    call.arguments.first().map_or(String::new(), |first| self.text_of(first.span(), 40))
                }
                AstKind::AssignmentExpression(e) => self.text_of(e.left.span(), 60),
                _ => String::new(),
            };
            let words = format!("{name} {}", if event.len() < 40 { event.as_str() } else { "" }).to_ascii_lowercase();
            if OVER.iter().any(|word| words.contains(word)) {
                return true;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        false
    }

    /// Calls of a function from places where nobody asked for the slot, or that found it full.
    fn calls_with_a_full_slot(&mut self, home: FunctionId, slot: &Spot<'a>) -> Vec<Span> {
        let mut calls = Vec::new();
        for call in self.calls_by_name(home) {
            let at = call.node_id.get();
            let by = self.owner_of(at);
            let kind = self.facts.functions[by.0 as usize].kind;
            let inside = self.is_within(at, self.function_nodes[home.0 as usize]);
            if by != TOP
                && !inside
                && kind != FunctionKind::Constructor
                && !self.is_after_an_end(by)
                && !self.is_settled_before(by, slot, at)
            {
                calls.push(self.span(call.span));
            }
        }
        calls
    }

    /// Before a node, in its function and those around it, the old one was ended, copied, handed on or asked for.
    fn is_settled_before(&mut self, function: FunctionId, slot: &Spot<'a>, node: NodeId) -> bool {
        let end = self.nodes.kind(node).span().start;
        let mut at = function;
        for _ in 0..4 {
            if at == TOP || self.is_local_slot(slot, at) {
                return false;
            }
            let home = self.function_nodes[at.0 as usize];
            for id in nodes_within(self.nodes, home) {
                if self.nodes.kind(id).span().start >= end {
                    break;
                }
                if self.looks_at_slot(id, slot, node) {
                    return true;
                }
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        false
    }

    fn looks_at_slot(&mut self, id: NodeId, slot: &Spot<'a>, node: NodeId) -> bool {
        match self.nodes.kind(id) {
            // `this.stop()`: a function that names the slot, or that is not seen.
            AstKind::CallExpression(call) => {
                let target = self.target_of(call);
                let name = self.text_of_slot(slot).unwrap_or_default();
                let own = matches!(peel(&call.callee), Expression::StaticMemberExpression(m)
                    if matches!(peel(&m.object), Expression::ThisExpression(_) | Expression::Super(_)));
                // Listeners run before `emit` returns, and may end it.
                if matches!(last_name(&call.callee), Some("emit" | "dispatchEvent" | "trigger" | "fire")) {
                    return true;
                }
                match target {
                    Some(function) => {
                        !self.is_within(node, self.function_nodes[function.0 as usize])
                            && self.names_in(function, &name)
                    }
                    None => own,
                }
            }
            AstKind::IfStatement(i) if !self.is_within(node, id) => self.is_latch(i),
            AstKind::IdentifierReference(_)
            | AstKind::StaticMemberExpression(_)
            | AstKind::PrivateFieldExpression(_)
                if self.is_slot_at(id, slot) =>
            {
                self.is_settling_use(id, node)
            }
            _ => false,
        }
    }

    /// `if (this.state !== IDLE) return; this.state = BUSY`: only one goes through at a time.
    fn is_latch(&mut self, i: &'a IfStatement<'a>) -> bool {
        let leaves = self.text_of(i.consequent.span(), 400);
        if !["return", "throw"].iter().any(|word| leaves.contains(word)) {
            return false;
        }
        let (from, to) = (i.test.span(), i.span.end);
        let home = self.owner_of(i.node_id.get());
        let asked: Vec<String> = nodes_within(self.nodes, self.function_nodes[home.0 as usize])
            .filter(|n| from.contains_inclusive(self.nodes.kind(*n).span()))
            .filter_map(|n| match self.nodes.kind(n) {
                AstKind::StaticMemberExpression(m) => Some(self.text_of(m.span, 60)),
                AstKind::IdentifierReference(r) => Some(r.name.to_string()),
                _ => None,
            })
            .collect();
        nodes_within(self.nodes, self.function_nodes[home.0 as usize]).any(|n| match self.nodes.kind(n) {
            AstKind::AssignmentExpression(e) => {
                e.span.start > to && asked.iter().any(|name| *name == self.text_of(e.left.span(), 60))
            }
            _ => false,
        })
    }

    fn is_slot_at(&mut self, id: NodeId, slot: &Spot<'a>) -> bool {
        match (self.nodes.kind(id), slot.root, slot.path.as_slice()) {
            (AstKind::IdentifierReference(r), SpotRoot::Symbol(symbol), []) => {
                self.scoping.get_reference(r.reference_id()).symbol_id() == Some(symbol)
            }
            (AstKind::StaticMemberExpression(m), SpotRoot::This(_), [Seg::Field(field)]) => m.property.name == *field,
            (AstKind::PrivateFieldExpression(m), SpotRoot::This(_), [Seg::Field(field)]) => {
                m.field.name.as_str() == field.trim_start_matches('#')
            }
            _ => false,
        }
    }

    /// Any use but an assignment, a field that is read, and a test that lets go on when there is one.
    fn is_settling_use(&self, id: NodeId, node: NodeId) -> bool {
        let (child, parent) = self.outside(id);
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) => e.left.span() != span,
            AstKind::StaticMemberExpression(_) => {
                let outer = self.outside(parent).1;
                matches!(self.nodes.kind(outer), AstKind::CallExpression(call) if call.callee.span() == self.nodes.kind(parent).span())
            }
            // `if (!this.worker) return;`: here it is full. `if (!this.worker) { this.worker = .. }`: here it is not.
            AstKind::UnaryExpression(u) if u.operator.is_not() => {
                let test =
                    self.nodes.ancestor_ids(parent).find(|a| matches!(self.nodes.kind(*a), AstKind::IfStatement(_)));
                test.is_none_or(|test| self.is_within(node, test))
            }
            _ => true,
        }
    }
}

fn is_slot(spot: &Spot<'_>) -> bool {
    matches!((spot.root, spot.path.as_slice()), (SpotRoot::This(_), [Seg::Field(_)]) | (SpotRoot::Symbol(_), []))
}
