//! Opened things: listeners and timers, where their handles go, and the calls that close them.

mod closes;
mod deadlines;
mod kept;
mod listeners;
mod paths;
mod receivers;
pub mod resources;
mod timers;

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::NodeId;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, last_name, peel};
use super::sites::{Maker, May};
use super::{END_METHODS, FunctionId, Guard, Life, Made, PlaceId, Repair, What};
use crate::finding::Span;
pub(super) use closes::is_closing_word;
pub use closes::is_ending_word;

/// Something opened that should be closed: a listener, a timer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one call")]
pub struct Handle {
    pub what: What,
    /// The call as written, shortened: `bus.on('x')`.
    pub api: String,
    pub opened: Span,
    pub statement: Span,
    /// Opened in one list of statements: these have the same number.
    pub block: u32,
    pub function: FunctionId,
    pub receiver: Option<Receiver>,
    /// Literal event name or normalised text; empty when there is none.
    pub event: String,
    pub handler: Handler,
    pub kept_in: Kept,
    /// Removes itself after the first event, or fires once.
    pub once: bool,
    /// The receiver's documentation says that the event always comes in the end.
    pub sure_to_come: bool,
    /// `{ signal }` was given.
    pub signal: bool,
    pub guard: Guard,
    /// The API is certain: resolved to a row, not guessed by the method's name.
    pub known: bool,
    /// The callback schedules the same timer again, unconditionally.
    pub reschedules: bool,
    /// Milliseconds until a timer fires, when literal.
    pub delay: Option<u32>,
    /// One of the racers of `Promise.race`.
    pub races: bool,
    /// The function that opens it closes it, but not on this way out.
    pub missed: Option<Missed>,
    /// The method that ends it, as one would write it: `stop()`; empty when a function does.
    pub end: String,
    /// The event names several, each with its namespaces: `resize.menu scroll.menu`.
    pub namespaces: bool,
    /// What one calls to take a listener away: `bus.off`; empty when nothing says so.
    pub remover: String,
    /// What would end it.
    pub repair: Option<Repair>,
}

/// A way out of a function on which something stays open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    pub way: Span,
    pub why: String,
    /// A `finally` around the work would do: nothing else stands between.
    pub in_line: bool,
}

/// On what a listener hangs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    pub place: Option<PlaceId>,
    /// As written.
    pub text: String,
    /// Library type, as the name of a row.
    pub of_type: Option<String>,
    /// An `EventTarget`: the same function is registered once only.
    pub dedupes: bool,
    /// How long it lives, when its type or the field that gives it says so.
    pub life: Option<Life>,
    pub made: Made,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handler {
    Inline(FunctionId),
    /// Named: resolves to one function or place.
    Place(PlaceId),
    /// `f.bind(x)`, `debounce(f)`: a new function on each evaluation.
    Fresh,
    Other,
}

/// Where the handle (timer id, remover) goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    Dropped,
    Place(PlaceId),
    /// Returned, passed on, put into a collection: someone else may close it.
    Escapes,
}

/// A call that closes something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Close {
    pub what: What,
    pub span: Span,
    pub function: FunctionId,
    pub receiver: Option<Receiver>,
    pub event: Option<String>,
    pub handler: Option<Handler>,
    /// The handle that is closed, when it is given as an argument or is the receiver.
    pub handle: Option<PlaceId>,
    /// Nothing is ever assigned to the field that `handle` names.
    pub never_assigned: bool,
    /// The receiver itself comes to its end.
    pub ends: bool,
    /// The event names several, each with its namespaces.
    pub namespaces: bool,
}

impl<'a> Reader<'a, '_> {
    /// Fifth pass: calls that open or close something.
    pub fn note_handles(&mut self) {
        let (mut starts, mut closing) = (Vec::new(), Vec::new());
        // Imports can be renamed, so a bare name is asked about as well.
        let opens = May::OPEN.or(May::BARE);
        for named in self.calls_that(opens.or(May::END)) {
            let call = named.call;
            if named.may(May::END) {
                closing.push(call);
            }
            if !named.may(opens) {
                continue;
            }
            let Some(hit) = self.api_of_call(call) else { continue };
            let row = self.apis.row(hit.row);
            match row.opens {
                Some(What::Listener) => self.note_listener(call, row, hit.known),
                Some(What::Timer) => self.note_timer(Maker::Call(call), row),
                _ if row.closes.is_some() => closing.push(call),
                _ => {}
            }
            starts.resize(self.facts.handles.len(), call.node_id.get());
        }
        for maker in self.makers().iter().copied() {
            let Maker::New(new) = maker else { continue };
            let Some(row) = self.row_of_new(&new.callee).map(|row| self.apis.row(row)) else { continue };
            if row.opens == Some(What::Timer) {
                self.note_timer(maker, row);
                starts.resize(self.facts.handles.len(), new.node_id.get());
            }
        }
        self.note_owners(&starts);
        // Where nothing is open, nobody asks what is closed.
        if !self.facts.handles.is_empty() {
            closing.dedup_by_key(|call| call.node_id.get());
            self.note_closes(&starts, closing);
        }
    }

    fn note_closes(&mut self, starts: &[NodeId], closing: Vec<&'a CallExpression<'a>>) {
        let mut ends = Vec::new();
        for call in closing {
            let name = last_name(&call.callee).unwrap_or("");
            if is_ending_word(name) || (END_METHODS.contains(&name) && self.is_in_end(call)) {
                self.note_end(call);
            }
            let hit = self
                .api_of_call(call)
                .map(|hit| hit.row)
                .or_else(|| self.apis.listener_removal(name).filter(|_| peel(&call.callee).is_member_expression()));
            match hit.map(|row| self.apis.row(row)) {
                Some(row) => {
                    if let Some(what @ (What::Listener | What::Timer)) = row.closes {
                        self.note_close(call, row, what);
                    }
                }
                None => self.note_foreign_close(call, name),
            }
            ends.resize(self.facts.closes.len(), call.node_id.get());
        }
        self.note_missed_ways(starts, &ends);
        self.note_deadlines(starts, &ends);
        // Only releases ask whether two places are the same.
        if !self.facts.closes.is_empty() {
            self.note_aliases();
        }
    }

    /// `this.source = bus`: one place holds what the other holds.
    fn note_aliases(&mut self) {
        for site in self.sites.clone().iter() {
            if let AstKind::AssignmentExpression(e) = *site
                && matches!(peel(&e.right), Expression::Identifier(_) | Expression::StaticMemberExpression(_))
                && let Some(left) = self.assigned_spot(e)
                && let Some(right) = self.spot_of(&e.right)
                // Places that nothing was opened or closed on are not asked about.
                && (self.place_ids.contains_key(&left) || self.place_ids.contains_key(&right))
            {
                let pair = (self.own(&left), self.own(&right));
                self.facts.aliases.push(pair);
            }
        }
    }
}
