//! Columns are what each format says that it counts: behind wide, paired, combining and invisible characters.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use project::Project;
use serde_json::{Value, json};

/// What may stand in front of a finding on its line.
const BEFORE: [&str; 6] = ["", "/* 漢字 */", "/* 😀👩‍👩‍👧 */", "/* e\u{301}é */", "\t \t", "/* 漢\u{301}😀 */\t"];
/// The code that is found, and how much of it is marked: the collection and the key.
const SITE: &str = "seen.set(req.url, 1)";
const MARKED: usize = "seen.set(req.url".len();

/// A finding behind each of these, and at the start of a file with a byte-order mark and CRLF.
fn project() -> (Project, Vec<(String, String)>) {
    let head = "import http from 'node:http';\nconst seen = new Map();\nhttp.createServer((req, res) => {\n";
    let mut files = Vec::new();
    for (number, before) in BEFORE.iter().enumerate() {
        let text = format!("{head}{before}{SITE};\n  res.end(String(seen.get(req.url)));\n}});\n");
        files.push((format!("{number}.mjs"), text));
    }
    let text = format!(
        "\u{feff}/* 😀漢 */ import http from 'node:http'; const seen = new Map(); http.createServer((req, res) => {{ {SITE}; \
         res.end(String(seen.get(req.url))); }});\r\nlet a = 1;\r\n"
    );
    files.push(("bom.mjs".to_owned(), text));
    let listed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    (Project::new(&listed), files)
}

/// Where the finding stands, counted without any of our own code: line, characters, UTF-16 units, bytes.
fn expected(text: &str) -> (usize, usize, usize, usize) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (number, line) = text.lines().enumerate().find(|(_, line)| line.contains(SITE)).unwrap();
    let before = &line[..line.find(SITE).unwrap()];
    (number + 1, before.chars().count() + 1, before.encode_utf16().count() + 1, before.len() + 1)
}

/// What a format prints of the file at `path`, as a text and, where it is one, as JSON.
fn printed(project: &Project, format: &str, path: &str) -> (String, Value) {
    let said = project.check(&["--isolated", "--quiet", "--format", format, path]);
    assert_eq!(said.code, 1, "{path} {}", said.err);
    let value = serde_json::from_str(&said.out).unwrap_or_default();
    (said.out, value)
}

#[test]
fn texts_count_utf16_units() {
    let (project, files) = project();
    for (path, text) in &files {
        let (line, _, column, _) = expected(text);
        for (format, place) in [
            ("pretty", format!("[{path}:{line}:{column}]")),
            ("concise", format!("{path}:{line}:{column}: error[unbounded-cache] ")),
            ("agent", format!("{path}:{line}:{column} error[unbounded-cache] ")),
            ("github", format!("file={path},line={line},col={column},endLine={line},endColumn={},", column + MARKED)),
            ("checkstyle", format!("<error line=\"{line}\" column=\"{column}\" severity=\"error\"")),
            ("junit", format!("name=\"unbounded-cache at {line}:{column}\"")),
            ("html", format!("line {line}, column {column}<")),
        ] {
            let (printed, _) = printed(&project, format, path);
            assert!(printed.contains(&place), "{format}: not {place} in\n{printed}");
        }
        let (_, sarif) = printed(&project, "sarif", path);
        let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
        let expected =
            json!({ "startLine": line, "startColumn": column, "endLine": line, "endColumn": column + MARKED });
        assert_eq!(region, &expected, "{path}");
        assert_eq!(sarif["runs"][0]["columnKind"], "utf16CodeUnits");
    }
}

#[test]
fn vim_and_reviewdog_count_bytes_and_json_counts_characters() {
    let (project, files) = project();
    for (path, text) in &files {
        let (line, characters, _, bytes) = expected(text);
        let (vim, _) = printed(&project, "vim", path);
        assert!(vim.starts_with(&format!("{path}:{line}:{bytes}: error[unbounded-cache] ")), "{vim}");
        let (_, rdjson) = printed(&project, "rdjson", path);
        let start = &rdjson["diagnostics"][0]["location"]["range"]["start"];
        // In a diff the mark at the start of a file is three bytes of its first line.
        let mark = if line == 1 && text.starts_with('\u{feff}') { 3 } else { 0 };
        assert_eq!(start, &json!({ "line": line, "column": bytes + mark }), "{path}");
        let (_, report) = printed(&project, "json", path);
        let place = &report["findings"][0]["start"];
        let offset = text.find(SITE).unwrap();
        assert_eq!(place, &json!({ "line": line, "column": characters, "offset": offset }), "{path}");
        let (_, gitlab) = printed(&project, "gitlab", path);
        assert_eq!(gitlab[0]["location"]["lines"]["begin"], line);
    }
}
