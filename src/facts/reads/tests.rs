//! Whole reads on snippets: guilty ones and their innocent twins.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::apis::Apis;
use crate::facts::extract::{Origin, extract};
use crate::finding::{Confidence, Finding};
use crate::program::Program;

fn findings(rule: &str, text: &str) -> Vec<Finding> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    assert!(!parsed.panicked, "{text}");
    let semantic = SemanticBuilder::new_linter().build(&parsed.program).semantic;
    let facts = extract(&semantic, &Origin::of_test(), Apis::built_in());
    let rules: Vec<_> = crate::rules::RULES.iter().copied().filter(|r| r.id == rule).collect();
    let (found, broken) = crate::rule::run(&rules, &Program::link(vec![facts], &[], None), Confidence::Guess);
    assert!(broken.is_empty(), "{text}");
    found
}

pub(in crate::facts) fn found(rule: &str, text: &str) -> Vec<Confidence> {
    findings(rule, text).into_iter().map(|f| f.confidence).collect()
}

/// The text after all fixes of the first finding.
pub(in crate::facts) fn fixed(rule: &str, text: &str) -> String {
    let mut out = text.to_owned();
    let mut edits: Vec<_> = findings(rule, text).remove(0).fixes.into_iter().flat_map(|f| f.edits).collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span));
    for edit in edits {
        out.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    out
}

const HEAD: &str = "import fs from 'node:fs'; import http from 'http'; import crypto from 'crypto';\n\
    import { readFile as slurp, writeFile } from 'fs/promises'; import path from 'path'; import util from 'util';\n";

fn handler(body: &str) -> Vec<Confidence> {
    module(&format!("http.createServer(async (req, res) => {{ {body} }});"))
}

fn module(text: &str) -> Vec<Confidence> {
    found("whole-read", &format!("{HEAD}{text}"))
}

#[test]
fn what_passes_through_a_handler_is_sure() {
    for body in [
        "res.end(await slurp(req.url));",
        "const data = await fs.promises.readFile(req.url); res.writeHead(200, { n: data.length }); res.end(data);",
        "fs.readFile(req.url, (err, data) => { if (err) throw err; res.write(data); });",
        "fs.promises.readFile(req.url).then((data) => data.toString()).then((text) => res.end(text));",
        "const data = fs.readFileSync(req.url, 'utf8'); const text = String(data); res.end(text);",
        "let data; try { data = await slurp(req.url); } catch { return; } if (!data) return; res.end(data);",
        "async function load(p) { return fs.promises.readFile(p); } res.end(await load(req.url));",
        "function send(data) { res.end(data); } send(await slurp(req.url));",
        "const read = util.promisify(fs.readFile); res.end(await read(req.url));",
        "const chunks = []; for await (const c of req) chunks.push(c); res.end(Buffer.concat(chunks));",
        "const answer = await fetch(req.url); res.end(Buffer.from(await answer.arrayBuffer()));",
        "for (const line of (await slurp(req.url, 'utf8')).split('\\n')) f(line);",
        "return new Response(await slurp(req.url));",
    ] {
        assert_eq!(handler(body), [Confidence::Sure], "{body}");
    }
}

#[test]
fn a_path_from_the_request_is_likely() {
    for body in [
        "const file = path.join('files', new URL(req.url, 'http://x').pathname); f(await slurp(file));",
        "let file = null; file = path.normalize(req.url); f(await slurp(file));",
        "const load = (p) => fs.readFileSync(p); res.end(f(load(req.url)));",
    ] {
        assert_eq!(handler(body), [Confidence::Likely], "{body}");
    }
}

#[test]
fn small_files_and_other_uses_are_silent() {
    for body in [
        "res.end(await slurp('index.html'));",
        "res.end(await slurp(path.join(dir, 'views', 'page.ejs')));",
        "res.end(await slurp(`${req.url}/package.json`));",
        "const t = await slurp(templatePath, 'utf8'); res.end(t);",
        "res.end(JSON.parse(await slurp(file)).name);",
        "const data = JSON.parse(await slurp(req.url)); res.end(data.name);",
        "page ??= await slurp(file); res.end(page);",
        "const answer = await fetch(url); const data = await answer.json(); res.end(data.name);",
        "const answer = await fetch(url); if ((await answer.text()) === 'ok') res.end();",
        "res.json(await slurp(file));",
        "other.readFile(req.url, (err, data) => res.end(data));",
    ] {
        assert_eq!(
            module(&format!("let page; const file = 'x'; http.createServer(async (req, res) => {{ {body} }});")),
            [],
            "{body}"
        );
    }
}

