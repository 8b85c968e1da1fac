//! What a module takes and gives, and the two things of TypeScript that are objects: enums and namespaces.

use oxc_ast::ast::{
    Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration, ImportDeclaration,
    ImportDeclarationSpecifier, ImportOrExportKind, ModuleExportName, Statement, TSEnumDeclaration, TSEnumMemberName,
    TSImportEqualsDeclaration, TSModuleReference, TSNamespaceDeclaration, TSNamespaceDeclarationBody, TSTypeName,
};
use oxc_str::{Ident, Str};

use super::Lower;
use crate::graph::{ImportKind, Key, Op, ValueId};

impl<'a> Lower<'a> {
    pub(super) fn module_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(i) => self.import_declaration(i),
            Statement::ExportDeclaration(e) => {
                self.declaration(&e.declaration);
                for (key, value) in self.declared(&e.declaration) {
                    self.push(Op::Export { value: Some(value), key }, e.span.start);
                }
            }
            Statement::ExportDefaultDeclaration(e) => self.export_default(e),
            Statement::ExportNamedDeclaration(e) if e.export_kind == ImportOrExportKind::Value => {
                for specifier in &e.specifiers {
                    let value = match &specifier.local {
                        ModuleExportName::IdentifierReference(id) => Some(self.reference(id)),
                        _ => None,
                    };
                    let key = self.export_key(&specifier.exported);
                    self.push(Op::Export { value, key }, specifier.span.start);
                }
            }
            Statement::ExportFromDeclaration(e) if e.export_kind == ImportOrExportKind::Value => self.export_from(e),
            Statement::ExportAllDeclaration(e) if e.export_kind == ImportOrExportKind::Value => {
                let at = e.span.start;
                let value = self.import((e.source.value, self.words.star), ImportKind::ReExport, at);
                let key = e.exported.as_ref().map_or(self.words.star, |name| self.export_key(name));
                self.push(Op::Export { value: Some(value), key }, at);
            }
            Statement::TSExportAssignment(e) => {
                let value = self.expr(&e.expression);
                self.push(Op::Export { value, key: self.words.star }, e.span.start);
            }
            Statement::TSImportEqualsDeclaration(i) => self.import_equals(i),
            _ => {}
        }
    }

    /// What a mention of another module stands for.
    pub(super) fn import(&mut self, (module, key): (Str<'a>, Key), how: ImportKind, at: u32) -> ValueId {
        let module = self.scopes.intern(Ident::from(module));
        self.push(Op::Import { module, key, how }, at)
    }

    fn export_key(&mut self, name: &ModuleExportName<'a>) -> Key {
        Key::name(self.scopes.intern(Ident::from(name.name())))
    }

    fn import_declaration(&mut self, i: &ImportDeclaration<'a>) {
        let whole = i.import_kind == ImportOrExportKind::Type;
        if i.specifiers.is_none() {
            self.import((i.source.value, self.words.star), ImportKind::Static, i.span.start);
        }
        for specifier in i.specifiers.iter().flatten() {
            let (local, key, of_type) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) => {
                    (&s.local, self.export_key(&s.imported), s.import_kind == ImportOrExportKind::Type)
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => (&s.local, self.words.default, false),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => (&s.local, self.words.star, false),
            };
            let how = if whole || of_type { ImportKind::TypeOnly } else { ImportKind::Static };
            let value = self.import((i.source.value, key), how, local.span.start);
            let symbol = self.binding(local);
            self.copy(Some(value), symbol, (true, local.span.start));
        }
    }

    fn export_default(&mut self, e: &ExportDefaultDeclaration<'a>) {
        let value = match &e.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => self.function_declaration(f),
            ExportDefaultDeclarationKind::ClassDeclaration(c) => Some(self.class(c)),
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(i) => return self.interface(i),
            other => other.as_expression().and_then(|e| self.expr(e)),
        };
        self.push(Op::Export { value, key: self.words.default }, e.span.start);
    }

    fn export_from(&mut self, e: &ExportFromDeclaration<'a>) {
        for specifier in e.specifiers.iter().filter(|s| s.export_kind == ImportOrExportKind::Value) {
            let at = specifier.span.start;
            let local = self.export_key(&specifier.local);
            let value = self.import((e.source.value, local), ImportKind::ReExport, at);
            let key = self.export_key(&specifier.exported);
            self.push(Op::Export { value: Some(value), key }, at);
        }
    }

    pub(super) fn import_equals(&mut self, i: &TSImportEqualsDeclaration<'a>) {
        let at = i.span.start;
        let value = match &i.module_reference {
            TSModuleReference::ExternalModuleReference(r) => {
                self.import((r.expression.value, self.words.star), ImportKind::Require, at)
            }
            TSModuleReference::IdentifierReference(id) => self.reference(id),
            TSModuleReference::QualifiedName(q) => {
                let Some(object) = self.type_name(&q.left) else { return };
                let key = Key::name(self.scopes.intern(q.right.name));
                self.load(Some(object), key, at)
            }
        };
        let symbol = self.binding(&i.id);
        self.copy(Some(value), symbol, (true, at));
    }

    /// What the name of a type stands for as a value: an imported class, a class of the file, a global.
    pub(super) fn type_name(&mut self, name: &TSTypeName<'a>) -> Option<ValueId> {
        // `a.b.c` nests to the left; its length is bounded by what the parser was given.
        match name {
            TSTypeName::IdentifierReference(id) => Some(self.reference(id)),
            TSTypeName::ThisExpression(_) => None,
            TSTypeName::QualifiedName(q) => {
                let object = self.type_name(&q.left);
                let key = Key::name(self.scopes.intern(q.right.name));
                Some(self.load(object, key, q.span.start))
            }
        }
    }

    /// Names and symbols that a declaration makes.
    fn declared(&mut self, declaration: &Declaration<'a>) -> Vec<(Key, ValueId)> {
        let ids = match declaration {
            Declaration::VariableDeclaration(d) => {
                d.declarations.iter().flat_map(|d| d.id.get_binding_identifiers()).collect()
            }
            Declaration::FunctionDeclaration(f) => f.id.iter().collect(),
            Declaration::ClassDeclaration(c) => c.id.iter().collect(),
            Declaration::TSEnumDeclaration(e) => vec![&e.id],
            Declaration::TSNamespaceDeclaration(n) => vec![&n.id],
            Declaration::TSImportEqualsDeclaration(i) => vec![&i.id],
            _ => Vec::new(),
        };
        ids.into_iter().map(|id| (Key::name(self.scopes.intern(id.name)), self.binding(id))).collect()
    }

    pub(super) fn enumeration(&mut self, e: &TSEnumDeclaration<'a>) {
        if e.declare {
            return;
        }
        let object = self.push(Op::Object, e.span.start);
        let symbol = self.binding(&e.id);
        self.copy(Some(object), symbol, (true, e.span.start));
        for (index, member) in e.body.members.iter().enumerate() {
            let name = match &member.id {
                TSEnumMemberName::Identifier(id) => id.name,
                TSEnumMemberName::String(s) | TSEnumMemberName::ComputedString(s) => Ident::from(s.value),
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let key = Key::name(self.scopes.intern(name));
            let at = member.span.start;
            let value = match &member.initializer {
                Some(init) => self.expr(init),
                #[expect(clippy::cast_precision_loss, reason = "an enum has no 2^53 members")]
                None => Some(self.number(index as f64, at)),
            };
            self.store(Some(object), (key, value), at);
        }
    }

    /// A namespace is an object with what its body exports.
    pub(super) fn namespace(&mut self, n: &TSNamespaceDeclaration<'a>) {
        if n.declare {
            return;
        }
        let object = self.push(Op::Object, n.span.start);
        let symbol = self.binding(&n.id);
        self.copy(Some(object), symbol, (true, n.span.start));
        match &n.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let scope = self.scopes.enter();
                let name = self.scopes.intern(inner.id.name);
                self.namespace(inner);
                let value = self.scopes.bound(name);
                self.store(Some(object), (Key::name(name), value), inner.span.start);
                self.scopes.leave(scope);
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                let scope = self.scopes.enter();
                self.hoist(&block.body);
                for statement in &block.body {
                    if let Statement::ExportDeclaration(e) = statement {
                        self.declaration(&e.declaration);
                        for (key, value) in self.declared(&e.declaration) {
                            self.store(Some(object), (key, Some(value)), e.span.start);
                        }
                    } else {
                        self.statements(std::slice::from_ref(statement));
                    }
                }
                self.scopes.leave(scope);
            }
        }
    }
}
