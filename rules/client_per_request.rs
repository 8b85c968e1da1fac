//! A client, pool or agent that is made anew for each request, tick or call, and not closed.

use crate::apis::What;
use crate::finding::Severity;
use crate::program::Program;
use crate::program::openings::clients::report;
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "client-per-request",
    page: include_str!("client_per_request.md"),
    group: Group::Clients,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Client],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings);
}
