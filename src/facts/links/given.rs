//! What a file gives to others, by the names under which they reach it.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentTarget, CallExpression, Declaration, ExportDefaultDeclarationKind, Expression, FunctionBody,
    ModuleExportName, ObjectExpression, ObjectPropertyKind, Statement,
};
use oxc_semantic::{NodeId, SymbolId};

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::Gift;
use crate::facts::functions::key_name;
use crate::facts::places::{Seg, Spot, SpotRoot, made_of};
use crate::facts::reader::{Reader, Type, bound_symbol, function_literal, last_name, peel};
use crate::facts::runs::{is_exports_target, is_global_promise};
use crate::facts::{FunctionId, Made};
use crate::finding::Span;

/// Names of helpers by which transpilers write `export * from`.
const STAR_HELPERS: [&str; 3] = ["__exportStar", "_export_star", "__reExport"];

/// Steps of the path by which others reach a value.
const LONGEST_PATH: usize = 3;

/// Values that are looked at for each node of a file, besides [`FEW`]: what many names share has a path for each of them.
const PER_NODE: usize = 2;
const FEW: usize = 10_000;

type Path<'s> = SmallVec<[&'s str; LONGEST_PATH]>;

/// What may stand behind an export.
#[derive(Clone, Copy)]
enum Offered<'a> {
    Symbol(SymbolId),
    Value(&'a Expression<'a>),
    /// A function or a class.
    Node(NodeId),
    Function(FunctionId),
}

/// The exports of a file on their way from names to what these stand for: a list and not a recursion, as names may stand
/// for each other in long chains and in circles.
#[derive(Default)]
struct Offers<'a, 's> {
    /// What is left to look at; the next one last.
    work: Vec<(Path<'s>, Offered<'a>)>,
    /// Names that were followed for one path.
    seen: FxHashSet<(Path<'s>, SymbolId)>,
    looked_at: usize,
    /// What the assignments of a chain come to: `exports.a = exports.b = value`.
    ends: FxHashMap<NodeId, &'a Expression<'a>>,
    /// Functions stored in fields of a name, once asked.
    fields: Option<FxHashMap<SymbolId, Vec<(&'a str, FunctionId)>>>,
}

impl<'a, 's> Offers<'a, 's> {
    fn add(&mut self, path: &[&'s str], offered: Offered<'a>) {
        self.work.push((Path::from_slice(path), offered));
    }

    /// The value of `a = b = value`; each assignment of a long chain is looked at once.
    fn end_of_chain(&mut self, value: &'a Expression<'a>) -> &'a Expression<'a> {
        let (mut at, mut chain) = (peel(value), SmallVec::<[NodeId; 4]>::new());
        while let Expression::AssignmentExpression(assignment) = at {
            let node = assignment.node_id.get();
            if let Some(known) = self.ends.get(&node) {
                at = known;
                break;
            }
            chain.push(node);
            at = peel(&assignment.right);
        }
        self.ends.extend(chain.into_iter().map(|node| (node, at)));
        at
    }
}

impl<'a, 's> Reader<'a, 's> {
    /// Reads what others can reach; [`Reader::note_taken`] has followed the names of other modules.
    pub(super) fn note_given(&mut self) {
        let mut offers = Offers::default();
        for statement in &self.nodes.program().body {
            self.note_given_by(statement, &mut offers);
            self.give_offered(&mut offers);
        }
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::AssignmentExpression(e) if is_exports_target(&e.left) => {
                    if let Some(path) = exported_path(&e.left) {
                        offers.add(&path, Offered::Value(&e.right));
                        self.give_offered(&mut offers);
                    }
                }
                AstKind::CallExpression(call) => self.note_star(call),
                _ => {}
            }
        }
    }

    fn note_given_by(&mut self, statement: &'a Statement<'a>, offers: &mut Offers<'a, 's>) {
        match statement {
            Statement::ExportAllDeclaration(d) if !d.export_kind.is_type() => {
                let Some(module) = self.linked_module(d.source.value.as_str()) else { return };
                match &d.exported {
                    Some(name) => self.give(&[name_of(name)], Gift::Module(module, Vec::new())),
                    None => self.facts.links.stars.push(module),
                }
            }
            Statement::ExportFromDeclaration(d) if !d.export_kind.is_type() => {
                let Some(module) = self.linked_module(d.source.value.as_str()) else { return };
                for specifier in d.specifiers.iter().filter(|s| !s.export_kind.is_type()) {
                    let path = vec![name_of(&specifier.local).to_owned()];
                    self.give(&[name_of(&specifier.exported)], Gift::Module(module, path));
                }
            }
            Statement::ExportNamedDeclaration(d) if !d.export_kind.is_type() => {
                for specifier in d.specifiers.iter().rev() {
                    if let ModuleExportName::IdentifierReference(local) = &specifier.local
                        && let Some(symbol) = self.symbol_of(local)
                    {
                        offers.add(&[name_of(&specifier.exported)], Offered::Symbol(symbol));
                    }
                }
            }
            Statement::ExportDeclaration(d) => self.offer_declared(&d.declaration, offers),
            Statement::ExportDefaultDeclaration(d) => {
                let offered = match &d.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(f) => Some(Offered::Node(f.node_id.get())),
                    ExportDefaultDeclarationKind::ClassDeclaration(c) => Some(Offered::Node(c.node_id.get())),
                    other => other.as_expression().map(Offered::Value),
                };
                if let Some(offered) = offered {
                    offers.add(&["default"], offered);
                }
            }
            Statement::TSExportAssignment(e) => offers.add(&[], Offered::Value(&e.expression)),
            _ => {}
        }
    }

