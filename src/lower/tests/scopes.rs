//! Which name means what: hoisting, parameters, closures, `this`, `arguments`, and sloppy code.

use super::{edges, sloppy};

#[test]
fn hoisting() {
    edges(
        "
f(); function f() { g(x) } var x = 1; { let x = 2; h(x) } k(x)
    function f -> f
    f()
    g(x)
    1 -> x
    2 -> x~2
    h(x~2)
    k(x)

use(b); if (a) { var b = c } for (var i of j) {} while (d) { var e = 1 } use(i, e)
    use(b)
    c -> b
    (of j) -> i
    1 -> e
    use(i, e)

try { var a = 1 } catch { var b = 2 } finally { var c = 3 } switch (x) { case 1: var d = 4 } l: var e = 5; use(a, b, c, d, e)
    1 -> a
    2 -> b
    3 -> c
    4 -> d
    5 -> e
    use(a, b, c, d, e)

x; let x = () => x; { x; let x = 1 }
    return x
    function x -> x
    1 -> x~2

new A(); class A {} const b = new B(); class B {}
    new A()
    class A -> A
    new B()
    new B() -> b
    class B -> B

export { x as y, f, type T, G as default }; const x = 1; function f() {} type T = 1; let z
    function f -> f
    export x as y
    export f as f
    export T as T
    export G as default
    1 -> x
    type T = finite

switch (a) { case 1: let b = c; function d() {} default: use(b, d) } use(b, d)
    function d -> d
    c -> b
    use(b, d)
    use(globalThis.b, globalThis.d)

for (let i = 0, n = i; ;) { let i = 1; use(i, n) } for (const a of a) use(a)
    0 -> i
    i -> n
    1 -> i~2
    use(i~2, n)
    (of a) -> a
    use(a)
",
    );
}

