//! Resolvers that an instance keeps: whether its end settles what still waits.

use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::gaps::event_of;
use super::touches::{How, Touches};
use super::{Executor, Gap};
use crate::facts::flow::nodes_within;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::Reader;
use crate::facts::{ClassId, FunctionId};
use crate::finding::Confidence;

/// Methods after which an instance answers nobody.
const ENDS: [&str; 8] = ["close", "destroy", "disconnect", "dispose", "shutdown", "stop", "teardown", "terminate"];

impl<'a> Reader<'a, '_> {
    /// `this.waiting.set(id, resolve)` in a class whose `close` forgets those who wait.
    pub(super) fn gap_at_end(&mut self, executor: &Executor, touches: &Touches) -> Option<Gap> {
        let (class, field) = self.slot_of_resolver(executor, touches)?;
        if self.is_given_a_limit(executor) || self.is_reached_otherwise(class, field) {
            return None;
        }
        let methods = &self.facts.classes[class.0 as usize].methods;
        let (name, end) = methods.iter().find(|(name, _)| ENDS.contains(&name.as_str())).cloned()?;
        let node = self.function_nodes[end.0 as usize];
        // An end that does nothing is one that a subclass writes.
        let acts = nodes_within(self.nodes, node).any(|n| matches!(self.nodes.kind(n), AstKind::CallExpression(_)));
        if !acts || self.facts.classes[class.0 as usize].parent.is_some() {
            return None;
        }
        let head = self.name_of_function(node).map_or_else(|| self.head_of_function(node), |(_, at)| self.span(at));
        Some(Gap {
            way: head,
            why: format!("`{name}` does not settle what still waits in `this.{field}`"),
            keeper: Some(format!("this.{field}")),
            confidence: Confidence::Likely,
            repair: None,
        })
    }

    /// The field of an instance that alone takes the resolvers.
    fn slot_of_resolver(&mut self, executor: &Executor, touches: &Touches) -> Option<(ClassId, &'a str)> {
        let mut found = None;
        for touch in touches.of(executor.function) {
            let from = match touch.how {
                How::Escapes => touch.node,
                How::Hands { argument, function: None } => argument,
                _ => return None,
            };
            let slot = self.slot_around(from)?;
            if found.is_some_and(|f| f != slot) {
                return None;
            }
            found = Some(slot);
        }
        found.filter(|_| touches.is_only(executor.function))
    }

    /// `this.x = resolve`, `this.x.push({ resolve })`, `this.x.set(id, [resolve, reject])`.
    fn slot_around(&mut self, mention: NodeId) -> Option<(ClassId, &'a str)> {
        let mut at = mention;
        for _ in 0..8 {
            let spot = match self.nodes.kind(at) {
                AstKind::AssignmentExpression(e) => self.assigned_spot(e)?,
                AstKind::CallExpression(call) => {
                    let member = call.callee.get_inner_expression().as_member_expression()?;
                    if !matches!(member.static_property_name()?, "push" | "unshift" | "set" | "add") {
                        return None;
                    }
                    self.spot_of(member.object())?
                }
                AstKind::ObjectProperty(_) | AstKind::ObjectExpression(_) | AstKind::ArrayExpression(_) => {
                    at = self.outside(at).1;
                    continue;
                }
                _ => {
                    let parent = self.outside(at).1;
                    let literal = matches!(
                        self.nodes.kind(parent),
                        AstKind::ObjectProperty(_)
                            | AstKind::ArrayExpression(_)
                            | AstKind::CallExpression(_)
                            | AstKind::AssignmentExpression(_)
                    );
                    literal.then_some(())?;
                    at = parent;
                    continue;
                }
            };
            return field_of(&spot);
        }
        None
    }

    /// A timer or a signal settles it when nobody else does.
    fn is_given_a_limit(&self, executor: &Executor) -> bool {
        let maker = self.function_nodes[self.owner_of(self.nodes.parent_id(executor.node)).0 as usize];
        let text = self.nodes.kind(maker).span().source_text(self.text);
        ["setTimeout", "imeout(", "ignal", ".race("].iter().any(|w| text.contains(w))
    }

    /// Something other than one who asks for one entry touches the field: a loop over it, the end, a listener of the
    /// end, another object.
    fn is_reached_otherwise(&mut self, class: ClassId, field: &'a str) -> bool {
        let listeners = self.listeners_of_end();
        let mut late: Vec<FunctionId> =
            listeners.into_iter().filter(|f| self.this_spot(*f).root == SpotRoot::This(class)).collect();
        let methods = self.facts.classes[class.0 as usize].methods.clone();
        late.extend(methods.iter().filter(|(n, _)| crate::facts::END_METHODS.contains(&n.as_str())).map(|(_, f)| *f));
        let reached = self.reached_from(&late);
        // As many as are looked at: more are out of sight.
        if reached.len() > 60 {
            return true;
        }
        for index in 0..self.nodes.len() {
            let node = NodeId::from_usize(index);
            match self.nodes.kind(node) {
                AstKind::ThisExpression(_) => {
                    let own = self.this_spot(self.owner_of(node)).root == SpotRoot::This(class);
                    if own && self.lets_this_go(node) {
                        return true;
                    }
                    continue;
                }
                AstKind::StaticMemberExpression(m) if m.property.name == field => {}
                AstKind::PrivateFieldExpression(m) if m.field.name == field => {}
                _ => continue,
            }
            let owner = self.owner_of(node);
            let inside = reached.iter().any(|f| self.lies_inside(owner, *f));
            if inside || !self.is_single_use(node) {
                return true;
            }
        }
        false
    }

    fn lies_inside(&self, function: FunctionId, outer: FunctionId) -> bool {
        let mut at = function;
        loop {
            if at == outer {
                return true;
            }
            if at == crate::facts::TOP {
                return false;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
    }

    /// `this` itself is stored or passed on: others may reach its fields.
    fn lets_this_go(&self, this: NodeId) -> bool {
        match self.nodes.kind(self.outside(this).1) {
            AstKind::StaticMemberExpression(_) | AstKind::PrivateFieldExpression(_) | AstKind::ReturnStatement(_) => {
                false
            }
            AstKind::CallExpression(call) => !matches!(super::gaps::callee_name(call), "bind" | "call" | "apply"),
            _ => true,
        }
    }

    /// `this.x.get(id)`, `this.x.shift()`, `this.x(answer)`, `this.x = undefined`: one at a time.
    fn is_single_use(&self, member: NodeId) -> bool {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) => matches!(
                m.property.name.as_str(),
                "get"
                    | "has"
                    | "set"
                    | "add"
                    | "delete"
                    | "push"
                    | "unshift"
                    | "shift"
                    | "pop"
                    | "size"
                    | "length"
                    | "resolve"
                    | "reject"
            ),
            AstKind::ComputedMemberExpression(m) => m.object.span() == span,
            AstKind::CallExpression(c) => c.callee.span() == span,
            AstKind::AssignmentExpression(e) => e.left.span() == span,
            AstKind::IfStatement(_) | AstKind::UnaryExpression(_) => true,
            _ => false,
        }
    }

    /// Functions handed to listeners of events that come when something is over.
    fn listeners_of_end(&mut self) -> Vec<FunctionId> {
        let mut found = Vec::new();
        for site in self.sites.clone().iter() {
            let AstKind::CallExpression(call) = *site else { continue };
            let Some(event) = event_of(call) else { continue };
            if !(event.is_empty() || super::races::LATE_EVENTS.contains(&event) || matches!(event, "end" | "timeout")) {
                continue;
            }
            let Some(handler) = call.arguments.get(1).and_then(|a| a.as_expression()) else { continue };
            let handler = match handler.get_inner_expression() {
                // `this.onClose.bind(this)`
                oxc_ast::ast::Expression::CallExpression(bound) => {
                    bound.callee.get_inner_expression().as_member_expression().map_or(handler, |m| m.object())
                }
                _ => handler,
            };
            found.extend(self.function_denoted(handler));
        }
        found
    }
}

fn field_of<'a>(spot: &Spot<'a>) -> Option<(ClassId, &'a str)> {
    let SpotRoot::This(class) = spot.root else { return None };
    match spot.path.as_slice() {
        [Seg::Field(field)] | [Seg::Field(field), Seg::Entry] => Some((class, *field)),
        _ => None,
    }
}
