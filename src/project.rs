//! The files of a run as parts of a project: where they are, which packages they belong to.

use crate::package::Packages;
use crate::program::Location;
use crate::sources::Sources;

/// Where each file is, by its id.
#[must_use]
pub fn locations(sources: &Sources) -> Vec<Location> {
    let mut packages = Packages::default();
    sources
        .units()
        .map(|source| {
            let path = source.on_disk().and_then(|file| std::path::absolute(file).ok());
            let package = path.as_ref().and_then(|path| packages.of(path));
            Location { path, package }
        })
        .collect()
}
