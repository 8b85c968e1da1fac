//! What the documents promise: the README's finding is real, its commands are the ones we run, its links lead somewhere.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod said;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use said::Said;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The insides of the README's code blocks in this language.
fn blocks(language: &str) -> Vec<String> {
    let readme = text("README.md");
    let parts: Vec<&str> = readme.split("```").collect();
    let inside = parts.iter().skip(1).step_by(2).filter_map(|part| part.strip_prefix(&format!("{language}\n")));
    inside.map(str::to_owned).collect()
}

fn leaklint(arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leaklint"));
    Said::from(command.args(arguments).current_dir(root()).env_clear().output().unwrap())
}

#[test]
fn the_pasted_finding_is_what_the_first_command_prints() {
    let command = &blocks("sh")[0];
    let arguments = command.trim().strip_prefix("cargo run --release -- ").expect("the first command runs leaklint");
    let began = Instant::now();
    let said = leaklint(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(said.code, 1);
    // The README says: less than a second. This is a build without optimisation, on a machine that does other things too.
    assert!(began.elapsed() < Duration::from_secs(10), "the first command takes {:?}", began.elapsed());
    let pasted = &blocks("text")[0];
    assert!(said.out.contains(pasted.as_str()), "README shows\n{pasted}\nbut the command prints\n{}", said.out);
    assert!(pasted.starts_with("error[") && pasted.contains("leaklint explain"), "the finding is shown as a whole");
    assert!(said.err.starts_with("2 errors, 2 warnings in 8 files ("), "four findings, says the README: {}", said.err);
}

#[test]
fn one_command_tests_and_it_is_the_one_that_decides() {
    let commands = blocks("sh");
    let commands: Vec<&str> = commands.iter().map(|command| command.trim()).collect();
    assert_eq!(commands[1], "cargo test");
    let script = text(".ci/run");
    let run: Vec<&str> = script.lines().filter(|line| line.starts_with("cargo ") && !line.contains("||")).collect();
    assert_eq!(run, [commands[1], "cargo fmt --check", "cargo clippy --all-targets -- -D warnings"]);
}

#[cfg(unix)]
#[test]
fn the_script_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(root().join(".ci/run")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}

#[test]
fn links_and_the_map_lead_somewhere() {
    for page in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "rules/README.md"] {
        let folder = root().join(page).parent().unwrap().to_owned();
        for link in text(page).split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap();
            let there = target.is_empty() || target.starts_with("https://") || folder.join(target).exists();
            assert!(there, "{page}: the link to {target} leads nowhere");
        }
    }
    let map = blocks("text").pop().unwrap();
    for path in map.split([' ', '\n', ',', ';']).filter(|word| word.contains('/')) {
        assert!(root().join(path).exists(), "the map shows {path}, which is not there");
    }
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(path.is_dir() || map.contains(&format!("src/{name}")), "the map does not show src/{name}");
    }
}

#[test]
fn the_allowing_comments_shown_are_understood() {
    let shown = blocks("js").join("\n");
    let (_, notices) = leaklint::lint_text("a.js", &shown, leaklint::finding::Confidence::Guess);
    for notice in notices {
        assert!(notice.message.starts_with("unused `leaklint-ignore`"), "{}", notice.message);
    }
}
