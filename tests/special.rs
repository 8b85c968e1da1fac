//! Files that leaklint reads by itself and that have no end: pipes nobody writes to, links to devices, too many bytes.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs::File;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use project::Project;
use said::Said;

/// An error in line 1.
const HANGS: &str = "void (async () => { await new Promise(() => {}); })();\n";

/// What any of these runs may take, on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_mins(1);

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn zero(path: &Path) {
    symlink("/dev/zero", path).unwrap();
}

/// A regular file of two megabytes that holds a line of use.
fn large(path: &Path) {
    std::fs::write(path, format!("a.js\n{}", "# comment\n".repeat(200_000))).unwrap();
}

type Make = fn(&Path);
const KINDS: [(&str, Make); 3] =
    [("a pipe", pipe as Make), ("a device", zero as Make), ("a large file", large as Make)];

/// Runs a command that has to come to an end.
fn ends(command: &mut Command) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let files = (File::create(at("out")).unwrap(), File::create(at("err")).unwrap());
    let mut child = command.stdout(files.0).stderr(files.1).spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{command:?} does not come to an end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.signal().is_none(), "{command:?}: {status}");
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    Said::from(Output { status, stdout: read("out"), stderr: read("err") })
}

fn check(project: &Project, arguments: &[&str]) -> Said {
    ends(&mut project.command(&[&["check", "--format", "concise"], arguments].concat()))
}

#[test]
fn ignore_files_are_passed_over_by_name() {
    for name in [".gitignore", ".leaklintignore", ".ignore", ".git/info/exclude", "src/.gitignore"] {
        for (kind, make) in KINDS {
            let project = Project::new(&[("src/a.js", HANGS), ("src/b.js", "1;\n")]);
            std::fs::create_dir_all(project.path().join(name).parent().unwrap()).unwrap();
            make(&project.path().join(name));
            let said = check(&project, &[]);
            assert_eq!((said.code, said.out.lines().count()), (1, 1), "{name} is {kind}: {}", said.err);
            let why = if kind == "a large file" { "larger than 1 MiB" } else { "not a regular file" };
            let note = format!("note: {name}: ignore file skipped: {why}\n");
            assert!(said.err.contains(&note), "{name} is {kind}: {}", said.err);
            assert_eq!(check(&project, &["--no-ignore"]).code, 1);
        }
    }
}

#[test]
fn ignore_files_above_the_folder_too() {
    for (kind, make) in KINDS {
        let project = Project::new(&[("inner/src/a.js", HANGS)]);
        make(&project.path().join(".gitignore"));
        let mut command = project.command(&["check", "--format", "concise"]);
        let said = ends(command.current_dir(project.path().join("inner")));
        assert!(said.code == 1 && said.err.contains(".gitignore: ignore file skipped"), "{kind}: {}", said.err);
    }
}

#[test]
fn the_ignore_file_of_all_repositories() {
    for (kind, make) in KINDS {
        for name in ["git/ignore", "git/config"] {
            let project = Project::new(&[("a.js", HANGS), ("home/git/x", "")]);
            make(&project.path().join("home").join(name));
            let mut command = project.command(&["check", "--format", "concise"]);
            let said = ends(command.env("XDG_CONFIG_HOME", project.path().join("home")).env("HOME", "/nonexistent"));
            assert!(said.code == 1 && said.err.contains("ignore file skipped"), "{name} is {kind}: {}", said.err);
        }
    }
}

#[test]
fn a_link_to_a_regular_ignore_file_is_followed() {
    let project = Project::new(&[("a.js", HANGS), ("shared", "a.js\n")]);
    symlink("shared", project.path().join(".gitignore")).unwrap();
    assert_eq!(check(&project, &[]).code, 0);
    // So is one that is there and says nothing.
    std::fs::remove_file(project.path().join(".gitignore")).unwrap();
    symlink("/dev/null", project.path().join(".gitignore")).unwrap();
    assert_eq!(check(&project, &[]).code, 1);
}

#[test]
fn work_trees_find_their_exclude_file_or_pass_it_over() {
    let files = [("a.js", HANGS), (".git", "gitdir: ../main/.git/worktrees/x\n")];
    let shared = [("main/.git/worktrees/x/commondir", "../..\n"), ("main/.git/info/exclude", "a.js\n")];
    let project = Project::new(&shared);
    for (path, text) in files {
        project.write(&format!("tree/{path}"), text.as_bytes());
    }
    let run = || ends(project.command(&["check"]).current_dir(project.path().join("tree")));
    assert_eq!(run().code, 0);
    for path in ["main/.git/worktrees/x/commondir", "tree/.git"] {
        std::fs::remove_file(project.path().join(path)).unwrap();
        pipe(&project.path().join(path));
        assert_eq!(run().code, 1, "{path}");
    }
}

