//! What was meant: turns the typed arguments into the options of a run.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::args::{Check, Color, Files, Least};
use crate::cache;
use crate::finding::Confidence;
use crate::rule::Rule;
use crate::rules::RULES;

/// Everything that `lint` needs to know.
#[derive(Clone)]
pub struct Options {
    /// Working directory: shown paths are relative to it.
    pub root: PathBuf,
    /// Files and folders, as typed.
    pub paths: Vec<PathBuf>,
    pub stdin: Option<Stdin>,
    pub rules: Vec<&'static Rule>,
    /// Findings below this confidence are not made.
    pub least: Confidence,
    /// `None`: one for each processor.
    pub threads: Option<usize>,
    /// Read ignored and hidden files, and the folders of built and installed code.
    pub no_ignore: bool,
    /// Bytes above which a file is passed over.
    pub max_size: u64,
    /// The folder of the facts that earlier runs found; `None`: all files are read anew.
    pub cache: Option<PathBuf>,
    /// A progress bar on standard error once a run takes longer than a second.
    pub progress: bool,
}

/// What came in on standard input.
#[derive(Clone)]
pub struct Stdin {
    pub name: PathBuf,
    pub bytes: Vec<u8>,
}

/// Size above which a file is passed over by default, in bytes.
pub const MAX_SIZE: u64 = 32 << 20;

impl Options {
    /// Options as if nothing had been typed: all rules on `paths`, relative to `root`.
    #[must_use]
    pub fn new(root: PathBuf, paths: Vec<PathBuf>) -> Self {
        Self {
            root,
            paths,
            stdin: None,
            rules: RULES.iter().copied().filter(|rule| !rule.pedantic).collect(),
            least: Confidence::Likely,
            threads: None,
            no_ignore: false,
            max_size: MAX_SIZE,
            cache: None,
            progress: false,
        }
    }

    /// # Errors
    /// When a rule is unknown, the working directory is gone or standard input cannot be read.
    pub fn from_typed(check: &Check) -> Result<Self> {
        let root = std::env::current_dir().context("the working directory cannot be read")?;
        let mut paths = check.paths.clone();
        let default_only = paths.len() == 1 && paths[0] == Path::new(".");
        let wants_stdin =
            paths.iter().any(|p| p == Path::new("-")) || (default_only && check.files.stdin_filename.is_some());
        let mut stdin = None;
        if wants_stdin {
            let name = check.files.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("<stdin>"));
            stdin = Some(Stdin { name, bytes: read_stdin(check.files.max_size)? });
            paths.retain(|p| p != Path::new("-") && !default_only);
        } else if check.files.stdin_filename.is_some() {
            bail!("--stdin-filename names what comes in on standard input: use it with the path `-`");
        }
        Ok(Self {
            stdin,
            rules: chosen(&check.chosen.only, &check.chosen.skip)?,
            least: match check.chosen.min_confidence {
                Least::Guess => Confidence::Guess,
                Least::Likely => Confidence::Likely,
                Least::Sure => Confidence::Sure,
            },
            threads: check.files.threads.map(usize::from),
            no_ignore: check.files.no_ignore,
            max_size: check.files.max_size,
            cache: cache_folder(&check.files, &root),
            progress: !check.output.quiet && std::io::stderr().is_terminal(),
            ..Self::new(root, paths)
        })
    }
}

/// The folder of the cache, when there is to be one.
fn cache_folder(files: &Files, root: &Path) -> Option<PathBuf> {
    match &files.cache_dir {
        Some(folder) => Some(root.join(folder)),
        None => files.cache.then(|| cache::default_folder(root)),
    }
}

/// The rule of this id.
///
/// # Errors
/// When there is none; the message names the nearest one.
pub fn rule(id: &str) -> Result<&'static Rule> {
    if let Some(rule) = RULES.iter().find(|r| r.id == id) {
        return Ok(rule);
    }
    match nearest(id) {
        Some(near) => bail!("there is no rule `{id}`: did you mean `{near}`?"),
        None => bail!("there is no rule `{id}`: `leaklint rules` lists them all"),
    }
}

/// The id that looks most like `id`, when one does.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    let id = id.to_lowercase();
    RULES
        .iter()
        .map(|r| (strsim::jaro_winkler(&id, r.id), r.id))
        .filter(|(alike, _)| *alike > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}

/// Whether to colour what goes to a stream. `NO_COLOR` wins over `FORCE_COLOR` and `CLICOLOR_FORCE`, those over the
/// terminal.
#[must_use]
pub fn colours(color: Color, is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Color::Auto => is_terminal && !is_dumb() && std::env::var_os("CLICOLOR").is_none_or(|v| v != "0"),
    }
}

/// Whether the environment asks for plain ASCII: a dumb terminal, or a locale that is not UTF-8.
#[must_use]
pub fn ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(std::env::var_os).find(|v| !v.is_empty());
    is_dumb() || locale.is_some_and(|v| v == "C" || v == "POSIX")
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|v| v == "dumb")
}

fn chosen(only: &[String], skip: &[String]) -> Result<Vec<&'static Rule>> {
    for id in only.iter().chain(skip) {
        rule(id)?;
    }
    let named = |ids: &[String], rule: &Rule| ids.iter().any(|id| id == rule.id);
    let wanted = |rule: &Rule| if only.is_empty() { !rule.pedantic } else { named(only, rule) };
    Ok(RULES.iter().copied().filter(|r| wanted(r) && !named(skip, r)).collect())
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
