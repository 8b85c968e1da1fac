//! All files together: the questions that rules ask.

use crate::facts::FileFacts;

/// The linked program.
pub struct Program {
    pub files: Vec<FileFacts>,
}

impl Program {
    /// Puts the facts of all files together.
    #[must_use]
    pub fn link(files: Vec<FileFacts>) -> Self {
        Self { files }
    }
}
