//! What the command does with its arguments: runs, prints, and decides on the exit code.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Instant;

use anyhow::Result;
use clap::Parser;

use crate::args::{Check, Command, Exit, ListFormat, Typed};
use crate::config::{self, Options};
use crate::finding::{NoticeKind, Severity};
use crate::output::Outputs;
use crate::report::{self, Look};
use crate::{Outcome, lint};

/// Nothing was found.
const CLEAN: u8 = 0;
/// Something was found, or a file does not parse.
const FOUND: u8 = 1;
/// The job could not be done.
const FAILED: u8 = 2;

/// Runs the command line and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    quiet_panics();
    let typed = match Typed::try_parse_from(arguments) {
        Ok(typed) => typed,
        Err(error) => {
            // Nobody is left to tell when this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { FAILED } else { CLEAN };
        }
    };
    let done = match typed.command {
        Command::Check(check) => run_check(&check),
        Command::Explain { rule } => config::rule(&rule).and_then(|rule| print(|out| write_page(out, rule.page))),
        Command::Rules { format } => print(|out| match format {
            ListFormat::Pretty => report::rules::table(out),
            ListFormat::Json => report::rules::json(out),
        }),
    };
    done.unwrap_or_else(|error| {
        complain(&format!("error: {error:#}"));
        FAILED
    })
}

fn run_check(check: &Check) -> Result<u8> {
    let began = Instant::now();
    let options = Options::from_typed(check)?;
    let outputs = Outputs::from_typed(&check.output)?;
    let outcome = lint(&options);
    let code = exit_code(&outcome, &check.exit);
    let written = outputs.write(&outcome);
    let format = outputs.format;
    let look = Look::new(config::colours(check.output.color, io::stdout().is_terminal()));
    let printed =
        if outputs.prints(&written) { print(|out| report::findings(out, &outcome, format, look))? } else { CLEAN };

    let look = Look::new(config::colours(check.output.color, io::stderr().is_terminal()));
    let mut err = BufWriter::new(io::stderr().lock());
    if !outputs.tells_all() && !check.output.quiet {
        // Standard error may be closed: then there is nobody to tell.
        let _ = report::notices(&mut err, &outcome, format, look);
        let _ = report::summary(&mut err, &outcome, began.elapsed(), look);
    }
    if outcome.files == 0 && outcome.notices.is_empty() {
        let _ = report::nothing_read(&mut err, &outcome, look);
    }
    for failure in &written.failures {
        let _ = writeln!(err, "error: {}", look.text(failure));
    }
    let _ = err.flush();
    Ok(if written.failures.is_empty() { code.max(printed) } else { FAILED })
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

fn write_page(out: &mut dyn Write, page: &str) -> io::Result<()> {
    writeln!(out, "{}", page.trim_end())
}

fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", report::safe(message));
}

/// Panics become notices of their file or rule. Who looks for the cause sets `RUST_BACKTRACE`.
fn quiet_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
}
