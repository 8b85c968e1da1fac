//! Functions that frameworks run by name, place or decorator, and those handed to a constructor.

use std::rc::Rc;

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentExpression, BindingPattern, Expression, FormalParameters, ModuleExportName};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::apis::handlers::Exported;
use crate::facts::functions::key_name;
use crate::facts::names::callback_in;
use crate::facts::places::{Seg, SpotRoot};
use crate::facts::reader::{Reader, bound_symbol, peel};
use crate::facts::{FunctionId, Often, Use};

impl<'a> Reader<'a, '_> {
    /// How often a framework runs a function that it finds by the name it is exported under, by a decorator, or by the
    /// key of an object that it stands in.
    pub fn runs_by_name(&mut self, function: NodeId) -> Option<Often> {
        self.runs_by_decorator(function).or_else(|| self.runs_by_key(function)).or_else(|| {
            let rows = self.rows_of_this_file();
            if rows.is_empty() {
                return None;
            }
            let parameters = self.params_of(function).map(parameter_names).unwrap_or_default();
            let names = self.names_exported_as(function);
            let meant = |row: &&&Exported| names.iter().any(|name| row.means(name, &parameters));
            rows.iter().find(meant).map(|row| row.runs)
        })
    }

    /// Each of the files like this one is bundled and reloaded by itself.
    #[must_use]
    pub fn is_reloaded(&self) -> bool {
        self.handler_rows().any(|row| row.reloaded)
    }

    /// The rows that mean this file, looked for once.
    fn rows_of_this_file(&mut self) -> Rc<[&'static Exported]> {
        if let Some(rows) = &self.exported_rows {
            return Rc::clone(rows);
        }
        let rows: Rc<[&'static Exported]> = self.handler_rows().collect();
        self.exported_rows = Some(Rc::clone(&rows));
        rows
    }

    fn handler_rows(&self) -> impl Iterator<Item = &'static Exported> + use<'a, '_> {
        let program = match self.nodes.kind(NodeId::ROOT) {
            AstKind::Program(program) => Some(program),
            _ => None,
        };
        let says = move |wanted: &str| program.is_some_and(|p| p.directives.iter().any(|d| d.directive == wanted));
        let rows = self.apis.handlers.exported_in(self.place);
        rows.filter(move |row| row.directive.as_deref().is_none_or(says))
    }

    /// `@Get() list() {}`
    fn runs_by_decorator(&mut self, function: NodeId) -> Option<Often> {
        let AstKind::MethodDefinition(method) = self.nodes.parent_kind(function) else { return None };
        method.decorators.iter().find_map(|decorator| {
            let callee = match &decorator.expression {
                Expression::CallExpression(call) => &call.callee,
                other => other,
            };
            let spot = self.spot_of(callee)?;
            match (spot.root, spot.path.as_slice()) {
                (SpotRoot::Module(module), [Seg::Field(name)]) => self.apis.handlers.decorated(module, name),
                _ => None,
            }
        })
    }

    /// `{ Query: { async user(parent, args) {} } }`
    fn runs_by_key(&self, function: NodeId) -> Option<Often> {
        let AstKind::ObjectProperty(_) = self.nodes.kind(self.outside(function).1) else { return None };
        let object = self.nodes.parent_id(self.outside(function).1);
        let AstKind::ObjectProperty(p) = self.nodes.kind(self.outside(object).1) else { return None };
        self.apis.handlers.under(key_name(&p.key)?)
    }

    /// The names under which other files and frameworks reach a function, also wrapped: `export const GET = auth(fn)`.
    fn names_exported_as(&mut self, function: NodeId) -> Vec<String> {
        let mut names = Vec::new();
        if let AstKind::Function(f) = self.nodes.kind(function)
            && f.is_declaration()
        {
            if matches!(self.nodes.parent_kind(function), AstKind::ExportDefaultDeclaration(_)) {
                names.push("default".to_owned());
            }
            if let Some(symbol) = f.id.as_ref().and_then(|id| id.symbol_id.get()) {
                self.add_export_names(symbol, "", &mut names);
            }
            return names;
        }
        let mut suffix = String::new();
        let (_, mut parent) = self.outside(function);
        for _ in 0..4 {
            match self.nodes.kind(parent) {
                AstKind::CallExpression(_) => {}
                AstKind::ObjectProperty(p) => {
                    suffix = format!(".{}{suffix}", key_name(&p.key).unwrap_or("?"));
                    parent = self.nodes.parent_id(parent);
                }
                AstKind::ExportDefaultDeclaration(_) => names.push(format!("default{suffix}")),
                AstKind::VariableDeclarator(d) => {
                    if let Some(symbol) = bound_symbol(&d.id) {
                        self.add_export_names(symbol, &suffix, &mut names);
                    }
                    break;
                }
                AstKind::AssignmentExpression(e) => {
                    names.extend(self.assigned_export(e).map(|name| joined(&name, &suffix)));
                    break;
                }
                _ => break,
            }
            (_, parent) = self.outside(parent);
        }
        names
    }

    /// `exports.x = ..`: `x`; `module.exports = ..`: `default`.
    fn assigned_export(&mut self, e: &'a AssignmentExpression<'a>) -> Option<String> {
        let spot = self.assigned_spot(e)?;
        match (spot.root, spot.path.as_slice()) {
            (SpotRoot::Global("exports"), [Seg::Field(name)])
            | (SpotRoot::Global("module"), [Seg::Field("exports"), Seg::Field(name)]) => Some((*name).to_owned()),
            (SpotRoot::Global("module"), [Seg::Field("exports")]) => Some("default".to_owned()),
            _ => None,
        }
    }

    fn add_export_names(&mut self, symbol: SymbolId, suffix: &str, names: &mut Vec<String>) {
        if !self.is_exported(symbol) {
            return;
        }
        names.push(joined(self.scoping.symbol_name(symbol), suffix));
        let reads: Vec<NodeId> =
            self.scoping.get_resolved_references(symbol).map(oxc_semantic::Reference::node_id).collect();
        for read in reads {
            let mut parent = self.outside(read).1;
            // `export default auth(handler)`
            if matches!(self.nodes.kind(parent), AstKind::CallExpression(_)) {
                parent = self.outside(parent).1;
            }
            match self.nodes.kind(parent) {
                AstKind::ExportSpecifier(s) => {
                    if let ModuleExportName::IdentifierName(name) = &s.exported {
                        names.push(joined(name.name.as_str(), suffix));
                    }
                }
                AstKind::ExportDefaultDeclaration(_) => names.push(joined("default", suffix)),
                AstKind::AssignmentExpression(e) => {
                    names.extend(self.assigned_export(e).map(|name| joined(&name, suffix)));
                }
                _ => {}
            }
        }
    }

    /// `new Worker('mail', async (job) => ..)`: a function among the arguments of a constructor that a row describes.
    pub(super) fn note_handed_to_new(&mut self, id: FunctionId, node: NodeId) -> bool {
        let (mut child, mut parent) = self.outside(node);
        let mut key = None;
        if let AstKind::ObjectProperty(p) = self.nodes.kind(parent) {
            key = key_name(&p.key);
            (child, parent) = self.outside(self.nodes.parent_id(parent));
        }
        let AstKind::NewExpression(new) = self.nodes.kind(parent) else { return false };
        let span = self.nodes.kind(child).span();
        let Some(index) = new.arguments.iter().position(|a| a.span() == span) else { return false };
        let Some(row) = self.row_of_new(&new.callee).map(|row| self.apis.row(row)) else { return false };
        let Some(callback) = callback_in(row, new.arguments.len(), (index, key)) else { return false };
        let (by, at) = (self.owner_of(parent), self.span(self.nodes.kind(node).span()));
        let api = format!("new {}", self.text_of(peel(&new.callee).span(), 40));
        let used = Use::Callback { by, at, runs: callback.runs, sync: callback.sync, api };
        self.facts.functions[id.0 as usize].uses.push(used);
        true
    }
}

