//! A thread, process or port that nothing ends.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "worker-never-terminated",
    page: include_str!("worker_never_terminated.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Worker],
    check,
};

const WORDS: Words = Words { done: "terminated", held: "what it started keeps running" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Worker, &WORDS));
}
