//! Prints an outcome: one printer a file, and what they share.

pub mod agent;
mod change;
pub mod checkstyle;
pub mod concise;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod places;
pub mod pretty;
pub mod rdjson;
pub mod rules;
pub mod sarif;
pub mod statistics;
mod unchecked;
mod window;
mod wrap;
mod xml;

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

use crate::Outcome;
use crate::args::Format;
use crate::config;
use crate::finding::{Notice, NoticeKind, Severity};
use crate::source::Unit;
use unchecked::Unchecked;

/// How text for people looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub colour: bool,
    /// Drawn with ASCII only.
    pub ascii: bool,
    /// Columns of a line.
    pub width: usize,
}

impl Look {
    /// What goes to a file: the same wherever it is made.
    pub const PLAIN: Self = Self { colour: false, ascii: false, width: WIDTH };

    /// `columns`: as many as there are, where that is known. The rest of the look comes from the environment.
    #[must_use]
    pub fn new(colour: bool, columns: Option<usize>) -> Self {
        let width = columns.map_or(WIDTH, |columns| columns.clamp(NARROWEST, WIDEST));
        Self { colour, ascii: config::ascii(), width }
    }

    /// `text` in this style, an ANSI code such as `1;31`.
    #[must_use]
    pub fn paint(self, style: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Text that came from outside, made harmless.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        let safe = safe(text);
        if self.ascii && !safe.is_ascii() {
            return Cow::Owned(safe.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect());
        }
        safe
    }
}

/// Columns where nobody says how many there are.
const WIDTH: usize = 100;
/// Less has no room for a snippet.
const NARROWEST: usize = 40;
/// More is hard to read, and nobody has it.
const WIDEST: usize = 1000;

pub const BOLD: &str = "1";
pub const DIM: &str = "2";
pub const RED: &str = "1;31";
pub const YELLOW: &str = "1;33";
pub const CYAN: &str = "36";
pub const GREEN: &str = "32";

/// Notices printed for people; the rest is counted.
const TOLD: usize = 100;

/// Prints the findings; for programs, the notices as well.
///
/// # Errors
/// When `out` cannot be written.
pub fn findings(out: &mut dyn Write, outcome: &Outcome, format: Format, look: Look) -> io::Result<()> {
    match format {
        Format::Pretty => pretty::print(out, outcome, look),
        Format::Concise => concise::print(out, outcome, Unit::Utf16, look),
        Format::Vim => concise::print(out, outcome, Unit::Bytes, look),
        Format::Agent => agent::print(out, outcome),
        Format::Json => json::print(out, outcome),
        Format::Jsonl => json::print_lines(out, outcome),
        Format::Sarif => sarif::print(out, outcome, &places::folder()),
        Format::Github => github::print(out, outcome, &places::folder()),
        Format::Gitlab => gitlab::print(out, outcome, &places::folder()),
        Format::Junit => junit::print(out, outcome),
        Format::Checkstyle => checkstyle::print(out, outcome),
        Format::Rdjson => rdjson::print(out, outcome),
        Format::Html => html::print(out, outcome),
    }
}

/// Whether a report in this format says what a notice of this kind says, so that nobody else has to.
#[must_use]
pub const fn tells(format: Format, kind: NoticeKind) -> bool {
    match format {
        Format::Json | Format::Jsonl | Format::Agent | Format::Github => true,
        Format::Concise | Format::Vim => !matches!(kind, NoticeKind::Note),
        // For people these are drawn beneath the findings; the others are read by programs, and people look on.
        Format::Pretty
        | Format::Sarif
        | Format::Gitlab
        | Format::Junit
        | Format::Checkstyle
        | Format::Rdjson
        | Format::Html => false,
    }
}

/// Whether a report in this format says how many findings there are.
#[must_use]
pub const fn counts_itself(format: Format) -> bool {
    matches!(format, Format::Json | Format::Jsonl | Format::Agent)
}

