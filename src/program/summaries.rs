//! What files do to each other: uses of functions, classes and collections joined across files, runs to a fixpoint.

mod doors;
mod settle;
mod targets;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Unit;
use super::inputs::Source;
use crate::facts::{Arg, ClassId, FunctionId, PlaceId, Root, Step, Taken, Takes, Use};
use crate::finding::{FileId, Span};
use doors::Doors;
use targets::{Target, Targets};

/// What linking added to a file.
#[derive(Debug, Default)]
pub struct Joined {
    /// Uses of its functions by other files: see [`Use::Elsewhere`].
    pub elsewhere: Vec<Elsewhere>,
    /// Where other files make instances of its classes.
    pub made: FxHashMap<ClassId, Vec<(FileId, FunctionId, Span)>>,
    /// Of these classes, those that other files make instances of at start-up only.
    pub made_once: FxHashSet<ClassId>,
    /// Those that files make instances of for one event or request, and nowhere else.
    pub made_short: FxHashSet<ClassId>,
    /// Classes that are handed on, or extended, by other files.
    pub loose: FxHashSet<ClassId>,
    /// What other files do to its collections, by the place of the collection.
    pub strokes: FxHashMap<PlaceId, Vec<Stroke>>,
    /// Exported collections of which all users are known.
    pub closed: FxHashSet<PlaceId>,
    /// Calls, by index, that race a promise whose timer nobody can stop, and where that is made.
    pub delays: Vec<(usize, FileId, Span)>,
    /// What its imported places are where they come from.
    pub origins: FxHashMap<PlaceId, (FileId, PlaceId)>,
    /// Imported collections that grow for good as far as all other files go: where they are declared.
    pub imported: FxHashMap<PlaceId, (FileId, Span)>,
    /// What other files pass to its functions, by function and index of the parameter.
    pub passed: FxHashMap<(FunctionId, u32), Vec<(FileId, Arg)>>,
    /// The same as far as keys are concerned.
    pub sources: FxHashMap<(FunctionId, u32), Source>,
    /// Names of long-lived values that other files pass to its functions.
    pub lasting: FxHashMap<(FunctionId, u32), String>,
    /// Methods that subclasses in other files override.
    pub overridden: FxHashSet<(ClassId, String)>,
    /// Methods that end instances, which nothing in the program calls.
    pub uncalled_ends: Vec<(ClassId, FunctionId)>,
    /// Functions that others could call: all of them are known, and nobody does.
    pub uncalled: FxHashSet<FunctionId>,
}

/// A use of a function by another file.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The function that is used.
    pub function: FunctionId,
    /// Who uses it.
    pub file: FileId,
    /// How, in terms of that file.
    pub used: Use,
}

/// One thing that another file does to a collection.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    pub file: FileId,
    pub by: FunctionId,
    pub at: Span,
    pub does: Struck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Struck {
    Grows,
    Shrinks,
    Escapes,
}

/// What is known of the files of a program besides their facts, by [`FileId`].
pub struct Surroundings<'a> {
    /// What each of a file's modules is.
    pub modules: &'a [Vec<Option<FileId>>],
    /// Code out of our sight can reach what the file exports.
    pub outer: &'a [bool],
    /// What the file does is done in tests and demos only.
    pub aside: &'a [bool],
}

/// Joins the files of a program.
pub fn join(units: &mut [Unit], around: &Surroundings<'_>) {
    let mut joined: Vec<Joined> = units.iter().map(|_| Joined::default()).collect();
    let targets = Targets::new(units, around.modules);
    let doors = Doors::find(&targets, around);
    for (unit, from) in units.iter().zip(0..) {
        if around.aside[from as usize] {
            continue;
        }
        for taken in &unit.facts.links.taken {
            // A method of an instance that lives no longer than the call says nothing of how much that instance takes.
            if taken.is_of_passing_instance(&unit.facts.links) {
                continue;
            }
            for (file, target) in targets.of_taken(FileId(from), taken) {
                let user = User { file: FileId(from), unit, taken };
                user.note(&units[file.0 as usize], &mut joined[file.0 as usize], &target);
            }
        }
    }
    for (own, (file, unit)) in joined.iter_mut().zip((0..).zip(units.iter())) {
        own.origins = targets.origins(FileId(file), unit);
        if !around.aside[file as usize] {
            own.delays = targets.raced_delays(FileId(file), unit);
        }
    }
    let closings: Vec<doors::Closing> =
        units.iter().zip(&joined).zip(0..).map(|((unit, own), file)| doors.closing(FileId(file), unit, own)).collect();
    drop(targets);
    for ((unit, own), closing) in units.iter_mut().zip(joined).zip(closings) {
        closing.apply(unit, own);
    }
    settle::runs(units);
    settle::made(units);
    settle::passed(units);
    settle::imported(units);
    settle::ends(units, around.aside);
}

