//! The files of the house, for tests that walk it.

#![allow(dead_code, reason = "no test uses all of it")]

use std::path::{Path, PathBuf};

/// The top of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files and folders in `folder`, sorted; only those with this extension unless it is empty.
pub fn entries(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(listing) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = listing.filter_map(|entry| Some(entry.ok()?.path())).collect();
    found.retain(|path| extension.is_empty() || path.extension().is_some_and(|e| e == extension));
    found.sort();
    found
}

/// The last part of the path.
#[allow(dead_code, reason = "not every test names files")]
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The path as seen from the top, with `/`.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
