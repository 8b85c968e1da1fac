//! What is stored in a collection, and whether code that takes it out is done with it.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, BindingPattern, CallExpression, Expression, ObjectExpression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::facts::flow::nodes_within;
use crate::facts::functions::key_name;
use crate::facts::keys::words;
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{FunctionId, Value};
use crate::finding::Span;

/// Fields of an entry that somebody waits for.
const AWAITED: [&str; 7] = ["resolve", "reject", "callback", "cb", "timer", "timeout", "deferred"];

/// Words of fields that say how old an entry is, or until when it is good.
const DATES: [&str; 9] =
    ["expires", "expiry", "expire", "expiration", "ttl", "timestamp", "deadline", "cached", "fetched"];

/// First words of calls that may end in the removal of an entry, out of our sight.
const TELLING: [&str; 14] = [
    "emit", "dispatch", "publish", "post", "notify", "remove", "delete", "close", "destroy", "end", "cancel", "reject",
    "abort", "clear",
];

impl<'a> Reader<'a, '_> {
    pub(super) fn value_of(&mut self, expr: &'a Expression<'a>) -> Value {
        match peel(expr) {
            Expression::Identifier(id) => {
                let Some(symbol) = self.symbol_of(id) else { return Value::Other };
                if self.function_of_symbol(symbol).is_some() || is_function_name(self.scoping.symbol_name(symbol)) {
                    return Value::Function;
                }
                if let Some(index) = self.param_index(self.scoping.symbol_declaration(symbol)) {
                    return Value::Param(index);
                }
                let first = self.initial_value(symbol);
                let given = first.or_else(|| self.only_assigned(symbol));
                given.map_or(Value::Other, |value| self.value_made(value))
            }
            _ => self.value_made(expr),
        }
    }

    /// `let x = ..; if (!x) x = value`: the value, when there is one assignment.
    pub(super) fn only_assigned(&self, symbol: SymbolId) -> Option<&'a Expression<'a>> {
        let mut writes = self.scoping.get_resolved_references(symbol).filter(|r| r.is_write());
        let write = writes.next().filter(|_| writes.next().is_none())?;
        match self.nodes.parent_kind(write.node_id()) {
            AstKind::AssignmentExpression(e) => Some(&e.right),
            _ => None,
        }
    }

    fn value_made(&mut self, expr: &'a Expression<'a>) -> Value {
        match peel(expr) {
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => Value::Function,
            Expression::NewExpression(_) if self.is_promise(expr) => Value::Promise,
            Expression::NewExpression(new) if self.global_name(&new.callee) == Some("RegExp") => Value::Pattern,
            Expression::NewExpression(new) if !self.is_built_in(&new.callee) => {
                let ward = new.arguments.iter().any(|a| matches!(a, Argument::ThisExpression(_)));
                if ward { Value::Ward } else { Value::Instance }
            }
            Expression::ObjectExpression(o) => value_of_object(o),
            Expression::CallExpression(call) => self.value_of_call(call),
            _ => Value::Other,
        }
    }

    /// `Map`, `Date`, `Error`, ..: values, not services.
    fn is_built_in(&self, callee: &Expression<'a>) -> bool {
        self.global_name(callee).is_some()
    }

    fn value_of_call(&mut self, call: &'a CallExpression<'a>) -> Value {
        if call.callee_name() == Some("bind") {
            return Value::Function;
        }
        if self.global_name(&call.callee) == Some("setTimeout") {
            let callback = call.arguments.first().and_then(|a| a.as_expression());
            let callback = callback.and_then(|e| self.function_denoted(e));
            return Value::Timer(callback.filter(|f| !self.tells_others(*f)));
        }
        if self.makes_promise(call) { Value::Promise } else { Value::Other }
    }

    /// `emitter.emit('closed', id)`: who listens may do what is not done here.
    fn tells_others(&self, function: FunctionId) -> bool {
        nodes_within(self.nodes, self.function_nodes[function.0 as usize]).any(|node| {
            let AstKind::CallExpression(call) = self.nodes.kind(node) else { return false };
            let verb = call.callee_name().and_then(|name| words(name).find(|w| !w.is_empty()));
            verb.is_some_and(|verb| TELLING.contains(&verb.as_str()))
        })
    }

    /// The class and empty arguments of `new Map()`, when neither they nor what they are given to say a type.
    pub(super) fn class_made(&self, value: &Expression<'a>) -> Option<Span> {
        let Expression::NewExpression(new) = value else { return None };
        let annotated = match self.nodes.parent_kind(new.node_id.get()) {
            AstKind::VariableDeclarator(d) => d.type_annotation.is_some(),
            AstKind::PropertyDefinition(p) => p.type_annotation.is_some(),
            AstKind::AssignmentExpression(_) => false,
            _ => true,
        };
        let plain = new.arguments.is_empty() && new.type_arguments.is_none() && !annotated;
        plain.then(|| self.span(oxc_span::Span::new(new.callee.span().start, new.span.end)))
    }

    /// An expression that makes a promise, as far as this file tells.
    pub fn is_promise(&mut self, expr: &'a Expression<'a>) -> bool {
        match peel(expr) {
            Expression::NewExpression(new) => crate::facts::runs::is_global_promise(self, &new.callee),
            Expression::CallExpression(call) => self.makes_promise(call),
            Expression::Identifier(id) => {
                let value = self.symbol_of(id).and_then(|symbol| self.initial_value(symbol));
                value.is_some_and(|value| match peel(value) {
                    Expression::NewExpression(new) => crate::facts::runs::is_global_promise(self, &new.callee),
                    Expression::CallExpression(call) => self.makes_promise(call),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    pub(super) fn makes_promise(&mut self, call: &'a CallExpression<'a>) -> bool {
        if let Expression::StaticMemberExpression(m) = peel(&call.callee)
            && matches!(m.property.name.as_str(), "then" | "catch" | "finally")
        {
            return true;
        }
        self.global_name(&call.callee) == Some("fetch")
            || self.function_denoted(&call.callee).is_some_and(|f| self.facts.functions[f.0 as usize].is_async)
    }

    /// Whether the code that looks an entry up settles what it holds: `pending.get(id).reject(error)`,
    /// `const { resolve } = waiting[id]; resolve(answer)`. A callback may be called many times; a promise settles once.
    pub(super) fn settles(&self, entry: NodeId) -> Vec<NodeId> {
        let (_, parent) = self.outside(entry);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => match bound_symbol(&d.id) {
                Some(symbol) => self.reads_of(symbol).flat_map(|read| self.settled_at(read)).collect(),
                None => self.settled_parts(&d.id),
            },
            _ => self.settled_at(entry),
        }
    }

    /// `entry.reject(..)`, `const { reject } = entry; reject(..)`: the calls.
    fn settled_at(&self, entry: NodeId) -> Vec<NodeId> {
        let (_, parent) = self.outside(entry);
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) if is_settler(m.property.name.as_str()) => {
                self.call_of(parent).into_iter().collect()
            }
            AstKind::VariableDeclarator(d) => self.settled_parts(&d.id),
            _ => Vec::new(),
        }
    }

    fn settled_parts(&self, pattern: &BindingPattern<'a>) -> Vec<NodeId> {
        let BindingPattern::ObjectPattern(pattern) = pattern else { return Vec::new() };
        let settlers = pattern.properties.iter().filter(|p| key_name(&p.key).is_some_and(is_settler));
        let symbols = settlers.filter_map(|property| bound_symbol(&property.value));
        symbols.flat_map(|symbol| self.reads_of(symbol).filter_map(|read| self.call_of(read))).collect()
    }

    /// The call that a node is the callee of.
    fn call_of(&self, node: NodeId) -> Option<NodeId> {
        let (child, parent) = self.outside(node);
        matches!(self.nodes.kind(parent), AstKind::CallExpression(call)
            if call.callee.span() == self.nodes.kind(child).span())
        .then_some(parent)
    }

    /// Calls of the resolvers that an entry stores, `{ resolve, reject }`, by the code around: in which function, and where.
    pub(super) fn settled_by_maker(&self, value: &'a Expression<'a>) -> Vec<(FunctionId, Span)> {
        let Expression::ObjectExpression(object) = peel(value) else { return Vec::new() };
        let stored = object.properties.iter().filter_map(|p| p.as_property());
        let settlers = stored.filter(|p| key_name(&p.key).is_some_and(is_settler));
        let symbols = settlers.filter_map(|p| match peel(&p.value) {
            Expression::Identifier(id) => self.symbol_of(id),
            _ => None,
        });
        let calls = symbols.flat_map(|symbol| self.reads_of(symbol).filter_map(|read| self.call_of(read)));
        calls.map(|call| (self.owner_of(call), self.span_of(call))).collect()
    }
}

fn is_settler(name: &str) -> bool {
    matches!(name, "resolve" | "reject")
}

fn value_of_object(object: &ObjectExpression<'_>) -> Value {
    let names = || object.properties.iter().filter_map(|p| key_name(&p.as_property()?.key));
    if names().any(|name| AWAITED.contains(&name)) {
        Value::Deferred
    } else if names().any(|name| words(name).any(|word| DATES.contains(&word.as_str()))) {
        Value::Dated
    } else {
        Value::Other
    }
}

/// Names under which functions are handed around.
fn is_function_name(name: &str) -> bool {
    matches!(
        name,
        "fn" | "cb"
            | "callback"
            | "handler"
            | "listener"
            | "plugin"
            | "middleware"
            | "hook"
            | "factory"
            | "func"
            | "resolver"
            | "transform"
            | "validator"
            | "formatter"
            | "parser"
            | "serializer"
            | "clazz"
            | "ctor"
    )
}
