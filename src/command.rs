//! What the command does with its arguments: runs, prints, and decides on the exit code.

mod known;
mod mistake;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};
use terminal_size::{Height, Width, terminal_size_of};

use crate::args::{Check, Command, Exit, Format, ListFormat, Typed};
use crate::config::{self, Options};
use crate::finding::{NoticeKind, Severity};
use crate::output::Outputs;
use crate::page::{self, Links};
use crate::report::{self, Look};
use crate::rule::Rule;
use crate::{Outcome, init, lint, walk, watch, worker};

/// Nothing was found.
const CLEAN: u8 = 0;
/// Something was found, or a file does not parse.
const FOUND: u8 = 1;
/// The job could not be done.
pub const FAILED: u8 = 2;

/// Runs the command line and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    quiet_panics();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let typed = match Typed::try_parse_from(&arguments) {
        Ok(typed) => typed,
        Err(error) => {
            if let Some(said) = mistake::explained(&error, &arguments) {
                complain(&format!("error: {said}"));
                return FAILED;
            }
            // Nobody is left to tell when this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { FAILED } else { CLEAN };
        }
    };
    let done = match typed.command {
        Command::Check(check) if check.ways.watch => run_watch(&check),
        Command::Check(check) => run_check(&check),
        Command::Explain { rule } => config::rule(&rule).and_then(run_explain),
        Command::Rules { format } => print(|out| match format {
            ListFormat::Pretty => report::rules::table(out),
            ListFormat::Json => report::rules::json(out),
        }),
        Command::Init => run_init(),
        Command::Config { path, config } => run_config(&path, config.as_deref()),
        Command::Schema => print(|out| write_json(out, &config::file::schema())),
        Command::Completions { shell } => {
            // The generator panics where it cannot write.
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Typed::command(), "leaklint", &mut text);
            print(|out| out.write_all(&text))
        }
        Command::Man { command } => run_man(command.as_deref()),
    };
    done.unwrap_or_else(|error| {
        complain(&format!("error: {error:#}"));
        FAILED
    })
}

/// What is to be checked, when these arguments ask for that.
#[must_use]
pub fn check_of(arguments: &[OsString]) -> Option<Box<Check>> {
    match Typed::try_parse_from(arguments).ok()?.command {
        Command::Check(check) if !check.settings.show_files && !check.settings.show_settings => Some(check),
        _ => None,
    }
}

fn run_check(check: &Check) -> Result<u8> {
    let options = Options::from_typed(check)?;
    if check.settings.show_files || check.settings.show_settings {
        return show(check, &options);
    }
    check_once(check, &options).map(|(code, _)| code)
}

/// Lints and prints. Returns the exit code and what was found.
fn check_once(check: &Check, options: &Options) -> Result<(u8, Outcome)> {
    let began = Instant::now();
    let outputs = Outputs::from_typed(&check.output)?;
    let mut outcome = lint(options);
    worker::note(&worker::Line::Printing);
    refuse(&outcome.faults)?;
    let said = known::record(&check.known, options, &mut outcome)?;
    let code = exit_code(&outcome, &check.exit);
    let written = outputs.write(&outcome);
    let format = outputs.format;
    let look = self::look(check, io::stdout().is_terminal(), terminal_size_of(io::stdout()));
    let print_findings = |out: &mut dyn Write| {
        if check.ways.statistics {
            let as_json = matches!(format, Format::Json | Format::Jsonl);
            return report::statistics::print(out, &outcome, as_json, look);
        }
        report::findings(out, &outcome, format, look)
    };
    let in_format = outputs.printed(&written).filter(|_| !check.ways.statistics);
    let printed = if outputs.prints(&written) { print(print_findings)? } else { CLEAN };

    let look = self::look(check, io::stderr().is_terminal(), terminal_size_of(io::stderr()));
    let mut err = BufWriter::new(io::stderr().lock());
    if !check.output.quiet {
        // Standard error may be closed: then there is nobody to tell.
        let _ = report::notices(&mut err, &outcome, in_format, look);
    }
    if !check.output.quiet && !in_format.is_some_and(report::counts_itself) {
        let _ = report::summary(&mut err, &outcome, began.elapsed(), look);
    }
    if !check.output.quiet {
        let _ = said.iter().try_for_each(|line| writeln!(err, "{}", told(line)));
    }
    if outcome.files == 0 && outcome.notices.is_empty() {
        let _ = match () {
            () if check.changes.staged => {
                writeln!(err, "note: no files to check: no JavaScript or TypeScript is staged")
            }
            () if check.changes.is_in_folder() => {
                writeln!(err, "note: no files to check: no JavaScript or TypeScript has changed")
            }
            () => report::nothing_read(&mut err, &outcome, look),
        };
    }
    for failure in &written.failures {
        let _ = writeln!(err, "error: {}", look.text(failure));
    }
    let _ = err.flush();
    drop(err);
    let code = if written.failures.is_empty() { code.max(printed) } else { FAILED };
    Ok((code, outcome))
}

