//! A label of a metric, a timer or a mark that takes as many values as there are requests.

use crate::apis::What;
use crate::facts::{Part, Store, StoreKey};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit, runs};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "metric-label-unbounded",
    page: include_str!("metric_label_unbounded.md"),
    group: Group::Growth,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Label],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for store in unit.stores(What::Label, Part::Adds) {
            if let Some((confidence, key)) = unit.unbounded_key(store) {
                findings.add(finding(unit, store, (confidence, key)));
            }
        }
    }
}

fn finding(unit: &Unit, store: &Store, (confidence, key): (Confidence, &StoreKey)) -> Finding {
    let frame = unit.frame(store.function);
    let often = runs::per(unit.runs_of(frame).often);
    let text = &key.key.text;
    Finding {
        message: format!(
            "`{}` keeps one entry for each value of `{text}`, and the number of values is not limited",
            store.api
        ),
        labels: vec![
            unit.label(key.span, format!("a new label value {often}")),
            unit.because(frame),
            unit.kept_by(store.span, "kept by the library as long as the process runs; nothing removes it"),
        ],
        help: "use labels with few values: the route pattern, the method, the status class".into(),
        ..unit.finding(key.span, confidence)
    }
}
