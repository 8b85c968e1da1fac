//! The grammar of an API table: what one library's calls do, as a user writes it in TOML.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::flows::FlowRow;
use super::keeps::Keeps;

/// The kinds of things that calls open, close or read; each has a rule that asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A function handed to an emitter, target or observable.
    Listener,
    /// An interval, timeout, animation frame or schedule.
    Timer,
    /// What reports changes of elements, or measurements, until it is disconnected.
    Observer,
    /// A function that a store, stream of values or device calls until the subscription ends.
    Subscription,
    /// What watches files.
    Watcher,
    /// A thread, process or port that goes on by itself.
    Worker,
    /// An address that stands for a blob in memory.
    ObjectUrl,
    /// A connection of one's own, or a device in use.
    Socket,
    /// An open file or folder.
    File,
    /// What is borrowed from a pool or held on a server: a client, a session, a page.
    Connection,
    /// A client, pool or agent of which a program needs one: it is closed by its handle, but better not made again.
    Client,
    /// The whole of a file, object or body in memory at once.
    Whole,
    /// A source stream tied to a destination by `.pipe`.
    Pipe,
    /// The body of a request that a library gathers.
    Body,
    /// A storage for what goes along with asynchronous work.
    Context,
    /// Entries of a cache or of a memoized function.
    Cache,
    /// Sessions in the memory of the process.
    Sessions,
    /// Finished jobs of a queue.
    Jobs,
    /// What is kept once for each label: metrics, timers of the console, marks.
    Label,
    /// What is compiled, defined or loaded and never forgotten.
    Compiled,
}

impl What {
    /// Whether the value of the call that opens it is the handle by which it is closed.
    #[must_use]
    pub const fn has_handle(self) -> bool {
        matches!(
            self,
            Self::Observer
                | Self::Subscription
                | Self::Watcher
                | Self::Worker
                | Self::ObjectUrl
                | Self::Socket
                | Self::File
                | Self::Connection
        )
    }
}

/// How often a function runs, rarest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Often {
    Once,
    Call,
    Instance,
    Mount,
    Event,
    Tick,
    Request,
}

/// Who keeps a value, shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    Call,
    Request,
    Component,
    Instance,
    Process,
}

/// What becomes of a client that nobody uses any more and nobody has closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// It keeps its connections, timers or threads.
    #[default]
    Stays,
    /// Its connections end after a while.
    Ends,
    /// Nothing is left of it but work done for nothing.
    Free,
}

/// One file of rows: `rules/apis/<package>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    /// Name of the library, as in its package registry; `node` and `web` for the platforms.
    pub library: String,
    /// The versions that the rows were read from.
    pub versions: String,
    /// Address of the documentation that the rows were read from.
    pub docs: String,
    /// Module specifiers that give access to the library. Default: the name of the library. `*` stands for any text.
    #[serde(default)]
    pub modules: Vec<String>,
    /// Modules whose default export is a global: `"global/window" = "window"`.
    #[serde(default)]
    pub global_modules: BTreeMap<String, String>,
    #[serde(default, rename = "type")]
    pub types: Vec<TypeRow>,
    #[serde(default, rename = "row")]
    pub rows: Vec<Row>,
    #[serde(default, rename = "handler")]
    pub handlers: Vec<HandlerRow>,
}

/// A class or interface of the library. Names are unique over all tables.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TypeRow {
    pub name: String,
    /// Types whose methods, events and fields it inherits.
    #[serde(default)]
    pub extends: Vec<String>,
    /// Exports of `modules` that are this class or type: `new X()`, `class Y extends X`, `x: X` make it known.
    /// `default` is the module itself.
    #[serde(default)]
    pub exported: Vec<String>,
    /// Modules of `exported`, `exported-values` and `decorators` when they are not those of the table.
    #[serde(default)]
    pub from: Vec<String>,
    /// The page that says so, where it is not that of the table.
    pub docs: Option<String>,
    /// Global names that are this class: `new WebSocket()`.
    #[serde(default)]
    pub global: Vec<String>,
    /// Global names whose value is of this type: `process`, `document`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Exports of `modules` whose value is of this type: `default` of `process`.
    #[serde(default)]
    pub exported_values: Vec<String>,
    /// Types of fields: `socket = "Socket"`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Fields that live longer than the value itself (`req.socket` under keep-alive), and how long.
    #[serde(default)]
    pub outlived_by: BTreeMap<String, Life>,
    /// How long a value lives that a callback is handed; absent: unknown.
    pub life: Option<Life>,
    /// What its events hand to their listeners and how often they come.
    #[serde(default)]
    pub events: BTreeMap<String, EventRow>,
    /// Events that tell failure or the end without success.
    #[serde(default)]
    pub fails: Vec<String>,
    /// Decorators, from the modules `from`, that make a class one of these: `Component`.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// The framework makes one instance of a class with such a decorator, and calls its hooks once.
    pub made_once: Option<MadeOnce>,
    /// Methods, or options of a component object, that the framework calls when it is over.
    #[serde(default)]
    pub end_hooks: Vec<String>,
    /// Most of them live as long as the program: services.
    #[serde(default)]
    pub lasting: bool,
    /// Its other hooks.
    #[serde(default)]
    pub hooks: Vec<String>,
    /// End hooks that go by another name from the major version `renamed-in` on, and are not called by the old one.
    #[serde(default)]
    pub renamed: BTreeMap<String, String>,
    pub renamed_in: Option<u32>,
    /// Events that always come in the end, so that `once` on them is a release.
    #[serde(default)]
    pub ends: Vec<String>,
}

