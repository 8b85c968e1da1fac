//! Node itself judges the fixtures: what we call a leak must leak, and what we call innocent must not.
//!
//! `LEAKLINT_FIXTURES=unbounded-cache cargo test --test node` judges one folder.

mod tree;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tree::{entries, name, root, shown};

#[test]
fn convicts_leaks_and_acquits_the_others() {
    if let Err(error) = Command::new("node").arg("--version").output() {
        assert!(std::env::var_os("CI").is_none(), "node is needed here and cannot be started: {error}");
        eprintln!("node cannot be started ({error}): the fixtures were not judged");
        return;
    }
    let fixtures = fixtures();
    assert!(!fixtures.is_empty(), "no fixture was found");
    let verdicts = verdicts(&fixtures);
    let wrong: Vec<String> = verdicts.iter().filter_map(complaint).collect();
    assert!(wrong.is_empty(), "{} of {} fixtures:\n{}", wrong.len(), fixtures.len(), wrong.join("\n"));
    assert_eq!(verdicts.len(), fixtures.len(), "each fixture has one verdict");
}

/// Every `leak_*` and `ok_*` file that Node can run, sorted.
fn fixtures() -> Vec<PathBuf> {
    let only = std::env::var("LEAKLINT_FIXTURES").unwrap_or_default();
    let mut found = Vec::new();
    for folder in entries(&root().join("fixtures"), "") {
        if !folder.is_dir() || !(only.is_empty() || folder.ends_with(&only)) {
            continue;
        }
        // Open files are counted through /dev/fd, which Windows does not have.
        if cfg!(windows) && folder.ends_with("pipe-without-cleanup") {
            continue;
        }
        found.extend(entries(&folder, "").into_iter().filter(|file| {
            let name = name(file);
            let runs = file.extension().is_some_and(|e| e == "mjs" || e == "cjs");
            runs && (name.starts_with("leak_") || name.starts_with("ok_"))
        }));
    }
    found
}

/// Two at a time: more of them would disturb each other's measurements.
fn verdicts(fixtures: &[PathBuf]) -> Vec<Value> {
    let output = Command::new("node")
        .arg(root().join("tests/prove.mjs"))
        .args(["--jobs", "2"])
        .args(fixtures)
        .output()
        .expect("node runs");
    let text = String::from_utf8(output.stdout).expect("verdicts are text");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is one verdict")).collect()
}

/// One row of the table, when the verdict is not the expected one.
fn complaint(verdict: &Value) -> Option<String> {
    let field = |key: &str| verdict[key].as_str().unwrap_or_default();
    let file = Path::new(field("fixture"));
    let expected = match field("expected") {
        _ if name(file).starts_with("ok_") => "OK",
        "" => "LEAK",
        other => other,
    };
    if field("verdict") == expected {
        return None;
    }
    let place = shown(file);
    Some(format!(
        "{place}: expected {expected}, Node says {} after {} steps ({})",
        field("verdict"),
        verdict["steps"],
        field("evidence")
    ))
}