fn joined(name: &str, suffix: &str) -> String {
    format!("{name}{suffix}")
}

/// Names of parameters; `""` for a pattern.
fn parameter_names<'a>(parameters: &'a FormalParameters<'a>) -> Vec<&'a str> {
    let name = |pattern: &'a BindingPattern<'a>| match pattern {
        BindingPattern::BindingIdentifier(id) => id.name.as_str(),
        BindingPattern::AssignmentPattern(p) => p.left.get_binding_identifier().map_or("", |id| id.name.as_str()),
        _ => "",
    };
    parameters.items.iter().map(|item| name(&item.pattern)).collect()
}

#[cfg(test)]
mod tests {
    use crate::finding::Confidence;

    /// Lines with findings in a file of this path.
    fn found(path: &str, text: &str) -> usize {
        crate::lint_text(path, text, Confidence::Likely).0.len()
    }

    #[test]
    fn handlers_are_known_by_name_and_place() {
        let import = "import { Pool } from 'pg';\n";
        let make = "const pool = new Pool(); return pool.query('select 1');";
        for (path, code) in [
            ("app/api/users/route.ts", format!("export async function GET() {{ {make} }}")),
            ("pages/api/users.ts", format!("const list = async () => {{ {make} }};\nexport default list;")),
            ("src/routes/+page.server.ts", format!("export const actions = {{ save: async () => {{ {make} }} }};")),
            ("app/routes/users.tsx", format!("export const loader = async () => {{ {make} }};")),
            ("lib/save.ts", format!("'use server';\nexport async function save() {{ {make} }}")),
            ("a.js", format!("exports.handler = wrap(async (event) => {{ {make} }});")),
            ("a.ts", format!("export const resolvers = {{ Query: {{ users: async () => {{ {make} }} }} }};")),
        ] {
            let text = if code.starts_with('\'') { format!("{code}\n{import}") } else { format!("{import}{code}") };
            assert_eq!(found(path, &text), 1, "{path}: {text}");
        }
    }

    #[test]
    fn a_route_file_has_no_client_of_its_own() {
        let made = "import { Pool } from 'pg';\nconst pool = new Pool();\nexport default () => pool.query('select 1');";
        assert_eq!(found("pages/api/users.ts", made), 1);
        assert_eq!(found("lib/users.ts", made), 0);
        let kept = made.replace("new Pool", "globalThis.pool ??= new Pool");
        assert_eq!(found("pages/api/users.ts", &kept), 0);
    }
}
