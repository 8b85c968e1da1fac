//! A listener added by repeating code to a receiver that outlives it.

use crate::apis::What;
use crate::facts::{Forgotten, Handle, Handler, Repair};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::openings::Opening;
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "listener-never-removed",
    page: include_str!("listener_never_removed.md"),
    group: Group::Listeners,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Listener],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        let kept: Vec<Opening<'_>> = unit.facts.handles.iter().filter_map(|h| unit.listener_kept(h)).collect();
        let told =
            |f: &Forgotten| kept.iter().any(|o| o.handle.opened == f.opened && o.confidence >= Confidence::Likely);
        for forgotten in unit.forgotten().filter(|f| !told(f)) {
            findings.add(left_behind(unit, forgotten));
        }
        let also = |o: &Opening<'_>| unit.forgotten().any(|f| f.opened == o.handle.opened);
        for opening in kept.iter().filter(|o| o.confidence >= Confidence::Likely || !also(o)) {
            findings.add(finding(unit, opening));
        }
    }
}

fn left_behind(unit: &Unit, forgotten: &Forgotten) -> Finding {
    let Forgotten { opened, event, receiver, repair, .. } = forgotten;
    let frame = unit.frame(forgotten.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let labels = vec![
        unit.label(*opened, format!("added here, {often}")),
        unit.because(frame),
        unit.label(forgotten.sibling, "its sibling is removed here, but this one is not"),
    ];
    let (message, help) = if forgotten.waits {
        let ending = "stays if another event comes first";
        (format!("a listener for `{event}` is added to `{receiver}` {often} and {ending}"), "remove all of them")
    } else {
        let ending = "never removed, although its sibling is";
        (format!("a listener for `{event}` is added to `{receiver}` {often} and {ending}"), "remove it")
    };
    let help = format!("{help} in each place where one of them is removed");
    let fixes = repair.iter().filter_map(|repair| unit.fix(repair)).collect();
    Finding { message, labels, help, fixes, ..unit.finding(*opened, Confidence::Likely) }
}

fn finding(unit: &Unit, opening: &Opening<'_>) -> Finding {
    let handle = opening.handle;
    let receiver = handle.receiver.as_ref().map_or("", |r| r.text.as_str());
    let frame = unit.frame(handle.function);
    let often = crate::program::runs::per(unit.runs_of(frame).often);
    let mut labels = vec![unit.label(handle.opened, format!("added here, {often}")), unit.because(frame)];
    if let Some(missed) = &handle.missed {
        labels.push(unit.label(missed.way, missed.why.clone()));
    }
    if let Some((span, text)) = &opening.keeper {
        labels.push(unit.kept_by(*span, text.clone()));
    }
    if let Some(end) = opening.end {
        let end = &unit.facts.functions[end.0 as usize];
        labels.push(unit.label(end.head, "does not remove it"));
    }
    Finding {
        message: format!("{} is added to `{receiver}` {often} and {}", listener(&handle.event), ending(handle)),
        labels,
        help: help(handle),
        fixes: repair(unit, handle).into_iter().filter_map(|repair| unit.fix(repair)).collect(),
        ..unit.finding(handle.opened, opening.confidence)
    }
}

const fn ending(handle: &Handle) -> &'static str {
    if handle.missed.is_some() { "not removed on every exit path" } else { "never removed" }
}

/// Beside the removal of a sibling, where there is one.
fn repair<'u>(unit: &'u Unit, handle: &'u Handle) -> Option<&'u Repair> {
    let beside = unit.forgotten().find(|f| f.opened == handle.opened);
    beside.and_then(|f| f.repair.as_ref()).or(handle.repair.as_ref())
}

fn help(handle: &Handle) -> String {
    let named = matches!(handle.handler, Handler::Place(_));
    let remove = match (handle.remover.as_str(), handle.end.as_str()) {
        // What adds it by a helper is removed by one that we do not know.
        ("", "") => return "register it once at startup, or remove it when the work is done".to_owned(),
        ("", end) => return format!("keep {end} and call it when the work is done"),
        (remover, _) if named => format!("remove it with `{remover}`"),
        (remover, _) => format!("give the handler a name and remove it with `{remover}`"),
    };
    match &handle.missed {
        Some(missed) if missed.in_line => format!("{remove} in a `finally`"),
        Some(_) => format!("{remove} on this path too"),
        None if handle.once && !named => format!("{remove} if the event did not occur"),
        None if named => format!("{remove} when the work is done, or register it once at startup"),
        None => format!("{remove}, or register it once at startup"),
    }
}

/// Some receivers have one event only, and some events are put together.
fn listener(event: &str) -> String {
    if event.is_empty() { "a listener".to_owned() } else { format!("a listener for `{event}`") }
}
