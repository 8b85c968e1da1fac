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

/// Names of the platforms for people.
fn platform(table: &Table) -> String {
    let name = match table.library.as_str() {
        "ecmascript" => "JavaScript",
        "node" => "Node.js",
        "web" => "Web platform",
        "deno" => "Deno",
        _ => "Bun",
    };
    let modules = table.modules.iter().filter(|module| *module != "globalThis");
    let modules: Vec<String> = modules.map(|module| format!("`{module}`")).collect();
    if modules.is_empty() { name.to_owned() } else { format!("{name}: {}", modules.join(", ")) }
}

/// Packages named in a heading; the rest stands below it.
const IN_HEADING: usize = 4;

/// What is said of one or several packages of a table.
struct Entry {
    /// The platform, where it is one.
    platform: Option<String>,
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
            platform: is_platform(table).then(|| platform(table)),
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
    // `#imports` of Nuxt is no package.
    entries().1.into_iter().flat_map(|entry| entry.names).filter(|name| !name.starts_with('#')).collect()
}

/// The Markdown page.
pub fn page() -> String {
    let (platforms, libraries) = entries();
    let count = packages().len();
    let mut text = format!(
        "# Libraries\n\n\
         leaklint knows what certain calls of these {count} packages do, and of the platforms below. Other calls have no \
         meaning\nto it: they neither leak nor clean up. The versions are those whose documentation was read.\n\n\
         Your library is not on the list? [Describe it](own-apis.md) in a few lines of TOML.\n\n\
         `Emitter.on()` below means the method `on` of any object of the type `Emitter` of that package.\n\n\
         ## Platforms\n"
    );
    text.extend(platforms.iter().map(|entry| section(entry, "")));
    text += "\n## Packages\n";
    let mut seen: BTreeMap<&[String], usize> = BTreeMap::new();
    for entry in &libraries {
        let times = seen.entry(&entry.names).or_default();
        *times += 1;
        text += &section(entry, if *times > 1 { " (continued)" } else { "" });
    }
    text
}

fn section(entry: &Entry, more: &str) -> String {
    let Entry { names, about, versions, docs, file, .. } = entry;
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let (title, rest) = match &entry.platform {
        Some(platform) => (platform.clone(), String::new()),
        None if names.len() > IN_HEADING => (
            format!("{} and {} more", names[..IN_HEADING].join(", "), names.len() - IN_HEADING),
            format!("Also: {}.\n\n", names[IN_HEADING..].join(", ")),
        ),
        None => (names.join(", "), String::new()),
    };
    format!(
        "\n### {title}{more}\n\n{rest}{about} Versions: {versions}. [Documentation]({docs}), \
         [rows](../rules/apis/{file}).\n\n{}",
        entry.known.lines()
    )
}
