//! What is wrong with a table, and where: file, line, column and key.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table that cannot be used. Lines and columns are 1-based, columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// Dotted way to the value, counted from 1: `row.3.makes`. Empty when the file is no TOML.
    pub key: String,
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, key, message } = self;
        if key.is_empty() {
            write!(f, "{file}:{line}:{column}: {message}")
        } else {
            write!(f, "{file}:{line}:{column}: `{key}`: {message}")
        }
    }
}

impl std::error::Error for TableError {}

/// One step towards a value of a table.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl TableError {
    /// What the parser could not read.
    pub(crate) fn parsing(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().unwrap_or_default();
        let key = DeTable::parse(text).map(|table| key_at(table.get_ref(), at.start)).unwrap_or_default();
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        Self::at((file, text), at.start, key, message)
    }

    /// What was read but makes no sense. Points at the deepest step that the file has.
    pub(crate) fn meaning((file, text): (&str, &str), steps: &[Step<'_>], message: String) -> Self {
        let key = steps.iter().map(|step| match step {
            Step::Key(key) => (*key).to_owned(),
            Step::Item(index) => (index + 1).to_string(),
        });
        let key = key.collect::<Vec<_>>().join(".");
        let start = DeTable::parse(text).map(|table| find(table.get_ref(), steps).start).unwrap_or_default();
        Self::at((file, text), start, key, message)
    }

    fn at((file, text): (&str, &str), offset: usize, key: String, message: String) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self { file: file.to_owned(), line, column, key, message }
    }
}

/// Where `steps` lead. A key that is missing leaves us at the value that should have it.
fn find(table: &DeTable<'_>, steps: &[Step<'_>]) -> Range<usize> {
    let mut at = Range::default();
    let mut within = Some(table);
    let mut items: &[Spanned<DeValue<'_>>] = &[];
    for step in steps {
        let value = match step {
            Step::Key(key) => within.and_then(|table| table.get(*key)),
            Step::Item(index) => items.get(*index),
        };
        let Some(value) = value else { break };
        at = value.span();
        within = value.get_ref().as_table();
        items = value.get_ref().as_array().map_or(&[], |array| &array[..]);
    }
    at
}

/// The way to the innermost key or value that holds `offset`.
fn key_at(table: &DeTable<'_>, offset: usize) -> String {
    let mut best = String::new();
    let mut tables = vec![(String::new(), table)];
    while let Some((way, table)) = tables.pop() {
        for (key, value) in table {
            let dot = if way.is_empty() { "" } else { "." };
            let way = format!("{way}{dot}{}", key.get_ref());
            let mut values = vec![(way.clone(), value)];
            if let Some(array) = value.get_ref().as_array() {
                values.extend(array.iter().enumerate().map(|(index, item)| (format!("{way}.{}", index + 1), item)));
            }
            if key.span().contains(&offset) && way.len() > best.len() {
                best = way;
            }
            for (way, value) in values {
                if value.span().contains(&offset) && way.len() > best.len() {
                    best.clone_from(&way);
                }
                if let Some(inner) = value.get_ref().as_table() {
                    tables.push((way, inner));
                }
            }
        }
    }
    best
}
