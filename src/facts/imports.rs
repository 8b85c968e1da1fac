//! What a file imports, in which module style, and where a fix can add an import.

use oxc_ast::ast::{BindingPattern, ImportDeclarationSpecifier, Statement, VariableDeclaration};
use oxc_span::GetSpan;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Manner;
use super::functions::key_name;
use super::places::{Seg, SpotRoot};
use super::reader::Reader;
use crate::finding::{Edit, FileId, Span};

/// How the modules of a file are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// `import` and `export`.
    #[default]
    Esm,
    /// `require` and `module.exports`.
    Cjs,
}

/// A name at the top level that stands for something of another module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// As written, without `node:`.
    pub module: String,
    /// `default` and `*` are the module itself.
    pub export: String,
    pub local: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Imports {
    pub style: Style,
    /// After the last import, or before the first statement.
    pub insert_at: u32,
    pub after_import: bool,
    /// Core modules are imported as `node:fs`, not `fs`.
    pub prefixed: bool,
    pub names: Vec<Imported>,
    /// Names that mean something else somewhere in the file, of those that fixes would write.
    pub taken: Vec<String>,
    pub manner: Manner,
}

/// The names that fixes import.
const WRITTEN: [&str; 3] = ["createReadStream", "pipeline", "LRUCache"];

/// The modules of Node.js that fixes import.
const CORE: [&str; 3] = ["fs", "stream", "stream/promises"];

impl Imports {
    /// The name by which the file already knows an export of a core module.
    #[must_use]
    pub fn local(&self, module: &str, export: &str) -> Option<String> {
        let named = self.names.iter().find(|n| n.module == module && n.export == export);
        named.map(|n| n.local.clone())
    }

    /// The same, also through the module as a whole: `fs.createReadStream`.
    #[must_use]
    pub fn reach(&self, module: &str, export: &str) -> Option<String> {
        self.local(module, export).or_else(|| {
            let whole = self.names.iter().find(|n| n.module == module && matches!(n.export.as_str(), "default" | "*"));
            whole.map(|n| format!("{}.{export}", n.local))
        })
    }

    /// Whether a name, or the name that it begins with, is also something else in the file.
    fn is_taken(&self, name: &str) -> bool {
        let first = name.split('.').next().unwrap_or(name);
        self.taken.iter().any(|taken| taken == first)
    }

    /// The names under which the file can use exports of modules, and the edit that imports those that it does
    /// not know yet. `None` when such a name stands for something else.
    #[must_use]
    pub fn need(&self, file: FileId, wanted: &[(&str, &str)]) -> Option<(Vec<String>, Option<Edit>)> {
        let mut names = Vec::new();
        let mut lines = Vec::new();
        for (module, export) in wanted {
            let prefix = if self.prefixed && CORE.contains(module) { "node:" } else { "" };
            let known = self.reach(module, export).filter(|name| !self.is_taken(name));
            if let Some(local) = known {
                names.push(local);
                continue;
            }
            if self.is_taken(export) || self.names.iter().any(|n| n.local == *export) {
                return None;
            }
            let (from, end) = (self.manner.quoted(&format!("{prefix}{module}")), self.manner.end());
            lines.push(match self.style {
                Style::Esm => format!("import {{ {export} }} from {from}{end}"),
                Style::Cjs => format!("const {{ {export} }} = require({from}){end}"),
            });
            names.push((*export).to_owned());
        }
        let line_break = self.manner.line_break();
        let lines_written = lines.join(line_break);
        let text = if self.after_import {
            format!("{line_break}{lines_written}")
        } else {
            format!("{lines_written}{line_break}")
        };
        let at = Span::new(self.insert_at, self.insert_at);
        Some((names, (!lines.is_empty()).then_some(Edit { file, span: at, text })))
    }
}

