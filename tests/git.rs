//! Runs over what git says has changed, in real repositories.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod repository;
mod said;

use std::process::Command;

use project::Project;
use repository::{check, check_in, commit, git, repository};
use said::Said;
use serde_json::Value;

/// An error in line 1.
const HANGS: &str = "void (async () => { await new Promise(() => {}); })();\n";

/// The same, not an error.
const FINE: &str = "void (async () => { await new Promise((done) => done()); })();\n";

/// Files with findings, each with its line.
fn found(project: &Project, arguments: &[&str]) -> Vec<String> {
    sites(&check(project, arguments))
}

fn sites(said: &Said) -> Vec<String> {
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{}:{}", f["path"].as_str().unwrap(), f["start"]["line"])).collect()
}

#[test]
fn the_index_is_read_and_not_the_folder() {
    let project = repository(&[("a.js", FINE), ("b.js", FINE), ("old.js", HANGS)]);
    project.write("a.js", HANGS.as_bytes());
    project.write("new.js", HANGS.as_bytes());
    git(project.path(), &["add", "a.js", "new.js"]);
    // What is staged leaks, what is in the folder does not; and the other way round.
    project.write("a.js", FINE.as_bytes());
    project.write("b.js", HANGS.as_bytes());
    let said = check(&project, &["--staged"]);
    assert_eq!((said.code, sites(&said)), (1, vec!["a.js:1".to_owned(), "new.js:1".to_owned()]));
    assert!(said.out.contains("\"help\""), "the text of the index is shown");
    let pretty =
        project.command(&["check", "--staged", "a.js"]).env("PATH", std::env::var_os("PATH").unwrap()).output();
    assert!(String::from_utf8_lossy(&pretty.unwrap().stdout).contains("new Promise(() => {})"));
}

#[test]
fn a_hook_stops_a_commit() {
    use std::os::unix::fs::PermissionsExt;
    let project = repository(&[("a.js", FINE), ("sub/b.js", FINE)]);
    let hook = project.path().join(".git/hooks/pre-commit");
    let text = format!("#!/bin/sh\nexec '{}' check --staged --quiet\n", env!("CARGO_BIN_EXE_leaklint"));
    project.write(".git/hooks/pre-commit", text.as_bytes());
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let commits = |folder: &str, arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["commit", "--quiet", "--message=x"]).args(arguments).current_dir(project.path().join(folder));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap().status.success()
    };
    project.write("sub/b.js", HANGS.as_bytes());
    // `--all` and a path commit from an index of their own.
    assert!(!commits("", &["--all"]) && !commits("sub", &["b.js"]));
    project.write("a.js", b"1;\n");
    assert!(commits("", &["a.js"]));
    project.write("sub/b.js", b"2;\n");
    assert!(commits("sub", &["--all"]));
}

#[test]
fn nothing_staged_is_said() {
    let project = repository(&[("a.js", HANGS), ("a.txt", "")]);
    let said = check(&project, &["--staged"]);
    assert_eq!((said.code, said.err.contains("no JavaScript or TypeScript is staged")), (0, true), "{}", said.err);
    project.write("a.txt", b"changed");
    git(project.path(), &["rm", "--quiet", "--cached", "a.js"]);
    git(project.path(), &["add", "a.txt"]);
    let said = check(&project, &["--staged"]);
    assert_eq!((said.code, said.err.contains("no JavaScript or TypeScript is staged")), (0, true), "{}", said.err);
}

#[test]
fn before_the_first_commit() {
    let project = repository(&[]);
    project.write("a.js", HANGS.as_bytes());
    assert_eq!(found(&project, &["--changed"]), ["a.js:1"]);
    assert!(found(&project, &["--staged"]).is_empty());
    git(project.path(), &["add", "a.js"]);
    assert_eq!(found(&project, &["--staged", "--changed-lines"]), ["a.js:1"]);
}

