//! Changes that rules suggest, worked out while the syntax tree is at hand and written as the file is written.

mod hooks;
mod leftovers;
mod listeners;
mod meaning;
mod timers;
mod urls;

use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

pub use leftovers::Leftover;
pub(super) use listeners::Pair;
pub use timers::stopper;

use super::FunctionId;
use super::places::SpotRoot;
use super::reader::Reader;
use crate::finding::Span;

/// A change of the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Repair {
    pub title: String,
    pub edits: Vec<(Span, String)>,
    /// It writes [`VUE_END`], which goes by another name in older versions.
    pub vue: bool,
}

/// The hook in which a component of Vue ends, as of version 3.
pub const VUE_END: &str = "beforeUnmount";

/// The same before version 3.
pub const VUE_END_BEFORE: &str = "beforeDestroy";

impl Repair {
    #[must_use]
    pub fn new(title: impl Into<String>, edits: Vec<(Span, String)>) -> Self {
        Self { title: title.into(), edits, vue: false }
    }
}

/// How a file is written: what is added to it looks the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent habits")]
pub struct Manner {
    /// TypeScript: what is added must satisfy its compiler as well.
    pub typed: bool,
    /// Statements end without a semicolon.
    pub bare: bool,
    pub double_quotes: bool,
    /// Lines end with CR and LF.
    pub crlf: bool,
}

impl Manner {
    #[must_use]
    pub fn quoted(self, text: &str) -> String {
        if self.double_quotes { format!("\"{text}\"") } else { format!("'{text}'") }
    }

    #[must_use]
    pub const fn end(self) -> &'static str {
        if self.bare { "" } else { ";" }
    }

    #[must_use]
    pub const fn line_break(self) -> &'static str {
        if self.crlf { "\r\n" } else { "\n" }
    }
}

/// A place where one more statement can stand on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    at: u32,
    before: String,
    after: String,
}

impl Room {
    /// The edit that writes a statement there; `code` comes without its semicolon.
    #[must_use]
    pub fn fill(&self, code: &str) -> (Span, String) {
        (Span::new(self.at, self.at), format!("{}{code}{}", self.before, self.after))
    }
}

/// Statements looked at to see how a file is written.
const SAMPLE: usize = 200;

