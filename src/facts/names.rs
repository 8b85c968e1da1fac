//! Which library function a callee is, and of which type a value is: imports, globals, `new`, annotations, `extends`.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, BindingPattern, CallExpression, Expression, NewExpression, TSType, TSTypeName};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use smallvec::SmallVec;

use super::ClassId;
use super::places::{Seg, Spot, SpotRoot};
use super::reader::{Reader, Type, peel};
use crate::apis::{Apis, Callback, EventRow, Often, RowId, TypeId, Which};

/// A callee that a row describes.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    pub row: RowId,
    /// Resolved through an import, a global or a known type, not by the method's name alone.
    pub known: bool,
}

impl<'a> Reader<'a, '_> {
    /// The row of a call, if its callee is known.
    pub fn api_of_call(&mut self, call: &'a CallExpression<'a>) -> Option<Hit> {
        self.api_of_callee(&call.callee)
    }

    pub fn api_of_callee(&mut self, callee: &'a Expression<'a>) -> Option<Hit> {
        let callee = peel(callee);
        // A chain of calls (`app.get(..).post(..)`) names its receiver only through types; look there first.
        if let Some(member) = callee.as_member_expression()
            && let Seg::Field(name) = super::places::seg_of_member(member)
        {
            if let Some(row) = self.library_row(callee) {
                return Some(Hit { row, known: true });
            }
            let by_type = match self.type_of(member.object()) {
                Some(Type::Library(t)) => self.apis.method(t, name),
                Some(Type::Local(c)) => return self.inherited_row(c, name).map(|row| Hit { row, known: true }),
                None => None,
            };
            if let Some(row) = by_type {
                return Some(Hit { row, known: true });
            }
            let by_name = self.apis.any_method(name).or_else(|| self.apis.listener_method(name));
            return by_name.map(|row| Hit { row, known: false });
        }
        self.library_row(callee).map(|row| Hit { row, known: true })
    }

    /// A method that a class of this file inherits from a library, unless it defines that method itself.
    fn inherited_row(&mut self, class: ClassId, name: &'a str) -> Option<RowId> {
        if self.field_functions.contains_key(&Spot::new(SpotRoot::This(class)).step(Seg::Field(name))) {
            return None;
        }
        let t = self.library_base(class)?;
        self.apis.method(t, name)
    }

    /// The library type that a class of this file extends, over any number of steps.
    #[must_use]
    pub fn library_base(&self, class: ClassId) -> Option<TypeId> {
        let mut at = class;
        for _ in 0..20 {
            let class = self.facts.classes.get(at.0 as usize)?;
            if let Some(t) = class.extends.iter().find_map(|name| self.apis.type_named(name)) {
                return Some(t);
            }
            at = class.parent?;
        }
        None
    }

    /// A function reached by an import or a global name.
    fn library_row(&mut self, callee: &'a Expression<'a>) -> Option<RowId> {
        let spot = self.spot_of(callee)?;
        match spot.root {
            SpotRoot::Module(module) => {
                if !self.apis.knows_module(module) {
                    return None;
                }
                let path = dotted(&spot.path)?;
                export_forms(&path).find_map(|export| self.apis.function(module, export))
            }
            SpotRoot::Global(name) => {
                let path = dotted(&spot.path)?;
                if path.is_empty() {
                    self.apis.global_function(name)
                } else {
                    self.apis.global_function(&format!("{name}.{path}"))
                }
            }
            _ => None,
        }
    }

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
                if path.is_empty() { self.apis.global_type(name).map(Type::Library) } else { None }
            }
            SpotRoot::Symbol(symbol) if spot.path.is_empty() => self.class_for_symbol(symbol).map(Type::Local),
            _ => None,
        }
    }

    /// The type of a value, when certain.
    pub fn type_of(&mut self, expr: &'a Expression<'a>) -> Option<Type> {
        if self.depth > 100 {
            return None;
        }
        self.depth += 1;
        let found = self.find_type_of(expr);
        self.depth -= 1;
        found
    }

    fn find_type_of(&mut self, expr: &'a Expression<'a>) -> Option<Type> {
        match peel(expr) {
            Expression::NewExpression(new) => self.type_of_new(new),
            Expression::CallExpression(call) => self.type_of_call(call),
            Expression::ChainExpression(chain) => match &chain.expression {
                oxc_ast::ast::ChainElement::CallExpression(call) => self.type_of_call(call),
                _ => {
                    let spot = self.spot_of(expr)?;
                    self.type_of_spot(&spot)
                }
            },
            Expression::AwaitExpression(e) => self.type_of(&e.argument),
            Expression::LogicalExpression(e) => self.type_of(&e.left).or_else(|| self.type_of(&e.right)),
            Expression::AssignmentExpression(e) => self.type_of(&e.right),
            Expression::ConditionalExpression(e) => self.type_of(&e.consequent).or_else(|| self.type_of(&e.alternate)),
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
            if row.opens.is_some()
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
        for (index, seg) in spot.path.iter().enumerate() {
            let Seg::Field(field) = seg else { return None };
            at = match at {
                Some(Type::Library(t)) => self.apis.field(t, field).map(Type::Library),
                Some(Type::Local(class)) => self.type_of_field(class, field),
                None => {
                    let _ = index;
                    return None;
                }
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
            found = self.type_of_field(parent, field);
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
                    if super::functions::key_name(&p.key) == Some(field) =>
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
                (spot != Spot::new(SpotRoot::Symbol(symbol))).then(|| self.type_of_spot(&spot)).flatten()
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
            BindingPattern::ObjectPattern(p) => p.properties.iter().find_map(|property| {
                let id = property.value.get_binding_identifier()?;
                (id.symbol_id.get() == Some(symbol)).then_some(())?;
                let name = super::functions::key_name(&property.key)?;
                self.apis.field(whole, name).map(Type::Library)
            }),
            _ => None,
        }
    }

    /// Type of parameter `index` of a function that is handed to a known API, directly or by its name.
    fn handed_type(&mut self, function: NodeId, index: usize) -> Option<TypeId> {
        let mut places: SmallVec<[NodeId; 4]> = SmallVec::new();
        places.push(function);
        if let Some(symbol) = self.symbol_of_function(function) {
            places.extend(self.scoping.get_resolved_references(symbol).map(|r| r.node_id()).take(8));
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

    /// If a function value stands in an argument of a known call: what that call does with it.
    pub fn handed_to(&mut self, function: NodeId) -> Option<Handed<'a>> {
        let (mut child, mut parent) = self.outside(function);
        let mut key = None;
        // `fastify.route({ handler: async () => .. })`, `router.get('/', [auth, handler])`.
        for _ in 0..3 {
            match self.nodes.kind(parent) {
                AstKind::ObjectProperty(p) => {
                    key = super::functions::key_name(&p.key);
                    (child, parent) = self.outside(self.nodes.parent_id(parent));
                }
                AstKind::ArrayExpression(_) => (child, parent) = self.outside(parent),
                _ => break,
            }
        }
        let AstKind::CallExpression(call) = self.nodes.kind(parent) else {
            return None;
        };
        let span = self.nodes.kind(child).span();
        let index = call.arguments.iter().position(|a| a.span() == span)?;
        self.callback_role(call, index, key)
    }

    /// What `call` does with a function in argument `index` (or under `key` of an object there).
    fn callback_role(&mut self, call: &'a CallExpression<'a>, index: usize, key: Option<&'a str>) -> Option<Handed<'a>> {
        let hit = self.api_of_call(call)?;
        let row = self.apis.row(hit.row);
        let callback = row.callback.iter().find(|c| {
            if !c.keys.is_empty() || key.is_some() {
                return key.is_some_and(|k| c.keys.iter().any(|x| x == k));
            }
            argument_at(c.at, call.arguments.len()).is_none_or(|at| at == index)
        })?;
        // `once` runs its listener as often as it is called itself.
        let runs = if row.once { None } else { callback.runs };
        let mut handed = Handed { runs, callback, event: None, known: hit.known, call };
        // Events say more than the method: `server.on('request', (req, res) => ..)`.
        if let Some(at) = row.event
            && let Some(Argument::StringLiteral(event)) =
                argument_at(at, call.arguments.len()).and_then(|i| call.arguments.get(i))
            && let Some(m) = peel(&call.callee).as_member_expression()
            && let Some(t) = self.library_type_of(m.object())
            && let Some(told) = self.apis.event(t, event.value.as_str())
        {
            handed.runs = if row.once { None } else { told.runs.or(handed.runs) };
            handed.event = Some(told);
        }
        Some(handed)
    }

    /// The library type of a value; a class of this file counts as the library type that it extends.
    pub fn library_type_of(&mut self, expr: &'a Expression<'a>) -> Option<TypeId> {
        match self.type_of(expr)? {
            Type::Library(t) => Some(t),
            Type::Local(c) => self.library_base(c),
        }
    }

    /// A call as the user would name it: `app.get('/users')`, `setInterval`.
    #[must_use]
    pub fn api_text(&self, call: &'a CallExpression<'a>) -> String {
        let mut text = self.text_of(call.callee.span(), 40);
        if let Some(Argument::StringLiteral(s)) = call.arguments.first() {
            text.push('(');
            text.push_str(&self.text_of(s.span, 24));
            text.push(')');
        }
        text
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

    /// `(req, res)` and `(req, res, next)` are request handlers wherever they end up.
    #[must_use]
    pub fn signature_of(&self, function: NodeId) -> Option<Often> {
        let params = self.params_of(function)?;
        let mut names = params.items.iter().filter_map(|i| i.pattern.get_identifier_name());
        let (first, second) = (names.next()?, names.next()?);
        let request = matches!(first.as_str(), "req" | "request" | "_req");
        let response = matches!(second.as_str(), "res" | "response" | "reply" | "_res");
        (request && response).then_some(Often::Request)
    }
}

/// What a known call does with a function that it is handed.
#[derive(Debug, Clone)]
pub struct Handed<'a> {
    /// How often it runs; absent: as often as the call.
    pub runs: Option<Often>,
    pub callback: &'static Callback,
    pub event: Option<&'static EventRow>,
    pub known: bool,
    pub call: &'a CallExpression<'a>,
}

impl Handed<'_> {
    /// Type of parameter `index` of a function that declares `declared` parameters.
    fn param(&self, apis: &Apis, index: usize, declared: usize) -> Option<TypeId> {
        let name = match self.event {
            Some(event) if !event.params.is_empty() => event.params.get(index)?.as_str(),
            _ => self.callback.param(index, declared)?,
        };
        apis.type_named(name)
    }
}

/// Index of the argument that a row means; `None` for all of them.
#[must_use]
pub fn argument_at(which: Which, count: usize) -> Option<usize> {
    match which {
        Which::First => Some(0),
        Which::Second => Some(1),
        Which::Third => Some(2),
        Which::Last => Some(count.saturating_sub(1)),
        Which::All => None,
    }
}

/// The path as `a.b`; `None` when it goes through an entry.
#[must_use]
pub fn dotted(path: &[Seg<'_>]) -> Option<String> {
    let mut out = String::new();
    for seg in path {
        let Seg::Field(field) = seg else { return None };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(field);
    }
    Some(out)
}

/// The names under which rows may know an export: transpilers put a `default` in front of CommonJS exports, and the
/// module itself is its `default`.
fn export_forms(path: &str) -> impl Iterator<Item = &str> {
    let bare = path.strip_prefix("default.").unwrap_or(path);
    let itself = if path.is_empty() { "default" } else { path };
    [itself, bare].into_iter()
}

fn is_nullish_type(t: &TSType<'_>) -> bool {
    matches!(t, TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_))
}