impl<'a> Reader<'a, '_> {
    /// Reads the imports at the top level of the file.
    pub fn note_imports(&mut self) {
        let program = self.nodes.program();
        let mut found = Imports { prefixed: true, ..Imports::default() };
        let mut esm = false;
        let mut requires = false;
        let mut last = None;
        // What is loaded further down may be loaded on a condition.
        let mut above = true;
        for statement in &program.body {
            let known = last;
            match statement {
                Statement::ImportDeclaration(d) => {
                    (esm, last) = (true, Some(d.span.end));
                    for specifier in d.specifiers.iter().flatten() {
                        found.names.push(imported(d.source.value.as_str(), specifier));
                    }
                }
                Statement::ExportDefaultDeclaration(_)
                | Statement::ExportAllDeclaration(_)
                | Statement::ExportNamedDeclaration(_) => esm = true,
                Statement::VariableDeclaration(d) if self.note_requires(d, &mut found) => {
                    (requires, last) = (true, Some(d.span.end));
                }
                _ => esm |= statement.is_module_declaration(),
            }
            if !above {
                last = known;
            }
            above &= known.is_none() || last != known;
        }
        let bare = found.names.iter().any(|n| matches!(n.module.as_str(), "fs" | "http" | "https" | "path" | "stream"));
        found.prefixed = !bare;
        for name in &mut found.names {
            if let Some(core) = name.module.strip_prefix("node:") {
                name.module = core.to_owned();
            }
        }
        found.style = if esm || (program.source_type.is_module() && !requires) { Style::Esm } else { Style::Cjs };
        found.after_import = last.is_some();
        let first = program.body.first().map_or(0, |s| s.span().start);
        // A comment behind the last import stays with it.
        let rest = last.and_then(|end| self.rest_of_line(end)).map_or(0, |rest| rest.trim_end().len());
        found.insert_at = last.unwrap_or(first) + u32::try_from(rest).unwrap_or(0) + self.offset;
        found.manner = self.manner();
        found.taken = self.names_taken(&found);
        self.facts.imports = found;
    }

    /// Names that a fix would write and that stand for something else, here or in some function.
    fn names_taken(&self, imports: &Imports) -> Vec<String> {
        let wanted = imports.names.iter().map(|n| n.local.as_str()).chain(WRITTEN);
        // The import itself is one of those that are called so.
        let mut times: FxHashMap<&str, usize> = wanted.map(|name| (name, 0)).collect();
        for name in self.scoping.symbol_names() {
            if let Some(times) = times.get_mut(name) {
                *times += 1;
            }
        }
        let imported = |name: &str| usize::from(imports.names.iter().any(|n| n.local == name));
        let taken = times.into_iter().filter(|(name, times)| *times > imported(name));
        let mut taken: Vec<String> = taken.map(|(name, _)| name.to_owned()).collect();
        taken.sort_unstable();
        taken
    }

    /// `const fs = require('fs')`, `const { pipeline } = require('stream')`; whether it is one.
    fn note_requires(&mut self, declaration: &'a VariableDeclaration<'a>, found: &mut Imports) -> bool {
        let mut any = false;
        for d in &declaration.declarations {
            let Some(spot) = d.init.as_ref().and_then(|init| self.spot_of(init)) else { continue };
            let SpotRoot::Module(module) = spot.root else { continue };
            any = true;
            let whole = match spot.path.as_slice() {
                [] => "default",
                [Seg::Field(field)] => field,
                _ => continue,
            };
            let mut push = |export: &str, local: &str| {
                found.names.push(Imported { module: module.into(), export: export.into(), local: local.into() });
            };
            match &d.id {
                BindingPattern::BindingIdentifier(id) => push(whole, id.name.as_str()),
                BindingPattern::ObjectPattern(p) if whole == "default" => {
                    for property in &p.properties {
                        if let (Some(export), Some(local)) =
                            (key_name(&property.key), property.value.get_binding_identifier())
                        {
                            push(export, local.name.as_str());
                        }
                    }
                }
                _ => {}
            }
        }
        any
    }
}

fn imported(module: &str, specifier: &ImportDeclarationSpecifier<'_>) -> Imported {
    let (export, local) = match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(s) => (s.imported.name().to_string(), &s.local),
        ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => ("default".to_owned(), &s.local),
        ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => ("*".to_owned(), &s.local),
    };
    Imported { module: module.to_owned(), export, local: local.name.to_string() }
}
