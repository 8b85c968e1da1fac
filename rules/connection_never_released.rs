//! What a pool lends or a server holds, and nothing gives back.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "connection-never-released",
    page: include_str!("connection_never_released.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Connection],
    check,
};

const WORDS: Words = Words { done: "released", held: "the connection stays in use" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Connection, &WORDS));
}
