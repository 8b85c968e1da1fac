//! Prints what configurations come to.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::file::{Least, Level};
use super::{Configs, Options, Settings};
use crate::finding::Confidence;
use crate::parse;
use crate::program::whose::{self, Attribution, Whose, Why};
use crate::project::Grounds;
use crate::rules::RULES;
use crate::source::{self, Language, Source};
use crate::walk;

/// The settings that hold for a file or folder.
///
/// # Errors
/// When it does not exist, or a configuration is wrong.
pub fn of_path(root: &Path, path: &Path, config: Option<&Path>) -> Result<Value> {
    let whole = walk::normalised(&root.join(path));
    if let Err(error) = whole.symlink_metadata() {
        bail!("{}: {}", walk::shown(&whole, root), walk::reason(&error));
    }
    let configs = match config {
        Some(file) => Configs::only(root, file)?,
        None => Configs::nearest(root),
    };
    let configs = Arc::new(configs);
    let is_folder = whole.is_dir();
    let settings = if is_folder { configs.of_folder(&whole) } else { configs.of_file(&whole) };
    if let Some(fault) = configs.faults().into_iter().next() {
        return Err(fault.into());
    }
    let mut shown = of_settings(&settings, root);
    let ignored = settings.ignores(&whole, is_folder) || (!is_folder && !settings.includes(&whole));
    if let Some(object) = shown.as_object_mut() {
        let file = settings.of_file(&whole);
        let severity = |rule: &crate::rule::Rule| Level::of(file.severity(rule, false, !rule.pedantic));
        object.insert("path".to_owned(), json!(walk::shown(&whole, root)));
        object.insert("ignored".to_owned(), json!(ignored));
        object
            .insert("rules".to_owned(), RULES.iter().map(|rule| (rule.id.to_owned(), json!(severity(rule)))).collect());
        object.insert("minConfidence".to_owned(), json!(Least::of(file.least.unwrap_or(Confidence::Likely))));
        object.insert("requireReason".to_owned(), json!(file.require_reason));
        let code = attribution(&Options { configs, ..Options::new(root.to_owned(), Vec::new()) }, &whole, is_folder);
        object.insert("code".to_owned(), json!(code.whose));
        object.insert("codeReason".to_owned(), json!(code.why.to_string()));
    }
    Ok(shown)
}

/// Whose code is in a file or folder, as far as that shows without the rest of the project.
fn attribution(options: &Options, path: &Path, is_folder: bool) -> Attribution {
    let mut grounds = Grounds::new(options);
    if is_folder {
        let configured = options.configs.of_folder(path).treat_as(path, true);
        return configured.map_or_else(|| grounds.of_folder(path), |whose| Attribution::new(whose, Why::Configured));
    }
    let bytes = source::read(path, options.max_size).unwrap_or_default();
    let text = source::decode(&bytes).unwrap_or_default();
    let language = Language::of(path).unwrap_or(Language::JavaScript);
    let (found, is_command) = grounds.of_file(path, crate::marks(text, language));
    let source = Source::new(walk::shown(path, &options.root), Some(path.to_owned()), text, language);
    let apis = options.apis_of(path);
    let is_tool = || source.blocks.iter().all(|block| whose::is_tool(&parse::parse(&source, *block, apis)));
    // Deep code needs a deep stack.
    if is_command && crate::pool(Some(1)).is_ok_and(|pool| pool.install(is_tool)) {
        return Attribution::new(Whose::Tool, Why::Command);
    }
    found
}

/// The settings of a run: what was typed, and each configuration in use.
#[must_use]
pub fn of_run(options: &Options, files: &[walk::FileToRead]) -> Value {
    let all = options.configs.all();
    let mut list = Vec::new();
    for settings in &all {
        let here = |file: &&walk::FileToRead| std::sync::Arc::ptr_eq(&options.configs.of_file(&file.path), settings);
        let count = files.iter().filter(here).count();
        if count > 0 || all.len() == 1 {
            let mut shown = of_settings(settings, &options.root);
            shown["files"] = json!(count);
            list.push(shown);
        }
    }
    json!({
        "paths": options.paths.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "rules": options.rules.iter().map(|rule| rule.id).collect::<Vec<_>>(),
        "skipped": options.skipped,
        "minConfidence": Least::of(options.least),
        "severity": options.severity,
        "baseline": options.baseline.as_ref().map(|baseline| baseline.file.to_string_lossy()),
        "noIgnore": options.no_ignore,
        "maxSize": options.max_size,
        "configurations": list,
    })
}

fn of_settings(settings: &Settings, root: &Path) -> Value {
    let overrides = settings.overrides.iter().map(|one| {
        let least = one.least.map(Least::of);
        json!({ "files": one.patterns(), "rules": one.levels, "minConfidence": least, "treatAs": one.treat_as })
    });
    json!({
        "configuration": settings.files,
        "folder": walk::shown(&settings.base, root),
        "rules": settings.levels,
        "minConfidence": settings.least.map(Least::of),
        "include": settings.include.as_ref().map(|include| &include.list),
        "ignore": settings.ignore.list,
        "overrides": overrides.collect::<Vec<_>>(),
        "apis": settings.own,
        "entrypoints": settings.entries,
        "requireReason": settings.require_reason,
    })
}
