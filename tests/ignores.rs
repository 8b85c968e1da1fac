//! Comments that allow findings: read in every place where they can stand, and written where they are wanted.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use project::Project;

const HANGS: &str = "void (async () => { await new Promise(() => {}); })();";
const WAIT: &str = "await new Promise(() => {})";
const RULE: &str = "promise-never-settles";

/// Lines with findings, and what is said about comments.
fn judged(name: &str, text: &str) -> (Vec<u64>, Vec<String>) {
    let (_, report) = Project::new(&[(name, text)]).json(&["--min-confidence", "guess"]);
    let lines = report["findings"].as_array().unwrap().iter().map(|f| f["start"]["line"].as_u64().unwrap());
    let notices = report["notices"].as_array().unwrap().iter();
    let said = notices.map(|n| format!("{}: {}", n["start"]["line"], n["message"].as_str().unwrap()));
    (lines.collect(), said.collect())
}

fn silent(name: &str, text: &str) {
    assert_eq!(judged(name, text), (vec![], vec![]), "{text}");
}

#[test]
fn lines_stretches_and_files() {
    silent("a.mjs", &format!("// leaklint-ignore {RULE} -- why\n{HANGS}\n"));
    silent("a.mjs", &format!("{HANGS} /* leaklint-ignore {RULE} -- why */\n"));
    silent("a.mjs", &format!("1;\n{HANGS}\n// leaklint-ignore-file {RULE} -- why\n"));
    // The name of a rule explains nothing: the comment is of use.
    let executor =
        "async function f() {\n  await new Promise(() => {}); // leaklint-ignore promise-never-settles -- forever\n}\n";
    silent("a.mjs", executor);
    silent("a.mjs", &executor.replace("() => {}", "() => {/* leaklint-ignore promise-never-settles -- x */}"));
    let stretch = format!(
        "{HANGS}\n/* leaklint-ignore-start {RULE} -- why */\n{HANGS}\n1;\n{HANGS}\n// leaklint-ignore-end {RULE}\n{HANGS}\n"
    );
    assert_eq!(judged("a.mjs", &stretch), (vec![1, 7], vec![]));
    assert_eq!(judged("a.mjs", &stretch.replace("end promise-never-settles", "end")), (vec![1, 7], vec![]));
}

#[test]
fn stretches_without_an_end_or_a_start() {
    let (lines, said) = judged("a.mjs", &format!("// leaklint-ignore-start {RULE} -- why\n{HANGS}\n"));
    assert!(lines.is_empty() && said.len() == 1 && said[0].starts_with("1: this is never ended"), "{said:?}");
    let (lines, said) = judged("a.mjs", &format!("1;\n// leaklint-ignore-end {RULE}\n{HANGS}\n"));
    assert_eq!(
        (lines, said),
        (vec![3], vec!["2: there is no `leaklint-ignore-start` to end here: remove this comment".to_owned()])
    );
}

#[test]
fn markup_has_comments_too() {
    let script = format!("<script type=\"module\">\n{HANGS}\n</script>\n");
    for name in ["a.vue", "a.svelte"] {
        silent(name, &format!("<!-- leaklint-ignore-file {RULE} -- why -->\n{script}"));
        silent(name, &format!("<!-- leaklint-ignore-start {RULE} -- why -->\n{script}<!-- leaklint-ignore-end -->\n"));
        let (lines, said) = judged(name, &format!("<!-- leaklint-ignore-file {RULE}x -- why -->\n{script}"));
        assert_eq!(lines, [3]);
        assert!(said[0].starts_with("1: unknown rule") && said[0].contains("did you mean"), "{said:?}");
    }
    let jsx =
        format!("export const A = async () => <a>\n  {{/* leaklint-ignore {RULE} -- why */}}\n  {{{WAIT}}}\n</a>;\n");
    silent("a.jsx", &jsx);
    assert_eq!(judged("a.jsx", &jsx.replace("leaklint", "other")).0, [3]);
}

#[test]
fn unused_and_unknown_are_reported_where_they_stand() {
    let text = "1;\n  // leaklint-ignore promise-never-setles, whole-read -- why\n2;\n";
    let (_, said) = judged("a.mjs", text);
    assert_eq!(said[0], "2: unknown rule `promise-never-setles`: did you mean `promise-never-settles`?");
    assert_eq!(said[1], "2: unused `leaklint-ignore` for `whole-read`: remove it");
}

