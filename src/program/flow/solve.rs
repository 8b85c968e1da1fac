//! One worklist finds which things reach which node, and with that what each call calls.
//!
//! This is inclusion-based points-to analysis (Andersen 1994) over functions, classes, objects and library values, with fields
//! told apart for each object. A node holds at most [`MOST`] things; what has more holds [`Thing::Unknown`] as well.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::adjacency::Use;
use super::call::{ApiCall, Caller, Runs};
use super::things::{Literal, Thing, ThingId, Things};
use super::words::Word;
use super::{Flow, FunctionRef, Node, Standing};
use crate::finding::FileId;
use crate::graph::{CallKind, ClassId, Constant, Function, FunctionId, FunctionKind, Op};

/// Things that one node may hold; what comes on top is unknown.
const MOST: usize = 8;

type Set = SmallVec<[ThingId; 2]>;

/// What the worklist found.
#[derive(Default)]
pub struct Solved {
    pub things: Things,
    sets: FxHashMap<Node, Set>,
    /// Functions of the program that a call calls.
    targets: FxHashMap<Node, SmallVec<[FunctionRef; 2]>>,
    /// Library calls.
    apis: FxHashMap<Node, SmallVec<[ApiCall; 1]>>,
    callers: FxHashMap<FunctionRef, Vec<Caller>>,
    /// Calls whose callee may be something that is not in sight.
    open: FxHashSet<Node>,
    /// Functions that somebody out of sight may call.
    escaped: FxHashSet<FunctionRef>,
    /// The place for what a function gives back.
    returns: FxHashMap<FunctionRef, Node>,
    /// Where values go beyond the edges of the graph.
    sinks: FxHashMap<Node, Vec<Sink>>,
    /// The field that a place stands for.
    field_of: FxHashMap<Node, (ThingId, Word)>,
    /// The place of a field of an object.
    fields: FxHashMap<(ThingId, Word), Node>,
    /// Where entries of an object are written without a known key.
    entries: FxHashMap<ThingId, Node>,
    /// Places of fields that somebody writes.
    written: FxHashSet<Node>,
    /// What a thing inherits from, or was spread into it.
    parents: FxHashMap<ThingId, Vec<ThingId>>,
    escaped_things: FxHashSet<ThingId>,
}

impl Solved {
    /// What a node can be. Empty: nothing that is followed, a number for instance.
    #[must_use]
    pub fn set(&self, node: Node) -> &[ThingId] {
        self.sets.get(&node).map_or(&[], |set| set.as_slice())
    }

    /// Where a value goes from there, beyond the edges of the graph.
    #[must_use]
    pub fn sinks(&self, node: Node) -> &[Sink] {
        self.sinks.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The object and the key of a place that is a field.
    #[must_use]
    pub fn field(&self, place: Node) -> Option<(Thing, Word)> {
        self.field_of.get(&place).map(|(thing, word)| (self.things.get(*thing), *word))
    }

    /// The number of a thing that was found somewhere.
    #[must_use]
    pub fn id(&self, thing: Thing) -> Option<ThingId> {
        self.things.find(thing)
    }

    /// The place of a field of a thing, its own or one that it has from elsewhere, if somebody writes it.
    #[must_use]
    pub fn written_field(&self, thing: ThingId, word: Word) -> Option<Node> {
        let (mut seen, mut waiting) = (FxHashSet::default(), vec![thing]);
        while let Some(thing) = waiting.pop() {
            if !seen.insert(thing) {
                continue;
            }
            if let Some(place) = self.fields.get(&(thing, word)).filter(|place| self.written.contains(place)) {
                return Some(*place);
            }
            waiting.extend(self.parents.get(&thing).into_iter().flatten());
        }
        None
    }

    /// Nothing is known to have been written into a thing under a key that nobody knows, neither here nor out of sight.
    #[must_use]
    pub fn is_closed(&self, thing: ThingId) -> bool {
        let (mut seen, mut waiting) = (FxHashSet::default(), vec![thing]);
        while let Some(thing) = waiting.pop() {
            if !seen.insert(thing) {
                continue;
            }
            let whole = match self.things.get(thing) {
                Thing::Made(..) | Thing::Instance(..) | Thing::Constructed(_) => true,
                other => other.is_literal(),
            };
            let open = !whole || self.entries.get(&thing).is_some_and(|place| self.written.contains(place));
            if open {
                return false;
            }
            waiting.extend(self.parents.get(&thing).into_iter().flatten());
        }
        true
    }

    /// The place for what a function gives back, if it gives anything back.
    #[must_use]
    pub fn returns(&self, function: FunctionRef) -> Option<Node> {
        self.returns.get(&function).copied()
    }

    pub fn things(&self, node: Node) -> impl Iterator<Item = Thing> + '_ {
        self.set(node).iter().map(|id| self.things.get(*id))
    }

