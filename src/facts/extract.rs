//! From the syntax tree of one block to its facts: the passes in their order.

use oxc_semantic::Semantic;

use super::{FileFacts, Guard, TOP};
use super::reader::Reader;
use crate::apis::Apis;

/// Reads the facts of one block of code.
///
/// `offset` is the byte offset of the block in its file: all spans of the result are bytes of the whole file.
/// `path` is the path as shown to the user.
#[must_use]
pub fn extract(semantic: &Semantic<'_>, offset: u32, path: &str, apis: &'static Apis) -> FileFacts {
    let mut reader = Reader::new(semantic, offset, path, apis);
    reader.number_functions();
    reader.note_exports();
    reader.name_functions();
    reader.note_uses();
    reader.note_containers();
    reader.note_imports();
    reader.note_handles();
    reader.note_promises();
    reader.note_reads();
    reader.note_pipes();
    let mut facts = reader.facts;
    // What is opened at start-up, or once only, is opened once: no rule asks for it.
    facts.handles.retain(|h| h.function != TOP && h.guard != Guard::Once);
    // In most files nothing grows, opens or waits: they are not carried along.
    if facts.is_interesting() { facts } else { FileFacts::default() }
}
