//! The page of the keys of the configuration, made from the JSON schema that `leaklint schema` prints.

use leaklint::config::file::{File, GROUP, groups, schema};
use serde_json::{Map, Value};

const OPENING: &str = r#"# Keys of the configuration

Every key of `leaklint.json`, `leaklint.jsonc`, `.leaklintrc.json` and of `leaklint` in `package.json`, with its type, its
default and an example. [Configuration](configuration.md) says which file applies to which source file. Editors complete the
keys with the schema that `leaklint schema` prints:

```sh
leaklint schema > leaklint.schema.json
```

```json file=leaklint.json
{ "$schema": "./leaklint.schema.json" }
```

```sh
leaklint check --show-settings
```
"#;

/// The Markdown page.
pub fn page() -> String {
    let schema = schema();
    let mut text = String::from(OPENING);
    text += "\n| key | what it sets |\n|---|---|\n";
    let keys = properties(&schema, &schema);
    for (key, value) in &keys {
        let anchor: String = key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        text += &format!("| [`{key}`](#{anchor}) | {} |\n", first_sentence(&said(value)));
    }
    for (key, value) in &keys {
        text += &entry("##", key, value, &schema);
        hold_example(key, value);
        let item = value.get("items").map(|items| resolved(items, &schema));
        for object in item.iter().flat_map(|item| objects(item, &schema)) {
            text += &format!("\nAn object in this list has these keys. Required: {}.\n", required(&object));
            for (inner, value) in properties(&object, &schema) {
                text += &entry("###", &format!("{key}[].{inner}"), &value, &schema);
            }
        }
    }
    text
}

/// An example that is shown is one that is read.
fn hold_example(key: &str, value: &Value) {
    for example in examples(value) {
        let whole = Value::Object(Map::from_iter([(key.to_owned(), example.clone())]));
        let validator = jsonschema::validator_for(&schema()).unwrap();
        assert!(validator.is_valid(&whole), "the example of `{key}` is not valid: {whole}");
        let _: File = serde_json::from_value(whole).unwrap();
    }
}

fn examples(value: &Value) -> &[Value] {
    value.get("examples").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn entry(level: &str, key: &str, value: &Value, schema: &Value) -> String {
    let about = said(value);
    assert!(!about.is_empty(), "`{key}` has no description");
    let mut text = format!("\n{level} `{key}`\n\n{about}\n\nType: {}.", kind(value, schema));
    if let Some(default) = value.get("default").filter(|default| !default.is_null()) {
        text += &format!(" Default: `{default}`.");
    }
    text.push('\n');
    if key.ends_with("rules") {
        text += &keys_of_rules(value, schema);
    }
    for example in examples(value) {
        let name = key.rsplit('.').next().unwrap();
        text += &format!("\n```json\n{{ \"{name}\": {} }}\n```\n", spaced(example));
    }
    text
}

/// JSON on one line, with the spaces that people write.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("\"{key}\": {}", spaced(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn keys_of_rules(value: &Value, schema: &Value) -> String {
    let known = properties(value, schema);
    let groups: Vec<String> = groups().iter().map(|group| format!("`{GROUP}{group}`")).collect();
    format!(
        "\nKeys: `all`, {}, and the id of a [rule](rules.md): {} keys in all. Values: {}.\n",
        groups.join(", "),
        known.len(),
        kind(&known[0].1, schema)
    )
}

fn said(value: &Value) -> String {
    let text = value.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.').to_owned()
}

fn properties(object: &Value, schema: &Value) -> Vec<(String, Value)> {
    let object = resolved(object, schema);
    let all = object.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    all.into_iter().collect()
}

fn required(object: &Value) -> String {
    let names = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The objects among what a list may hold.
fn objects(item: &Value, schema: &Value) -> Vec<Value> {
    let choices = item.get("anyOf").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![item.clone()]);
    let choices = choices.iter().map(|choice| resolved(choice, schema));
    choices.filter(|choice| choice.get("properties").is_some()).collect()
}

/// What a reference stands for.
fn resolved(value: &Value, schema: &Value) -> Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(path) => schema.pointer(path.trim_start_matches('#')).unwrap().clone(),
        None => value.clone(),
    }
}

/// The type in words.
fn kind(value: &Value, schema: &Value) -> String {
    let value = resolved(value, schema);
    if let Some(values) = value.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(constant) = value.get("const") {
        return format!("`{constant}`");
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = value.get(several).and_then(Value::as_array) {
            let kinds: Vec<String> = choices
                .iter()
                .filter(|choice| choice.get("type") != Some(&"null".into()))
                .map(|choice| kind(choice, schema))
                .collect();
            return kinds.join(if several == "oneOf" { ", " } else { ", or " });
        }
    }
    let names = match value.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name.as_str()],
        _ => Vec::new(),
    };
    let kinds = names.into_iter().filter(|name| *name != "null").map(|name| match name {
        "array" => format!("list of {}", plural(&kind(&value["items"], schema))),
        "boolean" => "`true` or `false`".to_owned(),
        other => other.to_owned(),
    });
    kinds.collect::<Vec<_>>().join(" or ")
}

fn plural(kind: &str) -> String {
    kind.split(", or ").map(|one| format!("{one}s")).collect::<Vec<_>>().join(" or ")
}
