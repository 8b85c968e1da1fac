//! What libraries keep for ever: caches without a bound, jobs, labels and definitions without an end.

use super::Unit;
use super::inputs::Source;
use super::lives::Keeper;
use crate::facts::{Bound, Domain, FunctionKind, Kept, Life, Often, Part, PlaceId, Root, Store, StoreKey, What};
use crate::finding::{Confidence, Span};

/// A store that takes up more and more.
pub struct Filling<'u> {
    pub store: &'u Store,
    /// A call that adds to it again and again, when one is in sight.
    pub add: Option<&'u Store>,
    pub keeper: Option<Keeper>,
    pub confidence: Confidence,
}

/// Words in names of things that users and traffic send.
const INPUT_WORDS: [&str; 22] = [
    "id", "ip", "key", "email", "user", "session", "token", "url", "uri", "path", "pathname", "query", "text",
    "message", "address", "hostname", "filename", "input", "hash", "uuid", "agent", "referer",
];

/// Fields of a request whose values anyone can choose.
const REQUEST_FIELDS: [&str; 12] = [
    "url",
    "originalUrl",
    "path",
    "params",
    "query",
    "body",
    "headers",
    "ip",
    "ips",
    "hostname",
    "cookies",
    "pathname",
];

impl Unit {
    /// Stores of one kind that the calls of this file make.
    pub fn stores(&self, what: What, part: Part) -> impl Iterator<Item = &Store> {
        self.facts.stores.iter().filter(move |s| s.what == what && s.part == part)
    }

    /// Whether the code around a call runs more than once.
    fn repeats_at(&self, store: &Store) -> bool {
        self.runs_of(self.frame(store.function)).often > Often::Once && !self.is_dead(store.function)
    }

    /// A cache or memoized function that lives long, has no bound and is filled.
    #[must_use]
    pub fn cache_filling<'u>(&'u self, store: &'u Store) -> Option<Filling<'u>> {
        let unbounded = matches!(store.bound, Bound::Missing | Bound::Void { .. });
        if !unbounded || store.staged || (store.memoizes && store.keys.is_empty()) {
            return None;
        }
        let keeper = self.store_keeper(store)?;
        if self.on_same(store, Part::Removes).next().is_some() {
            return None;
        }
        let adds = self.on_same(store, Part::Adds).filter(|add| add.bound != Bound::Set && self.repeats_at(add));
        let best = adds.filter_map(|add| Some((self.add_confidence(store, add)?, add))).max_by_key(|(c, _)| *c);
        let (confidence, add) = match best {
            Some((confidence, add)) => (confidence, Some(add)),
            None => (self.unseen_confidence(store)?, None),
        };
        let most =
            if keeper.as_ref().is_some_and(|k| k.life < Life::Process) { Confidence::Likely } else { confidence };
        Some(Filling { store, add, keeper, confidence: confidence.min(most) })
    }

    /// Who keeps the value made; `None` when it does not outlive the call. The inner `None`: out of sight, but made once.
    #[expect(clippy::option_option, reason = "not kept, and kept by someone out of sight, are two answers")]
    fn store_keeper(&self, store: &Store) -> Option<Option<Keeper>> {
        let frame = self.frame(store.function);
        let kind = self.facts.functions[frame.0 as usize].kind;
        let built = matches!(kind, FunctionKind::Constructor | FunctionKind::FieldInit);
        let once = store.once || self.runs_of(frame).often == Often::Once;
        match store.kept {
            Kept::Place(place) if once || built => {
                let keeper = self.keeper(place, self.declared(place, store.span))?;
                self.is_long(place, &keeper).then_some(Some(keeper))
            }
            Kept::Escapes if once && !built => Some(None),
            _ => None,
        }
    }

    /// As long as the process, or as an instance of which there are few.
    fn is_long(&self, place: PlaceId, keeper: &Keeper) -> bool {
        keeper.life == Life::Process
            || match self.place(place).root {
                Root::This(class) => keeper.life == Life::Instance && self.is_lasting(class),
                _ => false,
            }
    }

