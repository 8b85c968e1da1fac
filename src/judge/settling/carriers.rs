//! What can settle a promise: `resolve` and `reject` wherever they go, and the functions that use them.

use rustc_hash::FxHashSet;

use crate::graph::Op;
use crate::program::flow::{Flow, FunctionRef, Node, Thing};

/// Functions around functions that carry; behind these all is taken to be carried.
const MOST: usize = 64;

/// Nodes that hold something with which the promise can be settled.
pub struct Carriers {
    nodes: FxHashSet<Node>,
    /// Calls of a carrier, hand-overs, stores, returns.
    uses: Vec<Node>,
    /// Somebody out of sight has one.
    open: bool,
}

impl Carriers {
    /// Everything that carries one of these values.
    pub fn of(flow: &Flow, starts: &[Node]) -> Self {
        let mut carriers = Self { nodes: FxHashSet::default(), uses: Vec::new(), open: false };
        let mut functions = FxHashSet::default();
        for start in starts {
            carriers.follow(flow, *start);
        }
        // Who uses a carrier carries it, too.
        loop {
            let users: Vec<FunctionRef> = carriers
                .uses
                .iter()
                .filter_map(|used| flow.function_of(*used))
                .filter(|f| functions.insert(*f))
                .collect();
            if users.is_empty() || functions.len() > MOST {
                break;
            }
            for user in users {
                if let Some(value) = flow.function(user).value {
                    // The executor itself holds them because it is handed them.
                    let value = flow.node(user.file, value);
                    let is_executor = starts.iter().any(|start| flow.function_of(*start) == Some(user));
                    if !is_executor {
                        carriers.follow(flow, value);
                    }
                }
            }
        }
        carriers
    }

    fn follow(&mut self, flow: &Flow, start: Node) {
        let trip = flow.trip(start);
        self.open |= trip.escapes || trip.spent;
        for node in trip.nodes {
            if self.nodes.insert(node) {
                self.uses.extend(uses_of(flow, node));
            }
        }
    }

    /// Nobody ever uses them.
    pub fn is_unused(&self) -> bool {
        self.uses.is_empty() && !self.open
    }

    /// They go where nobody sees what becomes of them.
    pub fn escape_before_use(&self) -> bool {
        self.open && self.uses.is_empty()
    }

    pub fn contains(&self, node: Node) -> bool {
        self.nodes.contains(&node)
    }

    /// The instructions of a function with which the promise is settled, or left to others.
    pub fn used_in(&self, flow: &Flow, function: FunctionRef) -> FxHashSet<Node> {
        self.uses.iter().copied().filter(|used| flow.function_of(*used) == Some(function)).collect()
    }
}

/// Instructions that do more with a value than copy it: calls of it and with it, stores, returns.
fn uses_of(flow: &Flow, node: Node) -> Vec<Node> {
    use crate::program::flow::Use;
    let mut found = Vec::new();
    for (used, file) in flow.uses(node) {
        match used {
            Use::Callee(call) | Use::Argument(call, _) => found.push(call),
            Use::StoredIn(..) | Use::AccessorOf(..) => found.extend(stores(flow, node, file)),
            Use::Returned(_) => found.extend(returns(flow, node, file)),
            _ => {}
        }
    }
    found
}

fn stores(flow: &Flow, node: Node, file: crate::finding::FileId) -> Vec<Node> {
    instructions(flow, node, file, |op, value| matches!(op, Op::Store { value: stored, .. } if stored == value))
}

fn returns(flow: &Flow, node: Node, file: crate::finding::FileId) -> Vec<Node> {
    instructions(flow, node, file, |op, value| matches!(op, Op::Return { value: Some(given) } if given == value))
}

/// Instructions of the functions of a file that take a value in a certain way.
fn instructions(
    flow: &Flow,
    node: Node,
    file: crate::finding::FileId,
    takes: impl Fn(Op, crate::graph::ValueId) -> bool,
) -> Vec<Node> {
    let Some((_, value)) = flow.at(node) else { return Vec::new() };
    let graph = &flow.file(file).graph;
    graph.iter().filter(|(_, op)| takes(*op, value)).map(|(at, _)| flow.node(file, at)).collect()
}

/// The functions that a node holds.
pub fn functions(flow: &Flow, node: Node) -> impl Iterator<Item = FunctionRef> + '_ {
    flow.solved.things(node).filter_map(|thing| match thing {
        Thing::Function(function) => Some(function),
        _ => None,
    })
}
