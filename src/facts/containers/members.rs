//! Members of a collection: its methods, its entries, its size.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, BinaryExpression, CallExpression, ComputedMemberExpression,
    Expression, MemberExpression, SimpleAssignmentTarget, StaticMemberExpression, UnaryOperator, UpdateOperator,
};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::ops::Deed;
use crate::facts::reader::{Reader, peel};
use crate::facts::{ContainerKind, Does, Guard, Key};

impl<'a> Reader<'a, '_> {
    pub(super) fn read_member_use(&mut self, index: usize, member: NodeId, m: &'a StaticMemberExpression<'a>) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let name = m.property.name.as_str();
        match self.nodes.kind(parent) {
            AstKind::CallExpression(call) if call.callee.span() == span => {
                self.read_method(index, name, call);
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span && name == "length" => {
                self.note_deed(index, parent, Does::Reset);
            }
            AstKind::UpdateExpression(_) if name == "length" => self.note_deed(index, parent, Does::Shrink),
            AstKind::BinaryExpression(e)
                if matches!(name, "size" | "length") && is_bound(e) && !self.is_walk(parent) =>
            {
                self.note_deed(index, parent, Does::Bound);
            }
            // `list[list.length] = x` is seen from the entry; a plain field of a dictionary is one more key, once.
            _ => self.note_deed(index, child, Does::Read),
        }
    }

    fn read_method(&mut self, index: usize, name: &str, call: &'a CallExpression<'a>) {
        let node = call.node_id.get();
        let kind = self.collections.list[index].container.kind;
        let keyed = call.arguments.first().and_then(Argument::as_expression);
        let zero = keyed.is_some_and(Expression::is_number_0);
        let does = match (kind, name) {
            (ContainerKind::Map | ContainerKind::Weak, "set")
            | (ContainerKind::Set | ContainerKind::Weak, "add")
            | (ContainerKind::List, "push" | "unshift") => Does::Grow,
            (ContainerKind::List, "splice") => splice_does(call.arguments.len(), zero),
            (ContainerKind::List, "pop" | "shift" | "copyWithin" | "fill")
            | (ContainerKind::Map | ContainerKind::Set | ContainerKind::Weak, "delete") => Does::Shrink,
            (ContainerKind::Map | ContainerKind::Set, "clear") => Does::Reset,
            _ => Does::Read,
        };
        let key = match (kind, does) {
            (ContainerKind::List | ContainerKind::Text, _) => None,
            _ => keyed.map(|e| self.key_of(e)),
        };
        let value = match (kind, does) {
            (ContainerKind::Map, Does::Grow) => call.arguments.get(1),
            (_, Does::Grow) => call.arguments.first(),
            _ => None,
        };
        if kind == ContainerKind::Map && name == "get" {
            return self.note_look(index, node, (node, keyed));
        }
        match does {
            Does::Grow => self.note_growth(index, node, (key, value.and_then(Argument::as_expression))),
            _ => self.note_deed(index, node, Deed { key, ..Deed::from(does) }),
        }
        if name == "unshift" {
            self.leave_unrepaired(index);
        }
        // The callback of `forEach` is handed the collection itself only by its third parameter, which nobody uses.
        if does == Does::Grow && matches!(name, "set" | "add") {
            self.note_fluent(index, node);
        }
    }

    /// `map.set(a, 1).set(b, 2)`, `return set.add(x)`: `set` and `add` return the collection.
    fn note_fluent(&mut self, index: usize, call: NodeId) {
        let (child, parent) = self.outside(call);
        if matches!(self.nodes.kind(parent), AstKind::StaticMemberExpression(_) | AstKind::ReturnStatement(_)) {
            // What hundreds of links have said, the next one says again.
            self.deeper(|reader| {
                reader.read_use(index, child, parent);
                Some(())
            });
        }
    }

    pub(super) fn read_entry_use(&mut self, index: usize, member: NodeId, m: &'a ComputedMemberExpression<'a>) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let key = self.key_of(&m.expression);
        match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) if e.left.span() == span => self.read_entry_write(index, e, key),
            // `hits[k]++` counts on what is there already.
            AstKind::UpdateExpression(_) => {
                self.collections.list[index].container.trust.used = true;
                self.note_deed(index, parent, Deed::keyed(Does::Read, key));
            }
            AstKind::UnaryExpression(u) if u.operator == UnaryOperator::Delete => {
                self.note_deed(index, parent, Deed::keyed(Does::Shrink, key));
            }
            _ => self.note_look(index, child, (member, Some(&m.expression))),
        }
    }

    /// `c[k] = v`.
    fn read_entry_write(&mut self, index: usize, e: &'a AssignmentExpression<'a>, key: Key) {
        let node = e.node_id.get();
        let kind = self.collections.list[index].container.kind;
        let empties = e.right.is_null_or_undefined() || e.right.is_void_0();
        let does = if empties && e.operator == AssignmentOperator::Assign { Does::Blank } else { Does::Grow };
        // An index into a list overwrites, unless it is the end or a counter that only rises.
        if kind == ContainerKind::List && does == Does::Grow && !is_placeholder(&e.right) && !self.appends(e, &key) {
            return self.note_deed(index, node, Deed::keyed(Does::Read, key));
        }
        // `hits[k] += 1` counts on what is there already; an index that is set back writes over what was.
        if !matches!(e.operator, AssignmentOperator::Assign) && !e.operator.is_logical() {
            self.collections.list[index].container.trust.used = true;
            return self.note_deed(index, node, Deed::keyed(Does::Read, key));
        }
        if kind == ContainerKind::List && self.counts_back(e) {
            return self.note_deed(index, node, Does::Reset);
        }
        if kind == ContainerKind::List && is_placeholder(&e.right) {
            return self.note_deed(index, node, Deed::keyed(Does::Mark, key));
        }
        // `weakMap[k] = v` is a plain property: neither the key nor the value is weak.
        if kind == ContainerKind::Weak && does == Does::Grow {
            let container = &mut self.collections.list[index].container;
            (container.kind, container.misused) = (ContainerKind::Dictionary, true);
        }
        let key = (kind != ContainerKind::List).then_some(key);
        if does == Does::Grow {
            self.note_growth(index, node, (key, Some(&e.right)));
        } else {
            let repair = self.repair_of_blank(kind, e);
            self.note_deed(index, node, Deed { key, repair, ..Deed::from(does) });
        }
        if kind == ContainerKind::List {
            self.leave_unrepaired(index);
        }
        // `c[k] ??= v` writes what is absent.
        if e.operator.is_logical()
            && let Some(op) = self.collections.list[index].container.ops.last_mut()
        {
            op.guard = Guard::Miss;
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// The newest is not at the end, or has a number of its own: taking away the first would not do.
    fn leave_unrepaired(&mut self, index: usize) {
        if let Some(op) = self.collections.list[index].container.ops.last_mut() {
            op.room = None;
        }
    }

    /// `for (let i = 0; i < list.length; i++)` goes through it; whatever its length is.
    fn is_walk(&self, comparison: NodeId) -> bool {
        let (child, parent) = self.outside(comparison);
        matches!(self.nodes.kind(parent), AstKind::ForStatement(f)
            if f.test.as_ref().is_some_and(|test| test.span() == self.nodes.kind(child).span()))
    }

    /// `list[list.length] = x`, `list[n++] = x`, `const at = list.length; list[at] = x`.
    fn appends(&self, e: &'a AssignmentExpression<'a>, key: &Key) -> bool {
        if key.text.ends_with(".length") || key.domain == crate::facts::Domain::Fresh {
            return true;
        }
        let Some(MemberExpression::ComputedMemberExpression(m)) = e.left.as_member_expression() else { return false };
        let Expression::Identifier(id) = peel(&m.expression) else { return false };
        let value = self.symbol_of(id).and_then(|symbol| self.initial_value(symbol));
        value.is_some_and(|value| self.text_of(value.span(), 60).ends_with(".length"))
    }

    /// `list[n++] = x` where `n` is also set to something: the list is written over from there.
    fn counts_back(&self, e: &'a AssignmentExpression<'a>) -> bool {
        let index = e.left.as_member_expression().and_then(|m| match m {
            MemberExpression::ComputedMemberExpression(m) => Some(peel(&m.expression)),
            _ => None,
        });
        let Some(Expression::UpdateExpression(update)) = index else { return false };
        let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = &update.argument else { return false };
        let Some(symbol) = self.symbol_of(id) else { return false };
        self.scoping.get_resolved_references(symbol).any(|r| {
            r.is_write()
                && match self.nodes.parent_kind(r.node_id()) {
                    AstKind::AssignmentExpression(_) => true,
                    AstKind::UpdateExpression(e) => e.operator == UpdateOperator::Decrement,
                    _ => false,
                }
        })
    }
}

/// An object that only says that nothing is here any more: `{ type: 'FREED' }`.
fn is_placeholder(value: &Expression<'_>) -> bool {
    match value.get_inner_expression() {
        Expression::ObjectExpression(o) => {
            !o.properties.is_empty()
                && o.properties.iter().all(|p| p.as_property().is_some_and(|p| p.value.is_literal()))
        }
        _ => false,
    }
}

/// A size compared with something that can be a limit: not with nought, which only asks whether anything is there.
pub(super) fn is_bound(e: &BinaryExpression<'_>) -> bool {
    let nought = |x: &Expression<'_>| matches!(x, Expression::NumericLiteral(n) if n.value <= 1.0);
    e.operator.is_compare() && !nought(&e.left) && !nought(&e.right)
}

/// `list.splice(at, count, ..)`: puts something in, empties the list, or takes something out.
const fn splice_does(arguments: usize, from_start: bool) -> Does {
    match (arguments, from_start) {
        (3.., _) => Does::Grow,
        (_, true) => Does::Reset,
        _ => Does::Shrink,
    }
}
