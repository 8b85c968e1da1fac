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
            message: format!("expired entries of `{name}` are kept until their key is looked up again"),
            help: match unit.cure(&growth) {
                Cure::Evict => {
                    format!("remove expired entries of `{name}` on an interval, or use an LRU with a `max` and a `ttl`")
                }
                _ => format!("remove expired entries of `{name}` on an interval, even if nothing looks them up"),
            },
            ..unit.finding_of_growth(&growth)
        });
    }
}
