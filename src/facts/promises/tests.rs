//! Snippets whose promises settle, and their nearest relatives that do not.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::apis::Apis;
use crate::facts::extract::{Origin, find_candidates};
use crate::facts::reader::Reader;
use crate::facts::{Promise, Settles};
use crate::finding::Confidence;

fn promises(code: &str) -> Vec<Promise> {
    let arena = Allocator::default();
    let source = SourceType::tsx().with_module(true);
    let parsed = Parser::new(&arena, code, source).parse();
    assert!(parsed.diagnostics.is_empty(), "{code}\n{:?}", parsed.diagnostics);
    let built = SemanticBuilder::new_linter().build(&parsed.program);
    let mut reader = Reader::new(&built.semantic, &Origin::of_test(), Apis::built_in());
    find_candidates(&mut reader);
    reader.facts.promises
}

/// What is said of the first promise: `ok`, `never`, or why it is not settled on some way.
fn said(code: &str) -> String {
    let all = promises(code);
    let first = all.first().unwrap_or_else(|| panic!("no promise in {code}"));
    match &first.settles {
        Settles::Always | Settles::Escapes => "ok".to_owned(),
        Settles::Never if first.confidence == Confidence::Guess => "never?".to_owned(),
        Settles::Never => "never".to_owned(),
        Settles::NotOn { why, .. } if first.confidence == Confidence::Guess => format!("{why}?"),
        Settles::NotOn { why, .. } => why.clone(),
    }
}

/// The executor `(resolve, reject) => { body }` in a function that returns the promise.
fn body(statements: &str) -> String {
    said(&format!("function load(input) {{ return new Promise((resolve, reject) => {{ {statements} }}) }}"))
}

/// `code` after the repair.
fn repaired(statements: &str) -> String {
    let code = format!("function load(input) {{ return new Promise((resolve, reject) => {{ {statements} }}) }}");
    let all = promises(&code);
    let repair = all[0].repair.clone().unwrap_or_else(|| panic!("no repair for {code}"));
    let mut text = code.clone();
    for (span, new) in repair.edits {
        text.replace_range(span.start as usize..span.end as usize, &new);
    }
    let start = "function load(input) { return new Promise((resolve, reject) => { ".len();
    text[start..text.len() - " }) }".len()].to_owned()
}

#[test]
fn executors_without_resolvers() {
    assert_eq!(said("function reply() { return new Promise(() => { send(); }) }"), "never");
    assert_eq!(said("async function reply() { await new Promise((resolve) => { send(); }) }"), "never");
    assert_eq!(said("function reply() { return new Promise(async () => { await send(); }) }"), "never");
    assert_eq!(said("export const reply = () => new Promise((resolve, reject) => { send() })"), "never");
    assert_eq!(said("function reply() { return new Promise(() => {}) }"), "never");
    assert_eq!(said("function reply() { const p = new Promise(() => { send() }); return p }"), "never");
    assert_eq!(said("function reply() { const p = new Promise(() => { send() }).then(f); return p }"), "never");
}

#[test]
fn eternal_on_purpose() {
    assert_eq!(said("const never = new Promise(() => {})"), "ok");
    assert_eq!(said("export const pending = new Promise(() => {})"), "ok");
    assert_eq!(said("await new Promise(() => {})"), "ok");
    assert_eq!(said("function f() { throw new Promise(() => {}) }"), "ok");
    assert_eq!(said("function f() { return Promise.race([work(), new Promise(() => {})]) }"), "ok");
    assert_eq!(said("function f() { const p = new Promise(() => { a() }); return Promise.race([work(), p]) }"), "ok");
    assert_eq!(said("function f() { location.href = '/'; return new Promise(() => {}) }"), "ok");
    assert_eq!(said("function f() { // never resolves\n return new Promise(() => {}) }"), "ok");
    assert_eq!(said("async function f() { await new Promise(() => {}) // keeps the process alive\n }"), "ok");
    assert_eq!(said("async function f() { await new Promise(() => {}); //~ promise-never-settles\n }"), "never");
    assert_eq!(
        said(
            "function f() { // The server should not exit until the user\n // kills it.\n return new Promise(() => {}) }"
        ),
        "ok"
    );
    assert_eq!(said("// never mind\nfunction g() {}\nfunction f() { return new Promise(() => {}) }"), "never");
    assert_eq!(said("function neverSettles() { return new Promise(() => {}) }"), "ok");
    assert_eq!(said("vi.fn(() => new Promise(() => {}))"), "ok");
    assert_eq!(said("function f(x) { return x ? g() : new Promise(() => {}) }"), "never?");
    assert_eq!(said("function f() { new Promise(async () => { await g() }) }"), "ok");
    assert_eq!(said("function f() { return new Promise(() => { throw new Error() }) }"), "ok");
    assert_eq!(said("function f() { return new Promise(() => { process.exit(1) }) }"), "ok");
}

