//! Whose code a file is: the product's, or that of a test, a demo or a tool, or nobody's, as a tool has written it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runs::{self, Runs};
use super::summaries::Joined;
use super::{Location, Unit};
use crate::facts::{FileFacts, Often};
use crate::finding::FileId;
use crate::lexicon::{Lexicon, Whose as AllWords, Words};
use crate::package::Package;
use crate::source::Marks;
use crate::source::built::Built;

/// Whose code a file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// What users run.
    #[default]
    Product,
    /// Runs for the length of a test.
    Test,
    /// Shows what the product does.
    Demo,
    /// Runs once on the machine of a developer, and exits.
    Tool,
    /// Written by a tool, or by another project.
    Generated,
}

impl Whose {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Test => "test",
            Self::Demo => "demo",
            Self::Tool => "tool",
            Self::Generated => "generated",
        }
    }

    #[must_use]
    pub fn is_product(&self) -> bool {
        *self == Self::Product
    }

    /// Where a finding is that is not in the product.
    #[must_use]
    pub const fn place(self) -> Option<&'static str> {
        match self {
            Self::Product => None,
            Self::Test => Some("in a test"),
            Self::Demo => Some("in a demo"),
            Self::Tool => Some("in a tool"),
            Self::Generated => Some("in generated code"),
        }
    }

    /// What the file does with the product says something of the product. Commands and scripts start it; tests and demos
    /// only try it.
    #[must_use]
    pub const fn counts_as_user(self) -> bool {
        !matches!(self, Self::Test | Self::Demo)
    }
}

/// What shows whose code a file is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Why {
    /// Nothing says that it is no product.
    #[default]
    Nothing,
    Folder(String),
    /// A folder at the top of its package, the name of which means something else further down.
    TopFolder(String),
    /// The pattern that its name is like.
    Name(String),
    /// The same, of a file at the top of its package.
    TopName(String),
    /// The package that it belongs to.
    Package(String),
    /// It begins with `#!`, or `bin` names it, and it waits for nothing.
    Command,
    /// Its text.
    Content(&'static str),
    /// The user has named this path, in which it would be something else.
    Asked(Whose),
    /// A pattern of `include` names the path in which it would be something else.
    Included(String, Whose),
    /// `treatAs` says so.
    Configured,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing says otherwise"),
            Self::Folder(name) => write!(f, "it is in the folder `{name}`"),
            Self::TopFolder(name) => write!(f, "it is in the folder `{name}` at the top of its package"),
            Self::Name(pattern) => write!(f, "its name matches `{pattern}`"),
            Self::TopName(pattern) => write!(f, "it is at the top of its package, and its name matches `{pattern}`"),
            Self::Package(name) => write!(f, "it is in the private package `{name}`"),
            Self::Command => f.write_str("it is a command that runs once and exits"),
            Self::Content(what) => write!(f, "it is {what}"),
            Self::Asked(whose) => write!(f, "its path was given on the command line (otherwise: {})", whose.as_str()),
            Self::Included(pattern, whose) => {
                write!(f, "`include` has `{pattern}` (otherwise: {})", whose.as_str())
            }
            Self::Configured => f.write_str("`treatAs` of the configuration says so"),
        }
    }
}

/// Whose code a file is, and what shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribution {
    pub whose: Whose,
    pub why: Why,
}

impl Attribution {
    #[must_use]
    pub const fn new(whose: Whose, why: Why) -> Self {
        Self { whose, why }
    }

    /// Names at the top of a package are a habit: what the product imports from there is part of it.
    #[must_use]
    pub const fn yields_to_imports(&self) -> bool {
        matches!(self.whose, Whose::Demo | Whose::Tool) && matches!(self.why, Why::TopFolder(_) | Why::TopName(_))
    }
}

/// A folder that a path is judged from: of a package, or the top of what there is where there is none.
#[derive(Debug, Clone)]
pub struct Base {
    pub folder: PathBuf,
    pub package: Option<Arc<Package>>,
}

/// What a folder is part of.
#[derive(Debug)]
pub struct Project {
    /// Outermost first.
    pub bases: Vec<Base>,
    /// It publishes packages.
    pub is_library: bool,
}

/// Where a file or folder is in its project.
#[derive(Debug)]
pub struct Site<'w> {
    /// Outermost first.
    levels: Vec<Level>,
    is_library: bool,
    words: &'w AllWords,
}

#[derive(Debug)]
struct Level {
    base: Base,
    /// The path below the base, with `/`; as it is, and in lower case.
    below: String,
    lower: String,
    /// Its parts, in lower case.
    parts: Vec<String>,
    /// How many of them are folders.
    folders: usize,
    /// The name of the file is like some pattern.
    is_like_some: bool,
}

