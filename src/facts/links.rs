//! What a file gives to others and takes from them, so that the linker can join what stands in several files.

mod bases;
mod given;
mod taken;

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, peel};
use super::{Arg, ClassId, END_METHODS, FunctionId, Guard, Often, PlaceId, TOP};
use crate::finding::Span;

/// The step from a class to one of its instances in the path of a [`Given`] or [`Taken`]; no name looks like it.
pub const INSTANCE: &str = "new()";
/// The step to some entry: `handlers[name]`.
pub const ENTRY: &str = "[]";

/// What a file gives to other files, and what it does with what it takes from them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Links {
    /// Specifiers of modules, as written, whose values are used or passed on. Types do not count.
    pub modules: Vec<String>,
    pub given: Vec<Given>,
    /// `export * from`, by index of `modules`.
    pub stars: Vec<u32>,
    pub taken: Vec<Taken>,
    /// Names of end methods that are asked of anything but `this`.
    pub ends: Vec<String>,
}

/// One export. A path of no steps is what `module.exports` was set to; `default` is a name like any other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    pub path: Vec<String>,
    pub gift: Gift,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Gift {
    Function(FunctionId),
    Class(ClassId),
    /// An instance that is made where it is exported, or an object literal with methods.
    Instance(ClassId),
    Place(PlaceId),
    /// A function whose promise is settled by a timer that nobody can stop: `promisify(setTimeout)`, and where it is made.
    Delay(Span),
    /// Of another module: the index of that, and the path in it.
    Module(u32, Vec<String>),
}

/// One thing that is done with what comes from another module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// Index of [`Links::modules`].
    pub module: u32,
    pub path: Vec<String>,
    pub by: FunctionId,
    pub at: Span,
    pub does: Takes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Takes {
    Calls {
        guard: Guard,
        args: Vec<Arg>,
        /// One of the racers of a `Promise.race`.
        races: bool,
    },
    /// `new`
    Makes(Vec<Arg>),
    /// Handed to a known API, as in [`Use::Callback`](super::Use::Callback).
    Hands {
        runs: Option<Often>,
        sync: bool,
        api: String,
    },
    Extends(ClassId),
    /// Assigned to, or an entry of it.
    Writes,
    /// `delete x[k]`.
    Deletes,
    /// It goes where we do not follow.
    Lets,
}

impl Reader<'_, '_> {
    /// Reads what the file takes from others and gives to them.
    pub fn note_links(&mut self) {
        self.note_taken();
        self.note_given();
        if !self.facts.links.taken.is_empty() {
            self.note_asked_ends();
        }
    }

    /// `recipient.cleanup()`, `recipients.map((r) => r.cleanup)`
    fn note_asked_ends(&mut self) {
        let mut ends = Vec::new();
        for node in self.nodes.iter() {
            if let AstKind::StaticMemberExpression(m) = node.kind()
                && END_METHODS.contains(&m.property.name.as_str())
                && !matches!(peel(&m.object), Expression::ThisExpression(_))
            {
                ends.push(m.property.name.to_string());
            }
        }
        ends.sort_unstable();
        ends.dedup();
        self.facts.links.ends = ends;
    }
}

impl Taken {
    /// Whether it concerns an instance that a function of this file makes each time.
    #[must_use]
    pub fn is_of_passing_instance(&self, links: &Links) -> bool {
        let Some(at) = self.path.iter().position(|step| step == INSTANCE) else { return false };
        let class = &self.path[..at];
        let same = |other: &&Self| other.module == self.module && other.path == class;
        let mut makers = links.taken.iter().filter(same).filter(|t| matches!(t.does, Takes::Makes(_)));
        makers.any(|maker| maker.by != TOP)
    }
}

impl Links {
    /// Whether anything can come of them for a file that holds no candidate itself.
    #[must_use]
    pub fn matter(&self) -> bool {
        let counts = |given: &Given| matches!(given.gift, Gift::Module(..) | Gift::Place(_) | Gift::Delay(_));
        !self.taken.is_empty() || !self.stars.is_empty() || self.given.iter().any(counts)
    }

    /// The index of a module, which is added when it is new.
    pub(super) fn module(&mut self, specifier: &str) -> u32 {
        let known = self.modules.iter().position(|m| m == specifier);
        let index = known.unwrap_or_else(|| {
            self.modules.push(specifier.to_owned());
            self.modules.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}
