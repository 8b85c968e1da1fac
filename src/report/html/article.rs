//! One finding on the page: what it says, who keeps what drawn as a chain, the code, and the cure.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Entry, LOOK, shown};
use crate::finding::{Finding, Fix, Label, Role, Span};
use crate::report::window::{self, Window, WindowMark};
use crate::report::xml::escaped;
use crate::report::{change, places};
use crate::source::Unit;
use crate::sources::Sources;

/// Characters of code in a node of the chain.
const NODE: usize = 60;

pub(super) fn print(out: &mut dyn Write, entry: &Entry<'_>, sources: &Sources) -> io::Result<()> {
    let Entry { finding, group, print, path } = entry;
    let (severity, confidence) = (finding.severity.as_str(), finding.confidence.as_str());
    let (line, column) = sources.of(finding.file).at(finding.span.start, Unit::Utf16);
    let (rule, group) = (finding.rule, group.as_str());
    let place = finding.whose.place().map(|place| format!("<span>{place}</span>")).unwrap_or_default();
    writeln!(
        out,
        "<article id=\"f-{print}\" tabindex=\"-1\" data-group=\"{group}\" data-severity=\"{severity}\" \
         data-confidence=\"{confidence}\" data-rule=\"{rule}\" data-file=\"{path}\">"
    )?;
    writeln!(out, "<h5><a href=\"#f-{print}\">{}</a></h5>", spoken(&finding.message))?;
    writeln!(
        out,
        "<p class=\"meta\"><span class=\"severity {severity}\">{severity}</span>\
         <a href=\"#rule-{rule}\" title=\"What this rule means\">{rule}</a>\
         <span>{confidence}</span>{place}<span>line {line}, column {column}</span></p>"
    )?;
    out.write_all(chain(finding, sources).as_bytes())?;
    out.write_all(code(finding, sources).as_bytes())?;
    if !finding.help.is_empty() {
        writeln!(out, "<p class=\"help\">{}</p>", spoken(&finding.help))?;
    }
    for fix in &finding.fixes {
        out.write_all(cure(fix, sources).as_bytes())?;
    }
    writeln!(out, "</article>")
}

/// Words with `code` in them.
fn spoken(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(shown).collect();
    if parts.len().is_multiple_of(2) {
        return shown(text);
    }
    let part = |(at, part): (usize, &String)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() };
    parts.iter().enumerate().map(part).collect()
}

/// What a label stands for in the picture.
const fn class(at: usize, role: Role) -> &'static str {
    match role {
        Role::Keeper => "keeper",
        Role::Again => "again",
        Role::Place if at == 0 => "site",
        Role::Place => "clue",
    }
}

/// Keeper, the place, and what runs it: joined by arrows. Other clues are listed beneath.
fn chain(finding: &Finding, sources: &Sources) -> String {
    let numbered = |wanted: &'static str| {
        let labels = finding.labels.iter().enumerate();
        labels.filter(move |(at, label)| class(*at, label.role) == wanted)
    };
    let node = |wanted, word: &str| {
        numbered(wanted).map(|(at, label)| node(finding, (at, label), word, sources)).collect::<Vec<String>>()
    };
    let (keepers, sites, agains) =
        (node("keeper", "kept by"), node("site", "happens here"), node("again", "runs again"));
    let mut text = String::new();
    if !(keepers.is_empty() && agains.is_empty()) {
        text.push_str("<ol class=\"chain\">\n");
        text.push_str(&keepers.concat());
        if !keepers.is_empty() {
            text.push_str(&arrow("forth", "holds"));
        }
        text.push_str(&sites.concat());
        if !agains.is_empty() {
            text.push_str(&arrow("back", "drives"));
        }
        text.push_str(&agains.concat());
        text.push_str("</ol>\n");
    }
    let clues: Vec<(usize, &Label)> = numbered("clue").collect();
    let lone: Vec<(usize, &Label)> = if text.is_empty() { numbered("site").collect() } else { Vec::new() };
    if !(clues.is_empty() && lone.is_empty()) {
        text.push_str("<ul class=\"clues\">\n");
        for (at, label) in lone.into_iter().chain(clues) {
            let (number, spot) = (at + 1, shown(&places::spot(label, finding.file, sources)));
            let class = class(at, label.role);
            let said = spoken(&label.text);
            let _ =
                writeln!(text, "<li class=\"{class}\"><b>{number}</b><span>{said} <small>{spot}</small></span></li>");
        }
        text.push_str("</ul>\n");
    }
    text
}

