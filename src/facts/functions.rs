//! The functions and classes of a file: which node belongs to which function, what `this` is, where methods stand.

mod classes;
mod stored;
mod this;

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, Expression, FormalParameters, MethodDefinitionKind, PropertyKey, PropertyKind};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::places::{Seg, Spot, SpotRoot, is_symbol_name};
use super::reader::{Reader, bound_symbol, peel};
use super::sites::{Calls, May};
use super::{BindingId, ClassId, FunctionId, Often, TOP, Use};
use crate::finding::Span;
pub use classes::{Class, ClassKind, END_METHODS, MOUNTS};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// Empty for an anonymous function.
    pub name: String,
    pub parent: FunctionId,
    /// What to point at: the name, or the head of an anonymous function.
    pub head: Span,
    /// All of it, from its first word to its closing brace.
    pub whole: Span,
    pub kind: FunctionKind,
    pub class: Option<ClassId>,
    pub uses: Vec<Use>,
    /// Bindings of the parameters, `None` for a pattern.
    pub params: Vec<Option<BindingId>>,
    /// Its own signature says what it is: `(req, res)`, an exported `GET` of a route file.
    pub signature: Option<Often>,
    pub is_async: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    Top,
    Plain,
    Arrow,
    Constructor,
    Method,
    /// Initialisers of instance fields: run with the constructor.
    FieldInit,
    /// Initialisers of static fields and static blocks: run once with the class.
    StaticInit,
}

