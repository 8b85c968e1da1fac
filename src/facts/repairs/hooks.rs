//! The hook in which a component that has none can end what it began.

use oxc_ast::AstKind;
use oxc_ast::ast::{ClassElement, ObjectPropertyKind};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span as Range};

use super::{Repair, VUE_END};
use crate::facts::functions::key_name;
use crate::facts::places::SpotRoot;
use crate::facts::reader::Reader;
use crate::facts::{FunctionId, MOUNTS, TOP};
use crate::finding::Span;

impl Reader<'_, '_> {
    /// A component without an end gets one that runs `code`, which is written for `home`.
    pub(in crate::facts) fn repair_by_hook(
        &mut self,
        home: FunctionId,
        (title, code): (String, &str),
    ) -> Option<Repair> {
        // What a mixin is mixed into, and the root, may well live as long as the page.
        let file = self.path.rsplit(['/', '\\']).next().unwrap_or("");
        let component = file.rsplit_once('.').is_some_and(|(name, ending)| ending == "vue" && name != "App");
        let outer = self.function_with_this(home)?;
        let (edit, hook) = match self.options_around(self.function_nodes[outer.0 as usize]) {
            Some(_) if !component => return None,
            Some(object) => {
                let own = self.nodes.kind(self.function_nodes[outer.0 as usize]).span();
                let at = object.properties.iter().position(|p| p.span().contains_inclusive(own))?;
                let property = object.properties[at].span();
                let mounts = matches!(&object.properties[at], ObjectPropertyKind::ObjectProperty(p)
                    if key_name(&p.key).is_some_and(|name| MOUNTS.contains(&name)));
                let spread = |p: &ObjectPropertyKind<'_>| match p {
                    ObjectPropertyKind::ObjectProperty(p) => key_name(&p.key) == Some("extends"),
                    ObjectPropertyKind::SpreadProperty(_) => true,
                };
                if object.properties.iter().any(spread) {
                    return None;
                }
                (self.option_beside(property, mounts, code)?, true)
            }
            None => (self.method_beside(outer, code)?, false),
        };
        Some(Repair { title, edits: vec![edit], vue: hook })
    }

    /// The function whose `this` a function sees.
    fn function_with_this(&self, function: FunctionId) -> Option<FunctionId> {
        let mut at = function;
        for _ in 0..8 {
            if at == TOP {
                return None;
            }
            if !matches!(self.nodes.kind(self.function_nodes[at.0 as usize]), AstKind::ArrowFunctionExpression(_)) {
                return Some(at);
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        None
    }

    /// Behind the hook that begins it, or before the methods.
    fn option_beside(&self, property: Range, after: bool, code: &str) -> Option<(Span, String)> {
        let indent = self.indent_of_line(property.start)?;
        let hook = self.hook_written(VUE_END, indent, code);
        let line_break = self.manner().line_break();
        let blank = if self.stands_apart(property) { line_break } else { "" };
        if after {
            let at = property.end + self.offset;
            return Some((Span::new(at, at), format!(",{line_break}{blank}{indent}{hook}")));
        }
        let above = self.text[..property.start as usize].trim_end().lines().last().unwrap_or("").trim_start();
        if above.starts_with("//") || above.ends_with("*/") {
            return None;
        }
        let at = property.start + self.offset;
        Some((Span::new(at, at), format!("{hook},{line_break}{blank}{indent}")))
    }

    /// Behind `componentDidMount`.
    fn method_beside(&mut self, function: FunctionId, code: &str) -> Option<(Span, String)> {
        let SpotRoot::This(class) = self.this_spot(function).root else { return None };
        let end = "componentWillUnmount";
        let lifecycle = self.lifecycle_of(class)?;
        if !lifecycle.end_hooks.iter().any(|hook| hook == end) || !self.is_component_class(class) {
            return None;
        }
        let AstKind::Class(node) = self.nodes.kind(self.class_nodes[class.0 as usize]) else { return None };
        // `componentWillUnmount = () => {}` is one as well.
        if self.says(node.body.span, end) {
            return None;
        }
        let begins = node.body.body.iter().find_map(|element| match element {
            ClassElement::MethodDefinition(m) if key_name(&m.key) == Some("componentDidMount") => Some(m.span),
            _ => None,
        })?;
        let indent = self.indent_of_line(begins.start)?;
        let over = if begins.source_text(self.text).starts_with("override ") { "override " } else { "" };
        let hook = self.hook_written(&format!("{over}{end}"), indent, code);
        let line_break = self.manner().line_break();
        let at = begins.end + self.offset;
        Some((Span::new(at, at), format!("{line_break}{line_break}{indent}{hook}")))
    }

    fn hook_written(&self, name: &str, indent: &str, code: &str) -> String {
        let manner = self.manner();
        let (line_break, end) = (manner.line_break(), manner.end());
        let unit = if indent.contains('\t') { "\t".to_owned() } else { " ".repeat(indent.len().clamp(2, 4)) };
        // Deeper than one step, the step is not known by it.
        let unit = if unit.trim().is_empty() && indent.len() > 4 { "  ".to_owned() } else { unit };
        format!("{name}() {{{line_break}{indent}{unit}{code}{end}{line_break}{indent}}}")
    }

    /// An empty line parts it from its neighbour.
    fn stands_apart(&self, property: Range) -> bool {
        let before = &self.text[..property.start as usize];
        let after = &self.text[property.end as usize..];
        let blank = |gap: &str| gap.matches('\n').count() > 1;
        let before = &before[before.trim_end().len()..];
        let after = after.trim_start_matches(',');
        blank(before) || blank(&after[..after.len() - after.trim_start().len()])
    }

    /// Where the words of a hook beside `home` would have their meaning: those of the object or class around it.
    pub(in crate::facts) fn site_beside(&self, home: FunctionId) -> Option<NodeId> {
        let outer = self.function_with_this(home)?;
        Some(self.function_nodes[outer.0 as usize])
    }
}
