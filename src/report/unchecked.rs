//! What was not checked, as an entry of a report beside the findings: a syntax error, a file that cannot be read.

use crate::Outcome;
use crate::finding::{Notice, NoticeKind};
use crate::source::{Source, Unit};
use crate::syntax;

/// A notice with the name that every format gives its kind.
#[derive(Debug, Clone, Copy)]
pub struct Unchecked<'o> {
    pub notice: &'o Notice,
    pub source: Option<&'o Source>,
}

/// Syntax errors and failures, in the order of the notices. What is merely worth knowing is left out.
pub fn unchecked(outcome: &Outcome) -> impl Iterator<Item = Unchecked<'_>> {
    let broken = outcome.notices.iter().filter(|notice| notice.kind != NoticeKind::Note);
    broken.map(|notice| Unchecked::new(notice, outcome))
}

impl<'o> Unchecked<'o> {
    #[must_use]
    pub fn new(notice: &'o Notice, outcome: &'o Outcome) -> Self {
        Self { notice, source: outcome.sources.by_path(&notice.path) }
    }

    /// Where others have the id of a rule.
    #[must_use]
    pub const fn id(self) -> &'static str {
        id(self.notice.kind)
    }

    /// The same for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self.notice.kind {
            NoticeKind::Note => "note",
            NoticeKind::Syntax => "syntax error",
            NoticeKind::Failure => "not checked",
        }
    }

    /// What stands behind these words.
    #[must_use]
    pub fn message(self) -> &'o str {
        let message = self.notice.message.as_str();
        if self.notice.kind == NoticeKind::Syntax { syntax::without_head(message) } else { message }
    }

    /// Whether it is about a file; a rule that failed is about none.
    #[must_use]
    pub fn is_about_a_file(self) -> bool {
        self.notice.path != "."
    }

    /// Line and column, where the notice has a place in a text that is at hand.
    #[must_use]
    pub fn at(self, unit: Unit) -> Option<(u32, u32)> {
        Some(self.source?.at(self.notice.span?.start, unit))
    }

    /// The same for readers that want a place in any case: the file begins at 1:1.
    #[must_use]
    pub fn at_least(self, unit: Unit) -> (u32, u32) {
        self.at(unit).unwrap_or((1, 1))
    }
}

/// How formats name a kind of notice.
#[must_use]
pub const fn id(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Note => "note",
        NoticeKind::Syntax => "syntax-error",
        NoticeKind::Failure => "not-checked",
    }
}
