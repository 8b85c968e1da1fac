//! A worker that dies of one file takes nothing else with it. The deaths are real: the build of the tests can be told to
//! overflow its stack, or to abort, when it comes to a file.

#![cfg(debug_assertions)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use project::Project;
use said::Said;

const LEAK: &str = "const m = new Map(); export function f(req) { m.set(req.ip, 1); }\n";

fn project() -> Project {
    Project::new(&[("a.js", LEAK), ("b.js", LEAK), ("c.js", LEAK), ("sub/d.js", LEAK)])
}

fn crash(project: &Project, deaths: &str, arguments: &[&str]) -> Said {
    let mut command = project.command(&[&["check", "--format", "concise"], arguments].concat());
    Said::from(command.env("LEAKLINT_TEST_CRASH", deaths).output().unwrap())
}

/// The files that findings are in.
fn found(said: &Said) -> Vec<&str> {
    let findings = said.out.lines().filter(|line| line.contains("[unbounded-cache]"));
    findings.filter_map(|line| line.split_once(':')).map(|(file, _)| file).collect()
}

/// How often it is said, in the report or beside it, that the analysis of a file crashed.
fn crashes(said: &Said, file: &str) -> usize {
    let lines = said.out.lines().chain(said.err.lines());
    let told = lines.filter(|line| line.contains("the analysis of this file crashed"));
    told.filter(|line| line.trim_start_matches("error: ").starts_with(&format!("{file}:"))).count()
}

#[test]
fn the_findings_of_other_files_are_printed() {
    for threads in ["1", "2", "8"] {
        for how in ["overflow", "abort"] {
            let said = crash(&project(), &format!("{how}:b.js"), &["--threads", threads, "."]);
            assert_eq!(found(&said), ["a.js", "c.js", "sub/d.js"], "{}", said.err);
            assert_eq!(said.code, 2, "{}", said.err);
            assert_eq!(crashes(&said, "b.js"), 1, "{}{}", said.out, said.err);
        }
    }
}

#[test]
fn several_files_may_crash() {
    let said = crash(&project(), "overflow:b.js,abort:sub/d.js", &["."]);
    assert_eq!(found(&said), ["a.js", "c.js"], "{}", said.err);
    assert_eq!(said.code, 2);
    for file in ["b.js", "sub/d.js"] {
        assert_eq!(crashes(&said, file), 1, "{}{}", said.out, said.err);
    }
}

#[test]
fn reports_of_machines_say_it_too() {
    let project = project();
    let mut command = project.command(&["check", "--format", "json", "--output", "r.sarif", "."]);
    let said = Said::from(command.env("LEAKLINT_TEST_CRASH", "abort:a.js").output().unwrap());
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
    assert!(said.out.contains("the analysis of this file crashed"), "{}", said.out);
    let sarif = std::fs::read_to_string(project.path().join("r.sarif")).unwrap();
    assert!(sarif.contains("the analysis of this file crashed"), "{sarif}");
}

#[test]
fn a_rule_that_crashes_is_left_out() {
    let said = crash(&project(), "overflow:unbounded-cache", &["--threads", "2", "."]);
    assert_eq!(said.code, 2);
    assert!(said.out.contains("internal error in rule `unbounded-cache`"), "{}{}", said.out, said.err);
}

#[test]
fn standard_input_may_crash() {
    let project = project();
    let arguments = ["check", "--format", "concise", "--stdin-filename", "x.js", "-"];
    let mut command = project.command(&arguments);
    command.env("LEAKLINT_TEST_CRASH", "overflow:x.js");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(LEAK.as_bytes()).unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!(said.code, 2);
    assert_eq!(crashes(&said, "x.js"), 1, "{}{}", said.out, said.err);
    // And what does not crash comes through.
    let said = project.stdin(&arguments, LEAK.as_bytes());
    assert_eq!((said.code, found(&said)), (1, vec!["x.js"]));
}

#[test]
fn watching_goes_on_and_tries_a_changed_file_again() {
    let project = project();
    let mut command = project.command(&["check", "--watch", "--format", "pretty", "--color", "never", "."]);
    command.env("LEAKLINT_TEST_CRASH", "abort:b.js").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let crashed = |line: &String| line.contains("b.js: the analysis of this file crashed");
    assert!(lines.by_ref().any(|line| crashed(&line)));
    assert!(lines.by_ref().any(|line| line.starts_with("watching ")));
    project.write("b.js", format!("{LEAK}{LEAK}").replace("const", "var").as_bytes());
    // It is read again, and crashes again.
    assert!(lines.by_ref().any(|line| crashed(&line)));
    child.kill().unwrap();
    child.wait().unwrap();
    // The worker ends with its supervisor, and lets go of the pipe.
    assert!(!lines.any(|line| line.contains("no such line")));
}

#[test]
fn nothing_stays_behind() {
    let project = project();
    let folder = project.path().join("tmp");
    std::fs::create_dir(&folder).unwrap();
    let mut command = project.command(&["check", "."]);
    command.env("TMPDIR", &folder).env("TMP", &folder).env("LEAKLINT_TEST_CRASH", "abort:b.js");
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn without_a_folder_for_notes_the_work_is_done() {
    let project = project();
    let mut command = project.command(&["check", "--format", "concise", "."]);
    let said = Said::from(command.env("TMPDIR", "/nowhere/at/all").output().unwrap());
    assert_eq!((said.code, found(&said).len()), (1, 4), "{}", said.err);
    command.env("LEAKLINT_TEST_CRASH", "abort:b.js");
    let said = Said::from(command.output().unwrap());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("error: the analysis crashed (signal 6)"), "{}", said.err);
}
