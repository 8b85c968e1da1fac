//! `registry.register(target, held)`: whether what is held reaches the target, which then is never collected.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{Seen, argument};
use crate::facts::reader::{Reader, peel};
use crate::facts::{FunctionId, FunctionKind};
use crate::finding::{Confidence, Span};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_finalizer(&mut self, call: &'a CallExpression<'a>, registry: &'a Expression<'a>) {
        if !self.is_registry(registry) {
            return;
        }
        let (Some(target), Some(held)) = (argument(&call.arguments, 0), argument(&call.arguments, 1)) else { return };
        let reached = match peel(target) {
            Expression::ThisExpression(_) => self.reaches_this(held, self.owner_of(call.node_id.get())),
            _ => self.symbol_in(target).and_then(|symbol| self.reaches(held, symbol)),
        };
        let text = self.text_of(target.span(), 40);
        let found = match reached {
            Some((at, confidence)) => Some((at, confidence)),
            None => {
                self.symbol_in(target).and_then(|symbol| self.shares(held, symbol)).map(|at| (at, Confidence::Guess))
            }
        };
        let Some((at, most)) = found else { return };
        let why = if most == Confidence::Guess {
            format!("`{text}` also holds this, and it may reference the target")
        } else {
            format!("references `{text}`")
        };
        let other = (at != self.span(held.span())).then_some((at, why));
        let node = call.node_id.get();
        self.see((Seen::Finalizer, most), node, (self.span(held.span()), text, other));
    }

    /// Also `let registry; if (supported) registry = new FinalizationRegistry(..)`.
    fn is_registry(&mut self, registry: &'a Expression<'a>) -> bool {
        if self.is_a(registry, "FinalizationRegistry") {
            return true;
        }
        let Some(spot) = self.spot_of(registry) else { return false };
        let nodes = self.assigned.get(&spot).cloned().unwrap_or_default();
        nodes.into_iter().any(|node| match self.nodes.kind(node) {
            AstKind::AssignmentExpression(e) => self.is_a(&e.right, "FinalizationRegistry"),
            _ => false,
        })
    }

    /// Where the held value reaches a variable: is it, holds it, closes over it, or is given it in a field.
    fn reaches(&mut self, held: &'a Expression<'a>, target: SymbolId) -> Option<(Span, Confidence)> {
        if let Some(at) = self.strong_read(held, target) {
            return Some((at, Confidence::Sure));
        }
        let symbol = self.symbol_in(held)?;
        if symbol == target {
            return Some((self.span(held.span()), Confidence::Sure));
        }
        if let Some(value) = self.initial_value(symbol)
            && let Some(at) = self.strong_read(value, target)
        {
            return Some((at, Confidence::Sure));
        }
        // `held.owner = target`
        let reads: Vec<NodeId> = self.reads_of(symbol).collect();
        reads.into_iter().find_map(|read| {
            let member = self.outside(read).1;
            if !self.nodes.kind(member).is_member_expression_kind() {
                return None;
            }
            let AstKind::AssignmentExpression(e) = self.nodes.kind(self.outside(member).1) else { return None };
            let given = e.left.span().contains_inclusive(self.nodes.kind(member).span());
            (given && self.symbol_in(&e.right) == Some(target)).then(|| (self.span(e.span), Confidence::Sure))
        })
    }

    /// A read of a symbol in an expression that keeps what it reads: as a value, or in a closure.
    fn strong_read(&self, value: &'a Expression<'a>, symbol: SymbolId) -> Option<Span> {
        let holds = matches!(
            peel(value),
            Expression::Identifier(_)
                | Expression::ObjectExpression(_)
                | Expression::ArrayExpression(_)
                | Expression::ArrowFunctionExpression(_)
                | Expression::FunctionExpression(_)
        );
        if !holds {
            return None;
        }
        let home = self.owner_of(self.scoping.symbol_declaration(symbol));
        self.reads_within(symbol, value.span()).into_iter().find_map(|read| {
            let (child, parent) = self.outside(read);
            let captured = self.owner_of(read) != home && Self::is_function_value(value);
            let kept = match self.nodes.kind(parent) {
                AstKind::ObjectProperty(p) => p.value.span() == self.nodes.kind(child).span(),
                AstKind::ArrayExpression(_) | AstKind::SpreadElement(_) => true,
                _ => self.nodes.kind(child).span() == value.span(),
            };
            (captured || kept).then(|| self.span_of(read))
        })
    }

    fn is_function_value(value: &Expression<'a>) -> bool {
        match peel(value) {
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => true,
            Expression::ObjectExpression(object) => object.properties.iter().filter_map(|p| p.as_property()).any(|p| {
                matches!(peel(&p.value), Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_))
            }),
            _ => false,
        }
    }

    /// The same for `this`: named in an object or array, or in an arrow function.
    fn reaches_this(&self, held: &'a Expression<'a>, function: FunctionId) -> Option<(Span, Confidence)> {
        let span = held.span();
        let inside = self.this_nodes.iter().filter(|node| span.contains_inclusive(self.nodes.kind(**node).span()));
        let same_this = |node: NodeId| {
            let mut at = self.owner_of(node);
            for _ in 0..8 {
                if at == function {
                    return true;
                }
                let facts = &self.facts.functions[at.0 as usize];
                if facts.kind != FunctionKind::Arrow {
                    return false;
                }
                at = facts.parent;
            }
            false
        };
        inside.copied().filter(|node| same_this(*node)).find_map(|node| {
            let (child, parent) = self.outside(node);
            let closed = self.owner_of(node) != function;
            let kept = match self.nodes.kind(parent) {
                AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) => true,
                _ => self.nodes.kind(child).span() == span,
            };
            // `this.close.bind(this)`
            let bound = matches!(self.nodes.kind(parent), AstKind::CallExpression(c)
                if c.span == peel(held).span() && crate::facts::reader::last_name(&c.callee) == Some("bind"));
            (closed || kept || bound).then(|| (self.span_of(node), Confidence::Sure))
        })
    }

    /// `target.state = state; registry.register(target, state.body.stream)`: a part of what the target holds.
    fn shares(&mut self, held: &'a Expression<'a>, target: SymbolId) -> Option<Span> {
        let spot = self.spot_of(held)?;
        let crate::facts::places::SpotRoot::Symbol(root) = spot.root else { return None };
        if spot.path.len() < 2 || root == target {
            return None;
        }
        let reads: Vec<NodeId> = self.reads_of(root).collect();
        reads.into_iter().find_map(|read| {
            let (child, parent) = self.outside(read);
            let AstKind::AssignmentExpression(e) = self.nodes.kind(parent) else { return None };
            let member = e.left.as_member_expression()?;
            let given = e.right.span() == self.nodes.kind(child).span();
            (given && self.symbol_in(member.object()) == Some(target)).then(|| self.span(e.span))
        })
    }
}
