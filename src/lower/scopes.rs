//! Names as numbers, and what each is bound to where the visit stands.

use std::hash::BuildHasher;

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
    all: Vec<&'a str>,
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

    pub fn intern(&mut self, name: impl Into<&'a str>) -> Name {
        let name = name.into();
        let key = key(name.as_bytes());
        let mut at = self.numbers.start(key);
        while let Some(slot) = self.numbers.slots.get(at).filter(|slot| slot.age == self.numbers.age) {
            if slot.key == key && (key & LONG == 0 || self.all[slot.number.index()] == name) {
                return slot.number;
            }
            at = self.numbers.after(at);
        }
        let number = Name::at(self.all.len());
        self.numbers.add(key, number);
        self.all.push(name);
        self.known.push(Known::default());
        number
    }

    /// Bytes of memory that it holds, about.
    #[must_use]
    pub fn capacity(&self) -> usize {
        let names = self.known.capacity() * (size_of::<Known>() + size_of::<&str>());
        names + self.numbers.slots.len() * size_of::<Slot>()
    }

    /// All names in the order of their numbers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().copied()
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

/// Finds the number of a name. Most of the time of lowering goes into this: a short name is its own key, so that one place
/// in memory is looked at, and a file of which many follow is forgotten by growing older.
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
    key: u64,
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

    /// Where to look first. The upper bits of the product depend on all bits of the key.
    fn start(&self, key: u64) -> usize {
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & self.slots.len().wrapping_sub(1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    /// Adds a name that is not there.
    fn add(&mut self, key: u64, number: Name) {
        if self.filled * 2 >= self.slots.len() {
            self.grow();
        }
        let mut at = self.start(key);
        while self.slots[at].age == self.age {
            at = self.after(at);
        }
        self.slots[at] = Slot { key, age: self.age, number };
        self.filled += 1;
    }

    fn grow(&mut self) {
        let empty = Slot { key: 0, age: self.age.wrapping_sub(1), number: Name::at(0) };
        let larger = (self.slots.len() * 2).max(256);
        let before = std::mem::replace(&mut self.slots, vec![empty; larger]);
        self.filled = 0;
        for slot in before {
            if slot.age == self.age {
                self.add(slot.key, slot.number);
            }
        }
    }
}

/// The key of a name of eight bytes or more is a hash; it looks at all bytes, since the names of tables differ in their
/// middles.
const LONG: u64 = 1 << 63;

/// A shorter name is its own key: up to seven bytes, and their number.
fn key(name: &[u8]) -> u64 {
    let four = |at: usize| name.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_le_bytes);
    let length = name.len() as u64;
    match name.len() {
        0 => 0,
        1..4 => {
            let [first, middle, last] = [name[0], name[name.len() / 2], name[name.len() - 1]].map(u64::from);
            length << 56 | last << 16 | middle << 8 | first
        }
        // The first and the last four; where they overlap, the ends of both are whole.
        4..8 => length << 56 | u64::from(four(name.len() - 4)) << 24 | u64::from(four(0)),
        _ => FxBuildHasher.hash_one(name) | LONG,
    }
}