impl<'w> Site<'w> {
    #[must_use]
    pub fn new(path: &Path, is_folder: bool, project: &Project, words: &'w AllWords) -> Self {
        let level = |base: &Base| {
            let below = path.strip_prefix(&base.folder).ok()?.to_string_lossy().replace('\\', "/");
            let lower = below.to_ascii_lowercase();
            let parts: Vec<String> = lower.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let folders = if is_folder { parts.len() } else { parts.len().saturating_sub(1) };
            let is_like_some = !is_folder && words.some_file.means(&lower);
            Some(Level { base: base.clone(), below, lower, parts, folders, is_like_some })
        };
        Self { levels: project.bases.iter().filter_map(level).collect(), is_library: project.is_library, words }
    }

    /// Whose code is in the path, as far as its names tell.
    #[must_use]
    pub fn attribution(&self) -> Attribution {
        let words = self.words;
        let written =
            self.levels.iter().find_map(|level| level.folder(|_, name| words.generated.written.contains(name)));
        if let Some(folder) = written {
            return Attribution::new(Whose::Generated, Why::Folder(folder));
        }
        let kinds = [(Whose::Test, &words.test), (Whose::Demo, &words.demo), (Whose::Tool, &words.tool)];
        for (whose, own) in kinds {
            let why = (0..self.levels.len()).find_map(|depth| self.named(depth, (whose, own)));
            if let Some(why) = why {
                return Attribution::new(whose, why);
            }
        }
        Attribution::default()
    }

    /// The same, with what the text of the file says.
    #[must_use]
    pub fn attribution_of_file(&self, marks: Marks) -> Attribution {
        let vendored = || {
            let is_vendored = |_: usize, name: &String| self.words.generated.vendored.contains(name);
            self.levels.iter().any(|level| level.folder(is_vendored).is_some())
        };
        let content = match marks.built {
            Some(Built::Minified) => Some("minified code"),
            Some(Built::Bundled) => Some("bundled code"),
            None if marks.is_generated => Some("generated code, as its first comment says"),
            None if marks.is_release && vendored() => Some("a release of another project"),
            None => None,
        };
        content.map_or_else(|| self.attribution(), |what| Attribution::new(Whose::Generated, Why::Content(what)))
    }

    /// Whether the file is a command that its package installs and that no other code loads, or says so itself.
    #[must_use]
    pub fn is_command(&self, marks: Marks) -> bool {
        let package = self.levels.last().and_then(|level| Some((level, level.base.package.as_ref()?)));
        let is_loaded = package.is_some_and(|(level, package)| package.is_loaded(&level.below));
        let is_installed = package.is_some_and(|(level, package)| package.is_command(&level.below));
        !is_loaded && (is_installed || marks.is_command)
    }

    /// What shows, seen from a base, that the path is of this kind.
    fn named(&self, depth: usize, (whose, own): (Whose, &Words)) -> Option<Why> {
        let words = self.words;
        let level = &self.levels[depth];
        let anywhere = level.folder(|at, name| {
            let is_page = || level.is_below_routes(at, &words.routes);
            own.anywhere.contains(name) || (own.unless_route.contains(name) && !is_page())
        });
        let at_top = || {
            let is_meant = |at: usize, name: &String| {
                level.is_top(at, &words.members) && self.is_top_word((depth, at), (whose, own), name)
            };
            level.folder(is_meant).map(Why::TopFolder)
        };
        anywhere
            .map(Why::Folder)
            .or_else(at_top)
            .or_else(|| level.file(own, &words.members))
            .or_else(|| self.package(depth, own).map(Why::Package))
    }

    /// Whether a folder at the top of a package has one of the words that mean something else further down.
    fn is_top_word(&self, (depth, at): (usize, usize), (whose, own): (Whose, &Words), name: &String) -> bool {
        let level = &self.levels[depth];
        let is_word = own.top.contains(name) || (self.is_library && own.library.contains(name));
        if !is_word {
            return false;
        }
        if whose == Whose::Test {
            return true;
        }
        // What the package names as its code is no demo, and no tool.
        let is_loaded =
            |level: &Level| level.base.package.as_ref().is_some_and(|package| package.is_loaded(&level.below));
        if self.levels.iter().any(is_loaded) {
            return false;
        }
        // A page has scripts, too; and who publishes tools has them as the product.
        let tools_of_others = || {
            let folder = level.folder_path(at);
            let inner = self.levels[depth + 1..].iter().filter(|inner| inner.base.folder.starts_with(&folder));
            inner.filter_map(|inner| inner.base.package.as_ref()).any(|package| is_published(package))
        };
        whose != Whose::Tool || (level.base.package.is_some() && !tools_of_others())
    }

