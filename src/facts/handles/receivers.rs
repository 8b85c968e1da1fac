//! On what a registration hangs, and how long that lives.

use oxc_ast::ast::Expression;
use oxc_span::GetSpan;

use crate::facts::names::argument_at;
use crate::facts::places::{Seg, SpotRoot, made_of};
use crate::facts::reader::{Reader, Type, peel};
use crate::facts::{Made, Receiver};

impl<'a> Reader<'a, '_> {
    /// What the value hangs on that a listener is registered through: in `$(window).on(..)` it is the window.
    pub(super) fn registrar_of(&mut self, expr: &'a Expression<'a>, wraps: bool) -> Receiver {
        let inner = if wraps { self.stood_for(expr) } else { None };
        let mut receiver = self.receiver_of(inner.unwrap_or(expr));
        // What is wrapped takes the same function twice.
        receiver.dedupes &= !wraps;
        receiver
    }

    /// The argument that a value stands for, through names and chained calls.
    fn stood_for(&mut self, expr: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
        let mut at = peel(expr);
        for _ in 0..8 {
            at = match at {
                Expression::CallExpression(call) => {
                    let hit = self.api_of_call(call)?;
                    let row = self.apis.row(hit.row);
                    if let Some(which) = row.stands_for {
                        let index = argument_at(which, call.arguments.len())?;
                        return call.arguments.get(index)?.as_expression();
                    }
                    if !row.namespaces {
                        return None;
                    }
                    peel(peel(&call.callee).as_member_expression()?.object())
                }
                Expression::Identifier(id) => peel(self.initial_value(self.symbol_of(id)?)?),
                _ => {
                    let spot = self.spot_of(at)?;
                    let (SpotRoot::This(class), [Seg::Field(field)]) = (spot.root, spot.path.as_slice()) else {
                        return None;
                    };
                    match self.field_values.get(&(class, *field))?.as_slice() {
                        [only] => peel(only),
                        _ => return None,
                    }
                }
            };
        }
        None
    }

    /// On what a registration hangs, and how long that lives.
    pub fn receiver_of(&mut self, expr: &'a Expression<'a>) -> Receiver {
        let of_type = self.library_type_of(expr);
        let spot = self.spot_of(expr);
        let mut life = self.life_of_fields(expr);
        if life.is_none()
            && let Some(spot) = &spot
            && let Some(field) = spot.last_field()
            && spot.path.len() <= 2
        {
            // `const { socket } = req`: the same field by another way.
            let mut object = spot.clone();
            object.path.pop();
            if let Some(Type::Library(t)) = self.type_of_spot(&object) {
                life = self.apis.field_life(t, field);
            }
        }
        let made = match &spot {
            Some(s) => self.made_of_spot(s),
            None => made_of(expr),
        };
        Receiver {
            place: spot.map(|s| self.own(&s)),
            text: self.text_of(expr.span(), 60),
            of_type: of_type.map(|t| self.apis.type_name(t).to_owned()),
            dedupes: of_type.is_some_and(|t| self.apis.is_a_named(t, "EventTarget")),
            life: life.or_else(|| of_type.and_then(|t| self.apis.type_life(t))),
            made,
        }
    }

    /// `stream.session.socket`: what one of the fields on the way outlives, the last one outlives as well.
    fn life_of_fields(&mut self, expr: &'a Expression<'a>) -> Option<crate::facts::Life> {
        let (mut life, mut at) = (None, peel(expr));
        for _ in 0..4 {
            let Some(member) = at.as_member_expression() else { break };
            if let Seg::Field(field) = crate::facts::places::seg_of_member(member)
                && let Some(Type::Library(t)) = self.type_of(member.object())
            {
                life = life.max(self.apis.field_life(t, field));
            }
            at = peel(member.object());
        }
        life
    }

    /// Where the value of a location comes from.
    fn made_of_spot(&mut self, spot: &crate::facts::places::Spot<'a>) -> Made {
        match (spot.root, spot.path.as_slice()) {
            (SpotRoot::Symbol(symbol), []) => self.made_of_symbol(symbol),
            (SpotRoot::Symbol(symbol), [..]) => match self.made_of_symbol(symbol) {
                Made::Param => Made::Param,
                _ => Made::Unknown,
            },
            (SpotRoot::This(class), [Seg::Field(field), ..]) => {
                let values = self.field_values.get(&(class, *field)).cloned().unwrap_or_default();
                values
                    .into_iter()
                    .filter(|v| !v.is_null_or_undefined())
                    .map(|v| self.made_of_value(v))
                    .max_by_key(|m| match m {
                        Made::Here => 2,
                        Made::Param => 1,
                        _ => 0,
                    })
                    .unwrap_or(Made::Unknown)
            }
            (SpotRoot::Module(_), _) => Made::Import,
            _ => Made::Unknown,
        }
    }

    fn made_of_value(&self, value: &Expression<'a>) -> Made {
        match value.get_inner_expression() {
            Expression::Identifier(id) => self.symbol_of(id).map_or(Made::Unknown, |s| self.made_of_symbol(s)),
            Expression::StaticMemberExpression(m) => match m.object.get_inner_expression() {
                Expression::Identifier(_) => self.made_of_value(&m.object),
                _ => Made::Unknown,
            },
            Expression::LogicalExpression(e) => match self.made_of_value(&e.left) {
                Made::Param => Made::Param,
                _ => self.made_of_value(&e.right),
            },
            other => made_of(other),
        }
    }
}
