//! Functions: their parameters, their `this`, their bodies.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingIdentifier, BindingPattern, Expression, FormalParameter,
    FormalParameterRest, FormalParameters, Function as Syntax, FunctionType, Statement,
};
use oxc_span::GetSpan;

use super::{Lower, Receiver};
use crate::graph::{BlockId, ClassId, Function, FunctionId, FunctionKind, Key, List, Name, Op, SymbolKind, ValueId};

/// What `this` is inside a function that is no arrow.
#[derive(Debug, Clone, Copy)]
pub enum This {
    /// Whatever it is called on.
    Unknown,
    /// The object that it is a method of.
    Value(ValueId, FunctionKind),
    /// Instances of a class, or the class itself where it is static.
    Member { class: ClassId, this: ValueId, kind: FunctionKind, is_static: bool },
}

/// A function of whatever syntax.
struct Body<'e, 'a> {
    name: Option<Name>,
    at: u32,
    params: &'e FormalParameters<'a>,
    statements: &'e [Statement<'a>],
    /// The value of an arrow without braces.
    returns: Option<&'e Expression<'a>>,
    /// The name of a function expression, known inside of it only.
    own: Option<&'e BindingIdentifier<'a>>,
    this: This,
    arrow: bool,
    is_async: bool,
    generator: bool,
}

impl<'a> Lower<'a> {
    pub(super) fn function_declaration(&mut self, f: &Syntax<'a>) -> Option<ValueId> {
        let value = self.function_of(f, None, This::Unknown)?;
        if let Some(id) = &f.id {
            let symbol = self.binding(id);
            self.copy(Some(value), symbol, (true, id.span.start));
        }
        Some(value)
    }

    /// A function or arrow; `name` is that of the variable or field that it is written into.
    pub(super) fn function_value(&mut self, e: &Expression<'a>, name: Option<Name>, this: This) -> Option<ValueId> {
        match e {
            Expression::FunctionExpression(f) => self.function_of(f, name, this),
            Expression::ArrowFunctionExpression(f) => Some(self.arrow(f, name)),
            _ => None,
        }
    }