    /// The name of the package, where it is a private one of a workspace, and says that it is of this kind.
    fn package(&self, depth: usize, own: &Words) -> Option<String> {
        let package = self.levels[depth].base.package.as_ref().filter(|package| depth > 0 && package.private)?;
        let folder = package.directory.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
        let name = package.name.as_ref().map(|name| name.to_ascii_lowercase());
        let says = |name: &String| own.packages.first(name.rsplit('/').next().unwrap_or(name)).is_some();
        [name, folder].into_iter().flatten().find(says)
    }
}

impl Level {
    /// The first folder that is meant, by its place in the path and its name.
    fn folder(&self, is_meant: impl Fn(usize, &String) -> bool) -> Option<String> {
        let folders = self.parts[..self.folders].iter().enumerate();
        folders.into_iter().find(|(at, name)| is_meant(*at, name)).map(|(_, name)| name.clone())
    }

    /// The folder at a place of the path.
    fn folder_path(&self, at: usize) -> PathBuf {
        self.base.folder.join(self.below.split('/').take(at + 1).collect::<PathBuf>())
    }

    /// Whether a part of the path stands at the top: of the base, or of a member of it.
    fn is_top(&self, at: usize, members: &[String]) -> bool {
        let is_member = self.parts.first().is_some_and(|first| members.contains(first));
        let is_scoped = self.parts.get(1).is_some_and(|second| second.starts_with('@'));
        at == 0 || (is_member && at == 2 + usize::from(is_scoped))
    }

    /// Whether a folder is directly below one whose folders become pages; those in brackets are no part of an address.
    fn is_below_routes(&self, at: usize, routes: &[String]) -> bool {
        let above = at.checked_sub(1).map(|above| &self.parts[above]);
        above.is_some_and(|above| routes.contains(above) || above.starts_with(['(', '[']))
    }

    /// The pattern that the name of the file is like.
    fn file(&self, own: &Words, members: &[String]) -> Option<Why> {
        if !self.is_like_some || own.except.first(&self.lower).is_some() {
            return None;
        }
        let named = own.files.first(&self.lower).map(|pattern| Why::Name(pattern.to_owned()));
        named.or_else(|| {
            let pattern = own.top_files.first(&self.lower).filter(|_| self.is_top(self.folders, members))?;
            Some(Why::TopName(pattern.to_owned()))
        })
    }
}

/// Others can install the package.
#[must_use]
pub fn is_published(package: &Package) -> bool {
    !package.private && package.name.is_some()
}

/// Gives each file of a program its kind. `modules`: the file that each module of each file is.
pub fn attribute(units: &mut [Unit], locations: &[Location], modules: Option<&[Vec<Option<FileId>>]>) {
    let words = &Lexicon::built_in().whose;
    for (unit, location) in units.iter_mut().zip(locations) {
        let is_tool = location.is_command && runs_once(&unit.facts, &unit.runs, words);
        unit.whose = if is_tool { Whose::Tool } else { location.whose.whose };
    }
    let Some(modules) = modules else { return };
    let mut work: Vec<usize> = (0..units.len()).filter(|file| units[*file].whose.is_product()).collect();
    while let Some(file) = work.pop() {
        for imported in modules[file].iter().flatten().map(|id| id.0 as usize) {
            if !units[imported].whose.is_product() && locations[imported].whose.yields_to_imports() {
                units[imported].whose = Whose::Product;
                work.push(imported);
            }
        }
    }
}

/// Whether a command, by itself, runs once and exits.
#[must_use]
pub fn is_tool(facts: &FileFacts) -> bool {
    let runs = runs::of_file(facts, &Joined::default(), &|_, _| Runs::ONCE);
    runs_once(facts, &runs, &Lexicon::built_in().whose)
}

/// Whether nothing in a file waits for what others do: it runs once, and the program exits.
fn runs_once(facts: &FileFacts, runs: &[Runs], words: &AllWords) -> bool {
    let serves = |module: &str| {
        words
            .servers
            .iter()
            .any(|server| module.strip_prefix(server.as_str()).is_some_and(|rest| is_whole(server, rest)))
    };
    runs.iter().all(|runs| runs.often < Often::Mount) && !facts.imports.names.iter().any(|name| serves(&name.module))
}

/// A module is that of a word, or one of its parts: `x` and `x/y`, but not `xy`.
fn is_whole(word: &str, rest: &str) -> bool {
    rest.is_empty() || word.ends_with('/') || rest.starts_with('/')
}
