//! A connection of its own, or a device in use, that nothing closes.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "socket-never-closed",
    page: include_str!("socket_never_closed.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Socket],
    check,
};

const WORDS: Words = Words { done: "closed", held: "the connection stays open" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Socket, &WORDS));
}
