//! Words what is wrong with a file that does not parse: the place, the cause, and what the file may really be.

use oxc_diagnostics::{Diagnostics, OxcDiagnostic};

use crate::finding::{Notice, NoticeKind, Span};
use crate::source::Source;

/// Errors told for each file; one is often the cause of the next hundred.
const TOLD: usize = 3;

/// How the message of a syntax error begins.
const HEAD: &str = "could not be parsed: ";

/// What is wrong, for those who have said already that it is the syntax.
#[must_use]
pub fn without_head(message: &str) -> &str {
    message.strip_prefix(HEAD).unwrap_or(message)
}

/// The first errors of a block that starts at `offset`, and how many more there are.
#[must_use]
pub fn errors(source: &Source, offset: u32, diagnostics: &Diagnostics) -> Vec<Notice> {
    let mut errors: Vec<&OxcDiagnostic> = diagnostics.errors().collect();
    errors.sort_by_key(|error| start(error));
    let more = errors.len().saturating_sub(TOLD);
    let mut notices = Vec::new();
    if errors.is_empty() {
        return notices;
    }
    if let Some(conflict) = merge_conflict(source) {
        return vec![conflict];
    }
    let hint = looks_like(&source.text);
    for error in errors.into_iter().take(if hint.is_some() { 1 } else { TOLD }) {
        let mut message = format!("{HEAD}{}", sentence(&error.message));
        if let Some(hint) = hint {
            message = format!("{message} (this looks like {hint})");
        } else if let Some(help) = &error.help {
            message = format!("{message} ({})", sentence(help));
        }
        notices.push(notice(source, NoticeKind::Syntax, span(error, offset), message));
    }
    if more > 0 && hint.is_none() {
        let what = if more == 1 { "error" } else { "errors" };
        notices.push(notice(source, NoticeKind::Syntax, None, format!("and {more} more syntax {what}")));
    }
    notices
}

/// A `.js` that is valid TypeScript only; it was read as such.
#[must_use]
pub fn typescript(source: &Source, offset: u32, rejected: &Diagnostics) -> Notice {
    let first = rejected.errors().min_by_key(|error| start(error));
    let message = "not valid JavaScript: read as TypeScript (should its name end in `.ts`?)".to_owned();
    notice(source, NoticeKind::Note, first.and_then(|error| span(error, offset)), message)
}

/// Characters that the parser takes for spaces and JavaScript does not: one notice for the first of them.
#[must_use]
pub fn no_space(source: &Source, offset: u32, text: &str, spaces: impl Iterator<Item = u32>) -> Option<Notice> {
    for at in spaces {
        if let Some(c @ ('\u{85}' | '\u{200b}')) = text.get(at as usize..).and_then(|rest| rest.chars().next()) {
            let message = format!("{HEAD}the invisible character U+{:04X} is not a space", u32::from(c));
            return Some(notice(source, NoticeKind::Syntax, Some(Span::new(offset + at, offset + at)), message));
        }
    }
    None
}

/// A file that ends in `declare`: an identifier to the parser, a declaration that is missing to everybody else.
#[must_use]
pub fn half_typed(source: &Source, offset: u32, text: &str) -> Option<Notice> {
    let before = text.trim_end().strip_suffix("declare")?;
    if !before.is_empty() && !before.ends_with([';', '}', '\n', '\r']) {
        return None;
    }
    let start = offset + u32::try_from(before.len()).ok()?;
    let message = format!("{HEAD}the file ends after `declare`");
    Some(notice(source, NoticeKind::Syntax, Some(Span::new(start, start + 7)), message))
}

#[must_use]
pub fn flow(source: &Source) -> Notice {
    notice(source, NoticeKind::Note, None, "Flow is not supported: not checked".to_owned())
}

/// Whether a file that does not parse is written in Flow. `pragma`: the parser saw `@flow`.
#[must_use]
pub fn is_flow(text: &str, pragma: bool) -> bool {
    let head = &text[..text.floor_char_boundary(2000)];
    pragma || head.contains("@flow") || (text.contains("import type ") && text.contains(": ?"))
}

fn notice(source: &Source, kind: NoticeKind, span: Option<Span>, message: String) -> Notice {
    Notice { kind, path: source.path.clone(), span, message }
}

fn start(error: &OxcDiagnostic) -> usize {
    error.labels.first().map_or(0, |label| label.offset() as usize)
}

fn span(error: &OxcDiagnostic, offset: u32) -> Option<Span> {
    let label = error.labels.first()?;
    let start = offset.saturating_add(label.offset());
    Some(Span::new(start, start.saturating_add(label.len())))
}

/// Our style: lower case, no full stop, and a bounded length whatever the file holds.
fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let short: String = text.chars().take(200).collect();
    let mut letters = short.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => short,
    }
}

fn merge_conflict(source: &Source) -> Option<Notice> {
    let text = &*source.text;
    let at = |mark: &str| {
        let start = if text.starts_with(mark) { 0 } else { text.find(&format!("\n{mark}"))? + 1 };
        u32::try_from(start).ok()
    };
    let (ours, middle, theirs) = (at("<<<<<<< ")?, at("=======")?, at(">>>>>>> ")?);
    let line = |offset| source.lines().line(offset) + 1;
    let message = format!(
        "{HEAD}merge conflict markers (ours from line {}, theirs from line {} to {})",
        line(ours),
        line(middle),
        line(theirs)
    );
    Some(notice(source, NoticeKind::Syntax, Some(Span::new(ours, ours + 7)), message))
}

/// What else a file with our ending often is.
fn looks_like(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let head: String = text.chars().take(15).collect::<String>().to_ascii_lowercase();
    if head.starts_with("<?xml") {
        Some("XML")
    } else if head.starts_with("<!doctype") || head.starts_with("<html") {
        Some("HTML")
    } else if text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        Some("JSON")
    } else if head.starts_with("def ") || head.starts_with("from ") {
        Some("Python")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds_of_files_are_recognised() {
        assert_eq!(looks_like("<!DOCTYPE html>"), Some("HTML"));
        assert_eq!(looks_like("<?xml version=\"1.0\"?>"), Some("XML"));
        assert_eq!(looks_like("{\"a\": [1]}"), Some("JSON"));
        assert_eq!(looks_like("let = 1"), None);
    }

    #[test]
    fn sentences_are_in_our_style() {
        assert_eq!(sentence("Unexpected token."), "unexpected token");
        assert_eq!(sentence("JSX is off"), "JSX is off");
        assert_eq!(sentence(""), "");
    }
}
