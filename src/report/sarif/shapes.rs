//! The part of the SARIF object model that is written.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::Confidence;
use crate::program::whose::Whose;

#[derive(Serialize)]
pub struct Log<'o> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'o>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'o> {
    pub tool: Tool,
    pub original_uri_base_ids: BTreeMap<&'static str, Place>,
    pub invocations: [Invocation; 1],
    pub column_kind: &'static str,
    pub results: Vec<Result<'o>>,
}

#[derive(Serialize)]
pub struct Tool {
    pub driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    pub name: &'static str,
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub rules: Vec<RuleShape>,
    pub notifications: [Descriptor; 3],
}

/// A kind of notification.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    pub id: &'static str,
    pub short_description: Message,
}

impl Descriptor {
    pub fn new(id: &'static str, text: &str) -> Self {
        Self { id, short_description: Message::new(text) }
    }
}

/// Which kind a notification is of.
#[derive(Serialize)]
pub struct Reference {
    pub id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleShape {
    pub id: &'static str,
    pub name: &'static str,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    pub default_configuration: Configuration,
    pub properties: RuleProperties,
}

#[derive(Serialize)]
pub struct Help {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub struct Configuration {
    pub level: Level,
}

#[derive(Serialize)]
pub struct RuleProperties {
    pub tags: [&'static str; 2],
    pub precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub problem_severity: &'static str,
}

#[derive(Serialize)]
pub struct Place {
    pub description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub struct Notification {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub descriptor: Option<Reference>,
    pub level: Level,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Spot>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result<'o> {
    pub rule_id: &'o str,
    pub rule_index: usize,
    pub level: Level,
    pub message: Message,
    pub locations: [Spot; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Spot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_flows: Vec<CodeFlow>,
    pub partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix<'o>>,
    pub properties: Properties,
}

#[derive(Serialize)]
pub struct Properties {
    pub confidence: Confidence,
    /// Left out in the product.
    #[serde(skip_serializing_if = "Whose::is_product")]
    pub code: Whose,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spot {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

impl Spot {
    pub const fn new(physical_location: Physical) -> Self {
        Self { id: None, physical_location, message: None }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Physical {
    pub artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeFlow {
    pub thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
pub struct ThreadFlow {
    pub locations: Vec<Step>,
}

impl ThreadFlow {
    pub fn new(locations: Vec<Spot>) -> Self {
        Self { locations: locations.into_iter().map(|location| Step { location }).collect() }
    }
}

#[derive(Serialize)]
pub struct Step {
    pub location: Spot,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix<'o> {
    pub description: Message,
    pub artifact_changes: Vec<Change<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change<'o> {
    pub artifact_location: Artifact,
    pub replacements: Vec<Replacement<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replacement<'o> {
    pub deleted_region: Region,
    pub inserted_content: Insert<'o>,
}

#[derive(Serialize)]
pub struct Insert<'o> {
    pub text: &'o str,
}

#[derive(Serialize)]
pub struct Message {
    text: String,
}

impl Message {
    /// Plain text: `](` would be read as a link, and is kept apart.
    pub fn new(text: &str) -> Self {
        Self { text: text.replace("](", "\\](") }
    }
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Note,
    Warning,
    Error,
}
