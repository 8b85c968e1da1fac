//! Which collections only ever grow: by whom, how often, kept by whom, why in spite of all, and how certain that is.

mod certainty;
mod evidence;
mod fewness;
mod mismatch;
mod pending;
mod placed;
mod relief;
mod repairs;

use super::Unit;
use super::inputs::Source;
use super::lives::Keeper;
use super::summaries::{Stroke, Struck};
use crate::facts::{
    Container, ContainerKind, Does, Escape, FunctionId, FunctionKind, Guard, Life, Often, Op, Root, TOP, Use, Value,
};
use crate::finding::Confidence;
use fewness::names_a_part;
pub use mismatch::{Miss, MissedBy};
pub use pending::{How, Left};
pub use placed::ByPlace;
use relief::Relief;
pub use repairs::Cure;

/// A collection that grows without end.
pub struct Growth<'u> {
    pub container: &'u Container,
    /// The operation that grows it most often.
    pub op: &'u Op,
    pub keeper: Keeper,
    pub confidence: Confidence,
    /// What drives the growth, in words, when the key tells: "client ip (`req.ip`)".
    pub driver: Option<String>,
    /// The driver is what a request, message or event brings.
    pub from_outside: bool,
    pub cause: Cause<'u>,
}

/// Why nothing holds the growth up; each is the business of one rule.
#[derive(Debug, Clone)]
pub enum Cause<'u> {
    /// Nothing ever removes anything.
    Unbounded,
    /// Emptied here, when somebody asks for the end.
    OnDemand(&'u Op),
    /// Nothing ever reads it either.
    WriteOnly,
    /// Removed here when it is found too old, which takes someone who looks.
    Expired(&'u Op),
    Pending(Left),
    Misses(Miss),
}

/// The rule that a growth is the business of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Unbounded,
    WriteOnly,
    Expired,
    Pending,
    Misses,
}

impl Cause<'_> {
    const fn kind(&self) -> Kind {
        match self {
            Self::Unbounded | Self::OnDemand(_) => Kind::Unbounded,
            Self::WriteOnly => Kind::WriteOnly,
            Self::Expired(_) => Kind::Expired,
            Self::Pending(_) => Kind::Pending,
            Self::Misses(_) => Kind::Misses,
        }
    }
}

