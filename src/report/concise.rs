//! One line for each finding: `path:line:column: severity[rule] message`, and for each file that was not checked.

use std::io::{self, Write};

use super::unchecked::{Unchecked, unchecked};
use super::{BOLD, Look, RED, style};
use crate::Outcome;
use crate::finding::Finding;
use crate::source::Unit;

/// Columns count `unit`: editors differ in what they count.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, unit: Unit, look: Look) -> io::Result<()> {
    let mut broken = unchecked(outcome).peekable();
    for finding in &outcome.findings {
        let path = outcome.sources.of(finding.file).path.as_str();
        while let Some(entry) = broken.next_if(|entry| entry.notice.path.as_str() <= path) {
            writeln!(out, "{}", of_unchecked(entry, unit, look))?;
        }
        writeln!(out, "{}", of_finding(finding, outcome, unit, look))?;
    }
    broken.try_for_each(|entry| writeln!(out, "{}", of_unchecked(entry, unit, look)))
}

fn of_finding(finding: &Finding, outcome: &Outcome, unit: Unit, look: Look) -> String {
    let source = outcome.sources.of(finding.file);
    let (line, column) = source.at(finding.span.start, unit);
    let path = look.paint(BOLD, &look.text(&source.path));
    let severity = look.paint(style(finding.severity), finding.severity.as_str());
    format!("{path}:{line}:{column}: {severity}[{}] {}", finding.rule, look.text(&finding.message))
}

fn of_unchecked(entry: Unchecked<'_>, unit: Unit, look: Look) -> String {
    let (line, column) = entry.at_least(unit);
    let path = if entry.is_about_a_file() { entry.notice.path.as_str() } else { "leaklint" };
    let place = if entry.is_about_a_file() { format!(":{line}:{column}") } else { String::new() };
    let (path, words) = (look.paint(BOLD, &look.text(path)), look.paint(RED, entry.words()));
    format!("{path}{place}: {words}: {}", look.text(entry.message()))
}
