//! How deep a text nests, seen in one pass over its bytes before a recursive parser sees it.

mod words;

use words::{BYTES, Class, Last, after_blanks, after_word, carries_on, is_word, last_of, may_carry_on, may_matter};

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
        text: text.as_bytes(),
        outer: Vec::new(),
        level: 0,
        top: Frame { opener: Opener::Bracket, base: 0, floor: 0, prefixes: 0, cases: 0 },
        sum: 0,
        prefixes: 0,
        last: Last::Operator,
        labels: 0,
        depth: Depth::default(),
    };
    scan.run();
    scan.settle();
    scan.depth
}

/// Enough of the word `case` for a switch that no graph should be built of.
fn has_many_cases(text: &str) -> bool {
    const MANY: usize = 2_000;
    text.len() > MANY * "case 1:".len() && memchr::memmem::find_iter(text.as_bytes(), "case").take(MANY).count() == MANY
}

/// Every method that reads on takes the text from where it reads and returns what is left.
struct Scan<'t> {
    text: &'t [u8],
    /// The frames around `top`, and how many they are.
    outer: Vec<Frame>,
    level: u32,
    top: Frame,
    /// Tokens of all open frames.
    sum: u32,
    /// Prefixes of all open frames.
    prefixes: u32,
    last: Last,
    /// `a: b: c:` up to here: the parser looks through all open labels for each.
    labels: u32,
    depth: Depth,
}

/// One open bracket.
#[derive(Clone, Copy)]
struct Frame {
    opener: Opener,
    /// What `Scan::sum` was when it opened.
    base: u32,
    /// What `Scan::sum` falls back to at a `;` or `,`: `base` and the type arguments that are open, for `A<B, C<D,` hang on
    /// each other across commas.
    floor: u32,
    /// What `Scan::prefixes` was when it opened.
    prefixes: u32,
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

impl<'t> Scan<'t> {
    fn run(&mut self) {
        let mut bytes = self.text.iter();
        while let Some(&byte) = bytes.next() {
            match BYTES[usize::from(byte)] {
                Class::Blank => {}
                Class::Word => bytes = self.word(bytes.as_slice(), byte).iter(),
                Class::Operator => self.operator(Last::Operator),
                Class::Equals => self.operator(Last::Equals),
                Class::Comma => {
                    self.reset();
                    self.punctuator(Last::Operator);
                }
                Class::Open => self.open(byte),
                Class::Angle => self.angle(byte),
                Class::Colon => self.colon(),
                Class::Break => bytes = self.line_break(bytes.as_slice()).iter(),
                Class::Digit => bytes = self.number(bytes.as_slice()).iter(),
                Class::Semicolon => bytes = self.semicolon(bytes.as_slice()).iter(),
                Class::Close => {
                    let opener = self.close();
                    if byte == b'}' {
                        bytes = self.after_brace(bytes.as_slice(), opener).iter();
                    }
                }
                Class::Quote => bytes = self.string(bytes.as_slice(), byte).iter(),
                Class::Backtick => {
                    self.enter(Opener::Template);
                    bytes = self.template_text(bytes.as_slice()).iter();
                }
                Class::Slash => bytes = self.slash(bytes.as_slice()).iter(),
            }
        }
    }

    fn punctuator(&mut self, last: Last) {
        self.labels = 0;
        self.last = last;
    }

    /// A punctuator that hangs on what is before it.
    fn operator(&mut self, last: Last) {
        self.sum += 1;
        self.punctuator(last);
    }

    fn angle(&mut self, byte: u8) {
        if byte == b'<' {
            self.top.floor += 1;
        } else if self.last != Last::Equals && self.top.floor > self.top.base {
            self.top.floor -= 1;
        }
        self.operator(Last::Operator);
    }

    fn colon(&mut self) {
        let labels = if self.last.is_word() { self.labels + 1 } else { 0 };
        raise(&mut self.depth.nesting, labels);
        self.operator(Last::Operator);
        self.labels = labels;
    }

