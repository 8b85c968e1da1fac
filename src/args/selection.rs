//! What was typed about configuration, known findings and changes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where settings come from.
#[derive(Debug, Args)]
pub struct SettingsFrom {
    /// Use this configuration for all files, instead of the nearest one above each file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
    /// Print the settings of this run and exit
    #[arg(long)]
    pub show_settings: bool,
    /// Print the files that would be checked and exit
    #[arg(long, conflicts_with = "show_settings")]
    pub show_files: bool,
}

/// Files that git knows have changed.
#[derive(Debug, Args)]
pub struct Changes {
    /// Check only files that are staged in git, with their staged content
    #[arg(long)]
    pub staged: bool,
    /// Check only files that differ from the last commit, including new files
    #[arg(long, conflicts_with = "staged")]
    pub changed: bool,
    /// Check only files that changed since the branch point from this branch or commit
    #[arg(long, value_name = "REF", conflicts_with = "staged")]
    pub since: Option<String>,
    /// Show only findings that involve a changed line; implies --changed unless --staged is given
    #[arg(long)]
    pub changed_lines: bool,
}

impl Changes {
    /// Whether git is asked at all.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.staged || self.is_in_folder()
    }

    /// Whether changes are meant that are not staged yet as well.
    #[must_use]
    pub const fn is_in_folder(&self) -> bool {
        !self.staged && (self.changed || self.changed_lines || self.since.is_some())
    }
}

/// Findings that somebody has seen already.
#[derive(Debug, Args)]
pub struct Known {
    /// Hide the findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the current findings to the baseline, and remove those that are gone
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// Add a `leaklint-ignore` comment above each finding
    #[arg(long, requires = "reason", conflicts_with_all = ["update_baseline", "staged", "stdin_filename"])]
    pub add_ignores: bool,
    /// Reason to write into the comments of --add-ignores
    #[arg(long, value_name = "TEXT", requires = "add_ignores")]
    pub reason: Option<String>,
}

/// Other ways to run.
#[derive(Debug, Args)]
pub struct Ways {
    /// Print the number of findings per rule instead of the findings
    #[arg(long)]
    pub statistics: bool,
    /// Check again whenever a file changes, until interrupted
    #[arg(long, conflicts_with_all = ["staged", "stdin_filename", "add_ignores", "update_baseline", "show_settings", "show_files"])]
    pub watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LeastSevere {
    Info,
    Warning,
    Error,
}
