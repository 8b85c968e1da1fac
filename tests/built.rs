//! What is taken for minified or bundled code and passed over, and what is not: both sides as tables of texts.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fmt::Write;
use std::time::{Duration, Instant};

use project::Project;
use serde_json::Value;

const HANGS: &str = "void (async () => { await new Promise(() => {}); })();\n";

/// Code as minifiers write it, without a line break; no two parts are the same.
fn minified(bytes: usize) -> String {
    let mut text = String::from("!function(){\"use strict\";");
    let mut n = 0;
    while text.len() < bytes {
        write!(
            text,
            "function f{n}(e,t){{var n=e.length+{n},r=[];for(var o=0;o<n;o++)r.push(t?e[o].replace(/[\"'/]/g,\"\"):e[o]);\
             return r.filter(e=>e&&e!==\"x{n}\").map((e,t)=>({{k:e,v:t}}))}}var g{n}=async e=>{{try{{await f{n}(e,!0)}}catch(t){{console.log(`a ${{t}}`)}}}};"
        )
        .unwrap();
        n += 1;
    }
    text + "}();"
}

/// Code as people write it.
fn written(functions: usize) -> String {
    let mut text = String::new();
    for n in 0..functions {
        writeln!(text, "export function handler{n}(request, reply) {{\n  return reply.send(request.url);\n}}").unwrap();
    }
    text
}

/// What is said of the only file of a project, and whether its findings are shown.
fn judged(name: &str, text: &str, arguments: &[&str]) -> (Vec<String>, u64) {
    let (_, report) = Project::new(&[(name, text)]).json(arguments);
    let notices = report["notices"].as_array().unwrap().iter();
    (notices.map(|n| n["message"].as_str().unwrap().to_owned()).collect(), report["summary"]["files"].as_u64().unwrap())
}

/// Texts that a tool wrote, and what is said of them.
fn by_tools() -> Vec<(&'static str, String, &'static str)> {
    let body = written(20);
    let bundled = |head: &str| format!("{head}\n{body}");
    vec![
        ("one line", minified(4_000), "minified"),
        (
            "below a licence",
            format!("/*!\n{} */\n{}", " * Permission is granted\n".repeat(300), minified(4_000)),
            "minified",
        ),
        ("lines of 500", minified(20_000).replace(";var", ";\nvar"), "minified"),
        ("with a large string", format!("var wasm=\"{}\";{}", "QUJD".repeat(50_000), minified(4_000)), "minified"),
        (
            "partly, with a map",
            format!("{}{}\n//# sourceMappingURL=a.js.map\n", written(40), minified(3_000)),
            "minified",
        ),
        ("large, with a map", format!("{}\n//# sourceMappingURL=a.js.map", written(4_000)), "bundled"),
        (
            "webpack 5",
            bundled("/******/ (() => { // webpackBootstrap\n/******/ \tvar __webpack_modules__ = ({"),
            "bundled",
        ),
        ("webpack 4", bundled("/******/ (function(modules) { // webpackBootstrap"), "bundled"),
        ("webpack runtime", bundled("/******/ \tfunction __webpack_require__(moduleId) {\n  return 1;\n}"), "bundled"),
        (
            "webpack chunk",
            bundled("(self[\"webpackChunkapp\"] = self[\"webpackChunkapp\"] || []).push([[179],{"),
            "bundled",
        ),
        (
            "Rollup UMD",
            bundled(
                "(function (global, factory) {\n  typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) :\n  (global.a = {});\n}",
            ),
            "bundled",
        ),
        ("Rollup with CommonJS", bundled("function getDefaultExportFromCjs (x) {\n\treturn x;\n}"), "bundled"),
        (
            "esbuild",
            bundled(
                "\"use strict\";\nvar __create = Object.create;\nvar __defProp = Object.defineProperty;\nvar __copyProps = (to, from) => {};",
            ),
            "bundled",
        ),
        (
            "esbuild modules",
            format!(
                "// node_modules/a/index.js\nvar a = 1;\n\n// node_modules/b/index.js\nvar b = 1;\n\n// node_modules/c/c.js\n{body}"
            ),
            "bundled",
        ),
        ("Parcel", bundled("function $parcel$export(e, n, v, s) {\n}"), "bundled"),
        ("Browserify", bundled("(function(){function r(e,n,t){function o(i,f){if(!n[i]){}}}})()({1:["), "bundled"),
        ("Turbopack", bundled("(globalThis.TURBOPACK = globalThis.TURBOPACK || []).push([\"x\", {"), "bundled"),
    ]
}

