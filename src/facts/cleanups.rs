//! Cleanups that are written and never run: called too early, misspelt, or behind a test that never holds.

mod effects;
mod hooks;
mod tests;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::flow::{nodes_within, part_of};
use super::reader::{Reader, last_name, peel};
use super::sites::May;
use super::{FunctionId, What};
use crate::apis::By;
use crate::finding::Span;

/// A cleanup that does not run when what it cleans up is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeadCleanup {
    pub flaw: CleanupFlaw,
    /// The cleanup, or what keeps it from running.
    pub at: Span,
    /// What it was to close.
    pub opened: Option<Span>,
    pub function: FunctionId,
    /// The hook, the test or the call, as written.
    pub name: String,
    /// How the hook is spelt, or what runs a cleanup here; else empty.
    pub right: String,
    /// The library that calls the hook under its new name; else empty.
    pub library: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CleanupFlaw {
    /// The effect calls its cleanup and returns what that gives.
    Called,
    /// The cleanup names what it should call.
    Named,
    /// The effect makes its cleanup and does not return it.
    NotReturned,
    /// Returned to a framework that does not call what this function returns.
    Ignored,
    /// Returned by an asynchronous function: it comes in a promise.
    Promised,
    /// A hook by a name that the framework does not know.
    Misspelt,
    /// A hook that this major version of the framework, and later ones, do not call any more.
    Renamed(u32),
    /// An end method that does not call the one it overrides.
    NoSuper,
    /// A test for an element that is gone by then.
    RefGone,
    /// A test for the absence of what is to be closed.
    Inverted,
    /// A test for a flag that only the cleanup itself sets.
    Unset,
    /// A method that ends an instance, which nothing in the program calls; linking tells.
    Uncalled,
}

/// A call that closes something.
#[derive(Clone, Copy)]
struct Closing<'a> {
    call: &'a CallExpression<'a>,
    node: NodeId,
    /// What is closed, or what the closed thing hangs on.
    thing: &'a Expression<'a>,
}

/// Methods that close their receiver, whatever it is.
const CLOSES_RECEIVER: [&str; 9] =
    ["disconnect", "unsubscribe", "terminate", "dispose", "destroy", "close", "cancel", "release", "revoke"];

/// Whether a method of this name closes its receiver, whatever it is.
pub(super) fn closes_receiver(name: &str) -> bool {
    CLOSES_RECEIVER.contains(&name)
}

impl<'a> Reader<'a, '_> {
    /// Seventh pass: cleanups that do not run.
    pub fn note_dead_cleanups(&mut self) {
        let mut closings = Vec::new();
        let mut effects = Vec::new();
        for named in self.calls_that(May::EFFECT.or(May::CLOSE)) {
            if named.may(May::EFFECT) {
                effects.push(named.call);
            }
            closings.extend(self.closing(named.call, named.name));
        }
        for call in effects {
            self.note_effect(call, &closings);
        }
        if closings.is_empty() {
            return;
        }
        self.note_hooks(&closings);
        self.note_tests(&closings);
    }

    fn closing(&mut self, call: &'a CallExpression<'a>, name: &str) -> Option<Closing<'a>> {
        let ends = CLOSES_RECEIVER.contains(&name);
        if !ends && !self.apis.opens_or_closes(name) {
            return None;
        }
        let node = call.node_id.get();
        let receiver = || peel(&call.callee).as_member_expression().map(oxc_ast::ast::MemberExpression::object);
        let first = || call.arguments.first().and_then(Argument::as_expression);
        let hit = self.api_of_call(call).map(|hit| self.apis.row(hit.row));
        if hit.is_some_and(|row| row.ends_nothing) {
            return None;
        }
        let thing = match hit.filter(|row| row.closes.is_some()) {
            Some(row) if row.by == Some(By::Argument) => first(),
            Some(_) => receiver(),
            None if ends || self.apis.listener_removal(name).is_some() => receiver(),
            None => None,
        }?;
        Some(Closing { call, node, thing })
    }

    /// Closing calls inside a function, those of functions inside it included.
    fn closings_in<'c>(
        &self,
        function: FunctionId,
        closings: &'c [Closing<'a>],
    ) -> impl Iterator<Item = &'c Closing<'a>> {
        let within = part_of(self.nodes, self.function_nodes[function.0 as usize]);
        let from = closings.partition_point(|c| c.node.index() < within.start);
        let to = from + closings[from..].partition_point(|c| c.node.index() < within.end);
        closings[from..to].iter()
    }

    /// The first call inside a node that opens something.
    fn opened_in(&mut self, node: NodeId) -> Option<Span> {
        for id in nodes_within(self.nodes, node) {
            let row = match self.nodes.kind(id) {
                AstKind::CallExpression(call) => {
                    let Some(name) = last_name(&call.callee).filter(|n| self.apis.opens_or_closes(n)) else { continue };
                    let known = self.api_of_call(call).map(|hit| hit.row);
                    known.or_else(|| self.apis.listener_method(name)).map(|row| (row, self.head_of_call(call)))
                }
                AstKind::NewExpression(new) => {
                    self.row_of_new(&new.callee).map(|row| (row, self.span(new.callee.span())))
                }
                _ => None,
            };
            if let Some((row, span)) = row
                && let Some(what) = self.apis.row(row).opens
                && (matches!(what, What::Listener | What::Timer) || what.has_handle())
            {
                return Some(span);
            }
        }
        None
    }

    fn dead_cleanup(&mut self, flaw: CleanupFlaw, (node, opened): (NodeId, Option<Span>), name: String) {
        let at = match self.nodes.kind(node) {
            AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => self.head_of_function(node),
            _ => self.span_of(node),
        };
        let function = self.owner_of(node);
        self.facts.dead_cleanups.push(DeadCleanup {
            flaw,
            at,
            opened,
            function,
            name,
            right: String::new(),
            library: String::new(),
        });
    }
}
