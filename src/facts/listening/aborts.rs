//! Abort signals that keep the function they tell: the work is over, the signal is not.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, ArrayExpressionElement, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::{AbortKept, Hook, option_of};
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::{Kept, Made, TOP};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_aborts(&mut self, hooks: &[Hook<'a>]) {
        for hook in hooks.iter().filter(|h| !h.removes && h.event == Some("abort")) {
            let Some(spot) = hook.spot.clone() else { continue };
            if hook.function == TOP
                || option_of(hook, "signal")
                || !self.is_anothers_signal(&spot, hook.receiver)
                || self.is_guarded_once(hook.node)
                || hooks.iter().any(|h| self.takes_back(h, hook))
                || self.ends_the_signal(&spot, hook)
            {
                continue;
            }
            let signal = self.text_of(hook.receiver.span(), 60);
            self.facts.aborts.push(AbortKept {
                opened: self.head_of_call(hook.call),
                function: hook.function,
                signal,
                inline: hook.handler_spot.is_none(),
                once: option_of(hook, "once") || hook.method == "once",
                follows: false,
                dropped: false,
            });
        }
    }

    /// `AbortSignal.any([this.signal, ..])`, `addAbortListener(signal, f);`.
    pub(super) fn note_followed_signal(&mut self, call: &'a CallExpression<'a>) {
        let node = call.node_id.get();
        let (function, name) = (self.owner_of(node), last_name(&call.callee));
        let follows = name == Some("any");
        let (true, Some(first)) =
            (follows || name == Some("addAbortListener"), call.arguments.first().and_then(Argument::as_expression))
        else {
            return;
        };
        if function == TOP {
            return;
        }
        let kept = if follows {
            let Some(member) = peel(&call.callee).as_member_expression() else { return };
            if self.global_name(member.object()) != Some("AbortSignal") {
                return;
            }
            let Expression::ArrayExpression(array) = peel(first) else { return };
            array.elements.iter().filter_map(ArrayExpressionElement::as_expression).find(|e| self.is_lasting_signal(e))
        } else if call.arguments.len() == 2 && self.kept_in(node) == Kept::Dropped {
            let spot = self.spot_of(first);
            Some(first)
                .filter(|e| spot.is_some_and(|s| self.is_anothers_signal(&s, e)) && !self.is_removed_by_name(call))
        } else {
            None
        };
        let Some(signal) = kept else { return };
        if self.is_guarded_once(node) {
            return;
        }
        let signal = self.text_of(signal.span(), 60);
        let opened = self.head_of_call(call);
        self.facts.aborts.push(AbortKept {
            opened,
            function,
            signal,
            inline: true,
            once: false,
            follows,
            dropped: !follows,
        });
    }

    /// `addAbortListener(signal, f)` and elsewhere `signal.removeEventListener('abort', f)`.
    fn is_removed_by_name(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(handler) = call.arguments.get(1).and_then(Argument::as_expression) else { return false };
        if self.literal_function(handler).is_some() {
            return false;
        }
        let name = self.said(handler);
        self.sites.clone().iter().any(|site| {
            matches!(*site, AstKind::CallExpression(c) if last_name(&c.callee).is_some_and(|n| n.starts_with("remove"))
                && c.arguments.get(1).and_then(Argument::as_expression).is_some_and(|h| self.said(h) == name))
        })
    }

    /// A signal of the module: all that follows it stays as long as the program.
    fn is_lasting_signal(&mut self, expr: &'a Expression<'a>) -> bool {
        let Some(spot) = self.spot_of(expr) else { return false };
        let SpotRoot::Symbol(symbol) = spot.root else { return false };
        self.scope_function(symbol) == TOP
            && matches!(self.made_of_symbol(symbol), Made::Here | Made::Import)
            && !self.stands_for_any(&spot)
    }

    /// Not the signal of a controller that is made here, nor one that has a deadline.
    fn is_anothers_signal(&mut self, spot: &Spot<'a>, written: &'a Expression<'a>) -> bool {
        // `options.controller ?? new AbortController()`: whose it is nobody knows.
        let whole = self.text_of(written.span(), 80);
        let named = self.said(written).contains("signal") && !whole.contains("ontroller");
        if self.is_of_request(written) {
            return false;
        }
        match spot.root {
            SpotRoot::Symbol(symbol) => {
                let home = self.scope_function(symbol);
                match self.made_of_symbol(symbol) {
                    Made::Param | Made::Import => named,
                    Made::Here => home == TOP,
                    // `const reservation = this.reservations.get(peer)`: its signal was there before.
                    Made::Obtained | Made::Unknown => named && !spot.path.is_empty(),
                }
            }
            SpotRoot::This(class) => {
                let Some(Seg::Field(field)) = spot.path.first() else { return false };
                let values = self.field_values.get(&(class, *field)).cloned().unwrap_or_default();
                let own = values.iter().any(|v| {
                    (spot.path.len() == 1
                        && matches!(peel(v), Expression::NewExpression(_) | Expression::CallExpression(_)))
                        || self.text_of(v.span(), 80).contains("ontroller")
                });
                named && !own && !field.to_ascii_lowercase().contains("controller")
            }
            SpotRoot::UnknownThis(_) | SpotRoot::Global(_) => false,
            SpotRoot::Module(_) => named,
        }
    }

    /// `request.signal` in a handler: it goes with the request.
    fn is_of_request(&mut self, written: &'a Expression<'a>) -> bool {
        let Some(member) = peel(written).as_member_expression() else { return false };
        if self.spot_of(member.object()).is_some_and(|s| self.is_handed_to_route(&s)) {
            return true;
        }
        match self.type_of(member.object()) {
            Some(crate::facts::reader::Type::Library(t)) => {
                self.apis.type_life(t).is_some_and(|life| life <= crate::facts::Life::Request)
            }
            _ => false,
        }
    }

    /// `app.get('/', (request) => ..)`: the parameter of a function that a route is given.
    fn is_handed_to_route(&self, spot: &Spot<'a>) -> bool {
        let SpotRoot::Symbol(symbol) = spot.root else { return false };
        let home = self.scope_function(symbol);
        if home == TOP || self.param_index(self.scoping.symbol_declaration(symbol)).is_none() {
            return false;
        }
        let function = self.function_nodes[home.0 as usize];
        matches!(self.nodes.kind(self.outside(function).1), AstKind::CallExpression(call)
            if last_name(&call.callee)
                .is_some_and(|n| matches!(n, "get" | "post" | "put" | "patch" | "delete" | "all" | "use" | "route")))
    }

    /// Some removal of the file may take this listener back.
    fn takes_back(&mut self, removal: &Hook<'a>, added: &Hook<'a>) -> bool {
        if !removal.removes || removal.event.is_some_and(|e| e != "abort" && e.chars().all(char::is_alphanumeric)) {
            return false;
        }
        match (&removal.handler_spot, &added.handler_spot) {
            (Some(a), Some(b)) => a == b || self.stands_for_any(a) || self.last_word(removal) == self.last_word(added),
            // A remover of anything: `removeEventListener('abort', entry.handler)`.
            (Some(a), None) => self.stands_for_any(a),
            (None, _) => removal.handler.is_none(),
        }
    }

    fn last_word(&self, hook: &Hook<'a>) -> Option<String> {
        hook.handler.map(|h| self.said(h))
    }

    /// `const { signal } = controller` is caught by its place; this is the controller that the same function aborts.
    fn ends_the_signal(&mut self, spot: &Spot<'a>, hook: &Hook<'a>) -> bool {
        let Some(("signal", path)) = spot.path.split_last().and_then(|(last, rest)| match last {
            Seg::Field(f) => Some((*f, rest)),
            Seg::Entry => None,
        }) else {
            return false;
        };
        let controller = Spot { root: spot.root, path: path.iter().copied().collect() };
        self.sites.clone().iter().any(|site| match *site {
            AstKind::CallExpression(call) if last_name(&call.callee) == Some("abort") => {
                let object = peel(&call.callee).as_member_expression().map(oxc_ast::ast::MemberExpression::object);
                object.and_then(|o| self.spot_of(o)).is_some_and(|s| s == controller)
                    && self.is_elsewhere(call.node_id.get(), hook)
            }
            _ => false,
        })
    }

    fn is_elsewhere(&self, node: NodeId, hook: &Hook<'a>) -> bool {
        !self.is_within(node, hook.node)
    }
}

/// Whether a call of this name may make one signal follow others.
pub(in crate::facts) fn follows_signals(name: &str) -> bool {
    matches!(name, "any" | "addAbortListener")
}
