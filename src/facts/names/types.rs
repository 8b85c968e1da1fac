//! Of which type a value is: `new`, what a row makes, fields, annotations, parameters of callbacks.

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, CallExpression, Expression, NewExpression, TSType, TSTypeName};
use oxc_semantic::{NodeId, SymbolId};
use smallvec::SmallVec;

use super::{dotted, export_forms};
use crate::apis::{Often, TypeId};
use crate::facts::ClassId;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, Type, peel};

impl<'a> Reader<'a, '_> {
    /// The type that an expression in the place of a class name denotes: `extends X`, `new X`.
    pub fn type_named_by(&mut self, expr: &'a Expression<'a>) -> Option<Type> {
        let spot = self.spot_of(expr)?;
        self.type_named_by_spot(&spot)
    }

    fn type_named_by_spot(&mut self, spot: &Spot<'a>) -> Option<Type> {
        match spot.root {
            SpotRoot::Module(module) => {
                if !self.apis.knows_module(module) {
                    return None;
                }
                let path = dotted(&spot.path)?;
                export_forms(&path).find_map(|e| self.apis.exported_type(module, e)).map(Type::Library)
            }
            SpotRoot::Global(name) => {
                let path = dotted(&spot.path)?;
                let whole = if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") };
                self.apis.global_type(&whole).map(Type::Library)
            }
            SpotRoot::Symbol(symbol) if spot.path.is_empty() => self.class_for_symbol(symbol).map(Type::Local),
            _ => None,
        }
    }

    /// The type of a value, when certain.
    pub fn type_of(&mut self, expr: &'a Expression<'a>) -> Option<Type> {
        self.deeper(|reader| reader.find_type_of(expr))
    }

    fn find_type_of(&mut self, expr: &'a Expression<'a>) -> Option<Type> {
        match peel(expr) {
            Expression::NewExpression(new) => self.type_of_new(new),
            Expression::CallExpression(call) => self.type_of_call(call),
            Expression::ChainExpression(chain) => {
                if let oxc_ast::ast::ChainElement::CallExpression(call) = &chain.expression {
                    self.type_of_call(call)
                } else {
                    let spot = self.spot_of(expr)?;
                    self.type_of_spot(&spot)
                }
            }
            Expression::AwaitExpression(e) => self.type_of(&e.argument),
            Expression::LogicalExpression(e) => self.type_of(&e.left).or_else(|| self.type_of(&e.right)),
            Expression::AssignmentExpression(e) => self.type_of(&e.right),
            Expression::ConditionalExpression(e) => self.type_of(&e.consequent).or_else(|| self.type_of(&e.alternate)),
            // `const request = store.get(1)` is an entry of the store, and may be of a type of its own.
            Expression::Identifier(id) => {
                let spot = self.spot_of_identifier(id);
                let symbol = self.symbol_of(id);
                self.type_of_spot(&spot).or_else(|| self.type_of_symbol(symbol?))
            }
            other => {
                let spot = self.spot_of(other)?;
                self.type_of_spot(&spot)
            }
        }
    }

    pub fn type_of_new(&mut self, new: &'a NewExpression<'a>) -> Option<Type> {
        self.type_named_by(&new.callee)
    }

    fn type_of_call(&mut self, call: &'a CallExpression<'a>) -> Option<Type> {
        let node = call.node_id.get();
        if let Some(known) = self.call_types.get(&node) {
            return *known;
        }
        self.call_types.insert(node, None); // ends cycles
        let found = self.find_type_of_call(call);
        self.call_types.insert(node, found);
        found
    }

    fn find_type_of_call(&mut self, call: &'a CallExpression<'a>) -> Option<Type> {
        if let Some(hit) = self.api_of_call(call) {
            let row = self.apis.row(hit.row);
            if let Some(made) = &row.makes {
                return self.apis.type_named(made).map(Type::Library);
            }
            // `emitter.on(..)` and friends return their receiver.
            if row.opens == Some(crate::apis::What::Listener)
                && hit.known
                && let Some(m) = peel(&call.callee).as_member_expression()
            {
                return self.type_of(m.object());
            }
        }
        let spot = self.spot_of_call(call, 0)?;
        self.type_of_spot(&spot)
    }

    /// Type of what a location holds.
    pub fn type_of_spot(&mut self, spot: &Spot<'a>) -> Option<Type> {
        let mut at = match spot.root {
            SpotRoot::Symbol(symbol) => self.type_of_symbol(symbol),
            SpotRoot::This(class) => Some(Type::Local(class)),
            SpotRoot::Global(name) => self.apis.global_value(name).map(Type::Library),
            SpotRoot::Module(module) => return self.type_of_module_path(module, &spot.path),
            SpotRoot::UnknownThis(_) => None,
        };
        for seg in &spot.path {
            let Seg::Field(field) = seg else { return None };
            at = match at {
                Some(Type::Library(t)) => self.apis.field(t, field).map(Type::Library),
                Some(Type::Local(class)) => self.type_of_field(class, field),
                None => return None,
            };
        }
        at
    }

    /// A module can be a value of a known type itself: `import process from 'node:process'`.
    fn type_of_module_path(&mut self, module: &'a str, path: &[Seg<'a>]) -> Option<Type> {
        if !self.apis.knows_module(module) {
            return None;
        }
        let path = dotted(path)?;
        export_forms(&path).find_map(|e| self.apis.exported_value(module, e)).map(Type::Library)
    }

    fn type_of_field(&mut self, class: ClassId, field: &'a str) -> Option<Type> {
        if let Some(known) = self.field_types.get(&(class, field)) {
            return *known;
        }
        self.field_types.insert((class, field), None); // ends cycles
        let values = self.field_values.get(&(class, field)).cloned().unwrap_or_default();
        let mut found = values.into_iter().find_map(|v| self.type_of(v));
        if found.is_none() {
            found = self.annotated_field(class, field);
        }
        if found.is_none()
            && let Some(base) = self.library_base(class)
        {
            found = self.apis.field(base, field).map(Type::Library);
        }
        if found.is_none()
            && let Some(parent) = self.facts.classes[class.0 as usize].parent
            && parent != class
        {
            found = self.deeper(|reader| reader.type_of_field(parent, field));
        }
        self.field_types.insert((class, field), found);
        found
    }

    /// `private socket: net.Socket` in a class body, or the same as a parameter property.
    fn annotated_field(&mut self, class: ClassId, field: &str) -> Option<Type> {
        let AstKind::Class(c) = self.nodes.kind(self.class_nodes[class.0 as usize]) else { return None };
        for element in &c.body.body {
            match element {
                oxc_ast::ast::ClassElement::PropertyDefinition(p)
                    if crate::facts::functions::key_name(&p.key) == Some(field) =>
                {
                    return p.type_annotation.as_ref().and_then(|t| self.type_of_annotation(&t.type_annotation));
                }
                oxc_ast::ast::ClassElement::MethodDefinition(m)
                    if m.kind == oxc_ast::ast::MethodDefinitionKind::Constructor =>
                {
                    for p in &m.value.params.items {
                        if p.accessibility.is_some() && p.pattern.get_identifier_name().is_some_and(|n| n == field) {
                            return p
                                .type_annotation
                                .as_ref()
                                .and_then(|t| self.type_of_annotation(&t.type_annotation));
                        }
                    }
                }
                _ => {}
            }
        }
        None
    }

    pub fn type_of_symbol(&mut self, symbol: SymbolId) -> Option<Type> {
        if let Some(known) = self.symbol_types.get(&symbol) {
            return *known;
        }
        self.symbol_types.insert(symbol, None); // ends cycles
        let found = self.find_type_of_symbol(symbol);
        self.symbol_types.insert(symbol, found);
        found
    }

    fn find_type_of_symbol(&mut self, symbol: SymbolId) -> Option<Type> {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(d) => {
                if let Some(t) = d.type_annotation.as_ref().and_then(|t| self.type_of_annotation(&t.type_annotation)) {
                    return Some(t);
                }
                if let BindingPattern::BindingIdentifier(_) = &d.id {
                    let init = d.init.as_ref()?;
                    if let Some(t) = self.type_of(init) {
                        return Some(t);
                    }
                }
                let spot = self.spot_of_symbol(symbol);
                if spot != Spot::new(SpotRoot::Symbol(symbol)) {
                    return self.type_of_spot(&spot);
                }
                // `const { body } = await request(url)`
                let (field, init) = (field_in_pattern(&d.id, symbol)?, d.init.as_ref()?);
                match self.type_of(init)? {
                    Type::Library(whole) => self.apis.field(whole, field).map(Type::Library),
                    Type::Local(_) => None,
                }
            }
            AstKind::FormalParameter(p) => {
                if let Some(t) = p.type_annotation.as_ref().and_then(|t| self.type_of_annotation(&t.type_annotation)) {
                    return Some(t);
                }
                self.type_of_parameter(node, &p.pattern, symbol)
            }
            AstKind::ImportSpecifier(_) | AstKind::ImportDefaultSpecifier(_) | AstKind::ImportNamespaceSpecifier(_) => {
                let spot = self.spot_of_symbol(symbol);
                match spot.root {
                    SpotRoot::Module(module) => self.type_of_module_path(module, &spot.path),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Type of a parameter: told by the API that the function is handed to, or by its signature.
    fn type_of_parameter(&mut self, node: NodeId, pattern: &'a BindingPattern<'a>, symbol: SymbolId) -> Option<Type> {
        let index = self.param_index(node)? as usize;
        let function = self.nodes.parent_id(self.nodes.parent_id(node));
        let passed = self.handed_type(function, index).or_else(|| self.passed_type(function, index));
        let whole = passed.or_else(|| {
            (self.signature_of(function) == Some(Often::Request)).then_some(())?;
            let name = ["IncomingMessage", "ServerResponse"].get(index)?;
            self.apis.type_named(name)
        })?;
        match pattern {
            BindingPattern::BindingIdentifier(_) => Some(Type::Library(whole)),
            _ => self.apis.field(whole, field_in_pattern(pattern, symbol)?).map(Type::Library),
        }
    }

    /// Type of parameter `index` of a function that is handed to a known API, directly or by its name.
    fn handed_type(&mut self, function: NodeId, index: usize) -> Option<TypeId> {
        let mut places: SmallVec<[NodeId; 4]> = SmallVec::new();
        places.push(function);
        if let Some(symbol) = self.symbol_of_function(function) {
            places.extend(self.scoping.get_resolved_references(symbol).map(oxc_semantic::Reference::node_id).take(8));
        }
        let declared = self.params_of(function).map_or(0, |p| p.items.len());
        places.into_iter().find_map(|place| self.handed_to(place)?.param(self.apis, index, declared))
    }

    /// Type of the argument that a function of this file is called with.
    fn passed_type(&mut self, function: NodeId, index: usize) -> Option<TypeId> {
        let symbol = self.symbol_of_function(function)?;
        let calls: SmallVec<[NodeId; 4]> =
            self.scoping.get_resolved_references(symbol).map(|r| self.outside(r.node_id()).1).take(4).collect();
        calls.into_iter().find_map(|call| match self.nodes.kind(call) {
            AstKind::CallExpression(c) => self.library_type_of(c.arguments.get(index)?.as_expression()?),
            _ => None,
        })
    }

    /// The library type of a value; a class of this file counts as the library type that it extends.
    pub fn library_type_of(&mut self, expr: &'a Expression<'a>) -> Option<TypeId> {
        match self.type_of(expr)? {
            Type::Library(t) => Some(t),
            Type::Local(c) => self.library_base(c),
        }
    }

    fn type_of_annotation(&mut self, annotation: &'a TSType<'a>) -> Option<Type> {
        match annotation {
            TSType::TSTypeReference(r) => {
                let name = match &r.type_name {
                    TSTypeName::IdentifierReference(id) => return self.type_of_type_name(id),
                    TSTypeName::QualifiedName(q) => q,
                    TSTypeName::ThisExpression(_) => return None,
                };
                let TSTypeName::IdentifierReference(left) = &name.left else { return None };
                let spot = self.spot_of_identifier(left).step(Seg::Field(name.right.name.as_str()));
                self.type_named_by_spot(&spot)
            }
            TSType::TSUnionType(u) => {
                let mut types = u.types.iter().filter(|t| !is_nullish_type(t));
                let only = types.next()?;
                if types.next().is_some() { None } else { self.type_of_annotation(only) }
            }
            TSType::TSParenthesizedType(p) => self.type_of_annotation(&p.type_annotation),
            _ => None,
        }
    }

    fn type_of_type_name(&mut self, id: &'a oxc_ast::ast::IdentifierReference<'a>) -> Option<Type> {
        let spot = self.spot_of_identifier(id);
        self.type_named_by_spot(&spot)
    }
}

fn is_nullish_type(t: &TSType<'_>) -> bool {
    matches!(t, TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_))
}

/// The field that a pattern gives to a symbol: `body` of `{ body: data }`.
fn field_in_pattern<'a>(pattern: &'a BindingPattern<'a>, symbol: SymbolId) -> Option<&'a str> {
    let BindingPattern::ObjectPattern(pattern) = pattern else { return None };
    pattern.properties.iter().find_map(|property| {
        let id = property.value.get_binding_identifier()?;
        (id.symbol_id.get() == Some(symbol)).then(|| crate::facts::functions::key_name(&property.key))?
    })
}
