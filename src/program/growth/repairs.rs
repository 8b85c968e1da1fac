//! Edits that end a growth: a bound, weak keys, or the removal that is missing.

use super::{Cause, Growth, How};
use crate::facts::{Container, ContainerKind, Domain};
use crate::finding::{Edit, Fix, Span};
use crate::program::Unit;

impl Unit {
    /// What can be done about a growth by an edit; the best comes first. None of them is safe: entries go.
    pub(super) fn repairs(&self, growth: &Growth<'_>) -> Vec<Fix> {
        let found = match &growth.cause {
            Cause::WriteOnly | Cause::Misses(_) => None,
            Cause::Pending(left) if left.how == How::Rejected => self.drop_rejected(growth),
            // The line that is missing belongs into a listener that nobody has written yet.
            Cause::Pending(left) if left.how == How::Closed => None,
            Cause::Pending(left) => self.drop_settled(growth, left.span),
            Cause::Unbounded | Cause::OnDemand(_) | Cause::Expired(_) => {
                self.make_weak(growth).or_else(|| self.make_lru(growth)).or_else(|| self.evict(growth))
            }
        };
        found.into_iter().collect()
    }

    /// Keys that are objects: the entry dies with its key. Only where it is not gone through.
    fn make_weak(&self, growth: &Growth<'_>) -> Option<Fix> {
        let container = growth.container;
        let by_object = growth.op.key.as_ref().is_some_and(|k| k.domain == Domain::Object);
        let keyed = container.ops.iter().all(|op| op.key.is_some());
        let kind = match container.kind {
            ContainerKind::Map => "WeakMap",
            ContainerKind::Set => "WeakSet",
            _ => return None,
        };
        let made = container.made.filter(|_| by_object && keyed && container.escapes.is_empty())?;
        let edit = Edit { file: self.id, span: made, text: format!("{kind}()") };
        Some(Fix { title: format!("make `{}` a `{kind}`", container.name), safe: false, edits: vec![edit] })
    }

    /// An LRU in place of a `Map`, when the project has `lru-cache` with its class by that name.
    fn make_lru(&self, growth: &Growth<'_>) -> Option<Fix> {
        let container = growth.container;
        let known = self.package.as_ref()?.major("lru-cache")? >= 8;
        let made = container.made.filter(|_| known && container.kind == ContainerKind::Map)?;
        let (names, import) = self.facts.imports.need(self.id, &[("lru-cache", "LRUCache")])?;
        let edit = Edit { file: self.id, span: made, text: format!("{}({{ max: 1000 }})", names[0]) };
        let title = format!("make `{}` an LRU of 1,000 entries", container.name);
        Some(Fix { title, safe: false, edits: import.into_iter().chain([edit]).collect() })
    }

    /// An eviction line behind the statement that grows, where that is a statement of its own.
    fn evict(&self, growth: &Growth<'_>) -> Option<Fix> {
        let name = &growth.container.name;
        let evict = format!("evict the oldest entry of `{name}` beyond 1,000");
        let (title, code) = match growth.container.kind {
            ContainerKind::Map | ContainerKind::Set => {
                (evict, format!("if ({name}.size > 1000) {name}.delete({name}.keys().next().value);"))
            }
            ContainerKind::Dictionary => {
                (evict, format!("for (const oldest of Object.keys({name}).slice(0, -1000)) delete {name}[oldest];"))
            }
            ContainerKind::List => (
                format!("keep only the newest 1,000 elements of `{name}`"),
                format!("if ({name}.length > 1000) {name}.shift();"),
            ),
            ContainerKind::Text | ContainerKind::Weak => return None,
        };
        self.add_line(growth, title, &code)
    }

    /// `map.set(key, promise); promise.catch(() => map.delete(key));`
    fn drop_rejected(&self, growth: &Growth<'_>) -> Option<Fix> {
        let (key, promise) = (growth.op.key.as_ref()?, growth.op.stores.as_ref()?);
        let title = format!("delete the entry of `{}` when its promise rejects", growth.container.name);
        let code = format!("{promise}.catch(() => {{ {}; }});", removal(growth.container, &key.text)?);
        self.add_line(growth, title, &code)
    }

    /// The missing `delete`, behind the line that takes the entry which is settled.
    fn drop_settled(&self, growth: &Growth<'_>, settled: Span) -> Option<Fix> {
        let op = growth.container.ops.iter().find(|op| op.span == settled)?;
        let line_break = op.break_after.as_ref()?;
        let removal = removal(growth.container, &op.key.as_ref()?.text)?;
        let at = Span::new(op.statement.end, op.statement.end);
        let edit = Edit { file: self.id, span: at, text: format!("{line_break}{removal};") };
        let title = format!("remove the entry from `{}` before it settles", growth.container.name);
        Some(Fix { title, safe: false, edits: vec![edit] })
    }

    fn add_line(&self, growth: &Growth<'_>, title: String, code: &str) -> Option<Fix> {
        let line_break = growth.op.break_after.as_ref().filter(|_| !growth.container.name.contains('…'))?;
        let at = Span::new(growth.op.statement.end, growth.op.statement.end);
        let edit = Edit { file: self.id, span: at, text: format!("{line_break}{code}") };
        Some(Fix { title, safe: false, edits: vec![edit] })
    }
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
