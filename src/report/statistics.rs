//! Prints how many findings each rule has.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use super::{Look, style};
use crate::Outcome;
use crate::finding::Severity;

/// For people: a line for each rule and severity, most findings first; with `as_json` a list for programs.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, as_json: bool, look: Look) -> io::Result<()> {
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for finding in &outcome.findings {
        *counts.entry((finding.rule, finding.severity)).or_insert(0) += 1;
    }
    let mut counts: Vec<((&str, Severity), usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    if as_json {
        let one = |((rule, severity), count)| json!({ "rule": rule, "severity": severity, "count": count });
        serde_json::to_writer(&mut *out, &counts.into_iter().map(one).collect::<Vec<_>>())?;
        return writeln!(out);
    }
    let width = counts.first().map_or(0, |(_, count)| count.to_string().len());
    for ((rule, severity), count) in counts {
        let word = format!("{:<7}", severity.as_str());
        writeln!(out, "{count:>width$}  {}  {rule}", look.paint(style(severity), &word))?;
    }
    Ok(())
}
