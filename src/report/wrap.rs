//! Words on lines of the width at hand: lines break between words only, whatever their script.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::Look;

/// Text that begins behind `taken` columns, its further lines indented.
#[derive(Debug, Clone, Copy)]
pub struct Paragraph {
    pub taken: usize,
    pub indent: usize,
}

impl Paragraph {
    /// The lines of the text, without what is in front of the first. That is empty when not even one word fits there.
    #[must_use]
    pub fn lines(self, text: &str, look: Look) -> Vec<String> {
        let first = width(text.split(' ').next().unwrap_or_default());
        if self.taken > self.indent && self.taken + first > look.width {
            let rest = Self { taken: self.indent, ..self }.lines(text, look);
            let indented = rest.into_iter().enumerate();
            let indented = indented.map(|(at, line)| if at == 0 { " ".repeat(self.indent) + &line } else { line });
            return std::iter::once(String::new()).chain(indented).collect();
        }
        let (taken, indent) = (" ".repeat(self.taken), " ".repeat(self.indent));
        let lines = textwrap::wrap(text, options(look.width).initial_indent(&taken).subsequent_indent(&indent));
        let mut lines: Vec<String> = lines.into_iter().map(std::borrow::Cow::into_owned).collect();
        if let Some(first) = lines.first_mut() {
            *first = first.get(self.taken..).unwrap_or_default().to_owned();
        }
        lines
    }

    /// The same as one text, to stand right behind what is in front of it: the space between them is a part of it.
    #[must_use]
    pub fn fill(self, text: &str, look: Look) -> String {
        let text = self.lines(text, look).join("\n");
        if text.starts_with('\n') { text } else { format!(" {text}") }
    }

    /// The same, painted line by line: colours do not run on into what stands in front of a line.
    #[must_use]
    pub fn paint(self, style: &str, text: &str, look: Look) -> String {
        let mut lines = self.lines(text, look).into_iter();
        let first = lines.next().filter(|first| !first.is_empty());
        let mut painted = first.map_or_else(String::new, |first| format!(" {}", look.paint(style, &first)));
        for line in lines {
            let (indent, words) = line.split_at(self.indent.min(line.len()));
            painted.extend(["\n", indent, &look.paint(style, words)]);
        }
        painted
    }
}

/// A label: as many lines as it needs in this many columns.
#[must_use]
pub fn column(text: &str, width: usize) -> String {
    textwrap::fill(text, options(width))
}

/// Columns that a text takes on one line.
#[must_use]
pub fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// A path, an identifier or an address is one word: it sticks out rather than being cut.
fn options(width: usize) -> Options<'static> {
    Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_only() {
        let look = Look { width: 20, ..Look::PLAIN };
        let paragraph = Paragraph { taken: 6, indent: 2 };
        assert_eq!(paragraph.lines("one two three four five", look), ["one two three", "  four five"]);
        assert_eq!(
            paragraph.lines("a/very-long/path-that/sticks.out end", look),
            ["", "  a/very-long/path-that/sticks.out", "  end"]
        );
        assert_eq!(paragraph.lines("", look), [""]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(column("漢字漢字 漢字漢字 😀😀", 10), "漢字漢字\n漢字漢字\n😀😀");
        assert_eq!(column("e\u{301}e\u{301}e\u{301} x", 5), "e\u{301}e\u{301}e\u{301} x");
    }

    #[test]
    fn colours_end_with_the_line() {
        let look = Look { colour: true, width: 12, ..Look::PLAIN };
        let painted = Paragraph { taken: 0, indent: 2 }.paint("1", "one two three", look);
        assert_eq!(painted, " \x1b[1mone two\x1b[0m\n  \x1b[1mthree\x1b[0m");
    }
}
