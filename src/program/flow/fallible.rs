//! Whether a call or an `await` may fail, so that the function that does it is left by an exception.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{Flow, FunctionRef, Node, Thing};
use crate::apis::{Row, What};
use crate::graph::{CallKind, Op};

/// How likely it is that something fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fallible {
    No,
    /// Nobody knows the callee: most calls that nobody knows can fail.
    Usual,
    /// A `throw` or a rejection stands in the code, or a row says that it talks to the outside.
    Shown,
}

/// Functions inside of functions that are looked into.
const DEEPEST: u8 = 6;

/// What is asked of a function: whether it throws, or whether what it gives back may reject, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asked {
    Throws,
    Rejects,
}

/// What was found of functions so far; a function that is being asked counts as one that cannot fail by itself.
#[derive(Default)]
pub struct Failures {
    known: RefCell<FxHashMap<(FunctionRef, Asked), Fallible>>,
}

impl Failures {
    /// Whether awaiting the value of a node may throw.
    #[must_use]
    pub fn awaited(&self, flow: &Flow, value: Node) -> Fallible {
        self.value(flow, value, 0)
    }

    /// Whether a function may be left by an exception, or the promise that it gives back may reject.
    #[must_use]
    pub fn function(&self, flow: &Flow, function: FunctionRef) -> Fallible {
        self.body(flow, (function, Asked::Rejects), 0)
    }

    fn value(&self, flow: &Flow, value: Node, depth: u8) -> Fallible {
        if depth > DEEPEST {
            return Fallible::Usual;
        }
        match flow.op(value) {
            None => Fallible::Usual,
            Some(Op::Call { how, .. }) => self.call(flow, (value, how), depth),
            Some(Op::Join { left, right, .. }) => {
                let file = flow.at(value).map(|(file, _)| file);
                let side = |side: Option<_>| {
                    file.zip(side)
                        .map_or(Fallible::No, |(file, side)| self.value(flow, flow.node(file, side), depth + 1))
                };
                side(left).max(side(right))
            }
            Some(Op::Await { value: Some(inner) }) => self.inner(flow, (value, inner), depth),
            Some(op) if is_no_promise(op) => Fallible::No,
            Some(_) => self.sources(flow, value, depth),
        }
    }

    fn inner(&self, flow: &Flow, (outer, inner): (Node, crate::graph::ValueId), depth: u8) -> Fallible {
        flow.at(outer).map_or(Fallible::Usual, |(file, _)| self.value(flow, flow.node(file, inner), depth + 1))
    }

    /// Of a variable or field: what was written into it.
    fn sources(&self, flow: &Flow, value: Node, depth: u8) -> Fallible {
        let from = flow.uses(value).filter_map(|(used, _)| match used {
            super::Use::CopyFrom(from) => Some(from),
            _ => None,
        });
        let found = from.map(|from| self.value(flow, from, depth + 1)).max();
        found.unwrap_or_else(|| {
            let literal = flow.solved.is_complete(value) && flow.solved.things(value).all(Thing::is_literal);
            if literal { Fallible::No } else { Fallible::Usual }
        })
    }

    fn call(&self, flow: &Flow, (call, how): (Node, CallKind), depth: u8) -> Fallible {
        for api in flow.solved.apis(call) {
            let row = flow.apis.row(api.row);
            if row.never_rejects {
                return Fallible::No;
            }
            if talks(row) {
                return Fallible::Shown;
            }
            if row.makes.as_deref() == Some("Promise") && how == CallKind::New {
                return self.executor(flow, call, depth);
            }
        }
        if Self::is_caught(flow, call) {
            return Fallible::No;
        }
        let targets = flow.solved.targets(call);
        let targets = targets.iter().map(|target| self.body(flow, (*target, Asked::Rejects), depth + 1)).max();
        let unknown = flow.solved.is_open(call) || !flow.solved.apis(call).is_empty();
        match targets {
            Some(found) if !unknown => found,
            Some(found) => found.max(Fallible::Usual),
            None => Fallible::Usual,
        }
    }

