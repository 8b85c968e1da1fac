//! Calls of functions and classes of this file, and what they pass.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::facts::places::Spot;
use crate::facts::reader::{Reader, Type, peel};
use crate::facts::{Domain, FunctionId, PlaceId, Use};
use crate::finding::Span;

/// A call of a function of this file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    pub target: FunctionId,
    pub args: Vec<Arg>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    Place(PlaceId),
    Function(FunctionId),
    Key(Domain),
    /// A promise, made here or before.
    Promise(Span),
    Other,
}

impl<'a> Reader<'a, '_> {
    /// Which calls reach which functions of this file, and where classes of this file are made. Calls out of the file are
    /// judged where something is handed to them.
    pub fn index_calls(&mut self) {
        if std::mem::replace(&mut self.knows_calls, true) {
            return;
        }
        // A method that nothing here defines reaches no function of this file.
        let methods: FxHashSet<&str> = self.field_functions.keys().filter_map(Spot::last_field).collect();
        let is_ours = |call: &CallExpression<'a>| {
            let member = peel(&call.callee).as_member_expression();
            member.is_none_or(|m| {
                m.static_property_name()
                    .is_none_or(|name| methods.contains(name) || matches!(name, "call" | "apply" | "bind"))
            })
        };
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::CallExpression(call) if is_ours(call) => {
                    if let Some(function) = self.function_denoted(&call.callee) {
                        self.calls_of.entry(function).or_default().push(call);
                    }
                }
                AstKind::NewExpression(new) => {
                    if let Some(Type::Local(class)) = self.type_of_new(new) {
                        let made = (self.owner_of(new.node_id.get()), self.span(new.span));
                        self.facts.classes[class.0 as usize].made.push(made);
                        if let Some(function) = self.facts.constructor_of(class) {
                            self.news_of.entry(function).or_default().push(new);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The calls of a function of this file.
    pub fn callers_of(&mut self, function: FunctionId) -> Vec<&'a CallExpression<'a>> {
        self.index_calls();
        self.calls_of.get(&function).cloned().unwrap_or_default()
    }

    pub(super) fn note_calls_of(&mut self, function: FunctionId) {
        self.note_news_of(function);
        for call in self.callers_of(function) {
            let node = call.node_id.get();
            // Calls by plain name are already uses; calls of methods are not.
            let plain = matches!(
                peel(&call.callee),
                Expression::Identifier(_) | Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
            );
            if !plain {
                let (by, at, guard) = (self.owner_of(node), self.span(call.span), self.guard_of_call(call));
                self.add_use(function, Use::Called { by, at, guard });
            }
            let args = self.args_of(&call.arguments);
            self.facts.calls.push(Call { target: function, args });
        }
    }

    /// What a call passes.
    pub(in crate::facts) fn args_of(&mut self, arguments: &'a [Argument<'a>]) -> Vec<Arg> {
        arguments.iter().map(|a| a.as_expression().map_or(Arg::Other, |e| self.arg_of(e))).collect()
    }

    /// What instances of a class are made with.
    fn note_news_of(&mut self, constructor: FunctionId) {
        for new in self.news_of.remove(&constructor).unwrap_or_default() {
            let args = self.args_of(&new.arguments);
            self.facts.calls.push(Call { target: constructor, args });
        }
    }

    fn arg_of(&mut self, expr: &'a Expression<'a>) -> Arg {
        if let Some(f) = self.function_denoted(expr) {
            return Arg::Function(f);
        }
        if self.is_promise(expr) {
            return Arg::Promise(self.span(expr.span()));
        }
        match peel(expr) {
            e @ (Expression::Identifier(_) | Expression::ThisExpression(_) | Expression::StaticMemberExpression(_)) => {
                match self.spot_of(e) {
                    Some(spot) => Arg::Place(self.own(&spot)),
                    None => Arg::Other,
                }
            }
            e => Arg::Key(self.domain_of(e)),
        }
    }
}
