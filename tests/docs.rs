//! The pages below `docs` do what they say: each page is a project, whose files are written and whose commands are run.
//!
//! A block with `file=PATH` behind its language is written to that path. A `sh` block is run and must end well, or as
//! `<!-- exits with N -->` above it says. A `text` block below `<!-- prints -->` is in what the command before it printed.
//! `<!-- not run: why -->` above a block leaves it out.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod tools;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use tools::{alone, binary, kept, npm, path, python, root, run, said};

/// A fenced block of a page.
struct Block {
    line: usize,
    language: String,
    file: Option<String>,
    /// What the comment above says.
    mark: String,
    text: String,
}

/// All pages, those of the rules included.
fn pages() -> Vec<PathBuf> {
    let mut waiting = vec![root().join("docs")];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The path as it is seen from the top of the repository.
fn shown(page: &Path) -> String {
    page.strip_prefix(root()).unwrap_or(page).to_string_lossy().replace('\\', "/")
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    let mut mark = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        if open {
            if line == "```" {
                open = false;
            } else {
                found.last_mut().unwrap().text.extend([line, "\n"]);
            }
        } else if let Some(info) = line.strip_prefix("```") {
            open = true;
            let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
            let file = rest.strip_prefix("file=").map(str::to_owned);
            let mark = std::mem::take(&mut mark);
            found.push(Block { line: number, language: language.to_owned(), file, mark, text: String::new() });
        } else if let Some(said) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            said.clone_into(&mut mark);
        } else if !line.is_empty() {
            mark.clear();
        }
    }
    assert!(!open, "a block is never closed");
    found
}

/// A folder with the command in it, to stand first on the search path.
fn commands() -> PathBuf {
    let folder = kept("commands");
    let link = folder.join("leaklint");
    if !link.exists() || std::fs::read_link(&link).ok().as_deref() != Some(binary()) {
        let _ = std::fs::remove_file(&link);
        #[cfg(unix)]
        std::os::unix::fs::symlink(binary(), &link).unwrap();
        #[cfg(not(unix))]
        std::fs::copy(binary(), link.with_extension("exe")).unwrap();
    }
    folder
}

/// Follows a page in a fresh repository; what went wrong.
fn follow(page: &Path, bin: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    run(tools::git(folder.path()).args(["init", "--quiet", "--initial-branch", "main"]));
    let mut printed = String::new();
    for block in blocks(&std::fs::read_to_string(page).unwrap()) {
        let place = format!("{}:{}", shown(page), block.line);
        if let Some(why) = block.mark.strip_prefix("not run") {
            assert!(why.len() > 5, "{place}: says not why it is not run");
        } else if let Some(file) = &block.file {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &block.text).unwrap();
        } else if block.language == "sh" {
            let expected = block.mark.strip_prefix("exits with ").map_or(0, |code| code.parse().unwrap());
            let mut command = Command::new("bash");
            command.args(["-euo", "pipefail", "-c", &block.text]).env("PATH", path(&[&commands(), bin]));
            command.env("PRE_COMMIT_HOME", kept("tools").join("pre-commit")).env("LEAKLINT_HOOKS", root());
            let output = alone(&mut command, folder.path()).output().unwrap();
            printed = said(&output);
            if output.status.code() != Some(expected) {
                return vec![format!(
                    "{place}: ends with {:?}, not {expected}\n{}{printed}",
                    output.status.code(),
                    block.text
                )];
            }
        } else if block.mark == "prints" {
            let lost = block.text.lines().find(|line| !printed.contains(line.trim_end()));
            if let Some(line) = lost {
                return vec![format!("{place}: not printed: {line}\nbut\n{printed}")];
            }
        }
    }
    Vec::new()
}

#[test]
fn every_command_runs_and_does_what_the_page_says() {
    let Some(bin) = python() else { return };
    if !npm() {
        return;
    }
    let only = std::env::var("LEAKLINT_PAGE").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages().iter().filter(|page| page.to_string_lossy().contains(&only)) {
        wrong.extend(follow(page, &bin));
        count += 1;
    }
    assert!(count > 0);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn a_page_that_is_wrong_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |text: &str| {
        let page = folder.path().join("page.md");
        std::fs::write(&page, text).unwrap();
        follow(&page, folder.path()).len()
    };
    assert_eq!(wrong("```sh\nfalse\n```\n"), 1);
    assert_eq!(wrong("```sh\nfalse | cat\n```\n"), 1);
    assert_eq!(wrong("```sh\nfalse\ntrue\n```\n"), 1);
    assert_eq!(wrong("<!-- exits with 1 -->\n\n```sh\ntrue\n```\n"), 1);
    assert_eq!(wrong("```sh\necho one\n```\n\n<!-- prints -->\n```text\ntwo\n```\n"), 1);
    assert_eq!(wrong("```js file=a/b.js\n1\n```\n```sh\ngrep 1 a/b.js\n```\n<!-- prints -->\n```text\n1\n```\n"), 0);
    assert_eq!(
        wrong("<!-- exits with 1 -->\n```sh\nfalse\n```\n<!-- not run: needs a server -->\n```sh\nfalse\n```\n"),
        0
    );
}

#[test]
fn links_lead_somewhere_and_all_pages_are_linked() {
    let mut linked = BTreeSet::new();
    for page in pages().into_iter().chain([root().join("README.md")]) {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let target = link.split('#').next().unwrap();
            let file = page.parent().unwrap().join(target);
            let there = target.is_empty() || target.starts_with("https://") || file.exists();
            assert!(there, "{}: the link to {target} leads nowhere", shown(&page));
            linked.extend(file.canonicalize());
        }
    }
    for page in pages() {
        assert!(linked.contains(&page.canonicalize().unwrap()), "{} is not linked", shown(&page));
    }
}

/// Where the links of a page lead; code is no link.
fn links(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let prose = text.lines().filter(|line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    });
    prose.flat_map(|line| line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap())).collect()
}
