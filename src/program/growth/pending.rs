//! Entries that wait for something and are not removed on one of the ways in which that ends.

use crate::facts::{Arg, Container, Does, FunctionId, Op, Use, Value};
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
        if self.is_removed_by_its_maker(container, op) {
            return None;
        }
        self.left_when_settled(container).or_else(|| self.left_when_fired(container, op))
    }

    /// `pending.get(id).reject(error)` without the `delete` that other ways have.
    fn left_when_settled(&self, container: &Container) -> Option<Left> {
        let removed = self
            .removals(container)
            .find(|op| op.does == Does::Shrink && op.key.is_some() && !self.is_on_demand(op.function))?;
        let settles = container.ops.iter().filter(|op| op.does == Does::Settle && !self.is_dead(op.function));
        let mut left = settles.filter(|op| !self.is_removed_around(container, op.function));
        left.next().map(|op| Left { span: op.span, how: How::Settled, removed: Some(removed.span) })
    }

    /// The function that stores the entry makes the ones that remove it: `promise.finally(() => pending.delete(id))`,
    /// `{ resolve(value) { pending.delete(id); .. } }`. They run when it is settled, by whatever way.
    fn is_removed_by_its_maker(&self, container: &Container, grown: &Op) -> bool {
        let frame = self.frame(grown.function);
        self.removals(container).any(|op| op.function != frame && self.is_nested(op.function, frame))
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
                Use::Called { by, .. } | Use::Callback { by, .. } => {
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
            // The functions around it are asked as well: a callback runs because its maker did.
            let facts = &self.facts.functions[at.0 as usize];
            let callers = facts.uses.iter().filter_map(Use::by);
            for by in callers {
                if by != crate::facts::TOP && !seen.contains(&by) {
                    seen.push(by);
                    work.push(by);
                }
            }
        }
        false
    }

    /// `timers.set(id, setTimeout(run))`, and `run` leaves the entry.
    fn left_when_fired(&self, container: &Container, op: &Op) -> Option<Left> {
        let Value::Timer(Some(callback)) = op.value else { return None };
        let removed = self.removals(container).map(|op| op.span).next();
        if self.removals(container).any(|op| self.is_run_by(op.function, callback)) {
            return None;
        }
        let head = self.facts.functions[callback.0 as usize].head;
        Some(Left { span: head, how: How::Fired, removed })
    }

    /// A promise is stored, looked up by key, and nothing takes it out when it is rejected.
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
