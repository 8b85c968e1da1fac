//! What an opened thing belongs to: a class with an end, a component, an effect; and whether that end thinks of it.

mod components;
mod replaced;
mod slots;

use std::rc::Rc;

use oxc_ast::AstKind;
use oxc_ast::ast::CallExpression;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, last_name, named_at};
use super::{ClassId, END_METHODS, FunctionId, TOP};
use crate::finding::Span;
pub use replaced::Replaced;
pub(super) use replaced::empties;
pub use slots::Overwrite;

/// The owner of what is opened, when it has an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub kind: OwnerKind,
    /// Where it ends; `None` when nothing does.
    pub end: Option<Span>,
    /// The end, or what it calls, names the slot or the receiver.
    pub thinks_of_it: bool,
    /// Opened by the effect or hook itself, not by something that it hands out.
    pub direct: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnerKind {
    /// A class with a method that ends its instances.
    Class,
    /// A component of a framework, which ends it for certain.
    Component,
    /// A callback whose result is called when it ends: `useEffect`.
    Effect,
}

/// Calls that run a function by its name.
const RUNNERS: [&str; 8] = ["forEach", "map", "then", "finally", "call", "apply", "batch", "nextTick"];

impl<'a> Reader<'a, '_> {
    /// The owner of what is opened at `node` and is called `name` where it is kept.
    pub(super) fn owner_of_opened(&mut self, node: NodeId, name: Option<&str>) -> Option<Owner> {
        let (kind, ends, direct) = self.nearest_owner(node)?;
        let reach = self.reached_from(&ends);
        let thinks_of_it = match name {
            Some(name) => reach.iter().any(|f| self.names_in(*f, name)),
            None => false,
        };
        let end = ends.first().map(|f| self.head_of_function(self.function_nodes[f.0 as usize]));
        Some(Owner { kind, end, thinks_of_it, direct })
    }

    /// The functions that run when the owner of what stands at `node` ends.
    pub(super) fn ends_around(&mut self, node: NodeId) -> Option<Vec<FunctionId>> {
        self.nearest_owner(node).map(|(_, ends, _)| ends)
    }

    fn nearest_owner(&mut self, node: NodeId) -> Option<(OwnerKind, Vec<FunctionId>, bool)> {
        let home = self.owner_of(node);
        let mut at = home;
        for _ in 0..12 {
            if at == TOP {
                return self.script_owner();
            }
            if let Some(ends) = self.effect_ends(at) {
                return Some((OwnerKind::Effect, ends, at == home));
            }
            if let Some(ends) = self.component_ends(at) {
                return Some((OwnerKind::Component, ends, at == home));
            }
            if let super::places::SpotRoot::This(class) = self.this_spot(at).root
                && self.is_own_function(at)
                && let Some((kind, ends)) = self.class_ends(class)
            {
                return Some((kind, ends, at == home));
            }
            if let Some(ends) = self.sibling_ends(at) {
                return Some((OwnerKind::Class, ends, at == home));
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        None
    }

    /// A method or constructor, not an arrow inside one.
    fn is_own_function(&self, function: FunctionId) -> bool {
        use super::FunctionKind::{Constructor, FieldInit, Method, Plain};
        matches!(self.facts.functions[function.0 as usize].kind, Constructor | FieldInit | Method | Plain)
    }

    fn class_ends(&mut self, class: ClassId) -> Option<(OwnerKind, Vec<FunctionId>)> {
        let mut ends = Vec::new();
        let mut at = Some(class);
        for _ in 0..8 {
            let Some(id) = at else { break };
            let facts = &self.facts.classes[id.0 as usize];
            ends.extend(facts.methods.iter().filter(|(n, _)| END_METHODS.contains(&n.as_str())).map(|(_, f)| *f));
            at = facts.parent;
            for name in END_METHODS {
                // `componentWillUnmount = () => ..`
                let spot =
                    super::places::Spot::new(super::places::SpotRoot::This(id)).step(super::places::Seg::Field(name));
                ends.extend(self.field_functions.get(&spot).copied().filter(|f| !ends.contains(f)));
            }
            if let AstKind::ObjectExpression(object) = self.nodes.kind(self.class_nodes[id.0 as usize]) {
                ends.extend(END_METHODS.iter().filter_map(|name| self.option_function(object, name)));
            }
        }
        ends.extend(self.handed_to_ends(self.class_nodes[class.0 as usize]));
        let component = self.is_component_class(class);
        // A base that is not seen may have the end.
        if ends.is_empty() && !component {
            return None;
        }
        let kind = if component { OwnerKind::Component } else { OwnerKind::Class };
        Some((kind, ends))
    }

    /// `this.open = function () {..}; this.destroy = function () {..}`: ends that stand beside a function.
    fn sibling_ends(&self, function: FunctionId) -> Option<Vec<FunctionId>> {
        let home = self.assigned_method(function)?;
        let parent = self.facts.functions[function.0 as usize].parent;
        let beside = (1..self.function_nodes.len()).filter_map(|index| u32::try_from(index).ok()).map(FunctionId);
        let ends: Vec<FunctionId> = beside
            .filter(|other| self.facts.functions[other.0 as usize].parent == parent)
            .filter(|other| {
                self.assigned_method(*other)
                    .is_some_and(|(object, name)| object == home.0 && END_METHODS.contains(&name))
            })
            .collect();
        (!ends.is_empty()).then_some(ends)
    }

    /// The object and the name that a function is assigned to.
    fn assigned_method(&self, function: FunctionId) -> Option<(String, &'a str)> {
        let node = self.function_nodes[function.0 as usize];
        let AstKind::AssignmentExpression(e) = self.nodes.kind(self.outside(node).1) else { return None };
        let member = e.left.as_simple_assignment_target()?.as_member_expression()?;
        Some((self.text_of(member.object().span(), 60), member.static_property_name()?))
    }

    /// The function of this file that a call reaches.
    pub(super) fn target_of(&mut self, call: &'a CallExpression<'a>) -> Option<FunctionId> {
        let node = call.node_id.get();
        if let Some(known) = self.targets.get(&node) {
            return *known;
        }
        let target = self.function_denoted(&call.callee).or_else(|| self.option_method(&call.callee));
        self.targets.insert(node, target);
        target
    }

    /// Functions that run when this one runs.
    pub(super) fn reached_from_one(&mut self, function: FunctionId) -> Rc<[FunctionId]> {
        if let Some(known) = self.reached.get(&function) {
            return Rc::clone(known);
        }
        let reached: Rc<[FunctionId]> = self.reached_from(&[function]).into();
        self.reached.insert(function, Rc::clone(&reached));
        reached
    }

    /// Functions that run when one of `ends` runs, those inside them included.
    pub(super) fn reached_from(&mut self, ends: &[FunctionId]) -> Vec<FunctionId> {
        let mut seen: FxHashSet<FunctionId> = FxHashSet::default();
        let mut order = Vec::new();
        let mut work = ends.to_vec();
        while let Some(function) = work.pop() {
            if order.len() > 60 || !seen.insert(function) {
                continue;
            }
            order.push(function);
            let node = self.function_nodes[function.0 as usize];
            for call in self.calls_within(node, 4000) {
                work.extend(self.target_of(call));
                // `list.forEach(stop)`, `this.off = debounce(stop)`.
                let runs = last_name(&call.callee).is_some_and(|n| RUNNERS.contains(&n));
                for argument in call.arguments.iter().filter_map(|a| a.as_expression()).filter(|_| runs) {
                    work.extend(self.function_denoted(argument));
                }
            }
        }
        order
    }

    /// Whether the text of a function has a word for it.
    pub(super) fn names_in(&self, function: FunctionId, name: &str) -> bool {
        let node = self.function_nodes[function.0 as usize];
        let span = self.nodes.kind(node).span();
        self.says(span, name)
    }

    pub(super) fn says(&self, span: oxc_span::Span, name: &str) -> bool {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        named_at(text, name).next().is_some()
    }
}
