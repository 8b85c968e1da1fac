//! Cuts what a snippet shows out of a file: few lines, clipped, harmless for a terminal.

use std::ops::Range;

use super::{Look, sign};
use crate::finding::{FileId, Finding, Label, Span};
use crate::source::Source;
use crate::source::lines::small;
use crate::sources::Sources;

/// A place to underline; no text: underlined only.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    pub span: Span,
    pub text: &'a str,
    pub primary: bool,
    /// Which of the finding's labels this is.
    pub label: Option<usize>,
}

/// A few neighbouring lines of one file, with marks in bytes of `text`.
#[derive(Debug, Clone)]
pub struct Window {
    pub path: String,
    pub text: String,
    /// 0-based line of the file that `text` begins with.
    pub first_line: usize,
    /// 1-based line and column that the snippet is about.
    pub about: (u32, u32),
    pub marks: Vec<WindowMark>,
}

#[derive(Debug, Clone)]
pub struct WindowMark {
    pub range: Range<usize>,
    pub text: String,
    pub primary: bool,
    pub label: Option<usize>,
}

/// Marks further apart than this many lines get windows of their own.
const NEAR_LINES: u32 = 4;
/// Bytes of a line that are shown whole; of longer lines, `MARGIN` bytes around the marks.
const LINE: usize = 180;
const MARGIN: usize = 60;
/// A mark is underlined for this many bytes at most, and never past the end of its line.
const UNDERLINED: usize = 100;

/// The files that a finding shows a part of, its own first.
#[must_use]
pub fn files(finding: &Finding, sources: &Sources) -> Vec<FileId> {
    let mut files: Vec<FileId> = vec![finding.file];
    for label in &finding.labels {
        let same = |file: &FileId| sources.of(*file).path == sources.of(label.file).path;
        if !files.iter().any(same) {
            files.push(label.file);
        }
    }
    files
}

/// What a finding marks in one file.
#[must_use]
pub fn marks<'f>(finding: &'f Finding, source: &Source, sources: &Sources) -> Vec<Mark<'f>> {
    let here = |file| sources.of(file).path == source.path;
    let labels = finding.labels.iter().enumerate().filter(|(_, label)| here(label.file));
    let mark =
        |(at, label): (usize, &'f Label)| Mark { span: label.span, text: &label.text, primary: false, label: Some(at) };
    let mut marks: Vec<Mark<'f>> = labels.map(mark).collect();
    if here(finding.file) {
        marks.push(Mark { span: finding.span, text: "", primary: true, label: None });
    }
    marks
}

/// The windows that show `marks` of one file: the one with the primary mark first, then in order of the file.
#[must_use]
pub fn windows(source: &Source, marks: &[Mark<'_>], look: Look) -> Vec<Window> {
    if source.text.is_empty() {
        return Vec::new();
    }
    let mut marks: Vec<Mark<'_>> = marks.iter().map(|mark| clipped(source, mark)).collect();
    marks.sort_by_key(|mark| (mark.span, mark.text.is_empty()));
    marks.dedup_by(|later, earlier| {
        let same = later.span == earlier.span && later.text.is_empty();
        earlier.primary |= same && later.primary;
        same
    });
    let mut groups: Vec<Vec<Mark<'_>>> = Vec::new();
    for mark in marks {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| are_near(source, last, &mark)) => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    groups.sort_by_key(|group| !group.iter().any(|mark| mark.primary));
    groups.iter().map(|group| window(source, group, look)).collect()
}

/// A line of the file cut to a bearable length and made harmless, for suggested changes.
#[must_use]
pub fn line(text: &str, look: Look) -> String {
    let end = text.floor_char_boundary(LINE);
    let cut = if end < text.len() { ellipsis(look) } else { "" };
    text[..end].chars().map(|c| shown(c, look)).collect::<String>() + cut
}

fn clipped<'a>(source: &Source, mark: &Mark<'a>) -> Mark<'a> {
    let text = &*source.text;
    let start = text.floor_char_boundary((mark.span.start as usize).min(text.len()));
    let line_end = source.lines().range(text, source.lines().line(small(start))).end.max(start);
    let most = (mark.span.end as usize).clamp(start, line_end).min(start + UNDERLINED);
    let end = text.floor_char_boundary(most);
    Mark { span: Span::new(small(start), small(end)), ..mark.clone() }
}

fn are_near(source: &Source, a: &Mark<'_>, b: &Mark<'_>) -> bool {
    let (from, to) = (source.lines().line(a.span.start), source.lines().line(b.span.start));
    if from == to { (b.span.start - a.span.start) as usize <= LINE } else { to - from <= NEAR_LINES }
}

