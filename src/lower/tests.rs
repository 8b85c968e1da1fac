//! Table tests: what is written, and below it, indented, the edges that it makes.

mod classes;
mod control;
mod hostile;
mod jsx;
mod modules;
mod scopes;
mod typescript;
mod values;

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use crate::graph::{FunctionId, Graph};

/// Every program of the table makes the edges below it.
#[track_caller]
fn edges(table: &str) {
    check(table, SourceType::tsx(), Graph::edges);
}

/// The same for code of some type.
#[track_caller]
fn edges_of(source_type: SourceType, table: &str) {
    check(table, source_type, Graph::edges);
}

/// The same for scripts that are not strict.
#[track_caller]
fn sloppy(table: &str) {
    check(table, SourceType::script(), Graph::edges);
}

/// The first function of every program has the blocks below it.
#[track_caller]
fn flow(table: &str) {
    flow_of(1, table);
}

#[track_caller]
fn flow_of(function: usize, table: &str) {
    check(table, SourceType::tsx(), |graph| graph.flow(FunctionId::at(function)));
}

#[track_caller]
fn check(table: &str, source_type: SourceType, print: impl Fn(&Graph) -> Vec<String>) {
    let programs = programs(table);
    assert!(!programs.is_empty(), "no program in the table");
    for (source, expected) in programs {
        let made = print(&graph(&source, source_type));
        assert!(made == expected, "{source}\n    {}\nexpected:\n    {}", made.join("\n    "), expected.join("\n    "));
    }
}

/// Lines that are not indented are a program, those below it what is expected; an empty line ends both.
fn programs(table: &str) -> Vec<(String, Vec<String>)> {
    let parts = table.split("\n\n").filter(|part| !part.trim().is_empty());
    parts
        .map(|part| {
            let lines = || part.lines().filter(|line| !line.is_empty());
            let source: Vec<_> = lines().filter(|line| !line.starts_with("    ")).collect();
            let expected = lines().filter_map(|line| line.strip_prefix("    "));
            (source.join("\n"), expected.map(str::to_owned).collect())
        })
        .collect()
}

fn graph(source: &str, source_type: SourceType) -> Graph {
    let arena = Allocator::default();
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(&arena, source, source_type).with_options(options).parse();
    assert!(!parsed.diagnostics.has_errors(), "{source}: {:?}", parsed.diagnostics);
    super::lower(&[(&parsed.program, 0)])
}
