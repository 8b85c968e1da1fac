//! Inputs that are four times as long take about four times as long, whatever they consist of.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use leaklint::finding::Confidence;
use leaklint::lint_text;

/// How many times as long four times as much may take. What is quadratic takes 16 times as long.
const MOST: f64 = 9.0;

/// Times that a measurement is tried: a machine may be busy with something else, but not always.
const TRIES: usize = 6;

/// Below this, nobody waits.
const AT_ONCE: Duration = Duration::from_millis(100);

/// One measurement at a time: the processor time of a process is that of all its threads.
static ONE: Mutex<()> = Mutex::new(());

/// What the process has used of its processors, where the system tells; the time of day elsewhere.
fn used(began: Instant) -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 14 and 15, in hundredths of a second; the second one may hold blanks and ends with a parenthesis.
    let ticks: Vec<u64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Duration::from_millis(ticks.iter().sum::<u64>() * 10) } else { began.elapsed() }
}

fn time(path: &str, text: &str) -> Duration {
    let began = Instant::now();
    let before = used(began);
    let (_, notices) = lint_text(path, text, Confidence::Likely);
    let took = used(began).saturating_sub(before);
    assert!(notices.is_empty(), "{notices:?}");
    took
}

/// Whether the time for `n` and `4n` parts tells of linear work.
fn is_linear(path: &str, text: &dyn Fn(usize) -> String, n: usize) -> Result<(), String> {
    // Other tests neither analyse nor write texts meanwhile.
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (short, long) = (text(n), text(4 * n));
    let (mut least_short, mut least_long) = (Duration::MAX, Duration::MAX);
    for _ in 0..TRIES {
        least_short = least_short.min(time(path, &short));
        least_long = least_long.min(time(path, &long));
        // The clock ticks a hundred times a second.
        let times = least_long.as_secs_f64() / least_short.max(Duration::from_millis(10)).as_secs_f64();
        if least_long < AT_ONCE || times < MOST {
            return Ok(());
        }
    }
    Err(format!("{n} parts take {least_short:?}, {} take {least_long:?}", 4 * n))
}

/// `begin`, one line for each number, `end`.
fn lines(begin: &str, n: usize, line: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = begin.to_owned();
    for i in 0..n {
        let _ = writeln!(text, "{}", line(i));
    }
    text + end
}

