//! What was seen in one place, with how often it runs.

use super::{Program, Unit};
use crate::facts::{Often, Seen, Sighting, TOP};
use crate::finding::{Confidence, Label};

/// A sighting and what the program knows of it.
pub struct Sight<'u> {
    pub unit: &'u Unit,
    pub sighting: &'u Sighting,
    pub often: Often,
    /// No use out of our sight took part in the answer.
    pub certain: bool,
}

impl Program {
    /// All sightings of one kind in code that may run.
    pub fn sightings(&self, seen: Seen) -> impl Iterator<Item = Sight<'_>> {
        self.files.iter().flat_map(move |unit| {
            let found = unit.facts.sightings.iter().filter(move |s| s.seen == seen && !unit.is_dead(s.function));
            found.map(move |sighting| {
                let runs = unit.runs_of(unit.frame(sighting.function));
                Sight { unit, sighting, often: runs.often, certain: runs.certain }
            })
        })
    }
}

impl Sight<'_> {
    /// Labels: the place itself, the second place, and what runs it.
    #[must_use]
    pub fn labels(&self, first: String) -> Vec<Label> {
        let mut labels = vec![self.unit.label(self.sighting.span, first)];
        labels.extend(self.sighting.other.as_ref().map(|(span, text)| self.unit.label(*span, text.clone())));
        let frame = self.unit.frame(self.sighting.function);
        if frame != TOP {
            labels.push(self.unit.because(frame));
        }
        labels
    }

    /// In code of which it is certain that it repeats.
    #[must_use]
    pub fn is_driven(&self) -> bool {
        self.certain && self.often >= Often::Event
    }

    /// As sure as the shape itself, where it runs more than once.
    #[must_use]
    pub fn where_repeated(&self) -> Option<Confidence> {
        (self.often > Often::Once).then_some(self.sighting.most)
    }
}
