//! From what one file takes to what another gives: names followed through re-exports and barrels.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::links::{ENTRY, INSTANCE};
use crate::facts::{ClassId, FunctionId, Gift, PlaceId, Root, Step, Taken, Takes};
use crate::finding::{FileId, Span};
use crate::program::Unit;

/// Files that a name is followed through before giving up.
const MOST_HOPS: usize = 64;

/// What is meant in the file that gives it.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Function(FunctionId),
    Class(ClassId),
    /// A function whose promise waits for a timer that nobody can stop.
    Delay(Span),
    /// A location: what it hangs on, and the way there.
    Place(Root, Vec<Step>),
}

/// What a name may mean, and where to look further.
struct Search {
    found: Vec<(FileId, Target)>,
    work: Vec<(FileId, Vec<String>)>,
}

/// Looks up names across files.
pub struct Targets<'u> {
    pub units: &'u [Unit],
    pub modules: &'u [Vec<Option<FileId>>],
    /// Indexes of the exports of a file by the first step of their path, `""` when there is none.
    first: Vec<FxHashMap<&'u str, Vec<u32>>>,
}

impl<'u> Targets<'u> {
    pub fn new(units: &'u [Unit], modules: &'u [Vec<Option<FileId>>]) -> Self {
        let index = |unit: &'u Unit| {
            let mut first: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
            for (given, nth) in unit.facts.links.given.iter().zip(0..) {
                first.entry(given.path.first().map_or("", String::as_str)).or_default().push(nth);
            }
            first
        };
        Self { units, modules, first: units.iter().map(index).collect() }
    }

    /// What a file means by one of its modules.
    pub fn module(&self, file: FileId, module: u32) -> Option<FileId> {
        self.modules[file.0 as usize].get(module as usize).copied().flatten()
    }

    /// What a use concerns: mostly one thing, or a function that is a class as well.
    pub fn of_taken(&self, from: FileId, taken: &Taken) -> Vec<(FileId, Target)> {
        self.module(from, taken.module).map_or_else(Vec::new, |file| self.of_path(file, &taken.path))
    }

    /// What a path means in a file or in those that it re-exports.
    pub fn of_path(&self, file: FileId, path: &[String]) -> Vec<(FileId, Target)> {
        let mut seen = FxHashSet::default();
        let mut search = Search { found: Vec::new(), work: vec![(file, path.to_vec())] };
        while let Some((file, path)) = search.work.pop() {
            if seen.len() >= MOST_HOPS || !seen.insert((file, path.clone())) {
                continue;
            }
            if self.step(file, &path, &mut search) {
                continue;
            }
            // `import x from './commonjs'` is what `module.exports` was set to.
            if path.first().is_some_and(|first| first == "default") {
                search.work.push((file, path[1..].to_vec()));
            } else if !path.is_empty() {
                let stars = &self.units[file.0 as usize].facts.links.stars;
                search.work.extend(stars.iter().filter_map(|star| Some((self.module(file, *star)?, path.clone()))));
            }
        }
        search.found
    }

    /// The exports of one file that a path begins with; whether there are any.
    fn step(&self, file: FileId, path: &[String], search: &mut Search) -> bool {
        let first = &self.first[file.0 as usize];
        let named = path.first().and_then(|name| first.get(name.as_str())).into_iter().flatten();
        let given = &self.units[file.0 as usize].facts.links.given;
        let mut met = false;
        for index in named.chain(first.get("").into_iter().flatten()) {
            let given = &given[*index as usize];
            let Some(rest) = path.strip_prefix(given.path.as_slice()) else { continue };
            if let Gift::Module(module, inner) = &given.gift {
                met = true;
                let whole = inner.iter().chain(rest).cloned().collect();
                search.work.extend(self.module(file, *module).map(|next| (next, whole)));
            } else if let Some(target) = self.target(file, &given.gift, rest) {
                met = true;
                search.found.push((file, target));
            }
        }
        met
    }

    fn target(&self, file: FileId, gift: &Gift, rest: &[String]) -> Option<Target> {
        match gift {
            Gift::Function(function) => rest.is_empty().then_some(Target::Function(*function)),
            Gift::Class(class) => match rest.split_first() {
                None => Some(Target::Class(*class)),
                Some((step, rest)) if step == INSTANCE => self.member(file, *class, rest),
                Some(_) => None,
            },
            Gift::Instance(class) => self.member(file, *class, rest),
            Gift::Place(place) => {
                let place = self.units[file.0 as usize].place(*place);
                let path = place.path.iter().cloned().chain(rest.iter().map(step)).collect();
                Some(Target::Place(place.root.clone(), path))
            }
            Gift::Delay(span) => rest.is_empty().then_some(Target::Delay(*span)),
            Gift::Module(..) => None,
        }
    }

    fn member(&self, file: FileId, class: ClassId, rest: &[String]) -> Option<Target> {
        let unit = &self.units[file.0 as usize];
        if let [name] = rest {
            let mut at = Some(class);
            for _ in 0..16 {
                let Some(class) = at.map(|c| &unit.facts.classes[c.0 as usize]) else { break };
                if let Some((_, function)) = class.methods.iter().find(|(method, _)| method == name) {
                    return Some(Target::Function(*function));
                }
                at = class.parent;
            }
        }
        (!rest.is_empty()).then(|| Target::Place(Root::This(class), rest.iter().map(step).collect()))
    }

    /// Racers that other files make with timers, by the index of the call.
    pub fn raced_delays(&self, file: FileId, unit: &Unit) -> Vec<(usize, FileId, Span)> {
        let calls = unit.facts.links.taken.iter().enumerate();
        let racers = calls.filter(|(_, taken)| matches!(taken.does, Takes::Calls { races: true, .. }));
        let delay = |(index, taken)| {
            let mut meant = self.of_taken(file, taken).into_iter();
            meant.find_map(|(home, target)| if let Target::Delay(at) = target { Some((index, home, at)) } else { None })
        };
        racers.filter_map(delay).collect()
    }

    /// What the imported places of a file are in the files that they come from.
    pub fn origins(&self, file: FileId, unit: &Unit) -> FxHashMap<PlaceId, (FileId, PlaceId)> {
        let mut origins = FxHashMap::default();
        for (place, id) in unit.facts.places.iter().zip(0..) {
            let Root::Import { module, name } = &place.root else { continue };
            let known = unit.facts.links.modules.iter().position(|m| m == module);
            let Some(home) = known.and_then(|index| self.module(file, u32::try_from(index).ok()?)) else { continue };
            let name = (name != "*").then(|| name.clone());
            let path: Vec<String> = name.into_iter().chain(place.path.iter().map(name_of)).collect();
            let found = self.of_path(home, &path).into_iter().find_map(|(home, target)| {
                let Target::Place(root, path) = target else { return None };
                let places = &self.units[home.0 as usize].facts.places;
                let at = places.iter().position(|p| p.root == root && p.path == path)?;
                Some((home, PlaceId(u32::try_from(at).ok()?)))
            });
            origins.extend(found.map(|origin| (PlaceId(id), origin)));
        }
        origins
    }
}

fn step(name: &String) -> Step {
    if name == ENTRY { Step::Entry } else { Step::Field(name.clone()) }
}

fn name_of(step: &Step) -> String {
    match step {
        Step::Field(name) => name.clone(),
        Step::Entry => ENTRY.to_owned(),
    }
}
