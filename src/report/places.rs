//! Places as other programs want them: addresses, columns of bytes, paths from the top of a repository.

use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::finding::{FileId, Finding, Fix, Label, Span};
use crate::source::{Source, Unit};
use crate::sources::Sources;
use crate::walk;

/// All but what RFC 3986 calls unreserved, and the slash between folders.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The working directory below the top of the repository that CI checked out, with a slash at its end. Empty at the top,
/// and where no CI says what the top is.
#[must_use]
pub fn folder() -> String {
    let top = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].iter().find_map(std::env::var_os).map(PathBuf::from);
    let below = || Some(walk::shown(&std::env::current_dir().ok()?.canonicalize().ok()?, &top?.canonicalize().ok()?));
    below().filter(|path| !path.is_empty() && !is_absolute(path)).map_or_else(String::new, |path| path + "/")
}

/// `path` as seen from the top of the repository.
#[must_use]
pub fn from_top(folder: &str, path: &str) -> String {
    if is_absolute(path) { path.to_owned() } else { format!("{folder}{path}") }
}

/// Whether a shown path lies outside of the working directory.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1..3) == Some(b":/") && cfg!(windows);
    path.starts_with('/') || drive
}

/// An address by RFC 3986: relative for what lies in the working directory, `file://..` for all else.
#[must_use]
pub fn address(path: &str) -> String {
    if !is_absolute(path) {
        return utf8_percent_encode(path, ESCAPED).to_string();
    }
    let (drive, rest) = if path.starts_with('/') { ("", path) } else { path.split_at(2) };
    let slash = if drive.is_empty() { "" } else { "/" };
    format!("file://{slash}{drive}{}", utf8_percent_encode(rest, ESCAPED))
}

/// 1-based line, and 1-based column in the UTF-8 bytes of that line, of a byte offset. Here a byte-order mark counts:
/// who reads it compares with the bytes of a diff.
#[must_use]
pub fn in_bytes(source: &Source, offset: u32) -> (u32, u32) {
    let line = source.lines().line(offset);
    let start = source.lines().range(&source.text, line).start;
    (line + 1, (offset as usize).saturating_sub(start).try_into().unwrap_or(u32::MAX).saturating_add(1))
}

/// Where a label stands, as short as can be: `12:3` in the file of its finding, `bus.js:12:3` elsewhere.
#[must_use]
pub fn spot(label: &Label, home: FileId, sources: &Sources) -> String {
    let source = sources.of(label.file);
    let (line, column) = source.at(label.span.start, Unit::Utf16);
    if source.path == sources.of(home).path {
        return format!("{line}:{column}");
    }
    format!("{}:{line}:{column}", source.path)
}

/// The evidence and what to do about it, one line each: `6:3: grows here, once per request`.
#[must_use]
pub fn details(finding: &Finding, sources: &Sources) -> Vec<String> {
    let label = |label: &Label| format!("{}: {}", spot(label, finding.file, sources), label.text);
    let mut lines: Vec<String> = finding.labels.iter().map(label).collect();
    if !finding.help.is_empty() {
        lines.push(format!("help: {}", finding.help));
    }
    lines.extend(finding.fixes.first().map(|fix| format!("fix: {}", fix.title)));
    lines
}

/// The edits of a fix as one replacement in `source`. `None` when it changes other files as well.
#[must_use]
pub fn one_edit(fix: &Fix, source: &Source, sources: &Sources) -> Option<(Span, String)> {
    if fix.edits.iter().any(|edit| sources.of(edit.file).path != source.path) {
        return None;
    }
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let whole = Span::new(edits.first()?.span.start, edits.iter().map(|edit| edit.span.end).max()?);
    let (mut text, mut at) = (String::new(), whole.start as usize);
    for edit in edits {
        text.push_str(source.text.get(at..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    Some((whole, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_odd_character() {
        assert_eq!(address("src/a b#c?[é].js"), "src/a%20b%23c%3F%5B%C3%A9%5D.js");
        assert_eq!(address("a:b%\\c.js"), "a%3Ab%25%5Cc.js");
        assert_eq!(address("/srv/my app/a.js"), "file:///srv/my%20app/a.js");
    }
}
