//! How functions come to run: calls inside the file, callbacks of known APIs, exports, and what guards a call to once.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentTarget, CallExpression, ExportDefaultDeclarationKind, Expression, MemberExpression,
    ModuleExportName, NewExpression,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::places::{Seg, Spot, SpotRoot};
use super::reader::{Reader, Type, peel};
use super::{Arg, Call, FunctionId, FunctionKind, Target, Use};

impl<'a> Reader<'a, '_> {
    /// Third pass: the uses of every function, and the calls that may reach functions.
    pub fn note_uses(&mut self) {
        for index in 1..self.function_nodes.len() {
            let id = FunctionId(u32::try_from(index).unwrap_or(u32::MAX));
            self.note_uses_of(id);
        }
        for node in self.nodes.iter() {
            match node.kind() {
                AstKind::CallExpression(call) => self.note_call(call),
                AstKind::NewExpression(new) => self.note_new(new),
                _ => {}
            }
        }
        self.note_class_exports();
    }

    fn note_uses_of(&mut self, id: FunctionId) {
        let node = self.function_nodes[id.0 as usize];
        let kind = self.facts.functions[id.0 as usize].kind;
        let at = self.facts.functions[id.0 as usize].head;
        let outer = self.facts.functions[id.0 as usize].parent;
        match kind {
            FunctionKind::FieldInit | FunctionKind::Constructor => {
                if let Some(class) = self.facts.functions[id.0 as usize].class {
                    self.add_use(id, Use::Method { class, at });
                }
                return;
            }
            FunctionKind::StaticInit => return self.add_use(id, Use::Called { by: outer, at, once_guard: false }),
            _ => {}
        }
        if let AstKind::Function(f) = self.nodes.kind(node)
            && f.is_declaration()
        {
            if let Some(symbol) = f.id.as_ref().and_then(|i| i.symbol_id.get()) {
                self.note_references(id, symbol);
            }
            if matches!(self.nodes.parent_kind(node), AstKind::ExportDefaultDeclaration(_)) {
                self.add_use(id, Use::Exported { at });
            }
            return;
        }
        self.note_position(id, node);
    }

    /// What becomes of a function value that stands at `node`.
    fn note_position(&mut self, id: FunctionId, node: NodeId) {
        let (child, parent) = self.outside(node);
        let at = self.span(self.nodes.kind(child).span());
        let by = self.owner_of(parent);
        match self.nodes.kind(parent) {
            AstKind::VariableDeclarator(d) => match d.id.get_binding_identifier().and_then(|i| i.symbol_id.get()) {
                Some(symbol) => self.note_references(id, symbol),
                None => self.add_use(id, Use::Escapes { by, at }),
            },
            AstKind::CallExpression(call) => {
                if call.callee.span() == self.nodes.kind(child).span() {
                    let once_guard = self.is_guarded_once(parent);
                    self.add_use(id, Use::Called { by, at, once_guard });
                } else {
                    self.note_argument(id, node, by);
                }
            }
            AstKind::NewExpression(new) => {
                if new.callee.span() == self.nodes.kind(child).span() {
                    self.add_use(id, Use::Called { by, at, once_guard: false });
                } else if is_global_promise(self, &new.callee) {
                    // The executor runs inside `new Promise(..)`.
                    self.add_use(id, Use::Called { by, at, once_guard: false });
                } else {
                    self.add_use(id, Use::UnknownCallback { by, at });
                }
            }
            AstKind::StaticMemberExpression(m) => self.note_member_of_function(id, parent, m.property.name.as_str()),
            AstKind::AssignmentExpression(e) => self.note_assigned(id, e, at),
            AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) => {
                if self.handed_to(node).is_some() {
                    self.note_argument(id, node, by);
                } else {
                    self.note_stored_in_literal(id, parent, at);
                }
            }
            AstKind::ExportDefaultDeclaration(_) => self.add_use(id, Use::Exported { at }),
            AstKind::MethodDefinition(_) | AstKind::PropertyDefinition(_) => {
                let class = self.nodes.parent_id(self.nodes.parent_id(parent));
                match self.class_of_node.get(&class).copied() {
                    Some(class) => self.add_use(id, Use::Method { class, at }),
                    None => self.add_use(id, Use::Escapes { by, at }),
                }
            }
            AstKind::ExpressionStatement(_) => {}
            AstKind::ReturnStatement(_) | AstKind::ArrowFunctionExpression(_) => {
                self.add_use(id, Use::Escapes { by, at });
            }
            AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_) | AstKind::SequenceExpression(_) => {
                self.note_position(id, parent);
            }
            _ => self.add_use(id, Use::Escapes { by, at }),
        }
    }

    /// `function () {}.bind(x)`, `.call(x)`: the result stands for the function.
    fn note_member_of_function(&mut self, id: FunctionId, member: NodeId, name: &str) {
        let call = self.nodes.parent_id(member);
        let by = self.owner_of(call);
        let at = self.facts.functions[id.0 as usize].head;
        match (self.nodes.kind(call), name) {
            (AstKind::CallExpression(_), "call" | "apply") => {
                let once_guard = self.is_guarded_once(call);
                self.add_use(id, Use::Called { by, at, once_guard });
            }
            (AstKind::CallExpression(_), "bind") => self.note_position(id, call),
            _ => {}
        }
    }

    fn note_assigned(
        &mut self,
        id: FunctionId,
        e: &'a oxc_ast::ast::AssignmentExpression<'a>,
        at: crate::finding::Span,
    ) {
        let by = self.owner_of(e.node_id.get());
        let spot = e.left.as_simple_assignment_target().and_then(|t| self.spot_of_target(t));
        match spot {
            Some(spot) if is_exports(&spot) => self.add_use(id, Use::Exported { at }),
            Some(Spot { root: SpotRoot::Symbol(symbol), path }) if path.is_empty() => self.note_references(id, symbol),
            _ => match self.facts.functions[id.0 as usize].class {
                Some(class) => self.add_use(id, Use::Method { class, at }),
                None => self.add_use(id, Use::Escapes { by, at }),
            },
        }
        // `exports.a = exports.b = function`: the value of the assignment goes on.
        let node = e.node_id.get();
        if !matches!(self.nodes.kind(self.outside(node).1), AstKind::ExpressionStatement(_)) {
            self.note_position(id, node);
        }
    }

    fn note_stored_in_literal(&mut self, id: FunctionId, property: NodeId, at: crate::finding::Span) {
        let by = self.owner_of(property);
        let mut at_node = property;
        // Climb out of nested literals to see where the outermost goes.
        for _ in 0..6 {
            let (_, parent) = self.outside(at_node);
            match self.nodes.kind(parent) {
                AstKind::ObjectExpression(_) | AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) => {
                    at_node = parent
                }
                AstKind::ExportDefaultDeclaration(_) | AstKind::ReturnStatement(_) => {
                    return self.add_use(id, Use::Exported { at });
                }
                AstKind::AssignmentExpression(e) => {
                    let spot = e.left.as_simple_assignment_target().and_then(|t| self.spot_of_target(t));
                    let used = if spot.is_some_and(|s| is_exports(&s)) {
                        Use::Exported { at }
                    } else {
                        Use::Escapes { by, at }
                    };
                    return self.add_use(id, used);
                }
                AstKind::VariableDeclarator(d) => {
                    let symbol = d.id.get_binding_identifier().and_then(|i| i.symbol_id.get());
                    let used = if symbol.is_some_and(|s| self.is_exported(s)) {
                        Use::Exported { at }
                    } else {
                        Use::Escapes { by, at }
                    };
                    return self.add_use(id, used);
                }
                _ => break,
            }
        }
        self.add_use(id, Use::Escapes { by, at });
    }

    /// A function handed to a call.
    fn note_argument(&mut self, id: FunctionId, node: NodeId, by: FunctionId) {
        let at = self.span(self.nodes.kind(node).span());
        if let Some(handed) = self.handed_to(node) {
            let api = self.api_text(handed.call);
            let used = Use::Callback { by, at, runs: handed.runs, sync: handed.callback.sync, api };
            return self.add_use(id, used);
        }
        if let (_, parent) = self.outside(node)
            && let AstKind::CallExpression(call) = self.nodes.kind(parent)
            && let Some(target) = self.target_of(call)
            && let Some(index) =
                call.arguments.iter().position(|a| a.span() == self.nodes.kind(self.outside(node).0).span())
            && self.is_called_parameter(target, index)
        {
            return self.add_use(id, Use::Called { by: target, at, once_guard: false });
        }
        self.add_use(id, Use::UnknownCallback { by, at });
    }

    fn target_of(&mut self, call: &'a CallExpression<'a>) -> Option<FunctionId> {
        self.function_denoted(&call.callee)
    }

    /// Whether a function of this file does nothing with one of its parameters but call it.
    fn is_called_parameter(&self, function: FunctionId, index: usize) -> bool {
        let node = self.function_nodes[function.0 as usize];
        let Some(Some(symbol)) = self.param_symbols(node).get(index).copied() else { return false };
        let mut called = false;
        for reference in self.scoping.get_resolved_references(symbol) {
            let (child, parent) = self.outside(reference.node_id());
            match self.nodes.kind(parent) {
                AstKind::CallExpression(c)
                    if c.callee.span() == self.nodes.kind(child).span() && self.owner_of(parent) == function =>
                {
                    called = true;
                }
                AstKind::LogicalExpression(_) | AstKind::IfStatement(_) | AstKind::UnaryExpression(_) => {}
                _ => return false,
            }
        }
        called
    }

    /// Each place where a name of the function occurs.
    fn note_references(&mut self, id: FunctionId, symbol: SymbolId) {
        if !self.noted.insert((id, symbol)) {
            return;
        }
        if self.is_exported(symbol) {
            let at = self.facts.functions[id.0 as usize].head;
            self.add_use(id, Use::Exported { at });
        }
        let references: Vec<NodeId> =
            self.scoping.get_resolved_references(symbol).filter(|r| r.is_read()).map(|r| r.node_id()).collect();
        for node in references {
            // A class made from the function is handled with `new`.
            if !matches!(self.nodes.kind(self.outside(node).1), AstKind::NewExpression(_)) {
                self.note_position(id, node);
            }
        }
    }

    fn add_use(&mut self, id: FunctionId, used: Use) {
        self.facts.functions[id.0 as usize].uses.push(used);
    }

    // ---- calls -----------------------------------------------------------------------------------------------

    fn note_call(&mut self, call: &'a CallExpression<'a>) {
        let node = call.node_id.get();
        let by = self.owner_of(node);
        let target = match self.function_denoted(&call.callee) {
            Some(f) => {
                // Calls by plain name are already uses; calls of methods are not.
                if !matches!(
                    peel(&call.callee),
                    Expression::Identifier(_)
                        | Expression::FunctionExpression(_)
                        | Expression::ArrowFunctionExpression(_)
                ) {
                    let at = self.span(call.span);
                    let once_guard = self.is_guarded_once(node);
                    self.add_use(f, Use::Called { by, at, once_guard });
                }
                Target::Function(f)
            }
            None => Target::Unknown,
        };
        // Calls out of the file are judged where something is handed to them.
        if target != Target::Unknown {
            self.push_call(node, call.span, target, &call.arguments);
        }
    }

    fn note_new(&mut self, new: &'a NewExpression<'a>) {
        let Some(Type::Local(class)) = self.type_of_new(new) else { return };
        let node = new.node_id.get();
        let by = self.owner_of(node);
        let at = self.span(new.span);
        self.facts.classes[class.0 as usize].made.push((by, at));
        self.push_call(node, new.span, Target::Class(class), &new.arguments);
    }

    fn push_call(&mut self, node: NodeId, span: oxc_span::Span, target: Target, arguments: &'a [Argument<'a>]) {
        let args = arguments.iter().map(|a| a.as_expression().map_or(Arg::Other, |e| self.arg_of(e))).collect();
        let (by, at, once_guard) = (self.owner_of(node), self.span(span), self.is_guarded_once(node));
        self.call_index.insert(node, u32::try_from(self.facts.calls.len()).unwrap_or(u32::MAX));
        self.facts.calls.push(Call { by, at, target, args, once_guard });
    }

    fn arg_of(&mut self, expr: &'a Expression<'a>) -> Arg {
        if let Some(f) = self.function_denoted(expr) {
            return Arg::Function(f);
        }
        match peel(expr) {
            e @ (Expression::Identifier(_) | Expression::ThisExpression(_) | Expression::StaticMemberExpression(_)) => {
                match self.spot_of(e) {
                    Some(spot) => Arg::Place(self.own(&spot)),
                    None => Arg::Other,
                }
            }
            e => Arg::Key(self.domain_of(e)),
        }
    }

    // ---- exports ---------------------------------------------------------------------------------------------

    /// Symbols that other files can reach: `export`, `module.exports = x`, `exports.x = x`, `module.exports = { x }`.
    pub fn note_exports(&mut self) {
        let mut found = FxHashSet::default();
        for node in self.nodes.iter() {
            match node.kind() {
                AstKind::ExportDeclaration(e) => declared_symbols(&e.declaration, &mut found),
                AstKind::ExportSpecifier(s) => {
                    if let ModuleExportName::IdentifierReference(id) = &s.local {
                        found.extend(self.symbol_of(id));
                    }
                }
                AstKind::ExportDefaultDeclaration(d) => match &d.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => {
                        found.extend(f.id.as_ref().and_then(|i| i.symbol_id.get()));
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                        found.extend(c.id.as_ref().and_then(|i| i.symbol_id.get()));
                    }
                    other => {
                        if let Some(e) = other.as_expression() {
                            self.symbols_in_value(e, &mut found);
                        }
                    }
                },
                AstKind::TSExportAssignment(e) => self.symbols_in_value(&e.expression, &mut found),
                AstKind::AssignmentExpression(e) => {
                    if is_exports_target(&e.left) {
                        self.symbols_in_value(&e.right, &mut found);
                    }
                }
                _ => {}
            }
        }
        self.exported = found;
    }

    fn symbols_in_value(&self, value: &Expression<'a>, found: &mut FxHashSet<SymbolId>) {
        match value.get_inner_expression() {
            Expression::Identifier(id) => {
                found.extend(id.reference_id.get().and_then(|r| self.scoping.get_reference(r).symbol_id()))
            }
            Expression::ObjectExpression(object) => {
                for property in object.properties.iter().filter_map(|p| p.as_property()) {
                    if let Expression::Identifier(id) = property.value.get_inner_expression() {
                        found.extend(id.reference_id.get().and_then(|r| self.scoping.get_reference(r).symbol_id()));
                    }
                }
            }
            Expression::AssignmentExpression(e) => self.symbols_in_value(&e.right, found),
            _ => {}
        }
    }

    #[must_use]
    pub fn is_exported(&self, symbol: SymbolId) -> bool {
        self.exported.contains(&symbol)
    }

    /// Whether classes can be instantiated out of our sight.
    fn note_class_exports(&mut self) {
        let pairs: Vec<(SymbolId, super::ClassId)> = self.class_of_symbol.iter().map(|(s, c)| (*s, *c)).collect();
        for (symbol, class) in pairs {
            let exported = self.is_exported(symbol);
            let escapes = self.scoping.get_resolved_references(symbol).any(|r| {
                if !r.is_read() || r.is_type() {
                    return false;
                }
                let (child, parent) = self.outside(r.node_id());
                !matches!(self.nodes.kind(parent),
                    AstKind::NewExpression(n) if n.callee.span() == self.nodes.kind(child).span())
                    && !matches!(
                        self.nodes.kind(parent),
                        AstKind::StaticMemberExpression(_)
                            | AstKind::BinaryExpression(_)
                            | AstKind::ExportSpecifier(_)
                            | AstKind::ExportDefaultDeclaration(_)
                            | AstKind::Class(_)
                    )
                    && !matches!(self.nodes.kind(parent), AstKind::CallExpression(c)
                        if c.callee_name() == Some("inherits") || c.callee.span() == self.nodes.kind(child).span())
                    && !self.is_export_position(parent)
            });
            let facts = &mut self.facts.classes[class.0 as usize];
            facts.exported |= exported;
            facts.escapes |= escapes;
        }
        for index in 0..self.class_nodes.len() {
            let node = self.class_nodes[index];
            let facts = &mut self.facts.classes[index];
            match self.nodes.kind(node) {
                AstKind::Class(c) => {
                    let parent = self.nodes.parent_kind(node);
                    if matches!(parent, AstKind::ExportDefaultDeclaration(_)) {
                        facts.exported = true;
                    } else if c.is_expression() && !matches!(parent, AstKind::VariableDeclarator(_)) {
                        facts.escapes = true;
                    }
                }
                AstKind::ObjectExpression(_) => facts.escapes = true,
                _ => {}
            }
        }
    }

    /// `module.exports = X`, `module.exports = { X }`.
    fn is_export_position(&self, node: NodeId) -> bool {
        match self.nodes.kind(node) {
            AstKind::AssignmentExpression(e) => e.left.span().source_text(self.text).contains("exports"),
            AstKind::ObjectProperty(_) => {
                let (_, parent) = self.outside(self.nodes.parent_id(node));
                self.is_export_position(parent)
            }
            _ => false,
        }
    }
}

