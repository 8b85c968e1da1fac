//! Calls of functions and classes of this file, and what they pass.

use oxc_ast::ast::{Argument, CallExpression, Expression, NewExpression};
use oxc_semantic::NodeId;
use serde::{Deserialize, Serialize};

use crate::facts::reader::{Reader, Type, peel};
use crate::facts::{ClassId, Domain, FunctionId, PlaceId, Use};

/// A call whose target may be a function of this file or of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    pub target: Target,
    pub args: Vec<Arg>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Function(FunctionId),
    /// `new` of a class of this file.
    Class(ClassId),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    Place(PlaceId),
    Function(FunctionId),
    Key(Domain),
    Other,
}

impl<'a> Reader<'a, '_> {
    pub(super) fn note_call(&mut self, call: &'a CallExpression<'a>) {
        let node = call.node_id.get();
        // Calls out of the file are judged where something is handed to them.
        let Some(function) = self.function_denoted(&call.callee) else { return };
        // Calls by plain name are already uses; calls of methods are not.
        let plain = matches!(
            peel(&call.callee),
            Expression::Identifier(_) | Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
        );
        if !plain {
            let (by, at, once_guard) = (self.owner_of(node), self.span(call.span), self.is_called_once(node));
            self.add_use(function, Use::Called { by, at, once_guard });
        }
        self.push_call(node, Target::Function(function), &call.arguments);
    }

    pub(super) fn note_new(&mut self, new: &'a NewExpression<'a>) {
        let Some(Type::Local(class)) = self.type_of_new(new) else { return };
        let node = new.node_id.get();
        let by = self.owner_of(node);
        let at = self.span(new.span);
        self.facts.classes[class.0 as usize].made.push((by, at));
        self.push_call(node, Target::Class(class), &new.arguments);
    }

    fn push_call(&mut self, node: NodeId, target: Target, arguments: &'a [Argument<'a>]) {
        let args = arguments.iter().map(|a| a.as_expression().map_or(Arg::Other, |e| self.arg_of(e))).collect();
        self.call_index.insert(node, u32::try_from(self.facts.calls.len()).unwrap_or(u32::MAX));
        self.facts.calls.push(Call { target, args });
    }

    fn arg_of(&mut self, expr: &'a Expression<'a>) -> Arg {
        if let Some(f) = self.function_denoted(expr) {
            return Arg::Function(f);
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
