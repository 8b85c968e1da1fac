//! How often a function runs in the life of the program, and by whom.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::{Caller, Flow, FunctionRef, Node, Runs};
use crate::graph::{FunctionId, FunctionKind, LoopKind};

/// How often, rarest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Never,
    Once,
    /// As often as data at hand has entries: files, configuration, rows read at start.
    Data,
    /// Each request, message, event, tick, mount.
    Many,
}

/// The bounds of an answer, and the call that makes the lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Often {
    /// What a chain of calls in sight shows.
    pub low: Level,
    /// What is possible.
    pub high: Level,
    pub because: Option<Caller>,
}

impl Often {
    const ONCE: Self = Self { low: Level::Once, high: Level::Once, because: None };
    const NEVER: Self = Self { low: Level::Never, high: Level::Never, because: None };
    const UNKNOWN: Self = Self { low: Level::Never, high: Level::Many, because: None };

    /// It may run again: a chain shows it, or nobody knows.
    #[must_use]
    pub fn may_repeat(self) -> bool {
        self.high > Level::Once
    }

    fn join(self, other: Self) -> Self {
        let because = if other.low > self.low || self.because.is_none() { other.because } else { self.because };
        Self { low: self.low.max(other.low), high: self.high.max(other.high), because }
    }
}

/// What was found so far.
#[derive(Default)]
pub struct Frequencies {
    known: RefCell<FxHashMap<FunctionRef, Often>>,
}

impl Frequencies {
    /// How often a function runs.
    #[must_use]
    pub fn of(&self, flow: &Flow, function: FunctionRef) -> Often {
        if function.id == FunctionId::MODULE {
            return Often::ONCE;
        }
        if let Some(known) = self.known.borrow().get(&function) {
            return *known;
        }
        // A function that calls itself runs as often as others call it.
        self.known.borrow_mut().insert(function, Often::NEVER);
        let found = self.look(flow, function);
        self.known.borrow_mut().insert(function, found);
        found
    }

    /// How often an instruction runs: its function, and the loops around it.
    #[must_use]
    pub fn at(&self, flow: &Flow, node: Node) -> Often {
        let Some(function) = flow.function_of(node) else { return Often::UNKNOWN };
        let outer = self.of(flow, function);
        let inner = loops(flow, node);
        Often { low: times(outer.low, inner), high: times(outer.high, inner), ..outer }
    }

    fn look(&self, flow: &Flow, function: FunctionRef) -> Often {
        let mut found = Often::NEVER;
        if flow.function(function).kind == FunctionKind::Initialiser {
            // It runs when its class is made: as often as the constructor, or as the `new`.
            found = found.join(self.instances(flow, function));
        }
        for caller in flow.solved.callers(function) {
            found = found.join(self.caller(flow, *caller));
        }
        if flow.solved.escapes(function) {
            found = found.join(Often::UNKNOWN);
        }
        found
    }

    fn instances(&self, flow: &Flow, function: FunctionRef) -> Often {
        let Some(class) = flow.function(function).class else { return Often::UNKNOWN };
        if flow.function(function).is_static {
            return self.of(flow, FunctionRef { file: function.file, id: flow.function(function).parent });
        }
        let class = &flow.file(function.file).graph.classes[class.index()];
        match class.constructor {
            Some(id) => self.of(flow, FunctionRef { file: function.file, id }),
            None => Often::UNKNOWN,
        }
    }

    fn caller(&self, flow: &Flow, caller: Caller) -> Often {
        let at = self.at(flow, caller.at);
        let because = Some(caller);
        match caller.runs {
            Runs::Called | Runs::Later => Often { because: at.because.or(because), ..at },
            // Once for each element.
            Runs::Sync => Often { low: at.low, high: times(at.high, Level::Data), because: at.because.or(because) },
            Runs::Each(_) if at.high == Level::Never => at,
            Runs::Each(_) => Often { low: Level::Many, high: Level::Many, because },
            Runs::Perhaps => Often { low: Level::Never, high: Level::Many, because },
        }
    }
}

fn times(outer: Level, inner: Level) -> Level {
    if outer == Level::Never { Level::Never } else { outer.max(inner) }
}

/// How often an instruction runs in one activation of its function.
fn loops(flow: &Flow, node: Node) -> Level {
    let Some((file, value)) = flow.at(node) else { return Level::Once };
    let graph = &flow.file(file).graph;
    let mut at = graph.blocks[graph.block_of(value).index()].inside;
    let mut found = Level::Once;
    while let Some(inside) = at {
        let around = &graph.loops[inside.index()];
        let level = match around.kind {
            LoopKind::Forever | LoopKind::AwaitOf => Level::Many,
            LoopKind::Of | LoopKind::In | LoopKind::While => Level::Data,
        };
        found = found.max(level);
        at = around.parent;
    }
    found
}
