//! The calls of a file by what their names may mean, so that a pass looks only at those that may matter to it.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, BindingPattern, CallExpression, Expression, NewExpression};
use oxc_semantic::{NodeId, SymbolId};
use rustc_hash::FxHashMap;

use super::flow::part_of;
use super::functions::key_name;
use super::handles::{is_closing_word, is_ending_word};
use super::reader::{Reader, last_name, peel};
use super::{END_METHODS, FunctionId, answers, cleanups, listening, owners, sightings};
use crate::apis::Apis;

/// What a call of some name may be: one bit for each question that a pass puts to every call of a file.
///
/// All words are looked at here and once for each name of a file. A bit may say yes too often, never too seldom: the pass
/// itself looks closer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May(u32);

impl May {
    /// Opens or closes something that a row knows.
    pub const OPEN: Self = Self(1);
    /// The callee is a bare name that stands for something else: it may be any function of a library.
    pub const BARE: Self = Self(1 << 1);
    /// Ends its receiver or what it is handed, whatever that is.
    pub const END: Self = Self(1 << 2);
    /// Adds or removes a listener, by its name.
    pub const LISTEN: Self = Self(1 << 3);
    /// Makes one signal follow others.
    pub const FOLLOW: Self = Self(1 << 4);
    /// Runs its callback when a component appears.
    pub const EFFECT: Self = Self(1 << 5);
    /// Closes its receiver where a cleanup should.
    pub const CLOSE: Self = Self(1 << 6);
    /// One of the shapes that need no following.
    pub const SIGHT: Self = Self(1 << 7);
    /// A command of Redis.
    pub const REDIS: Self = Self(1 << 8);
    /// Brings a whole file, body or object into memory.
    pub const READ: Self = Self(1 << 9);
    /// Asks for an answer, or copies one.
    pub const ANSWER: Self = Self(1 << 10);
    /// `source.pipe(target)`.
    pub const PIPE: Self = Self(1 << 11);
    /// Ends what a slot holds.
    pub const EMPTY: Self = Self(1 << 12);
    /// Makes a library keep something.
    pub const KEEP: Self = Self(1 << 13);
    /// Puts an entry into a collection.
    pub const ENTER: Self = Self(1 << 14);
    /// `util.inherits(Foo, EventEmitter)`.
    pub const INHERIT: Self = Self(1 << 15);
    /// Runs its callback when a component is over.
    pub const LAST: Self = Self(1 << 16);

    /// `clearTimeout`, `cancelAnimationFrame` and whatever else begins like them.
    pub const STOP: Self = Self(1 << 18);
    /// Removes all listeners, or all of something else.
    pub const CLEAR: Self = Self(1 << 17);

    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of the bits of `other` is set.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The same as [`May::of`], which is asked once for each name and thread.
    fn known(name: &str, apis: &'static Apis) -> Self {
        KNOWN.with_borrow_mut(|known| {
            let same = known.apis.is_some_and(|of| std::ptr::eq(of, apis));
            if !same || known.names.len() > MOST_NAMES {
                *known = Known { apis: Some(apis), names: FxHashMap::default() };
            }
            if let Some(may) = known.names.get(name) {
                return *may;
            }
            let may = Self::of(name, apis);
            known.names.insert(name.into(), may);
            may
        })
    }

