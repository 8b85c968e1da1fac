//! Findings as failed tests, in the XML that CI servers call `JUnit`: a suite for each file.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::unchecked::{Unchecked, unchecked};
use super::{places, plural, safe, xml};
use crate::Outcome;
use crate::finding::Finding;
use crate::source::Unit;

/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let mut report = Report::new("leaklint");
    let mut suites: Vec<TestSuite> = Vec::new();
    let findings = outcome.findings.iter().map(|finding| failure(finding, outcome));
    let mut cases: Vec<(String, TestCase)> = findings.chain(unchecked(outcome).map(error)).collect();
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, case) in cases {
        if suites.last().is_none_or(|suite| suite.name.as_str() != path) {
            suites.push(TestSuite::new(path.as_str()));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case);
        }
    }
    if suites.is_empty() {
        // CI servers take a report without any test for a mistake.
        let name = format!("no leaks found in {}", plural(outcome.files, "file"));
        let mut suite = TestSuite::new("leaklint");
        suite.add_test_case(TestCase::new(name.as_str(), TestCaseStatus::success()));
        suites.push(suite);
    }
    report.add_test_suites(suites);
    report.serialize(out).map_err(io::Error::other)
}

/// The path of the suite, and the test in it.
fn failure(finding: &Finding, outcome: &Outcome) -> (String, TestCase) {
    let source = outcome.sources.of(finding.file);
    let (line, column) = source.at(finding.span.start, Unit::Utf16);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let head = format!("{}:{line}:{column}: {}", source.path, finding.message);
    let lines: Vec<String> = std::iter::once(head).chain(places::details(finding, &outcome.sources)).collect();
    status.set_message(name_of(&finding.message)).set_type(finding.severity.as_str());
    status.set_description(xml::legal(&lines.join("\n")));
    let name = format!("{} at {line}:{column}", finding.rule);
    let path = name_of(&source.path);
    (path.clone(), case(&name, &path, line, status))
}

fn error(entry: Unchecked<'_>) -> (String, TestCase) {
    let (line, column) = entry.at_least(Unit::Utf16);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let head = format!("{}:{line}:{column}: {}: {}", entry.notice.path, entry.words(), entry.message());
    status.set_message(name_of(entry.message())).set_type(entry.id()).set_description(xml::legal(&head));
    let path = name_of(&entry.notice.path);
    (path.clone(), case(&format!("{} at {line}:{column}", entry.id()), &path, line, status))
}

/// A path as an attribute holds it: readers make a space of a line break there, so that it is shown as a sign.
fn name_of(path: &str) -> String {
    xml::legal(&safe(path))
}

fn case(name: &str, path: &str, line: u32, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(path);
    case.extra.insert("file".into(), path.into());
    case.extra.insert("line".into(), line.to_string().into());
    case
}
