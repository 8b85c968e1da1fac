//! From a parsed file to its facts.

use oxc_ast::ast::Program;
use oxc_semantic::Semantic;

use super::FileFacts;
use crate::apis::Apis;

/// The facts of one block of code that starts at byte `offset` of the file `path`. All spans are bytes of the file.
#[must_use]
#[expect(clippy::too_many_arguments, reason = "to become one `FileInput`")]
pub fn extract(_program: &Program<'_>, _semantic: &Semantic<'_>, _offset: u32, _apis: &Apis, _path: &str) -> FileFacts {
    FileFacts::default()
}