#[test]
fn with_resolvers() {
    assert_eq!(said("function f() { const { promise } = Promise.withResolvers(); return promise }"), "never");
    assert_eq!(said("function f() { const { promise, resolve } = Promise.withResolvers(); return promise }"), "never");
    assert_eq!(said("function f() { return Promise.withResolvers().promise }"), "never");
    assert_eq!(said("async function f() { const d = Promise.withResolvers(); await d.promise }"), "never");
    assert_eq!(
        said("function f() { const { promise, resolve } = Promise.withResolvers(); g(resolve); return promise }"),
        "ok"
    );
    assert_eq!(said("function f() { const d = Promise.withResolvers(); d.resolve(1); return d.promise }"), "ok");
    assert_eq!(said("function f() { const d = Promise.withResolvers(); g(d); return d.promise }"), "ok");
    assert_eq!(said("function f() { return Promise.withResolvers() }"), "ok");
    assert_eq!(said("export const { promise, resolve } = Promise.withResolvers()"), "ok");
}

#[test]
fn ways_through_the_executor() {
    assert_eq!(body("if (!input) return; resolve(input)"), "if `!input`, nothing settles the promise");
    assert_eq!(body("if (input) resolve(input)"), "unless `input`, nothing settles the promise");
    assert_eq!(body("if (input) { resolve(input) } else { log() }"), "unless `input`, nothing settles the promise");
    assert_eq!(
        body("for (const x of input) { if (x.ok) { resolve(x); return } }"),
        "this path does not settle the promise"
    );
    assert_eq!(
        body("try { resolve(JSON.parse(input)) } catch (e) { log(e) }"),
        "this path does not settle the promise"
    );
    assert_eq!(
        body("switch (input) { case 1: resolve(1); break; case 2: reject(2) }"),
        "if no case matches, nothing settles the promise?"
    );
    assert_eq!(body("if (!input) return; listen(resolve)"), "if `!input`, nothing settles the promise");
}

#[test]
fn executors_that_settle() {
    for ok in [
        "resolve()",
        "if (!input) throw new Error(); resolve(input)",
        "resolve(query().then(r => { if (r.errors) reject(r.errors) }))",
        "switch (this.mode) { case 1: resolve(1); break; case 2: reject(2) }",
        "if (!input) return reject(1); resolve(input)",
        "if (!input) { reject(1); return } resolve(input)",
        "input && resolve(input)",
        "input ? resolve(1) : log()",
        "input ? (log(), el.onload = () => resolve()) : next && (log(), setTimeout(resolve))",
        "resolve?.()",
        "try { resolve(JSON.parse(input)) } catch (e) { reject(e) }",
        "try { work() } finally { resolve() }",
        "switch (input) { case 1: resolve(1); break; default: reject(2) }",
        "for (const e of input) bus.once(e, resolve)",
        "waiters.push(resolve)",
        "this.done = resolve; if (input) return; start()",
        "work({ success: resolve, fail: reject })",
        "pending.set(input, { resolve, reject })",
        "const done = (err) => err ? reject(err) : resolve(); work(done)",
        "function done(err) { if (err) reject(err); else resolve() } work(done)",
        "bus.on('data', d => { if (d.ok) resolve(d) })",
        "const t = setInterval(() => { if (ready()) { clearInterval(t); resolve() } }, 100)",
        "input.forEach(x => x.then(() => { if (--n === 0) resolve() }))",
        "if (input) process.exit(1); else resolve()",
        "try { for (_iterator.s(); !(s = _iterator.n()).done;) add(s, resolve) } catch (err) { _iterator.e(err) } finally { _iterator.f() }",
        "ask((err, v) => { if (v) resolve(v); else exitCli(0) })",
        "while (true) { if (step()) { resolve(); break } }",
        "fs.readFile(input, resolve.bind(null, 1))",
        "setTimeout(resolve, 100)",
        "return setTimeout(() => { resolve(1) }, 100)",
    ] {
        assert_eq!(body(ok), "ok", "{ok}");
    }
    assert!(promises("new Promise(executor)").is_empty());
}

