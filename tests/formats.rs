//! What each format promises to the program that reads it, on findings made by hand and on files with hostile names.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod made;

use std::collections::BTreeSet;

use leaklint::Outcome;
use leaklint::args::Format;
use leaklint::finding::{FileId, Notice, NoticeKind, Severity, Span};
use leaklint::report::{self, Look, github, sarif};
use leaklint::source::{Language, Source};
use leaklint::sources::Sources;
use made::{outcome, outcome_in};
use quick_junit::Report;
use serde_json::Value;

const LOOK: Look = Look::PLAIN;
/// Names that break what is not escaped.
const HOSTILE: [&str; 11] = [
    "a b#c?d.js",
    "%2e%2e/100%.js",
    "::error file=x,line=1::owned.js",
    "<img src=x onerror=alert(1)>.js",
    "\"'&</script>.js",
    "line\r\n::set-output name=a::b.js",
    "esc\u{1b}[31m\u{7}.js",
    "rtl\u{202e}\u{feff}.js",
    "日本/é😀.js",
    "back\\slash:colon,comma.js",
    "](http://example.org)[a].js",
];

fn printed(outcome: &Outcome, format: Format) -> String {
    let mut out = Vec::new();
    report::findings(&mut out, outcome, format, LOOK).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(outcome: &Outcome, format: Format) -> Value {
    serde_json::from_str(&printed(outcome, format)).unwrap()
}

/// One finding of every hostile name, and a failure.
fn hostile() -> Vec<Outcome> {
    let in_file = |name: &&str| {
        let mut outcome = outcome_in(&format!("{name}.a"), name);
        outcome.findings[0].message = format!("`{name}` grows");
        let failure = |kind| Notice { kind, path: (*name).to_owned(), span: None, message: format!("in {name}") };
        outcome.notices = [NoticeKind::Note, NoticeKind::Syntax, NoticeKind::Failure].map(failure).to_vec();
        outcome
    };
    HOSTILE.iter().map(in_file).collect()
}

fn clean() -> Outcome {
    Outcome { findings: Vec::new(), ..outcome() }
}

#[test]
fn every_format_names_the_file_of_a_label() {
    for format in [
        Format::Pretty,
        Format::Agent,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjson,
        Format::Html,
    ] {
        let text = printed(&outcome(), format);
        assert!(text.contains("bus.js"), "{format:?} does not say where the label stands:\n{text}");
        assert!(text.contains("kept by this"), "{format:?}:\n{text}");
    }
}

#[test]
fn agents_get_few_lines_and_always_the_last_one() {
    let text = printed(&outcome(), Format::Agent);
    assert_eq!(
        text,
        "server.js:3:7 error[unbounded-cache] `sessions` grows on every request and nothing removes entries (sure)\n  \
         why: 3:7 lives as long as the process; 6:3 grows here, once per request; bus.js:1:14 kept by this\n  \
         help: delete the entry when the session ends\n  \
         fix: empty the map when it is full\n    \
         6 +   if (sessions.size > 1000) sessions.clear();\n\
         1 error in 2 files; `leaklint explain RULE` explains a rule\n"
    );
    assert_eq!(printed(&clean(), Format::Agent), "no leaks found in 2 files\n");
    for outcome in hostile() {
        let text = printed(&outcome, Format::Agent);
        assert_eq!(text.lines().count(), 9, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }
}

#[test]
fn lines_of_json_are_objects_with_a_type() {
    let mut outcome = outcome();
    outcome.notices = hostile().remove(0).notices;
    let text = printed(&outcome, Format::Jsonl);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["finding", "notice", "notice", "notice", "summary"]);
    let whole = json(&outcome, Format::Json);
    let mut first = whole["findings"][0].clone();
    first["type"] = "finding".into();
    assert_eq!(lines[0], first);
    assert_eq!((&lines[4]["errors"], &lines[4]["version"]), (&whole["summary"]["errors"], &whole["version"]));
}

/// The schema of OASIS comes with a crate that only tests use.
fn sarif_schema() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--locked", "--manifest-path"];
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = std::process::Command::new(cargo).args(arguments).arg(manifest).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let folder = std::path::Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
    let text = std::fs::read_to_string(folder.join("src/schema.json")).unwrap();
    // One bracket too many: no regular expression, says the validator, of a property that we do not write.
    serde_json::from_str(&text.replace("{2}]?$", "{2}?$")).unwrap()
}

