//! What stands in front of a statement: flags that let it run once, tests for absent keys, comparisons of sizes.

mod clock;
mod presence;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    BinaryExpression, BinaryOperator, Expression, IfStatement, LogicalOperator, Statement, UnaryOperator,
};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::places::{Spot, SpotRoot};
use super::reader::{Reader, peel};

/// A test on the way to a node.
#[derive(Debug, Clone, Copy)]
pub struct Test<'a> {
    pub test: &'a Expression<'a>,
    /// The node runs when the test holds (`false`: when it does not).
    pub holds: bool,
}

impl<'a> Reader<'a, '_> {
    /// Tests that decide whether `node` runs, nearest first, within its function. Early exits before it count.
    #[must_use]
    pub fn tests_before(&self, node: NodeId) -> Vec<Test<'a>> {
        let function = self.owner_of(node);
        let mut tests = Vec::new();
        let mut child = node;
        for _ in 0..64 {
            let parent = self.nodes.parent_id(child);
            if parent == child || self.owner_of(parent) != function {
                break;
            }
            let span = self.nodes.kind(child).span();
            match self.nodes.kind(parent) {
                AstKind::IfStatement(s) if span != s.test.span() => {
                    tests.push(Test { test: &s.test, holds: s.consequent.span() == span });
                }
                AstKind::WhileStatement(s) if span != s.test.span() => tests.push(Test { test: &s.test, holds: true }),
                AstKind::ConditionalExpression(e) if span != e.test.span() => {
                    tests.push(Test { test: &e.test, holds: e.consequent.span() == span });
                }
                AstKind::LogicalExpression(e) if span == e.right.span() && e.operator != LogicalOperator::Coalesce => {
                    tests.push(Test { test: &e.left, holds: e.operator == LogicalOperator::And });
                }
                AstKind::BlockStatement(b) => early_exits(&b.body, span.start, &mut tests),
                AstKind::FunctionBody(b) => early_exits(&b.statements, span.start, &mut tests),
                AstKind::SwitchCase(c) => early_exits(&c.consequent, span.start, &mut tests),
                _ => {}
            }
            child = parent;
        }
        tests
    }

    /// Whether a flag or slot that outlives the function lets this node run once only:
    /// `if (!x) x = ..`, `x ??= ..`, `if (done) return; done = true`.
    pub fn is_guarded_once(&mut self, node: NodeId) -> bool {
        self.is_in_lazy_assignment(node) || self.flag_before(node).is_some()
    }

    /// The same for a call: a flag on an instance lets it run once for each instance, which is not once.
    pub fn is_called_once(&mut self, call: NodeId) -> bool {
        self.flag_before(call).is_some_and(|flag| !matches!(flag.root, SpotRoot::This(_) | SpotRoot::UnknownThis(_)))
            || self.is_in_lazy_assignment(call)
    }

    /// The flag or slot that is tested before a node and filled in the same function.
    fn flag_before(&mut self, node: NodeId) -> Option<Spot<'a>> {
        if self.owner_of(node) == super::TOP {
            return None;
        }
        for Test { test, holds } in self.tests_before(node) {
            for spot in self.absent_spots(test, holds) {
                if self.outlives_function(&spot, node) && self.is_filled_in_same_function(&spot, node) {
                    return Some(spot);
                }
            }
        }
        None
    }

    /// `if (!seen.has(socket)) { seen.add(socket); .. }`: once for each member.
    pub fn is_guarded_by_entry(&mut self, node: NodeId) -> bool {
        let function = self.owner_of(node);
        for Test { test, holds } in self.tests_before(node) {
            let absent: Vec<_> = self.absent_spots(test, holds).into_iter().map(entries_counted).collect();
            let entered = absent.iter().any(|spot| {
                ends_in_entry(spot)
                    && (self.entered.contains(&(spot.clone(), function)) || self.is_assigned_in(spot, function))
            });
            if entered {
                return true;
            }
        }
        false
    }

    fn is_assigned_in(&self, spot: &Spot<'a>, function: super::FunctionId) -> bool {
        self.assigned.get(spot).is_some_and(|nodes| nodes.iter().any(|n| self.owner_of(*n) == function))
    }

    /// `slot ??= value`, `slot || (slot = value)`, `slot ?? (slot = value)`.
    fn is_in_lazy_assignment(&mut self, node: NodeId) -> bool {
        let function = self.owner_of(node);
        if function == super::TOP {
            return false;
        }
        let mut child = node;
        for _ in 0..12 {
            let parent = self.nodes.parent_id(child);
            if parent == child || self.owner_of(parent) != function {
                return false;
            }
            if let AstKind::AssignmentExpression(e) = self.nodes.kind(parent)
                && e.right.span() == self.nodes.kind(child).span()
            {
                let spot = self.assigned_spot(e);
                let lazily = e.operator.is_logical() || self.is_behind_test_of(parent, spot.as_ref());
                if lazily && spot.is_some_and(|s| !ends_in_entry(&s) && self.outlives_function(&s, node)) {
                    return true;
                }
            }
            child = parent;
        }
        false
    }

    /// `x || (x = ..)`: the right side of a logical expression whose left side is the same location.
    fn is_behind_test_of(&mut self, assignment: NodeId, spot: Option<&Spot<'a>>) -> bool {
        let (child, parent) = self.outside(assignment);
        match self.nodes.kind(parent) {
            AstKind::LogicalExpression(e)
                if e.operator != LogicalOperator::And && e.right.span() == self.nodes.kind(child).span() =>
            {
                spot.is_some() && self.spot_of(&e.left).as_ref() == spot
            }
            _ => false,
        }
    }

    /// Locations that are empty when `test` comes out as `holds`.
    pub fn absent_spots(&mut self, test: &'a Expression<'a>, holds: bool) -> Vec<Spot<'a>> {
        let mut absent = Vec::new();
        let mut work = vec![(test, holds, 0)];
        while let Some((test, holds, depth)) = work.pop() {
            if depth > 12 {
                continue;
            }
            match peel(test) {
                Expression::UnaryExpression(e) if e.operator == UnaryOperator::LogicalNot => {
                    work.push((&e.argument, !holds, depth + 1));
                }
                // `a && b` tells of both when it holds, `a || b` when it does not.
                Expression::LogicalExpression(e) => {
                    let both = [(&e.right, holds, depth + 1), (&e.left, holds, depth + 1)];
                    work.extend(both.into_iter().filter(|_| (e.operator == LogicalOperator::And) == holds));
                }
                Expression::BinaryExpression(e) if e.operator.is_in() && !holds => {
                    absent.extend(self.spot_of(&e.right).map(|s| s.step(super::places::Seg::Entry)));
                }
                Expression::BinaryExpression(e) => absent.extend(self.compared_with_nothing(e, holds)),
                e if !holds => {
                    let present = self.membership_test(e);
                    absent.extend(present.or_else(|| self.spot_of(e)));
                }
                _ => {}
            }
        }
        absent
    }

    /// The location that `x === null`, `undefined != x`, `typeof x === 'undefined'` and the like find empty.
    fn compared_with_nothing(&mut self, e: &'a BinaryExpression<'a>, holds: bool) -> Option<Spot<'a>> {
        let equal = matches!(e.operator, BinaryOperator::Equality | BinaryOperator::StrictEquality);
        let unequal = matches!(e.operator, BinaryOperator::Inequality | BinaryOperator::StrictInequality);
        if !(equal && holds || unequal && !holds) {
            return None;
        }
        let other = if is_nothing(&e.right) {
            &e.left
        } else if is_nothing(&e.left) {
            &e.right
        } else {
            return None;
        };
        match peel(other) {
            Expression::UnaryExpression(u) if u.operator == UnaryOperator::Typeof => self.spot_of(&u.argument),
            // `seen.has(x) === false`
            Expression::CallExpression(_) => self.membership_test(other).or_else(|| self.spot_of(other)),
            _ => self.spot_of(other),
        }
    }

    /// The entry that `c.has(k)`, `c.includes(k)`, `c.hasOwnProperty(k)` or `Object.hasOwn(c, k)` asks for.
    fn membership_test(&mut self, expr: &'a Expression<'a>) -> Option<Spot<'a>> {
        let Expression::CallExpression(call) = peel(expr) else { return None };
        let Expression::StaticMemberExpression(m) = peel(&call.callee) else { return None };
        let collection = match m.property.name.as_str() {
            "has" | "includes" | "hasOwnProperty" => &m.object,
            "hasOwn" => call.arguments.first()?.as_expression()?,
            "call" if self.is_has_own_property(&m.object) => call.arguments.first()?.as_expression()?,
            _ => return None,
        };
        Some(self.spot_of(collection)?.step(super::places::Seg::Entry))
    }

    pub(super) fn outlives_function(&self, spot: &Spot<'a>, node: NodeId) -> bool {
        match spot.root {
            SpotRoot::Symbol(symbol) => {
                let home = self.scope_function(symbol);
                home != self.owner_of(node) && self.param_index(self.scoping.symbol_declaration(symbol)).is_none()
            }
            _ => true,
        }
    }

    /// The location is given a value in the function of `node` (or in what that function calls in place).
    fn is_filled_in_same_function(&self, spot: &Spot<'a>, node: NodeId) -> bool {
        if ends_in_entry(spot) {
            return false;
        }
        let function = self.owner_of(node);
        let Some(nodes) = self.assigned.get(spot) else { return false };
        nodes.iter().any(|n| {
            let AstKind::AssignmentExpression(e) = self.nodes.kind(*n) else { return false };
            let empties =
                e.right.is_null_or_undefined() || matches!(&e.right, Expression::BooleanLiteral(b) if !b.value);
            let mut owner = self.owner_of(*n);
            // Assigned inside a callback of the same function also fills the slot.
            for _ in 0..4 {
                if owner == function {
                    return !empties;
                }
                owner = self.facts.functions[owner.0 as usize].parent;
            }
            false
        })
    }
}

