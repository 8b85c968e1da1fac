//! A part of a big string or buffer that is kept, and the whole with it.

use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "slice-keeps-parent",
    page: include_str!("slice_keeps_parent.md"),
    group: Group::Retention,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Slice) {
        if let Some(confidence) = sight.where_repeated() {
            findings.add(Finding {
                message: format!("`{}` keeps the whole string or buffer that it is a part of", sight.sighting.subject),
                labels: sight.labels("kept here".to_owned()),
                help: "copy the part: `Buffer.from(part).toString()`, or `Buffer.from(part)` for bytes".into(),
                ..sight.unit.finding(sight.sighting.span, confidence.min(Confidence::Guess))
            });
        }
    }
}
