//! Where reports go: files, several at once, files that cannot be written, and what is chosen in GitHub Actions.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs;

use project::Project;
use said::Said;
use serde_json::Value;

const LEAK: &str = "import http from 'node:http';
const seen = new Map();
http.createServer((req, res) => {
  seen.set(req.url, Date.now());
  res.end();
});
";

fn project() -> Project {
    Project::new(&[("src/a.js", LEAK)])
}

fn read(project: &Project, file: &str) -> String {
    fs::read_to_string(project.path().join(file)).unwrap()
}

#[test]
fn several_files_at_once_and_the_findings_in_the_terminal() {
    let project = project();
    let said = project.check(&["-o", "sarif=out/ci.json", "-o", "leaks.html", "--output", "junit=leaks.xml"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("error["), "{}", said.out);
    let sarif: Value = serde_json::from_str(&read(&project, "out/ci.json")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "error");
    assert!(read(&project, "leaks.html").starts_with("<!doctype html>"));
    assert!(read(&project, "leaks.xml").contains("<testsuites"));
    // Nothing half-written is left over.
    assert_eq!(fs::read_dir(project.path()).unwrap().count(), 4);
}

#[test]
fn a_file_takes_what_would_be_printed() {
    let project = project();
    let said = project.check(&["--format", "gitlab", "--output", "quality.json"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("1 error in 1 file"), "{}", said.err);
    assert!(read(&project, "quality.json").contains("\"check_name\""));
}

#[test]
fn what_cannot_be_written_is_said_and_printed() {
    let project = project();
    project.write("old.json/in.the.way", b"");
    for format in [&["--format", "json"][..], &[]] {
        let said = project.check(&[format, &["--output", "old.json"]].concat());
        assert_eq!(said.code, 2);
        assert!(said.err.contains("error: --output old.json: "), "{}", said.err);
        assert!(said.out.contains("unbounded-cache"), "{}", said.out);
    }
    assert!(project.path().join("old.json/in.the.way").exists());
}

#[test]
fn a_report_takes_the_place_of_an_earlier_one_only() {
    let project = project();
    project.write("clean.mjs", b"1;\n");
    let formats = ["pretty", "concise", "agent", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle"];
    for format in formats.into_iter().chain(["rdjson", "html"]) {
        let output = format!("{format}=report.out");
        let write = |paths: &[&str]| project.check(&[&["-q", "-o", output.as_str()], paths].concat());
        // With and without findings, over nothing, over an empty file, over each other.
        for paths in [&["src"][..], &["clean.mjs"], &["src"], &["src"]] {
            let said = write(paths);
            assert_ne!(said.code, 2, "{format}: {}", said.err);
        }
        for other in ["{ \"name\": \"app\", \"version\": \"1.0.0\" }\n", "# Notes\n", "[1, 2]", "\0\u{1}binary"] {
            project.write("report.out", other.as_bytes());
            let said = write(&["src"]);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{format}: {other}");
            assert!(
                said.err.contains("is no ") && said.err.contains("remove it, or name another file"),
                "{}",
                said.err
            );
            assert_eq!(read(&project, "report.out"), other);
        }
        project.write("report.out", b"");
        assert_eq!(write(&["src"]).code, 1, "{format}");
        fs::remove_file(project.path().join("report.out")).unwrap();
    }
}

#[test]
fn source_code_is_never_written_over() {
    let project = project();
    let names = ["src/a.js", "./src/../src/a.js", "new.js", "a.ts", "a.vue", "a.mjs", "A.TSX", "types.d.ts"];
    for name in names {
        let said = project.check(&["-o", &format!("json={name}")]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{name}");
        assert!(said.err.contains(&format!("--output {name}: this is a name of source code")), "{}", said.err);
    }
    assert_eq!(read(&project, "src/a.js"), LEAK);
    assert!(!project.path().join("new.js").exists());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("src/a.js", project.path().join("report.json")).unwrap();
        assert_eq!(project.check(&["-o", "report.json"]).code, 2);
        assert_eq!(read(&project, "src/a.js"), LEAK);
    }
}

#[test]
fn a_wrong_output_is_refused_before_anything_is_read() {
    let project = project();
    let said = project.check(&["--output", "sarrif=leaks.json"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("did you mean `sarif`?"), "{}", said.err);
    assert_eq!(fs::read_dir(project.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn links_lead_on_and_devices_are_written_to() {
    let project = project();
    let earlier = project.json(&[]).1.to_string();
    project.write("kept/real.json", earlier.as_bytes());
    std::os::unix::fs::symlink("kept/real.json", project.path().join("link.json")).unwrap();
    let said = project.check(&["-q", "-o", "json=link.json", "-o", "sarif=/dev/null"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(read(&project, "kept/real.json").starts_with("{\"version\":1"));
    assert!(project.path().join("link.json").is_symlink());
}

#[test]
fn github_actions_gets_annotations_unless_told_otherwise() {
    let project = project();
    let run = |arguments: &[&str], folder: &str| {
        let mut command = project.command(&[&["check"], arguments].concat());
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", project.path());
        Said::from(command.current_dir(project.path().join(folder)).output().unwrap())
    };
    assert!(run(&[], "").out.starts_with("::error file=src/a.js,line=4,"));
    assert!(run(&[], "src").out.starts_with("::error file=src/a.js,line=4,"), "paths start at the workspace");
    assert!(run(&["--format", "concise"], "").out.starts_with("src/a.js:4:"));
}

#[test]
fn agents_hear_of_a_clean_run() {
    let project = Project::new(&[("a.js", "1;\n")]);
    let said = project.check(&["--format", "agent"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "no leaks found in 1 file\n", ""));
}

#[test]
fn help_names_every_format() {
    let said = project().check(&["--help"]);
    for format in
        ["pretty", "concise", "vim", "agent", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle"]
    {
        assert!(said.out.contains(&format!("- {format}:")), "{format}");
    }
    assert!(said.out.contains("- rdjson:") && said.out.contains("- html:"));
}