#[test]
fn changes_in_the_folder() {
    let project =
        repository(&[("a.js", FINE), ("gone.js", FINE), ("moved.js", HANGS), ("same.js", HANGS), ("x/b.js", FINE)]);
    project.write(".gitignore", b"ignored.js\n");
    for path in ["a.js", "new.js", "ignored.js", "node_modules/m/m.js", "x/b.js"] {
        project.write(path, HANGS.as_bytes());
    }
    std::fs::remove_file(project.path().join("gone.js")).unwrap();
    git(project.path(), &["mv", "moved.js", "to.js"]);
    // Touched, not changed.
    project.write("same.js", HANGS.as_bytes());
    assert_eq!(found(&project, &["--changed"]), ["a.js:1", "new.js:1", "to.js:1", "x/b.js:1"]);
    assert_eq!(found(&project, &["--changed", "x"]), ["x/b.js:1"]);
    assert_eq!(sites(&check_in(&project, "x", &["--changed"])), ["b.js:1"]);
    project.write("leaklint.json", br#"{ "ignore": ["x/"] }"#);
    assert_eq!(found(&project, &["--changed"]), ["a.js:1", "new.js:1", "to.js:1"]);
}

#[test]
fn what_a_branch_changes() {
    let project = repository(&[("a.js", FINE), ("b.js", FINE)]);
    git(project.path(), &["checkout", "--quiet", "-b", "work"]);
    project.write("a.js", HANGS.as_bytes());
    commit(&project);
    git(project.path(), &["checkout", "--quiet", "main"]);
    project.write("b.js", HANGS.as_bytes());
    commit(&project);
    git(project.path(), &["checkout", "--quiet", "work"]);
    assert_eq!(found(&project, &["--since", "main"]), ["a.js:1"]);
    assert!(found(&project, &["--changed"]).is_empty());
    git(project.path(), &["checkout", "--quiet", "--detach"]);
    assert_eq!(found(&project, &["--changed", "--since", "main"]), ["a.js:1"]);
    for name in ["gone", "--output=x", "", "-h"] {
        let said = check(&project, &[&format!("--since={name}")]);
        assert_eq!(said.code, 2, "{name}: {}", said.err);
        assert!(said.err.contains("unknown commit"), "{name}: {}", said.err);
    }
    assert!(!project.path().join("x").exists());
}

#[test]
fn only_changed_lines_count() {
    let two = format!("{HANGS}1;\n2;\n{FINE}");
    let project = repository(&[("a.js", &two)]);
    project.write("a.js", format!("{HANGS}1;\n2;\n{HANGS}").as_bytes());
    assert_eq!(found(&project, &["--changed"]), ["a.js:1", "a.js:4"]);
    assert_eq!(found(&project, &["--changed-lines"]), ["a.js:4"]);
    project.write("new.js", HANGS.as_bytes());
    assert_eq!(found(&project, &["--changed-lines"]), ["a.js:4", "new.js:1"]);
    git(project.path(), &["add", "--all"]);
    project.write("a.js", two.as_bytes());
    assert_eq!(found(&project, &["--staged", "--changed-lines"]), ["a.js:4", "new.js:1"]);
}

#[test]
fn a_lost_cleanup_is_a_change_of_the_lines_around_it() {
    let kept = "const seen = new Map();\nrequire('node:http').createServer((req, res) => {\n  \
        seen.set(req.url, 1);\n  seen.delete(req.url);\n  res.end();\n});\n";
    let project = repository(&[("a.js", kept)]);
    project.write("a.js", kept.replace("  seen.delete(req.url);\n", "").as_bytes());
    assert_eq!(found(&project, &["--changed-lines"]), ["a.js:3"]);
}

#[test]
fn hostile_names() {
    let names =
        ["-rf.js", "a b.js", "new\nline.js", "quote\"'.js", "tab\t.js", "é.js", "back\\slash.js", "glob*.js", ":x.js"];
    let project = repository(&[("z.js", FINE)]);
    for name in names {
        project.write(name, HANGS.as_bytes());
    }
    assert_eq!(found(&project, &["--changed"]).len(), names.len());
    git(project.path(), &["add", "--all"]);
    assert_eq!(found(&project, &["--staged"]).len(), names.len());
}

#[test]
fn where_git_cannot_help() {
    let project = Project::new(&[("a.js", HANGS)]);
    for arguments in ["--staged", "--changed", "--changed-lines"] {
        let said = check(&project, &[arguments]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("not a git repository"), "{}", said.err);
    }
    let mut without = project.command(&["check", "--staged"]);
    let said = Said::from(without.env("PATH", project.path()).output().unwrap());
    assert!(said.code == 2 && said.err.contains("`git` is not installed"), "{}", said.err);
}

#[test]
fn shallow_clones_know_their_last_commit() {
    let project = repository(&[("a.js", FINE)]);
    project.write("a.js", HANGS.as_bytes());
    commit(&project);
    let clone = Project::new(&[]);
    let from = format!("file://{}", project.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &from, "."]);
    clone.write("b.js", HANGS.as_bytes());
    assert_eq!(found(&clone, &["--changed"]), ["b.js:1"]);
    let said = check(&clone, &["--since", "HEAD~1"]);
    assert!(said.code == 2 && said.err.contains("shallow clone"), "{}", said.err);
}
