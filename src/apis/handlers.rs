//! Functions that frameworks find by name, place or decorator: which files and names rows mean.

use globset::GlobMatcher;
use rustc_hash::FxHashMap;

use super::row::{HandlerRow, Often};

/// Rows about handlers, as they are asked for.
#[derive(Debug, Default)]
pub struct Handlers {
    exported: Vec<Exported>,
    /// Decorators by name, each with the modules that it comes from.
    decorators: FxHashMap<String, Vec<(String, Often)>>,
    /// Keys of object literals that hold handlers.
    keys: FxHashMap<String, Often>,
}

/// Exported functions of some files.
#[derive(Debug)]
pub struct Exported {
    files: Vec<Vec<String>>,
    /// Whole paths, instead of `files`.
    paths: Option<GlobMatcher>,
    pub directive: Option<String>,
    names: Vec<String>,
    parameters: Vec<String>,
    pub runs: Often,
    pub reloaded: bool,
}

/// Exported functions that the user says are called again and again.
#[derive(Debug, Clone)]
pub struct EntryPoint {
    /// Whole paths of files.
    pub paths: GlobMatcher,
    /// Names of exports; `*` is any name.
    pub names: Vec<String>,
    pub runs: Often,
}

impl Handlers {
    pub(super) fn enter(&mut self, row: &HandlerRow, modules: &[&str]) {
        for name in &row.decorated {
            let known = self.decorators.entry(name.clone()).or_default();
            known.extend(modules.iter().map(|module| ((*module).to_owned(), row.runs)));
        }
        self.keys.extend(row.under.iter().map(|key| (key.clone(), row.runs)));
        if !row.exported.is_empty() {
            self.exported.push(Exported {
                files: row.files.iter().map(|file| file.split('/').map(str::to_owned).collect()).collect(),
                paths: None,
                directive: row.directive.clone(),
                names: row.exported.clone(),
                parameters: row.parameters.clone(),
                runs: row.runs,
                reloaded: row.reloaded,
            });
        }
    }

    /// Adds an entry point of the user's own.
    pub(super) fn enter_own(&mut self, own: &EntryPoint) {
        self.exported.push(Exported {
            files: Vec::new(),
            paths: Some(own.paths.clone()),
            directive: None,
            names: own.names.clone(),
            parameters: Vec::new(),
            runs: own.runs,
            reloaded: false,
        });
    }

    /// Rows about exported functions that mean the file at `path`.
    pub fn exported_in<'s>(&'s self, path: &str) -> impl Iterator<Item = &'s Exported> + use<'s> {
        let parts = segments(path);
        let whole = path.to_owned();
        self.exported.iter().filter(move |row| match &row.paths {
            Some(paths) => paths.is_match(&whole),
            None => row.files.is_empty() || row.files.iter().any(|file| ends_in(&parts, file)),
        })
    }

    /// How often a method with this decorator of a module runs.
    #[must_use]
    pub fn decorated(&self, module: &str, name: &str) -> Option<Often> {
        let known = self.decorators.get(name)?;
        known.iter().find(|(of, _)| of == module).map(|(_, runs)| *runs)
    }

    /// How often functions run that stand in an object literal under this key.
    #[must_use]
    pub fn under(&self, key: &str) -> Option<Often> {
        self.keys.get(key).copied()
    }
}

impl Exported {
    /// Whether the row means an export of this name whose function declares these parameters.
    #[must_use]
    pub fn means(&self, name: &str, parameters: &[&str]) -> bool {
        let named = self.names.iter().any(|known| known == "*" || matches(known, name));
        let declared = |(index, wanted): (usize, &String)| {
            parameters.get(index).is_some_and(|given| wanted.split('|').any(|one| one == *given))
        };
        named && self.parameters.iter().enumerate().all(declared)
    }
}

/// The parts of a path, the file without its last extension.
fn segments(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.split(['/', '\\']).map(str::to_owned).collect();
    if let Some(file) = parts.last_mut()
        && let Some((stem, _)) = file.rsplit_once('.')
    {
        *file = stem.to_owned();
    }
    parts
}

/// Whether a path ends in what a pattern describes: `**` is any number of folders, `*` any part of a name.
fn ends_in(path: &[String], pattern: &[String]) -> bool {
    (0..path.len()).any(|start| fits(&path[start..], pattern))
}

/// Both are short: the recursion goes as deep as the pattern.
fn fits(path: &[String], pattern: &[String]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((any, rest)) if any == "**" => (0..=path.len()).any(|start| fits(&path[start..], rest)),
        Some((first, rest)) => path.split_first().is_some_and(|(name, tail)| matches(first, name) && fits(tail, rest)),
    }
}

/// `actions.*` means `actions.default`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_end_of_a_path() {
        let means = |pattern: &str, path: &str| {
            let pattern: Vec<String> = pattern.split('/').map(str::to_owned).collect();
            ends_in(&segments(path), &pattern)
        };
        assert!(means("pages/api/**", "web/pages/api/users/[id].ts"));
        assert!(means("app/**/route", "app/route.ts") && means("app/**/route", "/x/src/app/a/b/route.js"));
        assert!(means("+page.server", "src/routes/+page.server.ts"));
        assert!(!means("pages/api/**", "web/pages/index.tsx") && !means("app/**/route", "app/routes.ts"));
    }
}
