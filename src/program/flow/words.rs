//! Keys of fields, the same in all files: names, indices, and "some entry".

use rustc_hash::FxHashMap;

use crate::graph::{Key, KeyKind};

/// A key of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u32);

const INDEX: u32 = 1 << 31;

impl Word {
    /// Some entry, nobody knows which.
    pub const ANY: Self = Self(u32::MAX);

    /// What a function that wraps another calls: no name has this number.
    pub const CALLED: Self = Self(u32::MAX - 1);

    /// The name of an index.
    #[must_use]
    pub const fn index(index: u32) -> Self {
        Self(INDEX | (index & (INDEX - 1)))
    }

    #[must_use]
    pub const fn is_name(self) -> bool {
        self.0 & INDEX == 0
    }

    /// Whether two keys can be that of one field.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self == other || self == Self::ANY || other == Self::ANY
    }
}

/// Names of the program, each once.
#[derive(Debug, Default)]
pub struct Words {
    numbers: FxHashMap<Box<str>, Word>,
    all: Vec<Box<str>>,
}

impl Words {
    pub fn intern(&mut self, name: &str) -> Word {
        if let Some(word) = self.numbers.get(name) {
            return *word;
        }
        let word = Word(u32::try_from(self.all.len()).unwrap_or(INDEX) & (INDEX - 1));
        self.numbers.insert(name.into(), word);
        self.all.push(name.into());
        word
    }

    /// The word of a name that some file mentions.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Word> {
        self.numbers.get(name).copied()
    }

    /// The name; of an index and of an entry it is empty.
    #[must_use]
    pub fn text(&self, word: Word) -> &str {
        if word.is_name() { &self.all[word.0 as usize] } else { "" }
    }
}

/// The shared key of a key in a file, whose names have these words.
pub fn of_key(key: Key, words: &[Word]) -> Word {
    match key.kind() {
        KeyKind::Name(name) => words[name.index()],
        KeyKind::Index(index) => Word::index(index),
        KeyKind::Entry(_) => Word::ANY,
    }
}
