//! Enums, namespaces, what is declared elsewhere, and annotations.

use oxc_span::SourceType;

use super::{edges, edges_of};

#[test]
fn enums() {
    edges(
        "
enum E { A, B = 5, C, D = 'x', F = A | B, 'g-h' = f(), I, ['j'] = 1 } use(E.A, E[0], A)
    {} -> E
    0 -> E.A
    5 -> E.B
    6 -> E.C
    'x' -> E.D
    (0 arithmetic 5) -> E.F
    f()
    f() -> E.g-h
    (f() + 1) -> E.I
    1 -> E.j
    use(E.A, E[0], A)

const enum G { A = -1, B } declare enum H { A } use(G.B, H.A)
    {} -> G
    -1 -> G.A
    0 -> G.B
    use(G.B, H.A)

enum E { A = 1 } enum E { B = A } export enum K { L }
    {} -> E
    1 -> E.A
    1 -> E.B
    {}~2 -> K
    0 -> K.L
    export K as K
",
    );
}

#[test]
fn namespaces() {
    edges(
        "
namespace N { export let cache = new Map(); export function add(k) { cache.set(k) } const priv = 1; cache = null } N.cache.clear()
    {} -> N
    function add -> add
    new Map()
    new Map() -> cache
    cache -> N.cache
    N.cache -> cache
    cache.set(k)
    add -> N.add
    1 -> priv
    null -> cache
    N.cache.clear()

namespace N { export const x = 1; export namespace M { export const y = x } use(M.y) } namespace N { use(x); priv() }
    {} -> N
    1 -> x
    x -> N.x
    {}~2 -> M
    x -> y
    y -> M.y
    M -> N.M
    use(M.y)
    use(x)
    priv()
",
    );
}

#[test]
fn namespaces_that_are_merged() {
    edges(
        "
namespace P.Q.R { export const s = 1 } use(P.Q.R.s)
    {} -> P
    {}~2 -> Q
    {}~3 -> R
    1 -> s
    s -> R.s
    R -> Q.R
    Q -> P.Q
    use(P.Q.R.s)

function f() {} namespace f { export const cache = 1 } class A {} namespace A { export class B {} export type T = B; let b: T }
    function f -> f
    1 -> cache
    cache -> f.cache
    class A -> A
    class B -> B
    B -> A.B
    T -> A.T
    b: T
    type T = B

namespace B { export type B = string; export type L = 1 } namespace B { export type C = B.L; let b: B }
    {} -> B
    B~2 -> B.B
    L -> B.L
    C -> B.C
    b: B~2
    type B~2 = primitive
    type L = finite
    type C = B.L

export namespace N { export import a = b.c; export enum E { F } }
    {} -> N
    b.c -> a
    a -> N.a
    {}~2 -> E
    0 -> E.F
    E -> N.E
    export N as N

module M { export const x = 1 } use(M.x)
    {} -> M
    1 -> x
    x -> M.x
    use(M.x)
",
    );
}

#[test]
fn declared_elsewhere() {
    edges(
        "
declare const a: A, b: B<C>; declare let c; declare function d(): void; declare class E {} declare namespace F { const g; } use(a, b, c, d, E, F.g)
    a: A
    b: B<C>
    use(a, b, c, d, E, F.g)

declare function setTimeout(f: () => void): number; setTimeout(a); function f(setTimeout) { setTimeout() }
    function f -> f
    globalThis.setTimeout(a)
    setTimeout()

declare global { interface Window { x: X } var y: Y } declare module 'm' { export const z: Z } use(y, window.x)
    use(y, window.x)

export declare const a: A; export declare function f(): void
    a: A
    export a as a
    export f as f
",
    );
}

#[test]
fn bodiless() {
    edges(
        "
function g(a): void; function g(a, b?) { return a } export function h(): void; export function h(a?) {}
    function g -> g
    function h -> h
    return a
    export h as h

abstract class A { abstract m(): void; n(): void; n(a?) {} abstract p: P; constructor(); constructor(a?) {} }
    class A -> A
    function n -> this:A.n
    this:A.p: P
",
    );
}

