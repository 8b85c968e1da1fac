//! Pipes on snippets: guilty ones and their innocent twins.

use crate::facts::reads::tests::{fixed, found};
use crate::finding::Confidence;

const HEAD: &str = "import fs from 'fs'; import http from 'http'; import zlib from 'zlib';\n\
    import { pipeline, finished, addAbortSignal } from 'stream'; import onFinished from 'on-finished';\n";

fn handler(body: &str) -> Vec<Confidence> {
    let text = format!("{HEAD}http.createServer(async (req, res) => {{ {body} }});");
    found("pipe-without-cleanup", &text)
}

fn module(text: &str) -> Vec<Confidence> {
    found("pipe-without-cleanup", &format!("{HEAD}{text}"))
}

#[test]
fn files_that_stay_open_when_a_client_leaves() {
    for body in [
        "fs.createReadStream(req.url).pipe(res);",
        "const s = fs.createReadStream(req.url); s.pipe(res);",
        "let s; s = fs.createReadStream(req.url); s.on('error', () => res.end()).pipe(res);",
        "fs.createReadStream(req.url).pipe(zlib.createGzip()).pipe(res);",
        "const s = fs.createReadStream(req.url); const z = zlib.createGzip(); s.pipe(z); z.pipe(res);",
        "const z = fs.createReadStream(req.url).pipe(zlib.createGzip()); z.pipe(res);",
        // None of these is told when a client leaves.
        "const s = fs.createReadStream(req.url); res.on('error', () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url); res.on('finish', () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url); s.on('close', () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url); res.on('close', () => s.unpipe(res)); s.pipe(res);",
        "const s = fs.createReadStream(req.url); finished(res, () => console.log('done')); s.pipe(res);",
    ] {
        assert_eq!(handler(body), [Confidence::Sure], "{body}");
    }
}

#[test]
fn sources_that_something_destroys() {
    for body in [
        "pipeline(fs.createReadStream(req.url), res, () => {});",
        "const s = fs.createReadStream(req.url); res.on('close', () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url); const stop = () => s.destroy(); req.once('aborted', stop); s.pipe(res);",
        "const s = fs.createReadStream(req.url); res.once('close', s.destroy.bind(s)); s.pipe(res);",
        "const s = fs.createReadStream(req.url); function end() { stop(); } function stop() { s.destroy(); } \
            res.on('close', end); s.pipe(res);",
        "const s = fs.createReadStream(req.url); finished(res, () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url); onFinished(res, () => s.destroy()); s.pipe(res);",
        "const s = fs.createReadStream(req.url, { signal: stop }); s.pipe(res);",
        "const s = fs.createReadStream(req.url); addAbortSignal(stop, s); s.pipe(res);",
    ] {
        assert_eq!(handler(body), [], "{body}");
    }
}

#[test]
fn sources_that_are_not_ours() {
    for body in [
        "req.pipe(upstream);",
        "http.get(req.url, (answer) => answer.pipe(res));",
        "observable.pipe(map(f), filter(g));",
        "gulp.src('x').pipe(res);",
        "fs.createReadStream(req.url).pipe(process.stdout);",
        "const s = fs.createReadStream(req.url); keep(s); s.pipe(res);",
        "const s = fs.createReadStream(req.url); s.pipe(res); return s;",
    ] {
        assert_eq!(handler(body), [], "{body}");
    }
}

#[test]
fn less_is_said_of_other_targets_and_stores() {
    let likely = [Confidence::Likely];
    assert_eq!(module("export function f(a, b) { fs.createReadStream(a).pipe(fs.createWriteStream(b)); }"), likely);
    assert_eq!(module("export function f(a, res) { fs.createReadStream(a).pipe(res); }"), likely);
    assert_eq!(handler("bucket.openDownloadStream(req.url).pipe(res);"), likely);
    assert_eq!(module("export function f(a, t) { fs.createReadStream(a).pipe(t); }"), [Confidence::Guess]);
    assert_eq!(module("export const f = (a, t) => bucket.openDownloadStream(a).pipe(t);"), []);
    assert_eq!(module("fs.createReadStream('a').pipe(fs.createWriteStream('b'));"), []);
}

#[test]
fn a_response_is_known_by_its_callers() {
    let text = "class Files { send(a, out) { fs.createReadStream(a).pipe(out); } } const files = new Files();\n\
        http.createServer((req, res) => files.send(req.url, res));";
    assert_eq!(module(text), [Confidence::Sure]);
}

#[test]
fn the_fix_ties_the_whole_chain() {
    let text = "'use strict';\nconst fs = require('fs');\nconst http = require('http');\n\
        http.createServer((req, res) => {\n  fs.createReadStream(req.url).pipe(a()).pipe(res);\n});\n";
    let expected = "'use strict';\nconst fs = require('fs');\nconst http = require('http');\n\
        const { pipeline } = require('stream');\nhttp.createServer((req, res) => {\n  \
        pipeline(fs.createReadStream(req.url), a(), res, (error) => { if (error) console.error(error); });\n});\n";
    assert_eq!(fixed("pipe-without-cleanup", text), expected);
    // A name that means something else is not taken.
    let taken = format!("const pipeline = 1;\n{text}");
    assert_eq!(fixed("pipe-without-cleanup", &taken), taken);
}