    fn prefix(&mut self) {
        self.prefixes += 1;
        self.depth.prefixes = self.depth.prefixes.max(self.prefixes);
    }

    /// Notes the chain that ends here.
    fn settle(&mut self) {
        raise(&mut self.depth.chain, self.sum);
    }

    /// A statement or list item is over: what follows does not hang on it.
    fn reset(&mut self) {
        self.settle();
        self.sum = self.top.floor;
        self.prefixes = self.top.prefixes;
    }

    fn enter(&mut self, opener: Opener) {
        self.outer.push(self.top);
        self.top = Frame { opener, base: self.sum, floor: self.sum, prefixes: self.prefixes, cases: 0 };
        self.sum += 1;
        self.level += 1;
        raise(&mut self.depth.nesting, self.level);
    }

    /// Closes the innermost frame, unless nothing is open.
    fn leave(&mut self) -> Opener {
        let Some(outer) = self.outer.pop() else { return Opener::Bracket };
        self.settle();
        raise(&mut self.depth.cases, self.top.cases);
        let opener = self.top.opener;
        self.sum = self.top.base;
        self.prefixes = self.top.prefixes;
        self.level -= 1;
        self.top = outer;
        opener
    }

    fn open(&mut self, byte: u8) {
        let head = byte == b'(' && self.last.is_head();
        if head {
            self.prefix();
        }
        self.enter(if head { Opener::Head } else { Opener::Bracket });
        self.punctuator(Last::Operator);
    }

    fn close(&mut self) -> Opener {
        let opener = self.leave();
        // A closed head does not end the statement at a line break after it.
        self.operator(if opener == Opener::Head { Last::Operator } else { Last::Value });
        opener
    }