#[test]
fn sarif_is_valid_whatever_the_names() {
    let validator = jsonschema::options().should_validate_formats(true).build(&sarif_schema()).unwrap();
    let check = |report: &Value| {
        let errors: Vec<String> =
            validator.iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{report}");
    };
    check(&json(&clean(), Format::Sarif));
    for outcome in hostile().into_iter().chain([outcome()]) {
        let report = json(&outcome, Format::Sarif);
        check(&report);
        let path = &outcome.sources.of(FileId(1)).path;
        let location = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        let uri = location["uri"].as_str().unwrap();
        assert_eq!(percent_encoding::percent_decode_str(uri).decode_utf8().unwrap(), path.as_str());
        assert_eq!(location["uriBaseId"], "SRCROOT");
    }
    // The validator would have said so.
    let mut wrong = json(&outcome(), Format::Sarif);
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b".into();
    assert!(!validator.is_valid(&wrong), "spaces in addresses are not seen");
    let mut wrong = json(&outcome(), Format::Sarif);
    wrong["runs"][0]["results"][0]["level"] = "loud".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn sarif_has_rules_evidence_and_fixes() {
    let mut outcome = outcome();
    outcome.notices = hostile().remove(0).notices;
    let run = json(&outcome, Format::Sarif)["runs"][0].clone();
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "unbounded-cache");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Leaks"));
    assert_eq!(rule["properties"]["precision"], "very-high");
    assert_eq!(rule["properties"]["problem.severity"], "error");
    assert_eq!(rule["properties"]["tags"], serde_json::json!(["memory-leak", "growth"]));
    let result = &run["results"][0];
    assert_eq!(result["ruleIndex"], 0);
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let said: Vec<&str> = steps.iter().map(|step| step["location"]["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["lives as long as the process", "grows here, once per request", "kept by this"]);
    assert_eq!(result["relatedLocations"][2]["physicalLocation"]["artifactLocation"]["uri"], "bus.js");
    let replaced = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["deletedRegion"]["startLine"], 6);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 3);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
}

#[test]
fn no_sarif_has_more_results_than_code_scanning_takes() {
    let mut many = outcome();
    let one = many.findings[0].clone();
    many.findings = vec![one; 25_010];
    let run = json(&many, Format::Sarif)["runs"][0].clone();
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(said.starts_with("10 more findings are omitted"), "{said}");
}

#[test]
fn columns_are_what_each_format_says() {
    let mut outcome = outcome();
    let text = "/* 😀é */ cache.set(k, v);\n";
    outcome.sources = Sources::default();
    outcome.sources.add(Source::new("a.js".to_owned(), None, "", Language::JavaScript), 1);
    outcome.sources.add(Source::new("b.js".to_owned(), None, text, Language::JavaScript), 1);
    let start = u32::try_from(text.find("cache").unwrap()).unwrap();
    let finding = &mut outcome.findings[0];
    finding.span = Span::new(start, start + 5);
    finding.labels.clear();
    finding.fixes.clear();
    let column = "columns";
    let region = &json(&outcome, Format::Sarif)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&11.into(), &16.into()), "{column} of sarif");
    assert_eq!(json(&outcome, Format::Json)["findings"][0]["start"]["column"], 10);
    let range = &json(&outcome, Format::Rdjson)["diagnostics"][0]["location"]["range"];
    assert_eq!((&range["start"]["column"], &range["end"]["column"]), (&14.into(), &19.into()), "{column} in bytes");
    assert!(printed(&outcome, Format::Github).contains("line=1,col=11,endLine=1,endColumn=16,"));
}

#[test]
fn addresses_of_pages_are_urls_or_absent() {
    let mut out = Vec::new();
    report::rules::json(&mut out).unwrap();
    let mut texts = vec![String::from_utf8(out).unwrap()];
    texts
        .extend([Format::Json, Format::Jsonl, Format::Sarif, Format::Rdjson].map(|format| printed(&outcome(), format)));
    let home = env!("CARGO_PKG_REPOSITORY");
    for text in texts {
        for key in ["\"url\":", "\"helpUri\":"] {
            for value in text.split(key).skip(1) {
                let url = value.trim_start().trim_start_matches('"');
                assert!(!home.is_empty() && url.starts_with(home) && url.starts_with("https://"), "{url:.60}");
            }
        }
        assert_eq!(text.contains("\"url\":") || text.contains("\"helpUri\":"), !home.is_empty());
    }
    let page = printed(&outcome(), Format::Html);
    assert!(page.contains("<a href=\"#rule-unbounded-cache\"") && page.contains("id=\"rule-unbounded-cache\""));
}

#[test]
fn workflow_commands_are_ours_alone() {
    let text = printed(&outcome(), Format::Github);
    let (properties, message) = text.strip_prefix("::error ").unwrap().split_once("::").unwrap();
    assert_eq!(properties, "file=server.js,line=3,col=7,endLine=3,endColumn=15,title=leaklint%3A unbounded-cache");
    assert!(message.contains("%0Abus.js:1:14: kept by this%0Ahelp: delete the entry"), "{message}");
    for outcome in hostile() {
        let text = printed(&outcome, Format::Github);
        assert_eq!(text.split(['\r', '\n']).filter(|line| !line.is_empty()).count(), 4, "{text}");
        for line in text.lines() {
            let (command, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
            assert!(["error", "notice"].contains(&command), "{line}");
            let properties = rest.split_once("::").unwrap().0;
            assert!(
                properties
                    .split(',')
                    .all(|part| part.split('=').next().is_some_and(|key| {
                        ["file", "line", "col", "endLine", "endColumn", "title"].contains(&key)
                    })),
                "{line}"
            );
        }
        let path = &outcome.sources.of(FileId(1)).path;
        let file = text.lines().next().unwrap().split_once("file=").unwrap().1.split(',').next().unwrap();
        let read = file.replace("%0A", "\n").replace("%0D", "\r").replace("%3A", ":").replace("%2C", ",");
        let harmless: String =
            path.chars().map(|c| if c.is_control() && !"\r\n".contains(c) { '\u{fffd}' } else { c }).collect();
        assert_eq!(read.replace("%25", "%"), harmless);
    }
}

#[test]
fn paths_start_at_the_top_of_the_repository() {
    let mut out = Vec::new();
    github::print(&mut out, &outcome(), "packages/shop/").unwrap();
    assert!(String::from_utf8(out).unwrap().starts_with("::error file=packages/shop/server.js,"));
    let mut out = Vec::new();
    sarif::print(&mut out, &outcome(), "packages/my shop/").unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"uri\":\"packages/my%20shop/server.js\""));
}