    fn offer_declared(&self, declaration: &'a Declaration<'a>, offers: &mut Offers<'a, 's>) {
        match declaration {
            Declaration::VariableDeclaration(v) => {
                for d in v.declarations.iter().rev() {
                    let symbols = match bound_symbol(&d.id) {
                        Some(symbol) => vec![symbol],
                        None => Self::names_in_pattern(&d.id).into_iter().map(|(_, symbol)| symbol).collect(),
                    };
                    for symbol in symbols.into_iter().rev() {
                        offers.add(&[self.scoping.symbol_name(symbol)], Offered::Symbol(symbol));
                    }
                }
            }
            Declaration::FunctionDeclaration(f) => {
                if let Some(id) = &f.id {
                    offers.add(&[id.name.as_str()], Offered::Node(f.node_id.get()));
                }
            }
            Declaration::ClassDeclaration(c) => {
                if let Some(id) = &c.id {
                    offers.add(&[id.name.as_str()], Offered::Node(c.node_id.get()));
                }
            }
            _ => {}
        }
    }

    /// `__exportStar(require('./x'), exports)`
    fn note_star(&mut self, call: &'a CallExpression<'a>) {
        let helper = call.callee_name().is_some_and(|name| STAR_HELPERS.contains(&name));
        if helper
            && let Some(first) = call.arguments.first().and_then(|a| a.as_expression())
            && let Some(Gift::Module(module, path)) = self.link_of(first)
            && path.is_empty()
        {
            self.facts.links.stars.push(module);
        }
    }

    /// Follows everything on offer to what can be given.
    fn give_offered(&mut self, offers: &mut Offers<'a, 's>) {
        let most = FEW + PER_NODE * self.nodes.len();
        while let Some((path, offered)) = offers.work.pop() {
            offers.looked_at += 1;
            if offers.looked_at > most {
                return offers.work.clear();
            }
            match offered {
                Offered::Symbol(symbol) => {
                    if offers.seen.insert((path.clone(), symbol)) {
                        self.give_symbol(&path, symbol, offers);
                    }
                }
                Offered::Value(value) => self.give_value(&path, value, offers),
                Offered::Node(node) => self.give_node(&path, node),
                Offered::Function(function) => self.give(&path, Gift::Function(function)),
            }
        }
    }

