//! What a module takes and gives, and the two things of TypeScript that are objects: enums and namespaces.

use oxc_ast::ast::{
    BindingIdentifier, Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration,
    IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, ModuleExportName,
    Statement, TSEnumDeclaration, TSEnumMemberName, TSImportEqualsDeclaration, TSModuleReference,
    TSNamespaceDeclaration, TSNamespaceDeclarationBody,
};
use oxc_str::Str;

use super::Lower;
use super::hoist::Reach;
use super::scopes::Space;
use crate::graph::{ImportKind, Key, Name, Op, Operator, SymbolKind, ValueId};

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
            Statement::ExportNamedDeclaration(e) => {
                for specifier in &e.specifiers {
                    if let ModuleExportName::IdentifierReference(id) = &specifier.local {
                        let key = self.export_key(&specifier.exported);
                        self.export_name(id, key);
                    }
                }
            }
            Statement::ExportFromDeclaration(e) => self.export_from(e),
            Statement::ExportAllDeclaration(e) => {
                let at = e.span.start;
                let how = re_export(e.export_kind);
                let value = self.import((e.source.value, self.words.star), how, at);
                let key = e.exported.as_ref().map_or(self.words.star, |name| self.export_key(name));
                self.push(Op::Export { value: Some(value), key }, at);
            }
            Statement::TSExportAssignment(e) => {
                let value = self.expr(&e.expression);
                self.push(Op::Export { value, key: self.words.star }, e.span.start);
            }
            _ => {}
        }
    }

    /// `export { x }`: the value of that name and the type of that name, or a global.
    fn export_name(&mut self, id: &IdentifierReference<'a>, key: Key) {
        let (name, at) = (self.scopes.intern(id.name), id.span.start);
        let value = self.scopes.bound(name, Space::Values);
        let ty = self.scopes.bound(name, Space::Types).filter(|ty| Some(*ty) != value);
        let first = value.or(ty).unwrap_or_else(|| self.global(name, at));
        self.mentioned(at, first);
        for value in std::iter::once(first).chain(ty.filter(|ty| *ty != first)) {
            self.push(Op::Export { value: Some(value), key }, at);
        }
    }

    /// What a mention of another module stands for.
    pub(super) fn import(&mut self, (module, key): (Str<'a>, Key), how: ImportKind, at: u32) -> ValueId {
        let module = self.scopes.intern(module);
        self.push(Op::Import { module, key, how }, at)
    }

    fn export_key(&mut self, name: &ModuleExportName<'a>) -> Key {
        Key::name(self.scopes.intern(name.name()))
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
            ExportDefaultDeclarationKind::ClassDeclaration(c) => Some(self.class(c, None)),
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(i) => {
                self.interface(i);
                let name = self.scopes.intern(i.id.name);
                self.scopes.bound(name, Space::Types)
            }
            other => other.as_expression().and_then(|e| self.expr(e)),
        };
        if value.is_some() {
            self.push(Op::Export { value, key: self.words.default }, e.span.start);
        }
    }

    fn export_from(&mut self, e: &ExportFromDeclaration<'a>) {
        for specifier in &e.specifiers {
            let at = specifier.span.start;
            let local = self.export_key(&specifier.local);
            let how = if specifier.export_kind.is_type() { ImportKind::TypeOnly } else { re_export(e.export_kind) };
            let value = self.import((e.source.value, local), how, at);
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
            TSModuleReference::IdentifierReference(id) => self.type_reference(id),
            TSModuleReference::QualifiedName(q) => {
                let object = self.qualified(&q.left, Space::Types);
                let key = Key::name(self.scopes.intern(q.right.name));
                self.load(object, key, at)
            }
        };
        let symbol = self.binding(&i.id);
        self.copy(Some(value), symbol, (true, at));
    }

    /// Names and symbols that a declaration makes; of what is declared to be elsewhere, the globals.
    fn declared(&mut self, declaration: &Declaration<'a>) -> Vec<(Key, ValueId)> {
        let is_type =
            matches!(declaration, Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_));
        let space = if is_type { Space::Types } else { Space::Values };
        let ids = match declaration {
            Declaration::VariableDeclaration(d) => {
                d.declarations.iter().flat_map(|d| d.id.get_binding_identifiers()).collect()
            }
            // Of overloads only the one with the body is exported.
            Declaration::FunctionDeclaration(f) if f.body.is_none() && !f.declare => Vec::new(),
            other => other.id().into_iter().collect(),
        };
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let name = self.scopes.intern(id.name);
            let value = self.scopes.bound(name, space).unwrap_or_else(|| self.global(name, id.span.start));
            found.push((Key::name(name), value));
        }
        found
    }

    pub(super) fn enumeration(&mut self, e: &TSEnumDeclaration<'a>) {
        let symbol = self.object_of(&e.id);
        let scope = self.scopes.enter();
        self.see_merged(symbol);
        let mut next = Next::Number(0.0);
        for member in &e.body.members {
            let at = member.span.start;
            let name = match &member.id {
                TSEnumMemberName::Identifier(id) => Some(id.name.as_str()),
                TSEnumMemberName::String(s) | TSEnumMemberName::ComputedString(s) => Some(s.value.as_str()),
                TSEnumMemberName::ComputedTemplateString(t) => {
                    t.quasis.first().and_then(|text| text.value.cooked).map(|text| text.as_str())
                }
            };
            let value = match &member.initializer {
                Some(init) => self.expr(init),
                None => Some(self.next_member(next, at)),
            };
            next = match value.map(|value| (value, self.builder.graph.op(value))) {
                Some((_, Op::Number { value })) => Next::Number(value.get() + 1.0),
                Some((value, _)) => Next::After(value),
                None => Next::Number(0.0),
            };
            if let Some(name) = name.map(|name| self.scopes.intern(name)) {
                self.store(Some(symbol), (Key::name(name), value), at);
                if let Some(value) = value {
                    self.scopes.bind(name, Space::Values, value);
                    self.merged.entry(symbol).or_default().push((name, Space::Values, value));
                }
            }
        }
        self.scopes.leave(scope);
    }

    /// A member without an initialiser is one more than the one before.
    fn next_member(&mut self, next: Next, at: u32) -> ValueId {
        match next {
            Next::Number(number) => self.number(number, at),
            Next::After(left) => {
                let right = Some(self.number(1.0, at));
                self.push(Op::Operate { operator: Operator::Add, left: Some(left), right }, at)
            }
        }
    }

    /// The variable of an enum or a namespace, which holds an object from the first declaration of that name on; what is
    /// already a function or a class only gets more fields.
    fn object_of(&mut self, id: &BindingIdentifier<'a>) -> ValueId {
        let symbol = self.binding(id);
        let kind = match self.builder.graph.op(symbol) {
            Op::Symbol { kind, .. } => kind,
            _ => SymbolKind::Namespace,
        };
        let made = self.merged.contains_key(&symbol);
        self.merged.entry(symbol).or_default();
        if !made && matches!(kind, SymbolKind::Enum | SymbolKind::Namespace) {
            let object = self.push(Op::Object, id.span.start);
            self.copy(Some(object), symbol, (true, id.span.start));
        }
        symbol
    }

    fn see_merged(&mut self, symbol: ValueId) {
        for (name, space, value) in self.merged.get(&symbol).into_iter().flatten() {
            self.scopes.bind(*name, *space, *value);
        }
    }

    /// A namespace is an object with what its body exports.
    pub(super) fn namespace(&mut self, n: &TSNamespaceDeclaration<'a>) -> ValueId {
        let symbol = self.object_of(&n.id);
        let outer = self.scopes.enter();
        self.see_merged(symbol);
        let scope = self.scopes.enter();
        match &n.body {
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let name = self.scopes.intern(inner.id.name);
                let own = self.merged_own(symbol, name);
                if own.is_none() {
                    self.declare(&inner.id, SymbolKind::Namespace);
                }
                let value = self.namespace(inner);
                self.export_from_namespace(symbol, (Key::name(name), value), inner.span.start);
            }
            TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                let outside = self.hoist(&[&block.body], Reach::Body);
                for statement in &block.body {
                    if let Statement::ExportDeclaration(e) = statement {
                        self.builder.revive();
                        self.declaration(&e.declaration);
                        for exported in self.declared(&e.declaration) {
                            self.export_from_namespace(symbol, exported, e.span.start);
                        }
                    } else {
                        self.statements(std::slice::from_ref(statement));
                    }
                }
                self.hoisted = outside;
            }
        }
        self.scopes.leave(scope);
        self.scopes.leave(outer);
        symbol
    }

    fn merged_own(&self, symbol: ValueId, name: Name) -> Option<ValueId> {
        let all = self.merged.get(&symbol)?;
        all.iter().find(|(own, space, _)| *own == name && *space == Space::Values).map(|(_, _, value)| *value)
    }

    /// What a namespace exports is its field and its variable, and both are one.
    fn export_from_namespace(&mut self, namespace: ValueId, (key, value): (Key, ValueId), at: u32) {
        let op = self.builder.graph.op(value);
        let Op::Symbol { name, kind, .. } = op else { return };
        let space = if kind == SymbolKind::Type { Space::Types } else { Space::Values };
        self.merged.entry(namespace).or_default().push((name, space, value));
        self.store(Some(namespace), (key, Some(value)), at);
        if matches!(kind, SymbolKind::Let | SymbolKind::Var) {
            let field = self.load(Some(namespace), key, at);
            self.copy(Some(field), value, (false, at));
        }
    }
}

/// The value of the enum member that comes next.
#[derive(Clone, Copy)]
enum Next {
    Number(f64),
    After(ValueId),
}

fn re_export(kind: ImportOrExportKind) -> ImportKind {
    if kind.is_type() { ImportKind::TypeOnly } else { ImportKind::ReExport }
}
