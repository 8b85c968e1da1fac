//! Node streams tied together by `.pipe`: where the source was opened, where the chain ends, and who closes the source.

mod cleanup;
mod origins;
#[cfg(test)]
mod tests;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression, MemberExpression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;
use serde::{Deserialize, Serialize};

use super::places::{Spot, SpotRoot};
use super::reader::{Reader, bound_symbol, peel};
use super::runs::is_global_promise;
use super::sites::{May, Named};
use super::{FunctionId, Repair, Rewrite};
use crate::finding::Span;

/// A source that is opened in this file, and the chain of `.pipe` calls that it feeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that the rule asks")]
pub struct Pipe {
    /// From the name `pipe` to the end of its call.
    pub span: Span,
    pub function: FunctionId,
    /// The call that opens the source, as written: `fs.createReadStream`.
    pub source: String,
    pub source_made: Span,
    pub made_by: FunctionId,
    /// The source is a stream over a file, by its type and not by a name alone.
    pub holds_file: bool,
    /// Only the name of the call tells that it gives a stream: `store.getStream(key)`.
    pub by_name: bool,
    /// The end of the chain, as written.
    pub target: String,
    pub to_response: bool,
    /// The type of the target is known.
    pub target_known: bool,
    /// A target of the chain can fail or end before the source does.
    pub fragile: bool,
    /// Something destroys the source when the target closes.
    pub cleaned: bool,
    /// The source goes where others may close it.
    pub escapes: bool,
    pub rewrite: Option<Rewrite>,
    /// The line that closes the source when a client goes away.
    pub repair: Option<Repair>,
}

/// One chain: `source.pipe(a).pipe(b)`.
struct Chain<'a> {
    first: &'a CallExpression<'a>,
    /// Node of the outermost expression of the chain.
    top: NodeId,
    source: &'a Expression<'a>,
    /// The local variable that holds the source.
    symbol: Option<SymbolId>,
    targets: Vec<&'a Expression<'a>>,
}

/// What a listener must look after.
struct Watched<'x, 'a> {
    source: Option<SymbolId>,
    targets: &'x [&'a Expression<'a>],
    to_response: bool,
}

/// How a source was opened.
struct Origin<'a> {
    call: &'a CallExpression<'a>,
    holds_file: bool,
    by_name: bool,
}

/// What the end of a chain is.
#[derive(Default)]
struct End {
    to_response: bool,
    known: bool,
    fragile: bool,
}

/// Calls that give back the stream that they are called on.
const FLUENT: [&str; 7] = ["on", "once", "addListener", "prependListener", "setEncoding", "pause", "resume"];

/// Pipes of one file that are judged: each looks at all calls of the file, and nobody writes more.
const MOST_CHAINS: usize = 200;

