//! Ways through an executor, and through the callbacks that it alone relies on, that settle nothing.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::touches::{How, Touch, Touches};
use super::{Executor, Gap};
use crate::facts::FunctionId;
use crate::facts::flow::{Answer, Exit, Question, Way, every_way_out, nodes_within};
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, last_name, peel};
use crate::finding::Confidence;

/// How a function comes to run that a call was handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Once, later, in no promise's care: a timer, a Node-style callback. `Guess` when only its shape says so.
    Once(Confidence),
    /// An argument of `.then`, `.catch`, `.finally`.
    Chained,
    /// A listener of a final event: `exit`, `close`, ...
    Final,
    Other,
}

/// Which ways out of a function count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub throws: bool,
    pub awaits: bool,
}

impl<'a> Reader<'a, '_> {
    /// The first way found on which nothing settles.
    pub(super) fn gap(&mut self, executor: &Executor, touches: &Touches) -> Option<Gap> {
        // What an executor throws rejects, unless it is async: then its own promise takes the error and is dropped.
        let is_async = self.facts.functions[executor.function.0 as usize].is_async;
        let counts = Counts { throws: is_async, awaits: is_async };
        if let Some(gap) = self.gap_in(executor.function, touches, counts) {
            return Some(gap);
        }
        self.gap_in_callbacks(executor, touches)
    }

    /// Whether the executor can come to its end without an error.
    pub(super) fn ends_normally(&self, executor: &Executor) -> bool {
        let done = self.exits_of_process(executor.node);
        let question =
            Question { function: executor.node, from: None, done: &done, throws: false, failing: &[], risks: true };
        matches!(every_way_out(self.semantic, &question), Answer::Misses(_))
    }

    fn gap_in(&mut self, function: FunctionId, touches: &Touches, counts: Counts) -> Option<Gap> {
        let node = self.function_nodes[function.0 as usize];
        let mut done: Vec<NodeId> = touches.of(function).iter().map(|t| self.counted(t)).collect();
        done.extend(self.exits_of_process(node));
        let failing = if counts.awaits { self.awaits_that_fail(node) } else { Vec::new() };
        let question =
            Question { function: node, from: None, done: &done, throws: counts.throws, failing: &failing, risks: true };
        let Answer::Misses(way) = every_way_out(self.semantic, &question) else { return None };
        // An await fails whatever was tested before it.
        // What nothing but the executor itself can settle hangs whatever was asked of its input.
        let alone = touches.of(function).iter().all(|t| t.how == How::Settles) && touches.is_only(function);
        let chosen = way.exit != Exit::Fails
            && way.test.is_some_and(|t| self.asks_for_state(t, function) && !(alone && self.asks_for_input(t)));
        if chosen || self.is_case_of_state(&way, function) {
            return None;
        }
        let mut gap = self.describe(function, &way, &done);
        if way.test.is_none() && way.exit == Exit::End {
            for switch in self.open_switches(&done, node) {
                let AstKind::SwitchStatement(s) = self.nodes.kind(switch) else { continue };
                let discriminant = s.discriminant.node_id();
                if self.asks_for_state(discriminant, function) && !(alone && self.asks_for_input(discriminant)) {
                    return None;
                }
                // The cases may well be all there are.
                gap.confidence = Confidence::Guess;
                gap.way = self.span(s.discriminant.span());
                "if no case matches, nothing settles the promise".clone_into(&mut gap.why);
            }
        }
        Some(gap)
    }

    /// `switch (state) { case DONE: return; .. }`.
    fn is_case_of_state(&self, way: &Way, function: FunctionId) -> bool {
        let node = self.function_nodes[function.0 as usize];
        way.exit == Exit::Return
            && self.nodes.ancestor_ids(way.at).take_while(|a| *a != node).any(|a| match self.nodes.kind(a) {
                AstKind::SwitchStatement(s) => self.asks_for_state(s.discriminant.node_id(), function),
                _ => false,
            })
    }

    /// Switches without `default` in which something settles.
    fn open_switches(&self, done: &[NodeId], function: NodeId) -> Vec<NodeId> {
        let around = |d: &NodeId| self.nodes.ancestor_ids(*d).take_while(|a| *a != function).collect::<Vec<_>>();
        done.iter()
            .flat_map(around)
            .filter(|a| match self.nodes.kind(*a) {
                AstKind::SwitchStatement(s) => s.cases.iter().all(|c| c.test.is_some()),
                _ => false,
            })
            .collect()
    }

    /// Whether some way through a function does not settle right there.
    fn leaves_open(&self, function: FunctionId, touches: &Touches) -> bool {
        let node = self.function_nodes[function.0 as usize];
        let at_once = touches.of(function).iter().filter(|t| t.how == How::Settles);
        let done: Vec<NodeId> = at_once.map(|t| self.counted(t)).collect();
        let question = Question { function: node, from: None, done: &done, throws: false, failing: &[], risks: true };
        matches!(every_way_out(self.semantic, &question), Answer::Misses(_))
    }

    /// Follows the one callback on which everything depends, through any number of them.
    fn gap_in_callbacks(&mut self, executor: &Executor, touches: &Touches) -> Option<Gap> {
        let mut level = executor.function;
        for _ in 0..16 {
            let later: Vec<Touch> = touches.of(level).iter().copied().filter(|t| t.how != How::Settles).collect();
            let repeated = later.iter().any(|t| self.is_in_loop(t.node));
            if later.is_empty() || repeated || !self.leaves_open(level, touches) {
                return None;
            }
            if let Some(gap) = self.gap_in_chain(level, &later).or_else(|| self.gap_in_events(executor, &later)) {
                return Some(gap);
            }
            let (next, counts, confidence) = self.next_level(touches, &later)?;
            if let Some(mut gap) = self.gap_in(next, touches, counts) {
                gap.confidence = gap.confidence.min(confidence);
                gap.repair = gap.repair.or_else(|| self.repair_of_callback(next, executor, gap.way));
                return Some(gap);
            }
            level = next;
        }
        None
    }

    /// The function that alone can settle from here on.
    fn next_level(&mut self, touches: &Touches, later: &[Touch]) -> Option<(FunctionId, Counts, Confidence)> {
        let lost = Counts { throws: true, awaits: true };
        let kept = Counts { throws: false, awaits: false };
        if let Some(function) = self.only_fulfilled(later) {
            return touches.is_single(function).then_some((function, kept, Confidence::Likely));
        }
        let [only] = later else { return self.final_listener(touches, later) };
        let (next, counts, confidence) = match only.how {
            // `(async () => { .. })()`: what it throws is in its own promise; a plain function throws to its caller.
            How::Calls(f) => {
                let is_async = self.facts.functions[f.0 as usize].is_async && self.is_statement(only.node);
                (f, Counts { throws: is_async, awaits: is_async }, Confidence::Likely)
            }
            How::Hands { argument, function: Some(f) } => match self.role(only.node, argument, Some(f)) {
                Role::Once(confidence) => (f, lost, confidence),
                Role::Final => (f, lost, self.confidence_of_receiver(only.node)),
                _ => return None,
            },
            _ => return None,
        };
        let awaits = counts.awaits && self.facts.functions[next.0 as usize].is_async;
        touches.is_single(next).then_some((next, Counts { awaits, ..counts }, confidence))
    }

    fn is_statement(&self, node: NodeId) -> bool {
        let parent = self.outside(node).1;
        matches!(self.nodes.kind(parent), AstKind::ExpressionStatement(_) | AstKind::ArrowFunctionExpression(_))
    }

    /// What a call does with the function that it is handed.
    pub(super) fn role(&mut self, call: NodeId, argument: NodeId, function: Option<FunctionId>) -> Role {
        let AstKind::CallExpression(call) = self.nodes.kind(call) else { return Role::Other };
        if chain_method(call).is_some() {
            return Role::Chained;
        }
        if self.is_timer(call) {
            return Role::Once(Confidence::Likely);
        }
        if let Some(event) = event_of(call) {
            return if is_final(event) { Role::Final } else { Role::Other };
        }
        match self.handed_to(argument) {
            Some(handed) if handed.callback.outcome && handed.known => return Role::Once(Confidence::Likely),
            Some(handed) if handed.known => return Role::Other,
            _ => {}
        }
        let last = call.arguments.last().is_some_and(|a| a.span() == self.nodes.kind(argument).span());
        let shaped = function.is_some_and(|f| self.error_parameter(f).is_some() && !self.takes_progress(f));
        let name = callee_name(call);
        if last && shaped && !is_repeating_name(name) { Role::Once(Confidence::Guess) } else { Role::Other }
    }

    /// `(error, progress, key)`: called again and again until there is a result.
    fn takes_progress(&self, function: FunctionId) -> bool {
        let params = self.params_of(self.function_nodes[function.0 as usize]);
        params.is_some_and(|p| p.items.iter().any(|i| i.pattern.span().source_text(self.text).contains("rogress")))
    }

    fn is_timer(&mut self, call: &'a CallExpression<'a>) -> bool {
        const TIMERS: [&str; 5] =
            ["setTimeout", "setImmediate", "queueMicrotask", "requestAnimationFrame", "requestIdleCallback"];
        match self.spot_of(&call.callee) {
            Some(spot) => match spot.root {
                SpotRoot::Global(name) => {
                    (spot.path.is_empty() && TIMERS.contains(&name))
                        || (name == "process" && spot.last_field() == Some("nextTick"))
                }
                _ => false,
            },
            None => false,
        }
    }

    /// The name of a first parameter that takes an error: `(err, data)`.
    pub(super) fn error_parameter(&self, function: FunctionId) -> Option<&'a str> {
        let node = self.function_nodes[function.0 as usize];
        let first = self.params_of(node)?.items.first()?;
        let name = first.pattern.get_binding_identifier()?.name.as_str();
        let is_error = matches!(name, "err" | "error" | "e" | "er" | "ex" | "_err" | "cause")
            || name.ends_with("Err")
            || name.ends_with("Error");
        is_error.then_some(name)
    }

    /// What does not come back: the end of the process, and the helpers of transpilers that keep an error to throw it
    /// after the loop (`_iterator.e(err)`, `e_1 = { error: e_1_1 }`).
    fn exits_of_process(&self, function: NodeId) -> Vec<NodeId> {
        nodes_within(self.nodes, function)
            .filter(|id| match self.nodes.kind(*id) {
                AstKind::CallExpression(call) => is_exit(call),
                AstKind::AssignmentExpression(e) => {
                    matches!(&e.left, AssignmentTarget::AssignmentTargetIdentifier(id) if id.name.starts_with("e_"))
                        && matches!(&e.right, Expression::ObjectExpression(o) if o.properties.len() == 1)
                }
                _ => false,
            })
            .filter(|id| self.function_nodes[self.owner_of(*id).0 as usize] == function)
            .collect()
    }

    /// Awaits of a function whose promise may be rejected.
    fn awaits_that_fail(&mut self, function: NodeId) -> Vec<NodeId> {
        let awaits: Vec<NodeId> = nodes_within(self.nodes, function)
            .filter(|id| matches!(self.nodes.kind(*id), AstKind::AwaitExpression(_)))
            .filter(|id| self.function_nodes[self.owner_of(*id).0 as usize] == function)
            .collect();
        awaits
            .into_iter()
            .filter(|id| match self.nodes.kind(*id) {
                AstKind::AwaitExpression(e) => self.may_reject(&e.argument),
                _ => false,
            })
            .collect()
    }

    /// The test asks for something that other code changes: a flag that says that it was settled, a count of what is
    /// outstanding, the state of an object. Who wrote it thought of more than we see.
    fn asks_for_state(&self, test: NodeId, function: FunctionId) -> bool {
        let own = |node: NodeId| self.owner_of(node) == function;
        std::iter::once(test).chain(nodes_within(self.nodes, test)).filter(|n| own(*n)).any(|n| {
            match self.nodes.kind(n) {
                AstKind::ThisExpression(_) => true,
                AstKind::IdentifierReference(id) => self.symbol_of(id).is_some_and(|symbol| {
                    let outer = self.scope_function(symbol) != function;
                    let member = matches!(
                        self.nodes.kind(self.outside(n).1),
                        AstKind::StaticMemberExpression(_) | AstKind::ComputedMemberExpression(_)
                    );
                    let mutated = || self.scoping.symbol_is_mutated(symbol);
                    (outer && (member || mutated())) || self.is_written_elsewhere(symbol, function)
                }),
                _ => false,
            }
        })
    }

    /// A flag that an inner function sets: `settled = true`.
    fn is_written_elsewhere(&self, symbol: SymbolId, function: FunctionId) -> bool {
        let mut writes = self.scoping.get_resolved_references(symbol).filter(|r| r.is_write());
        writes.any(|r| self.owner_of(r.node_id()) != function)
    }

    /// The test asks for nothing but what an enclosing function was handed.
    fn asks_for_input(&self, test: NodeId) -> bool {
        std::iter::once(test).chain(nodes_within(self.nodes, test)).all(|n| match self.nodes.kind(n) {
            AstKind::ThisExpression(_) => false,
            AstKind::IdentifierReference(id) => self.symbol_of(id).is_none_or(|symbol| {
                let declaration = self.scoping.symbol_declaration(symbol);
                self.param_index(declaration).is_some() && !self.scoping.symbol_is_mutated(symbol)
            }),
            _ => true,
        })
    }

    fn describe(&self, function: FunctionId, way: &Way, done: &[NodeId]) -> Gap {
        let at = self.nodes.kind(way.at).span();
        let when = way.test.and_then(|test| self.condition(test, way, done));
        let why = match (way.exit, when) {
            (Exit::Fails, _) => "if this `await` fails, nothing settles the promise".to_owned(),
            (Exit::Throw, Some(when)) => {
                format!("{when}, this throws where nothing catches it, and the promise does not settle")
            }
            (Exit::Throw, None) => "this throws where nothing catches it, and the promise does not settle".to_owned(),
            (_, Some(when)) => format!("{when}, nothing settles the promise"),
            (_, None) => "this path does not settle the promise".to_owned(),
        };
        let way = match (way.exit, way.test) {
            (Exit::End, Some(test)) => self.span(self.nodes.kind(test).span()),
            (Exit::End, None) => self.head_of_function(self.function_nodes[function.0 as usize]),
            _ => self.span(at),
        };
        Gap { way, why, keeper: None, confidence: Confidence::Likely, repair: None }
    }

    /// "when `err`" or "unless `ok`", by the side of the branch that the way takes.
    fn condition(&self, test: NodeId, way: &Way, done: &[NodeId]) -> Option<String> {
        let written = self.text_of(self.nodes.kind(test).span(), 50);
        let AstKind::IfStatement(branch) = self.nodes.kind(self.outside(test).1) else { return None };
        let taken = branch.consequent.span();
        let leaves_inside = way.exit != Exit::End && taken.contains_inclusive(self.nodes.kind(way.at).span());
        let settled_inside = done.iter().any(|d| taken.contains_inclusive(self.nodes.kind(*d).span()));
        Some(if leaves_inside || !settled_inside { format!("if `{written}`") } else { format!("unless `{written}`") })
    }
}

