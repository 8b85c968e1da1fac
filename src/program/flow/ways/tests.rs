//! Ways out, hand-written: `close()` must be called on each way behind `open()`.

use rustc_hash::FxHashSet;

use super::{Exit, Start, Ways};
use crate::finding::FileId;
use crate::graph::Op;
use crate::program::flow::tests::program;
use crate::program::flow::{Failures, Flow, Node};

/// Calls of a global function.
fn calls(flow: &Flow, name: &str) -> Vec<Node> {
    let file = &flow.files[0];
    let is_call = |op| match op {
        Op::Call { callee: Some(callee), .. } => match file.graph.op(callee) {
            Op::Global { name: global } => file.graph.name(global) == name,
            _ => false,
        },
        _ => false,
    };
    file.graph.iter().filter(|(_, op)| is_call(*op)).map(|(value, _)| flow.node(FileId(0), value)).collect()
}

/// The surest way out of `async function f() { body }` on which `close()` is not called.
fn missed(body: &str) -> Option<Exit> {
    let flow = program(&format!("async function f() {{ {body} }} f()"));
    let open = calls(&flow, "open")[0];
    let done: FxHashSet<Node> = calls(&flow, "close").into_iter().collect();
    let names: FxHashSet<Node> = flow.trip(open).nodes.into_iter().collect();
    let failures = Failures::default();
    let ways = Ways { flow: &flow, failures: &failures, done: &done, names: &names, calls_throw: false };
    ways.missed(Start::Behind(open)).first().map(|missed| missed.exit)
}

#[track_caller]
fn check(rows: &[(&str, Option<Exit>)]) {
    for (body, expected) in rows {
        assert_eq!(missed(body), *expected, "{body}");
    }
}

#[test]
fn straight_lines_and_branches() {
    check(&[
        ("const h = open(); close(h)", None),
        ("const h = open();", Some(Exit::End)),
        ("const h = open(); if (x) return; close(h)", Some(Exit::Return)),
        ("const h = open(); if (x) close(h)", Some(Exit::End)),
        ("const h = open(); if (x) close(h); else close(h)", None),
        ("const h = open(); if (h) close(h)", None),
        ("const h = open(); if (h != null) close(h)", None),
        ("const h = open(); if (h === undefined) return; close(h)", None),
        ("const h = open(); if (!h) return; close(h)", None),
        ("const h = open(); x ? close(h) : close(h)", None),
        ("const h = open(); x && close(h)", Some(Exit::End)),
        ("const h = open(); throw new Error()", Some(Exit::Throw)),
        ("const h = open(); return h", None),
    ]);
}

#[test]
fn loops_and_switches() {
    check(&[
        ("const h = open(); for (const x of xs) close(h)", Some(Exit::End)),
        ("const h = open(); while (true) { if (x) break; } close(h)", None),
        ("const h = open(); while (true) { if (x) return; } close(h)", Some(Exit::Return)),
        ("const h = open(); for (;;) { use(h) }", None),
        ("const h = open(); switch (x) { case 1: close(h); break; default: close(h) }", None),
        ("const h = open(); switch (x) { case 1: close(h) }", Some(Exit::End)),
        (
            "const h = open(); switch (x) { case 1: case 2: close(h); break; case 3: return; default: close(h) }",
            Some(Exit::Return),
        ),
        (
            "const h = open(); a: for (const x of xs) { for (const y of ys) { if (y) continue a; break a } } close(h)",
            None,
        ),
    ]);
}

#[test]
fn exceptions() {
    check(&[
        ("const h = open(); await go(); close(h)", Some(Exit::Fails)),
        ("const h = open(); try { await go() } finally { close(h) }", None),
        ("const h = open(); try { await go(); return 1 } finally { close(h) }", None),
        ("const h = open(); try { await go() } catch { close(h); return } close(h)", None),
        ("const h = open(); try { await go(); close(h) } catch (e) { log(e) }", Some(Exit::End)),
        ("const h = open(); try { go(); close(h) } catch (e) { log(e) }", Some(Exit::End)),
        ("const h = open(); try { go() } catch (e) { throw e } close(h)", Some(Exit::Throw)),
        ("const h = open(); try { try { await go() } finally { log() } } finally { close(h) }", None),
        ("const h = open(); try { await go() } catch { } finally { close(h) }", None),
        ("const h = open(); await go().catch(log); close(h)", None),
        ("const h = open(); await Promise.allSettled(xs); close(h)", None),
        ("const h = open(); await new Promise(r => setTimeout(r, 9)); close(h)", None),
        ("const h = open(); await new Promise((r, j) => go(r, j)); close(h)", Some(Exit::Fails)),
        ("const h = open(); const sleep = ms => new Promise(r => setTimeout(r, ms)); await sleep(1); close(h)", None),
        ("const h = open(); async function g() { try { await go() } catch {} } await g(); close(h)", None),
        ("const h = open(); async function g() { throw 1 } await g(); close(h)", Some(Exit::Fails)),
        ("try { const h = open(); try { await go() } finally { await log() } close(h) } catch {}", Some(Exit::End)),
    ]);
}
