//! The `package.json` that a file belongs to: which libraries a fix may use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

/// What a project depends on, whatever for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Name and range of versions, as written.
    dependencies: FxHashMap<String, String>,
}

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
        Self { dependencies: ranges.collect() }
    }
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
                found = Some(Arc::new(Package::parse(&text)));
                break;
            }
        }
        self.nearest.extend(passed.into_iter().map(|directory| (directory, found.clone())));
        found
    }
}

/// The text of a file of reasonable size; a pipe or device by that name would never end.
fn read(path: &Path) -> Option<String> {
    const MOST_BYTES: u64 = 4 << 20;
    let about = std::fs::metadata(path).ok()?;
    (about.is_file() && about.len() <= MOST_BYTES).then(|| std::fs::read_to_string(path).ok())?
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
