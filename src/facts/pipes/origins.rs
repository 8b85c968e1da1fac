//! How the source of a pipe was opened, and whether it goes where others may close it.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{Chain, Origin, stripped};
use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};

/// Methods of stores that open a stream over the network or a file, by their distinctive names.
const OPENERS: [&str; 3] = ["createReadStream", "openDownloadStream", "openDownloadStreamByName"];

/// `Readable.from(blob.stream())`, `Readable.fromWeb(response.body)`: a stream made of another one.
fn wraps_stream(call: &CallExpression<'_>) -> bool {
    let mut inner = call.arguments.first().and_then(Argument::as_expression).map(peel);
    if let Some(Expression::ChainExpression(_)) = inner {
        return call.callee_name() == Some("fromWeb");
    }
    if let Some(Expression::LogicalExpression(e)) = inner {
        inner = Some(peel(&e.left));
    }
    match (call.callee_name(), inner) {
        (Some("fromWeb"), Some(_)) => true,
        (Some("from"), Some(Expression::CallExpression(made))) => {
            made.callee.is_member_expression() && made.callee_name().is_some_and(names_stream)
        }
        (Some("from"), Some(Expression::StaticMemberExpression(m))) => m.property.name == "body",
        _ => false,
    }
}

/// `asStream`, `getObjectStream`, `stream`; what is rendered holds nothing open, and what is written to is no source.
fn names_stream(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("stream") && !["render", "write", "transform", "upload"].iter().any(|word| lower.contains(word))
}

impl<'a> Reader<'a, '_> {
    /// How the source of a chain was opened, if that is in this file and the source holds something open.
    pub(super) fn origin_of(&mut self, chain: &Chain<'a>) -> Option<Origin<'a>> {
        let Some(symbol) = chain.symbol else { return self.opened(chain.source) };
        let node = self.scoping.symbol_declaration(symbol);
        let AstKind::VariableDeclarator(d) = self.nodes.kind(node) else { return None };
        if d.id.is_destructuring_pattern() {
            return d.init.as_ref().and_then(|init| self.opened(init)).filter(|origin| origin.by_name);
        }
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
            let holds_file = hit.known && made == "fs.ReadStream";
            return (holds_file || wraps_stream(call)).then_some(Origin { call, holds_file, by_name: false });
        }
        let name = call.callee_name()?;
        let own = self.function_denoted(&call.callee).is_some();
        let by_name = own || !OPENERS.contains(&name);
        (!by_name || names_stream(name)).then_some(Origin { call, holds_file: false, by_name })
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
