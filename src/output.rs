//! Where reports go: to standard output, to files, or both.

mod earlier;

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::args::{self, Format};
use crate::report::{self, Look};
use crate::{Outcome, walk, write};

/// The reports of a run, decided before it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Outputs {
    /// What standard output gets.
    pub format: Format,
    /// A file takes what standard output would get.
    taken: bool,
    files: Vec<(Format, PathBuf)>,
}

/// What became of the files.
#[derive(Debug, Default)]
pub struct Written {
    /// A line for each file that could not be written.
    pub failures: Vec<String>,
}

impl Outputs {
    /// # Errors
    /// When a format is unknown or cannot be told, two reports would go to one file, or one to a file that is none.
    pub fn from_typed(typed: &args::Output) -> Result<Self> {
        let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|set| set == "true");
        let format = typed.format.unwrap_or(if in_actions { Format::Github } else { Format::Pretty });
        let mut outputs = Self { format, taken: false, files: Vec::new() };
        for text in &typed.output {
            let (format, file) = match named(text)? {
                (Some(format), file) => (format, file),
                (None, file) => {
                    let format = of_file(&file, typed.format)?;
                    outputs.taken |= typed.format == Some(format);
                    (format, file)
                }
            };
            if outputs.files.iter().any(|(_, other)| *other == file) {
                bail!("--output {}: given twice", file.display());
            }
            earlier::refuse_others(format, &file)?;
            outputs.files.push((format, file));
        }
        Ok(outputs)
    }

    /// Writes the files, each as a whole or not at all.
    #[must_use]
    pub fn write(&self, outcome: &Outcome) -> Written {
        let mut written = Written::default();
        for (format, file) in &self.files {
            if let Err(error) = write_file(*format, file, outcome) {
                written.failures.push(format!("--output {}: {}", file.display(), walk::reason(&error)));
            }
        }
        written
    }

    /// Whether standard output gets a report: nothing that was found is lost when a file cannot be written.
    #[must_use]
    pub fn prints(&self, written: &Written) -> bool {
        !self.taken || !written.failures.is_empty()
    }

    /// The format of what standard output gets, when it gets a report.
    #[must_use]
    pub fn printed(&self, written: &Written) -> Option<Format> {
        self.prints(written).then_some(self.format)
    }
}

/// `sarif=leaks.sarif`, or a file alone.
fn named(text: &OsStr) -> Result<(Option<Format>, PathBuf)> {
    let Some((name, file)) = text.to_str().and_then(|text| text.split_once('=')) else {
        return Ok((None, filled(text)?));
    };
    match Format::from_str(name, true) {
        Ok(format) => Ok((Some(format), filled(OsStr::new(file))?)),
        // `a.b=c.json` and `./a=c.json` are names of files.
        Err(_) if name.contains(|c: char| !c.is_ascii_alphanumeric()) => Ok((None, filled(text)?)),
        Err(_) => {
            let known: Vec<_> = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
            let alike = |value: &clap::builder::PossibleValue| strsim::jaro_winkler(name, value.get_name());
            let near = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|value| alike(value) > 0.75);
            let advice = near.map_or_else(String::new, |value| format!(": did you mean `{}`?", value.get_name()));
            bail!("--output {}: unknown format `{name}`{advice}", text.display())
        }
    }
}

fn filled(file: &OsStr) -> Result<PathBuf> {
    match file.to_str() {
        Some("") => bail!("--output: the file name is missing"),
        Some("-") => bail!("--output writes to a file: use `--format` for standard output"),
        _ => Ok(PathBuf::from(file)),
    }
}

/// The format of a file that is named without one.
fn of_file(file: &Path, typed: Option<Format>) -> Result<Format> {
    let end = file.extension().map(OsStr::to_ascii_lowercase).unwrap_or_default();
    let meant = match end.to_str() {
        Some("sarif") => Some(Format::Sarif),
        Some("html" | "htm") => Some(Format::Html),
        Some("jsonl" | "ndjson") => Some(Format::Jsonl),
        Some("json") if typed.is_none() => Some(Format::Json),
        _ => None,
    };
    if let Some(format) = meant.or(typed) {
        return Ok(format);
    }
    let file = file.display();
    bail!("--output {file}: the format is missing: use `--output FORMAT={file}`, for example `--output junit={file}`")
}

fn write_file(format: Format, file: &Path, outcome: &Outcome) -> io::Result<()> {
    let mut bytes = Vec::new();
    report::findings(&mut bytes, outcome, format, Look::PLAIN)?;
    // Terminals, pipes and `/dev/null` are written to, not replaced.
    if file.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        return OpenOptions::new().write(true).open(file)?.write_all(&bytes);
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    write::replace(file, &bytes)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn outputs(format: Option<Format>, output: &[&str]) -> Result<Outputs> {
        let output = output.iter().map(OsString::from).collect();
        Outputs::from_typed(&args::Output { format, output, color: args::Color::Never, quiet: false })
    }

    #[test]
    fn formats_are_named_or_told_by_the_file() {
        let made = outputs(None, &["sarif=a.json", "b.html", "junit=r/c=d.xml"]).unwrap();
        let files: Vec<_> = made.files.iter().map(|(format, file)| (*format, file.to_str().unwrap())).collect();
        assert_eq!(files, [(Format::Sarif, "a.json"), (Format::Html, "b.html"), (Format::Junit, "r/c=d.xml")]);
        assert!(made.prints(&Written::default()));
        let made = outputs(Some(Format::Gitlab), &["gl.json"]).unwrap();
        assert_eq!(made.files[0].0, Format::Gitlab);
        assert!(!made.prints(&Written::default()));
        assert!(made.prints(&Written { failures: vec![String::new()] }));
        let made = outputs(Some(Format::Agent), &["a.html"]).unwrap();
        assert_eq!(made.files[0].0, Format::Html);
        assert!(made.prints(&Written::default()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let said = |format, output: &[&str]| outputs(format, output).unwrap_err().to_string();
        assert!(said(None, &["sarrif=a"]).contains("did you mean `sarif`?"));
        assert!(said(None, &["out.xml"]).contains("the format is missing"));
        assert!(said(None, &["json=a", "html=a"]).contains("given twice"));
        assert!(said(None, &["json="]).contains("the file name is missing"));
        assert!(said(None, &["-"]).contains("writes to a file"));
    }
}
