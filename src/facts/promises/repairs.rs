//! Changes that settle a promise on the way that was forgotten, where it is clear what to write.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Executor;
use crate::facts::reader::{Reader, function_literal, peel};
use crate::facts::{FunctionId, Repair};
use crate::finding::Span;

impl<'a> Reader<'a, '_> {
    /// `.catch(reject)` behind a chain. Not every `then` takes a second function, but what it gives back is a promise.
    pub(super) fn repair_of_chain(&self, link: &CallExpression<'a>, top: &CallExpression<'a>) -> Option<Repair> {
        let (reject, taken) = self.reject_in_scope(link.node_id.get())?;
        let end = self.span(top.span).end;
        let edit = (Span::new(end, end), format!(".catch({reject})"));
        let title = format!("reject if it fails: `.catch({reject})`");
        (link.arguments.len() == 1).then(|| Repair::new(title, taken.into_iter().chain([edit]).collect()))
    }

    /// Name of the second parameter of the nearest `new Promise` around a node, and the edit that makes it one.
    fn reject_in_scope(&self, node: NodeId) -> Option<(&'a str, Option<(Span, String)>)> {
        for ancestor in self.nodes.ancestor_ids(node) {
            if let AstKind::NewExpression(new) = self.nodes.kind(ancestor)
                && crate::facts::runs::is_global_promise(self, &new.callee)
            {
                let executor = new.arguments.first().and_then(Argument::as_expression).and_then(function_literal)?;
                return self.reject_of(executor);
            }
        }
        None
    }

    /// `resolve => ..` becomes `(resolve, reject) => ..` where nothing else is called so.
    fn reject_of(&self, executor: NodeId) -> Option<(&'a str, Option<(Span, String)>)> {
        let items = &self.params_of(executor)?.items;
        if let Some(second) = items.get(1) {
            return second.pattern.get_binding_identifier().map(|i| (i.name.as_str(), None));
        }
        let first = items.first()?;
        let resolve = first.pattern.get_binding_identifier()?.name.as_str();
        let whole = self.nodes.kind(executor).span();
        if self.says(whole, "reject") || first.initializer.is_some() {
            return None;
        }
        // `new Promise(resolve => ..)`: the bracket before it is that of the call.
        let bare = self.text[first.span.end as usize..].trim_start().starts_with("=>");
        let span = self.span(first.span);
        let edit = if bare {
            (span, format!("({resolve}, reject)"))
        } else {
            (Span::new(span.end, span.end), ", reject".to_owned())
        };
        Some(("reject", Some(edit)))
    }

    /// A line `stream.on('error', reject)` behind the listener of success.
    pub(super) fn repair_of_emitter(
        &self,
        call: &CallExpression<'a>,
        base: &'a Expression<'a>,
        executor: &Executor,
    ) -> Option<Repair> {
        let (reject, taken) = self.reject_of(executor.node)?;
        let named = matches!(peel(base), Expression::Identifier(_) | Expression::StaticMemberExpression(_));
        let statement = self.statement_of(call.node_id.get());
        let AstKind::ExpressionStatement(_) = self.nodes.kind(statement) else { return None };
        if !named {
            return None;
        }
        let name = base.span().source_text(self.text);
        let code = format!("{name}.on({}, {reject})", self.manner().quoted("error"));
        let edit = self.room_after(statement)?.fill(&code);
        Some(Repair::new(format!("reject on `error` of `{name}`"), taken.into_iter().chain([edit]).collect()))
    }

    /// `if (err) return;` and `if (err) throw err;` become `if (err) return reject(err);`.
    pub(super) fn repair_of_callback(&self, callback: FunctionId, executor: &Executor, way: Span) -> Option<Repair> {
        let reject = self.scoping.symbol_name(executor.reject?);
        let error = self.error_parameter(callback)?;
        let local = oxc_span::Span::new(way.start.checked_sub(self.offset)?, way.end.checked_sub(self.offset)?);
        let text = local.source_text(self.text);
        let leaves = text.trim_end_matches(';').trim_end() == "return" || text.starts_with("throw ");
        let tested = self.text[..local.start as usize].trim_end().trim_end_matches('{').trim_end();
        if !leaves || !tested.ends_with(&format!("if ({error})")) {
            return None;
        }
        let end = if text.ends_with(';') { ";" } else { "" };
        Some(Repair::new(format!("reject with `{error}`"), vec![(way, format!("return {reject}({error}){end}"))]))
    }
}
