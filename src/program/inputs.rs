//! Where the keys of a collection come from: followed through the calls of the file to a request, a literal, or out of sight.

use super::Unit;
use crate::facts::{Arg, Domain, FunctionId, Often, ParamPath, Root, Target, Use};

/// What is known of the values that a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Finite,
    /// A small vocabulary, by its name.
    Vocabulary,
    /// Not known.
    Open,
    /// An object by identity.
    Object,
    /// New for every call.
    Fresh,
    /// Read from what a request, message or event brings.
    Input,
}

impl Unit {
    #[must_use]
    pub fn source_of(&self, domain: &Domain) -> Source {
        self.source_at(domain, 0)
    }

    fn source_at(&self, domain: &Domain, depth: u32) -> Source {
        match domain {
            Domain::Finite => Source::Finite,
            Domain::Vocabulary => Source::Vocabulary,
            Domain::Fresh => Source::Fresh,
            Domain::Object => Source::Object,
            Domain::Unknown => Source::Open,
            Domain::Params(params) => {
                params.iter().map(|p| self.source_of_param(p, depth)).max().unwrap_or(Source::Open)
            }
        }
    }

    /// A parameter holds what its callers pass; the handler of a request or event is passed input.
    fn source_of_param(&self, param: &ParamPath, depth: u32) -> Source {
        let function = &self.facts.functions[param.function.0 as usize];
        let handles = function.signature.is_some()
            || function
                .uses
                .iter()
                .any(|u| matches!(u, Use::Callback { runs: Some(often), .. } if *often >= Often::Event));
        if handles {
            return Source::Input;
        }
        if depth > 6 {
            return Source::Open;
        }
        let in_sight = function.uses.iter().all(|u| matches!(u, Use::Called { .. })) && !function.uses.is_empty();
        let mut passed =
            self.arguments(param.function, param.index).map(|arg| self.source_of_arg(arg, depth + 1)).peekable();
        let any = passed.peek().is_some();
        let most = passed.max().unwrap_or(Source::Open);
        // What callers out of our sight pass is open, at least.
        if in_sight && any { most } else { most.max(Source::Open) }
    }

    /// What the calls of this file pass as argument `index`.
    pub fn arguments(&self, function: FunctionId, index: u32) -> impl Iterator<Item = &Arg> {
        self.facts
            .calls
            .iter()
            .filter(move |call| call.target == Target::Function(function))
            .filter_map(move |call| call.args.get(index as usize))
    }

    fn source_of_arg(&self, arg: &Arg, depth: u32) -> Source {
        match arg {
            Arg::Key(domain) => self.source_at(domain, depth),
            Arg::Place(place) => match &self.place(*place).root {
                Root::Binding(b) => {
                    let binding = &self.facts.bindings[b.0 as usize];
                    binding.param.map_or(Source::Open, |index| {
                        let path = ParamPath { function: binding.within, index, path: String::new() };
                        self.source_of_param(&path, depth)
                    })
                }
                _ => Source::Open,
            },
            Arg::Function(_) => Source::Object,
            Arg::Other => Source::Open,
        }
    }
}
