//! What could not be checked is an entry of every format, with its place: syntax errors, files that cannot be read, and
//! files that nest too deep.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs;

use project::Project;
use said::Said;
use serde_json::Value;

/// Does not parse: the second `=` stands at column 15, 14 in characters, 22 in bytes.
const BROKEN: &str = "let fine = 1;\n/* 漢字😀 */ let = = 2;\n";
const LEAK: &str = "import http from 'node:http';
const seen = new Map();
http.createServer((req, res) => {
  seen.set(req.url, 1);
  res.end(String(seen.get(req.url)));
});
";

/// A leak, a syntax error, a file in another encoding, and one that nests too deep.
fn project() -> Project {
    let deep = format!("{}1{};\n", "[".repeat(200_000), "]".repeat(200_000));
    let project = Project::new(&[("broken.js", BROKEN), ("deep.js", &deep), ("leak.mjs", LEAK)]);
    project.write("latin.js", b"var a = '\xe9';\n");
    project
}

fn run(format: &str) -> Said {
    let said = project().check(&["--format", format]);
    assert_eq!(said.code, 2, "{}", said.err);
    said
}

fn json(format: &str) -> Value {
    serde_json::from_str(&run(format).out).unwrap()
}

/// Column of the syntax error in each unit.
fn column() -> (usize, usize, usize) {
    let line = BROKEN.lines().nth(1).unwrap();
    let before = &line[..line.find("= 2").unwrap()];
    (before.chars().count() + 1, before.encode_utf16().count() + 1, before.len() + 1)
}

#[test]
fn lines_for_editors() {
    for (format, column) in [("concise", column().1), ("vim", column().2)] {
        let said = run(format);
        let lines: Vec<&str> = said.out.lines().collect();
        assert_eq!(lines[0], format!("broken.js:2:{column}: syntax error: unexpected token"), "{format}");
        assert!(lines[1].starts_with("deep.js:1:1: not checked: nested too deep: "), "{}", lines[1]);
        assert!(lines[2].starts_with("latin.js:1:1: not checked: not UTF-8: byte 0xE9"), "{}", lines[2]);
        assert!(lines[3].starts_with("leak.mjs:4:3: error[unbounded-cache] "), "{}", lines[3]);
        assert_eq!(lines.len(), 4);
        assert!(!said.err.contains("could not be parsed"), "said twice: {}", said.err);
        assert!(said.err.contains("3 problems above"), "{}", said.err);
    }
}

#[test]
fn a_syntax_error_in_a_text_from_an_editor() {
    let said =
        project().stdin(&["check", "--format", "concise", "-q", "--stdin-filename", "broken.js", "-"], b"let = = 2");
    assert_eq!((said.code, said.out.as_str()), (1, "broken.js:1:7: syntax error: unexpected token\n"));
}

#[test]
fn json_tells_their_kind_and_end() {
    let notices = json("json")["notices"].clone();
    let kinds: Vec<&str> = notices.as_array().unwrap().iter().map(|n| n["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["syntax-error", "not-checked", "not-checked"]);
    let first = &notices[0];
    assert_eq!(
        (&first["path"], &first["message"]),
        (&"broken.js".into(), &"could not be parsed: unexpected token".into())
    );
    assert_eq!((&first["start"]["line"], &first["start"]["column"]), (&2.into(), &column().0.into()));
    assert_eq!(first["end"]["column"], column().0 + 1);
    let lines = run("jsonl").out;
    let line = lines.lines().find(|line| line.contains("\"syntax-error\"")).unwrap();
    assert!(line.starts_with("{\"type\":\"notice\",\"path\":\"broken.js\","), "{line}");
}

#[test]
fn sarif_has_notifications_of_a_kind() {
    let run = json("sarif")["runs"][0].clone();
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let first = &invocation["toolExecutionNotifications"][0];
    assert_eq!((&first["descriptor"]["id"], &first["level"]), (&"syntax-error".into(), &"error".into()));
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "broken.js");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&2.into(), &column().1.into()));
    assert_eq!(invocation["toolExecutionNotifications"][1]["descriptor"]["id"], "not-checked");
    let known = run["tool"]["driver"]["notifications"].as_array().unwrap();
    assert!(known.iter().any(|kind| kind["id"] == "syntax-error"));
    assert_eq!(run["results"].as_array().unwrap().len(), 1, "results are leaks");
}

#[test]
fn annotations_and_tests_and_issues() {
    let column = column().1;
    let github = run("github").out;
    let line = format!(
        "::error file=broken.js,line=2,col={column},endLine=2,endColumn={},title=leaklint%3A syntax error::broken.js:2:{column}: unexpected token",
        column + 1
    );
    assert!(github.lines().any(|other| other == line), "{github}");
    assert!(
        github.contains("::error file=deep.js,title=leaklint%3A not checked::deep.js: nested too deep"),
        "{github}"
    );

    let issue =
        json("gitlab").as_array().unwrap().iter().find(|i| i["location"]["path"] == "broken.js").unwrap().clone();
    assert_eq!((&issue["check_name"], &issue["location"]["lines"]["begin"]), (&"syntax-error".into(), &2.into()));
    assert_eq!(issue["description"], "syntax error: unexpected token");

    let junit = run("junit").out;
    assert!(junit.contains(&format!("name=\"syntax-error at 2:{column}\"")), "{junit}");
    assert!(junit.contains("<error message=\"unexpected token\" type=\"syntax-error\">"), "{junit}");

    let checkstyle = run("checkstyle").out;
    let error = format!(
        "<error line=\"2\" column=\"{column}\" severity=\"error\" message=\"syntax error: unexpected token\" source=\"leaklint.syntax-error\"/>"
    );
    assert!(checkstyle.contains(&error), "{checkstyle}");
}

#[test]
fn reviewdog_agents_and_the_page() {
    let diagnostics = json("rdjson")["diagnostics"].clone();
    let one = diagnostics.as_array().unwrap().iter().find(|d| d["location"]["path"] == "broken.js").unwrap();
    assert_eq!((&one["code"]["value"], &one["severity"]), (&"syntax-error".into(), &"ERROR".into()));
    let start = &one["location"]["range"]["start"];
    assert_eq!((&start["line"], &start["column"]), (&2.into(), &column().2.into()));

    let agent = run("agent").out;
    assert!(agent.contains(&format!("broken.js:2:{} syntax error: unexpected token\n", column().1)), "{agent}");
    assert!(agent.ends_with("; 3 not checked; `leaklint explain RULE` explains a rule\n"), "{agent}");

    let html = run("html").out;
    let entry = format!("<b>syntax error</b> unexpected token</p><small>broken.js:2:{}</small>", column().1);
    let (entry, finding) = (html.find(&entry).unwrap(), html.find("<article").unwrap());
    assert!(entry < finding, "above the findings");
    assert!(html.contains("<b>not checked</b> nested too deep"), "{html}");
}

#[test]
fn a_report_in_a_file_leaves_the_terminal_to_say_it() {
    let project = project();
    let said = project.check(&["--format", "concise", "--output", "lines.txt"]);
    assert!(said.err.contains("error: broken.js:2:"), "{}", said.err);
    assert!(fs::read_to_string(project.path().join("lines.txt")).unwrap().contains("syntax error"));
}
