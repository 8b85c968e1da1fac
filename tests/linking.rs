//! Files judged together: a workspace of several packages, in any order, with any number of threads, as a whole and in part.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use leaklint::config::Options;
use leaklint::finding::Finding;
use leaklint::{Outcome, lint};
use tree::{entries, root, shown};

fn workspace() -> PathBuf {
    root().join("fixtures/workspace")
}

/// All sources of the workspace, sorted.
fn files() -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![workspace()]);
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder, "") {
            match entry.extension().and_then(|e| e.to_str()) {
                _ if entry.is_dir() => folders.push(entry),
                Some("ts" | "js") => found.push(entry),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn run(change: impl FnOnce(&mut Options)) -> Outcome {
    let mut options = Options::new(workspace(), vec![".".into()]);
    change(&mut options);
    lint(&options)
}

/// Path, line and rule of each finding.
fn sites(outcome: &Outcome) -> BTreeSet<(String, u32, String)> {
    let site = |finding: &Finding| {
        let source = outcome.sources.of(finding.file);
        (source.path.clone(), source.position(finding.span.start).line, finding.rule.to_owned())
    };
    outcome.findings.iter().map(site).collect()
}

/// What the marks `//~ rule` of the workspace say.
fn marked() -> BTreeSet<(String, u32, String)> {
    let mut marks = BTreeSet::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(workspace()).unwrap().to_string_lossy().replace('\\', "/");
        for (line, number) in text.lines().zip(1..) {
            if let Some((_, rule)) = line.split_once("//~ ") {
                marks.insert((path.clone(), number, rule.trim().to_owned()));
            }
        }
    }
    marks
}

/// All that a run says, byte for byte.
fn said(outcome: &Outcome) -> String {
    let mut out = Vec::new();
    leaklint::report::json::print(&mut out, outcome).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_workspace_is_judged_as_one_program() {
    let found = run(|_| {});
    assert_eq!(sites(&found), marked());
    assert!(found.notices.is_empty(), "{:?}", found.notices);
}

#[test]
fn evidence_names_the_files_that_it_stands_in() {
    let found = run(|_| {});
    let path = |file| found.sources.of(file).path.as_str();
    let far = |finding: &Finding| finding.labels.iter().any(|label| label.file != finding.file);
    let told: Vec<&str> = found.findings.iter().filter(|f| far(f)).map(|f| path(f.file)).collect();
    for expected in ["packages/api/src/forward.ts", "packages/api/src/limit.ts", "packages/core/src/stores.ts"] {
        assert!(told.contains(&expected), "{expected} not among {told:?}");
    }
}

#[test]
fn files_judged_alone_say_less_and_other_things() {
    let alone = sites(&run(|options| options.isolated = true));
    let together = marked();
    let known_elsewhere = ("packages/core/src/stores.ts".to_owned(), 10, "unbounded-cache".to_owned());
    assert!(alone.contains(&known_elsewhere), "what only start-up fills looks like a leak in its own file: {alone:?}");
    let missed: Vec<_> = together.difference(&alone).collect();
    assert!(missed.len() >= 5, "only {missed:?} need a second file");
}

#[test]
fn order_and_threads_change_nothing() {
    let first = said(&run(|options| options.threads = Some(1)));
    let mut names: Vec<PathBuf> = files();
    for threads in [1, 2, 8] {
        // Another order each time, the same on every machine.
        names.rotate_left(7);
        names.reverse();
        let shuffled = said(&run(|options| {
            options.threads = Some(threads);
            options.paths.clone_from(&names);
        }));
        assert_eq!(shuffled, first, "{threads} threads");
    }
}

#[test]
fn a_part_is_judged_as_in_the_whole() {
    let whole = sites(&run(|_| {}));
    for file in files() {
        let own = file.strip_prefix(workspace()).unwrap().to_string_lossy().replace('\\', "/");
        let part = run(|options| options.paths = vec![file.clone()]);
        let expected = whole.iter().filter(|(path, ..)| *path == own).cloned().collect();
        assert_eq!(sites(&part), expected, "{}", shown(&file));
        assert_eq!(part.files, 1, "only what was named counts");
    }
}

#[test]
fn a_staged_text_takes_the_place_of_its_file() {
    let path = Path::new("packages/legacy/lib/state.js");
    let text = std::fs::read_to_string(workspace().join(path)).unwrap().replace("latest.splice(0)", "console.log()");
    let found = run(|options| {
        options.paths = vec!["packages/legacy/lib/handler.js".into()];
        options.given = vec![leaklint::config::Stdin { name: path.to_owned(), bytes: text.into_bytes() }];
    });
    let handler: Vec<u32> = sites(&found).into_iter().filter(|s| s.0.ends_with("handler.js")).map(|s| s.1).collect();
    assert_eq!(handler, [6, 7], "nothing empties `latest` any more");
}

/// Two files that call each other, and two barrels that re-export each other.
fn circle() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines = |line: fn(usize) -> String| (0..300).map(line).collect::<Vec<_>>().join("\n");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("package.json", r#"{ "private": true }"#.to_owned());
    let grows = lines(|i| format!("export function f{i}(key) {{ cache.set(key, {i}); }}"));
    write("a.js", format!("const cache = new Map();\n{grows}"));
    write("barrel.js", "export * from './other.js';\nexport * from './a.js';".to_owned());
    write("other.js", "export * from './barrel.js';".to_owned());
    let calls = lines(|i| format!("export function g{i}(key) {{ a.f{i}(key); c.g{i}(key); }}"));
    write("b.js", format!("import * as a from './other.js';\nimport * as c from './c.js';\n{calls}"));
    let back = lines(|i| format!("export function g{i}(key) {{ b.g{i}(key); }}"));
    let served = "http.createServer((req) => g7(req.url)).listen(80);";
    write("c.js", format!("import http from 'node:http';\nimport * as b from './b.js';\n{back}\n{served}"));
    folder
}

#[test]
fn circles_end() {
    let folder = circle();
    let root = folder.path().canonicalize().unwrap();
    let outcome = lint(&Options::new(root, vec![".".into()]));
    let [finding] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    assert_eq!(finding.rule, "unbounded-cache");
    assert!(finding.message.contains("once per request"), "{}", finding.message);
}
