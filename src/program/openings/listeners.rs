//! Listeners that nothing removes from a receiver that outlives them.

use super::Opening;
use super::receivers::Outlives;
use crate::facts::{
    Close, Forgotten, FunctionId, FunctionKind, Guard, Handle, Handler, Kept, Made, Often, PlaceId, Receiver, Root,
    Step, TOP, Use, What,
};
use crate::finding::{Confidence, Span};
use crate::program::Unit;

impl Unit {
    /// A listener that is never removed from a receiver that outlives it.
    #[must_use]
    pub fn listener_kept<'u>(&'u self, handle: &'u Handle) -> Option<Opening<'u>> {
        let receiver = handle.receiver.as_ref()?;
        let frame = self.frame(handle.function);
        let runs = self.runs_of(frame);
        let per_event = runs.often >= Often::Event && runs.certain;
        let race = self.is_lost_race(handle);
        let silent = handle.what != What::Listener
            || handle.signal
            || handle.guard == Guard::Once
            || runs.often == Often::Once
            || self.is_dead(handle.function)
            || self.is_told_by_mismatch(handle.opened)
            || (receiver.life.is_none() && self.is_passed_through(handle, frame))
            || self.is_after_the_end(handle, receiver)
            || handle.event == "abort"
            || self.has_dead_cleanup(handle)
            || (handle.once
                && (handle.sure_to_come || !handle.known || !(self.is_loser(handle) || per_event || race))
                && !self.waits_for_an_end(handle, receiver))
            || !matches!(handle.kept_in, Kept::Dropped)
            || (handle.missed.is_none() && self.is_released(handle, receiver));
        if silent || (receiver.dedupes && self.is_stable(&handle.handler)) {
            return None;
        }
        let starts = self.starts_a_program(handle, receiver, frame);
        let runs = if starts { &crate::program::Runs { certain: false, ..*runs } } else { runs };
        let per_event = (per_event && runs.certain) || self.is_mounted(frame);
        let inline = matches!(handle.handler, Handler::Inline(_) | Handler::Fresh);
        let outlives = match self.outlives(receiver, frame) {
            Outlives::No if self.sibling_is_released(handle) => {
                Outlives::Perhaps(None, format!("`{}` may outlive the call", receiver.text))
            }
            Outlives::No if self.is_added_by_each_run(handle, receiver) => {
                Outlives::Yes(None, format!("`{}` exists before and after this run of the effect", receiver.text))
            }
            other => other,
        };
        let (confidence, keeper) = match outlives {
            Outlives::No => return None,
            Outlives::Yes(span, text) => {
                let known = handle.known || self.is_called_emitter(receiver, frame);
                let confidence = match (runs.certain, per_event, known) {
                    (true, true, true) if handle.missed.is_none() && inline && !handle.once => Confidence::Sure,
                    (true, true, _) | (true, false, true) => Confidence::Likely,
                    _ => Confidence::Guess,
                };
                (confidence, span.map(|s| (s, text)))
            }
            Outlives::Perhaps(span, text) => {
                let signal = runs.certain
                    && ((!handle.once && self.has_second_signal(handle, receiver, frame))
                        || race
                        || self.waits_for_an_end(handle, receiver));
                let confidence = if signal { Confidence::Likely } else { Confidence::Guess };
                (confidence, span.map(|s| (s, text)))
            }
        };
        Some(Opening { handle, confidence, keeper, end: self.end_of(receiver) })
    }

    /// An effect without a cleanup, which runs again on what was there before: each run adds a function of its own.
    fn is_added_by_each_run(&self, handle: &Handle, receiver: &Receiver) -> bool {
        let fresh = match handle.handler {
            Handler::Inline(_) | Handler::Fresh => true,
            Handler::Place(place) => matches!(self.place(place).root, Root::Binding(b)
                if self.facts.bindings[b.0 as usize].within == handle.function),
            Handler::Other => false,
        };
        fresh && !handle.once && receiver.made != Made::Here && self.owner_of_handle(handle).is_some()
    }

