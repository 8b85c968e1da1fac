//! Context storages that are made again and again, and stores that point to the one before.

use crate::apis::What;
use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "async-context-kept",
    page: include_str!("async_context_kept.md"),
    group: Group::Retention,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Context],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Storage) {
        let most = if sight.is_driven() { Confidence::Likely } else { Confidence::Guess };
        if let Some(confidence) = sight.where_repeated() {
            findings.add(Finding {
                message: "this context storage is made again and again".to_owned(),
                labels: sight.labels("each one stays with the work that was started in it".to_owned()),
                help: "make one `AsyncLocalStorage` at module level".into(),
                ..sight.unit.finding(sight.sighting.span, confidence.min(most))
            });
        }
    }
    for sight in program.sightings(Seen::ParentStore) {
        if let Some(confidence) = sight.where_repeated() {
            findings.add(Finding {
                message: format!("`{}` ties each store to the one before it", sight.sighting.subject),
                labels: sight.labels("the newest store keeps all before it".to_owned()),
                help: "copy what is needed of the store before: `{ ...storage.getStore() }`".into(),
                ..sight.unit.finding(sight.sighting.span, confidence)
            });
        }
    }
}
