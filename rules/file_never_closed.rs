//! An open file or folder that nothing closes.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "file-never-closed",
    page: include_str!("file_never_closed.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::File],
    check,
};

const WORDS: Words = Words { done: "closed", held: "the file stays open" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::File, &WORDS));
}
