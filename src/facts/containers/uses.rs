//! What one use of a collection does to it: grow, shrink, reset, compare its size, read it, or let it out of sight.

use oxc_ast::AstKind;
use oxc_ast::ast::UnaryOperator;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::ops::Deed;
use super::stored::Handed;
use crate::facts::reader::Reader;
use crate::facts::{Does, Escape};

impl Reader<'_, '_> {
    /// Reads the use of collection `index` that stands at `child` below `parent`.
    pub(super) fn read_use(&mut self, index: usize, child: NodeId, parent: NodeId) {
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) => self.read_member_use(index, parent, m),
            AstKind::ComputedMemberExpression(m) if m.object.span() == span => self.read_entry_use(index, parent, m),
            AstKind::AssignmentExpression(e) if e.left.span() == span => self.read_assignment(index, e),
            AstKind::AssignmentExpression(e) => self.read_stored(index, e),
            AstKind::CallExpression(call) if call.callee.span() != span => {
                let call = Handed { node: parent, callee: &call.callee, arguments: &call.arguments };
                self.read_argument(index, &call, span);
            }
            AstKind::NewExpression(new) if new.callee.span() != span => {
                let new = Handed { node: parent, callee: &new.callee, arguments: &new.arguments };
                self.read_argument(index, &new, span);
            }
            AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => {
                self.escape(index, Escape::Returned(self.span(span)));
            }
            AstKind::ExportSpecifier(_) | AstKind::ExportDefaultDeclaration(_) => {
                self.escape(index, Escape::Exported(self.span(span)));
            }
            AstKind::ObjectProperty(_) => self.read_stored_in_literal(index, parent, span),
            AstKind::ArrayExpression(_)
            | AstKind::YieldExpression(_)
            | AstKind::AwaitExpression(_)
            | AstKind::JSXExpressionContainer(_)
            | AstKind::JSXSpreadAttribute(_)
            | AstKind::ThrowStatement(_)
            | AstKind::TaggedTemplateExpression(_) => self.escape(index, Escape::Other(self.span(span))),
            AstKind::VariableDeclarator(d) => self.read_alias(index, d),
            AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) | AstKind::SequenceExpression(_) => {
                self.read_part(index, parent, child);
            }
            AstKind::ForOfStatement(f) if f.right.span() == span => {
                let at = self.span(span);
                self.collections.list[index].container.walked.get_or_insert(at);
                self.note_deed(index, child, Does::Read);
            }
            AstKind::BinaryExpression(e) if e.operator.is_in() => {
                let key = self.key_of(&e.left);
                self.note_deed(index, parent, Deed::keyed(Does::Read, key));
            }
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::Delete => {
                self.note_deed(index, parent, Does::Reset);
            }
            // Asking whether it is there reads nothing of it.
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::LogicalNot => {}
            AstKind::IfStatement(_) => {}
            _ => self.note_deed(index, child, Does::Read),
        }
    }

    /// `a || c`, `x ? c : d`: the value goes on to where the whole expression stands; a test only reads.
    fn read_part(&mut self, index: usize, parent: NodeId, child: NodeId) {
        let span = self.nodes.kind(child).span();
        let passes = match self.nodes.kind(parent) {
            AstKind::ConditionalExpression(e) => e.test.span() != span,
            AstKind::LogicalExpression(e) => e.right.span() == span || !e.operator.is_and(),
            _ => true,
        };
        let (outer, next) = self.outside(parent);
        if !passes || matches!(self.nodes.kind(next), AstKind::ExpressionStatement(_) | AstKind::IfStatement(_)) {
            return self.note_deed(index, child, Does::Read);
        }
        // `this.x = this.x || {}` keeps what is there.
        if let AstKind::AssignmentExpression(e) = self.nodes.kind(next)
            && e.right.span() == self.nodes.kind(outer).span()
            && self.assigned_spot(e).is_some_and(|s| self.collections.holds(&s, index))
        {
            return self.note_deed(index, child, Does::Read);
        }
        self.read_use(index, outer, next);
    }
}
