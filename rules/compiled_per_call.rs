//! A schema, model, template or module that is compiled or registered anew on each call and never forgotten.

use crate::apis::What;
use crate::facts::{Part, Store, StoreKey};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit, runs};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "compiled-per-call",
    page: include_str!("compiled_per_call.md"),
    group: Group::Growth,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Compiled],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for store in unit.stores(What::Compiled, Part::Adds) {
            if let Some((confidence, key)) = unit.fresh_object(store).or_else(|| unit.unbounded_key(store)) {
                findings.add(finding(unit, store, (confidence, key)));
            }
        }
    }
}

fn finding(unit: &Unit, store: &Store, (confidence, key): (Confidence, &StoreKey)) -> Finding {
    let frame = unit.frame(store.function);
    let often = runs::per(unit.runs_of(frame).often);
    let (message, label, keeper) = if store.by_identity {
        (
            format!("`{}` receives a new schema object {often} and keeps each compiled schema", store.api),
            format!("a new object {often}"),
            "it caches schemas by identity, and nothing removes one",
        )
    } else if store.api == "import()" {
        (
            format!("this `import()` loads a new module {often}, and modules are never unloaded"),
            format!("a new name {often}"),
            "the module cache keeps each of them as long as the process runs",
        )
    } else {
        (
            format!("`{}` registers another entry for each value of `{}`", store.api, key.key.text),
            format!("a new name {often}"),
            "kept under its name as long as the process runs; nothing removes it",
        )
    };
    Finding {
        message,
        labels: vec![unit.label(key.span, label), unit.because(frame), unit.kept_by(unit.declared_at(store), keeper)],
        help: help(store).to_owned(),
        ..unit.finding(store.span, confidence)
    }
}

fn help(store: &Store) -> &'static str {
    if store.by_identity {
        "compile the schema once, at module level, or create the instance in the same call"
    } else if store.api == "import()" {
        "import it under a constant name, or load it in a worker that ends"
    } else {
        "register it once, under one of a few names"
    }
}