impl<'a> Reader<'a, '_> {
    /// First pass: numbers functions and classes, finds the owner of each node. Parents precede children in node order.
    pub fn number_functions(&mut self) {
        self.owner = vec![TOP; self.nodes.len()];
        self.push_function(NodeId::ROOT, FunctionKind::Top, TOP);
        let mut sites = Vec::new();
        for (id, node) in self.nodes.iter_enumerated() {
            let kind = node.kind();
            let parent = self.nodes.parent_id(id);
            let outer = if id == NodeId::ROOT { TOP } else { self.owner[parent.index()] };
            self.owner[id.index()] = match kind {
                AstKind::CallExpression(_)
                | AstKind::NewExpression(_)
                | AstKind::AssignmentExpression(_)
                | AstKind::VariableDeclarator(_)
                | AstKind::ExportDeclaration(_)
                | AstKind::ExportSpecifier(_)
                | AstKind::ExportDefaultDeclaration(_)
                | AstKind::TSExportAssignment(_)
                | AstKind::ImportExpression(_) => {
                    sites.push(kind);
                    outer
                }
                AstKind::Function(f) if f.body.is_some() => self.push_function(id, self.kind_of_function(id), outer),
                AstKind::ArrowFunctionExpression(f) => {
                    let own = self.push_function(id, FunctionKind::Arrow, outer);
                    if let Some(e) = f.body.as_expression() {
                        self.returned.entry(own).or_default().push(e);
                    }
                    own
                }
                AstKind::StaticBlock(_) => self.push_function(id, FunctionKind::StaticInit, outer),
                AstKind::PropertyDefinition(p) => {
                    sites.push(kind);
                    if p.value.is_some() { self.push_function(id, initialiser(p.r#static), outer) } else { outer }
                }
                AstKind::AccessorProperty(p) if p.value.is_some() => {
                    self.push_function(id, initialiser(p.r#static), outer)
                }
                AstKind::Class(_) => {
                    self.push_class(id, outer);
                    outer
                }
                AstKind::ThisExpression(_) => {
                    self.this_nodes.push(id);
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
        }
        self.calls = Calls::new(self, &sites);
        self.sites = sites.into();
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
        let is_async = match self.nodes.kind(node) {
            AstKind::Function(f) => f.r#async,
            AstKind::ArrowFunctionExpression(f) => f.r#async,
            _ => false,
        };
        self.facts.functions.push(Function {
            name: String::new(),
            parent,
            head: self.span_of(node),
            whole: self.span_of(node),
            kind,
            class: None,
            uses: Vec::new(),
            params: Vec::new(),
            signature: None,
            is_async,
        });
        id
    }

    /// Second pass: methods of classes, values of fields, functions stored at locations.
    pub fn note_fields(&mut self) {
        for id in 0..self.class_nodes.len() {
            self.read_class_body(ClassId(u32::try_from(id).unwrap_or(u32::MAX)));
        }
        let mut calls = self.calls_that(May::INHERIT.or(May::ENTER)).peekable();
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::AssignmentExpression(e) => self.note_assignment(e),
                AstKind::CallExpression(call) if calls.next_if(|c| std::ptr::eq(c.call, call)).is_some() => {
                    self.note_inheritance(call);
                    self.note_entry(call);
                }
                AstKind::VariableDeclarator(d) => {
                    if let (Some(symbol), Some(Expression::ObjectExpression(object))) =
                        (bound_symbol(&d.id), d.init.as_ref().map(peel))
                    {
                        self.store_methods(&Spot::new(SpotRoot::Symbol(symbol)), object);
                    }
                }
                _ => {}
            }
        }
        self.forget();
    }

    /// Name, class, parameters and signature of a function.
    pub fn name_function(&mut self, id: FunctionId) {
        let node = self.function_nodes[id.0 as usize];
        let named = self.name_of_function(node);
        let class = match self.this_spot(id).root {
            SpotRoot::This(class) => Some(class),
            _ => None,
        };
        let params = self.param_symbols(node).into_iter().map(|s| s.map(|s| self.binding(s))).collect();
        let signature = self.signature_of(node).or_else(|| self.runs_by_name(node));
        let head = named.map_or_else(|| self.head_of_function(node), |(_, span)| self.span(span));
        let function = &mut self.facts.functions[id.0 as usize];
        function.class = class;
        function.params = params;
        function.signature = signature;
        if let Some((name, _)) = named {
            name.clone_into(&mut function.name);
        }
        function.head = head;
    }

    /// The name of a function, its own or that of what it is given to, and where that stands.
    #[must_use]
    pub fn name_of_function(&self, node: NodeId) -> Option<(&'a str, oxc_span::Span)> {
        if let AstKind::Function(f) = self.nodes.kind(node)
            && let Some(id) = &f.id
        {
            return Some((id.name.as_str(), id.span));
        }
        let (_, parent) = self.outside(node);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => d.id.get_binding_identifier().map(|i| (i.name.as_str(), i.span)),
            AstKind::MethodDefinition(m) => key_name(&m.key).map(|n| (n, m.key.span())),
            AstKind::PropertyDefinition(p) => key_name(&p.key).map(|n| (n, p.key.span())),
            AstKind::ObjectProperty(p) => key_name(&p.key).map(|n| (n, p.key.span())),
            AstKind::AssignmentExpression(e) => assigned_name(&e.left).map(|n| (n, e.left.span())),
            _ => None,
        }
    }

    /// Symbols of the parameters; `None` for a pattern.
    #[must_use]
    pub fn param_symbols(&self, function: NodeId) -> Vec<Option<SymbolId>> {
        self.params_of(function).map_or_else(Vec::new, |p| p.items.iter().map(|i| bound_symbol(&i.pattern)).collect())
    }

    #[must_use]
    pub fn params_of(&self, function: NodeId) -> Option<&'a FormalParameters<'a>> {
        match self.nodes.kind(function) {
            AstKind::Function(f) => Some(&f.params),
            AstKind::ArrowFunctionExpression(f) => Some(&f.params),
            _ => None,
        }
    }
}

/// Name of a property key that is not computed, or by a constant that stands for a symbol: `[kClose]`.
#[must_use]
pub fn key_name<'a>(key: &'a PropertyKey<'a>) -> Option<&'a str> {
    match key {
        PropertyKey::StaticIdentifier(id) => Some(id.name.as_str()),
        PropertyKey::PrivateIdentifier(id) => Some(id.name.as_str()),
        PropertyKey::StringLiteral(s) => Some(s.value.as_str()),
        PropertyKey::Identifier(id) if is_symbol_name(id.name.as_str()) => Some(id.name.as_str()),
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

/// What runs the initialiser of a field.
const fn initialiser(is_static: bool) -> FunctionKind {
    if is_static { FunctionKind::StaticInit } else { FunctionKind::FieldInit }
}