#[test]
fn callbacks_with_one_outcome() {
    assert_eq!(
        body("setTimeout(() => { if (!input.ok) return; resolve() }, 9)"),
        "ok",
        "what a test of outer state means is not for us to say"
    );
    assert_eq!(
        body("setTimeout(() => { const x = get(); if (x) resolve(x) }, 9)"),
        "unless `x`, nothing settles the promise"
    );
    assert_eq!(
        body("conn.query(input, (err, rows) => { if (err) return; resolve(rows) })"),
        "if `err`, nothing settles the promise?"
    );
    assert_eq!(
        body("conn.query(input, (err, rows) => { if (err) { log(err); return } resolve(rows) })"),
        "if `err`, nothing settles the promise?"
    );
    assert_eq!(
        body("conn.query(input, (err, rows) => { if (!err) resolve(rows) })"),
        "unless `!err`, nothing settles the promise?"
    );
    assert_eq!(
        body("conn.query(input, (err, rows) => { if (err) throw err; resolve(rows) })"),
        "if `err`, this throws where nothing catches it, and the promise does not settle?"
    );
    assert_eq!(
        body("setTimeout(async () => { await save(); resolve() }, 9)"),
        "if this `await` fails, nothing settles the promise"
    );
    assert_eq!(
        body("process.nextTick(() => { conn.query(input, (err, r) => { if (err) return; resolve(r) }) })"),
        "if `err`, nothing settles the promise?"
    );
    for ok in [
        "conn.query(input, (err, rows) => { if (err) return reject(err); resolve(rows) })",
        "conn.query(input, (err, rows) => { if (err) reject(err); else resolve(rows) })",
        "conn.query(input, (err, rows) => { if (err) return; resolve(rows) }); setTimeout(reject, 1000)",
        "scrypt(input, (err, progress, key) => { if (err) reject(err); else if (key) resolve(key) })",
        "conn.watch(input, (err, rows) => { if (err) return; resolve(rows) })",
        "conn.on('reply', (err, rows) => { if (err) return; resolve(rows) })",
        "let done = false; conn.query(input, (err, rows) => { if (done) return; done = true; resolve(rows) })",
        "const poll = () => check((err, ok) => { if (ok) return resolve(); setTimeout(poll, 9) }); poll()",
        "for (const x of input) conn.query(x, (err, r) => { if (err) return; resolve(r) })",
    ] {
        assert_eq!(body(ok), "ok", "{ok}");
    }
}

#[test]
fn final_events() {
    assert_eq!(
        body("child.on('error', reject); child.on('exit', code => { if (code === 0) resolve() })"),
        "unless `code === 0`, nothing settles the promise?"
    );
    for ok in [
        "child.on('error', reject); child.on('exit', code => { if (code === 0) resolve(); else reject() })",
        "child.on('message', resolve); child.on('exit', code => { if (code) reject() })",
        "let v; s.on('error', e => { v = 1; reject(e) }); s.on('end', () => { switch (v) { case 1: return; default: resolve() } })",
        "s.on('end', () => resolve()); s.on('close', () => { if (!s.complete) reject() })",
    ] {
        assert_eq!(body(ok), "ok", "{ok}");
    }
}