    /// Nothing from out of sight can be there, and something is known.
    #[must_use]
    pub fn is_complete(&self, node: Node) -> bool {
        let set = self.set(node);
        !set.is_empty() && !set.contains(&ThingId::UNKNOWN)
    }

    #[must_use]
    pub fn targets(&self, call: Node) -> &[FunctionRef] {
        self.targets.get(&call).map_or(&[], |targets| targets.as_slice())
    }

    #[must_use]
    pub fn apis(&self, call: Node) -> &[ApiCall] {
        self.apis.get(&call).map_or(&[], |calls| calls.as_slice())
    }

    /// All calls of libraries, in no order.
    pub fn api_calls(&self) -> impl Iterator<Item = (Node, &[ApiCall])> {
        self.apis.iter().map(|(call, calls)| (*call, calls.as_slice()))
    }

    /// Resolved callers, sorted.
    #[must_use]
    pub fn callers(&self, function: FunctionRef) -> &[Caller] {
        self.callers.get(&function).map_or(&[], Vec::as_slice)
    }

    pub(super) fn open_call(&mut self, call: Node) {
        self.open.insert(call);
    }

    pub(super) fn add_target(&mut self, call: Node, function: FunctionRef) {
        let targets = self.targets.entry(call).or_default();
        if !targets.contains(&function) {
            targets.push(function);
        }
    }

    /// Whether it is new.
    pub(super) fn add_api(&mut self, call: Node, api: ApiCall) -> bool {
        let apis = self.apis.entry(call).or_default();
        let new = !apis.contains(&api);
        if new {
            apis.push(api);
        }
        new
    }

    /// Whether a call may call something that is not in sight.
    #[must_use]
    pub fn is_open(&self, call: Node) -> bool {
        self.open.contains(&call)
    }

    /// Whether somebody out of sight may have a thing.
    #[must_use]
    pub fn is_escaped(&self, thing: ThingId) -> bool {
        self.escaped_things.contains(&thing)
    }

    /// Whether somebody out of sight may call a function.
    #[must_use]
    pub fn escapes(&self, function: FunctionRef) -> bool {
        self.escaped.contains(&function)
    }
}

/// What happens when a thing comes to a node, beyond the edges of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    Copy(Node),
    /// It is an argument of that call, and the parameter of a function that is called.
    Argument {
        call: Node,
        to: Node,
    },
    /// It is what a function gives back to that call.
    Result {
        call: Node,
    },
    /// It is handed to somebody out of sight.
    Escape,
    /// It is run as the callback `index` of a row of this call.
    Callback {
        call: Node,
        api: ApiCall,
        index: u8,
    },
    /// It is an options object of which some keys hold that callback.
    Options {
        call: Node,
        api: ApiCall,
        index: u8,
    },
    /// It is handed to a call of which nothing is known.
    Handed {
        call: Node,
    },
    /// It is handed to a call of a library whose row says nothing of it.
    Passed {
        call: Node,
    },
    /// It is the base of a class that this call makes, which has no constructor of its own.
    Construct {
        call: Node,
    },
    /// It is what a call calls in the end.
    Called {
        call: Node,
    },
    /// Its entries go there; entries of it come from there.
    EntriesTo(Node),
    EntriesFrom(Node),
    /// What is there also has its fields; it also has the fields of what is there.
    FieldsTo(Node),
    FieldsFrom(Node),
}

