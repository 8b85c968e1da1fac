//! An entry that waits for something and stays on one of the ways in which that ends.

use crate::finding::{Finding, Severity};
use crate::program::Program;
use crate::program::growth::{Cause, How, Kind};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "pending-entry-kept",
    page: include_str!("pending_entry_kept.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for (unit, growth) in program.growths(Kind::Pending) {
        let Cause::Pending(left) = &growth.cause else { continue };
        let name = &growth.container.name;
        let (when, help) = match left.how {
            How::WayOut => {
                ("its function exits on another path", format!("delete the entry of `{name}` in a `finally`"))
            }
            How::Closed => (
                "its resource closes without an error",
                format!("delete the entry of `{name}` on `close`, which also follows an error"),
            ),
            How::Settled => ("it is settled here", format!("delete the entry of `{name}` where it is settled")),
            How::Fired => ("its timer has fired", format!("delete the entry of `{name}` in the timer's callback")),
            How::Rejected => (
                "its promise is rejected",
                format!("delete the entry of `{name}` in a `catch` or `finally` of the promise"),
            ),
        };
        findings.add(Finding {
            message: format!("an entry of `{name}` stays when {when}"),
            help,
            ..unit.finding_of_growth(&growth)
        });
    }
}
