//! Which way control goes: conditions, loops, labels, `switch`, `try`.

use super::flow;

#[test]
fn conditions() {
    flow(
        "
function f() { if (a) b(); else if (c) d(); else e(); g() }
    b1: => a ? b2 : b4
    b2: b(); => b3
    b3: g(); => return
    b4: => c ? b5 : b7
    b5: d(); => b6
    b6: => b3
    b7: e(); => b6

function f() { if (a && !(b || c)) d() }
    b1: => a ? b4 : b3
    b2: d(); => b3
    b3: => return
    b4: => b ? b3 : b5
    b5: => c ? b3 : b2

function f() { if (a) { return } b() }
    b1: => a ? b2 : b3
    b2: return; => return
    b3: b(); => return

function f() { a && b(); c || d(); e ?? g(); x ||= h(); y ??= i() }
    b1: => a ? b2 : b3
    b2: b(); => b3
    b3: => c ? b5 : b4
    b4: d(); => b5
    b5: => (e != null) ? b7 : b6
    b6: g(); => b7
    b7: => x ? b9 : b8
    b8: h(); h() -> x; => b9
    b9: => (y != null) ? b11 : b10
    b10: i(); i() -> y; => b11
    b11: => return

function f() { return a ? b() : c }
    b1: => a ? b2 : b3
    b2: b(); => b4
    b3: => b4
    b4: return (b() : c); => return

function f() { if (true) a(); else b(); if (!1) c() }
    b1: => b2
    b2: a(); => b3
    b3: => b6
    b4: b(); => b3
    b5: c(); => b6
    b6: => return
",
    );
}

#[test]
fn loops() {
    flow(
        "
function f() { for (let i = 0; i < n; i++) { if (a) continue; if (b) break; c(i) } d() }
    b1: 0 -> i; => b3
    b2: d(); => return
    b3 (while): => (i < n) ? b4 : b2
    b4 (while): => a ? b6 : b7
    b5 (while): (update i) -> i; => b3
    b6 (while): => b5
    b7 (while): => b ? b8 : b9
    b8 (while): => b2
    b9 (while): c(i); => b5

function f() { while (a()) b() }
    b1: => b3
    b2: => return
    b3 (while): a(); => a() ? b4 : b2
    b4 (while): b(); => b3

function f() { do a(); while (b && c); d() }
    b1: => b3
    b2: d(); => return
    b3 (while): a(); => b4
    b4 (while): => b ? b5 : b2
    b5 (while): => c ? b3 : b2

function f() { for (;;) a() }
    b1: => b3
    b2: => return
    b3 (forever): => b4
    b4 (forever): a(); => b5
    b5 (forever): => b3

function f() { while (!0) { if (a) break } b() }
    b1: => b3
    b2: b(); => return
    b3 (forever): => b4
    b4 (forever): => a ? b5 : b6
    b5 (forever): => b2
    b6 (forever): => b3
",
    );
}

#[test]
fn loops_over_elements() {
    flow(
        "
function f() { for (const [a, b] of c) d(a, b) }
    b1: => b3
    b2: => return
    b3 (of): => _ ? b4 : b2
    b4 (of): (of c)[0] -> a; (of c)[1] -> b; d(a, b); => b3

function f() { for (const a in b) c(a) }
    b1: => b3
    b2: => return
    b3 (in): => _ ? b4 : b2
    b4 (in): (in b) -> a; c(a); => b3

async function f() { for await (const a of b) { if (c) continue; if (d) return } }
    b1: => b3
    b2: => return
    b3 (await of): => _ ? b4 : b2
    b4 (await of): (await of b) -> a; => c ? b5 : b6
    b5 (await of): => b3
    b6 (await of): => d ? b7 : b8
    b7 (await of): return; => return
    b8 (await of): => b3

function f() { for (a.b of c); for ([a] of b) for ({ c } in d) e(); for (var x of y) z(x) }
    b1: => b3
    b2: => b6
    b3 (of): => _ ? b4 : b2
    b4 (of): (of c) -> a.b; => b3
    b5: => b12
    b6 (of): => _ ? b7 : b5
    b7 (of): (of b)[0] -> a; => b9
    b8 (of): => b6
    b9 (in): => _ ? b10 : b8
    b10 (in): (in d).c -> c; e(); => b9
    b11: => return
    b12 (of): => _ ? b13 : b11
    b13 (of): (of y) -> x; z(x); => b12
",
    );
}