    fn arrow(&mut self, f: &ArrowFunctionExpression<'a>, name: Option<Name>) -> ValueId {
        let (statements, returns): (&[Statement<'a>], _) = match &f.body {
            ArrowFunctionBody::FunctionBody(body) => (&body.statements, None),
            other => (&[], other.as_expression()),
        };
        self.function(&Body {
            name,
            at: f.span.start,
            params: &f.params,
            statements,
            returns,
            own: None,
            this: This::Unknown,
            arrow: true,
            is_async: f.r#async,
            generator: false,
        })
    }

    /// `None` where it has no body: an overload, an abstract method, a declaration of something elsewhere.
    pub(super) fn function_of(&mut self, f: &Syntax<'a>, name: Option<Name>, this: This) -> Option<ValueId> {
        let body = f.body.as_ref()?;
        let own_name = f.id.as_ref().map(|id| self.scopes.intern(id.name));
        Some(self.function(&Body {
            name: own_name.or(name),
            at: f.span.start,
            params: &f.params,
            statements: &body.statements,
            returns: None,
            own: f.id.as_ref().filter(|_| f.r#type == FunctionType::FunctionExpression),
            this,
            arrow: false,
            is_async: f.r#async,
            generator: f.generator,
        }))
    }

    /// Adds a function to the arena; its body is still to be made.
    fn declare_function(&mut self, name: Option<Name>, this: This, at: u32) -> (FunctionId, ValueId) {
        let id = FunctionId::at(self.builder.graph.functions.len());
        let value = self.push(Op::Closure { function: id }, at);
        let (kind, class, is_static) = match this {
            This::Unknown => (FunctionKind::Function, None, false),
            This::Value(_, kind) => (kind, None, false),
            This::Member { class, kind, is_static, .. } => (kind, Some(class), is_static),
        };
        self.builder.graph.functions.push(Function {
            name,
            at: at + self.builder.offset,
            parent: self.builder.function,
            class,
            entry: BlockId::at(0),
            params: List::default(),
            kind,
            is_async: false,
            generator: false,
            is_static,
            rest: false,
            value: Some(value),
        });
        (id, value)
    }

    fn function(&mut self, body: &Body<'_, 'a>) -> ValueId {
        let (id, value) = self.declare_function(body.name, body.this, body.at);
        let made = &mut self.builder.graph.functions[id.index()];
        (made.is_async, made.generator) = (body.is_async, body.generator);
        if body.arrow {
            made.kind = FunctionKind::Arrow;
        }
        let (receiver, base, label) = (self.receiver, self.base, self.label.take());
        if !body.arrow {
            let this = match body.this {
                This::Unknown => None,
                This::Value(value, _) | This::Member { this: value, .. } => Some(value),
            };
            self.receiver = Receiver { function: id, value: this };
        }
        self.base = self.frames.len();
        let outside = self.builder.enter(id);
        let scope = self.scopes.enter();
        if let Some(own) = body.own {
            let symbol = self.declare(own, SymbolKind::Function);
            self.copy(Some(value), symbol, (true, body.at));
        }
        let inner = self.scopes.enter();
        self.parameters(id, body);
        self.hoist(body.statements);
        self.statements(body.statements);
        if let Some(returned) = body.returns {
            let value = self.expr(returned);
            self.push(Op::Return { value }, returned.span().start);
        }
        self.finish_function();
        self.scopes.leave(inner);
        self.scopes.leave(scope);
        self.builder.leave(outside);
        (self.base, self.label) = (base, label);
        // An arrow uses the `this` around it: one that was made inside serves outside, too.
        if !body.arrow {
            self.receiver = receiver;
        }
        value
    }

    /// A function without parameters around an expression whose value goes into a field of `this`.
    pub(super) fn initialiser(&mut self, key: Key, init: &Expression<'a>, this: This) {
        let at = init.span().start;
        let (id, _) = self.declare_function(key.as_name(), this, at);
        let base = std::mem::replace(&mut self.base, self.frames.len());
        let outside = self.builder.enter(id);
        let value = self.expr(init);
        let object = self.receiver.value;
        self.store(object, (key, value), at);
        self.finish_function();
        self.builder.leave(outside);
        self.base = base;
    }

    fn parameters(&mut self, id: FunctionId, body: &Body<'_, 'a>) {
        for param in &body.params.items {
            self.hoist_pattern(&param.pattern, SymbolKind::Parameter);
        }
        if let Some(rest) = &body.params.rest {
            self.hoist_pattern(&rest.rest.argument, SymbolKind::Parameter);
        }
        let mark = self.builder.mark();
        for (index, param) in body.params.items.iter().enumerate() {
            let value = self.parameter((id, index), param, body.this);
            self.builder.item(Some(value));
        }
        if let Some(rest) = &body.params.rest {
            let value = self.rest_parameter((id, body.params.items.len()), rest);
            self.builder.item(Some(value));
        }
        let params = self.builder.finish(mark);
        self.builder.graph.functions[id.index()].params = params;
    }

    fn parameter(&mut self, place: (FunctionId, usize), param: &FormalParameter<'a>, this: This) -> ValueId {
        let at = param.span.start;
        let BindingPattern::BindingIdentifier(name) = &param.pattern else {
            let value = self.pattern_parameter(place, at);
            let mut part = value;
            if let Some(init) = &param.initializer {
                let default = self.expr(init);
                part = self.or_default(Some(value), default, at);
            }
            self.bind(Some(part), &param.pattern, true);
            return value;
        };
        let symbol = self.binding(name);
        if let Some(init) = &param.initializer {
            let default = self.named(init, &param.pattern);
            self.copy(default, symbol, (true, at));
        }
        if let Some(annotation) = &param.type_annotation {
            self.annotate(symbol, &annotation.type_annotation);
        }
        // `constructor(private readonly db: Db)` is a field, too.
        if param.accessibility.is_some() || param.readonly || param.r#override {
            if let This::Member { this, .. } = this {
                let key = Key::name(self.scopes.intern(name.name));
                self.store(Some(this), (key, Some(symbol)), at);
            }
        }
        self.decorators(&param.decorators, symbol);
        symbol
    }

    fn rest_parameter(&mut self, place: (FunctionId, usize), rest: &FormalParameterRest<'a>) -> ValueId {
        self.builder.graph.functions[place.0.index()].rest = true;
        let value = self.pattern_parameter(place, rest.span.start);
        self.bind(Some(value), &rest.rest.argument, true);
        value
    }

    fn pattern_parameter(&mut self, (function, index): (FunctionId, usize), at: u32) -> ValueId {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.push(Op::Param { function, index }, at)
    }
}