#[test]
fn annotations() {
    edges(
        "
let a: A; const b: B.C = d; let { e }: E = g(); var [h]: H[] = i
    a: A
    d -> b
    b: B.C
    g()
    g().e -> e
    g(): E
    i[0] -> h
    i: H[]

function f(this: Foo, a: A, { b }: B, [c]: C = d, ...e: E[]): D { this.g() }
    function f -> f
    this: Foo
    a: A
    f#1.b -> b
    f#1: B
    (f#2 = d)[0] -> c
    f#2: C
    f#3: E[]
    f#3 -> e
    this.g()

try { } catch (e: unknown) { } try { } catch (f: any) { }
    caught -> e
    caught -> f
    caught: any

use(a as B, a as unknown as C, a satisfies D, a!, f<E>(b), new G<H>())
    a: B
    a: C
    f(b)
    new G()
    use(a, a, a, a, f(b), new G())

const a = ['x', { y: 1 }] as const
    'x' -> [][0]
    1 -> {}.y
    {} -> [][1]
    []: const
    [] -> a

for (const a of b as C[]) use(a)
    b: C[]
    (of b) -> a
    use(a)
",
    );
}

#[test]
fn types() {
    edges(
        "
let a: 'x' | 1 | true | null, b: A | B | undefined, c: A & B, d: keyof A, e: boolean
    a: finite
    b: A | B | finite
    c: A | B
    d: finite
    e: finite

let a: string[], b: readonly A[], c: [A, B], d: Array<A>, e: Map<string, A>, f: Promise<A | B>
    a: primitive[]
    b: A[]
    c: A[]
    d: Array<A>
    e: Map<primitive>
    f: Promise<A | B>

let a: `x${string}`, b: `x`, c: () => void, d: new () => A, e: { x: 1 }, f: { [k in K]: V }, g: unique symbol
    a: primitive
    b: finite
    c: function
    d: function
    e: object
    f: object
    g: primitive

let a: object, b: any, c: unknown, d: never, e: void, f: bigint, g: symbol, h: -1, i: (A)
    a: object
    b: any
    d: finite
    e: finite
    f: primitive
    g: primitive
    h: finite
    i: A

let a: typeof b, c: typeof d.e, f: A['x'], g: A[number], h: typeof import('x'), i: A extends B ? C : D, j: asserts
    a: typeof b
    c: typeof d.e
    f: A[..]
    g: A[..]
    j: asserts

function f(a): a is A { } let b: import('x').Y
    function f -> f
    b: import(x).Y
",
    );
}

#[test]
fn type_names() {
    edges(
        "
type T<K extends string = 'a'> = K; interface I<A> extends J<A> {} class C<X extends Y> { p: X }
    class C -> C
    this:C.p: X
    type K = primitive
    type T = K
    type I = J
    type X = Y

function f<K extends keyof T, V>(a: K, b: V, c: T<'x'>) { let d: V } let e: V
    function f -> f
    a: K
    b: V
    c: T<finite>
    d: V
    e: globalThis.V
    type K = finite

type Mode = 'a' | 'b'; let m: Mode; { type Mode = string; let n: Mode } interface Mode2 {} let o: Mode2
    m: Mode
    n: Mode~2
    o: Mode2
    type Mode = finite
    type Mode~2 = primitive
    type Mode2 = object

const f = <T,>(x: T) => x as T; type Rec = { next: Rec }; let r: Rec
    x: T
    x: T
    return x
    function f -> f
    r: Rec
    type Rec = object

class A<T> { m<U extends T>(a: T, b: U) { let c: this } static s(d: T) {} }
    class A -> A
    a: T
    b: U
    c: this:A
    function m -> this:A.m
    d: T
    function s -> class A.s
    type U = T

enum E { A } let a: E, b: E.A
    {} -> E
    0 -> E.A
    a: E
    b: E.A
",
    );
}

#[test]
fn assertions_in_angles() {
    edges_of(
        SourceType::ts(),
        "
use(<A>x, <const>['a'])
    x: A
    'a' -> [][0]
    []: const
    use(x, [])
",
    );
}
