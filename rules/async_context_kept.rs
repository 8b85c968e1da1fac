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
                message: "this `AsyncLocalStorage` is created repeatedly".to_owned(),
                labels: sight.labels("each one is kept by the work that was started in it".to_owned()),
                help: "create one `AsyncLocalStorage` at module level".into(),
                ..sight.unit.finding(sight.sighting.span, confidence.min(most))
            });
        }
    }
    for sight in program.sightings(Seen::ParentStore) {
        if let Some(confidence) = sight.where_repeated() {
            findings.add(Finding {
                message: format!("`{}` links each store to the previous one", sight.sighting.subject),
                labels: sight.labels("the newest store keeps all previous ones".to_owned()),
                help: "copy what is needed from the previous store: `{ ...storage.getStore() }`".into(),
                ..sight.unit.finding(sight.sighting.span, confidence)
            });
        }
    }
}
