//! Calls that start a timer: whether it starts itself again, and whether it is raced.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::apis::Row;
use crate::facts::flow::nodes_within;
use crate::facts::functions::key_name;
use crate::facts::names::argument_at;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::Maker;
use crate::facts::{FunctionId, Guard, Handle, Kept, What};

impl<'a> Reader<'a, '_> {
    /// A call, or a `new CronJob(..)`, that starts a timer.
    pub(super) fn note_timer(&mut self, started: Maker<'a>, row: &'static Row) {
        let (node, callee, arguments) = started.parts();
        let Some(at) = row.callback.first().and_then(|c| argument_at(c.at, arguments.len())) else { return };
        let Some(callback) = arguments.get(at).and_then(Argument::as_expression) else { return };
        if row.started_by.as_deref().is_some_and(|start| !self.is_set_going(started, start)) {
            return;
        }
        let once = row.once || (row.once_at_date && arguments.iter().any(|argument| self.is_date(argument)));
        let mut guard = self.once_guard(node);
        // What is once for each component is not once.
        if guard == Guard::Once && self.owner_of(node) != crate::facts::TOP && self.is_component_script() {
            guard = Guard::None;
        }
        // A flag of an instance says nothing of the ways in which one call ends.
        if self.is_started_once(node, guard) && (!once || self.owner_of(node) == crate::facts::TOP) {
            return;
        }
        let function = self.function_denoted(callback);
        let delay = match arguments.get(1) {
            // A schedule says when in words.
            _ if at > 0 => None,
            // `setTimeout(f)`: as soon as possible.
            None => Some(0),
            Some(argument) => argument.as_expression().and_then(|e| self.milliseconds(e)),
        };
        let handle = Handle {
            what: What::Timer,
            api: self.text_of(callee.span(), 40),
            opened: self.head_of(started),
            statement: self.statement_span(node),
            block: self.block_of(node),
            function: self.owner_of(node),
            receiver: None,
            event: String::new(),
            handler: self.handler_of(callback),
            kept_in: self.kept_in(node),
            once,
            sure_to_come: once,
            signal: false,
            guard,
            known: true,
            reschedules: once && function.is_some_and(|f| self.reschedules(f, node)),
            delay,
            races: once && self.is_in_race(node),
            missed: None,
            end: if at > 0 { self.closing_method(row, What::Timer) } else { String::new() },
            namespaces: false,
            remover: String::new(),
            repair: None,
        };
        self.facts.handles.push(handle);
    }

    /// `new CronJob(at, f, null, true)`, `CronJob.from({ start: true })`, `job.start()`.
    fn is_set_going(&mut self, started: Maker<'a>, start: &str) -> bool {
        let (node, _, arguments) = started.parts();
        let is_true = |e: &Expression<'_>| matches!(peel(e), Expression::BooleanLiteral(b) if b.value);
        let said = arguments.iter().filter_map(Argument::as_expression).any(|e| match peel(e) {
            Expression::ObjectExpression(object) => object.properties.iter().any(|property| {
                property.as_property().is_some_and(|p| key_name(&p.key) == Some(start) && is_true(&p.value))
            }),
            other => is_true(other),
        });
        if said {
            return true;
        }
        let span = self.nodes.kind(node).span();
        let kept = match self.kept_in(node) {
            Kept::Place(place) => place,
            Kept::Escapes => return true,
            Kept::Dropped => crate::facts::PlaceId(u32::MAX),
        };
        self.calls_within(NodeId::ROOT, usize::MAX).any(|call| {
            let Some(member) = peel(&call.callee).as_member_expression() else { return false };
            let it = member.static_property_name() == Some(start);
            let here = peel(member.object()).span() == span;
            it && (here || self.spot_of(member.object()).is_some_and(|spot| self.own(&spot) == kept))
        })
    }

    /// `new Date(..)`, or the name of one.
    fn is_date(&self, argument: &'a Argument<'a>) -> bool {
        let value = match argument.as_expression().map(peel) {
            Some(Expression::Identifier(id)) => {
                self.symbol_of(id).and_then(|symbol| self.initial_value(symbol)).map(peel)
            }
            other => other,
        };
        matches!(value, Some(Expression::NewExpression(new)) if self.global_name(&new.callee) == Some("Date"))
    }

    /// The head of what starts a timer.
    fn head_of(&self, started: Maker<'a>) -> crate::finding::Span {
        match started {
            Maker::Call(call) => self.head_of_call(call),
            Maker::New(new) => self.span(oxc_span::Span::new(new.span.start, new.callee.span().end)),
        }
    }

    /// The method that ends what a row makes, as one would write it.
    fn closing_method(&self, row: &Row, what: What) -> String {
        let made = row.makes.as_deref().and_then(|name| self.apis.type_named(name));
        let method = made.and_then(|made| self.apis.closing_method(made, what));
        method.map_or_else(String::new, |method| format!("{method}()"))
    }

    /// Whether the callback of the timer at `node` starts that timer again, whatever happens.
    pub(super) fn reschedules(&mut self, callback: FunctionId, node: NodeId) -> bool {
        // `function tick() { .. setTimeout(tick, ms) }`, `function poll() { .. setTimeout(() => poll(), ms) }`, and the
        // same from a callback inside `poll`.
        let home = self.owner_of(node);
        let mut outer = home;
        for _ in 0..4 {
            if outer == crate::facts::TOP {
                return false;
            }
            if outer == callback || self.calls_in(callback, outer) {
                if self.is_by_case(node) || self.is_guarded_between(home, outer) {
                    return false;
                }
                let tests = self.tests_before(node);
                return tests.into_iter().all(|t| outer != home && self.asks_data(t.test, home));
            }
            outer = self.facts.functions[outer.0 as usize].parent;
        }
        false
    }

    /// Whether the body of `caller` calls `target`, whatever happens.
    fn calls_in(&mut self, caller: FunctionId, target: FunctionId) -> bool {
        let node = self.function_nodes[caller.0 as usize];
        nodes_within(self.nodes, node).any(|n| match self.nodes.kind(n) {
            AstKind::CallExpression(c) => {
                self.owner_of(n) == caller
                    && self.function_denoted(&c.callee) == Some(target)
                    && self.tests_before(n).is_empty()
                    && !self.is_by_case(n)
            }
            _ => false,
        })
    }

    /// In a `catch`, a `case`, or a function that runs when a promise is rejected.
    fn is_by_case(&self, node: NodeId) -> bool {
        let home = self.function_nodes[self.owner_of(node).0 as usize];
        let by_case = self
            .nodes
            .ancestor_ids(node)
            .take_while(|id| *id != home)
            .any(|id| matches!(self.nodes.kind(id), AstKind::CatchClause(_) | AstKind::SwitchCase(_)));
        let rejected = match self.nodes.kind(self.outside(home).1) {
            AstKind::CallExpression(call) => match last_name(&call.callee) {
                Some("catch") => true,
                Some("then") => call.arguments.get(1).is_some_and(|a| a.span() == self.nodes.kind(home).span()),
                _ => false,
            },
            _ => false,
        };
        by_case || rejected
    }

    /// The functions around `inner`, inside `outer`, are only made when some test holds: `if (busy) return;`.
    fn is_guarded_between(&mut self, inner: FunctionId, outer: FunctionId) -> bool {
        let mut at = inner;
        while at != outer && at != crate::facts::TOP {
            let node = self.function_nodes[at.0 as usize];
            // Who calls a function by its name may have asked before.
            let tests = self.tests_before(self.outside(node).1);
            if self.name_of_function(node).is_some() || tests.into_iter().any(|t| !self.asks_parameter(t.test, outer)) {
                return true;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        false
    }

    /// `if (!client.canPoll) return`: what somebody else's object can do, not a flag that is set to stop.
    fn asks_parameter(&mut self, test: &'a Expression<'a>, function: FunctionId) -> bool {
        let asked = match peel(test) {
            Expression::UnaryExpression(e) if e.operator.is_not() => return self.asks_parameter(&e.argument, function),
            Expression::CallExpression(call) => peel(&call.callee),
            other => other,
        };
        let Some(spot) = asked.as_member_expression().and_then(|_| self.spot_of(asked)) else { return false };
        let SpotRoot::Symbol(symbol) = spot.root else { return false };
        self.scope_function(symbol) == function
            && self.param_index(self.scoping.symbol_declaration(symbol)).is_some()
            && !self.assigned.contains_key(&spot)
    }

    /// A test that looks at what a callback was handed, not at a flag that someone could set to stop.
    fn asks_data(&mut self, test: &'a Expression<'a>, callback: FunctionId) -> bool {
        let Some(spot) = self.spot_of(test) else { return false };
        matches!(spot.root, SpotRoot::Symbol(s) if self.scope_function(s) == callback)
    }

    /// A number, or the name of one; of a parameter, its default.
    fn milliseconds(&self, expr: &'a Expression<'a>) -> Option<u32> {
        match peel(expr) {
            Expression::NumericLiteral(n) if n.value >= 0.0 && n.value < 4e9 =>
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
                Some(n.value as u32)
            }
            Expression::Identifier(id) => {
                let symbol = self.symbol_of(id)?;
                let value = match self.nodes.kind(self.scoping.symbol_declaration(symbol)) {
                    AstKind::FormalParameter(parameter) => parameter.initializer.as_deref(),
                    _ => self.initial_value(symbol),
                }?;
                matches!(peel(value), Expression::NumericLiteral(_)).then(|| self.milliseconds(value)).flatten()
            }
            _ => None,
        }
    }

    pub(in crate::facts) fn is_in_race(&self, node: NodeId) -> bool {
        self.nodes.ancestor_kinds(node).take(12).any(|k| {
            matches!(k, AstKind::CallExpression(c) if matches!(c.callee.get_inner_expression(),
                Expression::StaticMemberExpression(m) if m.property.name == "race" && self.global_name(&m.object) == Some("Promise")))
        })
    }
}
