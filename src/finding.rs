//! What the linter says: one finding with its evidence, and the notices about files it could not judge.

use serde::{Deserialize, Serialize};

use crate::program::whose::Whose;

/// A range of UTF-8 bytes in a file, end exclusive. In a component file the offsets are those of the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Whether `other` lies wholly inside this range.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A file of this run: its place in the sorted list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The file at this place in the list.
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// How bad a defect is when it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How certain the linter is that this is the defect it names.
///
/// `Sure`: the shape was seen to retain memory under Node in a fixture and no escape, alias or unknown call is involved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Guess,
    Likely,
    Sure,
}

impl Confidence {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Sure => "sure",
        }
    }
}

/// What a label shows. The first label of a finding is the place where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A place that has to do with it.
    #[default]
    Place,
    /// Why it happens again and again.
    Again,
    /// What keeps it alive.
    Keeper,
}

/// A place that supports a finding: where it grows, why that runs again, who keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub file: FileId,
    pub span: Span,
    pub text: String,
    pub role: Role,
}

/// One replacement of the bytes of `span` by `text`; an empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub file: FileId,
    pub span: Span,
    pub text: String,
}

/// A suggested change. `safe` means that the meaning of leak-free code stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub safe: bool,
    pub edits: Vec<Edit>,
}

/// One defect with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    pub file: FileId,
    pub span: Span,
    /// Lower case, no full stop, names the thing.
    pub message: String,
    pub labels: Vec<Label>,
    /// Starts with a verb; empty when a fix says it all.
    pub help: String,
    pub fixes: Vec<Fix>,
    /// Whose code it is in.
    pub whose: Whose,
}

/// Why a file, or a part of it, was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Worth knowing; the exit code stays.
    Note,
    /// The file is not valid JavaScript or TypeScript: counts as a finding for the exit code (1).
    Syntax,
    /// The job could not be done for this file: exit code 2.
    Failure,
}

/// What the linter could not do, where and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    /// Path as shown to the user.
    pub path: String,
    pub span: Option<Span>,
    pub message: String,
}
