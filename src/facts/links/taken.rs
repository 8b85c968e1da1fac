//! What a file does with the names that it takes from other modules: calls, makes, hands on, changes, lets go.

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, CallExpression, Expression, StaticMemberExpression, UnaryOperator};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::bases::Stands;
use super::{ENTRY, Gift, Given, INSTANCE, Taken, Takes};
use crate::facts::places::{Seg, seg_of_key};
use crate::facts::reader::{Reader, peel};

/// Uses of imported names that are followed in one file before the rest counts as out of sight.
const MOST_USES: usize = 4_000;

/// A value of another module, where it stands now.
struct Trail<'a> {
    module: u32,
    path: Vec<&'a str>,
    node: NodeId,
}

impl<'a> Reader<'a, '_> {
    /// Follows each name of another module to what is done with it.
    pub(super) fn note_taken(&mut self) {
        let mut work = Vec::new();
        for base in self.link_bases() {
            match base.stands {
                Stands::Symbol(symbol) => self.alias_link(symbol, (base.module, base.path), &mut work),
                Stands::Node(node) => work.push(Trail { module: base.module, path: base.path, node }),
            }
        }
        // First come, first served: what is taken stands in the order of the text.
        work.reverse();
        let mut steps = 0;
        while let Some(trail) = work.pop() {
            steps += 1;
            if steps > MOST_USES {
                self.take(&trail, Takes::Lets);
            } else {
                self.follow_taken(trail, &mut work);
            }
        }
    }

    /// All places where a name is read stand for the same value.
    fn alias_link(&mut self, symbol: SymbolId, (module, path): (u32, Vec<&'a str>), work: &mut Vec<Trail<'a>>) {
        if self.alias_links.insert(symbol, (module, path.clone())).is_some() {
            return;
        }
        for reference in self.scoping.get_resolved_references(symbol) {
            if !reference.is_type() {
                work.push(Trail { module, path: path.clone(), node: reference.node_id() });
            }
        }
    }

    fn follow_taken(&mut self, trail: Trail<'a>, work: &mut Vec<Trail<'a>>) {
        let (child, parent) = self.outside(trail.node);
        let span = self.nodes.kind(child).span();
        match self.nodes.kind(parent) {
            AstKind::StaticMemberExpression(m) if m.object.span() == span => {
                self.follow_taken_member(trail, m, work);
            }
            AstKind::ComputedMemberExpression(m) if m.object.span() == span => {
                let step = match seg_of_key(&m.expression) {
                    Seg::Field(name) => name,
                    Seg::Entry => ENTRY,
                };
                work.push(trail.to(parent).step(step));
            }
            AstKind::CallExpression(call) if call.callee.span() == span => self.take_call(&trail, call),
            AstKind::CallExpression(_) => self.take_argument(&trail, parent),
            AstKind::NewExpression(new) if new.callee.span() == span => {
                let args = self.args_of(&new.arguments);
                self.take(&trail, Takes::Makes(args));
                work.push(trail.to(parent).step(INSTANCE));
            }
            AstKind::VariableDeclarator(d) if d.init.as_ref().is_some_and(|init| init.span() == span) => {
                self.follow_names(&trail, &d.id, work);
            }
            AstKind::Class(class) if class.heritage.as_ref().is_some_and(|h| h.expression.span() == span) => {
                match self.class_of_node.get(&parent).copied() {
                    Some(class) => self.take(&trail, Takes::Extends(class)),
                    None => self.take(&trail, Takes::Lets),
                }
            }
            AstKind::AssignmentExpression(e) if e.left.span() == span => self.take(&trail, Takes::Writes),
            AstKind::UnaryExpression(e) if e.operator == UnaryOperator::Delete => self.take(&trail, Takes::Deletes),
            // What is only looked at stays where it is, and so does what is passed on to other files.
            AstKind::UnaryExpression(_)
            | AstKind::BinaryExpression(_)
            | AstKind::ExpressionStatement(_)
            | AstKind::IfStatement(_)
            | AstKind::TemplateLiteral(_)
            | AstKind::ForOfStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::ExportSpecifier(_)
            | AstKind::ExportDefaultDeclaration(_) => {}
            AstKind::AwaitExpression(_)
            | AstKind::LogicalExpression(_)
            | AstKind::ConditionalExpression(_)
            | AstKind::SequenceExpression(_) => work.push(trail.to(parent)),
            AstKind::ObjectProperty(_) | AstKind::ArrayExpression(_) if self.handed_to(trail.node).is_some() => {
                self.take_argument(&trail, parent);
            }
            _ if self.is_given_here(parent) => {}
            _ => self.take(&trail, Takes::Lets),
        }
    }

    fn follow_taken_member(
        &mut self,
        trail: Trail<'a>,
        member: &'a StaticMemberExpression<'a>,
        work: &mut Vec<Trail<'a>>,
    ) {
        let (name, member) = (member.property.name.as_str(), member.node_id.get());
        let call = self.nodes.parent_id(member);
        match (name, self.nodes.kind(call)) {
            ("call" | "apply", AstKind::CallExpression(c)) => {
                let guard = self.guard_of_call(c);
                self.take(&trail, Takes::Calls { guard, args: Vec::new(), races: false });
            }
            // The result of `bind` stands for the function.
            ("bind", AstKind::CallExpression(_)) => work.push(trail.to(call)),
            // `import('./x').then((x) => ..)`, `.then(({ f }) => ..)`
            ("then", AstKind::CallExpression(c)) if trail.path.is_empty() => {
                let function = c
                    .arguments
                    .first()
                    .and_then(|a| a.as_expression())
                    .and_then(|e| crate::facts::reader::function_literal(e).and_then(|f| self.params_of(f)));
                match function.and_then(|parameters| parameters.items.first()) {
                    Some(item) => self.follow_names(&trail, &item.pattern, work),
                    None => self.take(&trail, Takes::Lets),
                }
            }
            _ => work.push(trail.to(member).step(name)),
        }
    }

    fn follow_names(&mut self, trail: &Trail<'a>, pattern: &'a BindingPattern<'a>, work: &mut Vec<Trail<'a>>) {
        for (path, symbol) in Self::names_in_pattern(pattern) {
            let whole = trail.path.iter().copied().chain(path).collect();
            self.alias_link(symbol, (trail.module, whole), work);
        }
    }

    fn take_call(&mut self, trail: &Trail<'a>, call: &'a CallExpression<'a>) {
        let guard = self.guard_of_call(call);
        let args = self.args_of(&call.arguments);
        let races = self.is_in_race(call.node_id.get());
        self.take(trail, Takes::Calls { guard, args, races });
    }

    /// Handed to a call: of a known API, of a wrapper whose result is handed to one, or of anything else.
    fn take_argument(&mut self, trail: &Trail<'a>, call: NodeId) {
        let handed = self.handed_to(trail.node).or_else(|| self.handed_to(call));
        let does = match handed {
            Some(handed) => {
                let api = self.api_text(handed.call);
                Takes::Hands { runs: handed.runs, sync: handed.callback.sync, api }
            }
            None => Takes::Lets,
        };
        self.take(trail, does);
    }

    fn take(&mut self, trail: &Trail<'a>, does: Takes) {
        let taken = Taken {
            module: trail.module,
            path: trail.path.iter().map(|step| (*step).to_owned()).collect(),
            by: self.owner_of(trail.node),
            at: self.span_of(self.outside(trail.node).0),
            does,
        };
        self.facts.links.taken.push(taken);
    }

    /// `module.exports = { x }`, `exports.x = x`: passed on.
    fn is_given_here(&self, parent: NodeId) -> bool {
        let mut at = parent;
        for _ in 0..6 {
            match self.nodes.kind(at) {
                AstKind::ObjectProperty(_) | AstKind::ObjectExpression(_) => at = self.outside(at).1,
                AstKind::AssignmentExpression(e) => return crate::facts::runs::is_exports_target(&e.left),
                AstKind::ExportDefaultDeclaration(_) => return true,
                _ => return false,
            }
        }
        false
    }

    /// What stands for something of another module, if an expression does: `x`, `ns.x`, `require('./x').y`.
    pub(super) fn link_of(&mut self, expr: &'a Expression<'a>) -> Option<Gift> {
        let mut steps = Vec::new();
        let mut at = peel(expr);
        loop {
            match at {
                Expression::StaticMemberExpression(m) => {
                    steps.push(m.property.name.as_str());
                    at = peel(&m.object);
                }
                Expression::NewExpression(new) if steps.is_empty() => {
                    steps.push(INSTANCE);
                    at = peel(&new.callee);
                }
                _ => break,
            }
        }
        steps.reverse();
        let (module, path) = match at {
            Expression::Identifier(id) => self.alias_links.get(&self.symbol_of(id)?)?.clone(),
            Expression::CallExpression(call) => {
                let Expression::Identifier(id) = &call.callee else { return None };
                let Some(Expression::StringLiteral(s)) = call.arguments.first()?.as_expression() else { return None };
                if id.name != "require" || self.symbol_of(id).is_some() {
                    return None;
                }
                (self.linked_module(s.value.as_str())?, Vec::new())
            }
            _ => return None,
        };
        Some(Gift::Module(module, path.into_iter().chain(steps).map(str::to_owned).collect()))
    }

    pub(super) fn give(&mut self, path: &[&str], gift: Gift) {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        self.facts.links.given.push(Given { path, gift });
    }
}

impl<'a> Trail<'a> {
    fn to(mut self, node: NodeId) -> Self {
        self.node = node;
        self
    }

    fn step(mut self, name: &'a str) -> Self {
        self.path.push(name);
        self
    }
}
