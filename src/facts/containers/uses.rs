//! What one use of a collection does to it: grow, shrink, reset, compare its size, read it, or let it out of sight.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, CallExpression, ComputedMemberExpression, Expression,
    StaticMemberExpression, UnaryOperator,
};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::Collections;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{ContainerKind, Does, Escape, FunctionId, Guard, Key, Op, TOP, Value};

impl<'a> Reader<'a, '_> {
    /// Reads the use of collection `index` that stands at `child` below `parent`.
    pub(super) fn read_use(&mut self, index: usize, child: NodeId, parent: NodeId, all: &mut Collections<'a>) {
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) => self.read_member_use(index, parent, m, all),
            AstKind::ComputedMemberExpression(m) if m.object.span() == span => {
                self.read_entry_use(index, parent, m, all)
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span => self.read_assignment(index, e, all),
            AstKind::AssignmentExpression(e) => self.read_stored(index, e, all),
            AstKind::CallExpression(call) if call.callee.span() != span => {
                self.read_argument(index, parent, &call.callee, &call.arguments, span, all);
            }
            AstKind::NewExpression(new) if new.callee.span() != span => {
                self.read_argument(index, parent, &new.callee, &new.arguments, span, all);
            }
            AstKind::ReturnStatement(_) => self.escape(index, Escape::Returned(self.span(span)), all),
            AstKind::ArrowFunctionExpression(_) => self.escape(index, Escape::Returned(self.span(span)), all),
            AstKind::ExportSpecifier(_) | AstKind::ExportDefaultDeclaration(_) => {
                self.escape(index, Escape::Exported(self.span(span)), all);
            }
            AstKind::ObjectProperty(_) => self.read_stored_in_literal(index, parent, span, all),
            AstKind::ArrayExpression(_)
            | AstKind::YieldExpression(_)
            | AstKind::AwaitExpression(_)
            | AstKind::JSXExpressionContainer(_)
            | AstKind::JSXSpreadAttribute(_)
            | AstKind::ThrowStatement(_)
            | AstKind::TaggedTemplateExpression(_) => self.escape(index, Escape::Other(self.span(span)), all),
            AstKind::VariableDeclarator(d) => self.read_alias(index, d, span, all),
            AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) | AstKind::SequenceExpression(_) => {
                self.read_part(index, parent, child, all);
            }
            AstKind::BinaryExpression(e) if e.operator.is_in() => {
                let key = self.key_of(&e.left);
                self.push_op(index, parent, Does::Read, Some(key), all);
            }
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::Delete => {
                self.push_op(index, parent, Does::Reset, None, all);
            }
            _ => self.push_op(index, child, Does::Read, None, all),
        }
    }

    /// `a || c`, `x ? c : d`: the value goes on to where the whole expression stands; a test only reads.
    fn read_part(&mut self, index: usize, parent: NodeId, child: NodeId, all: &mut Collections<'a>) {
        let span = self.nodes.kind(child).span();
        let passes = match self.nodes.kind(parent) {
            AstKind::ConditionalExpression(e) => e.test.span() != span,
            AstKind::LogicalExpression(e) => e.right.span() == span || !e.operator.is_and(),
            _ => true,
        };
        let (outer, next) = self.outside(parent);
        if !passes || matches!(self.nodes.kind(next), AstKind::ExpressionStatement(_) | AstKind::IfStatement(_)) {
            return self.push_op(index, child, Does::Read, None, all);
        }
        // `this.x = this.x || {}` keeps what is there.
        if let AstKind::AssignmentExpression(e) = self.nodes.kind(next)
            && e.right.span() == self.nodes.kind(outer).span()
            && let Some(target) = e.left.as_simple_assignment_target()
            && self.spot_of_target(target).is_some_and(|s| all.by_spot.get(&s) == Some(&index))
        {
            return self.push_op(index, child, Does::Read, None, all);
        }
        self.read_use(index, outer, next, all);
    }

    // ---- members ---------------------------------------------------------------------------------------------

    fn read_member_use(
        &mut self,
        index: usize,
        member: NodeId,
        m: &'a StaticMemberExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let name = m.property.name.as_str();
        match self.nodes.kind(parent) {
            AstKind::CallExpression(call) if call.callee.span() == span => {
                self.read_method(index, parent, name, call, all);
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span && name == "length" => {
                self.push_op(index, parent, Does::Reset, None, all);
            }
            AstKind::UpdateExpression(_) if name == "length" => self.push_op(index, parent, Does::Shrink, None, all),
            AstKind::BinaryExpression(e) if matches!(name, "size" | "length") && e.operator.is_compare() => {
                self.push_op(index, parent, Does::Bound, None, all);
            }
            // `list[list.length] = x` is seen from the entry; a plain field of a dictionary is one more key, once.
            _ => self.push_op(index, child, Does::Read, None, all),
        }
    }

    fn read_method(
        &mut self,
        index: usize,
        node: NodeId,
        name: &str,
        call: &'a CallExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let kind = all.list[index].container.kind;
        let keyed = call.arguments.first().and_then(Argument::as_expression);
        let zero = keyed.is_some_and(Expression::is_number_0);
        let does = match (kind, name) {
            (ContainerKind::Map | ContainerKind::Weak, "set") | (ContainerKind::Set | ContainerKind::Weak, "add") => {
                Does::Grow
            }
            (ContainerKind::List, "push" | "unshift") => Does::Grow,
            (ContainerKind::List, "splice") if call.arguments.len() > 2 => Does::Grow,
            (ContainerKind::List, "splice") if zero => Does::Reset,
            (ContainerKind::List, "splice" | "pop" | "shift" | "copyWithin" | "fill") => Does::Shrink,
            (ContainerKind::Map | ContainerKind::Set | ContainerKind::Weak, "delete") => Does::Shrink,
            (ContainerKind::Map | ContainerKind::Set, "clear") => Does::Reset,
            _ => Does::Read,
        };
        let key = match (kind, does) {
            (ContainerKind::List | ContainerKind::Text, _) => None,
            _ => keyed.map(|e| self.key_of(e)),
        };
        let value = match (kind, does) {
            (ContainerKind::Map, Does::Grow) => call.arguments.get(1),
            (_, Does::Grow) => call.arguments.first(),
            _ => None,
        };
        let value = value.and_then(Argument::as_expression).map_or(Value::Other, |v| self.value_of(v));
        self.push(index, node, does, key, value, all);
        // The callback of `forEach` is handed the collection itself only by its third parameter, which nobody uses.
        if does == Does::Grow && matches!(name, "set" | "add") {
            self.note_fluent(index, node, all);
        }
    }

    /// `map.set(a, 1).set(b, 2)`, `return set.add(x)`: `set` and `add` return the collection.
    fn note_fluent(&mut self, index: usize, call: NodeId, all: &mut Collections<'a>) {
        let (child, parent) = self.outside(call);
        if matches!(self.nodes.kind(parent), AstKind::StaticMemberExpression(_) | AstKind::ReturnStatement(_)) {
            self.read_use(index, child, parent, all);
        }
    }

    fn read_entry_use(
        &mut self,
        index: usize,
        member: NodeId,
        m: &'a ComputedMemberExpression<'a>,
        all: &mut Collections<'a>,
    ) {
        let (child, parent) = self.outside(member);
        let span = self.nodes.kind(child).span();
        let kind = all.list[index].container.kind;
        let key = self.key_of(&m.expression);
        match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) if e.left.span() == span => {
                self.read_entry_write(index, parent, e, key, all)
            }
            AstKind::UpdateExpression(_) => self.push_op(index, parent, Does::Grow, Some(key), all),
            AstKind::UnaryExpression(u) if u.operator == UnaryOperator::Delete => {
                self.push_op(index, parent, Does::Shrink, Some(key), all);
            }
            _ if matches!(kind, ContainerKind::Map | ContainerKind::Set | ContainerKind::Weak) => {
                self.push_op(index, child, Does::Read, Some(key), all);
            }
            _ => self.push_op(index, child, Does::Read, Some(key), all),
        }
    }

    /// `c[k] = v`.
    fn read_entry_write(
        &mut self,
        index: usize,
        node: NodeId,
        e: &'a AssignmentExpression<'a>,
        key: Key,
        all: &mut Collections<'a>,
    ) {
        let kind = all.list[index].container.kind;
        let empties = e.right.is_null_or_undefined() || e.right.is_void_0();
        let does = if empties && e.operator == AssignmentOperator::Assign { Does::Blank } else { Does::Grow };
        // An index into a list overwrites, unless it is the end or a counter that only rises.
        if kind == ContainerKind::List && does == Does::Grow {
            let appends = key.text.ends_with(".length") || key.domain == crate::facts::Domain::Fresh;
            if !appends {
                return self.push_op(index, node, Does::Read, Some(key), all);
            }
        }
        let value = self.value_of(&e.right);
        self.push(index, node, does, Some(key), value, all);
    }

    // ---- the collection as a value ---------------------------------------------------------------------------

    /// `c = ..`, `c += ..`.
    fn read_assignment(&mut self, index: usize, e: &'a AssignmentExpression<'a>, all: &mut Collections<'a>) {
        let node = e.node_id.get();
        let kind = all.list[index].container.kind;
        match e.operator {
            AssignmentOperator::Addition => {
                if kind == ContainerKind::Text {
                    let value = self.value_of(&e.right);
                    self.push(index, node, Does::Grow, None, value, all);
                }
            }
            AssignmentOperator::Assign => {
                let does = self.reassigns(index, &e.right, all);
                match does {
                    Some(does) => self.push_op(index, node, does, None, all),
                    // Some other value: whatever it is, this collection is no longer here.
                    None => self.push_op(index, node, Does::Reset, None, all),
                }
            }
            op if op.is_logical() => self.push_op(index, node, Does::Read, None, all),
            _ => {}
        }
    }

    /// What `c = right` does: a copy with one more is growth, a copy with fewer is shrinking.
    fn reassigns(&mut self, index: usize, right: &'a Expression<'a>, all: &Collections<'a>) -> Option<Does> {
        let is_self = |reader: &mut Self, e: &'a Expression<'a>| {
            reader.spot_of(e).is_some_and(|s| all.by_spot.get(&s) == Some(&index))
        };
        match peel(right) {
            Expression::ArrayExpression(a) => {
                let spreads = a.elements.iter().any(|x| {
                    matches!(x, oxc_ast::ast::ArrayExpressionElement::SpreadElement(s)
                    if is_self(self, &s.argument))
                });
                Some(if spreads && a.elements.len() > 1 { Does::Grow } else { Does::Reset })
            }
            Expression::ObjectExpression(o) => {
                let spreads = o.properties.iter().any(|p| {
                    matches!(p, oxc_ast::ast::ObjectPropertyKind::SpreadProperty(s)
                    if is_self(self, &s.argument))
                });
                let keyed = o.properties.iter().any(|p| p.as_property().is_some_and(|p| p.computed));
                Some(if spreads && keyed { Does::Grow } else { Does::Reset })
            }
            Expression::BinaryExpression(b) if is_self(self, &b.left) => Some(Does::Grow),
            Expression::LogicalExpression(l) if is_self(self, &l.left) => Some(Does::Read),
            Expression::CallExpression(call) => match peel(&call.callee) {
                Expression::StaticMemberExpression(m) if is_self(self, &m.object) => {
                    Some(match m.property.name.as_str() {
                        "concat" | "padEnd" => Does::Grow,
                        "filter" | "slice" | "splice" | "substring" | "substr" => Does::Shrink,
                        _ => Does::Read,
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `other = c`: another location holds it now.
    fn read_stored(&mut self, index: usize, e: &'a AssignmentExpression<'a>, all: &mut Collections<'a>) {
        let Some(target) = e.left.as_simple_assignment_target() else { return };
        let at = self.span(e.span);
        let Some(spot) = self.spot_of_target(target) else { return self.escape(index, Escape::Other(at), all) };
        if crate::facts::runs::is_exports(&spot) {
            return self.escape(index, Escape::Exported(at), all);
        }
        match spot.root {
            // A field of a class or a variable of this file: read its uses as well.
            SpotRoot::This(_) | SpotRoot::Symbol(_) if !spot.path.contains(&Seg::Entry) && spot.path.len() <= 2 => {
                let is_param = matches!(spot.root, SpotRoot::Symbol(s) if self.param_index(self.scoping.symbol_declaration(s)).is_some());
                if is_param && !spot.path.is_empty() {
                    return self.escape(index, Escape::Other(at), all);
                }
                all.add_alias(spot, index);
            }
            _ => self.escape(index, Escape::Other(at), all),
        }
    }

    /// `const x = c` is an alias that [`Reader::spot_of_symbol`] sees through; `let x = c` is one more location.
    fn read_alias(
        &mut self,
        index: usize,
        d: &'a oxc_ast::ast::VariableDeclarator<'a>,
        span: oxc_span::Span,
        all: &mut Collections<'a>,
    ) {
        match d.id.get_binding_identifier().and_then(|id| id.symbol_id.get()) {
            Some(symbol) => {
                let spot = self.spot_of_symbol(symbol);
                if all.by_spot.get(&spot) != Some(&index) {
                    all.add_alias(Spot::new(SpotRoot::Symbol(symbol)), index);
                }
            }
            None => self.push_op_at(index, d.node_id.get(), span, Does::Read, all),
        }
    }

    fn read_stored_in_literal(
        &mut self,
        index: usize,
        property: NodeId,
        span: oxc_span::Span,
        all: &mut Collections<'a>,
    ) {
        let object = self.nodes.parent_id(property);
        let at = self.span(span);
        let (child, parent) = self.outside(object);
        let exported = match self.nodes.kind(parent) {
            AstKind::AssignmentExpression(e) => e
                .left
                .as_simple_assignment_target()
                .and_then(|t| self.spot_of_target(t))
                .is_some_and(|s| crate::facts::runs::is_exports(&s)),
            AstKind::ExportDefaultDeclaration(_) => true,
            // `console.log({ cache })` reads.
            AstKind::CallExpression(call) => {
                if self.reads_its_arguments(&call.callee) {
                    return self.push_op(index, child, Does::Read, None, all);
                }
                false
            }
            _ => false,
        };
        self.escape(index, if exported { Escape::Exported(at) } else { Escape::Other(at) }, all);
    }

    /// `f(c)`: known readers read; functions of this file are followed into; others may do anything.
    fn read_argument(
        &mut self,
        index: usize,
        call: NodeId,
        callee: &'a Expression<'a>,
        arguments: &'a [Argument<'a>],
        span: oxc_span::Span,
        all: &mut Collections<'a>,
    ) {
        let at = self.span(span);
        if self.reads_its_arguments(callee) {
            let bounds = self.is_size_comparison(call);
            return self.push_op(index, call, if bounds { Does::Bound } else { Does::Read }, None, all);
        }
        let Some(position) = arguments.iter().position(|a| a.span() == span) else {
            return self.push_op(index, call, Does::Read, None, all);
        };
        let target = match self.nodes.kind(call) {
            AstKind::NewExpression(new) => self.constructor_of(new),
            _ => self.function_denoted(callee),
        };
        let param = target.and_then(|f| {
            let node = self.function_nodes[f.0 as usize];
            self.param_symbols(node).get(position).copied().flatten()
        });
        match param {
            Some(symbol) => all.add_alias(Spot::new(SpotRoot::Symbol(symbol)), index),
            None => self.escape(index, Escape::Other(at), all),
        }
    }

    fn constructor_of(&mut self, new: &'a oxc_ast::ast::NewExpression<'a>) -> Option<FunctionId> {
        let crate::facts::reader::Type::Local(class) = self.type_of_new(new)? else { return None };
        let node = self.class_nodes[class.0 as usize];
        if let Some(f) = self.function_of_node.get(&node) {
            return Some(*f);
        }
        self.facts.classes[class.0 as usize].methods.iter().find(|(name, _)| name == "constructor").map(|(_, f)| *f)
    }

    /// Built-ins that look at a collection and keep nothing.
    fn reads_its_arguments(&self, callee: &Expression<'_>) -> bool {
        match callee.get_inner_expression() {
            Expression::Identifier(_) => matches!(
                self.global_name(callee),
                Some("String" | "Boolean" | "Number" | "Map" | "Set" | "structuredClone" | "isNaN")
            ),
            Expression::StaticMemberExpression(m) => match self.global_name(&m.object) {
                Some("Object") => {
                    !matches!(m.property.name.as_str(), "assign" | "defineProperty" | "create" | "setPrototypeOf")
                }
                Some("JSON" | "Array" | "Math" | "Promise" | "Buffer" | "console" | "performance") => true,
                Some("Reflect") => matches!(m.property.name.as_str(), "ownKeys" | "has" | "get"),
                _ => {
                    matches!(
                        m.property.name.as_str(),
                        "hasOwnProperty" | "inspect" | "concat" | "equal" | "deepEqual" | "strictEqual"
                    ) || m.object.get_inner_expression().as_member_expression().is_some_and(|o| {
                        o.static_property_name().is_some_and(|n| n == "hasOwnProperty" || n == "prototype")
                    })
                }
            },
            _ => false,
        }
    }

    /// `Object.keys(c).length > MAX`.
    fn is_size_comparison(&self, call: NodeId) -> bool {
        let (_, member) = self.outside(call);
        let AstKind::StaticMemberExpression(m) = self.nodes.kind(member) else { return false };
        let (_, parent) = self.outside(member);
        m.property.name == "length"
            && matches!(self.nodes.kind(parent), AstKind::BinaryExpression(e) if e.operator.is_compare())
    }

    // ---- operations ------------------------------------------------------------------------------------------

    fn push_op(&mut self, index: usize, node: NodeId, does: Does, key: Option<Key>, all: &mut Collections<'a>) {
        self.push(index, node, does, key, Value::Other, all);
    }

    fn push_op_at(&mut self, index: usize, node: NodeId, _span: oxc_span::Span, does: Does, all: &mut Collections<'a>) {
        self.push(index, node, does, None, Value::Other, all);
    }

    fn push(
        &mut self,
        index: usize,
        node: NodeId,
        does: Does,
        key: Option<Key>,
        value: Value,
        all: &mut Collections<'a>,
    ) {
        let function = self.owner_of(node);
        if does == Does::Read && key.is_none() && all.list[index].container.ops.iter().any(|o| o.does == Does::Read) {
            return; // one plain read says all that reads say
        }
        let guard = if does == Does::Grow && function != TOP {
            self.guard_of(node, &all.list[index].spot.clone())
        } else {
            Guard::None
        };
        let op = Op {
            does,
            key,
            value,
            function,
            guard,
            span: self.span(self.nodes.kind(node).span()),
            statement: self.statement_span(node),
            break_after: self.break_after(node),
        };
        all.list[index].container.ops.push(op);
    }

    /// `cache[k] = v;` as a statement of a block: what separates it from a further statement.
    fn break_after(&self, node: NodeId) -> Option<String> {
        let (_, parent) = self.outside(node);
        let AstKind::ExpressionStatement(statement) = self.nodes.kind(parent) else { return None };
        if !matches!(
            self.nodes.parent_kind(parent),
            AstKind::BlockStatement(_) | AstKind::FunctionBody(_) | AstKind::Program(_) | AstKind::SwitchCase(_)
        ) {
            return None;
        }
        let before = &self.text[..statement.span.start as usize];
        let line = &before[before.rfind('\n').map_or(0, |i| i + 1)..];
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        Some(format!("\n{indent}"))
    }

    fn escape(&mut self, index: usize, escape: Escape, all: &mut Collections<'a>) {
        all.list[index].container.escapes.push(escape);
    }

    fn guard_of(&mut self, node: NodeId, spot: &Spot<'a>) -> Guard {
        if self.is_guarded_once(node) {
            return Guard::Once;
        }
        let entry = spot.clone().step(Seg::Entry);
        let tests = self.tests_before(node);
        let any = !tests.is_empty();
        for t in tests {
            let mut absent = Vec::new();
            self.absent_spots(t.test, t.holds, &mut absent, 0);
            if absent.contains(&entry) {
                return Guard::Miss;
            }
        }
        if any { Guard::Other } else { Guard::None }
    }

    fn value_of(&mut self, expr: &'a Expression<'a>) -> Value {
        match peel(expr) {
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => Value::Function,
            Expression::NewExpression(n) if crate::facts::runs::is_global_promise(self, &n.callee) => Value::Promise,
            Expression::ObjectExpression(o) => {
                let deferred = o.properties.iter().filter_map(|p| p.as_property()).any(|p| {
                    crate::facts::functions::key_name(&p.key)
                        .is_some_and(|k| matches!(k, "resolve" | "reject" | "timer" | "timeout" | "callback" | "cb"))
                });
                if deferred { Value::Deferred } else { Value::Other }
            }
            Expression::Identifier(id) => match self.symbol_of(id).map(|s| (s, self.function_of_symbol(s))) {
                Some((_, Some(_))) => Value::Function,
                Some((symbol, None)) if is_function_name(self.scoping.symbol_name(symbol)) => Value::Function,
                _ => Value::Other,
            },
            Expression::CallExpression(c) => match c.callee_name() {
                Some("bind") => Value::Function,
                _ => Value::Other,
            },
            _ => Value::Other,
        }
    }
}

/// Names under which functions are handed around.
fn is_function_name(name: &str) -> bool {
    matches!(
        name,
        "fn" | "cb"
            | "callback"
            | "handler"
            | "listener"
            | "plugin"
            | "middleware"
            | "hook"
            | "factory"
            | "func"
            | "resolver"
            | "transform"
            | "validator"
            | "formatter"
            | "parser"
            | "serializer"
            | "clazz"
            | "ctor"
    )
}
