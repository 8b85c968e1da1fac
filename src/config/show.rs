//! Prints what configurations come to.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::file::{Least, Level};
use super::{Configs, Options, Settings};
use crate::finding::Confidence;
use crate::rules::RULES;
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
    }
    Ok(shown)
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
    let overrides = settings
        .overrides
        .iter()
        .map(|one| json!({ "files": one.patterns(), "rules": one.levels, "minConfidence": one.least.map(Least::of) }));
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
