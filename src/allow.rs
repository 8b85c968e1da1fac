//! Applies `leaklint-ignore` comments to the findings, and reports those that do nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{nearest, shortened};
use crate::facts::{Directive, Reach};
use crate::finding::{Finding, Notice, NoticeKind, Span};
use crate::program::Program;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::sources::Sources;

/// Complaints told for each file.
const TOLD: usize = 5;

/// What the comments of a run are judged by.
pub struct Terms<'t> {
    /// The rules of this run; an allow of another rule cannot be called unused.
    pub ran: &'t [&'t Rule],
    /// Whether a comment of a file (its shown path) must give a reason: it allows nothing without one. `Some(false)`: nobody
    /// asks for reasons.
    pub require_reason: &'t dyn Fn(&str) -> Option<bool>,
}

/// Removes what comments allow.
#[must_use]
pub fn apply(
    findings: Vec<Finding>,
    program: &Program,
    sources: &Sources,
    terms: &Terms<'_>,
) -> (Vec<Finding>, Vec<Notice>) {
    let allows = Allows::collect(program, sources, terms);
    let mut used = BTreeSet::new();
    let kept = findings.into_iter().filter(|finding| !allows.covers(finding, sources, &mut used)).collect();
    (kept, allows.complaints(&used, terms.ran))
}

/// A directive by its file: path, then place in the list of that path.
type Key<'p> = (&'p str, usize);

/// The directives of a component file's blocks are those of one file.
struct Allows<'p> {
    by_path: BTreeMap<&'p str, Given<'p>>,
    /// Which directives cover a line (`Some`) or the whole file (`None`).
    by_line: BTreeMap<(&'p str, Option<u32>), Vec<usize>>,
}

/// The directives of a path, in the order of the file.
struct Given<'p> {
    directives: Vec<&'p Directive>,
    stretches: Vec<Stretch<'p>>,
    /// Ends that end nothing.
    stray: Vec<usize>,
    require_reason: Option<bool>,
}

/// Lines between a start and its end.
struct Stretch<'p> {
    /// The directive, and which of its rules.
    start: (usize, usize),
    rule: &'p str,
    first: u32,
    /// `None`: nothing ends it.
    last: Option<u32>,
}

impl<'p> Given<'p> {
    fn new(mut directives: Vec<&'p Directive>, require_reason: Option<bool>) -> Self {
        directives.sort_by_key(|directive| directive.span);
        let mut stretches: Vec<Stretch<'p>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut stray = Vec::new();
        for (index, directive) in directives.iter().enumerate() {
            let line = directive.lines.0;
            match directive.reach {
                Reach::Start => {
                    for (nth, (rule, _)) in directive.rules.iter().enumerate() {
                        open.push(stretches.len());
                        stretches.push(Stretch { start: (index, nth), rule, first: line, last: None });
                    }
                }
                Reach::End => {
                    // Without a name it ends all that are open; with one, the innermost of that name.
                    let before = open.len();
                    if directive.rules.is_empty() {
                        open.drain(..).for_each(|at| stretches[at].last = Some(line));
                    }
                    for (name, _) in &directive.rules {
                        if let Some(at) = open.iter().rposition(|at| stretches[*at].rule == name) {
                            stretches[open.remove(at)].last = Some(line);
                        }
                    }
                    if open.len() == before {
                        stray.push(index);
                    }
                }
                Reach::Line | Reach::File | Reach::Unknown => {}
            }
        }
        Self { directives, stretches, stray, require_reason }
    }

    /// Whether a directive is disregarded because it gives no reason.
    fn is_void(&self, index: usize) -> bool {
        self.require_reason == Some(true) && self.directives[index].reason.is_empty()
    }
}

impl<'p> Allows<'p> {
    fn collect(program: &'p Program, sources: &'p Sources, terms: &Terms<'_>) -> Self {
        let mut lists: BTreeMap<&str, Vec<&Directive>> = BTreeMap::new();
        for unit in program.files.iter().filter(|unit| !unit.facts.directives.is_empty()) {
            lists.entry(sources.of(unit.id).path.as_str()).or_default().extend(&unit.facts.directives);
        }
        let mut allows = Self { by_path: BTreeMap::new(), by_line: BTreeMap::new() };
        for (path, directives) in lists {
            let given = Given::new(directives, (terms.require_reason)(path));
            for (index, directive) in given.directives.iter().enumerate() {
                let (own, next) = directive.lines;
                let lines = match directive.reach {
                    Reach::File => vec![None],
                    Reach::Line => vec![Some(own), Some(next)],
                    Reach::Start | Reach::End | Reach::Unknown => Vec::new(),
                };
                for line in lines {
                    allows.by_line.entry((path, line)).or_default().push(index);
                }
            }
            allows.by_path.insert(path, given);
        }
        allows
    }

