//! Whole-input reads: where a file, body or stream is brought into memory at once, and where the data goes from there.

mod passes;
mod sources;
#[cfg(test)]
pub(in crate::facts) mod tests;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::functions::key_name;
use super::reader::{Reader, peel};
use super::repairs::Leftover;
use super::sites::{May, Named};
use super::{Delivers, FunctionId, Key, Sink, TOP};
use crate::finding::Span;
use passes::Flow;

/// A call that brings the whole of something into memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Read {
    /// The callee as written.
    pub api: String,
    pub span: Span,
    pub function: FunctionId,
    /// The path argument.
    pub source: Option<Key>,
    pub file_name: FileName,
    /// The path is an argument of the command: the file may be of any size.
    pub is_argument: bool,
    /// A flag, slot or cache lets it run once.
    pub once_guard: bool,
    pub passes_to: Vec<(Sink, Span)>,
    /// Uses of the data other than sinks: parsed, searched, stored.
    pub other_uses: u32,
    /// The streaming call to use instead.
    pub instead: String,
    pub rewrite: Option<Rewrite>,
}

/// What the code says of the name of the file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileName {
    /// Settings, templates, certificates: written by people, not uploaded by users.
    Small,
    /// Written in the code: its author knows the file.
    Given,
    Unknown,
}

/// A statement so simple that a rule can write its streaming form: `res.end(await readFile(path))`, `source.pipe(target)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    pub statement: Span,
    /// The declaration that is not needed any more: `const data = await readFile(path)`.
    pub remove: Option<Span>,
    /// What is imported for the old statement only.
    pub unused: Option<Leftover>,
    /// The path that is read, or the streams from the source on, as written.
    pub source: String,
    pub target: String,
    /// Stands where `await` is allowed.
    pub awaits: bool,
}

/// A candidate: how it hands over its data, and the streaming call.
struct Candidate {
    delivers: Delivers,
    instead: &'static str,
    has_path: bool,
    field: Option<&'static str>,
}

