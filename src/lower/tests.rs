//! Table tests: source on one side, edges on the other.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use crate::graph::{FunctionId, Graph};

fn graph(source: &str) -> Graph {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, source, SourceType::tsx()).parse();
    assert!(!parsed.diagnostics.has_errors(), "{source}");
    super::lower(&[(&parsed.program, 0)])
}

#[track_caller]
fn edges(source: &str, expected: &[&str]) {
    assert_eq!(graph(source).edges(), expected, "{source}");
}

#[test]
fn declarations() {
    edges("const h = open(a)", &["open(a)", "open(a) -> h"]);
    edges("let { a, b: [c = d] } = o", &["o.a -> a", "(o.b[0] = d) -> c"]);
}

#[test]
fn a_finally_goes_on_by_its_tag() {
    let graph = graph("function f() { try { a(); return 1 } finally { b() } c() }");
    let expected =
        ["b1: => b4", "b2: c(); => return", "b3: b(); => resume throw return", "b4: a(); return 1; => b3#2 !b3#1"];
    assert_eq!(graph.flow(FunctionId::at(1)), expected);
}
