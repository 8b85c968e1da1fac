//! A watcher of files that nothing closes.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "watcher-never-closed",
    page: include_str!("watcher_never_closed.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Watcher],
    check,
};

const WORDS: Words = Words { done: "closed", held: "the watcher stays active" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Watcher, &WORDS));
}