    fn after_brace(&mut self, rest: &'t [u8], opener: Opener) -> &'t [u8] {
        if opener == Opener::Substitution {
            return self.template_text(rest);
        }
        let next = after_blanks(rest);
        match next {
            // A word that is not part of the same statement ends it.
            [byte, ..] if is_word(*byte) => {
                if !carries_on(word_in(next)) {
                    self.reset();
                }
                next
            }
            _ => rest,
        }
    }

    fn semicolon(&mut self, rest: &'t [u8]) -> &'t [u8] {
        self.punctuator(Last::Operator);
        let next = after_blanks(rest);
        if next.first() == Some(&b'e') && word_in(next) == b"else" {
            return next;
        }
        self.top.floor = self.top.base;
        self.reset();
        next
    }

    /// What comes after a line break may be a statement of its own, as semicolons are inserted.
    fn line_break(&mut self, rest: &'t [u8]) -> &'t [u8] {
        let mut rest = after_blanks(rest);
        if !self.last.may_end() {
            return rest;
        }
        loop {
            match rest {
                [0x0B, tail @ ..] => rest = after_blanks(tail),
                [b'/', tail @ ..] => match after_comment(tail) {
                    Some(after) => rest = after_blanks(after),
                    None => return rest,
                },
                [next, ..] => {
                    let starts = is_word(*next) || matches!(next, b'"' | b'\'' | b'{' | b'@' | b'#');
                    if starts && !carries_on(word_in(rest)) {
                        self.reset();
                    }
                    return rest;
                }
                [] => return rest,
            }
        }
    }

    fn word(&mut self, tail: &'t [u8], first: u8) -> &'t [u8] {
        let rest = after_word(tail);
        let len = 1 + tail.len() - rest.len();
        self.sum += 1;
        self.last = Last::Word;
        if may_matter(first, len) {
            self.keyword(len, rest);
        }
        rest
    }

    /// The word of `len` bytes before `rest`.
    fn keyword(&mut self, len: usize, rest: &[u8]) {
        let end = self.text.len() - rest.len();
        self.last = last_of(&self.text[end - len..end]);
        match self.last {
            Last::More | Last::Await => self.prefix(),
            Last::Case => self.top.cases += 1,
            Last::Namespace => self.namespace(rest),
            _ => {}
        }
    }

    /// `namespace a.b.c {}` is three namespaces inside each other.
    fn namespace(&mut self, rest: &[u8]) {
        let name = rest.iter().take_while(|b| is_word(**b) || b" .\t\r\n".contains(b));
        let dots = name.filter(|b| **b == b'.').count();
        self.depth.nesting = self.depth.nesting.max(u32::try_from(dots).unwrap_or(u32::MAX));
    }

    fn number(&mut self, mut rest: &'t [u8]) -> &'t [u8] {
        self.last = Last::Value;
        while let [byte, tail @ ..] = rest
            && (is_word(*byte) || *byte == b'.')
        {
            rest = tail;
        }
        rest
    }

    fn string(&mut self, mut rest: &'t [u8], quote: u8) -> &'t [u8] {
        self.last = Last::Value;
        while let Some(end) = memchr::memchr3(quote, b'\\', b'\n', rest) {
            if rest[end] != b'\\' {
                return &rest[end + 1..];
            }
            rest = rest.get(end + 2..).unwrap_or_default();
        }
        &[]
    }

    /// Runs to the end of the template or to its next substitution.
    fn template_text(&mut self, mut rest: &'t [u8]) -> &'t [u8] {
        while let Some(end) = memchr::memchr3(b'\\', b'`', b'$', rest) {
            match &rest[end..] {
                [b'`', tail @ ..] => {
                    self.leave();
                    self.sum += 1;
                    self.last = Last::Value;
                    return tail;
                }
                [b'$', b'{', tail @ ..] => {
                    self.enter(Opener::Substitution);
                    self.last = Last::Operator;
                    return tail;
                }
                [b'\\', _, tail @ ..] | [_, tail @ ..] => rest = tail,
                [] => break,
            }
        }
        &[]
    }

    fn slash(&mut self, rest: &'t [u8]) -> &'t [u8] {
        match after_comment(rest) {
            Some(after) => after,
            None if self.last.regex_may_follow() => self.regex(rest),
            None => {
                self.operator(Last::Slash);
                rest
            }
        }
    }

    fn regex(&mut self, text: &'t [u8]) -> &'t [u8] {
        self.last = Last::Slash;
        let (mut rest, mut class) = (text, false);
        // The parser of regular expressions recurses too.
        let (mut open, mut most) = (0_u32, 0_u32);
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match byte {
                b'\\' => rest = rest.get(1..).unwrap_or_default(),
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                // It was a division after all.
                b'\n' => return text,
                _ => {}
            }
        }
        for byte in &text[..text.len() - rest.len()] {
            match byte {
                b'(' | b'[' => open += 1,
                b')' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            most = most.max(open);
        }
        self.depth.nesting = self.depth.nesting.max(most);
        rest
    }
}

/// A maximum that seldom changes.
fn raise(most: &mut u32, now: u32) {
    if now > *most {
        std::hint::cold_path();
        *most = now;
    }
}

/// What follows the comment whose first slash is before `rest`, if it is one.
fn after_comment(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [b'/', body @ ..] => Some(&body[memchr::memchr2(b'\n', b'\r', body).unwrap_or(body.len())..]),
        [b'*', body @ ..] => {
            let mut slashes = memchr::memchr_iter(b'/', body);
            let end = slashes.find(|slash| *slash > 0 && body[slash - 1] == b'*');
            Some(end.map_or(&[], |slash| &body[slash + 1..]))
        }
        _ => None,
    }
}

/// The word `rest` starts with, empty when it cannot carry a statement on.
fn word_in(rest: &[u8]) -> &[u8] {
    match rest {
        [byte, tail @ ..] if may_carry_on(*byte) => &rest[..rest.len() - after_word(tail).len()],
        _ => &[],
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
