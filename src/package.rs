//! The `package.json` that a file belongs to: which libraries a fix may use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

/// What a project depends on, whatever for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Package {
    pub name: Option<String>,
    /// Where its `package.json` is.
    pub directory: PathBuf,
    /// The files by which others enter it, as written: `main`, `module`, `exports`, `bin` and the like.
    pub entries: Vec<String>,
    /// The commands that it installs: `bin`.
    commands: Vec<String>,
    /// The other entries.
    loaded: Vec<String>,
    /// Nobody outside the project installs it.
    pub private: bool,
    /// Name and range of versions, as written.
    dependencies: FxHashMap<String, String>,
}

/// Fields of a `package.json` that name entries (<https://nodejs.org/api/packages.html>, and what bundlers add).
const ENTRY_FIELDS: [&str; 8] = ["main", "module", "browser", "exports", "bin", "types", "typings", "source"];

impl Package {
    /// The lowest major version that a dependency may have; `None` when the project does not depend on it, or on no
    /// version in particular.
    #[must_use]
    pub fn major(&self, name: &str) -> Option<u32> {
        let range = self.dependencies.get(name)?.trim_start_matches(|c: char| !c.is_ascii_digit());
        range.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }

    /// Reads the text of a `package.json`; whatever is not as it should be is not there.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let whole: Value = serde_json::from_str(text).unwrap_or_default();
        let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
        let lists = kinds.iter().filter_map(|kind| whole.get(kind)?.as_object());
        let ranges = lists.flatten().filter_map(|(name, range)| Some((name.clone(), range.as_str()?.to_owned())));
        let mut entries = Vec::new();
        for field in ENTRY_FIELDS.iter().filter_map(|field| whole.get(field)) {
            note_entries(field, &mut entries);
        }
        let (mut commands, mut loaded) = (Vec::new(), Vec::new());
        for name in ENTRY_FIELDS {
            let list = if name == "bin" { &mut commands } else { &mut loaded };
            whole.get(name).into_iter().for_each(|field| note_entries(field, list));
        }
        Self {
            commands,
            loaded,
            name: whole.get("name").and_then(Value::as_str).map(str::to_owned),
            directory: PathBuf::new(),
            entries,
            private: whole.get("private").and_then(Value::as_bool).unwrap_or(false),
            dependencies: ranges.collect(),
        }
    }

    /// Whether a file, by its path below the package, is one that others enter it by. What is built into `dist` is looked
    /// for in the sources that it is built from.
    #[must_use]
    pub fn is_entry(&self, below: &str) -> bool {
        let stem = stem_of(below);
        let own = [Some(stem.clone()), built(&stem)];
        if self.entries.is_empty() {
            return !self.private && own.iter().flatten().any(|path| path == "index");
        }
        self.entries.iter().any(|entry| {
            let entry = stem_of(entry);
            if let Some((folder, _)) = entry.split_once('*') {
                return stem.starts_with(folder)
                    || built(folder).is_some_and(|f| own[1].as_deref().is_some_and(|o| o.starts_with(&f)));
            }
            let theirs = [built(&entry), Some(entry)];
            own.iter().flatten().any(|path| theirs.iter().flatten().any(|entry| entry == path))
        })
    }

    /// Whether a file, by its path below the package, is a command that the package installs, or its source.
    #[must_use]
    pub fn is_command(&self, below: &str) -> bool {
        is_among(&self.commands, below)
    }

    /// Whether the package names a file, by its path below the package, as code that others load, or its source.
    #[must_use]
    pub fn is_loaded(&self, below: &str) -> bool {
        is_among(&self.loaded, below)
    }
}

fn is_among(entries: &[String], below: &str) -> bool {
    let own = stem_of(below);
    let source = own.strip_prefix("src/");
    entries
        .iter()
        .map(|entry| stem_of(entry))
        .any(|entry| entry == own || (source.is_some() && built(&entry).as_deref() == source))
}

/// A path without its first folder: that of the sources, or of what is built from them.
fn built(path: &str) -> Option<String> {
    path.split_once('/').map(|(_, rest)| rest.to_owned())
}

/// All file names below a field of entries.
fn note_entries(value: &Value, entries: &mut Vec<String>) {
    let mut work = vec![value];
    while let Some(value) = work.pop() {
        match value {
            Value::String(path) => entries.push(path.clone()),
            Value::Array(list) => work.extend(list),
            Value::Object(map) => work.extend(map.values()),
            _ => {}
        }
    }
}

/// `./dist/index.d.ts` without what the build adds: `dist/index`. Folders stand for their index.
fn stem_of(path: &str) -> String {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let name = name.split('.').next().unwrap_or(name);
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The packages of a run, each read once.
#[derive(Default)]
pub struct Packages {
    /// By directory.
    nearest: FxHashMap<PathBuf, Option<Arc<Package>>>,
}

impl Packages {
    /// The package in the directory of a file or in the nearest one above.
    pub fn of(&mut self, file: &Path) -> Option<Arc<Package>> {
        let mut passed = Vec::new();
        let mut found = None;
        for directory in file.ancestors().skip(1) {
            if let Some(known) = self.nearest.get(directory) {
                found.clone_from(known);
                break;
            }
            passed.push(directory.to_owned());
            if let Some(text) = read(&directory.join("package.json")) {
                found = Some(Arc::new(Package { directory: directory.to_owned(), ..Package::parse(&text) }));
                break;
            }
        }
        self.nearest.extend(passed.into_iter().map(|directory| (directory, found.clone())));
        found
    }
}

/// The text of a package file of reasonable size.
#[must_use]
pub fn read(path: &Path) -> Option<String> {
    const MOST_BYTES: u64 = 8 << 20;
    crate::source::text(path, MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_lowest_of_the_range() {
        let package = Package::parse(
            r#"{ "dependencies": { "a": "^10.2.0", "b": ">=7 <9", "c": "workspace:*" }, "devDependencies": { "d": "v6" } }"#,
        );
        let majors = ["a", "b", "c", "d", "e"].map(|name| package.major(name));
        assert_eq!(majors, [Some(10), Some(7), None, Some(6), None]);
    }

    #[test]
    fn a_broken_file_says_nothing() {
        assert_eq!(Package::parse("{ dependencies"), Package::default());
        assert_eq!(Package::parse(r#"{ "dependencies": ["a"] }"#), Package::default());
    }
}
