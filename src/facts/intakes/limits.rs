//! Whether a test of the size stops the gathering, and whether pieces are taken out again.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentOperator, BinaryOperator, CallExpression, Expression, IfStatement};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::{Piece, Taking, listens_to};
use crate::facts::TOP;
use crate::facts::reader::{Reader, peel};
use crate::finding::Span;

/// Nodes of a handler that are looked at.
const MOST_NODES: usize = 600;

/// Calls after which no more pieces come.
const STOPS: [&str; 16] = [
    "destroy",
    "destroySoon",
    "pause",
    "abort",
    "close",
    "terminate",
    "cancel",
    "kill",
    "disconnect",
    "exit",
    "removeListener",
    "removeAllListeners",
    "off",
    "unpipe",
    "return",
    "reset",
];

/// What a test of the size does.
pub(super) enum Limit {
    Missing,
    Stops,
    /// It answers with an error, and the gathering goes on.
    Vain(Span),
}

impl<'a> Reader<'a, '_> {
    /// Whether pieces are taken out of the target: a parser keeps what is not complete yet.
    pub(super) fn is_taken_out(&self, target: &str, piece: &Piece<'a>, taking: &Taking<'a>) -> bool {
        let name = |span: oxc_span::Span| self.text_of(span, 40) == target;
        self.sites.iter().any(|site| match *site {
            AstKind::AssignmentExpression(e) if e.node_id.get() != piece.node => {
                let left = e.left.span();
                let emptied = self.text_of(left, 60) == format!("{target}.length");
                emptied
                    || e.operator == AssignmentOperator::Assign
                        && name(left)
                        && !self.is_another_piece(&e.right)
                        && self.is_while_reading(e.node_id.get(), taking)
            }
            AstKind::CallExpression(call) => {
                matches!(call.callee_name(), Some("shift" | "splice" | "pop"))
                    && peel(&call.callee).as_member_expression().is_some_and(|m| name(m.object().span()))
            }
            _ => false,
        })
    }

    /// `body = Buffer.concat([body, chunk])` in another branch.
    fn is_another_piece(&self, value: &Expression<'a>) -> bool {
        matches!(peel(value), Expression::CallExpression(call)
            if self.text_of(call.callee.span(), 20) == "Buffer.concat" && !call.arguments.is_empty())
    }

    /// Not where it is declared or first given a value, and not where all has been read.
    fn is_while_reading(&self, node: NodeId, taking: &Taking<'a>) -> bool {
        let function = self.owner_of(node);
        if taking.handler.is_none() {
            return self.is_within(node, taking.body) || function != taking.function;
        }
        if function == TOP || function == taking.function {
            return false;
        }
        let outer = self.outside(self.function_nodes[function.0 as usize]).1;
        let over = ["end", "close", "finish", "error", "aborted"];
        !matches!(self.nodes.kind(outer), AstKind::CallExpression(call) if listens_to(call, &over))
    }

    /// What the tests of the size in the handler do.
    pub(super) fn limit_of(&mut self, target: &str, piece: NodeId, taking: &Taking<'a>) -> Limit {
        let nodes = self.nodes_within(taking.body, MOST_NODES);
        let sizes = self.sizes_in(&nodes, target, taking);
        let mut vain = None;
        for node in &nodes {
            let AstKind::BinaryExpression(e) = self.nodes.kind(*node) else { continue };
            let compares = matches!(
                e.operator,
                BinaryOperator::GreaterThan
                    | BinaryOperator::GreaterEqualThan
                    | BinaryOperator::LessThan
                    | BinaryOperator::LessEqualThan
            );
            // `body.length > 0` asks whether there is anything.
            let trivial = [&e.left, &e.right].iter().any(|side| is_zero(side));
            if !compares || trivial || !self.names_size(*node, &sizes) {
                continue;
            }
            match self.test_around(*node, taking) {
                Some(test) if !self.is_stopped_by(test, piece, taking) => vain = Some(self.span(e.span)),
                _ => return Limit::Stops,
            }
        }
        // A piece that is only taken under a condition is counted or picked elsewhere.
        match vain {
            Some(span) => Limit::Vain(span),
            None if self.hands_on(&nodes, taking) => Limit::Stops,
            None => Limit::Missing,
        }
    }

    /// Texts that stand for the size: the target, and what counts the length of pieces.
    fn sizes_in(&self, nodes: &[NodeId], target: &str, taking: &Taking<'a>) -> FxHashSet<String> {
        let mut sizes: FxHashSet<String> = std::iter::once(target.to_owned()).collect();
        for node in nodes {
            let AstKind::AssignmentExpression(e) = self.nodes.kind(*node) else { continue };
            let right = e.right.span().source_text(self.text);
            let chunk = self.scoping.symbol_name(taking.chunk);
            if right.contains("ength") && right.contains(chunk) {
                sizes.insert(self.text_of(e.left.span(), 40));
            }
        }
        // `const next = size + chunk.length`, `const length = Buffer.byteLength(body)`.
        for node in nodes {
            if let AstKind::VariableDeclarator(d) = self.nodes.kind(*node)
                && let Some(init) = &d.init
                && self.names_size(AstKind::from_expression(init).node_id(), &sizes)
                && let Some(name) = d.id.get_identifier_name()
            {
                sizes.insert(name.to_string());
            }
        }
        sizes
    }

    fn names_size(&self, root: NodeId, sizes: &FxHashSet<String>) -> bool {
        self.nodes_within(root, 60).into_iter().any(|node| match self.nodes.kind(node) {
            AstKind::IdentifierReference(id) => sizes.contains(id.name.as_str()),
            AstKind::StaticMemberExpression(m) => sizes.contains(self.text_of(m.span, 40).as_str()),
            _ => false,
        })
    }

    /// The `if` that asks; `None` where the answer goes elsewhere.
    fn test_around(&self, node: NodeId, taking: &Taking<'a>) -> Option<&'a IfStatement<'a>> {
        let span = self.nodes.kind(node).span();
        self.nodes.ancestor_ids(node).take(6).take_while(|id| *id != taking.body).find_map(|id| {
            match self.nodes.kind(id) {
                AstKind::IfStatement(test) if test.test.span().contains_inclusive(span) => Some(test),
                _ => None,
            }
        })
    }

    /// Whether no more pieces are added once the test holds.
    fn is_stopped_by(&mut self, test: &'a IfStatement<'a>, piece: NodeId, taking: &Taking<'a>) -> bool {
        let at = self.nodes.kind(piece).span();
        if test.span.contains_inclusive(at) {
            return true;
        }
        let before = test.span.end <= at.start;
        let looped = taking.handler.is_none();
        let mut work = vec![(test.node_id.get(), 0)];
        let mut seen = FxHashSet::default();
        while let Some((root, level)) = work.pop() {
            if !seen.insert(root) {
                continue;
            }
            for node in self.nodes_within(root, 200) {
                let stops = match self.nodes.kind(node) {
                    AstKind::ThrowStatement(_) => level == 0,
                    AstKind::ReturnStatement(_) | AstKind::ContinueStatement(_) => level == 0 && (before || looped),
                    AstKind::BreakStatement(_) => level == 0 && looped,
                    // The target is emptied, or a flag is set that is asked elsewhere.
                    AstKind::AssignmentExpression(e) => self.is_flag(e.left.span(), taking),
                    AstKind::CallExpression(call) => {
                        if level < 2
                            && let Some(function) = self.function_denoted(&call.callee)
                        {
                            work.push((self.function_nodes[function.0 as usize], level + 1));
                        }
                        self.ends_stream(call, taking)
                    }
                    _ => false,
                };
                if stops {
                    return true;
                }
            }
        }
        false
    }

    /// A variable that the handler itself asks or adds to.
    fn is_flag(&self, left: oxc_span::Span, taking: &Taking<'a>) -> bool {
        let name = self.text_of(left, 40);
        self.nodes_within(taking.body, MOST_NODES).into_iter().any(|node| {
            let kind = self.nodes.kind(node);
            let here = matches!(kind, AstKind::IdentifierReference(_) | AstKind::StaticMemberExpression(_));
            here && kind.span() != left && self.text_of(kind.span(), 40) == name
        })
    }

    /// `req.destroy()`, `socket.end()`, `tooLarge(req)`.
    fn ends_stream(&self, call: &'a CallExpression<'a>, taking: &Taking<'a>) -> bool {
        let stream = self.text_of(taking.stream.span(), 30);
        let name = call.callee_name().unwrap_or("");
        let on_stream = || {
            let member = peel(&call.callee).as_member_expression();
            member.is_some_and(|m| self.text_of(m.object().span(), 30) == stream)
        };
        STOPS.contains(&name)
            || name == "end" && on_stream()
            || call.arguments.iter().any(|a| self.text_of(a.span(), 30) == stream)
    }

    /// The piece also goes to a function that may count it: `limiter.take(chunk.length)`.
    fn hands_on(&self, nodes: &[NodeId], taking: &Taking<'a>) -> bool {
        let chunk = self.scoping.symbol_name(taking.chunk);
        nodes.iter().any(|node| match self.nodes.kind(*node) {
            AstKind::IfStatement(choice) => {
                let asked = choice.test.span().source_text(self.text);
                asked.contains(&format!("{chunk}.length")) || asked.contains('(') && asked.contains(chunk)
            }
            _ => false,
        })
    }
}

fn is_zero(expr: &Expression<'_>) -> bool {
    matches!(peel(expr), Expression::NumericLiteral(n) if n.value < 2.0)
}