    /// What a function or method of this name may be.
    fn of(name: &str, apis: &Apis) -> Self {
        let opens = apis.opens_or_closes(name);
        let ends = is_ending_word(name)
            || END_METHODS.contains(&name)
            || is_closing_word(name)
            || apis.listener_removal(name).is_some();
        [
            (Self::OPEN, opens),
            (Self::END, ends),
            (Self::LISTEN, listening::is_hook(name)),
            (Self::FOLLOW, listening::follows_signals(name)),
            (Self::EFFECT, apis.may_be_effect(name)),
            (Self::CLOSE, opens || cleanups::closes_receiver(name)),
            (Self::SIGHT, sightings::is_looked_at(name)),
            (Self::REDIS, sightings::is_of_redis(name)),
            (Self::READ, apis.reads_whole(name) || name == "concat"),
            (Self::ANSWER, answers::may_answer(name)),
            (Self::PIPE, name == "pipe"),
            (Self::EMPTY, owners::empties(name)),
            (Self::KEEP, apis.may_keep(name, false) || matches!(name, "register" | "require")),
            (Self::ENTER, matches!(name, "add" | "set" | "push")),
            (Self::INHERIT, name == "inherits"),
            (Self::STOP, name.starts_with("clear") || name.starts_with("cancel")),
            (Self::CLEAR, name.starts_with("removeAll")),
            (Self::LAST, apis.may_run_at_the_end(name)),
        ]
        .into_iter()
        .filter(|(_, yes)| *yes)
        .fold(Self::default(), |all, (bit, _)| all.or(bit))
    }
}

/// Names that one thread remembers: minified files have no end of them.
const MOST_NAMES: usize = 20_000;

/// What was found out about names, by these tables.
#[derive(Default)]
struct Known {
    apis: Option<&'static Apis>,
    names: FxHashMap<Box<str>, May>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::new(Known::default());
}

/// A call, with its last name and what such a name may be.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    pub call: &'a CallExpression<'a>,
    /// Empty when the callee has none.
    pub name: &'a str,
    may: May,
}

/// A call or `new` that may make something with a handle.
#[derive(Clone, Copy)]
pub enum Maker<'a> {
    Call(&'a CallExpression<'a>),
    New(&'a NewExpression<'a>),
}

impl<'a> Maker<'a> {
    /// Its node, what is called, and with what.
    #[must_use]
    pub fn parts(self) -> (NodeId, &'a Expression<'a>, &'a [Argument<'a>]) {
        match self {
            Self::Call(call) => (call.node_id.get(), &call.callee, &call.arguments),
            Self::New(new) => (new.node_id.get(), &new.callee, &new.arguments),
        }
    }
}

/// All calls of a file, in the order of their nodes.
#[derive(Clone)]
pub struct Calls<'a> {
    list: Rc<[Named<'a>]>,
    /// What some call may be.
    any: May,
    makers: Rc<[Maker<'a>]>,
}

impl Default for Calls<'_> {
    fn default() -> Self {
        Self { list: Rc::from([]), any: May::default(), makers: Rc::from([]) }
    }
}

impl Named<'_> {
    /// Whether it may be one of these.
    #[must_use]
    pub const fn may(&self, may: May) -> bool {
        self.may.meets(may)
    }
}

impl<'a> Calls<'a> {
    /// Names the calls of a file.
    #[must_use]
    pub fn new(reader: &Reader<'a, '_>, sites: &[AstKind<'a>]) -> Self {
        let may = |callee: &'a Expression<'a>| {
            let name = last_name(callee).unwrap_or("");
            let bare = if reader.may_be_renamed(callee) { May::BARE } else { May::default() };
            (name, May::known(name, reader.apis).or(bare))
        };
        let opens = May::OPEN.or(May::BARE);
        let (mut list, mut makers, mut any) = (Vec::new(), Vec::new(), May::default());
        for site in sites {
            match *site {
                AstKind::CallExpression(call) => {
                    let (name, may) = may(&call.callee);
                    any = any.or(may);
                    list.push(Named { call, name, may });
                    if may.meets(opens) {
                        makers.push(Maker::Call(call));
                    }
                }
                AstKind::NewExpression(new) if may(&new.callee).1.meets(opens) => makers.push(Maker::New(new)),
                _ => {}
            }
        }
        Self { list: list.into(), any, makers: makers.into() }
    }

    fn in_range(self, range: std::ops::Range<usize>) -> impl Iterator<Item = Named<'a>> {
        range.map(move |index| self.list[index])
    }
}

