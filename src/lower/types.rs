//! Type annotations: whom they name, and whether what they allow has but few values.

use oxc_ast::ast::{
    BindingIdentifier, Expression, TSImportTypeQualifier, TSInterfaceDeclaration, TSLiteral, TSTupleElement, TSType,
    TSTypeAliasDeclaration, TSTypeName, TSTypeOperatorOperator, TSTypeParameterDeclaration,
};
use oxc_span::GetSpan;

use super::Lower;
use super::scopes::Space;
use crate::graph::{Alias, ImportKind, Key, Op, SymbolKind, Type, TypeId, ValueId};

/// Parts of a union, and types inside of types, that are looked at; what lies behind is unknown.
const MOST_PARTS: usize = 64;
const DEEPEST: u8 = 8;

impl<'a> Lower<'a> {
    pub(super) fn annotate(&mut self, value: ValueId, ty: &TSType<'a>) {
        let ty_id = self.ty(ty, 0);
        if !matches!(self.builder.graph.types[ty_id.index()], Type::Unknown) {
            self.push(Op::Typed { value, ty: ty_id }, ty.span().start);
        }
    }

    /// `e as T`: the value is that of `e`, and it is of type `T`.
    pub(super) fn typed(&mut self, e: &Expression<'a>, ty: &TSType<'a>) -> Option<ValueId> {
        let value = self.expr(e)?;
        if is_const(ty) {
            let ty = self.add_type(Type::Const);
            self.push(Op::Typed { value, ty }, e.span().start);
        } else {
            self.annotate(value, ty);
        }
        Some(value)
    }

    pub(super) fn alias(&mut self, declaration: &TSTypeAliasDeclaration<'a>) {
        let scope = self.scopes.enter();
        self.type_parameters(declaration.type_parameters.as_deref());
        let ty = self.ty(&declaration.type_annotation, 0);
        self.scopes.leave(scope);
        self.stands_for(&declaration.id, ty);
    }

    /// An interface stands for what it extends first.
    pub(super) fn interface(&mut self, declaration: &TSInterfaceDeclaration<'a>) {
        let scope = self.scopes.enter();
        self.type_parameters(declaration.type_parameters.as_deref());
        let base = declaration.extends.first().and_then(|base| self.type_name(&base.type_name));
        self.scopes.leave(scope);
        let ty = self.add_type(base.map_or(Type::Object, |name| Type::Named { name, arg: None }));
        self.stands_for(&declaration.id, ty);
    }

    /// A type parameter stands for what it has to extend.
    pub(super) fn type_parameters(&mut self, declared: Option<&TSTypeParameterDeclaration<'a>>) {
        let params = declared.map_or(&[][..], |declared| declared.params.as_slice());
        for param in params {
            self.declare(&param.name, SymbolKind::Type);
        }
        for param in params {
            if let Some(constraint) = &param.constraint {
                let ty = self.ty(constraint, 0);
                self.stands_for(&param.name, ty);
            }
        }
    }

    fn stands_for(&mut self, id: &BindingIdentifier<'a>, ty: TypeId) {
        let name = self.scopes.intern(id.name);
        if let Some(symbol) = self.scopes.bound(name, Space::Types) {
            self.builder.graph.aliases.push(Alias { symbol, ty });
        }
    }

    /// What the name of a type stands for: a class, an import, a type of the file, a global.
    fn type_name(&mut self, name: &TSTypeName<'a>) -> Option<ValueId> {
        match name {
            TSTypeName::IdentifierReference(id) => Some(self.type_reference(id)),
            TSTypeName::ThisExpression(t) => Some(self.this(t.span.start)),
            TSTypeName::QualifiedName(_) => self.qualified(name, Space::Types),
        }
    }

    /// `a.b.c`, which nests to the left; `space` is where `a` is looked up.
    pub(super) fn qualified(&mut self, name: &TSTypeName<'a>, space: Space) -> Option<ValueId> {
        let mut keys = Vec::new();
        let mut first = name;
        while let TSTypeName::QualifiedName(q) = first {
            keys.push(&q.right);
            first = &q.left;
        }
        let mut value = match first {
            TSTypeName::IdentifierReference(id) if space == Space::Values => self.reference(id),
            TSTypeName::IdentifierReference(id) => self.namespace_reference(id),
            other => self.type_name(other)?,
        };
        while let Some(key) = keys.pop() {
            let name = Key::name(self.scopes.intern(key.name));
            value = self.load(Some(value), name, key.span.start);
        }
        Some(value)
    }

    fn add_type(&mut self, ty: Type) -> TypeId {
        let id = TypeId::at(self.builder.graph.types.len());
        self.builder.graph.types.push(ty);
        id
    }

