//! Whether what is opened and closed in one function is closed on every way out of it.

use oxc_semantic::NodeId;
use rustc_hash::FxHashMap;

use crate::facts::flow::Exit;
use crate::facts::reader::Reader;
use crate::facts::{Close, FunctionId, Handle, Handler, Kept, Missed, PlaceId, Root, What};

/// Handles of one function that are followed to its ends: each walks the function anew.
const MOST_QUESTIONS: u32 = 50;

impl Reader<'_, '_> {
    /// Asks for each handle that its own function closes again: on every way out?
    pub(super) fn note_missed_ways(&mut self, opened: &[NodeId], closed: &[NodeId]) {
        let mut by_place: FxHashMap<PlaceId, Vec<usize>> = FxHashMap::default();
        for (index, close) in self.facts.closes.iter().enumerate() {
            let place = close.handle.or_else(|| close.receiver.as_ref().and_then(|r| r.place));
            if let Some(place) = place {
                by_place.entry(place).or_default().push(index);
            }
        }
        let mut asked: FxHashMap<FunctionId, u32> = FxHashMap::default();
        for (index, node) in opened.iter().enumerate() {
            let handle = &self.facts.handles[index];
            let place = match handle.kept_in {
                Kept::Place(place) if handle.what == What::Timer => Some(place),
                _ => handle.receiver.as_ref().and_then(|r| r.place),
            };
            let Some(candidates) = place.and_then(|p| by_place.get(&p)) else { continue };
            let times = asked.entry(handle.function).or_default();
            *times += 1;
            // A short timeout is over before anyone minds.
            let short = handle.what == What::Timer && handle.once && handle.delay.is_some_and(|ms| ms < 5000);
            if *times > MOST_QUESTIONS || short {
                continue;
            }
            let matching: Vec<usize> =
                candidates.iter().copied().filter(|i| closes(&self.facts.closes[*i], handle)).collect();
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
        Exit::Return => "this way out leaves it open",
        Exit::Throw => "when this is thrown it stays open",
        Exit::Fails => "when this fails it stays open",
        Exit::End => "the end can be reached with it still open",
    }
}
