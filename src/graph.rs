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
mod packed;
mod print;

use serde::{Deserialize, Serialize};

pub use builder::Builder;
pub use id::{BlockId, ClassId, FunctionId, LoopId, Name, TypeId, ValueId};
pub use key::{Key, KeyKind};
pub use packed::Packed;

/// One instruction: what it does, and the byte of the file where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inst {
    pub op: Op,
    pub at: u32,
}

/// What an instruction does. `Option<ValueId>` is `None` where nothing that could flow stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// A variable; `function` declares it.
    Symbol {
        name: Name,
        function: FunctionId,
        kind: SymbolKind,
    },
    /// A name that nothing in the file declares.
    Global {
        name: Name,
    },
    /// An export of another module; `key` is `*` for all of it.
    Import {
        module: Name,
        key: Key,
        how: ImportKind,
    },
    /// `this` of a function that stands in no class or object literal.
    This {
        function: FunctionId,
    },
    /// Any instance of a class: `this` of its methods.
    Instance {
        class: ClassId,
    },
    /// A parameter that is a pattern, or the rest of the parameters.
    Param {
        function: FunctionId,
        index: u32,
    },
    /// A string; `None` when it is too long to be a key or the name of an event.
    Text {
        value: Option<Name>,
    },
    /// The bits of an `f64`.
    Number {
        low: u32,
        high: u32,
    },
    Constant {
        value: Constant,
    },
    Closure {
        function: FunctionId,
    },
    Class {
        class: ClassId,
    },
    Object,
    /// `plain`: all elements are literals.
    Array {
        length: u32,
        plain: bool,
    },
    Load {
        object: Option<ValueId>,
        key: Key,
        optional: bool,
    },
    Store {
        object: Option<ValueId>,
        key: Key,
        value: ValueId,
    },
    /// A getter or setter of an object, a class or its instances.
    Accessor {
        object: ValueId,
        key: Key,
        function: ValueId,
        setter: bool,
    },
    Delete {
        object: Option<ValueId>,
        key: Key,
    },
    /// `init`: the initialiser of a declaration.
    Copy {
        from: ValueId,
        to: ValueId,
        init: bool,
    },
    /// One of two values.
    Join {
        left: Option<ValueId>,
        right: Option<ValueId>,
        how: JoinKind,
    },
    Operate {
        operator: Operator,
        left: Option<ValueId>,
        right: Option<ValueId>,
    },
    /// A call; its arguments are [`Graph::args`].
    Call {
        callee: Option<ValueId>,
        args: List,
        how: CallKind,
        optional: bool,
        spreads: bool,
    },
    /// The fields or elements of `from` go into `into`, itself does not.
    Spread {
        from: ValueId,
        into: ValueId,
    },
    /// One element of an iterable, or one key of an object.
    Element {
        of: Option<ValueId>,
        how: ElementKind,
    },
    Await {
        value: Option<ValueId>,
    },
    Yield {
        value: Option<ValueId>,
        delegate: bool,
    },
    Return {
        value: Option<ValueId>,
    },
    Throw {
        value: Option<ValueId>,
    },
    /// What a `catch` catches.
    Caught,
    Export {
        value: Option<ValueId>,
        key: Key,
    },
    /// A value was annotated with a type, or asserted to be of it.
    Typed {
        value: ValueId,
        ty: TypeId,
    },
    /// Disposed of at the end of its block: `using x = open()`.
    Using {
        symbol: ValueId,
        awaits: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SymbolKind {
    Const,
    Let,
    Var,
    Function,
    Class,
    Parameter,
    Import,
    /// A `catch` parameter.
    Caught,
    /// An enum, a namespace, `import x = ..`.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportKind {
    Static,
    /// `import type`: nothing of it is there when the code runs.
    TypeOnly,
    Require,
    Dynamic,
    /// `export .. from`.
    ReExport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constant {
    True,
    False,
    Null,
    Regex,
    BigInt,
    /// `import.meta`, `new.target`.
    Meta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinKind {
    And,
    Or,
    /// `??`.
    Coalesce,
    /// `test ? left : right`.
    Choice,
    /// `left` or, where it is missing, a default.
    Default,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallKind {
    Call,
    New,
    Tagged,
    /// An element: the tag is called with an object of attributes, then the children.
    Jsx,
    /// A decorator is called with what it stands before.
    Decorator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ElementKind {
    Of,
    In,
    AwaitOf,
}

/// Operators that can decide a branch or make a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `==`, `===`.
    Equal,
    /// `!=`, `!==`.
    Unequal,
    /// `<`, `<=`.
    Less,
    /// `>`, `>=`.
    More,
    Add,
    Remainder,
    /// Every other operator that makes a number.
    Arithmetic,
    In,
    InstanceOf,
    Not,
    TypeOf,
    /// `-x`, `+x`, `~x`, `void x`.
    Unary,
    /// `x++`, `--x`.
    Update,
    /// A template with something in it; folded from the left.
    Template,
}

/// A stretch of [`Graph::lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct List {
    pub start: u32,
    pub count: u32,
}

/// Where control goes at the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    pub to: Exit,
    /// Not 0 when a `finally` is entered: by which of its ways it will be left.
    pub tag: u8,
}

/// A block of the same function, or a way out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Exit {
    Block(BlockId),
    Return,
    Throw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub function: FunctionId,
    /// The innermost loop around it.
    pub inside: Option<LoopId>,
    pub term: Term,
    /// Where it goes on when something in it throws.
    pub handler: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    pub function: FunctionId,
    pub parent: Option<LoopId>,
    /// What is gone through, of `for .. of` and `for .. in`; else the condition.
    pub over: Option<ValueId>,
    pub kind: LoopKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    pub name: Option<Name>,
    pub at: u32,
    /// The function that it stands in; of a module itself.
    pub parent: FunctionId,
    pub class: Option<ClassId>,
    pub entry: BlockId,
    /// Symbols, or [`Op::Param`] for patterns.
    pub params: List,
    pub kind: FunctionKind,
    pub is_async: bool,
    pub generator: bool,
    pub is_static: bool,
    /// The last parameter takes the rest.
    pub rest: bool,
    /// The [`Op::Closure`]; `None` of a module.
    pub value: Option<ValueId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// A class, an interface or an alias by the value that its name stands for; `arg` is its first type argument.
    Named {
        name: ValueId,
        arg: Option<TypeId>,
    },
    /// An array, a tuple, `readonly T[]`.
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
    Any,
    Unknown,
}

/// An alias or interface: the type that its name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    pub name: Name,
    pub ty: TypeId,
}

