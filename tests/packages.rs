//! The packages, built here and installed for real from local files: npm, wheel, crate; and what describes them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod tools;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tools::{CLEAN, LEAK, alone, binary, kept, npm, path, python, root, run, said, turn, yaml};

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn strings<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeSet<String> {
    values.into_iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

/// A folder with the leaky and the clean file.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("leak.mjs"), LEAK).unwrap();
    std::fs::write(folder.path().join("clean.mjs"), CLEAN).unwrap();
    folder
}

/// The command finds the leak of the project, and nothing in its clean file.
fn judges(folder: &Path, start: impl Fn() -> Command) {
    let check = |file: &str| -> Output {
        let mut command = start();
        command.args(["check", "--format", "concise", file]);
        alone(&mut command, folder).output().unwrap()
    };
    let leak = check("leak.mjs");
    assert_eq!(leak.status.code(), Some(1), "{}", said(&leak));
    assert!(String::from_utf8_lossy(&leak.stdout).contains("leak.mjs:6:3"), "{}", said(&leak));
    let clean = check("clean.mjs");
    assert_eq!((clean.status.code(), clean.stdout.len()), (Some(0), 0), "{}", said(&clean));
    let none = check("none.mjs");
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));
    let mut command = start();
    assert_eq!(run(alone(command.arg("--version"), folder)), concat!("leaklint ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn all_say_the_same_version_and_the_same_platforms() {
    let main = json("npm/leaklint/package.json");
    assert_eq!(main["version"], env!("CARGO_PKG_VERSION"));
    let optional = main["optionalDependencies"].as_object().unwrap();
    assert!(optional.values().all(|version| version == env!("CARGO_PKG_VERSION")), "{optional:?}");
    let platforms = json("npm/platforms.json");
    let rows = platforms.as_array().unwrap();
    assert_eq!(strings(rows.iter().map(|row| &row["name"])), optional.keys().cloned().collect());
    let Some(bin) = python() else { return };
    let release = yaml(&bin, ".github/workflows/release.yml");
    let matrix = release["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    assert_eq!(strings(matrix.iter().map(|row| &row["target"])), strings(rows.iter().map(|row| &row["target"])));
    assert_eq!(release["permissions"], serde_json::json!({ "contents": "read" }));
    for file in ["release", "ci"] {
        let workflow = yaml(&bin, &format!(".github/workflows/{file}.yml"));
        let jobs = workflow["jobs"].as_object().unwrap().values();
        let steps = jobs.flat_map(|job| job["steps"].as_array().unwrap());
        let uses = strings(steps.filter_map(|step| step.get("uses")));
        assert!(!uses.is_empty() && uses.iter().all(|action| action.contains("@v")), "{file}: {uses:?}");
    }
}

/// The tarballs of the main package and of this platform.
fn tarballs(out: &Path) -> Vec<PathBuf> {
    let mut host = std::ffi::OsString::from("host=");
    host.push(binary());
    let mut command = Command::new("node");
    let printed = run(command.arg(root().join("npm/pack.mjs")).arg(out).arg(host));
    printed.lines().map(PathBuf::from).collect()
}

/// `npm install` of these files, without asking the registry for anything.
fn install(folder: &Path, files: &[PathBuf]) {
    std::fs::write(folder.join("package.json"), "{ \"private\": true }").unwrap();
    let mut command = Command::new("npm");
    command.args(["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"]).args(files);
    run(alone(&mut command, folder));
}

#[test]
fn npm_installs_it_and_npx_runs_it() {
    if !npm() {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let files = tarballs(out.path());
    assert_eq!(files.len(), 2);
    let project = project();
    install(project.path(), &files);
    judges(project.path(), || {
        let mut command = Command::new("npx");
        command.args(["--offline", "leaklint"]);
        command
    });
    let main = project.path().join("node_modules/leaklint");
    for file in ["README.md", "LICENSE", "bin/leaklint.js"] {
        assert!(main.join(file).exists(), "the package has no {file}");
    }
}

#[test]
fn without_its_binary_the_launcher_says_what_to_do() {
    if !npm() {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let project = project();
    install(project.path(), &tarballs(out.path())[..1]);
    let launcher = || {
        let mut command = Command::new("node");
        command.arg("node_modules/leaklint/bin/leaklint.js");
        command
    };
    let mut command = launcher();
    let output = alone(command.arg("--version"), project.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("@leaklint/") && message.contains("--include=optional leaklint@"), "{message}");
    judges(project.path(), || {
        let mut command = launcher();
        command.env("LEAKLINT_BINARY", binary());
        command
    });
    let mut command = launcher();
    let output = alone(command.env("LEAKLINT_BINARY", "none"), project.path()).output().unwrap();
    assert_eq!(
        (output.status.code(), said(&output).contains("cannot start none")),
        (Some(2), true),
        "{}",
        said(&output)
    );
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_launcher_and_the_binary() {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    let folder = project();
    let script = folder.path().join("start");
    let text = format!("#!/bin/sh\n: > started\nexec '{}' \"$@\"\n", binary().display());
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("node");
    command.arg(root().join("npm/leaklint/bin/leaklint.js")).args(["check", "--stdin-filename", "a.mjs", "-"]);
    command.env("LEAKLINT_BINARY", &script).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = alone(&mut command, folder.path()).spawn().unwrap();
    // The binary waits for standard input; the launcher needs a moment to start it.
    let started = || folder.path().join("started").exists();
    for _ in 0..400 {
        if started() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(started(), "the binary was not started");
    run(Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]));
    let mut rest = String::new();
    // Ends only when both have let go of standard output.
    child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(15) || status.code().is_some_and(|code| code > 2), "{status:?}");
}

/// The wheel of this checkout, built as pip does it, with the dependencies that are built already.
fn wheel(bin: &Path) -> PathBuf {
    let _turn = turn();
    let out = kept("wheel");
    std::fs::remove_dir_all(&out).unwrap();
    let mut command = Command::new(bin.join("python"));
    command
        .args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir"])
        .arg(&out);
    command.arg(root()).env("MATURIN_PEP517_ARGS", "--profile dev").env("CARGO_TARGET_DIR", target());
    run(&mut command);
    let wheels: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(wheels.len(), 1, "{wheels:?}");
    wheels[0].clone()
}

/// Where cargo builds: the folder above the one of the profile.
fn target() -> PathBuf {
    binary().ancestors().nth(2).unwrap().to_owned()
}

#[test]
fn pip_and_uvx_install_the_wheel_and_a_hook_of_pre_commit_does() {
    let Some(bin) = python() else { return };
    let wheel = wheel(&bin);
    let named = format!("leaklint_js-{}-", env!("CARGO_PKG_VERSION"));
    assert!(wheel.file_name().unwrap().to_string_lossy().starts_with(&named), "{}", wheel.display());
    let project = project();
    let fresh = project.path().join("venv");
    run(Command::new("python3").args(["-m", "venv"]).arg(&fresh));
    let inside = fresh.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"];
    run(Command::new(inside.join("python")).args(quiet).arg(&wheel));
    judges(project.path(), || Command::new(inside.join("leaklint")));
    judges(project.path(), || {
        let mut command = Command::new(bin.join("uvx"));
        command.args(["--offline", "--no-cache", "--from"]).arg(&wheel).arg("leaklint");
        command
    });
    hook(&bin, &wheel);
}

/// The hook as it is described here, tried by pre-commit, which makes an environment for it with the wheel.
fn hook(bin: &Path, wheel: &Path) {
    let hooks = tempfile::tempdir().unwrap();
    std::fs::copy(root().join(".pre-commit-hooks.yaml"), hooks.path().join(".pre-commit-hooks.yaml")).unwrap();
    let project = format!(
        "[project]\nname = \"hook\"\nversion = \"0\"\ndependencies = [\"leaklint-js @ file://{}\"]\n[tool.setuptools]\n\
         packages = []\n",
        wheel.display()
    );
    std::fs::write(hooks.path().join("pyproject.toml"), project).unwrap();
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message", "hooks"]] {
        run(tools::git(hooks.path()).args(arguments));
    }
    let tried = tempfile::tempdir().unwrap();
    run(tools::git(tried.path()).args(["init", "--quiet"]));
    let home = kept("tools").join("pre-commit");
    let go = |file: &str, text: &str| -> Output {
        std::fs::write(tried.path().join(file), text).unwrap();
        run(tools::git(tried.path()).args(["add", "--all"]));
        let mut command = Command::new(bin.join("pre-commit"));
        command.arg("try-repo").arg(hooks.path()).args(["leaklint", "--color", "never"]);
        alone(command.env("PATH", path(&[bin])).env("PRE_COMMIT_HOME", &home), tried.path()).output().unwrap()
    };
    let leak = go("server.mts", LEAK);
    assert_eq!(leak.status.code(), Some(1), "{}", said(&leak));
    assert!(said(&leak).contains("error[unbounded-cache]"), "{}", said(&leak));
    let clean = go("server.mts", CLEAN);
    assert_eq!(clean.status.code(), Some(0), "{}", said(&clean));
    assert!(said(&clean).contains("Passed"), "{}", said(&clean));
}

#[test]
fn the_crate_holds_what_it_needs_and_no_more() {
    let mut command = Command::new(env!("CARGO"));
    let printed = run(command.args(["package", "--list", "--allow-dirty", "--offline"]).current_dir(root()));
    let listed: BTreeSet<&str> = printed.lines().collect();
    let mut needed = vec!["README.md".to_owned(), "LICENSE".to_owned(), "Cargo.lock".to_owned()];
    for folder in ["src", "rules"] {
        files(&root().join(folder), &mut needed);
    }
    for file in &needed {
        assert!(listed.contains(file.as_str()), "{file} is not in the crate");
    }
    let extra: Vec<_> =
        listed.iter().filter(|file| file.starts_with("fixtures") || file.starts_with("tests")).collect();
    assert!(extra.is_empty(), "{extra:?}");
}

/// Adds the files below a folder, as seen from the top.
fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
}
