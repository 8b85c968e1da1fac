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
                message: format!("this closure keeps `{name}`, which it does not use"),
                labels: sight.labels("stored here, and the context of its function with it".to_owned()),
                help: format!("make the closure in a function of its own, which does not see `{name}`"),
                ..sight.unit.finding(sight.sighting.span, confidence.min(Confidence::Guess))
            });
        }
    }
}
