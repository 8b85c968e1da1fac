//! How deep a text nests, seen in one pass over its bytes before a recursive parser sees it.

mod words;

use words::{carries_on, is_word, wants_more};

/// What recursion a text may cost. All figures are bounds from above: a parser may need less, never more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Brackets, braces, parentheses and template substitutions inside each other.
    pub nesting: u32,
    /// Tokens that may hang on each other without a statement or list item between them: `a.b.c`, `!!!!a`,
    /// `if (a) {} else if (b) {} else ..`, `a = b = c`.
    pub chain: u32,
    /// The part of `chain` that is prefix keywords and statement heads, `await await a`, `if (a) if (b) c`: nobody, Node
    /// included, reads as many of these as of operators.
    pub prefixes: u32,
    /// `case` clauses of the largest `switch`.
    pub cases: u32,
}

/// Bytes below which a text cannot nest deep enough for the stack of a worker (256 MiB were seen to carry more than twice
/// as many brackets).
const HARMLESS: usize = 64 << 10;

/// Measures `text`. Strings, comments, regular expressions and template text do not count.
#[must_use]
pub fn measure(text: &str) -> Depth {
    if text.len() < HARMLESS && !has_many_cases(text) {
        return Depth::default();
    }
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        open: vec![Frame::new(Opener::Bracket)],
        sum: 0,
        prefixes: 0,
        last: Last { byte: b';', word: (0, 0) },
        line_broke: false,
        labels: 0,
        depth: Depth::default(),
    };
    scan.run();
    scan.depth
}

/// Enough of the word `case` for a switch that no graph should be built of.
fn has_many_cases(text: &str) -> bool {
    const MANY: usize = 2_000;
    text.len() > MANY * "case 1:".len() && memchr::memmem::find_iter(text.as_bytes(), "case").take(MANY).count() == MANY
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    open: Vec<Frame>,
    /// Tokens and prefixes of all open frames.
    sum: u32,
    prefixes: u32,
    last: Last,
    line_broke: bool,
    /// `a: b: c:` up to here: the parser looks through all open labels for each.
    labels: u32,
    depth: Depth,
}

/// The last byte that was no space or comment; `word` is its range when it ends one.
#[derive(Clone, Copy)]
struct Last {
    byte: u8,
    word: (usize, usize),
}

