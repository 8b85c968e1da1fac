//! A collection that repeating code fills and nothing ever reads.

use crate::finding::{Finding, Severity};
use crate::program::Program;
use crate::program::growth::Kind;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "write-only-collection",
    page: include_str!("write_only_collection.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for (unit, growth) in program.growths(Kind::WriteOnly) {
        let name = &growth.container.name;
        findings.add(Finding {
            message: format!("`{name}` grows {} and nothing ever reads it", unit.often(&growth)),
            help: format!("remove `{name}`, or read it and delete what was read"),
            ..unit.finding_of_growth(&growth)
        });
    }
}
