//! How often an event comes: what the type of its emitter says, and what makes it come once more.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::apis::{EventRow, Often};
use crate::facts::TOP;
use crate::facts::places::{Seg, Spot};
use crate::facts::reader::{Reader, peel};

/// The type whose events are asked where no library says whose emitter it is.
const UNKNOWN: &str = "UnknownEmitter";

impl<'a> Reader<'a, '_> {
    /// What is known of an event of this emitter. An emitter of one's own says what it likes: a name alone tells no more
    /// than that of an unknown one.
    pub(super) fn told_of(&mut self, emitter: &'a Expression<'a>, event: &str) -> Option<&'static EventRow> {
        let own = self.apis.type_named("EventEmitter");
        let known = self.library_type_of(emitter).filter(|t| Some(*t) != own);
        self.apis.event(known.or_else(|| self.apis.type_named(UNKNOWN))?, event)
    }

    /// Whether something makes an event come again that comes once for each call of a method or value of a field:
    /// `reader.readAsText(next)`, `img.src = next`.
    pub(super) fn comes_again(
        &mut self,
        listening: &'a CallExpression<'a>,
        emitter: &'a Expression<'a>,
        told: &EventRow,
    ) -> bool {
        if told.again.is_empty() {
            return false;
        }
        let Some(spot) = self.spot_of(emitter) else { return false };
        let causes = self.causes(&spot, &told.again);
        let by_itself = |at: &NodeId| listening.span.contains_inclusive(self.nodes.kind(*at).span());
        causes.len() > 1 || causes.iter().any(by_itself) || causes.iter().any(|at| self.is_repeated(*at))
    }

    /// Calls of these methods of an emitter, and assignments to these fields.
    fn causes(&mut self, emitter: &Spot<'a>, names: &[String]) -> Vec<NodeId> {
        let is_one = |name: &str| names.iter().any(|known| known == name);
        let mut found = Vec::new();
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::CallExpression(call) => {
                    let Some(member) = peel(&call.callee).as_member_expression() else { continue };
                    let meant = member.static_property_name().is_some_and(is_one);
                    if meant && self.spot_of(member.object()).as_ref() == Some(emitter) {
                        found.push(call.node_id.get());
                    }
                }
                AstKind::AssignmentExpression(e) => {
                    let Some(spot) = self.assigned_spot(e) else { continue };
                    if let Some((Seg::Field(name), rest)) = spot.path.split_last()
                        && is_one(name)
                        && (spot.root, rest) == (emitter.root, emitter.path.as_slice())
                    {
                        found.push(e.node_id.get());
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// In a loop, or in a function that an event or a tick runs.
    fn is_repeated(&mut self, node: NodeId) -> bool {
        let home = self.owner_of(node);
        let function = self.function_nodes[home.0 as usize];
        let looped = self.nodes.ancestor_ids(node).take_while(|id| *id != function).any(|id| {
            matches!(
                self.nodes.kind(id),
                AstKind::ForStatement(_)
                    | AstKind::ForOfStatement(_)
                    | AstKind::ForInStatement(_)
                    | AstKind::WhileStatement(_)
                    | AstKind::DoWhileStatement(_)
            )
        });
        looped
            || (home != TOP
                && self.handed_to(function).is_some_and(|handed| handed.runs.is_some_and(|runs| runs >= Often::Event)))
    }

    /// Whether a function, here or by its name, ends the process: it runs once.
    pub(super) fn exits(&mut self, function: NodeId) -> bool {
        let known = match self.nodes.kind(function) {
            AstKind::IdentifierReference(id) => self.symbol_of(id).and_then(|symbol| self.function_of_symbol(symbol)),
            _ => self.function_of_node.get(&function).copied(),
        };
        let Some(known) = known else { return false };
        self.reached_from_one(known).iter().any(|reached| !self.process_ends(*reached).is_empty())
    }
}
