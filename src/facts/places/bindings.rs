//! The owned form of places and names, and where the value of a name comes from.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::{NodeId, SymbolId};
use serde::{Deserialize, Serialize};

use super::{Seg, Spot, SpotRoot};
use crate::facts::reader::Reader;
use crate::facts::{BindingId, FunctionId, Place, PlaceId, Root, Step};
use crate::finding::Span;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Binding {
    pub name: String,
    pub declared: Span,
    pub within: FunctionId,
    /// Index among the parameters of `within`; patterns count for all their names.
    pub param: Option<u32>,
    pub exported: bool,
    /// Library type of the value, as the name of a row.
    pub of_type: Option<String>,
    pub made: Made,
}

/// Where the value of a binding or field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// `new X()`, a literal, or a call that creates (`create*`, a row that `makes`).
    Here,
    /// The result of some other call.
    Obtained,
    Param,
    Import,
    Unknown,
}

impl<'a> Reader<'a, '_> {
    /// Makes the owned, interned form of a spot.
    pub fn own(&mut self, spot: &Spot<'a>) -> PlaceId {
        if let Some(id) = self.place_ids.get(spot) {
            return *id;
        }
        let place = self.place_of(spot);
        let id = PlaceId(u32::try_from(self.facts.places.len()).unwrap_or(u32::MAX));
        self.facts.places.push(place);
        self.place_ids.insert(spot.clone(), id);
        id
    }

    fn place_of(&mut self, spot: &Spot<'a>) -> Place {
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
                return Place { root: Root::Import { module: module.to_owned(), name }, path };
            }
        };
        Place { root, path: spot.path.iter().map(own_seg).collect() }
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
            made: Made::Unknown,
        });
        let of_type = match self.type_of_symbol(symbol) {
            Some(crate::facts::reader::Type::Library(t)) => Some(self.apis.type_name(t).to_owned()),
            _ => None,
        };
        let made = self.made_of_symbol(symbol);
        let exported = self.is_exported(symbol);
        let binding = &mut self.facts.bindings[id.0 as usize];
        (binding.of_type, binding.made, binding.exported) = (of_type, made, exported);
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
