//! Node itself judges the fixtures: what we call a leak must leak, and what we call innocent must not.
//!
//! `LEAKLINT_FIXTURES=unbounded-cache cargo test --test node` judges one folder.
//!
//! Fixtures may import the packages of `fixtures/package.json`, which are installed below the target folder. A fixture
//! that begins with `// unproven: <why>` needs what is not here, a server say: it is counted, not judged.

mod tree;

use std::collections::BTreeMap;
use std::fs::File;
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
    let (unproven, fixtures): (Vec<PathBuf>, Vec<PathBuf>) = fixtures().into_iter().partition(|f| is_unproven(f));
    assert!(!fixtures.is_empty(), "no fixture was found");
    if std::env::var_os("LEAKLINT_FIXTURES").is_none() {
        assert_eq!(unproven.len(), UNPROVEN, "the number of fixtures that Node does not judge");
    }
    let _turn = turn();
    let Some((fixtures, originals)) = with_packages(fixtures) else { return };
    let wrong = complaints(&fixtures, &originals);
    assert!(wrong.is_empty(), "{} of {} fixtures:\n{}", wrong.len(), fixtures.len(), wrong.join("\n"));
}

/// What is repaired as we propose must not leak any more.
#[test]
fn acquits_leaks_that_are_fixed() {
    if Command::new("node").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "node is needed here");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixed");
    let mut fixed = Vec::new();
    for fixture in fixtures().into_iter().filter(|f| name(f).starts_with("leak_") && !is_unproven(f)) {
        let rule = name(fixture.parent().expect("a folder"));
        let judged = !BY_TIME.contains(&rule.as_str()) && !PARTLY.contains(&name(&fixture).as_str());
        let Some(text) = judged.then(|| repaired(&fixture)).flatten() else { continue };
        let home = folder.join(rule);
        std::fs::create_dir_all(&home).expect("a folder for repaired fixtures");
        let copy = home.join(format!("ok_fixed_{}", name(&fixture)));
        std::fs::write(&copy, text).expect("a repaired fixture");
        for part in
            entries(fixture.parent().expect("a folder"), "").into_iter().filter(|f| name(f).starts_with("part_"))
        {
            std::fs::copy(&part, home.join(name(&part))).expect("what the fixture imports");
        }
        fixed.push(copy);
    }
    assert!(fixed.len() > 20 || std::env::var_os("LEAKLINT_FIXTURES").is_some(), "{} repaired fixtures", fixed.len());
    let _turn = turn();
    let Some((fixed, originals)) = with_packages(fixed) else { return };
    let wrong = complaints(&fixed, &originals);
    assert!(wrong.is_empty(), "{} of {} repaired fixtures:\n{}", wrong.len(), fixed.len(), wrong.join("\n"));
}

/// The right to install packages and to measure, given back when it is dropped. It is a locked file because runners such
/// as nextest give each test a process: two installs would overwrite each other, two measurements disturb each other.
fn turn() -> File {
    let turn = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("turn.lock")).expect("a file to lock");
    turn.lock().expect("a turn");
    turn
}

/// Rules whose fixes let things go after a time, which is longer than Node looks on.
const BY_TIME: [&str; 2] = ["unbounded-cache-library", "session-memory-store"];

/// What is rejected on `error` still hangs when it is closed without one, as this fixture does.
const PARTLY: [&str; 1] = ["leak_stream_of_anyone.mjs"];

/// The fixture with the first fix of each of its findings; `None` unless all of them have one. The bounds are lowered so
/// that they are reached while Node looks on.
fn repaired(fixture: &Path) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_leaklint"))
        .args(["check", "--format", "json", &shown(fixture)])
        .current_dir(root())
        .output()
        .expect("leaklint runs");
    let said: Value = serde_json::from_slice(&output.stdout).expect("findings are JSON");
    let findings = said["findings"].as_array().expect("a list of findings");
    let mut edits = Vec::new();
    for finding in findings {
        for edit in finding["fixes"].get(0)?["edits"].as_array().expect("a list of edits") {
            let at =
                |end: &str| usize::try_from(edit[end]["offset"].as_u64().expect("an offset")).expect("a short file");
            let text = edit["text"].as_str().expect("a text").replace("1000", "40");
            edits.push((at("start"), at("end"), text));
        }
    }
    edits.sort();
    edits.dedup();
    let mut text = std::fs::read_to_string(fixture).expect("a fixture is text");
    for (start, end, new) in edits.iter().rev() {
        text.replace_range(*start..*end, new);
    }
    (!edits.is_empty()).then_some(text)
}

/// Fixtures that begin with `// unproven:`. Who adds one says so here.
const UNPROVEN: usize = 77;