/// Texts that people wrote, or tables that tools wrote for them.
fn by_people() -> Vec<(&'static str, String)> {
    let code = written(10);
    let json =
        (0..400).map(|n| format!("\"key{n}\":{{\"a\":[{n},2,3],\"b\":\"text {n}\"}}")).collect::<Vec<_>>().join(",");
    let prose = "It isn&apos;t ours; you don&apos;t own it; we&apos;ll return it as is; ".repeat(40);
    vec![
        (
            "an embedded file",
            format!("{code}export const icon = \"data:image/png;base64,{}\";\n", "iVBORw0KGgo".repeat(5_000)),
        ),
        ("nothing but an embedded file", format!("export default '{}';\n", "iVBORw0KGgo;return(){".repeat(5_000))),
        (
            "an embedded program",
            format!("{code}export const worker = `{}`;\n", minified(5_000).replace(['`', '$', '\\'], "")),
        ),
        ("a table", format!("export default {{{json}}};\n")),
        ("a table in code", format!("{code}const table = {{{json}}};\n{code}")),
        ("a parsed table", format!("{code}const table = JSON.parse('{{{json}}}');\n")),
        (
            "a table of a parser",
            format!("{code}var parser = {{ table: [{}] }};\n", "{3:1,4:[2,7],5:[1,3]},".repeat(500)),
        ),
        (
            "a long regular expression",
            format!("{code}export const word = /(?:{})/u;\n", "return;|function\\(\\)\\{;|[;/]=>".repeat(200)),
        ),
        ("a long comment", format!("// {}\n{code}", "function(){return;};".repeat(500))),
        ("a long import", format!("import {{ {} }} from 'x';\n{code}", "someName, ".repeat(300))),
        ("a path of a drawing", format!("export const I = () => <path d=\"{}\" />;\n", "M0 0h24v24H0z;".repeat(500))),
        ("prose in markup", format!("export const Terms = () => (\n  <p>\n    {prose}\n  </p>\n);\n")),
        ("some long lines", format!("{code}if (a) {{ {} }}\n{code}", "f(x); ".repeat(120))),
        ("a short line of golf", "var a=e=>{for(;;)e()};".repeat(20)),
        ("compiled, with a map", format!("{code}//# sourceMappingURL=a.js.map\n")),
        (
            "a map inside",
            format!("{code}//# sourceMappingURL=data:application/json;base64,{}\n", "QUJD".repeat(100_000)),
        ),
        ("words of a bundler", format!("{code}__webpack_public_path__ = '/';\nconst id = __webpack_require__.u;\n")),
        (
            "a bundler itself",
            format!(
                "{code}const runtime = [\"function __webpack_require__(moduleId) {{\", \"// webpackBootstrap\"];\n"
            ),
        ),
        ("a comment on one module", format!("// node_modules/a is patched here\n{code}")),
        (
            "helpers of a compiler",
            format!("var __defProp = Object.defineProperty;\nvar __awaiter = (this && this.__awaiter);\n{code}"),
        ),
    ]
}

#[test]
fn what_tools_write_is_passed_over_with_a_note() {
    for (what, text, kind) in by_tools() {
        let (said, files) = judged("a.js", &text, &[]);
        let expected = format!("{kind} code: skipped (it is read if you name the file, or with `--no-ignore`)");
        assert_eq!((said, files), (vec![expected], 0), "{what}");
    }
}

#[test]
fn what_people_write_is_read() {
    for (what, text) in by_people() {
        let (said, files) = judged("a.jsx", &text, &[]);
        let said: Vec<String> = said.into_iter().filter(|said| said.contains("skipped")).collect();
        assert_eq!((said, files), (vec![], 1), "{what}");
    }
}

#[test]
fn naming_the_file_reads_it() {
    let text = format!("{}\n{HANGS}", minified(4_000));
    let project = Project::new(&[("src/a.js", &text), ("src/a.vue", &format!("<script>\n{text}</script>\n"))]);
    let found = |arguments: &[&str]| project.json(arguments).1["summary"]["findings"].as_u64().unwrap();
    assert_eq!(found(&["src"]), 0);
    assert_eq!(found(&["src/a.js"]), 1);
    assert_eq!(found(&["src/a.vue"]), 1);
    assert_eq!(found(&["src", "src/a.js"]), 1);
    assert_eq!(found(&["src", "--no-ignore", "--min-confidence", "guess"]), 2);
    // What one run was told to read does not count for the next.
    assert_eq!(found(&["src/a.js", "--cache-dir", "kept"]), 1);
    assert_eq!(found(&["src", "--cache-dir", "kept"]), 0);
    assert_eq!(project.stdin(&["check", "-q", "-"], text.as_bytes()).code, 1);
}

#[test]
fn others_are_not_read_for_its_sake() {
    let project = Project::new(&[
        ("package.json", "{}"),
        ("src/a.js", "import { put } from './lib';\nput(1);\n"),
        ("src/lib.js", &format!("export const put=1;{}", minified(4_000))),
    ]);
    let (code, report) = project.json(&["src/a.js"]);
    assert_eq!((code, &report["summary"]["notices"]), (0, &Value::from(0)), "{report}");
}

#[test]
fn a_large_bundle_takes_no_time() {
    let project = Project::new(&[("a.js", HANGS)]);
    project.write("bundle.js", minified(30 << 20).as_bytes());
    for arguments in [&[][..], &["bundle.js"], &["a.js", "bundle.js"]] {
        let start = Instant::now();
        let (code, report) = project.json(arguments);
        let notices = report["notices"].as_array().unwrap();
        assert_eq!((code, notices.len()), (i32::from(arguments != ["bundle.js"]), 1), "{arguments:?}");
        assert!(notices[0]["message"].as_str().unwrap().starts_with("minified code"), "{report}");
        // Reading it took twenty times as long; the build of the tests is not optimised.
        assert!(start.elapsed() < Duration::from_secs(20), "{arguments:?}: {:?}", start.elapsed());
    }
}

#[test]
fn a_folder_named_often_is_walked_once() {
    let files: Vec<(String, String)> = (0..300).map(|n| (format!("src/d{n}/a.js"), "1;\n".to_owned())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let many: Vec<&str> =
        ["src", "./src", "src/.", "src/../src", "src/d1", "src/d1/a.js"].into_iter().cycle().take(5_000).collect();
    let start = Instant::now();
    let (code, report) = project.json(&many);
    assert_eq!((code, &report["summary"]["files"]), (0, &Value::from(300)));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let folders: Vec<String> = (0..300).map(|n| format!("src/d{n}")).collect();
    let all: Vec<&str> = folders.iter().map(String::as_str).chain(["src", "."]).collect();
    assert_eq!(project.json(&all).1["summary"]["files"], 300);
}