    fn declared(&self, place: PlaceId, otherwise: Span) -> Span {
        match self.place(place).root {
            Root::Binding(b) => self.facts.bindings[b.0 as usize].declared,
            _ => otherwise,
        }
    }

    /// Calls that add to a store or take out of it.
    pub fn on_same<'u>(&'u self, store: &'u Store, part: Part) -> impl Iterator<Item = &'u Store> {
        let own = if let Kept::Place(place) = store.kept { Some(place) } else { None };
        self.stores(store.what, part).filter(move |other| match (own, &other.kept) {
            (Some(own), Kept::Place(place)) => self.may_be_same(own, *place),
            _ => false,
        })
    }

    fn add_confidence(&self, store: &Store, add: &Store) -> Option<Confidence> {
        let declared = store.keys.iter().filter_map(|key| self.key_confidence(key)).max();
        let passed = add.keys.iter().filter_map(|key| self.key_confidence(key)).max();
        // Nothing tells the key: it may be anything.
        let passed = if add.keys.is_empty() { Some(Confidence::Likely) } else { passed };
        let certain = self.runs_of(self.frame(add.function)).certain;
        let most = if certain { Confidence::Sure } else { Confidence::Likely };
        if !store.memoizes {
            return passed.map(|c| c.min(most));
        }
        // Every entry of `memoize((level) => ..)` is a level, whatever is passed.
        let capped = passed?.min(most);
        match declared? {
            Confidence::Guess => Some(capped.min(Confidence::Guess)),
            _ if capped == Confidence::Likely && !self.tells_input(store) => Some(Confidence::Guess),
            _ => Some(capped),
        }
    }

    /// Nothing in sight fills it, but other code can.
    fn unseen_confidence(&self, store: &Store) -> Option<Confidence> {
        if !store.shared || self.on_same(store, Part::Adds).any(|add| add.bound == Bound::Set) {
            return None;
        }
        if !store.memoizes {
            return Some(if store.expires { Confidence::Guess } else { Confidence::Likely });
        }
        store.keys.iter().filter_map(|key| self.key_confidence(key)).max()?;
        Some(if self.tells_input(store) { Confidence::Likely } else { Confidence::Guess })
    }

    fn tells_input(&self, store: &Store) -> bool {
        store.keys.iter().any(|key| is_traffic_word(&key.name) && self.key_confidence(key) > Some(Confidence::Guess))
    }

    /// How sure it is that a key takes any number of values; `None` when it does not.
    fn key_confidence(&self, key: &StoreKey) -> Option<Confidence> {
        match self.source_of(&key.key.domain) {
            Source::Finite => None,
            Source::Vocabulary => Some(Confidence::Guess),
            Source::Open => Some(Confidence::Likely),
            _ if key.mapped => Some(Confidence::Likely),
            Source::Object | Source::Fresh | Source::Input => Some(Confidence::Sure),
        }
    }

