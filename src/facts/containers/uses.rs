//! What one use of a collection does to it: grow, shrink, reset, compare its size, read it, or let it out of sight.

use oxc_ast::AstKind;
use oxc_ast::ast::UnaryOperator;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Collections;
use crate::facts::reader::Reader;
use crate::facts::{Does, Escape};

impl<'a> Reader<'a, '_> {
    /// Reads the use of collection `index` that stands at `child` below `parent`.
    pub(super) fn read_use(&mut self, index: usize, child: NodeId, parent: NodeId, all: &mut Collections<'a>) {
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) => self.read_member_use(index, parent, m, all),
            AstKind::ComputedMemberExpression(m) if m.object.span() == span => {
                self.read_entry_use(index, parent, m, all)
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span => self.read_assignment(index, e, all),
            AstKind::AssignmentExpression(e) => self.read_stored(index, e, all),
            AstKind::CallExpression(call) if call.callee.span() != span => {
                self.read_argument(index, parent, &call.callee, &call.arguments, span, all);
            }
            AstKind::NewExpression(new) if new.callee.span() != span => {
                self.read_argument(index, parent, &new.callee, &new.arguments, span, all);
            }
            AstKind::ReturnStatement(_) => self.escape(index, Escape::Returned(self.span(span)), all),
            AstKind::ArrowFunctionExpression(_) => self.escape(index, Escape::Returned(self.span(span)), all),
            AstKind::ExportSpecifier(_) | AstKind::ExportDefaultDeclaration(_) => {
                self.escape(index, Escape::Exported(self.span(span)), all);
            }
            AstKind::ObjectProperty(_) => self.read_stored_in_literal(index, parent, span, all),
            AstKind::ArrayExpression(_)
            | AstKind::YieldExpression(_)
            | AstKind::AwaitExpression(_)
            | AstKind::JSXExpressionContainer(_)
            | AstKind::JSXSpreadAttribute(_)
            | AstKind::ThrowStatement(_)
            | AstKind::TaggedTemplateExpression(_) => self.escape(index, Escape::Other(self.span(span)), all),
            AstKind::VariableDeclarator(d) => self.read_alias(index, d, span, all),
            AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) | AstKind::SequenceExpression(_) => {
                self.read_part(index, parent, child, all);
            }
            AstKind::BinaryExpression(e) if e.operator.is_in() => {
                let key = self.key_of(&e.left);
                self.push_op(index, parent, Does::Read, Some(key), all);
            }
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::Delete => {
                self.push_op(index, parent, Does::Reset, None, all);
            }
            _ => self.push_op(index, child, Does::Read, None, all),
        }
    }

    /// `a || c`, `x ? c : d`: the value goes on to where the whole expression stands; a test only reads.
    fn read_part(&mut self, index: usize, parent: NodeId, child: NodeId, all: &mut Collections<'a>) {
        let span = self.nodes.kind(child).span();
        let passes = match self.nodes.kind(parent) {
            AstKind::ConditionalExpression(e) => e.test.span() != span,
            AstKind::LogicalExpression(e) => e.right.span() == span || !e.operator.is_and(),
            _ => true,
        };
        let (outer, next) = self.outside(parent);
        if !passes || matches!(self.nodes.kind(next), AstKind::ExpressionStatement(_) | AstKind::IfStatement(_)) {
            return self.push_op(index, child, Does::Read, None, all);
        }
        // `this.x = this.x || {}` keeps what is there.
        if let AstKind::AssignmentExpression(e) = self.nodes.kind(next)
            && e.right.span() == self.nodes.kind(outer).span()
            && let Some(target) = e.left.as_simple_assignment_target()
            && self.spot_of_target(target).is_some_and(|s| all.by_spot.get(&s) == Some(&index))
        {
            return self.push_op(index, child, Does::Read, None, all);
        }
        self.read_use(index, outer, next, all);
    }
}
