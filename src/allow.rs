//! Applies `leaklint-ignore` comments to the findings, and reports those that do nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::nearest;
use crate::facts::Directive;
use crate::finding::{Finding, Notice, NoticeKind, Span};
use crate::program::Program;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::sources::Sources;

/// Complaints told for each file.
const TOLD: usize = 5;

/// Removes what comments allow. `ran`: the rules of this run; an allow of another rule cannot be called unused.
#[must_use]
pub fn apply(
    findings: Vec<Finding>,
    program: &Program,
    sources: &Sources,
    ran: &[&Rule],
) -> (Vec<Finding>, Vec<Notice>) {
    let allows = Allows::collect(program, sources);
    let mut used = BTreeSet::new();
    let kept = findings.into_iter().filter(|finding| !allows.covers(finding, sources, &mut used)).collect();
    (kept, allows.complaints(&used, ran))
}

/// A directive by its file: path, then place in the list of that path.
type Key<'p> = (&'p str, usize);

/// The directives of a component file's blocks are those of one file.
struct Allows<'p> {
    by_path: BTreeMap<&'p str, Vec<&'p Directive>>,
    /// Which directives cover a line (`Some`) or the whole file (`None`).
    by_line: BTreeMap<(&'p str, Option<u32>), Vec<usize>>,
}

impl<'p> Allows<'p> {
    fn collect(program: &'p Program, sources: &'p Sources) -> Self {
        let mut allows = Self { by_path: BTreeMap::new(), by_line: BTreeMap::new() };
        for unit in &program.files {
            let path = sources.of(unit.id).path.as_str();
            for directive in &unit.facts.directives {
                let list = allows.by_path.entry(path).or_default();
                let index = list.len();
                list.push(directive);
                let (own, next) = directive.lines;
                let lines = if directive.file { vec![None] } else { vec![Some(own), Some(next)] };
                for line in lines {
                    allows.by_line.entry((path, line)).or_default().push(index);
                }
            }
        }
        allows
    }

    fn covers(&self, finding: &Finding, sources: &'p Sources, used: &mut BTreeSet<(Key<'p>, usize)>) -> bool {
        let source = sources.of(finding.file);
        let Some(directives) = self.by_path.get(source.path.as_str()) else { return false };
        let line = source.lines().line(finding.span.start);
        let mut covered = false;
        for line in [None, Some(line)] {
            for index in self.by_line.get(&(source.path.as_str(), line)).into_iter().flatten() {
                let rules = &directives[*index].rules;
                if let Some(rule) = rules.iter().position(|(id, _)| id == finding.rule) {
                    used.insert(((source.path.as_str(), *index), rule));
                    covered = true;
                }
            }
        }
        covered
    }

    fn complaints(&self, used: &BTreeSet<(Key<'p>, usize)>, ran: &[&Rule]) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (path, directives) in &self.by_path {
            let mut said: Vec<(Span, String)> = Vec::new();
            for (index, directive) in directives.iter().enumerate() {
                let is_used = |rule: usize| used.contains(&((*path, index), rule));
                complain(directive, ran, is_used, &mut said);
            }
            let more = said.len().saturating_sub(TOLD);
            let note = |span, message| Notice { kind: NoticeKind::Note, path: (*path).to_owned(), span, message };
            notices.extend(said.into_iter().take(TOLD).map(|(span, message)| note(Some(span), message)));
            if more > 0 {
                notices.push(note(None, format!("and {more} more about `leaklint-ignore` comments")));
            }
        }
        notices
    }
}

fn complain(directive: &Directive, ran: &[&Rule], is_used: impl Fn(usize) -> bool, said: &mut Vec<(Span, String)>) {
    if directive.rules.is_empty() {
        let message = "this comment allows nothing: write `leaklint-ignore RULE -- reason`".to_owned();
        said.push((directive.span, message));
        return;
    }
    for (index, (id, span)) in directive.rules.iter().enumerate() {
        if !RULES.iter().chain(ran).any(|rule| rule.id == id) {
            let hint = nearest(id).map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            said.push((*span, format!("there is no rule `{}`{hint}", shortened(id))));
        } else if ran.iter().any(|rule| rule.id == id) && !is_used(index) {
            said.push((*span, format!("nothing to ignore here for `{id}`: remove it")));
        }
    }
    if directive.reason.is_empty() && (0..directive.rules.len()).any(&is_used) {
        said.push((directive.span, "this comment gives no reason: add `-- reason`".to_owned()));
    }
}

fn shortened(id: &str) -> String {
    if id.chars().count() > 60 { id.chars().take(60).chain(['…']).collect() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FileFacts;
    use crate::finding::{Confidence, FileId, Severity};
    use crate::rule::Group;
    use crate::source::{Language, Source};

    const RULE: Rule = Rule {
        id: "test-rule",
        page: "A page",
        group: Group::Growth,
        severity: Severity::Error,
        pedantic: false,
        whats: &[],
        check: |_, _| {},
    };

    /// What is left of a finding at `leak()`, and the complaints.
    fn judged(text: &str, file: bool, lines: (u32, u32), rules: &[&str]) -> (usize, Vec<String>) {
        let mut sources = Sources::default();
        sources.add(Source::new("a.js".to_owned(), None, text, Language::JavaScript), 1);
        let rules = rules.iter().map(|id| ((*id).to_owned(), Span::new(0, 1))).collect();
        let directive = Directive { span: Span::new(0, 1), file, rules, reason: "why".to_owned(), lines };
        let facts = FileFacts { directives: vec![directive], ..FileFacts::default() };
        let start = u32::try_from(text.find("leak()").unwrap()).unwrap();
        let finding = Finding {
            rule: RULE.id,
            severity: Severity::Error,
            confidence: Confidence::Sure,
            file: FileId(0),
            span: Span::new(start, start + 4),
            message: String::new(),
            labels: Vec::new(),
            help: String::new(),
            fixes: Vec::new(),
        };
        let (kept, notices) = apply(vec![finding], &Program::link(vec![facts], &[], None), &sources, &[&RULE]);
        (kept.len(), notices.into_iter().map(|notice| notice.message).collect())
    }

    #[test]
    fn a_line_or_a_file_is_covered() {
        assert_eq!(judged("//\nleak()", false, (0, 1), &["test-rule"]), (0, vec![]));
        assert_eq!(judged("//\n\n\nleak()", true, (0, 1), &["test-rule"]), (0, vec![]));
    }

    #[test]
    fn what_does_nothing_is_said() {
        let unused = vec!["nothing to ignore here for `test-rule`: remove it".to_owned()];
        assert_eq!(judged("//\n\nleak()", false, (0, 1), &["test-rule"]), (1, unused));
        let (kept, said) = judged("//\nleak()", false, (0, 1), &["no-such"]);
        assert_eq!(kept, 1);
        assert!(said[0].starts_with("there is no rule `no-such`"));
        assert_eq!(judged("//\nleak()", false, (0, 1), &[]).1.len(), 1);
    }
}
