//! A cleanup that is written and that nothing ever runs.

use crate::apis::What;
use crate::facts::{CleanupFlaw, DeadCleanup};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "cleanup-never-runs",
    page: include_str!("cleanup_never_runs.md"),
    group: Group::Handles,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Listener, What::Timer],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for cleanup in unit.facts.dead_cleanups.iter().filter(|c| unit.is_dead_cleanup(c)) {
            findings.add(finding(unit, cleanup));
        }
        for cleanup in unit.uncalled_ends() {
            findings.add(finding(unit, &cleanup));
        }
    }
}

fn finding(unit: &Unit, cleanup: &DeadCleanup) -> Finding {
    let mut labels = vec![unit.label(cleanup.at, why(cleanup))];
    labels.extend(cleanup.opened.map(|opened| unit.label(opened, what(cleanup))));
    Finding { message: message(cleanup), labels, help: help(cleanup), ..unit.finding(cleanup.at, confidence(cleanup)) }
}

const fn confidence(cleanup: &DeadCleanup) -> Confidence {
    match cleanup.flaw {
        CleanupFlaw::Called
        | CleanupFlaw::Named
        | CleanupFlaw::NotReturned
        | CleanupFlaw::Ignored
        | CleanupFlaw::Promised => Confidence::Sure,
        _ => Confidence::Likely,
    }
}

fn message(cleanup: &DeadCleanup) -> String {
    let DeadCleanup { name, right, .. } = cleanup;
    match cleanup.flaw {
        CleanupFlaw::Called => format!("this effect calls its cleanup `{name}` at once and returns none"),
        CleanupFlaw::Named => format!("this cleanup names `{name}` and does not call it"),
        CleanupFlaw::NotReturned => "this effect makes a cleanup and does not return it".to_owned(),
        CleanupFlaw::Ignored => "this cleanup is returned, and nothing calls what is returned here".to_owned(),
        CleanupFlaw::Promised => "this cleanup is returned by an async function, and nothing calls it".to_owned(),
        CleanupFlaw::Misspelt => format!("nothing calls `{name}`: the hook is `{right}`"),
        CleanupFlaw::Renamed(major) => {
            format!("version {major} does not call `{name}` any more: the hook is `{right}`")
        }
        CleanupFlaw::NoSuper => format!("`{name}` does not run the one that it overrides"),
        CleanupFlaw::RefGone => format!("this cleanup is skipped: `{name}` is empty when it runs"),
        CleanupFlaw::Inverted => "this closes only what is not there".to_owned(),
        CleanupFlaw::Unset => format!("this cleanup never runs: `{name}` never changes before it"),
        CleanupFlaw::Uncalled => format!("nothing calls `{name}`, which would undo what each `{right}` does"),
    }
}

fn why(cleanup: &DeadCleanup) -> String {
    let name = &cleanup.name;
    match cleanup.flaw {
        CleanupFlaw::Called => "runs when the effect begins, not when it ends".to_owned(),
        CleanupFlaw::Named => format!("runs at the end, where `{name}` alone does nothing"),
        CleanupFlaw::NotReturned => "nobody ever gets this function".to_owned(),
        CleanupFlaw::Ignored => "the framework does not call this".to_owned(),
        CleanupFlaw::Promised => "the framework gets a promise, and calls no function that comes in one".to_owned(),
        CleanupFlaw::Misspelt | CleanupFlaw::Renamed(_) => "no framework and no code calls this".to_owned(),
        CleanupFlaw::NoSuper => "there is no `super` call in here".to_owned(),
        CleanupFlaw::RefGone => "the ref of an element is empty once the element is gone".to_owned(),
        CleanupFlaw::Inverted => format!("`{name}` lets it through only when there is nothing to close"),
        CleanupFlaw::Unset => "only what stands behind this test makes it pass".to_owned(),
        CleanupFlaw::Uncalled => "no file of the program mentions it".to_owned(),
    }
}

/// What the second place is.
const fn what(cleanup: &DeadCleanup) -> &'static str {
    match cleanup.flaw {
        CleanupFlaw::NoSuper => "the base closes this, and nothing else does",
        CleanupFlaw::Inverted | CleanupFlaw::Unset => "never reached with anything to close",
        _ => "what is opened here stays",
    }
}

fn help(cleanup: &DeadCleanup) -> String {
    let DeadCleanup { name, right, .. } = cleanup;
    match cleanup.flaw {
        CleanupFlaw::Called => "return the function itself, not what calling it gives".to_owned(),
        CleanupFlaw::Named => format!("call it: `{name}()`"),
        CleanupFlaw::NotReturned => "write `return` before it".to_owned(),
        CleanupFlaw::Ignored if right.is_empty() => "hand it to what runs cleanups here".to_owned(),
        CleanupFlaw::Ignored => format!("hand it to `{right}`"),
        CleanupFlaw::Promised => "start the asynchronous work inside, and return the cleanup at once".to_owned(),
        CleanupFlaw::Misspelt | CleanupFlaw::Renamed(_) => format!("call it `{right}`"),
        CleanupFlaw::NoSuper => format!("call `super.{name}()` in it"),
        CleanupFlaw::RefGone => "leave out the test, or keep the element in a variable of the effect".to_owned(),
        CleanupFlaw::Inverted | CleanupFlaw::Unset => "turn the test round".to_owned(),
        CleanupFlaw::Uncalled => format!("call `{name}` where the instance has done its work"),
    }
}
