//! How often each function runs: the join over its uses, to a fixpoint over the calls of the file.

use crate::facts::{FileFacts, FunctionId, FunctionKind, Often, Use};
use crate::finding::Span;

/// How often a function runs, and the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    pub often: Often,
    /// No use out of our sight took part in the answer.
    pub certain: bool,
    pub because: Span,
    /// The evidence in words: "`app.get('/x')` runs this once per request".
    pub why: String,
}

/// Runs of all functions of a file, by id.
#[must_use]
pub fn of_file(facts: &FileFacts) -> Vec<Runs> {
    let mut runs: Vec<Runs> = facts
        .functions
        .iter()
        .map(|f| Runs { often: Often::Once, certain: true, because: f.head, why: "runs once, at start-up".into() })
        .collect();
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
    let mut best =
        Runs { often: Often::Once, certain: true, because: function.head, why: "runs once, at start-up".into() };
    for used in &function.uses {
        let next = of_use(facts, runs, used);
        if next.often > best.often
            || (next.often == best.often && next.often > Often::Once && next.certain && !best.certain)
        {
            best = next;
        }
    }
    if let Some(often) = function.signature
        && often > best.often
    {
        best = Runs {
            often,
            certain: true,
            because: function.head,
            why: format!("its signature is a handler's: runs {}", per(often)),
        };
    }
    best
}

fn of_use(facts: &FileFacts, runs: &[Runs], used: &Use) -> Runs {
    let once = |at: Span| Runs { often: Often::Once, certain: true, because: at, why: "runs once, at start-up".into() };
    let inherit = |by: FunctionId, at: Span| {
        let caller = &runs[by.0 as usize];
        Runs {
            often: caller.often,
            certain: caller.certain,
            because: if caller.often == Often::Once { at } else { caller.because },
            why: caller.why.clone(),
        }
    };
    match used {
        Use::Called { at, once_guard: true, .. } => once(*at),
        Use::Called { by, at, .. } => inherit(*by, *at),
        Use::Callback { by, at, runs: own, api, .. } => {
            let caller = inherit(*by, *at);
            match own {
                Some(often) if *often >= caller.often => Runs {
                    often: *often,
                    certain: true,
                    because: *at,
                    why: format!("`{api}` runs this {}", per(*often)),
                },
                _ => caller,
            }
        }
        Use::UnknownCallback { by, at } => {
            let caller = inherit(*by, *at);
            if caller.often > Often::Once {
                caller
            } else {
                Runs {
                    often: Often::Call,
                    certain: false,
                    because: *at,
                    why: "is handed on and may run many times".into(),
                }
            }
        }
        Use::Exported { at } => {
            Runs { often: Often::Call, certain: true, because: *at, why: "exported: runs on every call".into() }
        }
        Use::Method { class, at } => of_method(facts, runs, *class, *at),
        Use::Escapes { at, .. } => {
            Runs { often: Often::Call, certain: false, because: *at, why: "is stored and may run many times".into() }
        }
    }
}

/// A method runs on every call; the constructor of a class that is made once at start-up runs once.
fn of_method(facts: &FileFacts, runs: &[Runs], class: crate::facts::ClassId, at: Span) -> Runs {
    let owner = &facts.classes[class.0 as usize];
    let is_constructor = facts
        .functions
        .iter()
        .any(|f| f.head == at && matches!(f.kind, FunctionKind::Constructor | FunctionKind::FieldInit));
    if !is_constructor {
        return Runs { often: Often::Call, certain: true, because: at, why: "a method: runs on every call".into() };
    }
    if owner.exported || owner.escapes {
        return Runs {
            often: Often::Instance,
            certain: owner.exported,
            because: at,
            why: format!("runs for every new `{}`", owner.name),
        };
    }
    let made = owner.made.iter().map(|(by, at)| (&runs[by.0 as usize], *at)).max_by_key(|(r, _)| r.often);
    match made {
        Some((caller, span)) if caller.often > Often::Once => Runs {
            often: caller.often.max(Often::Instance),
            certain: caller.certain,
            because: span,
            why: format!("`new {}` here {}", owner.name, caller.why),
        },
        _ => Runs { often: Often::Once, certain: true, because: at, why: "runs once, at start-up".into() },
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
