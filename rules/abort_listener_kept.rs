//! A function that an abort signal keeps after the work is over.

use crate::apis::What;
use crate::facts::{AbortKept, Often};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "abort-listener-kept",
    page: include_str!("abort_listener_kept.md"),
    group: Group::Listeners,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Listener],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for abort in &unit.facts.aborts {
            let frame = unit.frame(abort.function);
            if unit.runs_of(frame).often > Often::Once && !unit.is_dead(abort.function) {
                let confidence = if unit.is_starter(frame) { Confidence::Guess } else { Confidence::Likely };
                findings.add(finding(unit, abort, confidence));
            }
        }
    }
}

fn finding(unit: &Unit, abort: &AbortKept, confidence: Confidence) -> Finding {
    let frame = unit.frame(abort.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let signal = &abort.signal;
    let mut labels = vec![unit.label(abort.opened, format!("added here, {often}")), unit.because(frame)];
    if abort.once {
        labels
            .push(unit.label(abort.opened, "`once` removes it only if the signal aborts, which most signals never do"));
    }
    let message = if abort.follows {
        format!("`{signal}` keeps every signal that is derived from it")
    } else {
        format!("`{signal}` keeps this listener after the work is done")
    };
    Finding { message, labels, help: help(abort), ..unit.finding(abort.opened, confidence) }
}

fn help(abort: &AbortKept) -> String {
    let signal = &abort.signal;
    if abort.follows {
        return format!("pass `{signal}` on directly, or use a listener that is removed in a `finally`");
    }
    if abort.dropped {
        return "keep the return value and dispose of it when the work is done, for example with `using`".to_owned();
    }
    let name = if abort.inline { "give the handler a name and call" } else { "call" };
    format!("{name} `{signal}.removeEventListener('abort', ..)` when the work is over")
}
