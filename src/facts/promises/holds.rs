//! What becomes of a promise where it is made, and whether one that stays pending is meant to.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, ArrowFunctionBody, CallExpression, UnaryOperator};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::Executor;
use super::touches::Touches;
use crate::facts::reader::{Reader, bound_symbol};
use crate::facts::runs::is_global_promise;
use crate::facts::{Hold, TOP};
use crate::finding::{Confidence, Span};

/// Words by which code says that a promise is not supposed to settle.
const ETERNAL: [&str; 17] = [
    "never",
    "forever",
    "hang",
    "pending",
    "block",
    "suspend",
    "eternal",
    "infinite",
    "stall",
    "indefinite",
    "keep",
    "alive",
    "halt",
    "noop",
    "exit",
    "unresolved",
    "until",
];

/// The same, past doubt.
const SURELY_ETERNAL: [&str; 5] = ["never", "forever", "eternal", "unresolved", "infinite"];

impl<'a> Reader<'a, '_> {
    /// What becomes of the promise that `node` makes, and the place that says so.
    pub(super) fn hold_of(&self, node: NodeId) -> (Hold, Span) {
        let (hold, at) = self.hold_at(node);
        if hold != Hold::Kept {
            return (hold, at);
        }
        let AstKind::VariableDeclarator(d) = self.nodes.kind(self.outside(self.top_of_chain(node)).1) else {
            return (hold, at);
        };
        match bound_symbol(&d.id) {
            Some(symbol) => self.hold_of_symbol(symbol, at),
            None => self.hold_of_parts(d, at),
        }
    }

    /// `const { promise } = Promise.withResolvers()`.
    fn hold_of_parts(&self, declarator: &oxc_ast::ast::VariableDeclarator<'a>, at: Span) -> (Hold, Span) {
        let symbols = declarator.id.get_symbol_ids();
        let held = symbols.into_iter().map(|s| self.hold_of_symbol(s, at));
        held.filter(|h| h.0 != Hold::Dropped).min_by_key(|h| h.0 != Hold::Raced).unwrap_or((Hold::Dropped, at))
    }

    /// The most telling use of a variable that holds a promise.
    fn hold_of_symbol(&self, symbol: SymbolId, at: Span) -> (Hold, Span) {
        let mut found = if self.is_exported(symbol) { Hold::Kept } else { Hold::Dropped };
        let mut place = at;
        for reference in self.scoping.get_resolved_references(symbol).filter(|r| !r.is_type()) {
            let node = reference.node_id();
            let member = self.outside(node).1;
            // `deferred.promise` stands for the promise.
            let node = match self.nodes.kind(member) {
                AstKind::StaticMemberExpression(m) if m.property.name == "promise" => member,
                _ => node,
            };
            match self.hold_at(node) {
                (Hold::Raced, span) => return (Hold::Raced, span),
                (hold @ (Hold::Awaited | Hold::Returned | Hold::Thrown), span) if found != Hold::Awaited => {
                    (found, place) = (hold, span);
                }
                (Hold::Kept, _) if found == Hold::Dropped => found = Hold::Kept,
                _ => {}
            }
        }
        (found, place)
    }

    /// The outermost of `node.then(..).catch(..)`, through conditions that choose the value.
    fn top_of_chain(&self, node: NodeId) -> NodeId {
        let mut top = node;
        for _ in 0..64 {
            let (child, parent) = self.outside(top);
            match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m)
                    if matches!(m.property.name.as_str(), "then" | "catch" | "finally") =>
                {
                    top = self.outside(parent).1;
                }
                AstKind::ConditionalExpression(e) if e.test.span() != self.nodes.kind(child).span() => top = parent,
                AstKind::LogicalExpression(_) => top = parent,
                _ => return child,
            }
        }
        top
    }

    fn hold_at(&self, node: NodeId) -> (Hold, Span) {
        let top = self.top_of_chain(node);
        let (child, parent) = self.outside(top);
        let start = self.nodes.kind(parent).span().start;
        let word = |length: u32| self.span(oxc_span::Span::new(start, start + length));
        let whole = self.span(self.nodes.kind(child).span());
        match self.nodes.kind(parent) {
            AstKind::AwaitExpression(_) => (Hold::Awaited, word(5)),
            AstKind::ReturnStatement(_) => (Hold::Returned, word(6)),
            AstKind::ArrowFunctionExpression(_) => (Hold::Returned, whole),
            AstKind::ThrowStatement(_) => (Hold::Thrown, word(5)),
            AstKind::ExpressionStatement(_) => match self.nodes.parent_kind(parent) {
                // The body of an arrow without braces is such a statement.
                AstKind::ArrowFunctionExpression(_) => (Hold::Returned, whole),
                _ => (Hold::Dropped, whole),
            },
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::Void => (Hold::Dropped, whole),
            AstKind::CallExpression(call) if self.is_race(call) => (Hold::Raced, whole),
            AstKind::ArrayExpression(_) => match self.nodes.kind(self.outside(parent).1) {
                AstKind::CallExpression(call) if self.is_race(call) => (Hold::Raced, whole),
                AstKind::CallExpression(call) if self.is_promise_call(call, &["all", "allSettled"]) => {
                    self.hold_at(self.outside(parent).1)
                }
                _ => (Hold::Kept, whole),
            },
            _ => (Hold::Kept, whole),
        }
    }

    fn is_race(&self, call: &CallExpression<'a>) -> bool {
        self.is_promise_call(call, &["race", "any"])
    }

    fn is_promise_call(&self, call: &CallExpression<'a>, names: &[&str]) -> bool {
        call.callee.get_inner_expression().as_member_expression().is_some_and(|m| {
            m.static_property_name().is_some_and(|n| names.contains(&n)) && is_global_promise(self, m.object())
        })
    }

    /// A promise that can only fail, or that is put into a race here, is made to lose: a signal, a timeout, a crash.
    pub(super) fn is_meant_to_race(&self, promise: NodeId, touches: &Touches) -> bool {
        !touches.resolve_used || matches!(self.hold_of(promise).0, Hold::Raced | Hold::Thrown | Hold::Dropped)
    }

    /// How much an executor that mentions no resolver is worth telling. An empty one is nearly always written on
    /// purpose: React is told to suspend, a page is left, a process kept alive, a test asks what happens then.
    pub(super) fn confidence_of_eternal(&self, promise: NodeId, executor: &Executor) -> Option<Confidence> {
        let (hold, _) = self.hold_of(promise);
        if matches!(hold, Hold::Raced | Hold::Thrown | Hold::Dropped) || self.is_named(promise, &SURELY_ETERNAL) {
            return None;
        }
        if !self.is_empty_function(executor.node) {
            return Some(Confidence::Sure);
        }
        if self.is_named(promise, &ETERNAL) || self.is_explained(promise, executor) {
            return None;
        }
        let at_top = self.owner_of(promise) == TOP || self.is_made_for_later(promise);
        if at_top || self.is_in_mock(promise) || self.is_after_leaving(promise) {
            return None;
        }
        // All seven that were read in command line tools kept the process alive. A function that does nothing else is
        // a stub that somebody forgot.
        let alone = self.is_all_of_its_function(promise) && matches!(hold, Hold::Returned | Hold::Awaited);
        Some(if alone { Confidence::Likely } else { Confidence::Guess })
    }

    /// `() => new Promise(..)`, `function f() { return new Promise(..) }`.
    fn is_all_of_its_function(&self, promise: NodeId) -> bool {
        let (child, parent) = self.outside(promise);
        if let AstKind::ArrowFunctionExpression(f) = self.nodes.kind(parent) {
            return f.body.span() == self.nodes.kind(child).span();
        }
        match self.nodes.parent_kind(self.statement_of(promise)) {
            AstKind::FunctionBody(body) => {
                body.statements.len() == 1
                    && matches!(self.nodes.kind(parent), AstKind::ReturnStatement(_) | AstKind::AwaitExpression(_))
            }
            _ => false,
        }
    }

    fn is_empty_function(&self, node: NodeId) -> bool {
        match self.nodes.kind(node) {
            AstKind::Function(f) => f.body.as_ref().is_none_or(|b| b.statements.is_empty()),
            AstKind::ArrowFunctionExpression(f) => match &f.body {
                ArrowFunctionBody::FunctionBody(body) => body.statements.is_empty(),
                body => body.as_expression().is_some_and(|e| e.is_literal() || e.is_undefined() || e.is_void()),
            },
            _ => false,
        }
    }

    /// A comment in the executor, right before the statement or behind it says that it is to stay pending.
    fn is_explained(&self, promise: NodeId, executor: &Executor) -> bool {
        let inside = self.nodes.kind(executor.node).span();
        let line = self.text[inside.end as usize..].split('\n').next().unwrap_or("");
        if line.split_once("//").is_some_and(|(_, said)| !said.starts_with('~') && explains(said, &ETERNAL)) {
            return true;
        }
        let mut start = self.nodes.kind(self.statement_of(promise)).span().start;
        for comment in self.semantic.comments().iter().rev().skip_while(|c| c.span.start >= inside.end) {
            let between = self.text.get(comment.span.end as usize..start as usize).unwrap_or("");
            let adjacent = comment.span.end <= start && between.trim().is_empty();
            if !adjacent && comment.span.start < inside.start {
                return false;
            }
            if explains(comment.span.source_text(self.text), &ETERNAL) {
                return true;
            }
            if adjacent {
                start = comment.span.start;
            }
        }
        false
    }

    /// A comment in the executor says that this is how it should be.
    pub(super) fn is_pending_on_purpose(&self, executor: &Executor) -> bool {
        let span = self.nodes.kind(executor.node).span();
        let comments = self.semantic.comments();
        comments[comments.partition_point(|c| c.span.end <= span.start)..]
            .iter()
            .take_while(|c| c.span.start < span.end)
            .any(|c| {
                explains(c.span.source_text(self.text), &["unresolved", "never resolve", "never settle", "forever"])
            })
    }

    fn is_named(&self, promise: NodeId, words: &[&str]) -> bool {
        self.names_around(promise).iter().any(|n| has_word(n, words))
    }

    /// Names of the variable, field or function that holds it.
    fn names_around(&self, promise: NodeId) -> Vec<&str> {
        let home = self.function_nodes[self.owner_of(promise).0 as usize];
        let mut names = vec![self.name_of_function(home).map_or("", |(name, _)| name)];
        match self.nodes.kind(self.outside(promise).1) {
            AstKind::VariableDeclarator(d) => names.extend(d.id.get_identifier_name().map(|n| n.as_str())),
            AstKind::AssignmentExpression(e) => names.push(e.left.span().source_text(self.text)),
            AstKind::ObjectProperty(p) => names.push(p.key.span().source_text(self.text)),
            AstKind::PropertyDefinition(p) => names.push(p.key.span().source_text(self.text)),
            _ => {}
        }
        names
    }

    /// A field or a default that something replaces later.
    fn is_made_for_later(&self, promise: NodeId) -> bool {
        matches!(
            self.nodes.kind(self.outside(promise).1),
            AstKind::PropertyDefinition(_) | AstKind::AssignmentPattern(_) | AstKind::FormalParameter(_)
        )
    }

    /// `mock.fetch.mockImplementation(() => new Promise(() => {}))`, `vi.fn(() => new Promise(() => {}))`.
    fn is_in_mock(&self, promise: NodeId) -> bool {
        if ["test", "spec", "__mocks__"].iter().any(|w| self.path.split(['.', '/', '_']).any(|part| part == *w)) {
            return true;
        }
        self.nodes.ancestor_ids(promise).take(12).any(|a| match self.nodes.kind(a) {
            AstKind::CallExpression(c) => {
                let callee = c.callee.span().source_text(self.text);
                let named = |e: &Argument<'_>| matches!(e, Argument::StringLiteral(_));
                ["mock", "stub", "fake", "spy", ".fn"].iter().any(|w| callee.to_lowercase().ends_with(w))
                    || callee.to_lowercase().contains("mock")
                    || matches!(callee, "it" | "test" | "describe") && c.arguments.first().is_some_and(named)
            }
            _ => false,
        })
    }

    /// The page or process is left before: `location.reload(); return new Promise(() => {})`.
    fn is_after_leaving(&self, promise: NodeId) -> bool {
        let function = self.function_nodes[self.owner_of(promise).0 as usize];
        let start = self.nodes.kind(function).span().start;
        let before = self.text.get(start as usize..self.nodes.kind(promise).span().start as usize).unwrap_or("");
        ["location", "navigate", "redirect", "reload", ".exit(", "relaunch"].iter().any(|w| before.contains(w))
    }
}

/// Whether a comment explains. One that allows a finding says nothing about the code, whatever the names of rules.
fn explains(comment: &str, words: &[&str]) -> bool {
    has_word(comment, words) && !comment.contains("leaklint-ignore")
}

fn has_word(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|w| text.contains(w))
}
