//! Timers that go on because nothing clears them.

use super::Opening;
use crate::facts::{ClassId, Close, FunctionId, Guard, Handle, Kept, Often, PlaceId, Root, Step, TOP, What};
use crate::finding::Confidence;
use crate::program::Unit;

impl Unit {
    /// A timer that goes on for ever because nothing clears it.
    #[must_use]
    pub fn timer_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let silent = handle.what != What::Timer
            || handle.guard == Guard::Once
            || self.is_dead(handle.function)
            || handle.kept_in == Kept::Escapes;
        if silent {
            return None;
        }
        if handle.once && !handle.reschedules {
            return self.timeout_kept(handle);
        }
        if runs.often == Often::Once || (handle.missed.is_none() && self.is_cleared(handle)) {
            return None;
        }
        let owner = self.owner_class(frame);
        let local = match handle.kept_in {
            Kept::Dropped => true,
            Kept::Place(p) => {
                matches!(self.place(p).root, Root::Binding(b) if self.facts.bindings[b.0 as usize].within == frame)
            }
            Kept::Escapes => false,
        };
        let runs = if self.is_starter(frame) { &crate::program::Runs { certain: false, ..*runs } } else { runs };
        let driven = runs.certain && runs.often >= Often::Instance;
        let confidence = match (local, runs.certain) {
            (true, true) if driven && !handle.reschedules && handle.missed.is_none() => Confidence::Sure,
            (true, true) => Confidence::Likely,
            (false, true) if owner.is_some() => Confidence::Likely,
            _ => Confidence::Guess,
        };
        Some(Opening { handle, confidence, keeper: None, end: owner.and_then(|c| self.end_method(c)) })
    }

    /// A timeout is only worth a word where an owner ends before it fires: the class has an end method that forgets it,
    /// or it lost a race.
    fn timeout_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        if self.is_cleared(handle) {
            return None;
        }
        if let Some(close) = self.clears_nothing(handle) {
            let text = "this clears a field that nothing is ever assigned to".to_owned();
            return Some(Opening {
                handle,
                confidence: Confidence::Likely,
                keeper: Some((close.span, text)),
                end: Some(close.function),
            });
        }
        if handle.races && handle.delay.is_none_or(|ms| ms >= 1000) {
            let long = handle.delay.is_some_and(|ms| ms >= 10_000);
            let confidence = if long { Confidence::Likely } else { Confidence::Guess };
            return Some(Opening { handle, confidence, keeper: None, end: None });
        }
        let frame = self.frame(handle.function);
        let class = self.owner_class(frame)?;
        let end = self.end_method(class)?;
        let in_field = matches!(handle.kept_in, Kept::Place(p) if matches!(self.place(p).root, Root::This(_)));
        let confidence = if in_field { Confidence::Likely } else { Confidence::Guess };
        Some(Opening { handle, confidence, keeper: None, end: Some(end) })
    }

    /// A clear call of the same class that clears a field to which no timer is ever assigned.
    fn clears_nothing(&self, handle: &Handle) -> Option<&Close> {
        let class = self.owner_class(self.frame(handle.function))?;
        if handle.kept_in != Kept::Dropped {
            return None;
        }
        self.facts.closes.iter().find(|c| {
            c.what == What::Timer
                && c.never_assigned
                && c.handle.is_some_and(|p| self.place(p).root == Root::This(class))
        })
    }

    fn owner_class(&self, frame: FunctionId) -> Option<ClassId> {
        let mut at = frame;
        while at != TOP {
            let function = &self.facts.functions[at.0 as usize];
            if function.class.is_some() {
                return function.class;
            }
            at = function.parent;
        }
        None
    }

    /// Some call of the file may clear this timer.
    fn is_cleared(&self, handle: &Handle) -> bool {
        let Kept::Place(kept) = handle.kept_in else { return false };
        let name = self.last_step(kept);
        self.facts.closes.iter().any(|c| {
            c.what == What::Timer
                && !self.is_dead(c.function)
                && match c.handle {
                    None => true,
                    Some(p) => {
                        self.may_be_same(p, kept) || self.is_vague(p) || (name.is_some() && self.last_step(p) == name)
                    }
                }
        })
    }

    /// Name of the last field or of the binding.
    fn last_step(&self, place: PlaceId) -> Option<&str> {
        let place = self.place(place);
        match place.path.last() {
            Some(Step::Field(f)) => Some(f),
            Some(Step::Entry) => None,
            None => match &place.root {
                Root::Binding(b) => Some(&self.facts.bindings[b.0 as usize].name),
                Root::Global(name) => Some(name),
                _ => None,
            },
        }
    }
}
