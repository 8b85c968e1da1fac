//! One worklist finds which things reach which node, and with that what each call calls.
//!
//! This is inclusion-based points-to analysis (Andersen 1994) over functions, classes, objects and library values, with fields
//! told apart for each object. A node holds at most [`MOST`] things; what has more holds [`Thing::Unknown`] as well.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::adjacency::Use;
use super::call::{ApiCall, Caller, Runs};
use super::solved::Solved;
use super::things::{Literal, Thing, ThingId};
use super::words::Word;
use super::{Flow, FunctionRef, Node, Standing};
use crate::finding::FileId;
use crate::graph::{CallKind, ClassId, Constant, Function, FunctionId, FunctionKind, Op};

/// Things that one node may hold; what comes on top is unknown.
const MOST: usize = 8;

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
    pub(super) work: Vec<(Node, ThingId)>,
    /// Fields that were found and not yet tied to others.
    pub(super) unwired: Vec<(ThingId, Word)>,
    /// Fields of each object, in the order in which they were found.
    pub(super) fields_of: FxHashMap<ThingId, Vec<(Word, Node)>>,
    /// Things that also have the fields of another: instances of subclasses, objects that others are spread into.
    pub(super) heirs: FxHashMap<ThingId, Vec<ThingId>>,
    /// Places of methods of libraries.
    pub(super) fixed: FxHashSet<Node>,
    /// `this` of functions that are no methods.
    pub(super) receivers: FxHashMap<FunctionRef, Node>,
    /// Nodes that were made here.
    pub(super) next: u32,
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
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
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
                Op::Number { value } => Thing::Number(value),
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
