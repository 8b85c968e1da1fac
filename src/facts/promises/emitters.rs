//! Promises around an emitter: only the event of success is waited for, or the final one settles on some ways only.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use rustc_hash::FxHashMap;

use super::gaps::{callee_name, event_of, is_final};
use super::touches::{How, Touch, Touches};
use super::{Executor, Gap};
use crate::facts::FunctionId;
use crate::facts::flow::nodes_within;
use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::{Reader, function_literal, peel};
use crate::finding::Confidence;

/// Events that tell success; the emitter may fail before.
const SUCCESS: [&str; 13] = [
    "end",
    "finish",
    "open",
    "ready",
    "connect",
    "secureConnect",
    "listening",
    "response",
    "upgrade",
    "online",
    "spawn",
    "exit",
    "readable",
];

/// An event that something listens to, and the call that says so.
pub(in crate::facts) type Heard<'a> = (&'a str, oxc_span::Span);

/// An emitter by its location, or by the expression that makes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::facts) enum Emitter<'a> {
    Spot(Spot<'a>),
    Value(NodeId),
}

impl<'a> Reader<'a, '_> {
    /// All mentions are listeners of one emitter of a known type, and none of them hears of failure.
    pub(super) fn gap_in_events(&mut self, executor: &Executor, later: &[Touch]) -> Option<Gap> {
        let mut calls: Vec<(&'a CallExpression<'a>, &'a str)> = Vec::new();
        for touch in later {
            let AstKind::CallExpression(call) = self.nodes.kind(touch.node) else { return None };
            let event = event_of(call).filter(|e| SUCCESS.contains(e))?;
            matches!(touch.how, How::Hands { .. }).then_some(())?;
            calls.push((call, event));
        }
        let (first, event) = *calls.first()?;
        let base = base_of(first)?;
        let emitter = self.emitter(base)?;
        for (call, _) in &calls {
            let other = base_of(call)?;
            (self.emitter(other)? == emitter).then_some(())?;
        }
        // Standard input and the like are the process's own; what is read from memory cannot fail.
        let global = matches!(&emitter, Emitter::Spot(s) if matches!(s.root, SpotRoot::Global(_)));
        if global || self.is_from_memory(base) {
            return None;
        }
        // What the callback of success listens to comes too late.
        let within: Vec<oxc_span::Span> =
            calls.iter().filter_map(|(c, _)| c.arguments.get(1)).map(GetSpan::span).collect();
        let mut heard = self.events_heard(&emitter);
        heard.retain(|(_, at)| !within.iter().any(|w| w.contains_inclusive(*at)));
        let heard: Vec<&'a str> = heard.into_iter().map(|(event, _)| event).collect();
        let fails = match self.failures_of(base) {
            Some(fails) => fails,
            None if self.is_stream_by_events(base, &heard) => {
                vec!["error".to_owned(), "close".to_owned(), "aborted".to_owned()]
            }
            None => return None,
        };
        if heard.iter().any(|e| e.is_empty() || fails.iter().any(|f| f == e)) {
            return None;
        }
        let name = self.text_of(base.span(), 30);
        let repair = self.repair_of_emitter(first, base, executor);
        Some(Gap {
            way: self.span(first.span),
            why: format!("only `{event}` is handled: if `{name}` fails, nothing settles the promise"),
            keeper: None,
            confidence: Confidence::Likely,
            repair,
        })
    }

    /// A parameter of unknown type that says `readable`, or `data` and then `end`, is a readable stream.
    fn is_stream_by_events(&mut self, base: &'a Expression<'a>, heard: &[&str]) -> bool {
        let Expression::Identifier(id) = peel(base) else { return false };
        let Some(symbol) = self.symbol_of(id) else { return false };
        let parameter = self.param_index(self.scoping.symbol_declaration(symbol)).is_some();
        let says = |event: &str| heard.contains(&event);
        parameter && self.library_type_of(base).is_none() && (says("readable") || (says("data") && says("end")))
    }

    /// `Readable.from(..)`.
    fn is_from_memory(&self, base: &'a Expression<'a>) -> bool {
        let value = match peel(base) {
            Expression::Identifier(id) => self.symbol_of(id).and_then(|s| self.initial_value(s)),
            other => Some(other),
        };
        matches!(value.map(peel), Some(Expression::CallExpression(c)) if callee_name(c) == "from")
    }

    /// Events by which an emitter of a known type tells that it failed.
    fn failures_of(&mut self, base: &'a Expression<'a>) -> Option<Vec<String>> {
        let t = self.library_type_of(base)?;
        let apis = self.apis;
        let certain = [
            "Stream",
            "ChildProcess",
            "net.Server",
            "WebSocket",
            "ws.WebSocket",
            "worker_threads.Worker",
            "http2.Session",
        ];
        if !certain.iter().any(|name| apis.is_a_named(t, name)) {
            return None;
        }
        let mut fails: Vec<String> = apis.fails(t).map(str::to_owned).collect();
        // What a server or worker ends with is no answer to whether it started.
        if fails.is_empty() {
            return None;
        }
        fails.push("error".to_owned());
        Some(fails)
    }

    fn emitter(&mut self, base: &'a Expression<'a>) -> Option<Emitter<'a>> {
        if let Some(spot) = self.spot_of(base) {
            return Some(Emitter::Spot(spot));
        }
        match peel(base) {
            Expression::CallExpression(c) => Some(Emitter::Value(c.node_id.get())),
            Expression::NewExpression(n) => Some(Emitter::Value(n.node_id.get())),
            _ => None,
        }
    }

    /// Events that anything in this file listens to on the emitter; empty for one whose name is computed, and for
    /// helpers that tell when a stream is over. All are collected when the first is asked for.
    fn events_heard(&mut self, emitter: &Emitter<'a>) -> Vec<Heard<'a>> {
        if self.heard.is_none() {
            let heard = self.collect_events();
            self.heard = Some(heard);
        }
        self.heard.as_ref().and_then(|h| h.get(emitter)).cloned().unwrap_or_default()
    }

    fn collect_events(&mut self) -> FxHashMap<Emitter<'a>, Vec<Heard<'a>>> {
        let mut heard: FxHashMap<Emitter<'a>, Vec<Heard<'a>>> = FxHashMap::default();
        for site in self.sites.clone().iter() {
            let AstKind::CallExpression(call) = *site else { continue };
            if let Some(event) = event_of(call) {
                if self.only_reports(call) {
                    continue;
                }
                if let Some(emitter) = base_of(call).and_then(|b| self.emitter(b)) {
                    heard.entry(emitter).or_default().push((event, call.span));
                }
            } else if matches!(callee_name(call), "finished" | "pipeline" | "eos" | "pump" | "onFinished") {
                for argument in call.arguments.iter().filter_map(|a| a.as_expression()) {
                    if let Some(emitter) = self.emitter(argument) {
                        heard.entry(emitter).or_default().push(("", call.span));
                    }
                }
            }
        }
        heard
    }

    /// A listener that writes a log line and nothing else: `stream.on('error', console.error)`.
    fn only_reports(&self, call: &'a CallExpression<'a>) -> bool {
        let reports = |e: &Expression<'a>| {
            let mut object = e.get_inner_expression();
            while let Some(member) = object.as_member_expression() {
                object = member.object().get_inner_expression();
            }
            matches!(object, Expression::Identifier(id) if matches!(id.name.as_str(), "console" | "log" | "logger" | "process"))
        };
        let Some(handler) = call.arguments.get(1).and_then(Argument::as_expression).map(peel) else { return false };
        let Some(function) = function_literal(handler) else {
            return handler.is_member_expression() && reports(handler);
        };
        let mut calls = nodes_within(self.nodes, function).filter_map(|n| match self.nodes.kind(n) {
            AstKind::CallExpression(c) => Some(reports(&c.callee) && !callee_name(c).contains("xit")),
            AstKind::AssignmentExpression(_) | AstKind::ThrowStatement(_) | AstKind::NewExpression(_) => Some(false),
            _ => None,
        });
        calls.next() == Some(true) && calls.all(|c| c)
    }

    /// A listener of a final event that alone can settle then: `child.on('exit', code => { if (!code) resolve() })`
    /// beside `child.on('error', reject)`.
    pub(super) fn final_listener(
        &mut self,
        touches: &Touches,
        later: &[Touch],
    ) -> Option<(FunctionId, super::gaps::Counts, Confidence)> {
        let mut found = None;
        let mut emitter = None;
        for touch in later {
            let AstKind::CallExpression(call) = self.nodes.kind(touch.node) else { return None };
            let event = event_of(call)?;
            let base = base_of(call)?;
            let own = self.emitter(base)?;
            if emitter.as_ref().is_some_and(|e| *e != own) {
                return None;
            }
            emitter = Some(own);
            match (is_final(event), touch.how) {
                (true, How::Hands { function: Some(f), .. }) if found.is_none() => found = Some((f, touch.node)),
                (false, How::Hands { .. }) if event == "error" => {}
                _ => return None,
            }
        }
        let (function, call) = found?;
        let counts = super::gaps::Counts { throws: false, awaits: false };
        touches.is_single(function).then(|| (function, counts, self.confidence_of_receiver(call)))
    }

    /// A known type makes sure that the event is what its name says.
    pub(super) fn confidence_of_receiver(&mut self, call: NodeId) -> Confidence {
        let AstKind::CallExpression(call) = self.nodes.kind(call) else { return Confidence::Guess };
        match base_of(call).and_then(|b| self.library_type_of(b)) {
            Some(_) => Confidence::Likely,
            None => Confidence::Guess,
        }
    }
}

/// The emitter at the start of `x.on(..).once(..)`.
fn base_of<'a>(call: &'a CallExpression<'a>) -> Option<&'a Expression<'a>> {
    let mut at = call;
    for _ in 0..64 {
        let object = peel(peel(&at.callee).as_member_expression()?.object());
        match object {
            Expression::CallExpression(inner) if event_of(inner).is_some() => at = inner,
            other => return Some(other),
        }
    }
    None
}
