//! Effects whose cleanup is called at once, named only, or not returned.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::{CLOSES_RECEIVER, CleanupFlaw, Closing};
use crate::apis::Cleanup;
use crate::facts::FunctionId;
use crate::facts::flow::nodes_within;
use crate::facts::reader::{Reader, function_literal, peel};
use crate::finding::Span;

impl<'a> Reader<'a, '_> {
    /// Functions that a call runs at each mount.
    pub(super) fn note_effect(&mut self, call: &'a CallExpression<'a>, closings: &[Closing<'a>]) {
        for argument in call.arguments.iter().filter_map(Argument::as_expression) {
            let Some(node) = function_literal(argument) else { continue };
            let Some(function) = self.function_of_node.get(&node).copied() else { continue };
            let Some(mounted) = self.mounted(function) else { continue };
            let Some(opened) = self.opened_in(node) else { continue };
            let is_async = self.facts.functions[function.0 as usize].is_async;
            match mounted.cleanup {
                Some(Cleanup::Returned) if is_async => {
                    self.note_ignored((function, opened), (CleanupFlaw::Promised, String::new()), closings);
                }
                Some(Cleanup::Returned) => self.note_returning(node, (function, opened), closings),
                _ => {
                    let right = self.end_hook_beside(mounted.call);
                    self.note_ignored((function, opened), (CleanupFlaw::Ignored, right), closings);
                }
            }
            for cleanup in self.effect_ends(function).unwrap_or_default() {
                self.note_named_only(cleanup, opened);
                self.note_gone_refs((function, cleanup), closings);
            }
        }
    }

    /// A function that closes something and is returned to a framework that does not call it.
    fn note_ignored(
        &mut self,
        (function, opened): (FunctionId, Span),
        (flaw, right): (CleanupFlaw, String),
        closings: &[Closing<'a>],
    ) {
        for returned in self.returned.get(&function).cloned().unwrap_or_default() {
            let Some(cleanup) = self.function_denoted(returned) else { continue };
            if self.closings_in(cleanup, closings).next().is_none() {
                continue;
            }
            let node = self.function_nodes[cleanup.0 as usize];
            self.dead_cleanup(flaw, (node, Some(opened)), self.text_of(returned.span(), 60));
            if let Some(noted) = self.facts.dead_cleanups.last_mut() {
                noted.right.clone_from(&right);
            }
        }
    }

    /// `useEffect(() => { .. })`: what it returns runs at the end, and nothing else does.
    fn note_returning(&mut self, node: NodeId, (effect, opened): (FunctionId, Span), closings: &[Closing<'a>]) {
        // `useEffect(() => reset())` returns by accident what nobody needs.
        let short =
            matches!(self.nodes.kind(node), AstKind::ArrowFunctionExpression(f) if f.body.as_expression().is_some());
        for returned in self.returned.get(&effect).cloned().unwrap_or_default() {
            if let Expression::CallExpression(call) = peel(returned)
                && !short
                && self.closes_at_once(call, closings)
            {
                let name = self.text_of(call.span, 60);
                self.dead_cleanup(CleanupFlaw::Called, (call.node_id.get(), Some(opened)), name);
            }
        }
        self.note_unreturned(effect, opened, closings);
    }

    /// The call closes something and gives back nothing to call.
    fn closes_at_once(&mut self, call: &'a CallExpression<'a>, closings: &[Closing<'a>]) -> bool {
        if closings.iter().any(|c| c.call.span == call.span) {
            return true;
        }
        let Some(function) = self.function_denoted(&call.callee) else { return false };
        let facts = &self.facts.functions[function.0 as usize];
        let gives = self.returned.get(&function).is_some_and(|all| !all.is_empty());
        !gives && !facts.is_async && self.closings_in(function, closings).next().is_some()
    }

    /// `return () => observer.disconnect`, `return () => { stop; }`.
    fn note_named_only(&mut self, cleanup: FunctionId, opened: Span) {
        let node = self.function_nodes[cleanup.0 as usize];
        let mut named: Vec<&'a Expression<'a>> = Vec::new();
        if let AstKind::ArrowFunctionExpression(f) = self.nodes.kind(node)
            && let Some(body) = f.body.as_expression()
        {
            named.push(body);
        }
        for id in nodes_within(self.nodes, node) {
            if let AstKind::ExpressionStatement(statement) = self.nodes.kind(id)
                && self.owner_of(id) == cleanup
            {
                named.push(&statement.expression);
            }
        }
        for expr in named {
            if self.is_closing_function(expr) {
                let name = self.text_of(expr.span(), 60);
                self.dead_cleanup(CleanupFlaw::Named, (node, Some(opened)), name);
            }
        }
    }

    /// A function that closes something, by its name and not called.
    fn is_closing_function(&self, expr: &'a Expression<'a>) -> bool {
        match peel(expr) {
            Expression::StaticMemberExpression(m) => CLOSES_RECEIVER.contains(&m.property.name.as_str()),
            Expression::Identifier(id) => match self.symbol_of(id) {
                Some(symbol) => self.function_of_symbol(symbol).is_some(),
                None => id.name.starts_with("clear") && self.apis.opens_or_closes(&id.name),
            },
            _ => false,
        }
    }

    /// `useEffect(() => { const id = setInterval(..); () => clearInterval(id) })`.
    fn note_unreturned(&mut self, effect: FunctionId, opened: Span, closings: &[Closing<'a>]) {
        let node = self.function_nodes[effect.0 as usize];
        for id in nodes_within(self.nodes, node) {
            if let AstKind::ExpressionStatement(statement) = self.nodes.kind(id)
                && self.owner_of(id) == effect
                && let Some(literal) = function_literal(&statement.expression)
                && let Some(cleanup) = self.function_of_node.get(&literal).copied()
                && self.closings_in(cleanup, closings).next().is_some()
            {
                let name = self.text_of(statement.expression.span(), 60);
                self.dead_cleanup(CleanupFlaw::NotReturned, (literal, Some(opened)), name);
            }
        }
    }

    /// `return () => { if (ref.current) observer.disconnect() }`: React has emptied the ref of an element by then.
    fn note_gone_refs(&mut self, (effect, cleanup): (FunctionId, FunctionId), closings: &[Closing<'a>]) {
        let found: Vec<Closing<'a>> = self.closings_in(cleanup, closings).copied().collect();
        for closing in found {
            for test in self.tests_before(closing.node) {
                let Some(name) = ref_that_must_hold(test.test, test.holds) else { continue };
                let whole = self.text_of(closing.call.span, 400);
                if !whole.contains(&format!("{name}.current")) && self.is_ref_of_element(effect, name) {
                    let opened = self.opened_of(&closing);
                    let test = test.test.node_id();
                    self.dead_cleanup(CleanupFlaw::RefGone, (test, opened), format!("{name}.current"));
                    return;
                }
            }
        }
    }

    /// Where the closed thing was made.
    fn opened_of(&mut self, closing: &Closing<'a>) -> Option<Span> {
        let Expression::Identifier(id) = peel(closing.thing) else { return None };
        let value = self.initial_value(self.symbol_of(id)?)?;
        Some(self.span(value.span()))
    }

    /// The ref is observed, listened to or handed to an element in this file.
    fn is_ref_of_element(&self, effect: FunctionId, name: &str) -> bool {
        let span = self.nodes.kind(self.function_nodes[effect.0 as usize]).span();
        let own = &self.text[span.start as usize..span.end as usize];
        own.contains(&format!("observe({name}.current"))
            || own.contains(&format!("{name}.current.addEventListener"))
            || self.text.contains(&format!("ref={{{name}}}"))
    }
}

/// `r` when the node behind the test runs only while `r.current` is set.
fn ref_that_must_hold<'a>(test: &'a Expression<'a>, holds: bool) -> Option<&'a str> {
    match peel(test) {
        Expression::UnaryExpression(e) if e.operator.is_not() => ref_that_must_hold(&e.argument, !holds),
        Expression::LogicalExpression(e) if e.operator.is_and() && holds => {
            ref_that_must_hold(&e.left, holds).or_else(|| ref_that_must_hold(&e.right, holds))
        }
        Expression::StaticMemberExpression(m) if holds && m.property.name == "current" => match peel(&m.object) {
            Expression::Identifier(id) => Some(id.name.as_str()),
            _ => None,
        },
        _ => None,
    }
}
