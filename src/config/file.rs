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
use crate::rules::RULES;

/// Configuration of leaklint: `leaklint.json`, `leaklint.jsonc`, `.leaklintrc.json`, or `leaklint` in `package.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
#[schemars(title = "leaklint")]
pub struct File {
    /// Address of the schema, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Nothing above this folder is looked at: the `ignore` patterns of outer files do not hold here.
    pub root: bool,
    /// Paths of configuration files that this one builds on, relative to this file; later ones win, this file wins.
    pub extends: OneOrMany,
    /// Severities by rule id, `group/NAME` or `all`; a rule wins over its group, a group over `all`.
    #[schemars(schema_with = "rules_schema")]
    pub rules: BTreeMap<String, Level>,
    /// Show findings from this confidence up. Default: `likely`.
    pub min_confidence: Option<Least>,
    /// Read only what these patterns match, as in `.gitignore`, relative to the folder of this file.
    pub include: Option<Vec<String>>,
    /// Pass over what these patterns match, as in `.gitignore`, relative to the folder of this file.
    pub ignore: Vec<String>,
    /// Other settings for some files; later ones win.
    pub overrides: Vec<Override>,
    /// Tables of what the calls of your own libraries do, TOML files relative to this file.
    pub apis: Vec<String>,
    /// Functions of yours that are called again and again: `src/jobs/*.ts#run`.
    pub entrypoints: Vec<Entrypoint>,
    /// `true`: a comment without a reason allows nothing. `false`: reasons are not asked for.
    pub require_reason: Option<bool>,
}

/// One text or several.
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

/// How bad a finding of a rule is, or that the rule does not run.
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

/// How certain a finding has to be.
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
    /// Patterns as in `.gitignore`, relative to the folder of the configuration file.
    pub files: Vec<String>,
    /// Files that match but are not meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Severities for these files.
    #[serde(default)]
    #[schemars(schema_with = "rules_schema")]
    pub rules: BTreeMap<String, Level>,
    /// Confidence for these files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<Least>,
    /// Whether comments in these files must give a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_reason: Option<bool>,
}

/// Functions that something out of sight calls again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Entrypoint {
    /// `PATTERN#EXPORT`; without `#EXPORT` every exported function.
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
                f.write_str("a text such as `src/jobs/*.ts#run`, or an object with `files`, `exports` and `runs`")
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

/// An entry point spelled out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LongEntrypoint {
    /// Path from the folder of the configuration file; `*` is any part of a name, `**` any number of folders.
    pub files: String,
    /// Names of exported functions; `*` is any. Default: all.
    #[serde(default)]
    pub exports: Vec<String>,
    /// How often they are called. Default: once per request.
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
    add(ALL.to_owned(), "Every rule that is not left out by default.".to_owned());
    for group in groups() {
        add(format!("{GROUP}{group}"), format!("The rules of the group `{group}`."));
    }
    for rule in RULES {
        add(rule.id.to_owned(), rule.summary().to_owned());
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}
