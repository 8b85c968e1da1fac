//! Whether a collection remembers what can be had again: values computed where nothing was found, and looked at one by one.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, AssignmentExpression, BindingPattern, CallExpression, Expression,
    ObjectPropertyKind,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::ops::Deed;
use crate::facts::keys::words;
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{ContainerKind, Domain, Repair, Value};

/// First words of calls whose result runs, waits or is open, whatever it is called on.
const OPENING: [&str; 18] = [
    "open",
    "connect",
    "start",
    "listen",
    "watch",
    "spawn",
    "fork",
    "exec",
    "subscribe",
    "register",
    "acquire",
    "launch",
    "attach",
    "bind",
    "observe",
    "schedule",
    "serve",
    "mount",
];

/// Methods that change what they are called on, or end it.
const CHANGING: [&str; 38] = [
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "set",
    "add",
    "delete",
    "clear",
    "append",
    "remove",
    "update",
    "write",
    "send",
    "emit",
    "on",
    "once",
    "off",
    "close",
    "end",
    "destroy",
    "dispose",
    "stop",
    "abort",
    "cancel",
    "terminate",
    "kill",
    "disconnect",
    "unsubscribe",
    "release",
    "resolve",
    "reject",
    "then",
    "catch",
    "finally",
];

/// What a value is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stuff {
    /// Literals, and what is not known: nothing says that it can be had again.
    Given,
    Computed,
    /// Something in it runs, waits, is open, or is new each time.
    Live,
}

