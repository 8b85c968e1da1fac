//! The XML of Checkstyle, which many review tools read.

use std::io::{self, Write};

use super::unchecked::unchecked;
use super::xml::escaped;
use crate::Outcome;
use crate::source::Unit;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<checkstyle version=\"4.3\">")?;
    let mut entries: Vec<(&str, String)> = Vec::new();
    for finding in &outcome.findings {
        let source = outcome.sources.of(finding.file);
        let help = if finding.help.is_empty() { String::new() } else { format!("; help: {}", finding.help) };
        let entry = entry(
            source.at(finding.span.start, Unit::Utf16),
            finding.severity.as_str(),
            &format!("{}{help}", finding.message),
            finding.rule,
        );
        entries.push((&source.path, entry));
    }
    for broken in unchecked(outcome) {
        let message = format!("{}: {}", broken.words(), broken.message());
        entries.push((&broken.notice.path, entry(broken.at_least(Unit::Utf16), "error", &message, broken.id())));
    }
    entries.sort_by_key(|(path, _)| *path);
    for file in entries.chunk_by(|(a, _), (b, _)| a == b) {
        writeln!(out, "  <file name=\"{}\">", escaped(file[0].0))?;
        for (_, entry) in file {
            writeln!(out, "{entry}")?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn entry((line, column): (u32, u32), severity: &str, message: &str, rule: &str) -> String {
    let message = escaped(message);
    format!(
        "    <error line=\"{line}\" column=\"{column}\" severity=\"{severity}\" message=\"{message}\" source=\"leaklint.{rule}\"/>"
    )
}
