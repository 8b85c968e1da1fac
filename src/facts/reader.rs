//! One file while its syntax tree is at hand: nodes, scopes, functions and classes by number, text by span.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BindingPattern, CallExpression, Expression, Function as JsFunction, IdentifierReference, NewExpression,
};
use oxc_semantic::{AstNodes, NodeId, Scoping, Semantic, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::containers::Collections;
use super::extract::Origin;
use super::keys::Asked;
use super::names::Hit;
use super::places::Spot;
use super::promises::emitters::{Emitter, Heard};
use super::sites::{Calls, FieldUse};
use super::{BindingId, ClassId, FileFacts, FunctionId, PlaceId};
use crate::apis::{Apis, TypeId};
use crate::finding::Span;

/// Everything that the passes over one file share. Built once for each file, dropped with its syntax tree.
pub struct Reader<'a, 's> {
    pub semantic: &'s Semantic<'a>,
    pub nodes: &'s AstNodes<'a>,
    pub scoping: &'s Scoping,
    pub apis: &'static Apis,
    pub text: &'a str,
    /// Byte offset of this block in its file.
    pub offset: u32,
    /// As shown to the user.
    pub path: &'s str,
    /// The whole path, whatever the working directory.
    pub place: &'s str,
    pub facts: FileFacts,

    /// Function that a node belongs to; a function node belongs to itself.
    pub owner: Vec<FunctionId>,
    /// [`Reader::index_calls`] has run.
    pub knows_calls: bool,
    /// Calls by the function of this file that they reach.
    pub calls_of: FxHashMap<FunctionId, Vec<&'a CallExpression<'a>>>,
    /// Where classes of this file are instantiated, by their constructor.
    pub news_of: FxHashMap<FunctionId, Vec<&'a NewExpression<'a>>>,
    /// The nodes that later passes look at, in the order of the text: calls, `new`, assignments, declarations, fields and
    /// exports. Walking these is much cheaper than walking all nodes.
    pub sites: Rc<[AstKind<'a>]>,
    pub(super) calls: Calls<'a>,
    /// Every `this`.
    pub this_nodes: Vec<NodeId>,
    /// Node of each function.
    pub function_nodes: Vec<NodeId>,
    pub function_of_node: FxHashMap<NodeId, FunctionId>,
    pub class_of_node: FxHashMap<NodeId, ClassId>,
    pub class_of_symbol: FxHashMap<SymbolId, ClassId>,
    /// Classes known by a path only: `exports.Foo`.
    pub class_of_spot: FxHashMap<Spot<'a>, ClassId>,
    pub class_nodes: Vec<NodeId>,
    /// Expressions that functions return.
    pub returned: FxHashMap<FunctionId, SmallVec<[&'a Expression<'a>; 2]>>,
    /// What is assigned to fields: `this.x = value`, `x = value` in a class body.
    pub field_values: FxHashMap<(ClassId, &'a str), Vec<&'a Expression<'a>>>,

    /// Functions stored at a location: methods, `exports.f = function`, `obj.f = () => ..`.
    pub field_functions: FxHashMap<Spot<'a>, FunctionId>,

    /// Assignments by the location they write.
    pub assigned: FxHashMap<Spot<'a>, SmallVec<[NodeId; 2]>>,
    /// Collections that a function adds entries to by `add` or `set`.
    pub entered: FxHashSet<(Spot<'a>, FunctionId)>,
    /// Symbols that other files can reach.
    pub exported: FxHashSet<SymbolId>,
    /// Pairs whose references were noted already.
    pub noted: FxHashSet<(FunctionId, SymbolId)>,
    /// What names stand for something of another module: its number in [`Links`](super::Links), and the path in it.
    pub alias_links: FxHashMap<SymbolId, (u32, Vec<&'a str>)>,
    /// Collections under construction.
    pub collections: Collections<'a>,

    pub bindings: FxHashMap<SymbolId, BindingId>,
    /// The symbol of each binding, by [`BindingId`].
    pub binding_symbols: Vec<SymbolId>,
    pub place_ids: FxHashMap<Spot<'a>, PlaceId>,
    /// What symbols stand for: the place in `resolved`, counted from one.
    pub(super) spots: Vec<u32>,
    pub(super) resolved: Vec<Spot<'a>>,
    pub this_spots: FxHashMap<FunctionId, Spot<'a>>,
    pub call_spots: FxHashMap<NodeId, Option<Spot<'a>>>,
    pub call_types: FxHashMap<NodeId, Option<Type>>,
    pub call_rows: FxHashMap<NodeId, Option<Hit>>,
    /// How far the present walk over names, types and classes has come: see [`Reader::deeper`].
    pub depth: u32,
    pub(super) asked: Asked,
    pub symbol_types: FxHashMap<SymbolId, Option<Type>>,
    pub field_types: FxHashMap<(ClassId, &'a str), Option<Type>>,
    /// Rows of handlers that mean this file, once a function asks.
    pub(super) exported_rows: Option<Rc<[&'static crate::apis::handlers::Exported]>>,
    /// Whether tests, by their offset, look at a clock.
    pub about_time: FxHashMap<u32, bool>,
    /// Whether objects are options of a component, once asked.
    pub(super) options_seen: RefCell<FxHashMap<NodeId, bool>>,
    /// The function of this file that a call reaches, once asked.
    pub(super) targets: FxHashMap<NodeId, Option<FunctionId>>,
    /// Calls by the function that they reach by any name, once a pass asks.
    pub(super) callers: Option<FxHashMap<FunctionId, Vec<&'a CallExpression<'a>>>>,
    /// What runs when a function runs, once asked.
    pub(super) reached: FxHashMap<FunctionId, Rc<[FunctionId]>>,
    /// Symbols by the function that declares them, once a pass asks.
    pub(super) symbols_by_function: Option<FxHashMap<FunctionId, Vec<SymbolId>>>,
    /// How the file is written, once a repair asks.
    pub(super) manner: OnceCell<super::Manner>,
    /// Where fields are named, by their names, once a pass asks.
    pub(super) field_uses: Option<Rc<FxHashMap<&'a str, Vec<FieldUse<'a>>>>>,
    /// Events listened to in this file by emitter, once a promise asks for them.
    pub(super) heard: Option<FxHashMap<Emitter<'a>, Vec<Heard<'a>>>>,
}

/// What a value is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Library(TypeId),
    Local(ClassId),
}

impl<'a, 's> Reader<'a, 's> {
    #[must_use]
    pub fn new(semantic: &'s Semantic<'a>, origin: &Origin<'s>, apis: &'static Apis) -> Self {
        Self {
            semantic,
            nodes: semantic.nodes(),
            scoping: semantic.scoping(),
            apis,
            text: semantic.source_text(),
            offset: origin.offset,
            path: origin.path,
            place: origin.place,
            facts: FileFacts::default(),
            owner: Vec::new(),
            sites: Rc::from([]),
            calls: Calls::default(),
            knows_calls: false,
            calls_of: FxHashMap::default(),
            news_of: FxHashMap::default(),
            this_nodes: Vec::new(),
            function_nodes: Vec::new(),
            function_of_node: FxHashMap::default(),
            class_of_node: FxHashMap::default(),
            class_of_symbol: FxHashMap::default(),
            class_of_spot: FxHashMap::default(),
            class_nodes: Vec::new(),
            returned: FxHashMap::default(),
            field_values: FxHashMap::default(),
            field_functions: FxHashMap::default(),
            assigned: FxHashMap::default(),
            entered: FxHashSet::default(),
            exported: FxHashSet::default(),
            noted: FxHashSet::default(),
            alias_links: FxHashMap::default(),
            collections: Collections::default(),
            bindings: FxHashMap::default(),
            binding_symbols: Vec::new(),
            place_ids: FxHashMap::default(),
            spots: vec![0; semantic.scoping().symbols_len()],
            resolved: Vec::new(),
            this_spots: FxHashMap::default(),
            call_spots: FxHashMap::default(),
            call_types: FxHashMap::default(),
            call_rows: FxHashMap::default(),
            depth: 0,
            asked: Asked::default(),
            symbol_types: FxHashMap::default(),
            field_types: FxHashMap::default(),
            exported_rows: None,
            about_time: FxHashMap::default(),
            options_seen: RefCell::default(),
            targets: FxHashMap::default(),
            callers: None,
            reached: FxHashMap::default(),
            symbols_by_function: None,
            manner: OnceCell::new(),
            field_uses: None,
            heard: None,
        }
    }

    /// Forgets what was resolved before all functions and fields were known.
    pub fn forget(&mut self) {
        self.spots.fill(0);
        self.resolved.clear();
        self.this_spots.clear();
        self.call_spots.clear();
        self.call_types.clear();
        self.call_rows.clear();
        self.symbol_types.clear();
        self.field_types.clear();
    }

    /// Span in the whole file.
    #[must_use]
    pub fn span(&self, span: oxc_span::Span) -> Span {
        Span::new(span.start + self.offset, span.end + self.offset)
    }

    /// Source text of a node, white space folded, at most `most` characters.
    #[must_use]
    pub fn text_of(&self, span: oxc_span::Span, most: usize) -> String {
        let raw = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let mut out = String::with_capacity(raw.len().min(most));
        let mut space = false;
        for c in raw.chars() {
            if c.is_whitespace() {
                space = !out.is_empty();
                continue;
            }
            if out.len() >= most {
                out.push('…');
                break;
            }
            if space && needs_space(&out, c) {
                out.push(' ');
            }
            space = false;
            out.push(c);
        }
        out
    }

    /// The blanks right before an offset of this block: the indentation of what begins there, if that begins its line.
    #[must_use]
    pub fn indent_before(&self, offset: u32) -> &'a str {
        let before = &self.text[..offset as usize];
        &before[before.trim_end_matches([' ', '\t']).len()..]
    }

    /// What to point at for a call: its callee and first argument. The rest may be a whole function, and is not the point.
    #[must_use]
    pub fn head_of_call(&self, call: &CallExpression<'_>) -> Span {
        let first = call.arguments.first().filter(|a| {
            !matches!(
                a,
                Argument::FunctionExpression(_) | Argument::ArrowFunctionExpression(_) | Argument::ObjectExpression(_)
            )
        });
        let end = first.map_or_else(|| call.callee.span().end, |a| a.span().end);
        self.span(oxc_span::Span::new(call.span.start, end))
    }

    /// Span of a node in the whole file.
    #[must_use]
    pub fn span_of(&self, node: NodeId) -> Span {
        self.span(self.nodes.kind(node).span())
    }

    #[must_use]
    pub fn symbol_of_binding(&self, binding: BindingId) -> Option<SymbolId> {
        self.binding_symbols.get(binding.0 as usize).copied()
    }

    /// The function whose activation runs this node.
    #[must_use]
    pub fn owner_of(&self, node: NodeId) -> FunctionId {
        self.owner[node.index()]
    }

    /// The nearest ancestor that is not a mere wrapper (parentheses, type assertions, optional chains), and the
    /// wrapped child that stands in it.
    #[must_use]
    pub fn outside(&self, node: NodeId) -> (NodeId, NodeId) {
        let mut child = node;
        loop {
            let parent = self.nodes.parent_id(child);
            match self.nodes.kind(parent) {
                AstKind::ParenthesizedExpression(_)
                | AstKind::TSAsExpression(_)
                | AstKind::TSNonNullExpression(_)
                | AstKind::TSSatisfiesExpression(_)
                | AstKind::TSTypeAssertion(_)
                | AstKind::TSInstantiationExpression(_)
                | AstKind::ChainExpression(_) => child = parent,
                _ => return (child, parent),
            }
        }
    }

    /// The nearest enclosing statement (or declaration) of a node.
    #[must_use]
    pub fn statement_of(&self, node: NodeId) -> NodeId {
        let mut at = node;
        loop {
            let parent = self.nodes.parent_id(at);
            if parent == at
                || matches!(
                    self.nodes.kind(parent),
                    AstKind::Program(_)
                        | AstKind::BlockStatement(_)
                        | AstKind::FunctionBody(_)
                        | AstKind::StaticBlock(_)
                        | AstKind::SwitchCase(_)
                        | AstKind::TSModuleBlock(_)
                        | AstKind::ClassBody(_)
                )
            {
                return at;
            }
            at = parent;
        }
    }

    #[must_use]
    pub fn statement_span(&self, node: NodeId) -> Span {
        self.span(self.nodes.kind(self.statement_of(node)).span())
    }

    /// Whether `ancestor` is `node` or one of its ancestors.
    #[must_use]
    pub fn is_within(&self, node: NodeId, ancestor: NodeId) -> bool {
        node == ancestor || self.nodes.ancestor_ids(node).any(|a| a == ancestor)
    }

    /// The function node that a name or expression denotes inside this file, if it is certain.
    pub fn function_denoted(&mut self, expr: &'a Expression<'a>) -> Option<FunctionId> {
        match peel(expr) {
            literal @ (Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)) => {
                self.literal_function(literal)
            }
            Expression::Identifier(id) => {
                let symbol = self.symbol_of(id)?;
                self.function_of_symbol(symbol)
            }
            other => {
                let spot = self.spot_of(other)?;
                self.function_at(&spot)
            }
        }
    }

    /// The symbol that an identifier refers to; `None` for a global.
    #[must_use]
    pub fn symbol_of(&self, id: &IdentifierReference<'_>) -> Option<SymbolId> {
        id.reference_id.get().and_then(|r| self.scoping.get_reference(r).symbol_id())
    }

    /// Where the value of a symbol is read.
    pub fn reads_of(&self, symbol: SymbolId) -> impl Iterator<Item = NodeId> + use<'a, 's> {
        self.scoping.get_resolved_references(symbol).filter(|r| r.is_read()).map(oxc_semantic::Reference::node_id)
    }

    /// The symbol that names a function: its own name or the variable that it is given to, also by way of an export
    /// (`const F = module.exports = function () {}`).
    #[must_use]
    pub fn symbol_of_function(&self, function: NodeId) -> Option<SymbolId> {
        if let AstKind::Function(JsFunction { id: Some(id), .. }) = self.nodes.kind(function) {
            return id.symbol_id.get();
        }
        let (_, mut parent) = self.outside(function);
        for _ in 0..4 {
            match self.nodes.kind(parent) {
                AstKind::AssignmentExpression(_) => (_, parent) = self.outside(parent),
                AstKind::VariableDeclarator(d) => return bound_symbol(&d.id),
                _ => return None,
            }
        }
        None
    }

    /// The function bound to a symbol that is never assigned again.
    #[must_use]
    pub fn function_of_symbol(&self, symbol: SymbolId) -> Option<FunctionId> {
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::Function(f) => self.function_of_node.get(&f.node_id.get()).copied(),
            _ => self.function_expression(self.initial_value(symbol)?),
        }
    }

    /// What a name was given for good where it was declared.
    #[must_use]
    pub fn initial_value(&self, symbol: SymbolId) -> Option<&'a Expression<'a>> {
        match self.nodes.kind(self.scoping.symbol_declaration(symbol)) {
            AstKind::VariableDeclarator(d) if !self.scoping.symbol_is_mutated(symbol) => {
                d.id.get_binding_identifier()?;
                d.init.as_ref()
            }
            _ => None,
        }
    }

    fn function_expression(&self, expr: &'a Expression<'a>) -> Option<FunctionId> {
        match assigned_value(expr) {
            // A wrapper that calls its argument later: `useCallback(() => ..)`, `wrap(async (req, res) => ..)`.
            Expression::CallExpression(call) if call.arguments.len() <= 2 => {
                self.literal_function(call.arguments.first()?.as_expression()?)
            }
            value => self.literal_function(value),
        }
    }

    /// The function that is written here.
    pub(super) fn literal_function(&self, expr: &'a Expression<'a>) -> Option<FunctionId> {
        self.function_of_node.get(&function_literal(expr)?).copied()
    }

    /// What to point at for a function: its name, or its head up to the body.
    #[must_use]
    pub fn head_of_function(&self, node: NodeId) -> Span {
        let (span, body) = match self.nodes.kind(node) {
            AstKind::Function(JsFunction { id: Some(id), .. }) => return self.span(id.span),
            AstKind::Function(f) => (f.span, f.body.as_ref().map_or(f.span.end, |b| b.span.start)),
            AstKind::ArrowFunctionExpression(f) => (f.span, f.body.span().start),
            AstKind::Class(c) => (c.span, c.body.span.start),
            other => (other.span(), other.span().end),
        };
        let head = self.text.get(span.start as usize..body as usize).unwrap_or("").trim_end();
        #[expect(clippy::cast_possible_truncation, reason = "files are far below 4 GiB")]
        let end = span.start + head.len() as u32;
        self.span(oxc_span::Span::new(span.start, end.max(span.start + 1).min(span.end)))
    }
}

/// Whether folding white space must leave a blank between what is written and `next`.
fn needs_space(written: &str, next: char) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    written.chars().last().is_some_and(|last| (word(last) && word(next)) || matches!(last, ',' | ':' | ';' | '=' | '>'))
        || matches!(next, '=' | '{' | '?' | '+' | '*' | '&' | '|' | '<')
}

/// How often a text has a name as a word of its own.
#[must_use]
pub fn times_named(text: &str, name: &str) -> usize {
    named_at(text, name).count()
}

/// Where a text has a name as a word of its own.
pub fn named_at<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + use<'t> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    memchr::memmem::find_iter(text.as_bytes(), name)
        .filter(move |at| !text[..*at].ends_with(word) && !text[at + name.len()..].starts_with(word))
}

/// The last name of a callee: `on` of `bus.on`.
#[must_use]
pub fn last_name<'a>(callee: &'a Expression<'a>) -> Option<&'a str> {
    match peel(callee) {
        Expression::Identifier(id) => Some(id.name.as_str()),
        callee => callee.as_member_expression()?.static_property_name(),
    }
}

/// The node of a function that is written here.
#[must_use]
pub fn function_literal<'a>(expr: &'a Expression<'a>) -> Option<NodeId> {
    match peel(expr) {
        Expression::FunctionExpression(f) => Some(f.node_id.get()),
        Expression::ArrowFunctionExpression(f) => Some(f.node_id.get()),
        _ => None,
    }
}

/// The value of `a = b = value`.
#[must_use]
pub fn assigned_value<'a>(expr: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut e = peel(expr);
    while let Expression::AssignmentExpression(assignment) = e {
        e = peel(&assignment.right);
    }
    e
}

/// The expression inside parentheses and type assertions.
#[must_use]
pub fn peel<'a>(expr: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut e = expr;
    loop {
        e = match e {
            Expression::ParenthesizedExpression(p) => &p.expression,
            Expression::TSAsExpression(t) => &t.expression,
            Expression::TSSatisfiesExpression(t) => &t.expression,
            Expression::TSNonNullExpression(t) => &t.expression,
            Expression::TSTypeAssertion(t) => &t.expression,
            Expression::TSInstantiationExpression(t) => &t.expression,
            Expression::SequenceExpression(s) => match s.expressions.last() {
                Some(last) => last,
                None => return e,
            },
            _ => return e,
        };
    }
}

/// The symbol of a variable or parameter; `None` for a pattern.
#[must_use]
pub fn bound_symbol(pattern: &BindingPattern<'_>) -> Option<SymbolId> {
    pattern.get_binding_identifier()?.symbol_id.get()
}
