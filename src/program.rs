//! All files together: the questions that rules ask.

pub mod flow;
pub mod growth;
pub mod inputs;
pub mod lives;
pub mod openings;
pub mod races;
pub mod resolve;
mod rewrites;
pub mod runs;
pub mod sightings;
pub mod stores;
pub mod summaries;
pub mod whose;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::repairs::{VUE_END, VUE_END_BEFORE};
use crate::facts::{FileFacts, FunctionId, Place, PlaceId, Repair, Use};
use crate::finding::{Confidence, Edit, FileId, Finding, Fix, Label, Role, Severity, Span};
use crate::package::Package;
pub use resolve::{Location, Resolver};
pub use runs::Runs;
use summaries::{Elsewhere, Joined, Surroundings};
use whose::Whose;

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
    /// The method that ends the instances of each class.
    ends: Vec<Option<FunctionId>>,
    /// Collections by where they are, once a rule has asked.
    by_place: OnceLock<growth::ByPlace>,
    /// What closes listeners and timers, once a rule has asked.
    closes: OnceLock<openings::ByName>,
    /// What was found of each collection, once a rule has asked.
    growth_kinds: OnceLock<Vec<Option<growth::Kind>>>,
    /// What other files do to this one.
    pub joined: Joined,
    /// Read for the sake of others only: nothing is reported here.
    pub is_context: bool,
    /// Whose code it is: findings outside of the product are guesses.
    pub whose: Whose,
    /// The package that the file belongs to, where a fix may ask for it.
    pub package: Option<Arc<Package>>,
}

impl Program {
    /// Links the facts of all files, which come in the order of their ids, as do their locations.
    ///
    /// Without a resolver, each file is judged by itself.
    #[must_use]
    pub fn link(mut files: Vec<FileFacts>, locations: &[Location], resolver: Option<Resolver>) -> Self {
        let modules = resolver.map(|resolver| resolve::modules(&resolver, &files, locations));
        for (id, facts) in files.iter_mut().enumerate() {
            // What is done with other people's code concerns no file of the run.
            let is_ours = |module: u32| modules.as_ref().is_some_and(|all| all[id][module as usize].is_some());
            facts.links.taken.retain(|taken| is_ours(taken.module));
            facts.links.taken.shrink_to_fit();
        }
        let mut files: Vec<Unit> =
            files.into_par_iter().enumerate().map(|(id, facts)| Unit::new(FileId::at(id), facts)).collect();
        for (unit, location) in files.iter_mut().zip(locations) {
            unit.package.clone_from(&location.package);
            unit.is_context = location.is_context;
        }
        whose::attribute(&mut files, locations, modules.as_deref());
        if let Some(modules) = modules {
            let outer: Vec<bool> = locations.iter().map(Location::is_outer).collect();
            let aside: Vec<bool> = files.iter().map(|unit| !unit.whose.counts_as_user()).collect();
            summaries::join(&mut files, &Surroundings { modules: &modules, outer: &outer, aside: &aside });
        }
        Self { files }
    }
}

impl Unit {
    fn new(id: FileId, facts: FileFacts) -> Self {
        let alone = Joined::default();
        let runs = runs::of_file(&facts, &alone, &|_, _| Runs::ONCE);
        let mut calls_to: FxHashMap<FunctionId, Vec<u32>> = FxHashMap::default();
        for (index, call) in (0_u32..).zip(&facts.calls) {
            calls_to.entry(call.target).or_default().push(index);
        }
        Self {
            id,
            ends: facts.classes.iter().map(lives::end_of).collect(),
            by_place: OnceLock::new(),
            closes: OnceLock::new(),
            facts,
            runs,
            calls_to,
            growth_kinds: OnceLock::new(),
            joined: alone,
            is_context: false,
            whose: Whose::Product,
            package: None,
        }
    }

    /// What another file does to a function, if a use of it is that.
    #[must_use]
    pub fn elsewhere(&self, used: &Use) -> Option<&Elsewhere> {
        if let Use::Elsewhere(index) = used { self.joined.elsewhere.get(*index as usize) } else { None }
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
            whose: self.whose,
        }
    }

    /// A change that was worked out when the file was read, where what the project depends on does not speak against it.
    /// None of them is safe: a reader has to agree.
    #[must_use]
    pub fn fix(&self, repair: &Repair) -> Option<Fix> {
        let end = if repair.vue {
            let major = self.package.as_ref().and_then(|package| package.major("vue"))?;
            if major >= 3 { VUE_END } else { VUE_END_BEFORE }
        } else {
            VUE_END
        };
        let edit = |(span, text): &(Span, String)| {
            let text = if repair.vue { text.replace(VUE_END, end) } else { text.clone() };
            Edit { file: self.id, span: *span, text }
        };
        Some(Fix { title: repair.title.clone(), safe: false, edits: repair.edits.iter().map(edit).collect() })
    }

    /// The label that says why a function runs again and again.
    #[must_use]
    pub fn because(&self, function: FunctionId) -> Label {
        let (file, span, text) = runs::evidence(self, self.runs_of(function), function);
        Label { file, span, text, role: Role::Again }
    }
}
