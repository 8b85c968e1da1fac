//! Baselines: what they hide, what they keep, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use project::Project;

const FILE: &str = "known.json";

/// A handler of this name with a cache of its own that only grows.
fn handler(name: &str) -> String {
    format!(
        "const {name}Seen = new Map();\nfunction {name}(req, res) {{\n  {name}Seen.set(req.url, 1);\n  res.end();\n}}\n\
         require('node:http').createServer({name});\n"
    )
}

fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    let said = project.check(&["--baseline", FILE, "--update-baseline"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    project
}

/// Lines of what is new.
fn new(project: &Project) -> Vec<String> {
    let (_, report) = project.json(&["--baseline", FILE]);
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{}:{}", f["path"].as_str().unwrap(), f["start"]["line"])).collect()
}

fn stored(project: &Project) -> String {
    std::fs::read_to_string(project.path().join(FILE)).unwrap()
}

#[test]
fn known_findings_stay_hidden_when_code_moves() {
    let one = handler("one");
    let project = project(&[("a.js", &one)]);
    assert!(new(&project).is_empty());
    let said = project.check(&["--baseline", FILE]);
    assert!(said.code == 0 && said.err.contains("known.json: 1 finding known"), "{}", said.err);
    project.write("a.js", format!("// above\n\n{}\n// below\n", one.replace("  ", "      ")).as_bytes());
    assert!(new(&project).is_empty());
    project.write("a.js", one.replace('\n', "\r\n").as_bytes());
    assert!(new(&project).is_empty());
    assert_eq!(project.check(&[]).code, 1);
}

#[test]
fn new_findings_are_shown() {
    let one = handler("one");
    let project = project(&[("a.js", &one)]);
    project.write("a.js", (handler("two") + &one).as_bytes());
    assert_eq!(new(&project), ["a.js:3"]);
    // The same code once more in another function is not what is known.
    let twice =
        one.replace("  res.end();", "  res.end();\n  function again() { oneSeen.set(req.url, 1); }\n  again();");
    project.write("a.js", twice.as_bytes());
    let (all, fresh) = (project.json(&[]).1["summary"]["findings"].as_u64().unwrap(), new(&project).len() as u64);
    assert_eq!(all - 1, fresh);
    project.write("b.js", one.as_bytes());
    project.write("a.js", b"1;");
    assert_eq!(new(&project), ["b.js:3"]);
}

#[test]
fn equal_findings_are_counted() {
    let hangs = "void (async () => { await new Promise(() => {}); })();\n";
    let project = project(&[("a.mjs", &hangs.repeat(2))]);
    assert!(stored(&project).contains("\"count\":2"), "{}", stored(&project));
    assert!(new(&project).is_empty());
    project.write("a.mjs", hangs.repeat(3).as_bytes());
    assert_eq!(new(&project), ["a.mjs:3"]);
}

#[test]
fn gone_entries_are_told_and_taken_out() {
    let project = project(&[("a.js", &handler("one")), ("b.js", &handler("two"))]);
    let both = stored(&project);
    assert_eq!(both.matches("\"rule\"").count(), 2);
    project.write("a.js", b"1;");
    let said = project.check(&["--baseline", FILE]);
    assert!(said.code == 0 && said.err.contains("1 gone"), "{}", said.err);
    assert!(said.err.contains("a.js: unbounded-cache in `one`"), "{}", said.err);
    assert_eq!(stored(&project), both);
    let said = project.check(&["--baseline", FILE, "--update-baseline"]);
    assert!(said.err.contains("known.json: 1 entry, 0 new, 1 gone"), "{}", said.err);
    assert!(!stored(&project).contains("a.js"));
}

#[test]
fn part_of_a_run_leaves_the_rest_alone() {
    let project = project(&[("a.js", &handler("one")), ("b.js", &handler("two"))]);
    let both = stored(&project);
    project.check(&["--baseline", FILE, "--update-baseline", "a.js"]);
    assert_eq!(stored(&project), both);
    project.check(&["--baseline", FILE, "--update-baseline", "--rule", "whole-read"]);
    assert_eq!(stored(&project), both);
    project.check(&["--baseline", FILE, "--update-baseline", "--min-confidence", "sure"]);
    assert_eq!(stored(&project), both);
    project.write("a.js", b"let = ;");
    project.check(&["--baseline", FILE, "--update-baseline"]);
    assert_eq!(stored(&project), both);
    std::fs::remove_file(project.path().join("a.js")).unwrap();
    project.check(&["--baseline", FILE, "--update-baseline"]);
    assert_eq!(stored(&project).matches("\"rule\"").count(), 1);
}

#[test]
fn the_file_is_stable_and_relative_to_itself() {
    let project = project(&[("src/b.js", &handler("two")), ("src/a.js", &handler("one"))]);
    let first = stored(&project);
    project.check(&["--baseline", FILE, "--update-baseline", "--threads", "1"]);
    assert_eq!(stored(&project), first);
    assert!(first.find("src/a.js").unwrap() < first.find("src/b.js").unwrap());
    let mut below = project.command(&["check", "--baseline", "../known.json"]);
    assert_eq!(below.current_dir(project.path().join("src")).output().unwrap().status.code(), Some(0));
}

#[test]
fn what_cannot_be_used_is_refused_and_kept() {
    let project = Project::new(&[("a.js", "1;")]);
    let said = project.check(&["--baseline", FILE]);
    assert!(said.code == 2 && said.err.contains("known.json: baseline not found"), "{}", said.err);
    assert_eq!(project.check(&["--update-baseline"]).code, 2);
    for text in ["", "{", "[]", "{\"version\":1,\"findings\":[{\"path\":\"a", "<<<<<<< HEAD\n{}\n", "\u{0}"] {
        project.write(FILE, text.as_bytes());
        for arguments in [vec!["--baseline", FILE], vec!["--baseline", FILE, "--update-baseline"]] {
            let said = project.check(&arguments);
            assert!(said.code == 2 && said.err.starts_with("error: known.json:"), "{text:?}: {}", said.err);
            assert_eq!(stored(&project), text);
        }
    }
    let said = project.check(&["--baseline", "no/such/folder.json", "--update-baseline"]);
    assert!(said.code == 2 && said.err.contains("could not be written"), "{}", said.err);
}
