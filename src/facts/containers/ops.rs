//! One operation on a collection: what is done with which key, and what it stands behind.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::facts::places::{Seg, Spot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{Does, Domain, Escape, Guard, Key, Op, Repair, Room, TOP, Value, Ways};

/// What is done, with which key, and what is stored.
pub(super) struct Deed {
    pub does: Does,
    pub key: Option<Key>,
    pub value: Value,
    pub stores: Option<String>,
    pub computed: bool,
    pub repair: Option<Repair>,
}

impl Deed {
    const fn of(does: Does) -> Self {
        Self { does, key: None, value: Value::Other, stores: None, computed: false, repair: None }
    }

    pub fn keyed(does: Does, key: Key) -> Self {
        Self { key: Some(key), ..Self::of(does) }
    }
}

impl<'a> Reader<'a, '_> {
    /// Notes that an entry is looked up, and where what it holds is settled.
    ///
    /// Who goes through all of them is at the end of things, and may forget the whole.
    pub(super) fn note_look(&mut self, index: usize, node: NodeId, (entry, key): (NodeId, Option<&'a Expression<'a>>)) {
        let all = key.is_some_and(|key| self.is_loop_variable(key));
        let (used, asked) = (self.is_used_in_place(entry), self.is_asked_for(entry));
        let trust = &mut self.collections.list[index].container.trust;
        (trust.used, trust.asked) = (trust.used || used, trust.asked || asked);
        let settled = if all { Vec::new() } else { self.settles(entry) };
        let key = key.map(|key| self.key_of(key));
        let does = if settled.is_empty() { Does::Read } else { Does::Settle };
        self.note_deed(index, node, Deed { key, ..Deed::from(does) });
        let found = &mut self.collections.list[index];
        let op = found.container.ops.len() - 1;
        found.settled.extend(settled.into_iter().map(|call| (op, call)));
    }

    /// `c[key] = value`, `c.set(key, value)`, `c.push(value)`.
    pub(super) fn note_growth(
        &mut self,
        index: usize,
        node: NodeId,
        (key, value): (Option<Key>, Option<&'a Expression<'a>>),
    ) {
        let settled = value.map(|value| self.settled_by_maker(value)).unwrap_or_default();
        self.collections.list[index].container.settled_by_maker.extend(settled);
        let mut deed = self.growth_by(key, value);
        deed.repair = self.repair_of_fired(index, node, &deed);
        self.note_deed(index, node, deed);
    }

    fn growth_by(&mut self, key: Option<Key>, value: Option<&'a Expression<'a>>) -> Deed {
        let named = value.filter(|v| {
            matches!(
                peel(v),
                Expression::Identifier(_) | Expression::StaticMemberExpression(_) | Expression::ThisExpression(_)
            )
        });
        Deed {
            does: Does::Grow,
            key,
            value: value.map_or(Value::Other, |v| self.value_of(v)),
            stores: named.map(|v| self.text_of(v.span(), 60)),
            computed: value.is_some_and(|v| self.is_computed(v)),
            repair: None,
        }
    }
}

impl From<Does> for Deed {
    fn from(does: Does) -> Self {
        Self::of(does)
    }
}

