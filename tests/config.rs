//! Configuration files: what they mean, which one holds, and what is said when one is wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use project::Project;
use serde_json::Value;

/// An error of `unbounded-cache` in line 3.
const CACHE: &str = "const seen = new Map();\n\
    require('node:http').createServer((req, res) => {\n  seen.set(req.url, 1);\n  res.end();\n});\n";

/// An error of `promise-never-settles` in line 1.
const HANGS: &str = "export async function f() { await new Promise(() => {}); }\n";

/// Rules of the findings, as `path rule severity`.
fn found(project: &Project, arguments: &[&str]) -> Vec<String> {
    let (code, report) = project.json(arguments);
    assert_ne!(code, 2, "{report}");
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| ["path", "rule", "severity"].map(|key| word(f, key)).join(" ")).collect()
}

/// What is said about a configuration that cannot be used.
fn refused(text: &str) -> String {
    let said = Project::new(&[("leaklint.json", text), ("a.js", CACHE)]).check(&[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    said.err.trim_end().to_owned()
}

#[test]
fn rules_get_severities_and_are_turned_off() {
    for name in ["leaklint.json", "leaklint.jsonc", ".leaklintrc.json"] {
        let text = "{ // comment\n \"$schema\": \"x\", \"rules\": { \"unbounded-cache\": \"warning\", }, }";
        let project = Project::new(&[(name, text), ("a.js", CACHE)]);
        assert_eq!(found(&project, &[]), ["a.js unbounded-cache warning"]);
        assert_eq!(project.check(&[]).code, 0);
        assert_eq!(found(&project, &["--no-config"]), ["a.js unbounded-cache error"]);
    }
    let off = |rules: &str| Project::new(&[("leaklint.json", rules), ("a.js", CACHE)]);
    assert!(found(&off(r#"{ "rules": { "unbounded-cache": "off" } }"#), &[]).is_empty());
    assert!(found(&off(r#"{ "rules": { "group/growth": "off" } }"#), &[]).is_empty());
    assert!(found(&off(r#"{ "rules": { "all": "off" } }"#), &[]).is_empty());
    let narrow = off(r#"{ "rules": { "unbounded-cache": "info", "all": "off", "group/growth": "warning" } }"#);
    assert_eq!(found(&narrow, &[]), ["a.js unbounded-cache info"]);
    let named = off(r#"{ "rules": { "all": "off" } }"#);
    assert_eq!(found(&named, &["--rule", "unbounded-cache"]), ["a.js unbounded-cache error"]);
}

#[test]
fn package_files_hold_a_configuration_too() {
    let package = r#"{ "name": "x", "leaklint": { "rules": { "unbounded-cache": "info" } } }"#;
    let project = Project::new(&[("package.json", package), ("a.js", CACHE)]);
    assert_eq!(found(&project, &[]), ["a.js unbounded-cache info"]);
    project.write("package.json", br#"{ "devDependencies": { "leaklint": "1" } }"#);
    assert_eq!(found(&project, &[]), ["a.js unbounded-cache error"]);
    project.write("package.json", b"{ // no comments here\n \"leaklint\": {} }");
    let said = project.check(&[]);
    assert!(said.code == 2 && said.err.starts_with("error: package.json:1:3: "), "{}", said.err);
    project.write("package.json", package.as_bytes());
    project.write("leaklint.json", b"{}");
    let said = project.check(&[]);
    assert!(said.code == 2 && said.err.contains("second configuration"), "{}", said.err);
}

#[test]
fn the_nearest_file_wins() {
    let project = Project::new(&[
        ("leaklint.json", r#"{ "rules": { "unbounded-cache": "off" }, "ignore": ["inner/old.js"] }"#),
        ("a.js", CACHE),
        ("inner/leaklint.jsonc", "{}"),
        ("inner/b.js", CACHE),
        ("inner/old.js", CACHE),
        ("inner/node_modules/x/leaklint.json", r#"{ "rules": { "all": "off" } }"#),
        ("inner/node_modules/x/d.js", CACHE),
        ("other/leaklint.json", r#"{ "extends": "../leaklint.json" }"#),
        ("other/c.js", CACHE),
    ]);
    assert_eq!(found(&project, &[]), ["inner/b.js unbounded-cache error"]);
    // A package that is installed does not configure us.
    assert_eq!(found(&project, &["inner/node_modules/x"]), ["inner/node_modules/x/d.js unbounded-cache error"]);
    project.write("inner/leaklint.jsonc", br#"{ "root": true }"#);
    let named = ["inner/b.js unbounded-cache error", "inner/old.js unbounded-cache error"];
    assert_eq!(found(&project, &["inner/b.js", "inner/old.js"]), named);
    let everywhere = ["--config", "other/leaklint.json"];
    assert!(found(&project, &everywhere).is_empty());
}

#[test]
fn what_is_extended_is_overruled() {
    let project = Project::new(&[
        ("base/one.json", r#"{ "rules": { "unbounded-cache": "off", "promise-never-settles": "off" } }"#),
        ("base/two.jsonc", r#"{ "extends": ["./one.json"], "rules": { "unbounded-cache": "info" } }"#),
        ("leaklint.json", r#"{ "extends": ["base/one.json", "base/two.jsonc"], "rules": { "whole-read": "off" } }"#),
        ("a.js", CACHE),
        ("b.js", HANGS),
    ]);
    assert_eq!(found(&project, &[]), ["a.js unbounded-cache info"]);
    project.write("base/one.json", br#"{ "extends": "../leaklint.json" }"#);
    let said = project.check(&[]).err;
    assert!(said.contains("in a circle: leaklint.json -> base/one.json -> leaklint.json"), "{said}");
}

#[test]
fn extending_stays_in_the_repository() {
    let project = Project::new(&[
        ("outside.json", "{}"),
        ("repository/.git/HEAD", ""),
        ("repository/leaklint.json", r#"{ "extends": "../outside.json" }"#),
        ("repository/a.js", CACHE),
    ]);
    let said = project.check(&[]);
    assert!(said.code == 2 && said.err.contains("is outside of the repository"), "{}", said.err);
}

#[test]
fn patterns_choose_files() {
    let config = r#"{
        "include": ["src/", "*.mjs"],
        "ignore": ["**/legacy/", "/src/*.gen.js", "!src/keep.gen.js"],
        "overrides": [
            { "files": ["*.story.js"], "ignore": ["src/loud.story.js"], "rules": { "unbounded-cache": "off" } },
            { "files": ["src/quiet/**"], "minConfidence": "sure" }
        ]
    }"#;
    let project = Project::new(&[
        ("leaklint.json", config),
        ("a.js", CACHE),
        ("b.mjs", HANGS),
        ("src/a.js", CACHE),
        ("src/a.gen.js", CACHE),
        ("src/keep.gen.js", CACHE),
        ("src/legacy/a.js", CACHE),
        ("src/a.story.js", CACHE),
        ("src/loud.story.js", CACHE),
    ]);
    let rules = ["b.mjs promise-never-settles error"].into_iter().map(str::to_owned);
    let caches = ["src/a.js", "src/keep.gen.js", "src/loud.story.js"].map(|p| format!("{p} unbounded-cache error"));
    assert_eq!(found(&project, &[]), rules.chain(caches).collect::<Vec<_>>());
    assert!(found(&project, &["src/legacy/a.js"]).is_empty());
    assert!(project.check(&["src/legacy/a.js"]).err.contains("the configuration ignores it"));
    assert_eq!(found(&project, &["--no-ignore", "src/legacy/a.js"]), ["src/legacy/a.js unbounded-cache error"]);
    assert_eq!(found(&project, &["--rule", "unbounded-cache", "src/a.story.js"]), [""; 0]);
}

#[test]
fn confidence_is_set_and_typed() {
    let project = Project::new(&[("leaklint.json", r#"{ "minConfidence": "guess" }"#), ("a.js", "1;")]);
    let least = |arguments: &[&str]| {
        let said = project.run(&[&["check", "--show-settings"], arguments].concat());
        serde_json::from_str::<Value>(&said.out).unwrap()
    };
    assert_eq!(least(&[])["configurations"][0]["minConfidence"], "guess");
    assert_eq!(least(&["--min-confidence", "sure"])["minConfidence"], "sure");
    // A doubtful one, and a likely one.
    project.write("a.jsx", b"x = async () => <a>{await new Promise(() => {})}</a>;\n");
    project.write("b.js", HANGS.as_bytes());
    let paths = |arguments: &[&str]| -> Vec<String> {
        found(&project, arguments).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&[]), ["a.jsx", "b.js"]);
    assert_eq!(paths(&["--min-confidence", "likely"]), ["b.js"]);
    let config = r#"{ "minConfidence": "sure", "overrides": [{ "files": ["*.jsx"], "minConfidence": "guess" }] }"#;
    project.write("leaklint.json", config.as_bytes());
    assert_eq!(paths(&[]), ["a.jsx"]);
}

#[test]
fn own_rows_and_entry_points() {
    let table = "library = \"acme\"\nversions = \"1\"\ndocs = \"https://acme.test\"\n\
        [[row]]\nfunction = [\"onJob\"]\ncallback = [{ at = \"last\", runs = \"request\" }]\n";
    let job = "import { onJob } from 'acme';\nconst seen = new Map();\n\
        onJob((job) => {\n  seen.set(job.id, job);\n});\n";
    let entry = "const seen = new Map();\nexport function run(job) {\n  seen.set(job.id, job);\n}\n";
    let project = Project::new(&[("tables/acme.toml", table), ("a.js", job), ("src/jobs/b.ts", entry)]);
    let per_request = || {
        let (_, report) = project.json(&["--min-confidence", "guess"]);
        let findings = report["findings"].as_array().unwrap().iter();
        let repeated = findings.filter(|f| f["message"].as_str().unwrap().contains("once per request"));
        repeated.map(|f| f["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(per_request(), [""; 0]);
    let config = r#"{ "apis": ["tables/acme.toml"], "entrypoints": ["src/jobs/*.ts#run"] }"#;
    project.write("leaklint.json", config.as_bytes());
    assert_eq!(per_request(), ["a.js", "src/jobs/b.ts"]);
    project.write("leaklint.json", config.replace("*.ts#", "*.js#").as_bytes());
    assert_eq!(per_request(), ["a.js"]);
    project.write("leaklint.json", config.as_bytes());
    project.write("tables/acme.toml", table.replace("onJob\"]", "onJob\"]\nfunktion = 1").as_bytes());
    let said = project.check(&[]);
    assert!(said.code == 2 && said.err.starts_with("error: tables/acme.toml:6:1: "), "{}", said.err);
    project.write("leaklint.json", br#"{ "apis": ["tables/gone.toml"] }"#);
    assert!(project.check(&[]).err.contains("leaklint.json:1:12: `apis.1`: `tables/gone.toml` cannot be read"));
}

#[test]
fn faults_have_a_place_and_a_hint() {
    let said = refused("{\n  \"rules\": { \"unbounded-cach\": \"off\" }\n}");
    let place = "leaklint.json:2:14: `rules.unbounded-cach`";
    assert_eq!(said, format!("error: {place}: unknown rule `unbounded-cach`: did you mean `unbounded-cache`?"));
    let said = refused(r#"{ "ruels": {} }"#);
    assert_eq!(said, "error: leaklint.json:1:3: `ruels`: unknown key `ruels`: did you mean `rules`?");
    let said = refused(r#"{ "rules": { "unbounded-cache": "warn" } }"#);
    assert!(said.ends_with("`rules.unbounded-cache`: unknown value `warn`: did you mean `warning`?"), "{said}");
    let said = refused(r#"{ "overrides": [{ "files": ["a"], "rulez": {} }] }"#);
    assert!(said.contains("leaklint.json:1:35: `overrides.1.rulez`: unknown key"), "{said}");
    let said = refused(r#"{ "overrides": [{ "files": [] }] }"#);
    assert!(said.contains("`overrides.1.files`: the list is empty"), "{said}");
    let said = refused(r#"{ "ignore": ["ok", "[z-a]"] }"#);
    assert!(said.starts_with("error: leaklint.json:1:20: `ignore.2`: invalid pattern: "), "{said}");
    let said = refused(r#"{ "rules": { "whole-read": "off", "whole-read": "off" } }"#);
    assert!(said.contains("leaklint.json:1:35: `rules.whole-read`: duplicate key"), "{said}");
    assert!(refused(r#"{ "rules": { "growth": "off" } }"#).ends_with("a group is written `group/growth`"));
    assert!(refused("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n").contains("merge conflict markers"));
    assert!(refused(r#"{ "extends": "eslint:recommended" }"#).contains("package names are not supported"));
    assert!(refused("").contains("empty: write `{}`"));
    assert!(refused(r#"{ "ignore": "dist" }"#).ends_with("`ignore`: invalid type: string \"dist\", expected a list"));
    let said = refused(r#"{ "entrypoints": ["a.js", { "files": "a.js", "run": "tick" }] }"#);
    assert!(
        said.ends_with("leaklint.json:1:46: `entrypoints.2.run`: unknown key `run`: did you mean `runs`?"),
        "{said}"
    );
    let two =
        Project::new(&[("p/leaklint.json", "["), ("p/a.js", ""), ("q/leaklint.json", "]"), ("q/a.js", "")]).check(&[]);
    let lines: Vec<&str> = two.err.lines().collect();
    assert!(lines[0].starts_with("error: p/leaklint.json:1:") && lines[1].starts_with("error: q/leaklint.json:1:1: "));
}

#[cfg(unix)]
#[test]
fn what_is_no_readable_file_is_no_configuration() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let refused = |make: &dyn Fn(&std::path::Path), why: &str| {
        let project = Project::new(&[("a.js", CACHE)]);
        make(&project.path().join("leaklint.json"));
        let said = project.check(&[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        assert!(said.err.starts_with("error: leaklint.json: ") && said.err.contains(why), "{}", said.err);
    };
    refused(&|path| std::fs::create_dir(path).unwrap(), "is a folder");
    refused(&|path| symlink("gone.json", path).unwrap(), "broken symbolic link");
    refused(&|path| symlink("/dev/zero", path).unwrap(), "not a regular file");
    let closed = |path: &std::path::Path| {
        std::fs::write(path, "{}").unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).unwrap();
    };
    refused(&closed, "permission denied");
}

#[test]
fn a_hundred_thousand_wrong_names_are_told_shortly() {
    let names: Vec<String> = (0..30_000).map(|i| format!("\"rule-{i}\":\"off\"")).collect();
    let said = refused(&format!("{{\"rules\":{{{}}}}}", names.join(",")));
    assert!(said.lines().count() == 6 && said.ends_with("and 29995 more"), "{said}");
}

#[test]
fn standard_input_has_the_configuration_of_its_name() {
    let project = Project::new(&[("sub/leaklint.json", r#"{ "rules": { "unbounded-cache": "info" } }"#)]);
    let said = project.stdin(&["check", "--format", "json", "--stdin-filename", "sub/a.js", "-"], CACHE.as_bytes());
    assert!(said.out.contains("\"severity\":\"info\""), "{}", said.out);
    project.write("sub/leaklint.json", br#"{ "ignore": ["a.js"] }"#);
    let said = project.stdin(&["check", "--format", "json", "--stdin-filename", "sub/a.js", "-"], CACHE.as_bytes());
    assert!(said.code == 0 && said.out.contains("the configuration ignores it"), "{}", said.out);
    project.write("sub/leaklint.json", br#"{ "entrypoints": ["a.js#run"] }"#);
    let entry = b"const seen = new Map();\nexport function run(job) { seen.set(job.id, job); }\n";
    let said = project.stdin(&["check", "--format", "json", "--stdin-filename", "sub/a.js", "-"], entry);
    assert!(said.out.contains("once per request"), "{}", said.out);
}

#[test]
fn the_resolved_configuration_is_printed() {
    let project = Project::new(&[
        ("leaklint.json", r#"{ "overrides": [{ "files": ["*.test.js"], "rules": { "whole-read": "off" } }] }"#),
        ("a.test.js", ""),
    ]);
    let of = |path: &str| serde_json::from_str::<Value>(&project.run(&["config", path]).out).unwrap();
    assert_eq!(of("a.test.js")["rules"]["whole-read"], "off");
    assert_eq!(of(".")["rules"]["whole-read"], "warning");
    assert_eq!(of(".")["rules"]["redis-key-without-expiry"], "off");
    assert_eq!(project.run(&["config", "gone.js"]).code, 2);
}

#[test]
fn a_start_is_written_once() {
    let project = Project::new(&[("package.json", r#"{ "devDependencies": { "vitest": "3" } }"#), ("a.js", CACHE)]);
    assert_eq!(project.run(&["init"]).out, "wrote leaklint.jsonc\n");
    assert_eq!(found(&project, &[]), ["a.js unbounded-cache error"]);
    let again = project.run(&["init"]);
    assert_eq!((again.code, again.err.as_str()), (2, "error: leaklint.jsonc already exists: nothing was written\n"));
}

#[test]
fn the_schema_agrees_with_what_is_read() {
    let project = Project::new(&[("package.json", r#"{ "devDependencies": { "jest": "30" } }"#)]);
    let schema: Value = serde_json::from_str(&project.run(&["schema"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let starter = project.run(&["init"]).code;
    assert_eq!(starter, 0);
    let text = std::fs::read_to_string(project.path().join("leaklint.jsonc")).unwrap();
    let mut examples = vec![text];
    examples.extend(examples_of_the_docs());
    assert!(examples.len() > 1, "the page about configuration has an example");
    for example in &examples {
        let plain: String = example.lines().map(|l| l.split("// ").next().unwrap().to_owned() + "\n").collect();
        let value: Value = serde_json::from_str(&plain).unwrap_or_else(|e| panic!("{e}: {plain}"));
        assert!(
            validator.is_valid(&value),
            "{:?}",
            validator.iter_errors(&value).map(|e| e.to_string()).collect::<Vec<_>>()
        );
        let own = Project::new(&[("leaklint.jsonc", example), ("leaklint/acme.toml", ACME), ("a.js", "1;")]);
        assert_eq!(own.check(&[]).code, 0, "{}", own.check(&[]).err);
    }
    for wrong in [r#"{ "ruels": {} }"#, r#"{ "rules": { "x": "off" } }"#, r#"{ "minConfidence": "high" }"#] {
        assert!(!validator.is_valid(&serde_json::from_str(wrong).unwrap()), "{wrong}");
        refused(wrong);
    }
}

const ACME: &str = "library = \"acme\"\nversions = \"1\"\ndocs = \"https://acme.test\"\n";

/// Configurations that the page about them shows.
fn examples_of_the_docs() -> Vec<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    let blocks = page.split("```jsonc").skip(1).filter_map(|rest| rest.split_once('\n')?.1.split("```").next());
    blocks.map(str::to_owned).collect()
}

#[test]
fn groups_and_severities_are_chosen() {
    let project = Project::new(&[("a.js", CACHE), ("b.js", HANGS)]);
    assert_eq!(found(&project, &["--group", "growth"]), ["a.js unbounded-cache error"]);
    assert_eq!(found(&project, &["--group", "growth", "--rule", "promise-never-settles"]).len(), 2);
    let said = project.check(&["--group", "groth"]);
    assert_eq!((said.code, said.err.as_str()), (2, "error: unknown group `groth`: did you mean `growth`?\n"));
    project.write("leaklint.json", br#"{ "rules": { "unbounded-cache": "info" } }"#);
    assert_eq!(found(&project, &["--severity", "warning"]), ["b.js promise-never-settles error"]);
    let said = project.check(&["--statistics"]);
    assert_eq!(said.out, "1  error    promise-never-settles\n1  info     unbounded-cache\n");
    assert_eq!(project.run(&["check", "--show-files"]).out, "a.js\nb.js\n");
}

#[test]
fn lists_of_files() {
    let project = Project::new(&[("a b.js", CACHE), ("b.js", HANGS), ("c.js", HANGS)]);
    let listed = |list: &[u8]| {
        let said = project.stdin(&["check", "--format", "json", "--files-from", "-"], list);
        serde_json::from_str::<Value>(&said.out).unwrap()["summary"]["files"].as_u64().unwrap()
    };
    assert_eq!(listed(b"a b.js\r\nb.js\n"), 2);
    assert_eq!(listed(b"a b.js\0b.js\0"), 2);
    assert_eq!(listed(b""), 0);
    project.write("list.txt", b"c.js\n");
    assert_eq!(found(&project, &["--files-from", "list.txt"]).len(), 1);
    assert_eq!(project.check(&["--files-from", "gone.txt"]).code, 2);
}
