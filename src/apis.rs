//! API tables in memory: what the calls of libraries do.

mod build;
mod check;
pub mod error;
pub mod flows;
pub mod handlers;
pub mod keeps;
pub mod row;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use globset::GlobMatcher;
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::Xxh3;

pub use error::TableError;
pub use flows::{FlowEnd, FlowPart, FlowPlace, FlowRow};
pub use handlers::{EntryPoint, Handlers};
pub use keeps::{KEPT, Keeps, Part, Through};
pub use row::{
    By, Callback, Cleanup, Delivers, EventRow, HandlerRow, Idle, Life, MadeOnce, Often, Row, Sink, Table, TypeRow,
    What, When, Which,
};

/// A class or interface of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u16);

/// A row: what one or several calls do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(u16);

/// All tables, indexed. Look-ups do not allocate.
#[derive(Debug, Default)]
pub struct Apis {
    types: Vec<Type>,
    rows: Vec<Row>,
    modules: FxHashMap<String, Module>,
    /// Names of modules with a `*` in them.
    patterns: Vec<(GlobMatcher, String)>,
    /// Modules whose default export is a global.
    global_modules: FxHashMap<String, String>,
    type_names: FxHashMap<String, TypeId>,
    global_functions: FxHashMap<String, RowId>,
    global_types: FxHashMap<String, TypeId>,
    global_values: FxHashMap<String, TypeId>,
    any_methods: FxHashMap<String, RowId>,
    /// Rows with `anywhere`, by what they do.
    listens: FxHashMap<String, RowId>,
    removes: FxHashMap<String, RowId>,
    /// Methods that open something with a handle, whatever their receiver.
    opens: FxHashMap<String, RowId>,
    /// Methods that close the handle they are called on, and what kinds of handles.
    closers: FxHashMap<String, Vec<What>>,
    /// Last names of all calls that open or close something.
    handles: FxHashSet<String>,
    /// Last names of functions and methods that bring a whole file, body or object into memory.
    reads: FxHashSet<String>,
    /// Last names of functions that run their callback when something appears, and of those that run it at the end.
    effects: FxHashSet<String>,
    end_hooks: FxHashSet<String>,
    lifecycles: FxHashMap<TypeId, Lifecycle>,
    keepers: Keepers,
    pub handlers: Handlers,
    fingerprint: u64,
}

/// The hooks of a component: methods that its framework calls by name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    pub end_hooks: Vec<String>,
    pub hooks: Vec<String>,
    /// Most of them live as long as the program.
    pub lasting: bool,
    /// End hooks that newer versions call by another name only.
    pub renamed: Vec<(String, String)>,
    /// The library, and the first of those versions.
    pub renamed_in: Option<(String, u32)>,
    /// Which of its decorators make a class one of a kind.
    pub made_once: Option<MadeOnce>,
}

/// Where rows with `keeps` can be met: cheap questions before the real one.
#[derive(Debug, Default)]
struct Keepers {
    modules: FxHashSet<String>,
    /// Last names of functions and methods.
    names: FxHashSet<String>,
    /// Last names of global functions.
    globals: FxHashSet<String>,
}

/// A type with all that it inherits: what is nearest wins.
#[derive(Debug, Default)]
struct Type {
    name: String,
    /// Itself, then whatever it inherits from, nearest first.
    lineage: Vec<TypeId>,
    methods: FxHashMap<String, RowId>,
    fields: FxHashMap<String, TypeId>,
    outlived_by: FxHashMap<String, Life>,
    life: Option<Life>,
    events: FxHashMap<String, EventRow>,
    fails: Vec<String>,
    ends: Vec<String>,
}

#[derive(Debug, Default)]
struct Module {
    functions: FxHashMap<String, RowId>,
    constructors: FxHashMap<String, RowId>,
    types: FxHashMap<String, TypeId>,
    values: FxHashMap<String, TypeId>,
    decorators: FxHashMap<String, TypeId>,
    /// Name of `<module>/promises`, when tables know it.
    promises: Option<String>,
}

