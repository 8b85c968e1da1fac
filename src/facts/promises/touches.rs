//! Where the resolvers of an executor are mentioned, function by function: called, handed to a call, or gone from sight.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, UnaryOperator};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Executor;
use crate::facts::FunctionId;
use crate::facts::reader::{Reader, bound_symbol};

/// What a function does with a resolver, or with an inner function that mentions one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::facts) enum How {
    /// `resolve(x)`.
    Settles,
    /// A call of a function of the executor that mentions a resolver.
    Calls(FunctionId),
    /// An argument of a call: the resolver itself, or such a function.
    Hands { argument: NodeId, function: Option<FunctionId> },
    /// Stored, returned, put into an object.
    Escapes,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::facts) struct Touch {
    /// The call, or the mention when it is no call.
    pub node: NodeId,
    pub how: How,
}

/// All mentions by the function that makes them. A function that is only mentioned counts where it is mentioned.
#[derive(Debug, Default)]
pub(in crate::facts) struct Touches {
    by: FxHashMap<FunctionId, Vec<Touch>>,
    pub resolve_used: bool,
}

impl Touches {
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }

    /// Mentions in one function, in the order of the text.
    pub fn of(&self, function: FunctionId) -> &[Touch] {
        self.by.get(&function).map_or(&[], Vec::as_slice)
    }

    /// Some resolver goes out of sight.
    pub fn escapes(&self) -> bool {
        self.by.values().flatten().any(|t| matches!(t.how, How::Escapes | How::Hands { .. }))
    }

    /// No other function mentions a resolver.
    pub fn is_only(&self, function: FunctionId) -> bool {
        self.by.len() == 1 && self.by.contains_key(&function)
    }

    /// The function is mentioned exactly once.
    pub fn is_single(&self, function: FunctionId) -> bool {
        let mentions = |t: &Touch| match t.how {
            How::Calls(f) => f == function,
            How::Hands { function: f, .. } => f == Some(function),
            _ => false,
        };
        self.by.values().flatten().filter(|t| mentions(t)).count() == 1
    }
}

/// Mentions still to be placed.
type Work = Vec<(NodeId, Option<FunctionId>)>;

