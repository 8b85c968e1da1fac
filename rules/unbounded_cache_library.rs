//! A cache of a library that lives as long as the process and is not told how much it may keep.

use crate::apis::What;
use crate::facts::{Bound, Part, Store};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::program::stores::Filling;
use crate::program::{Program, Unit, runs};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-cache-library",
    page: include_str!("unbounded_cache_library.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[What::Cache],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for filling in unit.stores(What::Cache, Part::Holds).filter_map(|store| unit.cache_filling(store)) {
            findings.add(finding(unit, &filling));
        }
    }
}

fn finding(unit: &Unit, filling: &Filling<'_>) -> Finding {
    let store = filling.store;
    let kind = if store.memoizes { "remembers every result" } else { "keeps every entry" };
    let mut labels = vec![match &store.bound {
        Bound::Void { text, span } => unit.label(*span, format!("`{text}` sets no limit")),
        _ => unit.label(store.span, missing(store)),
    }];
    if let Some(add) = filling.add {
        let often = runs::per(unit.runs_of(unit.frame(add.function)).often);
        labels.push(unit.label(add.span, format!("an entry is added here, {often}")));
        labels.push(unit.because(unit.frame(add.function)));
    } else {
        labels.push(unit.label(store.span, "code that imports or receives it adds entries"));
    }
    match &filling.keeper {
        Some(keeper) => labels.push(unit.kept_by(keeper.span, keeper.text.clone())),
        None => labels.push(unit.kept_by(store.span, "created once, and kept by the code that receives it")),
    }
    Finding {
        message: format!("`{}` {kind}: this cache has no limit", store.api),
        labels,
        help: help(store),
        fixes: fix(unit, store).into_iter().collect(),
        ..unit.finding(store.span, filling.confidence)
    }
}

/// Which options were looked for.
fn missing(store: &Store) -> String {
    match store.looked_for.as_slice() {
        [] => "it has no limit, and no option to set one".to_owned(),
        [only] => format!("`{only}` is not set"),
        several => format!("none of `{}` is set", several.join("`, `")),
    }
}

fn help(store: &Store) -> String {
    match store.looked_for.first() {
        Some(option) if store.memoizes => format!("set a limit with `{option}`, or clear it when the work is done"),
        Some(option) => format!("set a limit with `{option}`"),
        None => "memoize with a limited cache (`lru-cache` with `max`), or only functions with few distinct arguments"
            .to_owned(),
    }
}

fn fix(unit: &Unit, store: &Store) -> Option<Fix> {
    let insert = store.insert.as_ref()?;
    let edit = Edit { file: unit.id, span: insert.span, text: insert.text.clone() };
    Some(Fix { title: "set a limit for the cache".into(), safe: false, edits: vec![edit] })
}
