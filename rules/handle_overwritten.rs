//! A slot that holds a running timer is given another one, and the first can no longer be stopped.

use crate::apis::What;
use crate::facts::repairs::stopper;
use crate::facts::{Often, Overwrite, Replaced};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "handle-overwritten",
    page: include_str!("handle_overwritten.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Timer],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for overwrite in unit.facts.overwrites.iter().filter(|o| comes_again(unit, o)) {
            findings.add(finding(unit, overwrite));
        }
        for replaced in unit.facts.replaced.iter().filter(|r| is_given_again(unit, r)) {
            findings.add(replacement(unit, replaced));
        }
    }
}

/// Two calls that may find the slot full, or one in code that is known to run again.
fn is_given_again(unit: &Unit, replaced: &Replaced) -> bool {
    let runs = unit.runs_of(unit.frame(replaced.function));
    let driven = runs.certain && runs.often >= Often::Event;
    // Each instance has a slot of its own, which its constructor finds empty.
    let at_birth = unit.is_constructor(unit.frame(replaced.function));
    !unit.is_dead(replaced.function) && !at_birth && (replaced.calls.len() >= 2 || driven)
}

fn replacement(unit: &Unit, replaced: &Replaced) -> Finding {
    let Replaced { slot, end, .. } = replaced;
    let mut labels = vec![unit.label(replaced.given, format!("`{slot}` may hold another one that is still open"))];
    if replaced.calls.len() >= 2 {
        let again = replaced
            .calls
            .iter()
            .take(2)
            .map(|call| unit.label(*call, format!("runs this although `{slot}` may be set")));
        labels.extend(again);
    } else {
        labels.push(unit.because(unit.frame(replaced.function)));
    }
    labels.push(unit.label(replaced.ended, "ends only the last one"));
    Finding {
        message: format!("`{slot}` is overwritten while the old one may still be open"),
        labels,
        help: format!("call `{end}()` on the old one first, or return if it is set"),
        ..unit.finding(replaced.given, Confidence::Likely)
    }
}

/// Two calls that do not look at the slot, or one in code that is known to run again.
fn comes_again(unit: &Unit, overwrite: &Overwrite) -> bool {
    let handle = &unit.facts.handles[overwrite.handle as usize];
    let runs = unit.runs_of(unit.frame(handle.function));
    let driven = runs.certain && runs.often >= Often::Event;
    let at_birth = unit.is_constructor(unit.frame(handle.function));
    !unit.is_dead(handle.function) && !at_birth && (overwrite.calls.len() >= 2 || driven)
}

fn finding(unit: &Unit, overwrite: &Overwrite) -> Finding {
    let handle = &unit.facts.handles[overwrite.handle as usize];
    let slot = &overwrite.slot;
    let mut labels = vec![unit.label(handle.opened, format!("`{slot}` may hold a timer that still runs"))];
    if overwrite.calls.len() >= 2 {
        let again = overwrite
            .calls
            .iter()
            .take(2)
            .map(|call| unit.label(*call, format!("runs this without checking `{slot}`")));
        labels.extend(again);
    } else {
        labels.push(unit.because(unit.frame(handle.function)));
    }
    if let Some(cleared) = overwrite.cleared {
        labels.push(unit.label(cleared, "stops only the last one"));
    }
    let clear = stopper(&handle.api).map_or_else(|| handle.end.clone(), str::to_owned);
    Finding {
        message: format!("`{slot}` is overwritten with a new timer while the old one may still run"),
        labels,
        help: match clear.as_str() {
            "" => format!("stop what `{slot}` holds first, or return if it is set"),
            clear => format!("call `{clear}` with `{slot}` first, or return if it is set"),
        },
        fixes: overwrite.repair.iter().filter_map(|repair| unit.fix(repair)).collect(),
        ..unit.finding(handle.opened, Confidence::Likely)
    }
}
