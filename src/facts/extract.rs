//! From the syntax tree of one block to its facts: the passes in their order.

use oxc_semantic::Semantic;

use super::reader::Reader;
use super::{FileFacts, Guard, TOP};
use crate::apis::Apis;

/// Reads what the rules may need to know of one block of code; see [`everything`] for the parameters.
#[must_use]
pub fn extract(semantic: &Semantic<'_>, offset: u32, path: &str, apis: &'static Apis) -> FileFacts {
    let mut facts = everything(semantic, offset, path, apis);
    // What is opened at start-up, or once only, is opened once: no rule asks for it.
    facts.handles.retain(|h| h.function != TOP && h.guard != Guard::Once);
    // In most files nothing grows, opens or waits: they are not carried along.
    if facts.is_interesting() { facts } else { FileFacts::default() }
}

/// Reads all facts of one block of code.
///
/// `offset` is the byte offset of the block in its file: all spans of the result are bytes of the whole file.
/// `path` is the path as shown to the user.
#[must_use]
pub fn everything(semantic: &Semantic<'_>, offset: u32, path: &str, apis: &'static Apis) -> FileFacts {
    let mut reader = Reader::new(semantic, offset, path, apis);
    reader.number_functions();
    reader.note_exports();
    reader.name_functions();
    reader.note_uses();
    reader.note_containers();
    reader.note_handles();
    reader.note_promises();
    reader.note_reads();
    reader.note_pipes();
    reader.note_imports();
    reader.facts
}
