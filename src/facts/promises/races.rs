//! Races against promises that outlive them: each race leaves a reaction on a racer that stays pending.

use oxc_ast::AstKind;
use oxc_ast::ast::{ArrayExpressionElement, BindingPattern, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::chains::is_delay_name;
use super::gaps::{chain_method, event_of};
use super::touches::is_loop;
use crate::facts::FunctionId;
use crate::facts::flow::nodes_within;
use crate::facts::functions::key_name;
use crate::facts::places::{Seg, SpotRoot};
use crate::facts::reader::{Reader, function_literal, peel};
use crate::facts::runs::is_global_promise;
use crate::finding::{Confidence, Span};

/// A race that a longer-lived promise takes part in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Race {
    /// `Promise.race`, as written.
    pub head: Span,
    pub function: FunctionId,
    /// The racer where it is raced, and its name.
    pub racer: Span,
    pub name: String,
    /// Where it is made.
    pub made: Span,
    pub kept: Racer,
    /// The racers are the entries of a collection.
    pub entries: bool,
    pub confidence: Confidence,
}

/// What makes a racer live longer than the race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Racer {
    /// Made before the loop that repeats the race.
    BeforeLoop,
    /// A field of an instance.
    Field,
    /// A variable of this function, which lies outside that of the race.
    Outer(FunctionId),
}

/// Events that come at the end, if at all.
pub(super) const LATE_EVENTS: [&str; 11] = [
    "abort",
    "close",
    "closed",
    "error",
    "exit",
    "disconnect",
    "beforeExit",
    "SIGINT",
    "SIGTERM",
    "unhandledRejection",
    "uncaughtException",
];

/// Words in the names of promises that settle when all is over.
const LATE_NAMES: [&str; 18] = [
    "abort",
    "cancel",
    "clos",
    "crash",
    "death",
    "destroy",
    "died",
    "disconnect",
    "dispos",
    "error",
    "exit",
    "fail",
    "kill",
    "quit",
    "shutdown",
    "stop",
    "termina",
    "never",
];

