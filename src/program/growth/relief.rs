//! What keeps a collection small, if anything does: removals in the course of things, late ones, or only on demand.

use crate::facts::keys::words;
use crate::facts::{Container, Does, FunctionId, FunctionKind, Guard, Often, Op, Root, TOP, Use};
use crate::program::Unit;
use crate::program::summaries::Struck;

/// The best that is done against the growth of a collection.
#[derive(Debug, Clone, Copy)]
pub enum Relief<'u> {
    /// Nothing ever removes anything.
    None,
    /// Something empties it, but only when somebody asks for the end: `close`, `clear`.
    OnDemand(&'u Op),
    /// What is too old goes when its key is looked up again, and stays when it is not.
    Late(&'u Op),
    /// Removals in the course of things, or a size that is compared.
    Enough,
}

/// How much one removal is worth.
enum Removal {
    /// All of it, when somebody asks for the end.
    AtEnd,
    /// One entry, for whoever names it.
    Asked,
    /// What is looked up and found too old.
    Late,
    Enough,
}

/// First words of functions that are called when all is over, and not before.
const ENDINGS: [&str; 14] = [
    "close",
    "end",
    "destroy",
    "dispose",
    "stop",
    "shutdown",
    "terminate",
    "teardown",
    "disconnect",
    "unload",
    "quit",
    "exit",
    "clear",
    "reset",
];

/// Names of functions that remove one entry for whoever asks.
const REMOVERS: [&str; 6] = ["delete", "del", "unset", "evict", "invalidate", "forget"];

impl Unit {
    /// What is done against the growth of a collection, by itself and by the collection that it is an entry of.
    pub(super) fn relief<'u>(&'u self, container: &'u Container) -> Relief<'u> {
        if self.holders(container).into_iter().any(|outer| !matches!(self.own_relief(outer), Relief::None)) {
            return Relief::Enough;
        }
        if self.strokes(container).any(|stroke| stroke.does == Struck::Shrinks) {
            return Relief::Enough;
        }
        self.own_relief(container)
    }

    fn own_relief<'u>(&'u self, container: &'u Container) -> Relief<'u> {
        let (mut late, mut at_end, mut asked) = (None, None, false);
        for op in self.removals(container) {
            match self.worth(op) {
                Removal::Enough => return Relief::Enough,
                Removal::Late => late = late.or(Some(op)),
                Removal::AtEnd => at_end = at_end.or(Some(op)),
                Removal::Asked => asked = true,
            }
        }
        match (late, at_end) {
            (Some(op), _) => Relief::Late(op),
            // A method that removes the entry that one names is there to be called.
            _ if asked => Relief::Enough,
            (None, Some(op)) => Relief::OnDemand(op),
            (None, None) => Relief::None,
        }
    }

    /// The operations of living code that make a collection smaller, or ask how large it is.
    pub(super) fn removals<'u>(&'u self, container: &'u Container) -> impl Iterator<Item = &'u Op> {
        container.ops.iter().filter(move |op| {
            matches!(op.does, Does::Shrink | Does::Reset | Does::Bound)
                && !self.is_start(op, container)
                && !self.is_dead(op.function)
        })
    }

    fn worth(&self, op: &Op) -> Removal {
        match op.does {
            _ if self.joined.uncalled.contains(&self.frame(op.function)) => Removal::AtEnd,
            Does::Shrink if self.is_swept(op.function) => Removal::Enough,
            Does::Shrink if op.guard == Guard::Expired || self.is_called_for_the_old(op) => Removal::Late,
            Does::Shrink if self.removes_what_is_asked(op) => Removal::Asked,
            Does::Shrink if op.guard != Guard::Each => Removal::Enough,
            Does::Shrink | Does::Reset if self.is_on_demand(op.function) => Removal::AtEnd,
            _ => Removal::Enough,
        }
    }

    /// A timer runs it, or somebody calls it for one key after the other.
    fn is_swept(&self, function: FunctionId) -> bool {
        let (mut work, mut seen) = (vec![function], vec![function]);
        while let Some(at) = work.pop() {
            for used in &self.facts.functions[at.0 as usize].uses {
                match used {
                    Use::Callback { api, .. } if is_timer(api) => return true,
                    Use::Called { guard: Guard::Each, by, .. } if !self.is_on_demand(*by) => return true,
                    Use::Called { by, .. } if *by != TOP && !seen.contains(by) => {
                        seen.push(*by);
                        work.push(*by);
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// `remove(key)`, `cache.delete(key)`: for others to call.
    fn removes_what_is_asked(&self, op: &Op) -> bool {
        let function = &self.facts.functions[self.frame(op.function).0 as usize];
        let first = words(&function.name).find(|w| !w.is_empty());
        op.does == Does::Shrink
            && op.guard != Guard::Each
            && first.is_some_and(|word| REMOVERS.contains(&word.as_str()))
            && function.uses.iter().all(|u| match u {
                Use::Called { guard, .. } => *guard == Guard::Expired,
                Use::Exported { .. } | Use::Method { .. } | Use::Escapes { .. } => true,
                // Somebody asks for it.
                Use::Callback { .. } | Use::UnknownCallback { .. } | Use::Elsewhere(_) => false,
            })
    }

    /// A helper that is called for what was found too old; others may call it only where it says that it removes.
    fn is_called_for_the_old(&self, op: &Op) -> bool {
        let uses = &self.facts.functions[self.frame(op.function).0 as usize].uses;
        let old = |u: &Use| matches!(u, Use::Called { guard: Guard::Expired, .. });
        op.guard != Guard::Each
            && uses.iter().any(old)
            && (uses.iter().all(old) || (uses.iter().all(|u| old(u) || is_open(u)) && self.removes_what_is_asked(op)))
    }

    /// All that runs this function is a call from outside for the end of things, by its name.
    pub(super) fn is_on_demand(&self, function: FunctionId) -> bool {
        let (mut work, mut seen) = (vec![function], vec![function]);
        while let Some(at) = work.pop() {
            let facts = &self.facts.functions[at.0 as usize];
            if at == TOP || facts.uses.is_empty() {
                return false;
            }
            for used in &facts.uses {
                match used {
                    used if is_open(used) => {
                        if !is_ending(&facts.name) {
                            return false;
                        }
                    }
                    Use::Called { by, .. } | Use::Callback { by, runs: None, .. } => {
                        if !seen.contains(by) {
                            seen.push(*by);
                            work.push(*by);
                        }
                    }
                    _ => return false,
                }
            }
        }
        true
    }

    /// Its name says that with it the life of its owner is over.
    pub(super) fn ends_its_owner(&self, function: FunctionId) -> bool {
        let name = &self.facts.functions[self.frame(function).0 as usize].name;
        let first = words(name).find(|w| !w.is_empty() && w != "k");
        first.is_some_and(|word| ENDINGS.contains(&word.as_str()) && word != "clear" && word != "reset")
    }

    /// An assignment that only gives the collection its first value.
    fn is_start(&self, op: &Op, container: &Container) -> bool {
        if op.function == TOP && op.does != Does::Bound {
            return op.does == Does::Reset;
        }
        if op.does != Does::Reset {
            return false;
        }
        let is_first = op.span.contains(container.declared);
        let at_birth = matches!(
            self.facts.functions[op.function.0 as usize].kind,
            FunctionKind::Constructor | FunctionKind::FieldInit | FunctionKind::StaticInit
        ) || self.is_constructor_function(op.function, container);
        at_birth || (is_first && self.runs_of(op.function).often == Often::Once) || op.guard == Guard::Once
    }

    /// `function Foo() { this.x = {} }`.
    pub(super) fn is_constructor_function(&self, function: FunctionId, container: &Container) -> bool {
        match self.place(container.place).root {
            Root::This(class) => self.facts.classes[class.0 as usize].constructor == Some(function),
            _ => false,
        }
    }
}

/// Code that we do not see may run it.
const fn is_open(used: &Use) -> bool {
    matches!(
        used,
        Use::Exported { .. }
            | Use::Method { .. }
            | Use::Escapes { .. }
            | Use::UnknownCallback { .. }
            | Use::Elsewhere(_)
    )
}

/// `close`, `[kClose]`, `clearCacheForTests`, `ngOnDestroy`, `_resetForTesting`.
fn is_ending(name: &str) -> bool {
    let mut rest = words(name).filter(|w| !w.is_empty() && !matches!(w.as_str(), "k" | "on" | "ng" | "async" | "do"));
    rest.next().is_some_and(|first| ENDINGS.contains(&first.as_str())) || rest.any(|w| w == "tests" || w == "testing")
}

fn is_timer(api: &str) -> bool {
    ["setTimeout", "setInterval", "setImmediate", "nextTick"].iter().any(|timer| api.ends_with(timer))
}
