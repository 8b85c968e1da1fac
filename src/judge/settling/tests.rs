//! Executors, one for each way of settling and of forgetting to.

use super::{Defect, Pending, pending};
use crate::finding::Confidence;
use crate::program::flow::tests::program;
use crate::program::flow::{Exit, Flow};

/// What is said of the one promise that `f` gives back: `export const f = (..) => new Promise(executor)`.
fn said(executor: &str) -> String {
    let source = format!(
        "import fs from 'node:fs'; import {{ spawn }} from 'node:child_process';\n\
         export const f = (x, load) => new Promise({executor})"
    );
    let flow = program(&source);
    said_of(&pending(&flow), &flow)
}

fn said_of(found: &[Pending], flow: &Flow) -> String {
    let Some(first) = found.first() else { return "fine".to_owned() };
    let what = match first.defect {
        Defect::Never => "never".to_owned(),
        Defect::Way { exit, at } => {
            let word = match exit {
                Exit::Return => "return",
                Exit::Throw => "throw",
                Exit::Fails => "fails",
                Exit::End => "end",
            };
            let at = flow.at(at).map_or(String::new(), |(file, value)| flow.file(file).graph.text(value));
            if exit == Exit::Fails { format!("{word} {at}") } else { word.to_owned() }
        }
        Defect::RejectionDropped { .. } => "rejection dropped".to_owned(),
        Defect::OnlySuccess { .. } => "only success".to_owned(),
    };
    if first.confidence == Confidence::Sure { what } else { format!("{what}?") }
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (executor, expected) in rows {
        assert_eq!(said(executor), *expected, "{executor}");
    }
}

#[test]
fn never() {
    check(&[
        ("() => {}", "never"),
        ("(resolve) => {}", "never"),
        ("(resolve, reject) => { console.log('x') }", "never"),
        ("function (resolve) { const again = resolve }", "never"),
        ("(resolve) => resolve()", "fine"),
        ("(_, reject) => reject(1)", "fine"),
        ("(resolve) => { x.resolve = resolve }", "fine"),
        ("(resolve) => { load(resolve) }", "fine"),
    ]);
}

#[test]
fn branches() {
    check(&[
        ("(resolve) => { if (x) return; resolve() }", "return"),
        ("(resolve) => { if (x) resolve() }", "end"),
        ("(resolve) => { if (x) resolve(); else resolve(1) }", "fine"),
        ("(resolve) => { switch (x) { case 1: resolve(); break } }", "end"),
        ("(resolve) => { switch (x) { case 1: resolve(); break; default: resolve() } }", "fine"),
        ("(resolve) => { if (x) throw new Error(); resolve() }", "fine"),
        ("(resolve) => { for (const y of x) if (y) resolve(y) }", "end"),
        ("(resolve) => { try { load(); resolve() } catch (e) { console.log(e) } }", "end?"),
        ("(resolve, reject) => { try { load(); resolve() } catch (e) { reject(e) } }", "fine"),
        ("(resolve) => { try { load() } finally { resolve() } }", "fine"),
        ("(resolve) => { const done = (v) => resolve(v); if (x) done(1); else done(2) }", "fine"),
        ("async (resolve) => { const y = await load(); resolve(y) }", "fails (await load())?"),
        ("async (resolve, reject) => { try { resolve(await load()) } catch (e) { reject(e) } }", "fine"),
    ]);
}

#[test]
fn callbacks() {
    check(&[
        ("(resolve) => setTimeout(resolve, 9)", "fine"),
        ("(resolve) => setTimeout(() => resolve(), 9)", "fine"),
        ("(resolve) => { fs.stat(x, (e, s) => { if (e) return console.error(e); resolve(s.size) }) }", "return"),
        ("(resolve, reject) => { fs.stat(x, (e, s) => { if (e) return reject(e); resolve(s.size) }) }", "fine"),
        ("(resolve, reject) => { fs.stat(x, (e, s) => e ? reject(e) : resolve(s)) }", "fine"),
        ("(resolve) => { load().then(resolve) }", "rejection dropped?"),
        ("(resolve, reject) => { load().then(resolve, reject) }", "fine"),
        ("(resolve, reject) => { load().then(resolve).catch(reject) }", "fine"),
        ("(resolve) => { load().then(resolve).catch(() => {}) }", "rejection dropped?"),
        ("(resolve) => { load().finally(resolve) }", "fine"),
        ("(resolve) => { Promise.allSettled(x).then(resolve) }", "fine"),
    ]);
}

#[test]
fn events() {
    check(&[
        ("(resolve) => { fs.createReadStream(x).on('end', resolve) }", "only success"),
        (
            "(resolve, reject) => { const s = fs.createReadStream(x); s.on('end', resolve); s.on('error', reject) }",
            "fine",
        ),
        ("(resolve) => { fs.createReadStream(x).on('close', resolve) }", "fine"),
        (
            "(resolve) => { const s = fs.createReadStream(x); s.on('end', resolve); s.on('error', console.error) }",
            "only success",
        ),
        ("(resolve) => { const s = fs.createReadStream(x); s.on('end', resolve); setTimeout(resolve, 9) }", "fine"),
        ("(resolve) => { const c = spawn(x); c.on('close', resolve) }", "fine"),
        ("(resolve) => { x.on('end', resolve) }", "fine"),
    ]);
}
