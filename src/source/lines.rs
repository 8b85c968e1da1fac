//! Lines and columns of a text, at the cost of one pass and a small table.

use serde::Serialize;

/// A place in a file as people and programs read it. Line and column are 1-based, a column counts characters (not
/// UTF-16 units), the offset counts UTF-8 bytes. A byte-order mark takes no column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub offset: u32,
}

/// What a column counts. A byte-order mark takes no column whatever the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode code points.
    Characters,
    /// UTF-16 code units: what VS Code and the editor protocol count.
    Utf16,
    /// UTF-8 bytes: what Vim counts.
    Bytes,
}

/// Where the lines of a text start. Lines end at LF, CRLF and a lone CR, as in editors.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// What stands before every `STEP`th byte; empty when the text is ASCII.
    before: Vec<Count>,
}

/// Characters, and those of them that are two units in UTF-16.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    characters: u32,
    pairs: u32,
}

impl Count {
    fn of(bytes: &[u8]) -> Self {
        let count = |is: fn(u8) -> bool| small(bytes.iter().filter(|byte| is(**byte)).count());
        // A character of four bytes lies outside of the plane that one unit of UTF-16 can name.
        Self { characters: count(|byte| byte & 0xC0 != 0x80), pairs: count(|byte| byte >= 0xF0) }
    }

    const fn plus(self, other: Self) -> Self {
        Self { characters: self.characters + other.characters, pairs: self.pairs + other.pairs }
    }
}

/// Bytes between two entries of the character table: the most that a look-up has to count.
const STEP: usize = 1024;

impl LineIndex {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(small(at + 1));
            }
        }
        let mut before = Vec::new();
        if !text.is_ascii() {
            let mut count = Count::default();
            for chunk in bytes.chunks(STEP) {
                before.push(count);
                count = count.plus(Count::of(chunk));
            }
            before.push(count);
        }
        Self { starts, before }
    }

    /// 0-based line that holds the byte at `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        small(self.starts.partition_point(|start| *start <= offset).saturating_sub(1))
    }

    /// Number of lines, at least one.
    #[must_use]
    pub fn count(&self) -> u32 {
        small(self.starts.len())
    }

    /// Bytes of a 0-based line without its ending.
    #[must_use]
    pub fn range(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let at = |line: u32| self.starts.get(line as usize).map_or(text.len(), |start| *start as usize);
        let (start, end) = (at(line), at(line.saturating_add(1)));
        let content = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        start..start + content.len()
    }

    /// Position of a byte offset in the text that this index was made for; offsets past its end are clamped.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let (line, column) = self.at(text, offset, Unit::Characters);
        Position { line, column, offset }
    }

    /// 1-based line and column of a byte offset.
    #[must_use]
    pub fn at(&self, text: &str, offset: u32, unit: Unit) -> (u32, u32) {
        let end = (offset as usize).min(text.len());
        let line = self.line(small(end));
        let start = self.starts.get(line as usize).map_or(0, |s| *s as usize);
        let mark = if line == 0 && end >= 3 && text.starts_with('\u{feff}') { 3 } else { 0 };
        let start = start + mark;
        let column = match unit {
            Unit::Bytes => small(end.saturating_sub(start)),
            _ => self.units(text, end, unit).saturating_sub(self.units(text, start, unit)),
        };
        (line + 1, column + 1)
    }

    /// Characters or units before a byte.
    fn units(&self, text: &str, offset: usize, unit: Unit) -> u32 {
        let step = offset / STEP;
        let Some(known) = self.before.get(step) else { return small(offset) };
        let count = known.plus(Count::of(&text.as_bytes()[step * STEP..offset]));
        if unit == Unit::Utf16 { count.characters + count.pairs } else { count.characters }
    }
}

/// Offsets fit: files are refused above the size limit, and the parser takes no more than 4 GiB.
#[must_use]
pub fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let place = LineIndex::new(text).position(text, offset);
        (place.line, place.column)
    }

    #[test]
    fn lines_end_as_in_editors() {
        assert_eq!(at("a\nb\r\nc\rd", 2), (2, 1));
        assert_eq!(at("a\nb\r\nc\rd", 5), (3, 1));
        assert_eq!(at("a\nb\r\nc\rd", 7), (4, 1));
        assert_eq!(at("a\u{2028}b", 4), (1, 3));
    }

    #[test]
    fn columns_count_characters_and_no_mark() {
        assert_eq!(at("\u{feff}ab", 4), (1, 2));
        assert_eq!(at("/* 😀 */ x", 11), (1, 9));
        assert_eq!(at("é", 900), (1, 2));
    }

    #[test]
    fn each_unit_counts_its_own() {
        let columns = |text: &str| {
            let offset = small(text.find('x').unwrap());
            let lines = LineIndex::new(text);
            [Unit::Characters, Unit::Utf16, Unit::Bytes].map(|unit| lines.at(text, offset, unit).1)
        };
        assert_eq!(columns("漢字 x"), [4, 4, 8]);
        assert_eq!(columns("😀é x"), [4, 5, 8]);
        assert_eq!(columns("e\u{301} x"), [4, 4, 5]);
        assert_eq!(columns("\t\tx"), [3, 3, 3]);
        assert_eq!(columns("\u{feff}x"), [1, 1, 1]);
        assert_eq!(columns("\u{feff}a\r\n😀x"), [2, 3, 5]);
    }

    #[test]
    fn long_lines_use_the_table() {
        let text = "漢".repeat(5000);
        assert_eq!(at(&text, 3 * 4000), (1, 4001));
        let text = "😀".repeat(5000);
        assert_eq!(LineIndex::new(&text).at(&text, 4 * 4000, Unit::Utf16), (1, 8001));
    }

    #[test]
    fn ranges_leave_the_ending_out() {
        let text = "a\r\nbc\n";
        let lines = LineIndex::new(text);
        assert_eq!(&text[lines.range(text, 1)], "bc");
        assert_eq!(&text[lines.range(text, 0)], "a");
        assert_eq!(lines.range(text, 99), 6..6);
    }
}
