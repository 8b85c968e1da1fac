//! What names the things that a library keeps: arguments, labels, options, the parameters of a memoized function.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression, MemberExpression, ObjectPropertyKind};
use oxc_semantic::SymbolId;
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::options::property;
use super::{Doing, StoreKey};
use crate::apis::Keeps;
use crate::facts::names::argument_at;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{Domain, Key, ParamPath, TOP, keys};

/// Methods that make another value of each value: what they are called on still tells how many there are.
const FAITHFUL: [&str; 18] = [
    "String",
    "toString",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "slice",
    "substring",
    "substr",
    "concat",
    "join",
    "split",
    "decodeURIComponent",
    "encodeURIComponent",
    "get",
    "header",
    "param",
    "now",
    "randomUUID",
];

impl<'a> Reader<'a, '_> {
    pub(super) fn keys_of_store(&mut self, doing: &Doing<'a>, keeps: &'static Keeps) -> Vec<StoreKey> {
        let mut keys = Vec::new();
        if let Some(most) = keeps.memoizes {
            self.parameters_of(doing, most, &mut keys);
        }
        let count = doing.arguments.len();
        let at = |which| argument_at(which, count).map_or(0..count, |at| at..at + 1);
        if let Some(which) = keeps.keyed_by {
            for argument in doing.arguments.get(at(which)).unwrap_or_default() {
                let Some(value) = argument.as_expression() else { continue };
                if keeps.by_identity {
                    self.add_identity(value, &mut keys);
                } else if !self.add_values(value, &mut keys) {
                    self.add_key(value, &mut keys);
                }
            }
        }
        if let Some(which) = keeps.keyed_by_values_of {
            for argument in doing.arguments.get(at(which)).unwrap_or_default() {
                if let Some(value) = argument.as_expression() {
                    self.add_values(value, &mut keys);
                }
            }
        }
        if let (Some(which), false) = (keeps.options, keeps.keyed_by_options.is_empty()) {
            let options = argument_at(which, count).and_then(|at| doing.arguments.get(at));
            if let Some(Expression::ObjectExpression(object)) = options.and_then(Argument::as_expression).map(peel) {
                for p in keeps.keyed_by_options.iter().filter_map(|name| property(object, name)) {
                    self.add_key(&p.value, &mut keys);
                }
            }
        }
        keys
    }

    pub(super) fn add_key(&mut self, value: &'a Expression<'a>, keys: &mut Vec<StoreKey>) {
        let key = self.key_of(value);
        let mapped = self.is_mapped(value);
        let name = self.last_name_of(value);
        keys.push(StoreKey { key, span: self.span(value.span()), name, mapped });
    }

    /// The values of an object that is written here or in a constant; whether it is one.
    fn add_values(&mut self, value: &'a Expression<'a>, keys: &mut Vec<StoreKey>) -> bool {
        let mut value = peel(value);
        if let Expression::Identifier(id) = value
            && let Some(init) = self.symbol_of(id).and_then(|s| self.initial_value(s))
        {
            value = peel(init);
        }
        let Expression::ObjectExpression(object) = value else { return false };
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(p) = property {
                self.add_key(&p.value, keys);
            }
        }
        true
    }

    /// `memoize((id) => ..)`: its parameters; `memoize(load)` of a function that we do not see: anything.
    fn parameters_of(&mut self, doing: &Doing<'a>, most: usize, keys: &mut Vec<StoreKey>) {
        let Some(first) = doing.arguments.first().and_then(Argument::as_expression) else { return };
        let span = self.span(first.span());
        let Some(function) = self.function_denoted(first) else {
            let key = Key { text: String::new(), domain: Domain::Unknown };
            keys.push(StoreKey { key, span, name: String::new(), mapped: true });
            return;
        };
        let node = self.function_nodes[function.0 as usize];
        let Some(params) = self.params_of(node) else { return };
        for (index, param) in (0..).zip(&params.items).take(most) {
            let text = self.text_of(param.pattern.span(), 40);
            let symbol = bound_symbol(&param.pattern);
            let domain = symbol.map_or_else(
                || Domain::Params(vec![ParamPath { function, index, path: String::new() }]),
                |symbol| self.domain_of_symbol(symbol),
            );
            let name = symbol.map_or("", |s| self.scoping.symbol_name(s)).to_owned();
            keys.push(StoreKey { key: Key { text, domain }, span: self.span(param.span), name, mapped: false });
        }
    }

    /// A value that is kept by its identity: one that is made anew for each call is another each time.
    fn add_identity(&mut self, value: &'a Expression<'a>, keys: &mut Vec<StoreKey>) {
        // `ajv.validate(schemaId, data)`: the name of what was added before.
        let last = self.last_name_of(value).to_ascii_lowercase();
        if ["id", "key", "name", "ref"].iter().any(|word| last.ends_with(word)) {
            return;
        }
        let domain = self.identity_of(value, 0);
        let key = Key { text: self.text_of(value.span(), 40), domain };
        keys.push(StoreKey { key, span: self.span(value.span()), name: String::new(), mapped: false });
    }

    fn identity_of(&mut self, value: &'a Expression<'a>, depth: u32) -> Domain {
        if depth > 8 {
            return Domain::Unknown;
        }
        match peel(value) {
            Expression::ObjectExpression(_) | Expression::ArrayExpression(_) | Expression::NewExpression(_) => {
                Domain::Object
            }
            // The name of something added before, or no object at all.
            e if e.is_literal() => Domain::Finite,
            Expression::TemplateLiteral(_) => Domain::Finite,
            Expression::CallExpression(call) => match self.text_of(call.callee.span(), 16).as_str() {
                "JSON.parse" | "structuredClone" | "Object.assign" => Domain::Object,
                _ => Domain::Unknown,
            },
            Expression::ConditionalExpression(e) => {
                let either = self.identity_of(&e.consequent, depth + 1);
                keys::join(either, self.identity_of(&e.alternate, depth + 1))
            }
            Expression::LogicalExpression(e) => {
                let either = self.identity_of(&e.left, depth + 1);
                keys::join(either, self.identity_of(&e.right, depth + 1))
            }
            Expression::AwaitExpression(_) => Domain::Unknown,
            Expression::Identifier(id) => match self.symbol_of(id) {
                Some(symbol) => self.identity_of_symbol(symbol, depth),
                None => Domain::Unknown,
            },
            other => match self.spot_of(other).map(|spot| spot.root) {
                Some(SpotRoot::Symbol(symbol)) if self.is_parameter(symbol) => self.domain_of(other),
                Some(SpotRoot::Symbol(symbol)) if self.scope_function(symbol) != TOP => Domain::Unknown,
                Some(SpotRoot::UnknownThis(_)) | None => Domain::Unknown,
                // A field of a module, a class or a constant.
                Some(_) => Domain::Finite,
            },
        }
    }

    fn identity_of_symbol(&mut self, symbol: SymbolId, depth: u32) -> Domain {
        if self.scope_function(symbol) == TOP {
            return Domain::Finite;
        }
        if self.is_parameter(symbol) {
            return match self.domain_of_symbol(symbol) {
                // A word for few things in the name of a schema: still an object.
                Domain::Vocabulary => self.param_of(symbol, &[]).map_or(Domain::Unknown, |p| Domain::Params(vec![p])),
                domain => domain,
            };
        }
        match self.initial_value(symbol) {
            Some(init) => self.identity_of(init, depth + 1),
            None => Domain::Unknown,
        }
    }

    fn is_parameter(&self, symbol: SymbolId) -> bool {
        self.param_index(self.scoping.symbol_declaration(symbol)).is_some()
    }

    /// `normalize(req.path)`: a function that we do not know may make few of many.
    fn is_mapped(&self, value: &'a Expression<'a>) -> bool {
        let (mut work, mut named) = (vec![value], FxHashSet::default());
        while let Some(value) = work.pop() {
            match peel(value) {
                Expression::CallExpression(call) => {
                    if !call.callee_name().is_some_and(|name| FAITHFUL.contains(&name)) {
                        return true;
                    }
                    work.extend(peel(&call.callee).as_member_expression().map(MemberExpression::object));
                    work.extend(call.arguments.iter().filter_map(Argument::as_expression));
                }
                Expression::TemplateLiteral(t) => work.extend(&t.expressions),
                Expression::BinaryExpression(e) => work.extend([&e.left, &e.right]),
                Expression::LogicalExpression(e) => work.extend([&e.left, &e.right]),
                Expression::ConditionalExpression(e) => work.extend([&e.consequent, &e.alternate]),
                Expression::AwaitExpression(e) => work.push(&e.argument),
                Expression::Identifier(id) => {
                    if let Some(symbol) = self.symbol_of(id)
                        && named.insert(symbol)
                        && let AstKind::VariableDeclarator(d) = self.nodes.kind(self.scoping.symbol_declaration(symbol))
                    {
                        work.extend(&d.init);
                    }
                }
                other => work.extend(other.as_member_expression().map(MemberExpression::object)),
            }
        }
        false
    }

    /// `id` of `req.params.id`.
    fn last_name_of(&mut self, value: &'a Expression<'a>) -> String {
        let spot = self.spot_of(value);
        match &spot {
            Some(spot) if !spot.path.is_empty() => spot.last_field().unwrap_or("").to_owned(),
            _ => match peel(value) {
                Expression::Identifier(id) => id.name.to_string(),
                _ => String::new(),
            },
        }
    }

    /// `console.timeEnd(label)` for `console.time(label)`, `performance.clearMarks()` for `performance.mark(name)`.
    pub(super) fn is_undone(&self, doing: &Doing<'a>, keeps: &'static Keeps) -> bool {
        if keeps.undone_by.is_empty() {
            return false;
        }
        let text = |arguments: &[Argument<'a>]| arguments.first().map(|a| self.text_of(a.span(), 200));
        let own = text(doing.arguments);
        self.sites.iter().any(|site| match site {
            AstKind::CallExpression(call) => {
                let undoes = call.callee_name().is_some_and(|name| keeps.undone_by.iter().any(|n| n == name));
                let other = call.arguments.first();
                undoes
                    && (text(&call.arguments) == own || other.is_none_or(|a| !matches!(a, Argument::StringLiteral(_))))
            }
            _ => false,
        })
    }
}
