//! How a finding looks to people and to programs, shown on findings made by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod made;

use leaklint::Outcome;
use leaklint::report::{Look, concise, json, pretty};
use leaklint::source::{Language, Source, Unit};
use leaklint::sources::Sources;
use made::{BUS, SERVER, outcome, span_of};

#[test]
fn pretty_shows_all_the_evidence() {
    let outcome = outcome();
    let text = pretty::render(&outcome.findings[0], &outcome.sources, Look::PLAIN);
    insta::assert_snapshot!(text);
}

#[test]
fn pretty_in_ascii() {
    let outcome = outcome();
    let text = pretty::render(&outcome.findings[0], &outcome.sources, Look { ascii: true, ..Look::PLAIN });
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn concise_is_one_line() {
    let mut out = Vec::new();
    concise::print(&mut out, &outcome(), Unit::Utf16, Look::PLAIN).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "server.js:3:7: error[unbounded-cache] `sessions` grows on every request and nothing removes entries\n"
    );
}

#[test]
fn json_keeps_its_contract() {
    let mut out = Vec::new();
    json::print(&mut out, &outcome()).unwrap();
    let text = String::from_utf8(out).unwrap();
    let order = [
        "\"rule\"",
        "\"severity\"",
        "\"confidence\"",
        "\"message\"",
        "\"path\"",
        "\"start\"",
        "\"end\"",
        "\"labels\"",
        "\"help\"",
        "\"fingerprint\"",
        "\"fixes\"",
    ];
    let finding = &text[text.find("\"findings\":[").unwrap()..];
    let places: Vec<usize> = order.iter().map(|field| finding.find(field).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");

    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let finding = &report["findings"][0];
    let is_url = |url: &serde_json::Value| url.as_str().is_some_and(|url| url.starts_with("https://"));
    assert!(finding.get("url").is_none_or(is_url), "a URL or absent: {finding}");
    assert_eq!(finding.get("url").is_some(), !env!("CARGO_PKG_REPOSITORY").is_empty());
    assert_eq!(finding["start"], serde_json::json!({ "line": 3, "column": 7, "offset": 39 }));
    assert_eq!(finding["labels"][2]["path"], "bus.js");
    assert_eq!(finding["fixes"][0]["edits"][0]["start"]["line"], 6);
}

#[test]
fn fingerprints_survive_unrelated_edits_and_tell_twins_apart() {
    let print = |outcome: &Outcome| {
        let mut out = Vec::new();
        json::print(&mut out, outcome).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let all = report["findings"].as_array().unwrap().iter();
        all.map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = outcome();
    let mut twice = outcome();
    twice.findings.push(first.findings[0].clone());
    let prints = print(&twice);
    assert_ne!(prints[0], prints[1]);

    let mut moved = outcome();
    let text = format!("// a comment\n{SERVER}");
    moved.sources = Sources::default();
    moved.sources.add(Source::new("bus.js".to_owned(), None, BUS, Language::JavaScript), 1);
    moved.sources.add(Source::new("server.js".to_owned(), None, &text, Language::JavaScript), 1);
    moved.findings[0].span = span_of(&text, "sessions");
    assert_eq!(print(&moved)[0], prints[0]);
}
