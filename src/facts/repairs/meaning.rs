//! Whether words that are written in one place would mean the same in another.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use crate::facts::places::SpotRoot;
use crate::facts::reader::{Reader, peel};
use crate::facts::{FunctionId, TOP};

impl<'a> Reader<'a, '_> {
    /// Names, fields and literals that mean at `site` what they mean where they are written, and that do nothing but name
    /// it: no calls. What is assigned again may be another thing by then.
    pub(in crate::facts) fn means_the_same(&mut self, expr: &'a Expression<'a>, site: NodeId) -> bool {
        match peel(expr) {
            Expression::Identifier(id) => {
                let symbol = self.symbol_of(id);
                let scope = self.nodes.get_node(site).scope_id();
                let steady = symbol.is_none_or(|s| !self.scoping.symbol_is_mutated(s) && self.is_made_by(s, site));
                steady && self.scoping.find_binding(scope, id.name) == symbol
            }
            Expression::ThisExpression(this) => self.is_same_this(this.node_id.get(), site),
            Expression::StaticMemberExpression(m) => !m.optional && self.means_the_same(&m.object, site),
            Expression::PrivateFieldExpression(m) => self.means_the_same(&m.object, site),
            Expression::StringLiteral(_) | Expression::NumericLiteral(_) => true,
            Expression::TemplateLiteral(t) => t.expressions.iter().all(|e| self.means_the_same(e, site)),
            _ => false,
        }
    }

    /// A variable of a function is declared further up: what comes later may not be there yet.
    fn is_made_by(&self, symbol: SymbolId, site: NodeId) -> bool {
        let declared = self.scoping.symbol_declaration(symbol);
        let later = self.nodes.kind(declared).span().start > self.nodes.kind(site).span().start;
        let hoisted = !matches!(self.nodes.kind(declared), AstKind::VariableDeclarator(_));
        !later || hoisted || self.scope_function(symbol) == TOP
    }

    /// Both belong to one instance: of a class, or of a component that is written as an object of options.
    fn is_same_this(&mut self, this: NodeId, site: NodeId) -> bool {
        let (home, other) = (self.owner_of(this), self.owner_of(site));
        let (a, b) = (self.this_spot(home).root, self.this_spot(other).root);
        if matches!(a, SpotRoot::This(_)) && a == b {
            return true;
        }
        let own = self.options_of(home);
        own.is_some() && own == self.options_of(other)
    }

    /// The object of options whose instance is `this` in a function, by where it begins.
    pub(super) fn options_of(&self, function: FunctionId) -> Option<u32> {
        let mut at = function;
        for _ in 0..8 {
            if at == TOP {
                return None;
            }
            let node = self.function_nodes[at.0 as usize];
            let arrow = matches!(self.nodes.kind(node), AstKind::ArrowFunctionExpression(_));
            if !arrow {
                return self.options_around(node).map(|object| object.span.start);
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        None
    }

    /// The text of an expression, as written.
    pub(in crate::facts) fn written(&self, expr: &'a Expression<'a>) -> String {
        let text = expr.span().source_text(self.text);
        // `(emitter as Emitter).off`
        if peel(expr).span() == expr.span() { text.to_owned() } else { format!("({text})") }
    }
}
