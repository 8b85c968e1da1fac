//! Where names of other modules come into a file: `import`, `require` and `import()` with literals.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    BindingPattern, Expression, ImportDeclaration, ImportDeclarationSpecifier, Statement, TSModuleReference,
};
use oxc_semantic::{NodeId, SymbolId};

use crate::facts::functions::key_name;
use crate::facts::links::ENTRY;
use crate::facts::reader::{Reader, peel};

/// A name, or an expression, that stands for something of another module.
pub(super) struct Base<'a> {
    pub module: u32,
    pub path: Vec<&'a str>,
    pub stands: Stands,
}

#[derive(Clone, Copy)]
pub(super) enum Stands {
    Symbol(SymbolId),
    Node(NodeId),
}

impl<'a> Reader<'a, '_> {
    pub(super) fn link_bases(&mut self) -> Vec<Base<'a>> {
        let mut bases = Vec::new();
        for statement in &self.nodes.program().body {
            match statement {
                Statement::ImportDeclaration(d) if !d.import_kind.is_type() => self.note_import(d, &mut bases),
                Statement::TSImportEqualsDeclaration(d) if !d.import_kind.is_type() => {
                    if let TSModuleReference::ExternalModuleReference(module) = &d.module_reference
                        && let Some(symbol) = d.id.symbol_id.get()
                        && let Some(module) = self.linked_module(module.expression.value.as_str())
                    {
                        bases.push(Base { module, path: Vec::new(), stands: Stands::Symbol(symbol) });
                    }
                }
                _ => {}
            }
        }
        for site in self.sites.clone().iter() {
            let (specifier, node) = match *site {
                AstKind::CallExpression(call) => {
                    let Expression::Identifier(id) = &call.callee else { continue };
                    if id.name != "require" || call.arguments.len() != 1 || self.symbol_of(id).is_some() {
                        continue;
                    }
                    let Some(Expression::StringLiteral(s)) = call.arguments[0].as_expression() else { continue };
                    (s.value.as_str(), call.node_id.get())
                }
                AstKind::ImportExpression(import) => {
                    let Expression::StringLiteral(s) = peel(&import.source) else { continue };
                    (s.value.as_str(), import.node_id.get())
                }
                _ => continue,
            };
            if let Some(module) = self.linked_module(specifier) {
                bases.push(Base { module, path: Vec::new(), stands: Stands::Node(node) });
            }
        }
        bases
    }

    fn note_import(&mut self, d: &'a ImportDeclaration<'a>, bases: &mut Vec<Base<'a>>) {
        // A module without names is loaded all the same.
        let Some(module) = self.linked_module(d.source.value.as_str()) else { return };
        for specifier in d.specifiers.iter().flatten() {
            let (path, local) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) if s.import_kind.is_type() => continue,
                ImportDeclarationSpecifier::ImportSpecifier(s) => (vec![s.imported.name().as_str()], &s.local),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => (vec!["default"], &s.local),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => (Vec::new(), &s.local),
            };
            if let Some(symbol) = local.symbol_id.get() {
                bases.push(Base { module, path, stands: Stands::Symbol(symbol) });
            }
        }
    }

    /// The number of a module that may be a file of the project; core modules and libraries with rows are not.
    pub(super) fn linked_module(&mut self, specifier: &str) -> Option<u32> {
        self.may_be_project_file(specifier).then(|| self.facts.links.module(specifier))
    }

    /// Whether a specifier may mean a file of the project.
    pub(in crate::facts) fn may_be_project_file(&self, specifier: &str) -> bool {
        let near = specifier.starts_with(['.', '/', '#']);
        near || !(specifier.starts_with("node:") || self.apis.knows_module(specifier))
    }

    /// The names that a pattern takes out of a value, each with its path in it.
    pub(super) fn names_in_pattern(pattern: &'a BindingPattern<'a>) -> Vec<(Vec<&'a str>, SymbolId)> {
        let mut found = Vec::new();
        let mut work = vec![(Vec::new(), pattern)];
        while let Some((path, pattern)) = work.pop() {
            let step = |name: &'a str| path.iter().copied().chain([name]).collect::<Vec<_>>();
            match pattern {
                BindingPattern::BindingIdentifier(id) => {
                    found.extend(id.symbol_id.get().map(|symbol| (path, symbol)));
                }
                BindingPattern::AssignmentPattern(p) => work.push((path, &p.left)),
                BindingPattern::ObjectPattern(p) => {
                    for property in &p.properties {
                        work.push((step(key_name(&property.key).unwrap_or(ENTRY)), &property.value));
                    }
                    if let Some(rest) = &p.rest {
                        work.push((path.clone(), &rest.argument));
                    }
                }
                BindingPattern::ArrayPattern(p) => {
                    for element in p.elements.iter().flatten() {
                        work.push((step(ENTRY), element));
                    }
                }
            }
        }
        found
    }
}
