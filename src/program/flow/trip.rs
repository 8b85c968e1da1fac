//! Where a value may go: through variables, fields, collections, calls and files.
//!
//! The answer follows the edges of the graph and those that the worklist found. Calls and returns are matched: what went into
//! a function as an argument of one call comes back to that call only.

use rustc_hash::{FxHashMap, FxHashSet};

use super::adjacency::Use;
use super::{Flow, FunctionRef, Node, Sink};

/// Steps of one question. What needs more is not in sight: it escapes. Answers come after a few steps or never.
const FUEL: usize = 1_000;

/// Calls inside of calls that are told apart.
const DEEPEST: u32 = 4;

/// A call that gets the value as an argument, of which nothing is known that it does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handed {
    pub call: Node,
    pub argument: Node,
    /// A row describes the call and says nothing of this argument.
    pub known: bool,
}

/// Everywhere that a value may be.
#[derive(Debug, Default)]
pub struct Trip {
    /// Each node once, the start first.
    pub nodes: Vec<Node>,
    pub handed: Vec<Handed>,
    /// Functions of the program that give it back to callers out of sight, or to nobody.
    pub given_back: Vec<FunctionRef>,
    /// It is exported, or written where the world can reach it.
    pub escapes: bool,
    /// The fuel was spent before the end.
    pub spent: bool,
}

impl Trip {
    /// Nobody out of sight can have it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.handed.is_empty() && !self.escapes && !self.spent
    }

    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        self.nodes.contains(&node)
    }
}

/// The calls through which a value came in: a stack, outermost first, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Context(u32);

/// Stacks of calls: each is a call on top of another.
struct Contexts {
    all: Vec<(Option<(Node, Context)>, u32)>,
    known: FxHashMap<(Node, Context), Context>,
}

impl Contexts {
    /// Nobody knows through which calls.
    const OPEN: Context = Context(0);

    fn new() -> Self {
        Self { all: vec![(None, 0)], known: FxHashMap::default() }
    }

    fn enter(&mut self, call: Node, context: Context) -> Context {
        let depth = self.all[context.0 as usize].1 + 1;
        // Deeper calls come back to wherever they can.
        let below = if depth > DEEPEST { Self::OPEN } else { context };
        let next = Context(u32::try_from(self.all.len()).unwrap_or(0));
        let depth = self.all[below.0 as usize].1 + 1;
        *self.known.entry((call, below)).or_insert_with(|| {
            self.all.push((Some((call, below)), depth));
            next
        })
    }

    /// Whether a function may give back to `call`, and where that is.
    fn out_of(&self, context: Context, call: Node) -> Option<Context> {
        match self.all[context.0 as usize].0 {
            None => Some(Self::OPEN),
            Some((entered, below)) => (entered == call).then_some(below),
        }
    }
}

/// A question that is being answered.
struct Walk<'f> {
    flow: &'f Flow,
    trip: Trip,
    contexts: Contexts,
    seen: FxHashSet<(Node, Context)>,
    work: Vec<(Node, Context)>,
    known: FxHashSet<Node>,
}

impl Flow {
    /// Everywhere that the value of a node may be.
    #[must_use]
    pub fn trip(&self, start: Node) -> Trip {
        let mut walk = Walk {
            flow: self,
            trip: Trip::default(),
            contexts: Contexts::new(),
            seen: FxHashSet::default(),
            work: Vec::new(),
            known: FxHashSet::default(),
        };
        walk.add(start, Contexts::OPEN);
        let mut steps = 0;
        while let Some((node, context)) = walk.work.pop() {
            walk.step(node, context);
            steps += 1;
            if steps >= FUEL {
                walk.trip.spent = true;
                break;
            }
        }
        walk.trip
    }
}

impl Walk<'_> {
    fn add(&mut self, node: Node, context: Context) {
        if self.seen.insert((node, context)) {
            self.work.push((node, context));
            if self.known.insert(node) {
                self.trip.nodes.push(node);
            }
        }
    }

    fn step(&mut self, node: Node, context: Context) {
        for (used, file) in self.flow.uses(node) {
            match used {
                Use::CopyTo(to) => self.add(to, context),
                Use::Returned(id) => {
                    let function = FunctionRef { file, id };
                    match self.flow.solved.returns(function) {
                        Some(given) => self.add(given, context),
                        None => self.trip.given_back.push(function),
                    }
                }
                _ => {}
            }
        }
        for sink in self.flow.solved.sinks(node) {
            match *sink {
                // What lies in a field or a collection is there for all.
                Sink::Copy(to) => self.add(to, Contexts::OPEN),
                Sink::Argument { call, to } => {
                    let inside = self.contexts.enter(call, context);
                    self.add(to, inside);
                }
                Sink::Result { call } => {
                    if let Some(outside) = self.contexts.out_of(context, call) {
                        self.add(call, outside);
                    }
                }
                Sink::Escape => self.trip.escapes = true,
                Sink::Handed { call } | Sink::Passed { call } => {
                    let known = matches!(sink, Sink::Passed { .. });
                    let handed = Handed { call, argument: node, known };
                    if !self.trip.handed.contains(&handed) {
                        self.trip.handed.push(handed);
                    }
                }
                Sink::Callback { .. }
                | Sink::Options { .. }
                | Sink::Construct { .. }
                | Sink::Called { .. }
                | Sink::EntriesTo(_)
                | Sink::EntriesFrom(_)
                | Sink::FieldsTo(_)
                | Sink::FieldsFrom(_) => {}
            }
        }
    }
}
