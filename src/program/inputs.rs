//! Where values come from: followed through the calls of the file to a request, a literal, or out of sight.

use std::borrow::Cow;

use super::Unit;
use crate::apis::Apis;
use crate::facts::{Arg, Domain, FunctionId, Life, Often, ParamPath, Root, Step, Use};

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
    /// What is known of the values of this domain, once followed through the calls of the file.
    ///
    /// A parameter holds what its callers pass; the handler of a request or event is passed input.
    #[must_use]
    pub fn source_of(&self, domain: &Domain) -> Source {
        let mut most = Source::Finite;
        let mut work = Vec::new();
        note(domain, &mut most, &mut work);
        let mut at = 0;
        while at < work.len() {
            let ParamPath { function, index, .. } = work[at];
            at += 1;
            if self.is_handler(function) {
                return Source::Input;
            }
            let mut any = false;
            for domain in self.passed(function, index) {
                any = true;
                note(&domain, &mut most, &mut work);
            }
            if let Some(source) = self.joined.sources.get(&(function, index)) {
                any = true;
                most = most.max(*source);
            }
            // What callers out of our sight pass is open, at least; so is what takes too long to follow.
            if !any || !self.is_in_sight(function) || work.len() > MOST_PARAMS {
                most = most.max(Source::Open);
            }
            work.truncate(MOST_PARAMS);
        }
        most
    }

    fn is_handler(&self, function: FunctionId) -> bool {
        let function = &self.facts.functions[function.0 as usize];
        let event = |u: &Use| matches!(u, Use::Callback { runs: Some(often), .. } if *often >= Often::Event);
        function.signature.is_some() || function.uses.iter().any(|u| event(self.used(u)))
    }

    /// All calls of the function are calls by name.
    fn is_in_sight(&self, function: FunctionId) -> bool {
        let uses = &self.facts.functions[function.0 as usize].uses;
        !uses.is_empty() && uses.iter().all(|u| matches!(self.used(u), Use::Called { .. }))
    }

    /// What the calls of this file pass as argument `index`.
    pub fn arguments(&self, function: FunctionId, index: u32) -> impl Iterator<Item = &Arg> {
        let calls = self.calls_to.get(&function).map_or(&[][..], Vec::as_slice);
        calls.iter().filter_map(move |call| self.facts.calls[*call as usize].args.get(index as usize))
    }

    /// What the calls of this file pass as argument `index`, as values that a key may take.
    fn passed(&self, function: FunctionId, index: u32) -> impl Iterator<Item = Cow<'_, Domain>> {
        self.arguments(function, index).map(|arg| self.domain_of(arg))
    }

    /// What a call passes, as values that a key may take.
    pub(super) fn domain_of<'u>(&'u self, arg: &'u Arg) -> Cow<'u, Domain> {
        match arg {
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
            Arg::Promise(_) | Arg::Other => Cow::Owned(Domain::Unknown),
        }
    }

    /// A use as the file that makes it sees it.
    pub(super) fn used<'u>(&'u self, used: &'u Use) -> &'u Use {
        self.elsewhere(used).map_or(used, |elsewhere| &elsewhere.used)
    }

    /// Whether a value of this domain is made from what a request handler receives.
    #[must_use]
    pub fn is_from_request(&self, domain: &Domain) -> bool {
        !self.request_fields(domain).is_empty()
    }

    /// What of a request a value is made from: `params.id`, `url`; empty for the request as a whole.
    #[must_use]
    pub fn request_fields(&self, domain: &Domain) -> Vec<String> {
        let mut fields = Vec::new();
        let Domain::Params(params) = domain else { return fields };
        let mut work = params.clone();
        let mut at = 0;
        while at < work.len() && at < MOST_PARAMS {
            if self.is_request(&work[at]) {
                fields.push(work[at].path.clone());
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
        fields
    }

    /// Whether a parameter is the request of a handler, or its context.
    fn is_request(&self, param: &ParamPath) -> bool {
        let function = &self.facts.functions[param.function.0 as usize];
        let handler = function.signature == Some(Often::Request)
            || function.uses.iter().any(|u| matches!(self.used(u), Use::Callback { runs: Some(Often::Request), .. }));
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

/// Adds one value: what it is, or the parameters that it is made from.
fn note(domain: &Domain, most: &mut Source, work: &mut Vec<ParamPath>) {
    let source = match domain {
        Domain::Finite => Source::Finite,
        Domain::Vocabulary => Source::Vocabulary,
        Domain::Fresh => Source::Fresh,
        Domain::Object => Source::Object,
        Domain::Unknown => Source::Open,
        Domain::Params(params) => {
            for param in params {
                // With one more than are followed, there are too many.
                if work.len() <= MOST_PARAMS
                    && !work.iter().any(|p| (p.function, p.index) == (param.function, param.index))
                {
                    work.push(param.clone());
                }
            }
            Source::Finite
        }
    };
    *most = (*most).max(source);
}

fn dotted(path: &[Step]) -> String {
    let names: Vec<&str> = path.iter().map(|s| if let Step::Field(f) = s { f.as_str() } else { "[]" }).collect();
    names.join(".")
}
