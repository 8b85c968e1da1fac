//! Findings through the real binary: exit codes, choices, formats, places, and comments that allow.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::path::Path;
use std::process::Command;

use project::Project;
use said::Said;
use serde_json::Value;

/// An error: the finding is on line 6.
const CACHE: &str = "\
import http from 'node:http';

const sessions = new Map();

http.createServer((req, res) => {
  sessions.set(req.url, req.headers);
  res.end();
});
";
/// An error that a line would mend: the finding is on line 7.
const PAGES: &str = "\
import http from 'node:http';

const pages = new Map();

http.createServer((req, res) => {
  if (!pages.has(req.url)) {
    pages.set(req.url, decodeURI(req.url));
  }
  res.end(pages.get(req.url));
});
";
/// A warning: the finding is on line 5.
const READ: &str = "\
import http from 'node:http';
import { readFile } from 'node:fs/promises';

http.createServer(async (req, res) => {
  res.end(await readFile(`files${req.url}`));
});
";
/// Doubtful: locales are few.
const LOCALES: &str = "const texts = new Map();\nexport function load(locale) { texts.set(locale, 1); }\n";

const CACHE_LINE: &str = "error[unbounded-cache] `sessions` grows once per request, one entry per url (`req.url`), and nothing ever removes an entry\n";

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().unwrap()
}

