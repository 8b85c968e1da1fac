//! On which ways through a function something is done: questions to oxc's control-flow graph, error edges included.

use std::collections::VecDeque;

use oxc_ast::AstKind;
use oxc_ast::ast::{Expression, UnaryOperator};
use oxc_cfg::graph::visit::EdgeRef;
use oxc_cfg::{BlockNodeId, ControlFlowGraph, EdgeType, ErrorEdgeKind, InstructionKind};
use oxc_semantic::{AstNodes, NodeId, Semantic};
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};

use super::FunctionId;
use super::reader::Reader;
use crate::finding::Span;

/// Is one of the nodes `done` passed on every way out of `function`?
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    pub function: NodeId,
    /// Ways begin behind this node instead of at the entry of the function.
    pub from: Option<NodeId>,
    /// Nodes that do it, in the function itself (not in functions inside it).
    pub done: &'q [NodeId],
    /// A `throw` that nothing catches is a way out as well.
    pub throws: bool,
    /// Nodes whose failure, when nothing catches it, is a way out as well: the awaits of an async function.
    pub failing: &'q [NodeId],
    /// Any call may go to a `catch`, not only an `await`.
    pub risks: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// There is no graph for this file.
    Unknown,
    Always,
    Misses(Way),
}

/// A way out that passes none of the nodes asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    pub exit: Exit,
    /// The `return`, the `throw`, the node that fails, or the function when its end is reached.
    pub at: NodeId,
    /// The test after which the way can no longer be saved.
    pub test: Option<NodeId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Return,
    Throw,
    Fails,
    End,
}

/// Follows all ways from the entry of a function; the first miss in the order of [`Exit`] and of the text is told.
///
/// A `finally` block that holds one of the nodes counts as doing it, whatever its own branches are.
#[must_use]
pub fn every_way_out(semantic: &Semantic<'_>, question: &Question<'_>) -> Answer {
    let Some(graph) = semantic.cfg() else { return Answer::Unknown };
    let nodes = semantic.nodes();
    let search = Search { nodes, graph, question, marks: Marks::new(nodes, question) };
    let (from, exits) = search.explore();
    let first = exits.into_iter().min_by_key(|(_, exit, at)| (*exit, nodes.kind(*at).span().start));
    match first {
        None => Answer::Always,
        Some((block, exit, at)) => Answer::Misses(Way { exit, at, test: search.decision(&from, block) }),
    }
}

/// Whether `node` is reached, on some way from the entry of the function, before one of the nodes `done` is passed.
#[must_use]
pub fn is_reached_undone(semantic: &Semantic<'_>, question: &Question<'_>, node: NodeId) -> bool {
    let Some(graph) = semantic.cfg() else { return false };
    let nodes = semantic.nodes();
    let search = Search { nodes, graph, question, marks: Marks::new(nodes, question) };
    let block = block_of(nodes, node);
    let begins = block == nodes.cfg_id(question.function);
    let undone = search.marks.done.get(&block).is_none_or(|end| *end > nodes.kind(node).span().start);
    undone && (begins || search.explore().0.contains_key(&block))
}

/// The nodes of a function, its inner functions included: they are numbered one after the other.
pub fn nodes_within(nodes: &AstNodes<'_>, function: NodeId) -> impl Iterator<Item = NodeId> + use<> {
    part_of(nodes, function).map(NodeId::from_usize)
}

/// The numbers of the nodes inside `node`.
pub(super) fn part_of(nodes: &AstNodes<'_>, node: NodeId) -> std::ops::Range<usize> {
    node.index() + 1..end_of(nodes, node)
}

