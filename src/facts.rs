//! What one file does: owned, serialisable facts. The syntax tree is read below this module and nowhere else.

use serde::{Deserialize, Serialize};

pub mod answers;
pub mod cleanups;
pub mod collections;
pub mod comments;
pub mod containers;
pub mod extract;
pub mod flow;
pub mod functions;
pub mod guards;
pub mod handles;
pub mod imports;
pub mod intakes;
mod interest;
pub mod keys;
pub mod links;
pub mod listening;
pub mod names;
pub mod owners;
pub mod pipes;
pub mod places;
pub mod promises;
pub mod reader;
pub mod reads;
pub mod repairs;
pub mod runs;
pub mod sightings;
pub mod sites;
pub mod stores;

pub use crate::apis::{Delivers, Life, Often, Part, Sink, What};
use crate::finding::Notice;
pub use cleanups::{CleanupFlaw, DeadCleanup};
pub use collections::{Container, ContainerKind, Does, Domain, Escape, Guard, Key, Op, ParamPath, Trust, Value, Ways};
pub use comments::{Directive, Reach};
pub use functions::{Class, ClassKind, END_METHODS, Function, FunctionKind, MOUNTS};
pub use handles::resources::clients::{Client, Holder};
pub use handles::resources::{Fate, Resource};
pub use handles::{Close, Handle, Handler, Kept, Missed, Receiver};
pub use links::{Gift, Given, Links, Taken, Takes};
pub use listening::{AbortKept, Flaw, Forgotten, Mismatch};
pub use owners::{Overwrite, Owner, OwnerKind, Replaced};
pub use places::{Binding, Made, Place, Root, Step};
pub use promises::{Hold, Promise, PromiseKind, Race, Racer, Recursion, Settles};
pub use reads::{FileName, Read, Rewrite};
pub use repairs::{Manner, Repair, Room};
pub use runs::{Arg, Call, Use};
pub use sightings::{Seen, Sighting};
pub use stores::{Bound, Insert, Store, StoreKey};

/// A function of the file; 0 is the module's top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionId(pub u32);
pub const TOP: FunctionId = FunctionId(0);

/// A class, constructor function or object literal whose `this` has fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// A name bound in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BindingId(pub u32);

/// A storage location; see [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlaceId(pub u32);

impl FileFacts {
    /// The constructor of a class, when it has one of its own.
    #[must_use]
    pub fn constructor_of(&self, class: ClassId) -> Option<FunctionId> {
        let owner = &self.classes[class.0 as usize];
        let method = || owner.methods.iter().find(|(name, _)| name == "constructor").map(|(_, function)| *function);
        owner.constructor.or_else(method)
    }
}

/// Everything that the linker and the rules know of a file. Spans are bytes of the whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FileFacts {
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub bindings: Vec<Binding>,
    /// Interned: equal places have equal ids.
    pub places: Vec<Place>,
    pub calls: Vec<Call>,
    /// `left = right` between places: whatever one holds, the other may hold.
    pub aliases: Vec<(PlaceId, PlaceId)>,
    pub containers: Vec<Container>,
    pub handles: Vec<Handle>,
    pub closes: Vec<Close>,
    pub resources: Vec<Resource>,
    pub clients: Vec<Client>,
    pub sightings: Vec<Sighting>,
    pub mismatches: Vec<Mismatch>,
    pub forgotten: Vec<Forgotten>,
    /// Owners of handles, by index.
    pub owners: Vec<(u32, Owner)>,
    pub overwrites: Vec<Overwrite>,
    pub replaced: Vec<Replaced>,
    pub aborts: Vec<AbortKept>,
    pub dead_cleanups: Vec<DeadCleanup>,
    pub promises: Vec<Promise>,
    pub races: Vec<Race>,
    pub recursions: Vec<Recursion>,
    pub reads: Vec<Read>,
    pub intakes: Vec<intakes::Intake>,
    pub unread: Vec<answers::Unread>,
    pub pipes: Vec<pipes::Pipe>,
    pub stores: Vec<Store>,
    pub imports: imports::Imports,
    pub links: Links,
    pub directives: Vec<Directive>,
    pub notices: Vec<Notice>,
}
