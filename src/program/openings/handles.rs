//! Things with a handle that nothing closes: how sure that is, and how to say it.

use crate::facts::{ClassId, Fate, FunctionId, Guard, Often, Resource, What};
use crate::finding::{Confidence, Finding, Label};
use crate::program::{Program, Unit};
use crate::rule::Findings;

/// How a rule names what it asks about.
pub struct Words {
    /// Past participle: "closed", "released".
    pub done: &'static str,
    /// What stays: "its thread", for the label.
    pub held: &'static str,
}

/// Something open that nothing closes.
struct Open<'u> {
    resource: &'u Resource,
    confidence: Confidence,
    /// The method that ends the owner and should have closed it.
    end: Option<FunctionId>,
}

/// Reports what is opened again and again and not closed.
pub fn report(program: &Program, findings: &mut Findings, (what, words): (What, &Words)) {
    for unit in &program.files {
        for resource in unit.facts.resources.iter().filter(|r| r.what == what) {
            if let Some(open) = unit.stays_open(resource) {
                findings.add(finding(unit, &open, words));
            }
        }
    }
}

impl Unit {
    /// Something that stays open, when the code that opens it runs again and again.
    fn stays_open<'u>(&'u self, resource: &'u Resource) -> Option<Open<'u>> {
        let frame = self.frame(resource.function);
        let runs = self.runs_of(frame);
        if resource.guard == Guard::Once || runs.often == Often::Once || self.is_dead(resource.function) {
            return None;
        }
        let certain = (runs.certain || resource.mounts) && !self.is_starter(frame);
        let driven = certain && runs.often >= Often::Event;
        let owner = self.class_around(frame);
        let end = match resource.fate {
            Fate::Field { class, .. } => class.or(owner).and_then(|c| self.end_method(c)),
            _ => None,
        };
        let confidence = match resource.fate {
            _ if resource.missed.is_some() => Confidence::Likely,
            Fate::Dropped | Fate::Local if driven && is_system(resource.what) => Confidence::Sure,
            Fate::Dropped | Fate::Local if is_weak(resource.what) && !driven && !resource.mounts => {
                self.weak(frame, owner)
            }
            Fate::Dropped | Fate::Local => Confidence::Likely,
            Fate::Field { .. } if end.is_some() => Confidence::Likely,
            Fate::Field { class: Some(class), private: true } if !self.has_unseen_base(class) => Confidence::Likely,
            Fate::Outer | Fate::Field { .. } => Confidence::Guess,
        };
        let most = match (certain, resource.doubt) {
            (false, _) | (_, true) => Confidence::Guess,
            _ => Confidence::Sure,
        };
        Some(Open { resource, confidence: confidence.min(most), end })
    }

    /// What the other side may end, or the collector free with what it looks at, is only certain where an owner goes and it
    /// stays.
    fn weak(&self, frame: FunctionId, owner: Option<ClassId>) -> Confidence {
        let mounts = self.runs_of(frame).often == Often::Mount;
        let ended = owner.is_some_and(|class| self.end_method(class).is_some());
        if mounts || ended { Confidence::Likely } else { Confidence::Guess }
    }

    /// The class that a function belongs to, also from inside its methods.
    pub(super) fn class_around(&self, frame: FunctionId) -> Option<ClassId> {
        let mut at = frame;
        while at != crate::facts::TOP {
            let function = &self.facts.functions[at.0 as usize];
            if function.class.is_some() {
                return function.class;
            }
            at = function.parent;
        }
        None
    }

    /// A base class out of sight may close what its heirs open.
    fn has_unseen_base(&self, class: ClassId) -> bool {
        self.facts.classes[class.0 as usize].extends.iter().any(String::is_empty)
    }
}

/// What the operating system or a pool counts: no collector gives it back.
const fn is_system(what: What) -> bool {
    matches!(what, What::File | What::Watcher | What::Worker | What::Connection)
}

const fn is_weak(what: What) -> bool {
    matches!(what, What::Observer | What::Socket | What::Subscription)
}

fn finding(unit: &Unit, open: &Open<'_>, words: &Words) -> Finding {
    let resource = open.resource;
    let frame = unit.frame(resource.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let opened = match resource.fate {
        Fate::Dropped => format!("opened here, {often}; {} can be reached no more", words.held),
        _ => format!("opened here, {often}; {} stays", words.held),
    };
    let mut labels = vec![unit.label(resource.opened, opened), unit.because(frame)];
    labels.extend(missing(unit, open, words));
    let message = match resource.missed {
        Some(_) => format!("this `{}` is not {} on every way out", resource.api, words.done),
        None => format!("this `{}` is never {}", resource.api, words.done),
    };
    Finding { message, labels, help: help(resource), ..unit.finding(resource.opened, open.confidence) }
}

/// What was looked for and not found.
fn missing(unit: &Unit, open: &Open<'_>, words: &Words) -> Option<Label> {
    if let Some(missed) = &open.resource.missed {
        return Some(unit.label(missed.way, missed.why.clone()));
    }
    let end = &unit.facts.functions[open.end?.0 as usize];
    Some(unit.label(end.head, format!("ends the owner, but `{}` is not {}", open.resource.name, words.done)))
}

fn help(resource: &Resource) -> String {
    let end = match resource.end.as_str() {
        removed if removed.contains(' ') => removed.to_owned(),
        call => format!("`{call}`"),
    };
    let name = &resource.name;
    match resource.fate {
        _ if resource.missed.is_some() => format!("call {end} in a `finally`"),
        Fate::Dropped => format!("keep what comes back and call {end} when it is done with"),
        Fate::Local => format!("call {end} when `{name}` is done with, also when something fails"),
        Fate::Outer | Fate::Field { .. } => format!("call {end} where the owner of `{name}` ends"),
    }
}