fn window(source: &Source, marks: &[Mark<'_>], look: Look) -> Window {
    let lines = source.lines();
    let main = marks.iter().find(|mark| mark.primary).or(marks.first()).map_or(0, |mark| mark.span.start);
    let about = source.position(main);
    let of = |mark: Option<&Mark<'_>>| mark.map_or(0, |mark| lines.line(mark.span.start));
    let (mut first, mut last) = (of(marks.first()), of(marks.last()));
    let blank = |line| source.text[lines.range(&source.text, line)].trim().is_empty();
    if first > 0 && !blank(first - 1) {
        first -= 1;
    }
    if last + 1 < lines.count() && !blank(last + 1) {
        last += 1;
    }
    let mut window = Window {
        path: look.text(&source.path).into_owned(),
        text: String::new(),
        first_line: first as usize,
        about: (about.line, about.column),
        marks: Vec::new(),
    };
    for line in first..=last {
        let range = lines.range(&source.text, line);
        let here: Vec<_> = marks.iter().filter(|mark| lines.line(mark.span.start) == line).collect();
        Line { text: &source.text, range, marks: here }.draw(&mut window, look);
    }
    window
}

/// A line of the file, about to become a line of a window.
struct Line<'s> {
    text: &'s str,
    range: Range<usize>,
    marks: Vec<&'s Mark<'s>>,
}

impl Line<'_> {
    fn draw(&self, window: &mut Window, look: Look) {
        let kept = self.kept();
        if kept.start > self.range.start + 3 {
            window.text.push_str(ellipsis(look));
        }
        let base = window.text.len();
        let width = |range: Range<usize>| self.text[range].chars().map(|c| shown(c, look).len_utf8()).sum::<usize>();
        for mark in &self.marks {
            let from = (mark.span.start as usize).clamp(kept.start, kept.end);
            let to = (mark.span.end as usize).clamp(from, kept.end);
            let start = base + width(kept.start..from);
            let (range, text) = (start..start + width(from..to), look.text(mark.text).into_owned());
            window.marks.push(WindowMark { range, text, primary: mark.primary, label: mark.label });
        }
        window.text.extend(self.text[kept.clone()].chars().map(|c| shown(c, look)));
        if kept.end < self.range.end {
            window.text.push_str(ellipsis(look));
        }
        window.text.push('\n');
    }

    /// The bytes that are shown. A byte-order mark is not.
    fn kept(&self) -> Range<usize> {
        let Self { text, range, marks } = self;
        let start = if range.start == 0 && text.starts_with('\u{feff}') { 3 } else { range.start };
        if range.end.saturating_sub(start) <= LINE {
            return start..range.end.max(start);
        }
        let from = marks.iter().map(|m| m.span.start as usize).min().unwrap_or(start);
        let to = marks.iter().map(|m| m.span.end as usize).max().unwrap_or(start + MARGIN);
        let from = text.floor_char_boundary(from.saturating_sub(MARGIN).max(start));
        from..text.floor_char_boundary((to + MARGIN).min(range.end))
    }
}

fn shown(c: char, look: Look) -> char {
    match sign(c) {
        _ if c == '\t' => c,
        harmless if !look.ascii || harmless.is_ascii() => harmless,
        _ => '?',
    }
}

const fn ellipsis(look: Look) -> &'static str {
    if look.ascii { "..." } else { "…" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Language;

    const LOOK: Look = Look { colour: false, ascii: false };

    fn source(text: &str) -> Source {
        Source::new("a.js".to_owned(), None, text, Language::JavaScript)
    }

    fn mark(start: u32, end: u32) -> Mark<'static> {
        Mark { span: Span::new(start, end), text: "here", primary: start == end, label: None }
    }

    #[test]
    fn long_lines_are_clipped_around_the_mark() {
        let text = format!("{}LEAK{}", "漢".repeat(90_000), "x".repeat(90_000));
        let found = windows(&source(&text), &[mark(270_000, 270_004)], LOOK);
        assert!(found[0].text.len() < 400);
        assert_eq!(&found[0].text[found[0].marks[0].range.clone()], "LEAK");
        assert_eq!(found[0].about, (1, 90_001));
    }

    #[test]
    fn far_marks_have_their_own_window_and_the_primary_comes_first() {
        let text = "line\n".repeat(100);
        let mut last = mark(400, 404);
        last.primary = true;
        let found = windows(&source(&text), &[mark(0, 4), mark(5, 9), last], LOOK);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].about.0, 81);
        assert_eq!(found[1].marks.len(), 2);
    }

    #[test]
    fn control_characters_are_shown() {
        let found = windows(&source("a\x1b[2J\u{202e}b"), &[mark(0, 1)], LOOK);
        assert_eq!(found[0].text, "a␛[2J\u{fffd}b\n");
    }

    #[test]
    fn wild_spans_do_no_harm() {
        for (start, end) in [(0, 999), (3, 1), (999, 1000), (1, 2)] {
            assert!(!windows(&source("é\n漢"), &[mark(start, end)], LOOK).is_empty());
        }
        assert!(windows(&source(""), &[mark(0, 1)], LOOK).is_empty());
    }
}
