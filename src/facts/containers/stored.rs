//! The collection as a value: assigned, copied, kept elsewhere, handed to a call.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, AssignmentExpression, AssignmentOperator, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::members::is_bound;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol, last_name, peel};
use crate::facts::{ContainerKind, Does, Escape, FunctionId};

/// A call or `new` that is handed a collection.
pub(super) struct Handed<'a> {
    pub node: NodeId,
    pub callee: &'a Expression<'a>,
    pub arguments: &'a [Argument<'a>],
}

impl<'a> Reader<'a, '_> {
    /// `c = ..`, `c += ..`.
    pub(super) fn read_assignment(&mut self, index: usize, e: &'a AssignmentExpression<'a>) {
        let node = e.node_id.get();
        let kind = self.collections.list[index].container.kind;
        match e.operator {
            AssignmentOperator::Addition if kind == ContainerKind::Text => {
                self.note_growth(index, node, (None, Some(&e.right)));
            }
            AssignmentOperator::Assign => {
                let mut does = self.reassigns(index, &e.right);
                // `let all = BASE; all = [...all, x]` makes another list; this one stays as it is.
                if does == Some(Does::Grow)
                    && self.assigned_spot(e).as_ref() != Some(&self.collections.list[index].spot)
                {
                    does = Some(Does::Read);
                }
                // Some other value: whatever it is, this collection is no longer here.
                self.note_deed(index, node, does.unwrap_or(Does::Reset));
            }
            op if op.is_logical() => self.note_deed(index, node, Does::Read),
            _ => {}
        }
    }

    /// What `c = right` does: a copy with one more is growth, a copy with fewer is shrinking.
    fn reassigns(&mut self, index: usize, right: &'a Expression<'a>) -> Option<Does> {
        let is_self = |reader: &mut Self, e: &'a Expression<'a>| {
            reader.spot_of(e).is_some_and(|s| reader.collections.holds(&s, index))
        };
        match peel(right) {
            Expression::ArrayExpression(a) => {
                let spreads = a.elements.iter().any(|x| {
                    matches!(x, oxc_ast::ast::ArrayExpressionElement::SpreadElement(s)
                    if is_self(self, &s.argument))
                });
                Some(if spreads && a.elements.len() > 1 { Does::Grow } else { Does::Reset })
            }
            Expression::ObjectExpression(o) => {
                let spreads = o.properties.iter().any(|p| {
                    matches!(p, oxc_ast::ast::ObjectPropertyKind::SpreadProperty(s)
                    if is_self(self, &s.argument))
                });
                let keyed = o.properties.iter().any(|p| p.as_property().is_some_and(|p| p.computed));
                Some(if spreads && keyed { Does::Grow } else { Does::Reset })
            }
            Expression::BinaryExpression(b) if is_self(self, &b.left) => Some(Does::Grow),
            Expression::LogicalExpression(l) if is_self(self, &l.left) => Some(Does::Read),
            Expression::CallExpression(call) => match peel(&call.callee) {
                Expression::StaticMemberExpression(m) if is_self(self, &m.object) => {
                    Some(match m.property.name.as_str() {
                        "concat" | "padEnd" => Does::Grow,
                        "filter" | "slice" | "splice" | "substring" | "substr" => Does::Shrink,
                        _ => Does::Read,
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `other = c`: another location holds it now.
    pub(super) fn read_stored(&mut self, index: usize, e: &'a AssignmentExpression<'a>) {
        let Some(target) = e.left.as_simple_assignment_target() else { return };
        let at = self.span(e.span);
        let Some(spot) = self.spot_of_target(target) else { return self.escape(index, Escape::Other(at)) };
        if crate::facts::runs::is_exports(&spot) {
            return self.escape(index, Escape::Exported(at));
        }
        match spot.root {
            // A field of a class or a variable of this file: read its uses as well.
            SpotRoot::This(_) | SpotRoot::Symbol(_) if !spot.path.contains(&Seg::Entry) && spot.path.len() <= 2 => {
                let is_param = matches!(spot.root, SpotRoot::Symbol(s) if self.param_index(self.scoping.symbol_declaration(s)).is_some());
                if is_param && !spot.path.is_empty() {
                    return self.escape(index, Escape::Other(at));
                }
                self.collections.add_alias(spot, index);
            }
            _ => self.escape(index, Escape::Other(at)),
        }
    }

    /// `const x = c` is an alias that [`Reader::spot_of_symbol`] sees through; `let x = c` is one more location.
    pub(super) fn read_alias(&mut self, index: usize, d: &'a oxc_ast::ast::VariableDeclarator<'a>) {
        match bound_symbol(&d.id) {
            Some(symbol) if self.is_replaced_by_copy(symbol) => self.note_deed(index, d.node_id.get(), Does::Read),
            Some(symbol) => {
                let spot = self.spot_of_symbol(symbol);
                if !self.collections.holds(&spot, index) {
                    self.collections.add_alias(Spot::new(SpotRoot::Symbol(symbol)), index);
                }
            }
            None => self.note_deed(index, d.node_id.get(), Does::Read),
        }
    }

    pub(super) fn read_stored_in_literal(&mut self, index: usize, property: NodeId, span: oxc_span::Span) {
        let object = self.nodes.parent_id(property);
        let at = self.span(span);
        let (child, parent) = self.outside(object);
        let exported = match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) => {
                self.assigned_spot(e).is_some_and(|s| crate::facts::runs::is_exports(&s))
            }
            AstKind::ExportDefaultDeclaration(_) => true,
            // `console.log({ cache })` reads.
            AstKind::CallExpression(call) => {
                if self.reads_its_arguments(&call.callee) {
                    return self.note_deed(index, child, Does::Read);
                }
                false
            }
            _ => false,
        };
        self.escape(index, if exported { Escape::Exported(at) } else { Escape::Other(at) });
    }

    /// `f(c)`: known readers read; functions of this file are followed into; others may do anything.
    pub(super) fn read_argument(&mut self, index: usize, call: &Handed<'a>, span: oxc_span::Span) {
        let at = self.span(span);
        if self.note_object_assign(index, call) {
            return;
        }
        if self.reads_its_arguments(call.callee) {
            let bounds = self.is_size_comparison(call.node);
            return self.note_deed(index, call.node, if bounds { Does::Bound } else { Does::Read });
        }
        let Some(position) = call.arguments.iter().position(|a| a.span() == span) else {
            return self.note_deed(index, call.node, Does::Read);
        };
        let target = match self.nodes.kind(call.node) {
            AstKind::NewExpression(new) => self.constructor_of(new),
            _ => self.function_denoted(call.callee),
        };
        let param = target.and_then(|f| {
            let node = self.function_nodes[f.0 as usize];
            self.param_symbols(node).get(position).copied().flatten()
        });
        match param {
            Some(symbol) => self.collections.add_alias(Spot::new(SpotRoot::Symbol(symbol)), index),
            None => self.escape(index, Escape::Other(at)),
        }
    }

    /// `Object.assign(c, { [k]: v })` writes keys.
    fn note_object_assign(&mut self, index: usize, call: &Handed<'a>) -> bool {
        let Expression::StaticMemberExpression(m) = peel(call.callee) else { return false };
        if m.property.name != "assign" || self.global_name(&m.object) != Some("Object") {
            return false;
        }
        let target = call.arguments.first().and_then(Argument::as_expression).and_then(|e| self.spot_of(e));
        if !target.is_some_and(|s| self.collections.holds(&s, index)) {
            return false;
        }
        for source in call.arguments.iter().skip(1) {
            let Argument::ObjectExpression(object) = source else { continue };
            for property in object.properties.iter().filter_map(|p| p.as_property()).filter(|p| p.computed) {
                let key = property.key.as_expression().map(|e| self.key_of(e));
                self.note_growth(index, call.node, (key, Some(&property.value)));
            }
        }
        true
    }

    fn constructor_of(&mut self, new: &'a oxc_ast::ast::NewExpression<'a>) -> Option<FunctionId> {
        let crate::facts::reader::Type::Local(class) = self.type_of_new(new)? else { return None };
        let node = self.class_nodes[class.0 as usize];
        if let Some(f) = self.function_of_node.get(&node) {
            return Some(*f);
        }
        self.facts.classes[class.0 as usize].methods.iter().find(|(name, _)| name == "constructor").map(|(_, f)| *f)
    }

    /// Built-ins that look at a collection and keep nothing.
    fn reads_its_arguments(&self, callee: &'a Expression<'a>) -> bool {
        match callee.get_inner_expression() {
            Expression::Identifier(id) if is_has_own(id.name.as_str()) => true,
            Expression::Identifier(_) => matches!(
                self.global_name(callee),
                Some("String" | "Boolean" | "Number" | "Map" | "Set" | "structuredClone" | "isNaN")
            ),
            Expression::StaticMemberExpression(m) => match self.global_name(&m.object) {
                Some("Object") => {
                    !matches!(m.property.name.as_str(), "assign" | "defineProperty" | "create" | "setPrototypeOf")
                }
                Some("JSON" | "Array" | "Math" | "Promise" | "Buffer" | "console" | "performance") => true,
                Some("Reflect") => matches!(m.property.name.as_str(), "ownKeys" | "has" | "get"),
                _ => {
                    matches!(
                        m.property.name.as_str(),
                        "hasOwnProperty" | "inspect" | "concat" | "equal" | "deepEqual" | "strictEqual"
                    ) || (m.property.name == "call" && self.is_has_own_property(&m.object))
                        || m.object.get_inner_expression().as_member_expression().is_some_and(|o| {
                            o.static_property_name().is_some_and(|n| n == "hasOwnProperty" || n == "prototype")
                        })
                }
            },
            _ => false,
        }
    }

    /// `hasOwnProperty`, taken out of `Object.prototype` under whatever name.
    #[must_use]
    pub fn is_has_own_property(&self, expr: &'a Expression<'a>) -> bool {
        let Expression::Identifier(id) = expr.get_inner_expression() else { return false };
        let value = self.symbol_of(id).and_then(|symbol| self.initial_value(symbol));
        is_has_own(id.name.as_str()) || value.and_then(last_name).is_some_and(is_has_own)
    }

    /// `Object.keys(c).length > MAX`.
    fn is_size_comparison(&self, call: NodeId) -> bool {
        let (_, member) = self.outside(call);
        let AstKind::StaticMemberExpression(m) = self.nodes.kind(member) else { return false };
        let (_, parent) = self.outside(member);
        m.property.name == "length" && matches!(self.nodes.kind(parent), AstKind::BinaryExpression(e) if is_bound(e))
    }
}

fn is_has_own(name: &str) -> bool {
    matches!(name, "hasOwnProperty" | "hasOwn" | "propertyIsEnumerable")
}
