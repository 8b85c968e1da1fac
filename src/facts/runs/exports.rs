//! What other files can reach: exported names, and classes that others may instantiate.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, ExportDefaultDeclarationKind, Expression, MemberExpression, ModuleExportName};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::Reader;

impl<'a> Reader<'a, '_> {
    /// Symbols that other files can reach: `export`, `module.exports = x`, `exports.x = x`, `module.exports = { x }`.
    pub fn note_exports(&mut self) {
        let mut found = FxHashSet::default();
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::ExportDeclaration(e) => declared_symbols(&e.declaration, &mut found),
                AstKind::ExportSpecifier(s) => {
                    if let ModuleExportName::IdentifierReference(id) = &s.local {
                        found.extend(self.symbol_of(id));
                    }
                }
                AstKind::ExportDefaultDeclaration(d) => match &d.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                        found.extend(f.id.as_ref().and_then(|i| i.symbol_id.get()));
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                        found.extend(c.id.as_ref().and_then(|i| i.symbol_id.get()));
                    }
                    other => {
                        if let Some(e) = other.as_expression() {
                            self.symbols_in_value(e, &mut found);
                        }
                    }
                },
                AstKind::TSExportAssignment(e) => self.symbols_in_value(&e.expression, &mut found),
                AstKind::AssignmentExpression(e) if is_exports_target(&e.left) => {
                    self.symbols_in_value(&e.right, &mut found);
                }
                _ => {}
            }
        }
        self.exported = found;
    }

    fn symbols_in_value(&self, value: &Expression<'a>, found: &mut FxHashSet<SymbolId>) {
        match value.get_inner_expression() {
            Expression::Identifier(id) => {
                found.extend(self.symbol_of(id));
            }
            Expression::ObjectExpression(object) => {
                for property in object.properties.iter().filter_map(|p| p.as_property()) {
                    if let Expression::Identifier(id) = property.value.get_inner_expression() {
                        found.extend(self.symbol_of(id));
                    }
                }
            }
            // `exports.a = exports.b = x`: the inner one is looked at by itself.
            Expression::AssignmentExpression(e) if is_exports_target(&e.left) => {}
            Expression::AssignmentExpression(e) => self.symbols_in_value(&e.right, found),
            _ => {}
        }
    }

    #[must_use]
    pub fn is_exported(&self, symbol: SymbolId) -> bool {
        self.exported.contains(&symbol)
    }

    /// Whether classes can be instantiated out of our sight.
    pub(super) fn note_class_exports(&mut self) {
        let pairs: Vec<(SymbolId, crate::facts::ClassId)> =
            self.class_of_symbol.iter().map(|(s, c)| (*s, *c)).collect();
        for (symbol, class) in pairs {
            let exported = self.is_exported(symbol);
            let escapes = self.scoping.get_resolved_references(symbol).any(|r| {
                if !r.is_read() || r.is_type() {
                    return false;
                }
                let (child, parent) = self.outside(r.node_id());
                !matches!(self.nodes.kind(parent),
                    AstKind::NewExpression(n) if n.callee.span() == self.nodes.kind(child).span())
                    && !matches!(
                        self.nodes.kind(parent),
                        AstKind::StaticMemberExpression(_)
                            | AstKind::BinaryExpression(_)
                            | AstKind::ExportSpecifier(_)
                            | AstKind::ExportDefaultDeclaration(_)
                            | AstKind::Class(_)
                    )
                    && !matches!(self.nodes.kind(parent), AstKind::CallExpression(c)
                        if c.callee_name() == Some("inherits") || c.callee.span() == self.nodes.kind(child).span())
                    && !self.is_export_position(parent)
            });
            let facts = &mut self.facts.classes[class.0 as usize];
            facts.exported |= exported;
            facts.escapes |= escapes;
        }
        for index in 0..self.class_nodes.len() {
            let node = self.class_nodes[index];
            let facts = &mut self.facts.classes[index];
            match self.nodes.kind(node) {
                AstKind::Class(c) => {
                    let parent = self.nodes.parent_kind(node);
                    if matches!(parent, AstKind::ExportDefaultDeclaration(_)) {
                        facts.exported = true;
                    } else if c.is_expression() && !matches!(parent, AstKind::VariableDeclarator(_)) {
                        facts.escapes = true;
                    }
                }
                AstKind::ObjectExpression(_) => facts.escapes = true,
                _ => {}
            }
        }
    }

    /// `module.exports = X`, `module.exports = { X }`.
    fn is_export_position(&self, node: NodeId) -> bool {
        match self.nodes.kind(node) {
            AstKind::AssignmentExpression(e) => e.left.span().source_text(self.text).contains("exports"),
            AstKind::ObjectProperty(_) => {
                let (_, parent) = self.outside(self.nodes.parent_id(node));
                self.is_export_position(parent)
            }
            _ => false,
        }
    }
}

/// `module.exports`, `exports.x`, `module.exports.x`.
#[must_use]
pub fn is_exports(spot: &Spot<'_>) -> bool {
    match (spot.root, spot.path.as_slice()) {
        (SpotRoot::Global("exports"), [Seg::Field(_)]) => true,
        (SpotRoot::Global("module"), [Seg::Field("exports"), rest @ ..]) => rest.len() <= 1,
        _ => false,
    }
}

/// The same as [`is_exports`], by the shape of the target alone.
#[must_use]
pub fn is_exports_target(target: &AssignmentTarget<'_>) -> bool {
    let Some(member) = target.as_member_expression() else { return false };
    let named = |e: &Expression<'_>, name: &str| matches!(e, Expression::Identifier(id) if id.name == name);
    let is_module_exports = |m: &MemberExpression<'_>| {
        named(m.object(), "module") && m.static_property_name().is_some_and(|n| n == "exports")
    };
    is_module_exports(member)
        || named(member.object(), "exports")
        || member.object().as_member_expression().is_some_and(is_module_exports)
}

fn declared_symbols(declaration: &oxc_ast::ast::Declaration<'_>, found: &mut FxHashSet<SymbolId>) {
    use oxc_ast::ast::Declaration as D;
    match declaration {
        D::VariableDeclaration(v) => {
            for d in &v.declarations {
                found.extend(d.id.get_symbol_ids());
            }
        }
        D::FunctionDeclaration(f) => found.extend(f.id.as_ref().and_then(|i| i.symbol_id.get())),
        D::ClassDeclaration(c) => found.extend(c.id.as_ref().and_then(|i| i.symbol_id.get())),
        _ => {}
    }
}
