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
    /// Look for leaks in files and folders
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// Print the page of a rule: what leaks, what is safe, and why
    Explain {
        /// Id of the rule, as `leaklint rules` lists it
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to print the list
        #[arg(long, value_enum, default_value_t = ListFormat::Pretty)]
        format: ListFormat,
    },
    /// Write a commented leaklint.jsonc to start from
    Init,
    /// Print the settings that hold for a file or folder, as JSON
    Config {
        /// The file or folder
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Use this configuration instead of the nearest one above the file
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print the JSON schema of the configuration
    Schema,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of leaklint or of one of its commands
    Man {
        /// The command
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Check {
    /// Files and folders to read; `-` is standard input [default: .]
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
    /// Run this rule only (may be given several times)
    #[arg(long = "rule", value_name = "ID")]
    pub only: Vec<String>,
    /// Leave this rule out (may be given several times)
    #[arg(long, value_name = "ID")]
    pub skip: Vec<String>,
    /// Run the rules of this group only (may be given several times): growth, listeners, handles, ...
    #[arg(long = "group", value_name = "NAME")]
    pub groups: Vec<String>,
    /// Show findings from this confidence up [default: likely]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub min_confidence: Option<Least>,
    /// Show findings from this severity up
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub severity: Option<LeastSevere>,
}

#[derive(Debug, Args)]
pub struct Files {
    /// Name of what comes in on standard input; its ending decides the language
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
    /// Read the files that this file lists, one on each line or separated by NUL; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Read what is passed over by default as well: ignored and hidden files, `node_modules`, `dist`, minified and
    /// bundled code
    #[arg(long)]
    pub no_ignore: bool,
    /// Judge each file by itself: what other files do to it does not count
    #[arg(long)]
    pub isolated: bool,
    /// Pass over files larger than this, with a note
    #[arg(long, value_name = "BYTES", default_value = "32MiB", value_parser = bytes)]
    pub max_size: u64,
    /// Keep what was found out about files, and do not read those again that stay as they are
    #[arg(long)]
    pub cache: bool,
    /// Where to keep it; means `--cache` as well [default: `node_modules/.cache/leaklint` or `.leaklint-cache`]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct Output {
    /// How to print what was found [default: pretty; in GitHub Actions: github]
    #[arg(long, short, value_enum)]
    pub format: Option<Format>,
    /// Write a report to a file (may be given several times): `junit=leaks.xml`, or a file alone. Its format is then the
    /// one that its ending stands for (html, sarif, json, jsonl), or else that of `--format`, which is then not printed
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    pub output: Vec<std::ffi::OsString>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
    /// Print findings only: no summary, no notes
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Exit {
    /// Exit with 1 when there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
    /// Exit with 0 whatever is found (2 still says that the job could not be done)
    #[arg(long)]
    pub exit_zero: bool,
    /// Exit with 2 when there is nothing to read
    #[arg(long)]
    pub error_on_unmatched: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Snippets with every piece of evidence, for people
    Pretty,
    /// One line for each finding
    Concise,
    /// Few words, for coding agents; always with a last line
    Agent,
    /// One object, for programs
    Json,
    /// One object on each line, for programs
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// Failed tests, for CI servers
    Junit,
    /// Checkstyle XML, for review tools
    Checkstyle,
    /// Diagnostics of reviewdog
    Rdjson,
    /// One page with every piece of evidence, for a browser
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
    /// Everything that may be a leak
    Guess,
    /// What is probably a leak
    Likely,
    /// Shapes that were seen to retain memory under Node
    Sure,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default().effects(Effects::BOLD))
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  leaklint check                       everything below this folder
  leaklint check src server.js         these only
  leaklint check --staged              what the next commit brings
  leaklint explain unbounded-cache     what a rule means, offline
  leaklint init                        a configuration to start from

Exit codes: 0 clean, 1 something was found, 2 the job could not be done.";

const CHECK_EXAMPLES: &str = "\
Examples:
  leaklint check                                  everything below this folder
  leaklint check --min-confidence guess src       show the doubtful ones too
  leaklint check --format json > leaks.json       for programs
  leaklint check -o leaks.html -o sarif=ci.sarif  a page to look at, a file for CI, findings in the terminal
  leaklint check --stdin-filename a.ts - < a.ts   from an editor
  leaklint check --staged                         before a commit
  leaklint check --changed --since main           what a branch changes
  leaklint check --baseline known.json            new findings only; --update-baseline writes the file
  leaklint check --add-ignores --reason \"legacy\"  a comment above every finding

Exit codes: 0 clean or warnings only, 1 errors or a file that does not parse, 2 the job could not be done.";

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
