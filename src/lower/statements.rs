//! Statements: what happens in which block, and where control goes from there.

use oxc_ast::ast::{
    BindingPattern, Declaration, DoWhileStatement, Expression, ForInStatement, ForOfStatement, ForStatement,
    ForStatementInit, ForStatementLeft, IfStatement, LabeledStatement, ReturnStatement, Statement, SwitchStatement,
    ThrowStatement, VariableDeclaration, VariableDeclarationKind, WhileStatement, WithStatement,
};
use oxc_span::GetSpan;

use super::Lower;
use super::exits::{Frame, Goal};
use super::expressions::always;
use super::hoist::Reach;
use crate::graph::{BlockId, ElementKind, Loop, LoopId, LoopKind, Op, Operator, Term, ValueId};

/// The blocks of a loop.
#[derive(Clone, Copy)]
struct Rounds {
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

    fn statement(&mut self, statement: &Statement<'a>) {
        self.builder.revive();
        match statement {
            Statement::ExpressionStatement(e) => _ = self.expr(&e.expression),
            Statement::ReturnStatement(r) => self.return_statement(r),
            Statement::IfStatement(i) => self.if_statement(i),
            Statement::BlockStatement(b) => self.scoped(&b.body),
            Statement::ForStatement(f) => self.for_statement(f),
            Statement::ForInStatement(f) => self.for_in(f),
            Statement::ForOfStatement(f) => self.for_of(f),
            Statement::WhileStatement(w) => self.while_statement(w),
            Statement::DoWhileStatement(w) => self.do_while(w),
            Statement::LabeledStatement(l) => self.labelled(l),
            Statement::BreakStatement(b) => self.jump_to(b.label.as_ref(), true),
            Statement::ContinueStatement(c) => self.jump_to(c.label.as_ref(), false),
            Statement::SwitchStatement(s) => self.switch(s),
            Statement::ThrowStatement(t) => self.throw_statement(t),
            Statement::TryStatement(t) => self.try_statement(t),
            Statement::WithStatement(w) => self.with_statement(w),
            other => match other.as_declaration() {
                Some(declaration) => self.declaration(declaration),
                None => self.module_statement(other),
            },
        }
    }

