//! What a file gives to others, by the names under which they reach it.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentTarget, CallExpression, Declaration, ExportDefaultDeclarationKind, Expression, FunctionBody,
    ModuleExportName, ObjectPropertyKind, Statement,
};
use oxc_semantic::{NodeId, SymbolId};

use smallvec::SmallVec;

use super::Gift;
use crate::facts::functions::key_name;
use crate::facts::places::{Seg, Spot, SpotRoot, made_of};
use crate::facts::reader::{Reader, Type, assigned_value, bound_symbol, function_literal, last_name, peel};
use crate::facts::runs::{is_exports_target, is_global_promise};
use crate::facts::{FunctionId, Made};
use crate::finding::Span;

/// Names of helpers by which transpilers write `export * from`.
const STAR_HELPERS: [&str; 3] = ["__exportStar", "_export_star", "__reExport"];

impl<'a> Reader<'a, '_> {
    /// Reads what others can reach; [`Reader::note_taken`] has followed the names of other modules.
    pub(super) fn note_given(&mut self) {
        for statement in &self.nodes.program().body {
            self.note_given_by(statement);
        }
        for site in self.sites.clone().iter() {
            match *site {
                AstKind::AssignmentExpression(e) if is_exports_target(&e.left) => {
                    if let Some(path) = exported_path(&e.left) {
                        self.give_value(&path, &e.right);
                    }
                }
                AstKind::CallExpression(call) => self.note_star(call),
                _ => {}
            }
        }
    }

    fn note_given_by(&mut self, statement: &'a Statement<'a>) {
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
                for specifier in &d.specifiers {
                    if let ModuleExportName::IdentifierReference(local) = &specifier.local
                        && let Some(symbol) = self.symbol_of(local)
                    {
                        self.give_symbol(&[name_of(&specifier.exported)], symbol);
                    }
                }
            }
            Statement::ExportDeclaration(d) => self.give_declared(&d.declaration),
            Statement::ExportDefaultDeclaration(d) => match &d.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(f) => self.give_node(&["default"], f.node_id.get()),
                ExportDefaultDeclarationKind::ClassDeclaration(c) => self.give_node(&["default"], c.node_id.get()),
                other => {
                    if let Some(value) = other.as_expression() {
                        self.give_value(&["default"], value);
                    }
                }
            },
            Statement::TSExportAssignment(e) => self.give_value(&[], &e.expression),
            _ => {}
        }
    }

    fn give_declared(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(v) => {
                for d in &v.declarations {
                    match bound_symbol(&d.id) {
                        Some(symbol) => self.give_symbol(&[self.scoping.symbol_name(symbol)], symbol),
                        None => {
                            for (_, symbol) in Self::names_in_pattern(&d.id) {
                                self.give_symbol(&[self.scoping.symbol_name(symbol)], symbol);
                            }
                        }
                    }
                }
            }
            Declaration::FunctionDeclaration(f) => {
                if let Some(id) = &f.id {
                    self.give_node(&[id.name.as_str()], f.node_id.get());
                }
            }
            Declaration::ClassDeclaration(c) => {
                if let Some(id) = &c.id {
                    self.give_node(&[id.name.as_str()], c.node_id.get());
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

    fn give_symbol(&mut self, path: &[&str], symbol: SymbolId) {
        if let Some((module, whole)) = self.alias_links.get(&symbol) {
            let gift = Gift::Module(*module, whole.iter().map(|step| (*step).to_owned()).collect());
            return self.give(path, gift);
        }
        let node = self.scoping.symbol_declaration(symbol);
        if matches!(self.nodes.kind(node), AstKind::Function(_) | AstKind::Class(_)) {
            return self.give_node(path, node);
        }
        let value = match self.nodes.kind(node) {
            AstKind::VariableDeclarator(d) => d.init.as_ref().map(assigned_value),
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
                self.give_value(path, value);
                if matches!(value, Expression::ObjectExpression(_)) {
                    self.give_fields(path, symbol);
                }
            }
            _ => {}
        }
    }

    /// `const api = {}; api.list = () => {}; export default api;`
    fn give_fields(&mut self, path: &[&str], symbol: SymbolId) {
        let own = SpotRoot::Symbol(symbol);
        let field = |(Spot { root, path }, function): (&Spot<'a>, &FunctionId)| match path.as_slice() {
            [Seg::Field(name)] if *root == own => Some((*name, *function)),
            _ => None,
        };
        let mut fields: Vec<(&'a str, FunctionId)> = self.field_functions.iter().filter_map(field).collect();
        fields.sort_unstable();
        for (name, function) in fields {
            let whole: Vec<&str> = path.iter().copied().chain([name]).collect();
            self.give(&whole, Gift::Function(function));
        }
    }

    /// `promisify(setTimeout)`
    fn delay(&self, value: &'a Expression<'a>) -> Option<Span> {
        let Expression::CallExpression(call) = assigned_value(value) else { return None };
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

    fn give_value(&mut self, path: &[&str], value: &'a Expression<'a>) {
        if path.len() > 3 {
            return;
        }
        if let Some(gift) = self.link_of(value) {
            return self.give(path, gift);
        }
        if let Some(delay) = self.delay(value) {
            self.give(path, Gift::Delay(delay));
        }
        match assigned_value(value) {
            Expression::Identifier(id) => {
                if let Some(symbol) = self.symbol_of(id) {
                    self.give_symbol(path, symbol);
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
                if let Some(inner) = call.arguments.first().and_then(|a| a.as_expression()).map(peel)
                    && matches!(inner, Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_))
                {
                    self.give_value(path, inner);
                }
            }
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    match property {
                        ObjectPropertyKind::ObjectProperty(p) => {
                            if let Some(name) = key_name(&p.key) {
                                let whole: Vec<&str> = path.iter().copied().chain([name]).collect();
                                self.give_value(&whole, &p.value);
                            }
                        }
                        // `module.exports = { ...require('./a') }`
                        ObjectPropertyKind::SpreadProperty(s) if path.is_empty() => {
                            if let Some(Gift::Module(module, rest)) = self.link_of(&s.argument)
                                && rest.is_empty()
                            {
                                self.facts.links.stars.push(module);
                            }
                        }
                        ObjectPropertyKind::SpreadProperty(_) => {}
                    }
                }
            }
            _ => {}
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
