//! The files of a run, found by the ids that facts and findings carry.

use std::path::Path;

use crate::finding::{FileId, Notice};
use crate::source::{Position, Source};

/// All files, sorted by path. A component file with several scripts has several [`FileId`]s and one [`Source`].
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
    /// Index into `list` for every `FileId`.
    units: Vec<usize>,
}

impl Sources {
    /// Adds a source that the next `units` file ids belong to.
    pub fn add(&mut self, source: Source, units: usize) {
        self.units.extend(std::iter::repeat_n(self.list.len(), units));
        self.list.push(source);
    }

    /// # Panics
    /// When the id is not of this run.
    #[must_use]
    pub fn of(&self, file: FileId) -> &Source {
        &self.list[self.units[file.0 as usize]]
    }

    /// The source of each file id, in their order.
    pub fn units(&self) -> impl Iterator<Item = &Source> {
        self.units.iter().map(|index| &self.list[*index])
    }

    /// Line and column of a byte offset.
    #[must_use]
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        self.of(file).position(offset)
    }

    /// The source of a shown path.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<&Source> {
        let index = self.list.binary_search_by(|source| source.path.as_str().cmp(path)).ok()?;
        self.list.get(index)
    }

    /// Shown paths of the files that were to be judged, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.judged().map(|source| source.path.as_str())
    }

    /// Where those files can be read again that stand on a disk.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.judged().filter_map(|source| source.file.as_deref())
    }

    /// Where a notice stands, when it is about a place in a file of this run.
    #[must_use]
    pub fn place_of(&self, notice: &Notice) -> Option<Position> {
        Some(self.by_path(&notice.path)?.position(notice.span?.start))
    }

    fn judged(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().filter(|source| !source.is_context)
    }

    /// Number of files that were to be judged, whatever their number of scripts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.judged().count()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the text of these files again where it was forgotten.
    pub fn restore(&mut self, files: impl Iterator<Item = FileId>, max_size: u64) {
        for file in files {
            let index = self.units[file.0 as usize];
            self.list[index].restore(max_size);
        }
    }
}
