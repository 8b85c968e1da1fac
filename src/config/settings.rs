//! What a configuration means for the files below it: patterns compiled, rules known by name, layers put together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobBuilder;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::document::Document;
use super::fault::{Fault, Step, hint, shortened};
use super::file::{ALL, Entrypoint, GROUP, Level, groups};
use super::layers::Layer;
use crate::apis::{Apis, EntryPoint};
use crate::finding::{Confidence, Severity};
use crate::program::whose::Whose;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::source::{self, Unreadable};
use crate::walk;

/// Severities by rule; a rule that is not there is as it is by default.
pub type Levels = BTreeMap<&'static str, Level>;

/// Complaints about names told for each file.
const TOLD: usize = 5;

/// The settings of a folder and all below it.
#[derive(Debug)]
pub struct Settings {
    /// Patterns are relative to it.
    pub base: PathBuf,
    /// The files that these settings come from, in the order in which they apply.
    pub files: Vec<String>,
    pub levels: Levels,
    pub least: Option<Confidence>,
    pub require_reason: Option<bool>,
    pub overrides: Vec<Override>,
    /// `None`: the built-in tables and no others.
    own_apis: Option<&'static Apis>,
    /// Own tables of APIs, as written.
    pub own: Vec<String>,
    /// Patterns of entry points, whole paths.
    pub entries: Vec<String>,
    pub include: Option<Patterns>,
    pub ignore: Patterns,
    /// Settings of the folders above, whose `ignore` holds here as well.
    pub outer: Option<Arc<Settings>>,
}

/// Settings of some files.
#[derive(Debug)]
pub struct Override {
    files: Patterns,
    ignore: Patterns,
    pub levels: Levels,
    pub least: Option<Confidence>,
    require_reason: Option<bool>,
    pub treat_as: Option<Whose>,
}

/// Patterns as in `.gitignore`.
#[derive(Debug)]
pub struct Patterns {
    matcher: Gitignore,
    /// As written.
    pub list: Vec<String>,
}

/// What holds for one file.
#[derive(Debug, Default, Clone)]
pub struct ForFile {
    pub levels: Levels,
    /// Rules that an override turned off: even naming them on the command line does not bring them back.
    pub overridden: Levels,
    pub least: Option<Confidence>,
    pub require_reason: Option<bool>,
}

impl Settings {
    /// The settings where there is no configuration.
    #[must_use]
    pub fn default_in(base: &Path) -> Self {
        Self {
            base: base.to_owned(),
            files: Vec::new(),
            levels: Levels::new(),
            least: None,
            require_reason: None,
            overrides: Vec::new(),
            own_apis: None,
            own: Vec::new(),
            entries: Vec::new(),
            include: None,
            ignore: Patterns { matcher: Gitignore::empty(), list: Vec::new() },
            outer: None,
        }
    }

    /// Puts layers together. `base`: the folder that patterns are relative to; `root`: what shown paths are relative to.
    ///
    /// # Errors
    /// An unknown rule, a pattern that is none, a table that is missing or wrong.
    pub fn new(base: &Path, root: &Path, layers: &[Layer]) -> Result<Self, Fault> {
        let mut settings = Self::default_in(base);
        let mut tables = Vec::new();
        let mut entries = Vec::new();
        let mut ignore = Vec::new();
        for Layer { document, file } in layers {
            settings.files.push(document.shown.clone());
            settings.levels.extend(levels(&file.rules, document, &[Step::Key("rules")])?);
            settings.least = file.min_confidence.map(super::file::Least::confidence).or(settings.least);
            settings.require_reason = file.require_reason.or(settings.require_reason);
            if let Some(include) = &file.include {
                let list = located(include, document, &[Step::Key("include")]);
                settings.include = Some(Patterns::new(base, &list)?);
            }
            ignore.extend(located(&file.ignore, document, &[Step::Key("ignore")]));
            for (index, one) in file.overrides.iter().enumerate() {
                settings.overrides.push(Override::new(base, one, (document, index))?);
            }
            for (index, path) in file.apis.iter().enumerate() {
                tables.push(table(path, root, (document, index))?);
            }
            for (index, entry) in file.entrypoints.iter().enumerate() {
                entries.push(entry_point(entry, base, (document, index))?);
            }
            settings.own.extend(file.apis.iter().cloned());
        }
        settings.ignore = Patterns::new(base, &ignore)?;
        settings.entries = entries.iter().map(|entry| entry.paths.glob().glob().to_owned()).collect();
        let tables: Vec<(&str, &str)> = tables.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        if !tables.is_empty() || !entries.is_empty() {
            settings.own_apis = Some(Apis::with_own(&tables, &entries).map_err(|error| Fault {
                file: error.file,
                place: Some((error.line, error.column)),
                key: error.key,
                message: error.message,
            })?);
        }
        Ok(settings)
    }

