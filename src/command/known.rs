//! What is written about findings: comments above them, a baseline that lists them.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Result, bail};

use crate::Outcome;
use crate::annotate::annotate;
use crate::args::Known;
use crate::baseline::Baseline;
use crate::config::Options;
use crate::finding::{Notice, NoticeKind};
use crate::{walk, write};

/// Gone entries told by name; the rest is counted.
const TOLD: usize = 5;

/// Writes what was asked for; what is on record is not shown again. Returns what to tell the user.
///
/// # Errors
/// When a reason cannot be written, or the baseline cannot.
pub fn record(known: &Known, options: &Options, outcome: &mut Outcome) -> Result<Vec<String>> {
    if known.add_ignores {
        return add_ignores(known.reason.as_deref().unwrap_or_default(), outcome);
    }
    let Some(baseline) = &options.baseline else { return Ok(Vec::new()) };
    if known.update_baseline { update(baseline, outcome) } else { Ok(vec![compared(baseline, outcome)]) }
}

fn add_ignores(reason: &str, outcome: &mut Outcome) -> Result<Vec<String>> {
    let annotated = annotate(outcome, reason)?;
    let refused: BTreeSet<&str> = annotated.refused.iter().map(|(path, _)| path.as_str()).collect();
    let sources = &outcome.sources;
    outcome.findings.retain(|finding| refused.contains(sources.of(finding.file).path.as_str()));
    for (path, why) in &annotated.refused {
        let message = format!("no comments were added: {why}");
        outcome.notices.push(Notice { kind: NoticeKind::Failure, path: path.clone(), span: None, message });
    }
    let (covered, files) = (annotated.covered, annotated.files);
    Ok(vec![format!("{} added above {} in {}", "comments", many(covered, "finding"), many(files, "file"))])
}

fn update(baseline: &Baseline, outcome: &mut Outcome) -> Result<Vec<String>> {
    let shown = baseline.file.display().to_string();
    let text = baseline.updated(&outcome.compared, &outcome.compared.now);
    if let Err(error) = write::replace(&baseline.file, text.as_bytes()) {
        bail!("{shown}: the baseline could not be written: {}", walk::reason(&error));
    }
    let (new, gone) = (outcome.findings.len(), total(&outcome.compared.gone));
    outcome.findings.clear();
    let listed = text.lines().filter(|line| line.starts_with("    {")).count();
    let lines = if listed == 1 { "entry" } else { "entries" };
    Ok(vec![format!("{shown}: {listed} {lines}, {new} new, {gone} gone")])
}

/// What a baseline hid, and what it lists in vain.
fn compared(baseline: &Baseline, outcome: &Outcome) -> String {
    let shown = baseline.file.display();
    let compared = &outcome.compared;
    let mut text = format!("{shown}: {} known", many(compared.hidden, "finding"));
    let gone = total(&compared.gone);
    if gone > 0 {
        let _ = write!(text, ", {gone} gone (`--update-baseline` removes them):");
        for (key, _) in compared.gone.iter().take(TOLD) {
            let scope = if key.scope.is_empty() { String::new() } else { format!(" in `{}`", key.scope) };
            let _ = write!(text, "\n  {}: {}{scope}", key.path, key.rule);
        }
        let more = compared.gone.len().saturating_sub(TOLD);
        if more > 0 {
            let _ = write!(text, "\n  and {more} more");
        }
    }
    text
}

fn total<K>(gone: &[(K, u32)]) -> usize {
    gone.iter().map(|(_, count)| *count as usize).sum()
}

fn many(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
