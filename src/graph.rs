//! The value-flow graph of one file: owned data, no syntax tree, no text but names.
//!
//! An *instruction* is a value, and its number is the [`ValueId`]: edges are not stored, each instruction says what it takes.
//! A variable is one instruction ([`Op::Symbol`]); a mention of it is none, its users name the `Symbol`.
//! Control is kept beside it: every function has basic blocks with normal and exceptional exits, and an instruction
//! belongs to the block of the last *run* that began before it.
//!
//! ```text
//! const h = setInterval(f, 9)      v1 symbol h     v2 global setInterval     v3 call v2(..)     v4 copy v3 -> v1
//! ```

mod builder;
mod id;
mod key;
mod op;
mod packed;
mod print;

pub use builder::Builder;
pub use id::{BlockId, ClassId, FunctionId, LoopId, Name, TypeId, ValueId};
pub use key::{Key, KeyKind};
pub use op::{CallKind, Constant, Double, ElementKind, ImportKind, Inst, JoinKind, Op, Operator, SymbolKind};
pub use packed::{Broken, Packed};

/// A stretch of [`Graph::args`], [`Graph::params`] or [`Graph::targets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    pub start: u32,
    pub count: u32,
}

/// Where control goes at the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Nothing comes after: code that is never reached, or a `finally` that nobody enters.
    Dead,
    Goto(Target),
    /// To `yes` when `cond` is true, else to `no`; a `cond` of `None` is not known.
    Branch {
        cond: Option<ValueId>,
        yes: BlockId,
        no: BlockId,
    },
    /// The end of a `finally`: goes on by the tag with which it was entered; (tag - 1) is an index into [`Graph::targets`].
    Resume(List),
}

/// A way from one block on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    pub to: Exit,
    /// Not 0 when a `finally` is entered: by which of its ways it will be left.
    pub tag: u16,
}

/// A block of the same function, or a way out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    Block(BlockId),
    Return,
    Throw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub function: FunctionId,
    /// The innermost loop around it.
    pub inside: Option<LoopId>,
    pub term: Term,
    /// Where it goes on when something in it throws.
    pub handler: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loop {
    pub function: FunctionId,
    pub parent: Option<LoopId>,
    /// What is gone through, of `for .. of` and `for .. in`; else the condition.
    pub over: Option<ValueId>,
    pub kind: LoopKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopKind {
    Of,
    AwaitOf,
    In,
    /// `while`, `do .. while`, `for (;;)` with a condition that is not constant.
    While,
    /// `while (true)`, `for (;;)`.
    Forever,
}

/// A function, the initialiser of a field, or the body of a module (number 0).
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the language, and all go together")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    pub name: Option<Name>,
    pub at: u32,
    /// The function that it stands in; of a module itself.
    pub parent: FunctionId,
    pub class: Option<ClassId>,
    pub entry: BlockId,
    /// Symbols, or [`Op::Param`] for patterns and what has a default.
    pub params: List,
    pub kind: FunctionKind,
    pub is_async: bool,
    pub generator: bool,
    pub is_static: bool,
    /// The last parameter takes the rest.
    pub rest: bool,
    /// The [`Op::Arguments`], where it uses them.
    pub arguments: Option<ValueId>,
    /// The [`Op::Closure`]; `None` of a module.
    pub value: Option<ValueId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    Module,
    Function,
    Arrow,
    Method,
    Getter,
    Setter,
    Constructor,
    /// The initialiser of a field: runs once for each instance.
    Initialiser,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub name: Option<Name>,
    pub function: FunctionId,
    /// The [`Op::Class`].
    pub value: ValueId,
    /// The [`Op::Instance`].
    pub instance: ValueId,
    pub constructor: Option<FunctionId>,
    /// What it extends.
    pub heritage: Option<ValueId>,
}

/// What is known of a type annotation: who it names, and whether it has but few values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A class, an interface or an alias by the value that its name stands for; `arg` is its first type argument.
    Named {
        name: ValueId,
        arg: Option<TypeId>,
    },
    /// An array, `readonly T[]`, a tuple by its first element.
    Array {
        of: Option<TypeId>,
    },
    /// Literals, their unions, `boolean`, `keyof`, `undefined`: the text of the program bounds its values.
    Finite,
    /// `string`, `number`, `bigint`, `symbol`, templates.
    Primitive,
    /// A union or intersection of which this is one part; see `next` for the others.
    Either {
        part: TypeId,
        next: Option<TypeId>,
    },
    Function,
    Object,
    /// `as const`: what is written there stays as it is.
    Const,
    /// `typeof x`.
    Query {
        of: ValueId,
    },
    /// `T[number]`, `T['k']`: a part of a type.
    Part {
        of: TypeId,
    },
    Any,
    Unknown,
}