#[test]
fn gitlab_issues_have_every_key_and_their_own_fingerprint() {
    let mut outcome = hostile().remove(3);
    outcome.findings.push(outcome.findings[0].clone());
    outcome.findings[1].severity = Severity::Info;
    let issues = json(&outcome, Format::Gitlab);
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), 4);
    for issue in issues {
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {issue}");
        }
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
        assert_eq!(issue["location"]["path"], "<img src=x onerror=alert(1)>.js");
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
    }
    let prints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), issues.len());
    assert_eq!(json(&clean(), Format::Gitlab), serde_json::json!([]));
}

/// The attributes of each element of this name, unescaped. Fails when the text is not well-formed XML 1.0.
fn elements(xml: &str, name: &str) -> Vec<Vec<(String, String)>> {
    let illegal = |c: char| c.is_control() && !"\t\n\r".contains(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(illegal), "{xml:?}");
    let document = roxmltree::Document::parse(xml).unwrap();
    let attributes = |node: roxmltree::Node<'_, '_>| {
        node.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect::<Vec<_>>()
    };
    document.descendants().filter(|node| node.has_tag_name(name)).map(attributes).collect()
}

fn value<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    &attributes.iter().find(|(key, _)| key == name).unwrap().1
}

/// What an XML document can hold of a text.
fn legal(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || "\t\n\r".contains(*c)).collect()
}

#[test]
fn checkstyle_is_well_formed_whatever_the_names() {
    for outcome in hostile() {
        let text = printed(&outcome, Format::Checkstyle);
        let path = &outcome.sources.of(FileId(1)).path;
        let files = elements(&text, "file");
        assert_eq!((files.len(), value(&files[0], "name")), (1, legal(path).as_str()));
        let errors = elements(&text, "error");
        assert_eq!(errors.len(), 3);
        assert_eq!((value(&errors[0], "line"), value(&errors[0], "column")), ("3", "7"));
        assert_eq!(value(&errors[0], "severity"), "error");
        assert_eq!(value(&errors[0], "source"), "leaklint.unbounded-cache");
        assert!(value(&errors[0], "message").starts_with(&legal(&outcome.findings[0].message)));
    }
    assert!(elements(&printed(&clean(), Format::Checkstyle), "file").is_empty());
}

#[test]
fn junit_is_well_formed_whatever_the_names() {
    for outcome in hostile() {
        let text = printed(&outcome, Format::Junit);
        let path = &outcome.sources.of(FileId(1)).path;
        let cases = elements(&text, "testcase");
        assert_eq!(cases.len(), 3);
        assert_eq!(value(&cases[0], "classname"), report::safe(path));
        assert_eq!(value(&cases[0], "line"), "3");
        let suite = &elements(&text, "testsuite")[0];
        assert_eq!((value(suite, "tests"), value(suite, "failures"), value(suite, "errors")), ("3", "1", "2"));
        Report::deserialize_from_str(&text).unwrap();
    }
    let text = printed(&clean(), Format::Junit);
    assert_eq!(value(&elements(&text, "testcase")[0], "name"), "no leaks found in 2 files");
}

#[test]
fn reviewdog_gets_places_and_suggestions() {
    let report = json(&outcome(), Format::Rdjson);
    assert_eq!(report["source"]["name"], "leaklint");
    let diagnostic = &report["diagnostics"][0];
    assert_eq!(diagnostic["severity"], "ERROR");
    assert_eq!(diagnostic["code"]["value"], "unbounded-cache");
    assert_eq!(diagnostic["related_locations"][2]["location"]["path"], "bus.js");
    let suggestion = &diagnostic["suggestions"][0];
    assert_eq!(suggestion["range"]["start"], serde_json::json!({ "line": 6, "column": 3 }));
    assert!(suggestion["text"].as_str().unwrap().starts_with("if (sessions.size > 1000)"));
    for outcome in hostile() {
        assert_eq!(json(&outcome, Format::Rdjson)["diagnostics"].as_array().unwrap().len(), 3);
    }
}
