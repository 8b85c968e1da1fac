//! Storage locations: what an expression names once aliases (`const self = this`, destructuring, `map.get(k)`) are resolved.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingPattern, CallExpression, ChainElement, Expression, LogicalOperator, MemberExpression, PropertyKey,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use smallvec::SmallVec;

use super::reader::{Reader, peel};
use super::{Binding, BindingId, ClassId, FunctionId, Made, Place, PlaceId, Root, Step};

/// A storage location while the syntax tree is at hand; [`Reader::own`] makes a [`Place`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spot<'a> {
    pub root: SpotRoot<'a>,
    pub path: SmallVec<[Seg<'a>; 3]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpotRoot<'a> {
    Symbol(SymbolId),
    This(ClassId),
    UnknownThis(FunctionId),
    Global(&'a str),
    Module(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seg<'a> {
    Field(&'a str),
    Entry,
}

impl<'a> Spot<'a> {
    #[must_use]
    pub fn new(root: SpotRoot<'a>) -> Self {
        Self { root, path: SmallVec::new() }
    }

    #[must_use]
    pub fn step(mut self, seg: Seg<'a>) -> Self {
        // Longer paths are cut: nobody follows a value through more fields than this, and cycles must end.
        if self.path.len() < 8 {
            self.path.push(seg);
        }
        self
    }

    /// The field names of the path, when it has no entry step.
    #[must_use]
    pub fn fields(&self) -> Option<SmallVec<[&'a str; 3]>> {
        self.path.iter().map(|s| if let Seg::Field(f) = s { Some(*f) } else { None }).collect()
    }

    #[must_use]
    pub fn last_field(&self) -> Option<&'a str> {
        match self.path.last() {
            Some(Seg::Field(f)) => Some(f),
            _ => None,
        }
    }
}

/// Names under which a script reaches its global object.
pub const GLOBAL_OBJECTS: [&str; 4] = ["globalThis", "window", "self", "global"];

impl<'a> Reader<'a, '_> {
    /// The location that an expression names; `None` for values without a name (literals, calls, arithmetic).
    pub fn spot_of(&mut self, expr: &'a Expression<'a>) -> Option<Spot<'a>> {
        self.spot_at_depth(expr, 0)
    }

    fn spot_at_depth(&mut self, expr: &'a Expression<'a>, depth: u32) -> Option<Spot<'a>> {
        if depth > 40 {
            return None;
        }
        match peel(expr) {
            Expression::Identifier(id) => Some(self.spot_of_identifier(id)),
            Expression::ThisExpression(this) => {
                let function = self.owner_of(this.node_id.get());
                Some(self.this_spot(function))
            }
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.spot_of_call(call, depth),
                ChainElement::TSNonNullExpression(e) => self.spot_at_depth(&e.expression, depth + 1),
                element => self.spot_of_member(element.as_member_expression()?, depth),
            },
            Expression::CallExpression(call) => self.spot_of_call(call, depth),
            Expression::LogicalExpression(e) if e.operator != LogicalOperator::And => {
                self.spot_at_depth(&e.left, depth + 1)
            }
            Expression::AssignmentExpression(e) => {
                if let Some(left) = e.left.as_simple_assignment_target() {
                    return self.spot_of_target(left);
                }
                None
            }
            Expression::AwaitExpression(e) => match peel(&e.argument) {
                Expression::ImportExpression(_) => self.spot_at_depth(&e.argument, depth + 1),
                _ => None,
            },
            Expression::ImportExpression(e) => match peel(&e.source) {
                Expression::StringLiteral(s) => Some(Spot::new(SpotRoot::Module(s.value.as_str()))),
                _ => None,
            },
            other => self.spot_of_member(other.as_member_expression()?, depth),
        }
    }

    /// The location that an assignment writes.
    pub fn spot_of_target(&mut self, target: &'a oxc_ast::ast::SimpleAssignmentTarget<'a>) -> Option<Spot<'a>> {
        use oxc_ast::ast::SimpleAssignmentTarget as T;
        match target {
            T::AssignmentTargetIdentifier(id) => match self.symbol_of(id) {
                // What is written is the variable itself, not what it once stood for.
                Some(symbol) if self.scoping.symbol_is_mutated(symbol) => Some(Spot::new(SpotRoot::Symbol(symbol))),
                _ => Some(self.spot_of_identifier(id)),
            },
            T::TSAsExpression(e) => self.spot_of(&e.expression),
            T::TSSatisfiesExpression(e) => self.spot_of(&e.expression),
            T::TSNonNullExpression(e) => self.spot_of(&e.expression),
            T::TSTypeAssertion(e) => self.spot_of(&e.expression),
            member => self.spot_of_member(member.as_member_expression()?, 0),
        }
    }

    pub fn spot_of_identifier(&mut self, id: &'a oxc_ast::ast::IdentifierReference<'a>) -> Spot<'a> {
        match self.symbol_of(id) {
            Some(symbol) => self.spot_of_symbol(symbol),
            None => Spot::new(SpotRoot::Global(id.name.as_str())),
        }
    }

    pub fn spot_of_member(&mut self, member: &'a MemberExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        let object = self.spot_at_depth(member.object(), depth + 1)?;
        let seg = seg_of_member(member);
        // `window.x`, `globalThis.x` are the global x.
        if let (SpotRoot::Global(name), Seg::Field(field), true) = (object.root, seg, object.path.is_empty())
            && GLOBAL_OBJECTS.contains(&name)
        {
            return Some(Spot::new(SpotRoot::Global(field)));
        }
        Some(object.step(seg))
    }

    /// `map.get(k)` names an entry; `Object.values(x)` and friends show the entries of x; `require('m')` a module.
    pub fn spot_of_call(&mut self, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        let node = call.node_id.get();
        if let Some(known) = self.call_spots.get(&node) {
            return known.clone();
        }
        self.call_spots.insert(node, None); // ends cycles
        let spot = self.find_spot_of_call(call, depth);
        self.call_spots.insert(node, spot.clone());
        spot
    }

    fn find_spot_of_call(&mut self, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        let first = call.arguments.first().and_then(Argument::as_expression);
        match peel(&call.callee) {
            Expression::Identifier(id) if id.name == "require" && call.arguments.len() == 1 => match first.map(peel) {
                Some(Expression::StringLiteral(s)) if self.symbol_of(id).is_none() => {
                    Some(Spot::new(SpotRoot::Module(s.value.as_str())))
                }
                _ => None,
            },
            // Helpers that transpilers wrap around `require`.
            Expression::Identifier(id) if is_interop_helper(id.name.as_str()) => {
                self.spot_at_depth(first?, depth + 1).filter(|s| matches!(s.root, SpotRoot::Module(_)))
            }
            Expression::Identifier(id) => {
                let function = self.symbol_of(id).and_then(|s| self.function_of_symbol(s))?;
                self.spot_of_result(function, call, depth)
            }
            Expression::StaticMemberExpression(m) => self.spot_of_method_call(call, m, depth),
            _ => None,
        }
    }

    fn spot_of_method_call(
        &mut self,
        call: &'a CallExpression<'a>,
        member: &'a oxc_ast::ast::StaticMemberExpression<'a>,
        depth: u32,
    ) -> Option<Spot<'a>> {
        let first = call.arguments.first().and_then(Argument::as_expression);
        match (member.property.name.as_str(), call.arguments.len()) {
            ("get", 1) => Some(self.spot_at_depth(&member.object, depth + 1)?.step(Seg::Entry)),
            ("values" | "keys" | "entries" | "from" | "of", 1)
                if is_global_named(self, &member.object, &["Object", "Array"]) =>
            {
                self.spot_at_depth(first?, depth + 1)
            }
            ("values" | "keys" | "entries", 0) => self.spot_at_depth(&member.object, depth + 1),
            // A method that returns its receiver keeps the chain going: `server.on(..).on(..)`.
            ("on" | "once" | "addListener" | "prependListener" | "setMaxListeners" | "unref" | "ref", _) => {
                self.spot_at_depth(&member.object, depth + 1)
            }
            ("pop" | "shift" | "at", _) => Some(self.spot_at_depth(&member.object, depth + 1)?.step(Seg::Entry)),
            // `_interop_require_default._(require('m'))`, as swc writes it.
            ("_", 1) if matches!(&member.object, Expression::Identifier(id) if is_interop_helper(id.name.as_str())) => {
                self.spot_at_depth(first?, depth + 1).filter(|s| matches!(s.root, SpotRoot::Module(_)))
            }
            ("bind", 1) => self
                .spot_at_depth(&member.object, depth + 1)
                .filter(|_| matches!(first.map(peel), Some(Expression::ThisExpression(_))))
                .map(|s| s.step(Seg::Field("bind()"))),
            _ => {
                let callee = self.spot_at_depth(&call.callee, depth + 1)?;
                let function = self.function_at(&callee)?;
                self.spot_of_result(function, call, depth)
            }
        }
    }

    /// What a call of a function of this file names, when all its `return`s give one location that outlives the call.
    fn spot_of_result(&mut self, function: FunctionId, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        if depth > 10 {
            return None;
        }
        let returned = self.returned.get(&function)?.clone();
        let mut spot = None;
        for expr in returned {
            let next = self.spot_at_depth(expr, depth + 10)?;
            if spot.as_ref().is_some_and(|s| *s != next) {
                return None;
            }
            spot = Some(next);
        }
        let spot: Spot<'a> = spot?;
        let SpotRoot::Symbol(symbol) = spot.root else { return Some(spot) };
        if self.scope_function(symbol) != function {
            return Some(spot);
        }
        // A parameter that is handed back: the argument.
        let index = self.param_index(self.scoping.symbol_declaration(symbol))?;
        let arg = call.arguments.get(index as usize)?.as_expression()?;
        let base = self.spot_at_depth(arg, depth + 10)?;
        Some(spot.path.iter().fold(base, |s, seg| s.step(*seg)))
    }

    /// What a symbol stands for: itself, or the location that it was initialised with and never changed.
    pub fn spot_of_symbol(&mut self, symbol: SymbolId) -> Spot<'a> {
        if let Some(known) = self.spots.get(&symbol) {
            return known.clone();
        }
        let own = Spot::new(SpotRoot::Symbol(symbol));
        self.spots.insert(symbol, own.clone()); // ends cycles
        let resolved = self.alias_of(symbol).unwrap_or(own);
        self.spots.insert(symbol, resolved.clone());
        resolved
    }

    fn alias_of(&mut self, symbol: SymbolId) -> Option<Spot<'a>> {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(declarator) => {
                let base = if let Some(init) = &declarator.init {
                    self.spot_of(init)?
                } else {
                    self.spot_of_loop_variable(node)?
                };
                let spot = spot_in_pattern(base, &declarator.id, symbol)?;
                // `let list = map.get(k); if (!list) map.set(k, list = [])` still is the entry.
                let entry = matches!(spot.path.last(), Some(Seg::Entry));
                (entry || !self.scoping.symbol_is_mutated(symbol)).then_some(spot)
            }
            AstKind::ImportSpecifier(s) => self.import_spot(node, Some(s.imported.name().as_str())),
            AstKind::ImportDefaultSpecifier(_) => self.import_spot(node, Some("default")),
            AstKind::ImportNamespaceSpecifier(_) => self.import_spot(node, None),
            AstKind::TSImportEqualsDeclaration(d) => match &d.module_reference {
                oxc_ast::ast::TSModuleReference::ExternalModuleReference(r) => {
                    Some(Spot::new(SpotRoot::Module(r.expression.value.as_str())))
                }
                _ => None,
            },
            AstKind::FormalParameter(p) => self.spot_of_parameter(node, &p.pattern, symbol),
            _ => None,
        }
    }

    fn import_spot(&self, specifier: NodeId, name: Option<&'a str>) -> Option<Spot<'a>> {
        let AstKind::ImportDeclaration(d) = self.nodes.parent_kind(specifier) else { return None };
        let module = Spot::new(SpotRoot::Module(d.source.value.as_str()));
        Some(match name {
            Some(name) => module.step(Seg::Field(name)),
            None => module,
        })
    }

    /// `for (const x of xs)`: an entry of `xs`.
    fn spot_of_loop_variable(&mut self, declarator: NodeId) -> Option<Spot<'a>> {
        let declaration = self.nodes.parent_id(declarator);
        match self.nodes.parent_kind(declaration) {
            AstKind::ForOfStatement(f) if f.left.span() == self.nodes.kind(declaration).span() => {
                Some(self.spot_of(&f.right)?.step(Seg::Entry))
            }
            _ => None,
        }
    }

    /// A parameter names itself, but `xs.forEach(x => ..)` names an entry of `xs`.
    fn spot_of_parameter(
        &mut self,
        node: NodeId,
        pattern: &'a BindingPattern<'a>,
        symbol: SymbolId,
    ) -> Option<Spot<'a>> {
        let function = self.nodes.parent_id(self.nodes.parent_id(node));
        let first = match self.nodes.kind(function) {
            AstKind::Function(f) => f.params.items.first()?.span,
            AstKind::ArrowFunctionExpression(f) => f.params.items.first()?.span,
            _ => return None,
        };
        if first == self.nodes.kind(node).span()
            && let (_, parent) = self.outside(function)
            && let AstKind::CallExpression(call) = self.nodes.kind(parent)
            && let Expression::StaticMemberExpression(m) = peel(&call.callee)
            && matches!(m.property.name.as_str(), "forEach" | "map" | "filter" | "some" | "every" | "find" | "flatMap")
            && let Some(spot) = self.spot_of(&m.object)
        {
            return spot_in_pattern(spot.step(Seg::Entry), pattern, symbol);
        }
        // A destructured parameter: the field of a parameter without a name; the symbol itself serves as its root.
        None
    }

    /// Makes the owned, interned form of a spot.
    pub fn own(&mut self, spot: &Spot<'a>) -> PlaceId {
        let root = match spot.root {
            SpotRoot::Symbol(symbol) => Root::Binding(self.binding(symbol)),
            SpotRoot::This(class) => Root::This(class),
            SpotRoot::UnknownThis(function) => Root::UnknownThis(function),
            SpotRoot::Global(name) => Root::Global(name.to_owned()),
            SpotRoot::Module(module) => {
                let (name, rest) = match spot.path.first() {
                    Some(Seg::Field(f)) => ((*f).to_owned(), 1),
                    _ => ("*".to_owned(), 0),
                };
                let path = spot.path[rest..].iter().map(own_seg).collect();
                return self.intern(Place { root: Root::Import { module: module.to_owned(), name }, path });
            }
        };
        self.intern(Place { root, path: spot.path.iter().map(own_seg).collect() })
    }

    pub fn intern(&mut self, place: Place) -> PlaceId {
        if let Some(id) = self.place_ids.get(&place) {
            return *id;
        }
        let id = PlaceId(u32::try_from(self.facts.places.len()).unwrap_or(u32::MAX));
        self.facts.places.push(place.clone());
        self.place_ids.insert(place, id);
        id
    }

    /// The owned form of a symbol.
    pub fn binding(&mut self, symbol: SymbolId) -> BindingId {
        if let Some(id) = self.bindings.get(&symbol) {
            return *id;
        }
        let id = BindingId(u32::try_from(self.facts.bindings.len()).unwrap_or(u32::MAX));
        self.bindings.insert(symbol, id);
        self.binding_symbols.push(symbol);
        let node = self.scoping.symbol_declaration(symbol);
        let within = self.scope_function(symbol);
        self.facts.bindings.push(Binding {
            name: self.scoping.symbol_name(symbol).to_owned(),
            declared: self.span(self.scoping.symbol_span(symbol)),
            within,
            param: self.param_index(node),
            exported: false,
            of_type: None,
            of_class: None,
            made: Made::Unknown,
        });
        let (of_type, of_class) = match self.type_of_symbol(symbol) {
            Some(super::reader::Type::Library(t)) => (Some(self.apis.type_name(t).to_owned()), None),
            Some(super::reader::Type::Local(c)) => (None, Some(c)),
            None => (None, None),
        };
        let made = self.made_of_symbol(symbol);
        let exported = self.is_exported(symbol);
        let binding = &mut self.facts.bindings[id.0 as usize];
        (binding.of_type, binding.of_class, binding.made, binding.exported) = (of_type, of_class, made, exported);
        id
    }

    /// The function in whose activation a symbol lives.
    #[must_use]
    pub fn scope_function(&self, symbol: SymbolId) -> FunctionId {
        let scope = self.scoping.symbol_scope_id(symbol);
        self.owner_of(self.scoping.get_node_id(scope))
    }

    /// Index of the parameter that a `FormalParameter` node is.
    #[must_use]
    pub fn param_index(&self, node: NodeId) -> Option<u32> {
        let AstKind::FormalParameter(p) = self.nodes.kind(node) else { return None };
        let AstKind::FormalParameters(all) = self.nodes.parent_kind(node) else { return None };
        all.items.iter().position(|i| i.span == p.span).and_then(|i| u32::try_from(i).ok())
    }

    /// Where the value of a symbol comes from.
    #[must_use]
    pub fn made_of_symbol(&self, symbol: SymbolId) -> Made {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(d) => d.init.as_ref().map_or(Made::Unknown, made_of),
            AstKind::FormalParameter(_) | AstKind::FormalParameterRest(_) | AstKind::CatchParameter(_) => Made::Param,
            AstKind::ImportSpecifier(_)
            | AstKind::ImportDefaultSpecifier(_)
            | AstKind::ImportNamespaceSpecifier(_)
            | AstKind::TSImportEqualsDeclaration(_) => Made::Import,
            AstKind::Function(_) | AstKind::Class(_) => Made::Here,
            _ => Made::Unknown,
        }
    }
}

