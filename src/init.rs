//! Writes a configuration to start from, made for the project it is in.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::config::NAMES;
use crate::{package, walk, write};

/// The file that is written.
pub const NAME: &str = NAMES[1];

/// Folders of generated code by the package that generates it.
const GENERATED: [(&str, &str); 9] = [
    ("next", ".next/"),
    ("nuxt", ".nuxt/"),
    ("@sveltejs/kit", ".svelte-kit/"),
    ("@remix-run/dev", "public/build/"),
    ("astro", ".astro/"),
    ("@angular/core", ".angular/"),
    ("@prisma/client", "**/generated/"),
    ("expo", ".expo/"),
    ("storybook", "storybook-static/"),
];

/// Runners of tests: what tests keep, they keep for a moment.
const TESTS: [&str; 6] = ["jest", "vitest", "mocha", "ava", "@playwright/test", "tap"];

/// Writes the configuration into a folder.
///
/// # Errors
/// When there is a configuration already, or the folder cannot be written.
pub fn write_in(folder: &Path) -> Result<()> {
    if let Some(name) = NAMES.iter().find(|name| folder.join(name).symlink_metadata().is_ok()) {
        bail!("{name} already exists: nothing was written");
    }
    let package = manifest(folder);
    if package.get("leaklint").is_some() {
        bail!("package.json already has the key `leaklint`: nothing was written");
    }
    let text = text(&package);
    match write::create(&folder.join(NAME), text.as_bytes()) {
        Ok(()) => Ok(()),
        Err(error) => bail!("{NAME} could not be written: {}", walk::reason(&error)),
    }
}

/// What `package.json` says; nothing when it is missing or broken.
fn manifest(folder: &Path) -> Value {
    let text = package::read(&folder.join("package.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// The text of the configuration for a project with this `package.json`.
#[must_use]
pub fn text(package: &Value) -> String {
    let lists = ["dependencies", "devDependencies", "peerDependencies"];
    let has = |name: &str| lists.iter().any(|list| package.get(list).is_some_and(|list| list.get(name).is_some()));
    let ignore: Vec<&str> = GENERATED.iter().filter(|(name, _)| has(name)).map(|(_, folder)| *folder).collect();
    let runners: Vec<&str> = TESTS.into_iter().filter(|name| has(name)).collect();

    let mut text = String::from(
        "// Configuration of leaklint. `leaklint config FILE` prints the settings of a file, `leaklint schema` all keys.\n{\n",
    );
    text.push_str(
        "  // off, info, warning or error; a rule id, `group/NAME`, or `all`. `leaklint rules` lists them.\n",
    );
    text.push_str("  \"rules\": {\n    // \"whole-read\": \"off\"\n  },\n\n");
    text.push_str("  // guess also shows uncertain findings, sure only patterns that were shown to leak.\n");
    text.push_str("  \"minConfidence\": \"likely\",\n\n");
    text.push_str("  // As in .gitignore, relative to this file. node_modules, dist and build are always skipped.\n");
    let list = ignore.iter().map(|folder| format!("\"{folder}\"")).collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "  \"ignore\": [{list}],\n");
    text.push_str(
        "  // Functions that are called repeatedly from outside: by a queue, a scheduler, your own framework.\n",
    );
    text.push_str("  // \"entrypoints\": [\"src/jobs/*.ts#run\"],\n\n");
    text.push_str("  // Tables that describe what the calls of your own libraries do.\n");
    text.push_str("  // \"apis\": [\"./leaklint/acme.toml\"],\n\n");
    text.push_str("  // `leaklint-ignore` comments need a reason.\n  \"requireReason\": true,\n\n");
    if !runners.is_empty() {
        let _ = writeln!(text, "  // Tests ({}) are short-lived: show only sure findings in them.", runners.join(", "));
    }
    text.push_str("  \"overrides\": [");
    if runners.is_empty() {
        text.push_str("]\n}\n");
    } else {
        text.push_str(
            "\n    { \"files\": [\"**/*.{test,spec}.*\", \"**/__tests__/**\"], \"minConfidence\": \"sure\" }\n  ]\n}\n",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_looked_at() {
        let package = serde_json::json!({ "dependencies": { "next": "15" }, "devDependencies": { "vitest": "3" } });
        assert!(text(&package).contains("\"ignore\": [\".next/\"]"));
        assert!(text(&package).contains("Tests (vitest)"));
        assert!(text(&Value::Null).contains("\"ignore\": []"));
    }
}
