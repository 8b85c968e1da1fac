//! How the source of a pipe was opened, and whether it goes where others may close it.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{Chain, Origin, stripped};
use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::Reader;

/// Methods of stores that open a stream over the network or a file, by their distinctive names.
const OPENERS: [&str; 3] = ["createReadStream", "openDownloadStream", "openDownloadStreamByName"];

impl<'a> Reader<'a, '_> {
    /// How the source of a chain was opened, if that is in this file and the source holds something open.
    pub(super) fn origin_of(&mut self, chain: &Chain<'a>) -> Option<Origin<'a>> {
        let Some(symbol) = chain.symbol else { return self.opened(chain.source) };
        let node = self.scoping.symbol_declaration(symbol);
        let AstKind::VariableDeclarator(d) = self.nodes.kind(node) else { return None };
        d.id.get_binding_identifier()?;
        if let Some(origin) = d.init.as_ref().and_then(|init| self.opened(init)) {
            return Some(origin);
        }
        let assignments = self.assigned.get(&Spot::new(SpotRoot::Symbol(symbol))).cloned().unwrap_or_default();
        assignments.into_iter().take(4).find_map(|node| match self.nodes.kind(node) {
            AstKind::AssignmentExpression(e) => self.opened(&e.right),
            _ => None,
        })
    }

    fn opened(&mut self, expr: &'a Expression<'a>) -> Option<Origin<'a>> {
        let Expression::CallExpression(call) = stripped(expr) else { return None };
        if let Some(hit) = self.api_of_call(call)
            && let Some(made) = self.apis.row(hit.row).makes.as_deref()
        {
            return (hit.known && made == "fs.ReadStream").then_some(Origin { call, holds_file: true });
        }
        if self.function_denoted(&call.callee).is_some() {
            return None;
        }
        OPENERS.contains(&call.callee_name()?).then_some(Origin { call, holds_file: false })
    }

    /// Whether the source is handed to someone who may close it.
    pub(super) fn source_escapes(&mut self, symbol: SymbolId) -> bool {
        self.is_exported(symbol) || self.reads_of(symbol).any(|node| self.use_escapes(node))
    }

    fn use_escapes(&mut self, node: NodeId) -> bool {
        let (child, parent) = self.outside(node);
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(_)
            | AstKind::IfStatement(_)
            | AstKind::UnaryExpression(_)
            | AstKind::LogicalExpression(_)
            | AstKind::BinaryExpression(_)
            | AstKind::ExpressionStatement(_) => false,
            AstKind::ConditionalExpression(e) => e.test.span() != span,
            AstKind::CallExpression(call) => call.callee.span() != span && !self.is_closer(call),
            _ => true,
        }
    }

    /// A call that looks after streams itself; [`Reader::is_cleaned`] judges it.
    pub(super) fn is_closer(&mut self, call: &'a CallExpression<'a>) -> bool {
        let name = call.callee_name().unwrap_or("");
        matches!(name, "destroy" | "finished" | "pipeline" | "onFinished" | "pump" | "eos" | "addAbortSignal")
            || self.api_of_call(call).is_some_and(|hit| hit.known && self.apis.row(hit.row).cleans_up)
    }
}
