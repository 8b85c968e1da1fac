//! `body-never-consumed`: the body of an answer is neither read nor thrown away, so that its connection stays taken.

use crate::apis::Often;
use crate::facts::Repair;
use crate::facts::answers::{Unread, UnreadKind};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "body-never-consumed",
    page: include_str!("body_never_consumed.md"),
    group: Group::Streams,
    severity: Severity::Warning,
    whats: &[],
    pedantic: false,
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for unread in &unit.facts.unread {
            // A program that asks once ends soon, or has one connection too many.
            if unit.runs_of(unread.function).often != Often::Once {
                findings.add(finding(unit, unread));
            }
        }
    }
}

fn finding(unit: &Unit, unread: &Unread) -> Finding {
    let Unread { name, api, .. } = unread;
    let (message, label) = match unread.kind {
        UnreadKind::Never => (
            format!("the response `{name}` of `{api}` is never read"),
            "its connection stays in use until the body is read".into(),
        ),
        UnreadKind::OnThisWay(_) => (
            format!("the response `{name}` of `{api}` is not read on every path"),
            "its connection stays in use until the body is read".into(),
        ),
        UnreadKind::Clone => (
            format!("`{name}` is never read, so it buffers everything that its clone reads"),
            format!("`{api}` splits one body in two"),
        ),
    };
    let mut labels = vec![unit.label(unread.span, label)];
    if let UnreadKind::OnThisWay(at) = unread.kind {
        labels.push(unit.label(at, "the body is not read on this path"));
    }
    labels.push(unit.because(unread.function));
    let help = match unread.kind {
        UnreadKind::Clone => format!("read `{name}`, call `{name}.body.cancel()`, or remove the clone"),
        _ => format!("call `{name}.resume()` to discard the body, or `{name}.destroy()` to close the connection"),
    };
    let fix = unread.room.as_ref().and_then(|room| {
        let edits = vec![room.fill(&format!("{name}.resume()"))];
        unit.fix(&Repair::new("discard the body", edits))
    });
    let fixes = fix.into_iter().collect();
    Finding { message, labels, help, fixes, ..unit.finding(unread.span, Confidence::Likely) }
}
