//! How often each function runs: the join over its uses, to a fixpoint over the calls of the file.

use crate::facts::{ClassId, FileFacts, FunctionId, FunctionKind, Guard, Often, Use};
use crate::finding::Span;

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
    /// The class is made here, in a function that repeats.
    Made(ClassId, u32),
}

const ONCE: Runs = Runs { often: Often::Once, certain: true, why: Why::StartUp };

/// Runs of all functions of a file, by id.
#[must_use]
pub fn of_file(facts: &FileFacts) -> Vec<Runs> {
    let mut runs = vec![ONCE; facts.functions.len()];
    // Each round can only raise answers, and there are few of them: the loop ends.
    for _ in 0..=facts.functions.len().min(64) {
        let mut changed = false;
        for index in 1..facts.functions.len() {
            let next = of_function(facts, &runs, index);
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

fn of_function(facts: &FileFacts, runs: &[Runs], index: usize) -> Runs {
    let function = &facts.functions[index];
    let id = FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
    let mut best = ONCE;
    for (nth, used) in (0_u32..).zip(&function.uses) {
        let own = Why::Use(id, nth);
        let next = match used {
            Use::Method { class, .. } => of_method(facts, runs, (*class, own), function.kind),
            _ => of_use(runs, used, own),
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

fn of_use(runs: &[Runs], used: &Use, own: Why) -> Runs {
    let caller = |by: FunctionId| runs[by.0 as usize];
    match used {
        Use::Called { guard: Guard::Once, .. } | Use::Method { .. } => ONCE,
        Use::Callback { by, runs: Some(often), .. } if *often >= caller(*by).often => {
            Runs { often: *often, certain: true, why: own }
        }
        Use::Called { by, .. } | Use::Callback { by, .. } => caller(*by),
        Use::UnknownCallback { by, .. } if caller(*by).often > Often::Once => caller(*by),
        Use::Exported { .. } => Runs { often: Often::Call, certain: true, why: own },
        Use::UnknownCallback { .. } | Use::Escapes { .. } => Runs { often: Often::Call, certain: false, why: own },
    }
}

/// A method runs on every call; the constructor of a class that is made once at start-up runs once.
fn of_method(facts: &FileFacts, runs: &[Runs], (class, own): (ClassId, Why), kind: FunctionKind) -> Runs {
    if !matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit) {
        return Runs { often: Often::Call, certain: true, why: own };
    }
    let owner = &facts.classes[class.0 as usize];
    if owner.exported || owner.escapes {
        return Runs { often: Often::Instance, certain: owner.exported, why: own };
    }
    let made = (0_u32..).zip(&owner.made).map(|(nth, (by, _))| (runs[by.0 as usize], nth));
    match made.max_by_key(|(caller, _)| caller.often) {
        Some((caller, nth)) if caller.often > Often::Once => {
            Runs { often: caller.often.max(Often::Instance), certain: caller.certain, why: Why::Made(class, nth) }
        }
        _ => ONCE,
    }
}

/// The evidence for a function's runs: where to point, and what to say there.
#[must_use]
pub fn evidence(facts: &FileFacts, runs: &Runs, function: FunctionId) -> (Span, String) {
    let often = per(runs.often);
    match runs.why {
        Why::StartUp => (facts.functions[function.0 as usize].head, "runs once, at start-up".to_owned()),
        Why::Signature(id) => {
            let function = &facts.functions[id.0 as usize];
            let exported = function.uses.iter().any(|used| matches!(used, Use::Exported { .. }));
            let what = if exported { "an exported handler" } else { "its signature is a handler's" };
            (function.head, format!("{what}: runs {often}"))
        }
        Why::Made(class, nth) => {
            let class = &facts.classes[class.0 as usize];
            (class.made[nth as usize].1, format!("`{}` is made here, {often}", class.name))
        }
        Why::Use(id, nth) => match &facts.functions[id.0 as usize].uses[nth as usize] {
            Use::Callback { at, api, .. } => (*at, format!("`{api}` runs this {often}")),
            Use::Exported { at } => (*at, "exported: runs on every call".to_owned()),
            Use::Method { at, class } if runs.often == Often::Instance => {
                (*at, format!("runs for every new `{}`", facts.classes[class.0 as usize].name))
            }
            Use::Method { at, .. } => (*at, "a method: runs on every call".to_owned()),
            Use::UnknownCallback { at, .. } => (*at, "is handed on and may run many times".to_owned()),
            Use::Escapes { at, .. } => (*at, "is stored and may run many times".to_owned()),
            Use::Called { at, .. } => (*at, format!("is called here, {often}")),
        },
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
