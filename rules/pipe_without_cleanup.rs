//! `pipe-without-cleanup`: `.pipe` leaves its source open when the target closes early, and nothing else closes it.

use crate::apis::{Often, What};
use crate::facts::pipes::Pipe;
use crate::finding::{Confidence, Finding, Fix, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "pipe-without-cleanup",
    page: include_str!("pipe_without_cleanup.md"),
    group: Group::Streams,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Pipe],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for pipe in &unit.facts.pipes {
            if let Some(confidence) = judge(unit, pipe) {
                findings.add(finding(unit, pipe, confidence));
            }
        }
    }
}

fn judge(unit: &Unit, pipe: &Pipe) -> Option<Confidence> {
    let runs = unit.runs_of(pipe.function);
    let opens_once = unit.runs_of(pipe.made_by).often == Often::Once;
    if pipe.cleaned || pipe.escapes || opens_once || runs.often == Often::Once {
        return None;
    }
    if pipe.by_name && !(pipe.to_response && pipe.target_known) {
        return None;
    }
    if pipe.to_response {
        return Some(if pipe.holds_file && pipe.target_known { Confidence::Sure } else { Confidence::Likely });
    }
    // A store's stream that feeds something unknown says nothing.
    pipe.holds_file.then_some(())?;
    Some(if pipe.fragile && runs.certain { Confidence::Likely } else { Confidence::Guess })
}

fn finding(unit: &Unit, pipe: &Pipe, confidence: Confidence) -> Finding {
    let when = if pipe.to_response { "the client disconnects early" } else { "the target fails" };
    let held = if pipe.holds_file { "its file" } else { "its source" };
    Finding {
        message: format!("`{}` keeps {held} open when {when}", pipe.source),
        labels: vec![
            unit.label(pipe.span, format!("`.pipe` does not destroy its source when `{}` closes", pipe.target)),
            unit.label(pipe.source_made, "opened here"),
            unit.because(pipe.function),
        ],
        help: format!(
            "use `pipeline` of `node:stream`, which destroys all streams when one ends, or destroy the source when \
             `{}` emits `close`; an `error` handler is not called",
            pipe.target
        ),
        fixes: fix(unit, pipe).into_iter().collect(),
        ..unit.finding(pipe.span, confidence)
    }
}

/// A line more where that will do; otherwise the streams are tied together.
fn fix(unit: &Unit, pipe: &Pipe) -> Option<Fix> {
    let closes = pipe.repair.as_ref().and_then(|repair| unit.fix(repair));
    closes.or_else(|| pipe.rewrite.as_ref().and_then(|rewrite| unit.tied(rewrite)))
}