#[test]
fn async_executors() {
    let executor =
        |s: &str| said(&format!("function load(input) {{ return new Promise(async (resolve, reject) => {{ {s} }}) }}"));
    assert_eq!(executor("const x = await work(); resolve(x)"), "if this `await` fails, nothing settles the promise");
    assert_eq!(executor("resolve(await work())"), "if this `await` fails, nothing settles the promise");
    assert_eq!(
        executor("if (!input) throw new Error('no'); resolve()"),
        "if `!input`, this throws where nothing catches it, and the promise does not settle"
    );
    assert_eq!(executor("try { resolve(await work()) } catch (e) { log(e) }"), "this path does not settle the promise");
    assert_eq!(executor("try { await work(); resolve() } catch (e) { reject(e) }"), "ok");
    assert_eq!(executor("await sleep(10); resolve()"), "ok");
    assert_eq!(executor("await new Promise(r => setTimeout(r, 9)); resolve()"), "ok");
    assert_eq!(executor("setTimeout(reject, 99); await work(); resolve()"), "ok");
    assert_eq!(executor("resolve(); await work()"), "ok");
    assert_eq!(
        body("(async () => { await work(); resolve() })()"),
        "if this `await` fails, nothing settles the promise"
    );
    assert_eq!(body("(async () => { try { await work(); resolve() } catch (e) { reject(e) } })()"), "ok");
    assert_eq!(body("(async () => { await work(); resolve() })().catch(reject)"), "ok");
}

#[test]
fn chains() {
    assert_eq!(body("work().then(resolve)"), "if `work()` fails, nothing settles the promise");
    assert_eq!(body("work(input).then(x => { resolve(x) })"), "if `work(input)` fails, nothing settles the promise");
    assert_eq!(body("return work().then(a).then(resolve)"), "if `work()` fails, nothing settles the promise");
    assert_eq!(
        body("work().then(resolve).catch(console.error)"),
        "this handles the error but does not settle the promise"
    );
    assert_eq!(
        body("work().then(resolve).catch(e => { log(e) })"),
        "this handles the error but does not settle the promise"
    );
    assert_eq!(
        body("work().then(r => { if (r.ok) resolve(r) }).catch(reject)"),
        "unless `r.ok`, nothing settles the promise"
    );
    assert_eq!(
        said("const f = () => new Promise(resolve => work().then(resolve))"),
        "if `work()` fails, nothing settles the promise"
    );
    assert_eq!(
        body("async function work() { try { return save() } catch (e) { log(e) } } work().then(resolve)"),
        "if `work()` fails, nothing settles the promise"
    );
    for ok in [
        "work().then(resolve, reject)",
        "work().then(resolve).catch(reject)",
        "work().then(resolve).catch(e => { log(e); reject(e) })",
        "work().catch(log).then(resolve)",
        "work().then(a).finally(resolve)",
        "work().catch(e => { throw e }).then(resolve, reject)",
        "work().then(resolve).catch(e => { log(e); process.exit(1) })",
        "sleep(10).then(resolve)",
        "Promise.resolve().then(resolve)",
        "Promise.allSettled(input).then(resolve)",
        "new Promise(r => setTimeout(r, 9)).then(resolve)",
        "const p = work().then(resolve); track(p)",
        "work().then(resolve); setTimeout(reject, 100)",
        "work().then(r => { if (!r.ok) return next(r); resolve(r) }).catch(reject)",
        "document.fonts.ready.then(resolve)",
        "async function work() { try { await save() } catch (e) { log(e) } } work().then(resolve)",
    ] {
        assert_eq!(body(ok), "ok", "{ok}");
    }
}

