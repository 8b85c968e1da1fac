//! Edits that end a growth: a bound, weak keys, or the removal that is missing. None where an entry may be needed.

use super::{Cause, Growth, How};
use crate::facts::{Container, ContainerKind, Does, Domain, FunctionId, Guard, Op, Repair, Root, TOP, Value};
use crate::finding::{Edit, Fix, Span};
use crate::program::Unit;

/// What may be done about a collection that grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// What is dropped is computed again when somebody asks for it.
    Evict,
    /// The same, but the keys of a plain object are not in the order in which they came.
    EvictFromMap,
    /// The entries die with their keys.
    Weaken,
    /// Entries are emptied and stay: it is known when they are done with.
    Delete,
    /// Only who wrote it knows when an entry is done with.
    Ask,
}

impl Unit {
    /// What can be done about a growth by an edit. None of them is safe: entries go.
    pub(super) fn repairs(&self, growth: &Growth<'_>) -> Vec<Fix> {
        let found = match &growth.cause {
            Cause::WriteOnly | Cause::Misses(_) => None,
            Cause::Pending(left) => match left.how {
                How::Rejected => self.drop_rejected(growth),
                How::Settled => self.drop_settled(growth, left.span),
                How::Fired => growth.op.repair.as_ref().and_then(|repair| self.fix(repair)),
                // The line that is missing belongs into a listener that nobody has written yet, or around the work.
                How::Closed | How::WayOut => None,
            },
            Cause::Unbounded | Cause::OnDemand(_) | Cause::Expired(_) => match self.cure(growth) {
                Cure::Weaken => self.make_weak(growth),
                Cure::Evict => self.make_lru(growth).or_else(|| self.evict(growth)),
                Cure::Delete => self.delete_blanked(growth.container),
                Cure::EvictFromMap | Cure::Ask => None,
            },
        };
        found.into_iter().collect()
    }

    /// Each `x[id] = undefined` becomes `delete x[id]`.
    fn delete_blanked(&self, container: &Container) -> Option<Fix> {
        let mut repairs = container.ops.iter().filter(|op| op.does == Does::Blank).filter_map(|op| op.repair.as_ref());
        let mut all = repairs.next()?.clone();
        all.edits.extend(repairs.flat_map(|repair| repair.edits.iter().cloned()));
        self.fix(&all)
    }

    /// What may be done about a growth without asking who wrote it.
    #[must_use]
    pub fn cure(&self, growth: &Growth<'_>) -> Cure {
        let container = growth.container;
        let trust = container.trust;
        let by_object = |op: &Op| op.key.as_ref().is_some_and(|key| key.domain == Domain::Object);
        let keyed = container.ops.iter().all(|op| op.key.is_some());
        let kind = container.kind;
        let open = !container.escapes.is_empty() || self.strokes(container).next().is_some() || trust.whole;
        if is_blanked(container) {
            return Cure::Delete;
        }
        if open {
            return Cure::Ask;
        }
        if keyed && by_object(growth.op) && matches!(kind, ContainerKind::Map | ContainerKind::Set) {
            return Cure::Weaken;
        }
        match kind {
            _ if trust.filled || trust.used || !trust.asked || self.is_public(container) => Cure::Ask,
            _ if !self.is_memo(container) => Cure::Ask,
            ContainerKind::Map => Cure::Evict,
            ContainerKind::Dictionary if !container.misused => Cure::EvictFromMap,
            _ => Cure::Ask,
        }
    }

    /// A field that code elsewhere can name, and may read.
    fn is_public(&self, container: &Container) -> bool {
        match self.place(container.place).root {
            Root::Binding(_) => false,
            Root::This(class) => {
                let class = &self.facts.classes[class.0 as usize];
                !container.private && (class.exported || class.escapes)
            }
            _ => true,
        }
    }

    /// Each entry is computed where it was looked up and not found, and nobody looks for one anywhere else.
    fn is_memo(&self, container: &Container) -> bool {
        let grown = || container.ops.iter().filter(|op| op.does == Does::Grow);
        let computed = |op: &Op| {
            op.computed
                && matches!(op.value, Value::Other | Value::Dated | Value::Pattern)
                && (op.guard == Guard::Miss || op.value == Value::Dated || answers_misses(op, container))
        };
        let falls_back = |read: &Op| {
            let Some(key) = &read.key else { return true };
            grown().any(|op| {
                op.key.as_ref().is_some_and(|own| own.text == key.text)
                    && (self.frame(op.function) == self.frame(read.function)
                        || self.is_nested(op.function, self.frame(read.function)))
            })
        };
        grown().all(computed)
            && grown().next().is_some()
            && container.ops.iter().any(|op| op.does == Does::Read && op.key.is_some())
            && container.ops.iter().filter(|op| op.does.is_read()).all(falls_back)
            && !container.ops.iter().any(|op| matches!(op.does, Does::Settle | Does::Blank | Does::Mark))
    }

