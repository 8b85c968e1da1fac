//! Whether what is opened and closed in one function is closed on every way out of it.

use oxc_semantic::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::flow::Exit;
use crate::facts::reader::Reader;
use crate::facts::{Close, FunctionId, Handle, Handler, Kept, Missed, PlaceId, Root, What};

/// Handles of one function that are followed to its ends: each walks the function anew.
const MOST_QUESTIONS: u32 = 50;

impl Reader<'_, '_> {
    /// Asks for each handle that its own function closes again: on every way out?
    pub(super) fn note_missed_ways(&mut self, opened: &[NodeId], closed: &[NodeId]) {
        let candidates = Candidates::of(&self.facts.closes);
        let mut asked: FxHashMap<FunctionId, u32> = FxHashMap::default();
        for (index, node) in opened.iter().enumerate() {
            let handle = &self.facts.handles[index];
            let place = match handle.kept_in {
                Kept::Place(place) if handle.what == What::Timer => Some(place),
                _ => handle.receiver.as_ref().and_then(|r| r.place),
            };
            let Some(place) = place.filter(|place| candidates.places.contains(place)) else { continue };
            let times = asked.entry(handle.function).or_default();
            *times += 1;
            // A short timeout is over before anyone minds.
            let short = handle.what == What::Timer && handle.once && handle.delay.is_some_and(|ms| ms < 5000);
            if *times > MOST_QUESTIONS || short {
                continue;
            }
            let mut matching = candidates.of_handle(place, handle);
            matching.retain(|i| closes(&self.facts.closes[*i], handle));
            let local = |i: &usize| self.facts.closes[*i].function == handle.function;
            // A close in a callback may come at any time: nothing is said about those.
            if matching.is_empty() || !matching.iter().all(local) || !self.stays_here(handle, closed, &matching) {
                continue;
            }
            let done: Vec<NodeId> = matching.iter().map(|i| closed[*i]).collect();
            let missed = self.missed_way(*node, handle.function, &done);
            self.facts.handles[index].missed =
                missed.map(|(way, exit)| Missed { way, why: left_open(exit).to_owned(), in_line: true });
        }
    }

    /// Nothing but the matching closes sees the timer's id or the listener: no callback, caller or collection can end it.
    fn stays_here(&self, handle: &Handle, closed: &[NodeId], matching: &[usize]) -> bool {
        let place = match (handle.what, &handle.kept_in, &handle.handler) {
            (What::Timer, Kept::Place(p), _) | (What::Listener, _, Handler::Place(p)) => *p,
            _ => return false,
        };
        let Some(symbol) = self.local_symbol(place, handle.function) else { return false };
        self.scoping.get_resolved_references(symbol).all(|r| {
            let node = r.node_id();
            let in_close = matching.iter().any(|i| self.is_within(node, closed[*i]));
            let in_opening =
                self.span_of(node).start >= handle.statement.start && self.span_of(node).end <= handle.statement.end;
            in_close || in_opening
        })
    }

    /// The local variable of `function` that a place is.
    fn local_symbol(&self, place: PlaceId, function: FunctionId) -> Option<oxc_semantic::SymbolId> {
        let place = &self.facts.places[place.0 as usize];
        let Root::Binding(binding) = place.root else { return None };
        let local = place.path.is_empty() && self.facts.bindings[binding.0 as usize].within == function;
        local.then(|| self.symbol_of_binding(binding)).flatten()
    }
}

/// Closes by all that a handle may know them by: the place, the event, and the place of the handler.
#[derive(Default)]
struct Candidates {
    places: FxHashSet<PlaceId>,
    by_key: FxHashMap<(PlaceId, Option<String>, Option<PlaceId>), Vec<usize>>,
}

impl Candidates {
    fn of(closes: &[Close]) -> Self {
        let mut found = Self::default();
        for (index, close) in closes.iter().enumerate() {
            let Some(place) = close.handle.or_else(|| close.receiver.as_ref().and_then(|r| r.place)) else { continue };
            found.places.insert(place);
            let key = match (&close.handler, close.what) {
                (_, What::Timer) => (place, None, None),
                (None, _) => (place, close.event.clone(), None),
                (Some(Handler::Place(handler)), _) => (place, close.event.clone(), Some(*handler)),
                // Nobody knows which one that is.
                (Some(_), _) => continue,
            };
            found.by_key.entry(key).or_default().push(index);
        }
        found
    }

    /// In the order of the closes.
    fn of_handle(&self, place: PlaceId, handle: &Handle) -> Vec<usize> {
        let handler = if let Handler::Place(handler) = handle.handler { Some(handler) } else { None };
        let mut keys = vec![(place, None, None), (place, Some(handle.event.clone()), None)];
        if handler.is_some() {
            keys.extend([(place, None, handler), (place, Some(handle.event.clone()), handler)]);
        }
        let mut found: Vec<usize> = keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        found.sort_unstable();
        found
    }
}

/// The same handle, beyond doubt.
fn closes(close: &Close, handle: &Handle) -> bool {
    if close.what != handle.what || close.ends {
        return false;
    }
    if handle.what == What::Timer {
        matches!(handle.kept_in, Kept::Place(p) if close.handle == Some(p))
    } else {
        let place = handle.receiver.as_ref().and_then(|r| r.place);
        let same_handler = match (&close.handler, &handle.handler) {
            (Some(Handler::Place(a)), Handler::Place(b)) => a == b,
            (None, _) => true,
            _ => false,
        };
        place.is_some()
            && close.receiver.as_ref().and_then(|r| r.place) == place
            && close.event.as_deref().is_none_or(|e| e == handle.event)
            && same_handler
    }
}

pub(super) const fn left_open(exit: Exit) -> &'static str {
    match exit {
        Exit::Return => "it stays open on this exit path",
        Exit::Throw => "it stays open when this throws",
        Exit::Fails => "it stays open when this fails",
        Exit::End => "it can still be open at the end",
    }
}