/// The graph of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    pub insts: Vec<Inst>,
    /// Arguments, parameters.
    pub lists: Vec<Option<ValueId>>,
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// The names in the order of their numbers.
    #[must_use]
    pub fn of<'a>(all: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        for name in all {
            names.text.push_str(name);
            names.ends.push(u32::try_from(names.text.len()).unwrap_or(u32::MAX));
        }
        names
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
    #[must_use]
    pub fn op(&self, value: ValueId) -> Op {
        self.insts[value.index()].op
    }

    /// Every instruction with its number, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (ValueId, Op)> + '_ {
        self.insts.iter().enumerate().map(|(index, inst)| (ValueId::at(index), inst.op))
    }

    #[must_use]
    pub fn list(&self, list: List) -> &[Option<ValueId>] {
        &self.lists[list.start as usize..(list.start + list.count) as usize]
    }

    /// Arguments of a call; of nothing else.
    #[must_use]
    pub fn args(&self, call: ValueId) -> &[Option<ValueId>] {
        if let Op::Call { args, .. } = self.op(call) { self.list(args) } else { &[] }
    }

    #[must_use]
    pub fn params(&self, function: FunctionId) -> &[Option<ValueId>] {
        self.list(self.functions[function.index()].params)
    }

    /// Where the `finally` that ends with this list goes on for `tag`.
    #[must_use]
    pub fn resume(&self, list: List, tag: u8) -> Option<Target> {
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