    /// A function or class that is written here; one that has methods is both.
    fn give_node(&mut self, path: &[&str], node: NodeId) {
        if let Some(class) = self.class_of_node.get(&node).copied() {
            self.give(path, Gift::Class(class));
        }
        if let Some(function) = self.function_of_node.get(&node).copied() {
            self.give(path, Gift::Function(function));
            if self.gives_delay(function) {
                self.give(path, Gift::Delay(self.facts.functions[function.0 as usize].head));
            }
        }
    }

    fn give_symbol(&mut self, path: &[&'s str], symbol: SymbolId, offers: &mut Offers<'a, 's>) {
        if let Some((module, whole)) = self.alias_links.get(&symbol) {
            let gift = Gift::Module(*module, whole.iter().map(|step| (*step).to_owned()).collect());
            return self.give(path, gift);
        }
        let node = self.scoping.symbol_declaration(symbol);
        if matches!(self.nodes.kind(node), AstKind::Function(_) | AstKind::Class(_)) {
            return self.give_node(path, node);
        }
        let value = match self.nodes.kind(node) {
            AstKind::VariableDeclarator(d) => d.init.as_ref().map(|init| offers.end_of_chain(init)),
            _ => None,
        };
        let spot = self.spot_of_symbol(symbol);
        // What others may register on or fill.
        let opens = match value {
            Some(Expression::NewExpression(_)) => true,
            Some(call @ Expression::CallExpression(_)) => made_of(call) == Made::Here,
            _ => false,
        };
        if opens || self.place_ids.contains_key(&spot) {
            let place = self.own(&spot);
            self.give(path, Gift::Place(place));
        }
        match value {
            Some(value) if !self.scoping.symbol_is_mutated(symbol) => {
                if matches!(value, Expression::ObjectExpression(_)) {
                    self.offer_fields(path, symbol, offers);
                }
                offers.add(path, Offered::Value(value));
            }
            _ => {}
        }
    }

    /// `const api = {}; api.list = () => {}; export default api;`
    fn offer_fields(&self, path: &[&'s str], symbol: SymbolId, offers: &mut Offers<'a, 's>) {
        let fields = offers.fields.take().unwrap_or_else(|| self.functions_in_fields());
        for (name, function) in fields.get(&symbol).into_iter().flatten().rev() {
            let whole: Path<'s> = path.iter().copied().chain([*name]).collect();
            offers.work.push((whole, Offered::Function(*function)));
        }
        offers.fields = Some(fields);
    }

    /// Functions that are stored in fields of names, by the name; sorted.
    fn functions_in_fields(&self) -> FxHashMap<SymbolId, Vec<(&'a str, FunctionId)>> {
        let field = |(Spot { root, path }, function): (&Spot<'a>, &FunctionId)| match (root, path.as_slice()) {
            (SpotRoot::Symbol(symbol), [Seg::Field(name)]) => Some((*symbol, *name, *function)),
            _ => None,
        };
        let mut all: Vec<(SymbolId, &'a str, FunctionId)> = self.field_functions.iter().filter_map(field).collect();
        all.sort_unstable();
        let mut fields: FxHashMap<SymbolId, Vec<(&'a str, FunctionId)>> = FxHashMap::default();
        for (symbol, name, function) in all {
            fields.entry(symbol).or_default().push((name, function));
        }
        fields
    }

    /// `promisify(setTimeout)`
    fn delay(&self, value: &'a Expression<'a>) -> Option<Span> {
        let Expression::CallExpression(call) = value else { return None };
        let [Argument::Identifier(timer)] = call.arguments.as_slice() else { return None };
        let promisifies = last_name(&call.callee) == Some("promisify");
        (promisifies && timer.name == "setTimeout" && self.symbol_of(timer).is_none()).then(|| self.span(call.span))
    }

    /// `(ms) => new Promise((resolve) => setTimeout(resolve, ms))`: all that the function returns is such a promise.
    fn gives_delay(&self, function: FunctionId) -> bool {
        let Some([Expression::NewExpression(new)]) = self.returned.get(&function).map(SmallVec::as_slice) else {
            return false;
        };
        let Some(executor) = new.arguments.first().and_then(|a| a.as_expression()).and_then(function_literal) else {
            return false;
        };
        let body = match self.nodes.kind(executor) {
            AstKind::ArrowFunctionExpression(f) => {
                f.body.as_expression().or_else(|| only_call(f.body.as_function_body()))
            }
            AstKind::Function(f) => only_call(f.body.as_deref()),
            _ => None,
        };
        let Some(Expression::CallExpression(call)) = body.map(peel) else { return false };
        let resolve = self.param_symbols(executor).first().copied().flatten();
        let runs = call.arguments.first().and_then(|a| a.as_expression()).map(peel);
        is_global_promise(self, &new.callee)
            && self.global_name(&call.callee) == Some("setTimeout")
            && matches!(runs, Some(Expression::Identifier(id)) if self.symbol_of(id) == resolve)
    }

    fn give_value(&mut self, path: &[&'s str], value: &'a Expression<'a>, offers: &mut Offers<'a, 's>) {
        if path.len() > LONGEST_PATH {
            return;
        }
        if let Some(gift) = self.link_of(value) {
            return self.give(path, gift);
        }
        let value = offers.end_of_chain(value);
        if let Some(delay) = self.delay(value) {
            self.give(path, Gift::Delay(delay));
        }
        match value {
            Expression::Identifier(id) => {
                if let Some(symbol) = self.symbol_of(id) {
                    offers.add(path, Offered::Symbol(symbol));
                }
            }
            Expression::FunctionExpression(f) => self.give_node(path, f.node_id.get()),
            Expression::ArrowFunctionExpression(f) => self.give_node(path, f.node_id.get()),
            Expression::ClassExpression(c) => self.give_node(path, c.node_id.get()),
            Expression::NewExpression(new) => {
                if let Some(Type::Local(class)) = self.type_of_new(new) {
                    self.give(path, Gift::Instance(class));
                }
            }
            // A wrapper calls what it is handed: `export const GET = auth(async (req) => ..)`.
            Expression::CallExpression(call) if call.arguments.len() <= 2 => {
                if let Some(inner) = call.arguments.first().and_then(|a| a.as_expression()).and_then(function_literal) {
                    self.give_node(path, inner);
                }
            }
            Expression::ObjectExpression(object) => self.offer_properties(path, object, offers),
            _ => {}
        }
    }

    fn offer_properties(&mut self, path: &[&'s str], object: &'a ObjectExpression<'a>, offers: &mut Offers<'a, 's>) {
        for property in &object.properties {
            // `module.exports = { ...require('./a') }`
            if let ObjectPropertyKind::SpreadProperty(s) = property
                && path.is_empty()
                && let Some(Gift::Module(module, rest)) = self.link_of(&s.argument)
                && rest.is_empty()
            {
                self.facts.links.stars.push(module);
            }
        }
        if path.len() == LONGEST_PATH {
            return;
        }
        for property in object.properties.iter().rev().filter_map(|p| p.as_property()) {
            if let Some(name) = key_name(&property.key) {
                let whole: Path<'s> = path.iter().copied().chain([name]).collect();
                offers.work.push((whole, Offered::Value(&property.value)));
            }
        }
    }
}

fn name_of<'a>(name: &'a ModuleExportName<'a>) -> &'a str {
    match name {
        ModuleExportName::IdentifierName(id) => id.name.as_str(),
        ModuleExportName::IdentifierReference(id) => id.name.as_str(),
        ModuleExportName::StringLiteral(s) => s.value.as_str(),
    }
}

/// The one expression that a body consists of.
fn only_call<'a>(body: Option<&'a FunctionBody<'a>>) -> Option<&'a Expression<'a>> {
    match body?.statements.as_slice() {
        [Statement::ExpressionStatement(e)] => Some(&e.expression),
        _ => None,
    }
}

/// `module.exports` is no step, `exports.x` and `module.exports.x` are one.
fn exported_path<'a>(target: &'a AssignmentTarget<'a>) -> Option<Vec<&'a str>> {
    let member = target.as_member_expression()?;
    let last = member.static_property_name()?;
    match peel(member.object()) {
        Expression::Identifier(id) if id.name == "module" => Some(Vec::new()),
        _ => Some(vec![last]),
    }
}
