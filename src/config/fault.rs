//! What is wrong with a configuration, and where: file, line, column, key, and the nearest valid spelling.

use std::fmt;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Path as the user sees it.
    pub file: String,
    /// Line and column, 1-based, columns count characters. `None`: the file as a whole.
    pub place: Option<(usize, usize)>,
    /// Dotted way to the value, items counted from 1: `overrides.2.rules`. Empty where there is none.
    pub key: String,
    pub message: String,
}

impl Fault {
    /// The file as a whole is at fault.
    #[must_use]
    pub fn whole(file: &str, message: String) -> Self {
        Self { file: file.to_owned(), place: None, key: String::new(), message }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, key, message } = self;
        write!(f, "{file}")?;
        if let Some((line, column)) = place {
            write!(f, ":{line}:{column}")?;
        }
        if key.is_empty() { write!(f, ": {message}") } else { write!(f, ": `{}`: {message}", shortened(key)) }
    }
}

impl std::error::Error for Fault {}

/// One step towards a value.
#[derive(Debug, Clone, Copy)]
pub enum Step<'k> {
    Key(&'k str),
    /// Counted from 0.
    Item(usize),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{key}"),
            Self::Item(index) => write!(f, "{}", index + 1),
        }
    }
}

/// Line and column of a byte offset, 1-based, columns in characters.
#[must_use]
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

/// `: did you mean ..?`, or the words that are known when none is near and there are few of them.
#[must_use]
pub fn hint(unknown: &str, known: &[&str]) -> String {
    const FEW: usize = 16;
    if let Some(near) = nearest(unknown, known) {
        return format!(": did you mean `{near}`?");
    }
    let few = known.len() <= FEW && !known.is_empty();
    if few { format!(": there is `{}`", known.join("`, `")) } else { String::new() }
}

/// The word that looks most like `word`, when one does.
#[must_use]
pub fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|one| (strsim::jaro_winkler(&word, &one.to_lowercase()), *one))
        .filter(|(alike, _)| *alike > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, one)| one)
}

/// A name from outside, cut to what can be read at a glance.
#[must_use]
pub fn shortened(name: &str) -> String {
    if name.chars().count() > 60 { name.chars().take(60).chain(['…']).collect() } else { name.to_owned() }
}