    /// A removal that names another function speaks of this registration: that says more.
    #[must_use]
    pub fn is_told_by_mismatch(&self, opened: Span) -> bool {
        self.facts
            .mismatches
            .iter()
            .any(|m| (m.added == Some(opened) || m.removal == opened) && !self.is_dead(m.function))
    }

    /// Listeners that were forgotten where their siblings are removed.
    pub fn forgotten(&self) -> impl Iterator<Item = &Forgotten> {
        self.facts.forgotten.iter().filter(|f| {
            let frame = self.frame(f.function);
            self.runs_of(frame).often > Often::Once
                && !self.is_starter(frame)
                && !self.is_dead(f.function)
                && !self.is_told_by_mismatch(f.opened)
        })
    }

    /// Code that a program most likely runs once, though nothing in the file says so.
    fn starts_a_program(&self, handle: &Handle, receiver: &Receiver, frame: FunctionId) -> bool {
        let function = &self.facts.functions[frame.0 as usize];
        // `class AuthStore { constructor() { window.addEventListener(..) } }`.
        let single = receiver.dedupes
            && function.kind == FunctionKind::Constructor
            && function.class.is_some_and(|class| self.is_called_lasting(class));
        single
            || self.is_starter(frame)
            || self.is_start_of_program(frame, receiver)
            || self.is_installer(frame)
            || self.reads_input_to_its_end(handle, receiver)
    }

    /// `process.stdin.on('data', ..).on('end', ..)`: there is one end.
    fn reads_input_to_its_end(&self, handle: &Handle, receiver: &Receiver) -> bool {
        let heard = |event: &str| {
            self.facts.handles.iter().any(|h| {
                h.function == handle.function
                    && h.event == event
                    && h.receiver.as_ref().and_then(|r| r.place) == receiver.place
            })
        };
        receiver.text.ends_with("stdin") && heard("data") && heard("end")
    }

    /// `module.exports = (app) => { .. }`: what a module has instead of code that runs when it is loaded.
    fn is_installer(&self, frame: FunctionId) -> bool {
        let function = &self.facts.functions[frame.0 as usize];
        let exported = function.uses.iter().any(|u| matches!(u, Use::Exported { .. }));
        function.name.is_empty() && exported && function.class.is_none() && self.runs_of(frame).often == Often::Call
    }

    /// `class Server { initSignals() { process.on(..) } }`: most programs have one of it.
    fn is_start_of_program(&self, frame: FunctionId, receiver: &Receiver) -> bool {
        let name = self.facts.functions[frame.0 as usize].name.trim_start_matches(['_', '#']);
        receiver.text.starts_with("process")
            && self.facts.functions[frame.0 as usize].kind == FunctionKind::Method
            && ["init", "setup", "start", "listen", "boot"].iter().any(|word| name.starts_with(word))
    }

    /// `on(event, listener) { bus.on(event, listener) }`: whoever calls it removes it.
    fn is_passed_through(&self, handle: &Handle, frame: FunctionId) -> bool {
        let Handler::Place(handler) = handle.handler else { return false };
        let Root::Binding(binding) = self.place(handler).root else { return false };
        let binding = &self.facts.bindings[binding.0 as usize];
        let name = self.facts.functions[frame.0 as usize].name.trim_start_matches(['_', '$', '#']);
        binding.param.is_some()
            && binding.within == frame
            && ["on", "add", "once", "off", "subscribe", "listen", "watch", "observe", "register", "bind", "prepend"]
                .iter()
                .any(|word| name.starts_with(word))
    }

    /// `socket.removeAllListeners(); socket.on('error', () => {})`: what comes after the end only swallows errors.
    fn is_after_the_end(&self, handle: &Handle, receiver: &Receiver) -> bool {
        handle.event == "error"
            && self.facts.closes.iter().any(|close| {
                close.what == What::Listener
                    && (close.ends || close.handler.is_none())
                    && close.function == handle.function
                    && close.span < handle.opened
                    && close.receiver.as_ref().is_some_and(|r| r.place.is_some() && r.place == receiver.place)
            })
    }

