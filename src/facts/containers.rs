//! Collections that live longer than a call: where they are made, and everything that grows, shrinks, bounds or leaks them.

mod forgotten;
mod members;
mod memo;
mod ops;
mod reach;
mod stored;
mod uses;
mod values;
mod ways;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, PropertyDefinition, TSAccessibility};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::functions::key_name;
use super::places::{Seg, Spot, SpotRoot, is_symbol_name};
use super::reader::{Reader, peel};
use super::{Container, ContainerKind, Does, Escape, TOP, Trust};
use crate::finding::Span;
use reach::Fresh;

/// Containers under construction, by every location that may hold them.
#[derive(Default)]
pub struct Collections<'a> {
    list: Vec<Found<'a>>,
    by_spot: FxHashMap<Spot<'a>, SmallVec<[usize; 1]>>,
    /// Locations added while uses were read: they are read in the next round.
    fresh: Vec<(Spot<'a>, usize)>,
    /// Symbols that may stand for something else, by the root of what that is, once a pass asks.
    aliases: Option<FxHashMap<SpotRoot<'a>, Vec<SymbolId>>>,
}

/// Collections that are followed through one and the same name.
const MOST_HELD: usize = 8;

/// Something takes entries out, or asks how many there are; weak collections do both by themselves.
fn is_relieved(container: &Container) -> bool {
    is_bounded(container) || does_after_start(container, Does::Shrink)
}

/// Whatever its keys, it stays small: its size is compared with something, or what is taken out needs no key to match.
fn is_bounded(container: &Container) -> bool {
    let keyed = matches!(container.kind, ContainerKind::Dictionary | ContainerKind::Map | ContainerKind::Set);
    container.kind == ContainerKind::Weak
        || does_after_start(container, Does::Bound)
        || (!keyed && does_after_start(container, Does::Shrink))
}

fn does_after_start(container: &Container, does: Does) -> bool {
    container.ops.iter().any(|op| op.does == does && op.function != TOP)
}

/// What never grows after start-up, is bounded or is in other hands is nobody's business. Whether a removal by key meets
/// every entry is a question to the whole program.
fn may_grow_for_good(container: &Container) -> bool {
    does_after_start(container, Does::Grow) && !is_bounded(container) && !container.is_out_of_sight()
}

/// `new Map(entries)`, `[a, b]`.
fn is_filled(value: &Expression<'_>) -> bool {
    match value.get_inner_expression() {
        Expression::NewExpression(new) => !new.arguments.is_empty(),
        Expression::ArrayExpression(array) => !array.elements.is_empty(),
        Expression::LogicalExpression(e) => is_filled(&e.right),
        _ => false,
    }
}

struct Found<'a> {
    container: Container,
    /// Its first value was seen.
    is_made: bool,
    /// The node of each operation.
    nodes: Vec<NodeId>,
    /// Calls that settle what an operation looked up, by the number of the operation.
    settled: Vec<(usize, NodeId)>,
    spot: Spot<'a>,
}

/// `rooms[id].delete(user)` takes something out of an entry of `rooms`, and leaves the entry.
fn note_inner_removals(list: &mut [Found<'_>]) {
    let taken_out = |found: &Found<'_>| {
        let is_entry = found.spot.path.last() == Some(&Seg::Entry);
        let removal = found.container.ops.iter().find(|op| op.does == Does::Shrink && op.function != TOP);
        removal.filter(|_| is_entry).map(|op| op.span)
    };
    let removals: Vec<(usize, Span)> =
        list.iter().enumerate().filter_map(|(inner, found)| Some((inner, taken_out(found)?))).collect();
    if removals.is_empty() {
        return;
    }
    let mut first = FxHashMap::default();
    for (index, found) in list.iter().enumerate() {
        first.entry(found.spot.clone()).or_insert(index);
    }
    for (inner, span) in removals {
        let mut holder = list[inner].spot.clone();
        holder.path.pop();
        if let Some(outer) = first.get(&holder) {
            list[*outer].container.inner_removal = Some(span);
        }
    }
}

impl<'a> Collections<'a> {
    /// Takes note of a location that may hold a collection; its uses are read in the next round.
    fn add_alias(&mut self, spot: Spot<'a>, index: usize) {
        let held = self.by_spot.entry(spot.clone()).or_default();
        if held.contains(&index) {
            return;
        }
        // A helper that many collections pass through is not followed for all of them.
        if held.len() >= MOST_HELD {
            let container = &mut self.list[index].container;
            return container.escapes.push(Escape::Other(container.declared));
        }
        held.push(index);
        self.fresh.push((spot, index));
    }

