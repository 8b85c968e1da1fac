//! What nobody needs any more once a call is gone.

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, Expression, IdentifierReference};

use serde::{Deserialize, Serialize};

use crate::facts::reader::{Reader, peel};
use crate::finding::Span;

/// What is imported for one call only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// By which it is known here.
    pub name: String,
    /// A name in braces with the comma that parts it from its neighbour, or the whole import.
    pub written: Span,
    /// The same with its lines, where it has them for itself.
    pub lines: Span,
}

/// What is imported stays.
pub(in crate::facts) struct Kept;

impl<'a> Reader<'a, '_> {
    /// The import that nobody uses without this call of it; an error where it cannot be told, or not taken away.
    pub(in crate::facts) fn left_by(&self, callee: &'a Expression<'a>) -> Result<Option<Leftover>, Kept> {
        let found = self.import_of(callee).ok_or(Kept)?;
        let Some((span, whole)) = found else { return Ok(None) };
        let name = root_of(callee).map_or("", |id| id.name.as_str()).to_owned();
        let lines = if whole { self.whole_lines(span) } else { span };
        Ok(Some(Leftover { name, written: self.span(span), lines: self.span(lines) }))
    }

    /// What is left, and whether it is a whole statement.
    #[expect(clippy::option_option, reason = "the outer one is a refusal")]
    fn import_of(&self, callee: &'a Expression<'a>) -> Option<Option<(oxc_span::Span, bool)>> {
        let Some(symbol) = self.symbol_of(root_of(callee)?) else { return Some(None) };
        if self.scoping.get_resolved_references(symbol).count() > 1 {
            return Some(None);
        }
        let declared = self.scoping.symbol_declaration(symbol);
        let (names, own, whole) = match (self.nodes.kind(declared), self.nodes.parent_kind(declared)) {
            (AstKind::VariableDeclarator(d), AstKind::VariableDeclaration(all)) if all.declarations.len() == 1 => {
                match &d.id {
                    BindingPattern::BindingIdentifier(_) => (1, all.span, all.span),
                    BindingPattern::ObjectPattern(p) => {
                        let named = |id: &oxc_ast::ast::BindingIdentifier<'_>| id.symbol_id.get() == Some(symbol);
                        let own = p.properties.iter().find(|p| p.value.get_binding_identifier().is_some_and(named))?;
                        (p.properties.len(), own.span, all.span)
                    }
                    _ => return None,
                }
            }
            (AstKind::ImportSpecifier(s), AstKind::ImportDeclaration(d)) => {
                (d.specifiers.as_ref()?.len(), s.span, d.span)
            }
            (_, AstKind::ImportDeclaration(d)) if d.specifiers.as_ref()?.len() == 1 => (1, d.span, d.span),
            _ => return None,
        };
        Some(Some(if names == 1 { (whole, true) } else { (self.with_comma(own)?, false) }))
    }

    /// One of several names in braces, with the comma that parts it from its neighbour.
    fn with_comma(&self, own: oxc_span::Span) -> Option<oxc_span::Span> {
        let (before, after) = (&self.text[..own.start as usize], &self.text[own.end as usize..]);
        let wide = |n: usize| u32::try_from(n).ok();
        if let Some(rest) = after.strip_prefix(',') {
            let blank = rest.len() - rest.trim_start_matches(' ').len();
            return Some(oxc_span::Span::new(own.start, own.end + 1 + wide(blank)?));
        }
        let kept = before.trim_end().strip_suffix(',')?;
        Some(oxc_span::Span::new(wide(kept.len())?, own.end))
    }
}

/// `fs` of `fs.promises.readFile`.
fn root_of<'a>(callee: &'a Expression<'a>) -> Option<&'a IdentifierReference<'a>> {
    let mut root = peel(callee);
    while let Some(member) = root.as_member_expression() {
        root = peel(member.object());
    }
    match root {
        Expression::Identifier(id) => Some(id),
        _ => None,
    }
}
