//! What was typed: the command line, as clap reads it.

mod selection;

use std::path::PathBuf;

pub use selection::{Changes, Known, LeastSevere, SettingsFrom, Ways};

use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds leak-prone JavaScript and TypeScript before production does.
#[derive(Debug, Parser)]
#[command(name = "leaklint", version, styles = STYLES, after_help = EXAMPLES, arg_required_else_help = true)]
#[command(propagate_version = true, max_term_width = 100)]
pub struct Typed {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files and folders for leaks
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// Print the documentation of a rule: what leaks, what is safe, and why
    Explain {
        /// Rule id, as listed by `leaklint rules`
        rule: String,
    },
    /// List all rules with severity and group
    Rules {
        /// Output format
        #[arg(long, value_enum, default_value_t = ListFormat::Pretty)]
        format: ListFormat,
    },
    /// Create a commented leaklint.jsonc to start from
    Init,
    /// Print the settings that apply to a file or folder, as JSON
    Config {
        /// File or folder
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Use this configuration instead of the nearest one above the file
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the JSON schema of the configuration
    Schema,
    /// Print shell completions
    Completions {
        /// Shell to print completions for
        shell: clap_complete::Shell,
    },
    /// Print the manual page of leaklint or of one of its commands
    Man {
        /// Command whose manual page to print [default: leaklint itself]
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders to check; `-` is standard input [default: .]
    pub paths: Vec<PathBuf>,

    #[command(flatten, next_help_heading = "Rules")]
    pub chosen: Chosen,

    #[command(flatten, next_help_heading = "Files")]
    pub files: Files,

    #[command(flatten, next_help_heading = "Changes")]
    pub changes: Changes,

    #[command(flatten, next_help_heading = "Known findings")]
    pub known: Known,

    #[command(flatten, next_help_heading = "Configuration")]
    pub settings: SettingsFrom,

    #[command(flatten, next_help_heading = "Output")]
    pub output: Output,

    #[command(flatten, next_help_heading = "Output")]
    pub ways: Ways,

    #[command(flatten, next_help_heading = "Exit code")]
    pub exit: Exit,
}

#[derive(Debug, Args)]
pub struct Chosen {
    /// Run only this rule (can be repeated)
    #[arg(long = "rule", value_name = "ID")]
    pub only: Vec<String>,
    /// Do not run this rule (can be repeated)
    #[arg(long, value_name = "ID")]
    pub skip: Vec<String>,
    /// Run only the rules of this group (can be repeated): growth, listeners, handles, promises, streams, clients or
    /// retention
    #[arg(long = "group", value_name = "NAME")]
    pub groups: Vec<String>,
    /// Show findings of this confidence or higher [default: likely]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub min_confidence: Option<Least>,
    /// Show findings of this severity or higher
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub severity: Option<LeastSevere>,
}

#[derive(Debug, Args)]
pub struct Files {
    /// File name of the text on standard input; its extension decides the language
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
    /// Check the files listed in this file, separated by newlines or NUL bytes; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Also check what is skipped by default: ignored and hidden files, `node_modules`, `dist`, minified and bundled code
    #[arg(long)]
    pub no_ignore: bool,
    /// Check each file on its own, without following imports into other files
    #[arg(long)]
    pub isolated: bool,
    /// Skip files larger than this, with a note
    #[arg(long, value_name = "BYTES", default_value = "32MiB", value_parser = bytes)]
    pub max_size: u64,
    /// Cache the analysis of each file, so that unchanged files are not analysed again
    #[arg(long)]
    pub cache: bool,
    /// Folder of the cache; implies `--cache` [default: `node_modules/.cache/leaklint` or `.leaklint-cache`]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Number of threads to use [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct Output {
    /// Output format [default: pretty; github in GitHub Actions]
    #[arg(long, short, value_enum)]
    pub format: Option<Format>,
    /// Write a report to a file (can be repeated): `junit=leaks.xml`, or just a file name. Without a format, the file
    /// extension decides (html, sarif, json, jsonl); otherwise the file gets the `--format` report, which is then not printed
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    pub output: Vec<std::ffi::OsString>,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
    /// Print only findings: no summary and no notes
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Exit {
    /// Exit with 1 if there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
    /// Exit with 0 even if there are findings (2 is still used for failures)
    #[arg(long)]
    pub exit_zero: bool,
    /// Exit with 2 if no file was checked
    #[arg(long)]
    pub error_on_unmatched: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Code snippets with all evidence, for people
    Pretty,
    /// One line per finding, as editors and terminals read it; columns count UTF-16 units
    Concise,
    /// The same lines for Vim and Neovim; columns count bytes
    Vim,
    /// Short text for coding agents; always ends with a summary line
    Agent,
    /// One JSON object
    Json,
    /// One JSON object per line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub Actions annotations
    Github,
    /// GitLab code quality report
    Gitlab,
    /// Test results as XML, for CI servers
    Junit,
    /// Checkstyle XML, for review tools
    Checkstyle,
    /// Reviewdog diagnostics
    Rdjson,
    /// One web page with all evidence
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Pretty,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Least {
    /// Everything that might be a leak
    Guess,
    /// Probably a leak
    Likely,
    /// Patterns that were shown to retain memory in Node
    Sure,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  leaklint check                       check the current folder
  leaklint check src server.js         check only these
  leaklint check --staged              check what is staged for the next commit
  leaklint explain unbounded-cache     explain a rule
  leaklint init                        create a configuration file

Exit codes: 0 no errors, 1 errors found, 2 leaklint could not do its job.";

const CHECK_EXAMPLES: &str = "\
Examples:
  leaklint check                                  check the current folder
  leaklint check --min-confidence guess src       also show uncertain findings
  leaklint check --format json > leaks.json       for scripts
  leaklint check -o leaks.html -o sarif=ci.sarif  a web page, a file for CI, findings in the terminal
  leaklint check --stdin-filename a.ts - < a.ts   from an editor
  leaklint check --staged                         before a commit
  leaklint check --changed --since main           what a branch changed
  leaklint check --baseline known.json            only new findings; --update-baseline writes the file
  leaklint check --add-ignores --reason \"legacy\"  add a comment above each finding

Exit codes: 0 no errors, 1 errors or a file that does not parse, 2 leaklint could not do its job.";

/// Reads `4096`, `512k`, `16MiB`; the unit is a power of 1024.
fn bytes(typed: &str) -> Result<u64, String> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().map_err(|_| "expected a number such as 4096, 512k or 16MiB".to_owned())?;
    let power = match typed[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        unit => return Err(format!("unknown unit `{unit}`: use k, M or G")),
    };
    number.checked_mul(1 << (10 * power)).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Typed::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("2k"), Ok(2048));
        assert_eq!(bytes("16MiB"), Ok(16 << 20));
        assert!(bytes("many").is_err());
        assert!(bytes("3 lightyears").is_err());
        assert!(bytes("99999999999999999G").is_err());
    }
}