    /// The last of several `once` on one receiver in one function: when another event comes, it stays. The end of the
    /// receiver is waited for on purpose.
    fn is_loser(&self, handle: &Handle) -> bool {
        let place = handle.receiver.as_ref().and_then(|r| r.place);
        let mut siblings = self
            .facts
            .handles
            .iter()
            .filter(|h| h.what == What::Listener && h.once && h.function == handle.function && h.block == handle.block)
            .filter(|h| h.receiver.as_ref().and_then(|r| r.place) == place && h.event != handle.event)
            .peekable();
        siblings.peek().is_some()
            && !is_end_event(&handle.event)
            && siblings.all(|h| h.opened < handle.opened || is_end_event(&h.event))
    }

    /// What makes a doubtful receiver worth a word: the class removes others like it, ends its instances without removing
    /// this one, or the function is known to run again on the same receiver.
    fn has_second_signal(&self, handle: &Handle, receiver: &Receiver, frame: FunctionId) -> bool {
        let Some(place) = receiver.place else { return false };
        let sibling = || {
            self.facts.closes.iter().any(|c| {
                c.what == What::Listener
                    && c.receiver.as_ref().and_then(|r| r.place).is_some_and(|p| self.may_be_same(p, place))
            })
        };
        let function = &self.facts.functions[frame.0 as usize];
        let of_instance = matches!(self.place(place).root, Root::This(_)) && !self.place(place).path.is_empty();
        let at_birth = matches!(function.kind, FunctionKind::Constructor);
        let ends = of_instance && at_birth && self.end_of(receiver).is_some() && handle.known;
        let reentrant = matches!(self.place(place).root, Root::This(_))
            && REENTRANT.contains(&function.name.trim_start_matches(['_', '#']))
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && !self.place(place).path.is_empty();
        let instance = of_instance && self.is_instance_signal(handle, receiver, frame);
        let passed = self.keeps_a_callback(handle, receiver, frame);
        let lasting = matches!(self.place(place).root, Root::This(class) if self.is_made_once(class))
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && handle.known;
        (of_instance && sibling())
            || self.is_handed_on(place)
            || self.walks_again(handle, place, frame)
            || ends
            || reentrant
            || lasting
            || instance
            || passed
            || self.sibling_is_released(handle)
    }

    /// Each call goes over the same entries and adds one more to each: `for (const hook of this.hooks) hook.on(..)`.
    fn walks_again(&self, handle: &Handle, place: PlaceId, frame: FunctionId) -> bool {
        let place = self.place(place);
        matches!(place.root, Root::This(_))
            && place.path.contains(&Step::Entry)
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && !handle.once
            && !self.runs_at_ends(frame)
    }

