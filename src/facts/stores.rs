//! What libraries keep: where a cache, a queue or a metric is made, what is put into it, and the options that bound it.

mod keyed;
mod loaded;
mod memoized;
mod options;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, NewExpression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, bound_symbol, peel};
use super::sites::May;
use super::{FunctionId, Kept, Key, What};
use crate::apis::{Keeps, Part, Row, Through};
use crate::finding::Span;

/// A call that makes a library keep something, adds to it, or takes out of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one call")]
pub struct Store {
    pub what: What,
    pub part: Part,
    /// The callee as written.
    pub api: String,
    pub span: Span,
    pub function: FunctionId,
    /// A flag, slot or entry lets it run once for what it is asked for.
    pub once: bool,
    /// Behind a test of the environment (`NODE_ENV`), or in a file of tests.
    pub staged: bool,
    /// Behind a test of any kind.
    pub chosen: bool,
    /// Where the store is: what the value made is kept in, or what the call is made on.
    pub kept: Kept,
    /// The result is put where it outlives the call, so that it need not be made again.
    pub reused: bool,
    /// Other code can reach the store.
    pub shared: bool,
    pub bound: Bound,
    /// Single entries can be given a time to live.
    pub expires: bool,
    /// The options that would bound it.
    pub looked_for: Vec<String>,
    /// What names the things kept.
    pub keys: Vec<StoreKey>,
    /// What memoizes a function, so its callers name what is kept.
    pub memoizes: bool,
    pub by_identity: bool,
    pub insert: Option<Insert>,
}

/// Whether the options that are visible bound what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    Set,
    Missing,
    /// An option is given, but bounds nothing: `max: Infinity`.
    Void {
        text: String,
        span: Span,
    },
    /// The options, or a part of them, are out of our sight.
    Unseen,
}

/// A value that names what is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoreKey {
    pub key: Key,
    pub span: Span,
    /// As the parameter that it comes from is called; empty when it comes from none.
    pub name: String,
    /// Worked on by a function that may map many values to few.
    pub mapped: bool,
}

/// Where a fix can write an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insert {
    pub span: Span,
    pub text: String,
}

/// A call or `new` while the syntax tree is at hand.
#[derive(Clone, Copy)]
struct Doing<'a> {
    node: NodeId,
    callee: &'a Expression<'a>,
    arguments: &'a [Argument<'a>],
    span: oxc_span::Span,
}

impl<'a> Doing<'a> {
    fn call(call: &'a CallExpression<'a>) -> Self {
        Self { node: call.node_id.get(), callee: &call.callee, arguments: &call.arguments, span: call.span }
    }

    fn new(new: &'a NewExpression<'a>) -> Self {
        Self { node: new.node_id.get(), callee: &new.callee, arguments: &new.arguments, span: new.span }
    }
}

