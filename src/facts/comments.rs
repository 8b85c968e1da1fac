//! Reads `// leaklint-ignore rule -- reason` from the comments of a file; text in strings never counts.

use oxc_ast::ast::{Comment, Program};
use serde::{Deserialize, Serialize};

use crate::finding::Span;
use crate::source::{Source, blocks};

/// `leaklint-ignore` in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    pub span: Span,
    pub reach: Reach,
    /// Rule ids with their own spans; empty: malformed, unless it is an end.
    pub rules: Vec<(String, Span)>,
    pub reason: String,
    /// Line of code that it covers: 0-based line of the comment's end and the next.
    pub lines: (u32, u32),
}

/// What a directive covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Its line, or the next that holds code.
    Line,
    File,
    /// From here to the end directive.
    Start,
    End,
    /// Something that we do not know: `leaklint-ignore-all`.
    Unknown,
}

const MARK: &str = "leaklint-ignore";

/// The directives of a block that starts at byte `offset` of `source`.
///
/// `// leaklint-ignore rule-a, rule-b -- reason` covers its own line when code stands before it, else its own line and
/// the next line that holds code; `leaklint-ignore-file` covers the file, `leaklint-ignore-start` all up to
/// `leaklint-ignore-end`.
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

/// The directives in the markup around the scripts of a component file: `<!-- leaklint-ignore-file rule -- reason -->`.
#[must_use]
pub fn in_markup(source: &Source) -> Vec<Directive> {
    if source.language.source_type().is_some()
        || memchr::memmem::find(source.text.as_bytes(), MARK.as_bytes()).is_none()
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    for comment in blocks::comments(&source.text, source.language) {
        let inner =
            &source.text[comment.start as usize + 4..(comment.end as usize).max(comment.start as usize + 7) - 3];
        let Some(mut directive) = parse(inner, comment.start + 4) else { continue };
        let own = source.lines().line(comment.end);
        let rest = &source.text[comment.end as usize..];
        let space = u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or(0);
        directive.span = comment;
        directive.lines = (own, source.lines().line(comment.end + space).max(own));
        found.push(directive);
    }
    found
}

/// Reads the inside of a comment, which starts at byte `at` of the file. `None`: it is no directive.
fn parse(content: &str, at: u32) -> Option<Directive> {
    let lead = content.len() - content.trim_start_matches(|c: char| c.is_whitespace() || c == '*').len();
    let rest = content[lead..].strip_prefix(MARK)?;
    let forms = [("-file", Reach::File), ("-start", Reach::Start), ("-end", Reach::End)];
    let form = forms.into_iter().find_map(|(end, reach)| Some((reach, rest.strip_prefix(end)?)));
    let (mut reach, rest) = form.unwrap_or((Reach::Line, rest));
    let (list, reason) = rest.split_once("--").unwrap_or((rest, ""));
    let known = !list.starts_with(|c: char| !c.is_whitespace());
    if !known {
        // `leaklint-ignore-all`, `leaklint-ignored`: meant for us, yet nothing that we know.
        reach = Reach::Unknown;
    }
    let reason = reason.trim().to_owned();
    let mut directive = Directive { span: Span::default(), reach, rules: Vec::new(), reason, lines: (0, 0) };
    let start = content.len() - rest.len();
    for word in list.split(|c: char| c.is_whitespace() || c == ',').filter(|w| known && !w.is_empty() && *w != "*") {
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
        let mut code = skip_space(text, comment.span.end);
        if is_child(text, comment) {
            // `{/* .. */}` is a child of JSX: what it speaks of stands behind its brace.
            code = skip_space(text, code + 1);
            if text[code as usize..].starts_with('{') {
                let inside = skip_space(text, code + 1);
                code = if starts_at(comments, i, inside) { inside } else { code };
            }
        }
        next[i] = if starts_at(comments, i, code) { next[i + 1] } else { code };
    }
    next
}

/// Whether the comment behind number `i` starts at this byte.
fn starts_at(comments: &[Comment], i: usize, at: u32) -> bool {
    comments.get(i + 1).is_some_and(|following| following.span.start == at)
}

fn skip_space(text: &str, at: u32) -> u32 {
    let rest = &text[at as usize..];
    at + u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or(0)
}

/// Whether a comment stands alone in braces.
fn is_child(text: &str, comment: &Comment) -> bool {
    let before = text[..comment.span.start as usize].trim_end_matches([' ', '\t']);
    before.ends_with('{') && text[skip_space(text, comment.span.end) as usize..].starts_with('}')
}

/// Looks back over spaces only: a line may be megabytes long.
fn has_code_before(text: &str, comment: &Comment) -> bool {
    let space = [' ', '\t', '\u{feff}'];
    let mut before = text[..comment.span.start as usize].trim_end_matches(space);
    if is_child(text, comment) {
        before = before[..before.len() - 1].trim_end_matches(space);
    }
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
        assert_eq!(read.reach, Reach::Line);
    }

    #[test]
    fn whole_files_and_stretches() {
        let read = parse("* leaklint-ignore-file a", 0).unwrap();
        assert_eq!(read.reach, Reach::File);
        assert_eq!(read.rules.len(), 1);
        assert!(read.reason.is_empty());
        assert_eq!(parse(" leaklint-ignore-start a -- b", 0).unwrap().reach, Reach::Start);
        assert_eq!(parse(" leaklint-ignore-end", 0).unwrap().reach, Reach::End);
    }

    #[test]
    fn malformed_is_kept_and_others_are_not() {
        assert!(parse("leaklint-ignore", 0).unwrap().rules.is_empty());
        assert!(parse("leaklint-ignore-all x", 0).unwrap().rules.is_empty());
        assert!(parse("see leaklint-ignore x", 0).is_none());
        assert!(parse("eslint-disable", 0).is_none());
    }
}
