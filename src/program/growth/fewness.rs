//! What shows that a collection has few keys, whoever fills it: parts of a project, its configuration, words of the code.

use crate::facts::keys::words;
use crate::facts::{Container, Domain, FunctionId, Often, Op, ParamPath, Root, TOP, Use, Value};
use crate::program::Unit;

/// Functions of these names take registrations at start-up: what they fill is as large as the program.
const REGISTRY_VERBS: [&str; 17] = [
    "register",
    "use",
    "define",
    "declare",
    "install",
    "extend",
    "configure",
    "provide",
    "mount",
    "alias",
    "plugin",
    "hook",
    "setup",
    "init",
    "initialize",
    "bootstrap",
    "boot",
];

/// Last words of collections that a program fills with its own parts.
const REGISTRIES: [&str; 14] = [
    "extensions",
    "plugins",
    "middleware",
    "middlewares",
    "hooks",
    "loaders",
    "transforms",
    "formatters",
    "parsers",
    "registry",
    "commands",
    "routes",
    "levels",
    "instrumentations",
];

/// Last words of keys that name a part of a project, or a word of its code.
const PARTS: [&str; 29] = [
    "file",
    "filename",
    "filepath",
    "path",
    "pathname",
    "dir",
    "directory",
    "folder",
    "root",
    "pattern",
    "glob",
    "regex",
    "regexp",
    "selector",
    "rule",
    "module",
    "package",
    "pkg",
    "specifier",
    "importer",
    "attempt",
    "depth",
    "prefix",
    "suffix",
    "keyword",
    "word",
    "function",
    "constructor",
    "class",
];

/// Words of keys that are read from a configuration.
const CONFIGURATION: [&str; 6] = ["config", "configuration", "options", "opts", "settings", "conf"];

/// Last words of keys of which users and traffic bring any number.
const COUNTLESS: [&str; 16] = [
    "code", "key", "id", "uuid", "ip", "email", "session", "token", "url", "uri", "origin", "query", "text", "user",
    "tenant", "socket",
];

/// What has an id, and of which there are few.
const FEW_THINGS: [&str; 18] = [
    "service",
    "server",
    "shard",
    "replica",
    "database",
    "plugin",
    "module",
    "node",
    "pool",
    "region",
    "project",
    "worker",
    "integration",
    "rule",
    "component",
    "chunk",
    "segment",
    "app",
];

impl Unit {
    /// The keys are parts of the project or of its configuration, by their names or by what is made from them. What a
    /// request or event brings (`outside`) is not of the project.
    pub(super) fn has_few_keys(&self, op: &Op, container: &Container, outside: bool) -> bool {
        let mut topics = words(&container.name);
        if topics.any(|w| matches!(w.as_str(), "test" | "tests" | "suite" | "metrics" | "counters" | "stats")) {
            return true;
        }
        let Some(key) = &op.key else { return false };
        if is_configured(&words_of_key(&key.text)) {
            return true;
        }
        if outside {
            return false;
        }
        if op.value == Value::Pattern || words(&container.name).any(|w| is_of_project(&w)) {
            return true;
        }
        // A service for each of something that the program knows by name.
        if op.value == Value::Instance
            && !words_of_key(&key.text).last().is_some_and(|w| COUNTLESS.contains(&w.as_str()))
        {
            return true;
        }
        let parts = match &key.domain {
            Domain::Params(params) => params.as_slice(),
            _ => &[],
        };
        // What is made from a text and some options is as various as the text.
        names_a_part(&key.text)
            || (!parts.is_empty() && parts.iter().all(|part| names_a_part(&self.name_of_part(part))))
    }

    /// A parameter and the field that is read of it: `options.host`.
    fn name_of_part(&self, part: &ParamPath) -> String {
        let params = &self.facts.functions[part.function.0 as usize].params;
        let binding = params.get(part.index as usize).copied().flatten();
        let name = binding.map_or("", |binding| self.facts.bindings[binding.0 as usize].name.as_str());
        format!("{name}.{}", part.path)
    }

    /// The function, or one around it, says by its name that it takes registrations.
    pub(super) fn is_registry(&self, function: FunctionId) -> bool {
        let mut at = function;
        while at != TOP {
            let facts = &self.facts.functions[at.0 as usize];
            let verb = words(&facts.name).find(|w| !w.is_empty());
            if verb.is_some_and(|verb| REGISTRY_VERBS.contains(&verb.as_str())) {
                return true;
            }
            at = facts.parent;
        }
        false
    }

    /// What is said once for each of a few mistakes in the code.
    pub(super) fn is_told_once(&self, op: &Op, container: &Container) -> bool {
        let function = &self.facts.functions[self.frame(op.function).0 as usize].name;
        tells_once(&container.name) || words(function).any(|w| w == "once")
    }

    /// `stream.on('data', (chunk) => chunks.push(chunk))` within one call: it ends with the stream.
    pub(super) fn collects_a_stream(&self, op: &Op, container: &Container) -> bool {
        let Root::Binding(binding) = self.place(container.place).root else { return false };
        let home = self.facts.bindings[binding.0 as usize].within;
        let uses = &self.facts.functions[self.frame(op.function).0 as usize].uses;
        home != TOP
            && uses.iter().any(|u| {
                matches!(u, Use::Callback { api, runs: Some(Often::Event), .. } if api.contains("data'") || api.contains("data\""))
            })
    }
}

/// `extensions`, `plugins`: as large as the program that fills it.
pub(super) fn is_registry_name(name: &str) -> bool {
    last_word(name).is_some_and(|word| REGISTRIES.contains(&word.as_str()))
}

pub(super) fn names_a_part(text: &str) -> bool {
    let words = words_of_key(text);
    let Some((last, before)) = words.split_last() else { return false };
    let of = before.last().map_or("", String::as_str);
    PARTS.contains(&last.as_str()) || is_configured(&words) || (last == "id" && FEW_THINGS.contains(&of))
}

fn is_of_project(word: &str) -> bool {
    matches!(word, "file" | "files" | "module" | "modules" | "package" | "packages")
}

/// `warned`, `didWarnAbout`.
fn tells_once(name: &str) -> bool {
    const STEMS: [&str; 9] =
        ["warn", "deprecat", "once", "emitted", "logged", "reported", "shown", "printed", "displayed"];
    words(name).any(|w| STEMS.iter().any(|stem| w.starts_with(stem)))
}

fn last_word(name: &str) -> Option<String> {
    words(name).filter(|w| !w.is_empty()).last()
}

/// `config.name`, `pluginOptions`; but what request options name (`opts.origin`) is not of a configuration.
fn is_configured(words: &[String]) -> bool {
    words.iter().any(|w| CONFIGURATION.contains(&w.as_str()))
        && !words.last().is_some_and(|w| COUNTLESS.contains(&w.as_str()))
}

/// The words of a key, without the one that says that it is a key: `originKey` -> `origin`.
fn words_of_key(text: &str) -> Vec<String> {
    let mut words: Vec<String> = words(text).filter(|w| !w.is_empty()).collect();
    if words.len() > 1 && words.last().is_some_and(|w| w == "key") {
        words.pop();
    }
    words
}
