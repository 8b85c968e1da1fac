//! What values a key can take: finite, fresh for each call, or made from parameters.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    BinaryOperator, CallExpression, Expression, TSType, TSTypeName, TSTypeOperatorOperator, UnaryOperator,
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::places::{Seg, SpotRoot};
use super::reader::{Reader, last_name, peel};
use super::{Domain, Key, ParamPath};

/// Last words of names for members of small vocabularies, of a project's parts or of its configuration: a cache keyed by
/// one of them stays small.
const VOCABULARY: &[&str] = &[
    "type",
    "types",
    "kind",
    "tag",
    "scheme",
    "locale",
    "lang",
    "language",
    "level",
    "mode",
    "format",
    "status",
    "protocol",
    "encoding",
    "category",
    "role",
    "method",
    "verb",
    "event",
    "ext",
    "extension",
    "extensions",
    "mime",
    "charset",
    "unit",
    "operator",
    "op",
    "timezone",
    "currency",
    "theme",
    "name",
    "dir",
    "directory",
    "cwd",
    "phase",
    "config",
    "configuration",
    "options",
    "dialect",
    "version",
    "opcode",
    "pool",
    "project",
    "runtime",
    "module",
    "chunk",
    "entrypoint",
    "page",
    "layout",
    "bundle",
    "asset",
    "loader",
    "compiler",
    "plugin",
    "component",
    "prop",
    "property",
    "attr",
    "attribute",
    "style",
    "feature",
    "flag",
    "command",
    "model",
    "table",
    "column",
    "schema",
    "codec",
    "platform",
    "target",
    "env",
    "environment",
    "namespace",
    "scope",
    "template",
    "selector",
    "route",
    "layer",
    "slot",
];

/// Expressions that are looked at for one key. Names may stand for expressions with names in them, many times over.
const MOST_STEPS: u32 = 1_000;

/// What was asked about keys so far.
#[derive(Default)]
pub struct Asked {
    /// Expressions looked at for the present key.
    steps: u32,
    /// Names of types that are known to have few values.
    finite: FxHashSet<SymbolId>,
}

