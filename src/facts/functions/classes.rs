//! Classes, prototypes and object literals with methods: what they are called, what they inherit, which functions they hold.

use oxc_ast::AstKind;
use oxc_ast::ast::{ClassElement, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::key_name;
use crate::facts::places::{Seg, Spot, SpotRoot};
use crate::facts::reader::{Reader, Type, assigned_value, bound_symbol, peel};
use crate::facts::{ClassId, FunctionId, TOP};
use crate::finding::Span;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    pub span: Span,
    pub kind: ClassKind,
    /// Where its instances are made in this file.
    pub made: Vec<(FunctionId, Span)>,
    /// A framework makes one instance of it, and calls these methods once.
    pub made_once: bool,
    pub called_once: Vec<FunctionId>,
    pub exported: bool,
    /// The class value itself goes where we do not follow (passed on, stored, extended elsewhere).
    pub escapes: bool,
    /// Library types that it extends, as names of rows.
    pub extends: Vec<String>,
    /// Classes of this file that it extends.
    pub parent: Option<ClassId>,
    /// Methods by name.
    pub methods: Vec<(String, FunctionId)>,
    /// Function in which it is declared.
    pub within: FunctionId,
    /// `function Foo() {}` itself.
    pub constructor: Option<FunctionId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassKind {
    Class,
    /// `function Foo() {}` with `Foo.prototype`.
    Constructor,
    /// An object literal with methods: one instance per evaluation of the literal.
    Object,
}

/// Methods that frameworks call when a component appears or changes.
pub const MOUNTS: [&str; 9] = [
    "componentDidMount",
    "componentWillMount",
    "componentDidUpdate",
    "ngOnInit",
    "ngAfterViewInit",
    "connectedCallback",
    "mounted",
    "created",
    "beforeMount",
];

/// Methods by which a class ends the life of an instance.
pub const END_METHODS: [&str; 33] = [
    "destroy",
    "dispose",
    "disposeInternal",
    "close",
    "stop",
    "end",
    "shutdown",
    "disconnect",
    "remove",
    "onRemove",
    "removeHooks",
    "uninstall",
    "deactivate",
    "teardown",
    "detach",
    "terminate",
    "unmount",
    "componentWillUnmount",
    "ngOnDestroy",
    "disconnectedCallback",
    "beforeDestroy",
    "destroyed",
    "unmounted",
    "beforeUnmount",
    "cleanup",
    "release",
    "unsubscribe",
    "abort",
    "cancel",
    "unload",
    "quit",
    "_destroy",
    "onDestroy",
];

impl<'a> Reader<'a, '_> {
    pub(super) fn push_class(&mut self, node: NodeId, within: FunctionId) -> ClassId {
        let (name, symbol, span, kind) = match self.nodes.kind(node) {
            AstKind::Class(c) => (
                c.id.as_ref().map_or("", |id| id.name.as_str()),
                c.id.as_ref().and_then(|id| id.symbol_id.get()),
                self.head_of_function(node),
                ClassKind::Class,
            ),
            AstKind::Function(f) => (
                f.id.as_ref().map_or("", |id| id.name.as_str()),
                f.id.as_ref().and_then(|id| id.symbol_id.get()),
                self.head_of_function(node),
                ClassKind::Constructor,
            ),
            other => ("", None, self.span(other.span()), ClassKind::Object),
        };
        let id = ClassId(u32::try_from(self.facts.classes.len()).unwrap_or(u32::MAX));
        if node != NodeId::ROOT {
            self.class_of_node.insert(node, id);
        }
        self.class_nodes.push(node);
        if let Some(symbol) = symbol {
            self.class_of_symbol.insert(symbol, id);
        }
        self.facts.classes.push(Class {
            name: name.to_owned(),
            span,
            kind,
            made: Vec::new(),
            made_once: false,
            called_once: Vec::new(),
            exported: false,
            escapes: false,
            extends: Vec::new(),
            parent: None,
            methods: Vec::new(),
            within,
            constructor: self.function_of_node.get(&node).copied().filter(|_| kind == ClassKind::Constructor),
        });
        id
    }

    pub(super) fn read_class_body(&mut self, id: ClassId) {
        let AstKind::Class(class) = self.nodes.kind(self.class_nodes[id.0 as usize]) else { return };
        for element in &class.body.body {
            match element {
                ClassElement::MethodDefinition(m) => {
                    let Some(function) = self.function_of_node.get(&m.value.node_id.get()).copied() else { continue };
                    let Some(name) = key_name(&m.key) else { continue };
                    let spot = self.member_spot(id, m.r#static, name);
                    self.field_functions.insert(spot, function);
                    if !m.r#static {
                        self.facts.classes[id.0 as usize].methods.push((name.to_owned(), function));
                    }
                }
                ClassElement::PropertyDefinition(p) => {
                    let (Some(name), Some(value)) = (key_name(&p.key), &p.value) else { continue };
                    if !p.r#static {
                        self.field_values.entry((id, name)).or_default().push(value);
                    }
                    if let Some(function) = self.literal_function(value) {
                        let spot = self.member_spot(id, p.r#static, name);
                        self.field_functions.insert(spot, function);
                    }
                }
                _ => {}
            }
        }
        if let Some(heritage) = &class.heritage {
            match self.type_named_by(&heritage.expression) {
                Some(Type::Library(t)) => {
                    let name = self.apis.type_name(t).to_owned();
                    self.facts.classes[id.0 as usize].extends.push(name);
                }
                Some(Type::Local(c)) if c != id => self.facts.classes[id.0 as usize].parent = Some(c),
                _ => self.facts.classes[id.0 as usize].extends.push(String::new()),
            }
        }
        self.note_made_once(id);
    }

    fn member_spot(&self, class: ClassId, is_static: bool, name: &'a str) -> Spot<'a> {
        let root = if is_static { self.static_root(class) } else { SpotRoot::This(class) };
        Spot::new(root).step(Seg::Field(name))
    }

    /// Where the statics of a class live: its own name, or a nameless stand-in.
    pub(super) fn static_root(&self, class: ClassId) -> SpotRoot<'a> {
        let symbol = match self.nodes.kind(self.class_nodes[class.0 as usize]) {
            AstKind::Class(c) => c.id.as_ref().and_then(|i| i.symbol_id.get()).or_else(|| {
                match self.nodes.kind(self.outside(self.class_nodes[class.0 as usize]).1) {
                    AstKind::VariableDeclarator(d) => bound_symbol(&d.id),
                    _ => None,
                }
            }),
            AstKind::Function(f) => f.id.as_ref().and_then(|i| i.symbol_id.get()),
            _ => None,
        };
        symbol.map_or(SpotRoot::UnknownThis(FunctionId(u32::MAX - class.0)), SpotRoot::Symbol)
    }

    /// `util.inherits(Foo, EventEmitter)`.
    pub(super) fn note_inheritance(&mut self, call: &'a oxc_ast::ast::CallExpression<'a>) {
        if call.callee_name() != Some("inherits") || call.arguments.len() != 2 {
            return;
        }
        let (Some(child), Some(parent)) = (call.arguments[0].as_expression(), call.arguments[1].as_expression()) else {
            return;
        };
        let Expression::Identifier(id) = peel(child) else { return };
        let Some(class) = self.symbol_of(id).and_then(|s| self.class_for_symbol(s)) else { return };
        match self.type_named_by(parent) {
            Some(Type::Library(t)) => {
                let name = self.apis.type_name(t).to_owned();
                self.facts.classes[class.0 as usize].extends.push(name);
            }
            Some(Type::Local(c)) if c != class => self.facts.classes[class.0 as usize].parent = Some(c),
            _ => self.facts.classes[class.0 as usize].extends.push(String::new()),
        }
    }

    /// The class that a symbol names; a function becomes a class when something asks for its instances.
    pub fn class_for_symbol(&mut self, symbol: SymbolId) -> Option<ClassId> {
        if let Some(id) = self.class_of_symbol.get(&symbol) {
            return Some(*id);
        }
        let node = self.scoping.symbol_declaration(symbol);
        let node = match self.nodes.kind(node) {
            AstKind::Function(_) => node,
            AstKind::VariableDeclarator(d) if d.id.is_binding_identifier() => {
                match d.init.as_ref().map(assigned_value)? {
                    Expression::FunctionExpression(f) => f.node_id.get(),
                    Expression::ClassExpression(c) => c.node_id.get(),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let id = match self.class_of_node.get(&node) {
            Some(id) => *id,
            None => self.push_class(node, self.scope_function(symbol)),
        };
        self.class_of_symbol.insert(symbol, id);
        if self.facts.classes[id.0 as usize].name.is_empty() {
            self.scoping.symbol_name(symbol).clone_into(&mut self.facts.classes[id.0 as usize].name);
        }
        Some(id)
    }

    /// The class whose prototype `spot` names once `tail` steps are cut off: `Foo.prototype`, `core.Foo.prototype.bar`.
    pub(super) fn class_for_prototype(&mut self, spot: &Spot<'a>, tail: usize) -> Option<ClassId> {
        let mut owner = spot.clone();
        owner.path.truncate(spot.path.len().checked_sub(tail)?);
        if let (SpotRoot::Symbol(symbol), []) = (owner.root, owner.path.as_slice()) {
            return self.class_for_symbol(symbol);
        }
        if let Some(class) = self.class_of_spot.get(&owner) {
            return Some(*class);
        }
        // `exports.Foo.prototype`: a class that others can reach.
        let name = owner.last_field()?;
        let id = self.push_class(NodeId::ROOT, TOP);
        let class = &mut self.facts.classes[id.0 as usize];
        name.clone_into(&mut class.name);
        (class.kind, class.exported) = (ClassKind::Constructor, true);
        self.class_of_spot.insert(owner, id);
        Some(id)
    }

    pub(super) fn instance_of_prototype(&mut self, spot: Spot<'a>) -> Spot<'a> {
        if spot.last_field() == Some("prototype")
            && let Some(class) = self.class_for_prototype(&spot, 1)
        {
            return Spot::new(SpotRoot::This(class));
        }
        spot
    }
}