/// Prints what was not judged, and why, unless a report in the format `printed` has told it.
///
/// # Errors
/// When `out` cannot be written.
pub fn notices(out: &mut dyn Write, outcome: &Outcome, printed: Option<Format>, look: Look) -> io::Result<()> {
    let is_new = |kind| !printed.is_some_and(|format| tells(format, kind));
    let untold: Vec<&Notice> = outcome.notices.iter().filter(|notice| is_new(notice.kind)).collect();
    for notice in untold.iter().take(TOLD) {
        let (style, word) = match notice.kind {
            NoticeKind::Note => (CYAN, "note"),
            NoticeKind::Syntax | NoticeKind::Failure => (RED, "error"),
        };
        let entry = Unchecked::new(notice, outcome);
        let at = entry.at(Unit::Utf16).map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
        let said = format!("{}{at}: {}", look.text(&notice.path), look.text(&notice.message));
        let head = look.paint(style, word);
        if printed != Some(Format::Pretty) {
            writeln!(out, "{head}: {said}")?;
            continue;
        }
        writeln!(out, "{head}:{}", wrap::Paragraph { taken: word.len() + 2, indent: 2 }.fill(&said, look))?;
        if let (NoticeKind::Syntax, Some(span), Some(source)) = (notice.kind, notice.span, entry.source) {
            pretty::place(out, source, span, look)?;
        }
    }
    let more = untold.len().saturating_sub(TOLD);
    if more > 0 { writeln!(out, "... and {more} more notes") } else { Ok(()) }
}

/// One line at the end, on a clean run too.
///
/// # Errors
/// When `out` cannot be written.
pub fn summary(out: &mut dyn Write, outcome: &Outcome, took: Duration, look: Look) -> io::Result<()> {
    if outcome.files == 0 {
        return Ok(());
    }
    let took = took.as_secs_f64();
    let files = plural(outcome.files, "file");
    let skipped = outcome.notices.iter().filter(|n| n.kind != NoticeKind::Note).count();
    let skipped = if skipped == 0 { String::new() } else { format!("; {} above", plural(skipped, "problem")) };
    let counts = counts(outcome);
    if counts.is_empty() {
        let said = look.paint(if skipped.is_empty() { GREEN } else { BOLD }, "no leaks found");
        return writeln!(out, "{said} in {files} ({took:.2} s){skipped}");
    }
    let style = if outcome.count(Severity::Error) > 0 { RED } else { YELLOW };
    writeln!(out, "{} in {files} ({took:.2} s){skipped}", look.paint(style, &counts))
}

/// "2 errors, 1 warning"; empty when nothing was found.
#[must_use]
pub fn counts(outcome: &Outcome) -> String {
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "hint")]
        .into_iter()
        .filter(|(severity, _)| outcome.count(*severity) > 0)
        .map(|(severity, word)| plural(outcome.count(severity), word));
    parts.collect::<Vec<_>>().join(", ")
}

/// Says why there was nothing to do.
///
/// # Errors
/// When `out` cannot be written.
pub fn nothing_read(out: &mut dyn Write, outcome: &Outcome, look: Look) -> io::Result<()> {
    let note = look.paint(CYAN, "note");
    for path in &outcome.unsupported {
        writeln!(out, "{note}: {}: unsupported file type", look.text(path))?;
    }
    writeln!(out, "{note}: no files to check: there is no JavaScript or TypeScript here, or all of it is ignored")
}

/// Text from outside made harmless for a terminal: control and direction characters become visible signs.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| sign(c) != c) { Cow::Owned(text.chars().map(sign).collect()) } else { Cow::Borrowed(text) }
}

/// What stands for a character in a terminal: itself, unless it would steer the terminal or turn the text around.
const fn sign(c: char) -> char {
    match c {
        '\0'..='\x1f' => match char::from_u32(0x2400 + c as u32) {
            Some(picture) => picture,
            None => '\u{fffd}',
        },
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

/// How a severity is painted.
const fn style(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => RED,
        Severity::Warning | Severity::Info => YELLOW,
    }
}

/// `1 file`, `2 files`.
fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(safe("a\x1b[31m\u{202e}b\n"), "a␛[31m\u{fffd}b␊");
        assert_eq!(safe("plain é"), "plain é");
    }
}