    pub(super) fn declaration(&mut self, declaration: &Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(d) if d.declare => self.ambient(d),
            Declaration::VariableDeclaration(d) => self.variables(d),
            Declaration::FunctionDeclaration(f) => _ = self.function_declaration(f),
            Declaration::ClassDeclaration(c) if !c.declare => _ = self.class(c, None),
            Declaration::TSEnumDeclaration(e) if !e.declare => self.enumeration(e),
            Declaration::TSNamespaceDeclaration(n) if !n.declare => _ = self.namespace(n),
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

    fn labelled(&mut self, statement: &LabeledStatement<'a>) {
        let label = self.scopes.intern(statement.label.name);
        let after = self.builder.block();
        self.frames.push(Frame::Labelled { label, after });
        self.statement(&statement.body);
        self.frames.pop();
        self.builder.goto(after);
        self.builder.start(after);
    }

    fn with_statement(&mut self, statement: &WithStatement<'a>) {
        let object = self.expr(&statement.object);
        if let Some(object) = object {
            self.withs.push((object, self.scopes.scope()));
        }
        self.statement(&statement.body);
        if object.is_some() {
            self.withs.pop();
        }
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'a>) {
        for declarator in &declaration.declarations {
            let annotated = match &declarator.id {
                BindingPattern::BindingIdentifier(id) => {
                    let symbol = self.binding(id);
                    if let Some(init) = &declarator.init {
                        let name = self.name_of(symbol);
                        let value = self.named_as(init, name);
                        self.copy(value, symbol, (true, id.span.start));
                    }
                    Some(symbol)
                }
                pattern => {
                    let value = declarator.init.as_ref().and_then(|init| self.expr(init));
                    self.bind(value, pattern, true);
                    value
                }
            };
            if let (Some(value), Some(annotation)) = (annotated, &declarator.type_annotation) {
                self.annotate(value, &annotation.type_annotation);
            }
            self.using(declaration.kind, &declarator.id);
        }
    }

    /// `declare const x: T`: a global of which the type is known.
    fn ambient(&mut self, declaration: &VariableDeclaration<'a>) {
        for declarator in &declaration.declarations {
            if let (Some(id), Some(ty)) = (declarator.id.get_binding_identifier(), &declarator.type_annotation) {
                let name = self.scopes.intern(id.name);
                let value = self.global(name, id.span.start);
                self.annotate(value, &ty.type_annotation);
            }
        }
    }

    fn using(&mut self, kind: VariableDeclarationKind, pattern: &BindingPattern<'a>) {
        let awaits = kind == VariableDeclarationKind::AwaitUsing;
        if (awaits || kind == VariableDeclarationKind::Using)
            && let Some(id) = pattern.get_binding_identifier()
        {
            let symbol = self.binding(id);
            self.push(Op::Using { symbol, awaits }, id.span.start);
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
        let Rounds { after, next } = rounds;
        self.frames.push(Frame::Loop { after, next });
        self.statement(body);
        self.frames.pop();
        self.builder.goto(next);
    }

    fn while_statement(&mut self, statement: &WhileStatement<'a>) {
        let after = self.builder.block();
        let id = self.new_loop(loop_kind(Some(&statement.test)));
        let (test, body) = (self.builder.block(), self.builder.block());
        self.builder.goto(test);
        self.builder.start(test);
        let over = self.cond(&statement.test, body, after);
        self.set_over(id, over);
        self.builder.start(body);
        self.round(Rounds { after, next: test }, &statement.body);
        self.end_loop(id);
        self.builder.start(after);
    }

    fn do_while(&mut self, statement: &DoWhileStatement<'a>) {
        let after = self.builder.block();
        let id = self.new_loop(loop_kind(Some(&statement.test)));
        let (body, test) = (self.builder.block(), self.builder.block());
        self.builder.goto(body);
        self.builder.start(body);
        self.round(Rounds { after, next: test }, &statement.body);
        self.builder.start(test);
        let over = self.cond(&statement.test, body, after);
        self.set_over(id, over);
        self.end_loop(id);
        self.builder.start(after);
    }

    fn for_statement(&mut self, statement: &ForStatement<'a>) {
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
        self.round(Rounds { after, next }, &statement.body);
        self.builder.start(next);
        if let Some(update) = &statement.update {
            self.expr(update);
        }
        self.builder.goto(test);
        self.end_loop(id);
        self.builder.start(after);
        self.scopes.leave(scope);
    }

    fn for_in(&mut self, f: &ForInStatement<'a>) {
        let each = Each { left: &f.left, right: &f.right, body: &f.body, kind: ElementKind::In, at: f.span.start };
        self.for_each(&each);
    }

    fn for_of(&mut self, f: &ForOfStatement<'a>) {
        let kind = if f.r#await { ElementKind::AwaitOf } else { ElementKind::Of };
        let each = Each { left: &f.left, right: &f.right, body: &f.body, kind, at: f.span.start };
        self.for_each(&each);
    }

    fn for_each(&mut self, each: &Each<'_, 'a>) {
        let scope = self.scopes.enter();
        if let ForStatementLeft::VariableDeclaration(d) = each.left
            && d.kind != VariableDeclarationKind::Var
        {
            self.hoist_declarators(d);
        }
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
                if let Some(declarator) = d.declarations.first() {
                    self.bind(Some(one), &declarator.id, true);
                    self.using(d.kind, &declarator.id);
                }
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign(Some(one), target);
                }
            }
        }
        self.round(Rounds { after, next: head }, each.body);
        self.end_loop(id);
        self.builder.start(after);
        self.scopes.leave(scope);
    }

    fn switch(&mut self, statement: &SwitchStatement<'a>) {
        let what = self.expr(&statement.discriminant);
        let after = self.builder.block();
        let bodies: Vec<_> = statement.cases.iter().map(|_| self.builder.block()).collect();
        let statements: Vec<&[_]> = statement.cases.iter().map(|case| case.consequent.as_slice()).collect();
        let scope = self.scopes.enter();
        let outside = self.hoist(&statements, Reach::Block);
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
        self.frames.push(Frame::Switch { after });
        for (statements, body) in statements.iter().zip(&bodies) {
            self.builder.goto(*body);
            self.builder.start(*body);
            self.statements(statements);
        }
        self.frames.pop();
        self.builder.goto(after);
        self.hoisted = outside;
        self.scopes.leave(scope);
        self.builder.start(after);
    }
}

/// `while (true)` and `for (;;)` end by `break`, `return` or `throw` only.
fn loop_kind(test: Option<&Expression<'_>>) -> LoopKind {
    if test.is_none_or(|test| always(test) == Some(true)) { LoopKind::Forever } else { LoopKind::While }
}
