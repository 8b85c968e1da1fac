//! The machine-readable report: a contract, field by field and in this order. Columns count characters.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::Outcome;
use crate::finding::{Confidence, FileId, Finding, Fix, Notice, Severity, Span};
use crate::source::Position;
use crate::sources::Sources;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let mut seen = HashMap::new();
    let findings: Vec<JsonFinding> =
        outcome.findings.iter().map(|finding| JsonFinding::new(finding, outcome, &mut seen)).collect();
    let report = Report {
        version: 1,
        summary: Summary {
            files: outcome.files,
            findings: findings.len(),
            errors: outcome.count(Severity::Error),
            warnings: outcome.count(Severity::Warning),
            notices: outcome.notices.len(),
        },
        findings,
        notices: outcome.notices.iter().map(|notice| JsonNotice::new(notice, &outcome.sources)).collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// Where the page of a rule can be read.
#[must_use]
pub fn url(rule: &str) -> String {
    const HOME: &str = env!("CARGO_PKG_REPOSITORY");
    let page = format!("rules/{}.md", rule.replace('-', "_"));
    if HOME.is_empty() { page } else { format!("{HOME}/blob/main/{page}") }
}

#[derive(Serialize)]
struct Report<'o> {
    version: u32,
    summary: Summary,
    findings: Vec<JsonFinding<'o>>,
    notices: Vec<JsonNotice<'o>>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notices: usize,
}

#[derive(Serialize)]
struct JsonFinding<'o> {
    rule: &'o str,
    severity: Severity,
    confidence: Confidence,
    message: &'o str,
    path: &'o str,
    start: Position,
    end: Position,
    labels: Vec<Place<'o>>,
    help: &'o str,
    url: String,
    fingerprint: String,
    fixes: Vec<JsonFix<'o>>,
}

/// A range with a text: what a label says, what an edit puts there.
#[derive(Serialize)]
struct Place<'o> {
    path: &'o str,
    start: Position,
    end: Position,
    text: &'o str,
}

#[derive(Serialize)]
struct JsonFix<'o> {
    title: &'o str,
    safe: bool,
    edits: Vec<Place<'o>>,
}

#[derive(Serialize)]
struct JsonNotice<'o> {
    path: &'o str,
    message: &'o str,
    start: Option<Position>,
}

impl<'o> JsonFinding<'o> {
    fn new(finding: &'o Finding, outcome: &'o Outcome, seen: &mut HashMap<u64, u32>) -> Self {
        let sources = &outcome.sources;
        let labels = finding.labels.iter().map(|l| Place::new(sources, l.file, l.span, &l.text)).collect();
        Self {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            message: &finding.message,
            path: &sources.of(finding.file).path,
            start: sources.position(finding.file, finding.span.start),
            end: sources.position(finding.file, finding.span.end),
            labels,
            help: &finding.help,
            url: url(finding.rule),
            fingerprint: fingerprint(finding, sources, seen),
            fixes: finding.fixes.iter().map(|fix| JsonFix::new(fix, sources)).collect(),
        }
    }
}

impl<'o> Place<'o> {
    fn new(sources: &'o Sources, file: FileId, span: Span, text: &'o str) -> Self {
        let source = sources.of(file);
        Self { path: &source.path, start: source.position(span.start), end: source.position(span.end), text }
    }
}

impl<'o> JsonFix<'o> {
    fn new(fix: &'o Fix, sources: &'o Sources) -> Self {
        let edits = fix.edits.iter().map(|e| Place::new(sources, e.file, e.span, &e.text)).collect();
        Self { title: &fix.title, safe: fix.safe, edits }
    }
}

impl<'o> JsonNotice<'o> {
    fn new(notice: &'o Notice, sources: &'o Sources) -> Self {
        Self { path: &notice.path, message: &notice.message, start: sources.place_of(notice) }
    }
}

/// Stays the same when code elsewhere changes: rule, path, the text of the site without its spacing, and a number that
/// tells equal sites of a file apart. `seen` counts those.
fn fingerprint(finding: &Finding, sources: &Sources, seen: &mut HashMap<u64, u32>) -> String {
    let source = sources.of(finding.file);
    let site = source.text.get(finding.span.start as usize..finding.span.end as usize).unwrap_or(&finding.message);
    let words: Vec<&str> = site.split_whitespace().collect();
    let same = xxh3_64(format!("{}\0{}\0{}", finding.rule, source.path, words.join(" ")).as_bytes());
    let ordinal = seen.entry(same).or_insert(0);
    *ordinal += 1;
    format!("{:016x}", xxh3_64(format!("{same:016x}{ordinal}").as_bytes()))
}
