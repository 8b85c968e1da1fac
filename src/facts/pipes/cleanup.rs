//! What destroys the source of a pipe when its target closes: `pipeline`, `finished`, listeners for `close`, signals.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::{Watched, expressions};
use crate::facts::functions::key_name;
use crate::facts::reader::{Reader, peel};

/// Nodes of a handler that are looked at.
const MOST_NODES: usize = 400;

impl<'a> Reader<'a, '_> {
    /// Whether anything in the file destroys the source when one of its targets closes.
    pub(super) fn is_cleaned(&mut self, watched: &Watched<'_, 'a>, opened: &'a CallExpression<'a>) -> bool {
        if has_signal(opened) {
            return true;
        }
        self.sites.clone().iter().any(|site| match *site {
            AstKind::CallExpression(call) => {
                self.ties(call, watched)
                    || watched.source.is_some_and(|source| self.listens_to_end(call, source, watched.to_response))
            }
            _ => false,
        })
    }

    /// `pipeline(source, res)`, `finished(res, () => source.destroy())`, `addAbortSignal(signal, source)`.
    fn ties(&mut self, call: &'a CallExpression<'a>, watched: &Watched<'_, 'a>) -> bool {
        // `destroy(source)` closes it only where it is called at the right time; listeners are judged apart.
        let Some(name) = call.callee_name().filter(|name| *name != "destroy") else { return false };
        if call.arguments.is_empty() || !self.is_closer(call) {
            return false;
        }
        if expressions(call).any(|e| watched.source.is_some_and(|s| self.is_symbol(e, s))) {
            return true;
        }
        let on_target = expressions(call).any(|e| watched.targets.iter().any(|t| self.is_same_place(e, t)));
        if !on_target {
            return false;
        }
        let handler = expressions(call).last().filter(|e| self.function_denoted(e).is_some());
        match (handler, watched.source) {
            _ if matches!(name, "pipeline" | "pump") => true,
            (Some(handler), Some(source)) => self.mentions(handler, source),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// `res.on('close', () => source.destroy())`, on whatever emits.
    fn listens_to_end(&mut self, call: &'a CallExpression<'a>, source: SymbolId, to_response: bool) -> bool {
        let Some("on" | "once" | "addListener" | "prependListener" | "addEventListener") = call.callee_name() else {
            return false;
        };
        let (Some(Argument::StringLiteral(event)), Some(handler)) =
            (call.arguments.first(), call.arguments.get(1).and_then(Argument::as_expression))
        else {
            return false;
        };
        // A client that leaves is neither an error of the response nor its regular end.
        let ends = match event.value.as_str() {
            "close" | "aborted" | "abort" | "unpipe" => true,
            "error" => !to_response,
            _ => false,
        };
        let Some(m) = peel(&call.callee).as_member_expression().filter(|_| ends) else { return false };
        !self.is_symbol(m.object(), source) && self.mentions(handler, source)
    }

    /// Whether a handler, or a function of the file that it calls, destroys or hands on the source.
    fn mentions(&mut self, handler: &'a Expression<'a>, source: SymbolId) -> bool {
        let mut work = vec![(self.body_of(handler), 0)];
        let mut seen: Vec<NodeId> = Vec::new();
        while let Some((root, level)) = work.pop() {
            if seen.contains(&root) || seen.len() > 12 {
                continue;
            }
            seen.push(root);
            for node in self.nodes_within(root, MOST_NODES) {
                match self.nodes.kind(node) {
                    AstKind::IdentifierReference(id)
                        if self.symbol_of(id) == Some(source) && self.is_ending_use(node) =>
                    {
                        return true;
                    }
                    AstKind::CallExpression(call) if level < 2 => {
                        if let Some(f) = self.function_denoted(&call.callee) {
                            work.push((self.function_nodes[f.0 as usize], level + 1));
                        }
                    }
                    _ => {}
                }
            }
        }
        false
    }

    fn body_of(&mut self, handler: &'a Expression<'a>) -> NodeId {
        match self.function_denoted(handler) {
            Some(f) => self.function_nodes[f.0 as usize],
            None => AstKind::from_expression(handler).node_id(),
        }
    }

    /// `source.destroy()`, `destroy(source)`, but not `source.unpipe()` or `source.bytesRead`.
    fn is_ending_use(&self, reference: NodeId) -> bool {
        let (child, parent) = self.outside(reference);
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) if m.object.span() == self.nodes.kind(child).span() => {
                matches!(m.property.name.as_str(), "destroy" | "close" | "abort" | "end" | "cancel" | "emit" | "push")
            }
            AstKind::CallExpression(_) => true,
            _ => false,
        }
    }
}

/// `createReadStream(path, { signal })`.
fn has_signal(call: &CallExpression<'_>) -> bool {
    call.arguments.iter().any(|argument| match argument {
        Argument::ObjectExpression(object) => object.properties.iter().any(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) => key_name(&p.key) == Some("signal"),
            ObjectPropertyKind::SpreadProperty(_) => false,
        }),
        _ => false,
    })
}
