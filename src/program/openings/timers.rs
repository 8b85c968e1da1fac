//! Timers that go on because nothing clears them.

use super::Opening;
use crate::facts::{
    Close, END_METHODS, FunctionId, Guard, Handle, Handler, Kept, Often, Owner, OwnerKind, PlaceId, Root, Step, Taken,
    What,
};
use crate::finding::{Confidence, Label, Role, Span};
use crate::program::Unit;

/// A promise that loses its race and whose timer nobody can stop.
pub struct LostDelay<'u> {
    pub taken: &'u Taken,
    /// Where the function that starts the timer is made.
    pub made: Label,
}

impl Unit {
    /// Racers of which another file starts the timer, in code that runs again and again.
    pub fn lost_delays(&self) -> impl Iterator<Item = LostDelay<'_>> {
        self.joined.delays.iter().filter_map(|(index, file, span)| {
            let taken = self.facts.links.taken.get(*index)?;
            let text = "its timer cannot be stopped".to_owned();
            let again = self.runs_of(self.frame(taken.by)).often > Often::Once && !self.is_dead(taken.by);
            let made = Label { file: *file, span: *span, text, role: Role::Place };
            again.then_some(LostDelay { taken, made })
        })
    }

    /// A timer that goes on for ever because nothing clears it.
    #[must_use]
    pub fn timer_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let silent = handle.what != What::Timer
            || (handle.guard == Guard::Once && handle.missed.is_none())
            || self.is_dead(handle.function)
            || self.has_dead_cleanup(handle)
            || handle.kept_in == Kept::Escapes;
        if silent {
            return None;
        }
        if let Some(opening) = self.left_by_owner(handle) {
            return Some(opening);
        }
        if handle.once && !handle.reschedules {
            return self.timeout_kept(handle);
        }
        if runs.often == Often::Once || (handle.missed.is_none() && self.is_cleared(handle)) {
            return None;
        }
        let owner = self.class_around(frame);
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
            (false, true) if owner.is_some_and(|class| !self.has_unseen_base(class)) => Confidence::Likely,
            _ => Confidence::Guess,
        };
        Some(Opening { handle, confidence, keeper: None, end: owner.and_then(|c| self.end_method(c)) })
    }

    /// What the handle belongs to, when it comes to an end.
    #[must_use]
    pub fn owner_of_handle(&self, handle: &Handle) -> Option<&Owner> {
        let index = u32::try_from(self.facts.handles.element_offset(handle)?).ok()?;
        let at = self.facts.owners.binary_search_by_key(&index, |(i, _)| *i).ok()?;
        Some(&self.facts.owners[at].1)
    }

    /// A class, component or effect comes to its end and does not think of its timer.
    fn left_by_owner<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let owner = self.owner_of_handle(handle)?;
        if owner.thinks_of_it || handle.races {
            return None;
        }
        let frame = self.frame(handle.function);
        let kept = self.outlasts_the_call(handle);
        let lasts = !handle.once || handle.reschedules;
        // A frame is over before anyone minds, and so is a moment; what starts it may also end it.
        let frames = handle.api.ends_with("AnimationFrame");
        let short = owner.kind != OwnerKind::Effect && handle.delay.is_some_and(|ms| ms < 1000);
        if (!lasts && (frames || short)) || self.is_cleared_behind(handle) {
            return None;
        }
        let likely = match owner.kind {
            // Where nothing else clears it, the answer for all functions is as good.
            OwnerKind::Class => kept && owner.end.is_some() && !self.ends_itself(handle, frame),
            OwnerKind::Component => kept || (lasts && !self.is_cleared(handle)),
            OwnerKind::Effect => {
                let waits = handle.delay.map_or(handle.once, |ms| ms >= 5000);
                let forgotten = kept || !self.is_cleared(handle);
                forgotten && (lasts || (owner.end.is_some() && (kept || waits)) || (owner.direct && waits))
            }
        };
        let opening = Opening { handle, confidence: Confidence::Likely, keeper: end_of_owner(owner), end: None };
        (likely && !self.clears_own_slot(handle)).then_some(opening)
    }

    /// The function that starts it clears it further down.
    fn is_cleared_behind(&self, handle: &Handle) -> bool {
        let Kept::Place(kept) = handle.kept_in else { return false };
        handle.missed.is_none()
            && self.facts.closes.iter().any(|c| {
                c.what == What::Timer
                    && c.function == handle.function
                    && c.span.start > handle.opened.end
                    && c.handle == Some(kept)
            })
    }

    /// A field, or a variable outside of the function that starts it.
    fn outlasts_the_call(&self, handle: &Handle) -> bool {
        let Kept::Place(place) = handle.kept_in else { return false };
        match &self.place(place).root {
            Root::This(_) | Root::UnknownThis(_) => true,
            Root::Binding(b) => {
                !self.place(place).path.is_empty() || self.facts.bindings[b.0 as usize].within != handle.function
            }
            _ => false,
        }
    }

    /// The end method itself starts it: the last thing that it does.
    fn ends_itself(&self, handle: &Handle, frame: FunctionId) -> bool {
        let name = &self.facts.functions[frame.0 as usize].name;
        handle.once && END_METHODS.contains(&name.as_str())
    }

    /// An interval that its own callback clears is over some day.
    fn clears_own_slot(&self, handle: &Handle) -> bool {
        let Handler::Inline(callback) = handle.handler else { return false };
        let Kept::Place(kept) = handle.kept_in else { return false };
        !handle.once
            && self.facts.closes.iter().any(|c| {
                c.what == What::Timer
                    && c.handle.is_some_and(|p| self.may_be_same(p, kept))
                    && self.is_nested(c.function, callback)
            })
    }

    /// A timeout is only worth a word where an owner ends before it fires, where a way out forgets it, or where it lost a
    /// race.
    fn timeout_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        if handle.missed.is_some() {
            return Some(Opening { handle, confidence: Confidence::Likely, keeper: None, end: None });
        }
        if self.is_cleared(handle) {
            return None;
        }
        if let Some(close) = self.clears_nothing(handle) {
            let text = "this clears a field that is never assigned".to_owned();
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
        let class = self.class_around(frame)?;
        let end = self.end_method(class)?;
        Some(Opening { handle, confidence: Confidence::Guess, keeper: None, end: Some(end) })
    }

    /// A clear call of the same class that clears a field to which no timer is ever assigned.
    fn clears_nothing(&self, handle: &Handle) -> Option<&Close> {
        let class = self.class_around(self.frame(handle.function))?;
        if handle.kept_in != Kept::Dropped {
            return None;
        }
        self.facts.closes.iter().find(|c| {
            c.what == What::Timer
                && c.never_assigned
                && c.handle.is_some_and(|p| self.place(p).root == Root::This(class))
        })
    }

    /// Some call of the file may clear this timer.
    fn is_cleared(&self, handle: &Handle) -> bool {
        let Kept::Place(kept) = handle.kept_in else { return false };
        self.clears_of_place(kept).any(|close| !self.is_dead(close.function))
    }

    /// Name of the last field or of the binding.
    pub(super) fn last_step(&self, place: PlaceId) -> Option<&str> {
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

fn end_of_owner(owner: &Owner) -> Option<(Span, String)> {
    let what = match owner.kind {
        OwnerKind::Effect => "the cleanup does not clear it",
        _ => "does not clear it",
    };
    owner.end.map(|span| (span, what.to_owned()))
}
