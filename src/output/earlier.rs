//! Tells files that a report may take the place of from those that somebody would miss.

use std::path::Path;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::args::Format;
use crate::rules::RULES;
use crate::source::{self, Language};

/// Bytes at the start of a file that are looked at.
const HEAD: usize = 64 << 10;

/// Refuses a file that is not to be written over: source code, and what no earlier run has written.
///
/// # Errors
/// When a report in this format must not go there.
pub fn refuse_others(format: Format, file: &Path) -> Result<()> {
    let shown = file.display();
    let real = file.canonicalize();
    let code = [Some(file), real.as_deref().ok()].into_iter().flatten().any(|file| Language::of(file).is_some());
    if code {
        bail!("--output {shown}: this is a name of source code: name another file for the report");
    }
    // A terminal, a pipe or `/dev/null` keeps nothing; of a folder the writer says that it is one.
    if !file.is_file() {
        return Ok(());
    }
    let head = source::head(file, HEAD).unwrap_or_else(|| b"?".to_vec());
    if is_report(format, &String::from_utf8_lossy(&head)) {
        return Ok(());
    }
    let name = format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    bail!("--output {shown}: the file is there and is no {name} report of leaklint: remove it, or name another file")
}

/// Whether a text begins as our reports do in this format. Nothing at all is how a new temporary file begins.
fn is_report(format: Format, head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let first = head.lines().next().unwrap_or_default();
    // Programs that write JSON anew put spaces elsewhere.
    let dense = || head.split_whitespace().collect::<String>();
    let begins = |ways: &[&str]| ways.iter().any(|way| head.starts_with(way));
    head.is_empty()
        || match format {
            Format::Pretty => begins(&["error[", "warning[", "info[", "error: ", "warning: ", "info: "]),
            Format::Concise | Format::Vim => has_place(first),
            Format::Agent => has_place(first) || begins(&["no leaks found in "]) || first.contains("note: "),
            Format::Github => begins(&["::error file=", "::warning file=", "::notice file="]),
            Format::Json => dense().starts_with("{\"version\":") && dense().contains("\"summary\":{\"files\":"),
            Format::Jsonl => {
                ["finding", "notice", "summary"].iter().any(|kind| dense().starts_with(&format!("{{\"type\":\"{kind}")))
            }
            Format::Sarif => dense().starts_with('{') && dense().contains("\"name\":\"leaklint\""),
            Format::Rdjson => dense().starts_with("{\"source\":{\"name\":\"leaklint\""),
            Format::Gitlab => {
                let (dense, named) = (dense(), |rule: &str| format!("\"check_name\":\"{rule}\""));
                let ours = || RULES.iter().map(|rule| rule.id).chain(["not-checked"]);
                dense == "[]" || (dense.starts_with("[{") && ours().any(|rule| dense.contains(&named(rule))))
            }
            Format::Junit => head.contains("<testsuites name=\"leaklint\""),
            Format::Checkstyle => {
                head.contains("<checkstyle ") && (head.contains("\"leaklint.") || !head.contains("<error "))
            }
            Format::Html => head.contains("<title>leaklint: "),
        }
}

/// `src/a.js:12:3`
fn has_place(line: &str) -> bool {
    let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let parts: Vec<&str> = line.split(':').collect();
    parts.windows(3).any(|three| !three[0].is_empty() && number(three[1]) && number(three[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_no_report() {
        let others =
            ["{ \"name\": \"app\", \"version\": \"1.0.0\" }", "# Notes\n", "[{\"a\": 1}]", "<html></html>", "x"];
        for format in Format::value_variants() {
            for other in others {
                assert!(!is_report(*format, other), "{format:?}: {other}");
            }
            assert!(is_report(*format, "") && is_report(*format, "\n"));
        }
    }
}