#[test]
fn racers() {
    assert_eq!(said("const f = s => new Promise((_, reject) => { if (s) s.addEventListener('abort', reject) })"), "ok");
    assert_eq!(
        said(
            "function f(s) { return Promise.race([g(), new Promise((resolve, reject) => { if (s) s.on('x', resolve) })]) }"
        ),
        "ok"
    );
}

#[test]
fn other_promises_are_not_ours() {
    assert!(promises("import Promise from 'bluebird'; new Promise(() => { a() })").is_empty());
    assert!(promises("Promise.all([])").is_empty());
    assert!(promises("let x: Promise<void>").is_empty());
    assert_eq!(said("new Promise((...args) => { a() })"), "ok");
    assert_eq!(said("function f() { return new Promise(({ a }) => { a() }) }"), "ok");
    assert_eq!(said("function f() { return new Promise(function () { arguments[0]() }) }"), "ok");
}

#[test]
fn repairs() {
    assert_eq!(repaired("work().then(resolve);"), "work().then(resolve).catch(reject);");
    assert_eq!(repaired("work().then(x => resolve(x));"), "work().then(x => resolve(x)).catch(reject);");
    assert_eq!(
        repaired("q(input, (err, r) => { if (err) return; resolve(r) });"),
        "q(input, (err, r) => { if (err) return reject(err); resolve(r) });"
    );
    assert_eq!(
        repaired("q(input, (err, r) => { if (err) { throw err } resolve(r) });"),
        "q(input, (err, r) => { if (err) { return reject(err) } resolve(r) });"
    );
}

/// Emitters of known types; silent where no table describes Node's streams.
#[test]
fn emitters() {
    if Apis::built_in().type_named("fs.ReadStream").is_none() {
        return;
    }
    let node = |s: &str| {
        said(&format!(
            "import fs from 'node:fs'; import net from 'node:net'; import {{ spawn }} from 'node:child_process';
             function load(input) {{ const file = fs.createReadStream(input);
             return new Promise((resolve, reject) => {{ {s} }}) }}"
        ))
    };
    assert_eq!(node("file.on('end', resolve)"), "only `end` is handled: if `file` fails, nothing settles the promise");
    assert_eq!(
        node("file.on('data', d => hash(d)); file.once('end', () => resolve(1))"),
        "only `end` is handled: if `file` fails, nothing settles the promise"
    );
    assert_eq!(
        node("const s = net.connect(1); s.once('connect', resolve)"),
        "only `connect` is handled: if `s` fails, nothing settles the promise"
    );
    assert_eq!(
        node("const c = spawn('x'); c.on('exit', code => { if (code === 0) resolve() }); c.on('error', reject)"),
        "unless `code === 0`, nothing settles the promise"
    );
    assert_eq!(
        node("fs.readFile(input, (err, data) => { if (err) return; resolve(data) })"),
        "if `err`, nothing settles the promise"
    );
    assert_eq!(
        node("file.on('end', resolve); file.on('error', e => { log(e) })"),
        "only `end` is handled: if `file` fails, nothing settles the promise"
    );
    for ok in [
        "file.on('end', resolve); file.on('error', reject)",
        "file.on('end', resolve).on('error', reject)",
        "file.on('close', resolve)",
        "file.on('end', resolve); file.on('error', e => { file.emit('end') })",
        "process.once('SIGTERM', resolve)",
        "process.stdin.on('end', resolve)",
        "const c = spawn('x'); c.on('close', resolve)",
        "fs.readFile(input, (err, data) => err ? reject(err) : resolve(data))",
    ] {
        assert_eq!(node(ok), "ok", "{ok}");
    }
}

