//! Asks git which files changed. Only plumbing commands are used, and so that nothing that a repository configures is run.

mod blobs;
mod entries;
mod lines;
mod safe;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use blobs::blobs;
pub use lines::{ChangedLines, changed_lines};

/// A file that was added or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whole path.
    pub path: PathBuf,
    /// What it was before; `None` for a new file.
    pub before: Option<String>,
    /// What stands in the index; `None`: what stands in the folder counts.
    pub after: Option<String>,
}

/// Why git could not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitError {
    /// The command is not there.
    Missing,
    NotARepository,
    /// No such commit.
    NoCommit(String),
    /// Two commits have no ancestor in common, as far as the history is here.
    NoCommonCommit(String),
    /// It said something else.
    Failed(String),
}

/// Said when git ends without a word.
const NO_REASON: &str = "no reason given";

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "`git` is not installed, or not on the PATH"),
            Self::NotARepository => write!(f, "this is not a git repository, or it has no working tree"),
            Self::NoCommit(name) => write!(f, "unknown commit `{name}` (in a shallow clone, fetch more history)"),
            Self::NoCommonCommit(name) => {
                write!(f, "HEAD and `{name}` have no common commit (in a shallow clone, fetch more history)")
            }
            Self::Failed(said) => write!(f, "git failed: {said}"),
        }
    }
}

impl std::error::Error for GitError {}

/// A repository as seen from a folder in it.
pub struct Repository {
    folder: PathBuf,
    /// The folder that paths in answers are relative to.
    top: PathBuf,
    /// What keeps git from running what the repository configures.
    safe: safe::Safe,
}

impl Repository {
    /// # Errors
    /// When `folder` is in no repository with files, or git is missing.
    pub fn around(folder: &Path) -> Result<Self, GitError> {
        let mut here = Self { folder: folder.to_owned(), top: PathBuf::new(), safe: safe::Safe::default() };
        safe::look_at(folder)?;
        let said =
            here.ask(&["rev-parse", "--show-object-format", "--show-toplevel"]).map_err(|error| match error {
                GitError::Failed(said) if said.contains("not a git repository") || said.contains("work tree") => {
                    GitError::NotARepository
                }
                other => other,
            })?;
        let mut lines = said.splitn(2, |byte| *byte == b'\n');
        let (format, top) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let top = path(top.strip_suffix(b"\n").unwrap_or(top));
        here.safe = safe::Safe::new(&here, format)?;
        if top.as_os_str().is_empty() {
            return Err(GitError::NotARepository);
        }
        // Git answers with the real path; files are named the way the user came.
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let below = real.strip_prefix(&top).map_or(0, |rest| rest.components().count());
        let seen = folder.ancestors().nth(below).map(Path::to_owned);
        let top = seen.filter(|seen| seen.canonicalize().is_ok_and(|seen| seen == top)).unwrap_or(top);
        Ok(Self { top, ..here })
    }

    /// What the next commit will change: added and changed regular files of the index. A renamed file is a new one.
    ///
    /// # Errors
    /// When git fails.
    pub fn staged(&self) -> Result<Vec<Change>, GitError> {
        let before = entries::of_tree(self, &self.head()?)?;
        let mut changes = Vec::new();
        for (name, entry) in entries::of_index(self)? {
            let old = before.get(&name);
            if !entry.is_file() || old == Some(&entry) || (old.is_none() && entry.is_empty()) {
                continue;
            }
            let before = old.filter(|old| old.is_file()).map(|old| old.id.clone());
            changes.push(Change { path: self.top.join(path(&name)), before, after: Some(entry.id) });
        }
        Ok(changes)
    }

    /// What differs from a commit (default: the last one) in the folder, and whole paths of all files that git knows. It
    /// is not asked which files are new: for that it would read ignore files, which may be pipes. `since`: the point where
    /// the work left that branch.
    ///
    /// # Errors
    /// When the commit is unknown, or git fails.
    pub fn changed(&self, since: Option<&str>) -> Result<(Vec<Change>, BTreeSet<PathBuf>), GitError> {
        let from = match since {
            None => self.head()?,
            Some(name) => {
                let commit = self.commit(name)?;
                let base = self.ask(&["merge-base", &commit, "HEAD"]);
                text(&base.map_err(|_| GitError::NoCommonCommit(name.to_owned()))?)
            }
        };
        let before = entries::of_tree(self, &from)?;
        let (index, folder) = (entries::of_index(self)?, entries::in_folder(self)?);
        let mut changes = Vec::new();
        let mut known = BTreeSet::new();
        for (name, entry) in index {
            let path = self.top.join(path(&name));
            let old = before.get(&name);
            let differs = match folder.get(&name) {
                Some(is_file) => *is_file,
                None => entry.is_file() && old != Some(&entry),
            };
            if differs {
                let before = old.filter(|old| old.is_file()).map(|old| old.id.clone());
                changes.push(Change { path: path.clone(), before, after: None });
            }
            known.insert(path);
        }
        Ok((changes, known))
    }

    /// The folder that holds the files.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The last commit, or the empty tree before the first.
    fn head(&self) -> Result<String, GitError> {
        self.commit("HEAD").or_else(|_| Ok(text(&self.ask(&["hash-object", "-t", "tree", "--stdin"])?)))
    }

    fn commit(&self, name: &str) -> Result<String, GitError> {
        let wanted = format!("{name}^{{commit}}");
        let said = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        said.map(|said| text(&said)).map_err(|_| GitError::NoCommit(name.to_owned()))
    }

    fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(|error| failed(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or(NO_REASON);
        Err(GitError::Failed(line.trim_start_matches("fatal: ").to_owned()))
    }

    /// A command that neither runs what a repository configures, nor locks, asks or fetches anything.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(safe::ARGUMENTS).args(self.safe.arguments()).args(arguments).current_dir(&self.folder);
        command.envs(safe::VARIABLES).envs(self.safe.variables());
        for name in safe::UNSET {
            command.env_remove(name);
        }
        command
    }
}

fn failed(error: &io::Error) -> GitError {
    match error.kind() {
        io::ErrorKind::NotFound => GitError::Missing,
        _ => GitError::Failed(crate::walk::reason(error)),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A path as git prints it with `-z`: any bytes.
#[cfg(unix)]
#[must_use]
pub fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

#[cfg(not(unix))]
#[must_use]
pub fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from(String::from_utf8_lossy(bytes).into_owned()))
}
