//! The files of a run as parts of a project: where they are, and which others of the project say what becomes of them.

mod grounds;

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::config::Options;
use crate::package;
use crate::program::Location;
use crate::sources::Sources;
use crate::walk::{self, FileToRead};
pub use grounds::Grounds;

/// Files that are read for the sake of others. A project with more is only read as far as the package goes.
const MOST_CONTEXT: usize = 4_000;

/// Where each file is, by its id, and whose code it is.
#[must_use]
pub fn locations(options: &Options, sources: &Sources) -> Vec<Location> {
    let mut grounds = Grounds::new(options);
    sources
        .units()
        .map(|source| {
            let path = source.on_disk().and_then(|file| std::path::absolute(file).ok()).map(|p| walk::normalised(&p));
            let Some(path) = path else { return Location { is_context: source.is_context, ..Location::default() } };
            let (whose, is_command) = grounds.of_file(&path, source.marks);
            let package = grounds.packages.of(&path);
            Location { path: Some(path), package, is_context: source.is_context, whose, is_command }
        })
        .collect()
}

/// The other files of the projects that these files are part of: what they import, what imports them.
#[must_use]
pub fn context(options: &Options, files: &[FileToRead]) -> Vec<FileToRead> {
    if options.isolated {
        return Vec::new();
    }
    let (folders, starts) = named(options);
    let of_run = || {
        let texts = options.given.iter().chain(&options.stdin).map(|text| real(&options.root.join(&text.name)));
        files.iter().map(|file| real(&file.path)).chain(texts).collect()
    };
    // Where a whole project is named, nobody asks.
    let mut known: Option<FxHashSet<PathBuf>> = None;
    let mut context = Vec::new();
    let mut seen: FxHashSet<PathBuf> = FxHashSet::default();
    for start in &starts {
        let Some(project) = Project::around(start) else { continue };
        // What is wholly named is read as it is.
        let covered = |root: &Path| root.ancestors().any(|above| folders.contains(above) || seen.contains(above));
        for root in [&project.root, &project.package] {
            if covered(root) {
                break;
            }
            let found = walk::walk(&Options { paths: vec![root.clone()], ..options.clone() }).files;
            if found.len() > MOST_CONTEXT {
                continue;
            }
            seen.insert(root.clone());
            let known = known.get_or_insert_with(of_run);
            let others = found.into_iter().filter(|file| known.insert(real(&file.path)));
            context.extend(others.map(|file| FileToRead { context: true, ..file }));
            break;
        }
    }
    context
}

/// The folders that the user has named; and those with the folders of single files, sorted.
fn named(options: &Options) -> (FxHashSet<PathBuf>, Vec<PathBuf>) {
    let full = |path: &Path| real(&options.root.join(path));
    let distinct: FxHashSet<&Path> = options.paths.iter().map(PathBuf::as_path).collect();
    let paths = distinct.into_iter().map(full);
    let texts = options.given.iter().chain(&options.stdin).map(|text| full(&text.name));
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.chain(texts).partition(|path| path.is_dir());
    let mut starts = folders.clone();
    starts.extend(files.iter().filter_map(|file| file.parent().map(Path::to_owned)));
    starts.sort();
    starts.dedup();
    (folders.into_iter().collect(), starts)
}

/// What a folder is part of.
struct Project {
    /// The outermost folder of the repository that says of packages that they belong together.
    root: PathBuf,
    /// The innermost one.
    package: PathBuf,
}

impl Project {
    fn around(folder: &Path) -> Option<Self> {
        let above: Vec<&Path> = folder.ancestors().collect();
        let repository = above.iter().position(|f| f.join(".git").exists());
        let packages = above.iter().enumerate().filter(|(_, f)| f.join("package.json").is_file());
        // Without a repository nobody knows what the folders above have to do with it.
        let inside: Vec<&Path> = match repository {
            Some(top) => packages.filter(|(at, _)| *at <= top).map(|(_, f)| *f).collect(),
            None => packages.take(1).map(|(_, f)| *f).collect(),
        };
        let package = (*inside.first()?).to_owned();
        let root = inside
            .iter()
            .rev()
            .find(|folder| is_workspace(folder))
            .map_or_else(|| package.clone(), |f| (*f).to_owned());
        Some(Self { root, package })
    }
}

/// npm, yarn and bun list workspaces in `package.json`, pnpm, lerna and rush in files of their own.
fn is_workspace(folder: &Path) -> bool {
    let lists = |name: &str| folder.join(name).is_file();
    let manifest = package::read(&folder.join("package.json")).unwrap_or_default();
    manifest.contains("\"workspaces\"") || ["pnpm-workspace.yaml", "lerna.json", "rush.json"].into_iter().any(lists)
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
