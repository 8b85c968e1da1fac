//! Listeners: the removal that is missing beside others, and the one that says the wrong thing.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Repair;
use crate::facts::listening::Hook;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, peel};
use crate::facts::{Flaw, FunctionId, FunctionKind, MOUNTS, TOP};
use crate::finding::Span;

/// What a removal is compared with.
pub(in crate::facts) struct Pair<'h, 'a> {
    pub removal: &'h Hook<'a>,
    pub added: &'h Hook<'a>,
    /// All that this file adds and removes.
    pub hooks: &'h [Hook<'a>],
}

impl<'a> Reader<'a, '_> {
    /// `bus.on('a', f)` stays where `bus.off('b', g)` is called: the removal of the one, written behind that of the other.
    /// Where `bus.off('a', h)` or `bus.on('a', f)` stands there already, that was meant for it.
    pub(in crate::facts) fn repair_of_forgotten(&mut self, pair: &Pair<'_, 'a>) -> Option<Repair> {
        let Pair { removal, added: hook, hooks } = pair;
        let (event, handler) = (hook.event_written()?, hook.handler?);
        let same_event = |h: &&Hook<'a>| h.event == hook.event && h.spot == hook.spot && h.function == removal.function;
        let meant = hooks.iter().filter(same_event).find(|h| {
            let alike = |other: &&Hook<'a>| same_event(other) || (other.event == h.event && other.spot == h.spot);
            let known = hooks.iter().filter(|o| !o.removes).filter(alike).any(|o| o.handler_spot == h.handler_spot);
            if h.removes { !known } else { h.handler_spot == hook.handler_spot && h.node != hook.node }
        });
        if let Some(meant) = meant {
            let flaw = if meant.removes { Flaw::Handler } else { Flaw::Added };
            return self.repair_of_mismatch(flaw, &Pair { removal: meant, added: hook, hooks });
        }
        // What is added on a condition may not even have a name without it.
        if !self.tests_before(hook.node).is_empty() {
            return None;
        }
        if hook.shifted || removal.shifted || !self.means_the_same(event, removal.node) {
            return None;
        }
        if !is_steady(handler) || !self.means_the_same(handler, removal.node) {
            return None;
        }
        let receiver = if self.means_the_same(hook.receiver, removal.node) {
            self.written(hook.receiver)
        } else {
            (hook.spot == removal.spot).then(|| self.written(removal.receiver))?
        };
        let options = match hook.call.arguments.get(2) {
            None => String::new(),
            Some(options) => format!(", {}", plain_options(self, options)?),
        };
        let (event, handler) = (self.written(event), self.written(handler));
        let code = format!("{receiver}.{}({event}, {handler}{options})", removal.method);
        let statement = self.statement_for_all(removal.node, hook.node)?;
        let edit = self.room_after(statement)?.fill(&code);
        Some(Repair::new("remove it beside the other one", vec![edit]))
    }

    /// The statement of a removal; where that stands behind a test and what is added does not, the statement of the test.
    fn statement_for_all(&self, removal: NodeId, added: NodeId) -> Option<NodeId> {
        let mut statement = self.statement_of(removal);
        if !matches!(self.nodes.kind(statement), AstKind::ExpressionStatement(_)) {
            return None;
        }
        if self.tests_before(added).is_empty() {
            for _ in 0..8 {
                if matches!(self.nodes.parent_kind(statement), AstKind::FunctionBody(_)) {
                    break;
                }
                statement = self.statement_of(self.nodes.parent_id(statement));
            }
        }
        Some(statement)
    }

    /// What a removal that removes nothing should have said.
    pub(in crate::facts) fn repair_of_mismatch(&mut self, flaw: Flaw, pair: &Pair<'_, 'a>) -> Option<Repair> {
        let Pair { removal, added, hooks } = pair;
        match flaw {
            Flaw::Bound => self.bind_once(pair),
            Flaw::Capture => self.same_capture(removal.call, added.call),
            Flaw::Event => {
                let (wrong, right) = (removal.event_written()?, added.event_written()?);
                let edit = (self.span(wrong.span()), self.written(right));
                let only = hooks.iter().filter(|h| !h.removes && h.handler_spot == removal.handler_spot).count() == 1;
                let text = self.written(right);
                (only && removal.literal && added.literal)
                    .then(|| Repair::new(format!("name the event that it was added for: {text}"), vec![edit]))
            }
            Flaw::Added => {
                let off = self.remover_named_like(removal)?;
                let Expression::StaticMemberExpression(m) = peel(&removal.call.callee) else { return None };
                let edit = (self.span(m.property.span), off.clone());
                Some(Repair::new(format!("call `{off}`"), vec![edit]))
            }
            Flaw::Handler => self.right_handler(pair),
            Flaw::Context => {
                let end = self.span(removal.handler?.span()).end;
                Some(Repair::new("pass the context as well", vec![(Span::new(end, end), ", this".to_owned())]))
            }
            _ => None,
        }
    }

    /// The only function that is added for the event.
    fn right_handler(&mut self, Pair { removal, added, hooks }: &Pair<'_, 'a>) -> Option<Repair> {
        let (wrong, right) = (removal.handler?, added.handler?);
        let same = |h: &&Hook<'a>| !h.removes && h.event == added.event && h.spot == added.spot;
        let only = hooks.iter().filter(same).count() == 1;
        if !only || !is_steady(right) || !self.means_the_same(right, removal.node) {
            return None;
        }
        let text = self.written(right);
        let edit = (self.span(wrong.span()), text.clone());
        Some(Repair::new(format!("remove what was added: `{text}`"), vec![edit]))
    }

    /// The flag of what was added, for the removal.
    fn same_capture(&self, removal: &CallExpression<'a>, added: &CallExpression<'a>) -> Option<Repair> {
        let wanted = match added.arguments.get(2) {
            None => None,
            // `true` would say the same, but Node does not understand it of a removal.
            Some(Argument::BooleanLiteral(b)) => b.value.then_some("{ capture: true }"),
            Some(Argument::ObjectExpression(object)) => {
                let text = object.span.source_text(self.text);
                // Of the other options a removal knows nothing.
                text.contains("capture: true").then_some("{ capture: true }")
            }
            Some(_) => return None,
        };
        let handler = removal.arguments.get(1)?.span();
        let edit = match (removal.arguments.get(2).map(GetSpan::span), wanted) {
            (None, Some(wanted)) => {
                let at = self.span(handler).end;
                (Span::new(at, at), format!(", {wanted}"))
            }
            (Some(given), Some(wanted)) => (self.span(given), wanted.to_owned()),
            (Some(given), None) => (self.span(oxc_span::Span::new(handler.end, given.end)), String::new()),
            (None, None) => return None,
        };
        Some(Repair::new("pass the same `capture` flag", vec![edit]))
    }

    /// `on(e, this.f.bind(this))` and `off(e, this.f.bind(this))`: one bound function for both.
    fn bind_once(&mut self, Pair { removal, added, hooks }: &Pair<'_, 'a>) -> Option<Repair> {
        let (given, taken) = (bound_member(added.handler?)?, bound_member(removal.handler?)?);
        let named = |h: &&Hook<'a>| h.handler.and_then(bound_member) == Some(given);
        let (mine, theirs) = (self.owner_of(added.node), self.owner_of(removal.node));
        if given != taken || hooks.iter().filter(named).count() != 2 {
            return None;
        }
        let mut edits = vec![
            (self.span(added.handler?.span()), format!("this.{given}")),
            (self.span(removal.handler?.span()), format!("this.{given}")),
        ];
        edits.extend(self.warning_above(removal.handler?.span().start));
        let title = format!("add and remove the same function: `this.{given}`");
        let options = self.options_of(mine);
        if options.is_some() && options == self.options_of(theirs) {
            // Vue binds the methods of a component by itself.
            let Expression::CallExpression(bind) = peel(added.handler?) else { return None };
            let method = peel(&bind.callee).as_member_expression()?.object();
            return self.option_method(method).map(|_| Repair::new(title, edits));
        }
        let SpotRoot::This(class) = self.this_spot(mine).root else { return None };
        if self.this_spot(theirs).root != SpotRoot::This(class) {
            return None;
        }
        let facts = &self.facts.classes[class.0 as usize];
        let method = facts.methods.iter().find(|(name, _)| name == given).map(|(_, f)| *f);
        let kind = |f: FunctionId| self.facts.functions[f.0 as usize].kind;
        if method.map(kind) != Some(FunctionKind::Method) {
            return None;
        }
        let constructor = facts.methods.iter().find(|(name, _)| name == "constructor").map(|(_, f)| *f);
        let bind = format!("this.{given} = this.{given}.bind(this)");
        let mounts = facts.methods.iter().any(|(name, f)| *f == mine && MOUNTS.contains(&name.as_str()));
        let room = match constructor {
            // A framework calls the others when the constructor is over; else it may call them itself.
            Some(constructor) if constructor != mine && mounts => self.room_at_end(constructor)?,
            Some(constructor) if constructor != mine => {
                let whole = self.nodes.kind(self.function_nodes[constructor.0 as usize]).span();
                if self.says(whole, "super") {
                    return None;
                }
                self.room_at_start(constructor)?
            }
            // Bound twice, it would be another one again.
            None if !mounts => return None,
            _ => self.room_before(self.statement_of(added.node))?,
        };
        edits.push(room.fill(&bind));
        Some(Repair::new(title, edits))
    }

    /// The line that silences the linter which knows of this mistake.
    fn warning_above(&self, at: u32) -> Option<(Span, String)> {
        let line = self.text[..at as usize].rfind('\n')?;
        let above = self.text[..line].rfind('\n')?;
        let said = self.text[above + 1..line].trim();
        let silences =
            said.starts_with("// eslint-disable-next-line") && said.ends_with("no-invalid-remove-event-listener");
        let wide = |n: usize| u32::try_from(n).ok();
        let span = oxc_span::Span::new(wide(above)?, wide(line)?);
        silences.then(|| (self.span(span), String::new()))
    }

    /// The method that removes what the method of this hook adds.
    fn remover_named_like(&mut self, hook: &Hook<'a>) -> Option<String> {
        let row = self.api_of_call(hook.call).map(|hit| hit.row).or_else(|| self.apis.listener_method(hook.method))?;
        self.apis.listener_remover(row, hook.method).map(str::to_owned)
    }

    /// A listener with a name, added by what has an end or by an effect without one.
    pub(in crate::facts) fn repair_of_listener(
        &mut self,
        call: &'a CallExpression<'a>,
        (remover, ends): (&str, &[FunctionId]),
    ) -> Option<Repair> {
        let node = call.node_id.get();
        let home = self.owner_of(node);
        let receiver = peel(&call.callee).as_member_expression()?.object();
        let mut arguments = call.arguments.iter().map(Argument::as_expression);
        let (event, handler) = (arguments.next()??, arguments.next()??);
        let options = match call.arguments.get(2) {
            None => String::new(),
            Some(options) => format!(", {}", plain_options(self, options)?),
        };
        // What is added on a condition may not be there without it.
        let always = self.is_always_there(receiver) && matches!(peel(event), Expression::StringLiteral(_));
        if !is_steady(handler) || !(always || self.tests_before(node).is_empty()) {
            return None;
        }
        let (on, what, which) = (self.written(receiver), self.written(event), self.written(handler));
        let code = format!("{remover}({what}, {which}{options})");
        let title = format!("remove it where the owner ends: `{remover}`");
        let end = ends.iter().copied().find(|end| *end != home && *end != TOP);
        let site = match end {
            Some(end) if self.may_go_on(end) => return None,
            Some(end) => self.site_in(end)?,
            None => self.site_beside(home)?,
        };
        let same = self.means_the_same(receiver, site)
            && self.means_the_same(event, site)
            && self.means_the_same(handler, site);
        if !same || on.is_empty() {
            return None;
        }
        match end {
            Some(end) => Some(Repair::new(title, vec![self.room_at_start(end)?.fill(&code)])),
            None if ends.is_empty() => self.repair_by_hook(home, (title, &code)),
            None => None,
        }
    }

    /// `window`, an import: there whatever a test says.
    fn is_always_there(&mut self, receiver: &'a Expression<'a>) -> bool {
        let root = self.spot_of(receiver).map(|spot| spot.root);
        matches!(root, Some(SpotRoot::Global(_) | SpotRoot::Module(_)))
    }

    /// Where the words of a function's body have their meaning.
    pub(in crate::facts) fn site_in(&self, function: FunctionId) -> Option<NodeId> {
        match self.nodes.kind(self.function_nodes[function.0 as usize]) {
            AstKind::Function(f) => Some(f.body.as_deref()?.node_id.get()),
            AstKind::ArrowFunctionExpression(f) => Some(f.body.as_function_body()?.node_id.get()),
            _ => None,
        }
    }
}

