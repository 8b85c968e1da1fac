//! Slots that hold a running timer and are given another: who clears the first one?

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, AssignmentTarget, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Owner, OwnerKind};
use crate::facts::flow::part_of;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::May;
use crate::facts::{FunctionId, Guard, Kept, Repair, Root, Step, TOP, What};
use crate::finding::Span;

/// A timer that is put where another one may still be running.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Overwrite {
    pub handle: u32,
    pub slot: String,
    /// The calls that run the assignment and do not clear the slot first; the file has more than one, or one that repeats.
    pub calls: Vec<Span>,
    /// Where the slot is cleared, which only ends the last timer.
    pub cleared: Option<Span>,
    /// What would stop the first one.
    pub repair: Option<Repair>,
}

/// Handles of one file whose owners are looked for, each in the whole file: no file that people write has as many.
const MOST_OWNED: usize = 500;

impl<'a> Reader<'a, '_> {
    /// Owners of the timers of this file, and slots that they share.
    pub(crate) fn note_owners(&mut self, starts: &[NodeId]) {
        for (index, node) in starts.iter().enumerate().take(MOST_OWNED) {
            if self.facts.handles[index].what != What::Timer {
                let function = self.facts.handles[index].function;
                if self.is_effect_without_end(function) {
                    let owner = Owner { kind: OwnerKind::Effect, end: None, thinks_of_it: false, direct: true };
                    self.facts.owners.push((u32::try_from(index).unwrap_or(u32::MAX), owner));
                }
                continue;
            }
            let kept = self.facts.handles[index].kept_in.clone();
            let name = self.slot_name(&kept);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            if kept != Kept::Escapes
                && let Some(mut owner) = self.owner_of_opened(*node, name.as_deref())
            {
                owner.thinks_of_it |= name.as_deref().is_some_and(|n| self.is_cleared_by_callback(n, *node));
                owner.thinks_of_it |= self.is_stopped_by_flag(&owner, *node);
                owner.thinks_of_it |=
                    name.as_deref().is_some_and(|n| self.is_cleared_by_event(n) || self.is_switch(n, *node));
                owner.thinks_of_it |= owner.kind == OwnerKind::Component
                    && name.as_deref().is_some_and(|n| self.hands_out_a_stopper(n, *node));
                // Whatever holds it, the class does not.
                owner.thinks_of_it |= owner.kind == OwnerKind::Class && !self.is_in_field(&kept);
                // A framework calls the end of a component by its own name only.
                owner.thinks_of_it |= owner.kind == OwnerKind::Class
                    && name.as_deref().is_some_and(|n| self.is_named_by_a_stopper(n, *node));
                if !owner.thinks_of_it && self.facts.handles[index as usize].missed.is_none() {
                    let ends = self.ends_around(*node).unwrap_or_default();
                    self.facts.handles[index as usize].repair = self.repair_of_timer((*node, owner.kind), &ends);
                }
                self.facts.owners.push((index, owner));
            }
            if let Some(name) = name
                && self.is_shared_slot(&kept, *node)
            {
                self.note_overwrite(index, &name, *node);
            }
        }
    }

    /// `this.timer` and `timer` are called `timer`, `timer.current` as well.
    fn slot_name(&self, kept: &Kept) -> Option<String> {
        let Kept::Place(place) = kept else { return None };
        let place = &self.facts.places[place.0 as usize];
        let field = place.path.iter().rev().find_map(|s| match s {
            Step::Field(f) if !matches!(f.as_str(), "current" | "value") => Some(f.clone()),
            _ => None,
        });
        field.or_else(|| match &place.root {
            Root::Binding(b) => Some(self.facts.bindings[b.0 as usize].name.clone()),
            Root::Global(name) => Some(name.clone()),
            _ => None,
        })
    }

    /// `register(() => clearTimeout(this.timer))`: a callback that is neither the function that opens it nor a method.
    fn is_cleared_by_callback(&mut self, name: &str, node: NodeId) -> bool {
        let home = self.owner_of(node);
        self.calls_that(May::STOP).any(|named| {
            let call = named.call;
            let function = self.owner_of(call.node_id.get());
            let callback = matches!(
                self.facts.functions[function.0 as usize].kind,
                crate::facts::FunctionKind::Arrow | crate::facts::FunctionKind::Plain
            ) && self.name_of_function(self.function_nodes[function.0 as usize]).is_none();
            function != home
                && function != TOP
                && callback
                && !self.is_within(self.function_nodes[function.0 as usize], node)
                && self.says(call.span, name)
        })
    }

    /// `this.once('disconnected', () => this.setPolling(0))`: an event that tells of an end, and what it runs clears it.
    fn is_cleared_by_event(&mut self, name: &str) -> bool {
        const OVER: [&str; 8] = ["close", "end", "disconnect", "destroy", "dispose", "exit", "stop", "shutdown"];
        let clears = self.clears_of(name);
        !clears.is_empty()
            && self.calls_within(NodeId::ROOT, usize::MAX).any(|call| {
                let [Argument::StringLiteral(event), handler] = call.arguments.as_slice() else { return false };
                let event = event.value.to_ascii_lowercase();
                if !OVER.iter().any(|over| event.contains(over)) {
                    return false;
                }
                let function = handler.as_expression().and_then(|handler| self.function_denoted(handler));
                function.is_some_and(|f| self.reached_from_one(f).iter().any(|f| self.clears_in(*f, &clears)))
            })
    }

    /// `clearInterval(t); if (on) t = setInterval(..)`: the same function stops it, with another state.
    fn is_switch(&self, name: &str, node: NodeId) -> bool {
        let home = self.owner_of(node);
        let start = self.nodes.kind(node).span().start;
        let own: Vec<_> = self.tests_before(node).iter().map(|t| t.test.span()).collect();
        self.calls_within(self.function_nodes[home.0 as usize], usize::MAX).any(|call| {
            let id = call.node_id.get();
            let earlier = call.span.end < start && self.owner_of(id) == home && self.clears_by_name(call, name);
            earlier && {
                let tests = self.tests_before(id);
                own.iter().any(|test| !tests.iter().any(|t| t.test.span() == *test))
            }
        })
    }

    /// `return { cancel: () => clearTimeout(timer) }`, `done.cancel = stop`: a hook that leaves the end to its caller.
    fn hands_out_a_stopper(&mut self, name: &str, node: NodeId) -> bool {
        let clears = self.clears_of(name);
        !clears.is_empty()
            && (1..self.function_nodes.len()).any(|index| {
                let function = self.function_nodes[index];
                let out = match self.nodes.kind(self.outside(function).1) {
                    AstKind::ObjectProperty(_) => self.options_around(function).is_none(),
                    AstKind::AssignmentExpression(e) => {
                        !matches!(e.left, AssignmentTarget::AssignmentTargetIdentifier(_))
                    }
                    _ => self.symbol_of_function(function).is_some_and(|s| self.is_handed_out(s)),
                };
                let index = FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
                out && !self.is_within(node, function)
                    && self.reached_from_one(index).iter().any(|f| self.clears_in(*f, &clears))
            })
    }

    /// A name among what is returned: `return { start, stop }`, `return [on, off]`, `return stop`.
    fn is_handed_out(&self, symbol: oxc_semantic::SymbolId) -> bool {
        self.reads_of(symbol).any(|read| {
            matches!(
                self.nodes.kind(self.outside(read).1),
                AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) | AstKind::ReturnStatement(_)
            )
        })
    }

    /// No other function of this file clears the slot of this name.
    pub(in crate::facts) fn is_stopped_here_only(&self, slot: &str, home: FunctionId) -> bool {
        let name = slot.rsplit(['.', '#']).next().unwrap_or(slot);
        self.clears_of(name).into_iter().all(|clear| self.owner_of(clear) == home)
    }

    /// `clearTimeout(name)`, in so many words: all of this file.
    fn clears_of(&self, name: &str) -> Vec<NodeId> {
        let calls = self.calls_that(May::STOP).map(|named| named.call);
        calls.filter(|call| self.clears_by_name(call, name)).map(|call| call.node_id.get()).collect()
    }

    /// Whether one of these calls is part of a function.
    fn clears_in(&self, function: FunctionId, clears: &[NodeId]) -> bool {
        let within = part_of(self.nodes, self.function_nodes[function.0 as usize]);
        clears.iter().any(|call| within.contains(&call.index()))
    }

    /// `clearTimeout(this.name)`
    fn clears_by_name(&self, call: &CallExpression<'_>, name: &str) -> bool {
        last_name(&call.callee).is_some_and(|called| called.starts_with("clear")) && self.says(call.span, name)
    }

    /// Calls of a function of this file, also of a method of a component object.
    pub(super) fn calls_by_name(&mut self, function: FunctionId) -> Vec<&'a CallExpression<'a>> {
        if self.callers.is_none() {
            let mut callers: FxHashMap<FunctionId, Vec<&'a CallExpression<'a>>> = FxHashMap::default();
            for call in self.calls_within(NodeId::ROOT, usize::MAX) {
                let targets = [self.function_denoted(&call.callee), self.option_method(&call.callee)];
                let again = targets[0] == targets[1];
                for target in targets.into_iter().skip(usize::from(again)).flatten() {
                    callers.entry(target).or_default().push(call);
                }
            }
            self.callers = Some(callers);
        }
        self.callers.as_ref().and_then(|all| all.get(&function)).cloned().unwrap_or_default()
    }

    fn is_in_field(&self, kept: &Kept) -> bool {
        let Kept::Place(place) = kept else { return false };
        let place = &self.facts.places[place.0 as usize];
        matches!(place.root, Root::This(_)) && place.path.len() == 1 && !place.path.contains(&Step::Entry)
    }

    /// `stopPing() { clearInterval(this.ping) }`, `onClose() { .. }`: an end by another name than those that we know.
    fn is_named_by_a_stopper(&self, name: &str, node: NodeId) -> bool {
        let home = self.owner_of(node);
        (1..self.function_nodes.len()).any(|index| {
            let node = self.function_nodes[index];
            index != home.0 as usize
                && self.name_of_function(node).is_some_and(|(own, _)| is_stopper(own))
                && self.says(self.nodes.kind(node).span(), name)
        })
    }

    /// The callback looks at a flag that the end sets: `if (this.destroyed) return`.
    fn is_stopped_by_flag(&mut self, owner: &Owner, node: NodeId) -> bool {
        let AstKind::CallExpression(call) = self.nodes.kind(node) else { return false };
        if owner.kind == OwnerKind::Effect {
            return false;
        }
        let span = call.span;
        ["destroyed", "closed", "_destroyed", "isDestroyed", "isClosed", "stopped", "disposed", "_disposed", "closing"]
            .iter()
            .any(|flag| self.says(span, flag))
    }

    /// A field, or a variable of an enclosing function.
    fn is_shared_slot(&self, kept: &Kept, node: NodeId) -> bool {
        let Kept::Place(place) = kept else { return false };
        let place = &self.facts.places[place.0 as usize];
        if place.path.contains(&Step::Entry) {
            return false;
        }
        match &place.root {
            Root::This(_) => !place.path.is_empty(),
            Root::Binding(b) => self.facts.bindings[b.0 as usize].within != self.owner_of(node),
            _ => false,
        }
    }

    fn note_overwrite(&mut self, index: u32, name: &str, node: NodeId) {
        let handle = &self.facts.handles[index as usize];
        let home = self.owner_of(node);
        if handle.once || handle.guard == Guard::Once || home == TOP {
            return;
        }
        // `stop(); setTimeout(() => { timer = setInterval(..) })`: what surrounds a callback runs before it.
        let (mut around, mut at) = (home, node);
        while around != TOP {
            if self.is_named_before(around, name, at) {
                return;
            }
            at = self.function_nodes[around.0 as usize];
            if self.name_of_function(at).is_some() {
                break;
            }
            around = self.facts.functions[around.0 as usize].parent;
        }
        let function = self.facts.functions[home.0 as usize].kind;
        if matches!(function, crate::facts::FunctionKind::Constructor | crate::facts::FunctionKind::FieldInit) {
            return;
        }
        let mut calls = Vec::new();
        for call in self.calls_by_name(home) {
            let at = call.node_id.get();
            let by = self.owner_of(at);
            // A call right after `this.stop()` or behind `if (!this.timer)` is fine, and so is a constructor.
            let birth = self.facts.functions[by.0 as usize].kind == crate::facts::FunctionKind::Constructor;
            if by != TOP && !birth && !self.is_named_before(by, name, at) {
                calls.push(self.span(call.span));
            }
        }
        let mut calls_that_stop = self.calls_that(May::STOP).map(|named| named.call);
        let cleared = calls_that_stop.find(|call| self.clears_by_name(call, name)).map(|call| self.span(call.span));
        if cleared.is_some() {
            let repair = self.repair_of_slot(node);
            self.facts.overwrites.push(Overwrite { handle: index, slot: name.to_owned(), calls, cleared, repair });
        }
    }

    /// The slot is named before a node, in its function or in one that is called there: cleared, tested, or filled.
    fn is_named_before(&mut self, function: FunctionId, name: &str, node: NodeId) -> bool {
        let home = self.function_nodes[function.0 as usize];
        let start = self.nodes.kind(self.statement_of(node)).span().start;
        let head = oxc_span::Span::new(self.nodes.kind(home).span().start, start);
        // `t = setInterval(..)` in a test or a condition of its own: `if (!t) t = ..`.
        if self.says(head, name) {
            return true;
        }
        for call in self.calls_within(home, usize::MAX) {
            if call.span.start >= start {
                break;
            }
            let target = self.target_of(call);
            if target.is_some_and(|f| self.names_in(f, name) || self.calls_what_names(f, name)) {
                return true;
            }
            // `super.stop()`, `this.stop()` of a base that is not seen.
            let word = last_name(&call.callee).unwrap_or("");
            let ends = ["stop", "clear", "reset", "cancel", "close", "destroy", "dispose"];
            if target.is_none() && ends.iter().any(|w| word.starts_with(w)) && !is_clear_of_other(call) {
                return true;
            }
        }
        false
    }

    fn calls_what_names(&mut self, function: FunctionId, name: &str) -> bool {
        let node = self.function_nodes[function.0 as usize];
        self.calls_within(node, 2000)
            .any(|call| self.function_denoted(&call.callee).is_some_and(|f| self.names_in(f, name)))
    }
}

/// First words of methods that end something.
const STOPPERS: [&str; 22] = [
    "stop",
    "dispose",
    "destroy",
    "close",
    "end",
    "finish",
    "teardown",
    "cleanup",
    "clear",
    "release",
    "reset",
    "terminate",
    "shutdown",
    "disconnect",
    "on",
    "handle",
    "cancel",
    "quit",
    "leave",
    "kill",
    "abort",
    "remove",
];

fn is_stopper(name: &str) -> bool {
    let name = name.trim_start_matches(['_', '#', '$']).to_ascii_lowercase();
    STOPPERS.iter().any(|w| name.starts_with(w))
}

/// `clearTimeout(other)` says nothing of the slot.
fn is_clear_of_other(call: &oxc_ast::ast::CallExpression<'_>) -> bool {
    matches!(peel(&call.callee), Expression::Identifier(id) if matches!(id.name.as_str(), "clearTimeout" | "clearInterval"))
}
