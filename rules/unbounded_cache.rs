//! A keyed collection that repeating code fills and nothing empties.

use super::growth;
use crate::facts::{Container, ContainerKind};
use crate::finding::Severity;
use crate::program::Program;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-cache",
    page: include_str!("unbounded_cache.md"),
    group: Group::Growth,
    severity: Severity::Error,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    growth::report(program, findings, is_keyed);
}

const fn is_keyed(container: &Container) -> bool {
    matches!(container.kind, ContainerKind::Dictionary | ContainerKind::Map)
}
