//! What docs/editors.md gives to editors takes our real output to the right places: the errorformat in the real Neovim, the
//! pattern for VS Code in the regular expressions of its own engine.
//!
//! Needs Node and Neovim. Where `CI` is set, their absence is a failure; on your machine it is said and passed over.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::path::Path;
use std::process::Command;

use project::Project;
use serde_json::Value;

/// Leaks and syntax errors behind characters that are not ASCII, in names and files that editors have trouble with.
fn project() -> Project {
    let leak = |before: &str| {
        format!(
            "import http from 'node:http';\nconst seen = new Map();\nhttp.createServer((req, res) => {{\n{before}\
             seen.set(req.url, 1); /* here */\n  res.end(String(seen.get(req.url)));\n}});\n"
        )
    };
    let on_one_line = "\u{feff}/* 😀漢 */ import http from 'node:http'; const seen = new Map(); http.createServer((req, res) => { \
                       seen.set(req.url, 1); res.end(String(seen.get(req.url))); });\r\nlet a = 1;\r\n";
    let whole = "import fs from 'node:fs';\nimport http from 'node:http';\nhttp.createServer((req, res) => {\n  /* 😀 */ \
                 fs.readFile(req.url, (error, data) => res.end(data));\n});\n";
    Project::new(&[
        ("plain.mjs", &leak("  ")),
        ("src/漢字 und é/wide.mjs", &leak("/* 漢字 */ ")),
        ("src/pair.mjs", &leak("/* 😀👩‍👩‍👧 */\t")),
        ("src/accent.mjs", &leak("/* e\u{301}é */")),
        ("src/mark.mjs", on_one_line),
        ("src/warned.mjs", whole),
        ("src/broken.js", "let fine = 1;\n/* 漢字😀 */ let = = 2;\n"),
        ("src/crlf.ts", "\u{feff}let fine = 1;\r\n\t/* é */ const x = ) ;\r\n"),
    ])
}

/// The block of the page that is written to this file.
fn block(file: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/editors.md")).unwrap();
    let (_, rest) = page.split_once(&format!(" file={file}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// What each entry should be: file, kind, and what the text of the file has at its place.
const EXPECTED: [(&str, &str, &str); 8] = [
    ("plain.mjs", "error", "seen.set("),
    ("src/accent.mjs", "error", "seen.set("),
    ("src/broken.js", "syntax error", "= 2;"),
    ("src/crlf.ts", "syntax error", ") ;"),
    ("src/mark.mjs", "error", "seen.set("),
    ("src/pair.mjs", "error", "seen.set("),
    ("src/warned.mjs", "warning", "fs.readFile("),
    ("src/漢字 und é/wide.mjs", "error", "seen.set("),
];

/// Compares entries of an editor with these; each has `file`, `severity`, `text` and `there`: what it shows at the place.
fn compare(entries: &Value) {
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), EXPECTED.len(), "{entries:#?}");
    for (entry, (file, kind, there)) in entries.iter().zip(EXPECTED) {
        assert_eq!(entry["file"], file, "{entry:#}");
        assert!(entry["there"].as_str().unwrap().starts_with(there), "{entry:#}");
        let (severity, text) = (entry["severity"].as_str().unwrap(), entry["text"].as_str().unwrap());
        match kind {
            "syntax error" => assert!(text.starts_with("syntax error: ") && text.len() > 20, "{entry:#}"),
            "error" => assert!(severity.starts_with('e') && text.contains("`seen` grows"), "{entry:#}"),
            _ => assert!(severity.starts_with('w') && text.contains("into memory"), "{entry:#}"),
        }
    }
}

/// The folder of the command first on the search path.
fn path() -> std::ffi::OsString {
    let folder = Path::new(env!("CARGO_BIN_EXE_leaklint")).parent().unwrap().to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&rest))).unwrap()
}

/// Runs `:make` as a user would, goes to each entry of the list, and says what stands under the cursor.
const IN_NEOVIM: &str = "
set nomore runtimepath^=.
compiler leaklint
silent make!
let s:told = []
for s:at in range(1, len(getqflist()))
  let s:entry = getqflist()[s:at - 1]
  if !s:entry.valid | throw 'not understood: ' . s:entry.text | endif
  execute 'silent cc' s:at
  call add(s:told, {'file': fnamemodify(bufname('%'), ':.'), 'severity': s:entry.type, 'text': s:entry.text,
    \\ 'there': strpart(getline('.'), col('.') - 1)})
endfor
call writefile([json_encode(s:told)], 'told.json')
qall!
";

#[test]
fn neovim_goes_to_the_right_places() {
    let project = project();
    project.write("compiler/leaklint.vim", block("compiler/leaklint.vim").as_bytes());
    project.write("drive.vim", IN_NEOVIM.as_bytes());
    let mut command = Command::new("nvim");
    command.args([
        "--headless",
        "-u",
        "NONE",
        "-i",
        "NONE",
        "-n",
        "-c",
        "try | source drive.vim | catch | echo v:exception | cquit | endtry",
    ]);
    let output = match command.current_dir(project.path()).env("PATH", path()).env_remove("GITHUB_ACTIONS").output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "Neovim is needed here and is not on the PATH: {error}");
            eprintln!("there is no nvim: the errorformat was not tried");
            return;
        }
    };
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    let told =
        std::fs::read_to_string(project.path().join("told.json")).unwrap_or_else(|error| panic!("{error}: {said}"));
    compare(&serde_json::from_str(&told).unwrap());
}

/// Does to each line what VS Code does with a pattern; its strings are sequences of UTF-16 units as well.
const IN_NODE: &str = "
const [tasks, lines] = process.argv.slice(1);
const { pattern, severity: fallback } = JSON.parse(tasks).tasks[0].problemMatcher;
const { readFileSync } = require('node:fs');
const told = lines.split('\\n').filter(Boolean).map((line) => {
  const found = new RegExp(pattern.regexp).exec(line);
  if (!found) throw new Error(`not understood: ${line}`);
  const of = (name) => found[pattern[name]];
  const source = readFileSync(of('file'), 'utf8').replace(/^\\uFEFF/, '').split(/\\r?\\n/);
  const there = source[of('line') - 1].slice(of('column') - 1);
  return { file: of('file'), severity: of('severity') ?? fallback, text: of('message'), there, code: of('code') ?? '' };
});
console.log(JSON.stringify(told));
";

#[test]
fn the_pattern_for_vs_code_takes_every_line() {
    let project = project();
    let tasks = block(".vscode/tasks.json");
    let parsed: Value = serde_json::from_str(&tasks).unwrap();
    let typed = parsed["tasks"][0]["command"].as_str().unwrap().strip_prefix("leaklint ").unwrap().to_owned();
    let said = project.run(&typed.split(' ').collect::<Vec<_>>());
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let mut command = Command::new("node");
    let output = command.args(["-e", IN_NODE, &tasks, &said.out]).current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    compare(&told);
    assert_eq!((&told[0]["code"], &told[2]["code"]), (&"unbounded-cache".into(), &"".into()));
}
