//! Fills a graph in the order of the text: instructions into the block at hand, blocks into functions.

use super::{Block, BlockId, Exit, FunctionId, Graph, Inst, List, LoopId, Op, Target, Term, ValueId};

/// A graph that is being made, and the place in it where the next instruction goes.
#[derive(Debug)]
pub struct Builder {
    pub graph: Graph,
    /// The function whose body is being made.
    pub function: FunctionId,
    block: BlockId,
    /// The block at hand has been left: what follows is reached from nowhere.
    dead: bool,
    /// Where it goes on when something throws.
    pub handler: Target,
    /// The innermost loop.
    pub inside: Option<LoopId>,
    /// Values of lists that are not finished.
    pending: Vec<Option<ValueId>>,
    /// Added to every position: where the block of code begins in its file.
    pub offset: u32,
}

/// Where the builder stood before it went into a function.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    function: FunctionId,
    block: BlockId,
    dead: bool,
    handler: Target,
    inside: Option<LoopId>,
}

impl Builder {
    /// Begins with a graph in which nothing is yet.
    #[must_use]
    pub const fn new(graph: Graph) -> Self {
        Self {
            graph,
            function: FunctionId::MODULE,
            block: BlockId::FIRST,
            dead: true,
            handler: Exit::Throw.plain(),
            inside: None,
            pending: Vec::new(),
            offset: 0,
        }
    }

    /// Adds an instruction that begins at byte `at` of the block of code.
    pub fn push(&mut self, op: Op, at: u32) -> ValueId {
        let value = ValueId::at(self.graph.insts.len());
        self.graph.insts.push(Inst { op, at: at + self.offset });
        value
    }

    /// Opens a list: give the mark back to [`Self::args`] or [`Self::params`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.pending.len()
    }

    /// Adds to the list that was opened last.
    pub fn item(&mut self, value: Option<ValueId>) {
        self.pending.push(value);
    }

    /// Closes the list of arguments that was opened at `mark`, right before its call is added.
    pub fn args(&mut self, mark: usize) -> List {
        close(&mut self.pending, mark, &mut self.graph.args)
    }

    /// Closes the list of parameters that was opened at `mark`.
    pub fn params(&mut self, mark: usize) -> List {
        close(&mut self.pending, mark, &mut self.graph.params)
    }

    /// A list of ways for the end of a `finally`.
    pub fn targets(&mut self, targets: &[Target]) -> List {
        let start = self.graph.targets.len();
        self.graph.targets.extend_from_slice(targets);
        list(start, self.graph.targets.len())
    }

    /// A new block of the function at hand; nothing leads to it yet.
    pub fn block(&mut self) -> BlockId {
        let block = BlockId::at(self.graph.blocks.len());
        let (function, inside, handler) = (self.function, self.inside, self.handler);
        self.graph.blocks.push(Block { function, inside, term: Term::Dead, handler });
        block
    }

    /// From here on instructions belong to `block`, which has the handler and the loop of this place.
    pub fn start(&mut self, block: BlockId) {
        self.block = block;
        self.dead = false;
        let (inside, handler) = (self.inside, self.handler);
        let made = &mut self.graph.blocks[block.index()];
        (made.inside, made.handler) = (inside, handler);
        self.run();
    }

    fn run(&mut self) {
        let next = ValueId::at(self.graph.insts.len());
        match self.graph.runs.last_mut() {
            Some((first, block)) if *first == next => *block = self.block,
            _ => self.graph.runs.push((next, self.block)),
        }
    }

    /// Whether nothing leads here.
    #[must_use]
    pub const fn is_dead(&self) -> bool {
        self.dead
    }

    /// Goes on in a block of its own where nothing leads here, so that what stands there belongs somewhere.
    pub fn revive(&mut self) {
        if self.dead {
            let lost = self.block();
            self.start(lost);
        }
    }

    /// Ends the block at hand, unless it has been left before.
    pub fn end(&mut self, term: Term) {
        if !self.dead {
            self.graph.blocks[self.block.index()].term = term;
            self.dead = true;
        }
    }

    pub fn goto(&mut self, block: BlockId) {
        self.end(Term::Goto(Exit::Block(block).plain()));
    }

    pub fn branch(&mut self, cond: Option<ValueId>, yes: BlockId, no: BlockId) {
        self.end(Term::Branch { cond, yes, no });
    }

    /// Goes into the body of `function`: blocks and loops around it do not count there.
    pub fn enter(&mut self, function: FunctionId) -> Outside {
        let outside = Outside {
            function: self.function,
            block: self.block,
            dead: self.dead,
            handler: self.handler,
            inside: self.inside,
        };
        (self.function, self.handler, self.inside) = (function, Exit::Throw.plain(), None);
        let entry = self.block();
        self.start(entry);
        self.graph.functions[function.index()].entry = entry;
        outside
    }

    /// Comes back from the body of a function.
    pub fn leave(&mut self, outside: Outside) {
        let Outside { function, block, dead, handler, inside } = outside;
        (self.function, self.block, self.dead, self.handler, self.inside) = (function, block, dead, handler, inside);
        self.run();
    }
}

fn close(pending: &mut Vec<Option<ValueId>>, mark: usize, into: &mut Vec<Option<ValueId>>) -> List {
    let start = into.len();
    into.extend_from_slice(&pending[mark..]);
    pending.truncate(mark);
    list(start, into.len())
}

fn list(start: usize, end: usize) -> List {
    let small = |n| u32::try_from(n).unwrap_or(u32::MAX);
    List { start: small(start), count: small(end - start) }
}
