//! Statements: what happens in which block, and where control goes from there.

use oxc_ast::ast::{
    Declaration, DoWhileStatement, Expression, ForInStatement, ForOfStatement, ForStatement, ForStatementInit,
    ForStatementLeft, IfStatement, ReturnStatement, Statement, SwitchStatement, ThrowStatement, VariableDeclaration,
    VariableDeclarationKind, WhileStatement,
};
use oxc_span::GetSpan;

use super::Lower;
use super::exits::{Frame, Goal};
use crate::graph::{BlockId, ElementKind, Loop, LoopId, LoopKind, Name, Op, Operator, Term, ValueId};

/// The blocks of a loop.
struct Rounds {
    label: Option<Name>,
    /// Behind the loop, and where a round ends.
    after: BlockId,
    next: BlockId,
}

/// `for (left of right) body`, or `in`.
struct Each<'e, 'a> {
    left: &'e ForStatementLeft<'a>,
    right: &'e Expression<'a>,
    body: &'e Statement<'a>,
    kind: ElementKind,
    at: u32,
}

impl<'a> Lower<'a> {
    pub(super) fn statements(&mut self, statements: &[Statement<'a>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    /// A block with a scope of its own.
    pub(super) fn scoped(&mut self, statements: &[Statement<'a>]) {
        let scope = self.scopes.enter();
        self.hoist_block(statements);
        self.statements(statements);
        self.scopes.leave(scope);
    }

    fn statement(&mut self, statement: &Statement<'a>) {
        self.builder.revive();
        let label = self.label.take();
        match statement {
            Statement::ExpressionStatement(e) => _ = self.expr(&e.expression),
            Statement::VariableDeclaration(d) => self.variables(d),
            Statement::ReturnStatement(r) => self.return_statement(r),
            Statement::IfStatement(i) => self.if_statement(i),
            Statement::BlockStatement(b) => match label {
                Some(label) => self.labelled(label, |lower| lower.scoped(&b.body)),
                None => self.scoped(&b.body),
            },
            Statement::FunctionDeclaration(f) => _ = self.function_declaration(f),
            Statement::ClassDeclaration(c) => _ = self.class(c),
            Statement::ForStatement(f) => self.for_statement(f, label),
            Statement::ForInStatement(f) => self.for_in(f, label),
            Statement::ForOfStatement(f) => self.for_of(f, label),
            Statement::WhileStatement(w) => self.while_statement(w, label),
            Statement::DoWhileStatement(w) => self.do_while(w, label),
            Statement::LabeledStatement(l) => {
                let label = self.scopes.intern(l.label.name);
                if matches!(l.body, Statement::IfStatement(_) | Statement::TryStatement(_)) {
                    self.labelled(label, |lower| lower.statement(&l.body));
                } else {
                    self.label = Some(label);
                    self.statement(&l.body);
                }
            }
            Statement::BreakStatement(b) => self.jump_to(b.label.as_ref(), true),
            Statement::ContinueStatement(c) => self.jump_to(c.label.as_ref(), false),
            Statement::SwitchStatement(s) => self.switch(s, label),
            Statement::ThrowStatement(t) => self.throw_statement(t),
            Statement::TryStatement(t) => self.try_statement(t),
            Statement::WithStatement(w) => {
                self.expr(&w.object);
                self.statement(&w.body);
            }
            Statement::TSEnumDeclaration(e) => _ = self.enumeration(e),
            Statement::TSNamespaceDeclaration(n) => _ = self.namespace(n),
            Statement::TSTypeAliasDeclaration(t) => self.alias(t),
            Statement::TSInterfaceDeclaration(i) => self.interface(i),
            other => self.module_statement(other),
        }
    }

    /// A declaration that stands behind `export`.
    pub(super) fn declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(d) => self.variables(d),
            Declaration::FunctionDeclaration(f) => _ = self.function_declaration(f),
            Declaration::ClassDeclaration(c) => _ = self.class(c),
            Declaration::TSEnumDeclaration(e) => _ = self.enumeration(e),
            Declaration::TSNamespaceDeclaration(n) => _ = self.namespace(n),
            Declaration::TSTypeAliasDeclaration(t) => self.alias(t),
            Declaration::TSInterfaceDeclaration(i) => self.interface(i),
            Declaration::TSImportEqualsDeclaration(i) => self.import_equals(i),
            _ => {}
        }
    }

    fn return_statement(&mut self, statement: &ReturnStatement<'a>) {
        let value = statement.argument.as_ref().and_then(|value| self.expr(value));
        self.push(Op::Return { value }, statement.span.start);
        let target = self.route(Goal::Return, self.frames.len());
        self.builder.end(Term::Goto(target));
    }

    fn throw_statement(&mut self, statement: &ThrowStatement<'a>) {
        let value = self.expr(&statement.argument);
        self.push(Op::Throw { value }, statement.span.start);
        let handler = self.builder.handler;
        self.builder.end(Term::Goto(handler));
    }

    fn if_statement(&mut self, statement: &IfStatement<'a>) {
        let (yes, after) = (self.builder.block(), self.builder.block());
        let no = if statement.alternate.is_some() { self.builder.block() } else { after };
        self.cond(&statement.test, yes, no);
        self.builder.start(yes);
        self.statement(&statement.consequent);
        self.builder.goto(after);
        if let Some(alternate) = &statement.alternate {
            self.builder.start(no);
            self.statement(alternate);
            self.builder.goto(after);
        }
        self.builder.start(after);
    }

    fn labelled(&mut self, label: Name, inner: impl FnOnce(&mut Self)) {
        let after = self.builder.block();
        self.frames.push(Frame::Labelled { label, after });
        inner(self);
        self.frames.pop();
        self.builder.goto(after);
        self.builder.start(after);
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'a>) {
        for declarator in &declaration.declarations {
            if let Some(init) = &declarator.init {
                let value = self.named(init, &declarator.id);
                self.bind(value, &declarator.id, true);
            }
            if let Some(annotation) = &declarator.type_annotation {
                self.annotate_pattern(&declarator.id, annotation);
            }
            let awaits = declaration.kind == VariableDeclarationKind::AwaitUsing;
            if (awaits || declaration.kind == VariableDeclarationKind::Using)
                && let Some(id) = declarator.id.get_binding_identifier()
            {
                let symbol = self.binding(id);
                self.push(Op::Using { symbol, awaits }, declarator.span.start);
            }
        }
    }

    // Loops.

    fn new_loop(&mut self, kind: LoopKind) -> LoopId {
        let id = LoopId::at(self.builder.graph.loops.len());
        let (function, parent) = (self.builder.function, self.builder.inside);
        self.builder.graph.loops.push(Loop { function, parent, over: None, kind });
        self.builder.inside = Some(id);
        id
    }

    fn end_loop(&mut self, id: LoopId) {
        self.builder.inside = self.builder.graph.loops[id.index()].parent;
    }

    fn set_over(&mut self, id: LoopId, over: Option<ValueId>) {
        self.builder.graph.loops[id.index()].over = over;
    }

    fn round(&mut self, rounds: Rounds, body: &Statement<'a>) {
        let Rounds { label, after, next } = rounds;
        self.frames.push(Frame::Loop { label, after, next });
        self.statement(body);
        self.frames.pop();
        self.builder.goto(next);
    }

    fn while_statement(&mut self, statement: &WhileStatement<'a>, label: Option<Name>) {
        let after = self.builder.block();
        let id = self.new_loop(loop_kind(Some(&statement.test)));
        let (test, body) = (self.builder.block(), self.builder.block());
        self.builder.goto(test);
        self.builder.start(test);
        let over = self.cond(&statement.test, body, after);
        self.set_over(id, over);
        self.builder.start(body);
        self.round(Rounds { label, after, next: test }, &statement.body);
        self.end_loop(id);
        self.builder.start(after);
    }

    fn do_while(&mut self, statement: &DoWhileStatement<'a>, label: Option<Name>) {
        let after = self.builder.block();
        let id = self.new_loop(loop_kind(Some(&statement.test)));
        let (body, test) = (self.builder.block(), self.builder.block());
        self.builder.goto(body);
        self.builder.start(body);
        self.round(Rounds { label, after, next: test }, &statement.body);
        self.builder.start(test);
        let over = self.cond(&statement.test, body, after);
        self.set_over(id, over);
        self.end_loop(id);
        self.builder.start(after);
    }

    fn for_statement(&mut self, statement: &ForStatement<'a>, label: Option<Name>) {
        let scope = self.scopes.enter();
        match &statement.init {
            Some(ForStatementInit::VariableDeclaration(d)) => {
                if d.kind != VariableDeclarationKind::Var {
                    self.hoist_declarators(d);
                }
                self.variables(d);
            }
            Some(other) => _ = other.as_expression().and_then(|init| self.expr(init)),
            None => {}
        }
        let after = self.builder.block();
        let id = self.new_loop(loop_kind(statement.test.as_ref()));
        let (test, body, next) = (self.builder.block(), self.builder.block(), self.builder.block());
        self.builder.goto(test);
        self.builder.start(test);
        match &statement.test {
            Some(condition) => {
                let over = self.cond(condition, body, after);
                self.set_over(id, over);
            }
            None => self.builder.goto(body),
        }
        self.builder.start(body);
        self.round(Rounds { label, after, next }, &statement.body);
        self.builder.start(next);
        if let Some(update) = &statement.update {
            self.expr(update);
        }
        self.builder.goto(test);
        self.end_loop(id);
        self.builder.start(after);
        self.scopes.leave(scope);
    }

    fn for_in(&mut self, f: &ForInStatement<'a>, label: Option<Name>) {
        let each = Each { left: &f.left, right: &f.right, body: &f.body, kind: ElementKind::In, at: f.span.start };
        self.for_each(&each, label);
    }

    fn for_of(&mut self, f: &ForOfStatement<'a>, label: Option<Name>) {
        let kind = if f.r#await { ElementKind::AwaitOf } else { ElementKind::Of };
        let each = Each { left: &f.left, right: &f.right, body: &f.body, kind, at: f.span.start };
        self.for_each(&each, label);
    }

    fn for_each(&mut self, each: &Each<'_, 'a>, label: Option<Name>) {
        let scope = self.scopes.enter();
        let over = self.expr(each.right);
        let after = self.builder.block();
        let id = self.new_loop(match each.kind {
            ElementKind::Of => LoopKind::Of,
            ElementKind::In => LoopKind::In,
            ElementKind::AwaitOf => LoopKind::AwaitOf,
        });
        self.set_over(id, over);
        let (head, inside) = (self.builder.block(), self.builder.block());
        self.builder.goto(head);
        self.builder.start(head);
        let one = self.push(Op::Element { of: over, how: each.kind }, each.at);
        self.builder.branch(None, inside, after);
        self.builder.start(inside);
        match each.left {
            ForStatementLeft::VariableDeclaration(d) => {
                if d.kind != VariableDeclarationKind::Var {
                    self.hoist_declarators(d);
                }
                if let Some(declarator) = d.declarations.first() {
                    self.bind(Some(one), &declarator.id, true);
                }
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign(Some(one), target);
                }
            }
        }
        self.round(Rounds { label, after, next: head }, each.body);
        self.end_loop(id);
        self.builder.start(after);
        self.scopes.leave(scope);
    }

