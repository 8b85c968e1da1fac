//! The list of rules, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::rules::RULES;

/// # Errors
/// When `out` cannot be written.
pub fn table(out: &mut dyn Write) -> io::Result<()> {
    let width = |of: fn(&crate::rule::Rule) -> usize| RULES.iter().map(|rule| of(rule)).max().unwrap_or(0);
    let (id, group) = (width(|r| r.id.len()), width(|r| r.group.as_str().len()));
    for rule in RULES {
        let (severity, summary) = (rule.severity.as_str(), rule.summary());
        let opt_in = if rule.pedantic { " Off by default." } else { "" };
        writeln!(out, "{:id$}  {:group$}  {severity:7}  {summary}{opt_in}", rule.id, rule.group.as_str())?;
    }
    Ok(())
}

/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Row {
        id: &'static str,
        group: &'static str,
        severity: &'static str,
        summary: &'static str,
        /// Runs only when it is named.
        pedantic: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    }
    let rows: Vec<Row> = RULES
        .iter()
        .map(|rule| Row {
            id: rule.id,
            group: rule.group.as_str(),
            severity: rule.severity.as_str(),
            summary: rule.summary(),
            pedantic: rule.pedantic,
            url: super::json::page(rule.id),
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &rows)?;
    writeln!(out)
}
