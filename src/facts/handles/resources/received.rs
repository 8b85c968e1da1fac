//! Handles that come as a parameter: `fs.open(path, (err, fd) => ..)`, `pool.connect().then((client) => ..)`.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression};
use oxc_semantic::SymbolId;
use oxc_span::GetSpan;

use super::Opener;
use crate::facts::FunctionId;
use crate::facts::reader::{Reader, function_literal};

/// The parameter that holds a handle, and the function that has it.
pub(super) struct Received {
    pub function: FunctionId,
    pub symbol: SymbolId,
    /// A further parameter closes it, or the handle is passed to a function that we do not see.
    pub closed: bool,
}

impl<'a> Reader<'a, '_> {
    /// The parameter that the opened thing is handed over in; `None` when it is the value of the call.
    pub(super) fn received(&mut self, opener: &Opener<'a>) -> Option<Received> {
        let outcome = opener.row.callback.iter().any(|callback| callback.outcome);
        let last = opener.arguments.last().and_then(Argument::as_expression);
        if outcome && let Some(function) = last.and_then(function_literal) {
            return self.parameter(function, 1);
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
        self.parameter(function, 0)
    }

    fn parameter(&mut self, function: oxc_semantic::NodeId, index: usize) -> Option<Received> {
        let id = self.function_of_node.get(&function).copied()?;
        let symbols = self.param_symbols(function);
        let symbol = symbols.get(index).copied().flatten()?;
        // `(err, client, release) => ..`
        let closed = symbols.get(index + 1).copied().flatten().is_some_and(|s| !self.scoping.symbol_is_unused(s));
        Some(Received { function: id, symbol, closed })
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
