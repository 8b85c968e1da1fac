//! Addresses of blobs that are given back once the click that uses them is done.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::Repair;
use crate::facts::FunctionId;
use crate::facts::reader::{Reader, bound_symbol, last_name, peel};

impl<'a> Reader<'a, '_> {
    /// `link.href = URL.createObjectURL(blob); link.click();`: the download has begun when the click is over.
    pub(in crate::facts) fn repair_of_url(&mut self, made: NodeId) -> Option<Repair> {
        let AstKind::CallExpression(call) = self.nodes.kind(made) else { return None };
        let maker = call.callee.span().source_text(self.text);
        let revoke = maker.strip_suffix("createObjectURL").filter(|object| object.ends_with("URL."))?;
        let (_, holder) = self.outside(made);
        let (link, address) = match self.nodes.kind(holder) {
            AstKind::AssignmentExpression(e) => {
                let link = link_of(&e.left)?;
                (self.symbol_of_link(link)?, e.left.span().source_text(self.text))
            }
            AstKind::VariableDeclarator(d) => {
                let symbol = bound_symbol(&d.id)?;
                (self.link_given(symbol)?, d.id.span().source_text(self.text))
            }
            _ => return None,
        };
        // Who revokes something here has thought of it: what is wrong is which address is given back.
        if self.revokes_in(self.owner_of(made)) {
            return None;
        }
        let click = self.click_of(link, made)?;
        // Whoever looks at it after that would find nothing.
        if let AstKind::VariableDeclarator(d) = self.nodes.kind(holder)
            && self.reads_of(bound_symbol(&d.id)?).any(|read| read > click)
        {
            return None;
        }
        let edit = self.room_after(click)?.fill(&format!("{revoke}revokeObjectURL({address})"));
        Some(Repair::new("give the address back when the click is done", vec![edit]))
    }

    fn revokes_in(&self, function: FunctionId) -> bool {
        self.sites.iter().any(|site| match site {
            AstKind::CallExpression(call) => {
                last_name(&call.callee) == Some("revokeObjectURL") && self.owner_of(call.node_id.get()) == function
            }
            _ => false,
        })
    }

    fn symbol_of_link(&self, link: &Expression<'a>) -> Option<SymbolId> {
        let Expression::Identifier(id) = peel(link) else { return None };
        self.symbol_of(id).filter(|symbol| !self.scoping.symbol_is_mutated(*symbol))
    }

    /// The element whose `href` an address is given to, when that is all that it is used for.
    fn link_given(&self, address: SymbolId) -> Option<SymbolId> {
        let mut reads = self.reads_of(address);
        let read = reads.next().filter(|_| reads.next().is_none())?;
        let AstKind::AssignmentExpression(e) = self.nodes.kind(self.outside(read).1) else { return None };
        self.symbol_of_link(link_of(&e.left)?)
    }

    /// The statement `link.click();` behind a node, in the same list of statements.
    fn click_of(&self, link: SymbolId, made: NodeId) -> Option<NodeId> {
        let list = self.nodes.parent_id(self.statement_of(made));
        self.reads_of(link).filter(|read| *read > made).find_map(|read| {
            let (_, member) = self.outside(read);
            let (_, call) = self.outside(member);
            let AstKind::CallExpression(c) = self.nodes.kind(call) else { return None };
            let statement = self.statement_of(call);
            let alone = matches!(self.nodes.kind(statement), AstKind::ExpressionStatement(_));
            let clicks = last_name(&c.callee) == Some("click") && c.arguments.is_empty();
            (clicks && alone && self.nodes.parent_id(statement) == list).then_some(statement)
        })
    }
}

/// `link` of `link.href = ..`.
fn link_of<'a>(target: &'a AssignmentTarget<'a>) -> Option<&'a Expression<'a>> {
    match target {
        AssignmentTarget::StaticMemberExpression(m) if m.property.name == "href" => Some(&m.object),
        _ => None,
    }
}
