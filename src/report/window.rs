//! Cuts what a snippet shows out of a file: few lines, clipped, harmless for a terminal.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::{Look, sign, wrap};
use crate::finding::{FileId, Finding, Label, Span};
use crate::source::lines::small;
use crate::source::{Source, Unit};
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
/// Columns of code that are shown in front of the marks of a line that is cut.
const MARGIN: usize = 30;
/// Columns that a label has at least, if need be at the cost of the code in front of its mark.
const LABEL: usize = 28;
/// Fewer columns are no use to words.
const LEAST: usize = 8;
/// Columns that a tabulator takes at most.
const TAB: usize = 4;

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
    let mut marks: Vec<Mark<'_>> = marks.iter().map(|mark| clipped(source, mark, look)).collect();
    marks.sort_by_key(|mark| (mark.span, mark.text.is_empty()));
    marks.dedup_by(|later, earlier| {
        let same = later.span == earlier.span && later.text.is_empty();
        earlier.primary |= same && later.primary;
        same
    });
    let mut groups: Vec<Vec<Mark<'_>>> = Vec::new();
    for mark in marks {
        match groups.last_mut() {
            Some(group) if is_near(source, group, &mark, look) => group.push(mark),
            _ => groups.push(vec![mark]),
        }
    }
    groups.sort_by_key(|group| !group.iter().any(|mark| mark.primary));
    groups.iter().map(|group| window(source, group, look)).collect()
}

/// A line of a suggested change, behind `taken` columns: cut to the width at hand, but not the byte at `seen`, and made
/// harmless.
#[must_use]
pub fn line(text: &str, seen: usize, taken: usize, look: Look) -> String {
    let room = look.width.saturating_sub(taken);
    let show = |range: Range<usize>| text[range].chars().map(|c| shown(c, look)).collect::<String>();
    if is_within(text, room, look) {
        return show(0..text.len());
    }
    let dots = ellipsis(look);
    let room = room.saturating_sub(dots.chars().count());
    if is_within(&text[..seen], room / 2, look) {
        return show(0..forth(text, room, look)) + dots;
    }
    let room = room.saturating_sub(dots.chars().count());
    let from = back(text, 0..seen, room / 4, look);
    let end = from + forth(&text[from..], room, look);
    let more = if end < text.len() { dots } else { "" };
    format!("{dots}{}{more}", show(from..end))
}

/// Never past the end of its line, nor further than any line is shown.
fn clipped<'a>(source: &Source, mark: &Mark<'a>, look: Look) -> Mark<'a> {
    let text = &*source.text;
    let start = text.floor_char_boundary((mark.span.start as usize).min(text.len()));
    let line_end = source.lines().range(text, source.lines().line(small(start))).end.max(start);
    let end = text.floor_char_boundary((mark.span.end as usize).clamp(start, line_end));
    let end = start + forth(&text[start..end], look.width * 2 / 5, look);
    Mark { span: Span::new(small(start), small(end)), ..mark.clone() }
}

/// Columns between the first and the last mark that one line shows.
const fn spread(look: Look) -> usize {
    look.width / 3
}

fn is_near(source: &Source, group: &[Mark<'_>], mark: &Mark<'_>, look: Look) -> bool {
    let line = |mark: &Mark<'_>| source.lines().line(mark.span.start);
    let to = line(mark);
    let first = group.iter().find(|other| line(other) == to);
    match (first, group.last()) {
        (Some(first), _) => {
            let between = source.text.get(first.span.start as usize..mark.span.start as usize);
            between.is_some_and(|between| is_within(between, spread(look), look))
        }
        (None, last) => last.is_some_and(|last| to - line(last) <= NEAR_LINES),
    }
}

fn window(source: &Source, marks: &[Mark<'_>], look: Look) -> Window {
    let lines = source.lines();
    let main = marks.iter().find(|mark| mark.primary).or(marks.first()).map_or(0, |mark| mark.span.start);
    let about = source.at(main, Unit::Utf16);
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
        about,
        marks: Vec::new(),
    };
    // In front of the code stand ` 123 │ `.
    let gutter = (last + 1).to_string().len() + 4;
    for line in first..=last {
        let range = lines.range(&source.text, line);
        let here: Vec<_> = marks.iter().filter(|mark| lines.line(mark.span.start) == line).collect();
        let room = look.width.saturating_sub(gutter);
        Line { text: &source.text, range, marks: here, room }.draw(&mut window, look);
    }
    window
}

/// A line of the file, about to become a line of a window.
struct Line<'s> {
    text: &'s str,
    range: Range<usize>,
    marks: Vec<&'s Mark<'s>>,
    /// Columns that it has.
    room: usize,
}