#[test]
fn parameters() {
    edges(
        "
function f(a, { b, c = 1 }, [d] = [], ...rest) { use(a, b, c, d, rest) }
    function f -> f
    f#1.b -> b
    (f#1.c = 1) -> c
    (f#2 = [])[0] -> d
    f#3 -> rest
    use(a, b, c, d, rest)

function f(...[a, b]) { use(a, b) } const g = (a = open(), { b } = a) => b
    function f -> f
    f#0[0] -> a
    f#0[1] -> b
    use(a, b)
    open()
    (g#0 = open()) -> a~2
    (g#1 = a~2).b -> b~2
    return b~2
    function g -> g

function f(a) { var a; var b = a; { let a = 1; b = a } return a }
    function f -> f
    a -> b
    1 -> a~2
    a~2 -> b
    return a

function f(a = b, c = () => d) { var b = 1, d = 2; return c }
    function f -> f
    (f#0 = globalThis.b) -> a
    return globalThis.d
    (f#1 = function c) -> c
    1 -> b
    2 -> d
    return c

function f(f) { return f } f
    function f -> f
    return f~2
",
    );
}

#[test]
fn names_of_functions_and_classes() {
    edges(
        "
const f = function g() { return g }; use(g)
    function g -> g
    return g
    function g -> f
    use(globalThis.g)

const f = function g(g) { return g }; const h = function k() { var k = 1; return k }
    function g -> g
    return g~2
    function g -> f
    function k -> k
    1 -> k~2
    return k~2
    function k -> h

const B = class C { static c = C; m() { return C } }; use(C)
    class C -> C
    C -> class C.c
    return C
    function m -> this:C.m
    class C -> B
    use(globalThis.C)

class A { m() { return A } } A = 1
    class A -> A
    return A
    function m -> this:A.m
    1 -> A
",
    );
}

#[test]
fn catch_parameters() {
    edges(
        "
try { } catch (e) { var e = 1; use(e) } use(e)
    caught -> e~2
    1 -> e~2
    use(e~2)
    use(e)

try { } catch (e) { const f = () => e; { let e = 2; use(e) } } use(e)
    caught -> e
    return e
    function f -> f
    2 -> e~2
    use(e~2)
    use(globalThis.e)
",
    );
}

#[test]
fn closures() {
    edges(
        "
function f(a) { let n = 0; return { inc: () => n++, get: () => a } }
    function f -> f
    0 -> n
    (update n) -> n
    return (update n)
    function inc -> {}.inc
    return a
    function get -> {}.get
    return {}

let a = 1; function f() { return () => { a = b; let b = 2; return b } }
    function f -> f
    1 -> a
    b -> a
    2 -> b
    return b
    return function 2

function f() { a; function g() { a = 1 } var a }
    function f -> f
    function g -> g
    1 -> a
",
    );
}

#[test]
fn this() {
    edges(
        "
function f() { return this } use(this); const g = () => this
    function f -> f
    return this
    use(this)
    return this
    function g -> g

const o = { m() { return () => this }, f: () => this, n: { p() { return this } } }
    return {}
    return function 2
    function m -> {}.m
    return this
    function f -> {}.f
    return {}~2
    function p -> {}~2.p
    {}~2 -> {}.n
    {} -> o

class A { f = this; g = () => this; static s = this; m() { return () => this } static n() { return this } static { use(this) } [this.k] = 1 }
    class A -> A
    this:A -> this:A.f
    return this:A
    function g -> this:A.g
    class A -> class A.s
    return this:A
    return function 4
    function m -> this:A.m
    return class A
    function n -> class A.n
    use(class A)
    1 -> this:A[this.k]

function f() { const g = () => { use(this) }; use(this); function h() { use(this) } }
    function f -> f
    function h -> h
    use(this)
    function g -> g
    use(this)
    use(this)
",
    );
}

#[test]
fn arguments() {
    edges(
        "
function f(a, b) { use(arguments[i], arguments[0], arguments.length) }
    function f -> f
    a -> arguments[0]
    b -> arguments[1]
    use(arguments[i], arguments[0], arguments.length)

function f({ a }, ...b) { return () => arguments }
    function f -> f
    f#0.a -> a
    f#1 -> b
    f#0 -> arguments[0]
    ...f#1 -> arguments
    return arguments
    return function 2

function f(a = arguments[1], b) { } const g = () => arguments
    function f -> f
    (f#0 = arguments[1]) -> a
    f#0 -> arguments[0]
    b -> arguments[1]
    return arguments
    function g -> g

function f() { var arguments = 1; return arguments } function g(arguments) { return arguments }
    function f -> f
    function g -> g
    1 -> arguments
    return arguments
    return arguments~2

function f(a) { g.apply(this, arguments); function h() { return arguments[0] } }
    function f -> f
    function h -> h
    a -> arguments[0]
    g.apply(this, arguments)
    return arguments[0]
",
    );
}

#[test]
fn types_and_values() {
    edges(
        "
interface Map {} new Map(); let x: Map; function f<Set>(a: Set) { new Set() }
    function f -> f
    new globalThis.Map()
    x: Map
    a: Set
    new globalThis.Set()
    type Map = object

const A = 1; { type A = 2; use(A); let b: A }
    1 -> A
    use(A)
    b: A~2
    type A~2 = finite
",
    );
}

#[test]
fn functions_in_blocks() {
    sloppy(
        "
{ function f() { return 1 } } f(); if (a) function g() {} else function h() {} use(g, h)
    function f -> f
    return 1
    f()
    function g -> g
    function h -> h
    use(g, h)

function o() { use(f); { function f() {} use(f) } }
    function o -> o
    use(f)
    function f -> f
    use(f)

function o() { var f; { function f() {} use(f) } use(f) }
    function o -> o
    function f -> f
    use(f)
    use(f)

function o(f) { { function f() {} use(f) } use(f) }
    function o -> o
    function f -> f~2
    use(f~2)
    use(f)

function o() { let f; { function f() {} use(f) } use(f) }
    function o -> o
    function f -> f~2
    use(f~2)
    use(f)

function o() { 'use strict'; { function f() {} use(f) } use(f) }
    function o -> o
    function f -> f
    use(f)
    use(globalThis.f)

'use strict'; { function f() {} use(f) } use(f)
    function f -> f
    use(f)
    use(globalThis.f)

function o() { { async function f() {} function* g() {} } use(f, g) }
    function o -> o
    async function f -> f
    function* g -> g
    use(globalThis.f, globalThis.g)

class A { m() { { function f() {} } use(f) } }
    class A -> A
    function f -> f
    use(globalThis.f)
    function m -> this:A.m

l: function f() {} use(f); { m: function g() {} } use(g); switch (a) { case 1: function h() {} } use(h)
    function f -> f
    use(f)
    function g -> g
    use(g)
    function h -> h
    use(h)
",
    );
}

#[test]
fn with() {
    sloppy(
        "
with (o) { a(b); c = d; c += 1; let e = 1; use(e) }
    (o.a : a)((o.b : b))
    (o.d : d) -> o.c
    (o.d : d) -> c
    (c + 1) -> o.c
    (c + 1) -> c
    1 -> e
    (o.use : use)(e)

function f(a) { with (a) { with (b) { c } let d = 1; (() => d)() } }
    function f -> f
    1 -> d
    return d
    function 2()
",
    );
}
