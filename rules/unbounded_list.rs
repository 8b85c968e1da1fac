//! An array, set or string that repeating code only ever makes longer.

use super::unbounded_cache::report;
use crate::facts::{Container, ContainerKind};
use crate::finding::Severity;
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-list",
    page: include_str!("unbounded_list.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, is_sequence);
}

const fn is_sequence(container: &Container) -> bool {
    matches!(container.kind, ContainerKind::List | ContainerKind::Set | ContainerKind::Text)
}