#[test]
fn reasons_can_be_required() {
    let text = format!("// leaklint-ignore {RULE}\n{HANGS}\n");
    let project = Project::new(&[("a.mjs", &text)]);
    assert!(project.check(&[]).code == 0 && project.check(&[]).err.contains("has no reason"));
    project.write("leaklint.json", br#"{ "requireReason": true }"#);
    assert!(project.check(&[]).code == 1 && project.check(&[]).err.contains("so it has no effect"));
    project.write("leaklint.json", br#"{ "requireReason": false }"#);
    assert!(project.check(&[]).code == 0 && !project.check(&[]).err.contains("reason"));
}

#[test]
fn comments_are_written_and_the_code_stays_as_it_is() {
    let cases = [
        ("a.mjs", format!("if (1) {{\n\t{HANGS}\n}}\n")),
        ("crlf.mjs", format!("\u{feff}{HANGS}\r\n{HANGS}")),
        ("template.mjs", format!("export async function f() {{\n  return `\n  ${{{WAIT}}}\n  text\n`;\n}}\n")),
        ("child.jsx", format!("export const A = async () => <a>\n  text\n  {{{WAIT}}}\n</a>;\n")),
        ("line.vue", format!("<template><p/></template>\n<script>{HANGS}</script>\n")),
        ("block.svelte", format!("<script>\n  {HANGS}\n</script>\n<p>text</p>\n")),
        ("two.mjs", format!("{HANGS} {HANGS}\n")),
    ];
    for (name, text) in &cases {
        let project = Project::new(&[(name, text)]);
        let read = || std::fs::read_to_string(project.path().join(name)).unwrap();
        let all = ["--min-confidence", "guess"];
        assert_eq!(project.check(&all).code, 1, "{text}");
        let said = project.check(&[&["--add-ignores", "--reason", "known for long"], &all[..]].concat());
        assert_eq!(said.code, 0, "{name}: {}", said.err);
        let (first, report) = (read(), project.json(&all).1);
        assert_eq!(report["summary"]["findings"], 0, "{first}");
        assert_eq!(report["summary"]["notices"], 0, "{first}: {report}");
        project.check(&[&["--add-ignores", "--reason", "again"], &all[..]].concat());
        assert_eq!(read(), first);
        assert_eq!(without_comments(&first), without_comments(text), "{first}");
    }
}

/// The text without our comments.
fn without_comments(text: &str) -> String {
    let mut rest = text.trim_start_matches('\u{feff}').to_owned();
    while let Some(at) = rest.find("leaklint-ignore") {
        let start =
            rest[..at].rfind("{/*").filter(|s| at - s < 5).or_else(|| rest[..at].rfind("/*").filter(|s| at - s < 4));
        let (start, end) = match start {
            Some(start) => {
                let end = at + rest[at..].find("*/").unwrap() + 2;
                (start, end + usize::from(rest[start..].starts_with('{')))
            }
            None => (rest[..at].rfind("//").unwrap(), at + rest[at..].find(['\r', '\n']).unwrap_or(rest.len() - at)),
        };
        rest.replace_range(start..end, "");
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn indentation_and_endings_are_those_of_the_line() {
    let project = Project::new(&[("a.mjs", &format!("if (1) {{\r\n\t  {HANGS}\r\n}}\r\n"))]);
    project.check(&["--add-ignores", "--reason", "why not"]);
    let text = std::fs::read_to_string(project.path().join("a.mjs")).unwrap();
    assert_eq!(text, format!("if (1) {{\r\n\t  // leaklint-ignore {RULE} -- why not\r\n\t  {HANGS}\r\n}}\r\n"));
}

#[test]
fn what_cannot_be_written_is_said() {
    let project = Project::new(&[("a.mjs", HANGS)]);
    assert_eq!(project.check(&["--add-ignores"]).code, 2);
    assert_eq!(project.check(&["--add-ignores", "--reason", " "]).code, 2);
    assert_eq!(project.check(&["--add-ignores", "--reason", "a */ b"]).code, 2);
    assert_eq!(std::fs::read_to_string(project.path().join("a.mjs")).unwrap(), HANGS);
}
