//! How certain it is that an operation makes a collection grow for good: who drives it, by which keys, kept by whom.

use super::fewness::is_registry_name;
use crate::facts::keys::words;
use crate::facts::{Container, ContainerKind, Does, Domain, Guard, Life, Often, Op, Root, TOP, Value};
use crate::finding::Confidence;
use crate::program::Unit;
use crate::program::inputs::Source;
use crate::program::lives::Keeper;
use crate::program::runs::Why;

/// Words in keys that name what users and traffic send: their number has no bound.
const INPUT_WORDS: [&str; 29] = [
    "id", "ip", "key", "email", "user", "session", "token", "socket", "client", "url", "path", "query", "text",
    "source", "message", "msg", "address", "host", "hostname", "file", "filename", "input", "code", "sql", "body",
    "hash", "uuid", "request", "req",
];

impl Unit {
    /// How certain it is that this operation makes the collection grow for good; `None`: it does not.
    pub(super) fn confidence(&self, op: &Op, container: &Container, keeper: &Keeper) -> Option<Confidence> {
        let source = op.key.as_ref().map_or(Source::Open, |k| self.source_of(&k.domain));
        let keyed = op.key.is_some();
        if (keyed && source == Source::Finite) || self.collects_a_stream(op, container) {
            return None;
        }
        let runs = self.runs_of(op.function);
        let driven = runs.often >= Often::Event && runs.certain && !self.is_filled_at_birth(op, container);
        let awaited = self.is_awaited(op, container, keeper);
        let outside = driven || source == Source::Input;
        let few =
            source == Source::Vocabulary || self.has_few_keys(op, container, outside) || empties_places(container);
        let small = (few && !awaited) || self.is_told_once(op, container);
        // An instance that is handed its owner may take itself out.
        let registers =
            op.value == Value::Function || (op.value == Value::Ward && !awaited) || self.is_registry(op.function);
        let registry = (registers && !driven) || (is_registry_name(&container.name) && runs.often < Often::Request);
        if small || self.is_out_of_reach(container) || registry || self.is_overridden(op) {
            return Some(Confidence::Guess);
        }
        if container.misused {
            return Some(Confidence::Likely);
        }
        let computes = op.guard == Guard::Miss || self.is_looked_up(op, container);
        let open = source > Source::Object || is_input(op);
        let likely = if driven {
            let at_home = matches!(self.place(container.place).root, Root::Binding(_));
            match op.key {
                Some(_) => open || keeper.life == Life::Process,
                // A list of a function that is called again and again is another list each time.
                None => keeper.life == Life::Process || !at_home,
            }
        } else if keeper.life == Life::Process && runs.certain {
            !keyed || computes || open || op.key.as_ref().is_some_and(|k| matches!(k.domain, Domain::Params(_)))
        } else {
            // An instance may be short-lived; a closure that some function makes most often is.
            let lasting = keeper.life == Life::Process || self.is_of_lasting_class(container);
            (computes && open && keyed && lasting) || awaited || is_blanked(container)
        };
        Some(match (likely, keeper.life == Life::Process && driven && (!keyed || source >= Source::Object)) {
            (_, true) => Confidence::Sure,
            (true, false) => Confidence::Likely,
            (false, false) => Confidence::Guess,
        })
    }

    /// All that makes the operation run again and again is that new instances are: each has a collection of its own.
    fn is_filled_at_birth(&self, op: &Op, container: &Container) -> bool {
        let why = self.runs_of(self.frame(op.function)).why;
        matches!((&self.place(container.place).root, why), (Root::This(own), Why::Made(made, _)) if *own == made)
    }

    /// All instances that are seen are of subclasses in other files, one of which has a method of its own in the place of
    /// this one.
    fn is_overridden(&self, op: &Op) -> bool {
        let method = &self.facts.functions[self.frame(op.function).0 as usize];
        let Some(class) = method.class else { return false };
        let made = !self.facts.classes[class.0 as usize].made.is_empty() || self.joined.made.contains_key(&class);
        !made && self.joined.overridden.iter().any(|(owner, name)| *owner == class && *name == method.name)
    }

