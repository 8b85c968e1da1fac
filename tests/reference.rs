//! The pages that are made from the code are current: options, keys, libraries, rules, and the numbers that documents name.
//!
//! `UPDATE_DOCS=1 cargo test --test reference` writes them. Without it, a page that differs is a failure.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![expect(clippy::format_push_string, reason = "pages are put together, where speed does not matter")]

#[path = "reference/keys.rs"]
mod keys;
#[path = "reference/libraries.rs"]
mod libraries;
#[path = "reference/options.rs"]
mod options;
#[path = "reference/rows.rs"]
mod rows;
mod tree;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use leaklint::args::Format;
use leaklint::finding::Confidence;
use leaklint::page::{self, Links};
use leaklint::rule::Rule;
use leaklint::rules::{RULES, TABLES};
use tree::{entries, name, root};

/// How the pages are written anew.
const AGAIN: &str = "UPDATE_DOCS=1 cargo test --test reference";

/// The first line of each made page.
const MADE: &str = "<!-- made by tests/reference.rs: UPDATE_DOCS=1 cargo test --test reference -->\n";

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default().replace("\r\n", "\n")
}

/// The file has this text, or is given it.
fn hold(path: &str, wanted: &str) {
    let present = text(path);
    if present == wanted {
        return;
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let file = root().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, wanted).unwrap();
        return;
    }
    let line = present.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count();
    let (is, should) = (present.lines().nth(line).unwrap_or_default(), wanted.lines().nth(line).unwrap_or_default());
    panic!("{path}:{}: not current, run `{AGAIN}`\n     is: {is}\n should: {should}", line + 1);
}

