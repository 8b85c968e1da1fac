//! The page of a rule as users read it: without the marks of its tests, with what it is and how to switch it off.

use std::fmt::Write;

use crate::config::file::GROUP;
use crate::rule::Rule;

/// What stands before the marks of the tests on a line of an example.
const MARK: &str = " //~ ";

/// The heading of the section that every page has.
pub const SWITCH: &str = "## How to switch it off";

/// Where links to the pages of other rules lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Nowhere, as in a terminal: the name is enough for `leaklint explain`.
    Names,
    /// To the page beside this one, which is called like the rule.
    Pages,
}

/// The page in Markdown.
#[must_use]
pub fn of(rule: &Rule, links: Links) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in rule.page.trim_end().lines() {
        if let Some(info) = line.strip_prefix("```") {
            fenced = !fenced;
            text.extend(["```", info.split(' ').next().unwrap_or_default()]);
        } else if fenced {
            text.push_str(unmarked(line));
        } else {
            text.push_str(&linked(line, links));
        }
        text.push('\n');
        if line == rule.summary() {
            text.push_str(&about(rule));
        }
    }
    text.push_str(&switch(rule));
    text
}

/// A line of an example without the marks that only tests read.
#[must_use]
pub fn unmarked(line: &str) -> &str {
    line.split(MARK).next().unwrap_or(line)
}

/// Severity, group, and whether the rule runs by itself.
fn about(rule: &Rule) -> String {
    let (severity, group) = (rule.severity.as_str(), rule.group.as_str());
    let runs = if rule.pedantic { "off by default" } else { "on by default" };
    format!("\nSeverity: {severity}. Group: {group}. It is {runs}.\n")
}

/// Links to `other_rule.md` as they are to be shown.
fn linked(line: &str, links: Links) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let (Some((target, behind)), Some((front, name))) = (after.split_once(".md)"), before.rsplit_once('[')) else {
            break;
        };
        text.push_str(front);
        match links {
            Links::Names => _ = write!(text, "`{name}`"),
            Links::Pages => _ = write!(text, "[`{name}`]({}.md)", target.replace('_', "-")),
        }
        rest = behind;
    }
    text + rest
}

fn switch(rule: &Rule) -> String {
    let (id, group) = (rule.id, rule.group.as_str());
    let first = if rule.pedantic {
        format!("The rule runs only where the configuration gives it a severity, or with `--rule {id}`.\n\n")
    } else {
        String::new()
    };
    format!(
        "\n{SWITCH}\n\n\
         {first}For one finding, write a comment above its line or at the end of it, with the reason after two dashes:\n\n\
         ```js\n// leaklint-ignore {id} -- why this is not a leak\n```\n\n\
         For a whole file, write this anywhere in the file:\n\n\
         ```js\n// leaklint-ignore-file {id} -- why nothing in this file leaks\n```\n\n\
         For a project, in `leaklint.json` (`overrides` sets rules for some files only, and `\"{GROUP}{group}\"` is the \
         whole group):\n\n\
         ```json\n{{ \"rules\": {{ \"{id}\": \"off\" }} }}\n```\n\n\
         For one run: `leaklint check --skip {id}`.\n"
    )
}
