//! A race that a long-lived promise takes part in again and again.

use crate::facts::{Often, Race, Racer};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "promise-race-retention",
    page: include_str!("promise_race_retention.md"),
    group: Group::Promises,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for race in &unit.facts.races {
            if let Some(confidence) = confidence(unit, race) {
                findings.add(finding(unit, race, confidence));
            }
        }
    }
}

/// `None` when the race is not repeated while the racer lives.
fn confidence(unit: &Unit, race: &Race) -> Option<Confidence> {
    if unit.is_dead(race.function) {
        return None;
    }
    let frame = unit.frame(race.function);
    let repeats = match race.kept {
        Racer::BeforeLoop => return Some(race.confidence),
        Racer::Field => unit.runs_of(frame).often > Often::Once && !unit.runs_at_ends(frame),
        Racer::Outer(home) => unit.repeats_within(race.function, home)?,
    };
    Some(if repeats { race.confidence } else { Confidence::Guess })
}

fn finding(unit: &Unit, race: &Race, confidence: Confidence) -> Finding {
    let name = &race.name;
    let subject = if race.entries { format!("each promise in `{name}`") } else { format!("`{name}`") };
    let why = match race.kept {
        Racer::BeforeLoop => "lives as long as the loop",
        Racer::Field => "lives as long as the instance",
        Racer::Outer(_) => "lives longer than the function that races it",
    };
    let reaction =
        if race.entries { "adds a reaction to each one that is still pending" } else { "adds a reaction to it" };
    let mut labels = vec![unit.label(race.racer, format!("each race {reaction}"))];
    if race.made != race.racer && !race.racer.contains(race.made) {
        labels.push(unit.kept_by(race.made, why));
    }
    if race.kept != Racer::BeforeLoop {
        labels.push(unit.because(unit.frame(race.function)));
    }
    let help = if race.entries {
        "let each promise report its own result, to a queue or a callback, instead of racing all of them again"
    } else {
        "race against a promise that is created for this round only, and clean up what settles it in a `finally`"
    };
    Finding {
        message: format!("{subject} keeps something of every race until it settles"),
        labels,
        help: help.to_owned(),
        ..unit.finding(race.head, confidence)
    }
}
