//! Does the work of a run in a process of its own, so that nothing that a file holds can take the report away.
//!
//! A worker that dies of an overflow or an abort is started again without the part that it died of. Which that is, its
//! journal tells: see [`crate::worker`]. All else goes through: arguments, standard streams, the exit code.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, ExitStatus};

use rustc_hash::FxHashMap;
use tempfile::NamedTempFile;

use crate::args::Check;
use crate::command::{self, FAILED};
use crate::worker::{self, Guilty, Line, Order, Part, Stamp};

/// Workers that may die in one run.
const MOST_DEATHS: usize = 20;

/// The value of [`worker::ORDER`] with which a process does the work itself, as debuggers and profilers want it.
const BY_ITSELF: &str = "none";

/// Runs the command line and returns the exit code.
#[must_use]
pub fn run(arguments: &[OsString]) -> u8 {
    if let Some(order) = env::var_os(worker::ORDER) {
        if order != BY_ITSELF {
            worker::take(&order);
        }
        return command::run(arguments.to_vec());
    }
    let supervised = command::check_of(arguments).and_then(|check| supervise(arguments, &check));
    supervised.unwrap_or_else(|| command::run(arguments.to_vec()))
}

/// How a run by a worker came out.
enum End {
    /// With this exit code.
    Exit(u8),
    /// By the number of a signal, or what stands for one.
    Crash(String),
}

/// `None` where no other process can be started.
fn supervise(arguments: &[OsString], check: &Check) -> Option<u8> {
    let program = env::current_exe().ok()?;
    let mut order = Order { supervisor: std::process::id(), ..Order::default() };
    for _ in 0..MOST_DEATHS {
        let (status, journal) = work(&program, arguments, &mut order)?;
        let death = match end_of(status) {
            End::Exit(code) => return Some(code),
            End::Crash(death) => death,
        };
        let Some(next) = verdict(&journal) else {
            command::complain(&format!("error: the analysis crashed ({death}); please report it"));
            return Some(FAILED);
        };
        match next {
            Verdict::Suspects(_) | Verdict::Guilty(Part::File(_) | Part::Rule(_)) if reads_once(check) => {
                let lost = "what came in on standard input cannot be read again";
                command::complain(&format!("error: the analysis crashed ({death}); {lost}"));
                return Some(FAILED);
            }
            Verdict::Suspects(suspects) => order.suspects = suspects,
            Verdict::Guilty(part) => {
                order.suspects.retain(|suspect| *suspect != part);
                let stamp = if let Part::File(path) = &part { Stamp::of(Path::new(path)) } else { None };
                // As it was then, it has been tried again.
                order.guilty.retain(|known| known.part != part);
                order.guilty.push(Guilty { part, stamp, death });
            }
        }
    }
    command::complain(&format!("error: the analysis crashed {MOST_DEATHS} times; please report it"));
    Some(FAILED)
}

/// One worker, from its start to its end, and what it has noted.
fn work(program: &Path, arguments: &[OsString], order: &mut Order) -> Option<(ExitStatus, Vec<Line>)> {
    // Without a journal the work is done all the same.
    let journal = NamedTempFile::with_prefix("leaklint-").ok();
    let (file, name) = journal.map(NamedTempFile::into_parts).unzip();
    order.journal = name.as_ref().map(|name| name.to_path_buf());
    let mut command = Command::new(program);
    #[cfg(unix)]
    if let Some(name) = arguments.first() {
        std::os::unix::process::CommandExt::arg0(&mut command, name);
    }
    command.args(arguments.get(1..)?).env(worker::ORDER, serde_json::to_string(order).ok()?);
    let status = command.status().ok()?;
    drop(name);
    Some((status, file.map(lines).unwrap_or_default()))
}

fn lines(mut journal: File) -> Vec<Line> {
    let mut text = String::new();
    let read = journal.rewind().and_then(|()| journal.read_to_string(&mut text));
    if read.is_ok() { text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect() } else { Vec::new() }
}

/// What a journal says of the death of its worker.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Guilty(Part),
    Suspects(Vec<Part>),
}

/// `None` where nothing can be left out, or it is too late.
fn verdict(journal: &[Line]) -> Option<Verdict> {
    let stage = journal.iter().rposition(|line| !matches!(line, Line::Began(..)))?;
    let mut last: FxHashMap<Option<usize>, &Part> = FxHashMap::default();
    let mut began = journal[stage + 1..]
        .iter()
        .filter_map(|line| if let Line::Began(thread, part) = line { Some((*thread, part)) } else { None });
    match journal[stage] {
        Line::Alone => began.next_back().map(|(_, part)| Verdict::Guilty(part.clone())),
        Line::Together => {
            last.extend(began);
            let mut threads: Vec<_> = last.into_iter().collect();
            threads.sort_unstable_by_key(|(thread, _)| *thread);
            let suspects: Vec<Part> = threads.into_iter().map(|(_, part)| part.clone()).collect();
            (!suspects.is_empty()).then_some(Verdict::Suspects(suspects))
        }
        Line::Over | Line::Printing | Line::Began(..) => None,
    }
}

/// Whether a second worker would find less to read than the first.
fn reads_once(check: &Check) -> bool {
    let list = check.files.files_from.as_deref();
    check.paths.iter().any(|path| path.as_os_str() == "-") || list.is_some_and(|list| !list.is_file())
}

#[cfg(unix)]
fn end_of(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(u8::try_from(code).unwrap_or(FAILED)),
        // Somebody wants an end: a terminal that is closed, Ctrl-C, `kill`, a reader that went away.
        (None, Some(signal @ (1 | 2 | 3 | 13 | 15))) => End::Exit(u8::try_from(128 + signal).unwrap_or(FAILED)),
        (None, Some(9)) => {
            command::complain("error: the analysis was killed (signal 9), as it happens when memory runs out");
            End::Exit(FAILED)
        }
        (None, signal) => End::Crash(format!("signal {}", signal.unwrap_or_default())),
    }
}

/// Where there are no signals, exceptions are exit codes that no command has.
#[cfg(not(unix))]
fn end_of(status: ExitStatus) -> End {
    match status.code().map(|code| (code, u8::try_from(code))) {
        Some((_, Ok(code))) => End::Exit(code),
        Some((code, Err(_))) => End::Crash(format!("exception {code:#x}")),
        None => End::Exit(FAILED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn began(thread: usize, name: &str) -> Line {
        Line::Began(Some(thread), Part::File(name.to_owned()))
    }

    #[test]
    fn one_at_a_time_the_last_is_guilty() {
        let journal = [Line::Alone, began(0, "a"), began(0, "b")];
        assert_eq!(verdict(&journal), Some(Verdict::Guilty(Part::File("b".to_owned()))));
    }

    #[test]
    fn together_the_last_of_each_thread_is_a_suspect() {
        let journal = [Line::Alone, Line::Together, began(1, "a"), began(0, "b"), began(1, "c")];
        let suspects = ["b", "c"].map(|name| Part::File(name.to_owned()));
        assert_eq!(verdict(&journal), Some(Verdict::Suspects(suspects.to_vec())));
    }

    #[test]
    fn what_is_printed_or_linked_cannot_be_left_out() {
        assert_eq!(verdict(&[]), None);
        assert_eq!(verdict(&[Line::Together, began(0, "a"), Line::Over]), None);
        assert_eq!(verdict(&[Line::Alone, began(0, "a"), Line::Printing]), None);
    }
}