impl Line<'_> {
    fn draw(&self, window: &mut Window, look: Look) {
        let line = window.text.len();
        let kept = self.kept(look);
        if kept.start > self.start() {
            window.text.push_str(ellipsis(look));
        }
        let base = window.text.len();
        let length = |range: Range<usize>| self.text[range].chars().map(|c| shown(c, look).len_utf8()).sum::<usize>();
        window.text.extend(self.text[kept.clone()].chars().map(|c| shown(c, look)));
        let mut underlined = 0;
        for mark in &self.marks {
            let from = (mark.span.start as usize).clamp(kept.start, kept.end);
            let to = (mark.span.end as usize).clamp(from, kept.end);
            let start = base + length(kept.start..from);
            let range = start..start + length(from..to);
            // Where marks overlap, only the part of the later one that is free is underlined.
            let first = columns(&window.text[line..start], look).max(underlined);
            let end = columns(&window.text[line..range.end], look).max(first + 1);
            underlined = end;
            // The label hangs from the middle of its underline, behind a hook of four columns.
            let room = self.room.saturating_sub(usize::midpoint(first, end) + 4).max(LEAST);
            let text = if mark.text.is_empty() { String::new() } else { wrap::column(&look.text(mark.text), room) };
            window.marks.push(WindowMark { range, text, primary: mark.primary, label: mark.label });
        }
        if kept.end < self.range.end {
            window.text.push_str(ellipsis(look));
        }
        window.text.push('\n');
    }

    /// Where the code begins: a byte-order mark is not shown.
    fn start(&self) -> usize {
        let Self { text, range, .. } = self;
        if range.start == 0 && text.starts_with('\u{feff}') { 3 } else { range.start }
    }

    /// The bytes that are shown: all, or what is around the marks.
    fn kept(&self, look: Look) -> Range<usize> {
        let Self { text, range, marks, room } = self;
        let (start, end) = (self.start(), range.end.max(self.start()));
        let from = marks.iter().map(|m| m.span.start as usize).min().unwrap_or(start).max(start);
        let last = marks.iter().filter(|mark| !mark.text.is_empty()).map(|mark| mark.span).max();
        let labelled = last.map_or(start, |span| usize::midpoint(span.start as usize, span.end as usize));
        let label = if last.is_some() { LABEL.min(room / 2) } else { 0 };
        let labelled = &text[start..text.floor_char_boundary(labelled).max(start)];
        if is_within(&text[start..end], *room, look) && is_within(labelled, room.saturating_sub(label), look) {
            return start..end;
        }
        let dots = ellipsis(look).chars().count();
        let room = room.saturating_sub(2 * dots);
        // The code in front of the marks leaves when the label would not have its room.
        let inside = columns(&text[from..(start + labelled.len()).max(from)], look);
        let margin = MARGIN.min(room / 4).min(room.saturating_sub(inside + label));
        let mut from = if marks.is_empty() { start } else { back(text, start..from, margin, look) };
        // No more is gained by cutting than the dots take.
        if is_within(&text[start..from], dots, look) {
            from = start;
        }
        let room = if from == start { room + dots } else { room };
        from..from + forth(&text[from..end], room, look)
    }
}

/// Columns that a character takes on the screen.
fn breadth(c: char, look: Look) -> usize {
    if c == '\t' { TAB } else { shown(c, look).width().unwrap_or(0) }
}

fn columns(text: &str, look: Look) -> usize {
    text.chars().map(|c| breadth(c, look)).sum()
}

/// Whether the text takes no more than so many columns. Looks no further than it has to.
fn is_within(text: &str, most: usize, look: Look) -> bool {
    forth(text, most, look) == text.len()
}

/// How many bytes of the text take no more than so many columns.
fn forth(text: &str, most: usize, look: Look) -> usize {
    let mut taken = 0;
    let over = text.char_indices().enumerate().find(|(count, (_, c))| {
        taken += breadth(*c, look);
        // A hundred accents on one letter take one column and no end of bytes.
        taken > most || *count > 4 * most
    });
    over.map_or(text.len(), |(_, (at, _))| at)
}

/// Where in `range` the text begins that takes no more than so many columns and reaches to its end.
fn back(text: &str, range: Range<usize>, most: usize, look: Look) -> usize {
    let mut taken = 0;
    let over = text[range.clone()].char_indices().rev().enumerate().find(|(count, (_, c))| {
        taken += breadth(*c, look);
        taken > most || *count > 4 * most
    });
    over.map_or(range.start, |(_, (at, c))| range.start + at + c.len_utf8())
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

    const LOOK: Look = Look::PLAIN;

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
