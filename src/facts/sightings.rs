//! Shapes that one look at the code shows: what finalizers, contexts, closures, slices, keys and process files keep.

mod closures;
mod finalizers;
mod keys;
mod slices;
mod storages;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectExpression, ObjectPropertyKind};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::FunctionId;
use super::functions::key_name;
use super::reader::{Reader, Type, peel};
use super::runs::is_exports;
use super::sites::May;
use crate::finding::{Confidence, Span};
pub(super) use keys::is_of_redis;

/// Where, what as written, and the second place.
type About = (Span, String, Option<(Span, String)>);

/// Something seen in one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sighting {
    pub seen: Seen,
    pub span: Span,
    pub function: FunctionId,
    /// What it is about, as written.
    pub subject: String,
    /// A second place, and what to say there.
    pub other: Option<(Span, String)>,
    /// The most that can be said, whatever runs it.
    pub most: Confidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// `registry.register(target, held)` where `held` reaches `target`.
    Finalizer,
    /// `new AsyncLocalStorage()` in a function.
    Storage,
    /// A store that points to the store before it.
    ParentStore,
    /// A closure that is kept shares its context with one that uses more.
    Closure,
    /// A part of something big in a collection that lives long.
    Slice,
    /// A key in Redis that never expires.
    Key,
    /// An application of a process manager without a limit of memory.
    Process,
}

/// Stored closures of one file that are compared with their siblings: each looks at all names of the file.
const MOST_CLOSURES: u32 = 100;

impl<'a> Reader<'a, '_> {
    /// Looks at calls, constructors and assignments for shapes that need no following.
    pub fn note_sightings(&mut self) {
        let redis = memchr::memmem::find(self.text.as_bytes(), b"redis").is_some();
        let expiring = if redis { self.expiring_keys() } else { FxHashSet::default() };
        let called = if redis { May::SIGHT.or(May::REDIS) } else { May::SIGHT };
        let mut calls = self.calls_that(called).peekable();
        let mut closures = 0;
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::CallExpression(call) if calls.next_if(|c| std::ptr::eq(c.call, call)).is_some() => {
                    self.note_sighted_call(call, redis.then_some(&expiring));
                }
                AstKind::NewExpression(new) => self.note_storage(new),
                AstKind::AssignmentExpression(e) => {
                    closures += u32::from(closures < MOST_CLOSURES && self.note_closure(e));
                    // Only what is exported as a whole is an object of processes.
                    if matches!(peel(&e.right), Expression::ObjectExpression(_))
                        && self.assigned_spot(e).is_some_and(|spot| is_exports(&spot))
                    {
                        self.note_processes(&e.right, e.node_id.get());
                    }
                }
                AstKind::ExportDefaultDeclaration(e) => {
                    if let Some(value) = e.declaration.as_expression() {
                        self.note_processes(value, e.node_id.get());
                    }
                }
                _ => {}
            }
        }
    }

    fn note_sighted_call(&mut self, call: &'a CallExpression<'a>, redis: Option<&FxHashSet<&'a str>>) {
        let Some(member) = peel(&call.callee).as_member_expression() else { return };
        match member.static_property_name() {
            Some("register") => self.note_finalizer(call, member.object()),
            Some("run" | "enterWith") => self.note_parent_store(call, member.object()),
            Some("push" | "add" | "set" | "unshift") => self.note_slice(call, member.object()),
            _ => {}
        }
        if let Some(expiring) = redis {
            self.note_redis_key(call, member.object(), expiring);
        }
    }

    /// `about`: what it is about, and the second place.
    fn see(&mut self, (seen, most): (Seen, Confidence), node: NodeId, about: About) {
        let (function, (span, subject, other)) = (self.owner_of(node), about);
        self.facts.sightings.push(Sighting { seen, span, function, subject, other, most });
    }

    /// Whether the value is of this type of a library.
    fn is_a(&mut self, expr: &'a Expression<'a>, name: &str) -> bool {
        matches!(self.type_of(expr), Some(Type::Library(t)) if self.apis.is_a_named(t, name))
    }

    /// The symbol that an expression is.
    fn symbol_in(&self, expr: &Expression<'a>) -> Option<SymbolId> {
        match peel(expr) {
            Expression::Identifier(id) => self.symbol_of(id),
            _ => None,
        }
    }

    /// Reads of a symbol below a node.
    pub(super) fn reads_within(&self, symbol: SymbolId, span: oxc_span::Span) -> Vec<NodeId> {
        self.reads_of(symbol).filter(|node| span.contains_inclusive(self.nodes.kind(*node).span())).collect()
    }

    /// `module.exports = { apps: [{ name: 'api', script: 'server.js' }] }`, the file of a process manager.
    fn note_processes(&mut self, exported: &'a Expression<'a>, node: NodeId) {
        let Expression::ObjectExpression(whole) = peel(exported) else { return };
        let Some(Expression::ArrayExpression(apps)) = property(whole, "apps").map(peel) else { return };
        for app in apps.elements.iter().filter_map(|e| e.as_expression()) {
            let Expression::ObjectExpression(app) = peel(app) else { continue };
            let Some(script) = property(app, "script").filter(|_| !is_limited(app)) else { continue };
            let named = property(app, "name").unwrap_or(script);
            let (span, text) = (self.span(named.span()), self.text_of(named.span(), 40));
            self.see((Seen::Process, Confidence::Likely), node, (span, text, None));
        }
    }
}

/// Whether an application has a limit of memory, or options that are not visible.
fn is_limited(app: &ObjectExpression<'_>) -> bool {
    let spread = app.properties.iter().any(|p| matches!(p, ObjectPropertyKind::SpreadProperty(_)));
    spread || property(app, "max_memory_restart").is_some()
}

/// The value of a property of an object literal.
fn property<'a>(object: &'a ObjectExpression<'a>, name: &str) -> Option<&'a Expression<'a>> {
    object.properties.iter().find_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(p) => (key_name(&p.key) == Some(name)).then_some(&p.value),
        ObjectPropertyKind::SpreadProperty(_) => None,
    })
}

/// Argument number `index`, when it is an expression.
fn argument<'a>(arguments: &'a [Argument<'a>], index: usize) -> Option<&'a Expression<'a>> {
    arguments.get(index)?.as_expression()
}

/// Whether calls of this name are looked at for a shape that needs no following.
pub(super) fn is_looked_at(name: &str) -> bool {
    matches!(name, "register" | "run" | "enterWith" | "push" | "add" | "set" | "unshift")
}
