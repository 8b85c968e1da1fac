//! A removal that does not reach the entries that it is meant for.

use crate::finding::{Finding, Severity};
use crate::program::Program;
use crate::program::growth::{Cause, Kind, MissedBy};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "eviction-misses-key",
    page: include_str!("eviction_misses_key.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for (unit, growth) in program.growths(Kind::Misses) {
        let Cause::Misses(miss) = &growth.cause else { continue };
        let name = &growth.container.name;
        let (message, help) = match &miss.how {
            MissedBy::Twin(twin) => (
                format!("`{name}` keeps the entries that are removed from `{twin}`"),
                format!("delete from `{name}` where `{twin}` is cleaned"),
            ),
            MissedBy::Clear => {
                (format!("`{name}` keeps its entries when all around it is cleared"), format!("clear `{name}` as well"))
            }
            MissedBy::Bucket => (
                format!("`{name}` keeps the keys of entries that have become empty"),
                format!("delete the key from `{name}` when its entry is empty"),
            ),
            MissedBy::Key(removed, made) => (
                format!("`{name}` is filled by `{made}` and removed from by `{removed}`: they never match"),
                format!("use the same key of `{name}` for both"),
            ),
        };
        findings.add(Finding { message, help, ..unit.finding_of_growth(&growth) });
    }
}
