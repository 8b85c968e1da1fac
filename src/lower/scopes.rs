//! Names as numbers, and what each is bound to where the visit stands.

use std::hash::BuildHasher;

use oxc_str::{Ident, IdentBuildHasher};
use rustc_hash::FxBuildHasher;

use crate::graph::{Name, ValueId};

/// Values and types have names of their own: `new Map()` does not mean an `interface Map` of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    Values,
    Types,
}

/// What a name is bound to, and the scope that binds it.
type Bound = Option<(ValueId, u32)>;

/// What is known of a name here and now.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    value: Bound,
    ty: Bound,
    /// The global of that name, once it was used.
    global: Option<ValueId>,
}

/// The names of a file and the scopes around this place.
#[derive(Default)]
pub struct Scopes<'a> {
    numbers: Numbers,
    all: Vec<Ident<'a>>,
    known: Vec<Known>,
    /// What names were bound to before inner scopes bound them.
    before: Vec<(Name, Space, Bound)>,
    /// The scope at hand, and how many there were.
    scope: u32,
    made: u32,
}

/// Where a scope began.
#[derive(Debug, Clone, Copy)]
pub struct Entered {
    scope: u32,
    before: usize,
}

impl Known {
    fn in_space(&mut self, space: Space) -> &mut Bound {
        match space {
            Space::Values => &mut self.value,
            Space::Types => &mut self.ty,
        }
    }
}

impl<'a> Scopes<'a> {
    /// Nothing is left in it but the memory.
    #[must_use]
    pub fn emptied<'b>(mut self) -> Scopes<'b> {
        self.numbers.clear();
        self.known.clear();
        self.before.clear();
        self.all.clear();
        let all = self.all.into_iter().map(|_| unreachable!("it is empty")).collect();
        Scopes { numbers: self.numbers, all, known: self.known, before: self.before, scope: 0, made: 0 }
    }

    pub fn intern(&mut self, name: Ident<'a>) -> Name {
        let hash = hash(name);
        let mut at = self.numbers.start(hash);
        while let Some(slot) = self.numbers.slots.get(at).filter(|slot| slot.age == self.numbers.age) {
            if slot.hash == hash && self.all[slot.number.index()] == name {
                return slot.number;
            }
            at = self.numbers.after(at);
        }
        let number = Name::at(self.all.len());
        self.numbers.add(hash, number);
        self.all.push(name);
        self.known.push(Known::default());
        number
    }

    /// Bytes of memory that it holds, about.
    #[must_use]
    pub fn capacity(&self) -> usize {
        let names = self.known.capacity() * (size_of::<Known>() + size_of::<Ident<'_>>());
        names + self.numbers.slots.len() * size_of::<Slot>()
    }

    /// All names in the order of their numbers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(Ident::as_str)
    }

    /// The scope at hand; one that lies inside of another has the larger number.
    #[must_use]
    pub const fn scope(&self) -> u32 {
        self.scope
    }

    pub fn enter(&mut self) -> Entered {
        let entered = Entered { scope: self.scope, before: self.before.len() };
        self.made += 1;
        self.scope = self.made;
        entered
    }

    pub fn leave(&mut self, entered: Entered) {
        for (name, space, bound) in self.before.drain(entered.before..).rev() {
            *self.known[name.index()].in_space(space) = bound;
        }
        self.scope = entered.scope;
    }

    /// What a name is bound to, in this scope or further out, and the scope that binds it.
    #[must_use]
    pub fn found(&self, name: Name, space: Space) -> Option<(ValueId, u32)> {
        let known = &self.known[name.index()];
        if space == Space::Values { known.value } else { known.ty }
    }

    #[must_use]
    pub fn bound(&self, name: Name, space: Space) -> Option<ValueId> {
        self.found(name, space).map(|(value, _)| value)
    }

    /// What this very scope binds a name to.
    #[must_use]
    pub fn own(&self, name: Name, space: Space) -> Option<ValueId> {
        self.found(name, space).filter(|(_, scope)| *scope == self.scope).map(|(value, _)| value)
    }

    /// Binds a name in this scope until the scope is left.
    pub fn bind(&mut self, name: Name, space: Space, value: ValueId) {
        let bound = self.known[name.index()].in_space(space);
        self.before.push((name, space, *bound));
        *bound = Some((value, self.scope));
    }

    #[must_use]
    pub fn global(&self, name: Name) -> Option<ValueId> {
        self.known[name.index()].global
    }

    pub fn set_global(&mut self, name: Name, value: ValueId) {
        self.known[name.index()].global = Some(value);
    }
}

/// Finds the number of a name by its hash. What most of the lowering's time goes into, and emptied for each of many small
/// files: so it probes slot by slot, and is emptied by growing older.
#[derive(Default)]
struct Numbers {
    /// A power of two of them, at most half filled.
    slots: Vec<Slot>,
    /// Slots of another age are empty.
    age: u32,
    filled: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    age: u32,
    number: Name,
}

impl Numbers {
    fn clear(&mut self) {
        self.filled = 0;
        self.age = self.age.wrapping_add(1);
        if self.age == 0 {
            self.slots.clear();
        }
    }

    fn start(&self, hash: u32) -> usize {
        hash as usize & self.slots.len().wrapping_sub(1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// Adds a name that is not there.
    fn add(&mut self, hash: u32, number: Name) {
        if self.filled * 2 >= self.slots.len() {
            self.grow();
        }
        let mut at = self.start(hash);
        while self.slots[at].age == self.age {
            at = self.after(at);
        }
        self.slots[at] = Slot { hash, age: self.age, number };
        self.filled += 1;
    }

    fn grow(&mut self) {
        let empty = Slot { hash: 0, age: self.age.wrapping_sub(1), number: Name::at(0) };
        let larger = (self.slots.len() * 2).max(256);
        let before = std::mem::replace(&mut self.slots, vec![empty; larger]);
        self.filled = 0;
        for slot in before {
            if slot.age == self.age {
                self.add(slot.hash, slot.number);
            }
        }
    }
}

/// An identifier comes with its hash, which looks at all of a short one, but not at all of a long one: strings that differ
/// in the middle only, as those of tables do, would make the search quadratic.
#[expect(clippy::cast_possible_truncation, reason = "the upper half is the hash that comes with it")]
fn hash(name: Ident<'_>) -> u32 {
    if name.len() <= 8 {
        (IdentBuildHasher.hash_one(name) >> 32) as u32
    } else {
        let hash = FxBuildHasher.hash_one(name.as_bytes());
        (hash ^ hash >> 32) as u32
    }
}