impl<'a> Reader<'a, '_> {
    /// Finds calls that bring a whole file, body or object into memory.
    pub fn note_reads(&mut self) {
        for Named { call, .. } in self.calls_that(May::READ.or(May::BARE)) {
            if self.owner_of(call.node_id.get()) != TOP
                && let Some(candidate) = self.read_of(call)
            {
                self.note_read(call, &candidate);
            }
        }
    }

    /// Whether a call is a whole read. Most calls are dismissed by their names.
    fn read_of(&mut self, call: &'a CallExpression<'a>) -> Option<Candidate> {
        let name = call.callee_name()?;
        if name == "concat" {
            return self.is_gathered(call).then_some(Candidate {
                delivers: Delivers::Return,
                instead: "pipeline",
                has_path: false,
                field: None,
            });
        }
        let mut callee = &call.callee;
        let mut promised = false;
        if !self.apis.reads_whole(name) {
            // Under another name: `import { readFile as read }`, `const read = promisify(fs.readFile)`.
            let Expression::Identifier(id) = peel(callee) else { return None };
            let symbol = self.symbol_of(id)?;
            if let Some(original) = self.promisified(symbol) {
                (callee, promised) = (original, true);
            } else if !self.spot_of_symbol(symbol).last_field().is_some_and(|f| self.apis.reads_whole(f)) {
                return None;
            }
        } else if let Expression::Identifier(id) = peel(callee)
            && let Some(original) = self.symbol_of(id).and_then(|s| self.promisified(s))
        {
            (callee, promised) = (original, true);
        }
        let hit = self.api_of_callee(callee)?;
        let row = self.apis.row(hit.row);
        if !hit.known && row.of.as_deref() != Some("any") || !has_option(call, row.reads_with.as_deref()) {
            return None;
        }
        let delivers = if promised { Delivers::Promise } else { row.reads? };
        row.reads?;
        let instead = row.instead.as_deref().unwrap_or("pipeline");
        let has_path = row.method.is_empty() && instead == "createReadStream";
        Some(Candidate { delivers, instead, has_path, field: row.read_field.as_deref() })
    }

    /// `const read = promisify(fs.readFile)`: what was promisified.
    fn promisified(&self, symbol: SymbolId) -> Option<&'a Expression<'a>> {
        let AstKind::VariableDeclarator(d) = self.nodes.kind(self.scoping.symbol_declaration(symbol)) else {
            return None;
        };
        let Some(Expression::CallExpression(call)) = d.init.as_ref().map(peel) else { return None };
        (call.callee_name() == Some("promisify") && d.id.is_binding_identifier()).then_some(())?;
        call.arguments.first().and_then(Argument::as_expression)
    }

    fn note_read(&mut self, call: &'a CallExpression<'a>, candidate: &Candidate) {
        let node = call.node_id.get();
        let function = self.owner_of(node);
        // What is read in a loop without a path is one piece after the other.
        let looped = |kind| matches!(kind, AstKind::WhileStatement(_) | AstKind::DoWhileStatement(_));
        if !candidate.has_path && self.nodes.ancestor_kinds(node).take(12).any(looped) {
            return;
        }
        let mut flow = Flow::new(function);
        flow.field = candidate.field;
        let last = call.arguments.last().and_then(Argument::as_expression);
        let callback = last.and_then(|e| self.function_denoted(e));
        match (candidate.delivers, callback) {
            (Delivers::Callback, None) => flow.other += 1,
            (Delivers::Callback | Delivers::Promise, Some(callback)) => self.enter(callback, 1, &mut flow),
            (Delivers::Return | Delivers::Promise, _) => flow.follow(node),
        }
        self.run(&mut flow);
        let path = call.arguments.first().and_then(Argument::as_expression).filter(|_| candidate.has_path);
        let source = path.map(|path| Key { text: self.text_of(path.span(), 60), domain: self.source_domain(path) });
        let rewrite = self.rewrite_of(call, candidate, &flow);
        let read = Read {
            api: self.text_of(call.callee.span(), 40),
            span: self.span(call.span),
            function,
            source,
            file_name: match path {
                _ if flow.parsed => FileName::Small,
                Some(path) => self.file_name(path),
                None => FileName::Unknown,
            },
            is_argument: path.is_some_and(|path| self.is_argument(path)),
            once_guard: flow.kept || self.is_guarded_once(node),
            passes_to: flow
                .sinks
                .iter()
                .map(|(sink, node)| (*sink, self.span(self.nodes.kind(*node).span())))
                .collect(),
            other_uses: flow.other,
            instead: candidate.instead.to_owned(),
            rewrite,
        };
        self.facts.reads.push(read);
    }

    /// `Buffer.concat(chunks)` where `chunks` takes up what a stream gives.
    fn is_gathered(&mut self, call: &'a CallExpression<'a>) -> bool {
        let Some(member) = peel(&call.callee).as_member_expression() else { return false };
        if !matches!(member.object(), Expression::Identifier(id) if id.name == "Buffer") {
            return false;
        }
        let Some(Expression::Identifier(chunks)) = call.arguments.first().and_then(Argument::as_expression) else {
            return false;
        };
        let Some(symbol) = self.symbol_of(chunks) else { return false };
        self.scoping.get_resolved_references(symbol).take(20).any(|reference| {
            let member = self.outside(reference.node_id()).1;
            matches!(self.nodes.kind(member), AstKind::StaticMemberExpression(m) if m.property.name == "push")
                && self.is_in_stream_loop(member)
        })
    }

    /// Inside `for await (const chunk of stream)` or `stream.on('data', ..)`.
    fn is_in_stream_loop(&mut self, node: NodeId) -> bool {
        let function = self.function_nodes[self.owner_of(node).0 as usize];
        let parent = self.outside(function).1;
        if let AstKind::CallExpression(call) = self.nodes.kind(parent)
            && matches!(call.arguments.first(), Some(Argument::StringLiteral(event)) if event.value == "data")
        {
            return true;
        }
        let mut ancestors = self.nodes.ancestor_kinds(node).take(12);
        ancestors.any(|kind| matches!(kind, AstKind::ForOfStatement(f) if f.r#await))
    }

    /// The statement to write anew, when the data goes straight from the read to one response.
    fn rewrite_of(&mut self, call: &'a CallExpression<'a>, candidate: &Candidate, flow: &Flow) -> Option<Rewrite> {
        let path = call.arguments.first().and_then(Argument::as_expression).filter(|_| candidate.has_path)?;
        let delivers = candidate.delivers;
        let [(Sink::Response, sink)] = flow.sinks.as_slice() else { return None };
        let AstKind::CallExpression(send) = self.nodes.kind(*sink) else { return None };
        let member = peel(&send.callee).as_member_expression()?;
        let name = member.static_property_name()?;
        // `send` says what is sent: a type, a length, a tag. And who catches a failure may want to answer it.
        let caught = self.nodes.ancestor_kinds(*sink).any(|kind| matches!(kind, AstKind::TryStatement(_)));
        if flow.other > 0 || name != "end" || send.arguments.len() != 1 || caught {
            return None;
        }
        let statement = self.nodes.parent_id(*sink);
        let AstKind::ExpressionStatement(statement) = self.nodes.kind(statement) else { return None };
        let function = self.owner_of(*sink);
        if function != flow.home {
            return None;
        }
        let awaits = delivers == Delivers::Promise;
        let data = if awaits { self.outside(call.node_id.get()).1 } else { call.node_id.get() };
        if awaits && !matches!(self.nodes.kind(data), AstKind::AwaitExpression(_)) || delivers == Delivers::Callback {
            return None;
        }
        let (_, holder) = self.outside(data);
        let remove = match self.nodes.kind(holder) {
            AstKind::CallExpression(c) if c.span == send.span => None,
            AstKind::VariableDeclarator(d) => Some(self.lone_declaration(holder, d.id.get_binding_identifier()?)?),
            _ => return None,
        };
        Some(Rewrite {
            statement: self.span(statement.span),
            remove,
            unused: self.left_by(&call.callee).ok()?,
            source: path.span().source_text(self.text).to_owned(),
            target: member.object().span().source_text(self.text).to_owned(),
            awaits,
        })
    }

    /// Span of `const data = ..` when it declares nothing else and `data` is used once.
    fn lone_declaration(&self, declarator: NodeId, id: &oxc_ast::ast::BindingIdentifier<'a>) -> Option<Span> {
        let AstKind::VariableDeclaration(d) = self.nodes.parent_kind(declarator) else { return None };
        let once = self.scoping.get_resolved_references(id.symbol_id.get()?).count() == 1;
        (once && d.declarations.len() == 1).then(|| self.span(self.whole_lines(d.span)))
    }

    /// With the indent and the line break, when nothing else stands on the line.
    pub(super) fn whole_lines(&self, span: oxc_span::Span) -> oxc_span::Span {
        let (before, after) = (&self.text[..span.start as usize], &self.text[span.end as usize..]);
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let tail = after.len() - after.trim_start_matches([' ', '\t', '\r']).len();
        let before = &before[..before.len() - indent];
        if !after[tail..].starts_with('\n') || !(before.is_empty() || before.ends_with('\n')) {
            return span;
        }
        let wide = |n: usize| u32::try_from(n).unwrap_or(0);
        oxc_span::Span::new(span.start - wide(indent), span.end + wide(tail) + 1)
    }
}

/// Whether an options object among the arguments says `key: value`.
fn has_option(call: &CallExpression<'_>, option: Option<&str>) -> bool {
    let Some((key, value)) = option.and_then(|option| option.split_once(": ")) else { return true };
    call.arguments.iter().any(|argument| match argument {
        Argument::ObjectExpression(object) => object.properties.iter().any(|p| match p {
            ObjectPropertyKind::ObjectProperty(p) => {
                key_name(&p.key) == Some(key) && matches!(&p.value, Expression::StringLiteral(s) if s.value == value)
            }
            ObjectPropertyKind::SpreadProperty(_) => false,
        }),
        _ => false,
    })
}
