//! Walks folders in parallel, all of them at once, and gathers the files that are to be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ignores::{Ignores, Said};
use super::{FileToRead, NOT_OURS, is_minified, normalised, reason, shown};
use crate::config::{Configs, Options};
use crate::finding::{Notice, NoticeKind};
use crate::source::Language;

/// The folders that a walk starts from, each once.
#[derive(Default)]
pub struct Starts {
    pub list: Vec<PathBuf>,
    /// Place in the list and real path.
    by_path: FxHashMap<PathBuf, (usize, PathBuf)>,
    known: FxHashSet<PathBuf>,
}

impl Starts {
    pub fn add(&mut self, folder: PathBuf) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if self.known.insert(real.clone()) {
            self.by_path.insert(folder.clone(), (self.list.len(), real));
            self.list.push(folder);
        }
    }

    /// The place of the start that an entry was met from, and its path, which is real but for its last part.
    fn identity(&self, entry: &DirEntry) -> (usize, PathBuf) {
        let path = entry.path();
        let start = path.ancestors().nth(entry.depth()).and_then(|start| Some((start, self.by_path.get(start)?)));
        start.map_or_else(
            || (0, path.to_owned()),
            |(start, (index, real))| (*index, real.join(path.strip_prefix(start).unwrap_or(path))),
        )
    }

    /// Whether a folder that was met is a start itself: its files are met from there.
    fn has(&self, entry: &DirEntry) -> bool {
        self.list.len() > 1 && self.by_path.contains_key(entry.path())
    }
}

/// What a walk goes past.
pub struct Reach {
    /// Hidden files, and the folders of built and installed code, are met as well.
    pub all: bool,
    /// Ignore files hold.
    pub ignores: bool,
    /// What else an entry has to be.
    pub lets: Option<Lets>,
}

/// Whether an entry is let through.
pub type Lets = Box<dyn Fn(&DirEntry) -> bool + Send + Sync>;

/// A file, where in the list of starts it was met from, and its identity.
pub type Met = (usize, PathBuf, FileToRead);

/// Walks all folders at once. Files come in the order of the starts.
pub fn meet(starts: Starts, options: &Options, reach: Reach) -> (Vec<Met>, Vec<Notice>) {
    let root = options.root.canonicalize().unwrap_or_else(|_| options.root.clone());
    let ignores = reach.ignores.then(|| Arc::new(Ignores::new(&root)));
    let starts = Arc::new(starts);
    let met = Mutex::new((Vec::new(), Vec::new()));
    walker(&starts, options, (reach, ignores.clone())).run(|| {
        let starts = Arc::clone(&starts);
        let mut batch = Batch { options, starts, into: &met, files: Vec::new(), notices: Vec::new() };
        Box::new(move |entry| batch.meet(entry))
    });
    let (mut files, mut notices) = met.into_inner().unwrap_or_default();
    files.sort_by(|a: &Met, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    for (path, why) in ignores.iter().flat_map(|ignores| ignores.refused()) {
        // Shown as the user came here, not by its real path.
        let path = path.strip_prefix(&root).map_or_else(|_| path.clone(), |below| options.root.join(below));
        let message = format!("ignore file skipped: {why}");
        notices.push(Notice { kind: NoticeKind::Note, path: shown(&path, &options.root), span: None, message });
    }
    notices.sort_by(|a: &Notice, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    (files, notices)
}

fn walker(starts: &Arc<Starts>, options: &Options, how: (Reach, Option<Arc<Ignores>>)) -> ignore::WalkParallel {
    let (reach, ignores) = how;
    let all = reach.all;
    let configs = Arc::clone(&options.configs);
    let mut builder = WalkBuilder::from_iter(&starts.list);
    let (starts, others) = (Arc::clone(starts), Arc::clone(starts));
    let is_passed = move |entry: &DirEntry| {
        let said = ignores.as_ref().map_or(Said::Nothing, |ignores| {
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            ignores.say(&starts.identity(entry).1, is_folder)
        });
        match said {
            Said::Ignored => true,
            Said::Wanted => false,
            Said::Nothing => !all && is_hidden(entry),
        }
    };
    builder.standard_filters(false).follow_links(false).threads(options.threads.unwrap_or(0)).filter_entry(
        move |entry| {
            entry.depth() == 0
                || (wanted(entry, all)
                    && !others.has(entry)
                    && !is_passed(entry)
                    && reach.lets.as_ref().is_none_or(|lets| lets(entry))
                    && (all || is_read(entry, &configs)))
        },
    );
    builder.build_parallel()
}

fn is_hidden(entry: &DirEntry) -> bool {
    #[cfg(windows)]
    {
        use std::os::windows::fs::MetadataExt;
        const HIDDEN: u32 = 2;
        if entry.metadata().is_ok_and(|about| about.file_attributes() & HIDDEN != 0) {
            return true;
        }
    }
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn wanted(entry: &DirEntry, all: bool) -> bool {
    let name = entry.file_name().to_string_lossy();
    if entry.file_type().is_some_and(|t| t.is_dir()) {
        return name != ".git" && (all || !NOT_OURS.contains(&name.as_ref()));
    }
    Language::of(entry.path()).is_some_and(|l| l != Language::Declarations) && (all || !is_minified(&name))
}

/// Whether the configuration lets a file or folder be read.
fn is_read(entry: &DirEntry, configs: &Configs) -> bool {
    let path = normalised(entry.path());
    let settings = configs.of_file(&path);
    let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
    !settings.ignores(&path, is_folder) && (is_folder || settings.includes(&path))
}

/// What one thread of the walk has met; handed over when the thread is done.
struct Batch<'a> {
    options: &'a Options,
    starts: Arc<Starts>,
    into: &'a Mutex<(Vec<Met>, Vec<Notice>)>,
    files: Vec<Met>,
    notices: Vec<Notice>,
}

impl Batch<'_> {
    fn meet(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.entry(entry),
            Err(error) => self.error(&error),
        }
        WalkState::Continue
    }

    fn entry(&mut self, entry: DirEntry) {
        let Some(kind) = entry.file_type() else { return };
        let Some(language) = Language::of(entry.path()) else { return };
        if kind.is_file() {
            let shown = shown(entry.path(), &self.options.root);
            let (start, identity) = self.starts.identity(&entry);
            let file = FileToRead { path: entry.into_path(), shown, named: false, context: false, language };
            self.files.push((start, identity, file));
        } else if kind.is_symlink() && fs::metadata(entry.path()).is_err() {
            self.note(NoticeKind::Note, entry.path(), "broken symbolic link: skipped".to_owned());
        }
    }

    fn error(&mut self, error: &ignore::Error) {
        let mut path = self.options.root.as_path();
        let mut inner = error;
        loop {
            inner = match inner {
                ignore::Error::WithPath { path: at, err } => {
                    path = at;
                    err
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
                _ => break,
            };
        }
        let message = inner.io_error().map_or_else(|| inner.to_string(), reason);
        self.note(NoticeKind::Failure, path, message);
    }

    fn note(&mut self, kind: NoticeKind, path: &Path, message: String) {
        self.notices.push(Notice { kind, path: shown(path, &self.options.root), span: None, message });
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if let Ok(mut into) = self.into.lock() {
            into.0.append(&mut self.files);
            into.1.append(&mut self.notices);
        }
    }
}
