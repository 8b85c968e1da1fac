//! Annotations for GitHub Actions: one workflow command for each finding, and for each file that was not checked.

use std::io::{self, Write};

use super::{places, safe};
use crate::Outcome;
use crate::finding::{Finding, Notice, NoticeKind, Severity, Span};
use crate::source::Source;

/// `folder`: the working directory below the top of the repository, see [`places::folder`].
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, folder: &str) -> io::Result<()> {
    for finding in &outcome.findings {
        writeln!(out, "{}", annotation(finding, outcome, folder))?;
    }
    for notice in &outcome.notices {
        writeln!(out, "{}", of_notice(notice, outcome, folder))?;
    }
    Ok(())
}

fn annotation(finding: &Finding, outcome: &Outcome, folder: &str) -> String {
    let source = outcome.sources.of(finding.file);
    let place = source.position(finding.span.start);
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = property(&places::from_top(folder, &source.path));
    let title = property(&format!("leaklint: {}", finding.rule));
    // The log shows the message only: it says once more where that is.
    let head = format!("{}:{}:{}: {}", source.path, place.line, place.column, finding.message);
    let lines: Vec<String> =
        std::iter::once(head).chain(places::details(finding, &outcome.sources)).map(|line| data(&line)).collect();
    format!("::{command} file={file},{},title={title}::{}", region(source, finding.span), lines.join("%0A"))
}

/// Columns are understood within one line only.
fn region(source: &Source, span: Span) -> String {
    let (start, end) = (source.position(span.start), source.position(span.end));
    if start.line == end.line {
        return format!("line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column);
    }
    format!("line={},endLine={}", start.line, end.line)
}

fn of_notice(notice: &Notice, outcome: &Outcome, folder: &str) -> String {
    let command = if notice.kind == NoticeKind::Note { "notice" } else { "error" };
    let file = property(&places::from_top(folder, &notice.path));
    let at =
        outcome.sources.place_of(notice).map_or_else(String::new, |p| format!(",line={},col={}", p.line, p.column));
    let message = data(&format!("{}: {}", notice.path, notice.message));
    format!("::{command} file={file}{at},title=leaklint::{message}")
}

/// What is said, made harmless: no line of it can be taken for a command.
fn data(text: &str) -> String {
    safe(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property keeps what it is, line breaks and all: a path must be found.
fn property(text: &str) -> String {
    let escaped = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let escaped = escaped.replace(':', "%3A").replace(',', "%2C");
    escaped.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
