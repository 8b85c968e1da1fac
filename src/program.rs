//! All files together: the questions that rules ask.

pub mod growth;
pub mod inputs;
pub mod lives;
pub mod openings;
pub mod races;
pub mod runs;
pub mod sightings;
pub mod stores;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::{FileFacts, FunctionId, Place, PlaceId};
use crate::finding::{Confidence, FileId, Finding, Label, Role, Severity, Span};
use crate::package::Package;
pub use runs::Runs;

/// The linked program.
pub struct Program {
    pub files: Vec<Unit>,
}

/// One file (or one block of a component file) with what linking added.
pub struct Unit {
    pub id: FileId,
    pub facts: FileFacts,
    /// How often each function runs, by [`FunctionId`].
    pub runs: Vec<Runs>,
    /// Indexes of `facts.calls` by the function called.
    pub calls_to: FxHashMap<FunctionId, Vec<u32>>,
    /// What was found of each collection, once a rule has asked.
    growth_kinds: OnceLock<Vec<Option<growth::Kind>>>,
    /// The package that the file belongs to, where a fix may ask for it.
    pub package: Option<Arc<Package>>,
}

impl Program {
    /// Links the facts of all files: runs are computed to a fixpoint. `files` in the order of their ids.
    #[must_use]
    pub fn link(files: Vec<FileFacts>) -> Self {
        let files = files
            .into_par_iter()
            .enumerate()
            .map(|(index, facts)| {
                let runs = runs::of_file(&facts);
                let mut calls_to: FxHashMap<FunctionId, Vec<u32>> = FxHashMap::default();
                for (index, call) in (0_u32..).zip(&facts.calls) {
                    calls_to.entry(call.target).or_default().push(index);
                }
                Unit {
                    id: FileId(u32::try_from(index).unwrap_or(u32::MAX)),
                    facts,
                    runs,
                    calls_to,
                    growth_kinds: OnceLock::new(),
                    package: None,
                }
            })
            .collect();
        Self { files }
    }
}

impl Unit {
    #[must_use]
    pub fn runs_of(&self, function: FunctionId) -> &Runs {
        &self.runs[function.0 as usize]
    }

    #[must_use]
    pub fn place(&self, place: PlaceId) -> &Place {
        &self.facts.places[place.0 as usize]
    }

    #[must_use]
    pub fn label(&self, span: Span, text: impl Into<String>) -> Label {
        Label { file: self.id, span, text: text.into(), role: Role::Place }
    }

    /// The label that says what keeps it alive.
    #[must_use]
    pub fn kept_by(&self, span: Span, text: impl Into<String>) -> Label {
        Label { role: Role::Keeper, ..self.label(span, text) }
    }

    /// A finding that says nothing yet. Its rule and severity are those of the rule that runs: see [`Findings::add`].
    ///
    /// [`Findings::add`]: crate::rule::Findings::add
    #[must_use]
    pub const fn finding(&self, span: Span, confidence: Confidence) -> Finding {
        Finding {
            rule: "",
            severity: Severity::Warning,
            confidence,
            file: self.id,
            span,
            message: String::new(),
            labels: Vec::new(),
            help: String::new(),
            fixes: Vec::new(),
        }
    }

    /// The label that says why a function runs again and again.
    #[must_use]
    pub fn because(&self, function: FunctionId) -> Label {
        let (span, text) = runs::evidence(&self.facts, self.runs_of(function), function);
        Label { role: Role::Again, ..self.label(span, text) }
    }
}
