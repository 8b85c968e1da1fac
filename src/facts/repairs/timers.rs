//! Timers that their owner, or whoever starts the next one, could stop with one line more.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentOperator, AssignmentTarget, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Repair;
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{FunctionId, OwnerKind, TOP};

/// The global function that stops what a global function starts.
#[must_use]
pub fn stopper(starter: &str) -> Option<&'static str> {
    match starter.rsplit('.').next()? {
        "setInterval" => Some("clearInterval"),
        "setTimeout" => Some("clearTimeout"),
        "setImmediate" => Some("clearImmediate"),
        "requestAnimationFrame" => Some("cancelAnimationFrame"),
        "requestIdleCallback" => Some("cancelIdleCallback"),
        _ => None,
    }
}

impl<'a> Reader<'a, '_> {
    /// `this.timer = setInterval(..)`: its owner has an end that does not think of it, or is an effect that has none.
    pub(in crate::facts) fn repair_of_timer(
        &mut self,
        (started, owner): (NodeId, OwnerKind),
        ends: &[FunctionId],
    ) -> Option<Repair> {
        let AstKind::CallExpression(call) = self.nodes.kind(started) else { return None };
        let stop = self.stopper_of(call)?;
        // What is due once is soon over; only a component that is gone must not hear of it.
        if stop == "clearTimeout" && owner == OwnerKind::Class {
            return None;
        }
        let home = self.owner_of(started);
        if self.effect_ends(home).is_some_and(|ends| ends.is_empty()) && !self.returned.contains_key(&home) {
            return self.return_a_stopper(started, home, stop);
        }
        let end = ends.iter().copied().find(|end| *end != home && *end != TOP);
        let site = match end {
            Some(end) if self.may_go_on(end) => return None,
            Some(end) => self.site_in(end)?,
            None => self.site_beside(home)?,
        };
        let slot = self.slot_at(started)?;
        if !self.is_kept_at(&slot, site) {
            return None;
        }
        let text = self.slot_written(&slot);
        let code = self.stop_call(stop, text);
        let title = format!("stop it where the owner ends: `{stop}({text})`");
        match end {
            Some(end) => Some(Repair::new(title, vec![self.room_at_start(end)?.fill(&code)])),
            // Who stops it elsewhere has thought of the end, and what is due once is soon over.
            None if ends.is_empty() && stop != "clearTimeout" && self.is_stopped_here_only(text, home) => {
                self.repair_by_hook(home, (title, &code))
            }
            None => None,
        }
    }

    /// The slot goes by the same name at `site`, and belongs to one instance: what a module keeps, all of them share.
    fn is_kept_at(&mut self, slot: &Slot<'a>, site: NodeId) -> bool {
        let (symbol, known) = match slot {
            Slot::Place(target @ AssignmentTarget::AssignmentTargetIdentifier(id)) => {
                (self.symbol_of(id), self.means_the_same_target(target, site))
            }
            Slot::Place(target) => (None, self.means_the_same_target(target, site)),
            Slot::Name(symbol) => {
                let name = self.scoping.symbol_name(*symbol);
                let found = self.scoping.find_binding(self.nodes.get_node(site).scope_id(), name.into());
                (Some(*symbol), found == Some(*symbol))
            }
        };
        known && symbol.is_none_or(|s| self.scope_function(s) != TOP || self.is_component_script())
    }

    /// A slot that is given another timer: the old one is stopped first.
    pub(in crate::facts) fn repair_of_slot(&mut self, started: NodeId) -> Option<Repair> {
        let AstKind::CallExpression(call) = self.nodes.kind(started) else { return None };
        let stop = self.stopper_of(call)?;
        let slot @ Slot::Place(_) = self.slot_at(started)? else { return None };
        let (_, parent) = self.outside(started);
        let statement = self.nodes.parent_id(parent);
        if !matches!(self.nodes.kind(statement), AstKind::ExpressionStatement(_)) {
            return None;
        }
        let text = self.slot_written(&slot);
        let edit = self.room_before(statement)?.fill(&self.stop_call(stop, text));
        Some(Repair::new(format!("stop the old one first: `{stop}({text})`"), vec![edit]))
    }

    /// `clearInterval(id)`. TypeScript takes no `null` there, which a field may well hold.
    fn stop_call(&self, stop: &str, slot: &str) -> String {
        if self.manner().typed { format!("if ({slot}) {stop}({slot})") } else { format!("{stop}({slot})") }
    }

    /// The function that stops what a call of a global starts.
    fn stopper_of(&self, call: &CallExpression<'a>) -> Option<&'static str> {
        let global = match peel(&call.callee) {
            e @ Expression::Identifier(_) => self.global_name(e)?,
            Expression::StaticMemberExpression(m) => {
                matches!(self.global_name(&m.object), Some("window" | "globalThis")).then_some(())?;
                m.property.name.as_str()
            }
            _ => return None,
        };
        stopper(global)
    }

    /// An effect without a cleanup gets one.
    fn return_a_stopper(&mut self, started: NodeId, effect: FunctionId, stop: &str) -> Option<Repair> {
        let function = self.function_nodes[effect.0 as usize];
        // What is due once may be needed although the effect runs again.
        if self.facts.functions[effect.0 as usize].is_async || stop == "clearTimeout" || self.leaves_early(effect) {
            return None;
        }
        let statement = self.statement_of(started);
        // Elsewhere something may come after it, or another way return nothing.
        let in_body = matches!(self.nodes.parent_kind(statement), AstKind::FunctionBody(_))
            && self.nodes.parent_id(self.nodes.parent_id(statement)) == function;
        if !in_body {
            return None;
        }
        let mut edits = Vec::new();
        let name = match self.slot_at(started) {
            Some(Slot::Name(symbol)) if self.scope_function(symbol) == effect => self.scoping.symbol_name(symbol),
            Some(_) => return None,
            None => {
                matches!(self.nodes.kind(self.outside(started).1), AstKind::ExpressionStatement(_)).then_some(())?;
                let name = name_for(stop);
                // Whatever is called so already is left alone.
                if self.says(self.nodes.kind(NodeId::ROOT).span(), name) {
                    return None;
                }
                let at = self.nodes.kind(started).span().start;
                edits.push((self.span(oxc_span::Span::new(at, at)), format!("const {name} = ")));
                name
            }
        };
        edits.push(self.room_at_end(effect)?.fill(&format!("return () => {stop}({name})")));
        Some(Repair::new(format!("stop it when the effect ends: `{stop}({name})`"), edits))
    }

    /// `if (off) return;`: a compiler may want each way to return something.
    fn leaves_early(&self, function: FunctionId) -> bool {
        self.nodes
            .iter()
            .any(|node| matches!(node.kind(), AstKind::ReturnStatement(_)) && self.owner_of(node.id()) == function)
    }

    /// Where the call's result is put.
    fn slot_at(&self, started: NodeId) -> Option<Slot<'a>> {
        let (_, parent) = self.outside(started);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => Some(Slot::Name(bound_symbol(&d.id)?)),
            AstKind::AssignmentExpression(e) if e.operator == AssignmentOperator::Assign => {
                Some(Slot::Place(&e.left)).filter(|_| is_plain(&e.left))
            }
            _ => None,
        }
    }

    fn slot_written(&self, slot: &Slot<'a>) -> &'a str {
        match slot {
            Slot::Place(target) => target.span().source_text(self.text),
            Slot::Name(symbol) => {
                let node = self.scoping.symbol_declaration(*symbol);
                match self.nodes.kind(node) {
                    AstKind::VariableDeclarator(d) => d.id.span().source_text(self.text),
                    _ => "",
                }
            }
        }
    }

    /// The target of an assignment names the same slot at `site`: what it is assigned there does not matter.
    fn means_the_same_target(&mut self, target: &'a AssignmentTarget<'a>, site: NodeId) -> bool {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(id) => {
                let scope = self.nodes.get_node(site).scope_id();
                self.scoping.find_binding(scope, id.name) == self.symbol_of(id)
            }
            AssignmentTarget::StaticMemberExpression(m) => self.means_the_same(&m.object, site),
            AssignmentTarget::PrivateFieldExpression(m) => self.means_the_same(&m.object, site),
            _ => false,
        }
    }
}

/// What a timer is kept in.
enum Slot<'a> {
    Place(&'a AssignmentTarget<'a>),
    Name(oxc_semantic::SymbolId),
}

/// A name or a field: read a second time, it is the same.
fn is_plain(target: &AssignmentTarget<'_>) -> bool {
    matches!(
        target,
        AssignmentTarget::AssignmentTargetIdentifier(_)
            | AssignmentTarget::StaticMemberExpression(_)
            | AssignmentTarget::PrivateFieldExpression(_)
    )
}

fn name_for(stop: &str) -> &'static str {
    match stop {
        "clearInterval" => "interval",
        "clearTimeout" => "timeout",
        "cancelAnimationFrame" => "frame",
        _ => "handle",
    }
}