    /// The instance was handed what it registers on, each start of it does so again, and its end takes nothing away.
    fn is_instance_signal(&self, handle: &Handle, receiver: &Receiver, frame: FunctionId) -> bool {
        let name = last_name(&receiver.text);
        let method = self.facts.functions[frame.0 as usize].name.to_ascii_lowercase();
        receiver.made == Made::Param
            && self.end_of(receiver).is_some()
            && !OWNED.iter().any(|word| name.ends_with(word))
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh | Handler::Place(_))
            && STARTS.iter().any(|word| method.contains(word))
    }

    /// `this.client.once('close', () => ..)` in what has an end of its own: the client's end comes later, or never.
    fn waits_for_an_end(&self, handle: &Handle, receiver: &Receiver) -> bool {
        let name = last_name(&receiver.text);
        handle.once
            && !handle.sure_to_come
            && matches!(handle.event.as_str(), "close" | "end" | "error" | "disconnect" | "exit")
            && matches!(handle.handler, Handler::Inline(_) | Handler::Fresh)
            && receiver.made == Made::Param
            && receiver
                .place
                .is_some_and(|p| matches!(self.place(p).root, Root::This(_)) && !self.place(p).path.is_empty())
            && !OWNED.iter().any(|word| name.ends_with(word))
            && self.end_of(receiver).is_some()
    }

    /// A method that hangs the caller's callback on its own emitter, each time: `this.on('done', callback)`.
    fn keeps_a_callback(&self, handle: &Handle, receiver: &Receiver, frame: FunctionId) -> bool {
        let Handler::Place(handler) = handle.handler else { return false };
        let Some(place) = receiver.place.map(|p| self.place(p)) else { return false };
        let Root::Binding(binding) = self.place(handler).root else { return false };
        let binding = &self.facts.bindings[binding.0 as usize];
        let name = &self.facts.functions[frame.0 as usize].name;
        let registers = ["on", "add", "once", "subscribe", "listen", "watch", "observe", "register", "bind", "set"];
        matches!(place.root, Root::This(_))
            && place.path.is_empty()
            && is_literal_event(&handle.event)
            && binding.param.is_some()
            && binding.within == frame
            && matches!(binding.name.as_str(), "cb" | "callback" | "done" | "next")
            && self.facts.functions[frame.0 as usize].params.len() >= 2
            && !registers.iter().any(|w| name.trim_start_matches('_').starts_with(w))
    }

    /// Of the listeners that one call adds, another is taken away again and this one, which has a name, is not.
    fn sibling_is_released(&self, handle: &Handle) -> bool {
        let Handler::Place(handler) = handle.handler else { return false };
        let named = matches!(self.place(handler).root, Root::Binding(b)
            if self.facts.bindings[b.0 as usize].param.is_none()
                && self.facts.bindings[b.0 as usize].within == handle.function);
        named
            && self.facts.handles.iter().any(|h| {
                h.what == What::Listener
                    && h.function == handle.function
                    && !std::ptr::eq(h, handle)
                    && matches!(h.handler, Handler::Place(p) if p != handler)
                    && h.receiver.as_ref().is_some_and(|r| self.is_released(h, r))
            })
    }

    /// `once` for each of several outcomes on `this` or what it was handed: the events that do not come stay.
    fn is_lost_race(&self, handle: &Handle) -> bool {
        let Some(place) = handle.receiver.as_ref().and_then(|r| r.place) else { return false };
        let again = matches!(self.place(place).root, Root::This(_) | Root::Import { .. } | Root::Global(_));
        handle.once && (self.sibling_is_released(handle) || (again && self.is_loser(handle)))
    }

    fn end_of(&self, receiver: &Receiver) -> Option<FunctionId> {
        match self.place(receiver.place?).root {
            Root::This(class) => self.end_method(class),
            _ => None,
        }
    }

    /// Some call of the file may remove this listener. Whether it runs on every way is another rule's question.
    fn is_released(&self, handle: &Handle, receiver: &Receiver) -> bool {
        self.closes_of_event(handle).any(|close| {
            // Asked last: most closes are of something else.
            let void = || {
                self.is_dead(close.function)
                || (close.ends && self.starts_again(close, handle))
                // While it goes from instance to instance, its end is not theirs.
                || (close.ends && receiver.place.is_some_and(|place| self.is_handed_on(place)))
                || self.is_replacement(close, handle, receiver)
            };
            close.receiver.as_ref().is_some_and(|r| {
                self.same_receiver(r, receiver)
                    && (!close.ends || !self.is_handed(r) || self.is_entry_of_both(r, receiver))
            }) && close.event.as_ref().is_none_or(|e| names_event(e, close, handle))
                && self.same_handler(close, handle)
                && !void()
        })
    }

    /// `client.off('x', this.f); this.f = ..; client.on('x', this.f)`: one stays, and the end of the instance forgets it.
    fn is_replacement(&self, close: &Close, handle: &Handle, receiver: &Receiver) -> bool {
        receiver.made == Made::Param
            && !close.ends
            && close.function == handle.function
            && close.span < handle.opened
            && self.end_of(receiver).is_some()
    }

    /// `this.stop(); this.start()`: an end that the same function takes back.
    fn starts_again(&self, close: &Close, handle: &Handle) -> bool {
        let frame = self.frame(handle.function);
        let uses = &self.facts.functions[frame.0 as usize].uses;
        uses.iter().any(|u| u.by() == Some(close.function))
    }

    fn same_receiver(&self, a: &Receiver, b: &Receiver) -> bool {
        match (a.place, b.place) {
            (Some(x), Some(y)) => {
                self.may_be_same(x, y) || self.is_vague(x) || last_name(&a.text) == last_name(&b.text)
            }
            _ => true,
        }
    }

    /// Both loops go over the same collection: `for (const c of this.clients) c.close()`.
    fn is_entry_of_both(&self, a: &Receiver, b: &Receiver) -> bool {
        a.place.is_some() && a.place == b.place && a.place.is_some_and(|p| self.place(p).path.contains(&Step::Entry))
    }

    /// A parameter: ending it says nothing of other things.
    fn is_handed(&self, receiver: &Receiver) -> bool {
        receiver.place.is_none_or(|p| self.is_vague(p))
    }

    fn same_handler(&self, close: &Close, handle: &Handle) -> bool {
        match (&close.handler, &handle.handler) {
            // A function made on the spot is never the one that was registered.
            (Some(Handler::Inline(_) | Handler::Fresh), _) => false,
            (Some(Handler::Place(a)), Handler::Place(b)) => self.may_be_same(*a, *b) || self.is_vague(*a),
            (Some(Handler::Place(a)), Handler::Inline(_) | Handler::Fresh) => self.is_vague(*a),
            // No handler is named, or one that is not known: it may be this one.
            _ => true,
        }
    }

    /// The same function object on every run: declared outside the function that registers it.
    fn is_stable(&self, handler: &Handler) -> bool {
        match handler {
            Handler::Place(place) => match &self.place(*place).root {
                Root::Binding(b) => self.facts.bindings[b.0 as usize].within == TOP,
                Root::Import { .. } | Root::Global(_) => true,
                Root::This(class) => self.facts.classes[class.0 as usize].made.len() == 1,
                Root::UnknownThis(_) => false,
            },
            _ => false,
        }
    }
}

