//! The files of a run as parts of a project: where they are, which packages they belong to.

use std::path::PathBuf;

use crate::config::Options;
use crate::package::Packages;
use crate::program::Location;
use crate::sources::Sources;

/// Where each file is, by its id.
#[must_use]
pub fn locations(sources: &Sources, options: &Options) -> Vec<Location> {
    let mut packages = Packages::default();
    let place = |file: Option<&PathBuf>| match (file, &options.stdin) {
        (Some(file), _) => std::path::absolute(file).ok(),
        (None, Some(stdin)) => Some(options.root.join(&stdin.name)),
        (None, None) => None,
    };
    sources
        .units()
        .map(|source| {
            let path = place(source.file.as_ref());
            let package = path.as_ref().and_then(|path| packages.of(path));
            Location { path, package }
        })
        .collect()
}