/// `then`, `catch` or `finally`, when that is what is called.
pub(super) fn chain_method<'a>(call: &'a CallExpression<'a>) -> Option<&'a str> {
    let name = peel(&call.callee).as_member_expression()?.static_property_name()?;
    matches!(name, "then" | "catch" | "finally").then_some(name)
}

/// The event of `x.on('event', ..)`, `x.once(..)`, `x.addEventListener(..)`.
pub(super) fn event_of<'a>(call: &'a CallExpression<'a>) -> Option<&'a str> {
    let name = peel(&call.callee).as_member_expression()?.static_property_name()?;
    if !matches!(name, "on" | "once" | "addListener" | "prependListener" | "prependOnceListener" | "addEventListener") {
        return None;
    }
    match call.arguments.first()?.as_expression().map(peel)? {
        Expression::StringLiteral(s) => Some(s.value.as_str()),
        _ => Some(""),
    }
}

/// Events that come once, at the end.
pub(super) fn is_final(event: &str) -> bool {
    matches!(event, "end" | "close" | "exit" | "finish")
}

fn is_exit(call: &CallExpression<'_>) -> bool {
    let name = callee_name(call);
    let object = peel(&call.callee).as_member_expression().map(|m| peel(m.object()));
    let of = |wanted: &str| matches!(object, Some(Expression::Identifier(id)) if id.name.starts_with(wanted));
    match name {
        "abort" => of("process"),
        "e" => of("_iterator"),
        _ => name == "exit" || name.starts_with("exit") || name.ends_with("Exit"),
    }
}

pub(super) fn callee_name<'a>(call: &'a CallExpression<'a>) -> &'a str {
    last_name(&call.callee).unwrap_or("")
}

/// Calls that run their callback again and again although it takes an error first.
fn is_repeating_name(name: &str) -> bool {
    const REPEATING: [&str; 14] = [
        "on",
        "each",
        "watch",
        "subscribe",
        "listen",
        "use",
        "stream",
        "poll",
        "observe",
        "iterate",
        "walk",
        "map",
        "interval",
        "consume",
    ];
    let name = name.to_lowercase();
    REPEATING.iter().any(|w| name == *w || (w.len() > 3 && name.contains(w))) || name.starts_with("on")
}
