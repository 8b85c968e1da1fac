//! The code quality report of GitLab: a list of issues, each with a fingerprint of its own.

use std::io::{self, Write};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::unchecked::{Unchecked, unchecked};
use super::{json, places};
use crate::Outcome;
use crate::finding::{Confidence, Finding, Severity};
use crate::source::Unit;

/// `folder`: the working directory below the top of the repository, see [`places::folder`].
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, folder: &str) -> io::Result<()> {
    let findings = outcome.findings.iter().zip(json::fingerprints(outcome));
    let mut issues: Vec<Issue> = findings.map(|(finding, print)| Issue::new(finding, print, outcome, folder)).collect();
    issues.extend((0..).zip(unchecked(outcome)).map(|(number, entry)| Issue::of_unchecked(number, entry, folder)));
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue {
    #[serde(rename = "type")]
    kind: &'static str,
    description: String,
    check_name: String,
    categories: [&'static str; 1],
    content: Content,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Content {
    body: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Issue {
    fn new(finding: &Finding, fingerprint: String, outcome: &Outcome, folder: &str) -> Self {
        let source = outcome.sources.of(finding.file);
        let details = places::details(finding, &outcome.sources);
        let lines =
            Lines { begin: source.position(finding.span.start).line, end: source.position(finding.span.end).line };
        Self {
            kind: "issue",
            description: finding.message.clone(),
            check_name: finding.rule.to_owned(),
            categories: ["Bug Risk"],
            content: Content { body: details.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n") },
            fingerprint,
            severity: match (finding.severity, finding.confidence) {
                (Severity::Error, Confidence::Sure) => "critical",
                (Severity::Error, _) => "major",
                (Severity::Warning, _) => "minor",
                (Severity::Info, _) => "info",
            },
            location: Location { path: places::from_top(folder, &source.path), lines },
        }
    }

    fn of_unchecked(number: usize, entry: Unchecked<'_>, folder: &str) -> Self {
        let notice = entry.notice;
        let (line, _) = entry.at_least(Unit::Utf16);
        let named = format!("{number}\0{}\0{}", notice.path, notice.message);
        Self {
            kind: "issue",
            description: format!("{}: {}", entry.words(), entry.message()),
            check_name: entry.id().to_owned(),
            categories: ["Bug Risk"],
            content: Content { body: "leaklint could not check this file.".to_owned() },
            fingerprint: format!("{:016x}", xxh3_64(named.as_bytes())),
            severity: "major",
            location: Location {
                path: places::from_top(folder, &notice.path),
                lines: Lines { begin: line, end: line },
            },
        }
    }
}
