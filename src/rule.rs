//! A rule is a constant: a name, a page, and a function that asks the linked program for leaks.

use rayon::prelude::*;

use crate::apis::What;
use crate::finding::{Confidence, Finding, Severity};
use crate::program::Program;
use crate::worker::{self, Line, Part};

/// What a user filters rules by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Growth,
    Listeners,
    Handles,
    Promises,
    Streams,
    Clients,
    Retention,
}

impl Group {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Growth => "growth",
            Self::Listeners => "listeners",
            Self::Handles => "handles",
            Self::Promises => "promises",
            Self::Streams => "streams",
            Self::Clients => "clients",
            Self::Retention => "retention",
        }
    }
}

/// One rule. Its id is the stem of its file, of its page and of its fixture folder.
#[derive(Clone, Copy)]
pub struct Rule {
    pub id: &'static str,
    /// The Markdown page: summary, `Leaks`, `Safe`, `Why`, `Limits`.
    pub page: &'static str,
    pub group: Group,
    pub severity: Severity,
    /// Left out unless it is named: a matter of taste or of what else runs.
    pub pedantic: bool,
    /// The kinds of API rows it asks about; each must occur in a table.
    pub whats: &'static [What],
    pub check: fn(&Program, &mut Findings),
}

impl Rule {
    /// The first paragraph of the page: one sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.page.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or("")
    }
}

/// Where a rule puts what it found; the identity of the rule is filled in here.
pub struct Findings {
    rule: &'static str,
    severity: Severity,
    least: Confidence,
    found: Vec<Finding>,
}

impl Findings {
    /// `least`: findings below this confidence are dropped at once.
    #[must_use]
    pub const fn new(least: Confidence) -> Self {
        Self { rule: "", severity: Severity::Warning, least, found: Vec::new() }
    }

    /// Adds a finding of the rule that is running, whose name and severity it gets.
    pub fn add(&mut self, mut finding: Finding) {
        if finding.confidence >= self.least {
            finding.rule = self.rule;
            finding.severity = self.severity;
            self.found.push(finding);
        }
    }

    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

/// Runs `rules` over the program, each on its own. A rule that panics is named in the second list; the others are not
/// touched by it. The order of the findings is that of the rules, whatever the number of threads.
#[must_use]
pub fn run(rules: &[&Rule], program: &Program, least: Confidence) -> (Vec<Finding>, Vec<&'static str>) {
    let one = |rule: &&Rule| {
        if worker::begin(Part::Rule(rule.id.to_owned()), None).is_some() {
            return (Vec::new(), Some(rule.id));
        }
        let mut findings = Findings::new(least);
        findings.rule = rule.id;
        findings.severity = rule.severity;
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            (rule.check)(program, &mut findings);
        }));
        let mut found = findings.found;
        // What a test, a demo or a script leaves open or fills goes with its process.
        for finding in found.iter_mut().filter(|finding| !finding.whose.is_product()) {
            finding.confidence = Confidence::Guess;
        }
        found.retain(|finding| finding.confidence >= least);
        (found, checked.is_err().then_some(rule.id))
    };
    let alone = rules.iter().any(|rule| worker::is_suspect(&Part::Rule(rule.id.to_owned())));
    worker::note(if alone { &Line::Alone } else { &Line::Together });
    let results: Vec<(Vec<Finding>, Option<&'static str>)> =
        if alone { rules.iter().map(one).collect() } else { rules.par_iter().map(one).collect() };
    worker::note(&Line::Over);
    let broken = results.iter().filter_map(|(_, broken)| *broken).collect();
    (results.into_iter().flat_map(|(found, _)| found).collect(), broken)
}
