//! `import(..)` of modules whose names are made up as the program runs: no module is ever unloaded.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_span::GetSpan;

use super::{Bound, Store};
use crate::apis::Part;
use crate::facts::reader::{Reader, peel};
use crate::facts::{Kept, TOP, What};

impl<'a> Reader<'a, '_> {
    pub(super) fn note_loads(&mut self) {
        if memchr::memmem::find(self.text.as_bytes(), b"import(").is_none() {
            return;
        }
        let nodes = self.nodes;
        for node in nodes.iter() {
            let AstKind::ImportExpression(e) = node.kind() else { continue };
            let function = self.owner_of(node.id());
            if function == TOP || !self.is_made_up(&e.source) {
                continue;
            }
            let mut keys = Vec::new();
            self.add_key(&e.source, &mut keys);
            let once = self.is_guarded_once(node.id()) || self.is_guarded_by_entry(node.id());
            self.facts.stores.push(Store {
                what: What::Compiled,
                part: Part::Adds,
                api: "import()".to_owned(),
                span: self.span(e.span),
                function,
                once,
                staged: self.is_staged(node.id()),
                chosen: false,
                kept: Kept::Escapes,
                reused: false,
                shared: true,
                bound: Bound::Missing,
                expires: false,
                looked_for: Vec::new(),
                keys,
                memoizes: false,
                by_identity: false,
                insert: None,
            });
        }
    }

    /// A query behind the name, or the text of the module itself: one module for each value.
    fn is_made_up(&self, source: &'a Expression<'a>) -> bool {
        let value = match peel(source) {
            Expression::Identifier(id) => match self.symbol_of(id).and_then(|s| self.initial_value(s)) {
                Some(init) => init,
                None => return false,
            },
            value => value,
        };
        let text = self.text.get(super::range(value.span())).unwrap_or("");
        let asks = text.contains("?${") || text.contains('?') && text.contains('=');
        let data = text.trim_start_matches(['`', '\'', '"']).starts_with("data:");
        let written = matches!(peel(value), Expression::TemplateLiteral(_) | Expression::BinaryExpression(_));
        written && (asks || data)
    }
}
