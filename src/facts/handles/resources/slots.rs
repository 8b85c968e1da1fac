//! Slots of handles that are not plain variables or fields: references, addresses on show, slots that are emptied.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, AssignmentExpression, AssignmentTarget, Expression, MemberExpression, UnaryOperator};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Opener;
use super::follow::Trail;
use crate::facts::What;
use crate::facts::reader::{Reader, peel};
use crate::finding::Span;

impl<'a> Reader<'a, '_> {
    /// `socket.current = ..` of a reference: only what is read from the same reference is the handle.
    pub(super) fn follow_ref(&mut self, object: &'a Expression<'a>, trail: &mut Trail<'a>) -> bool {
        let Expression::Identifier(id) = peel(object) else { return false };
        let Some(symbol) = self.symbol_of(id) else { return false };
        if trail.field.is_none() {
            trail.field = Some(id.name.as_str());
            id.name.as_str().clone_into(&mut trail.name);
        }
        if !trail.enter(symbol) {
            return true;
        }
        for read in self.reads_of(symbol).collect::<Vec<_>>() {
            let (child, parent) = self.outside(read);
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m) if m.object.span() == span => {
                    if !self.is_written(parent) {
                        self.follow(parent, trail);
                    }
                }
                // `[socket]` of an effect's dependencies.
                AstKind::ArrayExpression(_) => {}
                _ => trail.escapes = true,
            }
            if trail.escapes {
                break;
            }
        }
        true
    }

    /// `this.url = video.src`: where an address that an element shows is read again.
    pub(super) fn follow_shown(&mut self, member: &'a MemberExpression<'a>, at: NodeId, trail: &mut Trail<'a>) {
        let (home, shown) = (self.owner_of(at), self.text_of(member.span(), 80));
        let here = self.nodes.kind(at).span();
        for index in 0..self.nodes.len() {
            let node = NodeId::from_usize(index);
            let AstKind::StaticMemberExpression(read) = self.nodes.kind(node) else { continue };
            if read.span.start > here.end
                && self.owner_of(node) == home
                && !self.is_written(node)
                && self.text_of(read.span, 80) == shown
            {
                self.follow(node, trail);
            }
        }
    }

    /// `URL.revokeObjectURL(img.src)` somewhere in the file.
    pub(super) fn note_revoked_fields(&mut self, trail: &mut Trail<'a>) {
        for site in self.sites.clone().iter() {
            let AstKind::CallExpression(call) = *site else { continue };
            let first = call.arguments.first().and_then(Argument::as_expression);
            let revokes = first.is_some_and(|e| self.is_read_from_field(e))
                && self.api_of_call(call).is_some_and(|hit| self.apis.row(hit.row).closes == Some(What::ObjectUrl));
            if revokes {
                match self.test_of_shown(call.node_id.get()) {
                    Some(test) => trail.shaky = Some(test),
                    None => trail.escapes = true,
                }
            }
        }
    }

    /// `img.src`, or a variable that was given it.
    fn is_read_from_field(&self, expr: &'a Expression<'a>) -> bool {
        match peel(expr) {
            Expression::Identifier(id) => {
                let initial = self.symbol_of(id).and_then(|symbol| self.initial_value(symbol));
                initial.is_some_and(|value| {
                    matches!(peel(value).as_member_expression(), Some(m)
                    if matches!(m.static_property_name(), Some("src" | "href")))
                })
            }
            other => other.is_member_expression(),
        }
    }

    /// `if (video.src === url)` around a close.
    pub(super) fn test_of_shown(&self, close: NodeId) -> Option<NodeId> {
        let at = self.nodes.kind(close).span();
        self.nodes.ancestor_ids(close).take(6).find_map(|ancestor| match self.nodes.kind(ancestor) {
            AstKind::IfStatement(i) if !i.test.span().contains_inclusive(at) => {
                let test = self.text_of(i.test.span(), 200);
                let compares = test.contains("==") && (test.contains(".src") || test.contains(".href"));
                compares.then(|| self.first_node_in(ancestor, i.test.span())).flatten()
            }
            _ => None,
        })
    }

    /// Where the slot is emptied although nothing closes what it holds: `this.observer = null`.
    pub(super) fn emptied_slot(&mut self, opener: &Opener<'a>, trail: &Trail<'a>) -> Option<Span> {
        if trail.doubt || !trail.closes.is_empty() || opener.what == What::Socket {
            return None;
        }
        let sites: Vec<NodeId> = (0..self.nodes.len()).map(NodeId::from_usize).collect();
        sites.into_iter().find_map(|node| {
            let AstKind::AssignmentExpression(e) = self.nodes.kind(node) else { return None };
            let slot = match (trail.field, trail.symbol) {
                (Some(field), _) => is_slot_named(e, field),
                (None, Some(symbol)) => {
                    matches!(&e.left, AssignmentTarget::AssignmentTargetIdentifier(id) if self.symbol_of(id) == Some(symbol))
                }
                _ => false,
            };
            let birth = matches!(
                self.facts.functions[self.owner_of(node).0 as usize].kind,
                crate::facts::FunctionKind::Constructor | crate::facts::FunctionKind::FieldInit
            );
            let emptied = slot && !birth && self.owner_of(node) != crate::facts::TOP && is_nothing(&e.right);
            emptied.then(|| self.span(e.span))
        })
    }
}

fn is_slot_named(e: &AssignmentExpression<'_>, field: &str) -> bool {
    let Some(member) = e.left.as_simple_assignment_target().and_then(|t| t.as_member_expression()) else {
        return false;
    };
    match member.static_property_name() {
        Some("current" | "value") => matches!(peel(member.object()), Expression::Identifier(id) if id.name == field),
        name => name == Some(field),
    }
}

/// `null`, `undefined`, `void 0`, `-1`: what stands for no handle.
fn is_nothing(expr: &Expression<'_>) -> bool {
    match peel(expr) {
        Expression::NullLiteral(_) => true,
        Expression::Identifier(id) => id.name == "undefined",
        Expression::UnaryExpression(u) => {
            let one =
                matches!(&u.argument, Expression::NumericLiteral(n) if n.raw.as_ref().is_some_and(|raw| raw == "1"));
            u.operator.is_void() || (one && u.operator == UnaryOperator::UnaryNegation)
        }
        // `this.a = this.b = null`
        Expression::AssignmentExpression(e) => is_nothing(&e.right),
        _ => false,
    }
}
