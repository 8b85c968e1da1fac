//! Calls through values, one small program for each way.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::{Flow, Modules, Standing};
use crate::apis::Apis;
use crate::finding::FileId;
use crate::graph::{Graph, Op};

fn graph(source: &str) -> Graph {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, source, SourceType::tsx()).parse();
    assert!(!parsed.diagnostics.has_errors(), "{source}");
    crate::lower::lower(&[(&parsed.program, 0)])
}

struct Named<'n>(Vec<&'n str>);

impl Modules for Named<'_> {
    fn file(&self, _: FileId, specifier: &str) -> Option<FileId> {
        self.0.iter().position(|name| *name == specifier).map(FileId::at)
    }
}

/// Files are parted by lines `// ./name`, of which the first is left out.
#[must_use]
pub fn program(source: &str) -> Flow {
    let (mut names, mut texts) = (vec!["./main"], vec![String::new()]);
    for line in source.lines() {
        if let Some(name) = line.trim().strip_prefix("// ./") {
            names.push(Box::leak(format!("./{name}").into_boxed_str()));
            texts.push(String::new());
        } else if let Some(last) = texts.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    let graphs: Vec<_> = texts.iter().map(|text| graph(text)).collect();
    let standing = vec![Standing::default(); graphs.len()];
    Flow::link(graphs, &standing, &Named(names), Apis::with_language())
}

/// Who is called where: `callee text -> functions`, of calls that call something of the program.
fn calls(source: &str) -> Vec<String> {
    let flow = program(source);
    let mut lines = Vec::new();
    for (index, file) in flow.files.iter().enumerate() {
        for (value, op) in file.graph.iter() {
            let Op::Call { callee: Some(callee), .. } = op else { continue };
            let targets = flow.solved.targets(flow.node(FileId::at(index), value));
            if !targets.is_empty() {
                let name = |target: &super::FunctionRef| {
                    flow.function(*target).name.map_or("?", |n| flow.file(target.file).graph.name(n)).to_owned()
                };
                let names: Vec<_> = targets.iter().map(name).collect();
                lines.push(format!("{} -> {}", file.graph.text(callee), names.join(" ")));
            }
        }
    }
    lines
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    assert_eq!(calls(source), expected, "{source}");
}

#[test]
fn functions_by_name_and_value() {
    check("function f() {} f()", &["f -> f"]);
    check("const f = () => {}; const g = f; g()", &["g -> f"]);
    check("let f; f = function () {}; f()", &["f -> f"]);
    check("const o = { m() {} }; o.m(); o['m']()", &["o.m -> m", "o.m -> m"]);
    check("const o = {}; o.a = { b: () => {} }; const { a: { b } } = o; b()", &["b -> b"]);
    check("function f(cb) { cb() } f(() => {}); ", &["cb -> ?", "f -> f"]);
    check("const make = () => () => {}; make()()", &["make -> make", "make() -> ?"]);
    check("const list = [() => {}]; for (const x of list) x()", &["x -> ?"]);
    check("const m = new Map(); m.set('k', function h() {}); m.get('k')()", &["m.get('k') -> h"]);
    check("const t = { a() {}, b() {} }; t[process.argv[2]]()", &["t[process.argv[2]] -> a b"]);
    check("function f() {} f.call(null); f.bind(null)()", &["f.bind(null) -> f"]);
}

#[test]
fn classes() {
    check("class A { m() { this.n() } n() {} } new A().m()", &["this:A.n -> n", "new A().m -> m"]);
    check("class A { m() {} } class B extends A {} new B().m()", &["new B().m -> m"]);
    check(
        "class A { run() { this.step() } step() {} } class B extends A { step() {} } new B().run()",
        &["this:A.step -> step step", "new B().run -> run"],
    );
    check("class A { constructor() {} } const C = A; new C()", &["C -> constructor"]);
    check("class A { constructor() {} } class B extends A {} new B()", &["B -> constructor"]);
    check("class A { static s() {} } A.s()", &["A.s -> s"]);
    check("class A { h = () => {}; m() { this.h() } }", &["this:A.h -> h"]);
    check("function F() { this.go() } F.prototype.go = function () {}; new F()", &["this.go -> go", "F -> F"]);
}

#[test]
fn files() {
    check("import { f } from './a'; f()\n// ./a\nexport function f() {}", &["f -> f"]);
    check("import a from './a'; a()\n// ./a\nexport default function f() {}", &["a -> f"]);
    check("import * as a from './a'; a.f()\n// ./a\nexport const f = () => {}", &["a.f -> f"]);
    check(
        "const a = require('./a'); a.f(); a.g()\n// ./a\nexports.f = () => {}; module.exports.g = () => {}",
        &["a.f -> f", "a.g -> g"],
    );
    check("const { f } = require('./a'); f()\n// ./a\nfunction f() {}\nmodule.exports = { f }", &["f -> f"]);
    check("import { f } from './b'; f()\n// ./a\nexport function f() {}\n// ./b\nexport * from './a'", &["f -> f"]);
    check(
        "import { g } from './b'; g()\n// ./a\nexport function f() {}\n// ./b\nexport { f as g } from './a'",
        &["g -> f"],
    );
    check("const a = await import('./a'); a.f()\n// ./a\nexport function f() {}", &["a.f -> f"]);
}

#[test]
fn components_are_called_by_those_who_render_them() {
    check("function App({ go }) { go() } const x = <App go={() => {}} />", &["go -> ?", "App -> App"]);
}