impl<'a> Reader<'a, '_> {
    /// `Promise.race(..)` and `Promise.any(..)`, by the node of `Promise.race`.
    pub(super) fn note_race(&mut self, member: NodeId) {
        let (callee, call) = self.outside(member);
        let AstKind::CallExpression(call) = self.nodes.kind(call) else { return };
        if call.callee.span() != self.nodes.kind(callee).span() {
            return;
        }
        let Some(argument) = call.arguments.first().and_then(|a| a.as_expression()) else { return };
        let found = match peel(argument) {
            Expression::ArrayExpression(array) => array.elements.iter().find_map(|e| match e {
                ArrayExpressionElement::SpreadElement(s) => {
                    let mut race = self.raced_entries(call, &s.argument)?;
                    // Beside a promise of its own, the others are what may go wrong meanwhile.
                    if array.elements.len() > 1 {
                        race.confidence = Confidence::Guess;
                    }
                    Some(race)
                }
                element => self.raced(call, element.as_expression()?),
            }),
            other => self.raced_entries(call, other),
        };
        self.facts.races.extend(found);
    }

    /// One racer of a list.
    fn raced(&mut self, call: &'a CallExpression<'a>, racer: &'a Expression<'a>) -> Option<Race> {
        let mut at = peel(racer);
        // `stopped.then(..)` puts the reaction on `stopped`.
        while let Expression::CallExpression(link) = at {
            chain_method(link)?;
            at = peel(peel(&link.callee).as_member_expression()?.object());
        }
        let whole = at;
        // `d.promise` stands for the deferred.
        if let Expression::StaticMemberExpression(m) = at
            && m.property.name == "promise"
            && matches!(peel(&m.object), Expression::Identifier(_))
        {
            at = peel(&m.object);
        }
        match at {
            Expression::Identifier(id) => {
                let symbol = self.symbol_of(id)?;
                let (kept, sure) = self.racer_variable(call, symbol)?;
                let made = self.span(self.scoping.symbol_span(symbol));
                Some(self.race(call, whole, (kept, made, sure)))
            }
            member if member.is_member_expression() => {
                let (made, sure) = self.racer_field(call, member)?;
                let kept = if self.is_in_loop(call.node_id.get()) { Racer::BeforeLoop } else { Racer::Field };
                Some(self.race(call, whole, (kept, made, sure)))
            }
            _ => None,
        }
    }

    fn race(
        &self,
        call: &CallExpression<'a>,
        racer: &Expression<'a>,
        (kept, made, confidence): (Racer, Span, Confidence),
    ) -> Race {
        Race {
            head: self.span(call.callee.span()),
            function: self.owner_of(call.node_id.get()),
            racer: self.span(racer.span()),
            name: self.text_of(racer.span(), 40),
            made,
            kept,
            entries: false,
            confidence,
        }
    }

    /// A variable of an outer function, or of this one outside the loop that repeats the race.
    fn racer_variable(&mut self, call: &CallExpression<'a>, symbol: SymbolId) -> Option<(Racer, Confidence)> {
        let node = call.node_id.get();
        let declaration = self.scoping.symbol_declaration(symbol);
        let variable = matches!(self.nodes.kind(declaration), AstKind::VariableDeclarator(_));
        let parameter = self.param_index(declaration).is_some();
        if self.scoping.symbol_is_mutated(symbol) || !(variable || parameter) {
            return None;
        }
        let name = self.scoping.symbol_name(symbol);
        let late = self.is_settled_late(declaration, name);
        let home = self.scope_function(symbol);
        let around = self.loop_around(node);
        if home != self.owner_of(node) {
            let kept = if around.is_some() { Racer::BeforeLoop } else { Racer::Outer(home) };
            return late.then_some((kept, Confidence::Likely));
        }
        let (repeats, endless) = around?;
        if self.is_within(declaration, repeats) || self.is_delay(declaration, name) {
            return None;
        }
        // A loop over a list ends with the list.
        Some((Racer::BeforeLoop, if endless || late { Confidence::Likely } else { Confidence::Guess }))
    }

    /// The innermost loop of the function itself, and whether it goes on until something stops it.
    fn loop_around(&self, node: NodeId) -> Option<(NodeId, bool)> {
        let function = self.function_nodes[self.owner_of(node).0 as usize];
        let mut ancestors = self.nodes.ancestor_ids(node).take_while(|a| *a != function);
        let found = ancestors.find(|a| is_loop(self.nodes.kind(*a)))?;
        let endless = match self.nodes.kind(found) {
            AstKind::WhileStatement(_) | AstKind::DoWhileStatement(_) => true,
            AstKind::ForOfStatement(f) => f.r#await,
            AstKind::ForStatement(f) => f.test.is_none(),
            _ => false,
        };
        Some((found, endless))
    }

    /// `this.aborted`: a field that is given one promise, not in the function that races it.
    fn racer_field(&mut self, call: &CallExpression<'a>, member: &'a Expression<'a>) -> Option<(Span, Confidence)> {
        let spot = self.spot_of(member)?;
        let SpotRoot::This(class) = spot.root else { return None };
        let Some(Seg::Field(field)) = spot.path.first().copied() else { return None };
        let values = self.field_values.get(&(class, field))?;
        let mut given = values.iter().copied().filter(|v| !peel(v).is_null_or_undefined());
        let (value, None) = (given.next()?, given.next()) else { return None };
        let holder = match peel(value) {
            Expression::Identifier(id) => self.symbol_of(id).map(|s| self.scoping.symbol_declaration(s)),
            _ => None,
        };
        let written = self.nodes.parent_id(value.node_id());
        let fresh = self.owner_of(written) == self.owner_of(call.node_id.get());
        let late = self.is_settled_late(holder.unwrap_or(written), field);
        (!fresh && late).then(|| (self.span(value.span()), Confidence::Likely))
    }

    /// A promise that settles when all is over, if ever: it can only fail, an event of the end settles it, or its name
    /// says so.
    fn is_settled_late(&self, declaration: NodeId, name: &str) -> bool {
        if self.is_delay(declaration, name) {
            return false;
        }
        if let AstKind::VariableDeclarator(d) = self.nodes.kind(declaration)
            && let BindingPattern::ObjectPattern(pattern) = &d.id
        {
            let has = |key: &str| pattern.properties.iter().any(|p| key_name(&p.key) == Some(key));
            if has("promise") && has("reject") && !has("resolve") && pattern.rest.is_none() {
                return true;
            }
        }
        let late_name = || {
            let name = name.to_lowercase();
            LATE_NAMES.iter().any(|w| name.contains(w))
        };
        late_name() || self.executor_behind(declaration).is_some_and(|e| self.is_executor_late(e))
    }

    /// The executor of the promise that a declaration or assignment is about.
    fn executor_behind(&self, declaration: NodeId) -> Option<NodeId> {
        let value = match self.nodes.kind(declaration) {
            AstKind::VariableDeclarator(d) => d.init.as_ref()?,
            AstKind::AssignmentExpression(e) => &e.right,
            AstKind::PropertyDefinition(p) => p.value.as_ref()?,
            _ => return None,
        };
        match peel(value) {
            Expression::NewExpression(new) if is_global_promise(self, &new.callee) => {
                function_literal(new.arguments.first()?.as_expression()?)
            }
            _ => None,
        }
    }

    fn is_executor_late(&self, executor: NodeId) -> bool {
        let symbols = self.param_symbols(executor);
        let used = |i: usize| symbols.get(i).copied().flatten().is_some_and(|s| self.reads_of(s).next().is_some());
        if !used(0) {
            return used(1);
        }
        nodes_within(self.nodes, executor).any(|n| match self.nodes.kind(n) {
            AstKind::CallExpression(c) => event_of(c).is_some_and(|e| LATE_EVENTS.contains(&e)),
            _ => false,
        })
    }

    /// It settles by itself after a while.
    fn is_delay(&self, declaration: NodeId, name: &str) -> bool {
        let timed = |node: NodeId| {
            nodes_within(self.nodes, node).any(|n| match self.nodes.kind(n) {
                AstKind::IdentifierReference(id) => {
                    matches!(id.name.as_str(), "setTimeout" | "setImmediate") || is_delay_name(id.name.as_str())
                }
                AstKind::StaticMemberExpression(m) => is_delay_name(m.property.name.as_str()),
                _ => false,
            })
        };
        let written =
            matches!(self.nodes.kind(declaration), AstKind::VariableDeclarator(_) | AstKind::AssignmentExpression(_));
        is_delay_name(name) || name.to_lowercase().contains("timer") || (written && timed(declaration))
    }

    /// `Promise.race(running)`, also by way of `[...running]`, `Array.from(running)`, `running.map(p => p.then(..))`.
    fn raced_entries(&mut self, call: &'a CallExpression<'a>, list: &'a Expression<'a>) -> Option<Race> {
        let collection = self.collection_raced(list)?;
        let spot = self.spot_of(collection)?;
        let function = self.owner_of(call.node_id.get());
        let (kept, confidence) = match spot.root {
            SpotRoot::This(_) if !spot.path.is_empty() => (Racer::Field, Confidence::Likely),
            SpotRoot::Symbol(symbol) if spot.path.is_empty() => {
                let home = self.scope_function(symbol);
                let declaration = self.scoping.symbol_declaration(symbol);
                let is_variable = matches!(self.nodes.kind(declaration), AstKind::VariableDeclarator(_));
                if !is_variable || self.scoping.symbol_is_mutated(symbol) {
                    return None;
                }
                if home == function {
                    let (repeats, _) = self.loop_around(call.node_id.get())?;
                    (!self.is_within(declaration, repeats)).then_some((Racer::BeforeLoop, Confidence::Guess))?
                } else {
                    // What a function keeps for its own calls ends with it; only a module keeps for good.
                    let module = home == crate::facts::TOP;
                    (Racer::Outer(home), if module { Confidence::Likely } else { Confidence::Guess })
                }
            }
            _ => return None,
        };
        let made = match spot.root {
            SpotRoot::Symbol(symbol) => self.span(self.scoping.symbol_span(symbol)),
            _ => self.span(collection.span()),
        };
        let mut race = self.race(call, collection, (kept, made, confidence));
        race.racer = self.span(list.span());
        race.entries = true;
        Some(race)
    }

    /// The collection whose very entries are raced; `None` when they are made anew.
    fn collection_raced(&mut self, list: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
        let mut at = peel(list);
        for _ in 0..8 {
            at = match at {
                Expression::CallExpression(call) => {
                    let member = peel(&call.callee).as_member_expression()?;
                    match member.static_property_name()? {
                        "from" if call.arguments.len() == 1 => peel(call.arguments.first()?.as_expression()?),
                        "values" | "filter" | "slice" => peel(member.object()),
                        "map" if self.goes_on_from_entry(call) => peel(member.object()),
                        _ => return None,
                    }
                }
                Expression::ArrayExpression(array) => match array.elements.as_slice() {
                    [ArrayExpressionElement::SpreadElement(s)] => peel(&s.argument),
                    _ => return None,
                },
                Expression::Identifier(id) => match self.symbol_of(id).and_then(|s| self.initial_value(s)).map(peel) {
                    Some(copy @ (Expression::CallExpression(_) | Expression::ArrayExpression(_)))
                        if self.collection_copied(copy) =>
                    {
                        copy
                    }
                    _ => return Some(at),
                },
                e if e.is_member_expression() => return Some(at),
                _ => return None,
            };
        }
        None
    }

    /// `Array.from(xs)`, `[...xs]`: the same entries in another list.
    fn collection_copied(&self, copy: &'a Expression<'a>) -> bool {
        match copy {
            Expression::CallExpression(call) => {
                let member = peel(&call.callee).as_member_expression();
                member.and_then(oxc_ast::ast::MemberExpression::static_property_name).is_some_and(|name| match name {
                    "from" => call.arguments.len() == 1,
                    "map" => self.goes_on_from_entry(call),
                    name => matches!(name, "values" | "slice" | "filter"),
                })
            }
            Expression::ArrayExpression(array) => {
                matches!(array.elements.as_slice(), [ArrayExpressionElement::SpreadElement(_)])
            }
            _ => false,
        }
    }

    /// `.map(p => p.then(..))`: the promises are new, and each is a reaction on the old one.
    fn goes_on_from_entry(&self, map: &CallExpression<'a>) -> bool {
        let Some(callback) = map.arguments.first().and_then(|a| a.as_expression()).and_then(function_literal) else {
            return false;
        };
        let Some(Some(entry)) = self.param_symbols(callback).first().copied() else { return false };
        let Some(function) = self.function_of_node.get(&callback) else { return false };
        self.returned.get(function).is_some_and(|values| {
            values.iter().any(|value| {
                let mut at = peel(value);
                while let Expression::CallExpression(link) = at
                    && chain_method(link).is_some()
                    && let Some(member) = peel(&link.callee).as_member_expression()
                {
                    at = peel(member.object());
                }
                matches!(at, Expression::Identifier(id) if self.symbol_of(id) == Some(entry))
            })
        })
    }
}