impl<'a> Reader<'a, '_> {
    /// How this file is written.
    pub(super) fn manner(&self) -> Manner {
        if let Some(known) = self.manner.get() {
            return *known;
        }
        let ends = self.nodes.iter().filter(|node| {
            matches!(
                node.kind(),
                AstKind::ExpressionStatement(_) | AstKind::ImportDeclaration(_) | AstKind::ReturnStatement(_)
            )
        });
        let (mut bare, mut all) = (0, 0);
        for node in ends.take(SAMPLE) {
            all += 1;
            bare += usize::from(!self.text[..node.kind().span().end as usize].ends_with(';'));
        }
        let manner = Manner {
            typed: self.nodes.program().source_type.is_typescript(),
            bare: bare * 2 > all,
            double_quotes: self.text.matches('"').count() > self.text.matches('\'').count(),
            crlf: self.text.contains("\r\n"),
        };
        *self.manner.get_or_init(|| manner)
    }

    /// Behind a statement that has its line, or the last of its lines, for itself.
    pub(super) fn room_after(&self, statement: NodeId) -> Option<Room> {
        let span = self.nodes.kind(statement).span();
        let indent = self.indent_of_line(span.start)?;
        if !self.is_in_list(statement) {
            return None;
        }
        let rest = self.rest_of_line(span.end)?;
        let at = span.end + u32::try_from(rest.trim_end().len()).ok()?;
        let manner = self.manner();
        Some(Room {
            at: at + self.offset,
            before: format!("{}{indent}", manner.line_break()),
            after: self.end_before(at).to_owned(),
        })
    }

    /// Before a statement that begins its line. A comment that is about the statement must stay with it.
    pub(super) fn room_before(&self, statement: NodeId) -> Option<Room> {
        let start = self.nodes.kind(statement).span().start;
        let indent = self.indent_of_line(start)?;
        let above = self.text[..start as usize].trim_end_matches([' ', '\t']).trim_end().lines().last().unwrap_or("");
        let above = above.trim_start();
        if !self.is_in_list(statement) || above.starts_with("//") || above.ends_with("*/") {
            return None;
        }
        let manner = self.manner();
        let after = format!("{}{}{indent}", manner.end(), manner.line_break());
        Some(Room { at: start + self.offset, before: String::new(), after })
    }

    /// `stop` of what has a `start` may not be the end: what a constructor has begun must still be there after it.
    pub(super) fn may_go_on(&mut self, end: FunctionId) -> bool {
        let SpotRoot::This(class) = self.this_spot(end).root else { return false };
        let methods = &self.facts.classes[class.0 as usize].methods;
        let has = |word: &str| methods.iter().any(|(name, _)| name == word);
        self.facts.functions[end.0 as usize].name == "stop" && (has("start") || has("restart"))
    }

    /// At the start of a function with a body in braces.
    pub(super) fn room_at_start(&self, function: FunctionId) -> Option<Room> {
        let (body, first, _) = self.braces_of(function)?;
        let manner = self.manner();
        let Some(first) = first else {
            let outer = self.indent_of_head(body.start);
            let unit = if outer.contains('\t') || self.text.contains("\n\t") { "\t" } else { "  " };
            let inside = self.text.get(body.start as usize + 1..body.end as usize - 1)?;
            let line_break = manner.line_break();
            // What is said in an empty body stays in it.
            return inside.trim().is_empty().then(|| Room {
                at: body.start + 1 + self.offset,
                before: format!("{line_break}{outer}{unit}"),
                after: if inside.contains('\n') {
                    manner.end().to_owned()
                } else {
                    format!("{}{line_break}{outer}", manner.end())
                },
            });
        };
        // `super.disconnectedCallback()` comes first.
        let text = first.1.source_text(self.text);
        if text.starts_with("super") {
            return self.room_after(first.0);
        }
        let Some(indent) = self.indent_of_line(first.1.start) else {
            let at = first.1.start + self.offset;
            return Some(Room { at, before: String::new(), after: "; ".to_owned() });
        };
        let rest = self.rest_of_line(body.start + 1)?;
        let at = body.start + 1 + u32::try_from(rest.trim_end().len()).ok()?;
        let before = format!("{}{indent}", manner.line_break());
        Some(Room { at: at + self.offset, before, after: self.end_before(at).to_owned() })
    }

    /// At the end of a function with a body in braces, which its last statement does not leave.
    pub(super) fn room_at_end(&self, function: FunctionId) -> Option<Room> {
        let (_, _, last) = self.braces_of(function)?;
        let last = last?;
        let leaves = matches!(self.nodes.kind(last), AstKind::ReturnStatement(_) | AstKind::ThrowStatement(_));
        if leaves { None } else { self.room_after(last) }
    }

    /// Span of the braces, the first statement with its span, and the last statement.
    #[expect(clippy::type_complexity, reason = "read in three places beside it")]
    fn braces_of(
        &self,
        function: FunctionId,
    ) -> Option<(oxc_span::Span, Option<(NodeId, oxc_span::Span)>, Option<NodeId>)> {
        let node = self.function_nodes[function.0 as usize];
        let body = match self.nodes.kind(node) {
            AstKind::Function(f) => f.body.as_deref()?,
            AstKind::ArrowFunctionExpression(f) => f.body.as_function_body()?,
            _ => return None,
        };
        let id = body.node_id.get();
        let of = |span: oxc_span::Span| self.child_at(id, span);
        let first = body.statements.first().map(GetSpan::span);
        let last = body.statements.last().map(GetSpan::span);
        let first = match first {
            Some(span) => Some((of(span)?, span)),
            None => None,
        };
        let last = match last {
            Some(span) => Some(of(span)?),
            None => None,
        };
        Some((body.span, first, last))
    }

    /// The child of a node that has this span.
    fn child_at(&self, parent: NodeId, span: oxc_span::Span) -> Option<NodeId> {
        super::flow::nodes_within(self.nodes, parent)
            .find(|id| self.nodes.parent_id(*id) == parent && self.nodes.kind(*id).span() == span)
    }

    /// A statement in a list of statements, so that another one may follow.
    fn is_in_list(&self, statement: NodeId) -> bool {
        matches!(
            self.nodes.parent_kind(statement),
            AstKind::BlockStatement(_)
                | AstKind::FunctionBody(_)
                | AstKind::Program(_)
                | AstKind::SwitchCase(_)
                | AstKind::StaticBlock(_)
        )
    }

    /// The indentation of what begins at an offset, when it begins its line.
    fn indent_of_line(&self, start: u32) -> Option<&'a str> {
        let indent = self.indent_before(start);
        let before = &self.text[..start as usize - indent.len()];
        (before.is_empty() || before.ends_with('\n')).then_some(indent)
    }

    /// The indentation of the line that an offset is on.
    fn indent_of_head(&self, at: u32) -> &'a str {
        let line = self.text[..at as usize].rsplit('\n').next().unwrap_or("");
        &line[..line.len() - line.trim_start().len()]
    }

    /// What follows on the line, when that is a comment or nothing.
    pub(super) fn rest_of_line(&self, end: u32) -> Option<&'a str> {
        let rest = self.text[end as usize..].split('\n').next().unwrap_or("");
        let said = rest.trim();
        let comment = said.starts_with("//") || (said.starts_with("/*") && said.find("*/") == Some(said.len() - 2));
        (said.is_empty() || comment).then_some(rest)
    }

    /// What has to end a statement that is put before an offset. Without a semicolon, a line that begins with a bracket
    /// would go on with it.
    fn end_before(&self, at: u32) -> &'static str {
        let next = self.text[at as usize..].trim_start().chars().next();
        if next.is_some_and(|c| matches!(c, '(' | '[' | '`' | '+' | '-' | '/' | '*')) {
            ";"
        } else {
            self.manner().end()
        }
    }
}