#[test]
fn streams_known_by_their_events() {
    let why = |event: &str| format!("only `{event}` is handled: if `input` fails, nothing settles the promise");
    assert_eq!(body("input.once('readable', () => resolve(input.read()))"), why("readable"));
    assert_eq!(
        body("let all = ''; input.on('data', c => { all += c }); input.on('end', () => resolve(all))"),
        why("end")
    );
    // What comes after the success is too late.
    assert_eq!(body("input.once('readable', () => { input.on('error', reject); resolve(1) })"), why("readable"));
    for ok in [
        "input.on('end', () => resolve(1))",
        "input.once('readable', resolve); input.once('error', reject)",
        "input.on('data', f); input.on('end', resolve); input.on('close', resolve)",
        "input.on('data', f); input.on('end', resolve); finished(input, reject)",
    ] {
        assert_eq!(body(ok), "ok", "{ok}");
    }
}

#[test]
fn empty_executors_that_say_why() {
    assert_eq!(said("function f() { go(); return new Promise((resolve, reject) => { /* never resolves */ }) }"), "ok");
    assert_eq!(said("function f() { go(); return new Promise((r) => {\n}) }"), "never?");
    let flag = "let done = false; ask(() => { if (!done) { done = true; resolve() } }); try { go() } catch { if (!done) resolve() }";
    assert_eq!(body(flag), "ok");
}

fn read<T>(code: &str, get: impl Fn(&Reader<'_, '_>) -> T) -> T {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, code, SourceType::tsx().with_module(true)).parse();
    assert!(parsed.diagnostics.is_empty(), "{code}\n{:?}", parsed.diagnostics);
    let built = SemanticBuilder::new_linter().build(&parsed.program);
    let mut reader = Reader::new(&built.semantic, &Origin::of_test(), Apis::built_in());
    find_candidates(&mut reader);
    get(&reader)
}

#[test]
fn racers_that_outlive_the_race() {
    let races = |code: &str| read(code, |r| r.facts.races.iter().map(|race| race.name.clone()).collect::<Vec<_>>());
    assert_eq!(races("async function f(next, stop) { while (true) await Promise.race([next(), stop]) }"), ["stop"]);
    assert_eq!(
        races("const { promise: gone, reject } = later(); const f = (w) => Promise.race([w(), gone])"),
        ["gone"]
    );
    for ok in [
        "const f = (w, stop) => Promise.race([w(), stop])",
        "async function f(next) { for (;;) { const late = wait(); await Promise.race([next(), late]) } }",
        "async function f(a, b) { let x = a(); for (;;) { await Promise.race([x, b()]); x = a() } }",
        "const ready = init(); const f = (w) => Promise.race([w(), ready])",
        "const f = (urls) => Promise.race(urls.map(u => fetch(u)))",
        "class A { constructor() { this.ready = this.init() } go() { return Promise.race([this.ready, ask()]) } }",
        "class A { stop() { this.stopped = ask(); return Promise.race([this.stopped, wait()]) } }",
    ] {
        assert_eq!(races(ok), [""; 0], "{ok}");
    }
}

#[test]
fn recursion_that_waits_for_itself() {
    let count = |code: &str| read(code, |r| r.facts.recursions.len());
    for grows in [
        "async function f() { await work(); return f() }",
        "async function f() { await work(); if (stopped) return; await f() }",
        "class A { async f() { try { await work() } catch (e) { log(e) } return this.f() } }",
        "const f = () => work().then(() => f())",
        "async function f(a) { await work(a); return f(a) }",
        "async function f() { await work(); if (this_.running) return f() }",
    ] {
        assert_eq!(count(grows), 1, "{grows}");
    }
    for ok in [
        "async function f() { await work(); f() }",
        "async function f() { await work(); void f() }",
        "function f() { work().then(() => f()) }",
        "async function f(n) { await work(); return f(n - 1) }",
        "async function f(again = true) { await work(); return f(false) }",
        "async function f() { const job = queue.shift(); if (!job) return; await job(); return f() }",
        "async function f() { try { return await work() } catch { return f() } }",
        "async function f() { const e = await work(); if (e.error) return f() }",
        "async function f(node) { for (const child of node.children) await f(child) }",
        "class A { async f() { await work(); return this.next.f() } }",
        "function f() { return work().catch(() => f()) }",
    ] {
        assert_eq!(count(ok), 0, "{ok}");
    }
}
