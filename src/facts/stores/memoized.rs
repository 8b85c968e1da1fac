//! The uses of a memoized function: who calls it with what, and whether its cache is ever emptied.

use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::{Doing, Store, StoreKey};
use crate::apis::Part;
use crate::facts::reader::Reader;

impl<'a> Reader<'a, '_> {
    /// `load(id)` adds an entry; whatever uses a member (`load.cache.clear()`) looks after the cache.
    pub(super) fn note_memoized(&mut self, store: &Store, node: NodeId) {
        let Some(symbol) = self.lone_symbol(node) else { return };
        let uses: Vec<NodeId> = self.reads_of(symbol).collect();
        for used in uses {
            let (child, parent) = self.outside(used);
            let own = self.nodes.kind(child).span();
            let (part, keys) = match self.nodes.kind(parent) {
                AstKind::CallExpression(call) if call.callee.span() == own => {
                    (Part::Adds, self.arguments_of(&Doing::call(call), store.keys.len()))
                }
                AstKind::StaticMemberExpression(m)
                    if m.object.span() == own && !matches!(m.property.name.as_str(), "call" | "apply" | "bind") =>
                {
                    (Part::Removes, Vec::new())
                }
                _ => continue,
            };
            let at = Store {
                part,
                span: self.span_of(parent),
                function: self.owner_of(parent),
                once: self.is_guarded_once(parent),
                bound: super::Bound::Missing,
                keys,
                ..store.clone()
            };
            self.facts.stores.push(at);
        }
    }

    fn arguments_of(&mut self, doing: &Doing<'a>, most: usize) -> Vec<StoreKey> {
        let mut keys = Vec::new();
        for value in doing.arguments.iter().take(most).filter_map(oxc_ast::ast::Argument::as_expression) {
            self.add_key(value, &mut keys);
        }
        keys
    }
}