/// One open bracket.
struct Frame {
    opener: Opener,
    /// Tokens since the last `;` or `,` in this frame.
    tokens: u32,
    prefixes: u32,
    /// Type arguments that are open: `A<B, C<D,` hang on each other across commas.
    angles: u32,
    cases: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opener {
    Bracket,
    /// The parenthesis of `if (..)`: a statement follows it.
    Head,
    Template,
    Substitution,
}

impl Frame {
    const fn new(opener: Opener) -> Self {
        Self { opener, tokens: 0, prefixes: 0, angles: 0, cases: 0 }
    }
}

impl Scan<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => {
                    self.line_broke = true;
                    self.at += 1;
                }
                b' ' | b'\t' | 0x0B | 0x0C => self.at += 1,
                b'/' if self.next_is(b'/') => self.skip_line(),
                b'/' if self.next_is(b'*') => self.skip_comment(),
                _ => {
                    if std::mem::take(&mut self.line_broke) && self.statement_ends(byte) {
                        self.reset();
                    }
                    self.token(byte);
                }
            }
        }
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | 0x80.. => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => self.string(byte),
            b'`' => self.template(),
            b'(' | b'[' | b'{' => self.bracket(byte),
            b')' | b']' | b'}' => self.close(byte),
            b';' | b',' => self.separate(byte),
            b'/' if self.regex_may_start() => self.regex(),
            b':' if self.last.byte == b'a' => self.label(),
            _ => {
                if byte == b'<' {
                    self.angles(1);
                } else if byte == b'>' && self.last.byte != b'=' {
                    self.angles(-1);
                }
                self.count(1);
                self.pass(byte);
            }
        }
    }

    fn pass(&mut self, byte: u8) {
        self.at += 1;
        self.labels = 0;
        self.last = Last { byte, word: (0, 0) };
    }

    fn label(&mut self) {
        self.count(1);
        let labels = self.labels + 1;
        self.pass(b':');
        self.labels = labels;
        self.depth.nesting = self.depth.nesting.max(labels);
    }

    fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.at + 1) == Some(&byte)
    }

    fn top(&mut self) -> Option<&mut Frame> {
        self.open.last_mut()
    }

    fn count(&mut self, tokens: u32) {
        self.sum = self.sum.saturating_add(tokens);
        if let Some(frame) = self.top() {
            frame.tokens = frame.tokens.saturating_add(tokens);
        }
        self.depth.chain = self.depth.chain.max(self.sum);
    }

    fn prefix(&mut self) {
        self.prefixes = self.prefixes.saturating_add(1);
        if let Some(frame) = self.top() {
            frame.prefixes += 1;
        }
        self.depth.prefixes = self.depth.prefixes.max(self.prefixes);
    }

    fn angles(&mut self, by: i32) {
        if let Some(frame) = self.top() {
            frame.angles = frame.angles.saturating_add_signed(by);
        }
    }

    /// A statement or list item is over: what follows does not hang on it.
    fn reset(&mut self) {
        let Some(frame) = self.open.last_mut() else { return };
        let gone = frame.tokens.saturating_sub(frame.angles);
        frame.tokens -= gone;
        self.sum -= gone;
        self.prefixes -= std::mem::take(&mut frame.prefixes);
    }

    fn open(&mut self, opener: Opener) {
        self.open.push(Frame::new(opener));
        let nesting = u32::try_from(self.open.len() - 1).unwrap_or(u32::MAX);
        self.depth.nesting = self.depth.nesting.max(nesting);
        self.count(1);
    }

    fn bracket(&mut self, byte: u8) {
        let head = byte == b'(' && matches!(self.last_word(), b"if" | b"for" | b"while" | b"with" | b"await");
        if head {
            self.prefix();
        }
        self.open(if head { Opener::Head } else { Opener::Bracket });
        self.pass(byte);
    }

    fn close(&mut self, byte: u8) {
        let frame = if self.open.len() > 1 { self.open.pop() } else { None };
        if let Some(frame) = &frame {
            self.sum -= frame.tokens;
            self.prefixes -= frame.prefixes;
            self.depth.cases = self.depth.cases.max(frame.cases);
        }
        let opener = frame.map_or(Opener::Bracket, |f| f.opener);
        self.count(1);
        // A closed head keeps `(` as its last byte, so that a line break after it does not end the statement.
        self.pass(if opener == Opener::Head { b'(' } else { byte });
        if byte == b'}' && opener == Opener::Substitution {
            self.template_text();
        } else if byte == b'}' && self.statement_follows() {
            self.reset();
        }
    }

    fn separate(&mut self, byte: u8) {
        self.pass(byte);
        if byte == b';' {
            if self.peek_word() == b"else" {
                return;
            }
            if let Some(frame) = self.top() {
                frame.angles = 0;
            }
        }
        self.reset();
    }

    fn word(&mut self) {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|b| is_word(*b)) {
            self.at += 1;
        }
        self.last = Last { byte: b'a', word: (start, self.at) };
        match self.last_word() {
            b"case" => {
                if let Some(frame) = self.top() {
                    frame.cases += 1;
                }
            }
            b"namespace" | b"module" => self.namespace(),
            word if wants_more(word) => self.prefix(),
            _ => {}
        }
        self.count(1);
    }

    /// `namespace a.b.c {}` is three namespaces inside each other.
    fn namespace(&mut self) {
        let name = self.bytes[self.at..].iter().take_while(|b| is_word(**b) || b" .\t\r\n".contains(b));
        let dots = name.filter(|b| **b == b'.').count();
        self.depth.nesting = self.depth.nesting.max(u32::try_from(dots).unwrap_or(u32::MAX));
    }

    fn number(&mut self) {
        while self.bytes.get(self.at).is_some_and(|b| is_word(*b) || *b == b'.') {
            self.at += 1;
        }
        self.last = Last { byte: b'0', word: (0, 0) };
    }

    fn string(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                _ if byte == quote => break,
                _ => {}
            }
        }
        self.last = Last { byte: quote, word: (0, 0) };
    }

    fn template(&mut self) {
        self.open(Opener::Template);
        self.at += 1;
        self.template_text();
    }

    /// Runs to the end of the template or to its next substitution.
    fn template_text(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => {
                    if self.open.len() > 1
                        && let Some(frame) = self.open.pop()
                    {
                        self.sum -= frame.tokens;
                        self.prefixes -= frame.prefixes;
                    }
                    self.count(1);
                    self.last = Last { byte: b'`', word: (0, 0) };
                    return;
                }
                b'$' if self.bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    self.open(Opener::Substitution);
                    self.last = Last { byte: b'{', word: (0, 0) };
                    return;
                }
                _ => {}
            }
        }
    }

    fn regex(&mut self) {
        let (start, mut class) = (self.at, false);
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                b'\n' => {
                    // It was a division after all.
                    self.at = start + 1;
                    break;
                }
                _ => {}
            }
        }
        self.regex_nesting(start);
        self.last = Last { byte: b'/', word: (0, 0) };
    }

    /// The parser of regular expressions recurses too.
    fn regex_nesting(&mut self, start: usize) {
        let (mut open, mut most) = (0_u32, 0_u32);
        for byte in &self.bytes[start..self.at.min(self.bytes.len())] {
            match byte {
                b'(' | b'[' => open += 1,
                b')' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            most = most.max(open);
        }
        self.depth.nesting = self.depth.nesting.max(most);
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    fn skip_comment(&mut self) {
        let rest = &self.bytes[self.at + 2..];
        self.at += 2 + memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
    }

    fn last_word(&self) -> &[u8] {
        &self.bytes[self.last.word.0..self.last.word.1]
    }

    /// The word that comes next, empty when something else does.
    fn peek_word(&self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let start = rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len());
        let end = rest[start..].iter().position(|b| !is_word(*b)).unwrap_or(rest.len() - start);
        &rest[start..start + end]
    }

    fn regex_may_start(&self) -> bool {
        match self.last.byte {
            b'a' => wants_more(self.last_word()),
            b'0' | b')' | b']' | b'}' | b'"' | b'\'' | b'`' | b'/' => false,
            _ => true,
        }
    }

    /// Whether the line break before `next` ends a statement, as semicolons are inserted.
    fn statement_ends(&self, next: u8) -> bool {
        let ended = match self.last.byte {
            b'a' => !wants_more(self.last_word()),
            b'0' | b')' | b']' | b'}' | b'"' | b'\'' | b'`' => true,
            _ => false,
        };
        ended && (is_word(next) || matches!(next, b'"' | b'\'' | b'{' | b'@' | b'#')) && !carries_on(self.peek_word())
    }

    /// After `}`: a word that is not part of the same statement.
    fn statement_follows(&self) -> bool {
        let word = self.peek_word();
        !word.is_empty() && !carries_on(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough to be measured.
    fn of(text: &str) -> Depth {
        measure(&format!("{}{text}", ";".repeat(HARMLESS)))
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(of(&"(".repeat(50)).nesting, 50);
        assert_eq!(of(&"`${".repeat(50)).nesting, 100);
        assert_eq!(of("f(a, b); g([c])").nesting, 2);
    }

    #[test]
    fn chains_hang_together() {
        for link in ["!", "a=", "a=>", "a?b:", "new ", "if(a);else ", "else if(a){}", "do ", ".b", "()", "1+", "A<B,"] {
            let chain = of(&link.repeat(3000)).chain;
            assert!(chain >= 3000, "{link}: {chain}");
        }
        assert!(of(&"if (a)\n".repeat(3000)).chain >= 3000);
    }

    #[test]
    fn statements_do_not() {
        for line in ["a = b;", "f(x)\n", "if (a) { b() }\n", "x(1),", "class A {}\n", "function f() { return 1 }\n"] {
            let chain = of(&line.repeat(3000)).chain;
            assert!(chain < 100, "{line}: {chain}");
        }
    }

    #[test]
    fn text_does_not_count() {
        assert_eq!(of("'((((' + /[(]((/ // ((((\n /* (((( */").nesting, 3);
        assert_eq!(of("`((((`").nesting, 1);
    }

    #[test]
    fn prefixes_are_counted_apart() {
        assert!(of(&"await ".repeat(3000)).prefixes >= 3000);
        assert!(of(&"with(a)".repeat(3000)).prefixes >= 3000);
        assert_eq!(of(&"1 + ".repeat(3000)).prefixes, 0);
        assert!(of(&"if (a) { return b }\n".repeat(3000)).prefixes < 5);
    }

    #[test]
    fn cases_are_counted_in_one_switch() {
        let switch = format!("switch (a) {{{}}}", "case 1: b();".repeat(40));
        assert_eq!(of(&switch.repeat(3)).cases, 40);
    }
}
