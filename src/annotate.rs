//! Writes a `leaklint-ignore` comment above every finding, and never changes what the code means.

mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;

use crate::Outcome;
use crate::finding::FileId;
use crate::source::{self, Source, Unreadable};
use crate::{walk, write};

/// File, first byte and rule of a finding.
type Found = (FileId, u32, &'static str);

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Annotated {
    /// Findings that a comment covers now.
    pub covered: usize,
    /// Files that were written.
    pub files: usize,
    /// Why others were not, by shown path.
    pub refused: Vec<(String, String)>,
}

/// Writes the comments, with the reason behind two dashes. A file is parsed again with its comments before it is written;
/// one that changed since it was read is left alone.
///
/// # Errors
/// When the reason cannot stand in a comment.
pub fn annotate(outcome: &Outcome, reason: &str) -> Result<Annotated> {
    let reason = reason.trim();
    if reason.is_empty() {
        bail!("--reason is empty: say why these findings are accepted");
    }
    if reason.contains(|c: char| c.is_control()) || ["*/", "-->", "{/*"].iter().any(|sign| reason.contains(sign)) {
        bail!("--reason cannot be put into a comment: use one line, without `*/` and `-->`");
    }
    let mut by_path: BTreeMap<&str, Vec<Found>> = BTreeMap::new();
    for finding in &outcome.findings {
        let path = outcome.sources.of(finding.file).path.as_str();
        by_path.entry(path).or_default().push((finding.file, finding.span.start, finding.rule));
    }
    // Parsing needs the stack of the workers.
    let pool = crate::pool(None)?;
    let write = |(path, sites): (&str, Vec<Found>)| {
        let done = file(outcome.sources.of(sites[0].0), &sites, reason);
        (path.to_owned(), sites.len(), done)
    };
    let done: Vec<_> = pool.install(|| by_path.into_par_iter().map(write).collect());
    let mut annotated = Annotated::default();
    for (path, findings, done) in done {
        match done {
            Ok(()) => {
                annotated.covered += findings;
                annotated.files += 1;
            }
            Err(why) => annotated.refused.push((path, why)),
        }
    }
    Ok(annotated)
}

/// Writes the comments of one file.
fn file(source: &Source, sites: &[Found], reason: &str) -> Result<(), String> {
    let path: PathBuf = source.file.clone().ok_or_else(|| "standard input cannot be changed".to_owned())?;
    let mut by_line: BTreeMap<u32, place::Site> = BTreeMap::new();
    for (_, start, rule) in sites {
        let line = source.lines().line(*start);
        let site = by_line.entry(line).or_insert_with(|| place::Site { line, start: *start, rules: BTreeSet::new() });
        site.rules.insert(rule);
        site.start = site.start.min(*start);
    }
    let sites: Vec<place::Site> = by_line.into_values().collect();
    let text = place::with_comments(source, &sites, reason)?;
    store(&path, &source.text, &text)
}

fn store(path: &Path, before: &str, after: &str) -> Result<(), String> {
    // A file that is longer now has changed.
    let now = source::read(path, before.len() as u64);
    if let Err(Unreadable::Io(why)) = now {
        return Err(format!("could not be read again: {why}"));
    }
    if now.as_deref() != Ok(before.as_bytes()) {
        return Err("changed on disk while it was read: not written".to_owned());
    }
    write::replace(path, after.as_bytes()).map_err(|error| format!("could not be written: {}", walk::reason(&error)))
}
