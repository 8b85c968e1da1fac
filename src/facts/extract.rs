//! From the syntax tree of one block to its facts: the passes in their order.

use oxc_semantic::Semantic;

use super::reader::Reader;
use super::{FileFacts, Links};
use crate::apis::Apis;

/// Where a block of code comes from.
pub struct Origin<'s> {
    /// The path as shown to the user.
    pub path: &'s str,
    /// The whole path, by which frameworks find handlers.
    pub place: &'s str,
    /// Byte offset of the block in its file: all spans of the facts are bytes of the whole file.
    pub offset: u32,
}

#[cfg(test)]
impl Origin<'_> {
    /// A text of a unit test.
    #[must_use]
    pub fn of_test() -> Self {
        Self { path: "src/a.ts", place: "src/a.ts", offset: 0 }
    }
}

/// Reads what the rules may need to know of one block of code.
#[must_use]
pub fn extract(semantic: &Semantic<'_>, origin: &Origin<'_>, apis: &'static Apis) -> FileFacts {
    let mut reader = Reader::new(semantic, origin, apis);
    find_candidates(&mut reader);
    // In most files nothing grows, opens or waits: what surrounds the candidates is not even read.
    reader.note_links();
    let facts = &reader.facts;
    let is_asked = facts.is_interesting() || !facts.containers.is_empty();
    if !is_asked && !facts.links.matter() {
        // What it loads is in use.
        let modules = std::mem::take(&mut reader.facts.links.modules);
        return FileFacts { links: Links { modules, ..Links::default() }, ..FileFacts::default() };
    }
    reader.note_surroundings();
    // Fixes need them, and fixes need something to fix.
    if is_asked {
        reader.note_imports();
    }
    let mut facts = reader.facts;
    facts.shrink();
    facts
}

/// What may grow, stay open or hang.
pub(super) fn find_candidates(reader: &mut Reader<'_, '_>) {
    reader.number_functions();
    reader.note_exports();
    reader.note_fields();
    reader.note_containers();
    reader.note_handles();
    reader.note_resources();
    reader.note_replaced();
    reader.note_clients();
    reader.note_sightings();
    reader.note_listening();
    reader.note_dead_cleanups();
    reader.note_promises();
    reader.note_recursions();
    reader.note_reads();
    reader.note_intakes();
    reader.note_unread();
    reader.note_pipes();
    reader.note_stores();
}