/// Tables and their rows.
impl Apis {
    /// The tables that come with leaklint.
    ///
    /// # Panics
    /// When one of them is wrong, which `tests/apis.rs` rules out.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Apis> = OnceLock::new();
        BUILT_IN.get_or_init(|| match Self::from_tables(crate::rules::TABLES) {
            Ok(apis) => apis,
            Err(error) => unreachable!("built-in table: {error}"),
        })
    }

    /// The same with what the language itself does with values, for the value-flow engine.
    ///
    /// # Panics
    /// When one of the tables is wrong, which the tests of the engine rule out.
    pub fn with_language() -> &'static Self {
        static WHOLE: OnceLock<Apis> = OnceLock::new();
        let tables = || [crate::rules::TABLES, &[crate::rules::LANGUAGE]].concat();
        WHOLE.get_or_init(|| match Self::from_tables(&tables()) {
            Ok(apis) => apis,
            Err(error) => unreachable!("built-in table: {error}"),
        })
    }

    /// Reads tables, given as file name and text. A table may use the types of any other.
    ///
    /// # Errors
    /// The first fault found, and where it is.
    pub fn from_tables(tables: &[(&str, &str)]) -> Result<Self, TableError> {
        let mut apis = build::apis(tables)?;
        apis.fingerprint = fingerprint(tables, &[]);
        Ok(apis)
    }

    /// The built-in tables with those of a user, given as file name and text. Kept until the process ends, once for each
    /// set of tables, so that facts may refer to it.
    ///
    /// # Errors
    /// The first fault found, and where it is.
    pub fn with_own(tables: &[(&str, &str)], entries: &[EntryPoint]) -> Result<&'static Self, TableError> {
        static OWN: Mutex<BTreeMap<u64, &'static Apis>> = Mutex::new(BTreeMap::new());
        if tables.is_empty() && entries.is_empty() {
            return Ok(Self::built_in());
        }
        let all = [crate::rules::TABLES, tables].concat();
        let fingerprint = fingerprint(&all, entries);
        let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = own.get(&fingerprint) {
            return Ok(known);
        }
        let mut apis = build::apis(&all)?;
        for entry in entries {
            apis.handlers.enter_own(entry);
        }
        apis.fingerprint = fingerprint;
        let apis: &'static Self = Box::leak(Box::new(apis));
        own.insert(fingerprint, apis);
        Ok(apis)
    }

    /// Says which tables these are: facts read with other ones differ.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    #[must_use]
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[usize::from(id.0)]
    }

    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// Whether any table speaks of this module.
    #[must_use]
    pub fn knows_module(&self, module: &str) -> bool {
        self.module(module).is_some()
    }
}

/// What a name stands for.
impl Apis {
    /// An exported function. `export` may be dotted; `default` and `*` are the module itself.
    #[must_use]
    pub fn function(&self, module: &str, export: &str) -> Option<RowId> {
        self.export(module, export, |module| &module.functions)
    }

    /// An exported constructor for which a row says more than its type.
    #[must_use]
    pub fn constructor(&self, module: &str, export: &str) -> Option<RowId> {
        self.export(module, export, |module| &module.constructors)
    }

    /// An exported class or type: `new X()`, `class Y extends X`, `x: X`.
    #[must_use]
    pub fn exported_type(&self, module: &str, export: &str) -> Option<TypeId> {
        self.export(module, export, |module| &module.types)
    }

    /// Type of an exported value: `process` of `node:process`, and its fields (`stdin`).
    #[must_use]
    pub fn exported_value(&self, module: &str, export: &str) -> Option<TypeId> {
        self.export(module, export, |module| &module.values).or_else(|| {
            let whole = self.export(module, "default", |module| &module.values)?;
            self.field(whole, plain(export))
        })
    }

    /// What a decorator makes of a class.
    #[must_use]
    pub fn decorator(&self, module: &str, export: &str) -> Option<TypeId> {
        self.export(module, export, |module| &module.decorators)
    }

    /// The global that the default export of a module is.
    #[must_use]
    pub fn global_of_module(&self, module: &str) -> Option<&str> {
        self.global_modules.get(module).map(String::as_str)
    }

    /// A global function, `setTimeout` and `window.setTimeout` alike.
    #[must_use]
    pub fn global_function(&self, name: &str) -> Option<RowId> {
        self.global_functions.get(bare(name)).copied()
    }

    /// A global class.
    #[must_use]
    pub fn global_type(&self, name: &str) -> Option<TypeId> {
        self.global_types.get(bare(name)).copied()
    }

