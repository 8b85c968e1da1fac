//! An address of a blob that nothing revokes.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "object-url-never-revoked",
    page: include_str!("object_url_never_revoked.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::ObjectUrl],
    check,
};

const WORDS: Words = Words { done: "revoked", held: "the blob stays in memory" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::ObjectUrl, &WORDS));
}
