//! What one file does: owned, serialisable facts. The syntax tree is read below this module and nowhere else.

use serde::{Deserialize, Serialize};

pub mod comments;
pub mod containers;
pub mod extract;
pub mod flow;
pub mod functions;
pub mod guards;
pub mod handles;
pub mod imports;
mod interest;
pub mod keys;
pub mod names;
pub mod pipes;
pub mod places;
pub mod promises;
pub mod reader;
pub mod reads;
pub mod runs;

pub use crate::apis::{Delivers, Life, Often, Sink, What};
use crate::finding::{Confidence, Notice, Span};
pub use reads::{FileName, Read, Rewrite};

/// A function of the file; 0 is the module's top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionId(pub u32);
pub const TOP: FunctionId = FunctionId(0);

/// A class, constructor function or object literal whose `this` has fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// A name bound in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BindingId(pub u32);

/// A storage location; see [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlaceId(pub u32);

/// Everything that the linker and the rules know of a file. Spans are bytes of the whole file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FileFacts {
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub bindings: Vec<Binding>,
    /// Interned: equal places have equal ids.
    pub places: Vec<Place>,
    pub calls: Vec<Call>,
    /// `left = right` between places: whatever one holds, the other may hold.
    pub aliases: Vec<(PlaceId, PlaceId)>,
    pub containers: Vec<Container>,
    pub handles: Vec<Handle>,
    pub closes: Vec<Close>,
    pub promises: Vec<Promise>,
    pub reads: Vec<Read>,
    pub pipes: Vec<pipes::Pipe>,
    pub imports: imports::Imports,
    pub directives: Vec<Directive>,
    pub notices: Vec<Notice>,
}

/// How a function comes to run, seen inside the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Use {
    /// Called by name, directly or through its place; also an immediately invoked function.
    Called {
        by: FunctionId,
        at: Span,
        once_guard: bool,
    },
    /// Handed to a known API. `runs` absent: as often as the caller. `api` is the call as written, shortened.
    Callback {
        by: FunctionId,
        at: Span,
        runs: Option<Often>,
        sync: bool,
        api: String,
    },
    /// Handed to a call that is not known.
    UnknownCallback {
        by: FunctionId,
        at: Span,
    },
    /// Anyone may call it: exported, a public method, or stored where others can reach it.
    Exported {
        at: Span,
    },
    Method {
        class: ClassId,
        at: Span,
    },
    /// Stored, returned or put into a data structure; who calls it is not known.
    Escapes {
        by: FunctionId,
        at: Span,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    /// Empty for an anonymous function.
    pub name: String,
    pub parent: FunctionId,
    pub span: Span,
    /// What to point at: the name, or the head of an anonymous function.
    pub head: Span,
    pub kind: FunctionKind,
    pub class: Option<ClassId>,
    pub uses: Vec<Use>,
    /// Bindings of the parameters, `None` for a pattern.
    pub params: Vec<Option<BindingId>>,
    /// Its own signature says what it is: `(req, res)`, an exported `GET` of a route file.
    pub signature: Option<Often>,
    pub is_async: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    Top,
    Plain,
    Arrow,
    Constructor,
    Method,
    /// Initialisers of instance fields: run with the constructor.
    FieldInit,
    /// Initialisers of static fields and static blocks: run once with the class.
    StaticInit,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    pub span: Span,
    pub kind: ClassKind,
    /// Where its instances are made in this file.
    pub made: Vec<(FunctionId, Span)>,
    pub exported: bool,
    /// The class value itself goes where we do not follow (passed on, stored, extended elsewhere).
    pub escapes: bool,
    /// Library types that it extends, as names of rows.
    pub extends: Vec<String>,
    /// Classes of this file that it extends.
    pub parent: Option<ClassId>,
    /// Methods by name.
    pub methods: Vec<(String, FunctionId)>,
    /// Function in which it is declared.
    pub within: FunctionId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassKind {
    Class,
    /// `function Foo() {}` with `Foo.prototype`.
    Constructor,
    /// An object literal with methods: one instance per evaluation of the literal.
    Object,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Binding {
    pub name: String,
    pub declared: Span,
    pub within: FunctionId,
    /// Index among the parameters of `within`; patterns count for all their names.
    pub param: Option<u32>,
    pub exported: bool,
    /// Library type of the value, as the name of a row.
    pub of_type: Option<String>,
    /// Class of this file that the value is an instance of.
    pub of_class: Option<ClassId>,
    pub made: Made,
}

/// Where the value of a binding or field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// `new X()`, a literal, or a call that creates (`create*`, a row that `makes`).
    Here,
    /// The result of some other call.
    Obtained,
    Param,
    Import,
    Unknown,
}

/// A storage location: a root and the fields that lead to it, aliases (`const self = this`) resolved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    pub root: Root,
    pub path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    Binding(BindingId),
    /// An instance of a class of this file.
    This(ClassId),
    /// `this` of a function that belongs to no class we see.
    UnknownThis(FunctionId),
    Global(String),
    /// `import { name } from module`, `require(module).name`; `*` and `default` as in modules.
    Import {
        module: String,
        name: String,
    },
    /// A value that has no name: `new X()` or a call at this offset.
    Value(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    Field(String),
    /// Any entry: `x[k]`, `x.get(k)`.
    Entry,
}

/// A call whose target may be a function of this file or of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    pub by: FunctionId,
    pub at: Span,
    pub target: Target,
    pub args: Vec<Arg>,
    pub once_guard: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Function(FunctionId),
    /// `new` of a class of this file.
    Class(ClassId),
    /// Called through a place: an import, a field, a parameter.
    Place(PlaceId),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    Place(PlaceId),
    Function(FunctionId),
    Key(Domain),
    Other,
}

