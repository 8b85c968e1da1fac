//! From names to collections: every name, `this` and instance through which one of them can be reached.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::FunctionId;
use crate::facts::places::{GLOBAL_OBJECTS, Seg, Spot, SpotRoot, seg_of_key};
use crate::facts::reader::{Reader, Type, bound_symbol};

/// Collections whose uses are still to be read, by the root of their location and the path: indexes in the list.
pub(super) type Fresh<'a> = FxHashMap<SpotRoot<'a>, FxHashMap<SmallVec<[Seg<'a>; 3]>, SmallVec<[usize; 1]>>>;

impl<'a> Reader<'a, '_> {
    /// Reads the uses of every name through which one of the collections can be reached.
    pub(super) fn read_uses(&mut self, fresh: &Fresh<'a>) {
        self.index_aliases();
        let named = |root: &SpotRoot<'a>| if let SpotRoot::Symbol(symbol) = root { Some(*symbol) } else { None };
        let aliases = self.collections.aliases.iter();
        let aliases = aliases.flat_map(|all| fresh.keys().filter_map(|root| all.get(root)).flatten().copied());
        let mut symbols: Vec<SymbolId> = fresh.keys().filter_map(named).chain(aliases).collect();
        symbols.sort_unstable();
        symbols.dedup();
        for symbol in symbols {
            let base = self.spot_of_symbol(symbol);
            let own = SpotRoot::Symbol(symbol);
            for reference in self.scoping.get_resolved_references(symbol) {
                let node = reference.node_id();
                let span = self.nodes.kind(node).span();
                // What is written is the variable itself, not what it stands for.
                let written =
                    matches!(self.nodes.parent_kind(node), AstKind::AssignmentExpression(e) if e.left.span() == span);
                let spot = if written { Spot::new(own) } else { base.clone() };
                if fresh.contains_key(&spot.root) {
                    self.climb(node, spot, fresh);
                } else if fresh.contains_key(&own) {
                    // Found to hold a collection by another way than its name.
                    self.climb(node, Spot::new(own), fresh);
                }
            }
        }
        self.read_uses_of_instances(fresh);
        self.read_nameless_uses(fresh);
    }

    /// `const stack = new Stack(); stack.queue.push(x)`: what the class calls `this.queue`.
    fn read_uses_of_instances(&mut self, fresh: &Fresh<'a>) {
        if !fresh.keys().any(|root| matches!(root, SpotRoot::This(_))) {
            return;
        }
        for site in self.sites.clone().iter() {
            let AstKind::VariableDeclarator(d) = *site else { continue };
            let (Some(symbol), Some(Expression::NewExpression(new))) = (bound_symbol(&d.id), &d.init) else { continue };
            let Some(Type::Local(class)) = self.type_of_new(new) else { continue };
            let instance = Spot::new(SpotRoot::This(class));
            if fresh.contains_key(&instance.root) {
                for node in self.reads_of(symbol) {
                    self.climb(node, instance.clone(), fresh);
                }
            }
        }
    }

    /// Sorts the symbols that may stand for something else by the root of what that is.
    fn index_aliases(&mut self) {
        if self.collections.aliases.is_some() {
            return;
        }
        let mut aliases: FxHashMap<SpotRoot<'a>, Vec<SymbolId>> = FxHashMap::default();
        for symbol in self.scoping.symbol_ids() {
            if self.may_be_alias(symbol) {
                aliases.entry(self.spot_of_symbol(symbol).root).or_default().push(symbol);
            }
        }
        self.collections.aliases = Some(aliases);
    }

    /// `this.x` and the fields of globals.
    fn read_nameless_uses(&mut self, fresh: &Fresh<'a>) {
        // Those of one function stand together.
        let mut last: Option<(FunctionId, Spot<'a>)> = None;
        for index in 0..self.this_nodes.len() {
            let node = self.this_nodes[index];
            let function = self.owner_of(node);
            let spot = match &last {
                Some((known, spot)) if *known == function => spot,
                _ => &last.insert((function, self.this_spot(function))).1,
            };
            if fresh.contains_key(&spot.root) {
                let spot = spot.clone();
                self.climb(node, spot, fresh);
            }
        }
        if !fresh.keys().any(|r| matches!(r, SpotRoot::Global(_))) {
            return;
        }
        let mut nodes: Vec<NodeId> = self
            .scoping
            .root_unresolved_references_ids()
            .flatten()
            .map(|r| self.scoping.get_reference(r).node_id())
            .collect();
        nodes.sort_unstable();
        for node in nodes {
            if let AstKind::IdentifierReference(id) = self.nodes.kind(node) {
                self.climb(node, Spot::new(SpotRoot::Global(id.name.as_str())), fresh);
            }
        }
    }

    /// From a name outwards: `state` -> `state.rooms` -> `state.rooms.get(id)`; reads the use of each location on the way
    /// that holds a collection.
    fn climb(&mut self, start: NodeId, base: Spot<'a>, fresh: &Fresh<'a>) {
        let (mut node, mut spot) = (start, base);
        for _ in 0..10 {
            let (child, parent) = self.outside(node);
            let held = fresh.get(&spot.root).and_then(|paths| paths.get(&spot.path));
            for index in held.into_iter().flatten() {
                self.read_use(*index, child, parent);
            }
            let span = self.nodes.kind(child).span();
            let seg = match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m) => {
                    let call = self.nodes.parent_id(parent);
                    if m.property.name == "get"
                        && let AstKind::CallExpression(c) = self.nodes.kind(call)
                        && c.arguments.len() == 1
                        && c.callee.span() == m.span
                    {
                        (node, spot) = (call, spot.step(Seg::Entry));
                        continue;
                    }
                    Seg::Field(m.property.name.as_str())
                }
                AstKind::PrivateFieldExpression(m) => Seg::Field(m.field.name.as_str()),
                AstKind::ComputedMemberExpression(m) if m.object.span() == span => seg_of_key(&m.expression),
                _ => return,
            };
            spot = match (spot.root, spot.path.is_empty(), seg) {
                (SpotRoot::Global(name), true, Seg::Field(field)) if GLOBAL_OBJECTS.contains(&name) => {
                    Spot::new(SpotRoot::Global(field))
                }
                _ => spot.step(seg),
            };
            node = parent;
        }
    }

    /// Fields of an object may be read without being named by it: `this[kind]`, `JSON.stringify(this)`, `{ ...this }`, and
    /// `other.#field` within the class.
    pub(super) fn is_read_unseen(&mut self, spot: &Spot<'a>) -> bool {
        let (SpotRoot::This(_), [Seg::Field(field)]) = (spot.root, spot.path.as_slice()) else { return false };
        let whole = (0..self.this_nodes.len()).any(|index| {
            let node = self.this_nodes[index];
            let (child, parent) = self.outside(node);
            let reads = match self.nodes.kind(parent) {
                AstKind::ComputedMemberExpression(m) => seg_of_key(&m.expression) == Seg::Entry,
                AstKind::SpreadElement(_) => true,
                AstKind::CallExpression(call) if call.callee.span() != self.nodes.kind(child).span() => {
                    let callee = call.callee.get_inner_expression().as_member_expression();
                    callee.is_some_and(|m| matches!(self.global_name(m.object()), Some("JSON" | "Object")))
                }
                _ => false,
            };
            reads && self.this_spot(self.owner_of(node)).root == spot.root
        });
        whole
            || self.nodes.iter().any(|node| {
                matches!(node.kind(), AstKind::PrivateFieldExpression(m)
                    if m.field.name == *field && !matches!(m.object, Expression::ThisExpression(_)))
            })
    }
}
