//! An observer of elements, mutations or measurements that nothing disconnects.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "observer-never-disconnected",
    page: include_str!("observer_never_disconnected.md"),
    group: Group::Handles,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Observer],
    check,
};

const WORDS: Words = Words { done: "disconnected", held: "its callback stays registered" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Observer, &WORDS));
}