/// The worklist and what it knows so far.
pub struct Solver<'f> {
    pub(super) flow: &'f mut Flow,
    pub(super) solved: Solved,
    work: Vec<(Node, ThingId)>,
    /// Fields that were found and not yet tied to others.
    unwired: Vec<(ThingId, Word)>,
    /// Fields of each object, in the order in which they were found.
    fields_of: FxHashMap<ThingId, Vec<(Word, Node)>>,
    /// Things that also have the fields of another: instances of subclasses, objects that others are spread into.
    heirs: FxHashMap<ThingId, Vec<ThingId>>,
    /// Places of methods of libraries.
    fixed: FxHashSet<Node>,
    /// `this` of functions that are no methods.
    receivers: FxHashMap<FunctionRef, Node>,
    /// Nodes that were made here.
    next: u32,
}

impl<'f> Solver<'f> {
    pub fn run(flow: &'f mut Flow, standing: &[Standing]) -> Solved {
        let next = flow.end;
        let mut solver = Self {
            flow,
            solved: Solved::default(),
            work: Vec::new(),
            unwired: Vec::new(),
            fields_of: FxHashMap::default(),
            heirs: FxHashMap::default(),
            fixed: FxHashSet::default(),
            receivers: FxHashMap::default(),
            next,
        };
        for file in 0..solver.flow.files.len() {
            solver.seed(FileId::at(file), standing.get(file).copied().unwrap_or_default());
        }
        solver.work_off();
        // Who is called by nobody in sight is handed what its annotations say, or something unknown.
        solver.open_parameters();
        solver.work_off();
        for callers in solver.solved.callers.values_mut() {
            callers.sort_unstable();
            callers.dedup();
        }
        solver.solved
    }

    /// Things that are there from the start.
    fn seed(&mut self, file: FileId, standing: Standing) {
        let count = self.flow.file(file).graph.insts.len();
        for index in 0..count {
            let value = crate::graph::ValueId::at(index);
            let op = self.flow.file(file).graph.op(value);
            let node = self.flow.node(file, value);
            let thing = match op {
                Op::Closure { function } => Thing::Function(FunctionRef { file, id: function }),
                Op::Class { class } => Thing::Class(file, class),
                Op::Instance { class } => Thing::Instance(file, class),
                Op::Object => Thing::Made(node, None),
                Op::Array { .. } => Thing::Made(node, self.flow.apis.type_named("Array")),
                Op::Global { name } => Thing::Global { path: self.flow.file(file).word(name) },
                // What a module of the program exports is an object.
                Op::Import { .. } if self.flow.links.is_namespace(node) => Thing::Made(node, None),
                Op::Import { .. } if self.flow.links.of(node).is_empty() => match self.imported(file, op) {
                    Some(thing) => thing,
                    None => Thing::Unknown,
                },
                Op::This { function } => {
                    self.receivers.insert(FunctionRef { file, id: function }, node);
                    continue;
                }
                Op::Call { callee: None, how, .. } if how != CallKind::Jsx => Thing::Unknown,
                Op::Text { value: Some(name) } => Thing::Text(self.flow.file(file).word(name)),
                Op::Text { value: None } => Thing::Constant(Literal::Other),
                Op::Number { low, high } => Thing::Number(low, high),
                Op::Constant { value } => Thing::Constant(literal(value)),
                Op::Caught | Op::Yield { .. } => Thing::Unknown,
                Op::Export { value: Some(value), .. } if standing.outer => {
                    let value = self.flow.node(file, value);
                    self.add_sink(value, Sink::Escape);
                    continue;
                }
                _ => continue,
            };
            self.add_thing(node, thing);
        }
    }

    fn imported(&mut self, file: FileId, op: Op) -> Option<Thing> {
        let Op::Import { module, key, .. } = op else { return None };
        let flow = self.flow.file(file);
        let (module, path) = (flow.word(module), flow.key(key));
        Some(Thing::Export { module, path })
    }

    fn work_off(&mut self) {
        loop {
            if let Some((thing, word)) = self.unwired.pop() {
                self.wire(thing, word);
            } else if let Some((node, thing)) = self.work.pop() {
                self.spread_out(node, thing);
            } else {
                return;
            }
        }
    }

    pub(super) fn add_thing(&mut self, node: Node, thing: Thing) {
        let id = self.solved.things.intern(thing);
        self.add(node, id);
    }