impl Unit {
    /// The growths of one kind. All collections are judged when the first rule asks; the others ask for a few.
    pub fn growths(&self, kind: Kind) -> impl Iterator<Item = Growth<'_>> {
        let kinds = self.growth_kinds.get_or_init(|| {
            let growths = self.facts.containers.iter().map(|container| self.growth(container));
            growths.map(|g| g.filter(|g| !self.is_told_by_outer(g)).map(|g| g.cause.kind())).collect()
        });
        let wanted = self.facts.containers.iter().zip(kinds).filter(move |(_, k)| **k == Some(kind));
        wanted.filter_map(|(container, _)| self.growth(container))
    }

    /// Whether a collection grows for good, and the evidence.
    #[must_use]
    pub fn growth<'u>(&'u self, container: &'u Container) -> Option<Growth<'u>> {
        let foreign = matches!(self.place(container.place).root, Root::Import { .. });
        let out_of_sight =
            container.is_out_of_sight() || self.strokes(container).any(|stroke| stroke.does == Struck::Escapes);
        if container.kind == ContainerKind::Weak || (foreign && !self.is_known_import(container)) || out_of_sight {
            return None;
        }
        let keeper = self.keeper(container.place, container.declared)?;
        if keeper.life < Life::Instance {
            return None;
        }
        let relief = self.relief(container);
        let best = container
            .ops
            .iter()
            .filter(|op| op.does == Does::Grow && self.repeats(op, container, &keeper))
            .map(|op| (self.confidence(op, container, &keeper), self.runs_of(op.function).often, op))
            .filter_map(|(c, often, op)| c.map(|c| (c, often, op)))
            // The surest comes first; of equals the one that runs most often, then the first in the file.
            .max_by_key(|(c, often, op)| (*c, *often, std::cmp::Reverse(op.span)))?;
        let (confidence, _, op) = best;
        let driver = op.key.as_ref().and_then(|key| self.driver(key));
        let from_outside = op.key.as_ref().is_some_and(|key| self.source_of(&key.domain) == Source::Input);
        let cause = Cause::Unbounded;
        self.judge(Growth { container, op, keeper, confidence, driver, from_outside, cause }, relief)
    }

    /// Nothing in this file, or in others, makes the collection smaller or takes it out of sight.
    pub(super) fn only_grows(&self, container: &Container) -> bool {
        container.kind != ContainerKind::Weak
            && !container.is_out_of_sight()
            && self.strokes(container).all(|stroke| stroke.does == Struck::Grows)
            && matches!(self.relief(container), Relief::None)
    }

    /// Why the collection grows in spite of what is done against it, and how certain that is.
    fn judge<'u>(&'u self, growth: Growth<'u>, relief: Relief<'u>) -> Option<Growth<'u>> {
        let (container, op) = (growth.container, growth.op);
        let open = op.key.as_ref().map_or(Source::Open, |k| self.source_of(&k.domain)) > Source::Vocabulary;
        let few = op.key.as_ref().is_some_and(|key| names_a_part(&key.text)) && !growth.from_outside;
        let likely = if open && !few { Confidence::Likely } else { Confidence::Guess };
        let late = if open { Confidence::Likely } else { Confidence::Guess };
        let (cause, confidence) = match relief {
            Relief::Enough => {
                let left = self.left(container, op).map(Cause::Pending);
                let cause = left.or_else(|| self.missed_by_removal(container, op).map(Cause::Misses))?;
                (cause, likely)
            }
            Relief::Late(removal) => (Cause::Expired(removal), late),
            Relief::OnDemand(removal) if op.value == Value::Dated => (Cause::Expired(removal), late),
            Relief::OnDemand(removal) => {
                (Cause::OnDemand(removal), self.confidence_on_demand(&growth, removal.function))
            }
            Relief::None if self.is_write_only(&growth) => (Cause::WriteOnly, self.confidence_write_only(&growth)),
            Relief::None => match self.missed(container, op) {
                Some(miss) => (Cause::Misses(miss), likely),
                None => match self.left_when_rejected(container, op) {
                    Some(left) if growth.keeper.life < Life::Process => (Cause::Pending(left), likely),
                    _ => (Cause::Unbounded, growth.confidence),
                },
            },
        };
        Some(Growth { confidence, cause, ..growth })
    }

    /// Emptied when its owner ends: until then it grows, which matters where the keys come from outside. Who offers
    /// `clear` or `reset` may have somebody who calls it now and then.
    fn confidence_on_demand(&self, growth: &Growth<'_>, removed_by: FunctionId) -> Confidence {
        let (op, container) = (growth.op, growth.container);
        let source = op.key.as_ref().map(|k| self.source_of(&k.domain));
        let computes = op.guard == Guard::Miss || self.is_looked_up(op, container);
        let open = source.is_some_and(|source| source >= Source::Open);
        let driven = source == Some(Source::Input);
        let likely = growth.confidence >= Confidence::Likely && computes && open;
        if likely && (driven || self.ends_its_owner(removed_by)) { Confidence::Likely } else { Confidence::Guess }
    }

    /// Nobody in this file reads it, and nobody else can. What is keyed like a cache is told as a cache when that is sure.
    fn is_write_only(&self, growth: &Growth<'_>) -> bool {
        let container = growth.container;
        let place = self.place(container.place);
        let hidden = container.private && !matches!(place.root, Root::Global(_) | Root::Import { .. });
        let is_cache = growth.op.key.is_some() && container.kind != ContainerKind::Set;
        let is_known = is_cache && growth.confidence >= Confidence::Likely;
        let is_read = container.ops.iter().any(|op| op.does.is_read());
        hidden && !is_known && !is_read && !self.is_exported(container)
    }

    fn confidence_write_only(&self, growth: &Growth<'_>) -> Confidence {
        let runs = self.runs_of(growth.op.function);
        let source = growth.op.key.as_ref().map_or(Source::Open, |k| self.source_of(&k.domain));
        match growth.keeper.life {
            _ if source <= Source::Vocabulary => Confidence::Guess,
            Life::Process if runs.certain => Confidence::Sure,
            _ => Confidence::Likely,
        }
    }

    /// What other files do to a collection.
    fn strokes<'u>(&'u self, container: &Container) -> impl Iterator<Item = &'u Stroke> {
        self.joined.strokes.get(&container.place).map_or(&[][..], Vec::as_slice).iter()
    }

    /// An imported collection that nothing takes entries out of where it comes from; or a list of instances.
    fn is_known_import(&self, container: &Container) -> bool {
        self.joined.imported.contains_key(&container.place)
            || (is_list_of_instances(container) && !self.joined.origins.contains_key(&container.place))
    }

    /// Other files can reach it, and not all of them are known.
    fn is_out_of_reach(&self, container: &Container) -> bool {
        self.is_exported(container) && !self.joined.closed.contains(&container.place)
    }

    fn is_exported(&self, container: &Container) -> bool {
        if container.escapes.iter().any(|e| matches!(e, Escape::Exported(_))) {
            return true;
        }
        match &self.place(container.place).root {
            Root::Binding(b) => {
                // A field of an exported class or object belongs to its methods.
                self.facts.bindings[b.0 as usize].exported && self.place(container.place).path.is_empty()
            }
            Root::Global(name) => matches!(name.as_str(), "module" | "exports"),
            _ => false,
        }
    }

    /// `rooms[id] ??= []; rooms[id].push(x)`: when `rooms` itself grows at least as surely, that tells it all.
    #[must_use]
    pub fn is_told_by_outer(&self, growth: &Growth<'_>) -> bool {
        let mut outer = self.holders(growth.container).into_iter();
        outer.any(|outer| self.growth(outer).is_some_and(|g| g.confidence >= growth.confidence))
    }

    /// The operation runs more than once in the life of the keeper.
    fn repeats(&self, op: &Op, container: &Container, keeper: &Keeper) -> bool {
        if op.guard == Guard::Once || self.is_dead(op.function) {
            return false;
        }
        let frame = self.frame(op.function);
        match &self.place(container.place).root {
            Root::Binding(b) => {
                let home = self.facts.bindings[b.0 as usize].within;
                if home != TOP
                    && (self.is_part_of(op.function, home)
                        || (keeper.life != Life::Process && !self.outlives_call(frame, home)))
                {
                    return false;
                }
                keeper.life != Life::Process || self.runs_of(frame).often > Often::Once
            }
            Root::This(_) => {
                let kind = self.facts.functions[frame.0 as usize].kind;
                !matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit)
                    && !self.is_constructor_function(frame, container)
                    && self.runs_of(frame).often > Often::Once
            }
            _ => self.runs_of(frame).often > Often::Once,
        }
    }

    /// A function of `home` that goes on living when `home` has returned: returned, stored, exported, inside one that is,
    /// or called by one that is.
    fn outlives_call(&self, function: FunctionId, home: FunctionId) -> bool {
        let (mut work, mut seen) = (vec![function], vec![function]);
        while let Some(at) = work.pop() {
            if at == home || at == TOP {
                continue;
            }
            let facts = &self.facts.functions[at.0 as usize];
            for used in &facts.uses {
                match used {
                    Use::Escapes { .. } | Use::Exported { .. } | Use::Method { .. } | Use::Elsewhere(_) => return true,
                    Use::Called { by, .. } if !seen.contains(by) => {
                        seen.push(*by);
                        work.push(*by);
                    }
                    _ => {}
                }
            }
            work.push(facts.parent);
        }
        false
    }
}

/// `registry.push(this)`: a list, whatever it is where it comes from.
fn is_list_of_instances(container: &Container) -> bool {
    let mut grown = container.ops.iter().filter(|op| op.does == Does::Grow);
    container.kind == ContainerKind::List && grown.all(|op| op.stores.as_deref() == Some("this"))
}
