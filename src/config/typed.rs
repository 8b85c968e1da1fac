//! From the typed arguments to the options of a run.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::{Configs, Options, Stdin, fault, file, rule};
use crate::args::{Check, Chosen, Files, Least, LeastSevere};
use crate::baseline::Baseline;
use crate::cache;
use crate::finding::{Confidence, Severity};
use crate::git::{Change, ChangedLines, Repository, blobs, changed_lines};
use crate::rule::Rule;
use crate::rules::RULES;
use crate::source::{self, Language};
use crate::walk;

impl Options {
    /// # Errors
    /// When a rule is unknown, the working directory is gone, standard input, the baseline or the named configuration
    /// cannot be read, or git cannot answer.
    pub fn from_typed(check: &Check) -> Result<Self> {
        let root = std::env::current_dir().context("the working directory cannot be read")?;
        let chosen = &check.chosen;
        let mut options = Self {
            configs: Arc::new(configs(check, &root)?),
            rules: chosen_rules(chosen)?,
            named: !chosen.only.is_empty() || !chosen.groups.is_empty(),
            skipped: chosen.skip.iter().map(|id| Ok(rule(id)?.id)).collect::<Result<_>>()?,
            least: chosen.min_confidence.map_or(Confidence::Likely, confidence),
            least_typed: chosen.min_confidence.is_some(),
            severity: chosen.severity.map(severity),
            threads: check.files.threads.map(usize::from),
            no_ignore: check.files.no_ignore,
            isolated: check.files.isolated,
            max_size: check.files.max_size,
            cache: cache_folder(&check.files, &root),
            progress: !check.output.quiet && std::io::stderr().is_terminal(),
            ..Self::new(root, check.paths.clone())
        };
        if let Some(file) = &check.known.baseline {
            options.baseline = Some(Baseline::read(file, check.known.update_baseline)?);
        }
        if check.changes.any() {
            options.take_changes(check)?;
        } else {
            options.take_paths(check)?;
        }
        Ok(options)
    }

    /// Paths, lists of paths, and standard input.
    fn take_paths(&mut self, check: &Check) -> Result<()> {
        let files = &check.files;
        if let Some(list) = &files.files_from {
            // Whoever hands on a list has not named each file in it.
            self.asked = Some(self.paths.clone());
            self.paths.extend(listed(list)?);
        }
        let dash = |path: &PathBuf| path == Path::new("-");
        let list_is_stdin = files.files_from.as_deref().is_some_and(|list| list == Path::new("-"));
        let wants_stdin =
            self.paths.iter().any(dash) || (check.paths.is_empty() && files.stdin_filename.is_some() && !list_is_stdin);
        if wants_stdin {
            if list_is_stdin {
                bail!("standard input cannot be both a list of files and a file");
            }
            let name = files.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("<stdin>"));
            // An editor sends whatever is open, and says what it is.
            if files.stdin_filename.is_none() {
                self.asked.get_or_insert_with(|| self.paths.clone()).push(name.clone());
            }
            self.stdin = Some(Stdin { name, bytes: read_stdin(files.max_size)? });
            self.paths.retain(|path| !dash(path));
        } else if files.stdin_filename.is_some() {
            bail!("--stdin-filename is the name of the text on standard input: use it with the path `-`");
        } else if check.paths.is_empty() && files.files_from.is_none() {
            self.paths.push(PathBuf::from("."));
        }
        Ok(())
    }

    /// Files that git says have changed, instead of all.
    fn take_changes(&mut self, check: &Check) -> Result<()> {
        let repository = Repository::around(&self.root)?;
        let staged = check.changes.staged;
        let below: Vec<PathBuf> = match check.paths.as_slice() {
            [] => vec![self.root.clone()],
            typed => typed.iter().map(|path| walk::normalised(&self.root.join(path))).collect(),
        };
        let mut changes = if staged {
            repository.staged()?
        } else {
            let (mut changes, known) = repository.changed(check.changes.since.as_deref())?;
            // Files that git does not know, and is not to ignore.
            let (met, notices) = walk::not_ignored(self, repository.top(), &below);
            self.noticed = notices;
            let new = met.into_iter().filter(|path| !known.contains(path));
            changes.extend(new.map(|path| Change { path, before: None, after: None }));
            changes.sort_by(|a, b| a.path.cmp(&b.path));
            changes
        };
        self.asked = Some(below.clone());
        let below: BTreeSet<&Path> = below.iter().map(PathBuf::as_path).collect();
        let is_below = |path: &Path| path.ancestors().any(|above| below.contains(above));
        changes.retain(|change| is_below(&change.path) && self.is_ours(&change.path));

        let ids: Vec<&str> = changes.iter().filter_map(|change| change.before.as_deref()).collect();
        let mut before = blobs(&repository, &ids, self.max_size)?.into_iter();
        let ids: Vec<&str> = changes.iter().filter_map(|change| change.after.as_deref()).collect();
        let mut after = blobs(&repository, &ids, self.max_size)?.into_iter();
        let mut lines = ChangedLines::new();
        self.paths.clear();
        self.chosen_by_git = true;
        for change in &changes {
            let old = change.before.as_ref().and_then(|_| before.next().flatten());
            let new = match &change.after {
                Some(_) => after.next().flatten(),
                None if staged => None,
                None => source::read(&change.path, self.max_size).ok(),
            };
            let ranges = match (&old, &new) {
                (Some(old), Some(new)) => changed_lines(&String::from_utf8_lossy(old), &String::from_utf8_lossy(new)),
                // New, or too large to tell.
                _ => std::iter::once(0..u32::MAX).collect(),
            };
            if ranges.is_empty() && !staged {
                // Touched, and still the same.
                continue;
            }
            lines.insert(walk::shown(&change.path, &self.root), ranges);
            match new {
                Some(bytes) if staged => self.given.push(Stdin { name: change.path.clone(), bytes }),
                // Only announced to git, nothing is staged of it.
                None if staged && change.after.is_none() => {}
                _ => self.paths.push(change.path.clone()),
            }
        }
        self.changed_lines = check.changes.changed_lines.then_some(lines);
        Ok(())
    }

    /// Whether a walk would have come by a file.
    fn is_ours(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        if Language::of(path).is_none_or(|language| language == Language::Declarations) {
            return false;
        }
        self.no_ignore || {
            let settings = self.configs.of_file(path);
            !walk::is_passed_over(below) && !settings.ignores(path, false) && settings.includes(path)
        }
    }
}