#[test]
fn outside_of_handlers_only_what_passes_through() {
    let likely = [Confidence::Likely];
    assert_eq!(module("export async function copy(a, b) { await writeFile(b, await slurp(a)); }"), likely);
    let hash = "export const sum = (a) => crypto.createHash('sha1').update(fs.readFileSync(a)).digest('hex');";
    assert_eq!(module(hash), likely);
    assert_eq!(module("export const f = (a) => { fs.readFileSync(a, 'utf8').split('\\n').forEach(g); };"), likely);
    for text in [
        "export const f = (a) => fs.readFileSync(a, 'utf8').split('\\n');",
        "export const f = (a) => fs.readFileSync(a, 'utf8').split('\\n').filter(Boolean);",
        "export const f = (a) => JSON.parse(fs.readFileSync(a));",
        "export const f = (a) => fs.readFileSync(a);",
        "export const f = (b) => fs.writeFileSync(b, fs.readFileSync('seed.bin'));",
        "export const f = (dir) => fs.readFileSync(path.join(dir, 'AUTHORS')).toString().split('\\n').forEach(g);",
        "fs.writeFileSync('b', fs.readFileSync('a'));",
    ] {
        assert_eq!(module(text), [], "{text}");
    }
}

#[test]
fn frameworks_name_their_own_sinks() {
    for text in [
        "import Koa from 'koa'; const app = new Koa(); app.use(async (ctx) => { ctx.body = await slurp(ctx.path); });",
        "import fastify from 'fastify'; const app = fastify(); app.get('/', async (request, reply) => slurp(request.url));",
        "import express from 'express'; const app = express();\n\
            app.get('/', async (q, r) => { r.status(200).send(await slurp(q.params.name)); });",
    ] {
        assert_eq!(module(text), [Confidence::Sure], "{text}");
    }
}

#[test]
fn the_fix_streams() {
    let text = "import { readFile } from 'fs/promises';\nimport http from 'http';\nhttp.createServer(async (req, res) => {\n  \
        const data = await readFile(req.url);\n  res.end(data);\n});\n";
    let expected = "import http from 'http';\n\
        import { pipeline } from 'stream/promises';\nimport { createReadStream } from 'fs';\n\
        http.createServer(async (req, res) => {\n  await pipeline(createReadStream(req.url), res);\n});\n";
    assert_eq!(fixed("whole-read", text), expected);
}

#[test]
fn clients_of_stores_and_other_servers_are_known() {
    for text in [
        "import aws from 'aws-sdk'; const s3 = new aws.S3(); export async function copy(params, path) { \
         const got = await s3.getObject(params).promise(); fs.writeFileSync(path, got.Body); }",
        "export async function copy(got, path) { fs.writeFileSync(path, await got.Body.transformToByteArray()); }",
        "import axios from 'axios'; export async function copy(url, path) { \
         const got = await axios.get(url, { responseType: 'arraybuffer' }); fs.writeFileSync(path, got.data); }",
    ] {
        assert_eq!(module(text), [Confidence::Likely], "{text}");
    }
    for text in [
        "import axios from 'axios'; export async function copy(url, path) { \
         const got = await axios.get(url); fs.writeFileSync(path, got.data.name); }",
        "export async function copy(next, path) { while (next.more()) { const got = await next(); \
         fs.appendFileSync(path, await got.Body.transformToByteArray()); } }",
        "const kept = {}; export function load(p) { return kept[p] ??= fs.readFileSync(p); }",
    ] {
        assert_eq!(module(text), [], "{text}");
    }
}

#[test]
fn files_named_on_the_command_line_may_be_large() {
    let text =
        |file: &str| format!("(() => {{ for (const l of fs.readFileSync({file}, 'utf8').split('\\n')) f(l); }})()");
    assert_eq!(module(&text("process.argv[2]")), [Confidence::Likely]);
    assert_eq!(module(&text("'words.txt'")), []);
}
