//! From the syntax tree of a file to its graph, in one visit: the only code of the engine that knows the tree.
//!
//! Names are resolved on the way: declarations are made when a scope is entered, and what a name was bound to before comes
//! back when the scope is left. That costs less than a table of scopes that is made before (0.71 against 1.09 of parse and
//! semantic on 28,683 files).

mod assignments;
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
use oxc_str::Ident;

use crate::graph::{Builder, Exit, Function, FunctionId, FunctionKind, Graph, Key, List, Name, Names, Op, ValueId};
use exits::Frame;
use scopes::Scopes;

/// Longer strings are neither keys nor names of events.
const LONGEST_TEXT: usize = 48;

/// Lowers a file that consists of these blocks of code; each comes with the byte at which it begins.
///
/// The blocks of a component file share one module scope, as `<script>` and `<script setup>` do.
#[must_use]
pub fn lower<'a>(blocks: &[(&Program<'a>, u32)]) -> Graph {
    let mut lower = Lower::new();
    let outside = lower.builder.enter(FunctionId::MODULE);
    for (program, offset) in blocks {
        lower.builder.offset = *offset;
        lower.hoist(&program.body);
        lower.statements(&program.body);
    }
    lower.finish_function();
    lower.builder.leave(outside);
    let mut graph = lower.builder.graph;
    graph.names = Names::of(lower.scopes.names());
    graph
}

/// The visit: where it stands, and what it has made.
struct Lower<'a> {
    builder: Builder,
    scopes: Scopes<'a>,
    /// Loops, labels and `try` statements around this place, functions further out included.
    frames: Vec<Frame>,
    /// The first frame of the function at hand.
    base: usize,
    receiver: Receiver,
    /// The label before the statement that comes next.
    label: Option<Name>,
    words: Words,
}

/// What `this` is.
#[derive(Debug, Clone, Copy)]
struct Receiver {
    /// The function that `this` belongs to: not an arrow.
    function: FunctionId,
    value: Option<ValueId>,
}

/// Names that the lowering asks for itself.
struct Words {
    require: Name,
    default: Key,
    star: Key,
}

impl<'a> Lower<'a> {
    fn new() -> Self {
        let mut scopes = Scopes::default();
        let mut word = |text: &'static str| scopes.intern(Ident::from(text));
        let words = Words { require: word("require"), default: Key::name(word("default")), star: Key::name(word("*")) };
        let mut builder = Builder::default();
        builder.graph.functions.push(module_function());
        let receiver = Receiver { function: FunctionId::MODULE, value: None };
        Self { builder, scopes, frames: Vec::new(), base: 0, receiver, label: None, words }
    }

    fn push(&mut self, op: Op, at: u32) -> ValueId {
        self.builder.push(op, at)
    }

    /// The end of a function is reached.
    fn finish_function(&mut self) {
        let target = self.route(exits::Goal::Return, self.frames.len());
        self.builder.end(crate::graph::Term::Goto(target));
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
        if let Some(value) = self.receiver.value {
            return value;
        }
        let value = self.push(Op::This { function: self.receiver.function }, at);
        self.receiver.value = Some(value);
        value
    }
}

fn module_function() -> Function {
    Function {
        name: None,
        at: 0,
        parent: FunctionId::MODULE,
        class: None,
        entry: crate::graph::BlockId::at(0),
        params: List::default(),
        kind: FunctionKind::Module,
        is_async: false,
        generator: false,
        is_static: false,
        rest: false,
        value: None,
    }
}

/// A way out that leads nowhere else.
const RETURN: crate::graph::Target = Exit::Return.plain();

#[cfg(test)]
mod tests;
