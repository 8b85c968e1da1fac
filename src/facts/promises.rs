//! Promises made by hand: executors, `withResolvers`, and on which ways they settle.

use super::reader::Reader;

impl Reader<'_, '_> {
    /// Finds promises whose settling is in the hands of this file.
    pub fn note_promises(&mut self) {}
}
