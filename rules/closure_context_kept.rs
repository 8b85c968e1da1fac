//! A closure that is kept, and with it what only another closure of the same function uses.

use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "closure-context-kept",
    page: include_str!("closure_context_kept.md"),
    group: Group::Retention,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Closure) {
        if let Some(confidence) = sight.where_repeated() {
            let name = &sight.sighting.subject;
            findings.add(Finding {
                message: format!("this closure keeps `{name}` in memory, which it does not use"),
                labels: sight.labels("stored here, together with the variables of its function".to_owned()),
                help: format!("create the closure in a separate function that does not use `{name}`"),
                ..sight.unit.finding(sight.sighting.span, confidence.min(Confidence::Guess))
            });
        }
    }
}
