//! An interval or self-rescheduling timer that nothing clears.

use crate::apis::What;
use crate::facts::repairs::stopper;
use crate::facts::{Handle, Kept};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::openings::Opening;
use crate::program::openings::timers::LostDelay;
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "timer-never-cleared",
    page: include_str!("timer_never_cleared.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Timer],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for opening in unit.facts.handles.iter().filter_map(|h| unit.timer_kept(h)) {
            findings.add(finding(unit, &opening));
        }
        for delay in unit.lost_delays() {
            findings.add(lost(unit, delay));
        }
    }
}

fn finding(unit: &Unit, opening: &Opening<'_>) -> Finding {
    let handle = opening.handle;
    let frame = unit.frame(handle.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let started = match handle.kept_in {
        Kept::Dropped => format!("started here, {often}; its id is discarded"),
        _ => format!("started here, {often}"),
    };
    let mut labels = vec![unit.label(handle.opened, started), unit.because(frame)];
    if let Some(missed) = &handle.missed {
        labels.push(unit.label(missed.way, missed.why.clone()));
    }
    if let Some((span, text)) = &opening.keeper {
        labels.push(unit.label(*span, text.clone()));
    } else if let Some(end) = opening.end {
        let end = &unit.facts.functions[end.0 as usize];
        labels.push(unit.label(end.head, "does not clear it"));
    }
    let (message, help) = (message(handle), help(handle));
    let fixes = handle.repair.iter().filter_map(|repair| unit.fix(repair)).collect();
    Finding { message, labels, help, fixes, ..unit.finding(handle.opened, opening.confidence) }
}

fn lost(unit: &Unit, LostDelay { taken, made }: LostDelay<'_>) -> Finding {
    let raced = unit.label(taken.at, "raced here; if it loses, its timer keeps running");
    Finding {
        message: "this delay keeps running after it loses the race, and keeps the result until it fires".to_owned(),
        labels: vec![raced, unit.because(unit.frame(taken.by)), made],
        help: "start the timer with `setTimeout` and call `clearTimeout` in a `finally`".to_owned(),
        ..unit.finding(taken.at, Confidence::Likely)
    }
}

fn message(handle: &Handle) -> String {
    let api = &handle.api;
    if handle.reschedules {
        return format!("this `{api}` restarts itself and is never cleared");
    }
    if handle.races {
        return format!("this `{api}` keeps running after it loses the race, and keeps the result until it fires");
    }
    if handle.missed.is_some() {
        return format!("this `{api}` is not cleared on every exit path");
    }
    format!("this `{api}` is never cleared")
}

fn help(handle: &Handle) -> String {
    if !handle.end.is_empty() {
        return format!("keep the return value and call `{}` when the owner ends", handle.end);
    }
    let Some(clear) = stopper(&handle.api) else { return "stop it when the owner ends".to_owned() };
    match (&handle.missed, &handle.kept_in) {
        (Some(missed), _) if missed.in_line => format!("call `{clear}` in a `finally`"),
        (Some(_), _) => format!("call `{clear}` on this path too, before the promise is settled"),
        (None, Kept::Dropped) if handle.races => {
            format!("keep the id and call `{clear}` with it once the race is over")
        }
        (None, Kept::Dropped) => format!("keep the id and call `{clear}` with it when the owner ends"),
        _ => format!("call `{clear}` with the id when the owner ends"),
    }
}