    /// The collection that a location was first seen to hold.
    fn first_at(&self, spot: &Spot<'a>) -> Option<usize> {
        self.by_spot.get(spot).and_then(|held| held.first().copied())
    }

    /// Whether a location may hold a collection.
    fn holds(&self, spot: &Spot<'a>, index: usize) -> bool {
        self.by_spot.get(spot).is_some_and(|held| held.contains(&index))
    }
}

impl<'a> Reader<'a, '_> {
    /// Fourth pass: finds collections and reads all their uses.
    pub fn note_containers(&mut self) {
        for site in self.sites.clone().iter() {
            self.find_collections(*site);
        }
        // Each round reads the locations that the last one found to hold a collection too.
        for _ in 0..4 {
            let mut fresh = Fresh::default();
            for (spot, index) in std::mem::take(&mut self.collections.fresh) {
                fresh.entry(spot.root).or_default().entry(spot.path).or_default().push(index);
            }
            if fresh.is_empty() {
                break;
            }
            self.read_uses(&fresh);
        }
        let mut list = std::mem::take(&mut self.collections).list;
        note_inner_removals(&mut list);
        self.note_unseen_reads(&mut list);
        self.note_forgotten(&mut list);
        self.note_ways(&mut list);
        // What a weak map holds dies with its key; what an emptied collection holds goes with it, and what one that is
        // handed out holds may be taken out there.
        let mut relieved: FxHashMap<SpotRoot<'a>, FxHashSet<SmallVec<[Seg<'a>; 3]>>> = FxHashMap::default();
        for found in list.iter().filter(|f| is_relieved(&f.container) || f.container.is_out_of_sight()) {
            relieved.entry(found.spot.root).or_default().insert(found.spot.path.clone());
        }
        let goes_along = |spot: &Spot<'a>| {
            let outer = relieved.get(&spot.root);
            outer.is_some_and(|outer| (0..spot.path.len()).any(|length| outer.contains(&spot.path[..length])))
        };
        // Other files may fill what is exported.
        let given = |f: &Found<'a>| {
            matches!(f.spot.root, SpotRoot::Symbol(s) if self.is_exported(s)) && !f.container.is_out_of_sight()
        };
        let kept = list.into_iter().filter(|f| (may_grow_for_good(&f.container) || given(f)) && !goes_along(&f.spot));
        self.facts.containers = kept.map(|f| f.container).collect();
    }

    /// A private field that nobody seems to read is looked for a second time, in less usual places.
    fn note_unseen_reads(&mut self, list: &mut [Found<'a>]) {
        for found in list.iter_mut().filter(|f| f.container.private && !f.spot.path.is_empty()) {
            let unread = !found.container.ops.iter().any(|op| op.does.is_read());
            found.container.private = !unread || !self.is_read_unseen(&found.spot);
        }
    }

    fn find_collections(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::VariableDeclarator(d) => {
                let (Some(id), Some(init)) = (d.id.get_binding_identifier(), &d.init) else { return };
                let Some(symbol) = id.symbol_id.get() else { return };
                if !self.may_be_collection(init) || !self.outlives_its_call(symbol) {
                    return;
                }
                let spot = self.spot_of_symbol(symbol);
                if spot.root == SpotRoot::Symbol(symbol) {
                    self.offer(&spot, init, id.span);
                    self.note_other_names(&spot, init);
                }
            }
            AstKind::PropertyDefinition(p) => self.find_in_field(p),
            AstKind::AssignmentExpression(e) if self.may_be_collection(&e.right) => {
                let Some(spot) = self.assigned_spot(e) else {
                    return;
                };
                if matches!(spot.root, SpotRoot::Symbol(symbol) if !self.outlives_its_call(symbol)) {
                    return;
                }
                self.offer(&spot, &e.right, e.left.span());
                self.note_other_names(&spot, &e.right);
            }
            AstKind::CallExpression(call) => {
                self.find_imported(call);
                // `map.set(key, [])`: each entry is a collection of its own.
                if let Expression::StaticMemberExpression(m) = peel(&call.callee)
                    && m.property.name == "set"
                    && let [
                        _,
                        Argument::ArrayExpression(_) | Argument::NewExpression(_) | Argument::ObjectExpression(_),
                    ] = call.arguments.as_slice()
                    && let Some(value) = call.arguments[1].as_expression()
                    && let Some(spot) = self.spot_of(&m.object)
                {
                    self.offer(&spot.step(Seg::Entry), value, call.span);
                }
            }
            _ => {}
        }
    }

    /// `registry.push(this)`, `cache.set(key, value)`, where `cache` is imported. What it is, linking will tell.
    fn find_imported(&mut self, call: &'a CallExpression<'a>) {
        let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return };
        let kind = match (m.property.name.as_str(), call.arguments.len()) {
            ("push" | "unshift", 1..) => ContainerKind::List,
            ("set", 2) => ContainerKind::Map,
            ("add", 1) => ContainerKind::Set,
            _ => return,
        };
        if let Some(spot) = self.spot_of(&m.object)
            && matches!(spot.root, SpotRoot::Module(module) if self.may_be_project_file(module))
        {
            self.add_collection(spot, kind, m.object.span());
        }
    }

    /// `cache = new Map()` in the body of a class.
    fn find_in_field(&mut self, p: &'a PropertyDefinition<'a>) {
        let (Some(name), Some(value)) = (key_name(&p.key), &p.value) else { return };
        if !self.may_be_collection(value) {
            return;
        }
        let owner = self.owner_of(p.node_id.get());
        let spot = self.this_spot(owner).step(Seg::Field(name));
        self.offer(&spot, value, p.key.span());
        let hidden = p.key.is_private_identifier();
        if let Some(index) = self.collections.first_at(&spot) {
            let container = &mut self.collections.list[index].container;
            container.private = hidden || p.accessibility == Some(TSAccessibility::Private);
            if hidden {
                let owner = container.name.trim_end_matches(name).to_owned();
                container.name = format!("{owner}#{name}");
            }
        }
    }

    /// `a = b = []`: `b` is the same collection.
    fn note_other_names(&mut self, spot: &Spot<'a>, value: &'a Expression<'a>) {
        let Some(index) = self.collections.first_at(spot) else { return };
        let mut value = peel(value);
        while let Expression::AssignmentExpression(e) = value {
            self.read_stored(index, e);
            value = peel(&e.right);
        }
    }

    fn may_be_collection(&self, value: &Expression<'a>) -> bool {
        self.kind_of_collection(value).is_some()
            || matches!(value.get_inner_expression(), Expression::ObjectExpression(_))
    }

    /// A variable of a function matters when a closure holds it; one of the module, when a function uses it or is handed it.
    fn outlives_its_call(&self, symbol: SymbolId) -> bool {
        let within = self.scope_function(symbol);
        if within == TOP && self.is_exported(symbol) {
            return true;
        }
        self.scoping.get_resolved_references(symbol).any(|r| {
            let node = r.node_id();
            self.owner_of(node) != within
                || (within == TOP && !matches!(self.nodes.parent_kind(node), AstKind::StaticMemberExpression(_)))
        })
    }

    /// Takes note of a location if the value given to it is a collection (or an object with collections in it).
    fn offer(&mut self, spot: &Spot<'a>, value: &'a Expression<'a>, declared: oxc_span::Span) {
        if let Some(kind) = self.kind_of_collection(value) {
            self.add_collection(spot.clone(), kind, declared);
            let made = self.class_made(value);
            if let Some(index) = self.collections.first_at(spot) {
                // A second `new Map()` would have to be changed as well.
                let known = &mut self.collections.list[index];
                known.container.made = made.filter(|_| !std::mem::replace(&mut known.is_made, true));
                known.container.trust.filled |= is_filled(value);
            }
        } else if let Expression::ObjectExpression(object) = peel(value)
            && spot.path.len() < 3
            && !spot.path.contains(&Seg::Entry)
        {
            // `{ eu: new Map(), us: new Map() }`: whichever entry is meant, it is such a collection.
            let mut kinds = object.properties.iter().map(|p| self.kind_of_collection(&p.as_property()?.value));
            if let Some(Some(kind)) = kinds.next()
                && kinds.all(|k| k == Some(kind))
            {
                self.add_collection(spot.clone().step(Seg::Entry), kind, declared);
            }
            for property in object.properties.iter().filter_map(|p| p.as_property()) {
                if let Some(name) = key_name(&property.key)
                    && !matches!(spot.root, SpotRoot::Global("module" | "exports"))
                {
                    self.offer(&spot.clone().step(Seg::Field(name)), &property.value, property.key.span());
                }
            }
        }
    }

    fn add_collection(&mut self, spot: Spot<'a>, kind: ContainerKind, declared: oxc_span::Span) {
        if let Some(index) = self.collections.first_at(&spot) {
            // The first declaration counts; a later text or null start does not change what it is.
            let known = &mut self.collections.list[index].container;
            if known.kind == ContainerKind::Text {
                known.kind = kind;
            }
            return;
        }
        let place = self.own(&spot);
        let container = Container {
            place,
            name: self.name_of_spot(&spot),
            kind,
            declared: self.span(declared),
            made: None,
            ops: Vec::new(),
            escapes: Vec::new(),
            misused: false,
            private: spot.path.is_empty(),
            inner_removal: None,
            walked: None,
            trust: Trust::default(),
            forgotten: None,
            settled_by_maker: Vec::new(),
        };
        let index = self.collections.list.len();
        self.collections.list.push(Found {
            container,
            is_made: false,
            nodes: Vec::new(),
            settled: Vec::new(),
            spot: spot.clone(),
        });
        self.collections.add_alias(spot, index);
    }

    /// What kind of collection an expression makes.
    pub fn kind_of_collection(&self, expr: &Expression<'_>) -> Option<ContainerKind> {
        match expr.get_inner_expression() {
            Expression::ObjectExpression(o) => {
                let empty =
                    o.properties.iter().all(|p| p.as_property().is_some_and(|p| key_name(&p.key) == Some("__proto__")));
                empty.then_some(ContainerKind::Dictionary)
            }
            Expression::ArrayExpression(_) => Some(ContainerKind::List),
            Expression::StringLiteral(s) if s.value.is_empty() => Some(ContainerKind::Text),
            Expression::TemplateLiteral(t)
                if t.expressions.is_empty() && t.single_quasi().is_some_and(|q| q.is_empty()) =>
            {
                Some(ContainerKind::Text)
            }
            Expression::LogicalExpression(e) => self.kind_of_collection(&e.right),
            // `a = b = {}`; a longer chain is nothing that people write.
            Expression::AssignmentExpression(e) => match e.right.get_inner_expression() {
                Expression::AssignmentExpression(inner)
                    if matches!(&inner.right, Expression::AssignmentExpression(_)) =>
                {
                    None
                }
                Expression::AssignmentExpression(inner) => self.kind_of_collection(&inner.right),
                right => self.kind_of_collection(right),
            },
            Expression::NewExpression(new) => match self.global_name(&new.callee)? {
                "Map" => Some(ContainerKind::Map),
                "Set" => Some(ContainerKind::Set),
                "WeakMap" | "WeakSet" => Some(ContainerKind::Weak),
                "Array" if new.arguments.is_empty() => Some(ContainerKind::List),
                "Object" if new.arguments.is_empty() => Some(ContainerKind::Dictionary),
                _ => None,
            },
            Expression::CallExpression(call) => {
                let Expression::StaticMemberExpression(m) = call.callee.get_inner_expression() else { return None };
                let null = call.arguments.first().and_then(Argument::as_expression).is_some_and(Expression::is_null);
                (m.property.name == "create" && self.global_name(&m.object) == Some("Object") && null)
                    .then_some(ContainerKind::Dictionary)
            }
            _ => None,
        }
    }

    /// Name of a global that an expression is.
    #[must_use]
    pub fn global_name<'e>(&self, expr: &'e Expression<'_>) -> Option<&'e str> {
        match expr.get_inner_expression() {
            Expression::Identifier(id) => self.symbol_of(id).is_none().then_some(id.name.as_str()),
            _ => None,
        }
    }

    /// A location as the user would call it: `cache`, `this.sessions`, `Store.all`, `rooms[…]`.
    #[must_use]
    pub fn name_of_spot(&self, spot: &Spot<'a>) -> String {
        let mut name = match spot.root {
            SpotRoot::Symbol(symbol) => self.scoping.symbol_name(symbol).to_owned(),
            SpotRoot::This(_) | SpotRoot::UnknownThis(_) => "this".to_owned(),
            SpotRoot::Global(name) => name.to_owned(),
            SpotRoot::Module(module) => {
                let file = module.rsplit('/').next().unwrap_or(module);
                file.split('.').next().unwrap_or(file).to_owned()
            }
        };
        let mut path = spot.path.as_slice();
        // What is imported goes by its own name.
        if let (SpotRoot::Module(_), [Seg::Field(own), rest @ ..]) = (spot.root, path) {
            if *own != "default" {
                (*own).clone_into(&mut name);
            }
            path = rest;
        }
        for seg in path {
            match seg {
                Seg::Field(f) if is_symbol_name(f) => {
                    name.push('[');
                    name.push_str(f);
                    name.push(']');
                }
                Seg::Field(f) => {
                    name.push('.');
                    name.push_str(f);
                }
                Seg::Entry => name.push_str("[…]"),
            }
        }
        name
    }
}
