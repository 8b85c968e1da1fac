//! The graphs of all files as one program: its values, the edges between them, and what flows where.
//!
//! A [`Node`] is an instruction of some file. [`Uses`] says, for each node, who takes it; [`modules`] ties imports to
//! exports; [`solve`] finds by one worklist which functions, classes, objects and library values reach which node, and with
//! that what every call calls.

mod adjacency;
mod call;
mod fallible;
mod fields;
mod given;
mod identity;
mod library;
mod modules;
mod often;
mod solve;
mod solved;
mod things;
mod trip;
mod ways;
mod words;

use rustc_hash::FxHashMap;

use crate::apis::Apis;
use crate::finding::FileId;
use crate::graph::{BlockId, FunctionId, Graph, Name, Op, ValueId};

pub use adjacency::{Use, Uses};
pub use call::{ApiCall, Caller, Runs};
pub use fallible::{Failures, Fallible};
pub use given::Given;
pub use identity::Same;
pub use often::{Frequencies, Level, Often};
pub use solve::{Sink, Solver};
pub use solved::Solved;
pub use things::{Literal, Thing, ThingId, Things};
pub use trip::{Handed, Trip};
pub use ways::{Exit, Missed, Start, Ways};
pub use words::{Word, Words};

/// An instruction of some file, or a place that the solver made: numbered over the whole program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// A function of some file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef {
    pub file: FileId,
    pub id: FunctionId,
}

/// A file of the program: its graph, who uses which value, and where its nodes begin.
pub struct FileFlow {
    pub graph: Graph,
    pub uses: Uses,
    base: u32,
    /// The shared word of each name.
    words: Vec<Word>,
    /// Stretches of instructions of each block, and blocks of each function.
    stretches: Stretches,
    blocks: Vec<Vec<BlockId>>,
}

/// How a file stands to the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Others than the files of the program can reach what it exports.
    pub outer: bool,
}

/// What linking asks of the outside: the file that a specifier means in a file.
pub trait Modules: Sync {
    fn file(&self, from: FileId, specifier: &str) -> Option<FileId>;
}

/// A file that stands alone: no specifier means another.
pub struct Alone;

impl Modules for Alone {
    fn file(&self, _: FileId, _: &str) -> Option<FileId> {
        None
    }
}

/// The linked program.
pub struct Flow {
    pub files: Vec<FileFlow>,
    pub words: Words,
    pub apis: &'static Apis,
    pub solved: Solved,
    /// What an import stands for in other files, and back.
    links: modules::Links,
    /// The number after that of the last instruction.
    end: u32,
}

impl Flow {
    /// Links graphs, which come in the order of their files, as does how they stand to the world.
    #[must_use]
    pub fn link(graphs: Vec<Graph>, standing: &[Standing], modules: &dyn Modules, apis: &'static Apis) -> Self {
        let mut words = Words::default();
        let mut base = 0;
        let mut files = Vec::with_capacity(graphs.len());
        for graph in graphs {
            let mine: Vec<Word> = graph.names.iter().map(|(_, name)| words.intern(name)).collect();
            let uses = Uses::of(&graph, &mine);
            let size = u32::try_from(graph.insts.len()).unwrap_or(u32::MAX);
            let (stretches, blocks) = layout(&graph);
            files.push(FileFlow { graph, uses, base, words: mine, stretches, blocks });
            base += size;
        }
        let links = modules::link(&files, &mut words, modules);
        let mut flow = Self { files, words, apis, solved: Solved::default(), links, end: base };
        flow.solved = Solver::run(&mut flow, standing);
        flow
    }

    #[must_use]
    pub fn file(&self, file: FileId) -> &FileFlow {
        &self.files[file.0 as usize]
    }

    /// The program-wide number of a value.
    #[must_use]
    pub fn node(&self, file: FileId, value: ValueId) -> Node {
        Node(self.file(file).base + u32::try_from(value.index()).unwrap_or(u32::MAX))
    }

