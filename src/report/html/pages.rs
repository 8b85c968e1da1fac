//! The pages of the rules that found something, so that their names lead somewhere wherever the report is read.

use std::collections::BTreeSet;
use std::io::{self, Write};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, html};

use super::{Entry, shown};
use crate::page::unmarked;
use crate::report::json;
use crate::rule::Rule;
use crate::rules::RULES;

pub(super) fn print(out: &mut dyn Write, entries: &[Entry<'_>]) -> io::Result<()> {
    let here: BTreeSet<&str> = entries.iter().map(|entry| entry.finding.rule).collect();
    if here.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"rules\">\n<h2>About these rules</h2>")?;
    for rule in RULES.iter().filter(|rule| here.contains(rule.id)) {
        let (id, page) = (rule.id, page(rule, &here));
        let web = json::page(id).map_or_else(String::new, |url| format!("<p><a href=\"{url}\">{url}</a></p>"));
        writeln!(out, "<details class=\"page\"><summary><h3><code>{id}</code></h3></summary>")?;
        // Inside of what folds: a browser unfolds it for who follows a link.
        writeln!(out, "<div class=\"prose\" id=\"rule-{id}\" tabindex=\"-1\">{page}{web}</div></details>")?;
    }
    writeln!(out, "</section>")
}

/// The page without its title, which stands above it.
fn page(rule: &Rule, here: &BTreeSet<&str>) -> String {
    let mut in_title = false;
    let mut in_code = false;
    // Links to pages that are not here are plain words.
    let mut open_links = Vec::new();
    let mut events = Vec::new();
    for event in Parser::new(rule.page) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => in_title = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => in_title = false,
            _ if in_title => {}
            Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
                events.push(Event::Start(Tag::Heading { level: HeadingLevel::H4, id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(_)) => events.push(Event::End(TagEnd::Heading(HeadingLevel::H4))),
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                events.push(Event::Html(opening(&kind).into()));
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                events.push(Event::Html("</pre>\n".into()));
            }
            Event::Text(text) if in_code => events.push(Event::Html(shown_code(&text).into())),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = target(&dest_url, here);
                open_links.push(target.is_some());
                if let Some(dest_url) = target.map(CowStr::from) {
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) if open_links.pop() == Some(false) => {}
            // The pages are ours; what they show may still look like tags.
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            event => events.push(event),
        }
    }
    let mut text = String::new();
    html::push_html(&mut text, events.into_iter());
    text
}

/// What leaks and what is safe look different: the second word behind the fence says which it is.
fn opening(kind: &CodeBlockKind<'_>) -> String {
    let class = match kind {
        CodeBlockKind::Fenced(info) if info.split(' ').any(|word| word == "leak") => " class=\"leaks\"",
        CodeBlockKind::Fenced(info) if info.split(' ').any(|word| word == "ok") => " class=\"safe\"",
        _ => "",
    };
    format!("<pre tabindex=\"0\"{class}>")
}

/// Code without the marks that only tests read.
fn shown_code(code: &str) -> String {
    let line = |line: &str| shown(unmarked(line).trim_end());
    code.lines().map(line).collect::<Vec<_>>().join("\n") + if code.ends_with('\n') { "\n" } else { "" }
}

/// A neighbouring page is a part of this one, if it is here at all.
fn target(link: &str, here: &BTreeSet<&str>) -> Option<String> {
    if link.starts_with("https://") {
        return Some(link.to_owned());
    }
    let id = link.strip_suffix(".md")?.replace('_', "-");
    here.contains(id.as_str()).then(|| format!("#rule-{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_becomes_harmless_html() {
        let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
        for rule in RULES {
            let text = page(rule, &all);
            assert!(!text.contains("<h1") && text.contains("<h4>Leaks</h4>"), "{}", rule.id);
            assert!(!text.contains("//~"), "{}: a mark of the tests is left", rule.id);
            assert!(!text.contains("<script") && !text.contains("<img") && !text.contains(".md\""), "{}", rule.id);
            assert!(text.contains("<pre tabindex=\"0\" class=\"leaks\">"), "{}", rule.id);
        }
    }

    #[test]
    fn links_lead_to_what_is_here() {
        let here = BTreeSet::from(["unbounded-cache"]);
        assert_eq!(target("unbounded_cache.md", &here).as_deref(), Some("#rule-unbounded-cache"));
        assert_eq!(target("unbounded_list.md", &here), None);
        assert_eq!(target("javascript:alert(1)", &here), None);
        assert_eq!(target("https://nodejs.org/api/", &here).as_deref(), Some("https://nodejs.org/api/"));
    }
}
