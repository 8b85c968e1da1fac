//! Who keeps a value and how long: module, static, global, closure of a function that runs once, instance.

use super::Unit;
use crate::facts::{
    BindingId, Class, ClassId, ClassKind, END_METHODS, FunctionId, FunctionKind, Life, Often, PlaceId, Root, TOP, Use,
};
use crate::finding::Span;

/// Last words of names for classes of which a program has few instances, for as long as it runs.
const LASTING: [&str; 20] = [
    "Manager",
    "Registry",
    "Cache",
    "Store",
    "Service",
    "Server",
    "Client",
    "Pool",
    "Agent",
    "Provider",
    "Hub",
    "Broker",
    "Router",
    "Queue",
    "Bus",
    "Driver",
    "Engine",
    "Repository",
    "Controller",
    "Gateway",
];

/// Last words of names for classes whose instances serve one request, one text or one run.
const FLEETING: [&str; 17] = [
    "Session",
    "Context",
    "Wrapper",
    "Request",
    "Response",
    "Span",
    "Transaction",
    "Scope",
    "Visitor",
    "Parser",
    "Builder",
    "Compilation",
    "Build",
    "Graph",
    "Printer",
    "Generator",
    "Walker",
];

/// Who keeps a location alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeper {
    pub life: Life,
    pub span: Span,
    /// In words, for a label: "`cache` lives as long as the module".
    pub text: String,
}

impl Unit {
    /// Who keeps what stands at a place; `None` when that is out of our sight or no longer than a call.
    #[must_use]
    pub fn keeper(&self, place: PlaceId, declared: Span) -> Option<Keeper> {
        let place = self.place(place);
        let (life, text) = match &place.root {
            Root::Binding(binding) => self.keeper_of_binding(*binding)?,
            Root::This(class) => self.keeper_of_instance(*class),
            Root::Global(name) if matches!(name.as_str(), "module" | "exports") => {
                (Life::Process, "an export of the module: kept as long as the process runs".to_owned())
            }
            Root::Global(_) => (Life::Process, "global: kept as long as the process runs".to_owned()),
            Root::Import { module, .. } => {
                (Life::Process, format!("imported from `{module}`, which keeps it as long as the process runs"))
            }
            Root::UnknownThis(_) => return None,
        };
        Some(Keeper { life, span: declared, text })
    }

    fn keeper_of_binding(&self, binding: BindingId) -> Option<(Life, String)> {
        let binding = &self.facts.bindings[binding.0 as usize];
        if binding.param.is_some() {
            return None;
        }
        if binding.within == TOP {
            return Some((Life::Process, "at module level: kept as long as the process runs".to_owned()));
        }
        let home = &self.facts.functions[binding.within.0 as usize];
        let runs = self.runs_of(binding.within);
        let name = if home.name.is_empty() { "this function".to_owned() } else { format!("`{}`", home.name) };
        match runs.often {
            Often::Once => Some((Life::Process, format!("kept by the closures of {name}, which runs once"))),
            Often::Call | Often::Instance => {
                Some((Life::Instance, format!("kept by the closures that {name} creates")))
            }
            Often::Mount => Some((Life::Component, format!("kept by the closures that {name} creates"))),
            Often::Event | Often::Tick | Often::Request => None,
        }
    }

    fn keeper_of_instance(&self, class: ClassId) -> (Life, String) {
        let owner = &self.facts.classes[class.0 as usize];
        let name = if owner.name.is_empty() { "this object".to_owned() } else { format!("`{}`", owner.name) };
        let once = self.is_made_once(class);
        if once {
            return (Life::Process, format!("kept by an instance of {name} that is created once, at startup"));
        }
        if owner.kind == ClassKind::Object && self.runs_of(owner.within).often == Often::Once {
            return (Life::Process, "kept by an object that is created once, at startup".to_owned());
        }
        let short = !owner.exported
            && !owner.escapes
            && (!owner.made.is_empty() || self.joined.made_short.contains(&class))
            && self.joined.made.contains_key(&class) == self.joined.made_short.contains(&class)
            && owner.made.iter().all(|(by, _)| self.runs_of(*by).often >= Often::Event);
        if short {
            return (Life::Request, format!("an instance of {name} lives no longer than the code that creates it"));
        }
        (Life::Instance, format!("kept by each instance of {name}"))
    }