    /// File and value of a node; `None` of a place that the solver made.
    #[must_use]
    pub fn at(&self, node: Node) -> Option<(FileId, ValueId)> {
        if node.0 >= self.end {
            return None;
        }
        let file = self.files.partition_point(|file| file.base <= node.0) - 1;
        Some((FileId::at(file), ValueId::at((node.0 - self.files[file].base) as usize)))
    }

    #[must_use]
    pub fn op(&self, node: Node) -> Option<Op> {
        let (file, value) = self.at(node)?;
        Some(self.file(file).graph.op(value))
    }

    /// Who uses a value, in its file and in others.
    pub fn uses(&self, node: Node) -> impl Iterator<Item = (Use<Node>, FileId)> + '_ {
        let at = self.at(node);
        let own = at.into_iter().flat_map(move |(file, value)| {
            self.file(file).uses.of_value(value).iter().map(move |used| (used.map(|v| self.node(file, v)), file))
        });
        let file = at.map_or(FileId(0), |(file, _)| file);
        own.chain(self.links.of(node).iter().map(move |used| (*used, file)))
    }

    /// The function in which a node stands.
    #[must_use]
    pub fn function_of(&self, node: Node) -> Option<FunctionRef> {
        let (file, value) = self.at(node)?;
        Some(FunctionRef { file, id: self.file(file).graph.function_of(value) })
    }

    #[must_use]
    pub fn function(&self, function: FunctionRef) -> &crate::graph::Function {
        &self.file(function.file).graph.functions[function.id.index()]
    }

    /// Arguments of a call.
    pub fn args(&self, call: Node) -> impl Iterator<Item = Option<Node>> + '_ {
        let at = self.at(call);
        at.into_iter().flat_map(move |(file, value)| {
            self.file(file).graph.args(value).iter().map(move |arg| arg.map(|arg| self.node(file, arg)))
        })
    }

    pub fn params(&self, function: FunctionRef) -> impl Iterator<Item = Option<Node>> + '_ {
        let params = self.file(function.file).graph.params(function.id);
        params.iter().map(move |param| param.map(|param| self.node(function.file, param)))
    }
}

/// Instructions that follow one another: the first, and the one behind the last; by block.
type Stretches = Vec<Vec<(u32, u32)>>;

/// Stretches of instructions by block, blocks by function.
fn layout(graph: &Graph) -> (Stretches, Vec<Vec<BlockId>>) {
    let mut stretches = vec![Vec::new(); graph.blocks.len()];
    let ends = graph.runs.iter().skip(1).map(|(first, _)| first.index()).chain([graph.insts.len()]);
    let small = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    for ((first, block), end) in graph.runs.iter().zip(ends) {
        stretches[block.index()].push((small(first.index()), small(end)));
    }
    let mut blocks = vec![Vec::new(); graph.functions.len()];
    for (index, block) in graph.blocks.iter().enumerate() {
        blocks[block.function.index()].push(BlockId::at(index));
    }
    (stretches, blocks)
}

impl FileFlow {
    /// Instructions of a block, in their order.
    pub fn block(&self, block: BlockId) -> impl Iterator<Item = ValueId> + '_ {
        let stretches = &self.stretches[block.index()];
        stretches.iter().flat_map(|(first, end)| *first..*end).map(|index| ValueId::at(index as usize))
    }

    /// Instructions of the body of a function, those of functions inside of it left out.
    pub fn body(&self, function: FunctionId) -> impl Iterator<Item = (ValueId, Op)> + '_ {
        let blocks = &self.blocks[function.index()];
        blocks.iter().flat_map(|block| self.block(*block)).map(|value| (value, self.graph.op(value)))
    }

    #[must_use]
    pub fn word(&self, name: Name) -> Word {
        self.words[name.index()]
    }

    #[must_use]
    pub fn key(&self, key: crate::graph::Key) -> Word {
        words::of_key(key, &self.words)
    }
}

#[cfg(test)]
pub mod tests;

/// Files by the modules that they import, for those who link.
type ByModule = FxHashMap<(FileId, Name), Option<FileId>>;
