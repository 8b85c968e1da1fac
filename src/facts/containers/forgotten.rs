//! `clear()` that empties all fields of an object but one: the collection that it forgets.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use rustc_hash::FxHashSet;

use super::Found;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{ClassId, ContainerKind, Does, FunctionId};

/// Names of methods that leave nothing behind.
const CLEARS: [&str; 6] = ["clear", "clearAll", "removeAll", "deleteAll", "empty", "flushAll"];

impl<'a> Reader<'a, '_> {
    /// Marks collections that a method named `clear` leaves, though it empties two fields that are filled along with them.
    pub(super) fn note_forgotten(&mut self, list: &mut [Found<'a>]) {
        for found in list {
            let (SpotRoot::This(class), [Seg::Field(_)]) = (found.spot.root, found.spot.path.as_slice()) else {
                continue;
            };
            let container = &mut found.container;
            let Some(grows) = container.ops.iter().find(|op| op.does == Does::Grow).map(|op| op.function) else {
                continue;
            };
            let Some(clear) = self.clear_method(class) else { continue };
            let is_keyed =
                matches!(container.kind, ContainerKind::Map | ContainerKind::Dictionary | ContainerKind::Set);
            if !is_keyed || grows == clear || container.ops.iter().any(|op| op.function == clear) {
                continue;
            }
            let filled = self.fields_written(class, grows);
            let emptied = self.fields_written(class, clear);
            if filled.intersection(&emptied).count() >= 2 {
                let node = self.function_nodes[clear.0 as usize];
                container.forgotten =
                    Some(self.name_of_function(node).map_or_else(|| self.span_of(node), |(_, s)| self.span(s)));
            }
        }
    }

    fn clear_method(&self, class: ClassId) -> Option<FunctionId> {
        let methods = &self.facts.classes[class.0 as usize].methods;
        methods.iter().find(|(name, _)| CLEARS.contains(&name.as_str())).map(|(_, function)| *function)
    }

    /// Fields of `this` that a function assigns, assigns entries of, or fills and clears by a method.
    fn fields_written(&mut self, class: ClassId, function: FunctionId) -> FxHashSet<&'a str> {
        let mut fields = FxHashSet::default();
        for site in self.sites.clone().iter() {
            let spot = match *site {
                AstKind::AssignmentExpression(e) if self.owner_of(e.node_id.get()) == function => self.assigned_spot(e),
                AstKind::CallExpression(call) if self.owner_of(call.node_id.get()) == function => {
                    self.spot_cleared(call)
                }
                _ => None,
            };
            if let Some(Spot { root: SpotRoot::This(of), path }) = spot
                && of == class
                && let Some(Seg::Field(field)) = path.first()
            {
                fields.insert(*field);
            }
        }
        fields
    }

    fn spot_cleared(&mut self, call: &'a CallExpression<'a>) -> Option<Spot<'a>> {
        let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
        matches!(m.property.name.as_str(), "fill" | "clear").then_some(())?;
        self.spot_of(&m.object)
    }
}
