//! A finding made by hand, its evidence in two files, for tests of the printers.

use leaklint::Outcome;
use leaklint::finding::{Confidence, Edit, FileId, Finding, Fix, Label, Role, Severity, Span};
use leaklint::source::{Language, Source};
use leaklint::sources::Sources;

pub const SERVER: &str = "import { bus } from './bus.js';

const sessions = new Map();

export function handle(req, res) {
  sessions.set(req.ip, req.user);
  res.end();
}
";
pub const BUS: &str = "export const bus = new Bus();\n";

pub fn span_of(text: &str, what: &str) -> Span {
    let start = u32::try_from(text.find(what).unwrap()).unwrap();
    Span::new(start, start + u32::try_from(what.len()).unwrap())
}

/// A finding in `server.js` with evidence in `bus.js`.
pub fn outcome() -> Outcome {
    outcome_in("bus.js", "server.js")
}

/// The same finding in files of other names, the first of which sorts before the second.
pub fn outcome_in(bus: &str, server: &str) -> Outcome {
    let mut sources = Sources::default();
    sources.add(Source::new(bus.to_owned(), None, BUS, Language::JavaScript), 1);
    sources.add(Source::new(server.to_owned(), None, SERVER, Language::JavaScript), 1);
    let label = |file, (text, what): (&str, &str), said: &str, role| Label {
        file: FileId(file),
        span: span_of(text, what),
        text: said.to_owned(),
        role,
    };
    let grows = span_of(SERVER, "sessions.set(req.ip, req.user)");
    let fix = Fix {
        title: "empty the map when it is full".to_owned(),
        safe: false,
        edits: vec![Edit {
            file: FileId(1),
            span: Span::new(grows.start, grows.start),
            text: "if (sessions.size > 1000) sessions.clear();\n  ".to_owned(),
        }],
    };
    let finding = Finding {
        rule: "unbounded-cache",
        severity: Severity::Error,
        confidence: Confidence::Sure,
        file: FileId(1),
        span: span_of(SERVER, "sessions"),
        message: "`sessions` grows on every request and nothing removes entries".to_owned(),
        labels: vec![
            label(1, (SERVER, "sessions"), "lives as long as the process", Role::Keeper),
            label(1, (SERVER, "sessions.set(req.ip, req.user)"), "grows here, once per request", Role::Place),
            label(0, (BUS, "bus"), "kept by this", Role::Place),
        ],
        help: "delete the entry when the session ends".to_owned(),
        fixes: vec![fix],
        whose: leaklint::program::whose::Whose::Product,
    };
    Outcome { findings: vec![finding], files: 2, sources, ..Outcome::default() }
}
