//! One page for a browser: every finding with its evidence drawn. It needs no network, and can be read without scripts.

mod article;

use std::io::{self, Write};

use super::xml::escaped;
use super::{Look, plural};
use crate::Outcome;
use crate::config;
use crate::finding::{Confidence, Finding, NoticeKind, Severity};
use crate::rule::Group;
use crate::rules::RULES;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Findings that are shown; a browser has trouble with many more.
const SHOWN: usize = 1000;
const LOOK: Look = Look { colour: false, ascii: false };

/// A finding, its group and its name on the page.
struct Entry<'o> {
    finding: &'o Finding,
    group: Group,
    print: String,
}

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let prints = super::json::fingerprints(outcome);
    let group = |finding: &Finding| config::rule(finding.rule).map_or(Group::Retention, |rule| rule.group);
    let entry = |(finding, print)| Entry { finding, group: group(finding), print };
    let mut entries: Vec<Entry<'_>> = outcome.findings.iter().zip(prints).map(entry).collect();
    // Within a group the order of the list stays: path, then place.
    entries.sort_by_key(|entry| entry.group);
    head(out, outcome)?;
    masthead(out, outcome, &entries)?;
    if !entries.is_empty() {
        filters(out, &entries)?;
    }
    writeln!(out, "<main id=\"findings\">")?;
    let shown = &entries[..entries.len().min(SHOWN)];
    for group in shown.chunk_by(|a, b| a.group == b.group) {
        section(out, outcome, group)?;
    }
    if entries.len() > SHOWN {
        let more = entries.len() - SHOWN;
        writeln!(out, "<p class=\"more\">{more} more are not shown here: the other formats list them all.</p>")?;
    }
    notices(out, outcome)?;
    writeln!(
        out,
        "<p id=\"nothing\" hidden>Nothing matches. <button type=\"button\" data-reset>Show all</button></p>"
    )?;
    writeln!(out, "</main>\n<footer>leaklint {}</footer>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn head(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let title = plural(outcome.findings.len(), "finding");
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    // Nothing is fetched and nothing is sent, whatever the code that is shown says.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(out, "<link rel=\"icon\" href=\"data:,\">")?;
    writeln!(out, "<title>leaklint: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>")
}

fn masthead(out: &mut dyn Write, outcome: &Outcome, entries: &[Entry<'_>]) -> io::Result<()> {
    writeln!(out, "<header class=\"masthead\">\n<div class=\"bar\"><span class=\"wordmark\">leaklint</span>")?;
    writeln!(out, "<button type=\"button\" id=\"theme\" hidden>Dark</button></div>")?;
    let files = plural(outcome.files, "file");
    match outcome.findings.len() {
        0 => writeln!(out, "<h1>No leaks found</h1>\n<p class=\"lead\">{files} checked.</p>")?,
        1 => writeln!(out, "<h1>1 leak to look at</h1>")?,
        count => writeln!(out, "<h1>{count} leaks to look at</h1>")?,
    }
    if !entries.is_empty() {
        let count = |severity| outcome.count(severity);
        let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "hint")];
        write!(out, "<p class=\"lead\">")?;
        for (severity, word) in parts.into_iter().filter(|(severity, _)| count(*severity) > 0) {
            write!(out, "<span class=\"count {}\">{}</span> ", severity.as_str(), plural(count(severity), word))?;
        }
        writeln!(out, "<span class=\"count\">in {files}</span></p>\n<ul class=\"tally\">")?;
        let most = entries.chunk_by(|a, b| a.group == b.group).map(<[_]>::len).max().unwrap_or(1);
        for group in entries.chunk_by(|a, b| a.group == b.group) {
            let (name, count) = (group[0].group.as_str(), group.len());
            let share = count * 100 / most;
            writeln!(out, "<li><a href=\"#{name}\"><b>{count}</b> {name}<i style=\"width:{share}%\"></i></a></li>")?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</header>")
}

/// Shown once the script runs.
fn filters(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    let any = |is: &dyn Fn(&Entry<'_>) -> bool| entries.iter().any(is);
    writeln!(out, "<form id=\"filters\" role=\"search\" hidden>")?;
    writeln!(
        out,
        "<label class=\"wide\"><span>Search</span><input type=\"search\" name=\"text\" placeholder=\"Search (press /)\"></label>"
    )?;
    let groups: Vec<&str> = entries.chunk_by(|a, b| a.group == b.group).map(|group| group[0].group.as_str()).collect();
    choice(out, "group", &groups)?;
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let severities = severities.into_iter().filter(|severity| any(&|e| e.finding.severity == *severity));
    choice(out, "severity", &severities.map(Severity::as_str).collect::<Vec<_>>())?;
    let confidences = [Confidence::Sure, Confidence::Likely, Confidence::Guess];
    let confidences = confidences.into_iter().filter(|confidence| any(&|e| e.finding.confidence == *confidence));
    choice(out, "confidence", &confidences.map(Confidence::as_str).collect::<Vec<_>>())?;
    let rules = RULES.iter().map(|rule| rule.id).filter(|id| any(&|e| e.finding.rule == *id));
    choice(out, "rule", &rules.collect::<Vec<_>>())?;
    writeln!(out, "<output id=\"shown\" aria-live=\"polite\"></output>\n</form>")
}

fn choice(out: &mut dyn Write, name: &str, values: &[&str]) -> io::Result<()> {
    write!(out, "<label><span>{name}</span><select name=\"{name}\"><option value=\"\">any {name}</option>")?;
    for value in values {
        write!(out, "<option>{}</option>", escaped(value))?;
    }
    writeln!(out, "</select></label>")
}

fn section(out: &mut dyn Write, outcome: &Outcome, entries: &[Entry<'_>]) -> io::Result<()> {
    let name = entries[0].group.as_str();
    let path = |entry: &Entry<'_>| outcome.sources.of(entry.finding.file).path.as_str();
    writeln!(out, "<section class=\"group\" id=\"{name}\">\n<h2>{name}</h2>")?;
    for file in entries.chunk_by(|a, b| path(a) == path(b)) {
        writeln!(out, "<section class=\"file\">\n<h3>{}</h3>", shown(path(&file[0])))?;
        for entry in file {
            article::print(out, entry, &outcome.sources)?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "</section>")
}

fn notices(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    if outcome.notices.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"notices\">\n<h2>notes</h2>\n<ul>")?;
    for notice in outcome.notices.iter().take(SHOWN) {
        let at = outcome.sources.place_of(notice).map_or_else(String::new, |p| format!(":{}:{}", p.line, p.column));
        let kind = if notice.kind == NoticeKind::Note { "note" } else { "error" };
        let (path, message) = (shown(&notice.path), shown(&notice.message));
        writeln!(out, "<li class=\"{kind}\"><code>{path}{at}</code> {message}</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// Text from outside: its control characters made visible, and inert.
fn shown(text: &str) -> String {
    escaped(&LOOK.text(text)).into_owned()
}
