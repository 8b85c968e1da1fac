//! Whether something is done on every way out of a function: returns, exceptions, the end.

use rustc_hash::FxHashSet;

use super::fallible::{Failures, Fallible};
use super::{FileFlow, Flow, FunctionRef, Node, Thing};
use crate::finding::FileId;
use crate::graph::{self, BlockId, CallKind, Constant, Op, Operator, Target, Term, ValueId};

/// How a function is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    Return,
    Throw,
    /// Something that it waits for, or calls inside of a `try`, fails.
    Fails,
    /// Its end is reached.
    End,
}

/// A way out on which it is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missed {
    /// How sure it is that this way is taken; the best comes first.
    pub fallible: Fallible,
    pub exit: Exit,
    /// The instruction that leaves: a `return`, `throw`, `await` or call; the last one before the end.
    pub at: Node,
}

/// Where the ways begin.
#[derive(Debug, Clone, Copy)]
pub enum Start {
    /// At the first instruction of a function.
    Entry(FunctionRef),
    /// Behind an instruction.
    Behind(Node),
}

/// What is asked of each way.
pub struct Ways<'q> {
    pub flow: &'q Flow,
    pub failures: &'q Failures,
    /// Instructions with which it is done.
    pub done: &'q FxHashSet<Node>,
    /// Values that hold the handle: giving one back does it, and a test of one is known to succeed.
    pub names: &'q FxHashSet<Node>,
    /// The function may be called when the way begins: a call that throws leads out as an exception, not only to a `catch`.
    pub calls_throw: bool,
}

/// Where a way stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    block: BlockId,
    /// The first instruction that counts.
    from: u32,
    /// By which way each `finally` on the way will be left, two bytes each, innermost lowest.
    pending: u64,
    /// Under way because a plain call failed: of interest only where a `catch` takes it.
    soft: bool,
    /// The least sure of the failures that led here.
    fallible: Fallible,
}

/// A step out of a block.
#[derive(Clone, Copy)]
struct Step {
    target: Target,
    exit: Exit,
    at: ValueId,
    fallible: Fallible,
    soft: bool,
    /// It ends a `finally`: the tag by which that was entered is used up.
    resumes: bool,
}

struct Walk<'w, 'q> {
    ways: &'w Ways<'q>,
    file: &'w FileFlow,
    id: FileId,
    seen: FxHashSet<State>,
    work: Vec<State>,
    missed: Vec<Missed>,
}

impl Ways<'_> {
    /// Ways out on which it is not done, surest first; none: it is done on every way.
    #[must_use]
    pub fn missed(&self, start: Start) -> Vec<Missed> {
        let Some((id, block, from)) = self.begin(start) else { return Vec::new() };
        let file = self.flow.file(id);
        let mut walk = Walk { ways: self, file, id, seen: FxHashSet::default(), work: Vec::new(), missed: Vec::new() };
        walk.work.push(State { block, from, pending: 0, soft: false, fallible: Fallible::Shown });
        while let Some(state) = walk.work.pop() {
            if walk.seen.insert(state) {
                walk.step(state);
            }
        }
        walk.missed.sort_unstable_by(|a, b| (b.fallible, a.exit, a.at).cmp(&(a.fallible, b.exit, b.at)));
        walk.missed.dedup();
        walk.missed
    }

    fn begin(&self, start: Start) -> Option<(FileId, BlockId, u32)> {
        match start {
            Start::Entry(function) => Some((function.file, self.flow.function(function).entry, 0)),
            Start::Behind(node) => {
                let (file, value) = self.flow.at(node)?;
                let next = u32::try_from(value.index()).ok()? + 1;
                Some((file, self.flow.file(file).graph.block_of(value), next))
            }
        }
    }
}

impl Walk<'_, '_> {
    fn node(&self, value: ValueId) -> Node {
        self.ways.flow.node(self.id, value)
    }

    fn step(&mut self, state: State) {
        let block = self.file.graph.blocks[state.block.index()];
        let mut steps = Vec::new();
        let mut last = None;
        for value in self.file.block(state.block).collect::<Vec<_>>() {
            if value.index() < state.from as usize {
                continue;
            }
            last = Some(value);
            if self.ways.done.contains(&self.node(value)) {
                return self.go_on(state, &steps);
            }
            match self.file.graph.op(value) {
                // Who gets it has to see to it.
                Op::Return { value: Some(given) } if self.ways.names.contains(&self.node(given)) => {
                    return self.go_on(state, &steps);
                }
                Op::Await { value: awaited } => steps.extend(self.fails(value, awaited, block.handler)),
                Op::Call { how, .. } => steps.extend(self.call_fails(value, how, block.handler)),
                _ => {}
            }
        }
        self.leave(state, (block.term, last), &mut steps);
        self.go_on(state, &steps);
    }

    fn fails(&self, at: ValueId, awaited: Option<ValueId>, target: Target) -> Option<Step> {
        let awaited = self.node(awaited?);
        let fallible = self.ways.failures.awaited(self.ways.flow, awaited);
        (fallible > Fallible::No).then_some(Step {
            target,
            exit: Exit::Fails,
            at,
            fallible,
            soft: false,
            resumes: false,
        })
    }

