//! Findings that are known already: written to a file once, and not shown again until somebody cleans up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::facts::{FileFacts, FunctionId, TOP};
use crate::finding::{Finding, Span};
use crate::program::Program;
use crate::source::{self, Unreadable};
use crate::sources::Sources;
use crate::walk;

/// What a finding is known by: neither its line nor its neighbours, so that it stays the same when code around it changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Relative to the folder of the baseline.
    pub path: String,
    pub rule: String,
    /// Names of the functions and classes around it, `Shop.add`; empty at the top level.
    pub scope: String,
    /// Hash of the text of the site without its spacing.
    pub site: String,
}

/// A line of the file: a key and how many findings have it.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: String,
    rule: String,
    #[serde(default)]
    scope: String,
    site: String,
    count: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    findings: Vec<Entry>,
}

/// The version of the format.
const VERSION: u32 = 1;

/// Bytes that a baseline may have.
const MOST_BYTES: u64 = 64 << 20;

/// A baseline that was read.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    pub file: PathBuf,
    known: BTreeMap<Key, u32>,
}

/// What came of comparing findings with a baseline.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Findings that were known.
    pub hidden: usize,
    /// Known findings that are not there any more, and how many of each.
    pub gone: Vec<(Key, u32)>,
    /// All findings of the run by key: what an updated baseline holds of the judged files.
    pub now: BTreeMap<Key, u32>,
}

/// What a run looked at; of all else a baseline keeps what it has.
pub struct Judged<'j> {
    /// Shown paths of files that were read without trouble.
    pub files: BTreeSet<&'j str>,
    pub rules: BTreeSet<&'static str>,
    /// Working directory.
    pub root: &'j Path,
}

impl Baseline {
    /// Reads a baseline. `missing_is_empty`: it is about to be written.
    ///
    /// # Errors
    /// When it is missing, cannot be read, or is not as this version writes it.
    pub fn read(file: &Path, missing_is_empty: bool) -> Result<Self> {
        let shown = file.display();
        let empty = Self { file: file.to_owned(), known: BTreeMap::new() };
        match std::fs::metadata(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.symlink_metadata().is_err() => {
                if missing_is_empty {
                    return Ok(empty);
                }
                bail!("{shown}: baseline not found: create it with `--update-baseline`");
            }
            _ => {}
        }
        let bytes = match source::read(file, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(Unreadable::TooLarge(_)) => bail!("{shown}: too large for a baseline"),
            Err(Unreadable::Io(why)) => bail!("{shown}: the baseline cannot be read: {why}"),
            Err(_) => bail!("{shown}: the baseline is not text"),
        };
        let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("{shown}: the baseline is not UTF-8"))?;
        Ok(Self { known: parse(&shown.to_string(), &text)?, ..empty })
    }

    /// Takes known findings out of `findings`, as many of each as are known.
    #[must_use]
    pub fn compare(&self, findings: Vec<Finding>, keys: &[Key], judged: &Judged<'_>) -> (Vec<Finding>, Compared) {
        let mut left = self.known.clone();
        let mut compared = Compared::default();
        let mut new = Vec::new();
        for (finding, key) in findings.into_iter().zip(keys) {
            *compared.now.entry(key.clone()).or_insert(0) += 1;
            match left.get_mut(key) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    compared.hidden += 1;
                }
                _ => new.push(finding),
            }
        }
        let gone = left.into_iter().filter(|(key, count)| *count > 0 && self.is_judged(key, judged));
        compared.gone = gone.collect();
        (new, compared)
    }

    /// Whether the run would have found it: its file was read or is not there any more, and its rule ran.
    fn is_judged(&self, key: &Key, judged: &Judged<'_>) -> bool {
        let known = crate::rules::RULES.iter().any(|rule| rule.id == key.rule);
        if known && !judged.rules.contains(key.rule.as_str()) {
            return false;
        }
        let file = walk::normalised(&self.folder(judged.root).join(&key.path));
        judged.files.contains(walk::shown(&file, judged.root).as_str()) || file.symlink_metadata().is_err()
    }

    /// The text of the baseline after a run: what was judged as it is `now`, all else as it was.
    #[must_use]
    pub fn updated(&self, compared: &Compared, now: &BTreeMap<Key, u32>) -> String {
        let mut all = self.known.clone();
        for (key, count) in &compared.gone {
            if let Some(known) = all.get_mut(key) {
                *known -= count;
            }
        }
        for (key, count) in now {
            let known = all.entry(key.clone()).or_insert(0);
            *known = (*known).max(*count);
        }
        let lines: Vec<String> = all
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(Key { path, rule, scope, site }, count)| Entry { path, rule, scope, site, count })
            .filter_map(|entry| serde_json::to_string(&entry).ok())
            .map(|line| format!("    {line}"))
            .collect();
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{list}]\n}}\n")
    }

    /// What findings are known by, in their order.
    #[must_use]
    pub fn keys(&self, findings: &[Finding], program: &Program, (sources, root): (&Sources, &Path)) -> Vec<Key> {
        let folder = self.folder(root);
        let key = |finding: &Finding| {
            let source = sources.of(finding.file);
            let site = source.text.get(finding.span.start as usize..finding.span.end as usize);
            let words: Vec<&str> = site.unwrap_or(&finding.message).split_whitespace().collect();
            let facts = &program.files[finding.file.0 as usize].facts;
            Key {
                path: relative(&walk::normalised(&root.join(&source.path)), &folder),
                rule: finding.rule.to_owned(),
                scope: scope(facts, finding.span),
                site: format!("{:016x}", xxh3_64(words.join(" ").as_bytes())),
            }
        };
        findings.iter().map(key).collect()
    }

    fn folder(&self, root: &Path) -> PathBuf {
        let whole = walk::normalised(&root.join(&self.file));
        whole.parent().map_or_else(|| root.to_owned(), Path::to_owned)
    }
}

