//! JSX: an element is a call of its tag with an object of attributes, then the children. The tag of an intrinsic element
//! is a text.

use oxc_ast::ast::{
    JSXAttribute, JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElement, JSXElementName,
    JSXFragment, JSXMemberExpression, JSXMemberExpressionObject,
};

use super::Lower;
use crate::graph::{CallKind, Constant, ElementKind, Key, Op, ValueId};

impl<'a> Lower<'a> {
    pub(super) fn jsx_element(&mut self, element: &JSXElement<'a>) -> ValueId {
        let at = element.span.start;
        let opening = &element.opening_element;
        let tag = match &opening.name {
            JSXElementName::Identifier(id) => Some(self.text(id.name, at)),
            JSXElementName::IdentifierReference(id) => Some(self.reference(id)),
            JSXElementName::ThisExpression(t) => Some(self.this(t.span.start)),
            JSXElementName::MemberExpression(m) => Some(self.jsx_member(m)),
            JSXElementName::NamespacedName(name) => {
                let name = self.written(name.span);
                Some(self.push(Op::Text { value: Some(name) }, at))
            }
        };
        let attributes = self.push(Op::Object, at);
        for attribute in &opening.attributes {
            match attribute {
                JSXAttributeItem::Attribute(a) => self.jsx_attribute(attributes, a),
                JSXAttributeItem::SpreadAttribute(s) => {
                    if let Some(from) = self.expr(&s.argument) {
                        self.push(Op::Spread { from, into: attributes }, s.span.start);
                    }
                }
            }
        }
        self.jsx_call(tag, Some(attributes), (&element.children, at))
    }

    pub(super) fn jsx_fragment(&mut self, fragment: &JSXFragment<'a>) -> ValueId {
        self.jsx_call(None, None, (&fragment.children, fragment.span.start))
    }

    fn jsx_attribute(&mut self, attributes: ValueId, attribute: &JSXAttribute<'a>) {
        let at = attribute.span.start;
        let value = match &attribute.value {
            None => Some(self.push(Op::Constant { value: Constant::True }, at)),
            Some(JSXAttributeValue::StringLiteral(s)) => Some(self.text(s.value, at)),
            Some(JSXAttributeValue::ExpressionContainer(c)) => c.expression.as_expression().and_then(|e| self.expr(e)),
            Some(JSXAttributeValue::Element(e)) => Some(self.jsx_element(e)),
            Some(JSXAttributeValue::Fragment(f)) => Some(self.jsx_fragment(f)),
        };
        let name = match &attribute.name {
            JSXAttributeName::Identifier(name) => self.scopes.intern(name.name),
            JSXAttributeName::NamespacedName(name) => self.written(name.span),
        };
        let key = Key::name(name);
        self.store(Some(attributes), (key, value), at);
    }

    fn jsx_member(&mut self, member: &JSXMemberExpression<'a>) -> ValueId {
        let object = match &member.object {
            JSXMemberExpressionObject::IdentifierReference(id) => self.reference(id),
            JSXMemberExpressionObject::MemberExpression(m) => self.jsx_member(m),
            JSXMemberExpressionObject::ThisExpression(t) => self.this(t.span.start),
        };
        let key = Key::name(self.scopes.intern(member.property.name));
        self.load(Some(object), key, member.span.start)
    }

    fn jsx_call(
        &mut self,
        callee: Option<ValueId>,
        attributes: Option<ValueId>,
        (children, at): (&[JSXChild<'a>], u32),
    ) -> ValueId {
        let mark = self.builder.mark();
        let mut spreads = false;
        self.builder.item(attributes);
        for child in children {
            let value = match child {
                JSXChild::Text(_) => continue,
                JSXChild::Element(e) => Some(self.jsx_element(e)),
                JSXChild::Fragment(f) => Some(self.jsx_fragment(f)),
                JSXChild::ExpressionContainer(c) => c.expression.as_expression().and_then(|e| self.expr(e)),
                JSXChild::Spread(s) => {
                    spreads = true;
                    let of = self.expr(&s.expression);
                    Some(self.push(Op::Element { of, how: ElementKind::Of }, s.span.start))
                }
            };
            if value.is_some() {
                self.builder.item(value);
            }
        }
        let args = self.builder.args(mark);
        self.push(Op::Call { callee, args, how: CallKind::Jsx, optional: false, spreads }, at)
    }
}
