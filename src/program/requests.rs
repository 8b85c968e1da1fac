//! Whether a value is made from a request: followed from the parameters of a function to those of its callers.

use super::Unit;
use crate::apis::Apis;
use crate::facts::{Arg, Domain, FunctionId, Life, Often, ParamPath, Root, Step, Target, Use};

/// Parameters that are followed before giving up.
const MOST_PARAMS: usize = 32;

impl Unit {
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
            let more = self.given_by_callers(work[at].function, work[at].index);
            for next in more {
                if !work.contains(&next) {
                    work.push(next);
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

    /// What callers of this file give for a parameter, as their own parameters.
    fn given_by_callers(&self, function: FunctionId, index: u32) -> Vec<ParamPath> {
        let calls = self.facts.calls.iter().filter(|c| c.target == Target::Function(function));
        let mut found = Vec::new();
        for argument in calls.filter_map(|call| call.args.get(index as usize)) {
            match argument {
                Arg::Key(Domain::Params(params)) => found.extend(params.iter().cloned()),
                Arg::Place(place) => {
                    let place = self.place(*place);
                    let Root::Binding(binding) = place.root else { continue };
                    let binding = &self.facts.bindings[binding.0 as usize];
                    if let Some(index) = binding.param {
                        found.push(ParamPath { function: binding.within, index, path: dotted(&place.path) });
                    }
                }
                _ => {}
            }
        }
        found
    }
}

fn dotted(path: &[Step]) -> String {
    let names: Vec<&str> = path.iter().map(|s| if let Step::Field(f) = s { f.as_str() } else { "[]" }).collect();
    names.join(".")
}
