//! The locations that calls name: `map.get(k)`, `Object.values(x)`, `require('m')`, a function that hands back what it keeps.

use oxc_ast::ast::{Argument, CallExpression, Expression};

use super::{Seg, Spot, SpotRoot};
use crate::facts::FunctionId;
use crate::facts::reader::{Reader, peel};

impl<'a> Reader<'a, '_> {
    /// `map.get(k)` names an entry; `Object.values(x)` and friends show the entries of x; `require('m')` a module.
    pub fn spot_of_call(&mut self, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        let node = call.node_id.get();
        if let Some(known) = self.call_spots.get(&node) {
            return known.clone();
        }
        self.call_spots.insert(node, None); // ends cycles
        let spot = self.find_spot_of_call(call, depth);
        self.call_spots.insert(node, spot.clone());
        spot
    }

    fn find_spot_of_call(&mut self, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        let first = call.arguments.first().and_then(Argument::as_expression);
        match peel(&call.callee) {
            Expression::Identifier(id) if id.name == "require" && call.arguments.len() == 1 => match first.map(peel) {
                Some(Expression::StringLiteral(s)) if self.symbol_of(id).is_none() => {
                    Some(self.module_spot(s.value.as_str()))
                }
                _ => None,
            },
            // Helpers that transpilers wrap around `require`.
            Expression::Identifier(id) if is_interop_helper(id.name.as_str()) => {
                self.spot_at_depth(first?, depth + 1).filter(|s| matches!(s.root, SpotRoot::Module(_)))
            }
            Expression::Identifier(id) => {
                let function = self.symbol_of(id).and_then(|s| self.function_of_symbol(s))?;
                self.spot_of_result(function, call, depth)
            }
            Expression::StaticMemberExpression(m) => self.spot_of_method_call(call, m, depth),
            _ => None,
        }
    }

    fn spot_of_method_call(
        &mut self,
        call: &'a CallExpression<'a>,
        member: &'a oxc_ast::ast::StaticMemberExpression<'a>,
        depth: u32,
    ) -> Option<Spot<'a>> {
        let first = call.arguments.first().and_then(Argument::as_expression);
        match (member.property.name.as_str(), call.arguments.len()) {
            ("get", 1) | ("pop" | "shift" | "at", _) => {
                Some(self.spot_at_depth(&member.object, depth + 1)?.step(Seg::Entry))
            }
            ("values" | "keys" | "entries" | "from" | "of", 1)
                if matches!(self.global_name(&member.object), Some("Object" | "Array")) =>
            {
                self.spot_at_depth(first?, depth + 1)
            }
            ("values" | "keys" | "entries", 0) => self.spot_at_depth(&member.object, depth + 1),
            // A method that returns its receiver keeps the chain going: `server.on(..).on(..)`.
            ("on" | "once" | "addListener" | "prependListener" | "setMaxListeners" | "unref" | "ref", _) => {
                self.spot_at_depth(&member.object, depth + 1)
            }
            // `_interop_require_default._(require('m'))`, as swc writes it.
            ("_", 1) if matches!(&member.object, Expression::Identifier(id) if is_interop_helper(id.name.as_str())) => {
                self.spot_at_depth(first?, depth + 1).filter(|s| matches!(s.root, SpotRoot::Module(_)))
            }
            ("bind", 1) => self
                .spot_at_depth(&member.object, depth + 1)
                .filter(|_| matches!(first.map(peel), Some(Expression::ThisExpression(_))))
                .map(|s| s.step(Seg::Field("bind()"))),
            _ => {
                let callee = self.spot_at_depth(&call.callee, depth + 1)?;
                let function = self.function_at(&callee)?;
                self.spot_of_result(function, call, depth)
            }
        }
    }

    /// What a call of a function of this file names, when all its `return`s give one location that outlives the call.
    fn spot_of_result(&mut self, function: FunctionId, call: &'a CallExpression<'a>, depth: u32) -> Option<Spot<'a>> {
        if depth > 10 {
            return None;
        }
        let returned = self.returned.get(&function)?.clone();
        let mut spot = None;
        for expr in returned {
            let next = self.spot_at_depth(expr, depth + 10)?;
            if spot.as_ref().is_some_and(|s| *s != next) {
                return None;
            }
            spot = Some(next);
        }
        let spot: Spot<'a> = spot?;
        let SpotRoot::Symbol(symbol) = spot.root else { return Some(spot) };
        if self.scope_function(symbol) != function {
            return Some(spot);
        }
        // A parameter that is handed back: the argument.
        let index = self.param_index(self.scoping.symbol_declaration(symbol))?;
        let arg = call.arguments.get(index as usize)?.as_expression()?;
        let base = self.spot_at_depth(arg, depth + 10)?;
        Some(spot.path.iter().fold(base, |s, seg| s.step(*seg)))
    }
}

fn is_interop_helper(name: &str) -> bool {
    name.starts_with("_interop") || name.starts_with("__import") || matches!(name, "__toESM" | "__rest")
}
