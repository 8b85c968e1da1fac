//! Things with a handle that must be closed: observers, watchers, workers, sockets, files, what pools lend.

pub mod clients;
mod follow;
mod lasting;
mod received;
mod slots;
mod words;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use crate::apis::{By, Row};
use crate::facts::owners::OwnerKind;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::Maker;
use crate::facts::{ClassId, FunctionId, Guard, Missed, Owner, Repair, TOP, What};
use crate::finding::Span;
use follow::Trail;
use received::Received;

/// Something opened that its handle does not close on every way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Resource {
    pub what: What,
    /// The call as written, shortened.
    pub api: String,
    pub opened: Span,
    pub function: FunctionId,
    pub guard: Guard,
    pub fate: Fate,
    /// Variable or field that holds the handle; empty when none does.
    pub name: String,
    /// The call that would close it, as one would write it: `release()`.
    pub end: String,
    /// Something out of sight may end it: a peer that hangs up, a function that is handed the address.
    pub doubt: bool,
    /// In an effect: whenever a component appears, or its effect runs again.
    pub mounts: bool,
    /// The function that opens it closes it, but not on this way out.
    pub missed: Option<Missed>,
    /// What it belongs to, when that comes to an end.
    pub owner: Option<Owner>,
    /// The API is certain; otherwise it is guessed by the method's name.
    pub known: bool,
    /// Where its slot is emptied while it is open.
    pub forgotten: Option<Span>,
    /// Where the method that would close it is taken from it, which makes it useless.
    pub unbound: Option<Span>,
    /// What would close it.
    pub repair: Option<Repair>,
}

/// Where the handle is when nothing closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Thrown away, or put where it cannot be asked for again.
    Dropped,
    /// In a variable of the function that opens it.
    Local,
    /// In a variable around that function.
    Outer,
    /// In a field, of a class when it is known.
    Field { class: Option<ClassId>, private: bool },
}

/// One call or `new` that opens something, while the syntax tree is at hand.
#[derive(Clone, Copy)]
struct Opener<'a> {
    node: NodeId,
    callee: &'a Expression<'a>,
    arguments: &'a [Argument<'a>],
    what: What,
    row: &'static Row,
    /// Resolved to a row, not guessed by the method's name.
    known: bool,
}

/// Whether a handle is closed.
enum Ways {
    /// Well enough.
    Closed,
    /// Never, or not on this way.
    Open(Option<Missed>),
}

/// Things opened in one file that are followed: each looks at all uses of a name, and nobody writes more.
const MOST: usize = 300;

/// What is wrong with `callback(error)` where another way says `callback(null, socket)`.
const NOT_HANDED: &str = "reports a failure here without passing it on, so it stays open";

/// What is wrong with `if (img.src === url) URL.revokeObjectURL(url)`.
const SHAKY: &str = "only if the element still shows it";

