//! What a configuration file may say: the types that are read, and that the JSON schema is made from.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::apis::Often;
use crate::finding::{Confidence, Severity};
use crate::program::whose::Whose;
use crate::rules::RULES;

/// Configuration of leaklint: `leaklint.json`, `leaklint.jsonc`, `.leaklintrc.json`, or `leaklint` in `package.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
#[schemars(title = "leaklint")]
pub struct File {
    /// Path or URL of the JSON schema, for editors that complete keys.
    #[schemars(extend("examples" = ["./leaklint.schema.json"]))]
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Stop the search for configuration files here: the `ignore` patterns of folders above do not apply.
    #[schemars(extend("examples" = [true]))]
    pub root: bool,
    /// Configuration files to start from, relative to this file. Later files override earlier ones, and this file overrides
    /// them all.
    #[schemars(extend("examples" = ["./leaklint.base.json", ["../leaklint.json", "./strict.json"]]))]
    pub extends: OneOrMany,
    /// Severity of each rule, by rule id, `group/NAME` or `all`. A rule id overrides its group, and a group overrides `all`.
    #[schemars(schema_with = "rules_schema")]
    #[schemars(extend("examples" = [{"whole-read": "off", "group/growth": "error"}]))]
    pub rules: BTreeMap<String, Level>,
    /// Show findings of this confidence or higher.
    #[schemars(extend("default" = "likely", "examples" = ["sure"]))]
    pub min_confidence: Option<Least>,
    /// Check only files that match these patterns, in the syntax of `.gitignore`, relative to the folder of this file.
    /// Without it, all files are checked. A folder of tests, demos or tools that a pattern names counts as product code.
    #[schemars(extend("examples" = [["src/", "packages/*/src/"]]))]
    pub include: Option<Vec<String>>,
    /// Skip files that match these patterns, in the syntax of `.gitignore`, relative to the folder of this file.
    #[schemars(extend("examples" = [["**/*.generated.ts", "legacy/"]]))]
    pub ignore: Vec<String>,
    /// Different settings for some files. Later entries override earlier ones.
    #[schemars(extend("examples" = [[{"files": ["**/*.test.ts"], "minConfidence": "sure"}]]))]
    pub overrides: Vec<Override>,
    /// Tables that describe what the calls of your own libraries do: TOML files, relative to this file.
    #[schemars(extend("examples" = [["./leaklint/acme.toml"]]))]
    pub apis: Vec<String>,
    /// Functions of yours that a framework, queue or scheduler calls repeatedly: `FILES#EXPORT`, or an object.
    #[schemars(extend("examples" = [["src/jobs/*.ts#run", {"files": "src/ticks.ts", "exports": ["tick"], "runs": "tick"}]]))]
    pub entrypoints: Vec<Entrypoint>,
    /// Whether `leaklint-ignore` comments need a reason. With `true`, a comment without a reason has no effect; with `false`,
    /// a missing reason is not reported. Without this key, a missing reason is reported and the comment still works.
    #[schemars(extend("examples" = [true]))]
    pub require_reason: Option<bool>,
}

/// One string or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a path or a list of paths")]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Severity of the findings of a rule, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Off,
    Info,
    Warning,
    Error,
}

impl Level {
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }

    #[must_use]
    pub const fn of(severity: Option<Severity>) -> Self {
        match severity {
            None => Self::Off,
            Some(Severity::Info) => Self::Info,
            Some(Severity::Warning) => Self::Warning,
            Some(Severity::Error) => Self::Error,
        }
    }
}

/// Lowest confidence that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Least {
    Guess,
    Likely,
    Sure,
}

impl Least {
    #[must_use]
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Guess => Confidence::Guess,
            Self::Likely => Confidence::Likely,
            Self::Sure => Confidence::Sure,
        }
    }

    #[must_use]
    pub const fn of(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Guess => Self::Guess,
            Confidence::Likely => Self::Likely,
            Confidence::Sure => Self::Sure,
        }
    }
}

/// Settings for the files that match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Override {
    /// Files that these settings are for: patterns in the syntax of `.gitignore`, relative to the folder of this file.
    pub files: Vec<String>,
    /// Files to leave out again, although `files` matches them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Severity of each rule in these files.
    #[serde(default)]
    #[schemars(schema_with = "rules_schema")]
    pub rules: BTreeMap<String, Level>,
    /// Show findings of this confidence or higher in these files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<Least>,
    /// Whether `leaklint-ignore` comments in these files need a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_reason: Option<bool>,
    /// Whose code these files are, whatever their paths and their text say. Findings outside of `product` are guesses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treat_as: Option<Whose>,
}

/// Functions that code outside of the project calls repeatedly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Entrypoint {
    /// `FILES#EXPORT`; without `#EXPORT`, every exported function.
    Short(String),
    Long(LongEntrypoint),
}

/// By hand, so that a fault inside of the object keeps its place.
impl<'de> Deserialize<'de> for Entrypoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Entrypoint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string such as `src/jobs/*.ts#run`, or an object with `files`, `exports` and `runs`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Entrypoint, E> {
                Ok(Entrypoint::Short(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entrypoint, A::Error> {
                LongEntrypoint::deserialize(MapAccessDeserializer::new(map)).map(Entrypoint::Long)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// An entry point with all its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LongEntrypoint {
    /// Path of the files, relative to the folder of this file; `*` matches part of a name, `**` any number of folders.
    pub files: String,
    /// Names of the exported functions; `*` matches any. An empty list means all.
    #[serde(default)]
    pub exports: Vec<String>,
    /// How often the functions are called: once per request, per event, or per tick of a timer.
    #[serde(default)]
    pub runs: Runs,
}

/// How often an entry point is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runs {
    #[default]
    Request,
    Event,
    Tick,
}

impl Runs {
    #[must_use]
    pub const fn often(self) -> Often {
        match self {
            Self::Request => Often::Request,
            Self::Event => Often::Event,
            Self::Tick => Often::Tick,
        }
    }
}

/// Prefix of the keys that mean a group of rules.
pub const GROUP: &str = "group/";

/// The key that means every rule.
pub const ALL: &str = "all";

/// Names of all groups, in the order of the rules.
#[must_use]
pub fn groups() -> Vec<&'static str> {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.group.as_str()).collect();
    names.dedup();
    names
}

/// The schema of a configuration file (JSON Schema 2020-12).
#[must_use]
pub fn schema() -> Value {
    schemars::schema_for!(File).to_value()
}

/// Every key that there is, with what it means, so that editors can offer them.
fn rules_schema(generator: &mut SchemaGenerator) -> Schema {
    let level = generator.subschema_for::<Level>().to_value();
    let mut properties = Map::new();
    let mut add = |key: String, about: String| {
        properties.insert(key, json!({ "description": about, "allOf": [level] }));
    };
    add(ALL.to_owned(), "Every rule that is on by default.".to_owned());
    for group in groups() {
        add(format!("{GROUP}{group}"), format!("The rules of the group `{group}`."));
    }
    for rule in RULES {
        add(rule.id.to_owned(), rule.summary().to_owned());
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}
