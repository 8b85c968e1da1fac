//! Declarations are known from the start of their scope on: made when the scope is entered.

use oxc_ast::ast::{
    BindingIdentifier, BindingPattern, Declaration, ExportDefaultDeclarationKind, ForStatementInit, ForStatementLeft,
    Function, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, Statement, VariableDeclaration,
    VariableDeclarationKind,
};

use super::scopes::Space;
use super::{Lower, Mention};
use crate::graph::{FunctionId, JoinKind, Key, Name, Op, SymbolKind, ValueId};

/// What a place declares: all that is written in it, or only what `var` and functions in blocks lift out of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The body of a function or module: `var` of inner blocks counts.
    Body,
    /// A block: what it declares itself, `var` left to its function.
    Block,
    /// Inside of a statement of a body: only `var`.
    Lifted,
}

impl<'a> Lower<'a> {
    /// The statements of a function or module: what they declare, then what they do.
    pub(super) fn body(&mut self, statements: &[Statement<'a>]) {
        let outside = self.hoist(&[statements], Reach::Body);
        self.statements(statements);
        self.hoisted = outside;
    }

    /// A block with a scope of its own.
    pub(super) fn scoped(&mut self, statements: &[Statement<'a>]) {
        let scope = self.scopes.enter();
        let outside = self.hoist(&[statements], Reach::Block);
        self.statements(statements);
        self.hoisted = outside;
        self.scopes.leave(scope);
    }

    /// Declares what these statements declare. Yields what was [`Lower::hoisted`] outside of them.
    pub(super) fn hoist(&mut self, statements: &[&[Statement<'a>]], reach: Reach) -> FunctionId {
        let first = FunctionId::at(self.builder.graph.functions.len());
        for statement in statements.iter().copied().flatten() {
            self.hoist_statement(statement, reach);
        }
        std::mem::replace(&mut self.hoisted, first)
    }

    fn hoist_statement(&mut self, statement: &Statement<'a>, reach: Reach) {
        match statement {
            Statement::VariableDeclaration(d) => self.hoist_variables(d, reach),
            Statement::FunctionDeclaration(f) => self.hoist_function_declaration(f, reach),
            Statement::LabeledStatement(l) => {
                // A function behind a label is hoisted without its label.
                let reach = if matches!(l.body, Statement::FunctionDeclaration(_)) { reach } else { Reach::Lifted };
                self.hoist_statement(&l.body, reach);
            }
            _ if reach == Reach::Lifted => self.hoist_inside(statement),
            Statement::ImportDeclaration(i) => self.hoist_import(i),
            Statement::ExportDeclaration(e) => self.hoist_declaration(&e.declaration),
            Statement::ExportDefaultDeclaration(e) => match &e.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(f) => self.hoist_function_declaration(f, reach),
                ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                    self.declare_maybe(c.id.as_ref(), SymbolKind::Class);
                }
                ExportDefaultDeclarationKind::TSInterfaceDeclaration(i) => _ = self.declare(&i.id, SymbolKind::Type),
                _ => {}
            },
            other => match other.as_declaration() {
                Some(declaration) => self.hoist_declaration(declaration),
                None if reach == Reach::Body => self.hoist_inside(statement),
                None => {}
            },
        }
    }

    /// Functions are there from the start: the closure, too.
    fn hoist_function_declaration(&mut self, f: &Function<'a>, reach: Reach) {
        if f.declare || (reach == Reach::Lifted && !self.leaves_blocks(f)) {
            return;
        }
        let Some(id) = &f.id else {
            if reach != Reach::Lifted {
                self.hoist_function(f, None);
            }
            return;
        };
        if reach == Reach::Lifted {
            // A parameter of that name stays what it is.
            let name = self.scopes.intern(id.name);
            if self.scopes.own(name, Space::Values).is_none() {
                self.declare(id, SymbolKind::Function);
            }
            return;
        }
        let lifted = if reach == Reach::Block && self.leaves_blocks(f) { self.lifted(id) } else { None };
        let symbol = lifted.unwrap_or_else(|| self.declare(id, SymbolKind::Function));
        self.hoist_function(f, Some(symbol));
    }

    /// In sloppy code a function in a block is also a `var` of the function around it.
    fn leaves_blocks(&self, f: &Function<'a>) -> bool {
        !self.strict && !f.r#async && !f.generator
    }

    /// The variable of the function at hand that a function in a block is, too.
    fn lifted(&mut self, id: &BindingIdentifier<'a>) -> Option<ValueId> {
        let name = self.scopes.intern(id.name);
        let bound = self.scopes.bound(name, Space::Values)?;
        let here = self.builder.function;
        matches!(self.builder.graph.op(bound), Op::Symbol { function, kind: SymbolKind::Function | SymbolKind::Var, .. }
            if function == here)
        .then_some(bound)
    }

    /// The name of a variable.
    pub(super) fn name_of(&self, symbol: ValueId) -> Option<Name> {
        if let Op::Symbol { name, .. } = self.builder.graph.op(symbol) { Some(name) } else { None }
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
            self.hoist_statement(statement, Reach::Lifted);
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
        let elsewhere = if is_var { Reach::Block } else { Reach::Lifted };
        if reach != elsewhere && !declaration.declare {
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

    /// What is declared to be elsewhere is a global here.
    fn hoist_declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(d) if !d.declare => self.hoist_declarators(d),
            Declaration::FunctionDeclaration(f) => self.hoist_function_declaration(f, Reach::Body),
            Declaration::ClassDeclaration(c) if !c.declare => self.declare_maybe(c.id.as_ref(), SymbolKind::Class),
            Declaration::TSEnumDeclaration(e) if !e.declare => _ = self.declare(&e.id, SymbolKind::Enum),
            Declaration::TSNamespaceDeclaration(n) if !n.declare => _ = self.declare(&n.id, SymbolKind::Namespace),
            Declaration::TSImportEqualsDeclaration(i) => _ = self.declare(&i.id, SymbolKind::Import),
            Declaration::TSTypeAliasDeclaration(t) => _ = self.declare(&t.id, SymbolKind::Type),
            Declaration::TSInterfaceDeclaration(i) => _ = self.declare(&i.id, SymbolKind::Type),
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
        let (values, types) = spaces(kind);
        let own = if values { self.scopes.own(name, Space::Values) } else { self.scopes.own(name, Space::Types) };
        let value = own.unwrap_or_else(|| {
            let function = self.builder.function;
            self.push(Op::Symbol { name, function, kind }, id.span.start)
        });
        if values && own.is_none() {
            self.scopes.bind(name, Space::Values, value);
        }
        if types && self.scopes.own(name, Space::Types) != Some(value) {
            self.scopes.bind(name, Space::Types, value);
        }
        value
    }

    /// The symbol that a declaration stands for when the visit comes to it.
    pub(super) fn binding(&mut self, id: &BindingIdentifier<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        self.scopes.bound(name, Space::Values).unwrap_or_else(|| self.declare(id, SymbolKind::Let))
    }

    /// What a mention of a name stands for: a variable of the file, `arguments`, or a global.
    pub(super) fn resolve(&mut self, id: &IdentifierReference<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        let at = id.span.start;
        let bound = self.scopes.bound(name, Space::Values);
        let value = match bound {
            Some(value) => value,
            None if name == self.words.arguments => self.arguments(at).unwrap_or_else(|| self.global(name, at)),
            None => self.global(name, at),
        };
        self.mentioned(at, value)
    }

    /// The value of a mention of a name. Inside of `with (o)` one from outside is a field of `o`, if `o` has it.
    pub(super) fn reference(&mut self, id: &IdentifierReference<'a>) -> ValueId {
        let mut value = self.resolve(id);
        for object in self.maybe_fields(id) {
            let key = Key::name(self.scopes.intern(id.name));
            let field = self.load(Some(object), key, id.span.start);
            value = self.push(Op::Join { left: Some(field), right: Some(value), how: JoinKind::Choice }, id.span.start);
        }
        value
    }

    /// The objects of `with` that may have what is named here, from the outside in.
    pub(super) fn maybe_fields(&mut self, id: &IdentifierReference<'a>) -> Vec<ValueId> {
        if self.withs.is_empty() {
            return Vec::new();
        }
        let name = self.scopes.intern(id.name);
        let scope = self.scopes.found(name, Space::Values).map_or(0, |(_, scope)| scope);
        self.withs.iter().filter(|(_, around)| scope <= *around).map(|(object, _)| *object).collect()
    }

    /// What the name of a type stands for.
    pub(super) fn type_reference(&mut self, id: &IdentifierReference<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        let at = id.span.start;
        let value = self.scopes.bound(name, Space::Types).unwrap_or_else(|| self.global(name, at));
        self.mentioned(at, value)
    }

    /// What `a` of `a.B` stands for in a type: a namespace, whatever type has that name further in.
    pub(super) fn namespace_reference(&mut self, id: &IdentifierReference<'a>) -> ValueId {
        let name = self.scopes.intern(id.name);
        match self.scopes.bound(name, Space::Values).map(|value| (value, self.builder.graph.op(value))) {
            Some((value, Op::Symbol { kind: SymbolKind::Namespace | SymbolKind::Enum | SymbolKind::Import, .. })) => {
                self.mentioned(id.span.start, value)
            }
            _ => self.type_reference(id),
        }
    }

    pub(super) fn mentioned(&mut self, at: u32, value: ValueId) -> ValueId {
        if let Some(mentions) = &mut self.mentions {
            mentions.push(Mention { at: at + self.builder.offset, value });
        }
        value
    }

    pub(super) fn global(&mut self, name: Name, at: u32) -> ValueId {
        if let Some(known) = self.scopes.global(name) {
            return known;
        }
        let value = self.push(Op::Global { name }, at);
        self.scopes.set_global(name, value);
        value
    }
}

/// Whether a declaration binds a value, and whether it binds a type.
const fn spaces(kind: SymbolKind) -> (bool, bool) {
    match kind {
        SymbolKind::Type => (false, true),
        SymbolKind::Class | SymbolKind::Enum | SymbolKind::Namespace | SymbolKind::Import => (true, true),
        _ => (true, false),
    }
}