    /// The entries are meant to leave: they wait for an answer, by the name of the collection, or by a number that they are
    /// looked up with when it comes.
    fn is_awaited(&self, op: &Op, container: &Container, keeper: &Keeper) -> bool {
        const WAITING: [&str; 7] =
            ["pending", "inflight", "outstanding", "waiting", "awaiting", "unacked", "unconfirmed"];
        const ASKED: [&str; 11] = [
            "request",
            "req",
            "message",
            "msg",
            "correlation",
            "seq",
            "call",
            "command",
            "packet",
            "transaction",
            "job",
        ];
        const NUMBERS: [&str; 5] = ["id", "seq", "sequence", "correlation", "token"];
        let Some(key) = &op.key else { return false };
        if words(&container.name).any(|w| WAITING.contains(&w.as_str())) {
            return true;
        }
        let parts: Vec<String> = words(&key.text).filter(|w| !w.is_empty()).collect();
        let correlates = parts.iter().any(|w| ASKED.contains(&w.as_str()))
            || matches!(op.value, Value::Deferred | Value::Function)
            || self.source_of(&key.domain) == Source::Fresh;
        let numbered = correlates && parts.last().is_some_and(|w| NUMBERS.contains(&w.as_str()));
        let frame = self.frame(op.function);
        let lasting = keeper.life == Life::Process || matches!(self.place(container.place).root, Root::This(_));
        numbered
            && lasting
            && container.ops.iter().any(|o| {
                let answered = o.does == Does::Settle || (o.does.is_read() && is_field_of_message(o));
                answered && self.frame(o.function) != frame && !self.is_dead(o.function)
            })
    }

    fn is_of_lasting_class(&self, container: &Container) -> bool {
        let Root::This(class) = self.place(container.place).root else { return false };
        // Who keeps a cache in an instance means to keep the instance.
        let caches = words(&container.name).any(|w| matches!(w.as_str(), "cache" | "memo"));
        self.is_lasting(class) || (caches && self.facts.classes[class.0 as usize].exported)
    }

    /// The same key is looked up in the same function: get-or-compute.
    pub(super) fn is_looked_up(&self, op: &Op, container: &Container) -> bool {
        let Some(key) = &op.key else { return false };
        let frame = self.frame(op.function);
        self.reads_of_key(container, key).any(|o| {
            self.is_nested(op.function, self.frame(o.function))
                && (self.frame(o.function) == frame || self.frame(o.function) != TOP)
        })
    }
}

/// The words of the key name what comes from outside.
fn is_input(op: &Op) -> bool {
    let Some(key) = &op.key else { return true };
    let paths = match &key.domain {
        Domain::Params(params) => params.as_slice(),
        _ => &[],
    };
    let mut texts = std::iter::once(key.text.as_str()).chain(paths.iter().map(|p| p.path.as_str()));
    texts.any(|text| words(text).any(|w| INPUT_WORDS.contains(&w.as_str())))
}

/// Looked up by a field of what the function is handed: `message.id`.
fn is_field_of_message(op: &Op) -> bool {
    let Some(Domain::Params(params)) = op.key.as_ref().map(|k| &k.domain) else { return false };
    params.iter().any(|p| !p.path.is_empty())
}

/// Elements of a list are set to nothing: the places stay, and weigh little.
fn empties_places(container: &Container) -> bool {
    container.kind == ContainerKind::List && container.ops.iter().any(|op| op.does == Does::Blank && op.function != TOP)
}

/// Elements of a list are overwritten with placeholders: they are done with, and their places stay.
fn is_blanked(container: &Container) -> bool {
    container.kind == ContainerKind::List && container.ops.iter().any(|op| op.does == Does::Mark && op.function != TOP)
}
