//! What nobody needs any more once a call is gone.

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, Expression};

use crate::facts::reader::{Reader, peel};
use crate::finding::Span;

/// The import that a call leaves behind.
pub(in crate::facts) enum Leftover {
    Nothing,
    Import(Span),
}

impl Leftover {
    pub(in crate::facts) const fn span(&self) -> Option<Span> {
        match self {
            Self::Nothing => None,
            Self::Import(span) => Some(*span),
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// The import that nobody uses without this call of it; `None` where it cannot be told, or not taken away.
    pub(in crate::facts) fn left_by(&self, callee: &'a Expression<'a>) -> Option<Leftover> {
        let mut root = peel(callee);
        while let Some(member) = root.as_member_expression() {
            root = peel(member.object());
        }
        let Expression::Identifier(id) = root else { return None };
        let Some(symbol) = self.symbol_of(id) else { return Some(Leftover::Nothing) };
        if self.scoping.get_resolved_references(symbol).count() > 1 {
            return Some(Leftover::Nothing);
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
        let span = if names == 1 { whole } else { self.with_comma(own)? };
        Some(Leftover::Import(self.span(span)))
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
