//! All files together: the questions that rules ask.

use crate::facts::FileFacts;

/// The linked program.
pub struct Program {
    pub files: Vec<FileFacts>,
}