#[test]
fn labels() {
    flow(
        "
function f() { outer: for (;;) { inner: while (a) { if (b) continue outer; if (c) break outer; if (d) break inner; continue inner } } e() }
    b1: => b4
    b2: e(); => return
    b3: => b2
    b4 (forever): => b5
    b5 (forever): => b9
    b6 (forever): => b4
    b7 (forever): => b6
    b8 (forever): => b7
    b9 (while): => a ? b10 : b8
    b10 (while): => b ? b11 : b12
    b11 (while): => b6
    b12 (while): => c ? b13 : b14
    b13 (while): => b2
    b14 (while): => d ? b15 : b16
    b15 (while): => b7
    b16 (while): => b9

function f() { a: b: for (;;) { if (c) continue a; if (d) break b } }
    b1: => b5
    b2: => return
    b3: => b2
    b4: => b3
    b5 (forever): => b6
    b6 (forever): => c ? b8 : b9
    b7 (forever): => b5
    b8 (forever): => b7
    b9 (forever): => d ? b10 : b11
    b10 (forever): => b3
    b11 (forever): => b7

function f() { x: { if (a) break x; b() } c() }
    b1: => a ? b3 : b4
    b2: c(); => return
    b3: => b2
    b4: b(); => b2

function f() { y: if (a) break y; else b() }
    b1: => a ? b3 : b5
    b2: => return
    b3: => b2
    b4: => b2
    b5: b(); => b4

function f() { l: switch (a) { case 1: for (;;) { if (b) break l; break } } c() }
    b1: => (a == 1) ? b4 : b5
    b2: c(); => return
    b3: => b2
    b4: => b7
    b5: => b3
    b6: => b3
    b7 (forever): => b8
    b8 (forever): => b ? b10 : b11
    b9 (forever): => b7
    b10 (forever): => b2
    b11 (forever): => b6
",
    );
}

#[test]
fn switches() {
    flow(
        "
function f() { switch (a) { case 1: b(); case 2: c(); break; default: d(); case 3: return e(); case x: } g() }
    b1: => (a == 1) ? b3 : b8
    b2: g(); => return
    b3: b(); => b4
    b4: c(); => b2
    b5: d(); => b6
    b6: e(); return e(); => return
    b7: => b2
    b8: => (a == 2) ? b4 : b9
    b9: => (a == 3) ? b6 : b10
    b10: => (a == x) ? b7 : b11
    b11: => b5

function f() { for (;;) switch (a()) { case 1: continue; case 2: break; default: return } }
    b1: => b3
    b2: => return
    b3 (forever): => b4
    b4 (forever): a(); => (a() == 1) ? b7 : b10
    b5 (forever): => b3
    b6 (forever): => b5
    b7 (forever): => b5
    b8 (forever): => b6
    b9 (forever): return; => return
    b10 (forever): => (a() == 2) ? b8 : b11
    b11 (forever): => b9

function f() { switch (a) { } switch (b) { default: c() } }
    b1: => b2
    b2: => b4
    b3: => return
    b4: c(); => b3
",
    );
}

#[test]
fn catches() {
    flow(
        "
function f() { try { a() } catch (e) { b(e) } c() }
    b1: => b4
    b2: c(); => return
    b3: caught -> e; b(e); => b2
    b4: a(); => b2 !b3

function f() { try { a() } catch { throw b } }
    b1: => b4
    b2: => return
    b3: throw b; => throw
    b4: a(); => b2 !b3

function f() { try { if (a) throw b } catch ({ message: m }) { c(m) } }
    b1: => b4
    b2: => return
    b3: caught.message -> m; c(m); => b2
    b4: => a ? b5 : b6 !b3
    b5: throw b; => b3 !b3
    b6: => b2 !b3
",
    );
}

#[test]
fn finallies() {
    flow(
        "
function f() { try { a() } finally { b() } c() }
    b1: => b4
    b2: c(); => return
    b3: b(); => resume throw b2
    b4: a(); => b3#2 !b3#1

function f() { try { a() } catch { b() } finally { c() } d() }
    b1: => b5
    b2: d(); => return
    b3: c(); => resume b2 throw
    b4: b(); => b3#1 !b3#2
    b5: a(); => b3#1 !b4

function f() { try { return a() } finally { b() } c() }
    b1: => b4
    b2: c(); => return
    b3: b(); => resume throw return
    b4: a(); return a(); => b3#2 !b3#1
",
    );
}

#[test]
fn finallies_in_each_other() {
    flow(
        "
function f() { try { try { a() } finally { b() } c() } finally { d() } e() }
    b1: => b4
    b2: e(); => return
    b3: d(); => resume throw b2
    b4: => b7 !b3#1
    b5: c(); => b3#2 !b3#1
    b6: b(); => resume b3#1 b5 !b3#1
    b7: a(); => b6#2 !b6#1

function f() { try { try { return a() } finally { b() } } catch (e) { c() } finally { d() } }
    b1: => b5
    b2: => return
    b3: d(); => resume return b2 throw
    b4: caught -> e; c(); => b3#2 !b3#3
    b5: => b8 !b4
    b6: => b3#2 !b4
    b7: b(); => resume b4 b3#1 !b4
    b8: a(); return a(); => b7#2 !b7#1
",
    );
}

