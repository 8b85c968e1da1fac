//! Facts of files kept on disk from one run to the next, found again by what they were read from.

mod pack;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::apis::Apis;
use crate::facts::FileFacts;
use crate::finding::{Notice, NoticeKind};
use crate::source::{self, place};
use crate::walk::FileToRead;
use pack::{Entry, Pack, Unusable};

/// What the facts of a file are found by: text, path, language. Paths count, for frameworks find handlers by them.
pub type Key = u128;

/// A run that reads a few files loads and writes a few of the shards only.
const SHARDS: usize = 16;

/// A folder of facts. Several runs may share it: each reads whole files and puts whole files in their place.
pub struct Cache {
    folder: PathBuf,
    /// As shown to the user.
    shown: String,
    /// Facts made by another program are of no use.
    stamp: u64,
    shards: Vec<Shard>,
}

/// The facts whose keys begin alike.
#[derive(Default)]
struct Shard {
    /// As it was on disk when the run first asked.
    old: OnceLock<Pack>,
    /// What this run adds.
    new: Mutex<Vec<Entry>>,
}

impl Cache {
    /// The cache in a folder, which need not exist. `root`: what shown paths are relative to.
    #[must_use]
    pub fn new(folder: PathBuf, root: &Path) -> Self {
        let shown = crate::walk::shown(&folder, root);
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { folder, shown, stamp: program(), shards }
    }

    /// The key of a file that holds `text`, read with these rows.
    #[must_use]
    pub fn key(&self, text: &[u8], file: &FileToRead, apis: &Apis) -> Key {
        let mut hash = Xxh3::with_seed(self.stamp);
        hash.update(&apis.fingerprint().to_le_bytes());
        for part in [&file.shown, &place(Some(&file.path), &file.shown)] {
            hash.update(&part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(&[file.language as u8, u8::from(file.context)]);
        hash.update(text);
        hash.digest128()
    }

    /// The facts of a file that was read before: one for each of its blocks.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<Vec<FileFacts>> {
        let index = shard_of(key);
        let old = self.shards[index].old.get_or_init(|| Pack::load(&self.file(index), self.stamp));
        pack::decode(old.get(key)?)
    }

    /// Keeps the facts of a file for the next run.
    pub fn put(&self, key: Key, units: &[FileFacts]) {
        let Some(bytes) = pack::encode(units) else { return };
        if let Ok(mut new) = self.shards[shard_of(key)].new.lock() {
            new.push(Entry { key, age: 0, bytes });
        }
    }

    /// Writes what this run added. Never fails: what went wrong is in the notices, once.
    #[must_use]
    pub fn save(&self) -> Vec<Notice> {
        let damaged =
            self.shards.iter().any(|s| s.old.get().is_some_and(|old| old.unusable == Some(Unusable::Damaged)));
        let wrote = self.prepare().and_then(|()| {
            let shards = self.shards.par_iter().enumerate();
            shards.try_for_each(|(index, shard)| self.save_shard(index, shard))
        });
        let note = |message| Notice { kind: NoticeKind::Note, path: self.shown.clone(), span: None, message };
        let damaged = damaged.then(|| note("the cache was damaged: all files were analysed again".to_owned()));
        let failed = wrote.err().map(|error| {
            note(format!(
                "the cache could not be written ({}): the next run analyses all files again",
                crate::walk::reason(&error)
            ))
        });
        damaged.into_iter().chain(failed).collect()
    }

    /// Makes the folder when there is something to write, and tells git to leave it alone.
    fn prepare(&self) -> io::Result<()> {
        if self.shards.iter().all(|shard| shard.new.lock().is_ok_and(|new| new.is_empty())) {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder)?;
        let ignore = self.folder.join(".gitignore");
        if ignore.symlink_metadata().is_ok() { Ok(()) } else { pack::create(&ignore, b"*\n") }
    }

    fn save_shard(&self, index: usize, shard: &Shard) -> io::Result<()> {
        let Ok(mut new) = shard.new.lock() else { return Ok(()) };
        if new.is_empty() {
            return Ok(());
        }
        let kept = shard.old.get().map(Pack::kept).unwrap_or_default();
        let added = std::mem::take(&mut *new);
        pack::write(&self.file(index), self.stamp, kept.into_iter().chain(added).collect())
    }

    fn file(&self, shard: usize) -> PathBuf {
        self.folder.join(format!("{shard:02}.facts"))
    }
}

/// The folder used when none is named: where build tools of Node.js keep theirs, or one of our own.
#[must_use]
pub fn default_folder(root: &Path) -> PathBuf {
    let modules = root.join("node_modules");
    if modules.is_dir() { modules.join(".cache").join("leaklint") } else { root.join(".leaklint-cache") }
}

fn shard_of(key: Key) -> usize {
    usize::try_from(key % SHARDS as u128).unwrap_or(0)
}

/// By what facts are made. Two builds may carry one version, so the program file itself is asked; where it cannot be read, the version has to do.
fn program() -> u64 {
    static PROGRAM: OnceLock<u64> = OnceLock::new();
    *PROGRAM.get_or_init(|| {
        let bytes = std::env::current_exe().ok().and_then(|program| source::read(&program, u64::MAX).ok());
        bytes.map_or_else(|| xxh3_64(env!("CARGO_PKG_VERSION").as_bytes()), |bytes| xxh3_64(&bytes))
    })
}
