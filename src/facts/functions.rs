//! The functions and classes of a file: which node belongs to which function, what `this` is, where methods stand.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    ArrowFunctionBody, AssignmentExpression, AssignmentTarget, ClassElement, Expression, FormalParameters,
    MethodDefinitionKind, PropertyKey, PropertyKind, SimpleAssignmentTarget,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::places::{Seg, Spot, SpotRoot};
use super::reader::{Reader, Type, assigned_value, peel};
use super::{Class, ClassId, ClassKind, Function, FunctionId, FunctionKind, TOP};

impl<'a> Reader<'a, '_> {
    /// First pass: numbers functions and classes, finds the owner of each node. Parents precede children in node order.
    pub fn number_functions(&mut self) {
        self.owner = vec![TOP; self.nodes.len()];
        self.push_function(NodeId::ROOT, FunctionKind::Top, TOP);
        for (id, node) in self.nodes.iter_enumerated() {
            let parent = self.nodes.parent_id(id);
            let outer = if id == NodeId::ROOT { TOP } else { self.owner[parent.index()] };
            self.owner[id.index()] = match node.kind() {
                AstKind::Function(f) if f.body.is_some() => self.push_function(id, self.kind_of_function(id), outer),
                AstKind::ArrowFunctionExpression(_) => self.push_function(id, FunctionKind::Arrow, outer),
                AstKind::StaticBlock(_) => self.push_function(id, FunctionKind::StaticInit, outer),
                AstKind::PropertyDefinition(p) if p.value.is_some() => {
                    let kind = if p.r#static { FunctionKind::StaticInit } else { FunctionKind::FieldInit };
                    self.push_function(id, kind, outer)
                }
                AstKind::AccessorProperty(p) if p.value.is_some() => {
                    let kind = if p.r#static { FunctionKind::StaticInit } else { FunctionKind::FieldInit };
                    self.push_function(id, kind, outer)
                }
                AstKind::Class(_) => {
                    self.push_class(id, outer);
                    outer
                }
                AstKind::ReturnStatement(r) => {
                    if let Some(argument) = &r.argument {
                        self.returned.entry(outer).or_default().push(argument);
                    }
                    outer
                }
                _ => outer,
            };
            if let AstKind::ArrowFunctionExpression(f) = node.kind()
                && let Some(e) = arrow_expression(&f.body)
            {
                self.returned.entry(self.owner[id.index()]).or_default().push(e);
            }
        }
    }

    fn kind_of_function(&self, node: NodeId) -> FunctionKind {
        match self.nodes.parent_kind(node) {
            AstKind::MethodDefinition(m) if m.kind == MethodDefinitionKind::Constructor => FunctionKind::Constructor,
            AstKind::MethodDefinition(_) => FunctionKind::Method,
            AstKind::ObjectProperty(p) if p.method || p.kind != PropertyKind::Init => FunctionKind::Method,
            _ => FunctionKind::Plain,
        }
    }

    fn push_function(&mut self, node: NodeId, kind: FunctionKind, parent: FunctionId) -> FunctionId {
        let id = FunctionId(u32::try_from(self.facts.functions.len()).unwrap_or(u32::MAX));
        self.function_nodes.push(node);
        self.function_of_node.insert(node, id);
        let span = self.span(self.nodes.kind(node).span());
        let head = self.head_of_function(node);
        let is_async = match self.nodes.kind(node) {
            AstKind::Function(f) => f.r#async,
            AstKind::ArrowFunctionExpression(f) => f.r#async,
            _ => false,
        };
        self.facts.functions.push(Function {
            name: String::new(),
            parent,
            span,
            head,
            kind,
            class: None,
            uses: Vec::new(),
            params: Vec::new(),
            signature: None,
            is_async,
        });
        id
    }

    fn push_class(&mut self, node: NodeId, within: FunctionId) -> ClassId {
        let (name, symbol, span, kind) = match self.nodes.kind(node) {
            AstKind::Class(c) => (
                c.id.as_ref().map_or("", |id| id.name.as_str()),
                c.id.as_ref().and_then(|id| id.symbol_id.get()),
                self.head_of_function(node),
                ClassKind::Class,
            ),
            AstKind::Function(f) => (
                f.id.as_ref().map_or("", |id| id.name.as_str()),
                f.id.as_ref().and_then(|id| id.symbol_id.get()),
                self.head_of_function(node),
                ClassKind::Constructor,
            ),
            other => ("", None, self.span(other.span()), ClassKind::Object),
        };
        let id = ClassId(u32::try_from(self.facts.classes.len()).unwrap_or(u32::MAX));
        if node != NodeId::ROOT {
            self.class_of_node.insert(node, id);
        }
        self.class_nodes.push(node);
        if let Some(symbol) = symbol {
            self.class_of_symbol.insert(symbol, id);
        }
        self.facts.classes.push(Class {
            name: name.to_owned(),
            span,
            kind,
            made: Vec::new(),
            exported: false,
            escapes: false,
            extends: Vec::new(),
            parent: None,
            methods: Vec::new(),
            within,
        });
        id
    }

    /// Second pass: names of functions, methods of classes, values of fields, functions stored at locations.
    pub fn name_functions(&mut self) {
        for id in 0..self.class_nodes.len() {
            self.read_class_body(ClassId(u32::try_from(id).unwrap_or(u32::MAX)));
        }
        for node in self.nodes.iter() {
            match node.kind() {
                AstKind::AssignmentExpression(e) => self.note_assignment(e),
                AstKind::CallExpression(call) => {
                    self.note_inheritance(call);
                    self.note_entry(call);
                }
                AstKind::VariableDeclarator(d) => {
                    if let (Some(id), Some(Expression::ObjectExpression(object))) =
                        (d.id.get_binding_identifier(), d.init.as_ref().map(peel))
                        && let Some(symbol) = id.symbol_id.get()
                    {
                        self.store_methods(&Spot::new(SpotRoot::Symbol(symbol)), object);
                    }
                }
                _ => {}
            }
        }
        self.forget();
        for index in 1..self.function_nodes.len() {
            let id = FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
            self.name_function(id);
        }
    }

    fn name_function(&mut self, id: FunctionId) {
        let node = self.function_nodes[id.0 as usize];
        let mut named = match self.nodes.kind(node) {
            AstKind::Function(f) => f.id.as_ref().map(|i| (i.name.as_str(), i.span)),
            _ => None,
        };
        if named.is_none() {
            let (_, parent) = self.outside(node);
            named = match self.nodes.kind(parent) {
                AstKind::VariableDeclarator(d) => d.id.get_binding_identifier().map(|i| (i.name.as_str(), i.span)),
                AstKind::MethodDefinition(m) => key_name(&m.key).map(|n| (n, m.key.span())),
                AstKind::PropertyDefinition(p) => key_name(&p.key).map(|n| (n, p.key.span())),
                AstKind::ObjectProperty(p) => key_name(&p.key).map(|n| (n, p.key.span())),
                AstKind::AssignmentExpression(e) => assigned_name(&e.left).map(|n| (n, e.left.span())),
                _ => None,
            };
        }
        let class = match self.this_spot(id).root {
            SpotRoot::This(class) => Some(class),
            _ => None,
        };
        let params = self.param_symbols(node).into_iter().map(|s| s.map(|s| self.binding(s))).collect();
        let signature = self.signature_of(node);
        let head = named.map(|(_, span)| self.span(span));
        let function = &mut self.facts.functions[id.0 as usize];
        function.class = class;
        function.params = params;
        function.signature = signature;
        if let Some((name, _)) = named {
            name.clone_into(&mut function.name);
        }
        if let Some(head) = head {
            function.head = head;
        }
    }

    /// Symbols of the parameters; `None` for a pattern.
    #[must_use]
    pub fn param_symbols(&self, function: NodeId) -> Vec<Option<SymbolId>> {
        self.params_of(function).map_or_else(Vec::new, |p| {
            p.items.iter().map(|i| i.pattern.get_binding_identifier().and_then(|id| id.symbol_id.get())).collect()
        })
    }

    #[must_use]
    pub fn params_of(&self, function: NodeId) -> Option<&'a FormalParameters<'a>> {
        match self.nodes.kind(function) {
            AstKind::Function(f) => Some(&f.params),
            AstKind::ArrowFunctionExpression(f) => Some(&f.params),
            _ => None,
        }
    }

    fn read_class_body(&mut self, id: ClassId) {
        let AstKind::Class(class) = self.nodes.kind(self.class_nodes[id.0 as usize]) else { return };
        for element in &class.body.body {
            match element {
                ClassElement::MethodDefinition(m) => {
                    let Some(function) = self.function_of_node.get(&m.value.node_id.get()).copied() else { continue };
                    let Some(name) = key_name(&m.key) else { continue };
                    let spot = self.member_spot(id, m.r#static, name);
                    self.field_functions.insert(spot, function);
                    if !m.r#static {
                        self.facts.classes[id.0 as usize].methods.push((name.to_owned(), function));
                    }
                }
                ClassElement::PropertyDefinition(p) => {
                    let (Some(name), Some(value)) = (key_name(&p.key), &p.value) else { continue };
                    if !p.r#static {
                        self.field_values.entry((id, name)).or_default().push(value);
                    }
                    if let Some(function) = self.literal_function(value) {
                        let spot = self.member_spot(id, p.r#static, name);
                        self.field_functions.insert(spot, function);
                    }
                }
                _ => {}
            }
        }
        if let Some(heritage) = &class.heritage {
            match self.type_named_by(&heritage.expression) {
                Some(Type::Library(t)) => {
                    let name = self.apis.type_name(t).to_owned();
                    self.facts.classes[id.0 as usize].extends.push(name);
                }
                Some(Type::Local(c)) if c != id => self.facts.classes[id.0 as usize].parent = Some(c),
                _ => self.facts.classes[id.0 as usize].extends.push(String::new()),
            }
        }
    }

    fn member_spot(&self, class: ClassId, is_static: bool, name: &'a str) -> Spot<'a> {
        let root = if is_static { self.static_root(class) } else { SpotRoot::This(class) };
        Spot::new(root).step(Seg::Field(name))
    }

    /// Where the statics of a class live: its own name, or a nameless stand-in.
    fn static_root(&self, class: ClassId) -> SpotRoot<'a> {
        let symbol = match self.nodes.kind(self.class_nodes[class.0 as usize]) {
            AstKind::Class(c) => c.id.as_ref().and_then(|i| i.symbol_id.get()).or_else(|| {
                match self.nodes.kind(self.outside(self.class_nodes[class.0 as usize]).1) {
                    AstKind::VariableDeclarator(d) => d.id.get_binding_identifier().and_then(|i| i.symbol_id.get()),
                    _ => None,
                }
            }),
            AstKind::Function(f) => f.id.as_ref().and_then(|i| i.symbol_id.get()),
            _ => None,
        };
        symbol.map_or(SpotRoot::UnknownThis(FunctionId(u32::MAX - class.0)), SpotRoot::Symbol)
    }

    fn literal_function(&self, expr: &'a Expression<'a>) -> Option<FunctionId> {
        match peel(expr) {
            Expression::FunctionExpression(f) => self.function_of_node.get(&f.node_id.get()).copied(),
            Expression::ArrowFunctionExpression(f) => self.function_of_node.get(&f.node_id.get()).copied(),
            _ => None,
        }
    }

    /// `place = value`: remembers field values, stored functions and the methods of a prototype.
    fn note_assignment(&mut self, e: &'a AssignmentExpression<'a>) {
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
        if let (SpotRoot::Symbol(owner), [Seg::Field("prototype"), Seg::Field(name)]) =
            (spot.root, spot.path.as_slice())
            && let Some(class) = self.class_for_symbol(owner)
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

    /// `seen.add(x)`, `map.set(k, v)`.
    fn note_entry(&mut self, call: &'a oxc_ast::ast::CallExpression<'a>) {
        if let Expression::StaticMemberExpression(m) = peel(&call.callee)
            && matches!(m.property.name.as_str(), "add" | "set")
            && let Some(spot) = self.spot_of(&m.object)
        {
            let function = self.owner_of(call.node_id.get());
            self.entered.insert((spot.step(Seg::Entry), function));
        }
    }

    /// `util.inherits(Foo, EventEmitter)`.
    fn note_inheritance(&mut self, call: &'a oxc_ast::ast::CallExpression<'a>) {
        if call.callee_name() != Some("inherits") || call.arguments.len() != 2 {
            return;
        }
        let (Some(child), Some(parent)) = (call.arguments[0].as_expression(), call.arguments[1].as_expression()) else {
            return;
        };
        let Expression::Identifier(id) = peel(child) else { return };
        let Some(class) = self.symbol_of(id).and_then(|s| self.class_for_symbol(s)) else { return };
        match self.type_named_by(parent) {
            Some(Type::Library(t)) => {
                let name = self.apis.type_name(t).to_owned();
                self.facts.classes[class.0 as usize].extends.push(name);
            }
            Some(Type::Local(c)) if c != class => self.facts.classes[class.0 as usize].parent = Some(c),
            _ => self.facts.classes[class.0 as usize].extends.push(String::new()),
        }
    }

    /// The class that a symbol names; a function becomes a class when something asks for its instances.
    pub fn class_for_symbol(&mut self, symbol: SymbolId) -> Option<ClassId> {
        if let Some(id) = self.class_of_symbol.get(&symbol) {
            return Some(*id);
        }
        let node = self.scoping.symbol_declaration(symbol);
        let node = match self.nodes.kind(node) {
            AstKind::Function(_) => node,
            AstKind::VariableDeclarator(d) if d.id.is_binding_identifier() => {
                match d.init.as_ref().map(assigned_value)? {
                    Expression::FunctionExpression(f) => f.node_id.get(),
                    Expression::ClassExpression(c) => c.node_id.get(),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let id = match self.class_of_node.get(&node) {
            Some(id) => *id,
            None => self.push_class(node, self.scope_function(symbol)),
        };
        self.class_of_symbol.insert(symbol, id);
        if self.facts.classes[id.0 as usize].name.is_empty() {
            self.scoping.symbol_name(symbol).clone_into(&mut self.facts.classes[id.0 as usize].name);
        }
        Some(id)
    }

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
                        let target = e.left.as_simple_assignment_target()?;
                        self.this_of_assigned(target, f.id.as_ref().and_then(|i| i.symbol_id.get()), node)
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
                        if matches!(
                            c.arguments.last().and_then(|a| a.as_expression()).map(peel),
                            Some(Expression::ThisExpression(_))
                        ) =>
                    {
                        // `list.forEach(function () { .. }, this)`, `emitter.on(type, function () { .. }, this)`.
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
                let symbol = d.id.get_binding_identifier()?.symbol_id.get()?;
                return Some(Spot::new(SpotRoot::Symbol(symbol)));
            }
            AstKind::AssignmentExpression(e) => {
                let spot = self.spot_of_target(e.left.as_simple_assignment_target()?)?;
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

    fn instance_of_prototype(&mut self, spot: Spot<'a>) -> Spot<'a> {
        if spot.last_field() == Some("prototype")
            && let Some(class) = self.class_for_prototype(&spot, 1)
        {
            return Spot::new(SpotRoot::This(class));
        }
        spot
    }

    /// The class whose prototype `spot` names once `tail` steps are cut off: `Foo.prototype`, `core.Foo.prototype.bar`.
    fn class_for_prototype(&mut self, spot: &Spot<'a>, tail: usize) -> Option<ClassId> {
        let mut owner = spot.clone();
        owner.path.truncate(spot.path.len().checked_sub(tail)?);
        if let (SpotRoot::Symbol(symbol), []) = (owner.root, owner.path.as_slice()) {
            return self.class_for_symbol(symbol);
        }
        if let Some(class) = self.class_of_spot.get(&owner) {
            return Some(*class);
        }
        // `exports.Foo.prototype`: a class that others can reach.
        let name = owner.last_field()?;
        let id = self.push_class(NodeId::ROOT, TOP);
        let class = &mut self.facts.classes[id.0 as usize];
        name.clone_into(&mut class.name);
        (class.kind, class.exported) = (ClassKind::Constructor, true);
        self.class_of_spot.insert(owner, id);
        Some(id)
    }

    fn this_of_assigned(
        &mut self,
        target: &'a oxc_ast::ast::SimpleAssignmentTarget<'a>,
        own_name: Option<SymbolId>,
        node: NodeId,
    ) -> Option<Spot<'a>> {
        let spot = self.spot_of_target(target)?;
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

/// The expression that a braceless arrow returns.
#[must_use]
pub fn arrow_expression<'a>(body: &'a ArrowFunctionBody<'a>) -> Option<&'a Expression<'a>> {
    body.as_expression()
}

/// Name of a property key that is not computed.
#[must_use]
pub fn key_name<'a>(key: &'a PropertyKey<'a>) -> Option<&'a str> {
    match key {
        PropertyKey::StaticIdentifier(id) => Some(id.name.as_str()),
        PropertyKey::PrivateIdentifier(id) => Some(id.name.as_str()),
        PropertyKey::StringLiteral(s) => Some(s.value.as_str()),
        _ => None,
    }
}

fn assigned_name<'a>(target: &'a AssignmentTarget<'a>) -> Option<&'a str> {
    if let AssignmentTarget::AssignmentTargetIdentifier(id) = target {
        return Some(id.name.as_str());
    }
    match super::places::seg_of_member(target.as_member_expression()?) {
        Seg::Field(f) => Some(f),
        Seg::Entry => None,
    }
}
