//! Functions: their parameters, their `this`, their bodies.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingIdentifier, Expression, FormalParameter, FormalParameterRest,
    FormalParameters, Function as Syntax, FunctionType, Statement, TSThisParameter, TSTypeParameterDeclaration,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the language")]
#[derive(Clone, Copy)]
struct Body<'e, 'a> {
    name: Option<Name>,
    at: u32,
    types: Option<&'e TSTypeParameterDeclaration<'a>>,
    this_param: Option<&'e TSThisParameter<'a>>,
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
    strict: bool,
}

impl<'a> Lower<'a> {
    /// A declaration: its closure is there since the scope was entered, unless it stands where none was looked for.
    pub(super) fn function_declaration(&mut self, f: &Syntax<'a>) -> Option<ValueId> {
        f.body.as_ref()?;
        let (id, value) = if let Some(hoisted) = self.take_hoisted(f) {
            hoisted
        } else {
            let symbol = f.id.as_ref().map(|id| self.binding(id));
            self.hoist_function(f, symbol)?
        };
        if let Some(body) = self.body_of(f, None, This::Unknown) {
            self.function_body(id, value, body);
        }
        Some(value)
    }

    fn take_hoisted(&mut self, f: &Syntax<'a>) -> Option<(FunctionId, ValueId)> {
        let (id, at) = (self.hoisted, f.span.start + self.builder.offset);
        let made = self.builder.graph.functions.get(id.index()).filter(|made| made.at == at)?;
        self.hoisted = FunctionId::at(id.index() + 1);
        Some((id, made.value?))
    }

    /// Makes the closure of a declaration, which its name stands for from the start of the scope on; its body follows where
    /// it is written. `None` where it has no body: an overload, a declaration of something elsewhere.
    pub(super) fn hoist_function(&mut self, f: &Syntax<'a>, symbol: Option<ValueId>) -> Option<(FunctionId, ValueId)> {
        let name = symbol.and_then(|symbol| self.name_of(symbol));
        let body = self.body_of(f, name, This::Unknown)?;
        let (id, value) = self.declare_function(&body);
        if let Some(symbol) = symbol {
            let at = f.id.as_ref().map_or(body.at, |id| id.span.start);
            self.copy(Some(value), symbol, (true, at));
        }
        Some((id, value))
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
        self.function(Body {
            name,
            at: f.span.start,
            types: f.type_parameters.as_deref(),
            this_param: None,
            params: &f.params,
            statements,
            returns,
            own: None,
            this: This::Unknown,
            arrow: true,
            is_async: f.r#async,
            generator: false,
            strict: self.strict || f.has_use_strict_directive(),
        })
    }

    /// `None` where it has no body: an abstract method, an overload.
    pub(super) fn function_of(&mut self, f: &Syntax<'a>, name: Option<Name>, this: This) -> Option<ValueId> {
        let body = self.body_of(f, name, this)?;
        Some(self.function(body))
    }

    fn body_of<'e>(&mut self, f: &'e Syntax<'a>, name: Option<Name>, this: This) -> Option<Body<'e, 'a>> {
        let body = f.body.as_ref()?;
        let own = f.id.as_ref().filter(|_| f.r#type == FunctionType::FunctionExpression);
        Some(Body {
            name: own.map(|id| self.scopes.intern(id.name)).or(name),
            at: f.span.start,
            types: f.type_parameters.as_deref(),
            this_param: f.this_param.as_deref(),
            params: &f.params,
            statements: &body.statements,
            returns: None,
            own,
            this,
            arrow: false,
            is_async: f.r#async,
            generator: f.generator,
            strict: self.strict || body.has_use_strict_directive(),
        })
    }

    /// Adds a function to the arena; its body is still to be made.
    fn declare_function(&mut self, body: &Body<'_, 'a>) -> (FunctionId, ValueId) {
        let id = FunctionId::at(self.builder.graph.functions.len());
        let value = self.push(Op::Closure { function: id }, body.at);
        let (kind, class, is_static) = match body.this {
            This::Unknown if body.arrow => (FunctionKind::Arrow, None, false),
            This::Unknown => (FunctionKind::Function, None, false),
            This::Value(_, kind) => (kind, None, false),
            This::Member { class, kind, is_static, .. } => (kind, Some(class), is_static),
        };
        self.builder.graph.functions.push(Function {
            name: body.name,
            at: body.at + self.builder.offset,
            parent: self.builder.function,
            class,
            entry: BlockId::at(0),
            params: List::default(),
            kind,
            is_async: body.is_async,
            generator: body.generator,
            is_static,
            rest: body.params.rest.is_some(),
            arguments: None,
            value: Some(value),
        });
        (id, value)
    }

    fn function(&mut self, body: Body<'_, 'a>) -> ValueId {
        let (id, value) = self.declare_function(&body);
        self.function_body(id, value, body);
        value
    }

