//! Repositories that configure programs wherever git may run one: asking what has changed runs none of them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod repository;
mod said;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use project::Project;
use repository::{check, commit, git, repository};
use said::Said;
use serde_json::Value;

/// An error in line 1.
const HANGS: &str = "void (async () => { await new Promise(() => {}); })();\n";

/// The same length, not an error: only the content tells them apart.
const FINE: &str = "void (async () => { await new Promise((a) => a); })();\n";

/// Every way to ask.
const ASKING: [&[&str]; 6] = [
    &["--changed"],
    &["--staged"],
    &["--since=HEAD~1"],
    &["--changed", "--changed-lines"],
    &["--staged", "--changed-lines"],
    &["--since=HEAD~1", "--changed-lines", "src"],
];

/// Settings that name a program.
const PROGRAMS: [&str; 23] = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "pager.diff-files",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "credential.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.speaks.process",
    "filter.Other.Name.clean",
    "filter.global.clean",
    "alias.diff-files",
    "alias.ls-files",
    "alias.rev-parse",
    "gpg.program",
    "interactive.diffFilter",
    "remote.origin.uploadpack",
    "uploadpack.packObjectsHook",
];

const HOOKS: [&str; 5] =
    ["post-index-change", "fsmonitor-watchman", "query-watchman", "reference-transaction", "post-checkout"];

/// Files of attributes, each with its own filters.
const ATTRIBUTES: [(&str, &str); 5] = [
    (".git/info/attributes", "src/*.js filter=evil diff=evil text eol=crlf\nspeaks.js filter=speaks\n"),
    (".gitattributes", "other.js filter=Other.Name diff=evil\n"),
    ("late/.gitattributes", "*.js filter=late\n"),
    ("tree/.gitattributes", "*.js filter=tree\n"),
    ("more-attributes", "global.js filter=global\n"),
];

const FILES: [&str; 7] = ["src/a.js", "src/same.js", "speaks.js", "other.js", "global.js", "late/a.js", "tree/a.js"];

/// Makes a repository hostile: each program leaves a file of its own name in `ran`.
fn arm(project: &Project) {
    std::fs::create_dir_all(project.path().join("ran")).unwrap();
    let executable = std::fs::Permissions::from_mode(0o755);
    let trap = |name: &str| {
        let text = format!("#!/bin/sh\ntouch '{}/ran/{name}'\nexec cat\n", project.path().display());
        project.write(&format!("traps/{name}"), text.as_bytes());
        let path = project.path().join("traps").join(name);
        std::fs::set_permissions(&path, executable.clone()).unwrap();
        path.display().to_string()
    };
    let filter = |name: &str, trap: &str| format!("[filter \"{name}\"]\n\tclean = {trap}\n\trequired = true\n");
    for key in PROGRAMS {
        let program = trap(key);
        git(project.path(), &["config", key, &if key.starts_with("alias.") { format!("!{program}") } else { program }]);
    }
    for hook in HOOKS {
        let path = project.path().join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(trap(hook), &path).unwrap();
        std::fs::set_permissions(path, executable.clone()).unwrap();
    }
    for (file, text) in ATTRIBUTES {
        project.write(file, text.as_bytes());
    }
    project.write("more-config", b"[include]\n\tpath = yet-more-config\n");
    project.write("yet-more-config", filter("late", &trap("late.clean")).as_bytes());
    project.write(".git/config.worktree", filter("tree", &trap("tree.clean")).as_bytes());
    let attributes = project.path().join("more-attributes").display().to_string();
    let settings = [
        ("filter.evil.required", "true"),
        ("core.attributesFile", attributes.as_str()),
        ("include.path", "../more-config"),
        ("extensions.worktreeConfig", "true"),
    ];
    for (key, value) in settings {
        git(project.path(), &["config", key, value]);
    }
}

