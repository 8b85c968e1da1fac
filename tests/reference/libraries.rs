//! The list of the libraries that leaklint knows, made from the rows of `rules/apis`.

use std::collections::{BTreeMap, BTreeSet};

use leaklint::apis::row::Table;
use leaklint::rules::TABLES;

use super::rows::{self, Known};

/// Libraries that are platforms: they have no package.
const PLATFORMS: [&str; 5] = ["ecmascript", "node", "web", "deno", "bun"];

pub fn is_platform(table: &Table) -> bool {
    PLATFORMS.contains(&table.library.as_str())
}

/// What is said of one or several packages of a table.
struct Entry {
    names: Vec<String>,
    about: String,
    versions: String,
    docs: String,
    file: &'static str,
    known: Known,
}

fn entries() -> (Vec<Entry>, Vec<Entry>) {
    let tables: Vec<Table> = TABLES
        .iter()
        .map(|(name, text)| toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect();
    let homes = rows::homes(&tables);
    let (mut platforms, mut libraries) = (Vec::new(), Vec::new());
    for ((file, text), table) in TABLES.iter().zip(&tables) {
        let about = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
        let mut alike: Vec<(Vec<String>, Known)> = Vec::new();
        for (name, known) in rows::known(table, &homes) {
            match alike.iter_mut().find(|(_, other)| *other == known) {
                Some((names, _)) => names.push(name),
                None => alike.push((vec![name], known)),
            }
        }
        let into = if is_platform(table) { &mut platforms } else { &mut libraries };
        into.extend(alike.into_iter().map(|(names, known)| Entry {
            names,
            about: about.clone(),
            versions: table.versions.clone(),
            docs: table.docs.clone(),
            file,
            known,
        }));
    }
    libraries.sort_by_key(|entry: &Entry| entry.names[0].trim_start_matches('@').to_lowercase());
    (platforms, libraries)
}

/// Names of all packages that some row is about.
pub fn packages() -> BTreeSet<String> {
    entries().1.into_iter().flat_map(|entry| entry.names).collect()
}

/// The Markdown page.
pub fn page() -> String {
    let (platforms, libraries) = entries();
    let count = packages().len();
    let mut text = format!(
        "# Libraries\n\n\
         leaklint knows what the calls of these {count} packages do, and the platforms below. It knows nothing else of a \
         library: a call that is not listed here is neither a leak nor a repair to it. Versions are those whose \
         documentation was read; others mostly work the same way.\n\n\
         Is yours missing? [Describe it yourself](own-apis.md) in a few lines, without any Rust.\n\n\
         A name in parentheses behind a call means any call of that name with this origin: `Emitter.on()` is the method \
         `on` of an object of the type `Emitter` from that package.\n\n## Platforms\n"
    );
    text.extend(platforms.iter().map(|entry| section(entry, "")));
    text += "\n## Packages\n";
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for entry in &libraries {
        let times = seen.entry(entry.names.clone()).or_default();
        *times += 1;
        text += &section(entry, if *times > 1 { " (continued)" } else { "" });
    }
    text
}

fn section(entry: &Entry, more: &str) -> String {
    let Entry { names, about, versions, docs, file, known } = entry;
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "\n### {}{more}\n\n{about} Versions: {versions}. [Documentation]({docs}), [rows](../rules/apis/{file}).\n\n{}",
        names.join(", "),
        known.lines()
    )
}
