//! What an end method would undo, where nothing calls that method.

use super::receivers::Outlives;
use crate::facts::{ClassId, CleanupFlaw, Close, DeadCleanup, FunctionId, Guard, Handle, Kept, Often, What};
use crate::program::Unit;

impl Unit {
    /// End methods that no file of the program calls, each with the first thing that it would close.
    #[must_use]
    pub fn uncalled_ends(&self) -> Vec<DeadCleanup> {
        let ends = self.joined.uncalled_ends.iter();
        ends.filter_map(|(class, end)| {
            let handle = self.facts.handles.iter().find(|handle| self.is_ended_by(handle, *class, *end))?;
            let function = &self.facts.functions[end.0 as usize];
            Some(DeadCleanup {
                flaw: CleanupFlaw::Uncalled,
                at: function.head,
                opened: Some(handle.opened),
                function: *end,
                name: function.name.clone(),
                right: self.facts.classes[class.0 as usize].name.clone(),
                library: String::new(),
            })
        })
        .collect()
    }

    /// Opened by each instance, on what outlives it or by a timer that goes on, and closed by the end method.
    fn is_ended_by(&self, handle: &Handle, class: ClassId, end: FunctionId) -> bool {
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let closes = |close: &Close| {
            let place = close.receiver.as_ref().and_then(|r| r.place);
            close.what == handle.what
                && self.frame(close.function) == end
                && match (handle.what, &handle.kept_in) {
                    (What::Timer, Kept::Place(kept)) => close.handle.is_some_and(|p| self.may_be_same(p, *kept)),
                    _ => place.is_some() && place == handle.receiver.as_ref().and_then(|r| r.place),
                }
        };
        let lasts = match (handle.what, &handle.receiver) {
            (What::Timer, _) => !handle.once,
            (What::Listener, Some(receiver)) => !handle.once && !matches!(self.outlives(receiver, frame), Outlives::No),
            _ => false,
        };
        lasts
            && runs.certain
            && runs.often >= Often::Instance
            && handle.guard != Guard::Once
            && self.class_around(frame) == Some(class)
            && frame != end
            && self.facts.closes.iter().any(closes)
    }
}