    /// A label, name or module name that repeating code makes up; the key that does it, and how sure that is.
    #[must_use]
    pub fn unbounded_key<'u>(&'u self, store: &'u Store) -> Option<(Confidence, &'u StoreKey)> {
        let idle = store.once || store.staged || store.by_identity || store.bound == Bound::Set;
        if idle || !self.repeats_at(store) || self.is_short(store) {
            return None;
        }
        // Whoever hands in `prefix` or `name` hands in few; a module with a query is loaded in order to be another one.
        let telling = |key: &StoreKey| {
            store.what == What::Compiled
                || is_input_word(&key.name)
                || self.source_of(&key.key.domain) != Source::Open
                || self.is_from_request(&key.key.domain)
        };
        let keys = store.keys.iter().filter(|key| telling(key));
        let judged = keys.filter_map(|key| Some((self.name_confidence(key)?, key)));
        judged.max_by_key(|(confidence, key)| (*confidence, std::cmp::Reverse(key.span)))
    }

    fn name_confidence(&self, key: &StoreKey) -> Option<Confidence> {
        let source = self.source_of(&key.key.domain);
        if source <= Source::Vocabulary {
            return None;
        }
        let fields = self.request_fields(&key.key.domain);
        if !fields.is_empty() && fields.iter().all(|field| is_route(field)) {
            return None;
        }
        let chosen = fields.iter().filter(|field| !is_route(field)).any(|field| {
            let mut words = field.split('.');
            words.next().is_some_and(|first| REQUEST_FIELDS.contains(&first)) || is_input_word(&key.name)
        });
        let told = source == Source::Input && is_input_word(&key.name);
        let sure = source == Source::Fresh || (!key.mapped && (chosen || told));
        Some(if sure { Confidence::Likely } else { Confidence::Guess })
    }

    /// A call that hands an object made anew to something long-lived that knows objects by identity.
    #[must_use]
    pub fn fresh_object<'u>(&'u self, store: &'u Store) -> Option<(Confidence, &'u StoreKey)> {
        let known = store.once || store.reused || store.staged || !store.by_identity;
        if known || !self.repeats_at(store) || self.is_short(store) {
            return None;
        }
        if self.stores(store.what, Part::Removes).next().is_some() {
            return None;
        }
        let key = store.keys.first()?;
        let confidence = match self.source_of(&key.key.domain) {
            Source::Finite => return None,
            Source::Object | Source::Fresh if !is_field(&key.key.domain) => Confidence::Likely,
            _ if self.is_from_request(&key.key.domain) => Confidence::Likely,
            _ => Confidence::Guess,
        };
        Some((confidence, key))
    }

    /// What the call is made on does not live long.
    fn is_short(&self, store: &Store) -> bool {
        let Kept::Place(place) = store.kept else { return store.kept == Kept::Dropped };
        match self.place(place).root {
            Root::Import { .. } => false,
            _ => self.keeper(place, store.span).is_none_or(|keeper| !self.is_long(place, &keeper)),
        }
    }

    /// A queue whose finished jobs nothing in this file removes.
    #[must_use]
    pub fn queue_filling<'u>(&'u self, store: &'u Store) -> Option<Filling<'u>> {
        let told = |s: &Store| matches!(s.bound, Bound::Set | Bound::Unseen);
        let jobs = || self.facts.stores.iter().filter(|s| s.what == What::Jobs);
        if store.staged || jobs().any(|s| told(s) || s.part == Part::Removes) {
            return None;
        }
        let add = self.on_same(store, Part::Adds).find(|add| self.repeats_at(add));
        let confidence = if add.is_some() { Confidence::Likely } else { Confidence::Guess };
        Some(Filling { store, add, keeper: None, confidence })
    }
}

/// Parameters of these names take what users and traffic send; a `taxId` or a `cacheKey` may take a handful of values.
fn is_traffic_word(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "id", "ip", "email", "user", "session", "token", "url", "uri", "query", "text", "message", "uuid", "request",
        "req",
    ];
    const OWNERS: [&str; 9] =
        ["user", "session", "request", "account", "customer", "client", "order", "message", "visitor"];
    let whole = name.to_ascii_lowercase().replace('_', "");
    WORDS.contains(&whole.as_str()) || OWNERS.iter().any(|owner| whole.strip_prefix(owner) == Some("id"))
}

fn is_input_word(name: &str) -> bool {
    let start = name.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0);
    let start = name[start..].rfind(['_', '-']).map_or(start, |at| start + at + 1);
    let last = name[start..].to_ascii_lowercase();
    INPUT_WORDS.contains(&last.as_str()) || INPUT_WORDS.contains(&name.to_ascii_lowercase().as_str())
}

/// A field of a parameter: that the parameter is made anew says nothing of what is in it.
fn is_field(domain: &Domain) -> bool {
    matches!(domain, Domain::Params(params) if params.iter().any(|p| !p.path.is_empty()))
}

/// The template of a route, of which a program has as many as it declares: `route.path`, `routeOptions.url`.
fn is_route(field: &str) -> bool {
    field.split('.').any(|word| {
        let word = word.trim_start_matches('_').to_ascii_lowercase();
        word.starts_with("route") || word.ends_with("route") || word == "baseurl" || word == "method"
    })
}