/// Which decorators make a class one of a kind: all, or those with one option and without another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MadeOnce {
    #[serde(default)]
    pub with: Vec<String>,
    #[serde(default)]
    pub without: Vec<String>,
}

/// One event of a type.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EventRow {
    /// Default: `event`. `once`: at most once for each receiver, so as often as the code that registers.
    pub runs: Option<Often>,
    /// Types of the listener's parameters; `""` where unknown.
    #[serde(default)]
    pub params: Vec<String>,
    /// Methods and fields of the receiver that make the event come again when they are called or written once more.
    #[serde(default)]
    pub again: Vec<String>,
    /// A listener that exits the process runs once.
    #[serde(default)]
    pub once_if_exits: bool,
}

/// When what an effect opened is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleanup {
    /// What the function returns is called when it is over.
    Returned,
    /// The function is handed a function that takes what is to be called.
    Parameter,
    /// A call inside the function takes it: `onCleanup(..)`.
    Inside,
}

/// Where a callback stands among the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    First,
    Second,
    Third,
    Last,
    /// Every argument that is a function, also inside arrays.
    All,
    /// What the method is called on: `f.call(x)`.
    Receiver,
}

/// A function that the call runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "these are the words of the grammar")]
pub struct Callback {
    pub at: Which,
    /// Absent: as often as the call itself (`forEach`, `then`, `setTimeout`).
    pub runs: Option<Often>,
    /// Types of its parameters; `""` where unknown.
    #[serde(default)]
    pub params: Vec<String>,
    /// Runs before the call returns.
    #[serde(default)]
    pub sync: bool,
    /// Called exactly once, with the outcome (`fs.readFile(path, callback)`).
    #[serde(default)]
    pub outcome: bool,
    /// A function that declares one parameter more than `params` is handed an error first: `(err, req, res, next)`.
    #[serde(default)]
    pub error_may_lead: bool,
    /// Called only when a promise is fulfilled, or only when it is rejected.
    pub when: Option<When>,
    /// The function of an effect: how it says what is called when it is over.
    pub cleanup: Option<Cleanup>,
    /// Runs when what surrounds it is over: `onUnmounted`.
    #[serde(default)]
    pub at_end: bool,
    /// Found under this key of an options object instead of as the argument itself (`fastify.route({ handler })`).
    #[serde(default)]
    pub keys: Vec<String>,
}

impl Callback {
    /// Type of the parameter `index` of a function that declares `declared` parameters.
    #[must_use]
    pub fn param(&self, index: usize, declared: usize) -> Option<&str> {
        let shift = usize::from(self.error_may_lead && declared > self.params.len());
        let name = self.params.get(index.checked_sub(shift)?)?;
        (!name.is_empty()).then_some(name.as_str())
    }
}

/// Which outcome of a promise a callback is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    Fulfilled,
    Rejected,
}

/// How a `closes` row tells which handle it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Same receiver, event and function: `off(event, fn)`. Without a function: everything of the event.
    Handler,
    /// Everything of one event, or of the receiver when no event is given: `removeAllListeners(event?)`.
    Receiver,
    /// The handle is an argument: `clearInterval(id)`.
    Argument,
    /// The handle is the receiver: `timer.close()`.
    Handle,
}

/// How a whole read hands over what it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivers {
    Return,
    Promise,
    /// Second parameter of the last argument, a Node-style callback.
    Callback,
}

/// Where data ends that only passes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sink {
    Response,
    Hash,
    File,
    Stream,
    Lines,
}

/// Functions that a framework finds by name, place or decorator, and calls again and again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HandlerRow {
    /// Files by the end of their path, without its last extension: `pages/api/**`, `app/**/route`. Default: all.
    #[serde(default)]
    pub files: Vec<String>,
    /// Files that begin with this directive: `use server`.
    pub directive: Option<String>,
    /// Exported names: `GET`, `default`, `actions.*`; `*` is any name.
    #[serde(default)]
    pub exported: Vec<String>,
    /// Names of the first parameters, where the exported name alone does not tell. `|` parts other names for one.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Decorators of methods, from the modules `from` (default: those of the table).
    #[serde(default)]
    pub decorated: Vec<String>,
    #[serde(default)]
    pub from: Vec<String>,
    /// Functions in an object literal under one of these keys: `Query: { user() {} }`.
    #[serde(default)]
    pub under: Vec<String>,
    pub runs: Often,
    /// Each such file is bundled and reloaded by itself: what it makes at its top level is made again each time.
    #[serde(default)]
    pub reloaded: bool,
}

