//! Removals that can never match what was added: each is compared with every registration of its file.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_span::GetSpan;

use super::{Flaw, Hook, Mismatch, capture_of, option_of};
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, named_at, peel};
use crate::facts::repairs::Pair;
use crate::facts::{END_METHODS, FunctionId, Repair, TOP};

/// Removals and registrations of one file that are compared with each other: no file that people write has as many.
const MOST_HOOKS: usize = 1_000;

impl<'a> Reader<'a, '_> {
    pub(super) fn note_mismatches(&mut self, hooks: &[Hook<'a>]) {
        if hooks.len() > MOST_HOOKS {
            return;
        }
        let (removals, added): (Vec<_>, Vec<_>) = hooks.iter().partition(|h| h.removes);
        for removal in &removals {
            if let Some((flaw, hook, sure)) = self.flaw_of(removal, &added, &removals) {
                let repair = hook.and_then(|added| self.repair_of_mismatch(flaw, &Pair { removal, added, hooks }));
                self.push_mismatch(removal, hook, (flaw, sure, repair));
            }
        }
        for hook in &added {
            if let Some(first) = self.added_again(hook, &added, &removals) {
                let pair = Pair { removal: hook, added: first, hooks };
                let repair = self.repair_of_mismatch(Flaw::Added, &pair);
                self.push_mismatch(hook, Some(first), (Flaw::Added, false, repair));
            }
        }
    }

    fn push_mismatch(&mut self, removal: &Hook<'a>, added: Option<&Hook<'a>>, found: (Flaw, bool, Option<Repair>)) {
        let (flaw, sure, repair) = found;
        let mismatch = Mismatch {
            flaw,
            removal: self.head_of_call(removal.call),
            added: added.map(|h| self.head_of_call(h.call)),
            function: removal.function,
            receiver: self.text_of(removal.receiver.span(), 60),
            event: removal.event.unwrap_or_default().to_owned(),
            handler: removal.handler.map_or_else(String::new, |h| self.text_of(h.span(), 40)),
            method: removal.method.to_owned(),
            sure,
            repair,
        };
        self.facts.mismatches.push(mismatch);
    }

    fn flaw_of<'h>(
        &mut self,
        removal: &Hook<'a>,
        added: &[&'h Hook<'a>],
        removals: &[&Hook<'a>],
    ) -> Option<(Flaw, Option<&'h Hook<'a>>, bool)> {
        let here: Vec<&'h Hook<'a>> = added.iter().copied().filter(|h| self.same_receiver(h, removal)).collect();
        let event = here.iter().copied().find(|h| h.event == removal.event);
        if let Some(flaw) = made_on_the_spot(removal) {
            let sure = event.is_some() || removal.method != "off";
            return removal.event.map(|_| (flaw, event, sure));
        }
        if let Some(hook) = self.removes_a_stranger(removal, &here) {
            return Some((Flaw::Handler, Some(hook), false));
        }
        if let Some(found) = self.lacks_argument(removal, &here) {
            return Some((Flaw::Arity, Some(found), true));
        }
        let spot = removal.handler_spot.clone()?;
        let event_name = removal.event?;
        if let Some(hook) = differs_in_capture(removal, &here) {
            return Some((Flaw::Capture, Some(hook), true));
        }
        if let Some(hook) = lacks_context(removal, &here, removals) {
            return Some((Flaw::Context, Some(hook), false));
        }
        if let Some(hook) = self.is_recreated(removal, added, removals) {
            return Some((Flaw::Recreated, Some(hook), false));
        }
        if let Some(hook) = self.removes_parameter(removal, &here) {
            return Some((Flaw::Parameter, Some(hook), false));
        }
        if self.stands_for_any(&spot) || !removal.literal {
            return None;
        }
        let same = |h: &&&'h Hook<'a>| h.handler_spot.as_ref() == Some(&spot);
        // Added for another event, and never removed from that one.
        if here.iter().find(same).is_some() && !here.iter().any(|h| h.event.is_none_or(|e| names(e, event_name))) {
            let other = here.iter().copied().find(|h| {
                h.handler_spot.as_ref() == Some(&spot)
                    && h.literal
                    && !removals.iter().any(|r| r.event == h.event && r.handler_spot == h.handler_spot)
            });
            return other.map(|h| (Flaw::Event, Some(h), false));
        }
        if let Some(hook) = self.hangs_elsewhere(removal, added) {
            return Some((Flaw::Receiver, Some(hook), false));
        }
        let unknown = removal.handler.is_some_and(|h| self.is_never_named_again(h, removals));
        unknown
            .then(|| here.iter().copied().find(|h| h.event.is_some_and(|e| names(e, event_name))))
            .flatten()
            .map(|h| (Flaw::Handler, Some(h), false))
    }

    /// `this.map` and `map`, `document` and `document`.
    fn same_receiver(&mut self, a: &Hook<'a>, b: &Hook<'a>) -> bool {
        match (&a.spot, &b.spot) {
            (Some(x), Some(y)) if x == y => true,
            _ => self.said(a.receiver) == self.said(b.receiver),
        }
    }

    /// `removeEventListener('x')`, `removeListener(f)`.
    fn lacks_argument<'h>(&mut self, removal: &Hook<'a>, here: &[&'h Hook<'a>]) -> Option<&'h Hook<'a>> {
        if removal.handler.is_some() || removal.call.arguments.len() != 1 {
            return None;
        }
        let first = removal.call.arguments.first()?.as_expression()?;
        let is_name = matches!(peel(first), Expression::StringLiteral(_) | Expression::TemplateLiteral(_));
        let spot = self.spot_of(first);
        // `removeListener(f)` where `on('x', f)` was said.
        let by_handler = here.iter().copied().find(|h| h.handler_spot.is_some() && h.handler_spot == spot);
        let by_event = here.iter().copied().find(|h| h.handler.is_some() && h.event == removal.event);
        // `media.addListener(f)` has one argument.
        let single = here.iter().any(|h| h.call.arguments.len() == 1 && h.method == "addListener");
        match (removal.method, is_name) {
            ("removeListener" | "off", false) => by_handler.filter(|_| !single),
            ("removeEventListener", true) => by_event,
            ("removeEventListener", false) => {
                let one = here.iter().copied().find(|h| h.call.arguments.len() == 1);
                by_handler.or(one)
            }
            _ => None,
        }
    }

    /// `off('x', f); on('x', f)` where each call makes its own `f`.
    fn is_recreated<'h>(
        &mut self,
        removal: &Hook<'a>,
        added: &[&'h Hook<'a>],
        removals: &[&Hook<'a>],
    ) -> Option<&'h Hook<'a>> {
        let SpotRoot::Symbol(symbol) = removal.handler_spot.as_ref().filter(|s| s.path.is_empty())?.root else {
            return None;
        };
        let fresh = self.function_of_symbol(symbol).is_some() || self.is_bound_here(symbol);
        if !fresh || removal.function == TOP || self.scope_function(symbol) != removal.function {
            return None;
        }
        let others = removals.iter().any(|r| {
            r.handler_spot == removal.handler_spot && (r.function != removal.function || r.node > removal.node)
        });
        let hook = added.iter().copied().find(|h| {
            h.function == removal.function
                && h.handler_spot == removal.handler_spot
                && h.event == removal.event
                && h.node > removal.node
        })?;
        // Through whatever the receiver is told of it elsewhere, it may still go.
        (!others && self.same_receiver(hook, removal) && !option_of(hook, "signal") && !self.is_hooked_in_loop(removal))
            .then_some(hook)
    }

    fn is_hooked_in_loop(&self, hook: &Hook<'a>) -> bool {
        self.nodes.ancestor_kinds(hook.node).take(20).any(|k| {
            matches!(
                k,
                AstKind::ForStatement(_)
                    | AstKind::ForOfStatement(_)
                    | AstKind::ForInStatement(_)
                    | AstKind::WhileStatement(_)
            )
        })
    }

    fn is_bound_here(&self, symbol: oxc_semantic::SymbolId) -> bool {
        matches!(self.initial_value(symbol).map(peel), Some(Expression::CallExpression(c)) if is_bind(c))
    }

    /// `add(f) { t.on('x', f); return (g) => t.off('x', g) }`: who removes does not say what.
    fn removes_parameter<'h>(&mut self, removal: &Hook<'a>, here: &[&'h Hook<'a>]) -> Option<&'h Hook<'a>> {
        let SpotRoot::Symbol(symbol) = removal.handler_spot.as_ref().filter(|s| s.path.is_empty())?.root else {
            return None;
        };
        let home = self.scope_function(symbol);
        if home != removal.function || self.param_index(self.scoping.symbol_declaration(symbol)).is_none() {
            return None;
        }
        let outer = self.facts.functions[home.0 as usize].parent;
        here.iter().copied().find(|h| {
            h.function == outer
                && outer != TOP
                && h.event == removal.event
                && matches!(&h.handler_spot, Some(s) if s.path.is_empty()
                    && matches!(s.root, SpotRoot::Symbol(s) if self.scope_function(s) == outer
                        && self.param_index(self.scoping.symbol_declaration(s)).is_some()))
                && self.is_returned(home, outer)
        })
    }

    fn is_returned(&self, function: FunctionId, from: FunctionId) -> bool {
        let node = self.function_nodes[function.0 as usize];
        let span = self.nodes.kind(node).span();
        self.returned.get(&from).is_some_and(|all| all.iter().any(|e| peel(e).span() == span))
    }

    /// The handler is known, its event is known, and it hangs on a global; the removal asks something else.
    fn hangs_elsewhere<'h>(&mut self, removal: &Hook<'a>, added: &[&'h Hook<'a>]) -> Option<&'h Hook<'a>> {
        let own = removal.spot.clone()?;
        if self.stands_for_any(&own) || self.is_result(&own) {
            return None;
        }
        let mine: Vec<&'h Hook<'a>> = added
            .iter()
            .copied()
            .filter(|h| h.handler_spot == removal.handler_spot && h.event == removal.event)
            .collect();
        let elsewhere = mine.iter().all(|h| {
            h.spot.as_ref().is_some_and(|s| {
                let global = matches!(s.root, SpotRoot::Global(_)) != matches!(own.root, SpotRoot::Global(_))
                    || matches!((s.root, own.root), (SpotRoot::Global(a), SpotRoot::Global(b))
                        if a != b && !is_window(a) | !is_window(b));
                global && !self.stands_for_any(s) && !self.is_result(s)
            }) && self.said(h.receiver) != self.said(removal.receiver)
        });
        if mine.is_empty() || !elsewhere {
            return None;
        }
        mine.first().copied()
    }

    /// What a call gives may be anything, the same thing among them.
    fn is_result(&self, spot: &crate::facts::places::Spot<'a>) -> bool {
        match spot.root {
            SpotRoot::Symbol(s) => {
                spot.path.is_empty()
                    && !matches!(self.made_of_symbol(s), crate::facts::Made::Here | crate::facts::Made::Unknown)
            }
            _ => false,
        }
    }

    /// `off('x', this.onX)` and the file has no other word of `onX`.
    fn is_never_named_again(&self, handler: &'a Expression<'a>, removals: &[&Hook<'a>]) -> bool {
        let Some(name) = own_member(handler) else { return false };
        let times = removals
            .iter()
            .filter(|r| {
                let first = r.call.arguments.first().and_then(Argument::as_expression);
                r.handler.or(first).and_then(own_member) == Some(name)
            })
            .count();
        named_at(self.text, name).take(times + 1).count() == times
    }

    /// `media.removeListener(this.onChange)` where another method was added and no other word of `onChange` is said.
    fn removes_a_stranger<'h>(&self, removal: &Hook<'a>, here: &[&'h Hook<'a>]) -> Option<&'h Hook<'a>> {
        let handler = removal.call.arguments.first().and_then(Argument::as_expression)?;
        let alone = removal.method == "removeListener"
            && removal.call.arguments.len() == 1
            && self.is_never_named_again(handler, &[removal]);
        let single = |h: &&&'h Hook<'a>| {
            let first = h.call.arguments.first().and_then(Argument::as_expression);
            h.method == "addListener" && first.and_then(own_member).is_some()
        };
        here.iter().find(single).copied().filter(|_| alone)
    }

    /// The cleanup says `on` once more where it should say `off`.
    fn added_again<'h>(
        &mut self,
        again: &Hook<'a>,
        added: &[&'h Hook<'a>],
        removals: &[&Hook<'a>],
    ) -> Option<&'h Hook<'a>> {
        again.handler_spot.as_ref()?;
        let first = added.iter().copied().find(|h| {
            h.node < again.node
                && h.function != again.function
                && h.handler_spot == again.handler_spot
                && h.event == again.event
                && h.spot == again.spot
                && h.method == again.method
        })?;
        let removed = removals.iter().any(|r| r.handler_spot == again.handler_spot && r.event == again.event);
        let function = again.function;
        let ends = (self.is_returned(function, first.function) && self.is_effect(first.function))
            || self.facts.classes.iter().any(|c| {
                c.methods.iter().any(|(name, f)| *f == function && END_METHODS.contains(&name.as_str()))
                    && c.methods.iter().any(|(_, f)| *f == first.function)
            });
        (ends && !removed).then_some(first)
    }
}