/// The number of the first node behind `node` that is not part of it. Nodes are numbered in the order of the text, so the
/// search may leap.
fn end_of(nodes: &AstNodes<'_>, node: NodeId) -> usize {
    let end = nodes.kind(node).span().end;
    let inside = |index: usize| nodes.kind(NodeId::from_usize(index)).span().start < end;
    let (mut low, mut step) = (node.index(), 8);
    while low + step < nodes.len() && inside(low + step) {
        low += step;
        step *= 2;
    }
    let mut high = nodes.len().min(low + step);
    low += 1;
    while low < high {
        let middle = low.midpoint(high);
        if inside(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl Reader<'_, '_> {
    /// The first way out of `function`, from behind `from` on, that passes none of `done`: where, and what kind of way.
    #[must_use]
    pub fn missed_way(&self, from: NodeId, function: FunctionId, done: &[NodeId]) -> Option<(Span, Exit)> {
        self.missed_way_where((from, function), done, true)
    }

    /// The same; without `risks`, only an `await` may go to a `catch`.
    #[must_use]
    pub fn missed_way_where(
        &self,
        (from, function): (NodeId, FunctionId),
        done: &[NodeId],
        risks: bool,
    ) -> Option<(Span, Exit)> {
        let node = self.function_nodes[function.0 as usize];
        let failing: Vec<NodeId> = nodes_within(self.nodes, node)
            .filter(|id| matches!(self.nodes.kind(*id), AstKind::AwaitExpression(_)) && self.owner_of(*id) == function)
            .collect();
        let question = Question { function: node, from: Some(from), done, throws: true, failing: &failing, risks };
        let Answer::Misses(way) = every_way_out(self.semantic, &question) else { return None };
        let at = way.test.filter(|_| way.exit == Exit::End).unwrap_or(way.at);
        Some((if at == node { self.head_of_function(node) } else { self.span_of(at) }, way.exit))
    }
}

/// What happens in each block, by the offset at which it is complete.
struct Marks {
    done: FxHashMap<BlockNodeId, u32>,
    /// Calls and awaits: what may go to a `catch`.
    risky: FxHashMap<BlockNodeId, (u32, NodeId)>,
    failing: FxHashMap<BlockNodeId, (u32, NodeId)>,
}

impl Marks {
    fn new(nodes: &AstNodes<'_>, question: &Question<'_>) -> Self {
        let mut marks = Self { done: FxHashMap::default(), risky: FxHashMap::default(), failing: FxHashMap::default() };
        // In the block where the ways begin, what comes before does not count.
        let start = question.from.map(|n| (block_of(nodes, n), nodes.kind(n).span().end));
        let is_before =
            |node: NodeId| start.is_some_and(|(b, at)| block_of(nodes, node) == b && nodes.kind(node).span().end <= at);
        for node in question.done.iter().filter(|n| !is_before(**n)) {
            let end = nodes.kind(*node).span().end;
            marks.done.entry(block_of(nodes, *node)).and_modify(|e| *e = end.min(*e)).or_insert(end);
        }
        for node in question.failing.iter().filter(|n| !is_before(**n)) {
            let end = nodes.kind(*node).span().end;
            let first = marks.failing.entry(block_of(nodes, *node)).or_insert((end, *node));
            *first = (*first).min((end, *node));
        }
        for node in nodes_within(nodes, question.function) {
            let risky = match nodes.kind(node) {
                AstKind::AwaitExpression(_) => true,
                AstKind::CallExpression(_) | AstKind::NewExpression(_) => question.risks,
                _ => false,
            };
            if risky && !question.done.contains(&node) && !is_before(node) {
                let end = nodes.kind(node).span().end;
                let first = marks.risky.entry(nodes.cfg_id(node)).or_insert((end, node));
                *first = (*first).min((end, node));
            }
        }
        marks
    }
}

/// A function's own block is the one inside it, so a function value is looked for where its parent stands.
fn block_of(nodes: &AstNodes<'_>, node: NodeId) -> BlockNodeId {
    match nodes.kind(node) {
        AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => nodes.cfg_id(nodes.parent_id(node)),
        _ => nodes.cfg_id(node),
    }
}

struct Search<'q, 'a> {
    nodes: &'q AstNodes<'a>,
    graph: &'q ControlFlowGraph,
    question: &'q Question<'q>,
    marks: Marks,
}

type Exits = Vec<(BlockNodeId, Exit, NodeId)>;

impl Search<'_, '_> {
    /// All blocks that are reached before it is done, with their predecessors, and the exits found.
    fn explore(&self) -> (FxHashMap<BlockNodeId, BlockNodeId>, Exits) {
        let entry =
            self.question.from.map_or_else(|| self.nodes.cfg_id(self.question.function), |n| block_of(self.nodes, n));
        let mut from = FxHashMap::default();
        let mut seen = FxHashSet::from_iter([entry]);
        let mut exits = Vec::new();
        let mut queue = VecDeque::from([entry]);
        while let Some(block) = queue.pop_front() {
            for next in self.leave(block, &mut exits) {
                if seen.insert(next) {
                    from.insert(next, block);
                    queue.push_back(next);
                }
            }
        }
        (from, exits)
    }

    /// Where a way that enters `block` undone can go on undone.
    fn leave(&self, block: BlockNodeId, exits: &mut Exits) -> Vec<BlockNodeId> {
        let done = self.marks.done.get(&block).copied();
        let before_done = |end: u32| done.is_none_or(|d| end < d);
        let last = self.graph.basic_block(block).instructions().last();
        let kind = last.map(|i| i.kind);
        let node = last.and_then(|i| i.node_id);

        let mut next = Vec::new();
        let caught = self.targets(block, |e| matches!(e, EdgeType::Error(ErrorEdgeKind::Explicit)));
        let thrown = node.filter(|_| kind == Some(InstructionKind::Throw) && done.is_none());
        let risky = self.marks.risky.get(&block).filter(|(end, _)| before_done(*end)).map(|(_, at)| *at);
        // On its way to a `catch` it passes the `finally`.
        if thrown.or(risky).is_some_and(|at| !self.is_finally_done(at)) {
            next.extend(&caught);
        }
        if caught.is_empty()
            && let Some((end, at)) = self.marks.failing.get(&block)
            && before_done(*end)
            && !self.is_finally_done(*at)
        {
            exits.push((block, Exit::Fails, *at));
        }
        if done.is_some() {
            return next;
        }
        match (kind, node) {
            (Some(InstructionKind::Return(_)), Some(at)) => {
                if !self.is_finally_done(at) {
                    exits.push((block, Exit::Return, at));
                }
            }
            (Some(InstructionKind::Throw), Some(at)) => {
                if self.question.throws && caught.is_empty() && !self.is_finally_done(at) {
                    exits.push((block, Exit::Throw, at));
                }
            }
            (Some(InstructionKind::ImplicitReturn), _) => exits.push((block, Exit::End, self.question.function)),
            (Some(InstructionKind::Break(_) | InstructionKind::Continue(_)), Some(at)) if self.is_finally_done(at) => {}
            _ => next.extend(self.onward(block)),
        }
        next
    }

    /// The blocks that follow in the normal course of things.
    fn onward(&self, block: BlockNodeId) -> Vec<BlockNodeId> {
        let endless = self.is_endless(block);
        let next = self.targets(block, |e| match e {
            EdgeType::Normal => !endless,
            EdgeType::Jump | EdgeType::Backedge | EdgeType::Join => true,
            _ => false,
        });
        if !next.is_empty() || endless {
            return next;
        }
        // Every block inside `try` has an edge to `finally`, but only the last one takes it when nothing fails.
        self.targets(block, |e| matches!(e, EdgeType::Finalize))
    }

    fn targets(&self, block: BlockNodeId, wanted: impl Fn(&EdgeType) -> bool) -> Vec<BlockNodeId> {
        self.graph.graph().edges(block).filter(|e| wanted(e.weight())).map(|e| e.target()).collect()
    }

    /// `while (true)`, `for (;;)`, `do .. while (1)`: the edge that leaves the loop is never taken.
    fn is_endless(&self, block: BlockNodeId) -> bool {
        let branches =
            self.graph.graph().edges(block).any(|e| matches!(e.weight(), EdgeType::Jump | EdgeType::Backedge));
        if !branches {
            return false;
        }
        let instructions = self.graph.basic_block(block).instructions();
        let condition = instructions.iter().find(|i| i.kind == InstructionKind::Condition);
        if let Some(node) = condition.and_then(|i| i.node_id) {
            return self.is_true(node);
        }
        // `for (;;)` has an empty block in the place of its test.
        instructions.is_empty()
            && self
                .graph
                .graph()
                .edges_directed(block, oxc_cfg::graph::Direction::Incoming)
                .any(|e| matches!(e.weight(), EdgeType::Backedge))
    }

    fn is_true(&self, node: NodeId) -> bool {
        match self.nodes.kind(node) {
            AstKind::BooleanLiteral(b) => b.value,
            AstKind::NumericLiteral(n) => n.value != 0.0,
            AstKind::UnaryExpression(e) => {
                e.operator == UnaryOperator::LogicalNot
                    && matches!(&e.argument, Expression::NumericLiteral(n) if n.value == 0.0)
            }
            _ => false,
        }
    }

    /// Leaving at `node` runs a `finally` that does it.
    fn is_finally_done(&self, node: NodeId) -> bool {
        let at = self.nodes.kind(node).span();
        for ancestor in self.nodes.ancestor_ids(node) {
            if ancestor == self.question.function {
                return false;
            }
            if let AstKind::TryStatement(t) = self.nodes.kind(ancestor)
                && let Some(finalizer) = &t.finalizer
                && !finalizer.span.contains_inclusive(at)
                && self.question.done.iter().any(|d| finalizer.span.contains_inclusive(self.nodes.kind(*d).span()))
            {
                return true;
            }
        }
        false
    }

    /// The last test on the way to `exit` from which another branch still does it.
    fn decision(&self, from: &FxHashMap<BlockNodeId, BlockNodeId>, exit: BlockNodeId) -> Option<NodeId> {
        let saved = self.can_still_do();
        let mut at = exit;
        let mut lost = false;
        for _ in 0..=from.len() {
            lost |= saved.contains(&at);
            if lost
                && let Some(node) = self
                    .graph
                    .basic_block(at)
                    .instructions()
                    .iter()
                    .find(|i| i.kind == InstructionKind::Condition)
                    .and_then(|i| i.node_id)
            {
                return Some(self.whole_test(node));
            }
            at = *from.get(&at)?;
        }
        None
    }

    /// Blocks from which a block that does it can be reached.
    fn can_still_do(&self) -> FxHashSet<BlockNodeId> {
        let mut work: Vec<BlockNodeId> = self.marks.done.keys().copied().collect();
        let mut seen: FxHashSet<BlockNodeId> = work.iter().copied().collect();
        while let Some(block) = work.pop() {
            for edge in self.graph.graph().edges_directed(block, oxc_cfg::graph::Direction::Incoming) {
                let follows =
                    matches!(edge.weight(), EdgeType::Normal | EdgeType::Jump | EdgeType::Backedge | EdgeType::Join);
                if follows && seen.insert(edge.source()) {
                    work.push(edge.source());
                }
            }
        }
        seen
    }

    /// The graph knows the first operand of `a && b`; the reader of a message wants the whole.
    fn whole_test(&self, node: NodeId) -> NodeId {
        let mut at = node;
        for ancestor in self.nodes.ancestor_ids(node).take(16) {
            let span = self.nodes.kind(ancestor).span();
            if self.question.done.iter().any(|d| span.contains_inclusive(self.nodes.kind(*d).span())) {
                break;
            }
            match self.nodes.kind(ancestor) {
                AstKind::LogicalExpression(_)
                | AstKind::UnaryExpression(_)
                | AstKind::BinaryExpression(_)
                | AstKind::ParenthesizedExpression(_) => at = ancestor,
                _ => break,
            }
        }
        at
    }
}

#[cfg(test)]
mod tests;
