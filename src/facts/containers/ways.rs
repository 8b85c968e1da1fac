//! Whether what a function stores in a collection, or settles out of one, it also removes on every way out.

use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use rustc_hash::FxHashMap;

use super::Found;
use crate::facts::flow::{Question, is_reached_undone};
use crate::facts::reader::Reader;
use crate::facts::{Container, ContainerKind, Does, FunctionId, TOP, Ways};

/// Operations of one file that are followed to the ends of their functions: each walks the function anew.
const MOST_QUESTIONS: usize = 60;

impl<'a> Reader<'a, '_> {
    /// Follows each entry that its own function removes again, and each that is settled where others are removed.
    pub(super) fn note_ways(&mut self, list: &mut [Found<'a>]) {
        let mut asked = 0;
        for found in list {
            if !matches!(found.container.kind, ContainerKind::Map | ContainerKind::Dictionary | ContainerKind::Set) {
                continue;
            }
            let removals = removals_by_key(&found.container, &found.nodes);
            for index in 0..found.container.ops.len() {
                let op = &found.container.ops[index];
                let key = op.key.as_ref().map(|key| (op.function, key.text.clone()));
                let done = key.and_then(|key| removals.get(&key)).map_or(&[][..], Vec::as_slice);
                if op.function == TOP || done.is_empty() || asked >= MOST_QUESTIONS {
                    continue;
                }
                let ways = match op.does {
                    Does::Grow => self.ways_from(found.nodes[index], op.function, done),
                    Does::Settle => self.ways_around(&found.settled, index, (op.function, done)),
                    _ => continue,
                };
                asked += 1;
                found.container.ops[index].ways = ways;
            }
        }
    }

    fn ways_from(&self, stored: NodeId, function: FunctionId, done: &[NodeId]) -> Ways {
        // What is removed before it is stored anew says nothing of what becomes of it then.
        let begin = self.span_of(stored).start;
        if done.iter().all(|removal| self.span_of(*removal).start < begin) {
            return Ways::Unknown;
        }
        let Some((way, _)) = self.missed_way(stored, function, done) else { return Ways::All };
        // What is removed when it went wrong is meant to stay when it went well.
        if done.iter().all(|removal| self.is_in_catch(*removal)) {
            return Ways::Unknown;
        }
        // Behind a test, it may be meant for some entries only.
        let certain = done.iter().any(|removal| self.follows(*removal, stored));
        if certain { Ways::AllBut(way) } else { Ways::Unknown }
    }

    /// Whether nothing but `try` stands between the statements of one node and of another before it.
    fn follows(&self, node: NodeId, first: NodeId) -> bool {
        let mut block = self.block_around(node);
        while !self.is_within(first, block) {
            let parent = self.nodes.parent_id(block);
            if !matches!(self.nodes.kind(parent), AstKind::TryStatement(_)) {
                return false;
            }
            block = self.block_around(parent);
        }
        true
    }

    /// Each call that settles the entry: is it removed before or after?
    fn ways_around(
        &self,
        settled: &[(usize, NodeId)],
        index: usize,
        (function, done): (FunctionId, &[NodeId]),
    ) -> Ways {
        let node = self.function_nodes[function.0 as usize];
        let question = Question { function: node, from: None, done, throws: false, failing: &[], risks: true };
        for call in settled.iter().filter(|(of, _)| *of == index).map(|(_, call)| *call) {
            if self.owner_of(call) != function {
                return Ways::Unknown;
            }
            if is_reached_undone(self.semantic, &question, call) && self.missed_way(call, function, done).is_some() {
                return Ways::AllBut(self.span_of(call));
            }
        }
        Ways::All
    }

    fn is_in_catch(&self, node: NodeId) -> bool {
        let function = self.owner_of(node);
        self.nodes
            .ancestor_ids(node)
            .take_while(|id| self.owner_of(*id) == function)
            .any(|id| matches!(self.nodes.kind(id), AstKind::CatchClause(_)))
    }

    /// The block or function body that a node's statement stands in.
    fn block_around(&self, node: NodeId) -> NodeId {
        self.nodes.parent_id(self.statement_of(node))
    }
}

/// The removals of each function by the key that is removed.
fn removals_by_key(container: &Container, nodes: &[NodeId]) -> FxHashMap<(FunctionId, String), Vec<NodeId>> {
    let mut found: FxHashMap<(FunctionId, String), Vec<NodeId>> = FxHashMap::default();
    for (op, node) in container.ops.iter().zip(nodes).filter(|(op, _)| op.does == Does::Shrink) {
        if let Some(key) = &op.key {
            found.entry((op.function, key.text.clone())).or_default().push(*node);
        }
    }
    found
}