    /// `p.catch(f)`, `p.then(f, g)`: what rejects is taken care of.
    fn is_caught(flow: &Flow, call: Node) -> bool {
        let Some((file, value)) = flow.at(call) else { return false };
        let graph = &flow.file(file).graph;
        let Op::Call { callee: Some(callee), .. } = graph.op(value) else { return false };
        let Op::Load { key, .. } = graph.op(callee) else { return false };
        let name = key.as_name().map_or("", |name| graph.name(name));
        let args = graph.args(value).len();
        (name == "catch" && args == 1) || (name == "then" && args == 2)
    }

    /// `new Promise(executor)` whose executor neither takes `reject` nor can throw.
    fn executor(&self, flow: &Flow, call: Node, depth: u8) -> Fallible {
        let Some(executor) = flow.args(call).next().flatten() else { return Fallible::Usual };
        let functions = flow.solved.things(executor).filter_map(|thing| match thing {
            Thing::Function(function) => Some(function),
            _ => None,
        });
        let found = functions.map(|function| {
            let rejects = flow.params(function).nth(1).is_some();
            if rejects { Fallible::Shown } else { self.body(flow, (function, Asked::Throws), depth + 1) }
        });
        found.max().unwrap_or(Fallible::Usual)
    }

    fn body(&self, flow: &Flow, asked: (FunctionRef, Asked), depth: u8) -> Fallible {
        if depth > DEEPEST {
            return Fallible::Usual;
        }
        if let Some(known) = self.known.borrow().get(&asked) {
            return *known;
        }
        self.known.borrow_mut().insert(asked, Fallible::No);
        let found = self.look_into(flow, asked, depth);
        self.known.borrow_mut().insert(asked, found);
        found
    }

    fn look_into(&self, flow: &Flow, (function, asked): (FunctionRef, Asked), depth: u8) -> Fallible {
        let file = flow.file(function.file);
        let graph = &file.graph;
        let is_async = graph.functions[function.id.index()].is_async;
        let mut worst = Fallible::No;
        for (value, op) in file.body(function.id) {
            let block = graph.blocks[graph.block_of(value).index()];
            // What a `catch` in the function takes does not get out; it may throw again, which is seen where it stands.
            if block.handler.to != crate::graph::Exit::Throw {
                continue;
            }
            let node = flow.node(function.file, value);
            let found = match op {
                Op::Throw { .. } => Fallible::Shown,
                Op::Await { value: Some(inner) } => self.value(flow, flow.node(function.file, inner), depth + 1),
                // A promise that is given back hands its rejection on.
                Op::Return { value: Some(inner) }
                    if asked == Asked::Rejects && (is_async || is_call(graph.op(inner))) =>
                {
                    self.value(flow, flow.node(function.file, inner), depth + 1)
                }
                Op::Call { how, .. } => self.throws(flow, (node, how), depth),
                _ => Fallible::No,
            };
            worst = worst.max(found);
        }
        worst
    }

    /// Whether a plain call throws: functions in sight that throw, and nothing else; most calls do not.
    fn throws(&self, flow: &Flow, (call, _): (Node, CallKind), depth: u8) -> Fallible {
        let targets = flow.solved.targets(call).iter().filter(|target| !flow.function(**target).is_async);
        targets.map(|target| self.body(flow, (*target, Asked::Throws), depth + 1)).max().unwrap_or(Fallible::No)
    }
}

/// Files, sockets and servers are not always there.
fn talks(row: &Row) -> bool {
    let opens = matches!(row.opens, Some(What::File | What::Connection | What::Socket | What::Whole));
    row.reads.is_some() || opens
}

const fn is_call(op: Op) -> bool {
    matches!(op, Op::Call { .. })
}

const fn is_no_promise(op: Op) -> bool {
    matches!(
        op,
        Op::Text { .. }
            | Op::Number { .. }
            | Op::Constant { .. }
            | Op::Closure { .. }
            | Op::Class { .. }
            | Op::Object
            | Op::Array { .. }
            | Op::Operate { .. }
    )
}
