//! Words that hint, read once from `rules/lexicon.toml`: what the names of folders, files and packages say of their code.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::apis::TableError;
use crate::apis::error::Step;

/// All words, compiled.
#[derive(Debug)]
pub struct Lexicon {
    pub whose: Whose,
}

/// Words that say whose code it is.
#[derive(Debug)]
pub struct Whose {
    pub members: Vec<String>,
    pub routes: Vec<String>,
    pub servers: Vec<String>,
    /// All patterns of files: most names are like none.
    pub some_file: Patterns,
    pub test: Words,
    pub demo: Words,
    pub tool: Words,
    pub generated: Generated,
}

/// Words for one kind of code that is no product.
#[derive(Debug)]
pub struct Words {
    /// Folders at the top of a package.
    pub top: Vec<String>,
    /// The same where the project publishes a library.
    pub library: Vec<String>,
    /// Folders wherever they are.
    pub anywhere: Vec<String>,
    /// The same, but not directly below a folder of routes.
    pub unless_route: Vec<String>,
    /// Names of files.
    pub files: Patterns,
    /// Names of files at the top of a package.
    pub top_files: Patterns,
    /// Files that the patterns do not mean.
    pub except: Patterns,
    /// Names of private packages of a workspace, without their scope.
    pub packages: Patterns,
}

/// What shows that nobody of the project wrote a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    #[serde(default)]
    pub written: Vec<String>,
    #[serde(default)]
    pub banners: Vec<Vec<String>>,
    #[serde(default)]
    pub vendored: Vec<String>,
}

/// Patterns for names, or for the last parts of a path where they have a slash.
#[derive(Debug)]
pub struct Patterns {
    names: GlobSet,
    paths: GlobSet,
    /// As written, in the order of each set.
    of_names: Vec<String>,
    of_paths: Vec<String>,
}

impl Patterns {
    /// Whether some pattern means a file.
    #[must_use]
    pub fn means(&self, below: &str) -> bool {
        let name = below.rsplit('/').next().unwrap_or(below);
        self.names.is_match(name) || self.paths.is_match(below)
    }

    /// The first pattern that means a file, as written. `below`: its path; all is lower case.
    #[must_use]
    pub fn first(&self, below: &str) -> Option<&str> {
        let name = below.rsplit('/').next().unwrap_or(below);
        let named = self.names.matches(name).first().map(|index| self.of_names[*index].as_str());
        named.or_else(|| self.paths.matches(below).first().map(|index| self.of_paths[*index].as_str()))
    }
}

/// The file, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    whose: WhoseText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhoseText {
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    routes: Vec<String>,
    #[serde(default)]
    servers: Vec<String>,
    test: WordsText,
    demo: WordsText,
    tool: WordsText,
    generated: Generated,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct WordsText {
    top: Vec<String>,
    library: Vec<String>,
    anywhere: Vec<String>,
    unless_route: Vec<String>,
    files: Vec<String>,
    top_files: Vec<String>,
    except: Vec<String>,
    packages: Vec<String>,
}

/// The way to a word, and what is wrong with it.
type Fault<'t> = (Vec<Step<'t>>, String);

impl Lexicon {
    /// The words that come with leaklint.
    ///
    /// # Panics
    /// When the file is wrong, which `tests/whose.rs` rules out.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Lexicon> = OnceLock::new();
        BUILT_IN.get_or_init(|| match Self::parse("lexicon.toml", crate::rules::LEXICON) {
            Ok(lexicon) => lexicon,
            Err(error) => unreachable!("built-in words: {error}"),
        })
    }

    /// Reads words from a text; `file` is named in errors.
    ///
    /// # Errors
    /// When a key is unknown or missing, a word is none, or a word has two meanings.
    pub fn parse(file: &str, text: &str) -> Result<Self, TableError> {
        let read: Text = toml::from_str(text).map_err(|error| TableError::parsing(file, text, &error))?;
        let fault = |(steps, message): Fault<'_>| TableError::meaning((file, text), &steps, message);
        let WhoseText { members, routes, servers, test, demo, tool, generated } = read.whose;
        one_meaning(&[("test", &test), ("demo", &demo), ("tool", &tool)], &generated).map_err(fault)?;
        for (key, list) in [("members", &members), ("routes", &routes)] {
            folders(&[Step::Key("whose"), Step::Key(key)], list).map_err(fault)?;
        }
        for (index, phrases) in generated.banners.iter().enumerate() {
            let at = [Step::Key("whose"), Step::Key("generated"), Step::Key("banners"), Step::Item(index)];
            if phrases.is_empty() {
                return Err(fault((at.to_vec(), "a banner needs a phrase".to_owned())));
            }
            each(&at, phrases, |_| None).map_err(fault)?;
        }
        let texts = [&test, &demo, &tool];
        let files = texts.into_iter().flat_map(|text| text.files.iter().chain(&text.top_files));
        let files: Vec<String> = files.cloned().collect();
        let whose = Whose {
            test: words("test", &test).map_err(fault)?,
            demo: words("demo", &demo).map_err(fault)?,
            tool: words("tool", &tool).map_err(fault)?,
            some_file: patterns(&[Step::Key("whose")], &files).map_err(fault)?,
            members,
            routes,
            servers,
            generated,
        };
        Ok(Self { whose })
    }
}

