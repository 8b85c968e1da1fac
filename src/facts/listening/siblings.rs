//! Listeners that one function adds together, of which some are taken away again and one is not.

use oxc_span::GetSpan;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{Hook, option_of};
use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::repairs::Pair;
use crate::facts::sites::{May, Named};
use crate::facts::{FunctionId, Made, Repair, TOP};
use crate::finding::Span;

/// A listener that was forgotten where its siblings are removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Forgotten {
    pub opened: Span,
    pub function: FunctionId,
    pub receiver: String,
    pub event: String,
    /// The removal of its sibling, where this one should stand beside it.
    pub sibling: Span,
    /// It takes itself away, but only when its own event comes.
    pub waits: bool,
    /// Its removal beside that of its sibling.
    pub repair: Option<Repair>,
}

/// Registrations times removals that are compared: generated files have thousands of both.
const MOST_PAIRS: usize = 100_000;

impl<'a> Reader<'a, '_> {
    pub(super) fn note_forgotten_listeners(&mut self, hooks: &[Hook<'a>]) {
        let (removals, added): (Vec<_>, Vec<_>) = hooks.iter().partition(|h| h.removes);
        if removals.is_empty() || added.len() < 2 || added.len() * removals.len() > MOST_PAIRS {
            return;
        }
        let [cleared, ended] = self.receivers_at_their_end();
        for hook in &added {
            let inline = is_once(hook) && hook.handler.is_some_and(|h| self.literal_function(h).is_some());
            let candidate = self.has_own_handler(hook) || inline;
            let receiver = self.said(hook.receiver);
            if !candidate || option_of(hook, "signal") || cleared.contains(&receiver) {
                continue;
            }
            if inline && hook.handler_spot.is_none() {
                if let Some(removal) = self.rival_of_inline(hook, &added, &removals) {
                    self.push_forgotten(hook, (removal, true), hooks);
                }
                continue;
            }
            let taken = self.is_taken_by_another(hook, &removals);
            let waits = self.removes_itself(hook, &removals);
            // An `error` listener stays on purpose: without one, an error ends the program. Its own listeners an object may keep.
            let own = matches!(&hook.spot, Some(s) if matches!(s.root, SpotRoot::This(_)) && s.path.is_empty());
            if !waits && (taken || own || hook.event == Some("error")) {
                continue;
            }
            let mut sibling = None;
            for other in &added {
                if sibling.is_none()
                    && other.function == hook.function
                    && other.handler_spot != hook.handler_spot
                    && self.has_own_handler(other)
                    && self.lives_with(hook, other)
                {
                    sibling = if taken {
                        self.one_sided_race(hook, other, &removals)
                    } else {
                        self.sibling_removal(hook, other, &removals)
                    };
                }
            }
            if let Some(removal) = sibling
                && !ended.contains(&receiver)
            {
                self.push_forgotten(hook, (removal, waits), hooks);
            }
        }
    }

    fn push_forgotten(&mut self, hook: &Hook<'a>, (sibling, waits): (Span, bool), hooks: &[Hook<'a>]) {
        // Of those that wait for one outcome, each way must remove the others.
        let beside = hooks.iter().filter(|r| r.removes).find(|r| !waits && self.head_of_call(r.call) == sibling);
        let repair = beside.and_then(|removal| self.repair_of_forgotten(&Pair { removal, added: hook, hooks }));
        let forgotten = Forgotten {
            opened: self.head_of_call(hook.call),
            function: hook.function,
            receiver: self.text_of(hook.receiver.span(), 60),
            event: hook.event.unwrap_or_default().to_owned(),
            sibling,
            waits,
            repair,
        };
        self.facts.forgotten.push(forgotten);
    }

    /// `server.listen(port, () => server.off('error', failed))`: when `error` comes first, nothing can remove what has no name.
    fn rival_of_inline(&mut self, hook: &Hook<'a>, added: &[&Hook<'a>], removals: &[&Hook<'a>]) -> Option<Span> {
        if hook.function == TOP || hook.event.is_some_and(is_end_event) || !self.lives_with(hook, hook) {
            return None;
        }
        let own = hook.handler.and_then(|h| self.literal_function(h))?;
        let removal = removals.iter().find(|r| {
            self.is_inside(r.function, own)
                && r.spot == hook.spot
                && added.iter().any(|s| {
                    s.handler_spot.is_some()
                        && s.handler_spot == r.handler_spot
                        && s.event == r.event
                        && s.spot == hook.spot
                        && (is_once(s) || s.event.is_some_and(is_end_event))
                })
        })?;
        Some(self.head_of_call(removal.call))
    }

    /// A handler made by this run or kept in a field, so that this run could remove it.
    fn has_own_handler(&self, hook: &Hook<'a>) -> bool {
        let Some(spot) = hook.handler_spot.as_ref() else { return false };
        hook.function != TOP
            && match spot.root {
                SpotRoot::Symbol(symbol) => {
                    let node = self.scoping.symbol_declaration(symbol);
                    spot.path.is_empty() && self.scope_function(symbol) != TOP && self.param_index(node).is_none()
                }
                SpotRoot::This(_) => spot.path.len() == 1,
                _ => false,
            }
    }

    /// Some removal that is not part of its own handler may take it away.
    fn is_taken_by_another(&mut self, hook: &Hook<'a>, removals: &[&Hook<'a>]) -> bool {
        removals.iter().any(|r| {
            let event = r.event.is_none() || r.event == hook.event || !r.literal;
            let handler = match (&r.handler_spot, &hook.handler_spot) {
                (Some(a), _) if self.stands_for_any(a) => true,
                (Some(a), Some(b)) => a == b || own_name(r).is_some_and(|name| own_name(hook) == Some(name)),
                (None, _) => true,
                _ => false,
            };
            event && handler && !self.is_in_handler(r.function, hook)
        })
    }

    /// Of two that wait for one outcome, the handler of `hook` removes the other, and the other does not remove this one.
    fn one_sided_race(&mut self, hook: &Hook<'a>, other: &Hook<'a>, removals: &[&Hook<'a>]) -> Option<Span> {
        if !is_once(hook) || !is_once(other) || hook.event.is_some_and(is_end_event) {
            return None;
        }
        let rival = other.handler_spot.clone().and_then(|s| self.handler_function(&s))?;
        let reach = self.reached_from_one(rival);
        let removal = removals.iter().find(|r| {
            r.handler_spot == other.handler_spot && r.event == other.event && self.is_in_handler(r.function, hook)
        })?;
        let both = removals
            .iter()
            .any(|r| reach.contains(&r.function) && (r.handler_spot == hook.handler_spot || r.handler_spot.is_none()));
        (!both).then(|| self.head_of_call(removal.call))
    }

    /// What loses all its listeners in this file, and what comes to its end.
    fn receivers_at_their_end(&self) -> [FxHashSet<String>; 2] {
        let mut found = [FxHashSet::default(), FxHashSet::default()];
        for Named { call, name, .. } in self.calls_that(May::CLEAR.or(May::END)) {
            let clears = name.starts_with("removeAll");
            if (clears || crate::facts::handles::is_ending_word(name))
                && let Some(member) = peel(&call.callee).as_member_expression()
            {
                found[usize::from(!clears)].insert(self.said(member.object()));
            }
        }
        found
    }

    /// `once`, or its own handler removes it.
    fn removes_itself(&mut self, hook: &Hook<'a>, removals: &[&Hook<'a>]) -> bool {
        is_once(hook)
            || removals.iter().any(|r| r.handler_spot == hook.handler_spot && self.is_in_handler(r.function, hook))
    }

    fn is_in_handler(&mut self, function: FunctionId, hook: &Hook<'a>) -> bool {
        let Some(handler) = hook.handler_spot.clone().and_then(|s| self.handler_function(&s)) else { return false };
        self.is_inside(function, handler)
    }

    fn is_inside(&self, function: FunctionId, outer: FunctionId) -> bool {
        let mut at = function;
        for _ in 0..16 {
            if at == outer {
                return true;
            }
            if at == TOP {
                return false;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        false
    }

    fn handler_function(&mut self, spot: &Spot<'a>) -> Option<FunctionId> {
        match spot.root {
            SpotRoot::Symbol(symbol) if spot.path.is_empty() => self.function_of_symbol(symbol),
            _ => self.function_at(spot),
        }
    }

    /// Both hang on the same thing, or on things of which neither is known to go before the other.
    fn lives_with(&mut self, hook: &Hook<'a>, sibling: &Hook<'a>) -> bool {
        let receiver = self.receiver_of(hook.receiver);
        if receiver.made == Made::Here || self.dies_with_its_function(&receiver, hook.node) {
            return false;
        }
        let (Some(a), Some(b)) = (&hook.spot, &sibling.spot) else { return false };
        a == b
            || self.said(hook.receiver) == self.said(sibling.receiver)
            || matches!(a.root, SpotRoot::Global(_))
            || matches!((a.root, b.root), (SpotRoot::This(x), SpotRoot::This(y))
                if x == y && !a.path.is_empty() && !b.path.is_empty())
    }

    /// Where the sibling is removed although `hook` may still be there.
    fn sibling_removal(&mut self, hook: &Hook<'a>, sibling: &Hook<'a>, removals: &[&Hook<'a>]) -> Option<Span> {
        let waits = self.removes_itself(hook, removals);
        // The end of the receiver is waited for on purpose, unless a promise is settled by then.
        if waits && hook.event.is_some_and(is_end_event) && !self.is_in_executor(hook.function) {
            return None;
        }
        let race = waits && self.removes_itself(sibling, removals);
        let removal = removals.iter().find(|r| {
            r.handler_spot == sibling.handler_spot
                && r.event == sibling.event
                && !self.is_in_handler(r.function, sibling)
                && (!waits || race || !self.is_in_handler(r.function, hook))
        })?;
        Some(self.head_of_call(removal.call))
    }

    /// Directly in the function that `new Promise` is given.
    pub(super) fn is_in_executor(&self, function: FunctionId) -> bool {
        self.is_executor(self.function_nodes[function.0 as usize])
    }
}

/// `onX` of `this.onX`. In components written as objects, `this` of the hooks and of the methods is the same.
fn own_name<'a>(hook: &Hook<'a>) -> Option<&'a str> {
    hook.handler.and_then(super::removals::own_member)
}

pub(super) fn is_once(hook: &Hook<'_>) -> bool {
    hook.method == "listen" || hook.method.to_ascii_lowercase().contains("once") || option_of(hook, "once")
}

pub(super) fn is_end_event(event: &str) -> bool {
    matches!(
        event,
        "close" | "end" | "exit" | "error" | "finish" | "disconnect" | "disconnected" | "destroy" | "abort" | "aborted"
    )
}
