//! Declarations are known from the start of their scope on: made when the scope is entered.

use oxc_ast::ast::{
    BindingIdentifier, BindingPattern, Declaration, ExportDefaultDeclarationKind, ForStatementInit, ForStatementLeft,
    IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, Statement, VariableDeclaration,
    VariableDeclarationKind,
};

use super::Lower;
use crate::graph::{Op, SymbolKind, ValueId};

/// What a place declares: all that is written in it, or only what `var` and functions in blocks lift out of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The body of a function or module: `var` of inner blocks counts.
    Body,
    /// A block: what it declares itself, `var` left to its function.
    Block,
    /// Inside of a statement of a body: only `var`.
    Lifted,
}

impl<'a> Lower<'a> {
    /// Declares what the body of a function or module declares.
    pub(super) fn hoist(&mut self, statements: &[Statement<'a>]) {
        for statement in statements {
            self.hoist_statement(statement, Reach::Body);
        }
    }

    /// Declares what a block declares.
    pub(super) fn hoist_block(&mut self, statements: &[Statement<'a>]) {
        for statement in statements {
            self.hoist_statement(statement, Reach::Block);
        }
    }

    fn hoist_statement(&mut self, statement: &Statement<'a>, reach: Reach) {
        match statement {
            Statement::VariableDeclaration(d) => self.hoist_variables(d, reach),
            Statement::ImportDeclaration(i) => self.hoist_import(i),
            Statement::ExportDeclaration(e) => self.hoist_declaration(&e.declaration),
            Statement::ExportDefaultDeclaration(e) => match &e.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                    self.declare_maybe(f.id.as_ref(), SymbolKind::Function)
                }
                ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                    self.declare_maybe(c.id.as_ref(), SymbolKind::Class)
                }
                _ => {}
            },
            Statement::FunctionDeclaration(f) => self.declare_maybe(f.id.as_ref(), SymbolKind::Function),
            _ if reach == Reach::Lifted => self.hoist_inside(statement),
            Statement::ClassDeclaration(c) => self.declare_maybe(c.id.as_ref(), SymbolKind::Class),
            Statement::TSEnumDeclaration(e) => self.declare_maybe(Some(&e.id), SymbolKind::Other),
            Statement::TSNamespaceDeclaration(n) => self.declare_maybe(Some(&n.id), SymbolKind::Other),
            Statement::TSImportEqualsDeclaration(i) => self.declare_maybe(Some(&i.id), SymbolKind::Import),
            _ if reach == Reach::Body => self.hoist_inside(statement),
            _ => {}
        }
    }

    /// What `var` declares inside of other statements belongs to the function.
    fn hoist_inside(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::BlockStatement(b) => self.lift(&b.body),
            Statement::IfStatement(i) => {
                self.hoist_statement(&i.consequent, Reach::Lifted);
                if let Some(other) = &i.alternate {
                    self.hoist_statement(other, Reach::Lifted);
                }
            }
            Statement::ForStatement(f) => {
                if let Some(ForStatementInit::VariableDeclaration(d)) = &f.init {
                    self.hoist_variables(d, Reach::Lifted);
                }
                self.hoist_statement(&f.body, Reach::Lifted);
            }
            Statement::ForInStatement(f) => self.hoist_each(&f.left, &f.body),
            Statement::ForOfStatement(f) => self.hoist_each(&f.left, &f.body),
            Statement::WhileStatement(w) => self.hoist_statement(&w.body, Reach::Lifted),
            Statement::DoWhileStatement(w) => self.hoist_statement(&w.body, Reach::Lifted),
            Statement::LabeledStatement(l) => self.hoist_statement(&l.body, Reach::Lifted),
            Statement::WithStatement(w) => self.hoist_statement(&w.body, Reach::Lifted),
            Statement::SwitchStatement(s) => s.cases.iter().for_each(|case| self.lift(&case.consequent)),
            Statement::TryStatement(t) => {
                self.lift(&t.block.body);
                if let Some(handler) = &t.handler {
                    self.lift(&handler.body.body);
                }
                if let Some(finalizer) = &t.finalizer {
                    self.lift(&finalizer.body);
                }
            }
            _ => {}
        }
    }

    fn lift(&mut self, statements: &[Statement<'a>]) {
        for statement in statements {
            // A function in a block is bound to the block; that sloppy code also sees it outside is left out.
            if !matches!(statement, Statement::FunctionDeclaration(_)) {
                self.hoist_statement(statement, Reach::Lifted);
            }
        }
    }

    fn hoist_each(&mut self, left: &ForStatementLeft<'a>, body: &Statement<'a>) {
        if let ForStatementLeft::VariableDeclaration(d) = left {
            self.hoist_variables(d, Reach::Lifted);
        }
        self.hoist_statement(body, Reach::Lifted);
    }

    fn hoist_variables(&mut self, declaration: &VariableDeclaration<'a>, reach: Reach) {
        let is_var = declaration.kind == VariableDeclarationKind::Var;
        let counts = if is_var { reach != Reach::Block } else { reach != Reach::Lifted };
        if counts {
            self.hoist_declarators(declaration);
        }
    }

    /// Declares all names of a declaration here.
    pub(super) fn hoist_declarators(&mut self, declaration: &VariableDeclaration<'a>) {
        let kind = match declaration.kind {
            VariableDeclarationKind::Var => SymbolKind::Var,
            VariableDeclarationKind::Let => SymbolKind::Let,
            _ => SymbolKind::Const,
        };
        for declarator in &declaration.declarations {
            self.hoist_pattern(&declarator.id, kind);
        }
    }

    fn hoist_declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(d) => self.hoist_declarators(d),
            Declaration::FunctionDeclaration(f) => self.declare_maybe(f.id.as_ref(), SymbolKind::Function),
            Declaration::ClassDeclaration(c) => self.declare_maybe(c.id.as_ref(), SymbolKind::Class),
            Declaration::TSEnumDeclaration(e) => self.declare_maybe(Some(&e.id), SymbolKind::Other),
            Declaration::TSNamespaceDeclaration(n) => self.declare_maybe(Some(&n.id), SymbolKind::Other),
            Declaration::TSImportEqualsDeclaration(i) => self.declare_maybe(Some(&i.id), SymbolKind::Import),
            _ => {}
        }
    }

    fn hoist_import(&mut self, import: &ImportDeclaration<'a>) {
        for specifier in import.specifiers.iter().flatten() {
            let local = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) => &s.local,
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => &s.local,
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => &s.local,
            };
            self.declare(local, SymbolKind::Import);
        }
    }

    pub(super) fn hoist_pattern(&mut self, pattern: &BindingPattern<'a>, kind: SymbolKind) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => _ = self.declare(id, kind),
            BindingPattern::ObjectPattern(o) => {
                o.properties.iter().for_each(|p| self.hoist_pattern(&p.value, kind));
                o.rest.iter().for_each(|r| self.hoist_pattern(&r.argument, kind));
            }
            BindingPattern::ArrayPattern(a) => {
                a.elements.iter().flatten().for_each(|p| self.hoist_pattern(p, kind));
                a.rest.iter().for_each(|r| self.hoist_pattern(&r.argument, kind));
            }
            BindingPattern::AssignmentPattern(p) => self.hoist_pattern(&p.left, kind),
        }
    }

    fn declare_maybe(&mut self, id: Option<&BindingIdentifier<'a>>, kind: SymbolKind) {
        if let Some(id) = id {
            self.declare(id, kind);
        }
    }

    /// The symbol of a declaration in this scope; declared twice it is one.
    pub(super) fn declare(&mut self, id: &BindingIdentifier<'a>, kind: SymbolKind) -> ValueId {
        let name = self.scopes.intern(id.name);
        if let Some(own) = self.scopes.own(name) {
            return own;
        }
        let function = self.builder.function;
        let value = self.push(Op::Symbol { name, function, kind }, id.span.start);
        self.scopes.bind(name, value);
        value
    }

    /// The symbol that a declaration stands for when the visit comes to it.
    pub(super) fn binding(&mut self, id: &BindingIdentifier<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        self.scopes.bound(name).unwrap_or_else(|| self.declare(id, SymbolKind::Other))
    }

    /// What a mention of a name stands for.
    pub(super) fn reference(&mut self, id: &IdentifierReference<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        if let Some(known) = self.scopes.bound(name).or_else(|| self.scopes.global(name)) {
            return known;
        }
        let value = self.push(Op::Global { name }, id.span.start);
        self.scopes.set_global(name, value);
        value
    }
}
