//! From the syntax tree of a file to its graph, in one visit: the only code of the engine that knows the tree.
//!
//! Names are resolved on the way: declarations are made when a scope is entered, and what a name was bound to before comes
//! back when the scope is left. That costs less than a table of scopes that is made before (0.71 against 1.09 of parse and
//! semantic on 28,683 files).

mod assignments;
mod calls;
mod classes;
mod exits;
mod expressions;
mod functions;
mod hoist;
mod jsx;
mod modules;
mod scopes;
mod statements;
mod types;

use oxc_ast::ast::Program;
use oxc_span::Span;
use rustc_hash::FxHashMap;

use crate::graph::{
    BlockId, Builder, Exit, Function, FunctionId, FunctionKind, Graph, Inst, Key, List, Name, Op, Target, Term, ValueId,
};
use exits::Frame;
use scopes::{Scopes, Space};

/// A worker gives memory back after a file that needed more bytes than this.
const KEPT_ROOM: usize = 4 << 20;

/// Longer strings are neither keys nor names of events.
const LONGEST_TEXT: usize = 48;

/// Lowers a file that consists of these blocks of code; each comes with the byte at which it begins.
///
/// The blocks of a component file share one module scope, as `<script>` and `<script setup>` do.
#[must_use]
pub fn lower(blocks: &[(&Program<'_>, u32)]) -> Graph {
    Lower::new(Room::default()).file(blocks).builder.graph
}

/// Memory that is used again for every file of a worker.
#[derive(Default)]
pub struct Room {
    graph: Graph,
    scopes: Scopes<'static>,
    frames: Vec<Frame>,
}

impl Room {
    /// Lowers a file into this room, as [`lower`] does.
    pub fn lower(&mut self, blocks: &[(&Program<'_>, u32)]) -> &Graph {
        if self.graph.insts.capacity() * size_of::<Inst>() > KEPT_ROOM {
            self.graph = Graph::default();
        }
        let done = Lower::new(std::mem::take(self)).file(blocks);
        self.graph = done.builder.graph;
        if done.scopes.capacity() < KEPT_ROOM {
            self.scopes = done.scopes.emptied();
        }
        self.frames = done.frames;
        &self.graph
    }
}

/// A name where it is used, and the value that it was found to stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    pub at: u32,
    pub value: ValueId,
}

/// The same, and what each mention of a name was found to stand for: what a second witness compares.
#[must_use]
pub fn lower_with_mentions(blocks: &[(&Program<'_>, u32)]) -> (Graph, Vec<Mention>) {
    let mut lower = Lower::new(Room::default());
    lower.mentions = Some(Vec::new());
    let done = lower.file(blocks);
    (done.builder.graph, done.mentions.unwrap_or_default())
}

/// The visit: where it stands, and what it has made.
struct Lower<'a> {
    builder: Builder,
    scopes: Scopes<'a>,
    /// The text of the block of code at hand.
    source: &'a str,
    /// Loops, labels and `try` statements around this place, functions further out included.
    frames: Vec<Frame>,
    /// The first frame of the function at hand.
    base: usize,
    receiver: Receiver,
    /// Whether functions in blocks stay there.
    strict: bool,
    /// The function declaration that comes next in the scope at hand: its closure was made when the scope was entered.
    hoisted: FunctionId,
    /// The objects of the `with` statements around this place, and the scopes that those stand in.
    withs: Vec<(ValueId, u32)>,
    /// What the earlier blocks of an enum or a namespace have declared, which later ones of that name see.
    merged: FxHashMap<ValueId, Vec<(Name, Space, ValueId)>>,
    /// Filled only where somebody asks.
    mentions: Option<Vec<Mention>>,
    words: Words,
}

/// What `this` is.
#[derive(Debug, Clone, Copy)]
struct Receiver {
    /// The function that `this` and `arguments` belong to: not an arrow.
    function: FunctionId,
    this: Option<ValueId>,
    arguments: Option<ValueId>,
}

/// Names that the lowering asks for itself.
struct Words {
    require: Name,
    arguments: Name,
    undefined: Name,
    default: Key,
    star: Key,
}

impl<'a> Lower<'a> {
    fn new(room: Room) -> Self {
        let mut scopes = room.scopes.emptied();
        let mut word = |text: &'static str| scopes.intern(text);
        let words = Words {
            require: word("require"),
            arguments: word("arguments"),
            undefined: word("undefined"),
            default: Key::name(word("default")),
            star: Key::name(word("*")),
        };
        let mut builder = Builder::new(room.graph.emptied());
        builder.graph.functions.push(module_function());
        Self {
            builder,
            scopes,
            source: "",
            frames: room.frames,
            base: 0,
            receiver: Receiver { function: FunctionId::MODULE, this: None, arguments: None },
            strict: true,
            hoisted: FunctionId::MODULE,
            withs: Vec::new(),
            merged: FxHashMap::default(),
            mentions: None,
            words,
        }
    }

    fn file(mut self, blocks: &[(&Program<'a>, u32)]) -> Self {
        let outside = self.builder.enter(FunctionId::MODULE);
        for (program, offset) in blocks {
            let kind = program.source_type;
            self.strict = kind.is_module() || kind.is_typescript() || program.has_use_strict_directive();
            (self.source, self.builder.offset) = (program.source_text, *offset);
            self.body(&program.body);
        }
        self.finish_function();
        self.builder.leave(outside);
        self.builder.graph.names.fill(self.scopes.names());
        self
    }

    fn push(&mut self, op: Op, at: u32) -> ValueId {
        self.builder.push(op, at)
    }

    /// The end of a function is reached.
    fn finish_function(&mut self) {
        let target = self.route(exits::Goal::Return, self.frames.len());
        self.builder.end(Term::Goto(target));
    }

    fn copy(&mut self, from: Option<ValueId>, to: ValueId, (init, at): (bool, u32)) {
        if let Some(from) = from {
            self.push(Op::Copy { from, to, init }, at);
        }
    }

    fn load(&mut self, object: Option<ValueId>, key: Key, at: u32) -> ValueId {
        self.push(Op::Load { object, key, optional: false }, at)
    }

    fn store(&mut self, object: Option<ValueId>, (key, value): (Key, Option<ValueId>), at: u32) {
        if let Some(value) = value {
            self.push(Op::Store { object, key, value }, at);
        }
    }

    /// `this` where it is used.
    fn this(&mut self, at: u32) -> ValueId {
        if let Some(value) = self.receiver.this {
            return value;
        }
        let value = self.push(Op::This { function: self.receiver.function }, at);
        self.receiver.this = Some(value);
        value
    }

    /// The text of the program as a name: of what the parser gives in parts.
    fn written(&mut self, span: Span) -> Name {
        let text = self.source.get(span.start as usize..span.end as usize).unwrap_or_default();
        self.scopes.intern(text)
    }
}

fn module_function() -> Function {
    Function {
        name: None,
        at: 0,
        parent: FunctionId::MODULE,
        class: None,
        entry: BlockId::at(0),
        params: List::default(),
        kind: FunctionKind::Module,
        is_async: false,
        generator: false,
        is_static: false,
        rest: false,
        arguments: None,
        value: None,
    }
}

/// A way out that leads nowhere else.
const RETURN: Target = Exit::Return.plain();

#[cfg(test)]
mod tests;
