//! Members of a collection: its methods, its entries, its size.

use super::Collections;
use crate::facts::reader::Reader;
use crate::facts::{ContainerKind, Does, Guard, Key, Value};
use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, BinaryExpression, CallExpression, ComputedMemberExpression,
    Expression, StaticMemberExpression, UnaryOperator,
};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

impl<'a> Reader<'a, '_> {
    pub(super) fn read_member_use(
        &mut self,
        index: usize,
        member: NodeId,
        m: &'a StaticMemberExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let name = m.property.name.as_str();
        match self.nodes.kind(parent) {
            AstKind::CallExpression(call) if call.callee.span() == span => {
                self.read_method(index, parent, name, call, all);
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span && name == "length" => {
                self.push_op(index, parent, Does::Reset, None, all);
            }
            AstKind::UpdateExpression(_) if name == "length" => self.push_op(index, parent, Does::Shrink, None, all),
            AstKind::BinaryExpression(e) if matches!(name, "size" | "length") && is_bound(e) => {
                self.push_op(index, parent, Does::Bound, None, all);
            }
            // `list[list.length] = x` is seen from the entry; a plain field of a dictionary is one more key, once.
            _ => self.push_op(index, child, Does::Read, None, all),
        }
    }

    fn read_method(
        &mut self,
        index: usize,
        node: NodeId,
        name: &str,
        call: &'a CallExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let kind = all.list[index].container.kind;
        let keyed = call.arguments.first().and_then(Argument::as_expression);
        let zero = keyed.is_some_and(Expression::is_number_0);
        let does = match (kind, name) {
            (ContainerKind::Map | ContainerKind::Weak, "set") | (ContainerKind::Set | ContainerKind::Weak, "add") => {
                Does::Grow
            }
            (ContainerKind::List, "push" | "unshift") => Does::Grow,
            (ContainerKind::List, "splice") if call.arguments.len() > 2 => Does::Grow,
            (ContainerKind::List, "splice") if zero => Does::Reset,
            (ContainerKind::List, "splice" | "pop" | "shift" | "copyWithin" | "fill") => Does::Shrink,
            (ContainerKind::Map | ContainerKind::Set | ContainerKind::Weak, "delete") => Does::Shrink,
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
        let value = value.and_then(Argument::as_expression).map_or(Value::Other, |v| self.value_of(v));
        self.push(index, node, does, key, value, all);
        // The callback of `forEach` is handed the collection itself only by its third parameter, which nobody uses.
        if does == Does::Grow && matches!(name, "set" | "add") {
            self.note_fluent(index, node, all);
        }
    }

    /// `map.set(a, 1).set(b, 2)`, `return set.add(x)`: `set` and `add` return the collection.
    fn note_fluent(&mut self, index: usize, call: NodeId, all: &mut Collections<'a>) {
        let (child, parent) = self.outside(call);
        if matches!(self.nodes.kind(parent), AstKind::StaticMemberExpression(_) | AstKind::ReturnStatement(_)) {
            self.read_use(index, child, parent, all);
        }
    }

    pub(super) fn read_entry_use(
        &mut self,
        index: usize,
        member: NodeId,
        m: &'a ComputedMemberExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let kind = all.list[index].container.kind;
        let key = self.key_of(&m.expression);
        match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) if e.left.span() == span => {
                self.read_entry_write(index, parent, e, key, all)
            }
            AstKind::UpdateExpression(_) => self.push_op(index, parent, Does::Grow, Some(key), all),
            AstKind::UnaryExpression(u) if u.operator == UnaryOperator::Delete => {
                self.push_op(index, parent, Does::Shrink, Some(key), all);
            }
            _ if matches!(kind, ContainerKind::Map | ContainerKind::Set | ContainerKind::Weak) => {
                self.push_op(index, child, Does::Read, Some(key), all);
            }
            _ => self.push_op(index, child, Does::Read, Some(key), all),
        }
    }

    /// `c[k] = v`.
    fn read_entry_write(
        &mut self,
        index: usize,
        node: NodeId,
        e: &'a AssignmentExpression<'a>,
        key: Key,
        all: &mut Collections<'a>,
    ) {
        let kind = all.list[index].container.kind;
        let empties = e.right.is_null_or_undefined() || e.right.is_void_0();
        let does = if empties && e.operator == AssignmentOperator::Assign { Does::Blank } else { Does::Grow };
        // An index into a list overwrites, unless it is the end or a counter that only rises.
        if kind == ContainerKind::List && does == Does::Grow {
            let appends = key.text.ends_with(".length") || key.domain == crate::facts::Domain::Fresh;
            if !appends {
                return self.push_op(index, node, Does::Read, Some(key), all);
            }
        }
        // `weakMap[k] = v` is a plain property: neither the key nor the value is weak.
        if kind == ContainerKind::Weak && does == Does::Grow {
            all.list[index].container.kind = ContainerKind::Dictionary;
        }
        let value = self.value_of(&e.right);
        let key = (kind != ContainerKind::List).then_some(key);
        self.push(index, node, does, key, value, all);
        // `c[k] ??= v` writes what is absent.
        if e.operator.is_logical()
            && let Some(op) = all.list[index].container.ops.last_mut()
        {
            op.guard = Guard::Miss;
        }
    }
}

/// A size compared with something that can be a limit: not with nought, which only asks whether anything is there.
pub(super) fn is_bound(e: &BinaryExpression<'_>) -> bool {
    let nought = |x: &Expression<'_>| matches!(x, Expression::NumericLiteral(n) if n.value <= 1.0);
    e.operator.is_compare() && !nought(&e.left) && !nought(&e.right)
}
