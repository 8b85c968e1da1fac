//! The file system as resolving sees it: a folder that is asked often is listed once, and answers from its list.

use std::ffi::OsString;
use std::fs::FileType;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use oxc_resolver::{FileMetadata, FileSystem, FileSystemOs, ResolveError};
use rustc_hash::FxHashMap;

use crate::source;

/// Questions to one folder that are answered without a list: nobody lists a whole home folder for its `package.json`.
const FEW: u8 = 4;

/// Bytes that a file of settings may have.
const MOST_BYTES: u64 = 8 << 20;

type List = Arc<FxHashMap<OsString, FileType>>;

/// What is known of one folder.
enum Folder {
    /// Asked so many times.
    Asked(u8),
    Listed(List),
}

/// Most of what resolving asks for is not there: each import tries ten extensions.
pub struct Folders {
    known: RwLock<FxHashMap<PathBuf, Folder>>,
}

/// What a list says of a path.
enum Said {
    Absent,
    Is(FileType),
    /// Ask the operating system.
    Nothing,
}

impl Folders {
    fn say(&self, path: &Path) -> Said {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Said::Nothing };
        // File systems differ in what they take for the same name.
        if !cfg!(target_os = "linux") || !name.is_ascii() {
            return Said::Nothing;
        }
        match self.list(folder) {
            None => Said::Nothing,
            Some(list) => list.get(name).map_or(Said::Absent, |kind| Said::Is(*kind)),
        }
    }

    /// The names in a folder; `None` when it was not asked often, or cannot be listed.
    fn list(&self, folder: &Path) -> Option<List> {
        if let Some(Folder::Listed(list)) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Some(Arc::clone(list));
        }
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            match known.entry(folder.to_owned()).or_insert(Folder::Asked(0)) {
                Folder::Listed(list) => return Some(Arc::clone(list)),
                Folder::Asked(times) if *times < FEW => {
                    *times += 1;
                    return None;
                }
                Folder::Asked(_) => {}
            }
        }
        let list = Arc::new(names_in(folder).ok()?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.to_owned(), Folder::Listed(Arc::clone(&list)));
        Some(list)
    }
}

/// What is in a folder; nothing, if that is not there or no folder.
fn names_in(folder: &Path) -> Result<FxHashMap<OsString, FileType>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.and_then(|e| Ok((e.file_name(), e.file_type()?)))).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(FxHashMap::default()),
        Err(error) => Err(error),
    }
}

fn absent() -> Error {
    Error::from(ErrorKind::NotFound)
}

/// Reads a `package.json` or `tsconfig.json`: a pipe or device of that name would never end.
fn bounded(path: &Path) -> Result<Vec<u8>> {
    source::read(path, MOST_BYTES).map_err(|_| Error::other("cannot be read, or is too large"))
}

fn about(kind: FileType) -> FileMetadata {
    FileMetadata::new(kind.is_file(), kind.is_dir(), kind.is_symlink())
}

impl FileSystem for Folders {
    fn new() -> Self {
        Self { known: RwLock::default() }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        if matches!(self.say(path), Said::Absent) { Err(absent()) } else { bounded(path) }
    }

    fn read_to_string(&self, path: &Path) -> Result<String> {
        let bytes = self.read(path)?;
        String::from_utf8(bytes).map_err(|_| Error::from(ErrorKind::InvalidData))
    }

    fn metadata(&self, path: &Path) -> Result<FileMetadata> {
        match self.say(path) {
            Said::Absent => Err(absent()),
            Said::Is(kind) if !kind.is_symlink() => Ok(about(kind)),
            Said::Is(_) | Said::Nothing => FileSystemOs::metadata(path),
        }
    }

    fn symlink_metadata(&self, path: &Path) -> Result<FileMetadata> {
        match self.say(path) {
            Said::Absent => Err(absent()),
            Said::Is(kind) => Ok(about(kind)),
            Said::Nothing => FileSystemOs::symlink_metadata(path),
        }
    }

    fn read_link(&self, path: &Path) -> std::result::Result<PathBuf, ResolveError> {
        FileSystemOs::read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        FileSystemOs::canonicalize(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_what_the_system_says() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.js"), "").expect("a file");
        std::fs::create_dir(folder.path().join("b")).expect("a folder in it");
        let folders = Folders::new();
        for _ in 0..3 * FEW {
            let of = |name: &str| folders.metadata(&folder.path().join(name)).ok().map(|m| (m.is_file(), m.is_dir()));
            assert_eq!(of("a.js"), Some((true, false)));
            assert_eq!(of("b"), Some((false, true)));
            assert_eq!(of("c"), None);
            assert_eq!(of("c/d"), None);
            assert_eq!(of("a.js/d"), None);
        }
    }
}
