//! The diagnostics of reviewdog (`rdjson`). Its columns count UTF-8 bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::unchecked::{Unchecked, unchecked};
use super::{json, places};
use crate::Outcome;
use crate::finding::{FileId, Finding, Label, Severity, Span};
use crate::source::Source;
use crate::sources::Sources;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let findings = outcome.findings.iter().map(|finding| Diagnostic::new(finding, &outcome.sources));
    let diagnostics = findings.chain(unchecked(outcome).map(Diagnostic::of_unchecked)).collect();
    let report = Report { source: Tool { name: "leaklint" }, severity: "WARNING", diagnostics };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Report<'o> {
    source: Tool,
    severity: &'static str,
    diagnostics: Vec<Diagnostic<'o>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'o> {
    message: String,
    location: Location<'o>,
    severity: &'static str,
    code: Code<'o>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'o>>,
}

#[derive(Serialize)]
struct Location<'o> {
    path: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code<'o> {
    value: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'o> {
    message: &'o str,
    location: Location<'o>,
}

impl<'o> Diagnostic<'o> {
    fn new(finding: &'o Finding, sources: &'o Sources) -> Self {
        let source = sources.of(finding.file);
        let help = if finding.help.is_empty() { String::new() } else { format!("\nhelp: {}", finding.help) };
        let edits = finding.fixes.iter().filter_map(|fix| places::one_edit(fix, source, sources));
        let related =
            |label: &'o Label| Related { message: &label.text, location: location(sources, label.file, label.span) };
        Self {
            message: format!("{}{help}", finding.message),
            location: location(sources, finding.file, finding.span),
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            code: Code { value: finding.rule, url: json::page(finding.rule) },
            suggestions: edits.map(|(span, text)| Suggestion { range: range(source, span), text }).collect(),
            related_locations: finding.labels.iter().map(related).collect(),
        }
    }

    fn of_unchecked(entry: Unchecked<'o>) -> Self {
        let place = entry.notice.span.zip(entry.source);
        Self {
            message: format!("{}: {}", entry.words(), entry.message()),
            location: Location { path: &entry.notice.path, range: place.map(|(span, source)| range(source, span)) },
            severity: "ERROR",
            code: Code { value: entry.id(), url: None },
            suggestions: Vec::new(),
            related_locations: Vec::new(),
        }
    }
}

fn location(sources: &Sources, file: FileId, span: Span) -> Location<'_> {
    let source = sources.of(file);
    Location { path: &source.path, range: Some(range(source, span)) }
}

fn range(source: &Source, span: Span) -> Range {
    let position = |offset| {
        let (line, column) = places::in_bytes(source, offset);
        Position { line, column }
    };
    Range { start: position(span.start), end: position(span.end) }
}
