//! Says whether a file holds anything that a rule could report on, and keeps what it holds small.

use super::{Does, FileFacts, Settles};

impl FileFacts {
    /// Gives back memory that was kept for more: facts stay until the end of the run. The longest lists only.
    pub(super) fn shrink(&mut self) {
        self.functions.shrink_to_fit();
        self.bindings.shrink_to_fit();
        self.places.shrink_to_fit();
        self.calls.shrink_to_fit();
        self.aliases.shrink_to_fit();
        self.containers.shrink_to_fit();
    }

    /// Whether a finding may point into this file: if not, its text need not be kept.
    #[must_use]
    pub fn is_interesting(&self) -> bool {
        let grows = || self.containers.iter().any(|c| c.ops.iter().any(|op| op.does == Does::Grow));
        let hangs = || self.promises.iter().any(|p| !matches!(p.settles, Settles::Always | Settles::Escapes));
        !self.handles.is_empty()
            || !self.resources.is_empty()
            || !self.clients.is_empty()
            || !self.sightings.is_empty()
            || !self.replaced.is_empty()
            || !self.mismatches.is_empty()
            || !self.aborts.is_empty()
            || !self.dead_cleanups.is_empty()
            || !self.forgotten.is_empty()
            || !self.races.is_empty()
            || !self.recursions.is_empty()
            || !self.reads.is_empty()
            || !self.intakes.is_empty()
            || !self.unread.is_empty()
            || !self.pipes.is_empty()
            || !self.stores.is_empty()
            || !self.directives.is_empty()
            || grows()
            || hangs()
    }
}