impl Reader<'_, '_> {
    /// All mentions of the resolvers; `None` when one of them sits where we cannot follow.
    pub(super) fn touches(&self, executor: &Executor) -> Option<Touches> {
        let mut touches = Touches::default();
        let mut work: Work = Vec::new();
        for symbol in [executor.resolve, executor.reject].into_iter().flatten() {
            let before = work.len();
            self.push_mentions(symbol, None, &mut work);
            touches.resolve_used |= Some(symbol) == executor.resolve && work.len() > before;
        }
        let mut seen = FxHashSet::default();
        while let Some((node, function)) = work.pop() {
            // A resolver that is assigned anew is anyone's guess.
            if !self.is_within(node, executor.node) {
                return None;
            }
            let Some((touch, owner)) = self.place_touch(node, function) else { continue };
            touches.by.entry(owner).or_default().push(touch);
            if owner != executor.function && seen.insert(owner) {
                self.push_function_mentions(owner, &mut work)?;
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for list in touches.by.values_mut() {
            list.sort_unstable_by_key(|t| t.node);
        }
        Some(touches)
    }

    fn push_mentions(&self, symbol: SymbolId, function: Option<FunctionId>, work: &mut Work) {
        let references = self.scoping.get_resolved_references(symbol).filter(|r| !r.is_type());
        work.extend(references.map(|r| (r.node_id(), function)));
    }

    /// Where a function that mentions a resolver is mentioned itself.
    fn push_function_mentions(&self, function: FunctionId, work: &mut Work) -> Option<()> {
        let node = self.function_nodes[function.0 as usize];
        if let AstKind::Function(f) = self.nodes.kind(node)
            && let Some(symbol) = f.id.as_ref().and_then(|i| i.symbol_id.get())
        {
            self.push_mentions(symbol, Some(function), work);
            if f.is_declaration() {
                return Some(());
            }
        }
        let (_, parent) = self.outside(node);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => {
                let symbol = bound_symbol(&d.id)?;
                self.push_mentions(symbol, Some(function), work);
            }
            // Members of a class are reached through its instances.
            AstKind::MethodDefinition(_) | AstKind::PropertyDefinition(_) => return None,
            AstKind::AssignmentExpression(e) => {
                let AssignmentTarget::AssignmentTargetIdentifier(id) = &e.left else {
                    work.push((node, Some(function)));
                    return Some(());
                };
                self.push_mentions(self.symbol_of(id)?, Some(function), work);
            }
            _ => work.push((node, Some(function))),
        }
        Some(())
    }

    /// What happens at one mention, and in which function; `None` for a mere test of the value.
    fn place_touch(&self, mention: NodeId, function: Option<FunctionId>) -> Option<(Touch, FunctionId)> {
        let mut node = mention;
        for _ in 0..8 {
            let (child, parent) = self.outside(node);
            let span = self.nodes.kind(child).span();
            let owner = self.owner_of(parent);
            let touch = |how| Some((Touch { node: parent, how }, owner));
            match self.nodes.kind(parent) {
                AstKind::CallExpression(c) if c.callee.span() == span => {
                    return touch(function.map_or(How::Settles, How::Calls));
                }
                AstKind::CallExpression(_) => return touch(How::Hands { argument: child, function }),
                AstKind::NewExpression(n) if n.callee.span() != span => {
                    return touch(How::Hands { argument: child, function });
                }
                AstKind::StaticMemberExpression(m) => {
                    let (_, call) = self.outside(parent);
                    let called = matches!(self.nodes.kind(call), AstKind::CallExpression(_));
                    match m.property.name.as_str() {
                        "call" | "apply" if called => {
                            let how = function.map_or(How::Settles, How::Calls);
                            return Some((Touch { node: call, how }, self.owner_of(call)));
                        }
                        "bind" if called => node = call,
                        _ => return touch(How::Escapes),
                    }
                }
                AstKind::UnaryExpression(e) if matches!(e.operator, UnaryOperator::Typeof | UnaryOperator::Void) => {
                    return None;
                }
                // Named, but not called.
                AstKind::ExpressionStatement(_) | AstKind::IfStatement(_) => return None,
                AstKind::ConditionalExpression(e) if e.test.span() == span => return None,
                AstKind::LogicalExpression(e) if e.left.span() == span => return None,
                AstKind::ConditionalExpression(_) | AstKind::LogicalExpression(_) => node = parent,
                // `onEnd = () => resolve()`: the name was counted where it is used.
                AstKind::AssignmentExpression(e) if e.left.span() == span => return None,
                _ => return touch(How::Escapes),
            }
        }
        let owner = self.owner_of(node);
        Some((Touch { node, how: How::Escapes }, owner))
    }

    /// The node that counts as doing it when ways are followed: `ok && resolve()` is meant as a whole, and a loop
    /// that registers listeners is taken to run.
    pub(super) fn counted(&self, touch: &Touch) -> NodeId {
        let function = self.function_nodes[self.owner_of(touch.node).0 as usize];
        let mut node = touch.node;
        loop {
            let (_, parent) = self.outside(node);
            match self.nodes.kind(parent) {
                AstKind::LogicalExpression(_)
                | AstKind::ConditionalExpression(_)
                | AstKind::SequenceExpression(_)
                | AstKind::AssignmentExpression(_) => node = parent,
                _ => break,
            }
        }
        if touch.how == How::Settles {
            return node;
        }
        for ancestor in self.nodes.ancestor_ids(node) {
            if ancestor == function {
                break;
            }
            if is_loop(self.nodes.kind(ancestor)) {
                node = ancestor;
            }
        }
        node
    }

    /// Whether a loop of its own function repeats `node`.
    #[must_use]
    pub fn is_in_loop(&self, node: NodeId) -> bool {
        let function = self.function_nodes[self.owner_of(node).0 as usize];
        self.nodes.ancestor_ids(node).take_while(|a| *a != function).any(|a| is_loop(self.nodes.kind(a)))
    }
}

pub(super) const fn is_loop(kind: AstKind<'_>) -> bool {
    matches!(
        kind,
        AstKind::ForStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::ForOfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
    )
}
