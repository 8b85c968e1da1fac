//! What an instruction does: the kinds of values, of edges and of operators.

use super::{ClassId, FunctionId, Key, List, Name, TypeId, ValueId};

/// One instruction: what it does, and the byte of the file where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inst {
    pub op: Op,
    pub at: u32,
}

/// What an instruction does. `Option<ValueId>` is `None` where nothing that could flow stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// A variable or a type; `function` declares it.
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
    /// `this` of a function that stands in no class or object literal: whatever it is called on.
    This {
        function: FunctionId,
    },
    /// Any instance of a class: `this` of its methods.
    Instance {
        class: ClassId,
    },
    /// `super.m`: the same object as `this`, but what is called on it is looked up in what its class extends.
    Super {
        this: ValueId,
    },
    /// `arguments`: all that a function is called with.
    Arguments {
        function: FunctionId,
    },
    /// A parameter that is a pattern or has a default, or the rest of the parameters.
    Param {
        function: FunctionId,
        index: u32,
    },
    /// A string; `None` when it is too long to be a key or the name of an event.
    Text {
        value: Option<Name>,
    },
    Number {
        value: Double,
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
    /// A call; its arguments are [`Graph::args`](super::Graph::args). `spreads`: an argument that is an [`Op::Element`]
    /// stands for any number of them, so it and what comes after it may be any of the parameters from there on.
    Call {
        callee: Option<ValueId>,
        args: List,
        how: CallKind,
        optional: bool,
        spreads: bool,
    },
    /// The fields or elements of `from` go into `into`, itself does not; where `into` is an array, to whatever index.
    Spread {
        from: ValueId,
        into: ValueId,
    },
    /// One element of an iterable, or one key of an object: of a loop, or of an argument that is spread.
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

/// An `f64` by its bits: two are equal that are spelt alike, and it needs no more room than its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Double {
    low: u32,
    high: u32,
}

impl Double {
    #[must_use]
    pub const fn of(number: f64) -> Self {
        let bits = number.to_bits();
        #[expect(clippy::cast_possible_truncation, reason = "the other half is in `high`")]
        let low = bits as u32;
        Self { low, high: (bits >> 32) as u32 }
    }

    #[must_use]
    pub const fn get(self) -> f64 {
        f64::from_bits((self.high as u64) << 32 | self.low as u64)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    Const,
    Let,
    Var,
    Parameter,
    Function,
    Class,
    Import,
    /// A `catch` parameter.
    Caught,
    Enum,
    Namespace,
    /// An alias, an interface, a type parameter: nothing of it is there when the code runs.
    Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    Static,
    /// `import type`: nothing of it is there when the code runs.
    TypeOnly,
    Require,
    Dynamic,
    /// `export .. from`.
    ReExport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    True,
    False,
    Null,
    Regex,
    BigInt,
    /// `import.meta`, `new.target`.
    Meta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    Call,
    New,
    Tagged,
    /// An element: the tag is called with an object of attributes, then the children.
    Jsx,
    /// A decorator is called with what it stands before.
    Decorator,
    /// `super(..)`: the constructor of the callee runs on the `this` of the caller.
    Super,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementKind {
    Of,
    In,
    AwaitOf,
}

/// Operators that can decide a branch or make a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
