//! What is read: whether its path comes from parameters, and whether its name tells that it is small.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, Expression, MemberExpression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::facts::places::{Spot, SpotRoot};
use crate::facts::reader::{Reader, peel};
use crate::facts::{Domain, FileName, keys};

/// Endings of files that people write, not users upload.
const SMALL: [&str; 32] = [
    ".json",
    ".json5",
    ".jsonc",
    ".html",
    ".htm",
    ".css",
    ".pem",
    ".key",
    ".crt",
    ".cert",
    ".pub",
    ".graphql",
    ".gql",
    ".sql",
    ".hbs",
    ".ejs",
    ".pug",
    ".mustache",
    ".njk",
    ".liquid",
    ".tpl",
    ".tmpl",
    ".template",
    ".yml",
    ".yaml",
    ".toml",
    ".ini",
    ".env",
    ".proto",
    ".ico",
    "rc",
    ".md",
];

/// Words in the name of a variable that holds the path of such a file.
const SMALL_WORDS: [&str; 12] = [
    "template",
    "config",
    "package",
    "pkg",
    "manifest",
    "schema",
    "cert",
    "settings",
    "favicon",
    "tsconfig",
    "sourcemap",
    "lockfile",
];

impl<'a> Reader<'a, '_> {
    /// The parameters that a path is made from, also through calls and objects (`new URL(req.url, base).pathname`).
    pub(super) fn source_domain(&mut self, path: &'a Expression<'a>) -> Domain {
        let plain = self.domain_of(path);
        if matches!(plain, Domain::Params(_) | Domain::Fresh) || peel(path).is_literal() {
            return plain;
        }
        let mut found = Domain::Unknown;
        let mut work = vec![AstKind::from_expression(path).node_id()];
        let mut seen: Vec<SymbolId> = Vec::new();
        let mut changes = false;
        while let Some(root) = work.pop() {
            for node in self.nodes_within(root, 60) {
                let AstKind::IdentifierReference(id) = self.nodes.kind(node) else { continue };
                let Some(symbol) = self.symbol_of(id).filter(|s| !seen.contains(s)) else { continue };
                seen.push(symbol);
                if seen.len() > 12 {
                    return found;
                }
                if self.param_index(self.scoping.symbol_declaration(symbol)).is_some() {
                    found = join(found, self.domain_of_reference(node));
                } else {
                    // A variable that is given its value later stands for more than its first one.
                    changes |= self.scoping.symbol_is_mutated(symbol);
                    work.extend(self.values_of(symbol));
                }
            }
        }
        if found == Domain::Unknown && !changes { plain } else { found }
    }

    /// The longest member expression over a reference: `req.url`.
    fn domain_of_reference(&mut self, reference: NodeId) -> Domain {
        let mut at = reference;
        for _ in 0..4 {
            let (child, parent) = self.outside(at);
            match self.nodes.kind(parent) {
                AstKind::StaticMemberExpression(m) if m.object.span() == self.nodes.kind(child).span() => at = parent,
                _ => break,
            }
        }
        let (AstKind::IdentifierReference(id), end) = (self.nodes.kind(reference), self.nodes.kind(at).span().end)
        else {
            return Domain::Unknown;
        };
        let Some(symbol) = self.symbol_of(id) else { return Domain::Unknown };
        let text = self.text.get(id.span.end as usize..end as usize).unwrap_or("");
        let path = text.trim_start_matches(['.', '?']).replace("?.", ".");
        self.param_path(symbol, path)
    }

    fn param_path(&self, symbol: SymbolId, mut path: String) -> Domain {
        let node = self.scoping.symbol_declaration(symbol);
        let Some(index) = self.param_index(node) else { return Domain::Unknown };
        if let AstKind::FormalParameter(p) = self.nodes.kind(node)
            && p.pattern.is_destructuring_pattern()
        {
            let name = self.scoping.symbol_name(symbol);
            path = if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") };
        }
        Domain::Params(vec![crate::facts::ParamPath { function: self.scope_function(symbol), index, path }])
    }

    /// Expressions that a local variable is given.
    pub(crate) fn values_of(&self, symbol: SymbolId) -> Vec<NodeId> {
        let mut values = Vec::new();
        if let AstKind::VariableDeclarator(d) = self.nodes.kind(self.scoping.symbol_declaration(symbol))
            && let Some(init) = &d.init
        {
            values.push(AstKind::from_expression(init).node_id());
        }
        for node in self.assigned.get(&Spot::new(SpotRoot::Symbol(symbol))).into_iter().flatten().take(4) {
            if let AstKind::AssignmentExpression(e) = self.nodes.kind(*node) {
                values.push(AstKind::from_expression(&e.right).node_id());
            }
        }
        values
    }

    /// `root` and what is inside it, at most `most` nodes. Parents precede children in node order.
    pub(crate) fn nodes_within(&self, root: NodeId, most: usize) -> Vec<NodeId> {
        let span = self.nodes.kind(root).span();
        (root.index()..self.nodes.len())
            .map(NodeId::from_usize)
            .take(most)
            .take_while(|n| {
                let inner = self.nodes.kind(*n).span();
                span.start <= inner.start && inner.end <= span.end
            })
            .collect()
    }

    /// What the last part of a path tells.
    pub(super) fn file_name(&self, path: &'a Expression<'a>) -> FileName {
        let mut at = path;
        let mut joined = false;
        for _ in 0..8 {
            at = match peel(at) {
                Expression::StringLiteral(s) => return judge(s.value.as_str(), joined),
                Expression::TemplateLiteral(t) => {
                    let tail = t.quasis.last().map_or("", |q| q.value.raw.as_str());
                    let head = t.quasis.first().map_or("", |q| q.value.raw.as_str());
                    match t.expressions.last() {
                        _ if is_system(head) => return FileName::Small,
                        Some(last) if tail.is_empty() => last,
                        _ => return judge(tail, t.expressions.is_empty()),
                    }
                }
                Expression::BinaryExpression(e) => {
                    joined = false;
                    &e.right
                }
                Expression::AwaitExpression(e) => &e.argument,
                Expression::CallExpression(call) => {
                    joined = matches!(call.callee_name(), Some("join" | "resolve"));
                    match call.arguments.last().and_then(Argument::as_expression) {
                        Some(last) => last,
                        None => return FileName::Unknown,
                    }
                }
                Expression::NewExpression(new) => {
                    joined = true;
                    match new.arguments.first().and_then(Argument::as_expression) {
                        Some(first) => first,
                        None => return FileName::Unknown,
                    }
                }
                Expression::Identifier(id) => {
                    if id.name == "__filename" || has_small_word(&id.name) {
                        return FileName::Small;
                    }
                    match self.symbol_of(id).and_then(|s| self.init_of(s)) {
                        Some(init) => init,
                        None => return FileName::Unknown,
                    }
                }
                other => {
                    let name = other.as_member_expression().and_then(MemberExpression::static_property_name);
                    let itself = self.text_of(other.span(), 40).starts_with("import.meta.");
                    let small = itself || name.is_some_and(has_small_word);
                    return if small { FileName::Small } else { FileName::Unknown };
                }
            };
        }
        FileName::Unknown
    }

    /// A file that the user of a command names: `process.argv[2]`.
    pub(super) fn is_argument(&self, path: &'a Expression<'a>) -> bool {
        let mut at = peel(path);
        for _ in 0..4 {
            match at {
                Expression::Identifier(id) => match self.symbol_of(id).and_then(|s| self.init_of(s)) {
                    Some(init) => at = peel(init),
                    None => return false,
                },
                _ => return self.text_of(at.span(), 20).starts_with("process.argv"),
            }
        }
        false
    }

    fn init_of(&self, symbol: SymbolId) -> Option<&'a Expression<'a>> {
        match self.nodes.kind(self.scoping.symbol_declaration(symbol)) {
            AstKind::VariableDeclarator(d) if d.id.is_binding_identifier() => d.init.as_ref(),
            _ => None,
        }
    }
}

/// Either of two: what is not known adds nothing.
fn join(a: Domain, b: Domain) -> Domain {
    if a == Domain::Unknown { b } else { keys::join(a, b) }
}

/// The last part of a path; `whole`: nothing stands before it in the same name.
fn judge(tail: &str, whole: bool) -> FileName {
    if is_small(tail) {
        FileName::Small
    } else if whole || tail.contains('/') {
        FileName::Given
    } else {
        FileName::Unknown
    }
}

fn is_small(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    is_system(&lower) || SMALL.iter().any(|ending| lower.ends_with(ending))
}

/// Files of the system have no size to speak of.
fn is_system(path: &str) -> bool {
    ["/proc/", "/sys/", "/etc/"].iter().any(|root| path.starts_with(root))
}

fn has_small_word(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SMALL_WORDS.iter().any(|word| lower.contains(word))
}