    /// Type of a global value: `process`, `document`, `window`.
    #[must_use]
    pub fn global_value(&self, name: &str) -> Option<TypeId> {
        self.global_values.get(bare(name)).copied()
    }

    /// A method that does the same on a receiver of whatever type: `forEach`.
    #[must_use]
    pub fn any_method(&self, name: &str) -> Option<RowId> {
        self.any_methods.get(name).copied()
    }

    /// What a method of this name most likely registers when the receiver's type is not known: `on`.
    #[must_use]
    pub fn listener_method(&self, name: &str) -> Option<RowId> {
        self.listens.get(name).copied()
    }

    /// What a method of this name most likely removes when the receiver's type is not known: `off`.
    #[must_use]
    pub fn listener_removal(&self, name: &str) -> Option<RowId> {
        self.removes.get(name).copied()
    }

    /// The method that takes a listener away which the method `name` of this row adds: the one that is most like it.
    #[must_use]
    pub fn listener_remover(&self, added_by: RowId, name: &str) -> Option<&str> {
        let of = self.row(added_by).of.as_deref()?;
        let removes = |row: &&Row| {
            row.closes == Some(What::Listener) && row.by == Some(By::Handler) && row.of.as_deref() == Some(of)
        };
        let names = self.rows.iter().filter(removes).flat_map(|row| &row.method);
        let like = |other: &str| other.bytes().rev().zip(name.bytes().rev()).take_while(|(a, b)| a == b).count();
        // Of equals the first one counts.
        names.rev().max_by_key(|other| like(other)).map(String::as_str)
    }

    /// What a method of this name most likely opens when the receiver's type is not known: `subscribe`.
    #[must_use]
    pub fn opening_method(&self, name: &str) -> Option<RowId> {
        self.opens.get(name).copied()
    }

    /// The method by which a value of this type is closed.
    #[must_use]
    pub fn closing_method(&self, id: TypeId, what: What) -> Option<&str> {
        let closes = |row: &Row| row.closes == Some(what) && row.by == Some(By::Handle);
        let names = self.of(id).methods.iter().filter(|(_, row)| closes(self.row(**row)));
        names.map(|(name, row)| (row, name.as_str())).min().map(|(_, name)| name)
    }

    /// Whether a method of this name closes a handle of this kind that it is called on.
    #[must_use]
    pub fn closes_handle(&self, name: &str, what: What) -> bool {
        self.closers.get(name).is_some_and(|kinds| kinds.contains(&what))
    }

    /// Whether some function or method of this name opens or closes something: a cheap question before the real one.
    #[must_use]
    pub fn opens_or_closes(&self, name: &str) -> bool {
        self.handles.contains(name)
    }

    /// Whether some function or method of this name brings a whole file, body or object into memory.
    #[must_use]
    pub fn reads_whole(&self, name: &str) -> bool {
        self.reads.contains(name)
    }

    /// Whether some function of this name runs its callback when something appears: a cheap question before the real one.
    #[must_use]
    pub fn may_be_effect(&self, name: &str) -> bool {
        self.effects.contains(name) || is_effect_hook(name)
    }

    /// Whether some function of this name runs its callback when a component or scope is over: `onUnmounted`.
    #[must_use]
    pub fn may_run_at_the_end(&self, name: &str) -> bool {
        self.end_hooks.contains(name)
    }

    /// The first function of a module, by its name, that runs its callback at the end: `onCleanup`.
    #[must_use]
    pub fn end_hook(&self, module: &str) -> Option<&str> {
        let ends = |row: &Row| row.callback.iter().any(|callback| callback.at_end);
        let functions = &self.module(module)?.functions;
        functions.iter().filter(|(_, row)| ends(self.row(**row))).map(|(name, _)| name.as_str()).min()
    }

    /// The hooks of a type, or of the nearest that it extends.
    #[must_use]
    pub fn lifecycle(&self, id: TypeId) -> Option<&Lifecycle> {
        self.of(id).lineage.iter().find_map(|of| self.lifecycles.get(of))
    }

    /// Whether a row with `keeps` speaks of this module.
    #[must_use]
    pub fn keeps_for_module(&self, module: &str) -> bool {
        self.keepers.modules.contains(plain_module(module))
    }

