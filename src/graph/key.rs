//! The key of a field: a name of the file, an index, or some entry.

use serde::{Deserialize, Serialize};

use super::{Name, ValueId};

/// A [`KeyKind`] in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(u32);

/// What a key can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Name(Name),
    /// A number that stands in the text.
    Index(u32),
    /// Any entry; the value that was computed as its key, where it is known.
    Entry(Option<ValueId>),
}

const INDEX: u32 = 1 << 30;
const ENTRY: u32 = 1 << 31;
const MASK: u32 = INDEX - 1;

impl Key {
    /// Some entry, nobody knows which.
    pub const ANY: Self = Self(ENTRY);

    #[must_use]
    pub fn name(name: Name) -> Self {
        Self(small(name.index()))
    }

    /// Large indices are some entry.
    #[must_use]
    pub fn index(index: usize) -> Self {
        if index < MASK as usize { Self(INDEX | small(index)) } else { Self::ANY }
    }

    /// The entry whose key is this value.
    #[must_use]
    pub fn entry(key: Option<ValueId>) -> Self {
        Self(ENTRY | key.map_or(0, |key| small(key.index() + 1)))
    }

    #[must_use]
    pub fn kind(self) -> KeyKind {
        let rest = (self.0 & MASK) as usize;
        if self.0 & ENTRY != 0 {
            KeyKind::Entry(rest.checked_sub(1).map(ValueId::at))
        } else if self.0 & INDEX != 0 {
            KeyKind::Index(self.0 & MASK)
        } else {
            KeyKind::Name(Name::at(rest))
        }
    }

    #[must_use]
    pub fn as_name(self) -> Option<Name> {
        if let KeyKind::Name(name) = self.kind() { Some(name) } else { None }
    }

    #[must_use]
    pub const fn is_entry(self) -> bool {
        self.0 & ENTRY != 0
    }
}

fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(MASK).min(MASK)
}