/// One use of something that another file gives.
struct User<'u> {
    file: FileId,
    unit: &'u Unit,
    taken: &'u Taken,
}

impl User<'_> {
    /// Takes note of the use in the file that it concerns.
    fn note(&self, unit: &Unit, joined: &mut Joined, target: &Target) {
        match target {
            Target::Function(function) => self.note_function(joined, *function),
            Target::Class(class) => self.note_class(unit, joined, *class),
            Target::Place(root, path) => self.note_place(unit, joined, (root, path)),
            Target::Delay(_) => {}
        }
    }

    fn note_function(&self, joined: &mut Joined, function: FunctionId) {
        let (by, at) = (self.taken.by, self.taken.at);
        let used = match &self.taken.does {
            Takes::Calls { guard, args, .. } => {
                self.note_passed(joined, function, args);
                Use::Called { by, at, guard: *guard }
            }
            Takes::Makes(_) => Use::Called { by, at, guard: crate::facts::Guard::None },
            Takes::Hands { runs, sync, api } => Use::Callback { by, at, runs: *runs, sync: *sync, api: api.clone() },
            Takes::Extends(_) | Takes::Writes | Takes::Deletes | Takes::Lets => Use::Escapes { by, at },
        };
        joined.elsewhere.push(Elsewhere { function, file: self.file, used });
    }

    fn note_passed(&self, joined: &mut Joined, function: FunctionId, args: &[Arg]) {
        for (index, arg) in (0..).zip(args) {
            joined.passed.entry((function, index)).or_default().push((self.file, arg.clone()));
        }
    }

    fn note_class(&self, unit: &Unit, joined: &mut Joined, class: ClassId) {
        match &self.taken.does {
            Takes::Makes(args) => {
                joined.made.entry(class).or_default().push((self.file, self.taken.by, self.taken.at));
                if let Some(constructor) = unit.facts.constructor_of(class) {
                    self.note_passed(joined, constructor, args);
                }
            }
            Takes::Extends(below) => {
                joined.loose.insert(class);
                let below = &self.unit.facts.classes[below.0 as usize];
                let own = &unit.facts.classes[class.0 as usize].methods;
                let again = below.methods.iter().filter(|(name, _)| own.iter().any(|(n, _)| n == name));
                joined.overridden.extend(again.map(|(name, _)| (class, name.clone())));
            }
            Takes::Calls { .. } => {}
            _ => {
                joined.loose.insert(class);
            }
        }
    }

    /// The collection may be the place itself or one of its fields, and what is done the last step of the path.
    fn note_place(&self, unit: &Unit, joined: &mut Joined, (root, path): (&Root, &[Step])) {
        for container in &unit.facts.containers {
            let place = unit.place(container.place);
            if place.root != *root {
                continue;
            }
            let does = match path.strip_prefix(place.path.as_slice()) {
                Some(rest) => self.stroke(rest),
                // What holds the collection is handed on.
                None => (self.taken.does == Takes::Lets && place.path.starts_with(path)).then_some(Struck::Escapes),
            };
            if let Some(does) = does {
                let stroke = Stroke { file: self.file, by: self.taken.by, at: self.taken.at, does };
                joined.strokes.entry(container.place).or_default().push(stroke);
            }
        }
    }

    /// What is done to a collection by way of `rest` of the path behind it.
    fn stroke(&self, rest: &[Step]) -> Option<Struck> {
        let method = |name: &str| match name {
            "set" | "add" | "push" | "unshift" => Some(Struck::Grows),
            "delete" | "clear" | "pop" | "shift" | "splice" | "length" | "size" => Some(Struck::Shrinks),
            _ => None,
        };
        match (rest, &self.taken.does) {
            ([], Takes::Lets | Takes::Hands { .. }) => Some(Struck::Escapes),
            ([Step::Field(name)], Takes::Calls { .. } | Takes::Writes) => method(name),
            ([Step::Entry], Takes::Writes) => Some(Struck::Grows),
            ([], Takes::Writes) | (_, Takes::Deletes) => Some(Struck::Shrinks),
            _ => None,
        }
    }
}
