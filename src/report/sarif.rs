//! SARIF 2.1.0, for code scanning. Columns count UTF-16 code units, and say so.

mod shapes;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::unchecked::{self, Unchecked};
use super::{json, places};
use crate::Outcome;
use crate::config;
use crate::finding::{Confidence, Edit, FileId, Finding, Fix, Label, Notice, NoticeKind, Severity, Span};
use crate::page::{self, Links};
use crate::rule::Rule;
use crate::source::{Source, Unit};
use shapes::{
    Artifact, Change, CodeFlow, Configuration, Descriptor, Driver, Help, Insert, Invocation, Level, Log, Message,
    Notification, Physical, Place, Properties, Reference, Region, Replacement, Result, RuleShape, Run, Spot,
    ThreadFlow, Tool,
};

/// GitHub takes no run with more results than this.
const MOST: usize = 25_000;
/// What a notification may be about.
const KINDS: [(NoticeKind, &str); 3] = [
    (NoticeKind::Syntax, "The file is not valid JavaScript or TypeScript."),
    (NoticeKind::Failure, "The file, or a part of the job, could not be checked."),
    (NoticeKind::Note, "Worth knowing; what was found stays as it is."),
];
/// What relative addresses are relative to.
const ROOT: &str = "SRCROOT";

/// `folder`: the working directory below the top of the repository, see [`places::folder`].
///
/// # Errors
/// When `out` cannot be written.
pub fn print(out: &mut dyn Write, outcome: &Outcome, folder: &str) -> io::Result<()> {
    let writer = Writer { outcome, folder, rules: rules(outcome) };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [writer.run()],
    };
    serde_json::to_writer(&mut *out, &log)?;
    writeln!(out)
}

/// The rules that found something, by id, each with the confidence of its most doubtful finding.
fn rules(outcome: &Outcome) -> BTreeMap<&'static str, (usize, Confidence)> {
    let mut rules: BTreeMap<&'static str, (usize, Confidence)> = BTreeMap::new();
    for finding in outcome.findings.iter().take(MOST) {
        let (_, least) = rules.entry(finding.rule).or_insert((0, finding.confidence));
        *least = finding.confidence.min(*least);
    }
    for (number, (index, _)) in rules.values_mut().enumerate() {
        *index = number;
    }
    rules
}

struct Writer<'o> {
    outcome: &'o Outcome,
    folder: &'o str,
    rules: BTreeMap<&'static str, (usize, Confidence)>,
}

