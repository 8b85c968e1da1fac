//! Names as numbers, and what each is bound to where the visit stands.

use oxc_str::{Ident, IdentHashMap};

use crate::graph::{Name, ValueId};

/// What is known of a name.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// What it is bound to here and now, and the scope that binds it.
    bound: Option<(ValueId, u32)>,
    /// The global of that name, once it was used.
    global: Option<ValueId>,
}

/// The names of a file and the scopes around this place.
#[derive(Default)]
pub struct Scopes<'a> {
    numbers: IdentHashMap<'a, Name>,
    all: Vec<Ident<'a>>,
    known: Vec<Known>,
    /// What names were bound to before inner scopes bound them.
    before: Vec<(Name, Option<(ValueId, u32)>)>,
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

impl<'a> Scopes<'a> {
    pub fn intern(&mut self, name: Ident<'a>) -> Name {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = Name::at(self.all.len());
        self.numbers.insert(name, number);
        self.all.push(name);
        self.known.push(Known::default());
        number
    }

    /// All names in the order of their numbers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(Ident::as_str)
    }

    pub fn enter(&mut self) -> Entered {
        let entered = Entered { scope: self.scope, before: self.before.len() };
        self.made += 1;
        self.scope = self.made;
        entered
    }

    pub fn leave(&mut self, entered: Entered) {
        for (name, bound) in self.before.drain(entered.before..).rev() {
            self.known[name.index()].bound = bound;
        }
        self.scope = entered.scope;
    }

    /// What `name` is bound to, in this scope or further out.
    #[must_use]
    pub fn bound(&self, name: Name) -> Option<ValueId> {
        self.known[name.index()].bound.map(|(value, _)| value)
    }

    /// What this very scope binds `name` to.
    #[must_use]
    pub fn own(&self, name: Name) -> Option<ValueId> {
        self.known[name.index()].bound.filter(|(_, scope)| *scope == self.scope).map(|(value, _)| value)
    }

    /// Binds a name in this scope until the scope is left.
    pub fn bind(&mut self, name: Name, value: ValueId) {
        let known = &mut self.known[name.index()];
        self.before.push((name, known.bound));
        known.bound = Some((value, self.scope));
    }

    #[must_use]
    pub fn global(&self, name: Name) -> Option<ValueId> {
        self.known[name.index()].global
    }

    pub fn set_global(&mut self, name: Name, value: ValueId) {
        self.known[name.index()].global = Some(value);
    }
}
