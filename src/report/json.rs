//! The machine-readable report: a contract, field by field and in this order. Columns count characters.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::unchecked;
use crate::Outcome;
use crate::finding::{Confidence, FileId, Finding, Fix, Label, Notice, Severity, Span};
use crate::program::whose::Whose;
use crate::source::Position;
use crate::sources::Sources;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        summary: Summary::new(outcome),
        findings: findings(outcome).collect(),
        notices: outcome.notices.iter().map(|notice| JsonNotice::new(notice, &outcome.sources)).collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// Prints one object on each line: findings, then notices, then the summary.
///
/// # Errors
/// When `out` cannot be written.
pub fn print_lines(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let findings = findings(outcome).map(Line::Finding);
    let notices = outcome.notices.iter().map(|notice| Line::Notice(JsonNotice::new(notice, &outcome.sources)));
    let summary = Line::Summary { version: VERSION, counts: Summary::new(outcome) };
    for line in findings.chain(notices).chain([summary]) {
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Raised when a field goes away or means something else.
const VERSION: u32 = 1;

fn findings(outcome: &Outcome) -> impl Iterator<Item = JsonFinding<'_>> {
    let prints = fingerprints(outcome);
    outcome.findings.iter().zip(prints).map(|(finding, print)| JsonFinding::new(finding, outcome, print))
}

/// Where the page of a rule can be read: an address, or nothing while the project has none in the world.
#[must_use]
pub fn page(rule: &str) -> Option<String> {
    const HOME: &str = env!("CARGO_PKG_REPOSITORY");
    HOME.starts_with("https://").then(|| format!("{HOME}/blob/main/rules/{}.md", rule.replace('-', "_")))
}

#[derive(Serialize)]
struct Report<'o> {
    version: u32,
    summary: Summary,
    findings: Vec<JsonFinding<'o>>,
    notices: Vec<JsonNotice<'o>>,
}

/// A line of its own; its `type` comes first.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'o> {
    Finding(JsonFinding<'o>),
    Notice(JsonNotice<'o>),
    Summary {
        version: u32,
        #[serde(flatten)]
        counts: Summary,
    },
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
    /// Left out in the product.
    #[serde(skip_serializing_if = "Whose::is_product")]
    code: Whose,
    message: &'o str,
    path: &'o str,
    start: Position,
    end: Position,
    labels: Vec<Place<'o>>,
    help: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
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
    end: Option<Position>,
    kind: &'static str,
}

impl<'o> JsonFinding<'o> {
    fn new(finding: &'o Finding, outcome: &'o Outcome, fingerprint: String) -> Self {
        let sources = &outcome.sources;
        let place = |l: &'o Label| Place::new(sources, l.file, l.span, &l.text);
        let labels = finding.labels.iter().map(place).collect();
        Self {
            rule: finding.rule,
            severity: finding.severity,
            confidence: finding.confidence,
            code: finding.whose,
            message: &finding.message,
            path: &sources.of(finding.file).path,
            start: sources.position(finding.file, finding.span.start),
            end: sources.position(finding.file, finding.span.end),
            labels,
            help: &finding.help,
            url: page(finding.rule),
            fingerprint,
            fixes: finding.fixes.iter().map(|fix| JsonFix::new(fix, sources)).collect(),
        }
    }
}

impl Summary {
    fn new(outcome: &Outcome) -> Self {
        Self {
            files: outcome.files,
            findings: outcome.findings.len(),
            errors: outcome.count(Severity::Error),
            warnings: outcome.count(Severity::Warning),
            notices: outcome.notices.len(),
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
        let place = notice.span.zip(sources.by_path(&notice.path));
        Self {
            path: &notice.path,
            message: &notice.message,
            start: place.map(|(span, source)| source.position(span.start)),
            end: place.map(|(span, source)| source.position(span.end)),
            kind: unchecked::id(notice.kind),
        }
    }
}

/// A name for each finding, in their order, no two alike.
#[must_use]
pub fn fingerprints(outcome: &Outcome) -> Vec<String> {
    let mut seen = HashMap::new();
    outcome.findings.iter().map(|finding| fingerprint(finding, &outcome.sources, &mut seen)).collect()
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