impl<'o> Writer<'o> {
    fn run(&self) -> Run<'o> {
        let findings = self.outcome.findings.iter().take(MOST).zip(json::fingerprints(self.outcome));
        let known = self.rules.iter().filter_map(|(id, (_, least))| Some((config::rule(id).ok()?, *least)));
        Run {
            tool: Tool {
                driver: Driver {
                    name: "leaklint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: known.map(|(rule, least)| shape(rule, least)).collect(),
                    notifications: KINDS.map(|(kind, text)| Descriptor::new(unchecked::id(kind), text)),
                },
            },
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                Place { description: Message::new("the top of the source") },
            )]),
            invocations: [self.invocation()],
            column_kind: "utf16CodeUnits",
            results: findings.map(|(finding, print)| self.result(finding, print)).collect(),
        }
    }

    fn invocation(&self) -> Invocation {
        let mut notifications: Vec<Notification> = self.outcome.notices.iter().map(|n| self.notification(n)).collect();
        let more = self.outcome.findings.len().saturating_sub(MOST);
        if more > 0 {
            let text = format!("{more} more findings are omitted: a run has at most {MOST} results");
            notifications.push(Notification {
                descriptor: None,
                level: Level::Warning,
                message: Message::new(&text),
                locations: vec![],
            });
        }
        let failed = self.outcome.notices.iter().any(|notice| notice.kind == NoticeKind::Failure);
        Invocation { execution_successful: !failed, tool_execution_notifications: notifications }
    }

    fn notification(&self, notice: &Notice) -> Notification {
        let entry = Unchecked::new(notice, self.outcome);
        let region = notice.span.zip(entry.source).map(|(span, source)| region(source, span));
        let physical = Physical { artifact_location: self.artifact(&notice.path), region };
        Notification {
            descriptor: Some(Reference { id: entry.id() }),
            level: if notice.kind == NoticeKind::Note { Level::Note } else { Level::Error },
            message: Message::new(&notice.message),
            locations: entry.is_about_a_file().then(|| Spot::new(physical)).into_iter().collect(),
        }
    }

    fn result(&self, finding: &'o Finding, fingerprint: String) -> Result<'o> {
        let help = if finding.help.is_empty() { String::new() } else { format!("\nHelp: {}", finding.help) };
        let label = |label: &'o Label| Spot {
            message: Some(Message::new(&label.text)),
            ..Spot::new(self.physical(label.file, label.span))
        };
        let related = (1..).zip(&finding.labels).map(|(id, at)| Spot { id: Some(id), ..label(at) });
        let flow = finding.labels.iter().map(label).collect::<Vec<_>>();
        Result {
            rule_id: finding.rule,
            rule_index: self.rules.get(finding.rule).map_or(0, |(index, _)| *index),
            level: level(finding.severity),
            message: Message::new(&format!("{}{help}", finding.message)),
            locations: [Spot::new(self.physical(finding.file, finding.span))],
            related_locations: related.collect(),
            code_flows: (flow.len() > 1)
                .then(|| CodeFlow { thread_flows: [ThreadFlow::new(flow)] })
                .into_iter()
                .collect(),
            partial_fingerprints: BTreeMap::from([("leaklint/v1", fingerprint)]),
            fixes: finding.fixes.iter().map(|fix| self.fix(fix)).collect(),
            properties: Properties { confidence: finding.confidence, code: finding.whose },
        }
    }

    fn fix(&self, fix: &'o Fix) -> shapes::Fix<'o> {
        let mut files: BTreeMap<&str, Vec<&'o Edit>> = BTreeMap::new();
        for edit in &fix.edits {
            files.entry(&self.outcome.sources.of(edit.file).path).or_default().push(edit);
        }
        let replacement = |edit: &&'o Edit| Replacement {
            deleted_region: region(self.outcome.sources.of(edit.file), edit.span),
            inserted_content: Insert { text: &edit.text },
        };
        let change = |(path, edits): (&str, Vec<&'o Edit>)| Change {
            artifact_location: self.artifact(path),
            replacements: edits.iter().map(replacement).collect(),
        };
        shapes::Fix { description: Message::new(&fix.title), artifact_changes: files.into_iter().map(change).collect() }
    }

    fn physical(&self, file: FileId, span: Span) -> Physical {
        let source = self.outcome.sources.of(file);
        Physical { artifact_location: self.artifact(&source.path), region: Some(region(source, span)) }
    }

    fn artifact(&self, path: &str) -> Artifact {
        let uri = places::address(&places::from_top(self.folder, path));
        Artifact { uri, uri_base_id: (!places::is_absolute(path)).then_some(ROOT) }
    }
}

fn region(source: &Source, span: Span) -> Region {
    let (start_line, start_column) = source.at(span.start, Unit::Utf16);
    let (end_line, end_column) = source.at(span.end.max(span.start), Unit::Utf16);
    Region { start_line, start_column, end_line, end_column }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

fn shape(rule: &'static Rule, least: Confidence) -> RuleShape {
    let (severity, precision) = (
        match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "recommendation",
        },
        match least {
            Confidence::Sure => "very-high",
            Confidence::Likely => "high",
            Confidence::Guess => "low",
        },
    );
    let page = page::of(rule, Links::Names);
    RuleShape {
        id: rule.id,
        name: rule.id,
        short_description: Message::new(rule.summary()),
        full_description: Message::new(rule.summary()),
        help: Help { text: page.clone(), markdown: page },
        help_uri: json::page(rule.id),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: shapes::RuleProperties {
            tags: ["memory-leak", rule.group.as_str()],
            precision,
            problem_severity: severity,
        },
    }
}
