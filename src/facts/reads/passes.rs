//! Where data goes that was read as a whole: through variables, promises and functions of the file, to sinks or other uses.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, AssignmentTarget, CallExpression, Expression, LogicalOperator,
    NewExpression, StaticMemberExpression,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use crate::apis::Which;
use crate::facts::reader::{Reader, Type, bound_symbol, peel};
use crate::facts::{FunctionId, Sink, TOP};

/// Functions of the file that data is followed into or out of, one inside the other.
const MOST_LEVELS: u8 = 3;
/// Places that one value is followed to.
const MOST_PLACES: usize = 200;

/// The places that a value reaches.
pub(super) struct Flow {
    pub sinks: Vec<(Sink, NodeId)>,
    pub other: u32,
    /// Function that reads.
    pub home: FunctionId,
    /// The field of the result that holds the data; the others do not.
    pub field: Option<&'static str>,
    /// The data is put where it stays for the next time.
    pub kept: bool,
    /// The data is parsed or compiled: people wrote it.
    pub parsed: bool,
    /// Functions of the file between the read and the place that is looked at.
    level: u8,
    seen: FxHashSet<NodeId>,
    work: Vec<(NodeId, u8)>,
}

impl Flow {
    pub fn new(home: FunctionId) -> Self {
        Self {
            sinks: Vec::new(),
            other: 0,
            home,
            field: None,
            kept: false,
            parsed: false,
            level: 0,
            seen: FxHashSet::default(),
            work: Vec::new(),
        }
    }

    /// The expression `node` holds the data, or a promise of it.
    pub fn follow(&mut self, node: NodeId) {
        if self.seen.len() >= MOST_PLACES || self.level > MOST_LEVELS {
            self.other += 1;
        } else if self.seen.insert(node) {
            self.work.push((node, self.level));
        }
    }

    fn sink(&mut self, sink: Sink, node: NodeId) {
        if !self.sinks.iter().any(|(_, n)| *n == node) {
            self.sinks.push((sink, node));
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// Follows the data until nothing is left to follow.
    pub(super) fn run(&mut self, flow: &mut Flow) {
        while let Some((node, level)) = flow.work.pop() {
            flow.level = level;
            self.step(node, flow);
        }
        flow.sinks.sort_by_key(|(_, node)| *node);
    }

    fn step(&mut self, node: NodeId, flow: &mut Flow) {
        let (child, parent) = self.outside(node);
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::AwaitExpression(_) => flow.follow(parent),
            AstKind::LogicalExpression(e) => {
                if e.right.span() == span || e.operator != LogicalOperator::And {
                    flow.follow(parent);
                }
            }
            AstKind::ConditionalExpression(e) => {
                if e.test.span() != span {
                    flow.follow(parent);
                }
            }
            AstKind::VariableDeclarator(d) => match bound_symbol(&d.id) {
                Some(symbol) => self.follow_symbol(symbol, flow),
                None => flow.other += 1,
            },
            AstKind::AssignmentExpression(e) => self.assigned_to(parent, e, flow),
            AstKind::CallExpression(call) if call.callee.span() != span => self.argument(call, span, flow),
            AstKind::NewExpression(new) => self.constructed(new, flow),
            AstKind::StaticMemberExpression(m) => self.member(parent, m, flow),
            AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => {
                self.given_back(self.owner_of(parent), flow);
            }
            // Asked whether it is there, or not used at all.
            AstKind::IfStatement(_) | AstKind::UnaryExpression(_) | AstKind::ExpressionStatement(_) => {}
            AstKind::BinaryExpression(e) if e.operator.is_equality() || e.operator.is_instance_of() => {}
            _ => flow.other += 1,
        }
    }

    fn follow_symbol(&mut self, symbol: SymbolId, flow: &mut Flow) {
        // Kept for the next call: it is not read for each.
        if self.scope_function(symbol) == TOP || self.is_exported(symbol) {
            flow.other += 1;
            return;
        }
        for node in self.reads_of(symbol) {
            flow.follow(node);
        }
    }

    /// The data is parameter `index` of a function.
    pub(super) fn enter(&mut self, function: FunctionId, index: usize, flow: &mut Flow) {
        let params = self.param_symbols(self.function_nodes[function.0 as usize]);
        match params.get(index) {
            Some(Some(symbol)) => self.follow_symbol(*symbol, flow),
            Some(None) => flow.other += 1,
            None => {}
        }
    }

    fn assigned_to(&mut self, node: NodeId, e: &'a AssignmentExpression<'a>, flow: &mut Flow) {
        if e.operator != AssignmentOperator::Assign {
            flow.other += 1;
            return;
        }
        match &e.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => match self.symbol_of(id) {
                Some(symbol) => self.follow_symbol(symbol, flow),
                None => flow.other += 1,
            },
            AssignmentTarget::StaticMemberExpression(m) if m.property.name == "body" && self.is_koa(&m.object) => {
                flow.sink(Sink::Response, node);
            }
            _ => {
                flow.other += 1;
                flow.kept = true;
            }
        }
        if !matches!(self.nodes.kind(self.outside(node).1), AstKind::ExpressionStatement(_)) {
            flow.follow(node);
        }
    }

