//! Opened things: listeners and timers, where their handles go, and the calls that close them.

mod paths;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::functions::key_name;
use super::names::{Hit, argument_at};
use super::places::{Seg, SpotRoot, made_of};
use super::reader::{Reader, Type, peel};
use super::{Close, FunctionId, Guard, Handle, Handler, Kept, Life, Made, Receiver, What};
use crate::apis::{By, Row};

impl<'a> Reader<'a, '_> {
    /// Fifth pass: calls that open or close something.
    pub fn note_handles(&mut self) {
        let (mut opened, mut closed) = (Vec::new(), Vec::new());
        for node in self.nodes.iter() {
            let AstKind::CallExpression(call) = node.kind() else { continue };
            let name = match peel(&call.callee) {
                Expression::Identifier(id) => id.name.as_str(),
                callee => match callee.as_member_expression().and_then(|m| m.static_property_name()) {
                    Some(name) => name.into(),
                    None => continue,
                },
            };
            // Imports can be renamed, so a bare name is only asked about when it is an import or a known word.
            let closes = is_closing_word(name);
            if !closes && !self.apis.opens_or_closes(name) && !peel(&call.callee).is_identifier_reference() {
                continue;
            }
            let hit = self.api_of_call(call).or_else(|| {
                self.apis
                    .listener_removal(name)
                    .filter(|_| peel(&call.callee).is_member_expression())
                    .map(|row| Hit { row, known: false })
            });
            self.note_opening_or_closing(call, name, hit);
            opened.resize(self.facts.handles.len(), call.node_id.get());
            closed.resize(self.facts.closes.len(), call.node_id.get());
        }
        self.note_missed_ways(&opened, &closed);
        // Only releases ask whether two places are the same.
        if !self.facts.handles.is_empty() && !self.facts.closes.is_empty() {
            self.note_aliases();
        }
    }

    fn note_opening_or_closing(&mut self, call: &'a CallExpression<'a>, name: &str, hit: Option<Hit>) {
        let Some(hit) = hit else { return self.note_foreign_close(call, name) };
        let row = self.apis.row(hit.row);
        match (row.opens, row.closes) {
            (Some(What::Listener), _) => self.note_listener(call, row, hit.known),
            (Some(What::Timer), _) => self.note_timer(call, row),
            (_, Some(what @ (What::Listener | What::Timer))) => self.note_close(call, row, what),
            _ => {}
        }
    }

    /// `this.source = bus`: one place holds what the other holds.
    fn note_aliases(&mut self) {
        for node in self.nodes.iter() {
            if let AstKind::AssignmentExpression(e) = node.kind()
                && matches!(peel(&e.right), Expression::Identifier(_) | Expression::StaticMemberExpression(_))
                && let Some(left) = e.left.as_simple_assignment_target().and_then(|t| self.spot_of_target(t))
                && let Some(right) = self.spot_of(&e.right)
            {
                let pair = (self.own(&left), self.own(&right));
                self.facts.aliases.push(pair);
            }
        }
    }

    fn note_listener(&mut self, call: &'a CallExpression<'a>, row: &'static Row, known: bool) {
        let Some(member) = peel(&call.callee).as_member_expression() else { return };
        let Some(callback) = row.callback.first() else { return };
        let Some(handler) = argument_at(callback.at, call.arguments.len())
            .and_then(|i| call.arguments.get(i))
            .and_then(Argument::as_expression)
        else {
            return;
        };
        let handler = self.handler_of(handler);
        // A method that only happens to be called `on` takes something else than a function.
        if !known && handler == Handler::Other {
            return;
        }
        let event = row.event.and_then(|w| argument_at(w, call.arguments.len())).and_then(|i| call.arguments.get(i));
        let event = event.map_or_else(String::new, |a| self.event_text(a));
        let receiver = self.receiver_of(member.object());
        let options = self.listener_options(call);
        let node = call.node_id.get();
        let sure_to_come = receiver
            .of_type
            .as_deref()
            .and_then(|t| self.apis.type_named(t))
            .is_some_and(|t| self.apis.ends(t, &event));
        let handle = Handle {
            what: What::Listener,
            api: self.api_text(call),
            opened: self.span(call.span),
            statement: self.statement_span(node),
            function: self.owner_of(node),
            receiver: Some(receiver),
            event,
            handler,
            kept_in: self.kept_in(node),
            once: row.once || options.once,
            sure_to_come,
            signal: options.signal,
            guard: self.once_guard(node),
            known,
            reschedules: false,
            delay: None,
            races: false,
            missed: None,
        };
        self.facts.handles.push(handle);
    }

    fn note_timer(&mut self, call: &'a CallExpression<'a>, row: &'static Row) {
        let node = call.node_id.get();
        let Some(callback) = call.arguments.first().and_then(Argument::as_expression) else { return };
        let function = self.function_denoted(callback);
        let delay = match call.arguments.get(1).and_then(Argument::as_expression).map(peel) {
            Some(Expression::NumericLiteral(n)) if n.value >= 0.0 && n.value < 4e9 =>
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
                Some(n.value as u32)
            }
            _ => None,
        };
        let handle = Handle {
            what: What::Timer,
            api: self.text_of(call.callee.span(), 40),
            opened: self.span(call.span),
            statement: self.statement_span(node),
            function: self.owner_of(node),
            receiver: None,
            event: String::new(),
            handler: self.handler_of(callback),
            kept_in: self.kept_in(node),
            once: row.once,
            sure_to_come: row.once,
            signal: false,
            guard: self.once_guard(node),
            known: true,
            reschedules: row.once && function.is_some_and(|f| self.reschedules(f, node)),
            delay,
            races: row.once && self.is_in_race(node),
            missed: None,
        };
        self.facts.handles.push(handle);
    }

    fn note_close(&mut self, call: &'a CallExpression<'a>, row: &'static Row, what: What) {
        let node = call.node_id.get();
        let first = call.arguments.first().and_then(Argument::as_expression);
        let member = peel(&call.callee).as_member_expression();
        let mut close = Close {
            what,
            api: self.api_text(call),
            span: self.span(call.span),
            function: self.owner_of(node),
            receiver: None,
            event: None,
            handler: None,
            handle: None,
            never_assigned: false,
        };
        match row.by {
            Some(By::Argument) => {
                let spot = first.and_then(|e| self.spot_of(e));
                close.never_assigned = spot.as_ref().is_some_and(|s| self.is_never_assigned(s));
                close.handle = spot.map(|s| self.own(&s));
            }
            Some(By::Handle) => close.handle = member.and_then(|m| self.spot_of(m.object())).map(|s| self.own(&s)),
            _ => {
                let Some(member) = member else { return };
                close.receiver = Some(self.receiver_of(member.object()));
                close.event = call.arguments.first().map(|a| self.event_text(a));
                if row.by == Some(By::Handler) {
                    let handler = call.arguments.get(1).and_then(Argument::as_expression);
                    close.handler = handler.map(|h| self.handler_of(h));
                }
            }
        }
        self.facts.closes.push(close);
    }

    /// `timers.clearFast(this.timer)`: a call that no row knows, but whose name says that it ends what it is handed.
    fn note_foreign_close(&mut self, call: &'a CallExpression<'a>, name: &str) {
        if !is_closing_word(name) {
            return;
        }
        let Some(spot) = call.arguments.first().and_then(Argument::as_expression).and_then(|e| self.spot_of(e)) else {
            return;
        };
        let close = Close {
            what: What::Timer,
            api: self.api_text(call),
            span: self.span(call.span),
            function: self.owner_of(call.node_id.get()),
            receiver: None,
            event: None,
            handler: None,
            handle: Some(self.own(&spot)),
            never_assigned: false,
        };
        self.facts.closes.push(close);
    }

    // ---- parts of a call -------------------------------------------------------------------------------------

    fn handler_of(&mut self, expr: &'a Expression<'a>) -> Handler {
        match peel(expr) {
            // A function that has a name can remove itself by it.
            Expression::FunctionExpression(f) => match f.id.as_ref().and_then(|id| id.symbol_id.get()) {
                Some(symbol) if !self.scoping.symbol_is_unused(symbol) => {
                    let spot = super::places::Spot::new(SpotRoot::Symbol(symbol));
                    Handler::Place(self.own(&spot))
                }
                _ => self.inline(f.node_id.get()),
            },
            Expression::ArrowFunctionExpression(f) => self.inline(f.node_id.get()),
            e @ (Expression::Identifier(_) | Expression::ThisExpression(_)) => self.handler_place(e),
            e if e.is_member_expression() => self.handler_place(e),
            Expression::CallExpression(call) => {
                let name =
                    call.callee.get_inner_expression().as_member_expression().and_then(|m| m.static_property_name());
                if name.is_some_and(|n| n == "bind") { Handler::Fresh } else { Handler::Other }
            }
            _ => Handler::Other,
        }
    }

    fn inline(&self, node: NodeId) -> Handler {
        self.function_of_node.get(&node).map_or(Handler::Other, |f| Handler::Inline(*f))
    }

    fn handler_place(&mut self, expr: &'a Expression<'a>) -> Handler {
        self.spot_of(expr).map_or(Handler::Other, |s| Handler::Place(self.own(&s)))
    }

    fn event_text(&self, argument: &'a Argument<'a>) -> String {
        match argument {
            Argument::StringLiteral(s) => s.value.as_str().to_owned(),
            other => self.text_of(other.span(), 60),
        }
    }

    /// On what a registration hangs, and how long that lives.
    pub fn receiver_of(&mut self, expr: &'a Expression<'a>) -> Receiver {
        let of_type = self.library_type_of(expr);
        let spot = self.spot_of(expr);
        let mut life = None;
        if let Some(member) = peel(expr).as_member_expression()
            && let Seg::Field(field) = super::places::seg_of_member(member)
            && let Some(Type::Library(t)) = self.type_of(member.object())
        {
            life = self.apis.field_life(t, field);
        } else if let Some(spot) = &spot
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
            life: life.or_else(|| of_type.and_then(|t| self.apis.type_life(t)).filter(|l| *l <= Life::Request)),
            made,
        }
    }

    /// Where the value of a location comes from.
    fn made_of_spot(&mut self, spot: &super::places::Spot<'a>) -> Made {
        match (spot.root, spot.path.as_slice()) {
            (SpotRoot::Symbol(symbol), []) => self.made_of_symbol(symbol),
            (SpotRoot::Symbol(symbol), [..]) => match self.made_of_symbol(symbol) {
                Made::Param => Made::Param,
                _ => Made::Unknown,
            },
            (SpotRoot::This(class), [Seg::Field(field)]) => {
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
            Expression::Identifier(id) => id
                .reference_id
                .get()
                .and_then(|r| self.scoping.get_reference(r).symbol_id())
                .map_or(Made::Unknown, |s| self.made_of_symbol(s)),
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

    /// `{ once, signal }` among the arguments of a registration.
    fn listener_options(&self, call: &'a CallExpression<'a>) -> Options {
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

    fn once_guard(&mut self, node: NodeId) -> Guard {
        if self.is_guarded_once(node) || self.is_guarded_by_entry(node) { Guard::Once } else { Guard::None }
    }

    /// Where the value of a call goes. `setInterval(..).unref()` is the same handle.
    pub fn kept_in(&mut self, node: NodeId) -> Kept {
        let (mut child, mut parent) = self.outside(node);
        for _ in 0..8 {
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::ExpressionStatement(_) => return Kept::Dropped,
                AstKind::StaticMemberExpression(_) => {
                    let call = self.nodes.parent_id(parent);
                    if !matches!(self.nodes.kind(call), AstKind::CallExpression(_)) {
                        return Kept::Escapes;
                    }
                    (child, parent) = self.outside(call);
                }
                AstKind::VariableDeclarator(d) => {
                    return match d.id.get_binding_identifier().and_then(|i| i.symbol_id.get()) {
                        Some(symbol) => {
                            let spot = super::places::Spot::new(SpotRoot::Symbol(symbol));
                            Kept::Place(self.own(&spot))
                        }
                        None => Kept::Escapes,
                    };
                }
                AstKind::AssignmentExpression(e) if e.right.span() == span => {
                    let spot = e.left.as_simple_assignment_target().and_then(|t| self.spot_of_target(t));
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
    fn is_executor(&self, function: NodeId) -> bool {
        matches!(self.nodes.kind(self.outside(function).1), AstKind::NewExpression(n)
            if super::runs::is_global_promise(self, &n.callee))
    }

    /// Whether the callback of the timer at `node` starts that timer again, whatever happens.
    fn reschedules(&mut self, callback: FunctionId, node: NodeId) -> bool {
        // `function tick() { .. setTimeout(tick, ms) }`, `function poll() { .. setTimeout(() => poll(), ms) }`, and the
        // same from a callback inside `poll`.
        let home = self.owner_of(node);
        let mut outer = home;
        for _ in 0..4 {
            if outer == super::TOP {
                return false;
            }
            let uses = &self.facts.functions[outer.0 as usize].uses;
            if outer == callback || uses.iter().any(|u| matches!(u, super::Use::Called { by, .. } if *by == callback)) {
                let tests = self.tests_before(node);
                return tests.into_iter().all(|t| outer != home && self.asks_data(t.test, home));
            }
            outer = self.facts.functions[outer.0 as usize].parent;
        }
        false
    }

    /// A test that looks at what a callback was handed, not at a flag that someone could set to stop.
    fn asks_data(&mut self, test: &'a Expression<'a>, callback: FunctionId) -> bool {
        let Some(spot) = self.spot_of(test) else { return false };
        matches!(spot.root, SpotRoot::Symbol(s) if self.scope_function(s) == callback)
    }

    fn is_in_race(&self, node: NodeId) -> bool {
        self.nodes.ancestor_kinds(node).take(12).any(|k| {
            matches!(k, AstKind::CallExpression(c) if matches!(c.callee.get_inner_expression(),
                Expression::StaticMemberExpression(m) if m.property.name == "race" && self.global_name(&m.object) == Some("Promise")))
        })
    }

    /// A field that is cleared but that nothing is ever assigned to. Classes with a base that we do not see may assign it there.
    fn is_never_assigned(&self, spot: &super::places::Spot<'a>) -> bool {
        let (SpotRoot::This(class), [Seg::Field(field)]) = (spot.root, spot.path.as_slice()) else { return false };
        let facts = &self.facts.classes[class.0 as usize];
        facts.extends.is_empty()
            && facts.parent.is_none()
            && facts.kind != super::ClassKind::Object
            && self
                .field_values
                .get(&(class, *field))
                .is_none_or(|values| values.iter().all(|v| v.is_null_or_undefined()))
    }
}

/// Words that begin the names of functions which end something.
fn is_closing_word(name: &str) -> bool {
    ["clear", "cancel", "stop", "dispose", "release"].iter().any(|w| name.starts_with(w))
}

struct Options {
    once: bool,
    signal: bool,
}