/// What has run since it was asked last.
fn ran(project: &Project) -> Vec<String> {
    let folder = project.path().join("ran");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            std::fs::remove_file(entry.path()).unwrap();
            entry.file_name().to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

fn sites(said: &Said) -> Vec<String> {
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{}:{}", f["path"].as_str().unwrap(), f["start"]["line"])).collect()
}

/// A hostile repository with one change. Its index is older than its files, so that git has to look into each of them.
fn fresh() -> Project {
    let project = repository(&FILES.map(|path| (path, FINE)));
    commit(&project);
    project.write("src/a.js", HANGS.as_bytes());
    arm(&project);
    age(&project);
    project
}

fn age(project: &Project) {
    let index = std::fs::File::options().write(true).open(project.path().join(".git/index")).unwrap();
    index.set_modified(std::time::SystemTime::now() - std::time::Duration::from_mins(10)).unwrap();
    ran(project);
}

#[test]
fn nothing_that_a_repository_configures_runs() {
    for asking in ASKING {
        for _ in 0..5 {
            let project = fresh();
            let said = check(&project, asking);
            assert_eq!(ran(&project), Vec::<String>::new(), "{asking:?}: {}", said.err);
            let expected = if asking.contains(&"--staged") { vec![] } else { vec!["src/a.js:1".to_owned()] };
            assert_eq!(sites(&said), expected, "{asking:?}: {}", said.err);
            // What is staged is told from what is not.
            let id = quietly(project.path(), &["hash-object", "-w", "--no-filters", "src/a.js"]);
            quietly(project.path(), &["update-index", "--cacheinfo", &format!("100644,{},src/a.js", id.trim())]);
            age(&project);
            let said = check(&project, asking);
            assert_eq!(
                (ran(&project), sites(&said)),
                (vec![], vec!["src/a.js:1".to_owned()]),
                "{asking:?}: {}",
                said.err
            );
        }
    }
}

/// Versions before 2.41 take attributes from the folder whatever they are told, those before 2.45 fetch what is missing.
#[test]
fn older_versions_of_git_run_nothing_either() {
    for asking in ASKING {
        let project = fresh();
        let path = std::env::var_os("PATH").unwrap();
        let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|path| path.is_file()).unwrap();
        let text = format!("#!/bin/sh\nunset GIT_ATTR_SOURCE GIT_NO_LAZY_FETCH\nexec '{}' \"$@\"\n", real.display());
        project.write("bin/git", text.as_bytes());
        let path = project.path().join("bin/git");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = project.command(&[&["check", "--format", "json"], asking].concat());
        let said = Said::from(command.env("PATH", path.parent().unwrap()).output().unwrap());
        let expected = if asking.contains(&"--staged") { vec![] } else { vec!["src/a.js:1".to_owned()] };
        assert_eq!((ran(&project), sites(&said)), (vec![], expected), "{asking:?}: {}", said.err);
    }
}

/// Git as its user runs it, with whatever runs then.
fn quietly(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    String::from_utf8(command.stdin(Stdio::null()).output().unwrap().stdout).unwrap()
}

#[test]
fn the_traps_are_live() {
    let project = fresh();
    quietly(project.path(), &["diff"]);
    for path in FILES {
        age(&project);
        quietly(project.path(), &["diff-files", "--", path]);
        let ran = ran(&project);
        let expected = match path {
            "speaks.js" => "filter.speaks.process",
            "other.js" => "filter.Other.Name.clean",
            "global.js" => "filter.global.clean",
            "late/a.js" => "late.clean",
            "tree/a.js" => "tree.clean",
            _ => "filter.evil.clean",
        };
        assert!(ran.iter().any(|name| name == expected), "{path}: {ran:?}");
    }
    quietly(project.path(), &["diff"]);
    quietly(project.path(), &["status"]);
    quietly(project.path(), &["update-index", "--refresh"]);
    let ran = ran(&project);
    for name in ["core.fsmonitor", "diff.evil.command", "post-index-change"] {
        assert!(ran.iter().any(|one| one == name), "{name} did not run: {ran:?}");
    }
}