    /// What the calls of libraries do, those of the user included.
    #[must_use]
    pub fn apis(&self) -> &'static Apis {
        self.own_apis.unwrap_or_else(Apis::built_in)
    }

    /// Whether `ignore` of this configuration, or of one above, means the path.
    #[must_use]
    pub fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let mut settings = Some(self);
        while let Some(one) = settings {
            if one.ignore.means(path, is_folder) {
                return true;
            }
            settings = one.outer.as_deref();
        }
        false
    }

    /// Whether a file that was found by walking is to be read.
    #[must_use]
    pub fn includes(&self, path: &Path) -> bool {
        self.include.as_ref().is_none_or(|include| include.means(path, false))
    }

    /// What holds for a file.
    #[must_use]
    pub fn of_file(&self, path: &Path) -> ForFile {
        let mut file = ForFile {
            levels: self.levels.clone(),
            overridden: Levels::new(),
            least: self.least,
            require_reason: self.require_reason,
        };
        for one in &self.overrides {
            if one.means(path, false) {
                file.levels.extend(one.levels.iter().map(|(id, level)| (*id, *level)));
                file.overridden.extend(one.levels.iter().map(|(id, level)| (*id, *level)));
                file.least = one.least.or(file.least);
                file.require_reason = one.require_reason.or(file.require_reason);
            }
        }
        file
    }

    /// Whose code a file or folder is, where the configuration says so.
    #[must_use]
    pub fn treat_as(&self, path: &Path, is_folder: bool) -> Option<Whose> {
        let says = self.overrides.iter().rev().filter(|one| one.treat_as.is_some());
        says.into_iter().find(|one| one.means(path, is_folder)).and_then(|one| one.treat_as)
    }

    /// The lowest confidence that any file may ask for.
    #[must_use]
    pub fn lowest(&self) -> Option<Confidence> {
        self.overrides.iter().filter_map(|one| one.least).chain(self.least).min()
    }

    /// Rules that are given a severity for some file.
    pub fn turned_on(&self) -> impl Iterator<Item = &'static str> {
        let all = self.overrides.iter().flat_map(|one| one.levels.iter()).chain(&self.levels);
        all.filter(|(_, level)| **level != Level::Off).map(|(id, _)| *id)
    }
}

impl ForFile {
    /// How bad a finding of a rule is in this file; `None`: it is turned off. `chosen`: the rule runs without any
    /// configuration, `named`: because somebody asked for it.
    #[must_use]
    pub fn severity(&self, rule: &Rule, named: bool, chosen: bool) -> Option<Severity> {
        let level = if named && self.levels.get(rule.id) == Some(&Level::Off) {
            self.overridden.get(rule.id)
        } else {
            self.levels.get(rule.id)
        };
        match level {
            Some(level) => level.severity(),
            None => chosen.then_some(rule.severity),
        }
    }
}

impl Override {
    fn new(base: &Path, one: &super::file::Override, (document, index): (&Document, usize)) -> Result<Self, Fault> {
        let at = |key| [Step::Key("overrides"), Step::Item(index), Step::Key(key)];
        if one.files.is_empty() {
            return Err(document.fault(&at("files"), "the list is empty: add patterns such as `**/*.test.ts`"));
        }
        Ok(Self {
            files: Patterns::new(base, &located(&one.files, document, &at("files")))?,
            ignore: Patterns::new(base, &located(&one.ignore, document, &at("ignore")))?,
            levels: levels(&one.rules, document, &at("rules"))?,
            least: one.min_confidence.map(super::file::Least::confidence),
            require_reason: one.require_reason,
            treat_as: one.treat_as,
        })
    }

    fn means(&self, path: &Path, is_folder: bool) -> bool {
        self.files.means(path, is_folder) && !self.ignore.means(path, is_folder)
    }

    /// The patterns as written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.files.list
    }
}

/// A pattern with the place where it stands.
struct Located<'d> {
    pattern: &'d str,
    document: &'d Document,
    steps: Vec<Step<'d>>,
}

fn located<'d>(list: &'d [String], document: &'d Document, steps: &[Step<'d>]) -> Vec<Located<'d>> {
    let at = |index| steps.iter().copied().chain([Step::Item(index)]).collect();
    list.iter().enumerate().map(|(index, pattern)| Located { pattern, document, steps: at(index) }).collect()
}

impl Patterns {
    fn new(base: &Path, list: &[Located<'_>]) -> Result<Self, Fault> {
        let mut builder = GitignoreBuilder::new(base);
        for Located { pattern, document, steps } in list {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            if pattern.trim().is_empty() {
                return Err(document.fault(steps, "an empty pattern matches nothing"));
            }
            // A hash is no comment here.
            let hash = pattern.starts_with('#').then(|| format!("\\{pattern}"));
            let added = builder.add_line(None, hash.as_deref().unwrap_or(pattern));
            added.map_err(|error| document.fault(steps, format!("invalid pattern: {}", cause(&error))))?;
        }
        let first = list.first();
        let matcher = builder.build().map_err(|error| match first {
            Some(one) => one.document.fault(&one.steps, format!("invalid pattern: {}", cause(&error))),
            None => Fault::whole("", error.to_string()),
        })?;
        Ok(Self { matcher, list: list.iter().map(|one| one.pattern.to_owned()).collect() })
    }

    /// Whether the path, or a folder that it lies in, is meant. Paths elsewhere are not.
    #[must_use]
    pub fn means(&self, path: &Path, is_folder: bool) -> bool {
        if self.list.is_empty() {
            return false;
        }
        let Ok(relative) = path.strip_prefix(self.matcher.path()) else { return false };
        matches!(self.matcher.matched_path_or_any_parents(relative, is_folder), Match::Ignore(_))
    }
}

fn cause(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithLineNumber { err, .. }
        | ignore::Error::WithDepth { err, .. } => cause(err),
        other => other.to_string(),
    }
}

