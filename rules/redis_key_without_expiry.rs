//! Keys in Redis that are made from what comes in, and never expire.

use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "redis-key-without-expiry",
    page: include_str!("redis_key_without_expiry.md"),
    group: Group::Clients,
    severity: Severity::Warning,
    pedantic: true,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Key) {
        let most = if sight.is_driven() { Confidence::Likely } else { Confidence::Guess };
        if let Some(confidence) = sight.where_repeated() {
            findings.add(Finding {
                message: format!("the key of `{}` never expires", sight.sighting.subject),
                labels: sight.labels("one key per value, and nothing here sets an expiry".to_owned()),
                help: "set an expiry: `EX` with `set`, or `expire`".into(),
                ..sight.unit.finding(sight.sighting.span, confidence.min(most))
            });
        }
    }
}