    /// Keys that are objects: the entry dies with its key. Only where it is not gone through.
    fn make_weak(&self, growth: &Growth<'_>) -> Option<Fix> {
        let container = growth.container;
        let kind = if container.kind == ContainerKind::Map { "WeakMap" } else { "WeakSet" };
        // A compiler wants to see that each key is an object, which only `this` and the like show.
        let made = container.made.filter(|_| !self.facts.imports.manner.typed)?;
        let edit = Edit { file: self.id, span: made, text: format!("{kind}()") };
        Some(Fix { title: format!("make `{}` a `{kind}`", container.name), safe: false, edits: vec![edit] })
    }

    /// An LRU in place of a `Map`, when the project has `lru-cache` with its class by that name. Its type parameters do not
    /// follow from what is put in, so that TypeScript would know nothing of what comes out.
    fn make_lru(&self, growth: &Growth<'_>) -> Option<Fix> {
        let container = growth.container;
        let known = self.package.as_ref()?.major("lru-cache")? >= 8 && !self.facts.imports.manner.typed;
        let made = container.made.filter(|_| known)?;
        let (names, import) = self.facts.imports.need(self.id, &[("lru-cache", "LRUCache")])?;
        let edit = Edit { file: self.id, span: made, text: format!("{}({{ max: 1000 }})", names[0]) };
        let title = format!("make `{}` an LRU of 1,000 entries", container.name);
        Some(Fix { title, safe: false, edits: import.into_iter().chain([edit]).collect() })
    }

    /// An eviction line behind the statement that grows, where that is a statement of its own.
    fn evict(&self, growth: &Growth<'_>) -> Option<Fix> {
        let name = &growth.container.name;
        // `next().value` may be `undefined`, says TypeScript, also where the size is known.
        let certain = if self.facts.imports.manner.typed { "!" } else { "" };
        let code = format!("if ({name}.size > 1000) {name}.delete({name}.keys().next().value{certain})");
        self.add_line(growth, format!("evict the oldest entry of `{name}` beyond 1,000"), &code)
    }

    /// `map.set(key, promise); promise.catch(() => map.delete(key));`
    fn drop_rejected(&self, growth: &Growth<'_>) -> Option<Fix> {
        let (key, promise) = (growth.op.key.as_ref()?, growth.op.stores.as_ref()?);
        let title = format!("delete the entry of `{}` when its promise rejects", growth.container.name);
        let end = self.facts.imports.manner.end();
        let code = format!("{promise}.catch(() => {{ {}{end} }})", removal(growth.container, &key.text)?);
        self.add_line(growth, title, &code)
    }

    /// The missing `delete`, behind the line that takes the entry which is settled.
    fn drop_settled(&self, growth: &Growth<'_>, settled: Span) -> Option<Fix> {
        let op = growth.container.ops.iter().find(|op| op.span == settled)?;
        // Whoever adds the entry also takes it out, when all is over.
        let around = |function| self.is_around(function, growth.op.function);
        if growth.container.ops.iter().any(|op| op.does == Does::Shrink && around(op.function)) {
            return None;
        }
        let code = removal(growth.container, &op.key.as_ref()?.text)?;
        let title = format!("remove the entry from `{}` before it settles", growth.container.name);
        self.fix(&Repair::new(title, vec![op.room.as_ref()?.fill(&code)]))
    }

    /// `outer` is `inner`, or a function that it stands in.
    fn is_around(&self, outer: FunctionId, inner: FunctionId) -> bool {
        let mut at = inner;
        while at != outer && at != TOP {
            at = self.facts.functions[at.0 as usize].parent;
        }
        at == outer && at != TOP
    }

    fn add_line(&self, growth: &Growth<'_>, title: String, code: &str) -> Option<Fix> {
        let container = growth.container;
        // What is imported or global goes by another name here than where it is made.
        let named = matches!(self.place(container.place).root, Root::Binding(_) | Root::This(_));
        let room = growth.op.room.as_ref().filter(|_| named && !code.contains('…'))?;
        self.fix(&Repair::new(title, vec![room.fill(code)]))
    }
}

/// Entries are set to `undefined` where they are done with.
fn is_blanked(container: &Container) -> bool {
    container.ops.iter().any(|op| op.does == Does::Blank && op.repair.is_some() && op.function != TOP)
}

/// The expression that removes an entry; `None` where names were shortened for the reader.
fn removal(container: &Container, key: &str) -> Option<String> {
    let name = &container.name;
    if name.contains('…') || key.contains('…') {
        return None;
    }
    match container.kind {
        ContainerKind::Map | ContainerKind::Set => Some(format!("{name}.delete({key})")),
        ContainerKind::Dictionary => Some(format!("delete {name}[{key}]")),
        _ => None,
    }
}

/// `const hit = cache.get(k); if (valid(hit)) return hit; .. cache.set(k, v)`: looked up before, in the same function.
fn answers_misses(op: &Op, container: &Container) -> bool {
    let before = |o: &&Op| o.does == Does::Read && o.function == op.function && o.span.start < op.span.start;
    let same = |o: &Op| matches!((&o.key, &op.key), (Some(a), Some(b)) if a.text == b.text);
    container.ops.iter().filter(before).any(same)
}
