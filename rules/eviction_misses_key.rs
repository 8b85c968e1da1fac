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
                format!("`{name}` keeps entries that are removed from `{twin}`"),
                format!("also delete from `{name}` where `{twin}` is cleaned up"),
            ),
            MissedBy::Clear => (
                format!("`{name}` keeps its entries when everything around it is cleared"),
                format!("clear `{name}` as well"),
            ),
            MissedBy::Bucket => (
                format!("`{name}` keeps the keys of entries that became empty"),
                format!("delete the key from `{name}` when its entry becomes empty"),
            ),
            MissedBy::Key(removed, made) => (
                format!(
                    "`{name}` is filled under `{made}`, but entries are removed under `{removed}`: these never match"
                ),
                format!("use the same key for both operations on `{name}`"),
            ),
        };
        findings.add(Finding { message, help, ..unit.finding_of_growth(&growth) });
    }
}
