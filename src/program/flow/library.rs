//! What libraries and calls do to the worklist: callees are bound to functions, rows to calls.

use super::call::{ApiCall, Caller, Runs};
use super::solve::{Sink, Solver};
use super::things::{Thing, ThingId};
use super::words::Word;
use super::{FunctionRef, Node};
use crate::apis::{Callback, FlowEnd, FlowPart, FlowPlace, Often, RowId, TypeId, Which};
use crate::finding::FileId;
use crate::graph::{CallKind, ClassId, Op, Type};

/// Members of members of an export that are told apart: `a.b.c.d`.
const LONGEST_PATH: usize = 4;

impl Solver<'_> {
    /// A thing is called.
    pub(super) fn call(&mut self, call: Node, callee: ThingId) {
        let Some(Op::Call { how, .. }) = self.flow.op(call) else { return };
        match self.solved.things.get(callee) {
            Thing::Function(function) => self.bind(call, function, how),
            Thing::Class(file, class) => self.instantiate(call, (file, class), how),
            Thing::Export { .. } | Thing::Global { .. } | Thing::Method { .. } => self.library(call, callee, how),
            Thing::Wrapper(_) => {
                let wrapped = self.field(callee, Word::CALLED);
                self.add_sink(wrapped, Sink::Called { call });
            }
            Thing::Unknown => {
                self.solved.open_call(call);
                match self.any_method(call) {
                    Some(api) => self.apply(call, api),
                    None => self.hand_over(call),
                }
                self.add(call, ThingId::UNKNOWN);
            }
            _ => {
                self.hand_over(call);
                self.add(call, ThingId::UNKNOWN);
            }
        }
    }

    /// All arguments go to somebody of whom nothing is known.
    fn hand_over(&mut self, call: Node) {
        for arg in self.flow.args(call).flatten().collect::<Vec<_>>() {
            self.add_sink(arg, Sink::Handed { call });
        }
    }

    fn bind(&mut self, call: Node, function: FunctionRef, how: CallKind) {
        self.solved.add_target(call, function);
        self.add_caller(function, Caller { at: call, runs: Runs::Called, function });
        self.pass_arguments(call, function);
        let this = self.this_of(function);
        if how == CallKind::New {
            if Self::is_constructor(self.flow.function(function)) {
                let made = self.solved.things.intern(Thing::Constructed(function));
                self.add(call, made);
                if let Some(this) = this {
                    self.add(this, made);
                }
            }
        } else if let (Some(this), Some(receiver)) = (this, self.receiver(call)) {
            self.add_sink(receiver, Sink::Argument { call, to: this });
        }
        let given = self.returns(function);
        self.add_sink(given, Sink::Result { call });
    }

    fn pass_arguments(&mut self, call: Node, function: FunctionRef) {
        let params: Vec<_> = self.flow.params(function).collect();
        let args: Vec<_> = self.flow.args(call).collect();
        let spreads = matches!(self.flow.op(call), Some(Op::Call { spreads: true, .. }));
        let rest = self.flow.function(function).rest.then(|| params.len().saturating_sub(1));
        for (index, param) in params.iter().enumerate() {
            let Some(param) = *param else { continue };
            if rest == Some(index) {
                let array = Thing::Made(param, self.flow.apis.type_named("Array"));
                let array = self.solved.things.intern(array);
                self.add(param, array);
                for arg in args.iter().skip(index).flatten() {
                    self.write(array, Word::ANY, *arg);
                }
            } else if let Some(Some(arg)) = args.get(index) {
                self.add_sink(*arg, Sink::Argument { call, to: param });
            }
            // Behind a spread nobody knows which argument is which.
            if spreads {
                self.add(param, ThingId::UNKNOWN);
            }
        }
    }

    /// The object of a method call.
    fn receiver(&self, call: Node) -> Option<Node> {
        let (file, value) = self.flow.at(call)?;
        let graph = &self.flow.file(file).graph;
        let Op::Call { callee: Some(callee), .. } = graph.op(value) else { return None };
        let Op::Load { object: Some(object), .. } = graph.op(callee) else { return None };
        Some(self.flow.node(file, object))
    }

    fn instantiate(&mut self, call: Node, (file, class): (FileId, ClassId), how: CallKind) {
        let instance = self.solved.things.intern(Thing::Instance(file, class));
        match how {
            CallKind::New => self.add(call, instance),
            CallKind::Jsx => {
                let props = self.flow.args(call).next().flatten();
                if let Some((props, word)) = props.zip(self.flow.words.find("props")) {
                    self.write(instance, word, props);
                }
            }
            _ => {}
        }
        self.construct(call, (file, class));
    }

    /// The constructor of a class runs: its own, or that of its base as soon as that is known.
    pub(super) fn construct(&mut self, call: Node, (file, class): (FileId, ClassId)) {
        let class = &self.flow.file(file).graph.classes[class.index()];
        if let Some(id) = class.constructor {
            let function = FunctionRef { file, id };
            self.solved.add_target(call, function);
            self.add_caller(function, Caller { at: call, runs: Runs::Called, function });
            self.pass_arguments(call, function);
        } else if let Some(heritage) = class.heritage {
            let heritage = self.flow.node(file, heritage);
            self.add_sink(heritage, Sink::Construct { call });
        }
    }

    // Libraries.

    /// What a library value has under a name; `place` is where the field is.
    pub(super) fn library_member(&mut self, thing: ThingId, word: Word, place: Node) -> Option<ThingId> {
        let name = self.flow.words.text(word).to_owned();
        let found = match self.solved.things.get(thing) {
            Thing::Export { module, path } => {
                let path = self.longer_path(path, &name)?;
                let text = (self.flow.words.text(module), self.flow.words.text(path));
                match self.flow.apis.exported_value(text.0, text.1) {
                    Some(ty) => Thing::Single(ty),
                    None => Thing::Export { module, path },
                }
            }
            Thing::Global { path } => {
                let path = self.longer_path(path, &name)?;
                Thing::Global { path }
            }
            Thing::Single(ty) | Thing::Made(_, Some(ty)) => return self.member_of_type(ty, word, place),
            // What stands in the prototype is in every instance.
            Thing::Function(function) if name == "prototype" => Thing::Constructed(function),
            Thing::Class(file, class) if name == "prototype" => Thing::Instance(file, class),
            Thing::Function(_) | Thing::Class(..) | Thing::Wrapper(_) => {
                let ty = self.flow.apis.type_named("Function")?;
                self.flow.apis.method(ty, &name)?;
                Thing::Method { ty, name: word }
            }
            Thing::Opaque(_) | Thing::Method { .. } => Thing::Unknown,
            _ => return None,
        };
        Some(self.solved.things.intern(found))
    }

    fn member_of_type(&mut self, ty: TypeId, word: Word, place: Node) -> Option<ThingId> {
        let name = self.flow.words.text(word);
        if name.is_empty() {
            return None;
        }
        let found = if self.flow.apis.method(ty, name).is_some() {
            Thing::Method { ty, name: word }
        } else if let Some(field) = self.flow.apis.field(ty, name) {
            Thing::Made(place, Some(field))
        } else {
            Thing::Unknown
        };
        Some(self.solved.things.intern(found))
    }

    fn longer_path(&mut self, path: Word, name: &str) -> Option<Word> {
        if name.is_empty() {
            return None;
        }
        let old = self.flow.words.text(path);
        if old.split('.').count() >= LONGEST_PATH {
            return None;
        }
        // `*` and `default` are the module itself, the others the global object.
        let long = if matches!(old, "*" | "default" | "globalThis" | "window" | "self" | "global") {
            name.to_owned()
        } else {
            format!("{old}.{name}")
        };
        Some(self.flow.words.intern(&long))
    }

    /// The type of what `new` makes of a library class, or what a class extends.
    pub(super) fn library_class(&self, thing: ThingId) -> Option<TypeId> {
        let (apis, words) = (self.flow.apis, &self.flow.words);
        match self.solved.things.get(thing) {
            Thing::Export { module, path } => apis.exported_type(words.text(module), words.text(path)),
            Thing::Global { path } => apis.global_type(words.text(path)),
            _ => None,
        }
    }

    fn row_of(&self, thing: ThingId, how: CallKind) -> Option<(RowId, Option<TypeId>)> {
        let (apis, words) = (self.flow.apis, &self.flow.words);
        match self.solved.things.get(thing) {
            Thing::Export { module, path } => {
                let (module, path) = (words.text(module), words.text(path));
                let made = (how == CallKind::New).then(|| apis.constructor(module, path)).flatten();
                made.or_else(|| apis.function(module, path)).map(|row| (row, None))
            }
            Thing::Global { path } => apis.global_function(words.text(path)).map(|row| (row, None)),
            Thing::Method { ty, name } => apis.method(ty, words.text(name)).map(|row| (row, Some(ty))),
            _ => None,
        }
    }

    fn library(&mut self, call: Node, thing: ThingId, how: CallKind) {
        let class = if how == CallKind::New { self.library_class(thing) } else { None };
        if let Some(ty) = class {
            self.add_thing(call, Thing::Made(call, Some(ty)));
        }
        if let Some((row, of)) = self.row_of(thing, how) {
            let api = ApiCall { row, of, by_name: false };
            self.apply(call, api);
            let row = self.flow.apis.row(api.row);
            let says = row.inert || row.makes.is_some() || !row.flows.is_empty();
            if class.is_none() && !says {
                self.add_thing(call, Thing::Opaque(call));
            }
        } else {
            self.hand_over(call);
            if class.is_none() {
                self.add_thing(call, Thing::Opaque(call));
            }
        }
    }

    fn any_method(&self, call: Node) -> Option<ApiCall> {
        let (file, value) = self.flow.at(call)?;
        let flow = self.flow.file(file);
        let Op::Call { callee: Some(callee), .. } = flow.graph.op(value) else { return None };
        let Op::Load { key, .. } = flow.graph.op(callee) else { return None };
        let row = self.flow.apis.any_method(flow.graph.name(key.as_name()?))?;
        Some(ApiCall { row, of: None, by_name: true })
    }

    /// Does what a row says of a call.
    fn apply(&mut self, call: Node, api: ApiCall) {
        if !self.solved.add_api(call, api) {
            return;
        }
        let row = self.flow.apis.row(api.row);
        if let Some(ty) = row.makes.as_deref().and_then(|name| self.flow.apis.type_named(name)) {
            self.add_thing(call, Thing::Made(call, Some(ty)));
        }
        let args: Vec<_> = self.flow.args(call).collect();
        let mut called = vec![row.inert; args.len()];
        for (index, callback) in (0_u8..).zip(&row.callback) {
            if callback.at == Which::Receiver {
                if let Some(receiver) = self.receiver(call) {
                    self.add_sink(receiver, Sink::Callback { call, api, index });
                }
                continue;
            }
            for at in positions(callback.at, args.len()) {
                called[at] = true;
                if let Some(arg) = args[at] {
                    let sink = if callback.keys.is_empty() {
                        Sink::Callback { call, api, index }
                    } else {
                        Sink::Options { call, api, index }
                    };
                    self.add_sink(arg, sink);
                }
            }
        }
        for flow in &row.flows {
            for from in self.ends(call, flow.from) {
                for to in self.ends(call, flow.to) {
                    self.flow_through((from, flow.from.part), (to, flow.to.part));
                }
            }
        }
        let flows = |at: usize| {
            row.flows.iter().any(|flow| {
                let FlowPlace::Argument(which) = flow.from.place else { return false };
                positions(which, args.len()).any(|position| position == at)
            })
        };
        for (at, arg) in args.iter().enumerate() {
            if let Some(arg) = arg
                && !called[at]
                && !flows(at)
            {
                self.add_sink(*arg, Sink::Passed { call });
            }
        }
    }

    /// Nodes of an end of a flow; ends in callbacks come when the callback comes.
    fn ends(&self, call: Node, end: FlowEnd) -> Vec<Node> {
        match end.place {
            FlowPlace::Receiver => self.receiver(call).into_iter().collect(),
            FlowPlace::Result => vec![call],
            FlowPlace::Argument(which) => {
                let args: Vec<_> = self.flow.args(call).collect();
                positions(which, args.len()).filter_map(|at| args[at]).collect()
            }
            FlowPlace::Parameter(_) | FlowPlace::Returned => Vec::new(),
        }
    }

    fn flow_through(&mut self, (from, taken): (Node, FlowPart), (to, put): (Node, FlowPart)) {
        if taken == FlowPart::Fields {
            self.add_sink(from, Sink::FieldsTo(to));
            self.add_sink(to, Sink::FieldsFrom(from));
            return;
        }
        let source = if taken == FlowPart::Entries {
            let taken = self.new_node();
            self.add_sink(from, Sink::EntriesTo(taken));
            taken
        } else {
            from
        };
        match put {
            FlowPart::Entries => self.add_sink(to, Sink::EntriesFrom(source)),
            FlowPart::Called => {
                // A new function: another one than what it calls.
                let wrapper = self.solved.things.intern(Thing::Wrapper(to));
                self.add(to, wrapper);
                self.write(wrapper, Word::CALLED, source);
            }
            FlowPart::Whole | FlowPart::Fields => self.add_sink(source, Sink::Copy(to)),
        }
    }

    /// A function has come to where a row calls it.
    pub(super) fn callback(&mut self, thing: ThingId, (call, api): (Node, ApiCall), index: u8) {
        if let Thing::Wrapper(_) = self.solved.things.get(thing) {
            let called = self.field(thing, Word::CALLED);
            return self.add_sink(called, Sink::Callback { call, api, index });
        }
        let Thing::Function(function) = self.solved.things.get(thing) else {
            if thing == ThingId::UNKNOWN {
                return;
            }
            return self.sink(thing, Sink::Handed { call });
        };
        let row = self.flow.apis.row(api.row);
        let callback = &row.callback[usize::from(index)];
        self.add_caller(function, Caller { at: call, runs: runs(callback), function });
        let params: Vec<_> = self.flow.params(function).collect();
        for (at, param) in params.iter().enumerate() {
            let Some(param) = *param else { continue };
            let ends = row
                .flows
                .iter()
                .filter(|flow| flow.to.place == FlowPlace::Parameter(u8::try_from(at).unwrap_or(u8::MAX)));
            let mut known = false;
            for flow in ends {
                known = true;
                for from in self.ends(call, flow.from) {
                    self.flow_through((from, flow.from.part), (param, FlowPart::Whole));
                }
            }
            let ty = callback.param(at, params.len()).and_then(|name| self.flow.apis.type_named(name));
            match ty {
                Some(ty) => self.add_thing(param, Thing::Made(param, Some(ty))),
                None if !known => self.add(param, ThingId::UNKNOWN),
                None => {}
            }
        }
        let given = self.returns(function);
        for flow in row.flows.iter().filter(|flow| flow.from.place == FlowPlace::Returned) {
            for to in self.ends(call, flow.to) {
                self.flow_through((given, flow.from.part), (to, flow.to.part));
            }
        }
    }

    /// An options object has come to where a row calls functions under some of its keys.
    pub(super) fn options(&mut self, thing: ThingId, (call, api): (Node, ApiCall), index: u8) {
        let keys = &self.flow.apis.row(api.row).callback[usize::from(index)].keys;
        for key in keys {
            if let Some(word) = self.flow.words.find(key) {
                let field = self.field(thing, word);
                self.add_sink(field, Sink::Callback { call, api, index });
            }
        }
    }

    // Annotations.

    /// Annotated values of which nothing else is known are of their type.
    pub(super) fn declare_types(&mut self, file: FileId) {
        let graph = &self.flow.file(file).graph;
        let typed: Vec<_> = graph
            .iter()
            .filter_map(|(_, op)| match op {
                Op::Typed { value, ty } => Some((value, graph.types[ty.index()])),
                _ => None,
            })
            .collect();
        for (value, ty) in typed {
            let node = self.flow.node(file, value);
            let known = self.solved.set(node).iter().any(|id| *id != ThingId::UNKNOWN);
            if !known && let Some(thing) = self.of_type(file, node, ty) {
                self.add(node, thing);
            }
        }
    }

    fn of_type(&mut self, file: FileId, node: Node, ty: Type) -> Option<ThingId> {
        match ty {
            Type::Named { name, .. } => {
                let name = self.flow.node(file, name);
                let things = self.solved.set(name).to_vec();
                things.into_iter().find_map(|id| {
                    if let Thing::Class(file, class) = self.solved.things.get(id) {
                        return Some(self.solved.things.intern(Thing::Instance(file, class)));
                    }
                    let ty = self.library_class(id)?;
                    Some(self.solved.things.intern(Thing::Made(node, Some(ty))))
                })
            }
            Type::Array { .. } => {
                let ty = self.flow.apis.type_named("Array");
                Some(self.solved.things.intern(Thing::Made(node, ty)))
            }
            Type::Either { part, .. } => {
                let part = self.flow.file(file).graph.types[part.index()];
                // A union inside of a union is not looked into.
                if matches!(part, Type::Either { .. }) { None } else { self.of_type(file, node, part) }
            }
            _ => None,
        }
    }
}

/// Places among `count` arguments.
fn positions(which: Which, count: usize) -> std::ops::Range<usize> {
    let one = |at: usize| at.min(count)..(at + 1).min(count);
    match which {
        Which::First => one(0),
        Which::Second => one(1),
        Which::Third => one(2),
        Which::Last => count.saturating_sub(1)..count,
        Which::All => 0..count,
        Which::Receiver => 0..0,
    }
}

fn runs(callback: &Callback) -> Runs {
    match callback.runs {
        _ if callback.sync => Runs::Sync,
        None | Some(Often::Once | Often::Call) => Runs::Later,
        Some(often) => Runs::Each(often),
    }
}