impl<'a> Reader<'a, '_> {
    /// `import { setInterval as every } from 'timers'`, `const { on } = emitter`: the name of a callee says nothing.
    fn may_be_renamed(&self, callee: &Expression<'a>) -> bool {
        let Expression::Identifier(id) = peel(callee) else { return false };
        self.symbol_of(id).is_some_and(|symbol| self.may_be_alias(symbol))
    }

    /// The calls that may be one of these.
    pub fn calls_that(&self, may: May) -> impl Iterator<Item = Named<'a>> + use<'a> {
        let calls = self.calls.clone();
        let most = if calls.any.meets(may) { calls.list.len() } else { 0 };
        calls.in_range(0..most).filter(move |named| named.may.meets(may))
    }

    /// What may make something with a handle, in the order of the text.
    pub(super) fn makers(&self) -> Rc<[Maker<'a>]> {
        self.calls.makers.clone()
    }

    /// The calls inside `node`, among the first `most` nodes of it.
    pub(super) fn named_within(&self, node: NodeId, most: usize) -> impl Iterator<Item = Named<'a>> + use<'a> {
        let std::ops::Range { start: first, end } = part_of(self.nodes, node);
        let end = end.min(first.saturating_add(most));
        let list = &self.calls.list;
        let from = list.partition_point(|named| named.call.node_id.get().index() < first);
        let to = from + list[from..].partition_point(|named| named.call.node_id.get().index() < end);
        self.calls.clone().in_range(from..to)
    }

    /// The same without their names.
    pub(super) fn calls_within(
        &self,
        node: NodeId,
        most: usize,
    ) -> impl Iterator<Item = &'a CallExpression<'a>> + use<'a> {
        self.named_within(node, most).map(|named| named.call)
    }

    /// The symbols that a function declares, in the order of their ids.
    pub(super) fn symbols_in(&mut self, function: FunctionId) -> Vec<SymbolId> {
        if self.symbols_by_function.is_none() {
            let mut found: FxHashMap<FunctionId, Vec<SymbolId>> = FxHashMap::default();
            for symbol in self.scoping.symbol_ids() {
                found.entry(self.scope_function(symbol)).or_default().push(symbol);
            }
            self.symbols_by_function = Some(found);
        }
        self.symbols_by_function.as_ref().and_then(|all| all.get(&function)).cloned().unwrap_or_default()
    }

    /// Where fields of this name are used, whatever the object, in the order of the nodes.
    pub(super) fn uses_of_field(&mut self, field: &str) -> Vec<FieldUse<'a>> {
        if self.field_uses.is_none() {
            let mut found: FxHashMap<&'a str, Vec<FieldUse<'a>>> = FxHashMap::default();
            for (id, node) in self.nodes.iter_enumerated() {
                let (name, used) = match node.kind() {
                    AstKind::StaticMemberExpression(m) => (m.property.name.as_str(), FieldUse::Member(id)),
                    AstKind::PrivateFieldExpression(m) => (m.field.name.as_str(), FieldUse::Member(id)),
                    AstKind::ComputedMemberExpression(m) => match peel(&m.expression) {
                        Expression::StringLiteral(s) => (s.value.as_str(), FieldUse::Member(id)),
                        _ => continue,
                    },
                    // `const { watcher } = this`
                    AstKind::BindingProperty(p) => match key_name(&p.key) {
                        Some(name) => (name, FieldUse::Taken(&p.value)),
                        None => continue,
                    },
                    _ => continue,
                };
                found.entry(name).or_default().push(used);
            }
            self.field_uses = Some(Rc::new(found));
        }
        self.field_uses.as_ref().and_then(|all| all.get(field)).cloned().unwrap_or_default()
    }
}

/// One use of a field.
#[derive(Clone, Copy)]
pub(super) enum FieldUse<'a> {
    /// `x.field`, at this node.
    Member(NodeId),
    /// `const { field: pattern } = x`
    Taken(&'a BindingPattern<'a>),
}