    /// `ctx` or `ctx.response` of Koa: what is assigned to its `body` is the answer.
    fn is_koa(&mut self, object: &'a Expression<'a>) -> bool {
        let apis = self.apis;
        self.library_type_of(object).is_some_and(|t| matches!(apis.type_name(t), "koa.Context" | "koa.Response"))
    }

    fn argument(&mut self, call: &'a CallExpression<'a>, span: oxc_span::Span, flow: &mut Flow) {
        let node = call.node_id.get();
        let Some(index) = call.arguments.iter().position(|a| a.span() == span) else {
            flow.other += 1;
            return;
        };
        let name = call.callee_name().unwrap_or("");
        if let Some(hit) = self.api_of_call(call).filter(|hit| hit.known) {
            let row = self.apis.row(hit.row);
            // JSON is made of the whole value.
            if let Some(sink) = row.sinks
                && is_data(row.data, index, call.arguments.len())
                && !matches!(name, "json" | "jsonp")
            {
                return flow.sink(sink, node);
            }
        }
        match (self.text_of(call.callee.span(), 24).as_str(), index) {
            ("String" | "Buffer.from" | "Promise.resolve", 0) => return flow.follow(node),
            ("Buffer.byteLength" | "Buffer.isBuffer", 0) => return,
            _ => {}
        }
        if let Some(function) = self.function_denoted(&call.callee) {
            flow.level += 1;
            return self.enter(function, index, flow);
        }
        flow.other += 1;
        flow.kept |= name == "set" && index == 1;
        flow.parsed |= matches!(name, "parse" | "safeParse" | "compile" | "render" | "safeLoad" | "parseAsync");
    }

    fn constructed(&mut self, new: &'a NewExpression<'a>, flow: &mut Flow) {
        let node = new.node_id.get();
        if let Some(Type::Library(t)) = self.type_named_by(&new.callee)
            && self.apis.type_name(t) == "Response"
        {
            return flow.sink(Sink::Response, node);
        }
        match peel(&new.callee) {
            Expression::Identifier(id) if matches!(id.name.as_str(), "Uint8Array" | "Buffer" | "Blob") => {
                flow.follow(node);
            }
            _ => flow.other += 1,
        }
    }

