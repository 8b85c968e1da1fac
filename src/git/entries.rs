//! What git has of each file: in a commit, in the index, and whether the folder has something else.

use std::collections::BTreeMap;

use super::{GitError, Repository};

/// Mode and blob of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub mode: String,
    pub id: String,
}

/// Files by the bytes of their names from the top of the repository.
pub type Entries = BTreeMap<Vec<u8>, Entry>;

impl Entry {
    /// Neither a link nor a module.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }

    /// The blob of no bytes at all, by either hash. A file that was only announced to git has it too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        const EMPTY: [&str; 2] = [
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        ];
        EMPTY.contains(&self.id.as_str())
    }
}

/// The files of a commit or tree.
///
/// # Errors
/// When git fails.
pub fn of_tree(repository: &Repository, tree: &str) -> Result<Entries, GitError> {
    // `100644 blob 1234..<TAB>name`
    let said = repository.ask(&["ls-tree", "-r", "-z", "--full-tree", tree])?;
    Ok(lines(&said, |words| match words {
        [mode, _, id] => Some((mode, id)),
        _ => None,
    }))
}

/// The files of the index. Of a file that is being merged, one of its versions.
///
/// # Errors
/// When git fails.
pub fn of_index(repository: &Repository) -> Result<Entries, GitError> {
    // `100644 1234.. 0<TAB>name`
    let said = repository.ask(&["ls-files", "--stage", "--full-name", "-z", "--", ":/"])?;
    Ok(lines(&said, |words| match words {
        [mode, id, _] => Some((mode, id)),
        _ => None,
    }))
}

/// Files that are not in the folder as they are in the index, and whether there is a regular file.
///
/// # Errors
/// When git fails.
pub fn in_folder(repository: &Repository) -> Result<BTreeMap<Vec<u8>, bool>, GitError> {
    let fixed = ["diff-files", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"];
    let said = repository.ask(&[&fixed[..], &["--ignore-submodules=all"]].concat())?;
    let mut parts = said.split(|byte| *byte == 0);
    let mut changes = BTreeMap::new();
    // `:100644 100644 1234.. 0000.. M`, then the name.
    while let (Some(about), Some(name)) = (parts.next(), parts.next()) {
        let about = String::from_utf8_lossy(about);
        let mode = about.split(' ').nth(1).unwrap_or_default();
        changes.insert(name.to_vec(), mode.starts_with("100"));
    }
    Ok(changes)
}

/// Entries from lines that end with NUL and have the name behind a tab.
fn lines(said: &[u8], take: impl for<'w> Fn(&[&'w str]) -> Option<(&'w str, &'w str)>) -> Entries {
    let mut entries = Entries::new();
    for line in said.split(|byte| *byte == 0) {
        let Some(tab) = memchr::memchr(b'\t', line) else { continue };
        let about = String::from_utf8_lossy(&line[..tab]);
        let words: Vec<&str> = about.split_whitespace().collect();
        if let Some((mode, id)) = take(&words) {
            entries.insert(line[tab + 1..].to_vec(), Entry { mode: mode.to_owned(), id: id.to_owned() });
        }
    }
    entries
}
