//! A promise made by hand that nothing ever settles: whoever awaits it hangs.

use crate::facts::{Hold, Often, Promise, PromiseKind, Settles};
use crate::finding::{Confidence, Finding, Label, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "promise-never-settles",
    page: include_str!("promise_never_settles.md"),
    group: Group::Promises,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for promise in unit.facts.promises.iter().filter(|p| p.settles == Settles::Never) {
            findings.add(finding(unit, promise));
        }
    }
}

fn finding(unit: &Unit, promise: &Promise) -> Finding {
    let (made, help) = match promise.kind {
        PromiseKind::Executor => (
            "neither `resolve` nor `reject` is ever used",
            "call `resolve` or `reject` on every path through the executor, or remove the promise",
        ),
        PromiseKind::WithResolvers => (
            "its `resolve` and `reject` are never used",
            "keep `resolve` and `reject` and call one of them on every path",
        ),
    };
    let mut labels = vec![unit.label(promise.head, made)];
    labels.extend(hangs(unit, promise));
    Finding {
        message: format!("{} never settles", subject(unit, promise)),
        labels,
        help: help.to_owned(),
        ..unit.finding(promise.head, confidence(unit, promise))
    }
}

/// One that looks meant in a command line tool is not in a handler: each request would hang.
fn confidence(unit: &Unit, promise: &Promise) -> Confidence {
    let runs = unit.runs_of(promise.function);
    let handler = runs.certain && runs.often >= Often::Event;
    if handler && promise.awaited { promise.confidence.max(Confidence::Likely) } else { promise.confidence }
}

/// "the promise that `waitForReply` returns", or "this promise" when nobody of a name hands it out.
pub(super) fn subject(unit: &Unit, promise: &Promise) -> String {
    let name = &unit.facts.functions[promise.function.0 as usize].name;
    if promise.held == Hold::Returned && !name.is_empty() {
        format!("the promise that `{name}` returns")
    } else {
        "this promise".to_owned()
    }
}

/// Who hangs, where it shows.
pub(super) fn hangs(unit: &Unit, promise: &Promise) -> Option<Label> {
    let text = match promise.held {
        Hold::Awaited => "hangs here forever, with everything that it holds",
        Hold::Returned => "returned here: code that awaits it hangs forever",
        Hold::Kept | Hold::Dropped | Hold::Raced | Hold::Thrown => return None,
    };
    // An arrow's value is the promise itself, which has its label already.
    (promise.held_at.start != promise.span.start).then(|| unit.label(promise.held_at, text))
}