impl<'a> Reader<'a, '_> {
    /// What is stored is computed here and is no more than a value.
    pub(super) fn is_computed(&mut self, value: &'a Expression<'a>) -> bool {
        self.stuff_of(value, 0) == Stuff::Computed
    }

    fn stuff_of(&mut self, value: &'a Expression<'a>, depth: u32) -> Stuff {
        let next = depth + 1;
        if depth > 6 {
            return Stuff::Live;
        }
        match peel(value) {
            Expression::Identifier(id) => self.symbol_of(id).map_or(Stuff::Given, |s| self.stuff_of_symbol(s, next)),
            Expression::AwaitExpression(e) => match peel(&e.argument) {
                inner @ Expression::CallExpression(call) => self.stuff_of_call(inner, call, true),
                other => self.stuff_of(other, next).max(Stuff::Computed),
            },
            inner @ Expression::CallExpression(call) => self.stuff_of_call(inner, call, false),
            Expression::NewExpression(new) => match self.global_name(&new.callee) {
                Some("RegExp" | "URL" | "Uint8Array" | "Error") => Stuff::Computed,
                Some("Date" | "Map" | "Set" | "Array" | "Object" | "WeakMap" | "WeakSet") => Stuff::Given,
                _ => Stuff::Live,
            },
            Expression::ObjectExpression(object) => {
                let mut stuff = Stuff::Given;
                for property in &object.properties {
                    stuff = stuff.max(match property {
                        ObjectPropertyKind::ObjectProperty(p) => self.stuff_of(&p.value, next),
                        ObjectPropertyKind::SpreadProperty(s) => self.stuff_of(&s.argument, next),
                    });
                }
                stuff
            }
            Expression::ArrayExpression(array) => {
                let mut stuff = Stuff::Given;
                for element in &array.elements {
                    stuff = stuff.max(match element {
                        ArrayExpressionElement::SpreadElement(s) => self.stuff_of(&s.argument, next),
                        other => other.as_expression().map_or(Stuff::Given, |e| self.stuff_of(e, next)),
                    });
                }
                stuff
            }
            Expression::ConditionalExpression(e) => {
                self.stuff_of(&e.consequent, next).max(self.stuff_of(&e.alternate, next))
            }
            Expression::LogicalExpression(e) => self.stuff_of(&e.left, next).max(self.stuff_of(&e.right, next)),
            Expression::AssignmentExpression(e) => self.stuff_of(&e.right, next),
            Expression::StaticMemberExpression(m) => self.stuff_of(&m.object, next),
            Expression::ComputedMemberExpression(m) => self.stuff_of(&m.object, next),
            Expression::FunctionExpression(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::ClassExpression(_)
            | Expression::ThisExpression(_) => Stuff::Live,
            // `Date.now() + ttl` says how old it is, `counter++` what nobody can have again.
            Expression::BinaryExpression(_) | Expression::TemplateLiteral(_) | Expression::UpdateExpression(_) => {
                match self.domain_of(value) {
                    Domain::Fresh if self.says(value.span(), "now") => Stuff::Given,
                    Domain::Fresh => Stuff::Live,
                    _ => Stuff::Computed,
                }
            }
            _ => Stuff::Given,
        }
    }

    /// What a variable was given: once, here or further down.
    fn stuff_of_symbol(&mut self, symbol: SymbolId, depth: u32) -> Stuff {
        if self.function_of_symbol(symbol).is_some() {
            return Stuff::Live;
        }
        if let AstKind::VariableDeclarator(d) = self.nodes.kind(self.scoping.symbol_declaration(symbol))
            && let Some(init) = &d.init
            && !self.scoping.symbol_is_mutated(symbol)
        {
            let part = matches!(d.id, BindingPattern::ObjectPattern(_) | BindingPattern::ArrayPattern(_));
            let stuff = self.stuff_of(init, depth);
            // A part of a live thing may be anything.
            return if part && stuff == Stuff::Given { Stuff::Given } else { stuff };
        }
        self.only_assigned(symbol).map_or(Stuff::Given, |value| self.stuff_of(value, depth))
    }

    fn stuff_of_call(&mut self, whole: &'a Expression<'a>, call: &'a CallExpression<'a>, awaited: bool) -> Stuff {
        let name = call.callee_name().unwrap_or_default();
        if name == "now" || (name == "get" && self.is_look_up(call)) {
            return Stuff::Given;
        }
        let first = words(name).find(|w| !w.is_empty()).unwrap_or_default();
        let opens = self.api_of_call(call).is_some_and(|hit| self.apis.row(hit.row).opens.is_some());
        let live = opens
            || OPENING.contains(&first.as_str())
            || matches!(
                self.global_name(&call.callee),
                Some("setTimeout" | "setInterval" | "setImmediate" | "require")
            )
            || (!awaited && self.makes_promise(call))
            || self.gives_a_function(call)
            || self.domain_of(whole) == Domain::Fresh;
        if live { Stuff::Live } else { Stuff::Computed }
    }

    /// `c.get(key)` of a collection: what was there before.
    fn is_look_up(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(member) = peel(&call.callee).as_member_expression() else { return false };
        self.spot_of(member.object()).is_some_and(|spot| self.collections.first_at(&spot).is_some())
    }

    /// A function of this file that makes and returns another one.
    fn gives_a_function(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(maker) = self.function_denoted(&call.callee) else { return false };
        let returned = self.returned.get(&maker).cloned().unwrap_or_default();
        returned.into_iter().any(|value| self.function_denoted(value).is_some())
    }

    /// What an entry that was looked up is used for: it is changed, called, awaited or ended, by itself or by the variable
    /// that it is put into.
    pub(super) fn is_used_in_place(&self, entry: NodeId) -> bool {
        let (child, parent) = self.landing(entry);
        if let AstKind::VariableDeclarator(d) = self.nodes.kind(parent)
            && let Some(symbol) = bound_symbol(&d.id)
        {
            return self.reads_of(symbol).any(|read| {
                let (child, parent) = self.outside(read);
                self.is_use_in_place(child, parent)
            });
        }
        self.is_use_in_place(child, parent)
    }

    /// The value of an entry goes somewhere; `if (c[k]) return` only asks whether there is one.
    pub(super) fn is_asked_for(&self, entry: NodeId) -> bool {
        let (_, parent) = self.outside(entry);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => bound_symbol(&d.id)
                .is_none_or(|symbol| self.reads_of(symbol).any(|read| !is_test(self.nodes.kind(self.outside(read).1)))),
            kind => !is_test(kind),
        }
    }

    /// Where the value of an expression goes, also through `??` and `? :`.
    fn landing(&self, node: NodeId) -> (NodeId, NodeId) {
        let (mut child, mut parent) = self.outside(node);
        while let AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) = self.nodes.kind(parent) {
            (child, parent) = self.outside(parent);
        }
        (child, parent)
    }

    fn is_use_in_place(&self, child: NodeId, parent: NodeId) -> bool {
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::AwaitExpression(_) | AstKind::ForOfStatement(_) | AstKind::ForInStatement(_) => true,
            AstKind::CallExpression(call) => call.callee.span() == span,
            AstKind::StaticMemberExpression(m) => {
                let (member, outer) = self.outside(parent);
                let whole = self.nodes.kind(member).span();
                match self.nodes.kind(outer) {
                    AstKind::AssignmentExpression(e) => e.left.span() == whole,
                    AstKind::UpdateExpression(_) => true,
                    AstKind::CallExpression(call) => {
                        call.callee.span() == whole && CHANGING.contains(&m.property.name.as_str())
                    }
                    // `entry.list.push(x)`
                    AstKind::StaticMemberExpression(_) | AstKind::ComputedMemberExpression(_) => {
                        self.is_use_in_place(member, outer)
                    }
                    _ => false,
                }
            }
            AstKind::ComputedMemberExpression(m) if m.object.span() == span => {
                let (member, outer) = self.outside(parent);
                let whole = self.nodes.kind(member).span();
                match self.nodes.kind(outer) {
                    AstKind::AssignmentExpression(e) => e.left.span() == whole,
                    AstKind::UpdateExpression(_) => true,
                    AstKind::UnaryExpression(e) => e.operator == oxc_ast::ast::UnaryOperator::Delete,
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// `c.size`, `c ??= new Map()`: nobody looks at what is in it.
    pub(super) fn asks_little(&self, node: NodeId) -> bool {
        match self.nodes.kind(node) {
            AstKind::StaticMemberExpression(m) => matches!(m.property.name.as_str(), "size" | "length"),
            AstKind::AssignmentExpression(e) => e.operator.is_logical(),
            _ => false,
        }
    }

    /// `running[id] = undefined;`: the key stays, which `delete running[id]` would take out.
    pub(super) fn repair_of_blank(&self, kind: ContainerKind, e: &'a AssignmentExpression<'a>) -> Option<Repair> {
        let meant = kind == ContainerKind::Dictionary && (e.right.is_undefined() || e.right.is_void_0());
        let alone = matches!(self.nodes.parent_kind(e.node_id.get()), AstKind::ExpressionStatement(_));
        let left = e.left.span().source_text(self.text);
        let edit = (self.span(e.span), format!("delete {left}"));
        (meant && alone).then(|| Repair::new("delete the entry instead of emptying it", vec![edit]))
    }

    /// `timers.set(id, setTimeout(() => { .. }, ms))`: the callback of a timer removes its own entry.
    pub(super) fn repair_of_fired(&mut self, index: usize, node: NodeId, deed: &Deed) -> Option<Repair> {
        let Value::Timer(Some(callback)) = deed.value else { return None };
        let kind = self.collections.list[index].container.kind;
        let (held, key) = match self.nodes.kind(node) {
            AstKind::CallExpression(call) => {
                let object = peel(&call.callee).as_member_expression()?.object();
                (object, call.arguments.first().and_then(Argument::as_expression)?)
            }
            AstKind::AssignmentExpression(e) => match e.left.as_member_expression()? {
                oxc_ast::ast::MemberExpression::ComputedMemberExpression(m) => (&m.object, &m.expression),
                _ => return None,
            },
            _ => return None,
        };
        let site = self.site_in(callback)?;
        // Made in the function that stores it: the key is that of this very timer.
        let nested = self.facts.functions[callback.0 as usize].parent == self.owner_of(node);
        if !nested || !self.means_the_same(held, site) || !self.means_the_same(key, site) {
            return None;
        }
        let (held, key) = (self.written(held), self.written(key));
        let code = match kind {
            ContainerKind::Map => format!("{held}.delete({key})"),
            ContainerKind::Dictionary => format!("delete {held}[{key}]"),
            _ => return None,
        };
        let edit = self.room_at_start(callback)?.fill(&code);
        Some(Repair::new(format!("remove the entry of `{held}` when its timer fires"), vec![edit]))
    }
}

/// What only tells whether something is there.
const fn is_test(kind: AstKind<'_>) -> bool {
    matches!(
        kind,
        AstKind::IfStatement(_)
            | AstKind::UnaryExpression(_)
            | AstKind::BinaryExpression(_)
            | AstKind::LogicalExpression(_)
            | AstKind::ExpressionStatement(_)
    )
}
