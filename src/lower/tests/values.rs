//! Declarations, assignments, members, calls, literals.

use super::edges;

#[test]
fn declarations() {
    edges(
        "
const h = open(a)
    open(a)
    open(a) -> h

let x; var y = x, z
    x -> y

const f = () => {}, g = async function* () {}, k = class {}
    function f -> f
    async function* g -> g
    class k -> k
",
    );
}

#[test]
fn destructuring() {
    edges(
        "
let { a, b: c, 'd-e': f, 0: g } = o
    o.a -> a
    o.b -> c
    o.d-e -> f
    o[0] -> g

let { a = b, c: { d: [, e] = h } = {} } = o
    (o.a = b) -> a
    ((o.c = {}).d = h)[1] -> e

let { [k]: a, ['x' + i]: b, ['y']: c } = o
    o[k] -> a
    o[('x' + i)] -> b
    o.y -> c

let { a, ...rest } = o
    o.a -> a
    ...o -> {}
    {} -> rest

const [a, , b = 1, ...all] = list
    list[0] -> a
    (list[2] = 1) -> b
    ...list -> []
    [] -> all

const [[a], { b }] = await c()
    c()
    await c()
    (await c())[0][0] -> a
    (await c())[1].b -> b

const { i = () => {}, j = class {} } = o
    (o.i = function i) -> i
    (o.j = class j) -> j
",
    );
}

#[test]
fn assignments() {
    edges(
        "
x = y
    y -> x

a = b = c; a.b = c.d = e()
    c -> b
    c -> a
    e()
    e() -> c.d
    e() -> a.b

x += y; a.b -= c
    (x + y) -> x
    (a.b arithmetic c) -> a.b

x++; --a.b; a[i]++
    (update x) -> x
    (update a.b) -> a.b
    (update a[i]) -> a[i]

x ??= y(); a.b ||= c; a[b] &&= c
    y()
    y() -> x
    c -> a.b
    c -> a[b]

a['c'] = 1; a[0] = 2; a[k] = 3; a[`t`] = 4; a[-1] = 5; a[b + 1] = 6; a[1.5] = 7
    1 -> a.c
    2 -> a[0]
    3 -> a[k]
    4 -> a.t
    5 -> a[-1]
    6 -> a[(b + 1)]
    7 -> a[1.5]

f(a).b = g(c)
    f(a)
    g(c)
    g(c) -> f(a).b
",
    );
}

#[test]
fn assignments_to_patterns() {
    edges(
        "
(a as B).c = d; (a as any) = e; a!.f = g
    a: B
    d -> a.c
    e -> a
    g -> a.f

[a, b.c, { d: e.f, g = h, ...i }, ...j] = k
    k[0] -> a
    k[1] -> b.c
    k[2].d -> e.f
    (k[2].g = h) -> g
    ...k[2] -> {}
    {} -> i
    ...k -> []
    [] -> j

({ a, b: c = d, [e]: f, g: h.i } = j)
    j.a -> a
    (j.b = d) -> c
    j[e] -> f
    j.g -> h.i

[a = () => {}] = b; a.h = () => {}; j ??= function () {}
    (b[0] = function a) -> a
    function h -> a.h
    function j -> j

a.b.c = d; this.e = f
    d -> a.b.c
    f -> this.e
",
    );
}

