//! Calls that add and remove listeners, as they are written: removals that remove nothing, signals that keep what they tell.

mod aborts;
mod removals;
mod siblings;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::functions::key_name;
use super::places::{Seg, Spot, SpotRoot};
use super::reader::{Reader, last_name, peel};
use super::sites::May;
use super::{FunctionId, Repair};
use crate::finding::Span;
pub(super) use aborts::follows_signals;
pub(super) use removals::own_member;
pub use siblings::Forgotten;

/// A removal that removes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mismatch {
    pub flaw: Flaw,
    pub removal: Span,
    /// The registration that stays.
    pub added: Option<Span>,
    pub function: FunctionId,
    pub receiver: String,
    pub event: String,
    pub handler: String,
    /// The method that removes, as written.
    pub method: String,
    /// No alias or unknown call can make it right.
    pub sure: bool,
    /// What would make it right.
    pub repair: Option<Repair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// A function written in the removal.
    Inline,
    /// `f.bind(x)` in the removal.
    Bound,
    /// Added with `capture`, removed without, or the other way round.
    Capture,
    /// The event or the handler is missing.
    Arity,
    /// Another event than the one it was added for.
    Event,
    /// Another receiver.
    Receiver,
    /// A handler that is never added.
    Handler,
    /// The handler is made anew by each call, and removed before it is added.
    Recreated,
    /// The handler is what the remover is handed, not what was added.
    Parameter,
    /// The cleanup adds it once more.
    Added,
    /// Added with `this` as its context, removed without.
    Context,
}

/// A function that an abort signal keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one call")]
pub struct AbortKept {
    pub opened: Span,
    pub function: FunctionId,
    pub signal: String,
    /// The handler has no name to remove it by.
    pub inline: bool,
    pub once: bool,
    /// `AbortSignal.any(..)` over a signal that lives longer.
    pub follows: bool,
    /// `addAbortListener(..)` whose remover is dropped.
    pub dropped: bool,
}

/// One call that adds or removes a listener.
pub(super) struct Hook<'a> {
    pub(super) call: &'a CallExpression<'a>,
    pub(super) node: NodeId,
    pub(super) function: FunctionId,
    pub(super) method: &'a str,
    pub(super) removes: bool,
    pub(super) receiver: &'a Expression<'a>,
    pub(super) spot: Option<Spot<'a>>,
    pub(super) event: Option<&'a str>,
    /// The event is written out, not a name for it.
    pub(super) literal: bool,
    pub(super) handler: Option<&'a Expression<'a>>,
    pub(super) handler_spot: Option<Spot<'a>>,
    /// The listener is the third argument: `on(target, 'event', f)`.
    pub(super) shifted: bool,
}

impl<'a> Hook<'a> {
    /// The argument that names the event.
    pub(super) fn event_written(&self) -> Option<&'a Expression<'a>> {
        self.call.arguments.get(usize::from(self.shifted)).and_then(Argument::as_expression)
    }
}

