//! Shapes that nobody writes by hand: linear, and no deeper than the stack.

use std::time::{Duration, Instant};

use oxc_span::SourceType;

use super::graph;
use crate::graph::{Op, Packed};

/// What a release build needs at most is 0.2 s; this is not one, and other tests run beside it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Frames of a debug build are large; the command has 256 MiB, and 1 GiB for what is deep.
const STACK: usize = 2 << 30;

/// Lowers, packs and unpacks a program on a large stack; the number of its instructions of some kind.
fn count(source: String, of: fn(&Op) -> bool) -> usize {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let began = Instant::now();
        let graph = graph(&source, SourceType::tsx());
        assert_eq!(Packed::of(&graph).unpack().as_ref(), Ok(&graph));
        assert!(began.elapsed() < PATIENCE, "{:?} for {}", began.elapsed(), &source[..40]);
        graph.iter().filter(|(_, op)| of(op)).count()
    });
    thread.unwrap().join().unwrap()
}

fn repeat(times: usize, part: impl Fn(usize) -> String) -> String {
    (0..times).map(part).collect()
}

fn is_call(op: &Op) -> bool {
    matches!(op, Op::Call { .. })
}

#[test]
fn cases_of_a_switch() {
    let cases = repeat(100_000, |i| format!("case {i}: f(); "));
    assert_eq!(count(format!("switch (x) {{ {cases} default: g() }}"), is_call), 100_001);
}

#[test]
fn returns_through_one_finally() {
    let returns = repeat(100_000, |_| "if (a) return b; ".to_owned());
    let source = format!("function f() {{ try {{ {returns} }} finally {{ g() }} }}");
    assert_eq!(count(source, |op| matches!(op, Op::Return { .. })), 100_000);
}

#[test]
fn ways_through_one_finally() {
    let labels = repeat(1_000, |i| format!("l{i}: "));
    let breaks = repeat(1_000, |i| format!("if (a) break l{i}; "));
    assert_eq!(count(format!("{labels} {{ try {{ {breaks} }} finally {{ g() }} }}"), is_call), 1);
}

#[test]
fn variables() {
    let source = repeat(200_000, |i| format!("let v{i} = {i}; "));
    assert_eq!(count(source, |op| matches!(op, Op::Symbol { .. })), 200_000);
    let source = repeat(200_000, |i| format!("use(v{i}); "));
    assert_eq!(count(source, |op| matches!(op, Op::Global { .. })), 200_001);
}

/// Names of all lengths that differ in one letter only are different names.
#[test]
fn names_that_are_one_letter_apart() {
    let name = |length: usize, changed: usize, letter: char| {
        let letters = ('a'..='z').take(length).enumerate();
        letters.map(|(at, own)| if at == changed { letter } else { own }).collect::<String>()
    };
    let lengths = 1..20_usize;
    let of_length = |n| (0..n).flat_map(move |at| ['A', 'B', 'z', '_'].map(|letter| name(n, at, letter)));
    let all: Vec<_> = lengths.flat_map(of_length).collect();
    assert_eq!(count(format!("f({})", all.join(", ")), |op| matches!(op, Op::Global { .. })), all.len() + 1);
}

/// Their beginnings, middles and ends are the same, which is what the hash of an identifier looks at.
#[test]
fn names_that_are_much_alike() {
    let source = repeat(50_000, |i| format!("use('aaaaaaaa{i:07}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'); "));
    assert_eq!(count(source, |op| matches!(op, Op::Text { value: Some(_) })), 50_000);
}

#[test]
fn functions() {
    let source = repeat(100_000, |i| format!("function f{i}() {{ return f{i} }} "));
    assert_eq!(count(source, |op| matches!(op, Op::Closure { .. })), 100_000);
    let source = repeat(20_000, |i| format!("class C{i} {{ m() {{ return this.h }} }} "));
    assert_eq!(count(source, |op| matches!(op, Op::Class { .. })), 20_000);
}

#[test]
fn sums_and_chains() {
    let sum = format!("x = 0{}", repeat(250_000, |_| " + a".to_owned()));
    assert_eq!(count(sum, |op| matches!(op, Op::Operate { .. })), 250_000);
    let chain = format!("a{}", repeat(120_000, |_| ".b()".to_owned()));
    assert_eq!(count(chain, is_call), 120_000);
    let choice = format!("x = f(){}", repeat(50_000, |_| " || f()".to_owned()));
    assert_eq!(count(choice, is_call), 50_001);
    let test = format!("if (f(){}) g()", repeat(50_000, |_| " && f()".to_owned()));
    assert_eq!(count(test, is_call), 50_002);
}

#[test]
fn tables() {
    let rows = repeat(200_000, |i| format!("['a', {i}, f],"));
    assert_eq!(count(format!("export const t = [{rows}]"), |op| matches!(op, Op::Array { .. })), 200_001);
    let numbers = repeat(400_000, |i| format!("{i},"));
    assert_eq!(count(format!("x = [{numbers}]"), |op| matches!(op, Op::Number { .. })), 0);
}

#[test]
fn nests() {
    let source = format!("x = {}f(){}", "[".repeat(3_000), "]".repeat(3_000));
    assert_eq!(count(source, is_call), 1);
    let source = format!("{}f(){}", "() => {".repeat(1_000), "}".repeat(1_000));
    assert_eq!(count(format!("x = {source}"), is_call), 1);
    let source =
        format!("{}f();{}", "for (;;) { try {".repeat(1_000), "} finally { if (a) continue; } }".repeat(1_000));
    assert_eq!(count(source, is_call), 1);
    let source = format!("{}f(){}", "if (a) {} else ".repeat(3_000), "");
    assert_eq!(count(source, is_call), 1);
}
