//! What can be in a place: functions, classes, objects, values of libraries, each with a number.

use rustc_hash::FxHashMap;

use super::words::Word;
use super::{FunctionRef, Node};
use crate::apis::TypeId;
use crate::finding::FileId;
use crate::graph::{ClassId, Double};

/// The number of a [`Thing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThingId(u32);

/// Something that a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// Whatever comes from out of sight.
    Unknown,
    Function(FunctionRef),
    Class(FileId, ClassId),
    /// Some instance of a class.
    Instance(FileId, ClassId),
    /// What `new` makes of a function.
    Constructed(FunctionRef),
    /// An object, array or library value made at this node; its type where a row knows it.
    Made(Node, Option<TypeId>),
    /// A function made at this node that calls another: `f.bind(x)`, `debounce(f)`.
    Wrapper(Node),
    /// What a call gave back of which no row knows the type: it is itself, and no more is known.
    Opaque(Node),
    /// The one value of its type: `process`, `document`.
    Single(TypeId),
    /// An export of a module that is no file of the program; `path` is dotted.
    Export {
        module: Word,
        path: Word,
    },
    /// A global; `path` is dotted.
    Global {
        path: Word,
    },
    /// A method of a type of a library.
    Method {
        ty: TypeId,
        name: Word,
    },
    /// A short string, the bits of a number, `true`, `false` or `null`.
    Text(Word),
    Number(Double),
    Constant(Literal),
}

/// A literal that is neither a string nor a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    True,
    False,
    Null,
    /// A long string, a regular expression, a large integer: some constant.
    Other,
}

impl Thing {
    /// It can be neither called nor filled.
    #[must_use]
    pub const fn is_literal(self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(..) | Self::Constant(_))
    }
}

impl ThingId {
    /// [`Thing::Unknown`].
    pub const UNKNOWN: Self = Self(0);

    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All things of a program.
#[derive(Debug)]
pub struct Things {
    numbers: FxHashMap<Thing, ThingId>,
    all: Vec<Thing>,
}

impl Default for Things {
    fn default() -> Self {
        let mut numbers = FxHashMap::default();
        numbers.insert(Thing::Unknown, ThingId::UNKNOWN);
        Self { numbers, all: vec![Thing::Unknown] }
    }
}

impl Things {
    pub fn intern(&mut self, thing: Thing) -> ThingId {
        let next = ThingId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        *self.numbers.entry(thing).or_insert_with(|| {
            self.all.push(thing);
            next
        })
    }

    #[must_use]
    pub fn find(&self, thing: Thing) -> Option<ThingId> {
        self.numbers.get(&thing).copied()
    }

    #[must_use]
    pub fn get(&self, id: ThingId) -> Thing {
        self.all[id.index()]
    }
}
