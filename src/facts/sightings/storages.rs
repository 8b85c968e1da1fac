//! Context storages that are made again and again, and stores that point to the store before them.

use oxc_ast::AstKind;
use oxc_ast::ast::{CallExpression, Expression, NewExpression, ObjectPropertyKind};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::{Seen, argument};
use crate::facts::functions::key_name;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::sites::May;
use crate::facts::{TOP, What};
use crate::finding::{Confidence, Span};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_storage(&mut self, new: &'a NewExpression<'a>) {
        let node = new.node_id.get();
        if self.owner_of(node) == TOP || !self.is_storage(new) || self.is_guarded_once(node) || self.is_released(node) {
            return;
        }
        let span = self.span(new.span);
        self.see((Seen::Storage, Confidence::Likely), node, (span, self.text_of(new.span, 40), None));
    }

    fn is_storage(&mut self, new: &'a NewExpression<'a>) -> bool {
        self.row_of_new(&new.callee).is_some_and(|row| self.apis.row(row).opens == Some(What::Context))
    }

    /// `storage.disable()`, wherever in the file.
    fn is_released(&mut self, made: NodeId) -> bool {
        let holder = match self.nodes.kind(self.outside(made).1) {
            AstKind::VariableDeclarator(d) => bound_symbol(&d.id).map(|symbol| Spot::new(SpotRoot::Symbol(symbol))),
            AstKind::AssignmentExpression(e) => self.assigned_spot(e),
            AstKind::PropertyDefinition(p) => {
                key_name(&p.key).map(|name| self.this_spot(self.owner_of(made)).step(Seg::Field(name)))
            }
            _ => None,
        };
        let Some(holder) = holder else { return false };
        self.calls_that(May::OPEN).any(|named| {
            let closes = self.apis.closes_handle(named.name, What::Context);
            let receiver = peel(&named.call.callee).as_member_expression().filter(|_| closes);
            receiver.is_some_and(|m| self.spot_of(m.object()).as_ref() == Some(&holder))
        })
    }

    /// `als.run({ parent: als.getStore() }, ..)`
    pub(super) fn note_parent_store(&mut self, call: &'a CallExpression<'a>, storage: &'a Expression<'a>) {
        let Some(store) = argument(&call.arguments, 0) else { return };
        let literal = match peel(store) {
            Expression::Identifier(id) => match self.symbol_of(id).and_then(|symbol| self.initial_value(symbol)) {
                Some(value) => value,
                None => return,
            },
            value => value,
        };
        let Expression::ObjectExpression(object) = peel(literal) else { return };
        for property in &object.properties {
            let ObjectPropertyKind::ObjectProperty(p) = property else { continue };
            if let Some(at) = self.current_store(&p.value, storage) {
                // `enterWith` goes on after the function; `run` ends, unless it starts itself again.
                let stays = call.callee_name() == Some("enterWith") || self.starts_again(call);
                let most = if stays { Confidence::Likely } else { Confidence::Guess };
                let span = self.span(p.span);
                let about =
                    (span, self.text_of(p.span, 60), (at != span).then_some((at, "the previous store".to_owned())));
                return self.see((Seen::ParentStore, most), call.node_id.get(), about);
            }
        }
    }

    /// The function around a call hands itself to be called later inside that call.
    fn starts_again(&mut self, call: &'a CallExpression<'a>) -> bool {
        let function = self.owner_of(call.node_id.get());
        let Some(symbol) = self.symbol_of_function(self.function_nodes[function.0 as usize]) else { return false };
        !self.reads_within(symbol, call.span).is_empty()
    }

    /// Where a value is the store that `storage` holds right now.
    fn current_store(&mut self, value: &'a Expression<'a>, storage: &'a Expression<'a>) -> Option<Span> {
        let value = match peel(value) {
            Expression::Identifier(id) => self.symbol_of(id).and_then(|symbol| self.initial_value(symbol))?,
            value => value,
        };
        let Expression::CallExpression(call) = peel(value) else { return None };
        let member = peel(&call.callee).as_member_expression()?;
        if member.static_property_name()? != "getStore" {
            return None;
        }
        let (held, asked) = (self.spot_of(storage)?, self.spot_of(member.object())?);
        (held == asked).then(|| self.span(call.span()))
    }

    /// A variable of the module, or a field of one.
    pub(super) fn is_of_module(&mut self, expr: &'a Expression<'a>) -> bool {
        match self.spot_of(expr) {
            Some(spot) => {
                matches!(spot.root, SpotRoot::Symbol(symbol) if self.scope_function(symbol) == TOP)
                    && !spot.path.contains(&Seg::Entry)
            }
            None => false,
        }
    }
}
