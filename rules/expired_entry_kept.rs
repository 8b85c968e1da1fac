//! Entries that are only removed for being too old when somebody looks them up again.

use crate::finding::{Finding, Severity};
use crate::program::Program;
use crate::program::growth::{Cure, Kind};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "expired-entry-kept",
    page: include_str!("expired_entry_kept.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for (unit, growth) in program.growths(Kind::Expired) {
        let name = &growth.container.name;
        findings.add(Finding {
            message: format!("expired entries of `{name}` stay unless their key is looked up again"),
            help: match unit.cure(&growth) {
                Cure::Evict => format!("sweep `{name}` on an interval, or bound it: an LRU with a `max` and a `ttl`"),
                _ => format!("sweep `{name}` on an interval: delete what is too old, also when nobody asks for it"),
            },
            ..unit.finding_of_growth(&growth)
        });
    }
}
