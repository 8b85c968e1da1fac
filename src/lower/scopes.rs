//! Names as numbers, and what each is bound to where the visit stands.

use oxc_str::{Ident, IdentHashMap};

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
    numbers: IdentHashMap<'a, Name>,
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
    pub fn intern(&mut self, name: Ident<'a>) -> Name {
        let next = Name::at(self.all.len());
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.all.push(name);
            self.known.push(Known::default());
        }
        number
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