/// No folder may say two things.
fn one_meaning<'t>(kinds: &[(&'t str, &'t WordsText)], generated: &'t Generated) -> Result<(), Fault<'t>> {
    let mut known: FxHashMap<&str, String> = FxHashMap::default();
    let of_kinds = kinds.iter().flat_map(|(kind, text)| {
        let lists = [
            ("top", &text.top),
            ("library", &text.library),
            ("anywhere", &text.anywhere),
            ("unless-route", &text.unless_route),
        ];
        lists.map(|(key, list)| (*kind, key, list))
    });
    let of_generated = [("written", &generated.written), ("vendored", &generated.vendored)];
    for (kind, key, list) in of_kinds.chain(of_generated.map(|(key, list)| ("generated", key, list))) {
        let at = [Step::Key("whose"), Step::Key(kind), Step::Key(key)];
        folders(&at, list)?;
        for (index, word) in list.iter().enumerate() {
            if let Some(before) = known.insert(word, format!("whose.{kind}.{key}")) {
                return Err((item(&at, index), format!("`{word}` is in `{before}` already")));
            }
        }
    }
    Ok(())
}

/// Words that are names of folders.
fn folders<'t>(at: &[Step<'t>], list: &'t [String]) -> Result<(), Fault<'t>> {
    each(at, list, |word| {
        word.contains(['/', '\\', '*', '?', '[', '{']).then(|| format!("`{word}` is not the name of a folder"))
    })
}

/// What every word must be, and what else `wrong` finds.
fn each<'t>(at: &[Step<'t>], list: &'t [String], wrong: impl Fn(&str) -> Option<String>) -> Result<(), Fault<'t>> {
    for (index, word) in list.iter().enumerate() {
        let message = if word.trim().is_empty() {
            Some("a word must not be empty".to_owned())
        } else if word.chars().any(|c| c.is_ascii_uppercase()) {
            Some(format!("`{word}` must be written in lower case"))
        } else {
            wrong(word)
        };
        if let Some(message) = message {
            return Err((item(at, index), message));
        }
    }
    Ok(())
}

fn item<'t>(at: &[Step<'t>], index: usize) -> Vec<Step<'t>> {
    at.iter().copied().chain([Step::Item(index)]).collect()
}

fn words<'t>(kind: &'t str, text: &'t WordsText) -> Result<Words, Fault<'t>> {
    let patterns = |key, list| patterns(&[Step::Key("whose"), Step::Key(kind), Step::Key(key)], list);
    Ok(Words {
        top: text.top.clone(),
        library: text.library.clone(),
        anywhere: text.anywhere.clone(),
        unless_route: text.unless_route.clone(),
        files: patterns("files", &text.files)?,
        top_files: patterns("top-files", &text.top_files)?,
        except: patterns("except", &text.except)?,
        packages: patterns("packages", &text.packages)?,
    })
}

fn patterns<'t>(at: &[Step<'t>], list: &'t [String]) -> Result<Patterns, Fault<'t>> {
    each(at, list, |_| None)?;
    let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    let (mut of_names, mut of_paths) = (Vec::new(), Vec::new());
    for (index, word) in list.iter().enumerate() {
        let has_slash = word.contains('/');
        let whole = if has_slash { format!("**/{word}") } else { word.clone() };
        let glob = GlobBuilder::new(&whole).literal_separator(true).build();
        let glob = glob.map_err(|error| (item(at, index), format!("invalid pattern: {}", error.kind())))?;
        let (set, written) = if has_slash { (&mut paths, &mut of_paths) } else { (&mut names, &mut of_names) };
        set.add(glob);
        written.push(word.clone());
    }
    let built = |set: GlobSetBuilder| set.build().map_err(|error| (at.to_vec(), format!("invalid patterns: {error}")));
    Ok(Patterns { names: built(names)?, paths: built(paths)?, of_names, of_paths })
}
