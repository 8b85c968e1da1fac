//! Reads `// leaklint-ignore rule -- reason` from the comments of a file; text in strings never counts.

use oxc_ast::ast::{Comment, Program};
use serde::{Deserialize, Serialize};

use crate::finding::Span;
use crate::source::Source;

/// `leaklint-ignore` in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    pub span: Span,
    /// The whole file instead of this line and the next.
    pub file: bool,
    /// Rule ids with their own spans; empty: malformed.
    pub rules: Vec<(String, Span)>,
    pub reason: String,
    /// Line of code that it covers: 0-based line of the comment's end and the next.
    pub lines: (u32, u32),
}

const MARK: &str = "leaklint-ignore";

/// The directives of a block that starts at byte `offset` of `source`.
///
/// `// leaklint-ignore rule-a, rule-b -- reason` covers its own line when code stands before it, else its own line and
/// the next line that holds code; `leaklint-ignore-file` covers the file.
#[must_use]
pub fn directives(program: &Program<'_>, offset: u32, source: &Source) -> Vec<Directive> {
    let text = program.source_text;
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let next = next_code(&program.comments, text);
    let mut found = Vec::new();
    for (comment, next) in program.comments.iter().zip(next) {
        let inner = comment.content_span();
        let content = &text[inner.start as usize..inner.end as usize];
        let Some(mut directive) = parse(content, offset + inner.start) else { continue };
        let line = |at: u32| source.lines().line(offset + at);
        let own = line(comment.span.end);
        directive.span = Span::new(offset + comment.span.start, offset + comment.span.end);
        directive.lines = if has_code_before(text, comment) { (own, own) } else { (own, line(next).max(own)) };
        found.push(directive);
    }
    found
}

/// Reads the inside of a comment, which starts at byte `at` of the file. `None`: it is no directive.
fn parse(content: &str, at: u32) -> Option<Directive> {
    let lead = content.len() - content.trim_start_matches(|c: char| c.is_whitespace() || c == '*').len();
    let rest = content[lead..].strip_prefix(MARK)?;
    let (file, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
    let (list, reason) = rest.split_once("--").unwrap_or((rest, ""));
    let mut directive =
        Directive { span: Span::default(), file, rules: Vec::new(), reason: reason.trim().to_owned(), lines: (0, 0) };
    if list.starts_with(|c: char| !c.is_whitespace()) {
        // `leaklint-ignore-end`, `leaklint-ignored`: meant for us, yet nothing that we know.
        return Some(directive);
    }
    let start = content.len() - rest.len();
    for word in list.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()) {
        let from = start + (word.as_ptr() as usize - list.as_ptr() as usize);
        let small = |n: usize| at + u32::try_from(n).unwrap_or(0);
        directive.rules.push((word.to_owned(), Span::new(small(from), small(from + word.len()))));
    }
    Some(directive)
}

/// For each comment the first byte behind it that is neither space nor comment. From back to front, so that a long row
/// of comments is looked at once.
fn next_code(comments: &[Comment], text: &str) -> Vec<u32> {
    let mut next = vec![0; comments.len()];
    for (i, comment) in comments.iter().enumerate().rev() {
        let rest = &text[comment.span.end as usize..];
        let code = comment.span.end + u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or(0);
        let is_comment = comments.get(i + 1).is_some_and(|following| following.span.start == code);
        next[i] = if is_comment { next[i + 1] } else { code };
    }
    next
}

/// Looks back over spaces only: a line may be megabytes long.
fn has_code_before(text: &str, comment: &Comment) -> bool {
    let before = text[..comment.span.start as usize].trim_end_matches([' ', '\t', '\u{feff}']);
    !before.is_empty() && !before.ends_with(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reason() {
        let read = parse(" leaklint-ignore timer-never-cleared, whole-read -- because -- reasons ", 10).unwrap();
        assert_eq!(read.rules[0], ("timer-never-cleared".to_owned(), Span::new(27, 46)));
        assert_eq!(read.rules[1].0, "whole-read");
        assert_eq!(read.reason, "because -- reasons");
        assert!(!read.file);
    }

    #[test]
    fn whole_files() {
        let read = parse("* leaklint-ignore-file a", 0).unwrap();
        assert!(read.file);
        assert_eq!(read.rules.len(), 1);
        assert!(read.reason.is_empty());
    }

    #[test]
    fn malformed_is_kept_and_others_are_not() {
        assert!(parse("leaklint-ignore", 0).unwrap().rules.is_empty());
        assert!(parse("leaklint-ignore-end x", 0).unwrap().rules.is_empty());
        assert!(parse("see leaklint-ignore x", 0).is_none());
        assert!(parse("eslint-disable", 0).is_none());
    }
}