    /// All instances that we see are made at start-up.
    pub(super) fn is_made_once(&self, class: ClassId) -> bool {
        let owner = &self.facts.classes[class.0 as usize];
        let made = &owner.made;
        if owner.made_once && made.is_empty() && !self.joined.made.contains_key(&class) {
            return true;
        }
        // Who imports a class may make any number of instances, unless it is one of a kind by its name.
        if owner.exported && !self.is_lasting(class) {
            return false;
        }
        let here = made.iter().all(|(by, _)| self.runs_of(*by).often == Often::Once);
        if self.joined.made.contains_key(&class) {
            here && self.joined.made_once.contains(&class)
        } else {
            here && !made.is_empty()
        }
    }

    /// The class says by its name or its end method that its instances live long.
    #[must_use]
    pub fn is_lasting(&self, class: ClassId) -> bool {
        let name = &self.facts.classes[class.0 as usize].name;
        if FLEETING.iter().any(|word| name.ends_with(word)) {
            return false;
        }
        self.end_method(class).is_some() || self.is_called_lasting(class)
    }

    /// Its name alone says that a program has few instances: `AuthStore`.
    #[must_use]
    pub fn is_called_lasting(&self, class: ClassId) -> bool {
        let name = &self.facts.classes[class.0 as usize].name;
        LASTING.iter().any(|word| name.ends_with(word))
    }

    /// Whether `function` runs within the activation of `home`, directly or as a callback that runs before its call returns.
    pub(super) fn is_part_of(&self, function: FunctionId, home: FunctionId) -> bool {
        let mut at = function;
        while at != home {
            if !self.is_on_the_spot(at) {
                return false;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        true
    }

    /// The function in whose activation the code of `function` runs: callbacks that run before their call returns, and
    /// functions called on the spot, belong to their caller.
    #[must_use]
    pub fn frame(&self, function: FunctionId) -> FunctionId {
        let mut at = function;
        for _ in 0..32 {
            if !self.is_on_the_spot(at) {
                return at;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
        at
    }

    /// All that runs a function is a call that its maker waits for.
    fn is_on_the_spot(&self, function: FunctionId) -> bool {
        let facts = &self.facts.functions[function.0 as usize];
        function != TOP
            && matches!(facts.kind, FunctionKind::Plain | FunctionKind::Arrow)
            && !facts.uses.is_empty()
            && facts.uses.iter().all(|u| match u {
                Use::Callback { sync, by, .. } => *sync && *by == facts.parent,
                Use::Called { by, .. } => *by == facts.parent && facts.name.is_empty(),
                _ => false,
            })
    }

    /// Whether `inner` is `outer` or nested in it.
    #[must_use]
    pub fn is_nested(&self, inner: FunctionId, outer: FunctionId) -> bool {
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            if at == TOP {
                return false;
            }
            at = self.facts.functions[at.0 as usize].parent;
        }
    }

    /// A function that nothing in the file calls, hands on or exports: its code never runs.
    #[must_use]
    pub fn is_dead(&self, function: FunctionId) -> bool {
        let mut at = function;
        while at != TOP {
            let facts = &self.facts.functions[at.0 as usize];
            if facts.uses.is_empty() && facts.signature.is_none() {
                return true;
            }
            at = facts.parent;
        }
        false
    }

    /// Makes instances: `constructor() {}`, or `function Foo() {}` of which there are instances.
    #[must_use]
    pub fn is_constructor(&self, function: FunctionId) -> bool {
        let facts = &self.facts.functions[function.0 as usize];
        facts.kind == FunctionKind::Constructor
            || facts.class.is_some_and(|class| self.facts.classes[class.0 as usize].constructor == Some(function))
    }

    /// The method by which a class ends its instances, if it has one.
    #[must_use]
    pub fn end_method(&self, class: ClassId) -> Option<FunctionId> {
        self.ends[class.0 as usize]
    }
}

/// The method by which a class ends its instances: the first name of those that it has.
pub(super) fn end_of(class: &Class) -> Option<FunctionId> {
    let rank = |name: &str| END_METHODS.iter().position(|end| *end == name);
    let ends = class.methods.iter().filter_map(|(name, function)| Some((rank(name)?, *function)));
    ends.min_by_key(|(rank, _)| *rank).map(|(_, function)| function)
}
