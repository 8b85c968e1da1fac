//! The graph is asked about small functions: `done()` does it, `fail()` may throw.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_parser::Parser;
use oxc_semantic::{NodeId, SemanticBuilder};
use oxc_span::{GetSpan, SourceType};

use super::{Answer, Exit, Question, every_way_out};

/// Answer for the first function of `code` as text: `always`, or the exit with what it is at and its test.
fn ask(code: &str) -> String {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, code, SourceType::mjs()).parse();
    assert!(parsed.diagnostics.is_empty(), "{code}");
    let built = SemanticBuilder::new_linter().build(&parsed.program);
    let nodes = built.semantic.nodes();
    let find = |wanted: &dyn Fn(AstKind<'_>) -> bool| -> Vec<NodeId> {
        nodes.iter_enumerated().filter(|(_, n)| wanted(n.kind())).map(|(id, _)| id).collect()
    };
    let function = find(&|k| matches!(k, AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)))[0];
    let done = find(&|k| matches!(k, AstKind::CallExpression(c) if c.callee_name() == Some("done")));
    let failing = find(&|k| matches!(k, AstKind::AwaitExpression(_)));
    let question = Question { function, from: None, done: &done, throws: true, failing: &failing, risks: true };
    let text = |id: NodeId| nodes.kind(id).span().source_text(code).to_owned();
    match every_way_out(&built.semantic, &question) {
        Answer::Unknown => "unknown".to_owned(),
        Answer::Always => "always".to_owned(),
        Answer::Misses(way) => {
            let at = if way.exit == Exit::End { "end".to_owned() } else { text(way.at) };
            way.test.map_or(at.clone(), |t| format!("{at} after {}", text(t)))
        }
    }
}

/// The function has these statements.
fn body(statements: &str) -> String {
    ask(&format!("async function f(a, b) {{ {statements} }}"))
}

#[test]
fn straight_lines() {
    assert_eq!(body("done()"), "always");
    assert_eq!(body(""), "end");
    assert_eq!(body("fail()"), "end");
    assert_eq!(body("return done()"), "always");
    assert_eq!(body("done(); return"), "always");
    assert_eq!(ask("const f = () => done()"), "always");
    assert_eq!(ask("const f = () => other()"), "end");
    assert_eq!(ask("const f = a => a ? done() : done(1)"), "always");
}

#[test]
fn branches() {
    assert_eq!(body("if (a) done()"), "end after a");
    assert_eq!(body("if (a) done(); else done(1)"), "always");
    assert_eq!(body("if (a) return; done()"), "return; after a");
    assert_eq!(body("if (a && b) { return } done()"), "return after a && b");
    assert_eq!(body("if (!a) { return 1 } else if (b) { done() } else { done(2) }"), "return 1 after !a");
    assert_eq!(body("a && done()"), "end after a");
    assert_eq!(body("a ? done() : other()"), "end after a");
    assert_eq!(body("if (a) throw new Error(); done()"), "throw new Error(); after a");
    assert_eq!(body("if (a) other(); if (b) done()"), "end after b");
    assert_eq!(body("done(); if (a) return; other()"), "always");
}

#[test]
fn switches() {
    assert_eq!(body("switch (a) { case 1: done(); break; default: done(2) }"), "always");
    assert_eq!(body("switch (a) { case 1: done(); break }").split(' ').next(), Some("end"));
    assert_eq!(body("switch (a) { case 1: other(); case 2: done(); break; default: done(2) }"), "always");
    assert!(body("switch (a) { case 1: done(); break; case 2: return; default: done(2) }").starts_with("return;"));
}

#[test]
fn loops() {
    assert_eq!(body("for (;;) { other() }"), "always");
    assert_eq!(body("while (true) { if (a) { done(); break } }"), "always");
    assert_eq!(body("while (true) { if (a) break }"), "end");
    assert_eq!(body("do { other() } while (1)"), "always");
    assert_eq!(body("while (!0) other()"), "always");
    assert_eq!(body("while (a) { done() }"), "end after a");
    assert!(body("for (const x of a) { if (x) { done(); return } }").starts_with("end"));
    assert_eq!(body("for (const x of a) { other(x) } done()"), "always");
    assert_eq!(body("outer: for (;;) { for (;;) { if (a) break outer } }"), "end");
    assert_eq!(body("for (let i = 0; i < a; i++) { if (i) continue; other() } done()"), "always");
}

#[test]
fn errors_that_are_caught() {
    assert_eq!(body("try { done() } catch (e) { other() }"), "always");
    assert!(body("try { fail(); done() } catch (e) { other() }").starts_with("end"));
    assert!(body("try { done(fail()) } catch (e) { other() }").starts_with("end"));
    assert_eq!(body("try { fail(); done() } catch (e) { done(e) }"), "always");
    assert_eq!(body("try { fail() } catch {} done()"), "always");
    assert!(body("try { throw a } catch (e) { if (b) return; done() }").starts_with("return;"));
    assert_eq!(body("try { await fail(); done() } catch (e) { done(e) }"), "always");
    assert!(body("try { throw a } catch (e) { throw e }").starts_with("throw e"));
}

#[test]
fn errors_that_are_not_caught() {
    assert_eq!(body("await fail(); done()"), "await fail()");
    assert_eq!(body("done(); await fail()"), "always");
    assert_eq!(body("done(await fail())"), "await fail()");
    assert_eq!(body("try { await fail() } finally { other() } done()"), "await fail()");
    assert!(body("try { done(a) } catch (e) { await fail(); done() }").starts_with("always"));
    assert!(body("try { fail() } catch (e) { await b; done() } done()").starts_with("await b"));
}

#[test]
fn finally_blocks() {
    assert_eq!(body("try { fail() } finally { done() }"), "always");
    assert_eq!(body("try { return fail() } finally { done() }"), "always");
    assert_eq!(body("try { if (a) throw b; fail() } finally { done() }"), "always");
    assert_eq!(body("try { await a } catch (e) { throw e } finally { done() }"), "always");
    assert_eq!(body("try { fail() } finally { other() } done()"), "always");
    assert_eq!(body("try { if (a) { fail() } done() } finally { other() }"), "always");
    assert_eq!(body("try { if (a) return 1; done() } finally { other() }"), "return 1; after a");
    assert_eq!(body("try { fail(); done() } catch (e) { done(e) } finally { other() }"), "always");
    assert_eq!(body("for (const x of a) { try { if (x) break } finally { done() } } done()"), "always");
}

#[test]
fn inner_functions_are_not_entered() {
    assert_eq!(body("function g() { return 1 } done()"), "always");
    assert_eq!(body("function g() { done() } "), "end");
    assert_eq!(body("a(function () { return 1 }); done()"), "always");
    assert_eq!(body("a(() => { throw 1 }); done()"), "always");
    assert_eq!(body("class A { m() { return 1 } } done()"), "always");
    assert_eq!(body("try { a(() => { throw 1 }); } finally { other() } done()"), "always");
}

#[test]
fn no_graph_no_answer() {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, "function f() {}", SourceType::mjs()).parse();
    let built = SemanticBuilder::new_linter().with_cfg(false).build(&parsed.program);
    let question = Question { function: NodeId::ROOT, from: None, done: &[], throws: false, failing: &[], risks: true };
    assert_eq!(every_way_out(&built.semantic, &question), Answer::Unknown);
}
