//! Packing: what comes out is what went in, and bytes that are no graph are refused.

use std::hint::black_box;

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::{FunctionId, Graph, Packed};
use crate::lower::lower;

/// Every kind of instruction, block, function, class, loop and type.
const PROGRAM: &str = r#"
import a, { type B } from 'c'; import d = require('e'); export * from 'f'; export { a as 'ä€' };
enum E { A, B = 'x' } namespace N { export let x = 1 } type T = readonly ('a' | `b${string}`)[]; interface I extends N.J {}
@dec class C<X extends T> extends mixin(a) implements I {
    #p = open(); static s = -0; f: Map<string, B | null> = () => super.m(...d, this.#p);
    constructor(private q: typeof a, { r = 1.5e300 }: any, ...rest: I['k'][]) { super(q, arguments[0]); delete this.s }
    get g() { return new.target } set g(v) { v ??= 10n } static async *m() { yield* await a; yield } static { this.s++ }
}
async function f(this: C) {
    outer: for (const [k, v] of Object.entries(a)) for (let i = 0; i < 0xffffffff; i++) {
        try { if (k in v) continue outer; if (!v) break outer; return void 0 } catch (e) { throw e } finally { a?.b?.(`${k}-${v}`) }
    }
    for await (using x of a.b()) switch (x) { case 1: import('y'); default: while (true) { if (x instanceof C) break } }
    return { ...this, [a]: [1, , 'b', ...d], get z() { return <div x="y" {...a}>{f}</div> } } as const satisfies unknown;
}
"#;

fn graph(source: &str) -> Graph {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, source, SourceType::tsx()).parse();
    assert!(!parsed.diagnostics.has_errors(), "{:?}", parsed.diagnostics);
    lower(&[(&parsed.program, 0)])
}

#[test]
fn what_was_packed_comes_out() {
    for source in ["", "a", PROGRAM] {
        let graph = graph(source);
        assert_eq!(Packed::of(&graph).unpack().as_ref(), Ok(&graph), "{source}");
    }
    assert_eq!(Packed::of(&Graph::default()).unpack(), Ok(Graph::default()));
    assert!(Packed::of(&graph(PROGRAM)).len() < 3 * PROGRAM.len());
}

/// Whatever the bytes are: no graph, or one that answers and that is packed to the same again.
#[test]
fn bytes_that_were_changed_do_no_harm() {
    let packed = Packed::of(&graph(PROGRAM));
    let mut random = Random(1);
    let (mut refused, mut taken) = (0, 0);
    for round in 0..8_000 {
        let mut bytes = packed.bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match round % 4 {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = low_byte(random.next()),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, low_byte(random.next())),
            }
        }
        match Packed::from_bytes(&bytes).unpack() {
            Ok(graph) => {
                taken += 1;
                ask(&graph);
                assert_eq!(Packed::of(&graph).unpack(), Ok(graph));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 500 && taken > 500, "{refused} refused, {taken} taken");
}

/// Numbers that promise more than there is are seen before memory is asked for.
#[test]
fn promises_of_size_are_not_believed() {
    let large = [0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(Packed::from_bytes(&large).unpack().is_err());
    let packed = Packed::of(&graph(PROGRAM));
    for at in 0..packed.len() {
        let bytes = [&packed.bytes()[..at], &large, &packed.bytes()[at..]].concat();
        if let Ok(graph) = Packed::from_bytes(&bytes).unpack() {
            ask(&graph);
        }
    }
}

/// Every question that a graph answers by itself.
fn ask(graph: &Graph) {
    for (value, _) in graph.iter() {
        black_box((graph.block_of(value), graph.function_of(value), graph.args(value)));
    }
    for index in 0..graph.functions.len() {
        black_box(graph.params(FunctionId::at(index)));
        let mut function = FunctionId::at(index);
        while function != FunctionId::MODULE {
            function = graph.functions[function.index()].parent;
        }
    }
    black_box((graph.edges(), graph.flow(FunctionId::MODULE)));
    graph.names.iter().for_each(|(name, text)| assert_eq!(graph.name(name), text));
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count.max(1) as u64).unwrap_or_default()
    }
}