fn is_nothing(e: &Expression<'_>) -> bool {
    e.is_null_or_undefined()
        || matches!(e, Expression::BooleanLiteral(b) if !b.value)
        || e.is_specific_string_literal("undefined")
        || e.is_number_0()
}

/// `list.length === 0` says that no entry is there.
fn entries_counted(spot: Spot<'_>) -> Spot<'_> {
    match spot.path.split_last() {
        Some((super::places::Seg::Field("length" | "size"), rest)) => {
            Spot { root: spot.root, path: rest.into() }.step(super::places::Seg::Entry)
        }
        _ => spot,
    }
}

fn ends_in_entry(spot: &Spot<'_>) -> bool {
    spot.path.contains(&super::places::Seg::Entry)
}

/// `if (x) return;` before `start` in a list of statements: what follows runs when `x` does not hold.
fn early_exits<'a>(statements: &'a [Statement<'a>], start: u32, tests: &mut Vec<Test<'a>>) {
    let before = statements.partition_point(|s| s.span().end <= start);
    for statement in statements[..before].iter().rev().take(64) {
        // `if (a) return; else if (b) return;`: what follows runs when neither holds.
        let mut chain = Some(statement);
        while let Some(Statement::IfStatement(s)) = chain
            && leaves(s)
        {
            tests.push(Test { test: &s.test, holds: false });
            chain = s.alternate.as_ref();
        }
        // `assert(known.has(key))`: what follows runs when it holds.
        if let Statement::ExpressionStatement(s) = statement
            && let Expression::CallExpression(call) = &s.expression
            && matches!(call.callee_name(), Some("assert" | "invariant"))
            && let Some(test) = call.arguments.first().and_then(|a| a.as_expression())
        {
            tests.push(Test { test, holds: true });
        }
    }
}

fn leaves(s: &IfStatement<'_>) -> bool {
    let last = match &s.consequent {
        Statement::BlockStatement(b) => b.body.last(),
        other => Some(other),
    };
    matches!(
        last,
        Some(
            Statement::ReturnStatement(_)
                | Statement::ThrowStatement(_)
                | Statement::ContinueStatement(_)
                | Statement::BreakStatement(_)
        )
    )
}
