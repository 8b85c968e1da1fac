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
        UnreadKind::Never => {
            (format!("the answer `{name}` of `{api}` is never read"), "its connection stays taken until it is".into())
        }
        UnreadKind::OnThisWay(_) => (
            format!("the answer `{name}` of `{api}` is not read on one way"),
            "its connection stays taken until it is read".into(),
        ),
        UnreadKind::Clone => (
            format!("`{name}` is never read, so it keeps all that the other side of the clone reads"),
            format!("`{api}` makes two sides of one body"),
        ),
    };
    let mut labels = vec![unit.label(unread.span, label)];
    if let UnreadKind::OnThisWay(at) = unread.kind {
        labels.push(unit.label(at, "nothing reads the body on this way"));
    }
    labels.push(unit.because(unread.function));
    let help = match unread.kind {
        UnreadKind::Clone => format!("read `{name}`, call `{name}.body.cancel()`, or do without the clone"),
        _ => format!("call `{name}.resume()` to throw the body away, or `{name}.destroy()` to end the connection"),
    };
    let fix = unread.room.as_ref().and_then(|room| {
        let edits = vec![room.fill(&format!("{name}.resume()"))];
        unit.fix(&Repair::new("throw the body away", edits))
    });
    let fixes = fix.into_iter().collect();
    Finding { message, labels, help, fixes, ..unit.finding(unread.span, Confidence::Likely) }
}
