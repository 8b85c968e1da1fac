//! The XML of Checkstyle, which many review tools read.

use std::io::{self, Write};

use super::xml::escaped;
use crate::Outcome;
use crate::finding::NoticeKind;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<checkstyle version=\"4.3\">")?;
    let mut entries: Vec<(&str, String)> = Vec::new();
    for finding in &outcome.findings {
        let source = outcome.sources.of(finding.file);
        let place = source.position(finding.span.start);
        let help = if finding.help.is_empty() { String::new() } else { format!("; help: {}", finding.help) };
        let entry = entry(
            (place.line, place.column),
            finding.severity.as_str(),
            &format!("{}{help}", finding.message),
            finding.rule,
        );
        entries.push((&source.path, entry));
    }
    for notice in outcome.notices.iter().filter(|notice| notice.kind != NoticeKind::Note) {
        let place = outcome.sources.place_of(notice).map_or((1, 1), |place| (place.line, place.column));
        entries.push((&notice.path, entry(place, "error", &notice.message, "not-checked")));
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
