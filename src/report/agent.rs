//! A report for coding agents: few words, every finding with its evidence and its cure, and always a last line.

use std::io::{self, Write};

use super::change::changes;
use super::{Look, counts, places, plural, safe, window};
use crate::Outcome;
use crate::finding::{Finding, NoticeKind};
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
        let at = outcome.sources.place_of(notice).map_or_else(String::new, |p| format!(":{}:{}", p.line, p.column));
        let word = if notice.kind == NoticeKind::Note { "note" } else { "not checked" };
        writeln!(out, "{}{at} {word}: {}", safe(&notice.path), safe(&notice.message))?;
    }
    let more = outcome.findings.len().max(outcome.notices.len()).saturating_sub(TOLD);
    if more > 0 {
        writeln!(out, "... and {more} more; `--format jsonl` lists them all")?;
    }
    summary(out, outcome)
}

fn print_finding(out: &mut dyn Write, finding: &Finding, sources: &Sources) -> io::Result<()> {
    let look = Look { colour: false, ascii: false };
    let source = sources.of(finding.file);
    let place = source.position(finding.span.start);
    let (severity, confidence) = (finding.severity.as_str(), finding.confidence.as_str());
    let (path, message) = (look.text(&source.path), look.text(&finding.message));
    writeln!(out, "{path}:{}:{} {severity}[{}] {message} ({confidence})", place.line, place.column, finding.rule)?;
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
            for (line, number) in lines.iter().zip(change.line..) {
                writeln!(out, "    {number} {sign} {}", window::line(line, look))?;
            }
        }
    }
    Ok(())
}

fn summary(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let files = plural(outcome.files, "file");
    let unchecked = outcome.notices.iter().filter(|notice| notice.kind != NoticeKind::Note).count();
    let unchecked = if unchecked == 0 { String::new() } else { format!("; {unchecked} not checked") };
    match counts(outcome) {
        counts if counts.is_empty() => writeln!(out, "no leaks found in {files}{unchecked}"),
        counts => writeln!(out, "{counts} in {files}{unchecked}; `leaklint explain RULE` says more"),
    }
}
