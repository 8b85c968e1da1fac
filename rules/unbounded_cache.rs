//! A keyed collection that repeating code fills and nothing empties.

use crate::facts::{Container, ContainerKind, Value};
use crate::finding::{Finding, Severity};
use crate::program::Program;
use crate::program::growth::{Cause, Cure, Growth, Kind};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "unbounded-cache",
    page: include_str!("unbounded_cache.md"),
    group: Group::Growth,
    severity: Severity::Error,
    pedantic: false,
    whats: &[],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    report(program, findings, is_keyed);
}

const fn is_keyed(container: &Container) -> bool {
    matches!(container.kind, ContainerKind::Dictionary | ContainerKind::Map)
}

/// Reports every collection of the wanted kinds that nothing empties in the course of things. Lists are worded here too.
pub(super) fn report(program: &Program, findings: &mut Findings, wanted: fn(&Container) -> bool) {
    for (unit, growth) in program.growths(Kind::Unbounded).filter(|(_, growth)| wanted(growth.container)) {
        let (name, what) = (&growth.container.name, what_it_holds(growth.container));
        let often = match growth.driver.as_ref().filter(|_| growth.from_outside) {
            Some(input) => format!("{}, one entry per {input},", unit.often(&growth)),
            None => unit.often(&growth).to_owned(),
        };
        let message = match growth.cause {
            Cause::Unbounded => format!("`{name}` grows {often} and nothing ever removes {what}"),
            Cause::OnDemand(op) => {
                let by = &unit.facts.functions[unit.frame(op.function).0 as usize].name;
                format!("`{name}` grows {often} and only `{by}` removes {what}")
            }
            _ => continue,
        };
        findings.add(Finding { message, help: help(&growth, unit.cure(&growth)), ..unit.finding_of_growth(&growth) });
    }
}

const fn what_it_holds(container: &Container) -> &'static str {
    match container.kind {
        ContainerKind::List => "an element",
        ContainerKind::Text => "a character",
        _ => "an entry",
    }
}

/// What to do, by what is stored and by whether it can be had again.
pub(super) fn help(growth: &Growth<'_>, cure: Cure) -> String {
    let (container, value) = (growth.container, growth.op.value);
    let name = &container.name;
    if container.misused {
        return format!(
            "call `{name}.set(key, value)`: brackets on a `WeakMap` set plain properties, which keep their values"
        );
    }
    match (container.kind, cure) {
        (ContainerKind::Set, Cure::Weaken) => {
            format!("make `{name}` a `WeakSet`: its entries go away with their keys")
        }
        (_, Cure::Weaken) => format!("make `{name}` a `WeakMap`: its entries go away with their keys"),
        (ContainerKind::List, _) => {
            format!("drain `{name}` where it is used (`splice(0)`), or keep only the newest elements")
        }
        (ContainerKind::Text, _) => {
            format!("write what `{name}` collects to a stream, or reset it after use")
        }
        (_, Cure::Delete) => {
            format!("delete the entry of `{name}` where it is set to `undefined`: the key itself stays")
        }
        (_, Cure::Evict) => {
            format!("limit `{name}`: use an LRU with a `max`, or delete the oldest entry beyond a size")
        }
        (_, Cure::EvictFromMap) => format!(
            "make `{name}` a `Map` and delete its oldest entry beyond a size: a plain object lists keys that look like \
             integers first, whatever their age"
        ),
        _ if value == Value::Promise => {
            format!("delete the entry of `{name}` once its promise has settled, or at least when it rejects")
        }
        _ if matches!(value, Value::Deferred | Value::Timer(_)) => {
            format!("delete the entry of `{name}` once it has settled, whether it succeeds or fails")
        }
        _ if matches!(value, Value::Function | Value::Instance | Value::Ward) => {
            format!("delete the entry of `{name}` when what it holds is closed or no longer needed")
        }
        _ => format!("delete entries of `{name}` that are no longer needed"),
    }
}
