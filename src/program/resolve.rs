//! From what a file imports to the file that is meant: Node's and TypeScript's rules, by `oxc_resolver`.

mod folders;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{AliasValue, FileSystem, ResolveOptions, ResolverGeneric, TsconfigDiscovery};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::facts::FileFacts;
use crate::finding::FileId;
use crate::package::Package;
use crate::program::whose::Attribution;
use folders::Folders;

type Rules = ResolverGeneric<Folders>;

/// Extensions that an import may leave out, as bundlers and TypeScript try them.
const EXTENSIONS: [&str; 10] = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte"];

/// Where a file of the run is, and what it belongs to.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// Absolute; `None` for standard input without a place.
    pub path: Option<PathBuf>,
    pub package: Option<Arc<Package>>,
    /// Read for the sake of others only.
    pub is_context: bool,
    pub whose: Attribution,
    /// A command, which is no product where it runs once.
    pub is_command: bool,
}

impl Location {
    /// Others than the files of the project can reach what the file exports: the file is an entry of its package, and that
    /// is not private.
    #[must_use]
    pub fn is_outer(&self) -> bool {
        let (Some(path), Some(package)) = (&self.path, &self.package) else { return false };
        if package.private {
            return false;
        }
        let below = path.strip_prefix(&package.directory).unwrap_or(path).to_string_lossy();
        package.is_entry(&below.replace('\\', "/"))
    }
}

/// Finds the files that imports mean.
pub struct Resolver {
    rules: Rules,
    /// The same without `tsconfig.json`, for projects where that names what is not installed.
    plain: Rules,
    /// Files of the run by their real paths; of a component file the first script.
    known: FxHashMap<PathBuf, FileId>,
    /// Folders of the project's packages by their names.
    packages: FxHashMap<String, PathBuf>,
}

impl Resolver {
    /// `locations` by [`FileId`].
    #[must_use]
    pub fn new(locations: &[Location]) -> Self {
        let mut known = FxHashMap::default();
        let mut real: FxHashMap<&Path, PathBuf> = FxHashMap::default();
        let mut packages = FxHashMap::default();
        for (location, id) in locations.iter().zip(0..) {
            let Some((folder, name)) = location.path.as_deref().and_then(|p| Some((p.parent()?, p.file_name()?)))
            else {
                continue;
            };
            let folder =
                real.entry(folder).or_insert_with(|| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()));
            known.entry(folder.join(name)).or_insert(FileId(id));
            if let Some(package) = &location.package
                && let Some(name) = &package.name
                && !is_installed(&package.directory)
            {
                packages.entry(name.clone()).or_insert_with(|| package.directory.clone());
            }
        }
        let rules = Rules::new_with_file_system(Folders::new(), options(&packages));
        let plain = rules.clone_with_options(ResolveOptions { tsconfig: None, ..options(&packages) });
        Self { rules, plain, known, packages }
    }

    /// The file of the run that a specifier means in a file.
    #[must_use]
    pub fn file(&self, from: &Path, specifier: &str) -> Option<FileId> {
        self.known.get(&self.path(from, specifier)?).copied()
    }

    /// The file that a specifier means, of the run or not.
    #[must_use]
    pub fn path(&self, from: &Path, specifier: &str) -> Option<PathBuf> {
        // `./x?raw` is a matter of bundlers.
        let specifier = specifier.split(['?', '!']).next().filter(|s| !s.is_empty())?;
        let found = self.rules.resolve_file(from, specifier).or_else(|error| match from.parent() {
            Some(folder) => self.plain.resolve(folder, specifier),
            None => Err(error),
        });
        if let Ok(found) = found {
            let path = found.into_path_buf();
            if self.known.contains_key(&path) || !is_built(&path) {
                return Some(path);
            }
        }
        self.source_of_package(specifier)
    }

    /// The sources of a package of the project whose entry has not been built, or is built from them.
    fn source_of_package(&self, specifier: &str) -> Option<PathBuf> {
        let (name, rest) = split_package(specifier);
        let folder = self.packages.get(name)?;
        let rest = if rest.is_empty() { "index" } else { rest };
        let tried = [folder.join("src").join(rest), folder.join(rest), folder.join("src").join(rest).join("index")];
        tried.iter().find_map(|stem| {
            let with = |extension: &&str| PathBuf::from(format!("{}{extension}", stem.display()));
            EXTENSIONS.iter().map(with).find(|path| self.known.contains_key(path))
        })
    }
}

/// For each file, what each of its modules is; `None` for what is no file of the run.
#[must_use]
pub fn modules(resolver: &Resolver, files: &[FileFacts], locations: &[Location]) -> Vec<Vec<Option<FileId>>> {
    files
        .par_iter()
        .zip(locations)
        .map(|(facts, location)| {
            let Some(from) = &location.path else { return vec![None; facts.links.modules.len()] };
            facts.links.modules.iter().map(|specifier| resolver.file(from, specifier)).collect()
        })
        .collect()
}

fn options(packages: &FxHashMap<String, PathBuf>) -> ResolveOptions {
    let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let typescript = |from: &str, to: &[&str]| (from.to_owned(), owned(to));
    // Where packages are not linked into `node_modules`, their names stand for their folders.
    let mut fallback: Vec<(String, Vec<AliasValue>)> = packages
        .iter()
        .map(|(name, folder)| (name.clone(), vec![AliasValue::Path(folder.to_string_lossy().into_owned())]))
        .collect();
    fallback.sort_by(|a, b| a.0.cmp(&b.0));
    ResolveOptions {
        extensions: owned(&EXTENSIONS),
        extension_alias: vec![
            typescript(".js", &[".js", ".ts", ".tsx", ".jsx"]),
            typescript(".jsx", &[".jsx", ".tsx"]),
            typescript(".mjs", &[".mjs", ".mts"]),
            typescript(".cjs", &[".cjs", ".cts"]),
        ],
        condition_names: owned(&["source", "node", "import", "require", "default"]),
        main_fields: owned(&["source", "module", "main"]),
        tsconfig: Some(TsconfigDiscovery::Auto),
        fallback,
        node_path: false,
        ..ResolveOptions::default()
    }
}

/// `@scope/name/rest` and `name/rest`, taken apart.
fn split_package(specifier: &str) -> (&str, &str) {
    let slashes = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(slashes - 1) {
        Some((at, _)) => (&specifier[..at], &specifier[at + 1..]),
        None => (specifier, ""),
    }
}

/// What package managers install is no part of the project.
fn is_installed(folder: &Path) -> bool {
    folder.components().any(|part| part.as_os_str() == "node_modules")
}

/// Below a folder that builds write to.
fn is_built(path: &Path) -> bool {
    const BUILT: [&str; 6] = ["dist", "build", "lib", "out", "esm", "cjs"];
    path.components().any(|part| part.as_os_str().to_str().is_some_and(|name| BUILT.contains(&name)))
}
