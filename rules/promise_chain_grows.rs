//! An async function that waits for its own next call without end.

use crate::facts::Recursion;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "promise-chain-grows",
    page: include_str!("promise_chain_grows.md"),
    group: Group::Promises,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for recursion in &unit.facts.recursions {
            findings.add(finding(unit, recursion));
        }
    }
}

fn finding(unit: &Unit, recursion: &Recursion) -> Finding {
    let name = &recursion.name;
    let how = if recursion.awaited { "awaits" } else { "returns the promise of" };
    let mut labels = vec![
        unit.label(recursion.call, format!("{how} the next round: this round stays in memory until that settles")),
        unit.label(recursion.head, "every round is another call of this function"),
    ];
    if let Some(stop) = recursion.stop {
        labels.push(unit.label(stop, "nothing is freed until this ends the recursion"));
    }
    Finding {
        message: format!("`{name}` awaits itself without end, and every round stays in memory"),
        labels,
        help: "write it as a loop: `while (true) { .. }` inside the async function".to_owned(),
        ..unit.finding(recursion.call, Confidence::Likely)
    }
}
