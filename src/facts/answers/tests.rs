//! Answers on snippets: unread, read on some ways only, and read.

use crate::facts::reads::tests::{fixed, found};
use crate::finding::Confidence;

const HEAD: &str = "import http from 'http'; import https from 'https'; ";

fn asking(text: &str) -> Vec<Confidence> {
    found("body-never-consumed", &format!("{HEAD} export function ask(url, done) {{ {text} }}"))
}

#[test]
fn an_answer_that_is_not_read_is_found() {
    for text in [
        "http.get(url, (res) => { done(res.statusCode); });",
        "https.get(url, (res) => done(null, res.headers.date));",
        "http.get(url, (res) => { res.on('end', done); });",
        "const req = http.request(url); req.on('response', (res) => { if (res.statusCode === 200) done(); }); req.end();",
    ] {
        assert_eq!(asking(text), [Confidence::Likely], "{text}");
    }
}

#[test]
fn one_way_without_reading_is_found() {
    for text in [
        "https.get(url, (res) => { if (res.statusCode !== 200) { done(new Error()); return; } res.pipe(done); });",
        "http.get(url, (res) => { if (res.statusCode >= 400) return done(res.statusCode); res.on('data', done); });",
    ] {
        assert_eq!(asking(text), [Confidence::Likely], "{text}");
    }
}

#[test]
fn what_is_read_or_ended_is_not_found() {
    for text in [
        "http.get(url, (res) => { res.resume(); done(res.statusCode); });",
        "http.get(url, (res) => { res.setEncoding('utf8').on('data', done); });",
        "http.get(url, (res) => done(res));",
        "http.get(url, (res) => { if (res.statusCode !== 200) { res.resume(); return; } res.pipe(done); });",
        "const req = http.get(url, (res) => { done(res.statusCode); req.destroy(); });",
        "http.request(url, { method: 'HEAD' }, (res) => { done(res.statusCode); }).end();",
        "http.get(url);",
        "http.get(url, async (res) => { for await (const c of res) done(c); });",
    ] {
        assert_eq!(asking(text), [], "{text}");
    }
}

#[test]
fn a_side_of_a_clone_is_read_or_kept_in_memory() {
    let text = |rest: &str| format!("export async function load(url) {{ const res = await fetch(url); {rest} }}");
    let guilty = text("const copy = res.clone(); return copy.text();");
    assert_eq!(found("body-never-consumed", &guilty), [Confidence::Likely]);
    let innocent = text("const copy = res.clone(); await cache.put(url, copy); return res;");
    assert_eq!(found("body-never-consumed", &innocent), []);
}

#[test]
fn the_body_is_discarded_by_a_fix() {
    let text = "import http from 'http';\nexport const ask = (url, done) => http.get(url, (res) => { done(res.statusCode); });\n";
    assert!(fixed("body-never-consumed", text).contains("(res) => { res.resume(); done(res.statusCode); }"));
}
