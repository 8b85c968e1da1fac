//! `unbounded-body`: what a client sends is gathered in memory, and nothing says how much it may be.

use crate::apis::{Often, Part, What};
use crate::facts::intakes::{Intake, Sender};
use crate::facts::{Bound, Store};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-body",
    page: include_str!("unbounded_body.md"),
    group: Group::Streams,
    severity: Severity::Warning,
    whats: &[What::Body],
    pedantic: false,
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for intake in &unit.facts.intakes {
            if let Some(confidence) = judge(unit, intake) {
                findings.add(finding(unit, intake, confidence));
            }
        }
        for store in unit.stores(What::Body, Part::Holds) {
            if matches!(store.bound, Bound::Missing | Bound::Void { .. }) {
                findings.add(unlimited(unit, store));
            }
        }
    }
}

fn judge(unit: &Unit, intake: &Intake) -> Option<Confidence> {
    if unit.runs_of(intake.function).often == Often::Once {
        return None;
    }
    match intake.sender {
        Sender::Client if !intake.trusts_header => Some(Confidence::Likely),
        // Other servers and peers are trusted more often than not.
        _ => Some(Confidence::Guess),
    }
}

fn finding(unit: &Unit, intake: &Intake, confidence: Confidence) -> Finding {
    let who = match intake.sender {
        Sender::Client => "a client",
        Sender::Peer => "the other side",
        Sender::Server => "the server",
    };
    let message = match intake.vain_limit {
        Some(_) => format!(
            "`{}` keeps growing with everything that {who} sends, even after its limit is exceeded",
            intake.into
        ),
        None => format!("`{}` collects everything that {who} sends, without a limit", intake.into),
    };
    let mut labels = vec![unit.label(intake.span, format!("each chunk of `{}` is added here", intake.stream))];
    labels.extend(
        intake.vain_limit.map(|at| unit.label(at, "this limit sends a response, but does not stop the stream")),
    );
    labels.push(unit.because(intake.function));
    Finding {
        message,
        labels,
        help: format!("count the bytes, and call `{}.destroy()` when there are too many", intake.stream),
        ..unit.finding(intake.span, confidence)
    }
}

fn unlimited(unit: &Unit, store: &Store) -> Finding {
    let option = store.looked_for.first().map_or("limit", String::as_str);
    Finding {
        message: format!("`{}` reads what a client sends into memory, without a limit", store.api),
        labels: vec![unit.label(store.span, format!("`{option}` is not set, and there is no limit by default"))],
        help: format!("set `{option}`, or stream the data to a file"),
        ..unit.finding(store.span, Confidence::Likely)
    }
}