#[test]
fn missing_objects_are_not_fetched() {
    let origin = repository(&[("a.js", FINE)]);
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    let clone = Project::new(&[]);
    let from = format!("file://{}", origin.path().display());
    git(clone.path(), &["clone", "--quiet", "--no-checkout", "--filter=blob:none", &from, "."]);
    std::fs::create_dir_all(clone.path().join("ran")).unwrap();
    let program = format!("touch '{}'", clone.path().join("ran/uploadpack").display());
    for key in ["remote.origin.uploadpack", "core.sshCommand"] {
        git(clone.path(), &["config", key, &program]);
    }
    git(clone.path(), &["read-tree", "HEAD"]);
    clone.write("a.js", HANGS.as_bytes());
    for (asking, url) in [("--changed", from.as_str()), ("--staged", "ssh://host/x"), ("--changed", "ext::sh -c true")]
    {
        git(clone.path(), &["config", "remote.origin.url", url]);
        git(clone.path(), &["config", "protocol.ext.allow", "always"]);
        let said = check(&clone, &[asking]);
        assert_eq!(ran(&clone), Vec::<String>::new(), "{asking} {url}: {}", said.err);
    }
}

#[test]
fn modules_in_a_repository_are_others() {
    let inner = repository(&[("x.js", HANGS)]);
    arm(&inner);
    let project = repository(&[("a.js", FINE)]);
    let from = inner.path().display().to_string();
    git(project.path(), &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, "module"]);
    commit(&project);
    git(
        &project.path().join("module"),
        &["config", "core.fsmonitor", &format!("touch '{}'", project.path().join("ran").display())],
    );
    project.write("module/new.js", HANGS.as_bytes());
    project.write("module/x.js", format!("1;\n{HANGS}").as_bytes());
    project.write("nested/b.js", HANGS.as_bytes());
    git(&project.path().join("nested"), &["init", "--quiet"]);
    project.write("new.js", HANGS.as_bytes());
    assert_eq!(sites(&check(&project, &["--changed"])), ["new.js:1"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn files_of_git_that_have_no_end() {
    for name in ["config", "info/attributes", "index", "HEAD"] {
        for link in [true, false] {
            let project = repository(&[("a.js", FINE)]);
            let path = project.path().join(".git").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _ = std::fs::remove_file(&path);
            if link {
                std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
            } else {
                assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            }
            let said = check(&project, &["--changed"]);
            assert!(said.code == 2 && said.err.contains("is not a regular file"), "{name}: {}", said.err);
        }
    }
}

#[test]
fn attributes_and_ignore_files_that_have_no_end() {
    for name in [".gitattributes", ".gitignore", "src/.gitattributes", "src/.gitignore", ".git/info/exclude"] {
        let project = repository(&[("src/a.js", FINE)]);
        project.write("src/a.js", HANGS.as_bytes());
        let path = project.path().join(name);
        let _ = std::fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        for asking in [&["--changed"][..], &["--since=HEAD"], &["--staged"]] {
            let said = check(&project, asking);
            let expected: &[&str] = if asking == ["--staged"] { &[] } else { &["src/a.js:1"] };
            assert_eq!(sites(&said), expected, "{name} {asking:?}: {}", said.err);
        }
    }
}

#[test]
fn ignored_files_are_not_new() {
    let project =
        repository(&[("a.js", FINE), (".gitignore", "*.log.js\nout/\n!keep.log.js\n"), ("x/.gitignore", "/only.js\n")]);
    for path in ["x.log.js", "keep.log.js", "out/a.js", "x/only.js", "x/y/only.js", "excluded.js", "x/new.js"] {
        project.write(path, HANGS.as_bytes());
    }
    project.write(".git/info/exclude", b"excluded.js\n");
    assert_eq!(sites(&check(&project, &["--changed"])), ["keep.log.js:1", "x/new.js:1", "x/y/only.js:1"]);
    assert_eq!(sites(&check(&project, &["--changed", "x/new.js", "out"])), ["x/new.js:1"]);
    let mut inside = project.command(&["check", "--changed", "--format", "json"]);
    inside.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(project.path().join("out"));
    assert!(sites(&Said::from(inside.output().unwrap())).is_empty());
}
