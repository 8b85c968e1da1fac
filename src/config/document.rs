//! The text of a configuration file: JSON with comments, read so that every fault has a place.

use std::path::{Path, PathBuf};

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_path_to_error::Segment;

use super::fault::{Fault, Step, place};
use super::file::File;
use crate::source::{self, Unreadable};

/// Bytes that a configuration may have.
const MOST_BYTES: u64 = 1 << 20;

/// Package files may be larger: they are mostly about other things.
const MOST_PACKAGE_BYTES: u64 = 8 << 20;

/// The file whose key `leaklint` is a configuration.
pub const PACKAGE: &str = "package.json";

/// A configuration file that was read, not yet understood.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: PathBuf,
    /// The path as the user sees it.
    pub shown: String,
    text: String,
}

impl Document {
    /// Reads a file of reasonable size. `shown` is its path as the user sees it.
    ///
    /// # Errors
    /// When it is no regular file, cannot be read, is too large, or is not UTF-8.
    pub fn read(path: &Path, shown: String) -> Result<Self, Fault> {
        let most = if is_package(path) { MOST_PACKAGE_BYTES } else { MOST_BYTES };
        let refused = |message: String| Fault::whole(&shown, message);
        let bytes = match source::read(path, most) {
            Ok(bytes) => bytes,
            Err(Unreadable::TooLarge(_)) => {
                return Err(refused(format!("the configuration is too large: the limit is {} MiB", most >> 20)));
            }
            Err(Unreadable::Io(why) | Unreadable::Encoding(why)) => {
                return Err(refused(format!("the configuration cannot be read: {why}")));
            }
            Err(Unreadable::Binary) => return Err(refused("not text".to_owned())),
        };
        match source::decode(&bytes) {
            Ok(text) => Ok(Self { path: path.to_owned(), shown, text: text.to_owned() }),
            Err(Unreadable::Encoding(why)) => Err(refused(why)),
            Err(_) => Err(refused("not text: this is a binary file".to_owned())),
        }
    }

    /// What the file says. `None`: a package file that does not speak of leaklint.
    ///
    /// # Errors
    /// The first fault: no JSON, a key twice, an unknown key, a wrong type or word.
    pub fn file(&self) -> Result<Option<File>, Fault> {
        if is_package(&self.path) && !self.text.contains("\"leaklint\"") {
            return Ok(None);
        }
        let root = self.parse()?;
        let Some(value) = self.part(&root) else { return Ok(None) };
        let Value::Object(object) = value else {
            return Err(self.at(value.start(), "", "a configuration must be an object, such as `{ \"rules\": {} }`"));
        };
        self.no_key_twice(object)?;
        let plain = plain(value);
        match serde_path_to_error::deserialize(plain) {
            Ok(file) => Ok(Some(file)),
            Err(error) => Err(self.wrong(&error)),
        }
    }

