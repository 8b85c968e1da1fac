//! Imports and exports.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::edges;
use crate::graph::Op;
use crate::lower::lower;

#[test]
fn imports() {
    edges(
        "
import a, { b as c, default as d, 'e-f' as g } from 'h'; a(c, d, g)
    import(h).default -> a
    import(h).b -> c
    import(h).default -> d
    import(h).e-f -> g
    a(c, d, g)

import * as i from 'j'; import 'o'; i.k()
    import(j).* -> i
    i.k()

import type K from 'l'; import { type M, n } from 'o'; let k: K, m: M
    import(l).default -> K
    import(o).M -> M
    import(o).n -> n
    k: K
    m: M

import fs = require('fs'); import B = A.B.C; import type T = require('t'); fs.x(B)
    import(fs).* -> fs
    A.B.C -> B
    import(t).* -> T
    fs.x(B)

import a from 'b'; function f(a) { a() } { const a = 1; use(a) } a()
    function f -> f
    import(b).default -> a
    a~2()
    1 -> a~3
    use(a~3)
    a()
",
    );
}

#[test]
fn exports() {
    edges(
        "
export const { a, b: [c] } = d, e = 1; export let f
    d.a -> a
    d.b[0] -> c
    1 -> e
    export a as a
    export c as c
    export e as e
    export f as f

export function f() {} export class G {} export async function* h() {}
    function f -> f
    async function* h -> h
    export f as f
    class G -> G
    export G as G
    export h as h

export default function () { return 1 }
    return 1
    export function 1 as default

export default function f() {} use(f)
    function f -> f
    export function f as default
    use(f)

export default class {}
    export class 0 as default

export default class A {} use(A)
    class A -> A
    export class A as default
    use(A)

export default () => a
    return a
    export function 1 as default

export default { a, b() {} }
    a -> {}.a
    function b -> {}.b
    export {} as default
",
    );
}

#[test]
fn exports_of_names() {
    edges(
        "
export { x, x as y, z as default, g }; const x = 1; import z from 'z'
    export x as x
    export x as y
    export z as default
    export g as g
    1 -> x
    import(z).default -> z

export * from 'a'; export * as b from 'b'; export { c, default as d, default, e as 'f-g' } from 'h'
    export import(a).* as *
    export import(b).* as b
    export import(h).c as c
    export import(h).default as d
    export import(h).default as default
    export import(h).e as f-g

export type { K } from 'l'; export { type F } from 'j'; export type * from 'm'
    export import(l).K as K
    export import(j).F as F
    export import(m).* as *

export type T = 'a' | 'b'; export interface I extends J {} export type { T as U }
    export T as T
    export I as I
    export T as U
    type T = finite
    type I = J

export const Mode = { A: 'a' } as const; export type Mode = (typeof Mode)[keyof typeof Mode]
    'a' -> {}.A
    {}: const
    {} -> Mode
    export Mode as Mode
    export Mode~2 as Mode
    type Mode~2 = typeof Mode[..]

export default interface I {}
    export I as default
    type I = object

export { Foo }; const Foo = 1; type Foo = 2
    export Foo as Foo
    export Foo~2 as Foo
    1 -> Foo
    type Foo~2 = finite
",
    );
}

#[test]
fn commonjs() {
    edges(
        "
module.exports = a; exports.b = c; module.exports.d = function () {}; Object.assign(exports, e)
    a -> module.exports
    c -> exports.b
    function d -> module.exports.d
    Object.assign(exports, e)

import fs = require('fs'); export = fs
    import(fs).* -> fs
    export fs as *

function f(module) { module.exports = a }
    function f -> f
    a -> module.exports
",
    );
}

/// `<script>` and `<script setup>` share what they declare; positions are those of the file.
#[test]
fn blocks_of_a_component() {
    let arena = Allocator::default();
    let parsed = |source| Parser::new(&arena, source, SourceType::ts()).parse().program;
    let (first, second) = (parsed("import a from 'b'; let c = a()"), parsed("function d() { c = a } d()"));
    let graph = lower(&[(&first, 8), (&second, 100)]);
    let edges = ["import(b).default -> a", "a()", "a() -> c", "function d -> d", "a -> c", "d()"];
    assert_eq!(graph.edges(), edges);
    let calls = graph.insts.iter().filter(|inst| matches!(inst.op, Op::Call { .. }));
    assert_eq!(calls.map(|inst| inst.at).collect::<Vec<_>>(), [35, 123]);
}