/// How text on a stream looks: whether that is a terminal, and of which size.
fn look(check: &Check, is_terminal: bool, size: Option<(Width, Height)>) -> Look {
    let columns = config::columns(size.map(|(width, _)| width));
    Look::new(config::colours(check.output.color, is_terminal), columns)
}

fn run_watch(check: &Check) -> Result<u8> {
    let root = std::env::current_dir().context("the working directory cannot be read")?;
    watch::watch(|| {
        let options = Options::from_typed(check)?;
        let (_, outcome) = check_once(check, &options)?;
        Ok(watch::folders(outcome.sources.files(), &root))
    })
}

/// Prints what a run would do, and does not do it.
fn show(check: &Check, options: &Options) -> Result<u8> {
    let walked = walk::walk(options);
    refuse(&crate::select::faults(options, &walked.files))?;
    if check.settings.show_settings {
        let settings = config::show::of_run(options, &walked.files);
        return print(|out| write_json(out, &settings));
    }
    let given = options.stdin.iter().chain(&options.given);
    let given = given.map(|text| walk::shown(&options.root.join(&text.name), &options.root));
    let mut names: Vec<String> = walked.files.iter().map(|file| file.shown.clone()).chain(given).collect();
    names.sort();
    print(|out| names.iter().try_for_each(|name| writeln!(out, "{}", report::safe(name))))
}

/// Nothing is linted with a configuration that is not understood.
fn refuse(faults: &[config::Fault]) -> Result<()> {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    if told.is_empty() { Ok(()) } else { Err(anyhow::anyhow!(told.join("\nerror: "))) }
}

fn run_man(name: Option<&str>) -> Result<u8> {
    let mut command = Typed::command();
    command.build();
    if let Some(name) = name {
        let one = command.find_subcommand(name).cloned();
        command = one.with_context(|| format!("unknown command `{}`", config::shortened(name)))?;
    }
    print(|out| clap_mangen::Man::new(command).render(out))
}

fn run_init() -> Result<u8> {
    let root = std::env::current_dir().context("the working directory cannot be read")?;
    init::write_in(&root)?;
    print(|out| writeln!(out, "wrote {}", init::NAME))
}

fn run_config(path: &Path, file: Option<&Path>) -> Result<u8> {
    let root = std::env::current_dir().context("the working directory cannot be read")?;
    let settings = config::show::of_path(&root, path, file)?;
    print(|out| write_json(out, &settings))
}

fn exit_code(outcome: &Outcome, exit: &Exit) -> u8 {
    let any = |kind| outcome.notices.iter().any(|notice| notice.kind == kind);
    let unmatched = outcome.files == 0 && exit.error_on_unmatched;
    if any(NoticeKind::Failure) || unmatched {
        FAILED
    } else if exit.exit_zero {
        CLEAN
    } else if any(NoticeKind::Syntax)
        || outcome.count(Severity::Error) > 0
        || exit.max_warnings.is_some_and(|most| outcome.count(Severity::Warning) > most)
    {
        FOUND
    } else {
        CLEAN
    }
}

/// Prints to standard output. A reader who went away (`| head`) is no error.
///
/// # Errors
/// When the output cannot be written, a full disk for instance.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<u8> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer is not tried again.
    let (_, _) = out.into_parts();
    match written {
        Ok(()) => Ok(CLEAN),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(CLEAN),
        Err(error) => Err(anyhow::anyhow!("standard output: {}", crate::walk::reason(&error))),
    }
}

fn run_explain(rule: &Rule) -> Result<u8> {
    let page = page::of(rule, Links::Names);
    print(|out| out.write_all(page.as_bytes()))
}

fn write_json(out: &mut dyn Write, value: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Prints a message to standard error.
pub fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", told(message));
}

/// Lines of a message, each made harmless.
fn told(message: &str) -> String {
    message.lines().map(report::safe).collect::<Vec<_>>().join("\n")
}

/// Panics become notices of their file or rule. Who looks for the cause sets `RUST_BACKTRACE`.
fn quiet_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
}