impl<'a> Reader<'a, '_> {
    /// Sixth pass: what is added and removed by name, whatever it hangs on.
    pub fn note_listening(&mut self) {
        let mut hooks = Vec::new();
        for named in self.calls_that(May::LISTEN.or(May::FOLLOW)) {
            let call = named.call;
            if let Some(hook) = self.hook_of(call) {
                hooks.push(hook);
            }
            self.note_followed_signal(call);
        }
        if hooks.is_empty() {
            return;
        }
        self.note_aborts(&hooks);
        if hooks.iter().any(|h| h.removes) || hooks.len() > 1 {
            self.note_mismatches(&hooks);
            self.note_forgotten_listeners(&hooks);
        }
    }

    fn hook_of(&mut self, call: &'a CallExpression<'a>) -> Option<Hook<'a>> {
        let method = last_name(&call.callee)?;
        if method == "listen" {
            return self.listen_hook(call);
        }
        let removes = removes_by_name(method);
        if !removes && !adds_by_name(method) || call.arguments.iter().any(|a| matches!(a, Argument::SpreadElement(_))) {
            return None;
        }
        let argument = |i: usize| call.arguments.get(i).and_then(Argument::as_expression);
        let shifted = matches!(argument(1).map(peel), Some(Expression::StringLiteral(_)))
            && argument(2).is_some()
            && !matches!(argument(0).map(peel), Some(Expression::StringLiteral(_)));
        let receiver = if shifted { argument(0)? } else { peel(&call.callee).as_member_expression()?.object() };
        let at = usize::from(shifted);
        let event = match argument(at).map(peel) {
            Some(Expression::StringLiteral(s)) => Some(s.value.as_str()),
            Some(other) => self.text.get(other.span().start as usize..other.span().end as usize),
            None => None,
        };
        let handler = argument(at + 1);
        let node = call.node_id.get();
        Some(Hook {
            call,
            node,
            function: self.owner_of(node),
            method,
            removes,
            receiver,
            spot: self.spot_of(receiver),
            event,
            literal: matches!(argument(at).map(peel), Some(Expression::StringLiteral(_))),
            handler,
            handler_spot: handler.and_then(|h| self.spot_of(h)).map(|s| self.outer_name(s)),
            shifted,
        })
    }

    /// `server.listen(port, () => ..)` is `server.once('listening', ..)`.
    fn listen_hook(&mut self, call: &'a CallExpression<'a>) -> Option<Hook<'a>> {
        let receiver = peel(&call.callee).as_member_expression()?.object();
        let handler = call.arguments.last()?.as_expression()?;
        self.literal_function(handler)?;
        let node = call.node_id.get();
        Some(Hook {
            call,
            node,
            function: self.owner_of(node),
            method: "listen",
            removes: false,
            receiver,
            spot: self.spot_of(receiver),
            event: Some("listening"),
            literal: true,
            handler: Some(handler),
            handler_spot: None,
            shifted: false,
        })
    }

    /// `const f = function f() { off(f) }`: inside, `f` is another name of the same function.
    fn outer_name(&self, spot: Spot<'a>) -> Spot<'a> {
        let SpotRoot::Symbol(symbol) = spot.root else { return spot };
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::Function(f) if f.is_expression() && spot.path.is_empty() => {
                match self.nodes.kind(self.outside(node).1) {
                    AstKind::VariableDeclarator(d) => {
                        super::reader::bound_symbol(&d.id).map_or(spot, |s| Spot::new(SpotRoot::Symbol(s)))
                    }
                    _ => spot,
                }
            }
            _ => spot,
        }
    }

    /// The last name of what is written: `this._map` and `map` are most likely the same.
    fn said(&self, expr: &Expression<'_>) -> String {
        let text = self.text.get(expr.span().start as usize..expr.span().end as usize).unwrap_or("");
        let text = text.trim_end_matches(['!', '?', ')']);
        text.rsplit(['.', '#']).next().unwrap_or(text).trim_start_matches(['_', '$']).to_ascii_lowercase()
    }

    /// A parameter or entry stands for many things.
    fn stands_for_any(&self, spot: &Spot<'a>) -> bool {
        spot.path.contains(&Seg::Entry)
            || match spot.root {
                SpotRoot::Symbol(s) => {
                    let node = self.scoping.symbol_declaration(s);
                    matches!(
                        self.nodes.kind(node),
                        AstKind::FormalParameter(_) | AstKind::FormalParameterRest(_) | AstKind::CatchParameter(_)
                    ) || self.scoping.symbol_is_mutated(s)
                        || self.is_each_of(node)
                }
                _ => false,
            }
    }

    fn is_each_of(&self, declarator: NodeId) -> bool {
        let declaration = self.nodes.parent_id(declarator);
        matches!(self.nodes.parent_kind(declaration), AstKind::ForOfStatement(_) | AstKind::ForInStatement(_))
    }
}

fn removes_by_name(method: &str) -> bool {
    let plain = method.trim_start_matches(['_', '$']);
    matches!(plain, "off" | "removeListener" | "removeEventListener")
}

fn adds_by_name(method: &str) -> bool {
    let plain = method.trim_start_matches(['_', '$']);
    matches!(plain, "on" | "once" | "addListener" | "addEventListener" | "prependListener" | "prependOnceListener")
}

/// Whether a call of this name may add or remove a listener.
pub(super) fn is_hook(method: &str) -> bool {
    method == "listen" || removes_by_name(method) || adds_by_name(method)
}

/// The capture flag of a call: `None` where it cannot be read.
fn capture_of(hook: &Hook<'_>) -> Option<bool> {
    let Some(argument) = hook.call.arguments.get(2 + usize::from(hook.shifted)) else { return Some(false) };
    match argument {
        Argument::BooleanLiteral(b) => Some(b.value),
        Argument::ObjectExpression(object) => {
            let mut capture = false;
            for property in &object.properties {
                let ObjectPropertyKind::ObjectProperty(p) = property else { return None };
                if key_name(&p.key) == Some("capture") {
                    let Expression::BooleanLiteral(b) = &p.value else { return None };
                    capture = b.value;
                }
            }
            Some(capture)
        }
        _ => None,
    }
}

/// `{ once }` and `{ signal }` among the options of a call.
fn option_of(hook: &Hook<'_>, name: &str) -> bool {
    hook.call.arguments.iter().any(|a| match a {
        Argument::ObjectExpression(object) => object.properties.iter().any(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) => key_name(&p.key) == Some(name),
            ObjectPropertyKind::SpreadProperty(_) => name == "signal",
        }),
        _ => false,
    })
}