impl<'a> Reader<'a, '_> {
    pub fn key_of(&mut self, expr: &'a Expression<'a>) -> Key {
        Key { text: self.text_of(expr.span(), 60), domain: self.domain_of(expr) }
    }

    pub fn domain_of(&mut self, expr: &'a Expression<'a>) -> Domain {
        self.domain_at(expr, 0)
    }

    fn domain_at(&mut self, expr: &'a Expression<'a>, depth: u32) -> Domain {
        self.asked.steps = if depth == 0 { 0 } else { self.asked.steps + 1 };
        if depth > 12 || self.asked.steps > MOST_STEPS {
            return Domain::Unknown;
        }
        match peel(expr) {
            Expression::StringLiteral(_)
            | Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::BigIntLiteral(_)
            | Expression::RegExpLiteral(_) => Domain::Finite,
            Expression::TemplateLiteral(t) => {
                t.expressions.iter().fold(Domain::Finite, |all, e| join(all, self.domain_at(e, depth + 1)))
            }
            Expression::UnaryExpression(e) => match e.operator {
                UnaryOperator::Typeof | UnaryOperator::LogicalNot => Domain::Finite,
                _ => self.domain_at(&e.argument, depth + 1),
            },
            Expression::BinaryExpression(e) => match e.operator {
                BinaryOperator::Remainder | BinaryOperator::BitwiseAnd => Domain::Finite,
                op if op.is_equality() || op.is_compare() || op.is_in() || op.is_instance_of() => Domain::Finite,
                _ => join(self.domain_at(&e.left, depth + 1), self.domain_at(&e.right, depth + 1)),
            },
            Expression::LogicalExpression(e) => {
                join(self.domain_at(&e.left, depth + 1), self.domain_at(&e.right, depth + 1))
            }
            Expression::ConditionalExpression(e) => {
                join(self.domain_at(&e.consequent, depth + 1), self.domain_at(&e.alternate, depth + 1))
            }
            Expression::UpdateExpression(_) => Domain::Fresh,
            Expression::AssignmentExpression(e) => self.domain_at(&e.right, depth + 1),
            Expression::AwaitExpression(e) => self.domain_at(&e.argument, depth + 1),
            Expression::ObjectExpression(_) | Expression::ArrayExpression(_) | Expression::NewExpression(_) => {
                Domain::Object
            }
            Expression::CallExpression(call) => self.domain_of_call(call, depth),
            Expression::Identifier(id) => match self.symbol_of(id) {
                Some(symbol) => self.domain_of_name(symbol, depth),
                None if id.name == "undefined" => Domain::Finite,
                None => Domain::Unknown,
            },
            Expression::ThisExpression(_) => Domain::Object,
            // `REGIONS[i]` of a list of literals.
            Expression::ComputedMemberExpression(m)
                if matches!(peel(&m.object), Expression::Identifier(id)
                    if self.symbol_of(id).is_some_and(|s| self.is_constant_collection(s))) =>
            {
                Domain::Finite
            }
            other => self.domain_of_member(other),
        }
    }

    /// `req.ip`: the parameter that it is read from. `Enum.Member`: finite.
    fn domain_of_member(&mut self, expr: &'a Expression<'a>) -> Domain {
        let Some(spot) = self.spot_of(expr) else { return Domain::Unknown };
        let name = spot.last_field().unwrap_or("");
        if let SpotRoot::Symbol(symbol) = spot.root {
            let flags = self.scoping.symbol_flags(symbol);
            if flags.is_enum() || flags.is_const_enum() {
                return Domain::Finite;
            }
            if is_vocabulary(name) {
                return Domain::Vocabulary;
            }
            if let Some(param) = self.param_of(symbol, &spot.path) {
                return Domain::Params(vec![param]);
            }
        }
        if matches!(spot.root, SpotRoot::Symbol(_) | SpotRoot::Module(_)) && is_constant_name(name) {
            return Domain::Finite;
        }
        if is_vocabulary(name) { Domain::Vocabulary } else { Domain::Unknown }
    }

    fn domain_of_call(&mut self, call: &'a CallExpression<'a>, depth: u32) -> Domain {
        let name = last_name(&call.callee).unwrap_or("");
        if is_fresh_maker(name, &self.text_of(call.callee.span(), 40)) {
            return Domain::Fresh;
        }
        if name == "Boolean" || self.returns_literals(call) {
            return Domain::Finite;
        }
        let mut all = Domain::Finite;
        if let Some(m) = peel(&call.callee).as_member_expression()
            && !matches!(m.object(), Expression::Identifier(id) if self.symbol_of(id).is_none())
        {
            all = join(all, self.domain_at(m.object(), depth + 1));
        }
        for arg in call.arguments.iter().filter_map(|a| a.as_expression()) {
            all = join(all, self.domain_at(arg, depth + 1));
        }
        // Without arguments that we can follow, what a call returns is anyone's guess.
        match all {
            Domain::Finite if call.arguments.is_empty() => Domain::Unknown,
            Domain::Object => Domain::Unknown,
            other => other,
        }
    }

    /// A function of this file that returns one of a few literals.
    fn returns_literals(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(function) = self.function_denoted(&call.callee) else { return false };
        self.returned.get(&function).is_some_and(|values| {
            let mut work: Vec<&Expression<'a>> = values.to_vec();
            let mut literal = true;
            while let Some(value) = work.pop() {
                match peel(value) {
                    Expression::ConditionalExpression(e) => work.extend([&e.consequent, &e.alternate]),
                    value => literal &= value.is_literal(),
                }
            }
            literal
        })
    }

    pub(super) fn domain_of_symbol(&mut self, symbol: SymbolId) -> Domain {
        self.asked.steps = 0;
        self.domain_of_name(symbol, 0)
    }

    fn domain_of_name(&mut self, symbol: SymbolId, depth: u32) -> Domain {
        let name = self.scoping.symbol_name(symbol);
        let node = self.scoping.symbol_declaration(symbol);
        match self.nodes.kind(node) {
            AstKind::VariableDeclarator(_) if is_vocabulary(name) && name != "name" => Domain::Vocabulary,
            AstKind::VariableDeclarator(d) => {
                if let Some(t) = &d.type_annotation
                    && self.is_finite_type(&t.type_annotation)
                {
                    return Domain::Finite;
                }
                if let Some(domain) = self.domain_of_loop_variable(node, depth) {
                    return domain;
                }
                let Some(init) = &d.init else { return domain_by_name(name) };
                let found = if d.id.is_binding_identifier() {
                    // A counter that is counted on is new each time.
                    if self.scoping.symbol_is_mutated(symbol) && matches!(peel(init), Expression::NumericLiteral(_)) {
                        return self.domain_of_counter(symbol);
                    }
                    self.domain_at(init, depth + 1)
                } else {
                    let spot = self.spot_of_symbol(symbol);
                    match spot.root {
                        SpotRoot::Symbol(root) if root != symbol => {
                            self.param_of(root, &spot.path).map_or(Domain::Unknown, |p| Domain::Params(vec![p]))
                        }
                        _ => self.domain_at(init, depth + 1),
                    }
                };
                if found == Domain::Unknown { domain_by_name(name) } else { found }
            }
            AstKind::FormalParameter(p) => {
                if p.type_annotation.as_ref().is_some_and(|t| self.is_finite_type(&t.type_annotation)) {
                    return Domain::Finite;
                }
                if is_vocabulary(name) {
                    return Domain::Vocabulary;
                }
                if self.goes_through_constants(node) {
                    return Domain::Finite;
                }
                self.param_of(symbol, &[]).map_or(Domain::Unknown, |p| Domain::Params(vec![p]))
            }
            AstKind::CatchParameter(_) => Domain::Object,
            AstKind::Function(_) | AstKind::Class(_) => Domain::Finite,
            _ => domain_by_name(name),
        }
    }

    /// `nextId++` somewhere outside a loop head: fresh; a loop index: as many as the loop has.
    fn domain_of_counter(&self, symbol: SymbolId) -> Domain {
        let node = self.scoping.symbol_declaration(symbol);
        let in_loop_head = matches!(self.nodes.parent_kind(self.nodes.parent_id(node)), AstKind::ForStatement(_));
        if in_loop_head { Domain::Finite } else { Domain::Fresh }
    }

    /// `for (const k of ['a', 'b'])`: finite; `for (const k of xs)`: like `xs`.
    fn domain_of_loop_variable(&mut self, declarator: NodeId, depth: u32) -> Option<Domain> {
        let declaration = self.nodes.parent_id(declarator);
        let span = self.nodes.kind(declaration).span();
        let right = match self.nodes.parent_kind(declaration) {
            AstKind::ForOfStatement(f) if f.left.span() == span => &f.right,
            AstKind::ForInStatement(f) if f.left.span() == span => &f.right,
            _ => return None,
        };
        Some(match peel(right) {
            Expression::ArrayExpression(a) => a
                .elements
                .iter()
                .filter_map(|e| e.as_expression())
                .fold(Domain::Finite, |all, e| join(all, self.domain_at(e, depth + 1))),
            Expression::ObjectExpression(_) => Domain::Finite,
            Expression::Identifier(id) => match self.symbol_of(id) {
                Some(s) if self.is_constant_collection(s) => Domain::Finite,
                Some(s) => self.domain_of_name(s, depth + 1),
                None => Domain::Unknown,
            },
            e => self.domain_at(e, depth + 1),
        })
    }

    /// `NAMES.forEach((name) => ..)`, `['a', 'b'].map((name) => ..)`.
    fn goes_through_constants(&self, parameter: NodeId) -> bool {
        let function = self.nodes.parent_id(self.nodes.parent_id(parameter));
        let AstKind::CallExpression(call) = self.nodes.kind(self.outside(function).1) else { return false };
        let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return false };
        matches!(m.property.name.as_str(), "forEach" | "map" | "filter" | "some" | "every" | "flatMap")
            && match peel(&m.object) {
                Expression::Identifier(id) => self.symbol_of(id).is_some_and(|s| self.is_constant_collection(s)),
                Expression::ArrayExpression(a) => {
                    a.elements.iter().all(|e| e.as_expression().is_some_and(Expression::is_literal))
                }
                _ => false,
            }
    }

    /// `const NAMES = ['a', 'b']` that nobody assigns again.
    fn is_constant_collection(&self, symbol: SymbolId) -> bool {
        let AstKind::VariableDeclarator(d) = self.nodes.kind(self.scoping.symbol_declaration(symbol)) else {
            return false;
        };
        matches!(d.init.as_ref().map(oxc_ast::ast::Expression::get_inner_expression), Some(Expression::ArrayExpression(a))
            if a.elements.iter().all(|e| e.as_expression().is_some_and(Expression::is_literal)))
            && !self.scoping.symbol_is_mutated(symbol)
    }

    pub(super) fn param_of(&self, symbol: SymbolId, path: &[Seg<'a>]) -> Option<ParamPath> {
        let index = self.param_index(self.scoping.symbol_declaration(symbol))?;
        let mut text = String::new();
        for seg in path {
            if !text.is_empty() {
                text.push('.');
            }
            match seg {
                Seg::Field(f) => text.push_str(f),
                Seg::Entry => text.push_str("[]"),
            }
        }
        if text.is_empty()
            && let AstKind::FormalParameter(p) = self.nodes.kind(self.scoping.symbol_declaration(symbol))
            && p.pattern.is_destructuring_pattern()
        {
            self.scoping.symbol_name(symbol).clone_into(&mut text);
        }
        Some(ParamPath { function: self.scope_function(symbol), index, path: text })
    }

    /// A type with few values: booleans, literals and unions of them, `keyof`, enums, and names for these. A name that
    /// stands for itself does not compile, and adds nothing.
    fn is_finite_type(&mut self, asked: &TSType<'a>) -> bool {
        let (mut work, mut named) = (vec![asked], FxHashSet::default());
        while let Some(t) = work.pop() {
            match t {
                TSType::TSBooleanKeyword(_)
                | TSType::TSLiteralType(_)
                | TSType::TSNullKeyword(_)
                | TSType::TSUndefinedKeyword(_) => {}
                TSType::TSUnionType(u) => work.extend(&u.types),
                TSType::TSTypeOperatorType(o) if o.operator == TSTypeOperatorOperator::Keyof => {}
                TSType::TSParenthesizedType(p) => work.push(&p.type_annotation),
                TSType::TSTypeReference(r) => {
                    let TSTypeName::IdentifierReference(id) = &r.type_name else { return false };
                    let Some(symbol) = self.symbol_of(id) else { return false };
                    match self.nodes.kind(self.scoping.symbol_declaration(symbol)) {
                        AstKind::TSEnumDeclaration(_) => {}
                        // One level of nesting is all that people write.
                        AstKind::TSTypeAliasDeclaration(alias) => match &alias.type_annotation {
                            TSType::TSTypeReference(_) => return false,
                            other if !self.asked.finite.contains(&symbol) && named.insert(symbol) => work.push(other),
                            _ => {}
                        },
                        _ => return false,
                    }
                }
                _ => return false,
            }
        }
        self.asked.finite.extend(named);
        true
    }
}

