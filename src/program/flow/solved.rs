//! What the worklist found: which things are where, what calls call, who calls a function.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::call::{ApiCall, Caller};
use super::solve::Sink;
use super::things::{Thing, ThingId, Things};
use super::words::Word;
use super::{FunctionRef, Node};

/// Things in one place.
pub(super) type Set = SmallVec<[ThingId; 2]>;

/// What the worklist found.
#[derive(Default)]
pub struct Solved {
    pub things: Things,
    pub(super) sets: FxHashMap<Node, Set>,
    /// Functions of the program that a call calls.
    pub(super) targets: FxHashMap<Node, SmallVec<[FunctionRef; 2]>>,
    /// Library calls.
    pub(super) apis: FxHashMap<Node, SmallVec<[ApiCall; 1]>>,
    pub(super) callers: FxHashMap<FunctionRef, Vec<Caller>>,
    /// Calls whose callee may be something that is not in sight.
    pub(super) open: FxHashSet<Node>,
    /// Functions that somebody out of sight may call.
    pub(super) escaped: FxHashSet<FunctionRef>,
    /// The place for what a function gives back.
    pub(super) returns: FxHashMap<FunctionRef, Node>,
    /// Where values go beyond the edges of the graph.
    pub(super) sinks: FxHashMap<Node, Vec<Sink>>,
    /// The field that a place stands for.
    pub(super) field_of: FxHashMap<Node, (ThingId, Word)>,
    /// The place of a field of an object.
    pub(super) fields: FxHashMap<(ThingId, Word), Node>,
    /// Where entries of an object are written without a known key.
    pub(super) entries: FxHashMap<ThingId, Node>,
    /// Places of fields that somebody writes.
    pub(super) written: FxHashSet<Node>,
    /// What a thing inherits from, or was spread into it.
    pub(super) parents: FxHashMap<ThingId, Vec<ThingId>>,
    pub(super) escaped_things: FxHashSet<ThingId>,
}

impl Solved {
    /// What a node can be. Empty: nothing that is followed, a number for instance.
    #[must_use]
    pub fn set(&self, node: Node) -> &[ThingId] {
        self.sets.get(&node).map_or(&[], |set| set.as_slice())
    }

    /// Where a value goes from there, beyond the edges of the graph.
    #[must_use]
    pub fn sinks(&self, node: Node) -> &[Sink] {
        self.sinks.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The object and the key of a place that is a field.
    #[must_use]
    pub fn field(&self, place: Node) -> Option<(Thing, Word)> {
        self.field_of.get(&place).map(|(thing, word)| (self.things.get(*thing), *word))
    }

    /// The number of a thing that was found somewhere.
    #[must_use]
    pub fn id(&self, thing: Thing) -> Option<ThingId> {
        self.things.find(thing)
    }

    /// The place of a field of a thing, its own or one that it has from elsewhere, if somebody writes it.
    #[must_use]
    pub fn written_field(&self, thing: ThingId, word: Word) -> Option<Node> {
        let (mut seen, mut waiting) = (FxHashSet::default(), vec![thing]);
        while let Some(thing) = waiting.pop() {
            if !seen.insert(thing) {
                continue;
            }
            if let Some(place) = self.fields.get(&(thing, word)).filter(|place| self.written.contains(place)) {
                return Some(*place);
            }
            waiting.extend(self.parents.get(&thing).into_iter().flatten());
        }
        None
    }

    /// Nothing is known to have been written into a thing under a key that nobody knows, neither here nor out of sight.
    #[must_use]
    pub fn is_closed(&self, thing: ThingId) -> bool {
        let (mut seen, mut waiting) = (FxHashSet::default(), vec![thing]);
        while let Some(thing) = waiting.pop() {
            if !seen.insert(thing) {
                continue;
            }
            let whole = match self.things.get(thing) {
                Thing::Made(..) | Thing::Instance(..) | Thing::Constructed(_) => true,
                other => other.is_literal(),
            };
            let open = !whole || self.entries.get(&thing).is_some_and(|place| self.written.contains(place));
            if open {
                return false;
            }
            waiting.extend(self.parents.get(&thing).into_iter().flatten());
        }
        true
    }

    /// The place for what a function gives back, if it gives anything back.
    #[must_use]
    pub fn returns(&self, function: FunctionRef) -> Option<Node> {
        self.returns.get(&function).copied()
    }

    pub fn things(&self, node: Node) -> impl Iterator<Item = Thing> + '_ {
        self.set(node).iter().map(|id| self.things.get(*id))
    }

    /// Nothing from out of sight can be there, and something is known.
    #[must_use]
    pub fn is_complete(&self, node: Node) -> bool {
        let set = self.set(node);
        !set.is_empty() && !set.contains(&ThingId::UNKNOWN)
    }

    #[must_use]
    pub fn targets(&self, call: Node) -> &[FunctionRef] {
        self.targets.get(&call).map_or(&[], |targets| targets.as_slice())
    }

    #[must_use]
    pub fn apis(&self, call: Node) -> &[ApiCall] {
        self.apis.get(&call).map_or(&[], |calls| calls.as_slice())
    }

    /// All calls of libraries, in no order.
    pub fn api_calls(&self) -> impl Iterator<Item = (Node, &[ApiCall])> {
        self.apis.iter().map(|(call, calls)| (*call, calls.as_slice()))
    }

    /// Resolved callers, sorted.
    #[must_use]
    pub fn callers(&self, function: FunctionRef) -> &[Caller] {
        self.callers.get(&function).map_or(&[], Vec::as_slice)
    }

    pub(super) fn open_call(&mut self, call: Node) {
        self.open.insert(call);
    }

    pub(super) fn add_target(&mut self, call: Node, function: FunctionRef) {
        let targets = self.targets.entry(call).or_default();
        if !targets.contains(&function) {
            targets.push(function);
        }
    }

    /// Whether it is new.
    pub(super) fn add_api(&mut self, call: Node, api: ApiCall) -> bool {
        let apis = self.apis.entry(call).or_default();
        let new = !apis.contains(&api);
        if new {
            apis.push(api);
        }
        new
    }

    /// Whether a call may call something that is not in sight.
    #[must_use]
    pub fn is_open(&self, call: Node) -> bool {
        self.open.contains(&call)
    }

    /// Whether somebody out of sight may have a thing.
    #[must_use]
    pub fn is_escaped(&self, thing: ThingId) -> bool {
        self.escaped_things.contains(&thing)
    }

    /// Whether somebody out of sight may call a function.
    #[must_use]
    pub fn escapes(&self, function: FunctionRef) -> bool {
        self.escaped.contains(&function)
    }
}
