//! Functions stored at locations: methods, prototypes, `exports.f = function`, fields of object literals.

use oxc_ast::ast::{AssignmentExpression, Expression, SimpleAssignmentTarget};

use super::key_name;
use crate::facts::FunctionId;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, Type, peel};

impl<'a> Reader<'a, '_> {
    /// `place = value`: remembers field values, stored functions and the methods of a prototype.
    pub(super) fn note_assignment(&mut self, e: &'a AssignmentExpression<'a>) {
        let Some(target) = e.left.as_simple_assignment_target() else { return };
        let Some(spot) = self.spot_of_target(target) else { return };
        self.assigned.entry(spot.clone()).or_default().push(e.node_id.get());
        if matches!(target, SimpleAssignmentTarget::AssignmentTargetIdentifier(_)) {
            return;
        }
        if let (SpotRoot::This(class), [Seg::Field(name)]) = (spot.root, spot.path.as_slice()) {
            self.field_values.entry((class, name)).or_default().push(&e.right);
        }
        if let Some(function) = self.literal_function(&e.right) {
            self.store_function(spot, function);
        } else if let Expression::ObjectExpression(object) = peel(&e.right) {
            self.store_methods(&spot, object);
        }
    }

    fn store_function(&mut self, spot: Spot<'a>, function: FunctionId) {
        if let [.., Seg::Field("prototype"), Seg::Field(name)] = spot.path.as_slice()
            && let Some(class) = self.class_for_prototype(&spot, 2)
        {
            self.facts.classes[class.0 as usize].methods.push(((*name).to_owned(), function));
            self.field_functions.insert(Spot::new(SpotRoot::This(class)).step(Seg::Field(name)), function);
            return;
        }
        self.field_functions.entry(spot).or_insert(function);
    }

    /// `Foo.prototype = { a() {}, b: function () {} }` and `const api = { a() {} }`.
    pub fn store_methods(&mut self, spot: &Spot<'a>, object: &'a oxc_ast::ast::ObjectExpression<'a>) {
        for property in object.properties.iter().filter_map(|p| p.as_property()) {
            if let Some(name) = key_name(&property.key)
                && let Some(function) = self.literal_function(&property.value)
            {
                self.store_function(spot.clone().step(Seg::Field(name)), function);
            }
        }
    }

    /// `seen.add(x)`, `map.set(k, v)`, `list.push(x)`.
    pub(super) fn note_entry(&mut self, call: &'a oxc_ast::ast::CallExpression<'a>) {
        if let Expression::StaticMemberExpression(m) = peel(&call.callee)
            && matches!(m.property.name.as_str(), "add" | "set" | "push")
            && let Some(spot) = self.spot_of(&m.object)
        {
            let function = self.owner_of(call.node_id.get());
            self.entered.insert((spot.step(Seg::Entry), function));
        }
    }

    /// The function stored at a location, also through the classes that it inherits from.
    pub fn function_at(&mut self, spot: &Spot<'a>) -> Option<FunctionId> {
        if let Some(f) = self.field_functions.get(spot) {
            return Some(*f);
        }
        match (spot.root, spot.path.as_slice()) {
            (SpotRoot::Symbol(symbol), []) => self.function_of_symbol(symbol),
            (SpotRoot::This(class), [Seg::Field(_)]) => {
                let parent = self.facts.classes.get(class.0 as usize)?.parent?;
                let up = Spot { root: SpotRoot::This(parent), path: spot.path.clone() };
                self.field_functions.get(&up).copied()
            }
            // `const api = new Api(); api.run()`.
            (_, [.., Seg::Field(name)]) => {
                let mut object = spot.clone();
                object.path.pop();
                let Some(Type::Local(class)) = self.type_of_spot(&object) else { return None };
                let method = Spot::new(SpotRoot::This(class)).step(Seg::Field(name));
                if object.root == SpotRoot::This(class) && object.path.is_empty() {
                    return None;
                }
                self.function_at(&method)
            }
            _ => None,
        }
    }
}
