//! What to say of a command line that others would understand: a path without a command, fixes that are not there.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::Typed;

/// Options by which other linters write fixes.
const FIXING: [&str; 6] = ["--fix", "--unsafe-fixes", "--write", "--apply", "--autofix", "--autocorrect"];

/// A better message than that of the parser, where there is one.
#[must_use]
pub fn explained(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    if let Some(said) = fixing(error) {
        return Some(said);
    }
    let wrong = match error.kind() {
        ErrorKind::UnknownArgument => word(error, ContextKind::InvalidArg)?,
        ErrorKind::InvalidSubcommand => word(error, ContextKind::InvalidSubcommand)?,
        _ => return None,
    };
    // A word that looks like one of ours, and is no path, is a slip.
    if error.get(ContextKind::SuggestedSubcommand).is_some() && !Path::new(wrong).exists() {
        return None;
    }
    let (program, rest) = arguments.split_first()?;
    let checked = [program.clone(), "check".into()].into_iter().chain(rest.iter().cloned());
    if let Err(error) = Typed::try_parse_from(checked) {
        return fixing(&error);
    }
    let typed: Vec<String> = rest.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    let what = if wrong.starts_with('-') { "option" } else { "command" };
    Some(format!("there is no {what} `{wrong}`: did you mean `leaklint check {}`?", typed.join(" ")))
}

/// What there is instead of an option that writes fixes.
fn fixing(error: &clap::Error) -> Option<String> {
    let name = word(error, ContextKind::InvalidArg)?.split('=').next()?;
    let asks = |option: &str| name == option || name.starts_with(&format!("{option}-"));
    (error.kind() == ErrorKind::UnknownArgument && FIXING.iter().any(|option| asks(option))).then(|| {
        format!(
            "`{name}` is not there yet: leaklint writes no fixes. Those that it knows are suggestions: the report shows \
             them under `fix:`, `--format json` has them in `fixes`"
        )
    })
}

fn word(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word),
        _ => None,
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
