//! Which opened things nothing closes: listeners on receivers that outlive them, timers whose id is lost.

pub mod clients;
mod closes;
mod ends;
pub mod handles;
mod listeners;
mod receivers;
pub mod timers;

pub use closes::ByName;

use super::Unit;
use crate::facts::{CleanupFlaw, DeadCleanup, FunctionId, Handle, Often, PlaceId, Root, Step, Use};
use crate::finding::{Confidence, Span};

/// An opened thing that nothing closes.
pub struct Opening<'u> {
    pub handle: &'u Handle,
    pub confidence: Confidence,
    /// Who keeps it, for a label.
    pub keeper: Option<(Span, String)>,
    /// The method that ends the owner and should have closed it.
    pub end: Option<FunctionId>,
}

/// First words of functions that a program calls once, when it starts.
const STARTERS: [&str; 16] = [
    "main",
    "start",
    "run",
    "init",
    "setup",
    "install",
    "boot",
    "build",
    "serve",
    "listen",
    "register",
    "launch",
    "cli",
    "configure",
    "enable",
    "bind",
];

impl Unit {
    /// A function whose name says that a program calls it once, when it starts, or that only such functions call.
    #[must_use]
    pub fn is_starter(&self, frame: FunctionId) -> bool {
        let mut at = frame;
        for _ in 0..4 {
            if self.is_named_starter(at) {
                return true;
            }
            // `start` calls `addProcessHandlers`: what one starter alone calls starts as well.
            let [Use::Called { by, .. }] = self.facts.functions[at.0 as usize].uses.as_slice() else { return false };
            at = self.frame(*by);
        }
        false
    }

    fn is_named_starter(&self, frame: FunctionId) -> bool {
        let function = &self.facts.functions[frame.0 as usize];
        let name = function.name.trim_start_matches('_');
        let lower = name.to_ascii_lowercase();
        function.class.is_none()
            && self.runs_of(frame).often == Often::Call
            && (STARTERS.iter().any(|word| lower.starts_with(word)) || name.ends_with("Init"))
    }

    /// Whether a cleanup does not run: an old name does where the project has the version that still calls it.
    #[must_use]
    pub fn is_dead_cleanup(&self, cleanup: &DeadCleanup) -> bool {
        match cleanup.flaw {
            CleanupFlaw::Renamed(since) => {
                let package = self.package.as_ref();
                package.and_then(|p| p.major(&cleanup.library)).is_some_and(|major| major >= since)
            }
            // That nobody calls it is what is wrong with it.
            CleanupFlaw::Misspelt | CleanupFlaw::NotReturned | CleanupFlaw::Ignored | CleanupFlaw::Promised => true,
            _ => !self.is_dead(cleanup.function),
        }
    }

    /// A cleanup was meant to close this and does not run: that is said once, about the cleanup.
    fn has_dead_cleanup(&self, handle: &Handle) -> bool {
        self.facts.dead_cleanups.iter().any(|c| c.opened == Some(handle.opened) && self.is_dead_cleanup(c))
    }

    /// A parameter, loop variable or entry: what it stands for is not known.
    fn is_vague(&self, place: PlaceId) -> bool {
        let place = self.place(place);
        place.path.contains(&Step::Entry)
            || match &place.root {
                Root::Binding(b) => self.facts.bindings[b.0 as usize].param.is_some(),
                _ => false,
            }
    }

    /// Two places that are the same, or that one assigns to the other.
    #[must_use]
    pub fn may_be_same(&self, a: PlaceId, b: PlaceId) -> bool {
        a == b || self.facts.aliases.iter().any(|(x, y)| (*x == a && *y == b) || (*x == b && *y == a))
    }
}