    fn function_body(&mut self, id: FunctionId, value: ValueId, body: Body<'_, 'a>) {
        let (receiver, base, strict) = (self.receiver, self.base, self.strict);
        if !body.arrow {
            let this = match body.this {
                This::Unknown => None,
                This::Value(value, _) | This::Member { this: value, .. } => Some(value),
            };
            self.receiver = Receiver { function: id, this, arguments: None };
        }
        (self.base, self.strict) = (self.frames.len(), body.strict);
        let outside = self.builder.enter(id);
        let scope = self.scopes.enter();
        if let Some(own) = body.own {
            let symbol = self.declare(own, SymbolKind::Function);
            self.copy(Some(value), symbol, (true, body.at));
        }
        let inner = self.scopes.enter();
        self.type_parameters(body.types);
        self.parameters(id, &body);
        self.body(body.statements);
        if let Some(returned) = body.returns {
            let value = self.expr(returned);
            self.push(Op::Return { value }, returned.span().start);
        }
        self.finish_function();
        self.scopes.leave(inner);
        self.scopes.leave(scope);
        self.builder.leave(outside);
        (self.base, self.strict) = (base, strict);
        // An arrow uses the `this` around it: one that was made inside serves outside, too.
        if !body.arrow {
            self.receiver = receiver;
        }
        self.parameter_decorators(id, body.params);
    }

    /// A function without parameters around an expression whose value goes into a field of `this`.
    pub(super) fn initialiser(&mut self, key: Key, init: &Expression<'a>, class: ClassId) {
        let at = init.span().start;
        let id = FunctionId::at(self.builder.graph.functions.len());
        let value = self.push(Op::Closure { function: id }, at);
        self.builder.graph.functions.push(Function {
            name: key.as_name(),
            at: at + self.builder.offset,
            parent: self.builder.function,
            class: Some(class),
            kind: FunctionKind::Initialiser,
            value: Some(value),
            ..super::module_function()
        });
        let base = std::mem::replace(&mut self.base, self.frames.len());
        let outside = self.builder.enter(id);
        let value = self.named_as(init, key.as_name());
        let object = self.receiver.this;
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
        if let Some(annotation) = body.this_param.and_then(|this| this.type_annotation.as_ref()) {
            let this = self.this(body.at);
            self.annotate(this, &annotation.type_annotation);
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
        let params = self.builder.params(mark);
        self.builder.graph.functions[id.index()].params = params;
        // A default has used them already.
        if let Some(arguments) = self.builder.graph.functions[id.index()].arguments {
            self.fill_arguments(arguments, id, body.at);
        }
    }

    fn parameter(&mut self, place: (FunctionId, usize), param: &FormalParameter<'a>, this: This) -> ValueId {
        let at = param.span.start;
        let id = param.pattern.get_binding_identifier();
        let annotation = param.type_annotation.as_ref().map(|annotation| &annotation.type_annotation);
        let value = match id {
            Some(id) if param.initializer.is_none() => self.binding(id),
            _ => {
                let value = self.pattern_parameter(place, at);
                let mut part = value;
                if let Some(init) = &param.initializer {
                    let name = self.name_for(init, &param.pattern);
                    part = self.or_default(Some(value), (init, name), at);
                }
                self.bind(Some(part), &param.pattern, true);
                value
            }
        };
        let variable = id.map_or(value, |id| self.binding(id));
        if let Some(ty) = annotation {
            self.annotate(variable, ty);
        }
        // `constructor(private readonly db: Db)` is a field, too.
        if (param.accessibility.is_some() || param.readonly || param.r#override)
            && let This::Member { this, .. } = this
            && let Some(name) = self.name_of(variable)
        {
            self.store(Some(this), (Key::name(name), Some(variable)), at);
        }
        value
    }

    fn rest_parameter(&mut self, place: (FunctionId, usize), rest: &FormalParameterRest<'a>) -> ValueId {
        let value = self.pattern_parameter(place, rest.span.start);
        if let Some(annotation) = &rest.type_annotation {
            self.annotate(value, &annotation.type_annotation);
        }
        self.bind(Some(value), &rest.rest.argument, true);
        value
    }

    /// What is handed over, where it does not go into one variable as it is.
    fn pattern_parameter(&mut self, (function, index): (FunctionId, usize), at: u32) -> ValueId {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.push(Op::Param { function, index }, at)
    }

    /// Decorators of parameters run with the class, and see none of the parameters.
    fn parameter_decorators(&mut self, id: FunctionId, params: &FormalParameters<'a>) {
        let all = params.items.iter().map(|param| &param.decorators);
        for (index, decorators) in all.chain(params.rest.iter().map(|rest| &rest.decorators)).enumerate() {
            if !decorators.is_empty() {
                let value = self.builder.graph.params(id).get(index).copied().flatten();
                self.decorators(decorators, value);
            }
        }
    }

    /// `arguments` of the function at hand; at the top of a module it is a global that nobody made.
    pub(super) fn arguments(&mut self, at: u32) -> Option<ValueId> {
        let function = self.receiver.function;
        if function == FunctionId::MODULE {
            return None;
        }
        if self.receiver.arguments.is_none() {
            let value = self.push(Op::Arguments { function }, at);
            self.receiver.arguments = Some(value);
            self.builder.graph.functions[function.index()].arguments = Some(value);
            self.fill_arguments(value, function, at);
        }
        self.receiver.arguments
    }

    /// The parameters are what `arguments` holds first.
    fn fill_arguments(&mut self, arguments: ValueId, function: FunctionId, at: u32) {
        let rest = self.builder.graph.functions[function.index()].rest;
        let count = self.builder.graph.params(function).len();
        for index in 0..count {
            match self.builder.graph.params(function)[index] {
                Some(from) if rest && index + 1 == count => _ = self.push(Op::Spread { from, into: arguments }, at),
                value => self.store(Some(arguments), (Key::index(index), value), at),
            }
        }
    }
}
