//! What stands above the findings: how many there are of each group, the index by rule and by file, and the filters.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Entry;
use crate::finding::{Confidence, Severity};
use crate::rule::Group;
use crate::rules::RULES;

/// Longer lists are folded until somebody wants them.
const LONG: usize = 12;

/// A bar for each group, which leads to its worst findings.
pub(super) fn tally(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    let mut groups: BTreeMap<Group, (usize, &Entry<'_>)> = BTreeMap::new();
    for entry in entries {
        groups.entry(entry.group).or_insert((0, entry)).0 += 1;
    }
    let most = groups.values().map(|(count, _)| *count).max().unwrap_or(1);
    writeln!(out, "<ul class=\"tally\">")?;
    for (group, (count, first)) in groups {
        let (name, share) = (group.as_str(), count * 100 / most);
        let (severe, _) = super::title(first.finding.severity);
        let bar = format!("<i style=\"width:{share}%\"></i>");
        writeln!(out, "<li><a href=\"#{severe}-{name}\"><b>{count}</b> {name}{bar}</a></li>")?;
    }
    writeln!(out, "</ul>")
}

/// A name in the index: how many findings it has, whether one is an error, and the first.
struct Line<'e> {
    count: usize,
    first: &'e Entry<'e>,
}

/// By rule and by file. Links lead to the first finding; the script makes filters of them.
pub(super) fn index(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    writeln!(out, "<nav id=\"index\" aria-label=\"Index\">")?;
    let ids = RULES.iter().map(|rule| rule.id).filter(|id| entries.iter().any(|entry| entry.finding.rule == *id));
    let rules = collected(entries, |entry| entry.finding.rule);
    let rules: Vec<(&str, &Line<'_>)> = ids.filter_map(|id| Some((id, rules.get(id)?))).collect();
    list(out, "rule", &rules)?;
    let files = collected(entries, |entry| entry.path.as_str());
    let files: Vec<(&str, &Line<'_>)> = files.iter().map(|(path, line)| (*path, line)).collect();
    list(out, "file", &files)?;
    writeln!(out, "</nav>")
}

fn collected<'e>(entries: &'e [Entry<'e>], name: impl Fn(&'e Entry<'e>) -> &'e str) -> BTreeMap<&'e str, Line<'e>> {
    let mut lines: BTreeMap<&str, Line<'_>> = BTreeMap::new();
    for entry in entries {
        lines.entry(name(entry)).or_insert(Line { count: 0, first: entry }).count += 1;
    }
    lines
}

fn list(out: &mut dyn Write, kind: &str, lines: &[(&str, &Line<'_>)]) -> io::Result<()> {
    let open = if lines.len() > LONG { "" } else { " open" };
    let count = lines.len();
    writeln!(out, "<details{open}><summary>By {kind} <span class=\"tell\">{count}</span></summary>\n<ul>")?;
    for (name, line) in lines {
        // Errors come first, so that the first finding is the worst.
        let severity = line.first.finding.severity.as_str();
        let link =
            format!("<a href=\"#f-{}\" data-filter=\"{kind}\" data-value=\"{name}\">{name}</a>", line.first.print);
        writeln!(out, "<li class=\"{severity}\">{link}<b>{}</b></li>", line.count)?;
    }
    writeln!(out, "</ul>\n</details>")
}

/// Shown once the script runs.
pub(super) fn filters(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    let any = |is: &dyn Fn(&Entry<'_>) -> bool| entries.iter().any(is);
    writeln!(out, "<form id=\"filters\" role=\"search\" hidden>")?;
    let field = "<input type=\"search\" name=\"text\" placeholder=\"Search (press /)\" autocomplete=\"off\">";
    writeln!(out, "<label class=\"wide\"><span>Search</span>{field}</label>")?;
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let severities = severities.into_iter().filter(|severity| any(&|e| e.finding.severity == *severity));
    choice(out, "severity", &severities.map(Severity::as_str).collect::<Vec<_>>())?;
    let mut groups: Vec<Group> = entries.iter().map(|entry| entry.group).collect();
    groups.sort_unstable();
    groups.dedup();
    choice(out, "group", &groups.into_iter().map(Group::as_str).collect::<Vec<_>>())?;
    let rules = RULES.iter().map(|rule| rule.id).filter(|id| any(&|e| e.finding.rule == *id));
    choice(out, "rule", &rules.collect::<Vec<_>>())?;
    let mut files: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    choice(out, "file", &files)?;
    let confidences = [Confidence::Sure, Confidence::Likely, Confidence::Guess];
    let confidences = confidences.into_iter().filter(|confidence| any(&|e| e.finding.confidence == *confidence));
    choice(out, "confidence", &confidences.map(Confidence::as_str).collect::<Vec<_>>())?;
    writeln!(out, "<button type=\"button\" id=\"fold\">Fold all</button>")?;
    writeln!(out, "<output id=\"shown\" aria-live=\"polite\"></output>\n</form>")
}

/// The values are harmless already.
fn choice(out: &mut dyn Write, name: &str, values: &[&str]) -> io::Result<()> {
    write!(out, "<label><span>{name}</span><select name=\"{name}\"><option value=\"\">any {name}</option>")?;
    for value in values {
        write!(out, "<option value=\"{value}\">{value}</option>")?;
    }
    writeln!(out, "</select></label>")
}