/// Severities by rule from keys that may mean many.
fn levels(rules: &BTreeMap<String, Level>, document: &Document, steps: &[Step<'_>]) -> Result<Levels, Fault> {
    let mut levels = Levels::new();
    let many = |rule: &Rule, level: Level| !rule.pedantic || level == Level::Off;
    if let Some(level) = rules.get(ALL) {
        levels.extend(RULES.iter().filter(|rule| many(rule, *level)).map(|rule| (rule.id, *level)));
    }
    for (key, level) in rules {
        let Some(group) = key.strip_prefix(GROUP) else { continue };
        let members = RULES.iter().filter(|rule| rule.group.as_str() == group && many(rule, *level));
        levels.extend(members.map(|rule| (rule.id, *level)));
    }
    let mut unknown = Vec::new();
    for (key, level) in rules {
        if let Some(rule) = RULES.iter().find(|rule| rule.id == key) {
            levels.insert(rule.id, *level);
        } else if key != ALL && !key.strip_prefix(GROUP).is_some_and(|group| groups().contains(&group)) {
            unknown.push(key.as_str());
        }
    }
    let Some((first, rest)) = unknown.split_first() else { return Ok(levels) };
    let fault = |key: &str| {
        let at: Vec<Step<'_>> = steps.iter().copied().chain([Step::Key(key)]).collect();
        document.fault_of_key(&at, format!("unknown rule `{}`{}", shortened(key), like(key)))
    };
    let mut whole = fault(first);
    let others = rest.iter().take(TOLD - 1).map(|key| format!("\n{}", fault(key)));
    whole.message.extend(others);
    if unknown.len() > TOLD {
        whole.message.extend([format!("\nand {} more", unknown.len() - TOLD)]);
    }
    Err(whole)
}

fn like(key: &str) -> String {
    let names: Vec<String> = groups().into_iter().map(|group| format!("{GROUP}{group}")).collect();
    if groups().contains(&key) {
        return format!(": a group is written `{GROUP}{key}`");
    }
    let known: Vec<&str> =
        RULES.iter().map(|rule| rule.id).chain(names.iter().map(String::as_str)).chain([ALL]).collect();
    hint(&shortened(key), &known)
}

/// Name and text of an own table.
fn table(path: &str, root: &Path, (document, index): (&Document, usize)) -> Result<(String, String), Fault> {
    const MOST_BYTES: u64 = 4 << 20;
    let at = [Step::Key("apis"), Step::Item(index)];
    let folder = document.path.parent().unwrap_or(Path::new("."));
    let file = walk::normalised(&folder.join(path));
    let shown = walk::shown(&file, root);
    let refused = |why: String| document.fault(&at, format!("`{shown}` cannot be read: {why}"));
    let bytes = source::read(&file, MOST_BYTES).map_err(|why| match why {
        Unreadable::Io(why) => refused(why),
        _ => refused("too large".to_owned()),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| refused("not UTF-8".to_owned()))?;
    Ok((shown.clone(), text))
}

/// What an entry point means.
fn entry_point(entry: &Entrypoint, base: &Path, (document, index): (&Document, usize)) -> Result<EntryPoint, Fault> {
    let at = [Step::Key("entrypoints"), Step::Item(index)];
    let (files, names, runs) = match entry {
        Entrypoint::Short(text) => {
            let (files, name) = text.split_once('#').unwrap_or((text, "*"));
            (files, vec![name.to_owned()], super::file::Runs::default())
        }
        Entrypoint::Long(long) => {
            let all = long.exports.is_empty();
            let names = if all { vec!["*".to_owned()] } else { long.exports.clone() };
            (long.files.as_str(), names, long.runs)
        }
    };
    let files = files.strip_prefix("./").unwrap_or(files);
    if files.is_empty() || names.iter().any(String::is_empty) {
        return Err(document.fault(&at, "expected files and the name of an export, such as `src/jobs/*.ts#run`"));
    }
    let pattern = format!("{}/{files}", globset::escape(&base.to_string_lossy()));
    let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
    let glob = glob.map_err(|error| document.fault(&at, format!("invalid pattern: {}", error.kind())))?;
    Ok(EntryPoint { paths: glob.compile_matcher(), names, runs: runs.often() })
}
