//! Ways out: where a `return`, `throw`, `break` or `continue` goes, through each `finally` on its way.
//!
//! A `finally` is lowered once. Who enters it leaves a tag, and its last block goes on by that tag.

use oxc_ast::ast::{CatchClause, LabelIdentifier, TryStatement};

use super::{Lower, RETURN};
use crate::graph::{BlockId, Exit, Name, Op, SymbolKind, Target, Term};

/// Where somebody wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Return,
    Throw,
    /// Behind a `try` statement.
    Behind(BlockId),
    /// Out of the frame of this number, or to its next round.
    Break(usize),
    Continue(usize),
}

/// A statement around this place that a way out has to do with.
pub enum Frame {
    Loop {
        after: BlockId,
        next: BlockId,
    },
    Switch {
        after: BlockId,
    },
    /// A label, right outside of what it names.
    Labelled {
        label: Name,
        after: BlockId,
    },
    Catch {
        block: BlockId,
    },
    /// `ways`: the goals of those who enter it; a tag is a place in it plus one.
    Finally {
        entry: BlockId,
        ways: Vec<Goal>,
    },
}

impl<'a> Lower<'a> {
    /// The first step from under `depth` frames towards a goal.
    pub(super) fn route(&mut self, goal: Goal, depth: usize) -> Target {
        for index in (self.base..depth).rev() {
            match (&mut self.frames[index], goal) {
                (Frame::Finally { entry, ways }, _) => {
                    let known = ways.iter().position(|way| *way == goal);
                    let way = known.unwrap_or(ways.len());
                    if known.is_none() {
                        ways.push(goal);
                    }
                    let tag = u16::try_from(way + 1).unwrap_or(u16::MAX);
                    return Target { to: Exit::Block(*entry), tag };
                }
                (Frame::Catch { block }, Goal::Throw) => return Exit::Block(*block).plain(),
                (
                    Frame::Loop { after, .. } | Frame::Switch { after, .. } | Frame::Labelled { after, .. },
                    Goal::Break(to),
                ) if to == index => return Exit::Block(*after).plain(),
                (Frame::Loop { next, .. }, Goal::Continue(to)) if to == index => return Exit::Block(*next).plain(),
                _ => {}
            }
        }
        match goal {
            Goal::Throw => Exit::Throw.plain(),
            Goal::Behind(block) => Exit::Block(block).plain(),
            _ => RETURN,
        }
    }

    /// `break` and `continue`. One that leads nowhere is a syntax error elsewhere.
    pub(super) fn jump_to(&mut self, label: Option<&LabelIdentifier<'a>>, breaks: bool) {
        let found = match label {
            Some(label) => {
                let name = self.scopes.intern(label.name);
                self.labelled_frame(name, breaks)
            }
            None => (self.base..self.frames.len()).rev().find(|index| match &self.frames[*index] {
                Frame::Loop { .. } => true,
                Frame::Switch { .. } => breaks,
                _ => false,
            }),
        };
        if let Some(index) = found {
            let goal = if breaks { Goal::Break(index) } else { Goal::Continue(index) };
            let target = self.route(goal, self.frames.len());
            self.builder.end(Term::Goto(target));
        }
    }

    /// The frame of a label, or the loop that it names.
    fn labelled_frame(&self, name: Name, breaks: bool) -> Option<usize> {
        let is_it = |index: &usize| matches!(&self.frames[*index], Frame::Labelled { label, .. } if *label == name);
        let index = (self.base..self.frames.len()).rev().find(is_it)?;
        if breaks {
            return Some(index);
        }
        (index..self.frames.len()).find(|index| matches!(self.frames[*index], Frame::Loop { .. }))
    }

    pub(super) fn try_statement(&mut self, statement: &TryStatement<'a>) {
        let outer = self.builder.handler;
        let after = self.builder.block();
        let finalizer = statement.finalizer.as_ref().map(|body| (self.builder.block(), body));
        if let Some((entry, _)) = finalizer {
            self.frames.push(Frame::Finally { entry, ways: Vec::new() });
        }
        let caught = statement.handler.as_ref().map(|clause| (self.builder.block(), clause));
        if let Some((block, _)) = caught {
            self.frames.push(Frame::Catch { block });
        }
        self.builder.handler = self.route(Goal::Throw, self.frames.len());
        let body = self.builder.block();
        self.builder.goto(body);
        self.builder.start(body);
        self.scoped(&statement.block.body);
        if caught.is_some() {
            self.frames.pop();
        }
        self.go_behind(after, finalizer.is_some());
        if let Some((block, clause)) = caught {
            self.builder.handler = if finalizer.is_some() { self.route(Goal::Throw, self.frames.len()) } else { outer };
            self.builder.start(block);
            self.catch_clause(clause);
            self.go_behind(after, finalizer.is_some());
        }
        self.builder.handler = outer;
        if let Some((entry, body)) = finalizer
            && let Some(Frame::Finally { ways, .. }) = self.frames.pop()
        {
            self.builder.start(entry);
            self.scoped(&body.body);
            self.resume(&ways);
        }
        self.builder.start(after);
    }

    /// On behind the `try`, through its own `finally` if it has one, which is then the innermost frame.
    fn go_behind(&mut self, after: BlockId, finalizer: bool) {
        if self.builder.is_dead() {
            return;
        }
        let target =
            if finalizer { self.route(Goal::Behind(after), self.frames.len()) } else { Exit::Block(after).plain() };
        self.builder.end(Term::Goto(target));
    }

    fn catch_clause(&mut self, clause: &CatchClause<'a>) {
        let scope = self.scopes.enter();
        if let Some(param) = &clause.param {
            self.hoist_pattern(&param.pattern, SymbolKind::Caught);
            let value = self.push(Op::Caught, param.span.start);
            self.bind(Some(value), &param.pattern, true);
            if let Some(annotation) = &param.type_annotation {
                self.annotate(value, &annotation.type_annotation);
            }
        }
        self.scoped(&clause.body.body);
        self.scopes.leave(scope);
    }

    fn resume(&mut self, ways: &[Goal]) {
        if !self.builder.is_dead() {
            let depth = self.frames.len();
            let go = |way: &Goal| match way {
                // Behind this `try`, whatever lies further out.
                Goal::Behind(block) => Exit::Block(*block).plain(),
                way => self.route(*way, depth),
            };
            let targets: Vec<_> = ways.iter().map(go).collect();
            let list = self.builder.targets(&targets);
            self.builder.end(Term::Resume(list));
        }
    }
}
