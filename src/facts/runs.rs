//! How functions come to run: calls inside the file, callbacks of known APIs, exports, and what guards a call to once.

mod calls;
mod exports;
mod handlers;

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::places::{Spot, SpotRoot};
use super::reader::{Reader, bound_symbol};
use super::{ClassId, Domain, END_METHODS, FunctionId, FunctionKind, Guard, Often, TOP};
use crate::finding::Span;
pub use calls::{Arg, Call};
pub use exports::{is_exports, is_exports_target};

/// How a function comes to run, seen inside the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Use {
    /// Called by name, directly or through its place; also an immediately invoked function.
    Called {
        by: FunctionId,
        at: Span,
        guard: Guard,
    },
    /// Handed to a known API. `runs` absent: as often as the caller. `api` is the call as written, shortened.
    Callback {
        by: FunctionId,
        at: Span,
        runs: Option<Often>,
        sync: bool,
        api: String,
    },
    /// Handed to a call that is not known.
    UnknownCallback {
        by: FunctionId,
        at: Span,
    },
    /// Anyone may call it: exported, a public method, or stored where others can reach it.
    Exported {
        at: Span,
    },
    Method {
        class: ClassId,
        at: Span,
    },
    /// Stored, returned or put into a data structure; who calls it is not known.
    Escapes {
        by: FunctionId,
        at: Span,
    },
    /// Added by linking: what another file does, by its index in the list of these.
    Elsewhere(u32),
}

