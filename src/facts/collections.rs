//! Collections as facts: what grows, shrinks, resets or bounds them, and the keys that they are filled with.

use serde::{Deserialize, Serialize};

use super::{FunctionId, PlaceId, Repair, Room};
use crate::finding::Span;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Container {
    pub place: PlaceId,
    /// As the user would call it: `cache`, `this.sessions`.
    pub name: String,
    pub kind: ContainerKind,
    pub declared: Span,
    /// `Map()` of `new Map()`, where another class may stand: nothing says of what type it has to be.
    pub made: Option<Span>,
    pub ops: Vec<Op>,
    /// Places where it goes out of our sight.
    pub escapes: Vec<Escape>,
    /// A `WeakMap` written with brackets, which makes plain properties.
    pub misused: bool,
    /// Only the code of this file can reach it: a variable or a private field. `_x` is no more than a wish.
    pub private: bool,
    /// Its entries are collections, and something is taken out of one of them here.
    pub inner_removal: Option<Span>,
    /// Calls of a stored resolver by those who made it: in which function, and where.
    pub settled_by_maker: Vec<(FunctionId, Span)>,
    /// A method that empties what is filled together with it, and leaves it as it is.
    pub forgotten: Option<Span>,
    /// Its elements are gone through here, one after the other.
    pub walked: Option<Span>,
    /// What is asked of it is one entry at a time, and what is asked for can be had again: see [`Trust`].
    pub trust: Trust,
}

/// What speaks against dropping an entry of a collection that grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that a fix asks")]
pub struct Trust {
    /// It is gone through, copied, printed or handed on as a whole.
    pub whole: bool,
    /// It is made with entries in it.
    pub filled: bool,
    /// What an entry holds is changed, called, awaited or ended in its place.
    pub used: bool,
    /// Somebody asks for what an entry holds, not only whether it is there.
    pub asked: bool,
}

impl Container {
    /// Whether the collection itself is handed to code that we do not see.
    #[must_use]
    pub fn is_out_of_sight(&self) -> bool {
        self.escapes.iter().any(|e| !matches!(e, Escape::Exported(_)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainerKind {
    Dictionary,
    Map,
    Set,
    List,
    Text,
    /// `WeakMap`, `WeakSet`: entries die with their keys.
    Weak,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Escape {
    Exported(Span),
    Returned(Span),
    Other(Span),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Op {
    pub does: Does,
    pub key: Option<Key>,
    /// What is stored, when it grows.
    pub value: Value,
    /// The same as written, when it has a name.
    pub stores: Option<String>,
    /// It is computed here from something, and is no more than a value: nothing that runs, waits or is open.
    pub computed: bool,
    pub function: FunctionId,
    /// On which ways out of its function what it stores or settles is removed as well.
    pub ways: Ways,
    pub guard: Guard,
    pub span: Span,
    /// Behind the statement that does it, where that does nothing else.
    pub room: Option<Room>,
    /// What takes the entry out: when its timer has fired, or instead of emptying it.
    pub repair: Option<Repair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    Grow,
    /// `o[k] = undefined`, `list[i] = null`: the key or place stays.
    Blank,
    /// `list[i] = { type: 'FREED' }`: an element is replaced by an object that only says that it is gone.
    Mark,
    Shrink,
    /// Emptied or replaced as a whole.
    Reset,
    /// Its size is compared with something.
    Bound,
    Read,
    /// An entry is looked up and the promise that waits in it is settled.
    Settle,
}

impl Does {
    /// The collection stays as it is.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Read | Self::Settle)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ways {
    /// The function does not remove it, or it was not asked.
    Unknown,
    All,
    /// This way out leaves the entry.
    AllBut(Span),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Function,
    Promise,
    /// An object that holds a function, timer or resolver.
    Deferred,
    /// An object that says until when it is good, or how old it is.
    Dated,
    /// The handle of a one-shot timer, and what that runs.
    Timer(Option<FunctionId>),
    /// A regular expression.
    Pattern,
    /// An instance of some class.
    Instance,
    /// One that is handed `this`: it knows who keeps it.
    Ward,
    /// Parameter number `n` of the function that stores it.
    Param(u32),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    None,
    /// Behind a test that the key is absent: get-or-compute.
    Miss,
    /// Behind a flag or slot that lets it run once.
    Once,
    /// For each of many: the key is the variable of a loop.
    Each,
    /// Behind a comparison with the clock: what is found too old.
    Expired,
    /// Behind some other condition.
    Other,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// As written, spaces folded.
    pub text: String,
    pub domain: Domain,
}

/// What values a key can take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Domain {
    /// Literals, booleans, enums, `typeof`, `% n`, loop indexes over literals.
    Finite,
    /// A small vocabulary by its name: `type`, `locale`, ...
    Vocabulary,
    /// New for every call: counters, `Date.now()`, `randomUUID()`.
    Fresh,
    /// An object by identity.
    Object,
    /// Made from these parameters of functions of this file (`path`: the fields read, `req.ip` -> `ip`).
    Params(Vec<ParamPath>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamPath {
    pub function: FunctionId,
    pub index: u32,
    pub path: String,
}
