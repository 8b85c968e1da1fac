//! What was meant: the options of a run, from the configuration files and the typed arguments.

mod document;
mod fault;
pub mod file;
mod find;
mod layers;
mod settings;
pub mod show;
mod typed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::apis::Apis;
use crate::args::Color;
use crate::baseline::Baseline;
use crate::finding::{Confidence, Notice, Severity};
use crate::git::ChangedLines;
use crate::rule::Rule;
use crate::rules::RULES;
pub use fault::{Fault, shortened};
pub use find::{Configs, NAMES};
pub use settings::{ForFile, Levels, Settings};

/// Everything that `lint` needs to know.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of the user")]
pub struct Options {
    /// Working directory: shown paths are relative to it.
    pub root: PathBuf,
    /// Files and folders, as typed.
    pub paths: Vec<PathBuf>,
    /// Files and folders that the user means, each for itself; `None`: those are the paths.
    pub asked: Option<Vec<PathBuf>>,
    /// The paths are files that git named: nobody asked for each of them.
    pub chosen_by_git: bool,
    /// What is to be said of how the paths were found.
    pub noticed: Vec<Notice>,
    pub stdin: Option<Stdin>,
    /// Texts that are read instead of the files of these names.
    pub given: Vec<Stdin>,
    pub configs: Arc<Configs>,
    /// The rules that run without any configuration.
    pub rules: Vec<&'static Rule>,
    /// Somebody asked for just these rules: the configuration turns on no others.
    pub named: bool,
    /// Rules that nothing may turn on.
    pub skipped: Vec<&'static str>,
    /// Findings below this confidence are not made.
    pub least: Confidence,
    /// The configuration does not change the confidence.
    pub least_typed: bool,
    /// Findings less severe than this are not shown.
    pub severity: Option<Severity>,
    pub baseline: Option<Baseline>,
    /// Only findings on these lines are shown.
    pub changed_lines: Option<ChangedLines>,
    /// `None`: one for each processor.
    pub threads: Option<usize>,
    /// Read ignored and hidden files, and the folders of built and installed code.
    pub no_ignore: bool,
    /// Judge each file by itself, whatever others do to what it exports.
    pub isolated: bool,
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
            configs: Arc::new(Configs::none(&root)),
            root,
            paths,
            asked: None,
            chosen_by_git: false,
            noticed: Vec::new(),
            stdin: None,
            given: Vec::new(),
            rules: RULES.iter().copied().filter(|rule| !rule.pedantic).collect(),
            named: false,
            skipped: Vec::new(),
            least: Confidence::Likely,
            least_typed: false,
            severity: None,
            baseline: None,
            changed_lines: None,
            threads: None,
            no_ignore: false,
            isolated: false,
            max_size: MAX_SIZE,
            cache: None,
            progress: false,
        }
    }

    /// The tables that hold for a file.
    #[must_use]
    pub fn apis_of(&self, file: &Path) -> &'static Apis {
        self.configs.of_file(file).apis()
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
        Some(near) => bail!("unknown rule `{id}`: did you mean `{near}`?"),
        None => bail!("unknown rule `{id}`: `leaklint rules` lists them all"),
    }
}

/// The id that looks most like `id`, when one does.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    fault::nearest(id, &ids)
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

/// How many columns a stream has for text: what `COLUMNS` says, or its terminal. Nothing is known of a file or a pipe.
#[must_use]
pub fn columns(terminal: Option<terminal_size::Width>) -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok()).filter(|width| *width > 0);
    told.or_else(|| terminal.map(|width| usize::from(width.0)).filter(|width| *width > 0))
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
