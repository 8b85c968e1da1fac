//! Which findings are shown: severities and confidences by file, known ones, changed lines.

use std::collections::{BTreeMap, BTreeSet};

use std::path::Path;

use crate::Outcome;
use crate::baseline::{Judged, Key};
use crate::config::{Fault, ForFile, Options};
use crate::finding::{Confidence, FileId, Finding, NoticeKind};
use crate::program::Program;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::sources::Sources;
use crate::walk::FileToRead;

/// Finds the configuration of every file of the run, and what is wrong with any of them.
#[must_use]
pub fn faults(options: &Options, files: &[FileToRead]) -> Vec<Fault> {
    for file in files {
        let _ = options.configs.of_file(&file.path);
    }
    for text in options.stdin.iter().chain(&options.given) {
        let _ = options.configs.of_file(&options.root.join(&text.name));
    }
    options.configs.faults()
}

/// What the configurations and the command line ask for.
pub struct Wanted<'o> {
    options: &'o Options,
    /// The rules to run: those of the command line, and those that some configuration turns on.
    pub rules: Vec<&'static Rule>,
    /// The lowest confidence that is shown for any file.
    pub least: Confidence,
}

impl<'o> Wanted<'o> {
    #[must_use]
    pub fn new(options: &'o Options) -> Self {
        let all = options.configs.all();
        let on: BTreeSet<&str> = all.iter().flat_map(|settings| settings.turned_on()).collect();
        let chosen = |rule: &Rule| options.rules.iter().any(|one| one.id == rule.id);
        let extra = |rule: &Rule| !options.named && on.contains(rule.id) && !options.skipped.contains(&rule.id);
        let mut rules = options.rules.clone();
        rules.extend(RULES.iter().copied().filter(|rule| !chosen(rule) && extra(rule)));
        let lowest = all.iter().filter_map(|settings| settings.lowest()).min();
        let least = lowest.filter(|_| !options.least_typed).map_or(options.least, |lowest| lowest.min(options.least));
        Self { options, rules, least }
    }

    /// What holds for a file of the run.
    #[must_use]
    pub fn of_path(&self, path: &str, sources: &Sources) -> ForFile {
        let file = sources.by_path(path).and_then(|source| source.on_disk().map(Path::to_owned));
        let file = file.unwrap_or_else(|| self.options.root.join(path));
        let file = crate::walk::normalised(&file);
        self.options.configs.of_file(&file).of_file(&file)
    }

    fn least_of(&self, file: &ForFile) -> Confidence {
        file.least.filter(|_| !self.options.least_typed).unwrap_or(self.options.least)
    }
}

/// Leaves those findings in `outcome` that are to be shown, each with the severity that it has in its file.
pub fn select(wanted: &Wanted<'_>, program: &Program, outcome: &mut Outcome) {
    let options = wanted.options;
    let mut by_file: BTreeMap<FileId, ForFile> = BTreeMap::new();
    for finding in &outcome.findings {
        let path = || outcome.sources.of(finding.file).path.as_str();
        by_file.entry(finding.file).or_insert_with(|| wanted.of_path(path(), &outcome.sources));
    }
    let severity = |finding: &Finding| {
        let rule = wanted.rules.iter().find(|rule| rule.id == finding.rule)?;
        let chosen = options.rules.iter().any(|one| one.id == rule.id);
        // A rule that was chosen for this run needs no configuration to turn it on.
        by_file[&finding.file].severity(rule, options.named, chosen)
    };
    let mut findings = std::mem::take(&mut outcome.findings);
    findings.retain_mut(|finding| match severity(finding) {
        Some(severity) => {
            finding.severity = severity;
            true
        }
        None => false,
    });
    let shown = |finding: &Finding, sources: &Sources| {
        finding.confidence >= wanted.least_of(&by_file[&finding.file])
            && options.severity.is_none_or(|least| finding.severity >= least)
            && touches(finding, options, sources)
    };
    if let Some(baseline) = &options.baseline {
        // Known findings are counted from the top of a file on.
        findings.sort_by_key(|finding| (finding.file, finding.span.start, finding.rule));
        let keys = baseline.keys(&findings, program, (&outcome.sources, &options.root));
        let now = count(&findings, &keys, |finding| shown(finding, &outcome.sources));
        let judged = judged(wanted, outcome);
        let (new, mut compared) = baseline.compare(findings, &keys, &judged);
        compared.now = now;
        findings = new;
        outcome.compared = compared;
    }
    findings.retain(|finding| shown(finding, &outcome.sources));
    outcome.findings = findings;
}

/// How many findings that are shown have each key.
fn count(findings: &[Finding], keys: &[Key], shown: impl Fn(&Finding) -> bool) -> BTreeMap<Key, u32> {
    let mut now = BTreeMap::new();
    for (_, key) in findings.iter().zip(keys).filter(|(finding, _)| shown(finding)) {
        *now.entry(key.clone()).or_insert(0) += 1;
    }
    now
}

/// Files that were read without trouble, and the rules that ran.
fn judged<'j>(wanted: &'j Wanted<'_>, outcome: &'j Outcome) -> Judged<'j> {
    let troubled: BTreeSet<&str> = outcome
        .notices
        .iter()
        .filter(|notice| notice.kind != NoticeKind::Note)
        .map(|notice| notice.path.as_str())
        .collect();
    let files = outcome.sources.paths().filter(|path| !troubled.contains(path)).collect();
    let rules = wanted.rules.iter().map(|rule| rule.id).collect();
    Judged { files, rules, root: &wanted.options.root }
}

/// Whether a finding, or what supports it, stands on a changed line. Without a choice of lines everything does.
fn touches(finding: &Finding, options: &Options, sources: &Sources) -> bool {
    let Some(changed) = &options.changed_lines else { return true };
    let places = std::iter::once((finding.file, finding.span)).chain(finding.labels.iter().map(|l| (l.file, l.span)));
    places.into_iter().any(|(file, span)| {
        let source = sources.of(file);
        let Some(ranges) = changed.get(source.path.as_str()) else { return false };
        let (first, last) = (source.lines().line(span.start), source.lines().line(span.end));
        ranges.iter().any(|range| range.start <= last && first < range.end)
    })
}