impl<'a> Reader<'a, '_> {
    /// Finds `source.pipe(target)` of Node streams whose source is opened in this file.
    pub fn note_pipes(&mut self) {
        let mut chains = Vec::new();
        for Named { call, .. } in self.calls_that(May::PIPE) {
            if call.callee_name() == Some("pipe")
                && let Some(chain) = self.chain_of(call)
            {
                chains.push(chain);
            }
        }
        for index in 0..chains.len().min(MOST_CHAINS) {
            if let Some(origin) = self.origin_of(&chains[index]) {
                self.note_pipe(&chains, index, &origin);
            }
        }
    }

    /// The chain that starts with this call; `None` for its later calls.
    fn chain_of(&mut self, call: &'a CallExpression<'a>) -> Option<Chain<'a>> {
        let Some(Expression::StaticMemberExpression(m)) = Some(peel(&call.callee)) else { return None };
        let source = stripped(&m.object);
        if let Expression::CallExpression(inner) = source
            && inner.callee_name() == Some("pipe")
        {
            return None;
        }
        let symbol = match source {
            Expression::Identifier(id) => Some(self.symbol_of(id)?),
            _ => None,
        };
        let mut targets = vec![call.arguments.first()?.as_expression()?];
        let mut top = call.node_id.get();
        for _ in 0..32 {
            let (child, parent) = self.outside(top);
            let AstKind::StaticMemberExpression(m) = self.nodes.kind(parent) else { break };
            let (callee, outer) = self.outside(parent);
            let AstKind::CallExpression(next) = self.nodes.kind(outer) else { break };
            if m.object.span() != self.nodes.kind(child).span() || next.callee.span() != self.nodes.kind(callee).span()
            {
                break;
            }
            match m.property.name.as_str() {
                "pipe" => targets.push(next.arguments.first()?.as_expression()?),
                name if FLUENT.contains(&name) => {}
                _ => break,
            }
            top = outer;
        }
        Some(Chain { first: call, top, source, symbol, targets })
    }

    fn note_pipe(&mut self, chains: &[Chain<'a>], index: usize, origin: &Origin<'a>) {
        let chain = &chains[index];
        let mut targets = chain.targets.clone();
        self.extend_targets(chains, chain, &mut targets);
        let Some(last) = targets.last().copied() else { return };
        if self.is_standard_stream(last) {
            return;
        }
        let mut end = self.end_of(&targets);
        let node = chain.first.node_id.get();
        let in_statement = matches!(self.nodes.kind(self.outside(chain.top).1), AstKind::ExpressionStatement(_));
        // What else happens to a target that is handed on is not known.
        end.fragile &= in_statement;
        let escapes = chain.symbol.is_some_and(|symbol| self.source_escapes(symbol));
        let watched = Watched { source: chain.symbol, targets: &targets, to_response: end.to_response };
        let cleaned = !escapes && self.is_cleaned(&watched, origin.call);
        let pipe = Pipe {
            span: self.pipe_span(chain.first),
            function: self.owner_of(node),
            source: self.text_of(origin.call.callee.span(), 40),
            source_made: self.span(origin.call.span),
            made_by: self.owner_of(origin.call.node_id.get()),
            holds_file: origin.holds_file,
            by_name: origin.by_name,
            target: self.text_of(last.span(), 40),
            to_response: end.to_response,
            target_known: end.known,
            fragile: end.fragile,
            cleaned,
            escapes,
            rewrite: if targets.len() == chain.targets.len() { self.rewrite_of_pipe(chain) } else { None },
            repair: if end.to_response && targets.len() == 1 { self.repair_of_pipe(chain, origin) } else { None },
        };
        self.facts.pipes.push(pipe);
    }

    /// `source.pipe(gzip); gzip.pipe(res)`: the chain goes on in another statement.
    fn extend_targets(&mut self, chains: &[Chain<'a>], chain: &Chain<'a>, targets: &mut Vec<&'a Expression<'a>>) {
        let mut result = match self.nodes.kind(self.outside(chain.top).1) {
            AstKind::VariableDeclarator(d) => bound_symbol(&d.id),
            _ => None,
        };
        for _ in 0..4 {
            let next = result.take().or_else(|| match targets.last().map(|t| peel(t)) {
                Some(Expression::Identifier(id)) => self.symbol_of(id),
                _ => None,
            });
            let Some(next) = next.and_then(|s| chains.iter().find(|c| c.symbol == Some(s))) else { return };
            if targets.iter().any(|t| t.span() == next.targets[0].span()) {
                return;
            }
            targets.extend(&next.targets);
        }
    }

    fn is_standard_stream(&mut self, target: &'a Expression<'a>) -> bool {
        let Some(spot) = self.spot_of(target) else { return false };
        let process = matches!(spot.root, SpotRoot::Global("process") | SpotRoot::Module("process" | "node:process"));
        process && matches!(spot.last_field(), Some("stdout" | "stderr"))
    }

    fn end_of(&mut self, targets: &[&'a Expression<'a>]) -> End {
        let apis = self.apis;
        let mut end = End::default();
        for (index, target) in targets.iter().enumerate() {
            let last = index + 1 == targets.len();
            let Some(t) = self.library_type_of(target) else {
                if last {
                    self.judge_untyped(target, &mut end);
                }
                continue;
            };
            if ["ServerResponse", "http2.Response", "http2.Stream"].iter().any(|name| apis.is_a_named(t, name)) {
                (end.to_response, end.known) = (last, last);
            } else {
                // A hash takes whatever comes; what a passive stream hands on to is not known.
                let passive = apis.is_a_named(t, "PassThrough") || apis.type_name(t).starts_with("crypto.");
                end.fragile |= apis.is_a_named(t, "Writable") && !passive;
            }
        }
        end
    }

    /// A parameter called `res`, or one that callers in this file give a response.
    fn judge_untyped(&mut self, target: &'a Expression<'a>, end: &mut End) {
        let target = peel(target);
        if let Expression::Identifier(id) = target
            && let Some(symbol) = self.symbol_of(id)
            && let Some(index) = self.param_index(self.scoping.symbol_declaration(symbol))
        {
            let function = self.scope_function(symbol);
            end.known = self.is_given_response(function, index as usize);
            end.to_response = end.known || is_response_name(id.name.as_str());
        } else if let Expression::Identifier(id) = target
            && let Some(value) = self.symbol_of(id).and_then(|s| self.initial_value(s))
        {
            // `const res = ctx.res`.
            let field = peel(value).as_member_expression().and_then(MemberExpression::static_property_name);
            end.to_response = field.is_some_and(is_response_name);
        } else if let Some(m) = target.as_member_expression() {
            let name = m.static_property_name();
            end.to_response = name.is_some_and(is_response_name);
        }
    }

    /// Whether a caller in this file hands a response to parameter `index`.
    fn is_given_response(&mut self, function: FunctionId, index: usize) -> bool {
        self.callers_of(function).into_iter().any(|call| {
            let argument = call.arguments.get(index).and_then(Argument::as_expression);
            let t = argument.and_then(|a| self.library_type_of(a));
            t.is_some_and(|t| self.apis.is_a_named(t, "ServerResponse"))
        })
    }

    /// From the name `pipe` to the end of the call.
    fn pipe_span(&self, call: &CallExpression<'a>) -> Span {
        let start = match peel(&call.callee) {
            Expression::StaticMemberExpression(m) => m.property.span.start,
            other => other.span().start,
        };
        self.span(oxc_span::Span::new(start, call.span.end))
    }

    /// `source.pipe(a).pipe(b);` as a statement of its own, without listeners or options between.
    fn rewrite_of_pipe(&mut self, chain: &Chain<'a>) -> Option<Rewrite> {
        let statement = self.nodes.parent_id(chain.top);
        let AstKind::ExpressionStatement(statement) = self.nodes.kind(statement) else { return None };
        let Expression::StaticMemberExpression(m) = peel(&chain.first.callee) else { return None };
        if m.object.span() != chain.source.span() || chain.first.arguments.len() != 1 {
            return None;
        }
        // Who listens to the source, or promises something, has plans of its own for the end.
        let listened = chain.symbol.is_some_and(|s| self.scoping.get_resolved_references(s).count() > 1);
        let promises = |kind| matches!(kind, AstKind::NewExpression(new) if is_global_promise(self, &new.callee));
        if listened || self.nodes.ancestor_kinds(chain.top).any(promises) {
            return None;
        }
        let mut at = chain.first.node_id.get();
        let mut streams = vec![chain.source.span().source_text(self.text)];
        for target in &chain.targets {
            streams.push(target.span().source_text(self.text));
        }
        for _ in 1..chain.targets.len() {
            at = self.nodes.parent_id(self.nodes.parent_id(at));
            let AstKind::CallExpression(call) = self.nodes.kind(at) else { return None };
            if call.arguments.len() != 1 || call.callee_name() != Some("pipe") {
                return None;
            }
        }
        if at != chain.top {
            return None;
        }
        let target = streams.pop()?.to_owned();
        let source = streams.join(", ");
        Some(Rewrite {
            statement: self.span(statement.span),
            remove: None,
            unused: None,
            source,
            target,
            awaits: false,
        })
    }

    /// `source.pipe(res)` where both have names: `res.on('close', () => source.destroy())`. All else stays as it is, what
    /// listens to errors of the source among it.
    fn repair_of_pipe(&mut self, chain: &Chain<'a>, origin: &Origin<'a>) -> Option<Repair> {
        let [target] = chain.targets.as_slice() else { return None };
        let plain =
            |e: &Expression<'_>| matches!(peel(e), Expression::Identifier(_) | Expression::StaticMemberExpression(_));
        // Not all that is called a stream has `destroy`, or is closed by it: of a file we know.
        let known = !origin.by_name || origin.call.callee_name() == Some("createReadStream");
        if chain.symbol.is_none() || !plain(target) || !origin.holds_file || !known {
            return None;
        }
        let Expression::Identifier(source) = chain.source else { return None };
        let statement = self.statement_of(chain.first.node_id.get());
        let room = match self.nodes.kind(statement) {
            AstKind::ExpressionStatement(_) => self.room_after(statement)?,
            AstKind::ReturnStatement(_) => self.room_before(statement)?,
            _ => return None,
        };
        let (target, close) = (target.span().source_text(self.text), self.manner().quoted("close"));
        let code = format!("{target}.on({close}, () => {}.destroy())", source.name);
        Some(Repair::new(format!("close it when `{target}` does"), vec![room.fill(&code)]))
    }

    /// Whether two expressions name the same place.
    fn is_same_place(&mut self, a: &'a Expression<'a>, b: &'a Expression<'a>) -> bool {
        let a = self.spot_of(a);
        a.is_some() && a == self.spot_of(b)
    }

    fn is_symbol(&mut self, expr: &'a Expression<'a>, symbol: SymbolId) -> bool {
        matches!(peel(expr), Expression::Identifier(id) if self.symbol_of(id) == Some(symbol))
            || self.spot_of(expr) == Some(Spot::new(SpotRoot::Symbol(symbol)))
    }
}

/// The stream behind calls that give back what they are called on: `stream.on('error', f)`.
fn stripped<'a>(expr: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut at = peel(expr);
    for _ in 0..32 {
        at = match at {
            Expression::AwaitExpression(e) => peel(&e.argument),
            Expression::CallExpression(call) => match peel(&call.callee) {
                Expression::StaticMemberExpression(m) if FLUENT.contains(&m.property.name.as_str()) => peel(&m.object),
                _ => return at,
            },
            _ => return at,
        };
    }
    at
}

fn is_response_name(name: &str) -> bool {
    matches!(name, "res" | "response" | "resp" | "_res" | "httpResponse" | "serverResponse")
}

fn expressions<'a>(call: &'a CallExpression<'a>) -> impl Iterator<Item = &'a Expression<'a>> {
    call.arguments.iter().filter_map(Argument::as_expression)
}
