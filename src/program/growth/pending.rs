//! Entries that wait for something and are not removed on one of the ways in which that ends.

use crate::facts::{Arg, Container, Does, FunctionId, Op, TOP, Use, Value, Ways};
use crate::finding::Span;
use crate::program::Unit;

/// A way on which an entry is done with and stays.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    pub span: Span,
    pub how: How,
    /// Another way that does remove the entry.
    pub removed: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The function that stores and removes it is left here.
    WayOut,
    /// What it stands for is closed; only an error removes it.
    Closed,
    /// The promise of the entry is settled here.
    Settled,
    /// The timer of the entry has fired.
    Fired,
    /// The promise that is stored may be rejected.
    Rejected,
}

impl Unit {
    /// The first way on which what waits in an entry comes to its end and the entry stays.
    pub(super) fn left(&self, container: &Container, op: &Op) -> Option<Left> {
        if op.ways == Ways::All {
            return None;
        }
        let removed = self.removals(container).find(|r| !self.is_on_demand(r.function)).map(|r| r.span);
        let found = |(how, span)| Left { span, how, removed };
        if let Some(span) = self.left_when_closed(container) {
            return Some(Left { span, how: How::Closed, removed: None });
        }
        if self.is_removed_by_its_maker(container, op) {
            return self.left_when_rejected_later(container, op).map(found);
        }
        self.left_on_way_out(container, op)
            .or_else(|| self.left_when_settled(container, op))
            .or_else(|| self.left_when_fired(container, op))
            .map(found)
    }

    /// `socket.on('error', () => clients.delete(id))`, and nothing on `close`: most connections end without an error.
    fn left_when_closed(&self, container: &Container) -> Option<Span> {
        let mut removals = self.removals(container).filter(|r| !self.is_on_demand(r.function)).peekable();
        let first = removals.peek()?.span;
        let on_error = |r: &Op| {
            let uses = &self.facts.functions[r.function.0 as usize].uses;
            matches!(uses.as_slice(), [Use::Callback { api, .. }] if api.ends_with("('error')") || api.ends_with("(\"error\")"))
        };
        removals.all(on_error).then_some(first)
    }

    /// Only the function that stores the entry removes it, and not on every way out.
    fn left_on_way_out(&self, container: &Container, op: &Op) -> Option<(How, Span)> {
        let Ways::AllBut(way) = op.ways else { return None };
        let mut others = self.removals(container).filter(|r| !self.is_on_demand(r.function));
        others.all(|r| r.function == op.function).then_some((How::WayOut, way))
    }

    /// `pending.get(id).reject(error)` without the `delete` that other ways have, or the resolver called by its maker.
    fn left_when_settled(&self, container: &Container, op: &Op) -> Option<(How, Span)> {
        let removes = |r: &&Op| r.does == Does::Shrink && r.key.is_some() && !self.is_on_demand(r.function);
        self.removals(container).find(removes)?;
        // Who asks an instance to `resolve` something may well ask twice.
        if matches!(op.value, Value::Instance | Value::Ward) {
            return None;
        }
        let mut looks = container.ops.iter().filter(|o| o.does == Does::Settle && !self.is_dead(o.function));
        let look = looks.find_map(|o| match o.ways {
            Ways::AllBut(settled) => Some(settled),
            Ways::All => None,
            Ways::Unknown => (!self.is_removed_around(container, o.function)).then_some(o.span),
        });
        let by_maker = || {
            let mut calls = container.settled_by_maker.iter();
            let left = calls.find(|(f, _)| *f != op.function && !self.is_removed_around(container, *f));
            left.map(|(_, span)| *span)
        };
        look.or_else(by_maker).map(|span| (How::Settled, span))
    }

    /// The function that stores the entry makes the ones that remove it: `promise.finally(() => pending.delete(id))`,
    /// `{ resolve(value) { pending.delete(id); .. } }`. They run when it is settled, by whatever way.
    fn is_removed_by_its_maker(&self, container: &Container, grown: &Op) -> bool {
        let frame = self.frame(grown.function);
        self.removals(container).any(|op| op.function != frame && self.is_nested(op.function, frame))
    }

    /// `promise.then(() => map.delete(key))`, and nothing when it is rejected.
    fn left_when_rejected_later(&self, container: &Container, op: &Op) -> Option<(How, Span)> {
        let frame = self.frame(op.function);
        let mut only = None;
        for removal in self.removals(container).filter(|r| !self.is_on_demand(r.function)) {
            let uses = &self.facts.functions[removal.function.0 as usize].uses;
            let [Use::Callback { api, at, .. }] = uses.as_slice() else { return None };
            let then = api.rsplit('.').next() == Some("then") && self.is_nested(removal.function, frame);
            if !then || only.is_some() {
                return None;
            }
            only = Some(*at);
        }
        only.map(|at| (How::Rejected, at))
    }

    /// Something that runs with `function` removes: the function itself, what it calls, or each of its callers.
    fn is_removed_around(&self, container: &Container, function: FunctionId) -> bool {
        let frame = self.frame(function);
        if self.removals(container).any(|op| self.is_run_by(op.function, frame)) {
            return true;
        }
        let uses = &self.facts.functions[frame.0 as usize].uses;
        !uses.is_empty()
            && uses.iter().all(|u| match u {
                Use::Called { by, .. } | Use::Callback { by, sync: true, .. } if *by != TOP => {
                    let by = self.frame(*by);
                    self.removals(container).any(|op| self.is_run_by(op.function, by))
                }
                _ => false,
            })
    }

    /// Whether code of `function` may run because `root` does: it stands inside, or is called from there.
    pub(super) fn is_run_by(&self, function: FunctionId, root: FunctionId) -> bool {
        let (mut work, mut seen) = (vec![function], vec![function]);
        while let Some(at) = work.pop() {
            if self.is_nested(at, root) {
                return true;
            }
            let facts = &self.facts.functions[at.0 as usize];
            let callers = facts.uses.iter().filter_map(|u| match u {
                Use::Called { by, .. } | Use::Callback { by, sync: true, .. } => Some(*by),
                _ => None,
            });
            for by in callers.filter(|by| *by != TOP) {
                if !seen.contains(&by) {
                    seen.push(by);
                    work.push(by);
                }
            }
        }
        false
    }

    /// `timers.set(id, setTimeout(run))`, and `run` leaves the entry.
    fn left_when_fired(&self, container: &Container, op: &Op) -> Option<(How, Span)> {
        let Value::Timer(Some(callback)) = op.value else { return None };
        let removes = self.removals(container).any(|op| self.is_run_by(op.function, callback));
        let head = self.facts.functions[callback.0 as usize].head;
        (!removes).then_some((How::Fired, head))
    }

    /// A promise is stored, looked up by key, and nothing ever takes it out.
    pub(super) fn left_when_rejected(&self, container: &Container, op: &Op) -> Option<Left> {
        if !container.ops.iter().any(|o| o.does.is_read() && o.key.is_some()) {
            return None;
        }
        let span = match op.value {
            Value::Promise => op.span,
            Value::Param(index) => self.arguments(op.function, index).find_map(|arg| match arg {
                Arg::Promise(at) => Some(*at),
                _ => None,
            })?,
            _ => return None,
        };
        Some(Left { span, how: How::Rejected, removed: None })
    }
}
