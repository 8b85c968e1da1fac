//! Removals that miss: another representation of the key, a twin that is cleaned alone, a bucket that is emptied and kept.

use crate::facts::keys::words;
use crate::facts::{Container, ContainerKind, Does, Domain, Guard, Key, Op, Root};
use crate::finding::Span;
use crate::program::Unit;

/// A removal that does not reach the entries of a collection.
#[derive(Debug, Clone)]
pub struct Miss {
    pub span: Span,
    pub how: MissedBy,
}

#[derive(Debug, Clone)]
pub enum MissedBy {
    /// What is removed from is a collection of this name, filled together with the one at hand.
    Twin(String),
    /// The inner collection becomes empty, and its key stays.
    Bucket,
    /// A method that empties all else.
    Clear,
    /// The key is another one than the entries have: as written here, and where they are made.
    Key(String, String),
}

impl Unit {
    /// Of a collection that nothing removes from: a removal close by that leaves its entries.
    pub(super) fn missed(&self, container: &Container, op: &Op) -> Option<Miss> {
        let keyed = matches!(container.kind, ContainerKind::Map | ContainerKind::Dictionary);
        if let Some(span) = container.inner_removal.filter(|_| keyed) {
            return Some(Miss { span, how: MissedBy::Bucket });
        }
        self.twin_cleaned(container, op)
    }

    /// Another collection of the same owner that is filled by the same function with the same things, and cleaned elsewhere.
    fn twin_cleaned(&self, container: &Container, op: &Op) -> Option<Miss> {
        let frame = self.frame(op.function);
        let place = self.place(container.place);
        let twins = self.grown_by(frame).filter(|twin| {
            let other = self.place(twin.place);
            twin.place != container.place && is_same_owner(&place.root, &other.root)
        });
        for twin in twins {
            let filled = twin.ops.iter().any(|o| {
                o.does == Does::Grow
                    && self.frame(o.function) == frame
                    && (are_inverse(op, o) || (are_keyed_alike(op, o) && are_named_alike(&container.name, &twin.name)))
            });
            // An entry that leaves with the call that made it, as work in progress does, says nothing of the other.
            let removal = self
                .removals(twin)
                .find(|o| o.does == Does::Shrink && o.guard != Guard::Each && !self.is_nested(o.function, frame));
            if let Some(removal) = removal.filter(|_| filled) {
                return Some(Miss { span: removal.span, how: MissedBy::Twin(twin.name.clone()) });
            }
        }
        None
    }

    /// A removal that does take place, and leaves entries behind.
    pub(super) fn missed_by_removal(&self, container: &Container, op: &Op) -> Option<Miss> {
        match container.forgotten {
            Some(span) => Some(Miss { span, how: MissedBy::Clear }),
            None => self.missed_key(container, op),
        }
    }

    /// All removals are by a key that is never one of those that the entries have.
    fn missed_key(&self, container: &Container, op: &Op) -> Option<Miss> {
        let key = op.key.as_ref()?;
        let by_identity = matches!(container.kind, ContainerKind::Map | ContainerKind::Set);
        let mut first = None;
        for removal in self.removals(container) {
            if self.is_on_demand(removal.function) {
                continue;
            }
            let other =
                removal.key.as_ref().filter(|_| removal.does == Does::Shrink && removal.guard != Guard::Each)?;
            if !never_match(key, other, by_identity) {
                return None;
            }
            first = first.or(Some((removal.span, other.text.clone())));
        }
        let (span, text) = first?;
        Some(Miss { span, how: MissedBy::Key(text, key.text.clone()) })
    }
}

fn is_same_owner(a: &Root, b: &Root) -> bool {
    match (a, b) {
        (Root::This(a), Root::This(b)) => a == b,
        (Root::Binding(_), Root::Binding(_)) => true,
        _ => false,
    }
}

/// `a.set(key, value)` beside `b.set(value, key)`.
fn are_inverse(a: &Op, b: &Op) -> bool {
    let (Some(key), Some(other)) = (&a.key, &b.key) else { return false };
    key.text != other.text && b.stores.as_ref() == Some(&key.text) && a.stores.as_ref() == Some(&other.text)
}

fn are_keyed_alike(a: &Op, b: &Op) -> bool {
    a.key.as_ref().zip(b.key.as_ref()).is_some_and(|(a, b)| a.text == b.text)
}

/// `sessions` and `sessionTimers`, `requests` and `requestBodies`: the names tell of the same things. `seenIds` beside
/// `openIds` need not leave together.
fn are_named_alike(a: &str, b: &str) -> bool {
    const OF_ALL: [&str; 8] = ["this", "cache", "item", "entrie", "name", "data", "queue", "value"];
    let topics = |name: &str| -> Vec<String> {
        let words = words(name).map(|w| w.trim_end_matches('s').to_owned());
        words.filter(|w| w.len() > 3 && !OF_ALL.contains(&w.as_str())).collect()
    };
    let other = topics(b);
    topics(a).iter().any(|topic| other.contains(topic))
}

/// What a key is, where its name leaves no doubt: an address and its path are never the same text.
fn kind_of_key(text: &str) -> Option<&'static str> {
    match words(text).filter(|w| !w.is_empty()).last()?.as_str() {
        "url" | "uri" | "href" => Some("url"),
        "path" | "pathname" => Some("path"),
        "host" | "hostname" | "origin" => Some("host"),
        _ => None,
    }
}

/// Whether two keys, as written, can never be the same.
fn never_match(made: &Key, removed: &Key, by_identity: bool) -> bool {
    let named_by_caller = is_parameter(made) && is_parameter(removed);
    let (made, removed) = (made.text.as_str(), removed.text.as_str());
    // An object that is made for the occasion is in no `Map` or `Set`.
    if by_identity && removed.starts_with(['{', '[']) {
        return true;
    }
    // `session:${id}` and `id`, `String(id)` and `id`.
    if let Some(inner) = wrapped(made, by_identity) {
        return inner == removed;
    }
    if let Some(inner) = wrapped(removed, by_identity) {
        return inner == made;
    }
    // What a parameter is called, its callers need not call so.
    !named_by_caller && kind_of_key(made).is_some_and(|kind| kind_of_key(removed).is_some_and(|other| other != kind))
}

/// The value that a key is made from by adding to it, or by making it a string where that makes a difference.
fn wrapped(text: &str, by_identity: bool) -> Option<&str> {
    if let Some(template) = text.strip_prefix('`').and_then(|t| t.strip_suffix('`')) {
        let (before, rest) = template.split_once("${")?;
        let (inner, after) = rest.split_once('}')?;
        return (!after.contains("${") && (by_identity || !before.is_empty() || !after.is_empty())).then_some(inner);
    }
    let stringified = text.strip_prefix("String(").and_then(|t| t.strip_suffix(')'));
    stringified.or_else(|| text.strip_suffix(".toString()")).filter(|_| by_identity)
}

/// A parameter as it is.
fn is_parameter(key: &Key) -> bool {
    matches!(&key.domain, Domain::Params(params) if matches!(params.as_slice(), [param] if param.path.is_empty()))
}
