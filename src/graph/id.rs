//! Numbers of things in the arenas of a graph. None of them is 0 inside, so that an `Option` costs nothing.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The place of a thing in its arena, plus one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Id(NonZeroU32);

impl Id {
    fn at(index: usize) -> Self {
        let next = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        Self(NonZeroU32::new(next).unwrap_or(NonZeroU32::MAX))
    }

    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An instruction, which is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ValueId(Id);

/// A basic block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId(Id);

/// A function, the initialiser of a field, or the body of the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionId(Id);

/// A class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(Id);

/// A loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoopId(Id);

/// A type annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TypeId(Id);

/// A name or a short string of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(Id);

impl ValueId {
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl BlockId {
    /// Where the module begins.
    pub const FIRST: Self = Self(Id(NonZeroU32::MIN));

    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl FunctionId {
    /// The body of the module.
    pub const MODULE: Self = Self(Id(NonZeroU32::MIN));

    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl ClassId {
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl LoopId {
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl TypeId {
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}

impl Name {
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(Id::at(index))
    }
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.index()
    }
}