impl<'a> Reader<'a, '_> {
    /// Finds calls after which a library keeps something.
    pub fn note_stores(&mut self) {
        let libraries = self.imports_keepers();
        for site in self.sites.clone().iter() {
            let (doing, row) = match *site {
                AstKind::CallExpression(call) => (Doing::call(call), self.keeping_call(call, libraries)),
                AstKind::NewExpression(new) if libraries => (Doing::new(new), self.keeping_new(new)),
                _ => continue,
            };
            if let Some((row, keeps)) = row {
                self.note_store(doing, row, keeps);
            }
        }
        self.note_loads();
    }

    /// Whether the file imports a library that keeps things.
    fn imports_keepers(&self) -> bool {
        let imported = self.nodes.program().body.iter().any(|statement| match statement {
            oxc_ast::ast::Statement::ImportDeclaration(d) => self.apis.keeps_for_module(d.source.value.as_str()),
            _ => false,
        });
        imported
            || self.calls_that(May::KEEP).any(|named| {
                named.name == "require"
                    && matches!(named.call.arguments.first(), Some(Argument::StringLiteral(s))
                        if self.apis.keeps_for_module(s.value.as_str()))
            })
    }

    fn keeping_call(
        &mut self,
        call: &'a CallExpression<'a>,
        libraries: bool,
    ) -> Option<(&'static Row, &'static Keeps)> {
        match peel(&call.callee) {
            Expression::Identifier(_) if !libraries => return None,
            Expression::Identifier(_) | Expression::CallExpression(_) => {
                if let Some(found) = self.keeping_result(&call.callee) {
                    return Some(found);
                }
            }
            callee => {
                let name = callee.as_member_expression()?.static_property_name()?;
                if libraries && name == "register" {
                    let plugin = call.arguments.first().and_then(Argument::as_expression)?;
                    return self.keeping_row(plugin, &[Through::Registered]);
                }
                if !self.apis.may_keep(name, !libraries) {
                    return None;
                }
            }
        }
        self.keeping_row(&call.callee, &[Through::Call, Through::Both])
    }

    /// The row of a callee that keeps things in one of these ways.
    fn keeping_row(&mut self, callee: &'a Expression<'a>, ways: &[Through]) -> Option<(&'static Row, &'static Keeps)> {
        let hit = self.api_of_callee(callee).filter(|hit| hit.known)?;
        let row = self.apis.row(hit.row);
        row.keeps.as_ref().filter(|keeps| ways.contains(&keeps.through)).map(|keeps| (row, keeps))
    }

    fn keeping_new(&mut self, new: &'a NewExpression<'a>) -> Option<(&'static Row, &'static Keeps)> {
        if let Some(found) = self.keeping_result(&new.callee) {
            return Some(found);
        }
        let row = self.row_of_new(&new.callee)?;
        let row = self.apis.row(row);
        row.keeps.as_ref().map(|keeps| (row, keeps))
    }

    /// `const end = histogram.startTimer(); end(labels)`, `new (require('memorystore')(session))(options)`.
    fn keeping_result(&mut self, callee: &'a Expression<'a>) -> Option<(&'static Row, &'static Keeps)> {
        let made = match peel(callee) {
            Expression::Identifier(id) => {
                let symbol = self.symbol_of(id)?;
                self.initial_value(symbol).map(peel)?
            }
            other => other,
        };
        let Expression::CallExpression(call) = made else { return None };
        self.keeping_row(&call.callee, &[Through::Result, Through::Both])
    }

    fn note_store(&mut self, doing: Doing<'a>, row: &'static Row, keeps: &'static Keeps) {
        if doing.arguments.len() < keeps.at_least || self.is_undone(&doing, keeps) {
            return;
        }
        let (bound, insert) = self.bound_of(&doing, keeps);
        let on = (!row.method.is_empty()).then(|| peel(doing.callee).as_member_expression()).flatten();
        let kept = match on {
            // `new Ajv().compile(schema)`: gone with the statement.
            Some(member) if matches!(peel(member.object()), Expression::NewExpression(_)) => Kept::Dropped,
            Some(member) => match self.spot_of(member.object()) {
                Some(spot) => Kept::Place(self.own(&spot)),
                // `agenda().now(..)`, `counter.labels(..).inc()`
                None => Kept::Escapes,
            },
            None if keeps.part == Part::Holds => self.kept_in(doing.node),
            None => Kept::Escapes,
        };
        let shared = match self.lone_symbol(doing.node) {
            Some(symbol) => self.is_shared(symbol),
            None => true,
        };
        let store = Store {
            what: keeps.what,
            part: keeps.part,
            api: self.text_of(doing.callee.span(), 40),
            span: self.span(oxc_span::Span::new(doing.span.start, doing.callee.span().end)),
            function: self.owner_of(doing.node),
            once: self.is_guarded_once(doing.node) || self.is_guarded_by_entry(doing.node),
            staged: self.is_staged(doing.node),
            chosen: !self.tests_before(doing.node).is_empty(),
            reused: keeps.reusable && self.is_kept_outside(doing.node),
            kept,
            shared,
            bound,
            expires: !keeps.expires_by.is_empty(),
            looked_for: keeps.bounded_by.iter().chain(&keeps.expires_by).cloned().collect(),
            keys: self.keys_of_store(&doing, keeps),
            memoizes: keeps.memoizes.is_some(),
            by_identity: keeps.by_identity,
            insert,
        };
        if keeps.memoizes.is_some() {
            self.note_memoized(&store, doing.node);
        }
        self.facts.stores.push(store);
    }

    /// The variable that alone is given the value of this node.
    fn lone_symbol(&self, node: NodeId) -> Option<oxc_semantic::SymbolId> {
        match self.nodes.kind(self.outside(node).1) {
            AstKind::VariableDeclarator(d) => bound_symbol(&d.id),
            _ => None,
        }
    }

    /// Exported, handed on, returned or stored: whatever is not a use of a member or a call.
    fn is_shared(&self, symbol: oxc_semantic::SymbolId) -> bool {
        self.is_exported(symbol)
            || self.reads_of(symbol).any(|read| {
                let (child, parent) = self.outside(read);
                let span = self.nodes.kind(child).span();
                match self.nodes.kind(parent) {
                    AstKind::StaticMemberExpression(m) => m.object.span() != span,
                    AstKind::ComputedMemberExpression(m) => m.object.span() != span,
                    AstKind::CallExpression(c) => c.callee.span() != span,
                    _ => true,
                }
            })
    }

    /// A file of tests, by its name or its folder.
    pub(in crate::facts) fn is_of_tests(&self) -> bool {
        let folders = ["test", "tests", "__tests__", "e2e", "spec"];
        let mut parts = self.path.split(['/', '\\']);
        parts.any(|part| folders.contains(&part) || part.contains(".test.") || part.contains(".spec."))
    }

    /// `if (process.env.NODE_ENV !== 'production')`, or a file of tests: not what runs for long.
    pub(super) fn is_staged(&self, node: NodeId) -> bool {
        if self.is_of_tests() {
            return true;
        }
        let stage =
            |text: &str| ["NODE_ENV", "roduction", "isProd", "isDev", "isTest"].iter().any(|w| text.contains(w));
        self.tests_before(node).iter().any(|t| stage(self.text.get(range(t.test.span())).unwrap_or("")))
    }

    /// `validators[name] = ajv.compile(schema)`, `cache.set(name, ajv.compile(schema))`, `this.check = ..`.
    fn is_kept_outside(&mut self, node: NodeId) -> bool {
        let function = self.owner_of(node);
        let mut work = vec![node];
        for _ in 0..8 {
            let Some(at) = work.pop() else { break };
            let (child, parent) = self.outside(at);
            match self.nodes.kind(parent) {
                AstKind::AssignmentExpression(e) if e.right.span() == self.nodes.kind(child).span() => {
                    match self.assigned_spot(e) {
                        Some(spot) if self.outlives_function(&spot, parent) => return true,
                        _ => work.push(parent),
                    }
                }
                AstKind::VariableDeclarator(d) => {
                    let Some(symbol) = bound_symbol(&d.id) else { continue };
                    if self.scope_function(symbol) == function {
                        work.extend(self.reads_of(symbol).take(6));
                    }
                }
                AstKind::CallExpression(call) if matches!(call.callee_name(), Some("set" | "push" | "add")) => {
                    return true;
                }
                AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => return true,
                AstKind::AwaitExpression(_) | AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) => {
                    work.push(parent);
                }
                _ => {}
            }
        }
        false
    }
}

fn range(span: oxc_span::Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}
