//! Applications of pm2 that may grow until the machine has no memory left.

use crate::facts::Seen;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "process-memory-unlimited",
    page: include_str!("process_memory_unlimited.md"),
    group: Group::Clients,
    severity: Severity::Warning,
    pedantic: true,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for sight in program.sightings(Seen::Process) {
        findings.add(Finding {
            message: format!("`{}` has no memory limit", sight.sighting.subject.trim_matches(['\'', '"', '`'])),
            labels: sight.labels("no `max_memory_restart` is given".to_owned()),
            help: "set `max_memory_restart` to what the process may use".into(),
            ..sight.unit.finding(sight.sighting.span, Confidence::Likely.min(sight.sighting.most))
        });
    }
}