#[test]
fn finallies_in_loops() {
    flow(
        "
function f() { for (;;) { try { if (a) break; if (b) continue; if (c) return d(); throw e } finally { g() } } h() }
    b1: => b3
    b2: h(); => return
    b3 (forever): => b4
    b4 (forever): => b8
    b5 (forever): => b3
    b6 (forever): => b5
    b7 (forever): g(); => resume throw b2 b5 return
    b8 (forever): => a ? b9 : b10 !b7#1
    b9 (forever): => b7#2 !b7#1
    b10 (forever): => b ? b11 : b12 !b7#1
    b11 (forever): => b7#3 !b7#1
    b12 (forever): => c ? b13 : b14 !b7#1
    b13 (forever): d(); return d(); => b7#4 !b7#1
    b14 (forever): throw e; => b7#1 !b7#1

function f() { outer: for (;;) { try { for (;;) { try { if (a) continue outer; if (b) break outer; break } finally { c() } } } finally { d() } } }
    b1: => b4
    b2: => return
    b3: => b2
    b4 (forever): => b5
    b5 (forever): => b9
    b6 (forever): => b4
    b7 (forever): => b6
    b8 (forever): d(); => resume throw b6 b2 b7
    b9 (forever): => b11 !b8#1
    b10 (forever): => b8#4 !b8#1
    b11 (forever): => b12 !b8#1
    b12 (forever): => b16 !b8#1
    b13 (forever): => b11 !b8#1
    b14 (forever): => b13 !b8#1
    b15 (forever): c(); => resume b8#1 b8#2 b8#3 b10 !b8#1
    b16 (forever): => a ? b17 : b18 !b15#1
    b17 (forever): => b15#2 !b15#1
    b18 (forever): => b ? b19 : b20 !b15#1
    b19 (forever): => b15#3 !b15#1
    b20 (forever): => b15#4 !b15#1
",
    );
}

#[test]
fn finallies_that_leave() {
    flow(
        "
function f() { try { a() } finally { return b() } }
    b1: => b4
    b2: => return
    b3: b(); return b(); => return
    b4: a(); => b3#2 !b3#1

function f() { for (;;) { try { return a } finally { break } } b() }
    b1: => b3
    b2: b(); => return
    b3 (forever): => b4
    b4 (forever): => b8
    b5 (forever): => b3
    b6 (forever): => b5
    b7 (forever): => b2
    b8 (forever): return a; => b7#2 !b7#1

function f() { try { throw a } catch (e) { throw e } finally { b() } }
    b1: => b5
    b2: => return
    b3: b(); => resume throw
    b4: caught -> e; throw e; => b3#1 !b3#1
    b5: throw a; => b4 !b4

function f() { l: try { if (a) break l; b() } finally { c() } d() }
    b1: => b5
    b2: d(); => return
    b3: => b2
    b4: c(); => resume throw b2 b3
    b5: => a ? b6 : b7 !b4#1
    b6: => b4#2 !b4#1
    b7: b(); => b4#3 !b4#1

function f() { try { a() } catch (e) { try { b() } finally { c() } } d() }
    b1: => b4
    b2: d(); => return
    b3: caught -> e; => b7
    b4: a(); => b2 !b3
    b5: => b2
    b6: c(); => resume throw b5
    b7: b(); => b6#2 !b6#1

function f() { try { const g = () => { return a }; g() } finally { b() } }
    b1: => b4
    b2: => return
    b3: b(); => resume throw b2
    b4: function g -> g; g(); => b3#2 !b3#1
",
    );
}

#[test]
fn dead_code() {
    flow(
        "
function f() { return a; b(); function c() {} }
    b1: function c -> c; return a; => return
    b2: b(); => return

function f() { throw a; }
    b1: throw a; => throw

function f() { for (;;) { break; a() } }
    b1: => b3
    b2: => return
    b3 (forever): => b4
    b4 (forever): => b2
    b5 (forever): => b3
    b6 (forever): a(); => b5
",
    );
}

#[test]
fn disposal() {
    flow(
        "
async function f() { await using a = b(); using c = d(); e() }
    b1: b(); b() -> a; await using a; d(); d() -> c; using c; e(); => return

async function f() { for (using a of b) c(a); for await (await using d of e) g(d) }
    b1: => b3
    b2: => b6
    b3 (of): => _ ? b4 : b2
    b4 (of): (of b) -> a; using a; c(a); => b3
    b5: => return
    b6 (await of): => _ ? b7 : b5
    b7 (await of): (await of e) -> d; await using d; g(d); => b6
",
    );
}

/// A default is evaluated only where the value is missing.
#[test]
fn defaults() {
    flow(
        "
function f({ a = open(), b = 1 }, c = d()) { [e = g()] = h }
    b1: => (f#0.a != undefined) ? b3 : b2
    b2: open(); => b3
    b3: (f#0.a = open()) -> a; (f#0.b = 1) -> b; => (f#1 != undefined) ? b5 : b4
    b4: d(); => b5
    b5: (f#1 = d()) -> c; => (h[0] != undefined) ? b7 : b6
    b6: g(); => b7
    b7: (h[0] = g()) -> e; => return

function f() { const { a: { b } = c() } = d; return b }
    b1: => (d.a != undefined) ? b3 : b2
    b2: c(); => b3
    b3: (d.a = c()).b -> b; return b; => return
",
    );
}
