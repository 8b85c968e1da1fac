//! Names, classes, types, exports and files that stand for each other in circles: every run comes to its end.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fmt::Write;

use leaklint::finding::{Confidence, NoticeKind};
use leaklint::lint_text;
use project::Project;
use said::Said;

/// Files that the generator makes.
const FILES: usize = 1_000;

/// Numbers that look random and are the same in each run: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.below(choices.len())]
    }
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const ENDINGS: [&str; 3] = ["cjs", "mjs", "ts"];

fn name_of(file: usize) -> String {
    format!("f{file}.{}", ENDINGS[file % ENDINGS.len()])
}

/// One file: each name is declared once, from others, and exported under the name of another.
fn text(file: usize, random: &mut Random) -> String {
    let mut text = String::new();
    for name in NAMES {
        let (one, two) = (random.of(&NAMES), random.of(&NAMES));
        let other = name_of(random.below(FILES));
        let common = [
            format!("const {name} = {one};"),
            format!("let {name} = {one}; {one} = {name};"),
            format!("const {name} = {{ p: {one}, q: {two}, ...{one} }};"),
            format!("const {name} = new {one}({two});"),
            format!("const {name} = {one}({two}) || {two}.{one};"),
            format!("const {name} = ({one}, [{two}, () => {one}]);"),
            format!("const {name} = new Map(); function on{name}(k) {{ {name}.set({one}[k], {two}); }}"),
            format!("const {{ x: {name} = {one} }} = {two};"),
            format!("class {name} extends {one} {{ t = {two}; go(k) {{ this.t.set(k, {one}); super.go({two}); }} }}"),
            format!("function {name}(k) {{ this.t = {one}; return {two}(k); }} {name}.prototype = {one}.prototype;"),
            format!("function {name}() {{ return {one}({two}); }} {name}.prototype = Object.create({two}.prototype);"),
            format!("{one}.prototype.{name} = function (k) {{ setInterval({two}, 5); return this.{two}(k); }};"),
        ];
        let of_kind = match file % ENDINGS.len() {
            0 => [
                format!("const {name} = module.exports = {one};"),
                format!("const {name} = exports.{name} = exports.{one} = {two};"),
                format!("const {name} = require('./{other}').{one};"),
                format!("module.exports = {{ {name}: {one}, ...require('./{other}') }};"),
                format!("module.exports.{name} = {one}; exports.{two} = module.exports;"),
            ],
            1 => [
                format!("import {{ x{one} as {name} }} from './{other}';"),
                format!("import {name} from './{other}'; {name}.on('x', {one});"),
                format!("export * from './{other}'; const {name} = {two};"),
                format!("import * as {name} from './{other}'; {name}.{one}({two});"),
                format!("export {{ x{one} as y{name} }} from './{other}'; const {name} = {two};"),
            ],
            _ => [
                format!(
                    "type {name} = {one} | 'x'; const m{name}: any = {{}};\nexport function o{name}(k: {name}) {{ m{name}[k] = 1; }}"
                ),
                format!("interface {name} extends {one}, {two} {{ t: {name} }}"),
                format!("type {name} = {{ t: {one} }} & {two};"),
                format!(
                    "class {name} extends {one} {{ constructor(private t: {two}, u: {name}) {{ super(t); this.t.on('x', u); }} }}"
                ),
                format!("export * from './{other}'; const {name} = {two} as {one};"),
            ],
        };
        let choice = random.below(common.len() + of_kind.len());
        let line = common.iter().chain(&of_kind).nth(choice).unwrap();
        writeln!(text, "{line}").unwrap();
        if !file.is_multiple_of(ENDINGS.len()) && !line.starts_with(name) {
            writeln!(text, "export {{ {one} as x{name} }};").unwrap();
        }
    }
    text
}

fn generated() -> Vec<(String, String)> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    (0..FILES).map(|file| (name_of(file), text(file, &mut random))).collect()
}

/// The command without a process above that could hide a death.
fn by_itself(project: &Project, arguments: &[&str]) -> Said {
    let mut command = project.command(&[&["check"], arguments].concat());
    Said::from(command.env("LEAKLINT_WORKER", "none").output().unwrap())
}

fn is_well(said: &Said) {
    assert!(said.code == 0 || said.code == 1, "exit code {}: {}", said.code, said.err);
    assert!(!said.err.contains("internal error"), "{}", said.err);
}

#[test]
fn files_in_circles_are_linted_as_one_program() {
    let files = generated();
    let project = Project::new(&[]);
    for (path, text) in &files {
        project.write(path, text.as_bytes());
    }
    let said = by_itself(&project, &["--min-confidence", "guess", "--format", "json", "."]);
    is_well(&said);
    let found: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(found["findings"].as_array().is_some_and(|all| all.len() > 100), "the generator makes nothing of interest");
    for (path, _) in files.iter().step_by(97) {
        is_well(&by_itself(&project, &[path]));
    }
}