    fn switch(&mut self, statement: &SwitchStatement<'a>, label: Option<Name>) {
        let what = self.expr(&statement.discriminant);
        let after = self.builder.block();
        let scope = self.scopes.enter();
        statement.cases.iter().for_each(|case| self.hoist_block(&case.consequent));
        let bodies: Vec<_> = statement.cases.iter().map(|_| self.builder.block()).collect();
        let mut otherwise = after;
        for (case, body) in statement.cases.iter().zip(&bodies) {
            let Some(test) = &case.test else {
                otherwise = *body;
                continue;
            };
            let right = self.expr(test);
            let operator = Operator::Equal;
            let same = self.push(Op::Operate { operator, left: what, right }, test.span().start);
            let next = self.builder.block();
            self.builder.branch(Some(same), *body, next);
            self.builder.start(next);
        }
        self.builder.goto(otherwise);
        self.frames.push(Frame::Switch { label, after });
        for (case, body) in statement.cases.iter().zip(&bodies) {
            self.builder.goto(*body);
            self.builder.start(*body);
            self.statements(&case.consequent);
        }
        self.frames.pop();
        self.builder.goto(after);
        self.scopes.leave(scope);
        self.builder.start(after);
    }
}

/// `while (true)` and `for (;;)` end by `break`, `return` or `throw` only.
fn loop_kind(test: Option<&Expression<'_>>) -> LoopKind {
    let forever = match test {
        None => true,
        Some(Expression::BooleanLiteral(literal)) => literal.value,
        Some(Expression::NumericLiteral(literal)) => literal.value != 0.0,
        Some(_) => false,
    };
    if forever { LoopKind::Forever } else { LoopKind::While }
}
