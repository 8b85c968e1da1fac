//! Which library function a callee is, and of which type a value is: imports, globals, `new`, annotations, `extends`.

mod effects;
mod events;
mod types;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_semantic::NodeId;
use oxc_span::GetSpan;

use super::ClassId;
use super::places::{Seg, Spot, SpotRoot};
use super::reader::{Reader, Type, peel};
use crate::apis::{Apis, Callback, EventRow, Often, Row, RowId, TypeId, Which};

/// A callee that a row describes.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    pub row: RowId,
    /// Resolved through an import, a global or a known type, not by the method's name alone.
    pub known: bool,
}

/// Names, types and classes that stand for each other are followed so far, within each other. Each step takes a few frames
/// of a stack that carries tens of thousands: see [`crate::parse::STACK`].
const DEEPEST_WALK: u32 = 200;

impl<'a> Reader<'a, '_> {
    /// One step of a walk that goes from names to what they stand for: gives up on what nobody writes by hand.
    pub fn deeper<T>(&mut self, walk: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEEPEST_WALK {
            return None;
        }
        self.depth += 1;
        let found = walk(self);
        self.depth -= 1;
        found
    }

    /// The row of a call, if its callee is known.
    pub fn api_of_call(&mut self, call: &'a CallExpression<'a>) -> Option<Hit> {
        let node = call.node_id.get();
        if let Some(known) = self.call_rows.get(&node) {
            return *known;
        }
        let hit = self.api_of_callee(&call.callee);
        let hit = hit.filter(|hit| call.arguments.len() >= self.apis.row(hit.row).at_least);
        self.call_rows.insert(node, hit);
        hit
    }

    pub fn api_of_callee(&mut self, callee: &'a Expression<'a>) -> Option<Hit> {
        let callee = peel(callee);
        // A chain of calls (`app.get(..).post(..)`) names its receiver only through types; look there first.
        if let Some(member) = callee.as_member_expression()
            && let Seg::Field(name) = super::places::seg_of_member(member)
        {
            if let Some(row) = self.library_row(callee) {
                return Some(Hit { row, known: true });
            }
            let by_type = match self.type_of(member.object()) {
                Some(Type::Library(t)) => self.apis.method(t, name),
                Some(Type::Local(c)) => return self.inherited_row(c, name).map(|row| Hit { row, known: true }),
                None => None,
            };
            if let Some(row) = by_type {
                return Some(Hit { row, known: true });
            }
            let by_name = self.apis.any_method(name).or_else(|| self.apis.listener_method(name));
            return by_name.map(|row| Hit { row, known: false });
        }
        self.library_row(callee).map(|row| Hit { row, known: true })
    }

    /// A method that a class of this file inherits from a library, unless it defines that method itself.
    fn inherited_row(&mut self, class: ClassId, name: &'a str) -> Option<RowId> {
        if self.field_functions.contains_key(&Spot::new(SpotRoot::This(class)).step(Seg::Field(name))) {
            return None;
        }
        let t = self.library_base(class)?;
        self.apis.method(t, name)
    }

    /// The library type that a class of this file extends, over any number of steps.
    #[must_use]
    pub fn library_base(&self, class: ClassId) -> Option<TypeId> {
        let mut at = class;
        for _ in 0..20 {
            let class = self.facts.classes.get(at.0 as usize)?;
            if let Some(t) = class.extends.iter().find_map(|name| self.apis.type_named(name)) {
                return Some(t);
            }
            at = class.parent?;
        }
        None
    }

    /// A function reached by an import or a global name.
    fn library_row(&mut self, callee: &'a Expression<'a>) -> Option<RowId> {
        let spot = self.spot_of(callee)?;
        match spot.root {
            SpotRoot::Module(module) => {
                if !self.apis.knows_module(module) {
                    return None;
                }
                let path = dotted(&spot.path)?;
                export_forms(&path).find_map(|export| self.apis.function(module, export))
            }
            SpotRoot::Global(name) => {
                let path = dotted(&spot.path)?;
                if path.is_empty() {
                    self.apis.global_function(name)
                } else {
                    self.apis.global_function(&format!("{name}.{path}"))
                }
            }
            _ => None,
        }
    }

    /// The row of a constructor that is reached by an import.
    pub fn row_of_new(&mut self, callee: &'a Expression<'a>) -> Option<RowId> {
        let spot = self.spot_of(callee)?;
        let path = dotted(&spot.path)?;
        match spot.root {
            SpotRoot::Module(module) => export_forms(&path).find_map(|export| self.apis.constructor(module, export)),
            // Rows speak of global classes as of exports of the global object.
            SpotRoot::Global(name) if path.is_empty() => self.apis.constructor("globalThis", name),
            _ => None,
        }
    }

    /// If a function value stands in an argument of a known call: what that call does with it.
    pub fn handed_to(&mut self, function: NodeId) -> Option<Handed<'a>> {
        let (mut child, mut parent) = self.outside(function);
        let mut key = None;
        // `fastify.route({ handler: async () => .. })`, `router.get('/', [auth, handler])`.
        for _ in 0..3 {
            match self.nodes.kind(parent) {
                AstKind::ObjectProperty(p) => {
                    key = super::functions::key_name(&p.key);
                    (child, parent) = self.outside(self.nodes.parent_id(parent));
                }
                AstKind::ArrayExpression(_) => (child, parent) = self.outside(parent),
                _ => break,
            }
        }
        let AstKind::CallExpression(call) = self.nodes.kind(parent) else {
            return None;
        };
        let span = self.nodes.kind(child).span();
        let index = call.arguments.iter().position(|a| a.span() == span)?;
        let mut handed = self.callback_role(call, index, key)?;
        if handed.event.is_some_and(|event| event.once_if_exits) && self.exits(function) {
            handed.runs = None;
        }
        Some(handed)
    }

    /// What `call` does with a function in argument `index` (or under `key` of an object there).
    fn callback_role(
        &mut self,
        call: &'a CallExpression<'a>,
        index: usize,
        key: Option<&'a str>,
    ) -> Option<Handed<'a>> {
        let hit = self.api_of_call(call)?;
        let row = self.apis.row(hit.row);
        let callback = callback_in(row, call.arguments.len(), (index, key))?;
        // `once` runs its listener as often as it is called itself.
        let runs = if row.once { None } else { callback.runs };
        let mut handed = Handed { runs, callback, event: None, known: hit.known, call };
        // Events say more than the method: `server.on('request', (req, res) => ..)`.
        if let Some(at) = row.event
            && let Some(Argument::StringLiteral(event)) =
                argument_at(at, call.arguments.len()).and_then(|i| call.arguments.get(i))
            && let Some(m) = peel(&call.callee).as_member_expression()
            && let Some(told) = self.told_of(m.object(), event.value.as_str())
        {
            let often = if self.comes_again(call, m.object(), told) { None } else { told.runs };
            handed.runs = if row.once { None } else { often.or(handed.runs) };
            handed.event = Some(told);
        }
        Some(handed)
    }

    /// A call as the user would name it: `app.get('/users')`, `setInterval`.
    #[must_use]
    pub fn api_text(&self, call: &'a CallExpression<'a>) -> String {
        let mut text = self.text_of(call.callee.span(), 40);
        if let Some(Argument::StringLiteral(s)) = call.arguments.first() {
            text.push('(');
            text.push_str(&self.text_of(s.span, 24));
            text.push(')');
        }
        text
    }

    /// `(req, res)` and `(req, res, next)` are request handlers wherever they end up.
    #[must_use]
    pub fn signature_of(&self, function: NodeId) -> Option<Often> {
        let params = self.params_of(function)?;
        let mut names = params.items.iter().filter_map(|i| i.pattern.get_identifier_name());
        let (first, second) = (names.next()?, names.next()?);
        let request = matches!(first.as_str(), "req" | "request" | "_req");
        let response = matches!(second.as_str(), "res" | "response" | "reply" | "_res");
        (request && response).then_some(Often::Request)
    }
}

