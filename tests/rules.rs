//! Every rule reads every page and every fixture: what it finds must be what is marked there.
//!
//! A line that ends in `//~ rule-id` is guilty. `//~ miss rule-id` is guilty too, but the rule does not see it yet;
//! `//~ noise rule-id` is innocent, but the rule complains. Both are wrong as soon as the rule gets better. What is found
//! only as a guess is marked `//~ guess rule-id`.

mod tree;

use std::collections::BTreeSet;

use leaklint::finding::{Confidence, Finding, NoticeKind};
use leaklint::lint_text;
use leaklint::rules::RULES;
use tree::{entries, name, root, shown};

/// What the example of the README must be found to do: path, line, rule.
const EXPRESS: &[(&str, u32, &str)] = &[
    ("src/routes/events.js", 18, "listener-never-removed"),
    ("src/routes/orders.js", 22, "unbounded-cache"),
    ("src/routes/reports.js", 20, "whole-read"),
    ("src/services/printer.js", 12, "promise-path-unsettled"),
];

/// A line (from 1) and a rule.
type Site = (u32, String);

#[derive(Default, Debug, PartialEq)]
struct Marks {
    guilty: BTreeSet<Site>,
    missed: BTreeSet<Site>,
    noise: BTreeSet<Site>,
    guessed: BTreeSet<Site>,
}

