//! Whether a function runs again and again while a variable around it, or its instance, lives on.

use super::Unit;
use crate::facts::{END_METHODS, FunctionId, FunctionKind, Often, TOP, Use};

/// First words of methods that run once for each instance.
const FIRSTS: [&str; 7] = ["start", "init", "connect", "open", "launch", "setup", "load"];

impl Unit {
    /// A method that begins or ends an instance, as its name says, or that only such methods call: it runs once.
    #[must_use]
    pub fn runs_at_ends(&self, function: FunctionId) -> bool {
        let callers: Vec<FunctionId> = self.callers_seen(function);
        self.is_at_an_end(function) || (!callers.is_empty() && callers.iter().all(|c| self.is_at_an_end(*c)))
    }

    fn callers_seen(&self, function: FunctionId) -> Vec<FunctionId> {
        let uses = &self.facts.functions[function.0 as usize].uses;
        uses.iter().filter_map(|u| if let Use::Called { by, .. } = u { Some(self.frame(*by)) } else { None }).collect()
    }

    fn is_at_an_end(&self, function: FunctionId) -> bool {
        let facts = &self.facts.functions[function.0 as usize];
        let name = facts.name.trim_start_matches('_');
        matches!(facts.kind, FunctionKind::Constructor | FunctionKind::FieldInit)
            || END_METHODS.contains(&name)
            || FIRSTS.iter().any(|w| name.to_ascii_lowercase().starts_with(w))
    }

    /// Whether `inner` runs again and again for one call of `home`, which it lies in. `None` when it runs once there;
    /// `false` when who runs it is out of sight.
    #[must_use]
    pub fn repeats_within(&self, inner: FunctionId, home: FunctionId) -> Option<bool> {
        if home == TOP {
            let frame = self.frame(inner);
            return (self.runs_of(frame).often > Often::Once).then(|| !self.is_starter(frame));
        }
        let mut doubt = false;
        let mut at = inner;
        for _ in 0..8 {
            if at == home || at == TOP {
                break;
            }
            let facts = &self.facts.functions[at.0 as usize];
            for used in &facts.uses {
                match used {
                    Use::Callback { runs: Some(often), .. } if *often > Often::Once => return Some(true),
                    // A method of what `home` returns or makes.
                    Use::Exported { .. } | Use::Method { .. } | Use::Elsewhere(_) => {
                        return Some(!self.runs_at_ends(at));
                    }
                    Use::UnknownCallback { .. } | Use::Escapes { .. } => doubt = true,
                    Use::Callback { .. } | Use::Called { .. } => {}
                }
            }
            at = facts.parent;
        }
        doubt.then_some(false)
    }
}
