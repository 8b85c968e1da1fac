//! What `this` is inside a function.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{FunctionId, TOP};

impl<'a> Reader<'a, '_> {
    /// What `this` is inside a function.
    pub fn this_spot(&mut self, function: FunctionId) -> Spot<'a> {
        if let Some(known) = self.this_spots.get(&function) {
            return known.clone();
        }
        self.this_spots.insert(function, Spot::new(SpotRoot::UnknownThis(function))); // ends cycles
        let spot = self.find_this(function).unwrap_or_else(|| Spot::new(SpotRoot::UnknownThis(function)));
        self.this_spots.insert(function, spot.clone());
        spot
    }

    fn find_this(&mut self, function: FunctionId) -> Option<Spot<'a>> {
        let node = self.function_nodes[function.0 as usize];
        let parent_function = self.facts.functions[function.0 as usize].parent;
        match self.nodes.kind(node) {
            AstKind::ArrowFunctionExpression(_) => Some(self.this_spot(parent_function)),
            AstKind::PropertyDefinition(p) => Some(self.this_in_class(node, p.r#static)),
            AstKind::AccessorProperty(p) => Some(self.this_in_class(node, p.r#static)),
            AstKind::StaticBlock(_) => Some(self.this_in_class(node, true)),
            AstKind::Function(f) => {
                let (_, parent) = self.outside(node);
                match self.nodes.kind(parent) {
                    AstKind::MethodDefinition(m) => Some(self.this_in_class(parent, m.r#static)),
                    AstKind::ObjectProperty(_) => self.this_in_object(self.nodes.parent_id(parent)),
                    AstKind::AssignmentExpression(e) => {
                        self.this_of_assigned(e, f.id.as_ref().and_then(|i| i.symbol_id.get()), node)
                    }
                    AstKind::StaticMemberExpression(m) => {
                        // `function () { .. }.bind(this)`, `.call(this)`.
                        let call = self.nodes.parent_id(parent);
                        match self.nodes.kind(call) {
                            AstKind::CallExpression(c)
                                if matches!(m.property.name.as_str(), "bind" | "call" | "apply")
                                    && matches!(
                                        c.arguments.first().and_then(|a| a.as_expression()).map(peel),
                                        Some(Expression::ThisExpression(_))
                                    ) =>
                            {
                                Some(self.this_spot(parent_function))
                            }
                            _ => None,
                        }
                    }
                    AstKind::CallExpression(c)
                        if c.arguments
                            .iter()
                            .filter_map(|a| a.as_expression())
                            .any(|e| matches!(peel(e), Expression::ThisExpression(_))) =>
                    {
                        // `list.forEach(function () { .. }, this)`, `emitter.on(type, function () { .. }, this)`,
                        // `__awaiter(this, void 0, void 0, function* () { .. })`.
                        Some(self.this_spot(parent_function))
                    }
                    _ => self.this_of_constructor(node),
                }
            }
            _ => None,
        }
    }

    fn this_in_class(&mut self, member: NodeId, is_static: bool) -> Spot<'a> {
        let class_node = self.nodes.parent_id(self.nodes.parent_id(member));
        match self.class_of_node.get(&class_node) {
            Some(class) if is_static => Spot::new(self.static_root(*class)),
            Some(class) => Spot::new(SpotRoot::This(*class)),
            None => Spot::new(SpotRoot::UnknownThis(TOP)),
        }
    }

    /// `this` in a method of an object literal: the place that the literal is given to, else the literal itself.
    fn this_in_object(&mut self, object: NodeId) -> Option<Spot<'a>> {
        let (_, parent) = self.outside(object);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => {
                let symbol = bound_symbol(&d.id)?;
                return Some(Spot::new(SpotRoot::Symbol(symbol)));
            }
            AstKind::AssignmentExpression(e) => {
                let spot = self.assigned_spot(e)?;
                return Some(self.instance_of_prototype(spot));
            }
            AstKind::CallExpression(call) => {
                // `Object.assign(Foo.prototype, { .. })`, `extend(Foo.prototype, { .. })`.
                if let Some(first) = call.arguments.first().and_then(|a| a.as_expression())
                    && first.span() != self.nodes.kind(object).span()
                    && let Some(spot) = self.spot_of(first)
                    && spot.last_field() == Some("prototype")
                {
                    return Some(self.instance_of_prototype(spot));
                }
            }
            _ => {}
        }
        let within = self.owner_of(object);
        let class = match self.class_of_node.get(&object) {
            Some(class) => *class,
            None => self.push_class(object, within),
        };
        Some(Spot::new(SpotRoot::This(class)))
    }

    fn this_of_assigned(
        &mut self,
        e: &'a oxc_ast::ast::AssignmentExpression<'a>,
        own_name: Option<SymbolId>,
        node: NodeId,
    ) -> Option<Spot<'a>> {
        let spot = self.assigned_spot(e)?;
        match (spot.root, spot.path.as_slice()) {
            (_, [.., Seg::Field("prototype"), Seg::Field(_)]) => {
                self.class_for_prototype(&spot, 2).map(|c| Spot::new(SpotRoot::This(c)))
            }
            // `this.close = function () { this.x }` inside a constructor.
            (SpotRoot::This(class), [Seg::Field(_)]) => Some(Spot::new(SpotRoot::This(class))),
            (SpotRoot::Symbol(owner), [Seg::Field(_)]) => Some(Spot::new(SpotRoot::Symbol(owner))),
            _ => {
                if let Some(symbol) = own_name
                    && let Some(class) = self.class_of_symbol.get(&symbol)
                {
                    return Some(Spot::new(SpotRoot::This(*class)));
                }
                self.this_of_constructor(node)
            }
        }
    }

    /// A function that is used as a constructor: it has a prototype somewhere or is called with `new`.
    fn this_of_constructor(&mut self, node: NodeId) -> Option<Spot<'a>> {
        let symbol = self.symbol_of_function(node)?;
        let is_constructor = self.scoping.get_resolved_references(symbol).any(|r| {
            let (child, parent) = self.outside(r.node_id());
            match self.nodes.kind(parent) {
                AstKind::NewExpression(n) => n.callee.span() == self.nodes.kind(child).span(),
                AstKind::StaticMemberExpression(m) => m.property.name == "prototype",
                AstKind::CallExpression(c) => c.callee_name() == Some("inherits"),
                _ => false,
            }
        });
        if !is_constructor {
            return None;
        }
        self.class_for_symbol(symbol).map(|c| Spot::new(SpotRoot::This(c)))
    }
}