    /// Whether some function or method of this name, of a module or global, may have a row with `keeps`.
    #[must_use]
    pub fn may_keep(&self, name: &str, global: bool) -> bool {
        self.keepers.globals.contains(name) || (!global && self.keepers.names.contains(name))
    }

    fn module(&self, name: &str) -> Option<&Module> {
        let name = plain_module(name);
        self.modules.get(name).or_else(|| {
            let (_, pattern) = self.patterns.iter().find(|(pattern, _)| pattern.is_match(name))?;
            self.modules.get(pattern)
        })
    }

    fn export<T: Copy>(&self, module: &str, export: &str, of: fn(&Module) -> &FxHashMap<String, T>) -> Option<T> {
        let module = self.module(module)?;
        let export = plain(export);
        of(module).get(export).copied().or_else(|| {
            let promises = self.modules.get(module.promises.as_deref()?)?;
            of(promises).get(export.strip_prefix("promises.")?).copied()
        })
    }
}

/// What a type has. Everything is inherited.
impl Apis {
    #[must_use]
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        self.type_names.get(name).copied()
    }

    #[must_use]
    pub fn type_name(&self, id: TypeId) -> &str {
        &self.of(id).name
    }

    #[must_use]
    pub fn is_a(&self, id: TypeId, other: TypeId) -> bool {
        self.of(id).lineage.contains(&other)
    }

    #[must_use]
    pub fn is_a_named(&self, id: TypeId, name: &str) -> bool {
        self.type_named(name).is_some_and(|other| self.is_a(id, other))
    }

    #[must_use]
    pub fn method(&self, id: TypeId, name: &str) -> Option<RowId> {
        self.of(id).methods.get(name).copied()
    }

    #[must_use]
    pub fn field(&self, id: TypeId, name: &str) -> Option<TypeId> {
        self.of(id).fields.get(name).copied()
    }

    /// How long the value of a field lives, when that is longer than the value it is read from.
    #[must_use]
    pub fn field_life(&self, id: TypeId, name: &str) -> Option<Life> {
        self.of(id).outlived_by.get(name).copied()
    }

    /// How long a value lives that a callback is handed.
    #[must_use]
    pub fn type_life(&self, id: TypeId) -> Option<Life> {
        self.of(id).life
    }

    #[must_use]
    pub fn event(&self, id: TypeId, event: &str) -> Option<&EventRow> {
        self.of(id).events.get(event)
    }

    /// Events that tell failure or the end without success.
    pub fn fails(&self, id: TypeId) -> impl Iterator<Item = &str> {
        self.of(id).fails.iter().map(String::as_str)
    }

    /// Whether the event is sure to come in the end.
    #[must_use]
    pub fn ends(&self, id: TypeId, event: &str) -> bool {
        self.of(id).ends.iter().any(|end| end == event)
    }

    fn of(&self, id: TypeId) -> &Type {
        &self.types[usize::from(id.0)]
    }
}

fn fingerprint(tables: &[(&str, &str)], entries: &[EntryPoint]) -> u64 {
    let mut hash = Xxh3::new();
    let mut add = |text: &str| {
        hash.update(text.as_bytes());
        hash.update(&[0xFF]);
    };
    for (name, text) in tables {
        add(name);
        add(text);
    }
    for entry in entries {
        add(entry.paths.glob().glob());
        add(&format!("{:?} {:?}", entry.names, entry.runs));
    }
    hash.digest()
}

/// `useIsomorphicLayoutEffect`: the name of a hook of one's own says that it hands its function on to an effect.
#[must_use]
pub fn is_effect_hook(name: &str) -> bool {
    name.starts_with("use") && name.contains("Effect")
}

/// `node:fs` is `fs`, `events/` is `events`.
fn plain_module(name: &str) -> &str {
    let name = name.strip_prefix("node:").unwrap_or(name);
    name.strip_suffix('/').unwrap_or(name)
}

/// `default.readFile` and `*.readFile` are `readFile`, `*` is `default`.
fn plain(export: &str) -> &str {
    let mut export = export;
    while let Some(rest) = export.strip_prefix("default.").or_else(|| export.strip_prefix("*.")) {
        export = rest;
    }
    if export == "*" { "default" } else { export }
}

/// A global without the name of the global object.
fn bare(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = ["globalThis.", "window.", "self.", "global."].iter().find_map(|g| name.strip_prefix(g)) {
        name = rest;
    }
    name
}
