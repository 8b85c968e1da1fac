//! Calls that start a timer: whether it starts itself again, and whether it is raced.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use crate::apis::Row;
use crate::facts::flow::nodes_within;
use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, peel};
use crate::facts::{FunctionId, Guard, Handle, What};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_timer(&mut self, call: &'a CallExpression<'a>, row: &'static Row) {
        let node = call.node_id.get();
        let Some(callback) = call.arguments.first().and_then(Argument::as_expression) else { return };
        let mut guard = self.once_guard(node);
        // What is once for each component is not once.
        if guard == Guard::Once && self.owner_of(node) != crate::facts::TOP && self.is_component_script() {
            guard = Guard::None;
        }
        // A flag of an instance says nothing of the ways in which one call ends.
        if self.is_started_once(node, guard) && (!row.once || self.owner_of(node) == crate::facts::TOP) {
            return;
        }
        let function = self.function_denoted(callback);
        let delay = match call.arguments.get(1) {
            // `setTimeout(f)`: as soon as possible.
            None => Some(0),
            Some(argument) => argument.as_expression().and_then(|e| self.milliseconds(e)),
        };
        let handle = Handle {
            what: What::Timer,
            api: self.text_of(call.callee.span(), 40),
            opened: self.head_of_call(call),
            statement: self.statement_span(node),
            block: self.block_of(node),
            function: self.owner_of(node),
            receiver: None,
            event: String::new(),
            handler: self.handler_of(callback),
            kept_in: self.kept_in(node),
            once: row.once,
            sure_to_come: row.once,
            signal: false,
            guard,
            known: true,
            reschedules: row.once && function.is_some_and(|f| self.reschedules(f, node)),
            delay,
            races: row.once && self.is_in_race(node),
            missed: None,
        };
        self.facts.handles.push(handle);
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
            }
            _ => false,
        })
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

    fn is_in_race(&self, node: NodeId) -> bool {
        self.nodes.ancestor_kinds(node).take(12).any(|k| {
            matches!(k, AstKind::CallExpression(c) if matches!(c.callee.get_inner_expression(),
                Expression::StaticMemberExpression(m) if m.property.name == "race" && self.global_name(&m.object) == Some("Promise")))
        })
    }
}