/// The folder of the cache, when there is to be one.
fn cache_folder(files: &Files, root: &Path) -> Option<PathBuf> {
    match &files.cache_dir {
        Some(folder) => Some(root.join(folder)),
        None => files.cache.then(|| cache::default_folder(root)),
    }
}

fn configs(check: &Check, root: &Path) -> Result<Configs> {
    Ok(match &check.settings.config {
        Some(file) => Configs::only(root, file)?,
        None if check.settings.no_config => Configs::none(root),
        None => Configs::nearest(root),
    })
}

fn confidence(least: Least) -> Confidence {
    match least {
        Least::Guess => Confidence::Guess,
        Least::Likely => Confidence::Likely,
        Least::Sure => Confidence::Sure,
    }
}

fn severity(least: LeastSevere) -> Severity {
    match least {
        LeastSevere::Info => Severity::Info,
        LeastSevere::Warning => Severity::Warning,
        LeastSevere::Error => Severity::Error,
    }
}

fn chosen_rules(chosen: &Chosen) -> Result<Vec<&'static Rule>> {
    for id in chosen.only.iter().chain(&chosen.skip) {
        rule(id)?;
    }
    let groups = file::groups();
    for name in &chosen.groups {
        if !groups.contains(&name.as_str()) {
            bail!("unknown group `{}`{}", fault::shortened(name), fault::hint(name, &groups));
        }
    }
    let named = |ids: &[String], rule: &Rule| ids.iter().any(|id| id == rule.id);
    let in_group = |rule: &Rule| chosen.groups.iter().any(|name| name == rule.group.as_str());
    let wanted = |rule: &Rule| {
        let all = chosen.only.is_empty() && chosen.groups.is_empty();
        named(&chosen.only, rule) || (!rule.pedantic && (all || in_group(rule)))
    };
    Ok(RULES.iter().copied().filter(|r| wanted(r) && !named(&chosen.skip, r)).collect())
}

/// One byte more than the limit is enough to see that there is too much.
fn read_stdin(max_size: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(max_size.saturating_add(1))
        .read_to_end(&mut bytes)
        .context("standard input cannot be read")?;
    Ok(bytes)
}

/// Paths from a file or from standard input, one on each line; with NUL between them when there is any.
fn listed(list: &Path) -> Result<Vec<PathBuf>> {
    const MOST_BYTES: u64 = 256 << 20;
    let bytes = if list == Path::new("-") {
        read_stdin(MOST_BYTES)?
    } else {
        // Whoever names a pipe means it: shells make one of `<(git ls-files)`.
        match source::read_stream(list, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(source::Unreadable::Io(why)) => bail!("{}: the list of files cannot be read: {why}", list.display()),
            Err(_) => bail!("{}: the list of files is too large", list.display()),
        }
    };
    let nul = bytes.contains(&0);
    let parts = bytes.split(|byte| *byte == if nul { 0 } else { b'\n' });
    let name = |part: &[u8]| crate::git::path(if nul { part } else { part.strip_suffix(b"\r").unwrap_or(part) });
    Ok(parts.map(name).filter(|path| !path.as_os_str().is_empty()).collect())
}
