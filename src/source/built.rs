//! Tells code that tools have written, minified or bundled, from code that people write: by its content.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::Language;
use super::blocks::blocks;

/// What a tool did to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built {
    Minified,
    Bundled,
}

impl Built {
    /// As it is said to the user.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minified => "minified code",
            Self::Bundled => "bundled code",
        }
    }
}

/// Bytes from which on a line is long. Tools that break lines do so at 500; people do before 200.
const LONG: usize = 300;

/// Bytes of code on long lines below which a text is short enough to be read, whoever wrote it.
const MUCH: usize = 1_500;

/// Bytes at the start in which bundlers put their helpers.
const HEAD: usize = 64 << 10;

/// Bytes that one module seldom has: a larger text that has a source map was put together from several.
const MODULE: usize = 256 << 10;

/// How a line begins that one of these bundlers wrote, and what else is in the text then.
const HELPERS: [(&str, &str); 23] = [
    // webpack, Rspack, ncc
    ("/******/ ", "webpack"),
    ("// webpackBootstrap", ""),
    ("var __webpack_modules__ = ", ""),
    ("function __webpack_require__(", ""),
    ("self[\"webpackChunk", ".push(["),
    ("self.webpackChunk", ".push(["),
    ("globalThis[\"webpackChunk", ".push(["),
    ("window[\"webpackJsonp", ".push(["),
    // Rollup and Vite
    ("function (global, factory) {", "typeof exports === 'object' && typeof module !== 'undefined' ? "),
    ("function getDefaultExportFromCjs", ""),
    ("function getAugmentedNamespace", ""),
    ("var commonjsGlobal = typeof globalThis", ""),
    ("const __vite__mapDeps", ""),
    // Rolldown, esbuild, tsup, Bun
    ("//#region \\0rolldown", ""),
    ("var __defProp = Object.defineProperty;", "__copyProps = ("),
    ("var __commonJS = (cb, mod)", ""),
    ("var __toESM = (mod, isNodeMode", ""),
    ("// @bun", "import.meta.require"),
    // Parcel
    ("parcelRequire = ", ""),
    ("var $parcel$global", ""),
    ("function $parcel$", ""),
    // Browserify, Turbopack
    ("function(){function r(e,n,t){function o(i,f)", ""),
    ("globalThis.TURBOPACK", ".push("),
];

/// What a tool did to a file, or to a script in a component file.
#[must_use]
pub fn of_file(text: &str, language: Language) -> Option<Built> {
    if language.source_type().is_some() {
        return built(text);
    }
    blocks(text, language).iter().find_map(|block| built(&text[block.start as usize..block.end as usize]))
}

/// What a tool did to a text of code.
fn built(text: &str) -> Option<Built> {
    let map = source_map(text);
    let code = &text[..map.unwrap_or(text.len())];
    if is_bundled(code, map.is_some()) {
        return Some(Built::Bundled);
    }
    is_minified(code.as_bytes(), map.is_some()).then_some(Built::Minified)
}

/// Where the comment begins that closes a text and names its source map.
fn source_map(text: &str) -> Option<usize> {
    let text = text.trim_end();
    let start = memchr::memrchr(b'\n', text.as_bytes()).map_or(0, |end| end + 1);
    let last = &text[start..];
    ["//# sourceMappingURL=", "//@ sourceMappingURL=", "/*# sourceMappingURL="]
        .iter()
        .any(|comment| last.starts_with(comment))
        .then_some(start)
}

fn is_bundled(code: &str, has_map: bool) -> bool {
    let bytes = code.as_bytes();
    let head = &bytes[..bytes.len().min(HEAD)];
    let helped = || {
        begins().find_iter(head).any(|found| {
            let (_, other) = HELPERS[found.pattern().as_usize()];
            starts_line(head, found.start()) && (other.is_empty() || memmem::find(head, other.as_bytes()).is_some())
        })
    };
    // esbuild says where each module came from.
    let modules = || memmem::find_iter(bytes, "\n// node_modules/").take(2).count() == 2;
    (has_map && bytes.len() > MODULE) || helped() || modules()
}

/// All beginnings of [`HELPERS`], searched for in one walk over the text.
fn begins() -> &'static AhoCorasick {
    static BEGINS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let words = HELPERS.iter().map(|(begin, _)| begin);
        AhoCorasick::new(words).unwrap_or_else(|error| unreachable!("words of bundlers: {error}"))
    });
    &BEGINS
}

/// Nothing but opening brackets and comment signs are before a place on its line: it is not quoted.
fn starts_line(text: &[u8], at: usize) -> bool {
    let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    text[line..at].iter().all(|byte| b" \t/*(){;!+=>".contains(byte))
}

/// Minified code stands on long lines, has no space that it can do without, and is made of statements; tables, strings,
/// pictures and prose on long lines are not.
fn is_minified(text: &[u8], has_map: bool) -> bool {
    if long_bytes(text) < MUCH {
        return false;
    }
    let code = Reader::new(text).read();
    let share = if has_map { 25 } else { 60 };
    code.long >= MUCH
        && code.long * 100 >= code.all * share
        && (code.statements * 100 >= code.long || code.statements >= 1_000)
        && (code.blanks * 10 <= code.long || code.longest >= 32 << 10)
}

