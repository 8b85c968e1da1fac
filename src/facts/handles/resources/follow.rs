//! Follows a handle through variables, fields and calls to where it is closed, lost, or out of sight.

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::GetSpan;

use super::words::{is_end, is_ending_call, is_fluent, is_handover, is_over};
use crate::apis::{By, Row};
use crate::facts::functions::key_name;
use crate::facts::places::{Seg, SpotRoot, seg_of_member};
use crate::facts::reader::{Reader, bound_symbol, last_name, peel};
use crate::facts::sites::FieldUse;
use crate::facts::{ClassId, What};

/// What was learnt of one handle so far.
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one handle")]
pub(super) struct Trail<'a> {
    what: What,
    module: Option<&'a str>,
    /// A call of the handle itself closes it.
    remover: bool,
    /// The library type of the handle.
    made: Option<&'static str>,
    pub closes: Vec<NodeId>,
    /// A close that only happens while an element still shows the address.
    pub shaky: Option<NodeId>,
    /// Calls of a callback or `resolve` that hand it over.
    pub handed: Vec<NodeId>,
    /// The closing method, taken from its object without being called.
    pub unbound: Option<NodeId>,
    /// Someone out of sight has it, or it is taken care of.
    pub escapes: bool,
    pub doubt: bool,
    /// Passed to a function: that may close it, unless the function that passes it does so itself.
    pub lent: bool,
    /// Opened on some condition inside an expression, or handed over where there may have been an error.
    pub conditional: bool,
    pub symbol: Option<SymbolId>,
    pub field: Option<&'a str>,
    pub class: Option<ClassId>,
    pub name: String,
    seen: Vec<SymbolId>,
    fields: Vec<&'a str>,
}

impl Trail<'_> {
    pub fn new<'a>(what: What, row: &'static Row, module: Option<&'a str>) -> Trail<'a> {
        Trail {
            what,
            module,
            remover: row.returns_remover,
            made: row.makes.as_deref(),
            closes: Vec::new(),
            shaky: None,
            handed: Vec::new(),
            unbound: None,
            escapes: false,
            doubt: false,
            lent: false,
            conditional: false,
            symbol: None,
            field: None,
            class: None,
            name: String::new(),
            seen: Vec::new(),
            fields: Vec::new(),
        }
    }
}

impl Trail<'_> {
    /// Whether a variable is met for the first time.
    pub fn enter(&mut self, symbol: SymbolId) -> bool {
        let new = !self.seen.contains(&symbol);
        self.seen.push(symbol);
        new
    }
}