/// The part between `<!-- made: NAME -->` and `<!-- end -->` has this text, or is given it.
fn hold_part(path: &str, part: &str, wanted: &str) {
    let present = text(path);
    let begin = format!("<!-- made: {part} -->\n");
    let (before, rest) = present.split_once(&begin).unwrap_or_else(|| panic!("{path} has no {begin}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("{path}: {part} has no end"));
    hold(path, &format!("{before}{begin}{wanted}<!-- end -->{after}"));
}

#[test]
fn every_option_is_on_the_page_of_the_command_line() {
    hold("docs/command-line.md", &format!("{MADE}{}", options::page()));
}

#[test]
fn every_key_is_on_the_page_of_the_configuration() {
    hold("docs/configuration-keys.md", &format!("{MADE}{}", keys::page()));
}

#[test]
fn every_library_is_on_the_list() {
    hold("docs/libraries.md", &format!("{MADE}{}", libraries::page()));
}

#[test]
fn each_rule_has_a_page_for_users() {
    for rule in RULES {
        hold(&format!("docs/rules/{}.md", rule.id), &format!("{MADE}{}", page::of(rule, Links::Pages)));
    }
    let there: BTreeSet<String> = entries(&root().join("docs/rules"), "").iter().map(|path| name(path)).collect();
    let wanted: BTreeSet<String> = RULES.iter().map(|rule| format!("{}.md", rule.id)).collect();
    assert_eq!(there, wanted, "docs/rules has one page for each rule");
}

#[test]
fn the_lists_of_rules_are_whole() {
    let mut index = String::new();
    let mut group = None;
    for rule in RULES {
        if group.replace(rule.group) != Some(rule.group) {
            let name = rule.group.as_str();
            index += &format!("\n## {}{}\n\n", name[..1].to_uppercase(), &name[1..]);
        }
        index += &format!("- [`{}`](rules/{}.md): {}\n", rule.id, rule.id, rule.summary());
    }
    hold_part("docs/rules.md", "rules", &format!("{index}\n"));
    let row = |rule: &Rule| {
        let (id, severity) = (rule.id, rule.severity.as_str());
        format!("| [`{id}`](docs/rules/{id}.md) | {severity} | {} |\n", rule.summary())
    };
    let rows: String = RULES.iter().map(|rule| row(rule)).collect();
    hold_part("README.md", "rules", &format!("\n| rule | severity | finds |\n|---|---|---|\n{rows}\n"));
}

/// Sentences that name numbers, which are counted here.
#[test]
fn numbers_are_counted() {
    let (rules, formats, packages) = (RULES.len(), Format::value_variants().len(), libraries::packages().len());
    let named = RULES.iter().filter(|rule| rule.pedantic).count();
    for path in ["README.md", "CHANGELOG.md", "docs/rules.md"] {
        count(path, "{} rules, {} of them off by default", &[rules, named]);
    }
    count("README.md", "{} output formats", &[formats]);
    count("README.md", "[{} packages](docs/libraries.md)", &[packages]);
    count("CHANGELOG.md", "{} output formats", &[formats]);
    count("CHANGELOG.md", "{} packages in {} tables", &[packages, TABLES.len()]);
    let changes = text("CHANGELOG.md");
    for rule in RULES {
        assert!(changes.contains(&format!("`{}`", rule.id)), "CHANGELOG.md does not name `{}`", rule.id);
    }
}

/// The sentence, which stands in the file once, names these numbers, or is given them.
fn count(path: &str, sentence: &str, numbers: &[usize]) {
    let present = text(path);
    let parts: Vec<&str> = sentence.split("{}").collect();
    let fits = |at: usize| -> Option<usize> {
        let mut end = at;
        for (nth, part) in parts.iter().enumerate() {
            end += present[end..].starts_with(part).then_some(part.len())?;
            if nth + 1 < parts.len() {
                let digits = present[end..].bytes().take_while(u8::is_ascii_digit).count();
                end += (digits > 0).then_some(digits)?;
            }
        }
        Some(end)
    };
    // A number does not begin within another one.
    let begins = |at: &usize| present.is_char_boundary(*at) && !present[..*at].ends_with(|c: char| c.is_ascii_digit());
    let found: Vec<(usize, usize)> = (0..present.len()).filter(begins).filter_map(|at| Some((at, fits(at)?))).collect();
    let [(start, end)] = found[..] else { panic!("{path} should say once `{sentence}`") };
    let mut said = parts[0].to_owned();
    for (number, part) in numbers.iter().zip(&parts[1..]) {
        said += &format!("{number}{part}");
    }
    hold(path, &format!("{}{said}{}", &present[..start], &present[end..]));
}

/// What a page tells the user to write does what the page says.
#[test]
fn every_page_says_how_to_switch_its_rule_off() {
    for rule in RULES.iter().filter(|rule| !rule.pedantic) {
        let shown = page::of(rule, Links::Names);
        assert!(!shown.contains("//~") && !shown.contains("```js leak") && !shown.contains(".md)"), "{}", rule.id);
        let parts = shown.split_once(page::SWITCH).unwrap_or_else(|| panic!("{}: no section", rule.id));
        let comments: Vec<&str> = parts.1.lines().filter(|line| line.starts_with("// ")).collect();
        let [here, whole] = comments[..] else { panic!("{}: {comments:?}", rule.id) };
        let (language, code) = first_leak(rule);
        let found = |code: &str| {
            let (findings, notices) = leaklint::lint_text(&format!("page.{language}"), code, Confidence::Guess);
            let lines = findings.iter().filter(|finding| finding.rule == rule.id);
            let lines = lines.map(|finding| code[..finding.span.start as usize].matches('\n').count());
            let useless = notices.iter().filter(|notice| notice.message.contains("unused `leaklint-ignore`")).count();
            (lines.collect::<BTreeSet<_>>(), useless)
        };
        let (lines, _) = found(&code);
        assert!(!lines.is_empty(), "{}: nothing is found in its first example", rule.id);
        assert_eq!(found(&format!("{whole}\n{code}")), (BTreeSet::new(), 0), "{}: {whole}", rule.id);
        let above: Vec<String> = (0..)
            .zip(code.lines())
            .map(|(at, line)| if lines.contains(&at) { format!("{here}\n{line}\n") } else { format!("{line}\n") })
            .collect();
        assert_eq!(found(&above.concat()), (BTreeSet::new(), 0), "{}: {here}", rule.id);
        let behind: Vec<String> = (0..)
            .zip(code.lines())
            .map(|(at, line)| if lines.contains(&at) { format!("{line} {here}\n") } else { format!("{line}\n") })
            .collect();
        assert_eq!(found(&behind.concat()), (BTreeSet::new(), 0), "{}: {here} at the end", rule.id);
    }
}

/// The configuration and the option that the pages show are understood.
#[test]
fn the_configuration_on_the_pages_switches_the_rule_off() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leaklint"));
        let command = command.args(["check", "--format", "concise"]).args(arguments).current_dir(folder.path());
        String::from_utf8(command.env_clear().output().unwrap().stdout).unwrap()
    };
    let rule = RULES[0];
    let shown = page::of(rule, Links::Names);
    std::fs::write(folder.path().join("page.js"), first_leak(rule).1).unwrap();
    assert!(run(&[]).contains(rule.id));
    let command = shown.rsplit_once("leaklint check ").unwrap().1.split('`').next().unwrap();
    assert_eq!(run(&command.split(' ').collect::<Vec<_>>()), "");
    let json = shown.rsplit_once("```json\n").unwrap().1.split("```").next().unwrap();
    std::fs::write(folder.path().join("leaklint.json"), json).unwrap();
    assert_eq!(run(&[]), "");
    for rule in RULES {
        let shown = page::of(rule, Links::Names);
        let json = shown.rsplit_once("```json\n").unwrap().1.split("```").next().unwrap();
        let file: leaklint::config::file::File = serde_json::from_str(json).unwrap();
        assert_eq!(file.rules.keys().collect::<Vec<_>>(), [rule.id]);
    }
}

/// Language and code of the first guilty example of a rule.
fn first_leak(rule: &Rule) -> (String, String) {
    let shown = page::of(rule, Links::Names);
    let leaks = shown.split_once("## Leaks").unwrap().1;
    let (_, block) = leaks.split_once("```").unwrap();
    let (language, rest) = block.split_once('\n').unwrap();
    (language.to_owned(), rest.split_once("```").unwrap().0.to_owned())
}

/// A page is a file that `docs` holds and that a test writes; nothing else may say of itself that it is made.
#[test]
fn nothing_is_made_but_what_is_held_here() {
    let mut made = BTreeSet::new();
    let mut waiting: Vec<PathBuf> = vec![root().join("docs")];
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder, "") {
            if path.is_dir() {
                waiting.push(path);
            } else if std::fs::read_to_string(&path).unwrap().starts_with(MADE) {
                made.insert(tree::shown(&path));
            }
        }
    }
    let pages = ["command-line", "configuration-keys", "libraries"].map(|page| format!("docs/{page}.md"));
    let rules = RULES.iter().map(|rule| format!("docs/rules/{}.md", rule.id));
    assert_eq!(made, pages.into_iter().chain(rules).collect());
}
