//! Deadlines of promises: timers that one way to settle stops and another one forgets.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::facts::flow::{Question, is_reached_undone, nodes_within};
use crate::facts::reader::{Reader, function_literal, last_name};
use crate::facts::{FunctionId, Kept, Missed, What};

/// A timer inside the executor of a promise, and what stops it.
struct Deadline<'a> {
    executor: FunctionId,
    resolvers: [Option<SymbolId>; 2],
    started: NodeId,
    call: &'a CallExpression<'a>,
    /// Calls that clear the timer, and the functions they stand in.
    closes: Vec<(NodeId, FunctionId)>,
}

impl<'a> Reader<'a, '_> {
    /// Asks for each timer that an executor starts and some callback clears: does each way to settle clear it?
    pub(super) fn note_deadlines(&mut self, opened: &[NodeId], ends: &[NodeId]) {
        for (index, node) in opened.iter().enumerate() {
            let handle = &self.facts.handles[index];
            let lasts = handle.delay.is_none_or(|ms| ms >= 5000);
            let asked = handle.what == What::Timer && handle.once && handle.missed.is_none() && lasts;
            if !asked {
                continue;
            }
            let Kept::Place(place) = handle.kept_in else {
                self.facts.handles[index].races |= handle.kept_in == Kept::Dropped && self.loses_the_race(*node);
                continue;
            };
            let closes = self.facts.closes.iter().enumerate();
            let closes: Vec<(NodeId, FunctionId)> = closes
                .filter(|(_, c)| c.what == What::Timer && c.handle == Some(place))
                .map(|(i, c)| (ends[i], c.function))
                .collect();
            let Some(deadline) = self.deadline(*node, closes).filter(|d| !d.closes.is_empty()) else { continue };
            if let Some(left) = self.forgetful_way(&deadline) {
                let why = "settles the promise but leaves the timer running".to_owned();
                let missed = Missed { way: self.span_of(left), why, in_line: false };
                self.facts.handles[index].missed = Some(missed);
            }
        }
    }

    fn deadline(&mut self, started: NodeId, closes: Vec<(NodeId, FunctionId)>) -> Option<Deadline<'a>> {
        let AstKind::CallExpression(call) = self.nodes.kind(started) else { return None };
        let new = self.nodes.ancestor_kinds(started).find_map(|kind| match kind {
            // Bluebird and the like are imported by the same name.
            AstKind::NewExpression(new) if last_name(&new.callee) == Some("Promise") => Some(new),
            _ => None,
        })?;
        let literal = function_literal(new.arguments.first().and_then(Argument::as_expression)?)?;
        let executor = self.function_of_node.get(&literal).copied()?;
        let symbols = self.param_symbols(literal);
        let resolvers = [0, 1].map(|i| symbols.get(i).copied().flatten());
        // What is cleared from elsewhere may be cleared in time.
        let inside = closes.iter().all(|(close, _)| self.is_within(*close, literal) && !self.is_in_finally(*close));
        inside.then_some(Deadline { executor, resolvers, started, call, closes })
    }

    /// Nobody has the timer's id: `new Promise((resolve, reject) => { setTimeout(() => reject(late), 30_000); .. })`.
    fn loses_the_race(&mut self, started: NodeId) -> bool {
        let Some(deadline) = self.deadline(started, Vec::new()) else { return false };
        let resolvers = deadline.resolvers.into_iter().flatten();
        let mentions: Vec<NodeId> = resolvers.flat_map(|symbol| self.reads_of(symbol)).collect();
        let own = mentions.iter().filter(|m| self.is_within(**m, started)).count();
        // What the executor itself does is done before the timer counts.
        let others = mentions.iter().any(|m| !self.is_within(*m, started) && self.owner_of(*m) != deadline.executor);
        own > 0 && others && self.owner_of(started) == deadline.executor
    }

    /// `.finally(() => clearTimeout(timer))`
    fn is_in_finally(&self, node: NodeId) -> bool {
        let function = self.function_nodes[self.owner_of(node).0 as usize];
        matches!(self.nodes.kind(self.outside(function).1), AstKind::CallExpression(call)
            if last_name(&call.callee) == Some("finally"))
    }

    /// The first mention of a resolver that settles without clearing the timer, when another one clears it.
    fn forgetful_way(&mut self, deadline: &Deadline<'a>) -> Option<NodeId> {
        let callback = deadline.call.arguments.first().and_then(Argument::as_expression);
        let own = callback.and_then(|c| self.function_denoted(c));
        let (mut left, mut stopped, mut settles) = (None, false, false);
        let resolvers = deadline.resolvers.into_iter().flatten();
        let mut mentions: Vec<NodeId> = resolvers.flat_map(|symbol| self.reads_of(symbol)).collect();
        mentions.sort_unstable();
        for mention in mentions {
            let function = self.owner_of(mention);
            let fires = own.is_some_and(|own| self.is_within(mention, self.function_nodes[own.0 as usize]))
                || self.is_within(mention, deadline.started);
            settles |= fires;
            let home = self.function_nodes[function.0 as usize];
            // What is settled before the timer is started has no timer to stop.
            let early = mention < deadline.started && self.is_within(deadline.started, home);
            let listens = self.is_listener(mention);
            if fires || !(self.is_call_of(mention) || listens) || (early && !listens) {
                continue;
            }
            // What the executor itself does comes before anything has happened.
            if function == deadline.executor && !listens {
                continue;
            }
            if !listens && self.is_stopped_with(mention, deadline) {
                stopped = true;
            } else {
                left = left.or(Some(mention));
            }
        }
        // Other timers of an executor are not there to end the waiting.
        left.filter(|_| stopped && settles)
    }

    fn is_call_of(&self, node: NodeId) -> bool {
        let (child, parent) = self.outside(node);
        matches!(self.nodes.kind(parent), AstKind::CallExpression(call)
            if call.callee.span() == self.nodes.kind(child).span())
    }

    /// `socket.on('error', reject)`
    fn is_listener(&self, node: NodeId) -> bool {
        let (child, parent) = self.outside(node);
        matches!(self.nodes.kind(parent), AstKind::CallExpression(call)
            if call.callee.span() != self.nodes.kind(child).span()
                && last_name(&call.callee).is_some_and(|name| self.apis.listener_method(name).is_some()))
    }

    /// The timer is cleared before or after the promise is settled here, whatever way leads through.
    fn is_stopped_with(&mut self, mention: NodeId, deadline: &Deadline<'a>) -> bool {
        let mut function = self.owner_of(mention);
        let mut inner = mention;
        while function != deadline.executor {
            let node = self.function_nodes[function.0 as usize];
            let done = self.clearing_calls(function, deadline);
            if !done.is_empty() {
                let question =
                    Question { function: node, from: None, done: &done, throws: false, failing: &[], risks: true };
                if !is_reached_undone(self.semantic, &question, inner)
                    || self.missed_way(inner, function, &done).is_none()
                {
                    return true;
                }
            }
            inner = node;
            function = self.facts.functions[function.0 as usize].parent;
            if function == crate::facts::TOP {
                break;
            }
        }
        false
    }

    /// Calls in a function that clear the timer, by themselves or by what they call.
    fn clearing_calls(&mut self, function: FunctionId, deadline: &Deadline<'a>) -> Vec<NodeId> {
        let node = self.function_nodes[function.0 as usize];
        let mut done = Vec::new();
        for id in nodes_within(self.nodes, node) {
            if let AstKind::CallExpression(call) = self.nodes.kind(id)
                && self.owner_of(id) == function
                && (deadline.closes.iter().any(|(close, _)| *close == id) || self.clears(call, deadline))
            {
                done.push(id);
            }
        }
        done
    }

    /// The function that is called clears the timer.
    fn clears(&mut self, call: &'a CallExpression<'a>, deadline: &Deadline<'a>) -> bool {
        let Expression::Identifier(_) = call.callee.get_inner_expression() else { return false };
        let Some(target) = self.function_denoted(&call.callee) else { return false };
        self.reached_from_one(target).iter().any(|f| deadline.closes.iter().any(|(_, function)| function == f))
    }
}