/// A name, how many parts to begin with, and the text.
type Shape = (&'static str, usize, fn(usize) -> String);

fn all_linear(path: &str, shapes: &[Shape]) {
    let wrong: Vec<String> = shapes
        .iter()
        .filter_map(|(what, n, text)| Some(format!("{what}: {}", is_linear(path, text, *n).err()?)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn tables() {
    all_linear(
        "a.mjs",
        &[
            ("exported lists", 3_000, |n| lines("export const T = {", n, |i| format!("k{i}: ['a'],"), "};")),
            ("exported maps and lists", 3_000, |n| {
                lines("export const T = {", n, |i| format!("k{i}: {},", ["[]", "new Map()"][i % 2]), "};")
            }),
            ("nested lists", 2_000, |n| {
                lines("export const T = {", n, |i| format!("k{i}: {{a: ['a'], b: ['b']}},"), "};")
            }),
            ("lists that functions fill", 700, |n| {
                let fill = |i| format!("export function f{i}(k) {{ T.k{i}.push(k); T.k{i}.shift(); }}");
                lines("export const T = {", n, |i| format!("k{i}: [],"), "};") + &lines("", n, fill, "")
            }),
            ("functions", 3_000, |n| lines("export const T = {", n, |i| format!("k{i}: () => {i},"), "};")),
            ("objects", 3_000, |n| lines("export const T = {", n, |i| format!("k{i}: {{a: 1, b: {{c: 2}}}},"), "};")),
        ],
    );
}

#[test]
fn layers() {
    /// Four objects, each of which has many names for the one before.
    fn wide(n: usize, inmost: &str) -> String {
        let layer =
            |at: usize, value: &str| lines(&format!("const a{at} = {{"), n, |i| format!("k{i}: {value},"), "};\n");
        format!("{}{}{}{}module.exports = a3;", layer(0, inmost), layer(1, "a0"), layer(2, "a1"), layer(3, "a2"))
    }
    all_linear(
        "a.js",
        &[
            ("wide layers of lists", 600, |n| wide(n, "[]")),
            ("wide layers of functions", 600, |n| wide(n, "function () {}")),
            ("wide layers of numbers", 600, |n| wide(n, "1")),
            ("deep layers", 2_000, |n| {
                lines(
                    "const a0 = {x: []};",
                    n,
                    |i| format!("const a{} = {{p: a{i}, q: a{i}}};", i + 1),
                    "module.exports = a9;",
                )
            }),
            ("spread layers", 2_000, |n| {
                lines(
                    "const a0 = {x: []};",
                    n,
                    |i| format!("const a{} = {{...a{i}, q: a{i}}};", i + 1),
                    "module.exports = a9;",
                )
            }),
            ("keys made of keys", 1_500, |n| {
                let link = |i| format!("const a{} = `${{a{i}}}${{a{i}}}${{a{i}}}${{a{i}}}`; m[a{i}] = 1;", i + 1);
                lines("const m = {}; module.exports = (a0) => {", n, link, "};")
            }),
        ],
    );
}

#[test]
fn exports_and_names() {
    all_linear(
        "a.mjs",
        &[
            ("exports", 3_000, |n| lines("", n, |i| format!("export const e{i} = [];"), "")),
            ("a list of exports", 2_000, |n| {
                lines("", n, |i| format!("const e{i} = [];"), "export {") + &lines("", n, |i| format!("e{i},"), "};")
            }),
            ("exported functions", 2_000, |n| {
                lines("", n, |i| format!("export function e{i}() {{ return e{i}(); }}"), "")
            }),
            ("many names of one table", 300, |n| {
                let table = lines("const T = {", n, |i| format!("k{i}: () => {{}},"), "};");
                table + &lines("export {", n, |i| format!("T as t{i},"), "};")
            }),
            ("re-exports", 3_000, |n| lines("", n, |i| format!("export {{ a as a{i} }} from './m';"), "")),
            ("modules", 1_000, |n| lines("", n, |i| format!("import {{ a as a{i} }} from './m{i}'; a{i}();"), "")),
            ("aliases", 3_000, |n| {
                lines(
                    "const a0 = [];",
                    n,
                    |i| format!("const a{} = a{i};", i + 1),
                    "export function f(x) { a9.push(x) }",
                )
            }),
            ("destructured names", 1_000, |n| {
                lines("const {", n, |i| format!("a{i},"), "} = x;") + &lines("", n, |i| format!("a{i}();"), "")
            }),
        ],
    );
    all_linear(
        "a.js",
        &[
            ("a chain of exports", 1_500, |n| lines("", n, |i| format!("exports.a{i} ="), "function () {};")),
            ("a chain of fields", 1_500, |n| {
                lines(
                    "class A { constructor() {",
                    n,
                    |i| format!("this.a{i} ="),
                    "new Map(); } f(k) { this.a1.set(k, 1) } }",
                )
            }),
        ],
    );
}

#[test]
fn classes() {
    all_linear(
        "a.mjs",
        &[
            ("methods that start timers", 500, |n| {
                lines("export class A {", n, |i| format!("m{i}() {{ setInterval(() => this.m{i}(), 5); }}"), "}")
            }),
            ("methods that fill one map", 600, |n| {
                lines("export class A { x = new Map();", n, |i| format!("m{i}(k) {{ this.x.set(k, {i}); }}"), "}")
            }),
            ("fields", 2_000, |n| lines("export class A {", n, |i| format!("f{i} = [];"), "}")),
            ("fields that are filled", 500, |n| {
                lines("export class A {", n, |i| format!("f{i} = []; m{i}(x) {{ this.f{i}.push(x) }}"), "}")
            }),
            ("classes that extend each other", 1_000, |n| {
                lines(
                    "class A0 {}",
                    n,
                    |i| format!("class A{} extends A{i} {{ t = new Map(); }}", i + 1),
                    "export { A9 };",
                )
            }),
        ],
    );
}

#[test]
fn statements() {
    all_linear(
        "a.mjs",
        &[
            ("cases", 1_000, |n| {
                let case = |i| format!("case {i}: setInterval(() => {{}}, {i}); break;");
                lines("export function f(x) { switch (x) {", n, case, "} }")
            }),
            ("else if", 250, |n| {
                lines(
                    "const a = []; export function f(x) {",
                    n,
                    |i| format!("if (x === {i}) {{ a.push(x); }} else"),
                    "{} }",
                )
            }),
            ("calls", 3_000, |n| {
                lines(
                    "const m = {}; const g = (k) => { m[k] = 1 }; export function f(x) {",
                    n,
                    |i| format!("g(x + {i});"),
                    "}",
                )
            }),
            ("timers that are cleared", 2_000, |n| {
                let timer = |i| format!("const t{i} = setInterval(() => g({i}), 9); clearInterval(t{i});");
                lines("export function f(g) {", n, timer, "}")
            }),
            ("effects", 2_000, |n| {
                let effect = |i| {
                    format!(
                        "useEffect(() => {{ on('a{i}', h); return () => window.removeEventListener('a{i}', h); }});"
                    )
                };
                lines("import { useEffect } from 'react'; export function C() {", n, effect, "}")
            }),
            ("listeners", 1_500, |n| {
                lines("export function f() {", n, |i| format!("window.addEventListener('e{i}', () => {{}});"), "}")
            }),
            ("listeners that are removed", 1_200, |n| {
                let hook = |what: &'static str| move |i| format!("window.{what}EventListener('e{i}', h);");
                let add = lines("const h = () => {}; export function f() {", n, hook("add"), "}");
                add + &lines("export function g() {", n, hook("remove"), "}")
            }),
            ("pieces of a request", 600, |n| {
                let piece = |_| "req.on('data', (c) => { body += c; });".to_owned();
                lines("import http from 'http'; http.createServer((req, res) => { let body = '';", n, piece, "});")
            }),
            ("a long template", 3_000, |n| {
                lines("const m = {}; export function f(x) { m[`", n, |_| "${x}a".to_owned(), "`] = 1; }")
            }),
        ],
    );
}

#[test]
fn collections() {
    all_linear(
        "a.mjs",
        &[
            ("entries of one dictionary", 2_500, |n| {
                lines("const m = {}; export function f(k) {", n, |i| format!("m[k + {i}] = 1;"), "}")
            }),
            ("functions that call one function", 1_500, |n| {
                let call = |i| format!("export function g{i}(x) {{ f(x + {i}); }}");
                lines("const m = new Map(); const f = (k) => { m.set(k, 1) };", n, call, "")
            }),
            ("links of one chain", 2_000, |n| {
                lines("const m = new Map(); export function f(k) { m", n, |i| format!(".set(k, {i})"), "}")
            }),
            ("maps", 400, |n| {
                lines("", n, |i| format!("const m{i} = new Map(); export function f{i}(k) {{ m{i}.set(k, 1) }}"), "")
            }),
            ("entries that are removed", 600, |n| {
                lines(
                    "const m = new Map(); export function f(k) {",
                    n,
                    |i| format!("m.set(k + {i}, 1); m.delete(k);"),
                    "}",
                )
            }),
        ],
    );
}

#[test]
fn types() {
    all_linear(
        "a.ts",
        &[
            ("members of an enum", 3_000, |n| {
                let end = "}\nconst m: any = {}; export function f(e: E) { m[e] = 1; }";
                lines("export enum E {", n, |i| format!("A{i} = {i},"), end)
            }),
            ("members of a union that many ask about", 1_000, |n| {
                let union = lines("type U =", n, |i| format!("| 'a{i}'"), ";\nconst m: any = {};");
                union + &lines("", n, |i| format!("export function g{i}(e: U) {{ m[e] = {i}; }}"), "")
            }),
            ("names of names of types", 2_000, |n| {
                lines(
                    "",
                    n,
                    |i| format!("type U{i} = U{} | 'x{i}';", i + 1),
                    "const m: any = {}; export function f(k: U0) { m[k] = 1; }",
                )
            }),
        ],
    );
}
