//! Which opened things nothing closes: listeners on receivers that outlive them, timers whose id is lost.

use super::Unit;
use crate::facts::{
    Arg, BindingId, ClassId, Close, FunctionId, FunctionKind, Guard, Handle, Handler, Kept, Life, Made, Often, Place,
    PlaceId, Receiver, Root, Step, TOP, What,
};
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

/// How a receiver relates to the function that registers on it.
enum Outlives {
    /// Dies with the function or with its owner.
    No,
    /// Lives longer, for certain.
    Yes(Option<Span>, String),
    /// May live longer: only a second signal makes it worth saying.
    Perhaps(Option<Span>, String),
}

/// Methods that run again on the same instance.
const REENTRANT: [&str; 8] = ["reconnect", "connect", "retry", "restart", "refresh", "reload", "resume", "renew"];

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
    /// A listener that is never removed from a receiver that outlives it.
    #[must_use]
    pub fn listener_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let receiver = handle.receiver.as_ref()?;
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let per_event = runs.often >= Often::Event && runs.certain;
        let silent = handle.what != What::Listener
            || handle.signal
            || handle.guard == Guard::Once
            || runs.often == Often::Once
            || self.is_dead(handle.function)
            || handle.event == "abort"
            || (handle.once && (handle.sure_to_come || !handle.known || !(self.is_loser(handle) || per_event)))
            || !matches!(handle.kept_in, Kept::Dropped)
            || (handle.missed.is_none() && self.is_released(handle, receiver));
        if silent || (receiver.dedupes && self.is_stable(&handle.handler)) {
            return None;
        }
        let runs = if self.is_starter(frame) { &super::Runs { certain: false, ..*runs } } else { runs };
        let per_event = per_event && runs.certain;
        let inline = matches!(handle.handler, Handler::Inline(_) | Handler::Fresh);
        let (confidence, keeper) = match self.outlives(receiver, frame) {
            Outlives::No => return None,
            Outlives::Yes(span, text) => {
                let confidence = match (runs.certain, per_event, handle.known) {
                    (true, true, true) if handle.missed.is_none() && inline && !handle.once => Confidence::Sure,
                    (true, true, _) | (true, false, true) => Confidence::Likely,
                    _ => Confidence::Guess,
                };
                (confidence, span.map(|s| (s, text)))
            }
            Outlives::Perhaps(span, text) => {
                let signal = !handle.once && runs.certain && self.has_second_signal(handle, receiver, frame);
                let confidence = if signal { Confidence::Likely } else { Confidence::Guess };
                (confidence, span.map(|s| (s, text)))
            }
        };
        Some(Opening { handle, confidence, keeper, end: self.end_of(receiver) })
    }

    /// The last of several `once` on one receiver in one function: when another event comes, it stays.
    fn is_loser(&self, handle: &Handle) -> bool {
        let place = handle.receiver.as_ref().and_then(|r| r.place);
        let mut siblings = self
            .facts
            .handles
            .iter()
            .filter(|h| h.what == What::Listener && h.once && h.function == handle.function)
            .filter(|h| h.receiver.as_ref().and_then(|r| r.place) == place && h.event != handle.event)
            .peekable();
        siblings.peek().is_some() && siblings.all(|h| h.opened < handle.opened)
    }

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

    // ---- receivers -------------------------------------------------------------------------------------------

    fn outlives(&self, receiver: &Receiver, frame: FunctionId) -> Outlives {
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
                let text = format!("`{name}` lives as long as the program");
                if receiver.of_type.is_some() { Outlives::Yes(None, text) } else { Outlives::Perhaps(None, text) }
            }
            Root::Import { .. } => {
                let text = format!("`{}` comes from another module and outlives the function", receiver.text);
                let driven = self.runs_of(frame).often >= Often::Event;
                if driven || receiver.of_type.is_some() {
                    Outlives::Yes(None, text)
                } else {
                    Outlives::Perhaps(None, text)
                }
            }
            Root::Binding(binding) => self.outlives_binding(*binding, place, receiver, frame),
            Root::This(class) => self.outlives_instance(*class, place, receiver, frame),
            Root::UnknownThis(_) | Root::Value(_) => Outlives::No,
        }
    }

    fn outlives_binding(&self, id: BindingId, place: &Place, receiver: &Receiver, frame: FunctionId) -> Outlives {
        let binding = &self.facts.bindings[id.0 as usize];
        let span = Some(binding.declared);
        if place.path.contains(&Step::Entry) {
            return Outlives::No;
        }
        if binding.param.is_some() {
            if let Some(shared) = self.passed_from_outside(binding.within, binding.param) {
                return Outlives::Yes(span, format!("`{}` is `{shared}`, which outlives the call", receiver.text));
            }
            if binding.within == frame {
                return Outlives::Perhaps(span, format!("`{}` is handed in and may outlive the call", receiver.text));
            }
            // Handed to an enclosing function: this one runs again and again on the same receiver.
            let again = self.runs_of(frame).often >= Often::Event && self.runs_of(binding.within).often < Often::Event;
            let text = format!("`{}` is the same each time", receiver.text);
            return if again { Outlives::Yes(span, text) } else { Outlives::No };
        }
        if binding.within == TOP {
            let text = format!("`{}` lives as long as the module", binding.name);
            return match binding.made {
                Made::Here | Made::Import => Outlives::Yes(span, text),
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

    fn outlives_instance(&self, class: ClassId, place: &Place, receiver: &Receiver, frame: FunctionId) -> Outlives {
        let owner = &self.facts.classes[class.0 as usize];
        if place.path.is_empty() {
            // Its own emitter: a constructor registers once for each, other methods again and again.
            let kind = self.facts.functions[frame.0 as usize].kind;
            return if matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit)
                || owner.span == self.facts.functions[frame.0 as usize].head
            {
                Outlives::No
            } else {
                Outlives::Perhaps(Some(owner.span), "the instance keeps every listener that a call adds".to_owned())
            };
        }
        match receiver.made {
            Made::Param => Outlives::Perhaps(
                Some(owner.span),
                format!("`{}` is handed to `{}` and may outlive it", receiver.text, owner.name),
            ),
            _ => Outlives::No,
        }
    }

    /// What makes a doubtful receiver worth a word: the class removes others like it, ends its instances without removing
    /// this one, or the function is known to run again on the same receiver.
    fn has_second_signal(&self, handle: &Handle, receiver: &Receiver, frame: FunctionId) -> bool {
        let Some(place) = receiver.place else { return false };
        let sibling = self.facts.closes.iter().any(|c| {
            c.what == What::Listener
                && c.receiver.as_ref().and_then(|r| r.place).is_some_and(|p| self.may_be_same(p, place))
        });
        let function = &self.facts.functions[frame.0 as usize];
        let of_instance = matches!(self.place(place).root, Root::This(_)) && !self.place(place).path.is_empty();
        let at_birth = matches!(function.kind, FunctionKind::Constructor);
        let ends = of_instance && at_birth && self.end_of(receiver).is_some() && handle.known;
        let reentrant = matches!(self.place(place).root, Root::This(_))
            && REENTRANT.contains(&function.name.trim_start_matches(['_', '#']))
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && !self.place(place).path.is_empty();
        let lasting = matches!(self.place(place).root, Root::This(class) if self.is_made_once(class))
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && handle.known;
        (sibling && of_instance) || ends || reentrant || lasting
    }

    /// An exported function whose name says that a program calls it once, when it starts.
    fn is_starter(&self, frame: FunctionId) -> bool {
        let function = &self.facts.functions[frame.0 as usize];
        let name = function.name.to_ascii_lowercase();
        function.class.is_none()
            && self.runs_of(frame).often == Often::Call
            && STARTERS.iter().any(|word| name.starts_with(word))
    }

    fn is_made_once(&self, class: ClassId) -> bool {
        self.facts.classes[class.0 as usize].made.iter().any(|(by, _)| self.runs_of(*by).often == Often::Once)
    }

    fn end_of(&self, receiver: &Receiver) -> Option<FunctionId> {
        match self.place(receiver.place?).root {
            Root::This(class) => self.end_method(class),
            _ => None,
        }
    }

    // ---- releases --------------------------------------------------------------------------------------------

    /// Some call of the file may remove this listener. Whether it runs on every way is another rule's question.
    fn is_released(&self, handle: &Handle, receiver: &Receiver) -> bool {
        self.facts.closes.iter().any(|close| {
            close.what == What::Listener
                && !self.is_dead(close.function)
                && close.receiver.as_ref().is_some_and(|r| self.same_receiver(r, receiver))
                && close.event.as_ref().is_none_or(|e| *e == handle.event || !is_literal_event(e))
                && self.same_handler(close, handle)
        })
    }

    fn same_receiver(&self, a: &Receiver, b: &Receiver) -> bool {
        match (a.place, b.place) {
            (Some(x), Some(y)) => {
                self.may_be_same(x, y) || self.is_vague(x) || last_name(&a.text) == last_name(&b.text)
            }
            _ => true,
        }
    }

    fn same_handler(&self, close: &Close, handle: &Handle) -> bool {
        match (&close.handler, &handle.handler) {
            (None, _) => true,
            // A function made on the spot is never the one that was registered.
            (Some(Handler::Inline(_) | Handler::Fresh), _) => false,
            (Some(Handler::Place(a)), Handler::Place(b)) => self.may_be_same(*a, *b) || self.is_vague(*a),
            (Some(Handler::Place(a)), Handler::Inline(_) | Handler::Fresh) => self.is_vague(*a),
            _ => true,
        }
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

    /// The same function object on every run: declared outside the function that registers it.
    fn is_stable(&self, handler: &Handler) -> bool {
        match handler {
            Handler::Place(place) => match &self.place(*place).root {
                Root::Binding(b) => self.facts.bindings[b.0 as usize].within == TOP,
                Root::Import { .. } | Root::Global(_) => true,
                Root::This(class) => self.facts.classes[class.0 as usize].made.len() == 1,
                _ => false,
            },
            _ => false,
        }
    }

    // ---- timers ----------------------------------------------------------------------------------------------

    /// A timer that goes on for ever because nothing clears it.
    #[must_use]
    pub fn timer_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let silent = handle.what != What::Timer
            || handle.guard == Guard::Once
            || self.is_dead(handle.function)
            || handle.kept_in == Kept::Escapes;
        if silent {
            return None;
        }
        if handle.once && !handle.reschedules {
            return self.timeout_kept(handle);
        }
        if runs.often == Often::Once || (handle.missed.is_none() && self.is_cleared(handle)) {
            return None;
        }
        let owner = self.owner_class(frame);
        let local = match handle.kept_in {
            Kept::Dropped => true,
            Kept::Place(p) => {
                matches!(self.place(p).root, Root::Binding(b) if self.facts.bindings[b.0 as usize].within == frame)
            }
            Kept::Escapes => false,
        };
        let runs = if self.is_starter(frame) { &super::Runs { certain: false, ..*runs } } else { runs };
        let driven = runs.certain && runs.often >= Often::Instance;
        let confidence = match (local, runs.certain) {
            (true, true) if driven && !handle.reschedules && handle.missed.is_none() => Confidence::Sure,
            (true, true) => Confidence::Likely,
            (false, true) if owner.is_some() => Confidence::Likely,
            _ => Confidence::Guess,
        };
        Some(Opening { handle, confidence, keeper: None, end: owner.and_then(|c| self.end_method(c)) })
    }

    /// A timeout is only worth a word where an owner ends before it fires: the class has an end method that forgets it,
    /// or it lost a race.
    fn timeout_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        if self.is_cleared(handle) {
            return None;
        }
        if let Some(close) = self.clears_nothing(handle) {
            let text = "this clears a field that nothing is ever assigned to".to_owned();
            return Some(Opening {
                handle,
                confidence: Confidence::Likely,
                keeper: Some((close.span, text)),
                end: Some(close.function),
            });
        }
        if handle.races && handle.delay.is_none_or(|ms| ms >= 1000) {
            let long = handle.delay.is_some_and(|ms| ms >= 10_000);
            let confidence = if long { Confidence::Likely } else { Confidence::Guess };
            return Some(Opening { handle, confidence, keeper: None, end: None });
        }
        let frame = self.frame(handle.function);
        let class = self.owner_class(frame)?;
        let end = self.end_method(class)?;
        let in_field = matches!(handle.kept_in, Kept::Place(p) if matches!(self.place(p).root, Root::This(_)));
        let confidence = if in_field { Confidence::Likely } else { Confidence::Guess };
        Some(Opening { handle, confidence, keeper: None, end: Some(end) })
    }

    /// A clear call of the same class that clears a field to which no timer is ever assigned.
    fn clears_nothing(&self, handle: &Handle) -> Option<&Close> {
        let class = self.owner_class(self.frame(handle.function))?;
        if handle.kept_in != Kept::Dropped {
            return None;
        }
        self.facts.closes.iter().find(|c| {
            c.what == What::Timer
                && c.never_assigned
                && c.handle.is_some_and(|p| self.place(p).root == Root::This(class))
        })
    }

    fn owner_class(&self, frame: FunctionId) -> Option<ClassId> {
        let mut at = frame;
        while at != TOP {
            let function = &self.facts.functions[at.0 as usize];
            if function.class.is_some() {
                return function.class;
            }
            at = function.parent;
        }
        None
    }

    /// Some call of the file may clear this timer.
    fn is_cleared(&self, handle: &Handle) -> bool {
        let Kept::Place(kept) = handle.kept_in else { return false };
        let name = self.last_step(kept);
        self.facts.closes.iter().any(|c| {
            c.what == What::Timer
                && !self.is_dead(c.function)
                && match c.handle {
                    None => true,
                    Some(p) => {
                        self.may_be_same(p, kept) || self.is_vague(p) || (name.is_some() && self.last_step(p) == name)
                    }
                }
        })
    }

    /// Name of the last field or of the binding.
    fn last_step(&self, place: PlaceId) -> Option<&str> {
        let place = self.place(place);
        match place.path.last() {
            Some(Step::Field(f)) => Some(f),
            Some(Step::Entry) => None,
            None => match &place.root {
                Root::Binding(b) => Some(&self.facts.bindings[b.0 as usize].name),
                Root::Global(name) => Some(name),
                _ => None,
            },
        }
    }
}

fn is_literal_event(event: &str) -> bool {
    event.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | ' '))
}

/// `this._map` and `map`: most likely the same thing.
fn last_name(text: &str) -> String {
    let last = text.rsplit(['.', '#']).next().unwrap_or(text);
    last.trim_start_matches('_').to_ascii_lowercase()
}
