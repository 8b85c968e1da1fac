//! Promises made by hand: an opening that `resolve` and `reject` close.
//!
//! Whatever carries one of the two functions (a variable, a field, a closure that calls it) can settle the promise. An
//! executor is left on a way on which none of them is used: whoever awaits the promise hangs.

mod callbacks;
mod carriers;

use rustc_hash::FxHashSet;

use crate::apis::TypeId;
use crate::finding::Confidence;
use crate::graph::{CallKind, Op};
use crate::program::flow::{Exit, Failures, Fallible, Flow, FunctionRef, Missed, Node, Start, Thing, Ways};

use super::claims::{Claim, Usual, confidence};
use carriers::Carriers;

/// A promise that may stay pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The call that makes it.
    pub made: Node,
    pub defect: Defect,
    pub confidence: Confidence,
    /// Where somebody hangs: the `await`, the `return`.
    pub hangs: Option<Hangs>,
}

/// Why it stays pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Nobody ever uses `resolve` or `reject`.
    Never,
    /// A way out of the executor, or of a callback in it, settles nothing.
    Way { exit: Exit, at: Node },
    /// Nothing is settled when this promise rejects.
    RejectionDropped { at: Node },
    /// Only the event of success settles; failures of its emitter go unheard.
    OnlySuccess { at: Node },
}

/// Who hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangs {
    Awaited(Node),
    Returned(FunctionRef),
}

/// The promises of a program that may stay pending, in the order of the files.
#[must_use]
pub fn pending(flow: &Flow) -> Vec<Pending> {
    let failures = Failures::default();
    let Some(resolve) = flow.apis.type_named("Promise.Resolve") else { return Vec::new() };
    let mut calls: Vec<_> = flow.solved.api_calls().map(|(call, _)| call).collect();
    calls.sort_unstable();
    calls.into_iter().filter_map(|call| judge(flow, &failures, (call, resolve))).collect()
}

fn judge(flow: &Flow, failures: &Failures, (made, resolve): (Node, TypeId)) -> Option<Pending> {
    let executor = executor(flow, made, resolve)?;
    let hangs = hangs(flow, made)?;
    let params: Vec<_> = flow.params(executor).flatten().take(2).collect();
    let carriers = Carriers::of(flow, &params);
    let (defect, claim) = if carriers.is_unused() {
        (Defect::Never, Claim::Shown)
    } else if carriers.escape_before_use() {
        return None;
    } else {
        unsettled(flow, failures, executor, &carriers)?
    };
    let confidence = confidence(&[claim])?;
    Some(Pending { made, defect, confidence, hangs: Some(hangs) })
}

/// The function that `new Promise` is given, when there is but one.
fn executor(flow: &Flow, made: Node, resolve: TypeId) -> Option<FunctionRef> {
    if !matches!(flow.op(made), Some(Op::Call { how: CallKind::New, .. })) {
        return None;
    }
    let api = flow.solved.apis(made).first()?;
    let name = flow.apis.row(api.row).callback.first()?.params.first()?;
    if flow.apis.type_named(name) != Some(resolve) {
        return None;
    }
    let given = flow.args(made).next().flatten()?;
    match flow.solved.things(given).collect::<Vec<_>>()[..] {
        [Thing::Function(function)] => Some(function),
        _ => None,
    }
}

/// Who hangs with the promise; nobody, when it is dropped or only takes part in a race.
fn hangs(flow: &Flow, made: Node) -> Option<Hangs> {
    let trip = flow.trip(made);
    for node in &trip.nodes {
        for (used, file) in flow.uses(*node) {
            match used {
                crate::program::flow::Use::Awaited(at) => return Some(Hangs::Awaited(at)),
                crate::program::flow::Use::Returned(id) => return Some(Hangs::Returned(FunctionRef { file, id })),
                _ => {}
            }
        }
    }
    None
}

/// A way on which nothing settles: out of the executor itself, or out of a callback that has the last word.
fn unsettled(flow: &Flow, failures: &Failures, executor: FunctionRef, carriers: &Carriers) -> Option<(Defect, Claim)> {
    let mut waiting = vec![executor];
    let mut seen = FxHashSet::default();
    while let Some(function) = waiting.pop() {
        if !seen.insert(function) {
            continue;
        }
        let done = carriers.used_in(flow, function);
        let missed = missed(flow, failures, function, &done);
        // What a plain executor throws rejects its promise; what an async one throws does not.
        let counts = |missed: &&Missed| match missed.exit {
            Exit::Return | Exit::End => true,
            Exit::Fails => flow.function(function).is_async,
            Exit::Throw => flow.function(function).is_async && function == executor,
        };
        if let Some(missed) = missed.iter().find(counts) {
            return Some((Defect::Way { exit: missed.exit, at: missed.at }, claim(missed.fallible)));
        }
        let found = callbacks::look(flow, failures, &done, carriers);
        if let Some(defect) = found.defect {
            return Some(defect);
        }
        waiting.extend(found.last_words);
    }
    None
}

fn missed(flow: &Flow, failures: &Failures, function: FunctionRef, done: &FxHashSet<Node>) -> Vec<Missed> {
    let names = FxHashSet::default();
    let ways = Ways { flow, failures, done, names: &names, calls_throw: false };
    ways.missed(Start::Entry(function))
}

fn claim(fallible: Fallible) -> Claim {
    match fallible {
        Fallible::Shown => Claim::Shown,
        Fallible::Usual => Claim::Usual(Usual::UnknownMayReject),
        Fallible::No => Claim::Refuted("this cannot fail"),
    }
}

#[cfg(test)]
mod tests;