fn rules(report: &Value) -> Vec<&str> {
    findings(report).iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn messages(report: &Value) -> Vec<&str> {
    report["notices"].as_array().unwrap().iter().map(|notice| notice["message"].as_str().unwrap()).collect()
}

/// The command, run on our own fixtures.
fn at_home(arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leaklint"));
    command.arg("check").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    Said::from(command.output().unwrap())
}

/// The keys of an object, in the order of the text: `serde_json` sorts them.
fn keys(text: &str, object: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(object).unwrap();
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort_by_key(|key| text.find(&format!("\"{key}\":")));
    keys
}

#[test]
fn errors_exit_with_1_and_warnings_with_0() {
    let error = Project::new(&[("a.mjs", CACHE)]);
    assert_eq!(error.check(&[]).code, 1);
    assert_eq!(error.check(&["--exit-zero"]).code, 0);
    assert!(error.check(&[]).err.starts_with("1 error in 1 file ("));

    let warning = Project::new(&[("a.mjs", READ)]);
    assert_eq!(warning.check(&[]).code, 0);
    assert_eq!(warning.check(&["--max-warnings", "0"]).code, 1);
    assert_eq!(warning.check(&["--max-warnings", "1"]).code, 0);
    assert_eq!(warning.check(&["--max-warnings", "0", "--exit-zero"]).code, 0);
    assert!(warning.check(&[]).err.starts_with("1 warning in 1 file ("));
}

#[test]
fn a_job_not_done_outweighs_findings() {
    let said = Project::new(&[("a.mjs", CACHE)]).check(&["a.mjs", "gone.mjs", "--exit-zero", "--format", "concise"]);
    let missing = "gone.mjs:1:1: not checked: no such file or folder\n";
    assert_eq!((said.code, said.out), (2, format!("a.mjs:6:3: {CACHE_LINE}{missing}")));
}

#[test]
fn a_file_that_does_not_parse_hides_nothing_in_others() {
    let (code, report) = Project::new(&[("a.mjs", "let = ;"), ("b.mjs", CACHE)]).json(&[]);
    assert_eq!((code, rules(&report)), (1, vec!["unbounded-cache"]));
}

#[test]
fn confidence_is_chosen() {
    let project = Project::new(&[("a.mjs", CACHE), ("b.mjs", LOCALES)]);
    let shown = |level: &str| {
        let (_, report) = project.json(&["--min-confidence", level]);
        findings(&report).iter().map(|f| f["confidence"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown("guess"), ["sure", "guess"]);
    assert_eq!(shown("likely"), ["sure"]);
    assert_eq!(shown("sure"), ["sure"]);
    let doubtful = Project::new(&[("b.mjs", LOCALES)]);
    assert_eq!(doubtful.check(&[]).code, 0);
    assert_eq!(doubtful.check(&["--min-confidence", "guess"]).code, 1);
}

#[test]
fn rules_are_chosen() {
    let project = Project::new(&[("a.mjs", CACHE), ("b.mjs", READ)]);
    let shown = |arguments: &[&str]| rules(&project.json(arguments).1).join(" ");
    assert_eq!(shown(&[]), "unbounded-cache whole-read");
    assert_eq!(shown(&["--rule", "whole-read"]), "whole-read");
    assert_eq!(shown(&["--rule", "whole-read", "--rule", "unbounded-cache"]), "unbounded-cache whole-read");
    assert_eq!(shown(&["--skip", "whole-read"]), "unbounded-cache");
    assert_eq!(shown(&["--skip", "whole-read", "--skip", "unbounded-cache"]), "");
    let said = project.check(&["--skip", "whole-raed"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `whole-read`?"), "{}", said.err);
}

#[test]
fn one_line_each() {
    let said = Project::new(&[("src/a b.mjs", CACHE)]).check(&["--format", "concise"]);
    assert_eq!(said.out, format!("src/a b.mjs:6:3: {CACHE_LINE}"));
    let wide = CACHE.replace("  sessions", "  /* 😀é */ sessions");
    let said = Project::new(&[("a.mjs", &wide)]).check(&["--format", "concise"]);
    assert_eq!(said.out, format!("a.mjs:6:13: {CACHE_LINE}"), "columns count UTF-16 units");
}

#[test]
fn json_has_the_fields_of_the_contract_in_their_order() {
    let project = Project::new(&[("a.mjs", PAGES)]);
    let out = project.check(&["--format", "json"]).out;
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(keys(&out, &out), ["version", "summary", "findings", "notices"]);

    let finding = &findings(&report)[0];
    let text = &out[out.find("\"findings\":[").unwrap()..];
    assert_eq!(
        keys(text, &finding.to_string()),
        ["rule", "severity", "confidence", "message", "path", "start", "end", "labels", "help", "fingerprint", "fixes"]
    );
    let edit = &finding["fixes"][0]["edits"][0];
    let text = &text[text.find("\"labels\":[").unwrap()..];
    for place in finding["labels"].as_array().unwrap().iter().chain([edit]) {
        assert_eq!(keys(text, &place.to_string()), ["path", "start", "end", "text"]);
    }
    let text = &text[text.find("\"fixes\":[").unwrap()..];
    assert_eq!(keys(text, &finding["fixes"][0].to_string()), ["title", "safe", "edits"]);

    assert_eq!(finding["start"], serde_json::json!({ "line": 7, "column": 5, "offset": 124 }));
    assert_eq!(&PAGES[124..129], "pages");
    assert_eq!(finding["severity"], "error");
    assert_eq!(report["summary"]["errors"], 1);
}

#[test]
fn fingerprints_survive_edits_elsewhere_and_tell_equal_sites_apart() {
    let prints = |text: &str| {
        let (_, report) = Project::new(&[("a.mjs", text)]).json(&[]);
        findings(&report).iter().map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let once = prints(CACHE);
    assert_eq!(once.len(), 1);
    assert_eq!(prints(&format!("// a line\n\n{CACHE}")), once);
    assert_eq!(prints(&CACHE.replace("url, req", "url,\n    req")), once);
    // What is stored may change, where it is stored may not.
    assert_eq!(prints(&CACHE.replace("req.headers", "req.rawHeaders")), once);
    assert_ne!(prints(&CACHE.replace("set(req.url", "set(req.id")), once);

    let handler = &READ[READ.find("http.createServer").unwrap()..];
    let twice = prints(&format!("{READ}{handler}"));
    assert_eq!(twice.len(), 2);
    assert_ne!(twice[0], twice[1]);
    assert_eq!(prints(READ)[0], twice[0]);
}

/// The cache with this comment above its guilty line: how many findings are left, and what is said.
fn allowed(comment: &str) -> (usize, Vec<String>) {
    let text = CACHE.replace("  sessions", &format!("  // {comment}\n  sessions"));
    let (_, report) = Project::new(&[("a.mjs", &text)]).json(&[]);
    (findings(&report).len(), messages(&report).into_iter().map(str::to_owned).collect())
}

#[test]
fn comments_allow_with_a_reason() {
    assert_eq!(allowed("leaklint-ignore unbounded-cache -- ten users at most"), (0, vec![]));
    assert_eq!(allowed("leaklint-ignore-file unbounded-cache -- a test server"), (0, vec![]));
    let reason = "this comment has no reason: add `-- reason`".to_owned();
    assert_eq!(allowed("leaklint-ignore unbounded-cache"), (0, vec![reason]));
}

#[test]
fn comments_that_allow_nothing_are_reported() {
    let unused = "unused `leaklint-ignore` for `whole-read`: remove it".to_owned();
    assert_eq!(allowed("leaklint-ignore whole-read -- why"), (1, vec![unused]));
    let unknown = "unknown rule `unbounded-cash`: did you mean `unbounded-cache`?".to_owned();
    assert_eq!(allowed("leaklint-ignore unbounded-cash -- why"), (1, vec![unknown]));
    let text = format!("// leaklint-ignore-file whole-read -- why\n{CACHE}");
    let (_, report) = Project::new(&[("a.mjs", &text)]).json(&["--rule", "unbounded-cache"]);
    assert!(messages(&report).is_empty(), "a rule that did not run cannot be called unused");
}

#[test]
fn an_allowed_error_leaves_the_run_clean() {
    let text = CACHE.replace("headers);", "headers); // leaklint-ignore unbounded-cache -- few");
    let said = Project::new(&[("a.mjs", &text)]).check(&[]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(said.err.starts_with("no leaks found"), "{}", said.err);
}

#[test]
fn threads_and_spelling_of_paths_change_nothing() {
    for format in ["json", "pretty"] {
        let run = |path: &str, threads: &str| {
            let chosen = ["--min-confidence", "guess", "--format", format, "--threads", threads];
            at_home(&[&[path], chosen.as_slice()].concat()).out
        };
        let one = run("fixtures", "1");
        assert!(one.contains("unbounded-cache"), "{one}");
        let absolute = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        assert!(one == run("fixtures", "4"), "{format}: the number of threads shows");
        assert!(one == run("./rules/../fixtures", "2"), "{format}: the way to the folder shows");
        assert!(one == run(absolute.to_str().unwrap(), "4"), "{format}: an absolute path shows");
    }
    let project = Project::new(&[("a.mjs", CACHE), ("b/c.mjs", READ)]);
    let here = project.check(&["--format", "concise"]).out;
    let absolute = project.path().canonicalize().unwrap();
    assert_eq!(here.lines().count(), 2);
    assert_eq!(project.check(&["--format", "concise", "."]).out, here);
    assert_eq!(project.check(&["--format", "concise", absolute.to_str().unwrap()]).out, here);
}

#[test]
fn an_editor_gets_findings_for_what_it_sends() {
    let project = Project::new(&[]);
    let arguments = ["check", "--format", "concise", "--stdin-filename", "src/a.ts", "-"];
    let typed = CACHE.replace("new Map()", "new Map<string, unknown>()");
    let said = project.stdin(&arguments, typed.as_bytes());
    assert_eq!((said.code, said.out), (1, format!("src/a.ts:6:3: {CACHE_LINE}")));
}

#[test]
fn component_files_show_their_own_lines() {
    let script = CACHE.replace("createServer((req, res)", "createServer((req: Request, res)");
    for (name, before) in [
        ("a.vue", "<template>\n  <p>é</p>\n</template>\n<script lang=\"ts\">\n"),
        ("a.svelte", "<p>é</p>\n<script lang=\"ts\">\n"),
        ("a.astro", "---\nlet a = 1;\n---\n<p>é</p>\n<script>\n"),
    ] {
        let line = before.lines().count() + 6;
        let project = Project::new(&[(name, &format!("{before}{script}</script>\n"))]);
        let said = project.check(&["--format", "concise"]);
        assert_eq!(said.out, format!("{name}:{line}:3: {CACHE_LINE}"), "{}", said.err);
        assert!(project.check(&[]).out.contains(&format!("[{name}:{line}:3]")));
    }
}

#[test]
fn findings_are_coloured_as_the_environment_wishes() {
    let project = Project::new(&[("a.mjs", CACHE)]);
    for format in ["pretty", "concise", "json"] {
        let escapes = |variables: &[(&str, &str)]| {
            let mut command = project.command(&["check", "--format", format]);
            command.envs(variables.iter().copied()).output().unwrap().stdout.contains(&0x1B)
        };
        assert!(!escapes(&[]), "{format}");
        assert_eq!(escapes(&[("FORCE_COLOR", "1")]), format != "json", "{format}");
        assert!(!escapes(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]), "{format}");
    }
}