fn domain_by_name(name: &str) -> Domain {
    if is_vocabulary(name) {
        Domain::Vocabulary
    } else if is_constant_name(name) {
        Domain::Finite
    } else {
        Domain::Unknown
    }
}

/// The domain of a value made from two parts.
#[must_use]
pub fn join(a: Domain, b: Domain) -> Domain {
    match (a, b) {
        (Domain::Fresh, _) | (_, Domain::Fresh) => Domain::Fresh,
        (Domain::Params(mut x), Domain::Params(y)) => {
            x.extend(y.into_iter().take(8));
            x.truncate(8);
            Domain::Params(x)
        }
        (Domain::Params(x), _) | (_, Domain::Params(x)) => Domain::Params(x),
        (Domain::Unknown, _) | (_, Domain::Unknown) => Domain::Unknown,
        (Domain::Object, _) | (_, Domain::Object) => Domain::Object,
        (Domain::Vocabulary, _) | (_, Domain::Vocabulary) => Domain::Vocabulary,
        (Domain::Finite, Domain::Finite) => Domain::Finite,
    }
}

fn is_vocabulary(name: &str) -> bool {
    // `fileName`, `userName`: names of things, and there is no end to things.
    if ["fileName", "userName", "hostName", "pathName"].contains(&name) {
        return false;
    }
    let start = name.rfind(|c: char| c.is_ascii_uppercase()).filter(|_| !is_constant_name(name)).unwrap_or(0);
    let last = name[start..].trim_start_matches('_').to_ascii_lowercase();
    let whole = name.to_ascii_lowercase();
    VOCABULARY.contains(&last.as_str())
        || matches!(whole.as_str(), "tagname" | "nodename" | "statuscode" | "mimetype" | "eventtype")
}

/// `MAX_SIZE`, `kReady`-like constants are single values.
fn is_constant_name(name: &str) -> bool {
    name.len() > 1
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Calls that give another value each time.
fn is_fresh_maker(name: &str, callee: &str) -> bool {
    matches!(name, "randomUUID" | "uuid" | "uuidv4" | "v4" | "nanoid" | "uniqueId" | "randomBytes" | "hrtime")
        || matches!(callee, "Date.now" | "Math.random" | "performance.now" | "process.hrtime.bigint" | "Symbol")
}

/// The words of an identifier or expression: `req.clientIp` -> `req`, `client`, `ip`.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let mut words = Vec::new();
        let mut word = String::new();
        for c in part.chars() {
            if c.is_ascii_uppercase() && !word.is_empty() && !word.ends_with(|l: char| l.is_ascii_uppercase()) {
                words.push(std::mem::take(&mut word).to_ascii_lowercase());
            }
            word.push(c);
        }
        words.push(word.to_ascii_lowercase());
        words
    })
}