#[test]
fn pages_show_what_the_rules_find() {
    let mut wrong = Vec::new();
    for page in entries(&root().join("rules"), "md") {
        if name(&page) == "README.md" {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        let blocks = blocks(&text);
        for kind in ["leak", "ok"] {
            if !blocks.iter().any(|block| block.leak == (kind == "leak")) {
                wrong.push(format!("{}: no `{kind}` block", name(&page)));
            }
        }
        for block in blocks {
            let place = format!("{}:{}", shown(&page), block.line);
            let marks = marks(&block.code);
            if block.leak == (marks.guilty.is_empty() && marks.guessed.is_empty()) {
                wrong.push(format!("{place}: a leak block has marks and an ok block has none"));
            }
            wrong.extend(compare(&place, &format!("page.{}", block.language), &block.code, &marks));
        }
    }
    assert!(wrong.is_empty(), "{} complaints\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fixtures_are_found_where_they_are_marked() {
    let mut wrong = Vec::new();
    for (folder, file) in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let place = shown(&file);
        let marks = marks(&text);
        let leak = name(&file).starts_with("leak_");
        let convicted = || marks.guilty.iter().chain(&marks.missed).chain(&marks.guessed);
        if leak && !convicted().any(|(_, rule)| *rule == folder) {
            wrong.push(format!("{place}: no line is marked `{folder}`"));
        }
        let innocent = convicted().next().is_none();
        if !leak && !innocent {
            wrong.push(format!("{place}: an innocent file has guilty lines"));
        }
        wrong.extend(compare(&place, &place, &text, &marks));
    }
    assert!(wrong.is_empty(), "{} complaints\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn findings_are_worded_and_evidenced() {
    let mut wrong = Vec::new();
    for (_, file) in fixtures() {
        let text = std::fs::read_to_string(&file).unwrap();
        let place = shown(&file);
        for finding in lint_text(&place, &text, Confidence::Guess).0 {
            let line = line_of(&text, finding.span.start);
            for complaint in wording(&finding).into_iter().chain(fixing(&finding, &place, &text)) {
                wrong.push(format!("{place}:{line}: {}: {complaint}", finding.rule));
            }
        }
    }
    assert!(wrong.is_empty(), "{} complaints\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_example_of_the_readme_is_found() {
    let app = root().join("fixtures/express-leak");
    let mut found = Vec::new();
    let folders = ["src", "src/routes", "src/services"];
    for file in folders.iter().flat_map(|folder| entries(&app.join(folder), "js")) {
        let path = file.strip_prefix(&app).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).unwrap();
        found
            .extend(sites(&path, &text, Confidence::Likely).into_iter().map(|(line, rule)| (path.clone(), line, rule)));
    }
    let mut expected: Vec<_> =
        EXPRESS.iter().map(|(path, line, rule)| ((*path).into(), *line, (*rule).into())).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn no_rule_is_without_page_fixtures_or_entry_in_the_list() {
    let mut wrong = Vec::new();
    let rules = root().join("rules");
    for file in entries(&rules, "rs") {
        let stem = name(&file).trim_end_matches(".rs").to_string();
        if stem != "mod" && !RULES.iter().any(|rule| rule.id == stem.replace('_', "-")) {
            wrong.push(format!("rules/{stem}.rs: not in the list of rules/mod.rs"));
        }
    }
    for file in entries(&rules, "md") {
        let stem = name(&file).trim_end_matches(".md").to_string();
        if stem != "README" && !rules.join(format!("{stem}.rs")).exists() {
            wrong.push(format!("rules/{stem}.md: a page without a rule"));
        }
    }
    for folder in fixtures().into_iter().map(|(folder, _)| folder).collect::<BTreeSet<_>>() {
        if !RULES.iter().any(|rule| rule.id == folder) {
            wrong.push(format!("fixtures/{folder}: fixtures without a rule"));
        }
    }
    for rule in RULES {
        wrong.extend(belongings(rule.id, rule.page).into_iter().map(|text| format!("{}: {text}", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn marks_are_read() {
    let marks = marks("a(); //~ one-rule, other-rule\nb();\nc(); //~ miss one-rule\nd(); //~ noise one-rule\n");
    let site = |line, rule: &str| (line, rule.to_string());
    assert_eq!(marks.guilty, BTreeSet::from([site(1, "one-rule"), site(1, "other-rule")]));
    assert_eq!(marks.missed, BTreeSet::from([site(3, "one-rule")]));
    assert_eq!(marks.noise, BTreeSet::from([site(4, "one-rule")]));
}

/// What a rule must have besides its code.
fn belongings(id: &str, page: &str) -> Vec<String> {
    let stem = id.replace('-', "_");
    let mut wrong = Vec::new();
    let on_disk = std::fs::read_to_string(root().join(format!("rules/{stem}.md"))).unwrap_or_default();
    if !root().join(format!("rules/{stem}.rs")).exists() {
        wrong.push(format!("the code is not in rules/{stem}.rs"));
    }
    if on_disk != page {
        wrong.push(format!("the page is not rules/{stem}.md"));
    }
    if page.lines().next() != Some(&format!("# {id}")) {
        wrong.push(format!("the page does not open with `# {id}`"));
    }
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    if sections != ["Leaks", "Safe", "Why", "Limits"] {
        wrong.push(format!("the sections of the page are {sections:?}"));
    }
    for kind in ["leak_", "ok_"] {
        if !fixtures().iter().any(|(folder, file)| folder == id && name(file).starts_with(kind)) {
            wrong.push(format!("no fixture fixtures/{id}/{kind}*"));
        }
    }
    wrong
}

/// `leak_*` and `ok_*` of every rule, with the name of their folder.
fn fixtures() -> Vec<(String, std::path::PathBuf)> {
    let folders = entries(&root().join("fixtures"), "");
    let files = folders.iter().flat_map(|folder| entries(folder, "").into_iter().map(|file| (name(folder), file)));
    files.filter(|(_, file)| name(file).starts_with("leak_") || name(file).starts_with("ok_")).collect()
}

/// A fenced example of a page.
struct Block {
    language: String,
    leak: bool,
    line: usize,
    code: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (line, text) in page.lines().enumerate() {
        match (&mut open, text.strip_prefix("```")) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.code.push_str(text);
                block.code.push('\n');
            }
            (None, Some(info)) => {
                if let Some((language, kind @ ("leak" | "ok"))) = info.split_once(' ') {
                    let (language, leak) = (language.to_string(), kind == "leak");
                    open = Some(Block { language, leak, line: line + 1, code: String::new() });
                }
            }
            (None, None) => {}
        }
    }
    found
}

fn marks(text: &str) -> Marks {
    let mut marks = Marks::default();
    for (line, text) in (1..).zip(text.lines()) {
        let Some((_, mark)) = text.split_once("//~") else { continue };
        let mut words = mark.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
        let kind = words.next_if(|word| matches!(*word, "miss" | "noise" | "guess"));
        let sites = words.map(|rule| (line, rule.to_string()));
        match kind {
            Some("miss") => marks.missed.extend(sites),
            Some("guess") => marks.guessed.extend(sites),
            Some(_) => marks.noise.extend(sites),
            None => marks.guilty.extend(sites),
        }
    }
    marks
}

/// What all rules find, as sites; a text that cannot be parsed is a site too.
fn sites(path: &str, text: &str, least: Confidence) -> BTreeSet<Site> {
    let (findings, notices) = lint_text(path, text, least);
    let mut sites: BTreeSet<Site> =
        findings.iter().map(|found| (line_of(text, found.span.start), found.rule.to_string())).collect();
    for notice in notices.iter().filter(|notice| notice.kind != NoticeKind::Note) {
        sites.insert((notice.span.map_or(1, |span| line_of(text, span.start)), notice.message.clone()));
    }
    sites
}

fn compare(place: &str, path: &str, text: &str, marks: &Marks) -> Vec<String> {
    let found = sites(path, text, Confidence::Likely);
    let guessed = if marks.guessed.is_empty() { BTreeSet::new() } else { sites(path, text, Confidence::Guess) };
    let mut wrong = Vec::new();
    let mut say = |line: &u32, what: String| wrong.push(format!("{place}: line {line}: {what}"));
    for (line, rule) in &found {
        let site = (*line, rule.clone());
        if marks.missed.contains(&site) {
            say(line, format!("`{rule}` is found now: flip the mark to `//~ {rule}`"));
        } else if !marks.guilty.contains(&site) && !marks.noise.contains(&site) {
            say(line, format!("`{rule}` is found and not marked"));
        }
    }
    for (line, rule) in marks.guilty.difference(&found) {
        say(line, format!("`{rule}` is marked and not found"));
    }
    for (line, rule) in marks.guessed.difference(&guessed) {
        say(line, format!("`{rule}` is marked and not guessed"));
    }
    for (line, rule) in marks.noise.difference(&found) {
        say(line, format!("`{rule}` is no longer found here: take the noise mark away"));
    }
    wrong
}

/// The house style of messages, and that the evidence is there.
fn wording(finding: &Finding) -> Vec<String> {
    let message = &finding.message;
    let mut wrong = Vec::new();
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{what}: {message:?}"));
        }
    };
    demand(message.starts_with(|c: char| c.is_lowercase() || c == '`'), "the message starts with a capital");
    demand(!message.ends_with(['.', '!']), "the message ends in a full stop");
    demand(message.contains('`') || message.contains("this "), "the message names nothing");
    demand(!finding.labels.is_empty(), "no label shows why");
    demand(finding.labels.iter().all(|label| !label.text.trim().is_empty()), "a label is empty");
    demand(!finding.help.is_empty() || !finding.fixes.is_empty(), "neither help nor fix");
    demand(!finding.help.ends_with('.'), "the help ends in a full stop");
    let texts = finding.labels.iter().map(|label| &label.text).chain([message, &finding.help]);
    let unfilled = |text: &String| {
        let named = |at: usize| text[at + 2..].trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_');
        text.match_indices("`{").any(|(at, _)| named(at).starts_with("}`"))
    };
    demand(!texts.into_iter().any(unfilled), "a text shows the name of a variable of ours in braces");
    wrong
}

/// Edits of one fix do not overlap, and the text still parses after them.
fn fixing(finding: &Finding, path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for fix in &finding.fixes {
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| edit.span);
        if edits.windows(2).any(|pair| pair[0].span.end > pair[1].span.start) {
            wrong.push(format!("edits of `{}` overlap", fix.title));
            continue;
        }
        let mut fixed = text.to_string();
        for edit in edits.iter().rev() {
            fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        let (_, notices) = lint_text(path, &fixed, Confidence::Sure);
        if let Some(notice) = notices.iter().find(|notice| notice.kind != NoticeKind::Note) {
            wrong.push(format!("after `{}` the file is broken: {}", fix.title, notice.message));
        }
    }
    wrong
}

fn line_of(text: &str, offset: u32) -> u32 {
    let before = &text.as_bytes()[..(offset as usize).min(text.len())];
    before.iter().map(|byte| u32::from(*byte == b'\n')).sum::<u32>() + 1
}
