//! Finds the configuration of a file: the nearest one above it, or the one that was named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::document::PACKAGE;
use super::fault::Fault;
use super::layers::{Reading, is_top};
use super::settings::Settings;
use crate::walk;

/// Names of configuration files; a folder has at most one of them.
pub const NAMES: [&str; 3] = ["leaklint.json", "leaklint.jsonc", ".leaklintrc.json"];

/// The configurations of a run, each read once.
#[derive(Debug)]
pub struct Configs {
    /// Shown paths are relative to it.
    root: PathBuf,
    /// `None`: the same settings everywhere.
    by_folder: Option<RwLock<FxHashMap<PathBuf, Arc<Settings>>>>,
    everywhere: Arc<Settings>,
    /// By shown path.
    faults: RwLock<BTreeMap<String, Fault>>,
}

impl Configs {
    /// No configuration, wherever a file is.
    #[must_use]
    pub fn none(root: &Path) -> Self {
        Self::same(root, Settings::default_in(root))
    }

    /// The nearest configuration above each file.
    #[must_use]
    pub fn nearest(root: &Path) -> Self {
        Self { by_folder: Some(RwLock::default()), ..Self::none(root) }
    }

    /// One configuration for all files; its patterns are relative to `root`.
    ///
    /// # Errors
    /// The first fault of the file.
    pub fn only(root: &Path, file: &Path) -> Result<Self, Fault> {
        let path = walk::normalised(&root.join(file));
        let layers = Reading { root }.layers(&path)?;
        let missing = || Fault::whole(&walk::shown(&path, root), "has no key `leaklint`".to_owned());
        Ok(Self::same(root, Settings::new(root, root, &layers.ok_or_else(missing)?)?))
    }

    fn same(root: &Path, settings: Settings) -> Self {
        Self { root: root.to_owned(), by_folder: None, everywhere: Arc::new(settings), faults: RwLock::default() }
    }

    /// The settings for a file. A fault is kept for [`Self::faults`], and the file is as if there were no configuration.
    #[must_use]
    pub fn of_file(&self, file: &Path) -> Arc<Settings> {
        match file.parent() {
            Some(folder) => self.of_folder(folder),
            None => Arc::clone(&self.everywhere),
        }
    }

    /// The settings for what lies in a folder.
    #[must_use]
    pub fn of_folder(&self, folder: &Path) -> Arc<Settings> {
        let Some(known) = &self.by_folder else { return Arc::clone(&self.everywhere) };
        let lookup = |folder: &Path| known.read().unwrap_or_else(PoisonError::into_inner).get(folder).cloned();
        if let Some(settings) = lookup(folder) {
            return settings;
        }
        let folder = walk::normalised(&self.root.join(folder));
        // From the outside in: what is inside may refer to what is around it.
        let mut ways: Vec<&Path> = Vec::new();
        let mut outer = None;
        for above in folder.ancestors() {
            if let Some(settings) = lookup(above) {
                outer = Some(settings);
                break;
            }
            ways.push(above);
        }
        let mut settings = outer.unwrap_or_else(|| Arc::clone(&self.everywhere));
        for one in ways.into_iter().rev() {
            if is_top(one) {
                settings = Arc::clone(&self.everywhere);
            }
            // What a package brings along is about the package.
            let below = one.strip_prefix(&self.root).unwrap_or(Path::new(""));
            let is_ours = !below.components().any(|part| part.as_os_str() == "node_modules");
            if is_ours && let Some(own) = self.in_folder(one, &settings) {
                settings = Arc::new(own);
            }
            known.write().unwrap_or_else(PoisonError::into_inner).insert(one.to_owned(), Arc::clone(&settings));
        }
        settings
    }

    /// What is wrong with the configurations met so far, sorted by file.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.faults.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// All settings met so far, in the order of their folders.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Settings>> {
        let mut all = vec![Arc::clone(&self.everywhere)];
        if let Some(known) = &self.by_folder {
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            let mut folders: Vec<(&PathBuf, &Arc<Settings>)> = known.iter().collect();
            folders.sort_by_key(|(folder, _)| *folder);
            for (_, settings) in folders {
                if !all.iter().any(|one| Arc::ptr_eq(one, settings)) {
                    all.push(Arc::clone(settings));
                }
            }
        }
        all
    }

    /// The settings that a folder itself gives.
    fn in_folder(&self, folder: &Path, outer: &Arc<Settings>) -> Option<Settings> {
        let there = |name: &&str| folder.join(name).symlink_metadata().is_ok();
        let named: Vec<&str> = NAMES.iter().copied().filter(|name| there(name)).collect();
        let mut found = Vec::new();
        for name in &named {
            found.push(self.read(&folder.join(name), outer));
        }
        if folder.join(PACKAGE).is_file() {
            found.push(self.read(&folder.join(PACKAGE), outer));
        }
        let mut settings = found.into_iter().flatten();
        let first = settings.next();
        if let (Some(first), Some(second)) = (&first, settings.next()) {
            let (one, other) = (first.files.last().cloned(), second.files.last().cloned());
            let message =
                format!("this folder has a second configuration, `{}`: keep only one", other.unwrap_or_default());
            self.note(Fault::whole(&one.unwrap_or_default(), message));
        }
        first
    }

    fn read(&self, path: &Path, outer: &Arc<Settings>) -> Option<Settings> {
        let folder = path.parent().unwrap_or(&self.root);
        let read = || -> Result<Option<Settings>, Fault> {
            let Some(layers) = (Reading { root: &self.root }).layers(path)? else { return Ok(None) };
            let ends = layers.last().is_some_and(|layer| layer.file.root);
            let mut settings = Settings::new(folder, &self.root, &layers)?;
            settings.outer = (!ends).then(|| Arc::clone(outer));
            Ok(Some(settings))
        };
        read().unwrap_or_else(|fault| {
            self.note(fault);
            None
        })
    }

    fn note(&self, fault: Fault) {
        let mut faults = self.faults.write().unwrap_or_else(PoisonError::into_inner);
        faults.entry(fault.file.clone()).or_insert(fault);
    }
}
