//! Sessions that are kept in the memory of the process, where expired ones stay.

use crate::apis::What;
use crate::facts::{Bound, Part, Store};
use crate::finding::{Confidence, Edit, Finding, Fix, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "session-memory-store",
    page: include_str!("session_memory_store.md"),
    group: Group::Growth,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Sessions],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for store in unit.stores(What::Sessions, Part::Holds) {
            if !store.staged && matches!(store.bound, Bound::Missing | Bound::Void { .. }) {
                findings.add(finding(unit, store));
            }
        }
    }
}

fn finding(unit: &Unit, store: &Store) -> Finding {
    let first = match (&store.bound, store.looked_for.first()) {
        (Bound::Void { text, span }, _) => unit.label(*span, format!("`{text}` does not remove expired sessions")),
        (_, Some(option)) => unit.label(store.span, format!("`{option}` is not set")),
        (_, None) => unit.label(store.span, "this store is meant for development only"),
    };
    // A store that is written out behind a test is what is left when there is no better one.
    let fallback = store.chosen && store.looked_for.is_empty();
    let confidence = if fallback { Confidence::Guess } else { Confidence::Likely };
    let fix = store.insert.as_ref().map(|insert| Fix {
        title: "remove expired sessions".into(),
        safe: false,
        edits: vec![Edit { file: unit.id, span: insert.span, text: insert.text.clone() }],
    });
    Finding {
        message: format!("`{}` keeps every session in memory and does not remove expired ones", store.api),
        labels: vec![first, unit.label(store.span, "each saved session stays until a request with its cookie arrives")],
        help: "use a store that removes expired sessions: `connect-redis`, or `memorystore` with `checkPeriod`".into(),
        fixes: fix.into_iter().collect(),
        ..unit.finding(store.span, confidence)
    }
}
