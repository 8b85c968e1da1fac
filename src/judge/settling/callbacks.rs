//! Callbacks that have the last word on a promise: what they leave open stays open.

use rustc_hash::FxHashSet;

use crate::apis::{Callback, When};
use crate::graph::Op;
use crate::program::flow::{ApiCall, Failures, Fallible, Flow, FunctionRef, Node, Sink, Thing, Use};

use super::carriers::{Carriers, functions};
use super::{Claim, Defect, claim};

/// What the callbacks of a function come to.
#[derive(Default)]
pub struct Found {
    pub defect: Option<(Defect, Claim)>,
    /// Functions that run once, and must settle on every way.
    pub last_words: Vec<FunctionRef>,
}

/// A carrier handed to a library that calls it.
struct HandedOver {
    call: Node,
    carrier: Node,
    api: ApiCall,
    index: u8,
}

/// Looks at the hand-overs among the instructions with which a function is done.
pub fn look(flow: &Flow, failures: &Failures, done: &FxHashSet<Node>, carriers: &Carriers) -> Found {
    let mut calls: Vec<_> = done.iter().copied().collect();
    calls.sort_unstable();
    let handed: Vec<_> = calls.iter().flat_map(|call| handed_over(flow, *call, carriers)).collect();
    let mut found = Found::default();
    // Whoever calls a carrier here and now, or hands it to others, needs no callback.
    let others = calls.iter().any(|call| !handed.iter().any(|handed| handed.call == *call));
    let mut listeners = Vec::new();
    for one in &handed {
        let row = flow.apis.row(one.api.row);
        let callback = &row.callback[usize::from(one.index)];
        if let Some(when) = callback.when {
            if let Some(defect) = outcome(flow, failures, (one, when), carriers) {
                found.defect.get_or_insert(defect);
            }
            found.last_words.extend(functions(flow, one.carrier));
        } else if callback.outcome || comes_once(flow, one, callback) {
            found.last_words.extend(functions(flow, one.carrier));
        }
        if row.event.is_some() {
            listeners.push(one);
        }
    }
    if !others && listeners.len() == handed.len() {
        found.defect = found.defect.or_else(|| only_success(flow, &listeners));
    }
    found
}

fn handed_over(flow: &Flow, call: Node, carriers: &Carriers) -> Vec<HandedOver> {
    let mut found = Vec::new();
    for carrier in flow.args(call).flatten().filter(|arg| carriers.contains(*arg)) {
        for sink in flow.solved.sinks(carrier) {
            if let Sink::Callback { call: at, api, index } = *sink
                && at == call
            {
                found.push(HandedOver { call, carrier, api, index });
            }
        }
    }
    found
}

/// An event that its type says comes once.
fn comes_once(flow: &Flow, handed: &HandedOver, callback: &Callback) -> bool {
    let event = event_name(flow, handed);
    let of = handed.api.of;
    let row = of.zip(event).and_then(|(ty, event)| flow.apis.event(ty, event));
    match row {
        Some(row) => row.runs == Some(crate::apis::Often::Once),
        None => callback.runs.is_none() && !callback.sync,
    }
}

fn event_name<'f>(flow: &'f Flow, handed: &HandedOver) -> Option<&'f str> {
    let event = flow.args(handed.call).next().flatten()?;
    flow.solved.things(event).find_map(|thing| match thing {
        Thing::Text(word) => Some(flow.words.text(word)),
        _ => None,
    })
}

/// `p.then(resolve)`: when `p` rejects, somebody further down the chain must settle, too.
fn outcome(
    flow: &Flow,
    failures: &Failures,
    (handed, when): (&HandedOver, When),
    carriers: &Carriers,
) -> Option<(Defect, Claim)> {
    if when == When::Rejected || hears(flow, handed.call, (When::Rejected, carriers), 0) {
        return None;
    }
    let receiver = receiver(flow, handed.call)?;
    let fallible = failures.awaited(flow, receiver);
    (fallible > Fallible::No).then(|| (Defect::RejectionDropped { at: handed.call }, claim(fallible)))
}

/// Whether a carrier hears of this outcome at this call or further down the chain.
fn hears(flow: &Flow, call: Node, asked: (When, &Carriers), depth: u8) -> bool {
    let (when, carriers) = asked;
    let here = handed_over(flow, call, carriers).iter().any(|one| {
        let said = flow.apis.row(one.api.row).callback[usize::from(one.index)].when;
        said == Some(when) || said.is_none()
    });
    if here {
        return true;
    }
    // The chain goes on, or somebody takes the promise: then it is up to them.
    flow.trip(call).nodes.iter().any(|node| {
        flow.uses(*node).any(|(used, _)| match used {
            Use::Receiver(next) => depth < DEEPEST && hears(flow, next, asked, depth + 1),
            Use::Awaited(_) | Use::Returned(_) | Use::Argument(..) => true,
            _ => false,
        })
    })
}

/// Calls of a chain that are looked at.
const DEEPEST: u8 = 8;

fn receiver(flow: &Flow, call: Node) -> Option<Node> {
    let (file, value) = flow.at(call)?;
    let graph = &flow.file(file).graph;
    let Op::Call { callee: Some(callee), .. } = graph.op(value) else { return None };
    let Op::Load { object: Some(object), .. } = graph.op(callee) else { return None };
    Some(flow.node(file, object))
}

/// All that settles are events of one type, none of which is sure to come or tells of failure.
fn only_success(flow: &Flow, listeners: &[&HandedOver]) -> Option<(Defect, Claim)> {
    let first = listeners.first()?;
    let ty = first.api.of?;
    flow.apis.fails(ty).next()?;
    for one in listeners {
        let event = event_name(flow, one)?;
        let tells = flow.apis.fails(ty).any(|fails| fails == event) || flow.apis.ends(ty, event);
        if one.api.of != Some(ty) || tells {
            return None;
        }
    }
    Some((Defect::OnlySuccess { at: first.call }, Claim::Shown))
}
