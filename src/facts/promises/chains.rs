//! Promise chains inside an executor: whether a rejection comes to a function that settles.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Gap;
use super::gaps::{callee_name, chain_method};
use super::touches::{How, Touch};
use crate::facts::FunctionId;
use crate::facts::flow::nodes_within;
use crate::facts::reader::{Reader, function_literal, peel};
use crate::facts::runs::is_global_promise;
use crate::finding::Confidence;

/// Where a chain stands after a link, when its source is rejected.
enum Fate {
    /// A function that settles has run.
    Settled,
    /// The error is still on its way.
    Rejected,
    /// A handler took the error and settled nothing.
    Swallowed(oxc_span::Span),
}

impl<'a> Reader<'a, '_> {
    /// `work().then(resolve)`: everything hangs on one chain, and its rejection reaches no function that settles.
    pub(super) fn gap_in_chain(&mut self, level: FunctionId, later: &[Touch]) -> Option<Gap> {
        let (links, source) = self.promise_chain_of(later)?;
        let top = links.last()?;
        if !self.is_dropped(top.node_id.get(), level) || !self.may_reject(source) {
            return None;
        }
        let mut fate = Fate::Rejected;
        for link in &links {
            fate = self.after_link(link, fate, later);
        }
        let resolver_link = links.iter().copied().find(|l| {
            chain_method(l) == Some("then") && l.arguments.first().is_some_and(|a| self.settles_in(a, later))
        })?;
        let (way, why, repair) = match fate {
            Fate::Settled => return None,
            Fate::Rejected => {
                let source = self.text_of(source.span(), 40);
                let repair = self.repair_of_chain(resolver_link, top);
                (resolver_link.callee.span(), format!("if `{source}` fails, nothing settles the promise"), repair)
            }
            Fate::Swallowed(span) => (span, "this handles the error but does not settle the promise".to_owned(), None),
        };
        let end = oxc_span::Span::new(way.end.saturating_sub(4).max(way.start), way.end);
        let way = if matches!(fate, Fate::Rejected) { self.span(end) } else { self.span(way) };
        Some(Gap { way, why, keeper: None, confidence: Confidence::Likely, repair })
    }

    /// The function that runs when the chain fulfils, if it is the only one there that settles on that side.
    pub(super) fn only_fulfilled(&mut self, later: &[Touch]) -> Option<FunctionId> {
        let (links, _) = self.promise_chain_of(later)?;
        let mut found = None;
        for link in links {
            for (index, argument) in link.arguments.iter().enumerate() {
                let Some(touch) = touch_of(self, argument, later) else { continue };
                match (chain_method(link), index, touch.how) {
                    (Some("then"), 0, How::Hands { function: Some(f), .. }) if found.is_none() => found = Some(f),
                    (Some("then"), 1, _) | (Some("catch"), 0, _) => {}
                    _ => return None,
                }
            }
        }
        found.filter(|f| !self.hands_on_a_value(*f))
    }

    /// `return next()` in a callback: the chain goes on with what that gives, which may well be rejected.
    fn hands_on_a_value(&self, function: FunctionId) -> bool {
        self.returned.get(&function).is_some_and(|values| {
            values.iter().any(|v| !peel(v).is_literal() && !peel(v).is_undefined() && !peel(v).is_void())
        })
    }

    /// The links of the one chain that all mentions stand in, first link first, and what it starts from.
    fn promise_chain_of(&mut self, later: &[Touch]) -> Option<(Vec<&'a CallExpression<'a>>, &'a Expression<'a>)> {
        let mut top = later.first()?.node;
        let AstKind::CallExpression(first) = self.nodes.kind(top) else { return None };
        chain_method(first)?;
        for _ in 0..64 {
            let (child, parent) = self.outside(top);
            match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m)
                    if m.object.span() == self.nodes.kind(child).span()
                        && matches!(m.property.name.as_str(), "then" | "catch" | "finally") =>
                {
                    top = self.outside(parent).1;
                }
                _ => break,
            }
        }
        let AstKind::CallExpression(mut call) = self.nodes.kind(top) else { return None };
        let mut links = Vec::new();
        let source = loop {
            chain_method(call)?;
            links.push(call);
            let object = peel(peel(&call.callee).as_member_expression()?.object());
            match object {
                Expression::CallExpression(next) if chain_method(next).is_some() && links.len() < 64 => call = next,
                other => break other,
            }
        };
        links.reverse();
        let within = |t: &Touch| links.iter().any(|l| l.node_id.get() == t.node);
        later.iter().all(within).then_some((links, source))
    }

    /// Nobody looks at the promise that the chain gives: a statement, or the value of an executor.
    fn is_dropped(&self, top: NodeId, level: FunctionId) -> bool {
        let parent = self.outside(top).1;
        match self.nodes.kind(parent) {
            AstKind::ExpressionStatement(_) => true,
            AstKind::UnaryExpression(e) => e.operator == oxc_ast::ast::UnaryOperator::Void,
            AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => {
                let function = self.function_nodes[level.0 as usize];
                matches!(self.nodes.kind(self.outside(function).1), AstKind::NewExpression(_))
            }
            _ => false,
        }
    }

    fn after_link(&mut self, link: &'a CallExpression<'a>, before: Fate, later: &[Touch]) -> Fate {
        let method = chain_method(link).unwrap_or("");
        let handler = match (method, &before) {
            (_, Fate::Settled) => return before,
            ("finally", _) | ("catch", Fate::Rejected) | ("then", Fate::Swallowed(_)) => link.arguments.first(),
            ("then", Fate::Rejected) => link.arguments.get(1),
            _ => return before,
        };
        let Some(handler) = handler else { return before };
        if self.settles_in(handler, later) {
            return Fate::Settled;
        }
        let taken = matches!(before, Fate::Rejected) && method != "finally";
        match handler.as_expression().map(peel) {
            Some(e) if taken && !e.is_null_or_undefined() => self.after_handler(e),
            _ => before,
        }
    }

    /// A handler that settles nothing: it throws again, ends the process, or takes the error.
    fn after_handler(&self, handler: &'a Expression<'a>) -> Fate {
        let Some(node) = function_literal(handler) else {
            // `console.error`, `noop`: known to return. Others may end the process or call back.
            let named = matches!(handler, Expression::Identifier(_) | Expression::StaticMemberExpression(_));
            let text = handler.span().source_text(self.text);
            let harmless = text.starts_with("console.") || text.contains("noop") || text.contains("log");
            return if named && harmless { Fate::Swallowed(handler.span()) } else { Fate::Settled };
        };
        let mut fate = Fate::Swallowed(handler.span());
        for inner in nodes_within(self.nodes, node) {
            match self.nodes.kind(inner) {
                AstKind::ThrowStatement(_) => fate = Fate::Rejected,
                AstKind::CallExpression(c) if matches!(callee_name(c), "exit" | "abort") => return Fate::Settled,
                AstKind::CallExpression(c) if callee_name(c) == "reject" => fate = Fate::Rejected,
                _ => {}
            }
        }
        fate
    }

    fn settles_in(&self, argument: &Argument<'a>, later: &[Touch]) -> bool {
        touch_of(self, argument, later).is_some()
    }

    /// Whether a promise can be rejected, as far as this file shows: delays and `new Promise(r => ..)` cannot.
    pub(super) fn may_reject(&mut self, expr: &'a Expression<'a>) -> bool {
        let mut at = peel(expr);
        for _ in 0..16 {
            match at {
                Expression::NewExpression(new) if is_global_promise(self, &new.callee) => {
                    return !self.is_resolve_only(new.arguments.first());
                }
                Expression::CallExpression(call) => {
                    if is_delay_name(callee_name(call)) {
                        return false;
                    }
                    if let Some(member) = peel(&call.callee).as_member_expression()
                        && is_global_promise(self, member.object())
                    {
                        return match member.static_property_name() {
                            Some("allSettled") => false,
                            Some("resolve") => {
                                call.arguments.first().and_then(Argument::as_expression).is_some_and(is_open)
                            }
                            _ => true,
                        };
                    }
                    // `delay().then(..)`: a callback may throw, but nobody writes it for that.
                    match chain_method(call) {
                        Some("catch") => return false,
                        Some(_) => match peel(&call.callee).as_member_expression() {
                            Some(m) => at = peel(m.object()),
                            None => return true,
                        },
                        None if self.catches_all(call) => return false,
                        None => match self.only_returned(call) {
                            Some(value) => at = peel(value),
                            None => return true,
                        },
                    }
                }
                Expression::Identifier(id) => match self.symbol_of(id).and_then(|s| self.initial_value(s)) {
                    Some(value) => at = peel(value),
                    None => return !is_delay_name(id.name.as_str()),
                },
                Expression::StaticMemberExpression(m) => return !is_delay_name(m.property.name.as_str()),
                e => return is_open(e),
            }
        }
        true
    }

    /// An async function of this file that awaits and throws inside `try .. catch` only.
    fn catches_all(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(function) = self.function_denoted(&call.callee) else { return false };
        if !self.facts.functions[function.0 as usize].is_async {
            return false;
        }
        let node = self.function_nodes[function.0 as usize];
        let own = nodes_within(self.nodes, node).filter(|id| self.owner_of(*id) == function);
        for id in own {
            let fails = match self.nodes.kind(id) {
                AstKind::AwaitExpression(_) | AstKind::ThrowStatement(_) => true,
                AstKind::ForOfStatement(f) => f.r#await,
                // A promise that is returned as it is takes its rejection along, `try` or not.
                AstKind::ReturnStatement(r) => matches!(
                    r.argument.as_ref().map(peel),
                    Some(Expression::CallExpression(_) | Expression::NewExpression(_))
                ),
                _ => false,
            };
            if fails && !self.is_caught(id, node) {
                return false;
            }
        }
        true
    }

    fn is_caught(&self, node: NodeId, function: NodeId) -> bool {
        let span = self.nodes.kind(node).span();
        let returned = matches!(self.nodes.kind(node), AstKind::ReturnStatement(_));
        !returned
            && self.nodes.ancestor_ids(node).take_while(|a| *a != function).any(|a| {
                matches!(self.nodes.kind(a), AstKind::TryStatement(t)
                    if t.handler.is_some() && t.block.span.contains_inclusive(span))
            })
    }

    /// What a plain function of this file returns, when it is one expression.
    fn only_returned(&mut self, call: &'a CallExpression<'a>) -> Option<&'a Expression<'a>> {
        let function = self.function_denoted(&call.callee)?;
        match self.returned.get(&function)?.as_slice() {
            [only] if !self.facts.functions[function.0 as usize].is_async => Some(only),
            _ => None,
        }
    }

    /// `new Promise(resolve => ..)`.
    fn is_resolve_only(&self, executor: Option<&'a Argument<'a>>) -> bool {
        let node = executor.and_then(|a| a.as_expression()).and_then(function_literal);
        node.and_then(|n| self.params_of(n)).is_some_and(|p| p.items.len() < 2 && p.rest.is_none())
    }
}

/// The mention that stands as this argument.
fn touch_of(reader: &Reader<'_, '_>, argument: &Argument<'_>, later: &[Touch]) -> Option<Touch> {
    later.iter().copied().find(|t| match t.how {
        How::Hands { argument: node, .. } => reader.nodes.kind(node).span() == argument.span(),
        _ => false,
    })
}

/// A value that may be a rejected promise.
fn is_open(expr: &Expression<'_>) -> bool {
    let expr = peel(expr);
    !(expr.is_literal()
        || expr.is_undefined()
        || matches!(expr, Expression::ObjectExpression(_) | Expression::ArrayExpression(_)))
}

/// Names of promises that are never rejected.
pub(super) fn is_delay_name(name: &str) -> bool {
    const DELAYS: [&str; 9] =
        ["sleep", "delay", "timeout", "tick", "ready", "idle", "pause", "settled", "animationframe"];
    let name = name.to_lowercase();
    name == "wait" || DELAYS.iter().any(|w| name.contains(w))
}