impl Use {
    /// The function that makes the use.
    #[must_use]
    pub const fn by(&self) -> Option<FunctionId> {
        match self {
            Self::Called { by, .. }
            | Self::Callback { by, .. }
            | Self::UnknownCallback { by, .. }
            | Self::Escapes { by, .. } => Some(*by),
            Self::Exported { .. } | Self::Method { .. } | Self::Elsewhere(_) => None,
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// Last pass: names and uses of the functions that hold a candidate, of those around and of those that call them.
    /// No other function is ever asked about.
    pub fn note_surroundings(&mut self) {
        self.index_calls();
        self.note_class_exports();
        let mut work = self.functions_of_candidates();
        let mut seen = vec![false; self.function_nodes.len()];
        while let Some(id) = work.pop() {
            if id == TOP || std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            self.name_function(id);
            self.note_uses_of(id);
            self.note_calls_of(id);
            let function = &self.facts.functions[id.0 as usize];
            work.push(function.parent);
            work.extend(function.uses.iter().filter_map(Use::by));
            if let Some(class) = function.class {
                let class = &self.facts.classes[class.0 as usize];
                work.extend(class.made.iter().map(|(by, _)| *by));
                work.push(class.within);
            }
        }
        self.name_end_methods();
    }

    fn functions_of_candidates(&self) -> Vec<FunctionId> {
        let facts = &self.facts;
        let mut found = Vec::new();
        for op in facts.containers.iter().flat_map(|c| &c.ops) {
            found.push(op.function);
            if let Some(Domain::Params(params)) = op.key.as_ref().map(|k| &k.domain) {
                found.extend(params.iter().map(|p| p.function));
            }
        }
        found.extend(facts.handles.iter().map(|h| h.function));
        found.extend(facts.closes.iter().map(|c| c.function));
        found.extend(facts.resources.iter().map(|r| r.function));
        found.extend(facts.clients.iter().map(|c| c.function));
        found.extend(facts.sightings.iter().map(|c| c.function));
        found.extend(facts.replaced.iter().map(|r| r.function));
        found.extend(facts.mismatches.iter().map(|m| m.function));
        found.extend(facts.aborts.iter().map(|a| a.function));
        found.extend(facts.dead_cleanups.iter().map(|c| c.function));
        found.extend(facts.forgotten.iter().map(|f| f.function));
        found.extend(facts.promises.iter().map(|p| p.function));
        found.extend(facts.races.iter().map(|r| r.function));
        found.extend(facts.recursions.iter().map(|r| r.function));
        for read in &facts.reads {
            found.push(read.function);
            if let Some(Domain::Params(params)) = read.source.as_ref().map(|k| &k.domain) {
                found.extend(params.iter().map(|p| p.function));
            }
        }
        found.extend(facts.intakes.iter().map(|i| i.function));
        found.extend(facts.unread.iter().map(|u| u.function));
        found.extend(facts.pipes.iter().flat_map(|p| [p.function, p.made_by]));
        for store in &facts.stores {
            found.push(store.function);
            for key in &store.keys {
                if let Domain::Params(params) = &key.key.domain {
                    found.extend(params.iter().map(|p| p.function));
                }
            }
        }
        found.extend(facts.links.taken.iter().map(|taken| taken.by));
        found.extend(facts.bindings.iter().map(|b| b.within));
        found
    }

    /// Findings point at the methods by which classes end their instances.
    fn name_end_methods(&mut self) {
        let named: Vec<FunctionId> = self
            .facts
            .classes
            .iter()
            .flat_map(|c| &c.methods)
            .filter(|(name, _)| END_METHODS.contains(&name.as_str()))
            .map(|(_, f)| *f)
            .collect();
        for function in named {
            self.name_function(function);
        }
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
            FunctionKind::StaticInit => return self.add_use(id, Use::Called { by: outer, at, guard: Guard::None }),
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
            AstKind::VariableDeclarator(d) => match bound_symbol(&d.id) {
                Some(symbol) => self.note_references(id, symbol),
                None => self.add_use(id, Use::Escapes { by, at }),
            },
            AstKind::CallExpression(call) => {
                if call.callee.span() == self.nodes.kind(child).span() {
                    let guard = self.guard_of_call(call);
                    self.add_use(id, Use::Called { by, at, guard });
                } else {
                    self.note_argument(id, node, by);
                }
            }
            AstKind::NewExpression(new) => {
                // The executor runs inside `new Promise(..)`.
                if new.callee.span() == self.nodes.kind(child).span() || is_global_promise(self, &new.callee) {
                    self.add_use(id, Use::Called { by, at, guard: Guard::None });
                } else if !self.note_handed_to_new(id, node) {
                    self.add_use(id, Use::UnknownCallback { by, at });
                }
            }
            AstKind::StaticMemberExpression(m) => self.note_member_of_function(id, parent, m.property.name.as_str()),
            AstKind::AssignmentExpression(e) => self.note_assigned(id, e, at),
            AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) => {
                if self.handed_to(node).is_some() {
                    self.note_argument(id, node, by);
                } else if !self.note_handed_to_new(id, node) {
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
            (AstKind::CallExpression(c), "call" | "apply") => {
                let guard = self.guard_of_call(c);
                self.add_use(id, Use::Called { by, at, guard });
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
        let spot = self.assigned_spot(e);
        match spot {
            Some(spot) if is_exports(&spot) || self.is_handed_exports(&spot) => self.add_use(id, Use::Exported { at }),
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

    /// `define(function (require, exports) { exports.edit = function () {} })`.
    fn is_handed_exports(&self, spot: &Spot<'a>) -> bool {
        let SpotRoot::Symbol(symbol) = spot.root else { return false };
        spot.path.len() == 1
            && self.scoping.symbol_name(symbol) == "exports"
            && self.param_index(self.scoping.symbol_declaration(symbol)).is_some()
    }

    fn note_stored_in_literal(&mut self, id: FunctionId, property: NodeId, at: crate::finding::Span) {
        let by = self.owner_of(property);
        let mut at_node = property;
        // Climb out of nested literals to see where the outermost goes.
        for _ in 0..6 {
            let (_, parent) = self.outside(at_node);
            match self.nodes.kind(parent) {
                AstKind::ObjectExpression(_) | AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) => {
                    at_node = parent;
                }
                AstKind::ExportDefaultDeclaration(_) | AstKind::ReturnStatement(_) => {
                    return self.add_use(id, Use::Exported { at });
                }
                AstKind::AssignmentExpression(e) => {
                    let spot = self.assigned_spot(e);
                    let used = if spot.is_some_and(|s| is_exports(&s)) {
                        Use::Exported { at }
                    } else {
                        Use::Escapes { by, at }
                    };
                    return self.add_use(id, used);
                }
                AstKind::VariableDeclarator(d) => {
                    let symbol = bound_symbol(&d.id);
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
            && let Some(target) = self.function_denoted(&call.callee)
            && let Some(index) =
                call.arguments.iter().position(|a| a.span() == self.nodes.kind(self.outside(node).0).span())
            && self.is_called_parameter(target, index)
        {
            return self.add_use(id, Use::Called { by: target, at, guard: Guard::None });
        }
        self.add_use(id, Use::UnknownCallback { by, at });
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
        let reads: Vec<NodeId> = self.reads_of(symbol).collect();
        let followed = self.deeper(|reader| {
            for node in reads {
                reader.note_position(id, node);
            }
            Some(())
        });
        if followed.is_none() {
            let function = &self.facts.functions[id.0 as usize];
            self.add_use(id, Use::Escapes { by: function.parent, at: function.head });
        }
    }

    fn add_use(&mut self, id: FunctionId, used: Use) {
        self.facts.functions[id.0 as usize].uses.push(used);
    }
}

/// Whether an expression is the global `Promise`.
#[must_use]
pub fn is_global_promise(reader: &Reader<'_, '_>, callee: &Expression<'_>) -> bool {
    reader.global_name(callee) == Some("Promise")
}
