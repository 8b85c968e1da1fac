//! A configuration file with all that it extends, in the order in which they apply.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::fault::{Fault, Step};
use super::file::File;
use crate::walk;

/// Files that may come together in one configuration.
const MOST_FILES: usize = 64;

/// One file of a configuration.
#[derive(Debug)]
pub struct Layer {
    pub document: Document,
    pub file: File,
}

/// Reads files as seen from a working directory.
pub struct Reading<'r> {
    /// Shown paths are relative to it.
    pub root: &'r Path,
}

impl Reading<'_> {
    /// The layers of the file at `path`, the one it builds on first. `None`: a package file without our key.
    ///
    /// # Errors
    /// The first fault of any of the files; a circle of files says its chain.
    pub fn layers(&self, path: &Path) -> Result<Option<Vec<Layer>>, Fault> {
        let document = self.document(path)?;
        let Some(file) = document.file()? else { return Ok(None) };
        let top = top_of_repository(path);
        let mut work = Work { reading: self, top, chain: vec![identity(path)], layers: Vec::new() };
        work.add(Layer { document, file })?;
        Ok(Some(work.layers))
    }

    fn document(&self, path: &Path) -> Result<Document, Fault> {
        let shown = walk::shown(path, self.root);
        // Opening a pipe would wait for ever.
        match std::fs::metadata(path) {
            Ok(about) if about.is_file() && is_closed(&about) => {
                Err(Fault::whole(&shown, "the configuration cannot be read: permission denied".to_owned()))
            }
            Ok(about) if about.is_file() => Document::read(path, shown),
            Ok(about) if about.is_dir() => Err(Fault::whole(&shown, "the configuration is a folder".to_owned())),
            Ok(_) => Err(Fault::whole(&shown, "the configuration is not a regular file".to_owned())),
            Err(error) => {
                let link = path.symlink_metadata().is_ok_and(|data| data.is_symlink());
                let why = if link { "broken symbolic link".to_owned() } else { walk::reason(&error) };
                Err(Fault::whole(&shown, format!("the configuration cannot be read: {why}")))
            }
        }
    }
}

struct Work<'r> {
    reading: &'r Reading<'r>,
    /// Nothing outside of it is read.
    top: Option<PathBuf>,
    /// From the first file to the one being read, each by its real path.
    chain: Vec<PathBuf>,
    layers: Vec<Layer>,
}

impl Work<'_> {
    /// Adds what a layer extends, then the layer. The chain has no file twice, so that this ends.
    fn add(&mut self, layer: Layer) -> Result<(), Fault> {
        for (index, named) in layer.file.extends.as_slice().iter().enumerate() {
            let item = [Step::Key("extends"), Step::Item(index)];
            let one = matches!(layer.file.extends, super::file::OneOrMany::One(_));
            let fault = |message: String| layer.document.fault(if one { &item[..1] } else { &item }, message);
            let path = self.target(&layer.document.path, named).map_err(fault)?;
            let real = identity(&path);
            if let Some(start) = self.chain.iter().position(|known| *known == real) {
                let circle = self.chain[start..].iter().chain([&real]);
                let names: Vec<String> = circle.map(|path| walk::shown(path, &identity(self.reading.root))).collect();
                return Err(fault(format!(
                    "configuration files extend each other in a circle: {}",
                    names.join(" -> ")
                )));
            }
            if self.layers.len() + self.chain.len() >= MOST_FILES {
                return Err(fault(format!("the configuration extends more than {MOST_FILES} files")));
            }
            let by = |inner: Fault| fault(format!("extends `{named}`: {inner}"));
            let document = self.reading.document(&path).map_err(by)?;
            let file = document.file().map_err(by)?;
            let Some(file) = file else { return Err(fault(format!("`{named}` has no key `leaklint`"))) };
            self.chain.push(real);
            self.add(Layer { document, file })?;
            self.chain.pop();
        }
        self.layers.push(layer);
        Ok(())
    }

    /// The path that an entry of `extends` means.
    fn target(&self, from: &Path, named: &str) -> Result<PathBuf, String> {
        if named.contains("://") {
            return Err("this is a URL, and leaklint makes no network connections: use a path".to_owned());
        }
        if named.is_empty() || named.contains('\0') {
            return Err("this must be the path of a file".to_owned());
        }
        let folder = from.parent().unwrap_or(Path::new("."));
        let path = walk::normalised(&folder.join(named));
        if path.symlink_metadata().is_err() && !named.starts_with(['.', '/']) {
            return Err(format!(
                "file not found: `{named}` (paths are relative to this file; package names are not supported)"
            ));
        }
        let inside = |top: &PathBuf| identity(&path).starts_with(identity(top)) || path.starts_with(top);
        if self.top.as_ref().is_some_and(|top| !inside(top)) {
            return Err(format!("`{named}` is outside of the repository"));
        }
        Ok(path)
    }
}

/// The folder above a file that is under version control.
#[must_use]
pub fn top_of_repository(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|folder| is_top(folder)).map(Path::to_owned)
}

/// Whether a folder is the top of a repository or of a module in one.
#[must_use]
pub fn is_top(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// Whether nobody may read the file. Only the superuser could, and a run in a container is to say what it says elsewhere.
#[cfg(unix)]
fn is_closed(about: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o444 == 0
}

#[cfg(not(unix))]
fn is_closed(_: &std::fs::Metadata) -> bool {
    false
}

fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
