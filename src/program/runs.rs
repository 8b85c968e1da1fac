//! How often each function runs: the join over its uses, to a fixpoint over the calls of the file.

use super::Unit;
use super::summaries::Joined;
use crate::facts::{ClassId, FileFacts, FunctionId, FunctionKind, Guard, Often, Use};
use crate::finding::{FileId, Span};

/// How often a function runs, and the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    pub often: Often,
    /// No use out of our sight took part in the answer.
    pub certain: bool,
    pub why: Why,
}

/// The evidence, as a place in the facts; [`evidence`] puts it into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    StartUp,
    Signature(FunctionId),
    /// Use number `index` of the function.
    Use(FunctionId, u32),
    /// The class is made here, in a function that repeats; behind those of its own file, others are counted.
    Made(ClassId, u32),
}

/// How often a function of some file runs, as far as is known.
type Known<'k> = &'k dyn Fn(FileId, FunctionId) -> Runs;

/// What the runs of a file hang on.
struct Around<'a> {
    facts: &'a FileFacts,
    joined: &'a Joined,
    others: Known<'a>,
}

impl Runs {
    pub const ONCE: Self = Self { often: Often::Once, certain: true, why: Why::StartUp };
}

/// Runs of all functions of a file, by id; `others` tells those of other files.
#[must_use]
pub fn of_file(facts: &FileFacts, joined: &Joined, others: Known<'_>) -> Vec<Runs> {
    let around = Around { facts, joined, others };
    let mut runs = vec![Runs::ONCE; facts.functions.len()];
    // Each round can only raise answers, and there are few of them: the loop ends.
    for _ in 0..=facts.functions.len().min(64) {
        let mut changed = false;
        for index in 1..facts.functions.len() {
            let next = around.of_function(&runs, index);
            if (next.often, next.certain) != (runs[index].often, runs[index].certain) {
                runs[index] = next;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    runs
}

impl Around<'_> {
    fn of_function(&self, runs: &[Runs], index: usize) -> Runs {
        let function = &self.facts.functions[index];
        let id = FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
        let mut best = Runs::ONCE;
        for (nth, used) in (0_u32..).zip(&function.uses) {
            let own = Why::Use(id, nth);
            let next = match used {
                Use::Method { class, .. } => self.of_method(runs, (*class, own), function.kind),
                Use::Elsewhere(index) => {
                    let elsewhere = &self.joined.elsewhere[*index as usize];
                    let found = of_use(&elsewhere.used, own, |by| (self.others)(elsewhere.file, by));
                    Runs { why: own, ..found }
                }
                _ => of_use(used, own, |by| runs[by.0 as usize]),
            };
            let surer = next.often == best.often && next.often > Often::Once && next.certain && !best.certain;
            if next.often > best.often || surer {
                best = next;
            }
        }
        match function.signature {
            Some(often) if often > best.often => Runs { often, certain: true, why: Why::Signature(id) },
            _ => best,
        }
    }

    /// A method runs on every call; the constructor of a class that is made once at start-up runs once.
    fn of_method(&self, runs: &[Runs], (class, own): (ClassId, Why), kind: FunctionKind) -> Runs {
        let owner = &self.facts.classes[class.0 as usize];
        let birth = matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit);
        // What the framework makes, nobody else does.
        let alone = owner.made_once && owner.made.is_empty() && !self.joined.made.contains_key(&class);
        if alone && (birth || matches!(own, Why::Use(id, _) if owner.called_once.contains(&id))) {
            return Runs::ONCE;
        }
        if !birth {
            return Runs { often: Often::Call, certain: true, why: own };
        }
        if owner.exported || owner.escapes {
            return Runs { often: Often::Instance, certain: owner.exported, why: own };
        }
        let others = self.joined.made.get(&class).map_or(&[][..], Vec::as_slice);
        let own = owner.made.iter().map(|(by, _)| runs[by.0 as usize]);
        let made = own.chain(others.iter().map(|(file, by, _)| (self.others)(*file, *by)));
        match made.zip(0..).max_by_key(|(caller, _)| caller.often) {
            Some((caller, nth)) if caller.often > Often::Once => {
                Runs { often: caller.often.max(Often::Instance), certain: caller.certain, why: Why::Made(class, nth) }
            }
            _ => Runs::ONCE,
        }
    }
}

fn of_use(used: &Use, own: Why, caller: impl Fn(FunctionId) -> Runs) -> Runs {
    match used {
        Use::Called { guard: Guard::Once, .. } | Use::Method { .. } | Use::Elsewhere(_) => Runs::ONCE,
        Use::Callback { by, runs: Some(often), .. } if *often >= caller(*by).often => {
            Runs { often: *often, certain: true, why: own }
        }
        Use::Called { by, .. } | Use::Callback { by, .. } => caller(*by),
        Use::UnknownCallback { by, .. } if caller(*by).often > Often::Once => caller(*by),
        Use::Exported { .. } => Runs { often: Often::Call, certain: true, why: own },
        Use::UnknownCallback { .. } | Use::Escapes { .. } => Runs { often: Often::Call, certain: false, why: own },
    }
}

/// The evidence for a function's runs: where to point, and what to say there.
#[must_use]
pub fn evidence(unit: &Unit, runs: &Runs, function: FunctionId) -> (FileId, Span, String) {
    let facts = &unit.facts;
    let often = per(runs.often);
    let (span, text) = match runs.why {
        Why::StartUp => (facts.functions[function.0 as usize].head, "runs once, at startup".to_owned()),
        Why::Signature(id) => {
            let function = &facts.functions[id.0 as usize];
            let exported = function.uses.iter().any(|used| matches!(used, Use::Exported { .. }));
            let what = if exported { "an exported handler" } else { "it has the signature of a handler" };
            (function.head, format!("{what}: runs {often}"))
        }
        Why::Made(id, nth) => {
            let class = &facts.classes[id.0 as usize];
            let text = format!("`{}` is created here, {often}", class.name);
            let Some((_, at)) = class.made.get(nth as usize) else {
                let (file, _, at) = unit.joined.made[&id][nth as usize - class.made.len()];
                return (file, at, text);
            };
            (*at, text)
        }
        Why::Use(id, nth) => match &facts.functions[id.0 as usize].uses[nth as usize] {
            Use::Elsewhere(index) => {
                let elsewhere = &unit.joined.elsewhere[*index as usize];
                let (span, text) = evidence_of_use(&elsewhere.used, runs, facts);
                return (elsewhere.file, span, text);
            }
            used => evidence_of_use(used, runs, facts),
        },
    };
    (unit.id, span, text)
}

fn evidence_of_use(used: &Use, runs: &Runs, facts: &FileFacts) -> (Span, String) {
    let often = per(runs.often);
    match used {
        Use::Callback { at, api, .. } => (*at, format!("`{api}` runs this {often}")),
        Use::Exported { at } => (*at, "exported: may run on every call".to_owned()),
        Use::Method { at, class } if runs.often == Often::Instance => {
            (*at, format!("runs for every new `{}`", facts.classes[class.0 as usize].name))
        }
        Use::Method { at, .. } => (*at, "a method: runs on every call".to_owned()),
        Use::UnknownCallback { at, .. } => (*at, "is passed on and may run many times".to_owned()),
        Use::Escapes { at, .. } => (*at, "is stored and may run many times".to_owned()),
        Use::Called { at, .. } => (*at, format!("is called here, {often}")),
        Use::Elsewhere(_) => (Span::default(), String::new()),
    }
}

/// "once per request".
#[must_use]
pub const fn per(often: Often) -> &'static str {
    match often {
        Often::Once => "once",
        Often::Call => "on every call",
        Often::Instance => "for every instance",
        Often::Mount => "on every mount",
        Often::Event => "once per event",
        Often::Tick => "on every tick",
        Often::Request => "once per request",
    }
}