/// The type that a [`SymbolKind::Type`] stands for: of an alias what it says, of an interface what it extends first, of a
/// type parameter what it has to extend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    pub symbol: ValueId,
    pub ty: TypeId,
}

/// The graph of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    pub insts: Vec<Inst>,
    /// Arguments of all calls, in their order.
    pub args: Vec<Option<ValueId>>,
    /// Parameters of all functions.
    pub params: Vec<Option<ValueId>>,
    pub targets: Vec<Target>,
    pub blocks: Vec<Block>,
    /// From which instruction on which block is filled; ascending.
    pub runs: Vec<(ValueId, BlockId)>,
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub loops: Vec<Loop>,
    pub types: Vec<Type>,
    pub aliases: Vec<Alias>,
    pub names: Names,
}

/// The names of a file: one text, and where each ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// Takes these names, in the order of their numbers, and no others.
    pub fn fill<'a>(&mut self, all: impl IntoIterator<Item = &'a str>) {
        self.text.clear();
        self.ends.clear();
        for name in all {
            self.text.push_str(name);
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
    }

    /// The text, and where each name ends.
    fn parts(&self) -> (&str, &[u32]) {
        (&self.text, &self.ends)
    }

    /// `None` when an end is not one of a character.
    fn from_parts(text: String, ends: Vec<u32>) -> Option<Self> {
        ends.iter().all(|end| text.is_char_boundary(*end as usize)).then_some(Self { text, ends })
    }

    #[must_use]
    pub fn get(&self, name: Name) -> &str {
        let start = name.index().checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[name.index()] as usize]
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        (0..self.len()).map(|index| (Name::at(index), self.get(Name::at(index))))
    }
}

impl Graph {
    /// Nothing is left in it but the memory.
    #[must_use]
    pub fn emptied(mut self) -> Self {
        self.insts.clear();
        self.args.clear();
        self.params.clear();
        self.targets.clear();
        self.blocks.clear();
        self.runs.clear();
        self.functions.clear();
        self.classes.clear();
        self.loops.clear();
        self.types.clear();
        self.aliases.clear();
        self.names.fill([]);
        self
    }

    #[must_use]
    pub fn op(&self, value: ValueId) -> Op {
        self.insts[value.index()].op
    }

    /// Every instruction with its number, in the order of the text; the closures of declarations stand where their scope
    /// begins, as they do when the code runs.
    pub fn iter(&self) -> impl Iterator<Item = (ValueId, Op)> + '_ {
        self.insts.iter().enumerate().map(|(index, inst)| (ValueId::at(index), inst.op))
    }

    /// Arguments of a call; of nothing else.
    #[must_use]
    pub fn args(&self, call: ValueId) -> &[Option<ValueId>] {
        if let Op::Call { args, .. } = self.op(call) { part(&self.args, args) } else { &[] }
    }

    #[must_use]
    pub fn params(&self, function: FunctionId) -> &[Option<ValueId>] {
        part(&self.params, self.functions[function.index()].params)
    }

    /// Where the `finally` that ends with this list goes on for `tag`.
    #[must_use]
    pub fn resume(&self, list: List, tag: u16) -> Option<Target> {
        let index = u32::from(tag).checked_sub(1).filter(|index| *index < list.count)?;
        self.targets.get((list.start + index) as usize).copied()
    }

    /// The block that holds an instruction.
    #[must_use]
    pub fn block_of(&self, value: ValueId) -> BlockId {
        let after = self.runs.partition_point(|(first, _)| *first <= value);
        self.runs[after.saturating_sub(1)].1
    }

    /// The function in whose body an instruction stands.
    #[must_use]
    pub fn function_of(&self, value: ValueId) -> FunctionId {
        self.blocks[self.block_of(value).index()].function
    }

    #[must_use]
    pub fn name(&self, name: Name) -> &str {
        self.names.get(name)
    }
}

impl Exit {
    #[must_use]
    pub const fn plain(self) -> Target {
        Target { to: self, tag: 0 }
    }
}

fn part<T>(all: &[T], list: List) -> &[T] {
    &all[list.start as usize..(list.start + list.count) as usize]
}

#[cfg(test)]
mod tests;
