//! Clients, pools and agents: where they are made, who holds them, and where they are closed.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression, ObjectPropertyKind};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::Opener;
use super::follow::Trail;
use crate::apis::{Idle, Row, What};
use crate::facts::functions::key_name;
use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::sites::Maker;
use crate::facts::{FunctionId, Missed, TOP};
use crate::finding::Span;

mod held;

use held::Held;

/// A client made in code that may run again, and not closed on every way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    /// The call as written, shortened.
    pub api: String,
    pub opened: Span,
    pub function: FunctionId,
    pub idle: Idle,
    pub holder: Holder,
    /// Variable or field that holds it; empty when none does.
    pub name: String,
    /// The call that would close it.
    pub end: String,
    /// Handed to a function that may do with it what it likes.
    pub lent: bool,
    /// A closure that someone keeps uses it.
    pub captured: bool,
    /// Made of what the function was told, so that one for all would not do.
    pub told: bool,
    /// Where the helper of this file makes it that is called here.
    pub made_in: Option<Span>,
    pub missed: Option<Missed>,
}

/// Who holds a client when nothing closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    Nobody,
    /// A variable of the function that makes it.
    Local,
    /// A variable or field around that function, overwritten each time.
    Outer,
    /// A field of the object that the function belongs to.
    Field,
    /// What is kept for good: a shared client to which each call adds something.
    Shared,
    /// The top level of a module that is bundled and reloaded by itself.
    Module,
}

/// How many clients of one file are followed.
const MOST: usize = 100;

/// How code looks that runs in an isolate: bindings come with the request.
const ISOLATES: [&str; 8] = [
    "c.env.",
    "env: Env",
    "env: Bindings",
    "ctx.waitUntil(",
    "cloudflare:",
    "@cloudflare/",
    "runtime = 'edge'",
    "runtime = \"edge\"",
];