    /// A plain call leads to a `catch` only: else each call would be a way out.
    fn call_fails(&self, at: ValueId, how: CallKind, target: Target) -> Option<Step> {
        let caught = target.to != graph::Exit::Throw;
        if (!caught && !self.ways.calls_throw) || how == CallKind::Jsx {
            return None;
        }
        let flow = self.ways.flow;
        let call = self.node(at);
        let (targets, apis) = (flow.solved.targets(call), flow.solved.apis(call));
        let inert = apis.iter().all(|api| flow.apis.row(api.row).inert);
        let known = !flow.solved.is_open(call) && inert && !(targets.is_empty() && apis.is_empty());
        let shown = targets.iter().any(|target| self.ways.failures.function(flow, *target) == Fallible::Shown);
        if known && !shown {
            return None;
        }
        let fallible = if shown { Fallible::Shown } else { Fallible::Usual };
        Some(Step { target, exit: Exit::Fails, at, fallible, soft: !self.ways.calls_throw, resumes: false })
    }

    fn leave(&self, state: State, (term, last): (Term, Option<ValueId>), steps: &mut Vec<Step>) {
        let at = last.unwrap_or_else(|| self.first_of(state.block));
        let exit = match last.map(|value| self.file.graph.op(value)) {
            Some(Op::Return { .. }) => Exit::Return,
            Some(Op::Throw { .. }) => Exit::Throw,
            _ => Exit::End,
        };
        let plain = |target| Step { target, exit, at, fallible: Fallible::Shown, soft: state.soft, resumes: false };
        match term {
            Term::Dead => {}
            Term::Goto(target) => steps.push(plain(target)),
            Term::Branch { cond, yes, no } => {
                let (may, may_not) = self.test(cond);
                let to = |block| plain(graph::Exit::Block(block).plain());
                steps.extend(may.then(|| to(yes)));
                steps.extend(may_not.then(|| to(no)));
            }
            Term::Resume(ways) => {
                let tag = u16::try_from(state.pending & 0xffff).unwrap_or_default();
                if let Some(target) = self.file.graph.resume(ways, tag) {
                    let exit = if target.to == graph::Exit::Throw { Exit::Fails } else { exit };
                    steps.push(Step { exit, resumes: true, ..plain(target) });
                }
            }
        }
    }

    /// The place of a block without instructions: the next one in the text.
    fn first_of(&self, block: BlockId) -> ValueId {
        let run = self.file.graph.runs.iter().find(|(_, of)| *of == block);
        run.map_or(ValueId::at(0), |(first, _)| ValueId::at(first.index().min(self.file.graph.insts.len() - 1)))
    }

    fn go_on(&mut self, state: State, steps: &[Step]) {
        for step in steps {
            let pending = if step.resumes { state.pending >> 16 } else { state.pending };
            let pending = if step.target.tag > 0 { pending << 16 | u64::from(step.target.tag) } else { pending };
            let fallible = step.fallible.min(state.fallible);
            match step.target.to {
                graph::Exit::Block(block) => {
                    // The `catch` that is reached ends what a plain call began; a `finally` on the way there does not.
                    let soft = step.soft && (step.target.tag > 0 || !self.is_failure(step) && !step.resumes);
                    self.work.push(State { block, from: 0, pending, soft, fallible });
                }
                // No `catch` took the failure of a plain call.
                graph::Exit::Throw if step.soft => {}
                graph::Exit::Return | graph::Exit::Throw => {
                    let exit = if step.target.to == graph::Exit::Throw && step.exit == Exit::End {
                        Exit::Throw
                    } else {
                        step.exit
                    };
                    self.missed.push(Missed { fallible, exit, at: self.node(step.at) });
                }
            }
        }
    }

    fn is_failure(&self, step: &Step) -> bool {
        matches!(self.file.graph.op(step.at), Op::Await { .. } | Op::Call { .. }) && step.exit == Exit::Fails
    }

    /// Which ways of a test may be taken while the handle is open: `if (h)` has but one, and so has a constant.
    fn test(&self, cond: Option<ValueId>) -> (bool, bool) {
        let Some(cond) = cond else { return (true, true) };
        let node = self.node(cond);
        if self.ways.names.contains(&node) {
            return (true, false);
        }
        match self.file.graph.op(cond) {
            Op::Constant { value: Constant::True } => (true, false),
            Op::Constant { value: Constant::False | Constant::Null } => (false, true),
            Op::Operate { operator: operator @ (Operator::Equal | Operator::Unequal), left, right } => {
                let side = |value: Option<ValueId>| value.map(|value| self.node(value));
                let is_name = |side: Option<Node>| side.is_some_and(|side| self.ways.names.contains(&side));
                let (left, right) = (side(left), side(right));
                let against_nothing =
                    (is_name(left) && self.is_nothing(right)) || (is_name(right) && self.is_nothing(left));
                if against_nothing {
                    (operator == Operator::Unequal, operator == Operator::Equal)
                } else {
                    (true, true)
                }
            }
            _ => (true, true),
        }
    }

    fn is_nothing(&self, value: Option<Node>) -> bool {
        let Some(value) = value else { return false };
        self.ways.flow.solved.things(value).any(|thing| match thing {
            Thing::Constant(super::Literal::Null) => true,
            Thing::Global { path } => self.ways.flow.words.text(path) == "undefined",
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests;