#[test]
fn files_in_circles_are_linted_one_by_one() {
    for (path, text) in generated() {
        let (_, notices) = lint_text(&path, &text, Confidence::Guess);
        let failed: Vec<_> = notices.iter().filter(|notice| notice.kind == NoticeKind::Failure).collect();
        assert!(failed.is_empty(), "{failed:?}\n{text}");
    }
}

#[test]
fn names_that_stand_for_themselves() {
    let samples = [
        ("a.js", "const a = module.exports = a;"),
        ("a.js", "module.exports = c; let c = c;"),
        ("a.js", "const a = exports.a = b; const b = a;"),
        ("a.mjs", "export { a as b }; const a = c; const c = a;"),
        ("a.js", "const a = { p: b }; const b = { q: a }; module.exports = { a, b };"),
        ("a.js", "module.exports = exports = module.exports; exports.a = exports.a;"),
        ("a.ts", "type A = 'a' | A; const m: any = {}; export function f(k: A) { m[k] = 1; }"),
        ("a.ts", "type A = 'a' | B; type B = A | 'b'; const m: any = {}; export function f(k: A) { m[k] = 1; }"),
        (
            "a.ts",
            "interface A extends B {} interface B extends A {} export class C { a: A; f() { this.a.on('x', f) } }",
        ),
        ("a.js", "class A extends B { t = setInterval(f, 1) } class B extends A { stop() { clearInterval(this.t) } }"),
        (
            "a.js",
            "function A() {} A.prototype = B.prototype; function B() {} B.prototype = Object.create(A.prototype);",
        ),
        ("a.js", "const f = () => g(); const g = () => f(); f().on('x', g); setInterval(f, 1);"),
        ("a.js", "function f(x) { return f(x); } const m = new Map(); m.set(f(m), f); module.exports = f(f);"),
    ];
    for (path, text) in samples {
        let project = Project::new(&[(path, text)]);
        let said = by_itself(&project, &[path]);
        assert!(said.code == 0 || said.code == 1, "{text}: exit code {}: {}", said.code, said.err);
        assert!(!said.err.contains("internal error"), "{text}: {}", said.err);
    }
}

#[test]
fn files_that_export_each_other() {
    let project = Project::new(&[
        ("a.mjs", "export * from './b.mjs'; export { x as y } from './b.mjs'; export { z } from './a.mjs';"),
        ("b.mjs", "export * from './a.mjs'; export { y as x } from './a.mjs'; import { z } from './a.mjs'; z.push(1);"),
        ("c.cjs", "module.exports = require('./d.cjs'); module.exports.a = require('./c.cjs').b;"),
        ("d.cjs", "module.exports = require('./c.cjs'); module.exports.b = require('./d.cjs').a;"),
    ]);
    is_well(&by_itself(&project, &["."]));
}

#[test]
fn long_chains_of_names_end() {
    const LINKS: usize = 100_000;
    let chain = |link: &dyn Fn(usize) -> String| (0..LINKS).map(link).collect::<String>();
    let samples = [
        (
            "aliases, last first",
            format!("{}const a{LINKS} = []; export {{ a0 }};", chain(&|i| format!("const a{i} = a{};\n", i + 1))),
        ),
        (
            "aliases",
            format!(
                "const a0 = f; function f() {{ setInterval(g, 1) }}\n{}export {{ a{} }};",
                chain(&|i| format!("const a{} = a{i};\n", i + 1)),
                LINKS
            ),
        ),
        (
            "classes",
            format!(
                "{}class A{LINKS} {{ t = new Map() }} export const a = new A0(); a.t.set(f, 1);",
                chain(&|i| format!("class A{i} extends A{} {{}}\n", i + 1))
            ),
        ),
        (
            "calls",
            format!(
                "{}function f{LINKS}() {{ setInterval(f0, 1) }}",
                chain(&|i| format!("function f{i}(x) {{ return f{}(x) }}\n", i + 1))
            ),
        ),
        (
            "fields",
            format!("const x0 = require('./x'); {}x9.on('x', f);", chain(&|i| format!("const x{} = x{i}.p;\n", i + 1))),
        ),
    ];
    for (what, text) in samples {
        let project = Project::new(&[("a.mjs", &text)]);
        let said = by_itself(&project, &["a.mjs"]);
        assert!(said.code == 0 || said.code == 1, "{what}: exit code {}: {}", said.code, said.err);
        assert!(!said.err.contains("internal error"), "{what}: {}", said.err);
    }
}