    pub(super) fn add(&mut self, node: Node, thing: ThingId) {
        let set = self.solved.sets.entry(node).or_default();
        let thing = if set.len() < MOST || thing == ThingId::UNKNOWN { thing } else { ThingId::UNKNOWN };
        if !set.contains(&thing) {
            set.push(thing);
            self.work.push((node, thing));
        }
    }

    /// A thing has come to a node: on it goes to all that take it.
    fn spread_out(&mut self, node: Node, thing: ThingId) {
        let uses: SmallVec<[(Use<Node>, FileId); 8]> = self.flow.uses(node).collect();
        for (used, file) in uses {
            self.follow((node, thing), used, file);
        }
        let sinks = self.solved.sinks.get(&node).cloned().unwrap_or_default();
        for sink in sinks {
            self.sink(thing, sink);
        }
    }

    fn follow(&mut self, (node, thing): (Node, ThingId), used: Use<Node>, file: FileId) {
        let literal = self.solved.things.get(thing).is_literal();
        match used {
            Use::CopyTo(to) => self.add(to, thing),
            Use::Returned(id) => {
                let given = self.returns(FunctionRef { file, id });
                self.add(given, thing);
            }
            _ if literal => {}
            Use::Read(to, word) => self.read(thing, word, to),
            Use::Element(to) => self.read(thing, Word::ANY, to),
            Use::Written(value, word) => self.write(thing, word, value),
            Use::Accessor(function, word, false) => {
                // What a getter gives back is what its field holds.
                let field = self.field(thing, word);
                for id in self.solved.set(function).to_vec() {
                    if let Thing::Function(function) = self.solved.things.get(id) {
                        let given = self.returns(function);
                        self.add_sink(given, Sink::Copy(field));
                        self.solved.callers.entry(function).or_default();
                    }
                }
            }
            Use::SpreadInto(into) => self.sink(thing, Sink::FieldsTo(into)),
            Use::SpreadFrom(from) => self.sink(thing, Sink::FieldsFrom(from)),
            Use::Callee(call) => self.call(call, thing),
            Use::Heritage(class) => self.extend((file, class), thing),
            _ => _ = node,
        }
    }

    pub(super) fn sink(&mut self, thing: ThingId, sink: Sink) {
        match sink {
            Sink::Copy(to) | Sink::Argument { to, .. } | Sink::Result { call: to } => self.add(to, thing),
            Sink::Escape => self.escape(thing),
            Sink::Passed { call } => {
                if matches!(self.solved.things.get(thing), Thing::Function(_) | Thing::Wrapper(_)) {
                    self.sink(thing, Sink::Handed { call });
                }
            }
            Sink::Construct { call } => {
                if let Thing::Class(file, class) = self.solved.things.get(thing) {
                    self.construct(call, (file, class));
                }
            }
            Sink::Called { call } => self.call(call, thing),
            Sink::FieldsTo(into) => {
                for id in self.solved.set(into).to_vec() {
                    self.inherit(id, thing);
                }
            }
            Sink::FieldsFrom(from) => {
                for id in self.solved.set(from).to_vec() {
                    self.inherit(thing, id);
                }
            }
            Sink::EntriesTo(to) => self.read(thing, Word::ANY, to),
            Sink::EntriesFrom(from) => self.write(thing, Word::ANY, from),
            Sink::Callback { call, api, index } => self.callback(thing, (call, api), index),
            Sink::Options { call, api, index } => self.options(thing, (call, api), index),
            Sink::Handed { call } => {
                if let Thing::Function(function) = self.solved.things.get(thing) {
                    self.add_caller(function, Caller { at: call, runs: Runs::Perhaps, function });
                }
                self.escape(thing);
            }
        }
    }

    /// From now on, and for what is there already.
    pub(super) fn add_sink(&mut self, node: Node, sink: Sink) {
        let sinks = self.solved.sinks.entry(node).or_default();
        if sinks.contains(&sink) {
            return;
        }
        sinks.push(sink);
        for thing in self.solved.set(node).to_vec() {
            self.sink(thing, sink);
        }
    }

    pub(super) fn add_caller(&mut self, function: FunctionRef, caller: Caller) {
        let callers = self.solved.callers.entry(function).or_default();
        if !callers.contains(&caller) {
            callers.push(caller);
        }
    }