/// Last words of names for what an instance is handed to own: it ends with it.
const OWNED: [&str; 18] = [
    "socket",
    "stream",
    "conn",
    "connection",
    "ws",
    "req",
    "res",
    "request",
    "response",
    "transport",
    "child",
    "process",
    "proc",
    "input",
    "output",
    "channel",
    "port",
    "worker",
];

/// Parts of names for methods that an end undoes, so that they can run again on the same instance.
const STARTS: [&str; 14] = [
    "attach",
    "start",
    "open",
    "connect",
    "join",
    "enable",
    "activate",
    "mount",
    "show",
    "enter",
    "subscribe",
    "resume",
    "begin",
    "watch",
];

/// Methods that run again on the same instance.
const REENTRANT: [&str; 8] = ["reconnect", "connect", "retry", "restart", "refresh", "reload", "resume", "renew"];

fn is_end_event(event: &str) -> bool {
    matches!(event, "close" | "end" | "exit" | "finish" | "disconnect" | "disconnected" | "destroy")
}

/// Whether a removal means the event of a listener.
fn names_event(event: &str, close: &Close, handle: &Handle) -> bool {
    let spaced = close.namespaces && handle.namespaces;
    event == handle.event || !is_literal_event(event) || (spaced && meets(event, &handle.event))
}

/// `.menu` and `resize` both mean `resize.menu`.
fn meets(removed: &str, added: &str) -> bool {
    let one = |removed: &str, added: &str| {
        let (mut names, mut of) = (removed.split('.'), added.split('.'));
        let (name, event) = (names.next().unwrap_or(""), of.next().unwrap_or(""));
        let of: Vec<&str> = of.collect();
        (name.is_empty() || name == event) && names.all(|n| of.contains(&n))
    };
    added.is_empty() || removed.split_whitespace().any(|r| added.split_whitespace().any(|a| one(r, a)))
}

pub(super) fn is_literal_event(event: &str) -> bool {
    event.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | ' '))
}

/// `this._map` and `map`: most likely the same thing.
fn last_name(text: &str) -> String {
    let last = text.rsplit(['.', '#']).next().unwrap_or(text);
    last.trim_start_matches('_').to_ascii_lowercase()
}
