//! Things with a handle that nothing closes: how sure that is, and how to say it.

use crate::facts::{ClassId, Fate, FunctionId, FunctionKind, Guard, Often, OwnerKind, Resource, TOP, What};
use crate::finding::{Confidence, Finding, Label, Span};
use crate::program::{Program, Unit};
use crate::rule::Findings;

/// How a rule names what it asks about.
pub struct Words {
    /// Past participle: "closed", "released".
    pub done: &'static str,
    /// What goes on: "the file stays open", for the label.
    pub held: &'static str,
}

/// Something open that nothing closes.
struct Open<'u> {
    resource: &'u Resource,
    confidence: Confidence,
    /// The method that ends the owner and should have closed it.
    end: Option<Span>,
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
        // `handler.bind(x)` runs what nothing calls: who empties a slot has filled it.
        if self.is_dead(resource.function) && resource.forgotten.is_none() {
            return None;
        }
        if let Some(open) = self.left_behind(resource) {
            return Some(open);
        }
        let frame = self.frame(resource.function);
        let runs = self.runs_of(frame);
        if resource.guard == Guard::Once || runs.often == Often::Once {
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
            _ if resource.missed.is_some() || resource.unbound.is_some() => Confidence::Likely,
            Fate::Dropped | Fate::Local if driven && is_system(resource.what) => Confidence::Sure,
            Fate::Dropped | Fate::Local if is_weak(resource.what) && !driven && !resource.mounts => {
                self.weak(frame, owner)
            }
            Fate::Dropped | Fate::Local => Confidence::Likely,
            Fate::Field { .. } if end.is_some() => Confidence::Likely,
            Fate::Field { class: Some(class), private: true } if !self.has_unseen_base(class) => Confidence::Likely,
            Fate::Outer | Fate::Field { .. } => Confidence::Guess,
        };
        // The number of a file that is thrown away is lost whatever comes after.
        let lost = resource.what == What::File && resource.fate == Fate::Dropped && !resource.doubt;
        let at_start = self.is_starter(frame) && self.facts.functions[frame.0 as usize].parent == TOP;
        let most = match (certain, resource.doubt) {
            // What a function forgets when it fails is forgotten however often it runs.
            (false, false) if lost || (resource.missed.is_some() && !at_start) => Confidence::Likely,
            (false, _) | (_, true) => Confidence::Guess,
            _ => Confidence::Sure,
        };
        let end = end.map(|end| self.facts.functions[end.0 as usize].head);
        Some(Open { resource, confidence: confidence.min(most), end })
    }

    /// What its owner, or whoever empties its slot, leaves open.
    fn left_behind<'u>(&'u self, resource: &'u Resource) -> Option<Open<'u>> {
        let open = |end| Some(Open { resource, confidence: Confidence::Likely, end });
        if resource.forgotten.is_some() {
            return open(None);
        }
        let owner = resource.owner.as_ref().filter(|_| resource.guard != Guard::Once && !resource.doubt)?;
        let kept = matches!(resource.fate, Fate::Outer | Fate::Field { .. });
        let left = match owner.kind {
            OwnerKind::Class => matches!(resource.fate, Fate::Field { .. }) && owner.end.is_some(),
            OwnerKind::Component => (self.is_birth(resource.function) || kept) && resource.what != What::ObjectUrl,
            OwnerKind::Effect => owner.direct || kept,
        };
        if left { open(owner.end) } else { None }
    }

    /// Runs when an instance or component appears.
    fn is_birth(&self, function: FunctionId) -> bool {
        let facts = &self.facts.functions[function.0 as usize];
        function == TOP
            || matches!(facts.kind, FunctionKind::Constructor | FunctionKind::FieldInit)
            || crate::facts::MOUNTS.contains(&facts.name.as_str())
            || facts.name == "setup"
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
    pub(super) fn has_unseen_base(&self, class: ClassId) -> bool {
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

/// What is wrong with `{ stop: subscription.unsubscribe }`.
const UNBOUND: &str = "detached from its object, the method has no `this` and does nothing";

fn finding(unit: &Unit, open: &Open<'_>, words: &Words) -> Finding {
    let resource = open.resource;
    let frame = unit.frame(resource.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let opened = match resource.fate {
        Fate::Dropped => format!("opened here, {often}; its handle is lost, so {}", words.held),
        _ => format!("opened here, {often}; {}", words.held),
    };
    let mut labels = vec![unit.label(resource.opened, opened), unit.because(frame)];
    labels.extend(missing(unit, open, words));
    labels
        .extend(resource.forgotten.map(|span| unit.label(span, format!("dropped here without being {}", words.done))));
    labels.extend(resource.unbound.map(|span| unit.label(span, UNBOUND.to_owned())));
    let message = match (&resource.missed, resource.guard) {
        (Some(_), _) => format!("this `{}` is not {} on every exit path", resource.api, words.done),
        (None, Guard::Once) => format!("this `{}` is dropped without being {}", resource.api, words.done),
        (None, _) => format!("this `{}` is never {}", resource.api, words.done),
    };
    let fixes = resource.repair.iter().filter_map(|repair| unit.fix(repair)).collect();
    Finding { message, labels, help: help(resource), fixes, ..unit.finding(resource.opened, open.confidence) }
}

/// What was looked for and not found.
fn missing(unit: &Unit, open: &Open<'_>, words: &Words) -> Option<Label> {
    if let Some(missed) = &open.resource.missed {
        return Some(unit.label(missed.way, missed.why.clone()));
    }
    let name = match open.resource.name.as_str() {
        "" => "it".to_owned(),
        name => format!("`{name}`"),
    };
    Some(unit.label(open.end?, format!("ends its owner, but {name} is not {}", words.done)))
}

fn help(resource: &Resource) -> String {
    let end = match resource.end.as_str() {
        removed if removed.contains(' ') => removed.to_owned(),
        call => format!("`{call}`"),
    };
    let name = &resource.name;
    match (&resource.missed, resource.forgotten) {
        (Some(missed), _) if missed.in_line => return format!("call {end} in a `finally`"),
        (Some(_), _) => return format!("call {end} on this path too"),
        (None, Some(_)) => return format!("call {end} before `{name}` is cleared or overwritten"),
        (None, None) => {}
    }
    if resource.unbound.is_some() {
        return format!("pass a function that calls {end} on its object");
    }
    match resource.fate {
        Fate::Dropped if end.contains(' ') => format!("keep {end} and call it when this is no longer needed"),
        Fate::Dropped => format!("keep the return value and call {end} when it is no longer needed"),
        Fate::Local => format!("call {end} when `{name}` is no longer needed, also after an error"),
        Fate::Outer | Fate::Field { .. } => format!("call {end} when the owner of `{name}` ends"),
    }
}