/// `f` of `this.f.bind(this)`.
fn bound_member<'a>(handler: &'a Expression<'a>) -> Option<&'a str> {
    let Expression::CallExpression(call) = peel(handler) else { return None };
    let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
    let whole = matches!(call.arguments.as_slice(), [Argument::ThisExpression(_)]) && m.property.name == "bind";
    crate::facts::listening::own_member(&m.object).filter(|_| whole)
}

/// Options of a listener that a removal takes as they are.
fn plain_options(reader: &Reader<'_, '_>, options: &Argument<'_>) -> Option<String> {
    match options {
        Argument::BooleanLiteral(_) => Some(options.span().source_text(reader.text).to_owned()),
        Argument::ObjectExpression(object) => {
            let text = object.span.source_text(reader.text);
            let once = text.contains("once") || text.contains("signal") || text.contains("...");
            (!once && !text.contains('\n')).then(|| text.to_owned())
        }
        _ => None,
    }
}

/// A named function that is there for good: a method, a field, a variable that is not assigned again.
fn is_steady(handler: &Expression<'_>) -> bool {
    match peel(handler) {
        Expression::Identifier(_) => true,
        Expression::StaticMemberExpression(m) => matches!(peel(&m.object), Expression::ThisExpression(_)),
        Expression::PrivateFieldExpression(m) => matches!(m.object, Expression::ThisExpression(_)),
        _ => false,
    }
}
