//! Fields of things: where they are, who inherits them, what goes out of sight with them.

use super::solve::{Sink, Solver};
use super::things::{Thing, ThingId};
use super::words::Word;
use super::{FunctionRef, Node};

impl Solver<'_> {
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
    pub(super) fn wire(&mut self, thing: ThingId, word: Word) {
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

    // What goes out of sight.

    pub(super) fn escape(&mut self, thing: ThingId) {
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
}
