//! Calls that close what was opened.

use oxc_ast::ast::{Argument, CallExpression};

use crate::apis::{By, Row, Which};
use crate::facts::names::argument_at;
use crate::facts::places::{Seg, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{Close, END_METHODS, What};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_close(&mut self, call: &'a CallExpression<'a>, row: &'static Row, what: What) {
        let first = call.arguments.first().and_then(Argument::as_expression);
        let member = peel(&call.callee).as_member_expression();
        let mut close = self.bare_close(call, what);
        match row.by {
            Some(By::Argument) => {
                let spot = first.and_then(|e| self.spot_of(e));
                close.never_assigned = spot.as_ref().is_some_and(|s| self.is_never_assigned(s));
                close.handle = spot.map(|s| self.own(&s));
            }
            Some(By::Handle) => close.handle = member.and_then(|m| self.spot_of(m.object())).map(|s| self.own(&s)),
            _ => {
                let Some(member) = member else { return };
                let target = self.global_target(call);
                let at = usize::from(target.is_some());
                close.receiver = Some(self.registrar_of(target.unwrap_or(member.object()), row.namespaces));
                close.namespaces = row.namespaces;
                let function = removed_function(call, row, at);
                // A function that stands where the event would has no event.
                if function != Some(at) {
                    close.event = call.arguments.get(at).map(|a| self.event_text(a));
                }
                if row.namespaces && !matches!(call.arguments.first(), Some(Argument::StringLiteral(_))) {
                    close.event = None;
                }
                let handler = function.and_then(|i| call.arguments.get(i)).and_then(Argument::as_expression);
                close.handler = handler.map(|h| self.handler_of(h));
            }
        }
        self.facts.closes.push(close);
    }

    /// `timers.clearFast(this.timer)`: a call that no row knows, but whose name says that it ends what it is handed.
    pub(super) fn note_foreign_close(&mut self, call: &'a CallExpression<'a>, name: &str) {
        if !is_closing_word(name) {
            return;
        }
        let Some(spot) = call.arguments.first().and_then(Argument::as_expression).and_then(|e| self.spot_of(e)) else {
            return;
        };
        let handle = Some(self.own(&spot));
        let close = Close { handle, ..self.bare_close(call, What::Timer) };
        self.facts.closes.push(close);
    }

    /// `socket.destroy()`: what has ended keeps no listeners.
    pub(super) fn note_end(&mut self, call: &'a CallExpression<'a>) {
        let Some(member) = peel(&call.callee).as_member_expression() else { return };
        if self.ends_nothing(call) {
            return;
        }
        let receiver = Some(self.receiver_of(member.object()));
        let close = Close { receiver, ends: true, ..self.bare_close(call, What::Listener) };
        self.facts.closes.push(close);
    }

    /// `process.kill(pid)`: a call that ends nothing of its receiver, whatever its name says.
    pub(super) fn ends_nothing(&mut self, call: &'a CallExpression<'a>) -> bool {
        self.api_of_call(call).is_some_and(|hit| hit.known && self.apis.row(hit.row).ends_nothing)
    }

    /// `close() { this.context.remove() }`: in the end of its owner, each word for an end is one.
    pub(super) fn is_in_end(&self, call: &CallExpression<'a>) -> bool {
        let function = self.owner_of(call.node_id.get());
        let name = self.name_of_function(self.function_nodes[function.0 as usize]);
        name.is_some_and(|(name, _)| END_METHODS.contains(&name))
    }

    /// A close of which no more is known than where it stands.
    fn bare_close(&self, call: &CallExpression<'a>, what: What) -> Close {
        Close {
            what,
            span: self.span(call.span),
            function: self.owner_of(call.node_id.get()),
            receiver: None,
            event: None,
            handler: None,
            handle: None,
            never_assigned: false,
            ends: false,
            namespaces: false,
        }
    }

    /// A field that is cleared but that nothing is ever assigned to. Classes with a base that we do not see may assign it there.
    fn is_never_assigned(&self, spot: &crate::facts::places::Spot<'a>) -> bool {
        let (SpotRoot::This(class), [Seg::Field(field)]) = (spot.root, spot.path.as_slice()) else { return false };
        let facts = &self.facts.classes[class.0 as usize];
        facts.extends.iter().all(|base| !base.is_empty())
            && facts.parent.is_none()
            && facts.kind != crate::facts::ClassKind::Object
            && self
                .field_values
                .get(&(class, *field))
                .is_none_or(|values| values.iter().all(|v| v.is_null_or_undefined()))
    }
}

/// Methods that end their receiver.
#[must_use]
pub fn is_ending_word(name: &str) -> bool {
    matches!(name, "destroy" | "close" | "end" | "terminate" | "disconnect" | "dispose" | "kill")
}

/// Words that begin the names of functions which end something.
pub(in crate::facts) fn is_closing_word(name: &str) -> bool {
    ["clear", "cancel", "stop", "dispose", "release"].iter().any(|w| name.starts_with(w))
}

/// Which argument is the function that is removed.
fn removed_function(call: &CallExpression<'_>, row: &Row, event: usize) -> Option<usize> {
    if row.by != Some(By::Handler) {
        return None;
    }
    let Some(which) = row.handler else { return Some(event + 1) };
    let at = argument_at(which, call.arguments.len())?;
    // `off('click', '.item')`: the last argument is not always the function.
    let text = matches!(call.arguments.get(at), Some(Argument::StringLiteral(_) | Argument::TemplateLiteral(_)));
    (!text && (at > 0 || which == Which::First)).then_some(at)
}
