//! A report for coding agents: few words, every finding with its evidence and its cure, and always a last line.

use std::io::{self, Write};

use super::change::changes;
use super::unchecked::{Unchecked, unchecked};
use super::{Look, counts, places, plural, safe, window};
use crate::Outcome;
use crate::finding::Finding;
use crate::source::Unit;
use crate::sources::Sources;

/// Findings and notices that are told; who has more to do than that asks again.
const TOLD: usize = 100;

/// Few lines for each finding: what and where, the evidence, what to do, and the edit where it is clear.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    for finding in outcome.findings.iter().take(TOLD) {
        print_finding(out, finding, &outcome.sources)?;
    }
    for notice in outcome.notices.iter().take(TOLD) {
        let entry = Unchecked::new(notice, outcome);
        let at = entry.at(Unit::Utf16).map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
        writeln!(out, "{}{at} {}: {}", safe(&notice.path), entry.words(), safe(entry.message()))?;
    }
    let more = outcome.findings.len().max(outcome.notices.len()).saturating_sub(TOLD);
    if more > 0 {
        writeln!(out, "... and {more} more; `--format jsonl` lists them all")?;
    }
    summary(out, outcome)
}

fn print_finding(out: &mut dyn Write, finding: &Finding, sources: &Sources) -> io::Result<()> {
    let look = Look::PLAIN;
    let source = sources.of(finding.file);
    let (line, column) = source.at(finding.span.start, Unit::Utf16);
    let (severity, confidence) = (finding.severity.as_str(), finding.confidence.as_str());
    let (path, message) = (look.text(&source.path), look.text(&finding.message));
    let place = finding.whose.place().map(|place| format!(", {place}")).unwrap_or_default();
    writeln!(out, "{path}:{line}:{column} {severity}[{}] {message} ({confidence}{place})", finding.rule)?;
    let spot = |label| places::spot(label, finding.file, sources);
    let labels: Vec<String> =
        finding.labels.iter().map(|label| format!("{} {}", look.text(&spot(label)), look.text(&label.text))).collect();
    if !labels.is_empty() {
        writeln!(out, "  why: {}", labels.join("; "))?;
    }
    if !finding.help.is_empty() {
        writeln!(out, "  help: {}", look.text(&finding.help))?;
    }
    let Some(fix) = finding.fixes.first() else { return Ok(()) };
    writeln!(out, "  fix: {}", look.text(&fix.title))?;
    for change in changes(fix, sources) {
        for (lines, sign) in [(&change.removed, '-'), (&change.added, '+')] {
            for ((at, line), number) in lines.iter().enumerate().zip(change.line..) {
                let line = window::line(line, change.difference(at), 9, look);
                writeln!(out, "    {number} {sign} {line}")?;
            }
        }
    }
    Ok(())
}

fn summary(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let files = plural(outcome.files, "file");
    let unchecked = unchecked(outcome).count();
    let unchecked = if unchecked == 0 { String::new() } else { format!("; {unchecked} not checked") };
    match counts(outcome) {
        counts if counts.is_empty() => writeln!(out, "no leaks found in {files}{unchecked}"),
        counts => writeln!(out, "{counts} in {files}{unchecked}; `leaklint explain RULE` explains a rule"),
    }
}