/// `module.exports`, `exports.x`, `module.exports.x`.
#[must_use]
pub fn is_exports(spot: &Spot<'_>) -> bool {
    match (spot.root, spot.path.as_slice()) {
        (SpotRoot::Global("exports"), [Seg::Field(_)]) => true,
        (SpotRoot::Global("module"), [Seg::Field("exports"), rest @ ..]) => rest.len() <= 1,
        _ => false,
    }
}

/// The same as [`is_exports`], by the shape of the target alone.
fn is_exports_target(target: &AssignmentTarget<'_>) -> bool {
    let Some(member) = target.as_member_expression() else { return false };
    let named = |e: &Expression<'_>, name: &str| matches!(e, Expression::Identifier(id) if id.name == name);
    let is_module_exports = |m: &MemberExpression<'_>| {
        named(m.object(), "module") && m.static_property_name().is_some_and(|n| n == "exports")
    };
    is_module_exports(member)
        || named(member.object(), "exports")
        || member.object().as_member_expression().is_some_and(is_module_exports)
}

/// Whether an expression is the global `Promise`.
#[must_use]
pub fn is_global_promise(reader: &Reader<'_, '_>, callee: &Expression<'_>) -> bool {
    matches!(callee.get_inner_expression(), Expression::Identifier(id) if id.name == "Promise"
        && id.reference_id.get().is_none_or(|r| reader.scoping.get_reference(r).symbol_id().is_none()))
}

fn declared_symbols(declaration: &oxc_ast::ast::Declaration<'_>, found: &mut FxHashSet<SymbolId>) {
    use oxc_ast::ast::Declaration as D;
    match declaration {
        D::VariableDeclaration(v) => {
            for d in &v.declarations {
                found.extend(d.id.get_symbol_ids());
            }
        }
        D::FunctionDeclaration(f) => found.extend(f.id.as_ref().and_then(|i| i.symbol_id.get())),
        D::ClassDeclaration(c) => found.extend(c.id.as_ref().and_then(|i| i.symbol_id.get())),
        _ => {}
    }
}
