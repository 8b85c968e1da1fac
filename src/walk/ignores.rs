//! What ignore files say: read here and not by the walker, so that each is a regular file of reasonable size.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};
use rustc_hash::FxHashMap;

use crate::source::{self, Unreadable};

/// Bytes that an ignore file may have.
const MOST_BYTES: u64 = 1 << 20;

/// Ignore files of a folder, the kind that wins first. `.git/info/exclude` is the last kind.
const NAMES: [&str; 3] = [".leaklintignore", ".ignore", ".gitignore"];
const KINDS: usize = NAMES.len() + 1;

/// What ignore files say of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Nothing,
    Ignored,
    /// `!name`: wanted, even when it is hidden.
    Wanted,
}

/// The ignore files of a walk, each read once. As in git, the last line that matches decides, the file of the nearest
/// folder wins over those above, and what is in an ignored folder is not looked at.
pub struct Ignores {
    /// What the user configured for all repositories.
    global: Gitignore,
    by_folder: RwLock<FxHashMap<PathBuf, Option<Arc<Rules>>>>,
    refused: Mutex<BTreeMap<PathBuf, String>>,
}

/// The rules of a folder that has any.
struct Rules {
    kinds: [Option<Gitignore>; KINDS],
    /// Of the nearest folder above that has any.
    above: Option<Arc<Rules>>,
}

impl Ignores {
    /// `root`: the working directory, by its real path.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let ignores = Self { global: Gitignore::empty(), by_folder: RwLock::default(), refused: Mutex::default() };
        let global = ignores.global_file().and_then(|file| ignores.rules(root, &file));
        Self { global: global.unwrap_or_else(Gitignore::empty), ..ignores }
    }

    /// What is said of a path, which is real but for its last part.
    #[must_use]
    pub fn say(&self, path: &Path, is_folder: bool) -> Said {
        let nearest = path.parent().and_then(|folder| self.of_folder(folder));
        for kind in 0..KINDS {
            let mut next = nearest.as_deref();
            while let Some(rules) = next {
                let said = rules.kinds[kind].as_ref().map_or(Said::Nothing, |one| said(&one.matched(path, is_folder)));
                if said != Said::Nothing {
                    return said;
                }
                next = rules.above.as_deref();
            }
        }
        said(&self.global.matched(path, is_folder))
    }

    /// The ignore files that were passed over, and why.
    #[must_use]
    pub fn refused(&self) -> BTreeMap<PathBuf, String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn of_folder(&self, folder: &Path) -> Option<Arc<Rules>> {
        let known = |folder: &Path| self.by_folder.read().unwrap_or_else(PoisonError::into_inner).get(folder).cloned();
        if let Some(rules) = known(folder) {
            return rules;
        }
        let mut below = Vec::new();
        let mut rules = None;
        for above in folder.ancestors() {
            if let Some(found) = known(above) {
                rules = found;
                break;
            }
            below.push(above);
        }
        for one in below.into_iter().rev() {
            let kinds = self.in_folder(one);
            if kinds.iter().any(Option::is_some) {
                rules = Some(Arc::new(Rules { kinds, above: rules }));
            }
            let mut all = self.by_folder.write().unwrap_or_else(PoisonError::into_inner);
            all.insert(one.to_owned(), rules.clone());
        }
        rules
    }

    fn in_folder(&self, folder: &Path) -> [Option<Gitignore>; KINDS] {
        let own = |name: &str| self.rules(folder, &folder.join(name));
        let [leaklint, plain, git] = NAMES.map(own);
        let exclude = self.git_folder(folder).and_then(|git| self.rules(folder, &git.join("info/exclude")));
        [leaklint, plain, git, exclude]
    }

    /// Where the repository with its top in `folder` keeps what its work trees share.
    fn git_folder(&self, folder: &Path) -> Option<PathBuf> {
        let git = folder.join(".git");
        if !git.metadata().ok()?.is_file() {
            return Some(git);
        }
        // In a work tree and a submodule it is a file that says where to look.
        let leads = self.text(&git)?;
        let own = folder.join(leads.lines().next()?.strip_prefix("gitdir: ")?);
        match self.text(&own.join("commondir")) {
            Some(shared) => Some(own.join(shared.lines().next()?)),
            None => Some(own),
        }
    }

    /// The rules in a file, for paths below `folder`. Lines that are no pattern are let go, as git does.
    fn rules(&self, folder: &Path, file: &Path) -> Option<Gitignore> {
        let text = self.text(file)?;
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let _ = builder.add_line(Some(file.to_owned()), line);
        }
        let built = builder.build();
        if built.is_err() {
            self.refuse(file, "its patterns need too much memory".to_owned());
        }
        built.ok().filter(|rules| !rules.is_empty())
    }

    /// The text of a file that is there; one that cannot be read is told of.
    fn text(&self, file: &Path) -> Option<String> {
        // `/dev/null` is how people say that there is none.
        if file.metadata().is_err() || file.as_os_str() == "/dev/null" {
            return None;
        }
        match source::read(file, MOST_BYTES) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(Unreadable::TooLarge(_)) => {
                self.refuse(file, format!("larger than {} MiB", MOST_BYTES >> 20));
                None
            }
            Err(Unreadable::Io(why)) => {
                self.refuse(file, why);
                None
            }
            Err(Unreadable::Binary | Unreadable::Encoding(_)) => None,
        }
    }

    fn refuse(&self, file: &Path, why: String) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_owned(), why);
    }

    /// The ignore file that git's configuration names. It is looked for in files that can be read through only.
    fn global_file(&self) -> Option<PathBuf> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = std::env::home_dir();
        let xdg = set("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
        let asked = [
            set("GIT_CONFIG_GLOBAL"),
            home.map(|home| home.join(".gitconfig")),
            xdg.map(|folder| folder.join("git/config")),
            Some(set("GIT_CONFIG_SYSTEM").unwrap_or_else(|| PathBuf::from("/etc/gitconfig"))),
        ];
        let there = asked.iter().flatten().filter(|file| file.as_os_str() != "/dev/null" && file.metadata().is_ok());
        let mut readable = true;
        for file in there {
            readable &= self.text(file).is_some();
        }
        if readable { gitconfig_excludes_path() } else { None }
    }
}

fn said<T>(matched: &Match<T>) -> Said {
    match matched {
        Match::None => Said::Nothing,
        Match::Ignore(_) => Said::Ignored,
        Match::Whitelist(_) => Said::Wanted,
    }
}