    fn ty(&mut self, ty: &TSType<'a>, depth: u8) -> TypeId {
        let found = if depth > DEEPEST { Type::Unknown } else { self.look_at(ty, depth) };
        self.add_type(found)
    }

    fn look_at(&mut self, ty: &TSType<'a>, depth: u8) -> Type {
        match ty {
            TSType::TSBooleanKeyword(_)
            | TSType::TSNullKeyword(_)
            | TSType::TSUndefinedKeyword(_)
            | TSType::TSVoidKeyword(_)
            | TSType::TSNeverKeyword(_) => Type::Finite,
            TSType::TSLiteralType(l) => literal(&l.literal),
            TSType::TSStringKeyword(_)
            | TSType::TSNumberKeyword(_)
            | TSType::TSBigIntKeyword(_)
            | TSType::TSSymbolKeyword(_)
            | TSType::TSTemplateLiteralType(_) => Type::Primitive,
            TSType::TSAnyKeyword(_) => Type::Any,
            TSType::TSObjectKeyword(_) | TSType::TSTypeLiteral(_) | TSType::TSMappedType(_) => Type::Object,
            TSType::TSFunctionType(_) | TSType::TSConstructorType(_) => Type::Function,
            TSType::TSArrayType(a) => Type::Array { of: Some(self.ty(&a.element_type, depth + 1)) },
            TSType::TSTupleType(t) => Type::Array { of: self.tuple(&t.element_types, depth) },
            TSType::TSTypeOperatorType(o) => match o.operator {
                TSTypeOperatorOperator::Keyof => Type::Finite,
                TSTypeOperatorOperator::Unique => Type::Primitive,
                TSTypeOperatorOperator::Readonly => self.look_at(&o.type_annotation, depth + 1),
            },
            TSType::TSParenthesizedType(p) => self.look_at(&p.type_annotation, depth + 1),
            TSType::TSUnionType(u) => self.either(&u.types, depth),
            TSType::TSIntersectionType(i) => self.either(&i.types, depth),
            TSType::TSTypeReference(r) => {
                let arg = r.type_arguments.as_ref().and_then(|args| args.params.first());
                let arg = arg.map(|arg| self.ty(arg, depth + 1));
                self.type_name(&r.type_name).map_or(Type::Unknown, |name| Type::Named { name, arg })
            }
            TSType::TSTypeQuery(q) => {
                let name = q.expr_name.as_ts_type_name();
                let of = name.and_then(|name| self.qualified(name, Space::Values));
                of.map_or(Type::Unknown, |of| Type::Query { of })
            }
            TSType::TSImportType(i) => {
                let key = match &i.qualifier {
                    Some(TSImportTypeQualifier::Identifier(id)) => Key::name(self.scopes.intern(id.name)),
                    _ => self.words.star,
                };
                let name = self.import((i.source.value, key), ImportKind::TypeOnly, i.span.start);
                Type::Named { name, arg: None }
            }
            TSType::TSThisType(t) => Type::Named { name: self.this(t.span.start), arg: None },
            TSType::TSIndexedAccessType(i) => Type::Part { of: self.ty(&i.object_type, depth + 1) },
            _ => Type::Unknown,
        }
    }

    fn tuple(&mut self, elements: &[TSTupleElement<'a>], depth: u8) -> Option<TypeId> {
        let first = elements.first()?.as_ts_type()?;
        Some(self.ty(first, depth + 1))
    }

    /// A union of finite types is finite; else its parts, last to first.
    fn either(&mut self, types: &[TSType<'a>], depth: u8) -> Type {
        let parts: Vec<_> = types.iter().take(MOST_PARTS).map(|ty| self.look_at(ty, depth + 1)).collect();
        if parts.len() == types.len() && parts.iter().all(|part| matches!(part, Type::Finite)) {
            return Type::Finite;
        }
        let mut next = None;
        for part in parts.into_iter().rev() {
            let part = self.add_type(part);
            next = Some(self.add_type(Type::Either { part, next }));
        }
        next.map_or(Type::Unknown, |id| self.builder.graph.types[id.index()])
    }
}

fn literal(literal: &TSLiteral<'_>) -> Type {
    if matches!(literal, TSLiteral::TemplateLiteral(t) if !t.expressions.is_empty()) {
        return Type::Primitive;
    }
    Type::Finite
}

fn is_const(ty: &TSType<'_>) -> bool {
    matches!(ty, TSType::TSTypeReference(r) if r.type_name.get_identifier_reference().is_some_and(|id| id.name == "const"))
}