impl<'a> Reader<'a, '_> {
    /// Finds clients that are made in functions, or for each module of many, and not closed.
    pub fn note_clients(&mut self) {
        let mut made = Vec::new();
        for maker in self.makers().iter().copied() {
            let (node, callee, arguments, row) = match maker {
                Maker::Call(call) => {
                    let row = self.api_of_call(call).map(|hit| hit.row);
                    (call.node_id.get(), &call.callee, call.arguments.as_slice(), row)
                }
                Maker::New(new) => {
                    (new.node_id.get(), &new.callee, new.arguments.as_slice(), self.row_of_new(&new.callee))
                }
            };
            if let Some(row) = row.map(|row| self.apis.row(row)).filter(|row| row.opens == Some(What::Client))
                && made.len() < MOST
            {
                made.push(Opener { node, callee, arguments, what: What::Client, row, known: true });
            }
        }
        if made.is_empty() || self.is_for_isolates() {
            return;
        }
        for opener in made {
            if self.is_client_by_options(&opener) && !self.is_staged(opener.node) {
                self.note_client(opener);
            }
        }
    }

    fn note_client(&mut self, opener: Opener<'a>) {
        let function = self.owner_of(opener.node);
        if function == TOP {
            return self.note_module_client(&opener);
        }
        if self.is_guarded_once(opener.node)
            || self.is_guarded_by_entry(opener.node)
            || self.is_fallback(opener.node)
            || self.ends_itself(&opener)
        {
            return;
        }
        // What makes nothing adds to its receiver, which must be there before and after.
        if opener.row.makes.is_none() {
            if self.adds_to_shared(&opener) {
                self.push_client(&opener, function, Held { holder: Some(Holder::Shared), ..Held::default() });
            }
            return;
        }
        let held = self.hold_client(opener.node, function);
        if held.kept {
            return;
        }
        if !held.returned {
            return self.push_client(&opener, function, held);
        }
        // A helper of this file that makes clients: each of its calls makes one.
        let span = self.opener_span(&opener);
        for call in self.callers_of(function).into_iter().take(8) {
            let node = call.node_id.get();
            let caller = self.owner_of(node);
            if caller == TOP || self.is_guarded_once(node) || self.is_fallback(node) {
                continue;
            }
            let held = self.hold_client(node, caller);
            if !held.kept && !held.returned {
                let opener = Opener { node, callee: &call.callee, arguments: &call.arguments, ..opener };
                self.push_client(&opener, caller, Held { made_in: Some(span), ..held });
            }
        }
    }

    /// `const prisma = new PrismaClient()` at the top of a route file that is bundled and reloaded by itself.
    fn note_module_client(&mut self, opener: &Opener<'a>) {
        if opener.row.makes.is_none() || opener.row.idle != Idle::Stays || !self.is_reloaded() {
            return;
        }
        let (_, parent) = self.outside(opener.node);
        let AstKind::VariableDeclarator(d) = self.nodes.kind(parent) else { return };
        let Some(symbol) = bound_symbol(&d.id) else { return };
        // A slot of the global object remembers it from one reload to the next.
        let held = self.hold_client(opener.node, TOP);
        if held.kept || !held.closes.is_empty() || self.is_exported(symbol) {
            return;
        }
        self.push_client(opener, TOP, Held { holder: Some(Holder::Module), ..held });
    }

    fn push_client(&mut self, opener: &Opener<'a>, function: FunctionId, held: Held<'a>) {
        let holder = held.holder.unwrap_or(if held.symbol.is_some() { Holder::Local } else { Holder::Nobody });
        let mut missed = None;
        if !held.closes.is_empty() {
            if holder != Holder::Local || held.conditional {
                return;
            }
            let mut trail = Trail::new(What::Client, opener.row, None);
            trail.symbol = held.symbol;
            trail.closes.clone_from(&held.closes);
            missed = self.missed_close(opener, function, &trail);
            if missed.is_none() || self.is_closed_next(opener.node, &held.closes) {
                return;
            }
        }
        let client = Client {
            api: self.opener_text(opener),
            opened: self.opener_span(opener),
            function,
            idle: opener.row.idle,
            holder,
            name: held.name,
            end: self.closing_call(opener),
            lent: held.lent,
            captured: held.captured,
            told: self.is_told(opener, function),
            made_in: held.made_in,
            missed,
        };
        // `return pooled ? new Pool() : new Client()` in a helper: its calls are told once.
        if self.facts.clients.iter().all(|known| known.opened != client.opened) {
            self.facts.clients.push(client);
        }
    }

    /// `const client = new Client(); try { .. } finally { client.close() }`: between the two nothing can fail that matters.
    fn is_closed_next(&self, made: NodeId, closes: &[NodeId]) -> bool {
        let made = self.nodes.kind(made).span();
        closes.iter().any(|close| {
            let span = self.nodes.kind(*close).span();
            self.nodes.ancestor_ids(*close).any(|ancestor| match self.nodes.kind(ancestor) {
                AstKind::TryStatement(t) => {
                    let last = t.finalizer.as_ref().is_some_and(|f| f.span.contains_inclusive(span));
                    let between = self.text.get(made.end as usize..t.span.start as usize);
                    last && between.is_some_and(|text| !["await", "return", "throw"].iter().any(|w| text.contains(w)))
                }
                _ => false,
            })
        })
    }

    /// `new Client({ credentials: event.credentials })`: what it is made of comes with the call.
    fn is_told(&self, opener: &Opener<'a>, function: FunctionId) -> bool {
        let Some(parameters) = self.params_of(self.function_nodes[function.0 as usize]) else { return false };
        let told: Vec<SymbolId> = parameters.items.iter().flat_map(|i| i.pattern.get_symbol_ids()).collect();
        let reads = |symbol: SymbolId, span: oxc_span::Span| !self.reads_within(symbol, span).is_empty();
        opener.arguments.iter().map(GetSpan::span).any(|span| {
            // `const url = event.url; new Client(url)` is told as well.
            let by_name = |symbol: SymbolId| {
                self.scope_function(symbol) == function
                    && reads(symbol, span)
                    && self.initial_value(symbol).is_some_and(|value| told.iter().any(|t| reads(*t, value.span())))
            };
            told.iter().any(|symbol| reads(*symbol, span)) || self.scoping.symbol_ids().any(by_name)
        })
    }

    /// Code for isolates that hand over the addresses of databases with each request, and let no connection outlive it.
    fn is_for_isolates(&self) -> bool {
        ISOLATES.iter().any(|word| self.text.contains(word))
    }

    /// `options.client || new Redis()`, `global.db ? global.db : new Pool()`: only when there is none.
    fn is_fallback(&mut self, node: NodeId) -> bool {
        let mut at = node;
        for _ in 0..4 {
            let (child, parent) = self.outside(at);
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::AwaitExpression(_) => {}
                AstKind::LogicalExpression(e) => {
                    return e.right.span() == span && !e.operator.is_and() && self.spot_of(&e.left).is_some();
                }
                AstKind::ConditionalExpression(e) => {
                    let other = if e.consequent.span() == span { &e.alternate } else { &e.consequent };
                    return e.test.span() != span
                        && matches!(peel(other), Expression::Identifier(_) | Expression::StaticMemberExpression(_));
                }
                AstKind::AssignmentPattern(_) => return true,
                _ => return false,
            }
            at = parent;
        }
        false
    }

    /// `axios.interceptors.request.use(..)`: what it adds to was there before the function ran.
    fn adds_to_shared(&mut self, opener: &Opener<'a>) -> bool {
        if !matches!(self.nodes.kind(self.outside(opener.node).1), AstKind::ExpressionStatement(_)) {
            return false;
        }
        let Some(member) = peel(opener.callee).as_member_expression() else { return false };
        match self.spot_of(member.object()) {
            Some(Spot { root: SpotRoot::Symbol(symbol), .. }) => self.scope_function(symbol) == TOP,
            Some(spot) => matches!(spot.root, SpotRoot::Module(_) | SpotRoot::Global(_)),
            None => false,
        }
    }

    /// The symbol whose reads are all that is known of a client.
    fn is_outside(&self, symbol: SymbolId, function: FunctionId) -> bool {
        self.scope_function(symbol) != function
    }

    /// A row that speaks of options means calls with, or without, them alone: `new Agent({ keepAlive: true })`.
    fn is_client_by_options(&self, opener: &Opener<'a>) -> bool {
        let on = |path: &String| self.values_at(opener, path).iter().any(|value| !is_false(value));
        let off = |path: &String| self.values_at(opener, path).iter().any(|value| is_false(value));
        let Row { only_with, off_with, .. } = opener.row;
        (only_with.is_empty() || only_with.iter().any(on)) && !off_with.iter().any(off)
    }

    /// The values of an option among the arguments, dotted for nested ones: in lists and in what is made there as well,
    /// `transports: [new Console({ handleExceptions: true })]`.
    fn values_at(&self, opener: &Opener<'a>, path: &str) -> Vec<&'a Expression<'a>> {
        let steps: Vec<&str> = path.split('.').collect();
        let mut found = Vec::new();
        let mut work: Vec<_> = opener.arguments.iter().filter_map(Argument::as_expression).map(|e| (e, 0)).collect();
        while let Some((given, step)) = work.pop() {
            if step == steps.len() {
                found.push(given);
                continue;
            }
            match peel(given) {
                Expression::ObjectExpression(object) => {
                    for property in &object.properties {
                        if let ObjectPropertyKind::ObjectProperty(p) = property
                            && key_name(&p.key) == Some(steps[step])
                        {
                            work.push((&p.value, step + 1));
                        }
                    }
                }
                Expression::ArrayExpression(list) => {
                    work.extend(list.elements.iter().filter_map(|e| e.as_expression()).map(|e| (e, step)));
                }
                Expression::NewExpression(new) => {
                    work.extend(new.arguments.iter().filter_map(Argument::as_expression).map(|e| (e, step)));
                }
                Expression::Identifier(id) => {
                    let value = self.symbol_of(id).and_then(|symbol| self.initial_value(symbol)).map(peel);
                    work.extend(value.filter(|e| matches!(e, Expression::ObjectExpression(_))).map(|e| (e, step)));
                }
                _ => {}
            }
        }
        found
    }
}

fn is_false(value: &Expression<'_>) -> bool {
    matches!(peel(value), Expression::BooleanLiteral(b) if !b.value)
}