fn is_unproven(fixture: &Path) -> bool {
    let text = std::fs::read_to_string(fixture).expect("a fixture is text");
    match text.lines().next().and_then(|line| line.strip_prefix("// unproven:")) {
        Some(why) => {
            assert!(!why.trim().is_empty(), "{}: says not why it is unproven", shown(fixture));
            true
        }
        None => false,
    }
}

/// The fixtures to run, and by copy what each was copied from. Those that import packages run from a copy beside these.
/// `None` where packages are needed and cannot be had, which the tests of a change may not put up with.
fn with_packages(fixtures: Vec<PathBuf>) -> Option<(Vec<PathBuf>, BTreeMap<PathBuf, PathBuf>)> {
    let manifest = std::fs::read_to_string(root().join("fixtures/package.json")).expect("a list of packages");
    let listed: Value = serde_json::from_str(&manifest).expect("the list of packages is JSON");
    let packages: Vec<&String> = listed["dependencies"].as_object().expect("dependencies").keys().collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    let mut originals = BTreeMap::new();
    let mut all = Vec::new();
    for fixture in fixtures {
        let text = std::fs::read_to_string(&fixture).expect("a fixture is text");
        let imports = |package: &&&String| {
            let starts = [format!("from '{package}"), format!("require('{package}")];
            starts.iter().any(|start| text.split(start.as_str()).skip(1).any(|rest| rest.starts_with(['\'', '/'])))
        };
        if packages.iter().find(imports).is_none() {
            all.push(fixture);
            continue;
        }
        let home = folder.join(name(fixture.parent().expect("a folder")));
        std::fs::create_dir_all(&home).expect("a folder for copies");
        let copy = home.join(name(&fixture));
        std::fs::copy(&fixture, &copy).expect("a copy");
        originals.insert(copy.clone(), fixture);
        all.push(copy);
    }
    if !originals.is_empty() && !install(&folder, &manifest) {
        assert!(std::env::var_os("CI").is_none(), "npm could not install the packages of the fixtures");
        eprintln!("npm could not install the packages of the fixtures: none was judged");
        return None;
    }
    Some((all, originals))
}

/// Installs the packages, unless that was done before; whether they are there.
fn install(folder: &Path, manifest: &str) -> bool {
    let done = folder.join("installed.json");
    if std::fs::read_to_string(&done).is_ok_and(|before| before == manifest) {
        return true;
    }
    std::fs::write(folder.join("package.json"), manifest).expect("a list of packages");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let quiet = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    // What an interrupted install left behind would pass for installed.
    let stale = folder.join("node_modules");
    if stale.exists() {
        std::fs::remove_dir_all(stale).expect("old packages go");
    }
    let installed = Command::new(npm).args(quiet).current_dir(folder).status().is_ok_and(|status| status.success());
    if installed {
        std::fs::write(&done, manifest).expect("a note of what is installed");
    }
    installed
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

/// What is wrong with the verdicts on all fixtures. Whoever gets a surprising one is heard again, alone and at leisure:
/// on a busy machine too few steps fit into the time, and steps that end pass for steps that hang.
fn complaints(fixtures: &[PathBuf], originals: &BTreeMap<PathBuf, PathBuf>) -> Vec<String> {
    let first = verdicts(fixtures, "2", "1");
    assert_eq!(first.len(), fixtures.len(), "each fixture has one verdict");
    let surprising = first.iter().filter(|verdict| complaint(verdict, originals).is_some());
    let again: Vec<PathBuf> = surprising.filter_map(|v| v["fixture"].as_str()).map(PathBuf::from).collect();
    if again.is_empty() {
        return Vec::new();
    }
    let second = verdicts(&again, "1", "5");
    assert_eq!(second.len(), again.len(), "each fixture has one verdict");
    second.iter().filter_map(|verdict| complaint(verdict, originals)).collect()
}

/// Two jobs at most: more of them would disturb each other's measurements.
fn verdicts(fixtures: &[PathBuf], jobs: &str, patience: &str) -> Vec<Value> {
    let output = Command::new("node")
        .arg(root().join("tests/prove.mjs"))
        .args(["--jobs", jobs])
        .args(fixtures)
        .env("PROVE_PATIENCE", patience)
        .output()
        .expect("node runs");
    let text = String::from_utf8(output.stdout).expect("verdicts are text");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is one verdict")).collect()
}

/// One row of the table, when the verdict is not the expected one.
fn complaint(verdict: &Value, originals: &BTreeMap<PathBuf, PathBuf>) -> Option<String> {
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
    let place = shown(originals.get(file).map_or(file, PathBuf::as_path));
    Some(format!(
        "{place}: expected {expected}, Node says {} after {} steps ({})",
        field("verdict"),
        verdict["steps"],
        field("evidence")
    ))
}
