//! A queue that keeps every finished job in its database.

use crate::apis::What;
use crate::facts::{Part, Store};
use crate::finding::{Edit, Finding, Fix, Severity};
use crate::program::stores::Filling;
use crate::program::{Program, Unit, runs};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "queue-keeps-jobs",
    page: include_str!("queue_keeps_jobs.md"),
    group: Group::Growth,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Jobs],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for filling in unit.stores(What::Jobs, Part::Holds).filter_map(|store| unit.queue_filling(store)) {
            findings.add(finding(unit, &filling));
        }
    }
}

fn finding(unit: &Unit, filling: &Filling<'_>) -> Finding {
    let store = filling.store;
    let option = option(store);
    let mut labels = vec![unit.label(store.span, format!("`{option}` is not set, here or where jobs are added"))];
    if let Some(add) = filling.add {
        let often = runs::per(unit.runs_of(unit.frame(add.function)).often);
        labels.push(unit.label(add.span, format!("a job is added here, {often}")));
        labels.push(unit.because(unit.frame(add.function)));
    }
    Finding {
        message: format!("finished jobs of `{}` are never removed", store.api),
        labels,
        help: format!("set how many finished jobs to keep with `{option}`"),
        fixes: fix(unit, store).into_iter().collect(),
        ..unit.finding(store.span, filling.confidence)
    }
}

/// `removeOnComplete` of `defaultJobOptions.removeOnComplete`.
fn option(store: &Store) -> &str {
    let path = store.looked_for.first().map_or("removeOnComplete", String::as_str);
    path.rsplit('.').next().unwrap_or(path)
}

fn fix(unit: &Unit, store: &Store) -> Option<Fix> {
    let insert = store.insert.as_ref()?;
    let edit = Edit { file: unit.id, span: insert.span, text: insert.text.clone() };
    Some(Fix { title: "remove finished jobs".into(), safe: false, edits: vec![edit] })
}
