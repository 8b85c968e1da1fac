//! Whose code files are: the packages around them, what the user has named, and what the configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::{Options, Settings};
use crate::lexicon::{Lexicon, Whose as Words};
use crate::package::Packages;
use crate::program::whose::{Attribution, Base, Project, Site, Whose, Why, is_published};
use crate::source::Marks;
use crate::walk;

/// What is known of the folders of a run, each looked at once.
pub struct Grounds<'o> {
    options: &'o Options,
    words: &'static Words,
    /// Files and folders that the user has named.
    asked: Vec<PathBuf>,
    pub packages: Packages,
    /// By folder: the top of its repository.
    tops: FxHashMap<PathBuf, Option<PathBuf>>,
    /// By folder.
    projects: FxHashMap<PathBuf, Arc<Project>>,
    /// By the outermost package: whether the project publishes packages.
    libraries: FxHashMap<PathBuf, bool>,
    /// By folder: whose code is in it.
    folders: FxHashMap<PathBuf, Whose>,
}

impl<'o> Grounds<'o> {
    #[must_use]
    pub fn new(options: &'o Options) -> Self {
        let asked = options.asked.as_ref().unwrap_or(&options.paths);
        Self {
            options,
            words: &Lexicon::built_in().whose,
            asked: asked.iter().map(|path| walk::normalised(&options.root.join(path))).collect(),
            packages: Packages::default(),
            tops: FxHashMap::default(),
            projects: FxHashMap::default(),
            libraries: FxHashMap::default(),
            folders: FxHashMap::default(),
        }
    }

    /// Whose code a file is, and whether it is a command, which is a tool where it runs once.
    pub fn of_file(&mut self, path: &Path, marks: Marks) -> (Attribution, bool) {
        let settings = self.options.configs.of_file(path);
        if let Some(whose) = settings.treat_as(path, false) {
            return (Attribution::new(whose, Why::Configured), false);
        }
        let project = self.project(path.parent().unwrap_or(path));
        let site = Site::new(path, false, &project, self.words);
        let found = site.attribution_of_file(marks);
        let is_command = found.whose.is_product() && site.is_command(marks);
        let otherwise = if is_command { Whose::Tool } else { found.whose };
        if otherwise.is_product() {
            return (found, false);
        }
        if let Some(why) = self.wanted(path, otherwise, &settings) {
            return (Attribution::new(Whose::Product, why), false);
        }
        (found, is_command)
    }

    /// Whose code is in a folder, as far as its path tells.
    pub fn of_folder(&mut self, path: &Path) -> Attribution {
        let project = self.project(path);
        Site::new(path, true, &project, self.words).attribution()
    }

    /// Why code that is no product counts as product: the user means it.
    fn wanted(&mut self, path: &Path, whose: Whose, settings: &Settings) -> Option<Why> {
        let asked = self.asked.clone();
        if asked.iter().any(|asked| self.means(asked, path, whose)) {
            return Some(Why::Asked(whose));
        }
        let patterns = settings.include.as_ref().map_or(&[][..], |include| &include.list);
        let written = |pattern: &String| fixed_part(pattern).map(|part| walk::normalised(&settings.base.join(part)));
        let pattern =
            patterns.iter().find(|one| written(one).is_some_and(|written| self.means(&written, path, whose)))?;
        Some(Why::Included(pattern.clone(), whose))
    }

    /// Whether a path that somebody wrote down is the file, or a folder that lies in the same place as the file: in the demo,
    /// in the test.
    fn means(&mut self, written: &Path, path: &Path, whose: Whose) -> bool {
        if written == path {
            return true;
        }
        if !path.starts_with(written) {
            return false;
        }
        let known = self.folders.get(written).copied();
        let of_folder = known.unwrap_or_else(|| self.of_folder(written).whose);
        self.folders.insert(written.to_owned(), of_folder);
        of_folder == whose
    }

    fn project(&mut self, folder: &Path) -> Arc<Project> {
        if let Some(known) = self.projects.get(folder) {
            return Arc::clone(known);
        }
        let project = Arc::new(self.look(folder));
        self.projects.insert(folder.to_owned(), Arc::clone(&project));
        project
    }

    fn look(&mut self, folder: &Path) -> Project {
        let top = self.top(folder);
        // Without a repository, what is around a package belongs to it as far as the run goes.
        let run = || {
            let named = self.asked.iter().chain([&self.options.root]);
            named.filter(|named| folder.starts_with(named)).min_by_key(|named| named.components().count()).cloned()
        };
        let outermost = top.clone().or_else(run);
        let mut bases = Vec::new();
        // Any name will do: only its folders are asked.
        let mut next = self.packages.of(&folder.join("package.json"));
        while let Some(package) = next {
            let is_inside = outermost.as_ref().is_some_and(|outermost| package.directory.starts_with(outermost));
            if !is_inside && (top.is_some() || !bases.is_empty()) {
                break;
            }
            next = self.packages.of(&package.directory);
            bases.push(Base { folder: package.directory.clone(), package: Some(package) });
        }
        if bases.is_empty() {
            bases.extend(outermost.map(|folder| Base { folder, package: None }));
        }
        bases.reverse();
        let is_library = bases.first().is_some_and(|base| self.is_library(base));
        Project { bases, is_library }
    }

    /// The top of the repository that a folder is in.
    fn top(&mut self, folder: &Path) -> Option<PathBuf> {
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.tops.get(above) {
                found.clone_from(known);
                break;
            }
            passed.push(above.to_owned());
            if above.join(".git").exists() {
                found = Some(above.to_owned());
                break;
            }
        }
        self.tops.extend(passed.into_iter().map(|folder| (folder, found.clone())));
        found
    }

    /// Whether a project publishes its package, or one of its members.
    fn is_library(&mut self, base: &Base) -> bool {
        let Some(package) = &base.package else { return false };
        if is_published(package) {
            return true;
        }
        if let Some(known) = self.libraries.get(&base.folder) {
            return *known;
        }
        let members = self.words.members.iter().map(|name| base.folder.join(name));
        let folders = members.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
        let folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
        let publishes = folders.iter().any(|folder| {
            let package = self.packages.of(&folder.join("package.json"));
            package.is_some_and(|package| package.directory == *folder && is_published(&package))
        });
        self.libraries.insert(base.folder.clone(), publishes);
        publishes
    }
}

/// The path at the start of a pattern, up to the first part that is none; `None`: the pattern names no path.
fn fixed_part(pattern: &str) -> Option<PathBuf> {
    let parts = pattern.trim_matches('/').split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '!', '\\']));
    let path: PathBuf = parts.filter(|part| *part != ".").collect();
    path.components().next().is_some().then_some(path)
}
