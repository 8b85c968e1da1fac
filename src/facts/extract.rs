//! From the syntax tree of one block to its facts: the passes in their order.

use oxc_semantic::Semantic;

use super::FileFacts;
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
    reader.facts
}