    // Fields.

    /// The place of a field of a thing. Under [`Word::ANY`] all that its fields hold can be read.
    pub(super) fn field(&mut self, thing: ThingId, word: Word) -> Node {
        if let Some(node) = self.solved.fields.get(&(thing, word)) {
            return *node;
        }
        let node = self.new_node();
        self.solved.fields.insert((thing, word), node);
        self.solved.field_of.insert(node, (thing, word));
        self.fields_of.entry(thing).or_default().push((word, node));
        self.unwired.push((thing, word));
        node
    }

    /// Where something is written whose key nobody knows.
    fn entries(&mut self, thing: ThingId) -> Node {
        if let Some(node) = self.solved.entries.get(&thing) {
            return *node;
        }
        let node = self.new_node();
        self.solved.entries.insert(thing, node);
        self.solved.field_of.insert(node, (thing, Word::ANY));
        let all = self.field(thing, Word::ANY);
        self.add_sink(node, Sink::Copy(all));
        node
    }

    /// Ties a new field to the others of its object, of its heirs and of what it inherits from.
    fn wire(&mut self, thing: ThingId, word: Word) {
        let node = self.field(thing, word);
        // The entries of a map are no properties of it.
        let typed = matches!(self.solved.things.get(thing), Thing::Made(_, Some(_)) | Thing::Single(_));
        if word != Word::ANY && !(typed && word.is_name()) {
            let all = self.field(thing, Word::ANY);
            self.add_sink(node, Sink::Copy(all));
            let entries = self.entries(thing);
            self.add_sink(entries, Sink::Copy(node));
        }
        let member = self.library_member(thing, word, node);
        if let Some(member) = member {
            self.add(node, member);
        }
        // Nobody out of sight puts something else in the place of a method of a library.
        let fixed = member.is_some_and(|member| matches!(self.solved.things.get(member), Thing::Method { .. }));
        if fixed {
            self.fixed.insert(node);
        } else if self.solved.escaped_things.contains(&thing) || thing == ThingId::UNKNOWN {
            self.add_sink(node, Sink::Escape);
            self.add(node, ThingId::UNKNOWN);
        }
        for heir in self.heirs.get(&thing).cloned().unwrap_or_default() {
            let inherited = self.field(heir, word);
            self.add_sink(node, Sink::Copy(inherited));
        }
        for parent in self.solved.parents.get(&thing).cloned().unwrap_or_default() {
            let inherited = self.field(parent, word);
            self.add_sink(inherited, Sink::Copy(node));
        }
    }

    pub(super) fn read(&mut self, thing: ThingId, word: Word, to: Node) {
        let field = self.field(thing, word);
        self.add_sink(field, Sink::Copy(to));
    }

    pub(super) fn write(&mut self, thing: ThingId, word: Word, from: Node) {
        let place = if word == Word::ANY { self.entries(thing) } else { self.field(thing, word) };
        self.solved.written.insert(place);
        self.add_sink(from, Sink::Copy(place));
    }

    /// `heir` also has what `parent` has.
    pub(super) fn inherit(&mut self, heir: ThingId, parent: ThingId) {
        if heir == parent || self.solved.parents.get(&heir).is_some_and(|all| all.contains(&parent)) {
            return;
        }
        self.solved.parents.entry(heir).or_default().push(parent);
        self.heirs.entry(parent).or_default().push(heir);
        for (word, node) in self.fields_of.get(&parent).cloned().unwrap_or_default() {
            let inherited = self.field(heir, word);
            self.add_sink(node, Sink::Copy(inherited));
        }
        for (word, node) in self.fields_of.get(&heir).cloned().unwrap_or_default() {
            let inherited = self.field(parent, word);
            self.add_sink(inherited, Sink::Copy(node));
        }
    }