#[test]
fn members() {
    edges(
        "
use(a.b, a['b'], a[`b`], a[0], a[k], a.b.c)
    use(a.b, a.b, a.b, a[0], a[k], a.b.c)

use(a?.b, a?.[0], a?.b.c, a?.[k]?.d)
    use(a?.b, a?.[0], a?.b.c, a?.[k]?.d)

class A { #p = 1; p = 2; m(o) { return #p in o ? o.#p : this.p } }
    class A -> A
    1 -> this:A.#p
    2 -> this:A.p
    return (o.#p : this:A.p)
    function m -> this:A.m

delete a.b; delete a[k]; delete a?.b; delete (a.b as any); delete a!.c; delete x
    delete a.b
    delete a[k]
    delete a.b
    delete a.b
    delete a.c

use((a.b as C).d, (a, b).c, a.b!)
    a.b: C
    use(a.b.d, b.c, a.b)
",
    );
}

#[test]
fn calls() {
    edges(
        "
f(); f(a, b.c); a.b(c); a[b](c); a.b()()
    f()
    f(a, b.c)
    a.b(c)
    a[b](c)
    a.b()
    a.b()()

f?.(a); a?.b(c); a.b?.(c)
    f?.(a)
    a?.b(c)
    a.b?.(c)

f(a, ...b, c); new F(...d)
    f(a, ...b, c)
    new F(...d)

new A; new a.B(1); new (f())(2)
    new A()
    new a.B(1)
    f()
    new f()(2)

t`x${a}y${b}`; a.b`c`
    t`${a}${b}`
    a.b``

(function () { return a })(); (() => b)(); (0, c.d)(e); (async () => await g)()
    return a
    function 1()
    return b
    function 2()
    c.d(e)
    await g
    return (await g)
    async function 3()

a.b().c(d).e()
    a.b()
    a.b().c(d)
    a.b().c(d).e()

setTimeout(() => f(a), 9)
    f(a)
    return f(a)
    setTimeout(function 1, 9)
",
    );
}

#[test]
fn other_modules() {
    edges(
        "
const { readFile: r } = require('fs'); require(`os`).b; require(name); require('x', y)
    import(fs).*.readFile -> r
    require(name)
    require('x', y)

function f(require) { require('fs') }
    function f -> f
    require('fs')

const m = await import('x'); import(`y`).then(z); import(name, { with: o })
    await import(x).*
    (await import(x).*) -> m
    import(y).*.then(z)
    o -> {}.with
    _(name)

function f() { use(import.meta.url, new.target) }
    function f -> f
    use(meta.url, meta)
",
    );
}

#[test]
fn literals() {
    edges(
        "
use(1, -1, 0x10, 1.5, 'a', '', true, !0, !1, null, undefined, void 0, /x/, 10n)
    use(1, -1, 16, 1.5, 'a', '', true, true, false, null, undefined, undefined, regex, bigint)

use('0123456789012345678901234567890123456789012345678', '012345678901234567890123456789012345678901234567')
    use('..', '012345678901234567890123456789012345678901234567')

use(`a`, `a${b}`, `${a}-${b}`, a + 'b' + c)
    use('a', (template b), ((template a) template b), ((a + 'b') + c))
",
    );
}

#[test]
fn operators() {
    edges(
        "
use(!a, typeof a, -a, ~a, +a, a == b, a !== b, a < b, a >= b, a % b, a * b, a in b, a instanceof b, a ** b)
    use((not a), (typeof a), (unary a), (unary a), (unary a), (a == b), (a != b), (a < b), (a > b), (a % b), (a arithmetic b), (a in b), (a instanceof b), (a arithmetic b))

use((a(), b), a ? b : c, a && b, a || b, a ?? b, await a)
    a()
    await a
    use(b, (b : c), (a && b), (a || b), (a ?? b), (await a))
",
    );
}

#[test]
fn objects() {
    edges(
        "
const o = { a, b: c, 'd-e': 1, 2: f, [k]: g, ['h']: i, ...s }
    a -> {}.a
    c -> {}.b
    1 -> {}.d-e
    f -> {}[2]
    g -> {}[k]
    i -> {}.h
    ...s -> {}
    {} -> o

const o = { m() { return this }, async n() {}, *p() {}, f: () => this, g: function () { return this } }
    return {}
    function m -> {}.m
    async function n -> {}.n
    function* p -> {}.p
    return this
    function f -> {}.f
    return {}
    function g -> {}.g
    {} -> o

const o = { get a() { return this.b }, set a(v) { this.b = v } }
    return {}.b
    function a -> get {}.a
    v -> {}.b
    function a -> set {}.a
    {} -> o

const o = { __proto__: p, m() { super.m(); super.x = 1 } }
    p -> {}.__proto__
    super({}).m()
    1 -> super({}).x
    function m -> {}.m
    {} -> o

const o = { a: { b: { c: d } } }
    d -> {}~3.c
    {}~3 -> {}~2.b
    {}~2 -> {}.a
    {} -> o
",
    );
}

#[test]
fn arrays() {
    edges(
        "
const t = [a, , 'b', ...c, d]; const e = []
    a -> [][0]
    'b' -> [][2]
    ...c -> []
    d -> [][*]
    [] -> t
    []~2 -> e

const t = [[a, 1], { b: c }]
    a -> []~2[0]
    1 -> []~2[1]
    []~2 -> [][0]
    c -> {}.b
    {} -> [][1]
    [] -> t

const t = [...a]
    ...a -> []
    [] -> t
",
    );
}

#[test]
fn generators_and_async() {
    edges(
        "
async function f() { await a; const b = await c(); return await b }
    async function f -> f
    await a
    c()
    await c()
    (await c()) -> b
    await b
    return (await b)

function* f() { const a = yield b; yield* c(a); yield }
    function* f -> f
    yield b
    (yield b) -> a
    c(a)
    yield* c(a)
    yield

async function* f() { for await (const a of b) yield a }
    async function* f -> f
    (await of b) -> a
    yield a
",
    );
}
