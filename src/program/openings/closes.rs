//! The closes of a file by what they name: a handle is compared with those that may mean it.

use rustc_hash::FxHashMap;

use super::listeners::is_literal_event;
use crate::facts::{Close, Handle, PlaceId, What};
use crate::program::Unit;

/// Indexes of the closes of listeners and timers.
#[derive(Debug, Default)]
pub struct ByName {
    /// Those of listeners that mean this event and no other.
    of_event: FxHashMap<String, Vec<usize>>,
    /// Those of timers by the place that they clear, and by its last name.
    of_place: FxHashMap<PlaceId, Vec<usize>>,
    of_name: FxHashMap<String, Vec<usize>>,
    /// Those that may mean others too, of listeners and of timers.
    any_listener: Vec<usize>,
    any_timer: Vec<usize>,
}

impl Unit {
    fn closes_by_name(&self) -> &ByName {
        self.closes.get_or_init(|| {
            let mut found = ByName::default();
            for (index, close) in self.facts.closes.iter().enumerate() {
                match (close.what, &close.event, close.handle) {
                    (What::Listener, Some(event), _) if is_literal_event(event) && !close.namespaces => {
                        found.of_event.entry(event.clone()).or_default().push(index);
                    }
                    (What::Listener, ..) => found.any_listener.push(index),
                    (What::Timer, _, Some(place)) if !self.is_vague(place) => {
                        found.of_place.entry(place).or_default().push(index);
                        if let Some(name) = self.last_step(place) {
                            found.of_name.entry(name.to_owned()).or_default().push(index);
                        }
                    }
                    (What::Timer, ..) => found.any_timer.push(index),
                    _ => {}
                }
            }
            found
        })
    }

    /// The closes that may be of this listener, as far as its event tells.
    pub(super) fn closes_of_event(&self, handle: &Handle) -> impl Iterator<Item = &Close> {
        let closes = self.closes_by_name();
        let own = closes.of_event.get(&handle.event).into_iter().flatten();
        own.chain(&closes.any_listener).map(|index| &self.facts.closes[*index])
    }

    /// The calls that may clear the timer that is kept here.
    pub(super) fn clears_of_place(&self, kept: PlaceId) -> impl Iterator<Item = &Close> {
        let closes = self.closes_by_name();
        let named = self.last_step(kept).and_then(|name| closes.of_name.get(name)).into_iter().flatten();
        let other = move |(one, other): &(PlaceId, PlaceId)| match (*one == kept, *other == kept) {
            (true, _) => Some(*other),
            (_, true) => Some(*one),
            _ => None,
        };
        let same = std::iter::once(kept).chain(self.facts.aliases.iter().filter_map(other));
        let same = same.filter_map(|place| closes.of_place.get(&place)).flatten();
        named.chain(same).chain(&closes.any_timer).map(|index| &self.facts.closes[*index])
    }
}
