//! A finalizer whose held value leads to its target, which then is never collected.

use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "finalizer-holds-target",
    page: include_str!("finalizer_holds_target.md"),
    group: Group::Retention,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Finalizer) {
        let sighting = sight.sighting;
        let target = &sighting.subject;
        let reaches = sighting.most > Confidence::Guess;
        let message = if reaches {
            format!("the value held for the finalizer keeps `{target}` alive")
        } else {
            format!("the value held for the finalizer may keep `{target}` alive")
        };
        findings.add(Finding {
            message,
            labels: sight.labels("the registry holds this until the target is garbage collected".to_owned()),
            help: "hold only what the cleanup needs: an id, a path, a `WeakRef`".into(),
            ..sight.unit.finding(sighting.span, sighting.most)
        });
    }
}
