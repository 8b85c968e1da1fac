//! Which exports only known code can reach.

use rustc_hash::{FxHashMap, FxHashSet};

use super::targets::Targets;
use super::{Joined, Surroundings};
use crate::facts::links::ENTRY;
use crate::facts::{ClassId, FunctionId, Gift, PlaceId, Takes, Use};
use crate::finding::FileId;
use crate::program::Unit;

/// Open paths of one file that are told apart.
const MOST_OPEN: usize = 256;

/// The exports that code out of our sight can reach: paths by file. Nobody knows what happens to what lies behind an open
/// path, and an empty path opens the whole file.
pub struct Doors {
    open: FxHashMap<FileId, Vec<Vec<String>>>,
}

impl Doors {
    pub fn find(targets: &Targets<'_>, around: &Surroundings<'_>) -> Self {
        let mut doors = Self { open: FxHashMap::default() };
        let mut imported = vec![false; targets.units.len()];
        let mut work = Vec::new();
        for (unit, from) in targets.units.iter().zip(0..) {
            if around.aside[from as usize] {
                continue;
            }
            let links = &unit.facts.links;
            let passed_on =
                links.given.iter().filter_map(|g| if let Gift::Module(m, _) = g.gift { Some(m) } else { None });
            let used = links.taken.iter().map(|taken| taken.module).chain(passed_on).chain(links.stars.iter().copied());
            for module in used {
                if let Some(file) = targets.module(FileId(from), module) {
                    imported[file.0 as usize] = true;
                }
            }
            for taken in &links.taken {
                let Some(file) = targets.module(FileId(from), taken.module) else { continue };
                let entry = taken.path.iter().position(|step| step == ENTRY);
                match (entry, &taken.does) {
                    // `handlers[name]()`: any of them.
                    (Some(at), _) => work.push((file, taken.path[..at].to_vec())),
                    (None, Takes::Lets) => work.push((file, taken.path.clone())),
                    _ => {}
                }
            }
        }
        for (file, imported) in (0..).zip(imported) {
            if around.outer[file as usize] || !imported {
                work.push((FileId(file), Vec::new()));
            }
        }
        while let Some(door) = work.pop() {
            doors.unlock(targets, door, &mut work);
        }
        doors
    }

    /// What lies behind an open path is open, in other files too.
    fn unlock(
        &mut self,
        targets: &Targets<'_>,
        (file, path): (FileId, Vec<String>),
        work: &mut Vec<(FileId, Vec<String>)>,
    ) {
        let known = self.open.entry(file).or_default();
        // Of a file with so many open paths, all is open.
        let path = if known.len() > MOST_OPEN { Vec::new() } else { path };
        if known.iter().any(|open| path.starts_with(open)) {
            return;
        }
        let links = &targets.units[file.0 as usize].facts.links;
        for given in &links.given {
            let Gift::Module(module, inner) = &given.gift else { continue };
            let Some(next) = targets.module(file, *module) else { continue };
            if given.path.starts_with(&path) {
                work.push((next, inner.clone()));
            } else if let Some(rest) = path.strip_prefix(given.path.as_slice()) {
                work.push((next, inner.iter().chain(rest).cloned().collect()));
            }
        }
        if path.first().is_none_or(|first| first != "default") {
            let stars = links.stars.iter().filter_map(|star| targets.module(file, *star));
            work.extend(stars.map(|next| (next, path.clone())));
        }
        self.open.entry(file).or_default().push(path);
    }

    /// Whether code out of our sight may reach what is exported by this path.
    fn is_open(&self, file: FileId, path: &[String]) -> bool {
        let open = self.open.get(&file).map_or(&[][..], Vec::as_slice);
        open.iter().any(|open| path.starts_with(open) && (open.is_empty() || path.len() > open.len()))
    }

    /// What of a file only known code can reach.
    pub fn closing(&self, file: FileId, unit: &Unit, joined: &Joined) -> Closing {
        let mut closing = Closing::default();
        let given = &unit.facts.links.given;
        // What has several names is as open as any of them.
        let open: FxHashSet<&Gift> = given.iter().filter(|g| self.is_open(file, &g.path)).map(|g| &g.gift).collect();
        let used: FxHashSet<FunctionId> = joined.elsewhere.iter().map(|e| e.function).collect();
        for gift in given.iter().map(|g| &g.gift).filter(|gift| !open.contains(gift)) {
            match gift {
                Gift::Function(function) => {
                    let exported = |u: &Use| matches!(u, Use::Exported { .. });
                    if used.contains(function) {
                        closing.functions.push(*function);
                    } else if unit.facts.functions[function.0 as usize].uses.iter().all(exported) {
                        closing.uncalled.push(*function);
                    }
                }
                Gift::Class(class) => {
                    if joined.made.contains_key(class) && !joined.loose.contains(class) {
                        closing.classes.push(*class);
                    }
                }
                Gift::Place(place) => closing.places.push(*place),
                Gift::Instance(_) | Gift::Delay(_) | Gift::Module(..) => {}
            }
        }
        closing
    }
}

/// What of a file is closed to all but known users.
#[derive(Debug, Default)]
pub struct Closing {
    functions: Vec<FunctionId>,
    uncalled: Vec<FunctionId>,
    classes: Vec<ClassId>,
    places: Vec<PlaceId>,
}

impl Closing {
    /// Puts known users in the place of unknown ones.
    pub fn apply(self, unit: &mut Unit, mut joined: Joined) {
        let functions = &mut unit.facts.functions;
        for function in self.functions {
            functions[function.0 as usize].uses.retain(|used| !matches!(used, Use::Exported { .. }));
        }
        for class in self.classes {
            unit.facts.classes[class.0 as usize].exported = false;
        }
        for (elsewhere, index) in joined.elsewhere.iter().zip(0..) {
            functions[elsewhere.function.0 as usize].uses.push(Use::Elsewhere(index));
        }
        joined.closed = self.places.into_iter().collect();
        joined.uncalled = self.uncalled.into_iter().collect();
        unit.joined = joined;
    }
}