impl<'a> Reader<'a, '_> {
    /// Finds what is opened and not closed by its handle on every way.
    pub fn note_resources(&mut self) {
        let mut openers = Vec::new();
        for maker in self.makers().iter().copied() {
            let opener = match maker {
                Maker::Call(call) => self.opening_call(call),
                Maker::New(new) => {
                    let row = self.row_of_new(&new.callee);
                    row.map(|row| self.apis.row(row)).and_then(|row| {
                        let (node, what) = (new.node_id.get(), row.opens?);
                        Some(Opener { node, callee: &new.callee, arguments: &new.arguments, what, row, known: true })
                    })
                }
            };
            openers.extend(opener.filter(|opener| opener.what.has_handle()));
        }
        for opener in openers.into_iter().take(MOST) {
            self.note_resource(opener);
        }
    }

    fn opening_call(&mut self, call: &'a CallExpression<'a>) -> Option<Opener<'a>> {
        let callee = peel(&call.callee);
        let name = last_name(callee)?;
        let known = self.api_of_call(call).map(|hit| hit.row);
        let row = known.or_else(|| self.apis.opening_method(name).filter(|_| callee.is_member_expression()))?;
        let row = self.apis.row(row);
        let (node, what) = (call.node_id.get(), row.opens?);
        Some(Opener { node, callee: &call.callee, arguments: &call.arguments, what, row, known: known.is_some() })
    }

    fn note_resource(&mut self, opener: Opener<'a>) {
        let guard = self.once_guard(opener.node);
        if self.is_staged(opener.node) || self.ends_itself(&opener) {
            return;
        }
        let mut function = self.owner_of(opener.node);
        let once = self.is_started_once(opener.node, guard) && !(function == TOP && self.is_component_script());
        let mut trail = Trail::new(opener.what, opener.row, self.module_of(opener.callee));
        match self.received(&opener) {
            Some(Received::Parameter { function: receiver, symbol }) => {
                function = receiver;
                trail.conditional = true;
                self.follow_variable(symbol, &mut trail);
            }
            Some(Received::Elsewhere) => return,
            None => self.follow(opener.node, &mut trail),
        }
        trail.escapes |= opener.what == What::Connection && self.serves_later(function, &trail);
        if trail.escapes || (trail.lent && trail.closes.is_empty() && !once) {
            return;
        }
        let fate = self.fate_of(&opener, &trail, function);
        let Ways::Open(missed) = self.ways_of(&opener, function, (&trail, fate)) else { return };
        let forgotten = if missed.is_none() { self.emptied_slot(&opener, &trail) } else { None };
        // A slot that is emptied is filled again.
        if once && forgotten.is_none() {
            return;
        }
        let owner = self.owner_of_opened(opener.node, Some(&trail.name).filter(|n| !n.is_empty()).map(String::as_str));
        if !opener.known && opener.what == What::Subscription && trail.unbound.is_none() {
            let by_component = owner.as_ref().is_some_and(|o| o.kind != OwnerKind::Class);
            if !by_component || !self.is_subscribed_to_more_lasting(&opener) {
                return;
            }
        }
        let resource = Resource {
            what: opener.what,
            api: self.opener_text(&opener),
            opened: self.opener_span(&opener),
            function,
            guard: if once && function == TOP { Guard::Once } else { Guard::None },
            fate,
            end: self.closing_call(&opener),
            doubt: trail.doubt && trail.handed.is_empty(),
            mounts: self.is_effect(function),
            missed,
            owner,
            known: opener.known,
            forgotten,
            unbound: trail.unbound.map(|node| self.span_of(node)),
            repair: if opener.what == What::ObjectUrl { self.repair_of_url(opener.node) } else { None },
            name: trail.name,
        };
        self.facts.resources.push(resource);
    }

    /// Whether some way leaves it open.
    fn ways_of(&self, opener: &Opener<'a>, function: FunctionId, (trail, fate): (&Trail<'a>, Fate)) -> Ways {
        let missed = |node: NodeId, why: &str| Missed { way: self.span_of(node), why: why.to_owned(), in_line: false };
        if !trail.handed.is_empty() {
            let failure = trail.handed.iter().find_map(|handed| self.failure_beside(*handed));
            return match failure.filter(|_| trail.closes.is_empty()) {
                Some(failure) => Ways::Open(Some(missed(failure, NOT_HANDED))),
                None => Ways::Closed,
            };
        }
        if trail.closes.is_empty() {
            return Ways::Open(trail.shaky.map(|test| missed(test, SHAKY)));
        }
        if fate != Fate::Local || trail.conditional {
            return Ways::Closed;
        }
        self.missed_close(opener, function, trail).map_or(Ways::Closed, |missed| Ways::Open(Some(missed)))
    }

    fn fate_of(&mut self, opener: &Opener<'a>, trail: &Trail<'a>, function: FunctionId) -> Fate {
        match (trail.field, trail.symbol) {
            (Some(field), _) => {
                let private = field.starts_with(['_', '#', '$']) || self.is_private_field(field);
                Fate::Field { class: trail.class, private }
            }
            (None, Some(symbol)) if self.is_local(symbol, function) => Fate::Local,
            (None, Some(_)) => Fate::Outer,
            _ => {
                debug_assert!(opener.what.has_handle(), "only handles are followed");
                Fate::Dropped
            }
        }
    }

    fn is_local(&self, symbol: SymbolId, function: FunctionId) -> bool {
        self.scope_function(symbol) == function
    }

    /// The first way out, after the opening, on which nothing closes it.
    fn missed_close(&self, opener: &Opener<'a>, function: FunctionId, trail: &Trail<'a>) -> Option<Missed> {
        let symbol = trail.symbol?;
        if trail.closes.iter().any(|close| self.owner_of(*close) != function) {
            return None;
        }
        let mut done = trail.closes.clone();
        for close in &trail.closes {
            done.extend(self.tests_around(*close, opener.node, symbol));
        }
        done.extend(self.process_ends(function));
        // When the opening itself fails there is nothing to close.
        let start = self.awaited_opening(opener.node).unwrap_or(opener.node);
        let from = self.awaited_start(symbol, function).unwrap_or(start);
        let (way, exit) = self.missed_way_where((from, function), &done, false)?;
        Some(Missed { way, why: super::paths::left_open(exit).to_owned(), in_line: true })
    }

    /// The `await` around an opening, also that of `await createClient().connect()`.
    fn awaited_opening(&self, opened: NodeId) -> Option<NodeId> {
        let mut at = opened;
        for _ in 0..8 {
            let (_, outer) = self.outside(at);
            at = match self.nodes.kind(outer) {
                AstKind::AwaitExpression(_) => return Some(outer),
                AstKind::StaticMemberExpression(_) | AstKind::CallExpression(_) => outer,
                _ => return None,
            };
        }
        None
    }

    /// `await client.connect()`: when that fails, nothing is open either.
    fn awaited_start(&self, symbol: SymbolId, function: FunctionId) -> Option<NodeId> {
        self.reads_of(symbol).filter(|read| self.owner_of(*read) == function).find_map(|read| {
            let AstKind::StaticMemberExpression(member) = self.nodes.parent_kind(read) else { return None };
            if !matches!(member.property.name.as_str(), "connect" | "open" | "initialize" | "init" | "start") {
                return None;
            }
            let call = self.outside(self.nodes.parent_id(read)).1;
            let wait = self.outside(call).1;
            matches!(self.nodes.kind(wait), AstKind::AwaitExpression(_)).then_some(wait)
        })
    }

    /// Tests that decide whether there is something to close: `if (client) client.release()`, `if (own) fd.close()`.
    fn tests_around(&self, close: NodeId, opened: NodeId, symbol: SymbolId) -> Vec<NodeId> {
        let mut tests = Vec::new();
        let mut child = close;
        for ancestor in self.nodes.ancestor_ids(close) {
            let test = match self.nodes.kind(ancestor) {
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => break,
                AstKind::IfStatement(i) if i.test.span() != self.nodes.kind(child).span() => {
                    let leaves = self.text_of(i.consequent.span(), 4000);
                    let leaves = ["return", "throw", "continue", "break"].iter().any(|word| leaves.contains(word));
                    let asks = self.reads_of(symbol).any(|r| self.is_in(r, i.test.span()));
                    let around = self.is_within(opened, ancestor);
                    (asks || (!leaves && !around)).then(|| i.test.span())
                }
                AstKind::LogicalExpression(l) if l.right.span() == self.nodes.kind(child).span() => Some(l.left.span()),
                AstKind::ConditionalExpression(c) => Some(c.test.span()),
                _ => None,
            };
            if let Some(span) = test {
                tests.extend(self.first_node_in(ancestor, span));
            }
            child = ancestor;
        }
        tests
    }

    fn is_in(&self, node: NodeId, span: oxc_span::Span) -> bool {
        span.contains_inclusive(self.nodes.kind(node).span())
    }

    pub(super) fn first_node_in(&self, ancestor: NodeId, span: oxc_span::Span) -> Option<NodeId> {
        crate::facts::flow::nodes_within(self.nodes, ancestor).find(|n| self.is_in(*n, span))
    }

    /// `process.exit()`: the system closes what is open.
    pub(crate) fn process_ends(&self, function: FunctionId) -> Vec<NodeId> {
        let node = self.function_nodes[function.0 as usize];
        crate::facts::flow::nodes_within(self.nodes, node)
            .filter(|n| match self.nodes.kind(*n) {
                AstKind::CallExpression(call) => {
                    self.owner_of(*n) == function
                        && matches!(peel(&call.callee), Expression::StaticMemberExpression(m)
                            if self.global_name(&m.object) == Some("process") && m.property.name == "exit")
                }
                _ => false,
            })
            .collect()
    }

    fn opener_text(&self, opener: &Opener<'a>) -> String {
        match self.nodes.kind(opener.node) {
            AstKind::CallExpression(call) => self.api_text(call),
            _ => format!("new {}", self.text_of(opener.callee.span(), 40)),
        }
    }

    fn opener_span(&self, opener: &Opener<'a>) -> Span {
        match self.nodes.kind(opener.node) {
            AstKind::CallExpression(call) => self.head_of_call(call),
            other => self.span(oxc_span::Span::new(other.span().start, opener.callee.span().end)),
        }
    }

    /// How one would close what was opened, for the help.
    fn closing_call(&self, opener: &Opener<'a>) -> String {
        if opener.row.returns_remover {
            return "the function that comes back".to_owned();
        }
        let made = opener.row.makes.as_deref().and_then(|name| self.apis.type_named(name));
        if let Some(method) = made.and_then(|made| self.apis.closing_method(made, opener.what)) {
            return format!("{method}()");
        }
        let by_argument = |row: &&Row| row.closes == Some(opener.what) && row.by == Some(By::Argument);
        let sync = last_name(opener.callee).is_some_and(|name| name.ends_with("Sync"));
        let names = self.apis.rows().filter(by_argument).flat_map(|row| row.global.iter().chain(&row.function));
        let mut names = names.filter(|name| name.ends_with("Sync") == sync);
        names.next().map_or_else(|| "close()".to_owned(), |name| format!("{name}(..)"))
    }
}
