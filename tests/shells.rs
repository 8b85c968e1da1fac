//! What surrounds a run: completions, the manual page, help, closed pipes, watching.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use project::Project;

#[test]
fn completions_for_every_shell() {
    let project = Project::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = project.run(&["completions", shell]);
        assert_eq!(said.code, 0);
        assert!(said.out.contains("leaklint") && said.out.contains("update-baseline"), "{shell}");
    }
    assert_eq!(project.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn the_manual_page_names_the_commands() {
    let said = Project::new(&[]).run(&["man"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains(".TH leaklint 1") && said.out.contains("leaklint\\-check(1)"), "{}", said.out);
    let said = Project::new(&[]).run(&["man", "check"]);
    assert!(said.out.contains(".TH leaklint-check 1") && said.out.contains("staged"), "{}", said.out);
    assert_eq!(Project::new(&[]).run(&["man", "chek"]).code, 2);
}

#[test]
fn help_has_groups_and_examples() {
    let said = Project::new(&[]).run(&["check", "--help"]);
    for heading in
        ["Rules:", "Files:", "Changes:", "Known findings:", "Configuration:", "Output:", "Exit code:", "Examples:"]
    {
        assert!(said.out.contains(&format!("\n{heading}\n")), "{heading}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_is_no_error() {
    let project = Project::new(&[("a.js", "1;")]);
    for arguments in [&["completions", "bash"][..], &["man"], &["schema"], &["config"], &["check", "--show-files"]] {
        let mut child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn watching_runs_again_and_ends_when_interrupted() {
    let project = Project::new(&[("src/a.js", "1;")]);
    let mut command = project.command(&["check", "--watch", "--format", "concise"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |word: &str| assert!(said.by_ref().any(|line| line.contains(word)), "{word}");
    until("no leaks found in 1 file");
    until("watching");
    project.write("src/a.js", b"void (async () => { await new Promise(() => {}); })();\n");
    until("1 error in 1 file");
    until("watching");
    project.write("src/leaklint.json", b"{ \"rules\": [] }");
    until("src/leaklint.json:1:12");
    until("watching");
    project.write("src/leaklint.json", b"{ \"rules\": { \"all\": \"off\" } }");
    until("no leaks found in 1 file");
    let id = child.id().to_string();
    // Where tests run in the background, SIGINT is ignored by all that they start.
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let ended = child.wait().unwrap();
    assert!(!ended.success());
}
