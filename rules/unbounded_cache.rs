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
            "call `{name}.set(key, value)`: brackets on a `WeakMap` make plain properties that hold on to their values"
        );
    }
    match (container.kind, cure) {
        (ContainerKind::Set, Cure::Weaken) => {
            format!("make `{name}` a `WeakSet`: its entries then die with their keys")
        }
        (_, Cure::Weaken) => format!("make `{name}` a `WeakMap`: its entries then die with their keys"),
        (ContainerKind::List, _) => {
            format!("take out of `{name}` what was used (`splice(0)`), or keep the newest elements only")
        }
        (ContainerKind::Text, _) => {
            format!("write what `{name}` collects to a stream, or start it anew when it has been used")
        }
        (_, Cure::Delete) => {
            format!("delete the entry of `{name}` where it is set to `undefined`: the key stays and keeps its place")
        }
        (_, Cure::Evict) => format!("bound `{name}`: an LRU with a `max`, or drop the oldest entry beyond a size"),
        (_, Cure::EvictFromMap) => format!(
            "make `{name}` a `Map` and drop its oldest entry beyond a size: a plain object puts keys that look like \
             integers first, whatever their age"
        ),
        _ if value == Value::Promise => {
            format!("delete the entry of `{name}` once its promise has settled, or at least when it is rejected")
        }
        _ if matches!(value, Value::Deferred | Value::Timer(_)) => {
            format!("delete the entry of `{name}` once it has settled, however it ends")
        }
        _ if matches!(value, Value::Function | Value::Instance | Value::Ward) => {
            format!("delete the entry of `{name}` when what it holds is closed or no longer needed")
        }
        _ => format!("delete entries of `{name}` when they are done with; which may go, only their use can tell"),
    }
}
