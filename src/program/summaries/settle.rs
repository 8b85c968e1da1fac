//! How often functions run and what they are passed once calls from other files count, to a fixpoint.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::{Arg, ClassId, FunctionId, Made, Often, Root, TOP, Use};
use crate::finding::{FileId, Span};
use crate::program::Unit;
use crate::program::runs;

/// Rounds after which runs that still rise are taken as they are: longer chains of files than anybody has.
const MOST_ROUNDS: usize = 256;

/// Runs of all functions. A file is asked again when one that uses it has changed.
pub fn runs(units: &mut [Unit]) {
    let mut users: Vec<Vec<u32>> = vec![Vec::new(); units.len()];
    let mut dirty: Vec<u32> = Vec::new();
    for (unit, file) in units.iter().zip(0..) {
        let made = unit.joined.made.values().flatten().map(|(by, ..)| *by);
        for by in unit.joined.elsewhere.iter().map(|e| e.file).chain(made) {
            users[by.0 as usize].push(file);
        }
        if !unit.joined.elsewhere.is_empty() || !unit.joined.made.is_empty() {
            dirty.push(file);
        }
    }
    for list in &mut users {
        list.sort_unstable();
        list.dedup();
    }
    for _ in 0..MOST_ROUNDS {
        let mut next = Vec::new();
        for file in dirty {
            let unit = &units[file as usize];
            let of = |file: FileId, function: FunctionId| units[file.0 as usize].runs[function.0 as usize];
            let found = runs::of_file(&unit.facts, &unit.joined, &of);
            let same = found.iter().zip(&unit.runs).all(|(a, b)| (a.often, a.certain) == (b.often, b.certain));
            if !same {
                next.extend(&users[file as usize]);
            }
            units[file as usize].runs = found;
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            break;
        }
        dirty = next;
    }
}

/// When other files make instances of classes.
pub fn made(units: &mut [Unit]) {
    for file in 0..units.len() {
        let once = |(by, function, _): &(FileId, FunctionId, Span)| {
            units[by.0 as usize].runs[function.0 as usize].often == Often::Once
        };
        let short = |(by, function, _): &(FileId, FunctionId, Span)| {
            units[by.0 as usize].runs[function.0 as usize].often >= Often::Event
        };
        let made = &units[file].joined.made;
        let once = made.iter().filter(|(_, makers)| makers.iter().all(once)).map(|(class, _)| *class).collect();
        let short = made.iter().filter(|(_, makers)| makers.iter().all(short)).map(|(class, _)| *class).collect();
        let joined = &mut units[file].joined;
        (joined.made_once, joined.made_short) = (once, short);
    }
}

/// What other files pass to functions. Two rounds: who passes on what it was passed itself is asked a second time.
pub fn passed(units: &mut [Unit]) {
    for _ in 0..2 {
        for file in 0..units.len() {
            let (mut sources, mut lasting) = (Vec::new(), Vec::new());
            let mut passed: Vec<_> = units[file].joined.passed.iter().collect();
            passed.sort_unstable_by_key(|(parameter, _)| **parameter);
            for (parameter, args) in passed {
                for (by, arg) in args {
                    let user = &units[by.0 as usize];
                    sources.push((*parameter, user.source_of(&user.domain_of(arg))));
                    lasting.extend(lasting_name(units, *by, arg).map(|name| (*parameter, name)));
                }
            }
            let joined = &mut units[file].joined;
            for (parameter, source) in sources {
                let known = joined.sources.entry(parameter).or_insert(source);
                *known = (*known).max(source);
            }
            lasting.sort();
            joined.lasting.extend(lasting);
        }
    }
}

/// Methods that end the instances of a class that only known files make, and that no file mentions.
pub fn ends(units: &mut [Unit], aside: &[bool]) {
    // What other packages ask of their own instances has the same name only.
    let home = |unit: &Unit| unit.package.as_ref().map(|package| package.directory.clone());
    let mut asked: FxHashMap<Option<PathBuf>, FxHashSet<String>> = FxHashMap::default();
    for (unit, _) in units.iter().zip(aside).filter(|(_, aside)| !**aside) {
        asked.entry(home(unit)).or_default().extend(unit.facts.links.ends.iter().cloned());
    }
    let homes: Vec<Option<PathBuf>> = units.iter().map(home).collect();
    for unit in units {
        let made = &unit.joined.made;
        let classes = unit.facts.classes.iter().zip(0..).map(|(class, id)| (class, ClassId(id)));
        let known = classes.filter(|(class, id)| {
            made.contains_key(id)
                && !class.exported
                && !class.escapes
                && !unit.joined.loose.contains(id)
                && class.extends.is_empty()
                && class.parent.is_none()
        });
        let mut found = Vec::new();
        for (class, id) in known {
            let makers = made[&id].iter().map(|(by, ..)| &homes[by.0 as usize]).chain([&homes[unit.id.0 as usize]]);
            let asked: Vec<&FxHashSet<String>> = makers.filter_map(|home| asked.get(home)).collect();
            for (name, function) in &class.methods {
                let uses = &unit.facts.functions[function.0 as usize].uses;
                let alone = uses.iter().all(|used| matches!(used, Use::Method { .. }));
                if ENDS.contains(&name.as_str()) && !asked.iter().any(|names| names.contains(name)) && alone {
                    found.push((id, *function));
                }
            }
        }
        unit.joined.uncalled_ends = found;
    }
}

/// End methods that are called by whoever owns the instance; the others are hooks of frameworks.
const ENDS: [&str; 16] = [
    "cleanup",
    "dispose",
    "destroy",
    "close",
    "stop",
    "end",
    "shutdown",
    "disconnect",
    "teardown",
    "detach",
    "terminate",
    "release",
    "unsubscribe",
    "deactivate",
    "uninstall",
    "quit",
];

/// Which imported collections nothing relieves where they come from, or anywhere else.
pub fn imported(units: &mut [Unit]) {
    for file in 0..units.len() {
        let unit = &units[file];
        let foreign = unit.facts.containers.iter().filter(|c| matches!(unit.place(c.place).root, Root::Import { .. }));
        let found = foreign.filter_map(|container| {
            let (home, place) = unit.joined.origins.get(&container.place)?;
            let home = &units[home.0 as usize];
            let original = home.facts.containers.iter().find(|c| c.place == *place)?;
            home.only_grows(original).then_some((container.place, (home.id, original.declared)))
        });
        let found = found.collect();
        units[file].joined.imported = found;
    }
}

/// The name of a value that lives as long as a module, if that is what a file passes.
fn lasting_name(units: &[Unit], by: FileId, arg: &Arg) -> Option<String> {
    let Arg::Place(place) = arg else { return None };
    let (home, place) = units[by.0 as usize].joined.origins.get(place).copied().unwrap_or((by, *place));
    let unit = &units[home.0 as usize];
    let Root::Binding(binding) = unit.place(place).root else { return None };
    let binding = &unit.facts.bindings[binding.0 as usize];
    (binding.within == TOP && matches!(binding.made, Made::Here)).then(|| binding.name.clone())
}
