//! Annotations for GitHub Actions: one workflow command for each finding, and for each file that was not checked.

use std::io::{self, Write};

use super::unchecked::Unchecked;
use super::{places, safe};
use crate::Outcome;
use crate::finding::{Finding, Notice, NoticeKind, Severity, Span};
use crate::source::{Source, Unit};

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
    let (line, column) = source.at(finding.span.start, Unit::Utf16);
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = property(&places::from_top(folder, &source.path));
    let title = property(&format!("leaklint: {}", finding.rule));
    // The log shows the message only: it says once more where that is.
    let head = format!("{}:{line}:{column}: {}", source.path, finding.message);
    let lines: Vec<String> =
        std::iter::once(head).chain(places::details(finding, &outcome.sources)).map(|line| data(&line)).collect();
    format!("::{command} file={file},{},title={title}::{}", region(source, finding.span), lines.join("%0A"))
}

/// Columns are understood within one line only.
fn region(source: &Source, span: Span) -> String {
    let ((line, column), (end_line, end_column)) =
        (source.at(span.start, Unit::Utf16), source.at(span.end, Unit::Utf16));
    if line == end_line {
        return format!("line={line},col={column},endLine={end_line},endColumn={end_column}");
    }
    format!("line={line},endLine={end_line}")
}

fn of_notice(notice: &Notice, outcome: &Outcome, folder: &str) -> String {
    let entry = Unchecked::new(notice, outcome);
    let command = if notice.kind == NoticeKind::Note { "notice" } else { "error" };
    let title = property(&format!("leaklint: {}", entry.words()));
    let place = notice.span.zip(entry.source);
    let (at, file) = (place.map(|(span, source)| region(source, span)), places::from_top(folder, &notice.path));
    // What is about no file belongs to the run as a whole.
    let file = entry.is_about_a_file().then(|| format!("file={}", property(&file)));
    let properties: Vec<String> = file.into_iter().chain(at).chain([format!("title={title}")]).collect();
    let head = entry.at(Unit::Utf16).map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    let message = data(&format!("{}{head}: {}", notice.path, entry.message()));
    format!("::{command} {}::{message}", properties.join(","))
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
