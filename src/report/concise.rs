//! One line for each finding: `path:line:column: severity[rule] message`.

use std::io::{self, Write};

use super::{BOLD, Look, style};
use crate::Outcome;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, look: Look) -> io::Result<()> {
    for finding in &outcome.findings {
        let source = outcome.sources.of(finding.file);
        let place = source.position(finding.span.start);
        let path = look.paint(BOLD, &look.text(&source.path));
        let severity = look.paint(style(finding.severity), finding.severity.as_str());
        let message = look.text(&finding.message);
        writeln!(out, "{path}:{}:{}: {severity}[{}] {message}", place.line, place.column, finding.rule)?;
    }
    Ok(())
}
