//! Where values come from: followed through the calls of the file to a request, a literal, or out of sight.

use std::borrow::Cow;

use super::Unit;
use crate::apis::Apis;
use crate::facts::{Arg, Domain, FunctionId, Life, Often, ParamPath, Root, Step, Target, Use};

/// Parameters that are followed before giving up.
const MOST_PARAMS: usize = 32;

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
            self.passed(param.function, param.index).map(|domain| self.source_at(&domain, depth + 1)).peekable();
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

    /// What the calls of this file pass as argument `index`, as values that a key may take.
    fn passed(&self, function: FunctionId, index: u32) -> impl Iterator<Item = Cow<'_, Domain>> {
        self.arguments(function, index).map(|arg| match arg {
            Arg::Key(domain) => Cow::Borrowed(domain),
            Arg::Place(place) => {
                let place = self.place(*place);
                let Root::Binding(binding) = place.root else { return Cow::Owned(Domain::Unknown) };
                let binding = &self.facts.bindings[binding.0 as usize];
                Cow::Owned(binding.param.map_or(Domain::Unknown, |index| {
                    Domain::Params(vec![ParamPath { function: binding.within, index, path: dotted(&place.path) }])
                }))
            }
            Arg::Function(_) => Cow::Owned(Domain::Object),
            Arg::Other => Cow::Owned(Domain::Unknown),
        })
    }

    /// Whether a value of this domain is made from what a request handler receives.
    #[must_use]
    pub fn is_from_request(&self, domain: &Domain) -> bool {
        let Domain::Params(params) = domain else { return false };
        let mut work = params.clone();
        let mut at = 0;
        while at < work.len() && at < MOST_PARAMS {
            if self.is_request(&work[at]) {
                return true;
            }
            for domain in self.passed(work[at].function, work[at].index) {
                let Domain::Params(params) = domain.as_ref() else { continue };
                for next in params {
                    if !work.contains(next) {
                        work.push(next.clone());
                    }
                }
            }
            at += 1;
        }
        false
    }

    /// Whether a parameter is the request of a handler, or its context.
    fn is_request(&self, param: &ParamPath) -> bool {
        let function = &self.facts.functions[param.function.0 as usize];
        let handler = function.signature == Some(Often::Request)
            || function.uses.iter().any(|u| matches!(u, Use::Callback { runs: Some(Often::Request), .. }));
        let Some(Some(binding)) = function.params.get(param.index as usize) else {
            // `({ params, query }, res) => ..`
            let first = param.path.split('.').next().unwrap_or("");
            return handler
                && matches!(first, "params" | "query" | "url" | "body" | "headers" | "path" | "request" | "req");
        };
        let binding = &self.facts.bindings[binding.0 as usize];
        let apis = Apis::built_in();
        let known = binding.of_type.as_deref().and_then(|name| apis.type_named(name));
        match known {
            Some(t) => apis.type_life(t) == Some(Life::Request),
            None => handler && matches!(binding.name.as_str(), "req" | "request" | "ctx" | "context"),
        }
    }
}

fn dotted(path: &[Step]) -> String {
    let names: Vec<&str> = path.iter().map(|s| if let Step::Field(f) = s { f.as_str() } else { "[]" }).collect();
    names.join(".")
}
