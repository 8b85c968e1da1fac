//! Calls that add a listener: its event, handler and options.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::apis::Row;
use crate::facts::functions::key_name;
use crate::facts::names::argument_at;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, peel};
use crate::facts::{Handle, Handler, Life, Receiver, Repair, Root, What};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_listener(&mut self, call: &'a CallExpression<'a>, row: &'static Row, known: bool) {
        let Some(member) = peel(&call.callee).as_member_expression() else { return };
        let Some(callback) = row.callback.first() else { return };
        let target = self.global_target(call);
        let at = |which| argument_at(which, call.arguments.len()).map(|i| i + usize::from(target.is_some()));
        let Some(handler) = at(callback.at).and_then(|i| call.arguments.get(i)).and_then(Argument::as_expression)
        else {
            return;
        };
        let known = known || target.is_some();
        let node = call.node_id.get();
        let guard = self.once_guard(node);
        if self.is_started_once(node, guard) || self.is_given_back(handler, node) {
            return;
        }
        let handler = self.handler_of(handler);
        // A method that only happens to be called `on` takes something else than a function.
        if !known && handler == Handler::Other {
            return;
        }
        let event = row.event.and_then(at).and_then(|i| call.arguments.get(i));
        // Of what is put together nobody knows the namespaces.
        let event = event.filter(|a| !row.namespaces || matches!(a, Argument::StringLiteral(_)));
        let event = event.map_or_else(String::new, |a| self.event_text(a));
        let on = target.unwrap_or(member.object());
        let mut receiver = self.registrar_of(on, row.namespaces);
        receiver.dedupes |= row.dedupes;
        let fleeting = self.dies_with_its_function(&receiver, node)
            || self.is_made_before(on, node)
            || self.is_part_of_emitter(on, node);
        if fleeting {
            return;
        }
        let options = listener_options(call);
        let sure_to_come = self.is_sure_to_come(&receiver, &event, row);
        let remover = if target.is_some() { String::new() } else { self.remover_of(call) };
        let handle = Handle {
            what: What::Listener,
            api: self.api_text(call),
            opened: self.head_of_call(call),
            statement: self.statement_span(node),
            block: self.block_of(node),
            function: self.owner_of(node),
            receiver: Some(receiver),
            event,
            handler,
            kept_in: self.kept_in(node),
            once: row.once || options.once,
            sure_to_come,
            signal: options.signal,
            guard,
            known,
            reschedules: false,
            delay: None,
            races: false,
            missed: None,
            end: returned_end(row),
            namespaces: row.namespaces,
            repair: if target.is_none() { self.repair_of_named(call, &remover) } else { None },
            remover,
        };
        self.facts.handles.push(handle);
    }

    /// The receiver's documentation says that each of the events comes in the end.
    fn is_sure_to_come(&self, receiver: &Receiver, event: &str, row: &Row) -> bool {
        receiver.of_type.as_deref().and_then(|t| self.apis.type_named(t)).is_some_and(|t| {
            let whole = !row.namespaces && self.apis.ends(t, event);
            whole || (row.namespaces && event_names(event).all(|name| self.apis.ends(t, name)))
        })
    }

    /// `bus.off` for `bus.on(..)`: what takes the listener away, by the row that says what adds it.
    fn remover_of(&mut self, call: &'a CallExpression<'a>) -> String {
        let Some(member) = peel(&call.callee).as_member_expression() else { return String::new() };
        let name = member.static_property_name().unwrap_or_default();
        let row = self.api_of_call(call).map(|hit| hit.row).or_else(|| self.apis.listener_method(name));
        let remover = row.and_then(|row| self.apis.listener_remover(row, name));
        let Some(remover) = remover else { return String::new() };
        let object = member.object();
        let text = self.text_of(object.span(), 60);
        // `(emitter as Emitter).off`
        if peel(object).span() == object.span() { format!("{text}.{remover}") } else { format!("({text}).{remover}") }
    }

    /// The removal of a listener with a name, written into the end of what adds it.
    fn repair_of_named(&mut self, call: &'a CallExpression<'a>, remover: &str) -> Option<Repair> {
        if remover.is_empty() || remover.contains('…') {
            return None;
        }
        let named = call.arguments.get(1).and_then(Argument::as_expression).filter(|e| !is_written_out(e));
        let ends = named.and_then(|_| self.ends_around(call.node_id.get()))?;
        self.repair_of_listener(call, (remover, &ends))
    }

    /// `dom.addListener(window, 'resize', f)`: a helper that registers on a global. A fourth argument may be an owner.
    pub(super) fn global_target(&mut self, call: &'a CallExpression<'a>) -> Option<&'a Expression<'a>> {
        let [first, Argument::StringLiteral(_), _] = call.arguments.as_slice() else { return None };
        let target = first.as_expression()?;
        let spot = self.spot_of(target)?;
        let global = matches!(spot.root, SpotRoot::Global(_)) && self.library_type_of(target).is_some();
        global.then_some(target)
    }

    /// What a call makes or is handed for the time of a request takes its listeners along when it goes.
    #[must_use]
    pub fn dies_with_its_function(&self, receiver: &Receiver, node: NodeId) -> bool {
        let Some(place) = receiver.place else { return true };
        if receiver.life.is_some_and(|life| life <= Life::Request) {
            return true;
        }
        let place = &self.facts.places[place.0 as usize];
        match place.root {
            Root::Binding(binding) => {
                let binding = &self.facts.bindings[binding.0 as usize];
                binding.param.is_none() && binding.within != crate::facts::TOP && binding.within == self.owner_of(node)
            }
            Root::UnknownThis(_) => true,
            _ => false,
        }
    }

    /// `on('x', f); return f`: the caller has what it takes to remove it.
    fn is_given_back(&self, handler: &Expression<'a>, node: NodeId) -> bool {
        let Expression::Identifier(id) = peel(handler) else { return false };
        let Some(symbol) = self.symbol_of(id) else { return false };
        let is_it =
            |e: &Expression<'_>| matches!(peel(e), Expression::Identifier(i) if self.symbol_of(i) == Some(symbol));
        self.returned.get(&self.owner_of(node)).is_some_and(|all| {
            all.iter().any(|e| match peel(e) {
                Expression::ObjectExpression(o) => {
                    o.properties.iter().filter_map(|p| p.as_property()).any(|p| is_it(&p.value))
                }
                e => is_it(e),
            })
        })
    }

    /// `task = new Task(); task.on(..)`: a receiver that the same function makes, wherever it keeps it.
    fn is_made_before(&mut self, receiver: &'a Expression<'a>, node: NodeId) -> bool {
        let Some(spot) = self.spot_of(receiver) else { return false };
        let Some(nodes) = self.assigned.get(&spot) else { return false };
        nodes.iter().any(|n| {
            *n < node
                && self.owner_of(*n) == self.owner_of(node)
                && matches!(self.nodes.kind(*n), AstKind::AssignmentExpression(e)
                    if matches!(peel(&e.right), Expression::NewExpression(_)))
        })
    }

    /// `socket.on('connect', () => socket.engine.on(..))`: what hangs below the emitter may be new each time.
    fn is_part_of_emitter(&mut self, receiver: &'a Expression<'a>, node: NodeId) -> bool {
        let Some(spot) = self.spot_of(receiver).filter(|s| !s.path.is_empty()) else { return false };
        let SpotRoot::Symbol(_) = spot.root else { return false };
        let function = self.function_nodes[self.owner_of(node).0 as usize];
        let AstKind::CallExpression(call) = self.nodes.kind(self.outside(function).1) else { return false };
        let Some(member) = peel(&call.callee).as_member_expression() else { return false };
        member.static_property_name().is_some_and(|n| matches!(n, "on" | "once" | "addListener" | "addEventListener"))
            && self.spot_of(member.object()).is_some_and(|s| s.root == spot.root)
    }

    pub(super) fn handler_of(&mut self, expr: &'a Expression<'a>) -> Handler {
        match peel(expr) {
            // A function that has a name can remove itself by it.
            Expression::FunctionExpression(f) => match f.id.as_ref().and_then(|id| id.symbol_id.get()) {
                Some(symbol) if !self.scoping.symbol_is_unused(symbol) => {
                    let spot = crate::facts::places::Spot::new(SpotRoot::Symbol(symbol));
                    Handler::Place(self.own(&spot))
                }
                _ => self.inline(f.node_id.get()),
            },
            Expression::ArrowFunctionExpression(f) => self.inline(f.node_id.get()),
            e @ (Expression::Identifier(_) | Expression::ThisExpression(_)) => self.handler_place(e),
            e if e.is_member_expression() => self.handler_place(e),
            Expression::CallExpression(call) => {
                let name = call
                    .callee
                    .get_inner_expression()
                    .as_member_expression()
                    .and_then(oxc_ast::ast::MemberExpression::static_property_name);
                let fresh = name.is_some_and(|n| n == "bind") || self.makes_a_function(call);
                if fresh { Handler::Fresh } else { Handler::Other }
            }
            _ => Handler::Other,
        }
    }

    /// `on('error', report('error'))`, where each call of `report` makes and returns another function.
    fn makes_a_function(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(maker) = self.function_denoted(&call.callee) else { return false };
        let returned = self.returned.get(&maker).cloned().unwrap_or_default();
        !returned.is_empty()
            && returned.into_iter().all(|value| {
                let made = self.function_denoted(value);
                made.is_some_and(|made| self.facts.functions[made.0 as usize].parent == maker)
            })
    }

    fn inline(&self, node: NodeId) -> Handler {
        self.function_of_node.get(&node).map_or(Handler::Other, |f| Handler::Inline(*f))
    }

    fn handler_place(&mut self, expr: &'a Expression<'a>) -> Handler {
        self.spot_of(expr).map_or(Handler::Other, |s| Handler::Place(self.own(&s)))
    }

    pub(super) fn event_text(&self, argument: &'a Argument<'a>) -> String {
        match argument {
            Argument::StringLiteral(s) => s.value.as_str().to_owned(),
            // `name as any` is `name`.
            other => self.text_of(other.as_expression().map_or_else(|| other.span(), |e| peel(e).span()), 60),
        }
    }
}