/// Where a value comes from, by the expression that gives it.
#[must_use]
pub fn made_of(expr: &Expression<'_>) -> Made {
    match expr.get_inner_expression() {
        Expression::NewExpression(_)
        | Expression::ObjectExpression(_)
        | Expression::ArrayExpression(_)
        | Expression::FunctionExpression(_)
        | Expression::ArrowFunctionExpression(_)
        | Expression::ClassExpression(_) => Made::Here,
        Expression::CallExpression(call) => {
            let name = call.callee_name().unwrap_or("");
            if name == "require" {
                Made::Import
            } else if ["create", "make", "build", "spawn", "fork", "open", "connect", "clone"]
                .iter()
                .any(|p| name.starts_with(p))
            {
                Made::Here
            } else {
                Made::Obtained
            }
        }
        Expression::AwaitExpression(e) => made_of(&e.argument),
        Expression::Identifier(_) | Expression::StaticMemberExpression(_) => Made::Unknown,
        _ => Made::Obtained,
    }
}

fn own_seg(seg: &Seg<'_>) -> Step {
    match seg {
        Seg::Field(f) => Step::Field((*f).to_owned()),
        Seg::Entry => Step::Entry,
    }
}

/// The step that a member expression takes: a literal name is a field, anything else some entry.
#[must_use]
pub fn seg_of_member<'a>(member: &'a MemberExpression<'a>) -> Seg<'a> {
    match member {
        MemberExpression::StaticMemberExpression(m) => Seg::Field(m.property.name.as_str()),
        MemberExpression::PrivateFieldExpression(m) => Seg::Field(m.field.name.as_str()),
        MemberExpression::ComputedMemberExpression(m) => seg_of_key(&m.expression),
    }
}

