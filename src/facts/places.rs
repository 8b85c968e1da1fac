//! Storage locations: what an expression names once aliases (`const self = this`, destructuring, `map.get(k)`) are resolved.

mod bindings;
mod calls;

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, ChainElement, Expression, LogicalOperator, MemberExpression, PropertyKey};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::reader::{Reader, assigned_value, peel};
use super::{BindingId, ClassId, FunctionId};
use crate::source::lines::small;
pub use bindings::{Binding, Made, made_of};

/// A storage location: a root and the fields that lead to it, aliases (`const self = this`) resolved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub root: Root,
    pub path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    Binding(BindingId),
    /// An instance of a class of this file.
    This(ClassId),
    /// `this` of a function that belongs to no class we see.
    UnknownThis(FunctionId),
    Global(String),
    /// `import { name } from module`, `require(module).name`; `*` and `default` as in modules.
    Import {
        module: String,
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    Field(String),
    /// Any entry: `x[k]`, `x.get(k)`.
    Entry,
}

/// A storage location while the syntax tree is at hand; [`Reader::own`] makes a [`Place`] of it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Spot<'a> {
    pub root: SpotRoot<'a>,
    pub path: SmallVec<[Seg<'a>; 3]>,
}

/// Spots are cloned all the time: as one block of memory, not step by step.
impl Clone for Spot<'_> {
    fn clone(&self) -> Self {
        Self { root: self.root, path: SmallVec::from_slice(&self.path) }
    }
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
            // `(secure ? https : http).request`: either will do to know what is called.
            Expression::ConditionalExpression(e) => {
                let either = self.spot_at_depth(&e.consequent, depth + 1)?;
                let other = self.spot_at_depth(&e.alternate, depth + 1)?;
                let modules = matches!((either.root, other.root), (SpotRoot::Module(_), SpotRoot::Module(_)));
                modules.then_some(either)
            }
            Expression::AssignmentExpression(e) => self.assigned_spot(e),
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

    /// The location that an assignment writes; `None` for a pattern.
    pub fn assigned_spot(&mut self, e: &'a oxc_ast::ast::AssignmentExpression<'a>) -> Option<Spot<'a>> {
        self.spot_of_target(e.left.as_simple_assignment_target()?)
    }

    pub fn spot_of_target(&mut self, target: &'a oxc_ast::ast::SimpleAssignmentTarget<'a>) -> Option<Spot<'a>> {
        use oxc_ast::ast::SimpleAssignmentTarget as T;
        match target {
            T::AssignmentTargetIdentifier(id) => match self.symbol_of(id) {
                // What is written is the variable itself, not what it once stood for.
                Some(symbol) if self.scoping.symbol_is_mutated(symbol) => Some(Spot::new(SpotRoot::Symbol(symbol))),
                _ => Some(self.spot_of_identifier(id)),
            },
            other => match other.get_expression() {
                Some(inner) => self.spot_of(inner),
                None => self.spot_of_member(other.as_member_expression()?, 0),
            },
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

    /// What a symbol stands for: itself, or the location that it was initialised with and never changed.
    pub fn spot_of_symbol(&mut self, symbol: SymbolId) -> Spot<'a> {
        let known = self.spots[symbol.index()];
        if known > 0 {
            return self.resolved[known as usize - 1].clone();
        }
        let own = Spot::new(SpotRoot::Symbol(symbol));
        if !self.may_be_alias(symbol) {
            return own;
        }
        let place = self.resolved.len();
        self.resolved.push(own); // ends cycles
        self.spots[symbol.index()] = small(place + 1);
        if let Some(spot) = self.deeper(|reader| reader.alias_of(symbol)) {
            self.resolved[place] = spot;
        }
        self.resolved[place].clone()
    }

    /// A look at the declaration: most symbols stand for themselves, and need not be remembered to do so.
    #[must_use]
    pub fn may_be_alias(&self, symbol: SymbolId) -> bool {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(d) => d.init.as_ref().is_none_or(|init| {
                !init.is_literal()
                    && !matches!(
                        init,
                        Expression::FunctionExpression(_)
                            | Expression::ArrowFunctionExpression(_)
                            | Expression::ObjectExpression(_)
                            | Expression::ArrayExpression(_)
                            | Expression::NewExpression(_)
                            | Expression::BinaryExpression(_)
                            | Expression::TemplateLiteral(_)
                            | Expression::UnaryExpression(_)
                    )
            }),
            AstKind::ImportSpecifier(_)
            | AstKind::ImportDefaultSpecifier(_)
            | AstKind::ImportNamespaceSpecifier(_)
            | AstKind::TSImportEqualsDeclaration(_) => true,
            // The parameter of a callback: `xs.forEach(x => ..)`.
            AstKind::FormalParameter(_) => {
                let function = self.nodes.parent_id(self.nodes.parent_id(node));
                matches!(self.nodes.parent_kind(function), AstKind::CallExpression(_))
            }
            _ => false,
        }
    }

    fn alias_of(&mut self, symbol: SymbolId) -> Option<Spot<'a>> {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(declarator) => {
                let base = if let Some(init) = &declarator.init {
                    // `const F = module.exports = function () {}` is known by its own name.
                    if matches!(peel(init), Expression::AssignmentExpression(e) if e.operator.is_assign())
                        && made_of(assigned_value(init)) == Made::Here
                    {
                        return None;
                    }
                    self.spot_of(init)?
                } else {
                    self.spot_of_loop_variable(node)?
                };
                if declarator.id.is_binding_identifier() {
                    return self.kept_alias(symbol, base);
                }
                let mut own = None;
                // One walk for all names of the pattern: there may be thousands.
                for (name, spot) in spots_in_pattern(base, &declarator.id) {
                    let alias = self.kept_alias(name, spot);
                    if name == symbol {
                        own = own.or(alias);
                    } else if self.spots[name.index()] == 0 && self.scoping.symbol_declaration(name) == node {
                        self.resolved.push(alias.unwrap_or_else(|| Spot::new(SpotRoot::Symbol(name))));
                        self.spots[name.index()] = small(self.resolved.len());
                    }
                }
                own
            }
            AstKind::ImportSpecifier(s) => self.import_spot(node, Some(s.imported.name().as_str())),
            AstKind::ImportDefaultSpecifier(_) => self.import_spot(node, Some("default")),
            AstKind::ImportNamespaceSpecifier(_) => self.import_spot(node, None),
            AstKind::TSImportEqualsDeclaration(d) => match &d.module_reference {
                oxc_ast::ast::TSModuleReference::ExternalModuleReference(r) => {
                    Some(self.module_spot(r.expression.value.as_str()))
                }
                _ => None,
            },
            AstKind::FormalParameter(p) => self.spot_of_parameter(node, &p.pattern, symbol),
            _ => None,
        }
    }

    /// What a name stands for, when it does so for good.
    fn kept_alias(&self, symbol: SymbolId, spot: Spot<'a>) -> Option<Spot<'a>> {
        // `let list = map.get(k); if (!list) map.set(k, list = [])` still is the entry.
        let entry = matches!(spot.path.last(), Some(Seg::Entry));
        (!self.scoping.symbol_is_mutated(symbol) || (entry && !self.is_replaced_by_copy(symbol))).then_some(spot)
    }

    /// `list = list.slice()`: from there on the name stands for another list.
    #[must_use]
    pub fn is_replaced_by_copy(&self, symbol: SymbolId) -> bool {
        self.scoping.get_resolved_references(symbol).filter(|r| r.is_write()).any(|r| {
            let AstKind::AssignmentExpression(e) = self.nodes.parent_kind(r.node_id()) else { return false };
            let Expression::CallExpression(call) = peel(&e.right) else { return false };
            matches!(call.callee_name(), Some("slice" | "filter" | "concat" | "map"))
        })
    }

    fn import_spot(&self, specifier: NodeId, name: Option<&'a str>) -> Option<Spot<'a>> {
        let AstKind::ImportDeclaration(d) = self.nodes.parent_kind(specifier) else { return None };
        let module = self.module_spot(d.source.value.as_str());
        Some(match (module.root, name) {
            (SpotRoot::Global(_), Some("default")) | (_, None) => module,
            (SpotRoot::Global(global), Some(name)) if GLOBAL_OBJECTS.contains(&global) => {
                Spot::new(SpotRoot::Global(name))
            }
            (_, Some(name)) => module.step(Seg::Field(name)),
        })
    }

    /// A module, or the global that it stands for: `global/window`.
    fn module_spot(&self, module: &'a str) -> Spot<'a> {
        let global = self.apis.global_of_module(module);
        Spot::new(global.map_or(SpotRoot::Module(module), SpotRoot::Global))
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

    /// A parameter names itself, but `xs.forEach((x, i, all) => ..)` names an entry of `xs` and `xs` itself.
    fn spot_of_parameter(
        &mut self,
        node: NodeId,
        pattern: &'a BindingPattern<'a>,
        symbol: SymbolId,
    ) -> Option<Spot<'a>> {
        let function = self.nodes.parent_id(self.nodes.parent_id(node));
        let position = self.params_of(function)?.items.iter().position(|p| p.span == self.nodes.kind(node).span())?;
        let (_, parent) = self.outside(function);
        let AstKind::CallExpression(call) = self.nodes.kind(parent) else { return None };
        let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
        if !matches!(
            m.property.name.as_str(),
            "forEach" | "map" | "filter" | "some" | "every" | "find" | "findIndex" | "flatMap"
        ) {
            return None;
        }
        let whole = self.spot_of(&m.object)?;
        // A destructured parameter: the field of a parameter without a name; the symbol itself serves as its root.
        match position {
            0 => spot_in_pattern(whole.step(Seg::Entry), pattern, symbol),
            2 => spot_in_pattern(whole, pattern, symbol),
            _ => None,
        }
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

#[must_use]
pub fn is_symbol_name(name: &str) -> bool {
    name.strip_prefix('k').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Follows a binding pattern from the value it takes apart to one of its names.
fn spot_in_pattern<'a>(base: Spot<'a>, pattern: &'a BindingPattern<'a>, symbol: SymbolId) -> Option<Spot<'a>> {
    spots_in_pattern(base, pattern).into_iter().find(|(name, _)| *name == symbol).map(|(_, spot)| spot)
}

/// What the names of a binding pattern take out of the value.
fn spots_in_pattern<'a>(base: Spot<'a>, pattern: &'a BindingPattern<'a>) -> Vec<(SymbolId, Spot<'a>)> {
    let mut found = Vec::new();
    let mut work = vec![(base, pattern)];
    while let Some((spot, pattern)) = work.pop() {
        match pattern {
            BindingPattern::BindingIdentifier(id) => found.extend(id.symbol_id.get().map(|symbol| (symbol, spot))),
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
    found
}