// ---- containers ----------------------------------------------------------------------------------------------

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Container {
    pub place: PlaceId,
    /// As the user would call it: `cache`, `this.sessions`.
    pub name: String,
    pub kind: ContainerKind,
    pub declared: Span,
    /// Function whose activation creates it; `TOP` for module bindings, the constructor's class decides for fields.
    pub within: FunctionId,
    pub ops: Vec<Op>,
    /// Places where it goes out of our sight.
    pub escapes: Vec<Escape>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContainerKind {
    Dictionary,
    Map,
    Set,
    List,
    Text,
    /// `WeakMap`, `WeakSet`: entries die with their keys.
    Weak,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Escape {
    Exported(Span),
    Returned(Span),
    /// Argument `index` of `calls[call]`.
    Argument {
        call: u32,
        index: u32,
        at: Span,
    },
    Other(Span),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Op {
    pub does: Does,
    pub key: Option<Key>,
    /// What is stored, when it grows.
    pub value: Value,
    pub function: FunctionId,
    pub guard: Guard,
    pub span: Span,
    /// The statement that does it, for fixes that insert a line.
    pub statement: Span,
    /// When that statement does nothing else and stands in a block: the line break and indentation that a further
    /// statement behind it needs.
    pub break_after: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    Grow,
    /// `o[k] = undefined`: the key stays.
    Blank,
    Shrink,
    /// Emptied or replaced as a whole.
    Reset,
    /// Its size is compared with something.
    Bound,
    Read,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Function,
    Promise,
    /// An object that holds a function, timer or resolver.
    Deferred,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    None,
    /// Behind a test that the key is absent: get-or-compute.
    Miss,
    /// Behind a flag or slot that lets it run once.
    Once,
    /// Behind a comparison of the container's size.
    Size,
    /// Behind some other condition.
    Other,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// As written, spaces folded.
    pub text: String,
    pub domain: Domain,
}

/// What values a key can take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Domain {
    /// Literals, booleans, enums, `typeof`, `% n`, loop indexes over literals.
    Finite,
    /// A small vocabulary by its name: `type`, `locale`, ...
    Vocabulary,
    /// New for every call: counters, `Date.now()`, `randomUUID()`.
    Fresh,
    /// An object by identity.
    Object,
    /// Made from these parameters of functions of this file (`path`: the fields read, `req.ip` -> `ip`).
    Params(Vec<ParamPath>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamPath {
    pub function: FunctionId,
    pub index: u32,
    pub path: String,
}

// ---- handles -------------------------------------------------------------------------------------------------

/// Something opened that should be closed: a listener, a timer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one call")]
pub struct Handle {
    pub what: What,
    /// The call as written, shortened: `bus.on('x')`.
    pub api: String,
    pub opened: Span,
    pub statement: Span,
    pub function: FunctionId,
    pub receiver: Option<Receiver>,
    /// Literal event name or normalised text; empty when there is none.
    pub event: String,
    pub handler: Handler,
    pub kept_in: Kept,
    /// Removes itself after the first event, or fires once.
    pub once: bool,
    /// The receiver's documentation says that the event always comes in the end.
    pub sure_to_come: bool,
    /// `{ signal }` was given.
    pub signal: bool,
    pub guard: Guard,
    /// The API is certain: resolved to a row, not guessed by the method's name.
    pub known: bool,
    /// The callback schedules the same timer again, unconditionally.
    pub reschedules: bool,
    /// Milliseconds until a timer fires, when literal.
    pub delay: Option<u32>,
    /// One of the racers of `Promise.race`.
    pub races: bool,
    /// The function that opens it closes it, but not on this way out.
    pub missed: Option<Missed>,
}

/// A way out of a function on which something stays open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    pub way: Span,
    pub why: String,
}

/// On what a listener hangs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    pub place: Option<PlaceId>,
    /// As written.
    pub text: String,
    /// Library type, as the name of a row.
    pub of_type: Option<String>,
    /// An `EventTarget`: the same function is registered once only.
    pub dedupes: bool,
    /// How long it lives, when its type or the field that gives it says so.
    pub life: Option<Life>,
    pub made: Made,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handler {
    None,
    Inline(FunctionId),
    /// Named: resolves to one function or place.
    Place(PlaceId),
    /// `f.bind(x)`, `debounce(f)`: a new function on each evaluation.
    Fresh,
    Other,
}

/// Where the handle (timer id, remover) goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    Dropped,
    Place(PlaceId),
    /// Returned, passed on, put into a collection: someone else may close it.
    Escapes,
}

/// A call that closes something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Close {
    pub what: What,
    pub api: String,
    pub span: Span,
    pub function: FunctionId,
    pub receiver: Option<Receiver>,
    pub event: Option<String>,
    pub handler: Option<Handler>,
    /// The handle that is closed, when it is given as an argument or is the receiver.
    pub handle: Option<PlaceId>,
    /// Nothing is ever assigned to the field that `handle` names.
    pub never_assigned: bool,
}

// ---- promises ------------------------------------------------------------------------------------------------

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Promise {
    pub kind: PromiseKind,
    pub span: Span,
    /// The executor's head, or the `withResolvers` call.
    pub head: Span,
    pub function: FunctionId,
    pub settles: Settles,
    /// Awaited or returned where it is made: its caller hangs.
    pub awaited: bool,
    /// What becomes of it where it is made, and where that is written.
    pub held: Hold,
    pub held_at: Span,
    /// How certain `settles` is.
    pub confidence: Confidence,
    /// A change that settles it, when it is clear.
    pub repair: Option<Repair>,
}

/// What becomes of a promise where it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    Awaited,
    Returned,
    /// Stored or passed on.
    Kept,
    /// Nobody looks at it again.
    Dropped,
    /// Raced with others: one that stays pending does no harm to the race.
    Raced,
    Thrown,
}

/// A change of the text that a finding can offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    pub title: String,
    pub edits: Vec<(Span, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromiseKind {
    Executor,
    WithResolvers,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Settles {
    Always,
    Never,
    /// The resolver goes out of sight; nothing is said.
    Escapes,
    /// Not on this way; the text says which.
    NotOn {
        way: Span,
        why: String,
    },
}

// ---- comments ------------------------------------------------------------------------------------------------

/// `leaklint-ignore` in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    pub span: Span,
    /// The whole file instead of this line and the next.
    pub file: bool,
    /// Rule ids with their own spans; empty: malformed.
    pub rules: Vec<(String, Span)>,
    pub reason: String,
    /// Line of code that it covers: 0-based line of the comment's end and the next.
    pub lines: (u32, u32),
}
