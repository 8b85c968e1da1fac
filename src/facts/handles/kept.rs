//! Where the handle of an opened thing goes.

use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::facts::functions::key_name;
use crate::facts::places::{Seg, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol};
use crate::facts::{Guard, Kept};

impl Reader<'_, '_> {
    /// Where the value of a call goes. `setInterval(..).unref()` is the same handle.
    pub fn kept_in(&mut self, node: NodeId) -> Kept {
        let (mut child, mut parent) = self.outside(node);
        for _ in 0..8 {
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::ExpressionStatement(_) => return Kept::Dropped,
                AstKind::AwaitExpression(_) => (child, parent) = self.outside(parent),
                AstKind::StaticMemberExpression(_) => {
                    let call = self.nodes.parent_id(parent);
                    if !matches!(self.nodes.kind(call), AstKind::CallExpression(_)) {
                        return Kept::Escapes;
                    }
                    (child, parent) = self.outside(call);
                }
                AstKind::VariableDeclarator(d) => {
                    return match bound_symbol(&d.id) {
                        Some(symbol) => {
                            let spot = crate::facts::places::Spot::new(SpotRoot::Symbol(symbol));
                            Kept::Place(self.own(&spot))
                        }
                        None => Kept::Escapes,
                    };
                }
                AstKind::AssignmentExpression(e) if e.right.span() == span => {
                    // `(_a = setInterval(..)).unref`: a helper variable of a compiler, and more to come.
                    if self.nodes.kind(self.outside(parent).1).is_member_expression_kind() {
                        return Kept::Escapes;
                    }
                    let spot = self.assigned_spot(e);
                    return spot.map_or(Kept::Escapes, |s| Kept::Place(self.own(&s)));
                }
                AstKind::PropertyDefinition(p) => {
                    let Some(name) = key_name(&p.key) else { return Kept::Escapes };
                    let owner = self.owner_of(parent);
                    let spot = self.this_spot(owner).step(Seg::Field(name));
                    return Kept::Place(self.own(&spot));
                }
                AstKind::UnaryExpression(u) if u.operator.is_void() => return Kept::Dropped,
                AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) | AstKind::SequenceExpression(_) => {
                    (child, parent) = self.outside(parent);
                }
                // `() => setTimeout(..)`: handed to whoever calls the arrow; for a callback nobody looks at it.
                AstKind::ArrowFunctionExpression(_) => {
                    return if self.handed_to(parent).is_some() || self.is_executor(parent) {
                        Kept::Dropped
                    } else {
                        Kept::Escapes
                    };
                }
                _ => return Kept::Escapes,
            }
        }
        Kept::Escapes
    }

    /// `new Promise((resolve) => setTimeout(resolve, ms))`.
    #[must_use]
    pub fn is_executor(&self, function: NodeId) -> bool {
        matches!(self.nodes.kind(self.outside(function).1), AstKind::NewExpression(n)
            if crate::facts::runs::is_global_promise(self, &n.callee))
    }

    /// The list of statements that it stands in, as a number.
    pub(super) fn block_of(&self, node: NodeId) -> u32 {
        u32::try_from(self.nodes.parent_id(self.statement_of(node)).index()).unwrap_or(u32::MAX)
    }

    /// What is opened at start-up, or once only, is opened once: no rule asks for it.
    pub(super) fn is_started_once(&self, node: NodeId, guard: Guard) -> bool {
        guard == Guard::Once || self.owner_of(node) == crate::facts::TOP
    }

    pub(super) fn once_guard(&mut self, node: NodeId) -> Guard {
        if self.is_guarded_once(node) || self.is_guarded_by_entry(node) { Guard::Once } else { Guard::None }
    }
}