    /// A fault at the value that `steps` lead to; a key that is missing leaves us at what should have it.
    #[must_use]
    pub fn fault(&self, steps: &[Step<'_>], message: impl Into<String>) -> Fault {
        self.fault_at(steps, false, message)
    }

    /// A fault at the last key of `steps` instead of its value.
    #[must_use]
    pub fn fault_of_key(&self, steps: &[Step<'_>], message: impl Into<String>) -> Fault {
        self.fault_at(steps, true, message)
    }

    fn fault_at(&self, steps: &[Step<'_>], of_key: bool, message: impl Into<String>) -> Fault {
        let key = steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        let Ok(root) = self.parse() else { return Fault::whole(&self.shown, message.into()) };
        let Some(mut value) = self.part(&root) else { return Fault::whole(&self.shown, message.into()) };
        let mut offset = value.start();
        for (index, step) in steps.iter().enumerate() {
            let next = match (step, value) {
                (Step::Key(key), Value::Object(object)) => object.get(key).map(|property| {
                    let last = index + 1 == steps.len();
                    let start = if of_key && last { property.name.start() } else { property.value.start() };
                    (&property.value, start)
                }),
                (Step::Item(item), Value::Array(array)) => {
                    array.elements.get(*item).map(|value| (value, value.start()))
                }
                _ => None,
            };
            let Some((inner, start)) = next else { break };
            (value, offset) = (inner, start);
        }
        self.at(offset, &key, message)
    }

    fn parse(&self) -> Result<Value<'_>, Fault> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let relaxed = !is_package(&self.path);
        let options = ParseOptions {
            allow_comments: relaxed,
            allow_trailing_commas: relaxed,
            allow_loose_object_property_names: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        match parse_to_ast(text, &CollectOptions::default(), &options) {
            Ok(parsed) => parsed.value.ok_or_else(|| self.at(0, "", "empty: write `{}` for the defaults")),
            Err(error) => {
                let said = error.kind().to_string();
                let conflict = text.lines().any(|line| line.starts_with("<<<<<<< "));
                let said = if conflict { "merge conflict markers".to_owned() } else { lowered(&said) };
                Err(self.at(error.range().start, "", format!("not valid JSON: {said}")))
            }
        }
    }

    /// The part of the file that is the configuration.
    fn part<'v>(&self, root: &'v Value<'v>) -> Option<&'v Value<'v>> {
        if !is_package(&self.path) {
            return Some(root);
        }
        root.as_object()?.get("leaklint").map(|property| &property.value)
    }

    /// A place in the text; `offset` does not count a byte-order mark.
    fn at(&self, offset: usize, key: &str, message: impl Into<String>) -> Fault {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        Fault {
            file: self.shown.clone(),
            place: Some(place(text, offset)),
            key: key.to_owned(),
            message: message.into(),
        }
    }

    fn no_key_twice(&self, object: &Object<'_>) -> Result<(), Fault> {
        let mut waiting = vec![(String::new(), object)];
        while let Some((way, object)) = waiting.pop() {
            let mut seen = std::collections::BTreeSet::new();
            for property in &object.properties {
                let name = property.name.as_str();
                let way = format!("{way}{}{name}", if way.is_empty() { "" } else { "." });
                if !seen.insert(name) {
                    return Err(self.at(property.name.start(), &way, "duplicate key"));
                }
                match &property.value {
                    Value::Object(inner) => waiting.push((way, inner)),
                    Value::Array(array) => {
                        let items = (1..).zip(&array.elements);
                        let items = items.filter_map(|(nth, item)| Some((format!("{way}.{nth}"), item.as_object()?)));
                        waiting.extend(items);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Words what serde did not like, and finds its place.
    fn wrong(&self, error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
        let path: Vec<Segment> = error.path().iter().cloned().collect();
        let steps: Vec<Step<'_>> = path
            .iter()
            .filter_map(|segment| match segment {
                Segment::Map { key } => Some(Step::Key(key)),
                Segment::Seq { index } => Some(Step::Item(*index)),
                Segment::Enum { .. } | Segment::Unknown => None,
            })
            .collect();
        let message = error.inner().to_string();
        let mut quoted = message.split('`').skip(1).step_by(2);
        if message.starts_with("unknown field") || message.starts_with("unknown variant") {
            let (unknown, known) = (quoted.next().unwrap_or_default(), quoted.collect::<Vec<_>>());
            let what = if message.starts_with("unknown field") { "key" } else { "value" };
            let text = format!("unknown {what} `{unknown}`{}", super::fault::hint(unknown, &known));
            if what == "value" {
                return self.fault(&steps, text);
            }
            let last = steps.last().is_some_and(|step| matches!(step, Step::Key(key) if *key == unknown));
            let inner = [&steps[..], &[Step::Key(unknown)]].concat();
            return self.fault_of_key(if last { &steps } else { &inner }, text);
        }
        let is_level = |step: &Step<'_>| matches!(step, Step::Key("rules"));
        if steps.len() > 1 && is_level(&steps[steps.len() - 2]) {
            return self.fault(&steps, "expected `off`, `info`, `warning` or `error`; rules have no options");
        }
        let words = [("string or map", "a string"), ("a sequence", "a list"), ("a map", "an object")];
        let text = words.iter().fold(lowered(&message), |text, (from, to)| {
            text.replace(&format!("expected {from}"), &format!("expected {to}"))
        });
        self.fault(&steps, text)
    }
}

/// Whether the file is about a package and only one of its keys about us.
#[must_use]
pub fn is_package(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == PACKAGE)
}

/// The value without places. The parser refuses deep nesting, so that this may recurse.
fn plain(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::NullKeyword(_) => serde_json::Value::Null,
        Value::BooleanLit(literal) => literal.value.into(),
        Value::StringLit(literal) => literal.value.as_ref().into(),
        Value::NumberLit(literal) => serde_json::from_str(literal.value).unwrap_or(serde_json::Value::Null),
        Value::Array(array) => array.elements.iter().map(plain).collect(),
        Value::Object(object) => {
            let entries = object.properties.iter().map(|p| (p.name.as_str().to_owned(), plain(&p.value)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// Messages of ours begin in lower case.
fn lowered(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