/// What a known call does with a function that it is handed.
#[derive(Debug, Clone)]
pub struct Handed<'a> {
    /// How often it runs; absent: as often as the call.
    pub runs: Option<Often>,
    pub callback: &'static Callback,
    pub event: Option<&'static EventRow>,
    pub known: bool,
    pub call: &'a CallExpression<'a>,
}

impl Handed<'_> {
    /// Type of parameter `index` of a function that declares `declared` parameters.
    fn param(&self, apis: &Apis, index: usize, declared: usize) -> Option<TypeId> {
        let name = match self.event {
            Some(event) if !event.params.is_empty() => event.params.get(index)?.as_str(),
            _ => self.callback.param(index, declared)?,
        };
        apis.type_named(name)
    }
}

/// Index of the argument that a row means; `None` for all of them.
#[must_use]
pub fn argument_at(which: Which, count: usize) -> Option<usize> {
    match which {
        Which::First => Some(0),
        Which::Second => Some(1),
        Which::Third => Some(2),
        Which::Last => Some(count.saturating_sub(1)),
        Which::All | Which::Receiver => None,
    }
}

/// What a row says of a function in argument `index` of `count`, or under a key of an object there.
#[must_use]
pub fn callback_in<'r>(row: &'r Row, count: usize, (index, key): (usize, Option<&str>)) -> Option<&'r Callback> {
    row.callback.iter().find(|c| {
        if !c.keys.is_empty() || key.is_some() {
            return key.is_some_and(|k| c.keys.iter().any(|x| x == k));
        }
        argument_at(c.at, count).is_none_or(|at| at == index)
    })
}

/// The path as `a.b`; `None` when it goes through an entry.
#[must_use]
pub fn dotted(path: &[Seg<'_>]) -> Option<String> {
    let mut out = String::new();
    for seg in path {
        let Seg::Field(field) = seg else { return None };
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(field);
    }
    Some(out)
}

/// The names under which rows may know an export: transpilers put a `default` in front of `CommonJS` exports, and the
/// module itself is its `default`.
fn export_forms(path: &str) -> impl Iterator<Item = &str> {
    let bare = path.strip_prefix("default.").unwrap_or(path);
    let itself = if path.is_empty() { "default" } else { path };
    [itself, bare].into_iter()
}