/// What one or several calls do. Exactly one of `function`, `global`, `method`+`of`, `new` says which calls.
/// `promises.x` of a module need not be listed when `<module>/promises` has `x`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "these are the words of the grammar")]
pub struct Row {
    /// Exports of the modules, dotted for members: `readFile`, `promises.readFile`; `default` is the module itself.
    #[serde(default)]
    pub function: Vec<String>,
    /// Global functions: `setInterval`, `AbortSignal.any`.
    #[serde(default)]
    pub global: Vec<String>,
    /// Methods of the type `of`; `any` stands for a receiver of whatever type.
    #[serde(default)]
    pub method: Vec<String>,
    pub of: Option<String>,
    /// A method of this name does the same on most receivers of unknown type: `on`, `removeListener`.
    #[serde(default)]
    pub anywhere: bool,
    /// With fewer arguments the call does something else.
    #[serde(default)]
    pub at_least: usize,
    /// The page that says so, where it is not that of the table.
    pub docs: Option<String>,
    /// Constructors among the exports. (A `type` with `exported` needs no such row unless `new` does more.)
    #[serde(default)]
    pub new: Vec<String>,
    /// Modules when they are not those of the table.
    #[serde(default)]
    pub from: Vec<String>,

    pub opens: Option<What>,
    pub closes: Option<What>,
    pub by: Option<By>,
    /// Ends nothing of its receiver, although its name says so: `process.kill(pid)`.
    #[serde(default)]
    pub ends_nothing: bool,
    /// The argument of a `closes` row that is the function. Default: the one after the event.
    pub handler: Option<Which>,
    /// Options with which what is opened ends by itself.
    #[serde(default)]
    pub ends_itself_with: Vec<String>,
    /// The value made stands for this argument: `$(window)`.
    pub stands_for: Option<Which>,
    /// An event names several, each with its namespaces: `resize.menu scroll.menu`.
    #[serde(default)]
    pub namespaces: bool,
    /// A listener that removes itself after the first event; a timer that fires once.
    #[serde(default)]
    pub once: bool,
    /// A timer that runs only when this method of what is made is called, or `true` says so among the arguments.
    pub started_by: Option<String>,
    /// A timer that fires once when one of its arguments is a `Date`.
    #[serde(default)]
    pub once_at_date: bool,
    /// The same function is kept once, however often it is registered.
    #[serde(default)]
    pub dedupes: bool,
    /// The value returned, when called, removes what was opened.
    #[serde(default)]
    pub returns_remover: bool,
    /// What becomes of a client that is not closed.
    #[serde(default)]
    pub idle: Idle,
    /// A client only when one of these options is given: `keepAlive`, `transports.handleExceptions`.
    #[serde(default)]
    pub only_with: Vec<String>,
    /// No client when one of these options is false: `auth.autoRefreshToken`.
    #[serde(default)]
    pub off_with: Vec<String>,
    /// Type of the value made.
    pub makes: Option<String>,
    /// The value made comes in a promise.
    #[serde(default)]
    pub promised: bool,
    /// The argument that names an event; what the receiver's type says of that event overrides the callback's
    /// `runs` and `params`.
    pub event: Option<Which>,
    #[serde(default)]
    pub callback: Vec<Callback>,
    /// A whole read and how its result is handed over.
    pub reads: Option<Delivers>,
    /// The field of the result that holds the data.
    pub read_field: Option<String>,
    /// Only with this option is it a whole read: `responseType: arraybuffer`.
    pub reads_with: Option<String>,
    /// Data in the argument `data` (default: the first) passes through to this sink.
    pub sinks: Option<Sink>,
    pub data: Option<Which>,
    /// Ties the streams among its arguments together and destroys them when one ends: `pipeline`, `finished`.
    #[serde(default)]
    pub cleans_up: bool,
    /// The streaming call to use instead, for the help of a finding: `createReadStream`.
    pub instead: Option<String>,
    /// What the library keeps because of the call.
    pub keeps: Option<Keeps>,
    /// It keeps nothing of what it is handed, and what it gives back holds nothing of it.
    #[serde(default)]
    pub inert: bool,
    /// The promise that it gives back never rejects: `Promise.allSettled`, a timer.
    #[serde(default)]
    pub never_rejects: bool,
    /// Where values go through the call.
    #[serde(default)]
    pub flows: Vec<FlowRow>,
}