impl<'a> Reader<'a, '_> {
    /// Notes what is done to a collection at a node.
    pub(super) fn note_deed(&mut self, index: usize, node: NodeId, deed: impl Into<Deed>) {
        let Deed { does, key, value, stores, computed, repair } = deed.into();
        self.collections.list[index].container.trust.whole |=
            does == Does::Read && key.is_none() && !self.asks_little(node);
        let (does, key) = self.known_key(index, node, (does, key));
        let function = self.owner_of(node);
        if does == Does::Read
            && key.is_none()
            && self.collections.list[index].container.ops.iter().any(|o| o.does == Does::Read)
        {
            return; // one plain read says all that reads say
        }
        let guard = match does {
            Does::Grow if function != TOP => self.guard_of(node, &self.collections.list[index].spot.clone()),
            Does::Reset if self.makes_first(node) => Guard::Once,
            Does::Shrink => self.guard_of_removal(node),
            _ => Guard::None,
        };
        let op = Op {
            does,
            key,
            value,
            stores,
            computed,
            function,
            ways: Ways::Unknown,
            guard,
            span: self.head_of_deed(node),
            room: self.room_behind(node),
            repair,
        };
        let found = &mut self.collections.list[index];
        found.container.ops.push(op);
        found.nodes.push(node);
    }

    /// Writing a key that the collection is known to have adds nothing; one that some other table is known to have adds no
    /// more than that table holds.
    fn known_key(&mut self, index: usize, node: NodeId, (does, key): (Does, Option<Key>)) -> (Does, Option<Key>) {
        let (Does::Grow, Some(mut key)) = (does, key.clone()) else { return (does, key) };
        let held = self.collections_with_key(node, &key.text);
        let is_own = |spot: &Spot<'a>| self.collections.holds(spot, index);
        if held.iter().any(is_own) {
            return (Does::Read, Some(key));
        }
        if !held.is_empty() && key.domain != Domain::Finite {
            key.domain = Domain::Vocabulary;
        }
        (does, Some(key))
    }

    /// Behind `cache[k] = v;`, `const entry = cache.get(k);` as a statement of a block.
    fn room_behind(&self, node: NodeId) -> Option<Room> {
        let (_, parent) = self.outside(node);
        let statement = match self.nodes.kind(parent) {
            AstKind::ExpressionStatement(_) => parent,
            AstKind::VariableDeclarator(_) => self.nodes.parent_id(parent),
            _ => return None,
        };
        self.room_after(statement)
    }

    /// What to point at: the place written, or the call up to its key.
    fn head_of_deed(&self, node: NodeId) -> crate::finding::Span {
        match self.nodes.kind(node) {
            AstKind::AssignmentExpression(e) => self.span(e.left.span()),
            AstKind::CallExpression(call) => self.head_of_call(call),
            _ => self.span_of(node),
        }
    }

    pub(super) fn escape(&mut self, index: usize, escape: Escape) {
        self.collections.list[index].container.escapes.push(escape);
    }

    fn guard_of(&mut self, node: NodeId, spot: &Spot<'a>) -> Guard {
        if self.is_guarded_once(node) {
            return Guard::Once;
        }
        let entry = spot.clone().step(Seg::Entry);
        let tests = self.tests_before(node);
        let any = !tests.is_empty();
        for t in tests {
            let absent = self.absent_spots(t.test, t.holds);
            if absent.contains(&entry) {
                return Guard::Miss;
            }
        }
        if any { Guard::Other } else { Guard::None }
    }

    /// `if (!list) list = []`: the collection is made when it is first needed.
    fn makes_first(&mut self, node: NodeId) -> bool {
        let AstKind::AssignmentExpression(e) = self.nodes.kind(node) else { return false };
        if self.kind_of_collection(&e.right).is_none() {
            return false;
        }
        let Some(spot) = self.assigned_spot(e) else { return false };
        e.operator.is_logical()
            || self.tests_before(node).into_iter().any(|t| self.absent_spots(t.test, t.holds).contains(&spot))
    }

    /// A removal: for each of many keys, for what is too old, or for the key at hand.
    fn guard_of_removal(&mut self, node: NodeId) -> Guard {
        let key = match self.nodes.kind(node) {
            AstKind::CallExpression(call) => call.arguments.first().and_then(Argument::as_expression),
            AstKind::UnaryExpression(e) => match peel(&e.argument) {
                Expression::ComputedMemberExpression(m) => Some(&m.expression),
                _ => None,
            },
            _ => None,
        };
        if key.is_some_and(|key| self.is_loop_variable(key)) || self.is_in_loop(node) {
            return Guard::Each;
        }
        if self.is_behind_clock(node) { Guard::Expired } else { Guard::None }
    }
}
