//! One page for a browser: every finding with its evidence drawn. It needs no network, and can be read without scripts.

mod article;
mod contents;
mod pages;

use std::cmp::Reverse;
use std::io::{self, Write};

use super::unchecked::{Unchecked, unchecked};
use super::window::{self, Mark};
use super::xml::escaped;
use super::{Look, plural};
use crate::Outcome;
use crate::config;
use crate::finding::{Finding, NoticeKind, Severity};
use crate::rule::Group;
use crate::source::Unit;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// Findings that are shown; a browser has trouble with many more.
const SHOWN: usize = 1000;
/// Lines of code can be scrolled, up to a point.
const LOOK: Look = Look { width: 180, ..Look::PLAIN };

/// A finding, its group and its name on the page.
struct Entry<'o> {
    finding: &'o Finding,
    group: Group,
    print: String,
    /// As it is shown.
    path: String,
}

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let prints = super::json::fingerprints(outcome);
    let group = |finding: &Finding| config::rule(finding.rule).map_or(Group::Retention, |rule| rule.group);
    let path = |finding: &Finding| shown(&outcome.sources.of(finding.file).path);
    let entry = |(finding, print)| Entry { finding, group: group(finding), print, path: path(finding) };
    let mut entries: Vec<Entry<'_>> = outcome.findings.iter().zip(prints).map(entry).collect();
    // What is worst comes first; within a group the order of the list stays: path, then place.
    entries.sort_by_key(|entry| (Reverse(entry.finding.severity), entry.group));
    head(out, outcome)?;
    masthead(out, outcome)?;
    let listed = &entries[..entries.len().min(SHOWN)];
    if !listed.is_empty() {
        contents::tally(out, listed)?;
        contents::index(out, listed)?;
        contents::filters(out, listed)?;
    }
    writeln!(out, "<main id=\"findings\">")?;
    not_checked(out, outcome)?;
    for severe in listed.chunk_by(|a, b| a.finding.severity == b.finding.severity) {
        section(out, outcome, severe)?;
    }
    if entries.len() > SHOWN {
        let more = entries.len() - SHOWN;
        writeln!(out, "<p class=\"more\">{more} more are not shown here: the other formats list them all.</p>")?;
    }
    writeln!(
        out,
        "<p id=\"nothing\" hidden>Nothing matches. <button type=\"button\" data-reset>Show all</button></p>"
    )?;
    notes(out, outcome)?;
    writeln!(out, "</main>")?;
    pages::print(out, listed)?;
    writeln!(out, "<footer><span>leaklint {}</span>", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "<span id=\"keys\" hidden><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> next and previous")?;
    writeln!(out, "<kbd>Esc</kbd> show all</span></footer>")?;
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

fn masthead(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    writeln!(out, "<header class=\"masthead\">\n<div class=\"bar\"><span class=\"wordmark\">leaklint</span>")?;
    writeln!(out, "<button type=\"button\" id=\"theme\" hidden>Dark</button></div>")?;
    match outcome.findings.len() {
        0 => writeln!(out, "<h1>No leaks found</h1>")?,
        1 => writeln!(out, "<h1>1 leak to look at</h1>")?,
        count => writeln!(out, "<h1>{count} leaks to look at</h1>")?,
    }
    write!(out, "<p class=\"lead\">")?;
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "hint")];
    for (severity, word) in parts {
        let count = outcome.count(severity);
        if count > 0 {
            write!(out, "<a class=\"count {}\" href=\"#{word}s\">{}</a> ", severity.as_str(), plural(count, word))?;
        }
    }
    write!(out, "<span class=\"count\">in {}</span>", plural(outcome.files, "file"))?;
    let broken = unchecked(outcome).count();
    if broken > 0 {
        write!(out, " <a class=\"count error\" href=\"#unchecked\">{broken} not checked</a>")?;
    }
    writeln!(out, "</p>\n</header>")
}

/// What everybody calls findings of this severity.
const fn title(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("errors", "Errors"),
        Severity::Warning => ("warnings", "Warnings"),
        Severity::Info => ("hints", "Hints"),
    }
}

/// The findings of one severity: groups that fold, files within them.
fn section(out: &mut dyn Write, outcome: &Outcome, entries: &[Entry<'_>]) -> io::Result<()> {
    let (id, heading) = title(entries[0].finding.severity);
    writeln!(out, "<section class=\"severe\" id=\"{id}\">\n<h2>{heading}</h2>")?;
    for group in entries.chunk_by(|a, b| a.group == b.group) {
        let (name, count) = (group[0].group.as_str(), group.len());
        writeln!(out, "<details class=\"group\" id=\"{id}-{name}\" open>")?;
        writeln!(out, "<summary><h3>{name}</h3><span class=\"tell\">{count}</span></summary>")?;
        for file in group.chunk_by(|a, b| a.path == b.path) {
            writeln!(out, "<section class=\"file\">\n<h4>{}</h4>", file[0].path)?;
            for entry in file {
                article::print(out, entry, &outcome.sources)?;
            }
            writeln!(out, "</section>")?;
        }
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

/// Files that do not parse or cannot be read: what is found in them is not all that there is.
fn not_checked(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    if unchecked(outcome).next().is_none() {
        return Ok(());
    }
    writeln!(out, "<section id=\"unchecked\">\n<h2>Not checked</h2>\n<ul>")?;
    for entry in unchecked(outcome).take(SHOWN) {
        let place = place(entry);
        let message = shown(entry.message());
        writeln!(out, "<li class=\"{}\"><p><b>{}</b> {message}</p><small>{place}</small>", entry.id(), entry.words())?;
        if let (NoticeKind::Syntax, Some(span), Some(source)) = (entry.notice.kind, entry.notice.span, entry.source) {
            for window in window::windows(source, &[Mark { span, text: "", primary: true, label: None }], LOOK) {
                writeln!(out, "<figure><pre tabindex=\"0\">{}</pre></figure>", article::lines(&window, &[]))?;
            }
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn notes(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let notes = outcome.notices.iter().filter(|notice| notice.kind == NoticeKind::Note);
    let mut notes = notes.map(|notice| Unchecked::new(notice, outcome)).take(SHOWN).peekable();
    if notes.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "<section id=\"notices\">\n<h2>Notes</h2>\n<ul>")?;
    for entry in notes {
        writeln!(out, "<li><code>{}</code> {}</li>", place(entry), shown(entry.message()))?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn place(entry: Unchecked<'_>) -> String {
    let at = entry.at(Unit::Utf16).map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    shown(&entry.notice.path) + &at
}

/// Text from outside: its control characters made visible, and inert.
fn shown(text: &str) -> String {
    escaped(&LOOK.text(text)).into_owned()
}