fn differs_in_capture<'a, 'h>(removal: &Hook<'a>, here: &[&'h Hook<'a>]) -> Option<&'h Hook<'a>> {
    if removal.method != "removeEventListener" {
        return None;
    }
    let own = capture_of(removal)?;
    let matching: Vec<&'h Hook<'a>> = here
        .iter()
        .copied()
        .filter(|h| h.event == removal.event && h.handler_spot == removal.handler_spot)
        .filter(|h| h.method == "addEventListener")
        .collect();
    let differs = !matching.is_empty() && matching.iter().all(|h| capture_of(h).is_some_and(|c| c != own));
    differs.then(|| matching[0])
}

/// `on(target, 'x', f, this)` and `off(target, 'x', f)`, in a file where other removals hand over `this`.
fn lacks_context<'a, 'h>(removal: &Hook<'a>, here: &[&'h Hook<'a>], removals: &[&Hook<'a>]) -> Option<&'h Hook<'a>> {
    if !removal.shifted || removal.call.arguments.len() != 3 || !removals.iter().any(|r| has_context(r)) {
        return None;
    }
    let same = |h: &Hook<'a>| h.event == removal.event && h.handler_spot == removal.handler_spot;
    let right = removals.iter().any(|r| same(r) && has_context(r));
    here.iter().copied().find(|h| same(h) && has_context(h)).filter(|_| !right)
}

