//! A subscription to a store, stream or device that nothing ends.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::handles::{Words, report};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "subscription-never-ended",
    page: include_str!("subscription_never_ended.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Subscription],
    check,
};

const WORDS: Words = Words { done: "ended", held: "its callback stays registered" };

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, (What::Subscription, &WORDS));
}
