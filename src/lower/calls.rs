//! Calls, `new`, `super`, tagged templates, `require` and `import()`.

use oxc_ast::ast::{Argument, CallExpression, Expression, ImportExpression, NewExpression, TaggedTemplateExpression};
use oxc_str::Str;

use super::Lower;
use crate::graph::{CallKind, ElementKind, ImportKind, Name, Op, ValueId};

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, call: &CallExpression<'a>) -> ValueId {
        let at = call.span.start;
        if matches!(call.callee, Expression::Super(_)) {
            let callee = self.base_class(at);
            return self.call_with(callee, &call.arguments, (CallKind::Super, false, at));
        }
        let callee = self.expr(&call.callee);
        if let [argument] = call.arguments.as_slice()
            && self.is_global(callee, self.words.require)
            && let Some(module) = argument.as_expression().and_then(plain_text)
        {
            return self.import((module, self.words.star), ImportKind::Require, at);
        }
        self.call_with(callee, &call.arguments, (CallKind::Call, call.optional, at))
    }

    fn is_global(&self, value: Option<ValueId>, word: Name) -> bool {
        value.is_some_and(|value| matches!(self.builder.graph.op(value), Op::Global { name } if name == word))
    }

    /// What the class extends whose constructor is visited.
    fn base_class(&mut self, at: u32) -> Option<ValueId> {
        let this = self.this(at);
        match self.builder.graph.op(this) {
            Op::Instance { class } => self.builder.graph.classes[class.index()].heritage,
            _ => None,
        }
    }

    pub(super) fn new_expression(&mut self, new: &NewExpression<'a>) -> ValueId {
        let callee = self.expr(&new.callee);
        self.call_with(callee, &new.arguments, (CallKind::New, false, new.span.start))
    }

    pub(super) fn call_with(
        &mut self,
        callee: Option<ValueId>,
        arguments: &[Argument<'a>],
        (how, optional, at): (CallKind, bool, u32),
    ) -> ValueId {
        let mark = self.builder.mark();
        let mut spreads = false;
        for argument in arguments {
            let value = match argument {
                Argument::SpreadElement(s) => {
                    spreads = true;
                    let of = self.expr(&s.argument);
                    Some(self.push(Op::Element { of, how: ElementKind::Of }, s.span.start))
                }
                other => self.expr(other.to_expression()),
            };
            self.builder.item(value);
        }
        let args = self.builder.args(mark);
        self.push(Op::Call { callee, args, how, optional, spreads }, at)
    }

    /// A call of what is no call in the text.
    pub(super) fn call_on(
        &mut self,
        callee: Option<ValueId>,
        args: &[Option<ValueId>],
        (how, at): (CallKind, u32),
    ) -> ValueId {
        let mark = self.builder.mark();
        for arg in args {
            self.builder.item(*arg);
        }
        let args = self.builder.args(mark);
        self.push(Op::Call { callee, args, how, optional: false, spreads: false }, at)
    }

    pub(super) fn tagged(&mut self, template: &TaggedTemplateExpression<'a>) -> ValueId {
        let callee = self.expr(&template.tag);
        let mark = self.builder.mark();
        for part in &template.quasi.expressions {
            let value = self.expr(part);
            self.builder.item(value);
        }
        let args = self.builder.args(mark);
        let how = CallKind::Tagged;
        self.push(Op::Call { callee, args, how, optional: false, spreads: false }, template.span.start)
    }

    pub(super) fn import_expression(&mut self, import: &ImportExpression<'a>) -> ValueId {
        let at = import.span.start;
        let source = match plain_text(&import.source) {
            Some(module) => Ok(self.import((module, self.words.star), ImportKind::Dynamic, at)),
            None => Err(self.expr(&import.source)),
        };
        if let Some(options) = &import.options {
            self.expr(options);
        }
        // What is loaded by a computed name is not in sight: the result of a call that nobody knows.
        source.unwrap_or_else(|name| self.call_on(None, &[name], (CallKind::Call, at)))
    }
}

/// A string that stands in the text.
fn plain_text<'a>(e: &Expression<'a>) -> Option<Str<'a>> {
    match e {
        Expression::StringLiteral(s) => Some(s.value),
        Expression::TemplateLiteral(t) if t.expressions.is_empty() => t.quasis.first()?.value.cooked,
        _ => None,
    }
}