    fn member(&mut self, node: NodeId, m: &'a StaticMemberExpression<'a>, flow: &mut Flow) {
        let (child, parent) = self.outside(node);
        let called = match self.nodes.kind(parent) {
            AstKind::CallExpression(call) if call.callee.span() == self.nodes.kind(child).span() => Some(call),
            _ => None,
        };
        match (m.property.name.as_str(), called) {
            (name, None) if flow.field == Some(name) => flow.follow(node),
            ("length" | "byteLength" | "size", None) => {}
            (_, None) if flow.field.is_some() => {}
            ("buffer", None) => flow.follow(node),
            ("toString" | "valueOf" | "catch" | "finally", Some(call)) => flow.follow(call.node_id.get()),
            ("then", Some(call)) => {
                let first = call.arguments.first().and_then(Argument::as_expression);
                match first.and_then(|e| self.function_denoted(e)) {
                    Some(function) => self.enter(function, 0, flow),
                    None => flow.other += 1,
                }
            }
            ("split", Some(call)) if is_newline(call) && self.is_iterated(parent) => flow.sink(Sink::Lines, parent),
            _ => flow.other += 1,
        }
    }

    /// The data is what `function` returns.
    fn given_back(&mut self, function: FunctionId, flow: &mut Flow) {
        let node = self.function_nodes[function.0 as usize];
        let (child, parent) = self.outside(node);
        if let AstKind::CallExpression(call) = self.nodes.kind(parent) {
            let name = call.callee_name().unwrap_or("");
            if call.callee.span() == self.nodes.kind(child).span() || matches!(name, "then" | "catch") {
                return flow.follow(parent);
            }
        }
        if self.answers_by_return(function, node) {
            return flow.sink(Sink::Response, node);
        }
        let callers = self.callers_of(function);
        if callers.is_empty() {
            flow.other += 1;
        }
        flow.level += 1;
        for caller in callers {
            flow.follow(caller.node_id.get());
        }
    }

    /// What a handler of Fastify returns is the answer.
    fn answers_by_return(&mut self, function: FunctionId, node: NodeId) -> bool {
        let fastify = |name: &str| matches!(name, "fastify.Request" | "fastify.Reply");
        let params = self.param_symbols(self.function_nodes[function.0 as usize]);
        let typed = params.into_iter().flatten().any(|symbol| match self.type_of_symbol(symbol) {
            Some(Type::Library(t)) => fastify(self.apis.type_name(t)),
            _ => false,
        });
        typed || self.handed_to(node).is_some_and(|handed| handed.callback.params.iter().any(|name| fastify(name)))
    }

    /// Lines that are taken one after the other, not by number or kept as a list.
    fn is_iterated(&self, node: NodeId) -> bool {
        let mut work = vec![node];
        for _ in 0..12 {
            let Some(node) = work.pop() else { return true };
            let (child, parent) = self.outside(node);
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::ForOfStatement(f) if f.right.span() == span => {}
                AstKind::StaticMemberExpression(m) => match m.property.name.as_str() {
                    "forEach" | "reduce" | "some" | "every" | "find" | "length" => {}
                    // What is picked is taken one by one as well, or it is a list.
                    "filter" | "map" | "flatMap" => work.push(self.outside(parent).1),
                    _ => return false,
                },
                AstKind::VariableDeclarator(d) => {
                    let Some(symbol) = bound_symbol(&d.id) else {
                        return false;
                    };
                    work.extend(self.reads_of(symbol).take(8));
                }
                _ => return false,
            }
        }
        false
    }
}

/// Whether argument `index` of `count` is the data of a sink.
fn is_data(data: Option<Which>, index: usize, count: usize) -> bool {
    match data.unwrap_or(Which::First) {
        Which::First => index == 0,
        Which::Second => index == 1,
        Which::Third => index == 2,
        Which::Last => index + 1 == count,
        Which::All => true,
        Which::Receiver => false,
    }
}

/// `split('\n')`, `split(/\r?\n/)`.
fn is_newline(call: &CallExpression<'_>) -> bool {
    match call.arguments.first() {
        Some(Argument::StringLiteral(s)) => matches!(s.value.as_str(), "\n" | "\r\n"),
        Some(Argument::RegExpLiteral(r)) => r.regex.pattern.text.contains("\\n"),
        Some(Argument::StaticMemberExpression(m)) => m.property.name == "EOL",
        _ => false,
    }
}