impl<'a> Reader<'a, '_> {
    /// Where the value of a node goes.
    pub(super) fn follow(&mut self, node: NodeId, trail: &mut Trail<'a>) {
        let mut at = node;
        for _ in 0..12 {
            let (child, parent) = self.outside(at);
            let span = self.nodes.kind(child).span();
            let next = match self.nodes.kind(parent) {
                AstKind::AwaitExpression(_) => Some(parent),
                AstKind::LogicalExpression(e) => {
                    // `handle && ..` asks whether there is one.
                    let asks = e.left.span() == span && e.operator.is_and();
                    trail.conditional |= !asks && e.right.span() == span;
                    (!asks).then_some(parent)
                }
                AstKind::ConditionalExpression(e) => {
                    trail.conditional |= e.test.span() != span;
                    (e.test.span() != span).then_some(parent)
                }
                AstKind::SequenceExpression(e) => {
                    e.expressions.last().is_some_and(|last| last.span() == span).then_some(parent)
                }
                kind if kind.is_member_expression_kind() => self.follow_member(child, parent, trail),
                AstKind::CallExpression(call) => {
                    self.follow_argument(call, child, trail);
                    None
                }
                AstKind::VariableDeclarator(d) => {
                    match bound_symbol(&d.id).filter(|_| !self.is_using(parent)) {
                        Some(symbol) => self.follow_variable(symbol, trail),
                        None => trail.escapes = true,
                    }
                    None
                }
                AstKind::AssignmentExpression(e) if e.right.span() == span => self.follow_assignment(e, parent, trail),
                AstKind::PropertyDefinition(p) => {
                    trail.class = self.class_of_this(parent);
                    match key_name(&p.key) {
                        Some(name) => self.follow_field(name, trail),
                        None => trail.escapes = true,
                    }
                    None
                }
                kind => {
                    self.follow_other(kind, parent, trail);
                    None
                }
            };
            let Some(next) = next else { return };
            at = next;
        }
        trail.escapes = true;
    }

    /// Positions from which a value goes nowhere, and all others, from which it escapes.
    fn follow_other(&mut self, kind: AstKind<'a>, parent: NodeId, trail: &mut Trail<'a>) {
        match kind {
            AstKind::ExpressionStatement(_)
            | AstKind::UnaryExpression(_)
            | AstKind::BinaryExpression(_)
            | AstKind::IfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::AssignmentExpression(_)
            | AstKind::UpdateExpression(_) => {}
            // `socket.on('x', () => fs.openSync(..))`: nobody looks at what a listener returns.
            AstKind::ArrowFunctionExpression(_) => {
                let ignored = self.handed_to(parent).is_some_and(|handed| {
                    handed.known && handed.runs.is_some_and(|runs| runs >= crate::facts::Often::Event)
                });
                trail.escapes |= !ignored;
            }
            _ => trail.escapes = true,
        }
    }

    /// Follows every read of a variable.
    pub(super) fn follow_variable(&mut self, symbol: SymbolId, trail: &mut Trail<'a>) {
        if trail.seen.contains(&symbol) {
            return;
        }
        trail.seen.push(symbol);
        if trail.symbol.is_none() {
            trail.symbol = Some(symbol);
            self.scoping.symbol_name(symbol).clone_into(&mut trail.name);
        }
        if self.is_exported(symbol) || trail.seen.len() > 6 {
            trail.escapes = true;
            return;
        }
        let reads: Vec<NodeId> = self.reads_of(symbol).collect();
        for read in reads {
            let conditional = trail.conditional;
            self.follow(read, trail);
            trail.conditional = conditional;
            if trail.escapes {
                return;
            }
        }
    }

    fn follow_assignment(
        &mut self,
        e: &'a oxc_ast::ast::AssignmentExpression<'a>,
        parent: NodeId,
        trail: &mut Trail<'a>,
    ) -> Option<NodeId> {
        let Some(target) = e.left.as_simple_assignment_target() else {
            trail.escapes = true;
            return None;
        };
        if let oxc_ast::ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = target {
            match self.symbol_of(id) {
                Some(symbol) => self.follow_variable(symbol, trail),
                None => trail.escapes = true,
            }
            return Some(parent);
        }
        let Some(member) = target.as_member_expression() else {
            trail.escapes = true;
            return None;
        };
        match seg_of_member(member) {
            // The address of a blob in `img.src` can be asked for again, but what is done with it is no closing.
            Seg::Field("src" | "href") if trail.what == What::ObjectUrl => {
                self.note_revoked_fields(trail);
                self.follow_shown(member, parent, trail);
            }
            Seg::Field("current" | "value") if self.follow_ref(member.object(), trail) => {}
            Seg::Field(name) => {
                if matches!(peel(member.object()), Expression::ThisExpression(_)) {
                    trail.class = self.class_of_this(parent);
                }
                let own = self.spot_of(member.object()).map(|spot| spot.root);
                if let Some(SpotRoot::Global(_) | SpotRoot::Module(_)) = own {
                    trail.escapes = true;
                }
                self.follow_field(name, trail);
            }
            Seg::Entry => trail.escapes = true,
        }
        Some(parent)
    }

    /// The class that `this` is an instance of at a node.
    fn class_of_this(&mut self, node: NodeId) -> Option<ClassId> {
        let owner = self.owner_of(node);
        match self.this_spot(owner).root {
            SpotRoot::This(class) => Some(class),
            _ => None,
        }
    }

    /// Follows every read of a field of this name, whatever the object: it may be the same.
    fn follow_field(&mut self, field: &'a str, trail: &mut Trail<'a>) {
        if trail.fields.contains(&field) {
            return;
        }
        trail.fields.push(field);
        if trail.field.is_none() {
            trail.field = Some(field);
            field.clone_into(&mut trail.name);
        }
        if trail.fields.len() > 3 {
            trail.escapes = true;
            return;
        }
        for used in self.uses_of_field(field) {
            match used {
                FieldUse::Taken(pattern) => match bound_symbol(pattern) {
                    Some(symbol) => self.follow_variable(symbol, trail),
                    None => trail.escapes = true,
                },
                FieldUse::Member(node) if !self.is_written(node) => self.follow(node, trail),
                FieldUse::Member(_) => {}
            }
            if trail.escapes {
                return;
            }
        }
    }

    /// `using x = ..`, `await using x = ..`: closed at the end of the block.
    fn is_using(&self, declarator: NodeId) -> bool {
        matches!(self.nodes.parent_kind(declarator), AstKind::VariableDeclaration(d) if d.kind.is_using())
    }

    pub(super) fn is_written(&self, node: NodeId) -> bool {
        let (child, parent) = self.outside(node);
        matches!(self.nodes.kind(parent), AstKind::AssignmentExpression(e)
            if e.left.span() == self.nodes.kind(child).span() && e.operator.is_assign())
    }

    /// `handle.x`: a call of it may close the handle; where the handle is what comes back, that is followed.
    fn follow_member(&mut self, child: NodeId, member: NodeId, trail: &mut Trail<'a>) -> Option<NodeId> {
        let span = self.nodes.kind(child).span();
        let (object, name) = match self.nodes.kind(member) {
            AstKind::StaticMemberExpression(m) => (&m.object, m.property.name.as_str()),
            AstKind::PrivateFieldExpression(m) => (&m.object, m.field.name.as_str()),
            AstKind::ComputedMemberExpression(m) => {
                // `handle[Symbol.dispose]()`, `table[handle]`
                trail.escapes |= m.object.span() == span || trail.what != What::File;
                return None;
            }
            _ => return None,
        };
        if object.span() != span {
            return None;
        }
        let (whole, outer) = self.outside(member);
        let callee = match self.nodes.kind(outer) {
            AstKind::CallExpression(call) if call.callee.span() == self.nodes.kind(whole).span() => Some(call),
            AstKind::AssignmentExpression(e) if e.left.span() == self.nodes.kind(whole).span() => {
                trail.doubt |= is_over(name);
                return None;
            }
            _ => None,
        };
        let Some(call) = callee else {
            // `{ stop: subscription.unsubscribe }`: without its object the method fails.
            if is_end(name) && matches!(self.nodes.kind(outer), AstKind::ObjectProperty(_)) && !trail.remover {
                trail.unbound = Some(member);
                return None;
            }
            // Handed on: `stop = watcher.close.bind(watcher)`, `const { port1 } = channel`.
            trail.escapes |=
                is_end(name) || name.starts_with("port") || matches!(name, "closed" | "readable" | "writable");
            return None;
        };
        if (is_end(name) || self.apis.closes_handle(name, trail.what)) && !self.ends_nothing(call) {
            // What keeps a socket open is not its listeners.
            let deaf =
                name == "removeAllListeners" && matches!(trail.what, What::Socket | What::Worker | What::Connection);
            if !deaf {
                trail.closes.push(outer);
            }
            return None;
        }
        if is_handover(name) || name == "then" {
            trail.escapes = true;
            return None;
        }
        if is_fluent(name)
            && let Some(Argument::StringLiteral(event)) = call.arguments.first()
        {
            trail.doubt |= is_over(event.value.as_str());
        }
        if trail.what == What::ObjectUrl {
            return None;
        }
        (is_fluent(name) || matches!(name, "catch" | "finally") || self.gives_itself(call, trail)).then_some(outer)
    }

    /// `createClient().connect()`: what comes back, in a promise perhaps, is of the same type and opens nothing.
    fn gives_itself(&mut self, call: &'a CallExpression<'a>, trail: &Trail<'a>) -> bool {
        let Some(made) = trail.made else { return false };
        let row = self.api_of_call(call).map(|hit| self.apis.row(hit.row));
        row.is_some_and(|row| row.opens.is_none() && row.makes.as_deref() == Some(made))
    }

    fn follow_argument(&mut self, call: &'a CallExpression<'a>, child: NodeId, trail: &mut Trail<'a>) {
        let span = self.nodes.kind(child).span();
        if call.callee.span() == span {
            if trail.remover {
                trail.closes.push(call.node_id.get());
            } else {
                trail.escapes = true;
            }
            return;
        }
        let hit = self.api_of_call(call).map(|hit| self.apis.row(hit.row));
        if hit.is_some_and(|row| row.closes == Some(trail.what) && row.by == Some(By::Argument)) {
            match self.test_of_shown(call.node_id.get()).filter(|_| trail.what == What::ObjectUrl) {
                Some(test) => trail.shaky = Some(test),
                None => trail.closes.push(call.node_id.get()),
            }
            return;
        }
        let name = last_name(&call.callee).unwrap_or("");
        if name == "releaseConnection" || (trail.what == What::Connection && name == "release") {
            trail.closes.push(call.node_id.get());
            return;
        }
        if is_ending_call(name) {
            trail.escapes = true;
            return;
        }
        let spot = self.spot_of(&call.callee);
        let used = match spot.map(|spot| spot.root) {
            Some(SpotRoot::Module(module)) => trail.module == Some(module),
            Some(SpotRoot::Global("console" | "String" | "Boolean" | "Number")) => true,
            Some(SpotRoot::Global("window" | "open" | "location")) => trail.what == What::ObjectUrl,
            _ => false,
        };
        if used {
            return;
        }
        if matches!(trail.what, What::Socket | What::Worker) && self.is_outcome(call) {
            trail.handed.push(call.node_id.get());
            return;
        }
        // Whoever is handed an address shows it; that is no reason to give it back.
        match trail.what {
            _ if matches!(name, "push" | "add" | "set" | "unshift" | "resolve" | "pipe" | "pipeline") => {
                trail.escapes = true;
            }
            What::ObjectUrl => trail.doubt = true,
            What::Connection | What::File => trail.lent = true,
            _ => trail.escapes = true,
        }
    }
}
