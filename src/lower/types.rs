//! Type annotations: whom they name, and whether what they allow has but few values.

use oxc_ast::ast::{
    BindingPattern, Expression, TSInterfaceDeclaration, TSLiteral, TSTupleElement, TSType, TSTypeAliasDeclaration,
    TSTypeAnnotation, TSTypeOperatorOperator,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::graph::{Alias, Op, Type, TypeId, ValueId};

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

    pub(super) fn annotate_pattern(&mut self, pattern: &BindingPattern<'a>, annotation: &TSTypeAnnotation<'a>) {
        if let BindingPattern::BindingIdentifier(id) = pattern {
            let symbol = self.binding(id);
            self.annotate(symbol, &annotation.type_annotation);
        }
    }

    /// `e as T`: the value is that of `e`, and it is of type `T`. `as const` says nothing.
    pub(super) fn typed(&mut self, e: &Expression<'a>, ty: &TSType<'a>) -> Option<ValueId> {
        let value = self.expr(e)?;
        if !is_const(ty) {
            self.annotate(value, ty);
        }
        Some(value)
    }

    pub(super) fn alias(&mut self, declaration: &TSTypeAliasDeclaration<'a>) {
        let name = self.scopes.intern(declaration.id.name);
        let ty = self.ty(&declaration.type_annotation, 0);
        self.builder.graph.aliases.push(Alias { name, ty });
    }

    /// An interface stands for what it extends first.
    pub(super) fn interface(&mut self, declaration: &TSInterfaceDeclaration<'a>) {
        let name = self.scopes.intern(declaration.id.name);
        let base = declaration.extends.first().and_then(|base| self.type_name(&base.type_name));
        let ty = self.add_type(base.map_or(Type::Object, |name| Type::Named { name, arg: None }));
        self.builder.graph.aliases.push(Alias { name, ty });
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
            TSType::TSBooleanKeyword(_) | TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_) => Type::Finite,
            TSType::TSVoidKeyword(_) | TSType::TSNeverKeyword(_) => Type::Finite,
            TSType::TSLiteralType(l) => literal(&l.literal),
            TSType::TSStringKeyword(_) | TSType::TSNumberKeyword(_) | TSType::TSBigIntKeyword(_) => Type::Primitive,
            TSType::TSSymbolKeyword(_) | TSType::TSTemplateLiteralType(_) => Type::Primitive,
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