/// `x['name']` and `x[kName]` are fields, `x[anything]` is some entry.
#[must_use]
pub fn seg_of_key<'a>(key: &'a Expression<'a>) -> Seg<'a> {
    match peel(key) {
        Expression::StringLiteral(s) => Seg::Field(s.value.as_str()),
        // Fields keyed by a symbol are written with a constant of this form throughout Node.js and its libraries.
        Expression::Identifier(id) if is_symbol_name(id.name.as_str()) => Seg::Field(id.name.as_str()),
        _ => Seg::Entry,
    }
}

fn is_symbol_name(name: &str) -> bool {
    name.strip_prefix('k').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Follows a binding pattern from the value it takes apart to one of its names.
fn spot_in_pattern<'a>(base: Spot<'a>, pattern: &'a BindingPattern<'a>, symbol: SymbolId) -> Option<Spot<'a>> {
    let mut work = vec![(base, pattern)];
    while let Some((spot, pattern)) = work.pop() {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                if id.symbol_id.get() == Some(symbol) {
                    return Some(spot);
                }
            }
            BindingPattern::AssignmentPattern(p) => work.push((spot, &p.left)),
            BindingPattern::ObjectPattern(p) => {
                for property in &p.properties {
                    let seg = match &property.key {
                        PropertyKey::StaticIdentifier(id) => Seg::Field(id.name.as_str()),
                        PropertyKey::StringLiteral(s) => Seg::Field(s.value.as_str()),
                        _ => Seg::Entry,
                    };
                    work.push((spot.clone().step(seg), &property.value));
                }
            }
            BindingPattern::ArrayPattern(p) => {
                for element in p.elements.iter().flatten() {
                    work.push((spot.clone().step(Seg::Entry), element));
                }
            }
        }
    }
    None
}

fn is_interop_helper(name: &str) -> bool {
    name.starts_with("_interop") || name.starts_with("__import") || matches!(name, "__toESM" | "__rest")
}

fn is_global_named(reader: &Reader<'_, '_>, expr: &Expression<'_>, names: &[&str]) -> bool {
    matches!(expr.get_inner_expression(), Expression::Identifier(id)
        if names.contains(&id.name.as_str()) && id.reference_id.get().is_none_or(|r| reader.scoping.get_reference(r).symbol_id().is_none()))
}
