//! Classes: methods and fields of their instances and of themselves, decorators.

use oxc_ast::ast::{
    Class as Syntax, ClassElement, ClassType, Decorator, Expression, MethodDefinition, MethodDefinitionKind,
    PropertyKey, TSTypeAnnotation,
};
use oxc_span::GetSpan;

use super::Lower;
use super::functions::This;
use crate::graph::{CallKind, Class, ClassId, FunctionKind, Name, Op, SymbolKind, ValueId};

/// The class whose body is visited.
#[derive(Clone, Copy)]
struct Members {
    class: ClassId,
    value: ValueId,
    instance: ValueId,
}

/// A field as it is written.
struct Field<'e, 'a> {
    key: &'e PropertyKey<'a>,
    init: Option<&'e Expression<'a>>,
    annotation: Option<&'e TSTypeAnnotation<'a>>,
    decorators: &'e [Decorator<'a>],
    is_static: bool,
    at: u32,
}

impl Members {
    fn this(self, kind: FunctionKind, is_static: bool) -> This {
        let this = if is_static { self.value } else { self.instance };
        This::Member { class: self.class, this, kind, is_static }
    }
}

impl<'a> Lower<'a> {
    /// The value of a class, declared or not; `name` is that of the variable or field that it is written into.
    pub(super) fn class(&mut self, c: &Syntax<'a>, name: Option<Name>) -> ValueId {
        let class = ClassId::at(self.builder.graph.classes.len());
        let value = self.push(Op::Class { class }, c.span.start);
        let instance = self.push(Op::Instance { class }, c.span.start);
        let name = c.id.as_ref().map(|id| self.scopes.intern(id.name)).or(name);
        let function = self.builder.function;
        self.builder.graph.classes.push(Class { name, function, value, instance, constructor: None, heritage: None });
        let scope = self.scopes.enter();
        let strict = std::mem::replace(&mut self.strict, true);
        if let Some(id) = &c.id {
            let expression = c.r#type == ClassType::ClassExpression;
            let symbol = if expression { self.declare(id, SymbolKind::Class) } else { self.binding(id) };
            self.copy(Some(value), symbol, (true, id.span.start));
        }
        self.type_parameters(c.type_parameters.as_deref());
        if let Some(heritage) = &c.heritage {
            let base = self.expr(&heritage.expression);
            self.builder.graph.classes[class.index()].heritage = base;
        }
        self.members(c, Members { class, value, instance });
        self.scopes.leave(scope);
        self.strict = strict;
        self.decorators(&c.decorators, Some(value));
        value
    }

    fn members(&mut self, c: &Syntax<'a>, members: Members) {
        for element in &c.body.body {
            match element {
                ClassElement::MethodDefinition(m) => self.method(m, members),
                ClassElement::PropertyDefinition(p) => self.field(
                    members,
                    &Field {
                        key: &p.key,
                        init: p.value.as_ref(),
                        annotation: p.type_annotation.as_deref(),
                        decorators: &p.decorators,
                        is_static: p.r#static,
                        at: p.span.start,
                    },
                ),
                ClassElement::AccessorProperty(p) => self.field(
                    members,
                    &Field {
                        key: &p.key,
                        init: p.value.as_ref(),
                        annotation: p.type_annotation.as_deref(),
                        decorators: &p.decorators,
                        is_static: p.r#static,
                        at: p.span.start,
                    },
                ),
                ClassElement::StaticBlock(b) => {
                    let this = self.receiver.this.replace(members.value);
                    let scope = self.scopes.enter();
                    self.body(&b.body);
                    self.scopes.leave(scope);
                    self.receiver.this = this;
                }
                ClassElement::TSIndexSignature(_) => {}
            }
        }
    }

    fn method(&mut self, m: &MethodDefinition<'a>, members: Members) {
        let key = self.property_key(&m.key);
        let kind = match m.kind {
            MethodDefinitionKind::Constructor => FunctionKind::Constructor,
            MethodDefinitionKind::Get => FunctionKind::Getter,
            MethodDefinitionKind::Set => FunctionKind::Setter,
            MethodDefinitionKind::Method => FunctionKind::Method,
        };
        let this = members.this(kind, m.r#static);
        let Some(function) = self.function_of(&m.value, key.as_name(), this) else { return };
        let object = if m.r#static { members.value } else { members.instance };
        let at = m.span.start;
        match kind {
            FunctionKind::Constructor => {
                let made = self.builder.graph.op(function);
                if let Op::Closure { function } = made {
                    self.builder.graph.classes[members.class.index()].constructor = Some(function);
                }
            }
            FunctionKind::Getter | FunctionKind::Setter => {
                let setter = kind == FunctionKind::Setter;
                self.push(Op::Accessor { object, key, function, setter }, at);
            }
            _ => self.store(Some(object), (key, Some(function)), at),
        }
        self.decorators(&m.decorators, Some(function));
    }

    /// The initialiser of a field runs once for each instance: a function of its own, unless it is a function or a literal.
    fn field(&mut self, members: Members, field: &Field<'_, 'a>) {
        let key = self.property_key(field.key);
        let object = if field.is_static { members.value } else { members.instance };
        let this = self.receiver.this.replace(object);
        match field.init {
            None => {}
            Some(init @ Expression::FunctionExpression(_)) => {
                let method = members.this(FunctionKind::Method, field.is_static);
                let value = self.function_value(init, key.as_name(), method);
                self.store(Some(object), (key, value), init.span().start);
            }
            Some(init) if field.is_static || init.is_literal() || init.is_function() => {
                let value = self.named_as(init, key.as_name());
                self.store(Some(object), (key, value), init.span().start);
            }
            Some(init) => self.initialiser(key, init, members.class),
        }
        self.receiver.this = this;
        if field.annotation.is_some() || !field.decorators.is_empty() {
            let slot = self.load(Some(object), key, field.at);
            if let Some(annotation) = field.annotation {
                self.annotate(slot, &annotation.type_annotation);
            }
            self.decorators(field.decorators, Some(slot));
        }
    }

    /// A decorator is called with what it stands before.
    pub(super) fn decorators(&mut self, decorators: &[Decorator<'a>], on: Option<ValueId>) {
        for decorator in decorators {
            let callee = self.expr(&decorator.expression);
            self.call_on(callee, &[on], (CallKind::Decorator, decorator.span.start));
        }
    }
}
