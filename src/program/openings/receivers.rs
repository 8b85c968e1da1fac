//! Whether the receiver of a listener outlives the function that registers on it.

use crate::facts::{
    Arg, BindingId, ClassId, FunctionId, FunctionKind, Life, Made, Often, PlaceId, Receiver, Root, Step, TOP,
};
use crate::finding::Span;
use crate::program::Unit;

impl Unit {
    /// The name of a long-lived value that a call of this file passes as this parameter.
    fn passed_from_outside(&self, function: FunctionId, index: Option<u32>) -> Option<&str> {
        self.arguments(function, index?).find_map(|arg| match arg {
            Arg::Place(place) => match &self.place(*place).root {
                Root::Binding(b) => {
                    let binding = &self.facts.bindings[b.0 as usize];
                    let lasting = binding.within == TOP && matches!(binding.made, Made::Here);
                    lasting.then_some(binding.name.as_str())
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// One instance makes the next and hands on what it was handed itself: `new Db(name, this.topology)`.
    pub(super) fn is_handed_on(&self, place: PlaceId) -> bool {
        let Root::Binding(binding) = self.place(place).root else { return false };
        let binding = &self.facts.bindings[binding.0 as usize];
        let Some(class) = self.facts.functions[binding.within.0 as usize].class else { return false };
        let Some(index) = binding.param.filter(|_| self.facts.constructor_of(class) == Some(binding.within)) else {
            return false;
        };
        self.arguments(binding.within, index).any(|arg| {
            let Arg::Place(passed) = arg else { return false };
            let passed = self.place(*passed);
            passed.root == Root::This(class) && !passed.path.is_empty()
        })
    }

    pub(super) fn outlives(&self, receiver: &Receiver, frame: FunctionId) -> Outlives {
        let Some(place) = receiver.place.map(|p| self.place(p)) else { return Outlives::No };
        if let Some(life) = receiver.life {
            return if life >= Life::Instance && !matches!(place.root, Root::This(_)) {
                Outlives::Yes(None, String::new())
            } else {
                Outlives::No
            };
        }
        match &place.root {
            Root::Global(name) => {
                // A global that is no known emitter may be a local of another script.
                let text = format!("`{name}` lives as long as the process");
                if receiver.of_type.is_some() { Outlives::Yes(None, text) } else { Outlives::Perhaps(None, text) }
            }
            Root::Binding(_) if receiver.text.ends_with(".session.socket") => {
                Outlives::Yes(None, format!("`{}` is shared by all streams of the session", receiver.text))
            }
            Root::Import { .. } => {
                let text = format!("`{}` is imported and outlives the function", receiver.text);
                let driven = self.runs_of(frame).often >= Often::Event || self.is_mounted(frame);
                if driven || receiver.of_type.is_some() || self.is_called_emitter(receiver, frame) {
                    Outlives::Yes(None, text)
                } else {
                    Outlives::Perhaps(None, text)
                }
            }
            Root::Binding(_) if place.path.contains(&Step::Entry) => Outlives::No,
            Root::Binding(binding) => self.outlives_binding(*binding, receiver, frame),
            Root::This(_) | Root::UnknownThis(_) if is_of_the_root(receiver) => {
                Outlives::Yes(None, format!("`{}` outlives each component", receiver.text))
            }
            Root::This(class) if place.path.is_empty() => self.outlives_itself(*class, frame),
            Root::This(class) => self.outlives_instance(*class, receiver),
            Root::UnknownThis(_) => Outlives::No,
        }
    }

    /// An import whose name says that it is the one emitter of its kind, where each instance listens: `bus`, `appEvents`.
    pub(super) fn is_called_emitter(&self, receiver: &Receiver, frame: FunctionId) -> bool {
        if self.class_around(frame).is_none() {
            return false;
        }
        let Some(place) = receiver.place.map(|p| self.place(p)) else { return false };
        let name = receiver.text.to_ascii_lowercase();
        matches!(place.root, Root::Import { .. })
            && place.path.is_empty()
            && ["bus", "emitter", "events", "pubsub", "dispatcher"].iter().any(|word| name.ends_with(word))
    }

    /// A hook that a framework calls for each component.
    pub(super) fn is_mounted(&self, frame: FunctionId) -> bool {
        let name = self.facts.functions[frame.0 as usize].name.as_str();
        crate::facts::MOUNTS.contains(&name)
    }

    fn outlives_binding(&self, id: BindingId, receiver: &Receiver, frame: FunctionId) -> Outlives {
        let binding = &self.facts.bindings[id.0 as usize];
        let span = Some(binding.declared);
        if binding.param.is_some() {
            let elsewhere = binding.param.and_then(|index| self.joined.lasting.get(&(binding.within, index)));
            let here = self.passed_from_outside(binding.within, binding.param);
            if let Some(shared) = here.or(elsewhere.map(String::as_str)) {
                return Outlives::Yes(span, format!("`{}` is `{shared}`, which outlives the call", receiver.text));
            }
            if binding.within == frame {
                return Outlives::Perhaps(span, format!("`{}` is passed in and may outlive the call", receiver.text));
            }
            // Handed to an enclosing function: this one runs again and again on the same receiver.
            let again = self.runs_of(frame).often >= Often::Event && self.runs_of(binding.within).often < Often::Event;
            let text = format!("`{}` is the same object each time", receiver.text);
            return if again { Outlives::Yes(span, text) } else { Outlives::No };
        }
        if binding.within == TOP {
            let text = format!("`{}` lives as long as the module", binding.name);
            let driven = self.runs_of(frame).often >= Often::Event && self.runs_of(frame).certain;
            return match binding.made {
                Made::Here | Made::Import => Outlives::Yes(span, text),
                _ if driven => Outlives::Yes(span, text),
                _ if receiver.of_type.is_some() => Outlives::Yes(span, text),
                _ => Outlives::Perhaps(span, text),
            };
        }
        // A variable of an enclosing function that runs once is as good as module level.
        let home = self.runs_of(binding.within);
        if home.often == Often::Once && binding.within != frame && binding.made == Made::Here {
            return Outlives::Yes(
                span,
                format!("`{}` is kept by the closures of a function that runs once", binding.name),
            );
        }
        Outlives::No
    }

    /// Its own emitter: a constructor registers once for each instance, other methods again and again.
    fn outlives_itself(&self, class: ClassId, frame: FunctionId) -> Outlives {
        let owner = &self.facts.classes[class.0 as usize];
        let function = &self.facts.functions[frame.0 as usize];
        let at_birth = matches!(function.kind, FunctionKind::Constructor | FunctionKind::FieldInit);
        if at_birth || owner.constructor == Some(frame) {
            return Outlives::No;
        }
        Outlives::Perhaps(Some(owner.span), "the instance keeps the listeners that each call adds".to_owned())
    }

    fn outlives_instance(&self, class: ClassId, receiver: &Receiver) -> Outlives {
        let owner = &self.facts.classes[class.0 as usize];
        match receiver.made {
            Made::Param => Outlives::Perhaps(
                Some(owner.span),
                format!("`{}` is passed to `{}` and may outlive it", receiver.text, owner.name),
            ),
            _ => Outlives::No,
        }
    }
}

/// `this.$root.$on(..)`: shared by all components of an application.
fn is_of_the_root(receiver: &Receiver) -> bool {
    matches!(receiver.text.as_str(), "this.$root" | "this.$parent" | "this.$bus" | "this.$eventBus")
}

/// How a receiver relates to the function that registers on it.
pub(super) enum Outlives {
    /// Dies with the function or with its owner.
    No,
    /// Lives longer, for certain.
    Yes(Option<Span>, String),
    /// May live longer: only a second signal makes it worth saying.
    Perhaps(Option<Span>, String),
}