/// `{ once, signal }` among the arguments of a registration.
fn listener_options(call: &CallExpression<'_>) -> Options {
    let mut options = Options { once: false, signal: false };
    for argument in call.arguments.iter().skip(2) {
        let Argument::ObjectExpression(object) = argument else { continue };
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(p) => match key_name(&p.key) {
                    Some("signal") => options.signal = true,
                    Some("once") => options.once |= matches!(&p.value, Expression::BooleanLiteral(b) if b.value),
                    _ => {}
                },
                // What a spread brings is not visible: it may be a signal.
                ObjectPropertyKind::SpreadProperty(_) => options.signal = true,
            }
        }
    }
    options
}

/// How one ends what the call gives back, where it gives a function for it.
fn returned_end(row: &Row) -> String {
    if row.returns_remover { "the function that comes back".to_owned() } else { String::new() }
}

/// A function without a name to remove it by.
fn is_written_out(handler: &Expression<'_>) -> bool {
    matches!(
        peel(handler),
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::CallExpression(_)
    )
}

struct Options {
    once: bool,
    signal: bool,
}

/// The events of `resize.menu scroll.menu`, without their namespaces.
fn event_names(event: &str) -> impl Iterator<Item = &str> {
    event.split_whitespace().map(|name| name.split('.').next().unwrap_or(name))
}
