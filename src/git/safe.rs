//! What keeps git from running what a repository configures, and from reading what has no end.

use std::path::Path;

use super::{GitError, Repository};

/// Before each command. An empty value turns off what a program could be named for, in every version of git.
pub const ARGUMENTS: [&str; 17] = [
    "--no-pager",
    "-c",
    "core.fsmonitor=",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.excludesFile=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "diff.external=",
    "-c",
    "credential.helper=",
];

/// For each command. No protocol is allowed, so that nothing is fetched in versions that do not know that they may not.
pub const VARIABLES: [(&str, &str); 6] = [
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("LC_ALL", "C"),
];

/// Variables that name programs.
pub const UNSET: [&str; 3] = ["GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_ASKPASS"];

/// The empty tree by the hash of a repository: git knows it everywhere.
const EMPTY_TREES: [(&[u8], &str); 2] = [
    (b"sha1", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    (b"sha256", "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"),
];

/// What is known of a repository that keeps git from running its filters. Git compares what a filter makes of a file
/// with what it has, wherever it cannot tell by the time of the file alone.
#[derive(Default)]
pub struct Safe {
    /// Filters without a command change nothing.
    filters: Vec<String>,
    /// Attributes are those of this tree, for versions from 2.41 on: there are none, and so no filters either.
    attributes: Option<&'static str>,
}

impl Safe {
    /// `format`: the name of the hash of the repository.
    ///
    /// # Errors
    /// When the configuration cannot be read, or names a filter so that it cannot be turned off.
    pub fn new(repository: &Repository, format: &[u8]) -> Result<Self, GitError> {
        let asked =
            ["config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$"];
        // It ends with 1 when there are none.
        let names = match repository.ask(&asked) {
            Err(GitError::Failed(said)) if said == super::NO_REASON => Vec::new(),
            said => said?,
        };
        let mut filters = Vec::new();
        for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let name = std::str::from_utf8(name).ok().filter(|name| !name.contains(['=', '\n']));
            let Some(name) = name else {
                return Err(GitError::Failed("a filter is configured by a name that cannot be written".to_owned()));
            };
            let off = if name.ends_with(".required") { "false" } else { "" };
            filters.push(format!("{name}={off}"));
        }
        filters.sort();
        filters.dedup();
        let tree = EMPTY_TREES.iter().find(|(name, _)| *name == format).map(|(_, tree)| *tree);
        Ok(Self { filters, attributes: tree })
    }

    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.filters.iter().flat_map(|filter| ["-c", filter.as_str()])
    }

    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|tree| ("GIT_ATTR_SOURCE", *tree))
    }
}

/// Sees to it that git can read to an end what it reads of the repository around a folder.
///
/// # Errors
/// When one of the files is a pipe or device.
pub fn look_at(folder: &Path) -> Result<(), GitError> {
    const READ: [&str; 7] =
        ["HEAD", "config", "config.worktree", "index", "packed-refs", "commondir", "info/attributes"];
    let Some(git) = folder.ancestors().map(|above| above.join(".git")).find(|git| git.symlink_metadata().is_ok())
    else {
        return Ok(());
    };
    let files = READ.map(|name| git.join(name));
    let special = std::iter::once(&git).chain(&files).find(|file| {
        // What is not there, and what is a folder, git complains about itself.
        file.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir())
    });
    special.map_or(Ok(()), |file| Err(GitError::Failed(format!("`{}` is not a regular file", file.display()))))
}