    fn extend(&mut self, (file, class): (FileId, ClassId), base: ThingId) {
        let instance = self.solved.things.intern(Thing::Instance(file, class));
        let own = self.solved.things.intern(Thing::Class(file, class));
        match self.solved.things.get(base) {
            Thing::Class(base_file, base_class) => {
                let base_instance = self.solved.things.intern(Thing::Instance(base_file, base_class));
                self.inherit(instance, base_instance);
                self.inherit(own, base);
                // `this` of a method of the base may be an instance of the subclass.
                let this = self.flow.file(base_file).graph.classes[base_class.index()].instance;
                let this = self.flow.node(base_file, this);
                self.add(this, instance);
            }
            Thing::Function(function) => {
                let made = self.solved.things.intern(Thing::Constructed(function));
                self.inherit(instance, made);
                self.inherit(own, base);
            }
            Thing::Export { .. } | Thing::Global { .. } => {
                if let Some(ty) = self.library_class(base) {
                    let single = self.solved.things.intern(Thing::Single(ty));
                    self.inherit(instance, single);
                } else {
                    self.inherit(instance, ThingId::UNKNOWN);
                }
            }
            _ => self.inherit(instance, ThingId::UNKNOWN),
        }
    }

    pub(super) fn new_node(&mut self) -> Node {
        self.next += 1;
        Node(self.next)
    }

    /// The place for what a function gives back.
    pub(super) fn returns(&mut self, function: FunctionRef) -> Node {
        if let Some(node) = self.solved.returns.get(&function) {
            return *node;
        }
        let node = self.new_node();
        self.solved.returns.insert(function, node);
        node
    }

    // What goes out of sight.

    fn escape(&mut self, thing: ThingId) {
        if thing == ThingId::UNKNOWN || !self.solved.escaped_things.insert(thing) {
            return;
        }
        match self.solved.things.get(thing) {
            Thing::Function(function) => self.escape_function(function),
            Thing::Class(file, class) => {
                let constructor = self.flow.file(file).graph.classes[class.index()].constructor;
                if let Some(id) = constructor {
                    self.escape_function(FunctionRef { file, id });
                }
                let instance = self.solved.things.intern(Thing::Instance(file, class));
                self.escape(instance);
            }
            Thing::Instance(..) | Thing::Made(..) | Thing::Constructed(_) | Thing::Opaque(_) | Thing::Wrapper(_) => {}
            _ => return,
        }
        for (_, node) in self.fields_of.get(&thing).cloned().unwrap_or_default() {
            if !self.fixed.contains(&node) {
                self.add_sink(node, Sink::Escape);
                self.add(node, ThingId::UNKNOWN);
            }
        }
    }

    fn escape_function(&mut self, function: FunctionRef) {
        if !self.solved.escaped.insert(function) {
            return;
        }
        for param in self.flow.params(function).flatten().collect::<Vec<_>>() {
            self.add(param, ThingId::UNKNOWN);
        }
        if let Some(this) = self.receivers.get(&function).copied() {
            self.add(this, ThingId::UNKNOWN);
        }
        let given = self.returns(function);
        self.add_sink(given, Sink::Escape);
    }

    /// Parameters of functions that nobody in sight calls; annotated values of which nothing is known.
    fn open_parameters(&mut self) {
        for file in 0..self.flow.files.len() {
            let file = FileId::at(file);
            self.declare_types(file);
            for index in 0..self.flow.file(file).graph.functions.len() {
                let function = FunctionRef { file, id: FunctionId::at(index) };
                if self.solved.callers.get(&function).is_none_or(Vec::is_empty) {
                    for param in self.flow.params(function).flatten().collect::<Vec<_>>() {
                        if self.solved.set(param).is_empty() {
                            self.add(param, ThingId::UNKNOWN);
                        }
                    }
                    let this = self.receivers.get(&function).copied();
                    if let Some(this) = this.filter(|this| self.solved.set(*this).is_empty()) {
                        self.add(this, ThingId::UNKNOWN);
                    }
                }
            }
        }
    }

    pub(super) fn this_of(&self, function: FunctionRef) -> Option<Node> {
        self.receivers.get(&function).copied()
    }

    pub(super) fn is_constructor(function: &Function) -> bool {
        matches!(function.kind, FunctionKind::Function) && !function.is_async && !function.generator
    }
}

const fn literal(value: Constant) -> Literal {
    match value {
        Constant::True => Literal::True,
        Constant::False => Literal::False,
        Constant::Null => Literal::Null,
        Constant::Regex | Constant::BigInt | Constant::Meta => Literal::Other,
    }
}