fn parse(shown: &str, text: &str) -> Result<BTreeMap<Key, u32>> {
    if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<< ") || line == "=======") {
        bail!(
            "{shown}:{}: merge conflict markers: keep the lines of both sides, then run `--update-baseline`",
            line + 1
        );
    }
    let stored: Stored = serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line").next().unwrap_or_default();
        anyhow::anyhow!("{shown}:{}:{}: not a baseline: {said}", error.line(), error.column())
    })?;
    if stored.version != VERSION {
        bail!("{shown}: unknown format version {}: this leaklint uses version {VERSION}", stored.version);
    }
    let mut known = BTreeMap::new();
    for Entry { path, rule, scope, site, count } in stored.findings {
        // A merge may leave a line twice: it means the same finding.
        let entry = known.entry(Key { path, rule, scope, site }).or_insert(0);
        *entry = count.max(*entry);
    }
    Ok(known)
}

/// Names of the functions and classes around a span, from the outside in.
fn scope(facts: &FileFacts, span: Span) -> String {
    // Functions stand in the order of their text: the last that begins before the span, or one around it, is meant.
    let begun = facts.functions.partition_point(|function| function.whole.start <= span.start);
    let mut at = u32::try_from(begun.saturating_sub(1)).map_or(TOP, FunctionId);
    while at != TOP && !facts.functions[at.0 as usize].whole.contains(span) {
        at = facts.functions[at.0 as usize].parent;
    }
    let mut names = Vec::new();
    while at != TOP {
        let function = &facts.functions[at.0 as usize];
        if !function.name.is_empty() {
            names.push(function.name.as_str());
        }
        // What a method contains has its class as well.
        let outer = &facts.functions[function.parent.0 as usize];
        if let Some(class) = function.class.filter(|class| outer.class != Some(*class)) {
            names.push(facts.classes[class.0 as usize].name.as_str());
        }
        at = function.parent;
    }
    names.retain(|name| !name.is_empty());
    names.reverse();
    names.join(".")
}

/// The way from a folder to a file, with `/`.
fn relative(path: &Path, folder: &Path) -> String {
    let mut up = String::new();
    for above in folder.ancestors() {
        if path.starts_with(above) {
            return up + &walk::shown(path, above);
        }
        up.push_str("../");
    }
    walk::shown(path, folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        assert_eq!(relative(Path::new("/a/b/c.js"), Path::new("/a")), "b/c.js");
        assert_eq!(relative(Path::new("/a/b/c.js"), Path::new("/a/x/y")), "../../b/c.js");
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        let said = |text: &str| parse("b.json", text).unwrap_err().to_string();
        assert!(said("").starts_with("b.json:1:0: not a baseline"));
        assert!(said("{ \"version\": 1, \"findings\": [").starts_with("b.json:1:"));
        assert!(said("{ \"version\": 9, \"findings\": [] }").contains("version 9"));
        assert!(said("{\n<<<<<<< HEAD\n").starts_with("b.json:2: merge conflict markers"));
    }
}
