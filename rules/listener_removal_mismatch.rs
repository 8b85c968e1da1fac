//! A removal of a listener that removes nothing.

use crate::apis::What;
use crate::facts::{Flaw, Mismatch};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "listener-removal-mismatch",
    page: include_str!("listener_removal_mismatch.md"),
    group: Group::Listeners,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Listener],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for mismatch in unit.facts.mismatches.iter().filter(|m| !unit.is_dead(m.function)) {
            findings.add(finding(unit, mismatch));
        }
    }
}

fn finding(unit: &Unit, mismatch: &Mismatch) -> Finding {
    let confidence = if mismatch.sure { Confidence::Sure } else { Confidence::Likely };
    let mut labels = vec![unit.label(mismatch.removal, here(mismatch))];
    if let Some(added) = mismatch.added {
        labels.push(unit.label(added, "the listener that is added here stays"));
    }
    let fixes = mismatch.repair.iter().filter_map(|repair| unit.fix(repair)).collect();
    let help = help(mismatch);
    Finding { message: message(mismatch), labels, help, fixes, ..unit.finding(mismatch.removal, confidence) }
}

fn here(mismatch: &Mismatch) -> String {
    match mismatch.flaw {
        Flaw::Inline => "this function is created here and was never added".to_owned(),
        Flaw::Bound => "`bind` creates a new function on each call".to_owned(),
        Flaw::Capture => "the `capture` flag must match the registration, and it differs".to_owned(),
        Flaw::Arity => "both the event and the handler are needed".to_owned(),
        Flaw::Event => format!("`{}` is never added for this event", mismatch.handler),
        Flaw::Receiver => format!("`{}` is never added to this receiver", mismatch.handler),
        Flaw::Handler => format!("`{}` is used nowhere else in this file", mismatch.handler),
        Flaw::Recreated => format!("`{}` is created on each call: this one was never added", mismatch.handler),
        Flaw::Parameter => format!("`{}` is whatever the caller passes, usually nothing", mismatch.handler),
        Flaw::Added => "the cleanup adds it again".to_owned(),
        Flaw::Context => "the context must match the registration, and it is missing".to_owned(),
    }
}

fn message(mismatch: &Mismatch) -> String {
    let Mismatch { method, receiver, event, .. } = mismatch;
    match mismatch.flaw {
        Flaw::Added => format!("this cleanup adds a listener for `{event}` to `{receiver}` instead of removing it"),
        _ => format!("this `{method}` on `{receiver}` removes nothing"),
    }
}

fn help(mismatch: &Mismatch) -> String {
    let handler = &mismatch.handler;
    match mismatch.flaw {
        Flaw::Inline | Flaw::Bound if mismatch.added.is_none() => {
            "remove the very function that was added; nothing is added here, so this call may not be needed".to_owned()
        }
        Flaw::Inline => "give the handler a name, and add and remove it by that name".to_owned(),
        Flaw::Bound => "bind it once, keep the result, and add and remove that".to_owned(),
        Flaw::Capture => "pass the same `capture` flag to both calls".to_owned(),
        Flaw::Arity => "pass the event and the same function that was added".to_owned(),
        Flaw::Event => format!("remove `{handler}` for the event that it was added for"),
        Flaw::Receiver => format!("remove `{handler}` from the receiver that it was added to"),
        Flaw::Handler => "remove the function that was added".to_owned(),
        Flaw::Recreated => format!("keep `{handler}` where the next call can find it, or create it once"),
        Flaw::Parameter => "remove the function that was passed to the outer call".to_owned(),
        Flaw::Added => "call the method that removes listeners".to_owned(),
        Flaw::Context => "pass the same context to both calls".to_owned(),
    }
}
