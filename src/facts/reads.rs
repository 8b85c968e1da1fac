//! Whole-input reads and the sinks that their data passes to; pipes and what ends them.

use super::reader::Reader;

impl Reader<'_, '_> {
    /// Finds calls that bring a whole file, body or object into memory.
    pub fn note_reads(&mut self) {}

    /// Finds `source.pipe(target)` of Node streams.
    pub fn note_pipes(&mut self) {}
}