/// `on(target, 'x', f, this)`.
fn has_context(hook: &Hook<'_>) -> bool {
    let last = hook.call.arguments.get(3).and_then(Argument::as_expression);
    hook.shifted && matches!(last, Some(Expression::ThisExpression(_)))
}

/// `onX` of `this.onX`.
pub(in crate::facts) fn own_member<'a>(expr: &'a Expression<'a>) -> Option<&'a str> {
    let Expression::StaticMemberExpression(member) = peel(expr) else { return None };
    matches!(peel(&member.object), Expression::ThisExpression(_)).then(|| member.property.name.as_str())
}

fn made_on_the_spot(removal: &Hook<'_>) -> Option<Flaw> {
    match removal.handler.map(peel) {
        Some(Expression::ArrowFunctionExpression(_)) => Some(Flaw::Inline),
        Some(Expression::FunctionExpression(f)) if f.id.is_none() => Some(Flaw::Inline),
        Some(Expression::CallExpression(c)) if is_bind(c) => Some(Flaw::Bound),
        _ => None,
    }
}

fn is_bind(call: &CallExpression<'_>) -> bool {
    matches!(peel(&call.callee), Expression::StaticMemberExpression(m) if m.property.name == "bind")
        && !call.arguments.is_empty()
}

/// `'click dblclick'` names `click`.
fn names(events: &str, event: &str) -> bool {
    events == event || events.split_whitespace().any(|e| e == event)
}

fn is_window(name: &str) -> bool {
    matches!(name, "window" | "globalThis" | "self" | "global")
}
