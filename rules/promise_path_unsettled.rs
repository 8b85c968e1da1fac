//! A promise made by hand that stays pending on one way: an early return, a failure that nobody listens to.

use super::promise_never_settles::{hangs, subject};
use crate::facts::{Promise, Settles};
use crate::finding::{Finding, Severity, Span};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "promise-path-unsettled",
    page: include_str!("promise_path_unsettled.md"),
    group: Group::Promises,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for promise in &unit.facts.promises {
            if let Settles::NotOn { way, why, keeper } = &promise.settles {
                findings.add(finding(unit, promise, (*way, why, keeper.as_deref())));
            }
        }
    }
}

fn finding(unit: &Unit, promise: &Promise, (way, why, keeper): (Span, &str, Option<&str>)) -> Finding {
    let mut labels = vec![unit.label(promise.head, "created here"), unit.label(way, why)];
    labels.extend(hangs(unit, promise));
    Finding {
        message: keeper.map_or_else(
            || format!("{} does not settle on every path", subject(unit, promise)),
            |keeper| format!("{} leaks with `{keeper}`: it does not settle on every path", subject(unit, promise)),
        ),
        labels,
        help: keeper.map_or_else(
            || {
                "call `resolve` or `reject` on this path too; otherwise code that awaits the promise hangs forever"
                    .to_owned()
            },
            |keeper| format!("reject the promises that wait in `{keeper}` and clear it"),
        ),
        fixes: promise.repair.iter().filter_map(|repair| unit.fix(repair)).collect(),
        ..unit.finding(promise.head, promise.confidence)
    }
}