    fn covers(&self, finding: &Finding, sources: &'p Sources, used: &mut BTreeSet<(Key<'p>, usize)>) -> bool {
        let source = sources.of(finding.file);
        let path = source.path.as_str();
        let Some(given) = self.by_path.get(path) else { return false };
        let line = source.lines().line(finding.span.start);
        let mut covered = false;
        let mut cover = |index: usize, rule: usize| {
            used.insert(((path, index), rule));
            covered |= !given.is_void(index);
        };
        for line in [None, Some(line)] {
            for index in self.by_line.get(&(path, line)).into_iter().flatten() {
                let rules = &given.directives[*index].rules;
                if let Some(rule) = rules.iter().position(|(id, _)| id == finding.rule) {
                    cover(*index, rule);
                }
            }
        }
        for stretch in &given.stretches {
            let within = stretch.first <= line && stretch.last.is_none_or(|last| line <= last);
            if within && stretch.rule == finding.rule {
                cover(stretch.start.0, stretch.start.1);
            }
        }
        covered
    }

    fn complaints(&self, used: &BTreeSet<(Key<'p>, usize)>, ran: &[&Rule]) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (path, given) in &self.by_path {
            let mut said: Vec<(Span, String)> = Vec::new();
            for index in 0..given.directives.len() {
                let is_used = |rule: usize| used.contains(&((*path, index), rule));
                complain(given, index, (ran, &is_used), &mut said);
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

/// Which rules ran, and which rules of the directive were of use.
type Ran<'r> = (&'r [&'r Rule], &'r dyn Fn(usize) -> bool);

fn complain(given: &Given<'_>, index: usize, (ran, is_used): Ran<'_>, said: &mut Vec<(Span, String)>) {
    let directive = given.directives[index];
    if directive.reach == Reach::End {
        if given.stray.contains(&index) {
            said.push((
                directive.span,
                "there is no `leaklint-ignore-start` to end here: remove this comment".to_owned(),
            ));
        }
        return;
    }
    if directive.rules.is_empty() {
        let message = "this comment has no effect: write `leaklint-ignore RULE -- reason`".to_owned();
        said.push((directive.span, message));
        return;
    }
    for (nth, (id, span)) in directive.rules.iter().enumerate() {
        if !RULES.iter().chain(ran).any(|rule| rule.id == id) {
            let hint = nearest(id).map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            said.push((*span, format!("unknown rule `{}`{hint}", shortened(id))));
        } else if ran.iter().any(|rule| rule.id == id) && !is_used(nth) {
            said.push((*span, format!("unused `leaklint-ignore` for `{id}`: remove it")));
        }
    }
    if given.stretches.iter().any(|stretch| stretch.start.0 == index && stretch.last.is_none()) {
        said.push((
            directive.span,
            "this is never ended, so it applies to the rest of the file: add `leaklint-ignore-end`".to_owned(),
        ));
    }
    if directive.reason.is_empty() && given.require_reason != Some(false) && (0..directive.rules.len()).any(is_used) {
        let message = match given.require_reason {
            Some(true) => "this comment has no reason, so it has no effect: add `-- reason`",
            _ => "this comment has no reason: add `-- reason`",
        };
        said.push((directive.span, message.to_owned()));
    }
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
    fn judged(text: &str, reach: Reach, lines: (u32, u32), rules: &[&str]) -> (usize, Vec<String>) {
        let mut sources = Sources::default();
        sources.add(Source::new("a.js".to_owned(), None, text, Language::JavaScript), 1);
        let rules = rules.iter().map(|id| ((*id).to_owned(), Span::new(0, 1))).collect();
        let directive = Directive { span: Span::new(0, 1), reach, rules, reason: "why".to_owned(), lines };
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
            whose: crate::program::whose::Whose::Product,
        };
        let terms = Terms { ran: &[&RULE], require_reason: &|_| None };
        let (kept, notices) = apply(vec![finding], &Program::link(vec![facts], &[], None), &sources, &terms);
        (kept.len(), notices.into_iter().map(|notice| notice.message).collect())
    }

    #[test]
    fn a_line_or_a_file_is_covered() {
        assert_eq!(judged("//\nleak()", Reach::Line, (0, 1), &["test-rule"]), (0, vec![]));
        assert_eq!(judged("//\n\n\nleak()", Reach::File, (0, 1), &["test-rule"]), (0, vec![]));
    }

    #[test]
    fn what_does_nothing_is_said() {
        let unused = vec!["unused `leaklint-ignore` for `test-rule`: remove it".to_owned()];
        assert_eq!(judged("//\n\nleak()", Reach::Line, (0, 1), &["test-rule"]), (1, unused));
        let (kept, said) = judged("//\nleak()", Reach::Line, (0, 1), &["no-such"]);
        assert_eq!(kept, 1);
        assert!(said[0].starts_with("unknown rule `no-such`"));
        assert_eq!(judged("//\nleak()", Reach::Line, (0, 1), &[]).1.len(), 1);
    }
}
