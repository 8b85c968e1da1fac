//! The part of the grammar that says what a library keeps because of a call, and which options bound it.

use serde::{Deserialize, Serialize};

use super::row::{What, Which};

/// What a call has to do with something that a library keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Makes what keeps: a cache, a queue, a memoized function.
    #[default]
    Holds,
    /// Puts one more thing into it.
    Adds,
    /// Takes things out of it.
    Removes,
}

/// What does it: the call itself, or a call of its result (`const end = histogram.startTimer(); end(labels)`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Through {
    #[default]
    Call,
    Result,
    Both,
    /// `app.register(plugin, options)`: the call that hands over the plugin.
    Registered,
}

/// Something that a library keeps because of a call: `keeps = { what = "cache", options = "first", .. }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "these are the words of the grammar")]
pub struct Keeps {
    pub what: What,
    #[serde(default)]
    pub part: Part,
    #[serde(default)]
    pub through: Through,
    /// With fewer arguments the call does something else: `mongoose.model(name)` only looks up.
    #[serde(default)]
    pub at_least: usize,

    /// The argument that is the object of options.
    pub options: Option<Which>,
    /// A name in front moves the options by one: `add(data, options)`, `add(name, data, options)`.
    #[serde(default)]
    pub name_may_lead: bool,
    /// Options that bound how much is kept, dotted for nested ones. One of them is enough.
    #[serde(default)]
    pub bounded_by: Vec<String>,
    /// Options that say after which time something is taken out. One of them is enough.
    #[serde(default)]
    pub expires_by: Vec<String>,
    /// Options whose function weighs an entry: where that is its length in bytes, the bound counts bytes.
    #[serde(default)]
    pub weighed_by: Vec<String>,
    /// Bounded unless an option says otherwise.
    #[serde(default)]
    pub bounded: bool,
    /// A value that is no object in the place of the options is the bound.
    #[serde(default)]
    pub positional_bound: bool,
    /// Options that switch the keeping off when false.
    #[serde(default)]
    pub off_with: Vec<String>,
    /// Options without which nothing is kept.
    #[serde(default)]
    pub only_with: Vec<String>,
    /// The option to write into a fix: `max: 1000`.
    pub fix: Option<String>,

    /// The argument that names what is kept, once for each of its values.
    pub keyed_by: Option<Which>,
    /// The values of the object in this argument name it.
    pub keyed_by_values_of: Option<Which>,
    /// These options name it.
    #[serde(default)]
    pub keyed_by_options: Vec<String>,
    /// What names it is compared by identity: the same text made anew is another key.
    #[serde(default)]
    pub by_identity: bool,
    /// The first argument is a function: the parameters that it takes up to this number name what is kept.
    pub memoizes: Option<usize>,
    /// The result serves again: whoever keeps it or returns it need not call a second time.
    #[serde(default)]
    pub reusable: bool,
    /// Calls of these names with the same label, or without one, take it out again: `timeEnd` of `time`.
    #[serde(default)]
    pub undone_by: Vec<String>,
}

/// The kinds of things that `keeps` speaks of.
pub const KEPT: [What; 6] = [What::Body, What::Cache, What::Sessions, What::Jobs, What::Label, What::Compiled];