#[test]
fn settings_of_packages_and_compilers() {
    for name in ["package.json", "tsconfig.json", "base.json", "lib/package.json", "node_modules/p/package.json"] {
        for (kind, make) in KINDS {
            let project = Project::new(&[
                ("a.ts", "import { b } from './lib/b';\nimport p from 'p';\nb(p);\n"),
                ("lib/b.ts", HANGS),
                ("node_modules/p/index.js", "module.exports = 1;\n"),
            ]);
            if name == "base.json" {
                project.write("tsconfig.json", br#"{ "extends": "./base.json", "compilerOptions": { "paths": {} } }"#);
            }
            make(&project.path().join(name));
            let said = check(&project, &[]);
            assert!(said.out.contains("lib/b.ts:1:"), "{name} is {kind}: {} {}", said.code, said.err);
        }
    }
}

#[test]
fn what_is_named_is_refused() {
    let cases: [(&str, &[&str]); 5] = [
        ("known.json", &["--baseline", "known.json"]),
        ("known.json", &["--baseline", "known.json", "--update-baseline"]),
        ("own.json", &["--config", "own.json"]),
        ("leaklint.json", &[]),
        ("own.toml", &["--config", "names.json"]),
    ];
    for (name, arguments) in cases {
        for (kind, make) in KINDS {
            let project = Project::new(&[("a.js", HANGS), ("names.json", r#"{ "apis": ["own.toml"] }"#)]);
            make(&project.path().join(name));
            let said = check(&project, arguments);
            assert!(said.code == 2 && said.err.contains(name), "{name} is {kind}: {} {}", said.code, said.err);
        }
    }
    for arguments in [&["init"][..], &["config"]] {
        for (_, make) in KINDS {
            let project = Project::new(&[("a.js", "1;\n")]);
            make(&project.path().join("package.json"));
            ends(&mut project.command(arguments));
        }
    }
}

#[test]
fn the_cache_is_read_and_written_as_files() {
    for (kind, make) in KINDS {
        let project = Project::new(&[("a.js", HANGS), ("kept/x", "")]);
        for shard in 0..16 {
            make(&project.path().join(format!("kept/{shard:02}.facts")));
        }
        symlink("../victim", project.path().join("kept/.gitignore")).unwrap();
        for _ in 0..2 {
            let said = check(&project, &["--cache-dir", "kept"]);
            assert_eq!(said.code, 1, "{kind}: {}", said.err);
        }
        assert!(!project.path().join("victim").exists());
    }
}

#[test]
fn source_files_that_are_none() {
    for (kind, make) in &KINDS[..2] {
        let project = Project::new(&[("a.js", HANGS)]);
        make(&project.path().join("b.js"));
        assert_eq!(check(&project, &[]).code, 1, "{kind}");
        let said = check(&project, &["b.js"]);
        assert!(said.code == 2 && said.out.contains("not a regular file"), "{kind}: {}{}", said.out, said.err);
    }
}

#[test]
fn lists_come_from_pipes_when_the_user_names_them() {
    let project = Project::new(&[("a.js", HANGS), ("b c.js", HANGS), ("d.js", HANGS)]);
    let run = |script: &str| {
        let mut command = Command::new("bash");
        let script = script.replace("LIST", "--files-from");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_leaklint")]).current_dir(project.path());
        ends(command.stdin(Stdio::null())).out
    };
    let two = |out: &str| {
        assert_eq!(out.lines().map(|l| l.split(':').next().unwrap()).collect::<Vec<_>>(), ["a.js", "b c.js"]);
    };
    two(&run("\"$0\" check -f concise LIST <(printf 'a.js\\nb c.js\\n')"));
    two(&run("\"$0\" check -f concise LIST <(printf 'a.js\\0b c.js\\0')"));
    two(&run("printf 'a.js\\r\\nb c.js' | \"$0\" check -f concise LIST -"));
    two(&run("printf 'a.js\\nb c.js\\n' | \"$0\" check -f concise LIST /dev/stdin"));
    two(&run("mkfifo named; printf 'a.js\\nb c.js\\n' > named & \"$0\" check -f concise LIST named"));
    let said = check(&project, &["--files-from", "/dev/zero"]);
    assert!(said.code == 2 && said.err.contains("the list of files is too large"), "{}", said.err);
    let said = check(&project, &["--files-from", "."]);
    assert!(said.code == 2 && said.err.contains("cannot be read"), "{}", said.err);
}
