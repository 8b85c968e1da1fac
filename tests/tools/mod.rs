//! The tools of other people that the packages are tried with: installed below `target`, once, by whoever comes first.
//!
//! Where `CI` is set, their absence is a failure; on your machine it is said and passed over.

#![allow(dead_code, reason = "no test uses all of it")]

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What is installed with pip.
const PACKAGES: &str = "maturin==1.16.0 pre_commit==4.7.0 uv==0.13.9";

/// What fixed files are compiled with.
const TYPESCRIPT: &str = "typescript@5.9.3 @types/node@24.19.4 @types/react@19.3.3";

/// The top of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_leaklint"))
}

/// A folder for what tests download or build, kept from run to run.
pub fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The right to install or build, given back when it is dropped: a locked file, because runners may give each test a
/// process.
pub fn turn() -> File {
    let turn = File::create(kept("tools").join("turn.lock")).unwrap();
    turn.lock().unwrap();
    turn
}

/// Says that something is missing, which the tests of a change may not put up with.
fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what}");
    eprintln!("{what}: this test judged nothing");
}

/// The `bin` folder of a Python environment with maturin, pre-commit and uv.
pub fn python() -> Option<PathBuf> {
    let _turn = turn();
    let folder = kept("tools").join("python");
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|before| before == PACKAGES) {
        return Some(bin);
    }
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).output();
    if !made.is_ok_and(|output| output.status.success()) {
        missing("python3 with venv is needed");
        return None;
    }
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let output = Command::new(bin.join("python")).args(quiet).args(PACKAGES.split(' ')).output().unwrap();
    if !output.status.success() {
        missing(&format!("pip could not install {PACKAGES}: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    std::fs::write(&done, PACKAGES).unwrap();
    Some(bin)
}

/// A folder with TypeScript, and the types of Node and React.
pub fn typescript() -> Option<PathBuf> {
    let _turn = turn();
    let folder = kept("typescript");
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|before| before == TYPESCRIPT) {
        return Some(folder);
    }
    if !npm() {
        return None;
    }
    std::fs::write(folder.join("package.json"), "{\"name\":\"cases\",\"private\":true}").unwrap();
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let quiet = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    let output = Command::new(npm).args(quiet).args(TYPESCRIPT.split(' ')).current_dir(&folder).output().unwrap();
    if !output.status.success() {
        missing(&format!("npm could not install {TYPESCRIPT}: {}", said(&output)));
        return None;
    }
    std::fs::write(&done, TYPESCRIPT).unwrap();
    Some(folder)
}

/// Whether npm can be started.
pub fn npm() -> bool {
    let there = Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        missing("npm is needed");
    }
    there
}

/// A YAML file as JSON, read by the parser that pre-commit uses.
pub fn yaml(bin: &Path, path: &str) -> Value {
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let output = Command::new(bin.join("python")).args(["-c", script, path]).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The search path with these folders first.
pub fn path(first: &[&Path]) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = first.iter().map(|folder| (*folder).to_owned()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap()
}

/// Runs it to a good end and gives what it printed on standard output, without the newline at its end.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Both outputs, for messages.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// git in `folder`, as somebody, without the configuration of this machine.
pub fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    alone(&mut command, folder);
    command
}

/// Runs in `folder`, and sees neither a CI server nor how git is configured here.
pub fn alone<'c>(command: &'c mut Command, folder: &Path) -> &'c mut Command {
    for name in ["GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "test").env(format!("GIT_{role}_EMAIL"), "test@example.com");
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "").current_dir(folder)
}

/// A server that leaks, and the same one without its leak.
pub const LEAK: &str = "import http from 'node:http';\n\nconst seen = new Map();\n\nhttp.createServer((req, res) => {\n  \
                        seen.set(req.url, Date.now());\n  res.end(String(seen.size));\n});\n";
pub const CLEAN: &str =
    "import http from 'node:http';\n\nhttp.createServer((req, res) => {\n  res.end(req.url);\n});\n";
