//! Handles that come as a parameter: `fs.open(path, (err, fd) => ..)`, `pool.connect().then((client) => ..)`.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::Opener;
use super::follow::Trail;
use crate::facts::FunctionId;
use crate::facts::reader::{Reader, function_literal, peel};

/// How a handle comes that is not the value of its call.
pub(super) enum Received {
    /// As a parameter of a function.
    Parameter { function: FunctionId, symbol: SymbolId },
    /// In a function that we do not see, or together with what closes it.
    Elsewhere,
}

impl<'a> Reader<'a, '_> {
    /// The parameter that the opened thing is handed over in; `None` when it is the value of the call.
    pub(super) fn received(&mut self, opener: &Opener<'a>) -> Option<Received> {
        let outcome = opener.row.callback.iter().any(|callback| callback.outcome);
        if outcome && let Some(last) = opener.arguments.last() {
            let last = last.as_expression().map(peel);
            return match (last.and_then(function_literal), last) {
                (Some(function), _) => Some(self.parameter(function, 1)),
                // Options, without a callback: there is a promise.
                (None, Some(last)) if opener.row.promised && (is_literal(last) || self.is_awaited(opener)) => None,
                _ => Some(Received::Elsewhere),
            };
        }
        // `.then((client) => ..)` right behind the call.
        let (child, parent) = self.outside(opener.node);
        let AstKind::StaticMemberExpression(member) = self.nodes.kind(parent) else { return None };
        let (callee, outer) = self.outside(parent);
        let AstKind::CallExpression(call) = self.nodes.kind(outer) else { return None };
        let then = member.property.name == "then"
            && member.object.span() == self.nodes.kind(child).span()
            && call.callee.span() == self.nodes.kind(callee).span();
        let function = then.then(|| call.arguments.first()?.as_expression()).flatten().and_then(function_literal)?;
        Some(self.parameter(function, 0))
    }

    fn is_awaited(&self, opener: &Opener<'a>) -> bool {
        matches!(self.nodes.kind(self.outside(opener.node).1), AstKind::AwaitExpression(_))
    }

    /// `new Store({ send: (..) => client.send(..) })`: a function that is kept goes on using the connection.
    pub(super) fn serves_later(&self, function: FunctionId, trail: &Trail<'a>) -> bool {
        let Some(symbol) = trail.symbol.filter(|_| trail.closes.is_empty()) else { return false };
        self.reads_of(symbol).any(|read| {
            let inner = self.owner_of(read);
            let (child, parent) = self.outside(self.function_nodes[inner.0 as usize]);
            let kept = match self.nodes.kind(parent) {
                AstKind::ObjectProperty(p) => p.value.span() == self.nodes.kind(child).span(),
                AstKind::AssignmentExpression(_) | AstKind::PropertyDefinition(_) | AstKind::ReturnStatement(_) => true,
                _ => false,
            };
            inner != function && kept
        })
    }

    fn parameter(&mut self, node: NodeId, index: usize) -> Received {
        let symbols = self.param_symbols(node);
        let at = |index: usize| symbols.get(index).copied().flatten();
        // `(err, client, release) => ..`
        let closed = at(index + 1).is_some_and(|s| !self.scoping.symbol_is_unused(s));
        match (self.function_of_node.get(&node), at(index)) {
            (Some(function), Some(symbol)) if !closed => Received::Parameter { function: *function, symbol },
            _ => Received::Elsewhere,
        }
    }

    /// `callback(null, socket)`, `resolve(socket)`: a parameter of a function around it is told the outcome.
    pub(super) fn is_outcome(&self, call: &'a CallExpression<'a>) -> bool {
        let Expression::Identifier(id) = peel(&call.callee) else { return false };
        let Some(symbol) = self.symbol_of(id) else { return false };
        matches!(self.nodes.kind(self.scoping.symbol_declaration(symbol)), AstKind::FormalParameter(_))
            && self.scope_function(symbol) != self.owner_of(call.node_id.get())
    }

    /// Where the same function tells a failure instead, and leaves open what it would have handed over.
    pub(super) fn failure_beside(&self, handed: NodeId) -> Option<NodeId> {
        let AstKind::CallExpression(call) = self.nodes.kind(handed) else { return None };
        let Expression::Identifier(id) = peel(&call.callee) else { return None };
        let home = self.owner_of(handed);
        let symbol = self.symbol_of(id)?;
        let taken = call.arguments.len();
        self.reads_of(symbol).find_map(|read| {
            let (child, parent) = self.outside(read);
            let AstKind::CallExpression(other) = self.nodes.kind(parent) else { return None };
            let fails = other.callee.span() == self.nodes.kind(child).span()
                && self.owner_of(parent) == home
                && taken >= 2
                && other.arguments.first().is_some_and(|a| !matches!(a, Argument::NullLiteral(_)))
                && other.arguments.len() < taken;
            (fails && parent != handed).then_some(parent)
        })
    }

    /// The module that a callee comes from: what else of it a handle is passed to merely uses it.
    pub(super) fn module_of(&mut self, callee: &'a Expression<'a>) -> Option<&'a str> {
        match self.spot_of(callee)?.root {
            crate::facts::places::SpotRoot::Module(module) => Some(module),
            _ => None,
        }
    }

    /// `private timer` in a class of this file.
    pub(super) fn is_private_field(&self, field: &str) -> bool {
        self.sites.iter().any(|site| match site {
            AstKind::PropertyDefinition(p) => {
                p.accessibility == Some(oxc_ast::ast::TSAccessibility::Private)
                    && crate::facts::functions::key_name(&p.key) == Some(field)
            }
            _ => false,
        })
    }
}

/// What is certainly no function.
const fn is_literal(expr: &Expression<'_>) -> bool {
    matches!(
        expr,
        Expression::ObjectExpression(_)
            | Expression::StringLiteral(_)
            | Expression::TemplateLiteral(_)
            | Expression::NumericLiteral(_)
    )
}
