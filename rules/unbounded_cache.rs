//! A keyed collection that repeating code fills and nothing empties.

use crate::facts::{Container, ContainerKind, Domain, Often, Value};
use crate::finding::{Edit, Finding, Fix, Severity, Span};
use crate::program::growth::Growth;
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-cache",
    page: include_str!("unbounded_cache.md"),
    group: Group::Growth,
    severity: Severity::Error,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, is_keyed);
}

const fn is_keyed(container: &Container) -> bool {
    matches!(container.kind, ContainerKind::Dictionary | ContainerKind::Map)
}

/// Reports every collection of the wanted kinds that grows for good; an entry's growth is told once, by the outermost.
/// Lists are worded here too.
pub(super) fn report(program: &Program, findings: &mut Findings, wanted: fn(&Container) -> bool) {
    for unit in &program.files {
        for container in &unit.facts.containers {
            if wanted(container)
                && let Some(growth) = unit.growth(container)
                && !unit.is_told_by_outer(&growth)
            {
                findings.add(finding(unit, &growth));
            }
        }
    }
}

fn finding(unit: &Unit, growth: &Growth<'_>) -> Finding {
    let (container, op) = (growth.container, growth.op);
    let runs = unit.runs_of(op.function);
    let often = crate::program::runs::per(runs.often);
    let grows = match &growth.driver {
        Some(driver) => format!("grows here: one entry per {driver}"),
        None => format!("grows here, {often}"),
    };
    let mut labels = vec![unit.label(op.span, grows)];
    if runs.often > Often::Once {
        labels.push(unit.because(op.function));
    }
    labels.push(unit.label(growth.keeper.span, growth.keeper.text.clone()));
    Finding {
        message: format!("`{}` grows {often} and nothing ever removes {}", container.name, what_it_holds(container)),
        labels,
        help: help(container, op.key.as_ref().map(|k| &k.domain), op.value),
        fixes: fix(unit, growth).into_iter().collect(),
        ..unit.finding(op.span, growth.confidence)
    }
}

const fn what_it_holds(container: &Container) -> &'static str {
    match container.kind {
        ContainerKind::List => "an element",
        ContainerKind::Text => "a character",
        _ => "an entry",
    }
}

fn help(container: &Container, domain: Option<&Domain>, value: Value) -> String {
    let name = &container.name;
    if container.misused {
        return format!(
            "call `{name}.set(key, value)`: brackets on a `WeakMap` make plain properties that hold on to their values"
        );
    }
    match (container.kind, domain) {
        (kind @ (ContainerKind::Map | ContainerKind::Set), Some(Domain::Object)) => {
            format!("make `{name}` a `Weak{kind:?}`: its entries then die with their keys")
        }
        (ContainerKind::List, _) => {
            format!("drain `{name}` where it is used (`splice(0)`), or keep the newest elements only")
        }
        (ContainerKind::Text, _) => {
            format!("write what `{name}` collects to a stream, or start it anew when it has been used")
        }
        _ if matches!(value, Value::Promise | Value::Deferred) => {
            format!("delete the entry of `{name}` in a `finally`, once it has settled")
        }
        _ => format!("bound `{name}`: an LRU with a `max`, entries deleted when they are done with, or a sweep"),
    }
}

/// An eviction line behind the statement that grows, where that is a statement of its own.
fn fix(unit: &Unit, growth: &Growth<'_>) -> Option<Fix> {
    let (name, op) = (&growth.container.name, growth.op);
    let line_break = op.break_after.as_ref().filter(|_| !name.contains('…'))?;
    let evict = format!("evict the oldest entry of `{name}` beyond 1,000");
    let (title, code) = match growth.container.kind {
        ContainerKind::Map | ContainerKind::Set => {
            (evict, format!("if ({name}.size > 1000) {name}.delete({name}.keys().next().value);"))
        }
        ContainerKind::Dictionary => {
            (evict, format!("for (const oldest of Object.keys({name}).slice(0, -1000)) delete {name}[oldest];"))
        }
        ContainerKind::List => (
            format!("keep the newest 1,000 elements of `{name}`"),
            format!("if ({name}.length > 1000) {name}.shift();"),
        ),
        ContainerKind::Text | ContainerKind::Weak => return None,
    };
    let at = Span::new(op.statement.end, op.statement.end);
    let edit = Edit { file: unit.id, span: at, text: format!("{line_break}{code}") };
    Some(Fix { title, safe: false, edits: vec![edit] })
}
