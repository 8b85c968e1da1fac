//! The closes of a file by the event that they name: a listener is compared with those that may mean it.

use rustc_hash::FxHashMap;

use super::listeners::is_literal_event;
use crate::facts::{Close, Handle, What};
use crate::program::Unit;

/// Indexes of the closes of listeners.
#[derive(Debug, Default)]
pub struct ByEvent {
    /// Those that mean this event and no other.
    of: FxHashMap<String, Vec<usize>>,
    /// Those that may mean others too.
    any: Vec<usize>,
}

impl Unit {
    /// The closes that may be of this listener, as far as its event tells.
    pub(super) fn closes_of_event(&self, handle: &Handle) -> impl Iterator<Item = &Close> {
        let closes = self.closes.get_or_init(|| {
            let mut found = ByEvent::default();
            let of_listeners = self.facts.closes.iter().enumerate().filter(|(_, close)| close.what == What::Listener);
            for (index, close) in of_listeners {
                match &close.event {
                    Some(event) if is_literal_event(event) && !close.namespaces => {
                        found.of.entry(event.clone()).or_default().push(index);
                    }
                    _ => found.any.push(index),
                }
            }
            found
        });
        let own = closes.of.get(&handle.event).map_or(&[][..], Vec::as_slice);
        own.iter().chain(&closes.any).map(|index| &self.facts.closes[*index])
    }
}
