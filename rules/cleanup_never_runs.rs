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
        CleanupFlaw::Called => format!("this effect calls its cleanup `{name}` immediately instead of returning it"),
        CleanupFlaw::Named => format!("this cleanup mentions `{name}` but does not call it"),
        CleanupFlaw::NotReturned => "this effect creates a cleanup function but does not return it".to_owned(),
        CleanupFlaw::Ignored => "this cleanup is returned, but nothing calls what is returned here".to_owned(),
        CleanupFlaw::Promised => "this cleanup is returned by an async function, so nothing calls it".to_owned(),
        CleanupFlaw::Misspelt => format!("`{name}` is never called: the hook is named `{right}`"),
        CleanupFlaw::Renamed(major) => {
            format!("version {major} no longer calls `{name}`: the hook is now named `{right}`")
        }
        CleanupFlaw::NoSuper => format!("`{name}` does not call the method that it overrides"),
        CleanupFlaw::RefGone => format!("this cleanup is skipped: `{name}` is null when it runs"),
        CleanupFlaw::Inverted => "this closes only if there is nothing to close".to_owned(),
        CleanupFlaw::Unset => format!("this cleanup never runs: `{name}` is never set before it"),
        CleanupFlaw::Uncalled => format!("`{name}` is never called, although it would undo what each `{right}` does"),
    }
}

fn why(cleanup: &DeadCleanup) -> String {
    let name = &cleanup.name;
    match cleanup.flaw {
        CleanupFlaw::Called => "runs when the effect begins, not when it ends".to_owned(),
        CleanupFlaw::Named => format!("runs at the end, where `{name}` alone does nothing"),
        CleanupFlaw::NotReturned => "nothing receives this function".to_owned(),
        CleanupFlaw::Ignored => "the framework does not call this".to_owned(),
        CleanupFlaw::Promised => "the framework gets a promise, and does not call a function inside it".to_owned(),
        CleanupFlaw::Misspelt | CleanupFlaw::Renamed(_) => "neither a framework nor other code calls this".to_owned(),
        CleanupFlaw::NoSuper => "there is no `super` call in this method".to_owned(),
        CleanupFlaw::RefGone => "the ref of an element is null once the element is removed".to_owned(),
        CleanupFlaw::Inverted => format!("`{name}` is only true when there is nothing to close"),
        CleanupFlaw::Unset => "only code behind this condition makes it true".to_owned(),
        CleanupFlaw::Uncalled => "no file of the project uses it".to_owned(),
    }
}

/// What the second place is.
const fn what(cleanup: &DeadCleanup) -> &'static str {
    match cleanup.flaw {
        CleanupFlaw::NoSuper => "only the base class closes this",
        CleanupFlaw::Inverted | CleanupFlaw::Unset => "never reached with something to close",
        _ => "what is opened here stays open",
    }
}

fn help(cleanup: &DeadCleanup) -> String {
    let DeadCleanup { name, right, .. } = cleanup;
    match cleanup.flaw {
        CleanupFlaw::Called => "return the function itself, not its result".to_owned(),
        CleanupFlaw::Named => format!("call it: `{name}()`"),
        CleanupFlaw::NotReturned => "write `return` before it".to_owned(),
        CleanupFlaw::Ignored if right.is_empty() => "pass it to the function that registers cleanups here".to_owned(),
        CleanupFlaw::Ignored => format!("pass it to `{right}`"),
        CleanupFlaw::Promised => "start the asynchronous work inside, and return the cleanup at once".to_owned(),
        CleanupFlaw::Misspelt | CleanupFlaw::Renamed(_) => format!("call it `{right}`"),
        CleanupFlaw::NoSuper => format!("call `super.{name}()` in it"),
        CleanupFlaw::RefGone => "remove the condition, or keep the element in a variable of the effect".to_owned(),
        CleanupFlaw::Inverted | CleanupFlaw::Unset => "invert the condition".to_owned(),
        CleanupFlaw::Uncalled => format!("call `{name}` when the instance is no longer needed"),
    }
}