fn node(finding: &Finding, (at, label): (usize, &Label), word: &str, sources: &Sources) -> String {
    let class = class(at, label.role);
    let (number, said) = (at + 1, spoken(&label.text));
    let spot = shown(&places::spot(label, finding.file, sources));
    let code = fragment(label.span, &sources.of(label.file).text);
    let code = if code.is_empty() { code } else { format!("<code>{code}</code>") };
    format!(
        "<li class=\"node {class}\"><span class=\"role\"><b>{number}</b>{word}</span>{code}\
         <span class=\"said\">{said}</span><small>{spot}</small></li>\n"
    )
}

/// The first line of a piece of code, cut to what a node holds.
fn fragment(span: Span, text: &str) -> String {
    let code = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let line = code.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(NODE).collect();
    let more = if cut.len() < code.len() { "…" } else { "" };
    shown(cut.trim_end()) + more
}

fn arrow(class: &str, word: &str) -> String {
    format!(
        "<li class=\"arrow {class}\"><span>{word}</span><svg viewBox=\"0 0 48 12\" aria-hidden=\"true\">\
         <path d=\"M1 6H45M40 1.5 45.5 6 40 10.5\"/></svg></li>\n"
    )
}

fn code(finding: &Finding, sources: &Sources) -> String {
    let mut text = String::new();
    for file in window::files(finding, sources) {
        let source = sources.of(file);
        for window in window::windows(source, &window::marks(finding, source, sources), LOOK) {
            let path = shown(&source.path);
            let _ = write!(text, "<figure><figcaption>{path}:{}</figcaption><pre tabindex=\"0\">", window.about.0);
            let _ = writeln!(text, "{}</pre></figure>", lines(&window, &finding.labels));
        }
    }
    text
}

/// The code of a window, its marks named by the labels that they belong to.
pub(super) fn lines(window: &Window, labels: &[Label]) -> String {
    let mut text = String::new();
    let mut start = 0;
    for (number, line) in (window.first_line + 1..).zip(window.text.split_inclusive('\n')) {
        let end = start + line.trim_end_matches('\n').len();
        let here: Vec<&WindowMark> =
            window.marks.iter().filter(|mark| start <= mark.range.start && mark.range.start <= end).collect();
        let hit = if here.is_empty() { "" } else { " class=\"hit\"" };
        let _ = write!(text, "<span{hit}><i>{number}</i>");
        let mut cuts: Vec<usize> = here.iter().flat_map(|mark| [mark.range.start, mark.range.end]).collect();
        cuts.extend([start, end]);
        cuts.sort_unstable();
        cuts.dedup();
        for piece in cuts.windows(2) {
            let range = piece[0].min(end)..piece[1].min(end);
            // A window holds nothing but harmless characters, and tabulators.
            let code = escaped(&window.text[range.clone()]);
            let is_over = |mark: &&&WindowMark| mark.range.start <= range.start && range.end <= mark.range.end;
            let over: Vec<_> = here.iter().filter(is_over).collect();
            // Of marks that overlap, the shortest is seen.
            let inner =
                over.iter().filter_map(|mark| Some((mark.label?, mark))).min_by_key(|(_, mark)| mark.range.len());
            match inner {
                Some((label, mark)) => {
                    let class = class(label, labels[label].role);
                    let number =
                        if mark.range.end == range.end { format!("<b>{}</b>", label + 1) } else { String::new() };
                    let _ = write!(text, "<mark class=\"{class}\">{code}</mark>{number}");
                }
                // A place that nothing is said about is marked all the same where there is no other.
                None if labels.is_empty() && !over.is_empty() => {
                    let _ = write!(text, "<mark class=\"site\">{code}</mark>");
                }
                None => text.push_str(&code),
            }
        }
        text.push_str("\n</span>");
        start = end + 1;
    }
    text
}

fn cure(fix: &Fix, sources: &Sources) -> String {
    let care = if fix.safe { "" } else { " <small>changes what the code does: read it first</small>" };
    let mut text = format!("<p class=\"fix\">{}{care}</p>\n", spoken(&fix.title));
    let changes = change::changes(fix, sources);
    if changes.is_empty() {
        return text;
    }
    text.push_str("<pre class=\"diff\" tabindex=\"0\">");
    for change in changes {
        for (lines, class, sign) in [(&change.removed, "del", '-'), (&change.added, "ins", '+')] {
            for (number, (at, line)) in (change.line..).zip(lines.iter().enumerate()) {
                let line = escaped(&window::line(line, change.difference(at), 0, LOOK)).into_owned();
                let _ = write!(text, "<span class=\"{class}\"><i>{number}</i>{sign} {line}\n</span>");
            }
        }
    }
    text.push_str("</pre>\n");
    text
}