/// Bytes on long lines.
fn long_bytes(text: &[u8]) -> usize {
    let (mut long, mut start) = (0, 0);
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        if end - start > LONG {
            long += end - start;
        }
        start = end + 1;
    }
    long
}

/// What a text is made of. Strings, templates, regular expressions and comments are no code.
#[derive(Debug, Default)]
struct Code {
    /// Bytes of code.
    all: usize,
    /// Bytes of code on long lines, of which are blanks, and how many signs of statements there are: `;`, `=>`, `){`,
    /// `function`, `return`.
    long: usize,
    blanks: usize,
    statements: usize,
    /// Bytes of the longest line.
    longest: usize,
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// Where the line ends that is read, and whether it is a long one.
    line_end: usize,
    is_long: bool,
    /// Open braces in each substitution of a template.
    templates: Vec<u32>,
    /// The last byte of code that is not blank.
    last: u8,
    code: Code,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8]) -> Self {
        let mut reader =
            Self { text, at: 0, line_end: 0, is_long: false, templates: Vec::new(), last: b';', code: Code::default() };
        reader.line(0);
        reader
    }

    /// A line begins.
    fn line(&mut self, start: usize) {
        self.line_end = memchr::memchr(b'\n', &self.text[start..]).map_or(self.text.len(), |end| start + end);
        self.is_long = self.line_end - start > LONG;
        self.code.longest = self.code.longest.max(self.line_end - start);
    }

    fn read(mut self) -> Code {
        while let Some(&byte) = self.text.get(self.at) {
            if self.at > self.line_end {
                self.line(self.at);
            }
            let start = self.at;
            self.at += 1;
            match byte {
                b'"' | b'\'' => self.string(byte),
                b'`' => self.template(),
                b'/' => self.slash(),
                b'}' if self.templates.last() == Some(&0) => {
                    self.templates.pop();
                    self.template();
                }
                b'\r' | b'\n' => {}
                b' ' | b'\t' => self.count(1, true, false),
                _ if is_word(byte) => self.word(start),
                _ => self.sign(byte),
            }
        }
        self.code
    }

    fn count(&mut self, bytes: usize, is_blank: bool, is_statement: bool) {
        // Indentation says nothing on short lines.
        if !is_blank || self.is_long {
            self.code.all += bytes;
        }
        if self.is_long {
            self.code.long += bytes;
            self.code.blanks += usize::from(is_blank);
            self.code.statements += usize::from(is_statement);
        }
    }

    fn sign(&mut self, byte: u8) {
        if let Some(open) = self.templates.last_mut() {
            match byte {
                b'{' => *open += 1,
                b'}' => *open -= 1,
                _ => {}
            }
        }
        let statement = matches!((self.last, byte), (_, b';') | (b')', b'{') | (b'=', b'>'));
        self.count(1, false, statement);
        self.last = byte;
    }

    fn word(&mut self, start: usize) {
        let end = self.text[start..].iter().position(|byte| !is_word(*byte)).map_or(self.text.len(), |n| start + n);
        let word = &self.text[start..end];
        self.at = end;
        self.count(word.len(), false, matches!(word, b"function" | b"return"));
        // A regular expression may follow some words, which no value ends with.
        self.last = if matches!(word, b"return" | b"typeof" | b"case" | b"in" | b"of") { b';' } else { b'a' };
    }

    fn string(&mut self, quote: u8) {
        self.last = b'a';
        while let Some(end) = memchr::memchr3(quote, b'\\', b'\n', &self.text[self.at..]) {
            let at = self.at + end;
            self.at = (at + 1 + usize::from(self.text[at] == b'\\')).min(self.text.len());
            if self.text[at] != b'\\' {
                return;
            }
        }
        self.at = self.text.len();
    }

    /// Runs to the end of the template or into its next substitution.
    fn template(&mut self) {
        self.last = b'a';
        while let Some(end) = memchr::memchr3(b'`', b'\\', b'$', &self.text[self.at..]) {
            let at = self.at + end;
            self.at = at + 1;
            match (self.text[at], self.text.get(at + 1)) {
                (b'`', _) => return,
                (b'$', Some(b'{')) => {
                    self.at += 1;
                    self.templates.push(0);
                    self.last = b';';
                    return;
                }
                (b'\\', _) => self.at = (at + 2).min(self.text.len()),
                _ => {}
            }
        }
        self.at = self.text.len();
    }

    fn slash(&mut self) {
        let rest = &self.text[self.at..];
        match rest.first() {
            Some(b'/') => self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            Some(b'*') => self.at += memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2),
            _ if matches!(self.last, b'a' | b')' | b']' | b'}') => self.sign(b'/'),
            _ => self.regex(),
        }
    }

    fn regex(&mut self) {
        self.last = b'a';
        let (mut at, mut class) = (self.at, false);
        while let Some(&byte) = self.text.get(at) {
            at += 1;
            match byte {
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => {
                    self.at = at;
                    return;
                }
                // It was none.
                b'\n' => return,
                _ => {}
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}
