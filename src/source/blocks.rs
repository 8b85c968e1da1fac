//! Finds the code in a file: all of it, or the `<script>` blocks and front matter of a component file.

use oxc_span::SourceType;

use super::lines::small;
use super::{Block, Language};
use crate::finding::Span;

/// The stretches of code in `text`, in order. A byte-order mark belongs to none of them.
#[must_use]
pub fn blocks(text: &str, language: Language) -> Vec<Block> {
    if let Some(source_type) = language.source_type() {
        return vec![block(mark(text), text.len(), source_type)];
    }
    let mut markup = Markup::new(text, language);
    markup.run();
    markup.found
}

/// The comments of the markup in a component file, `<!--` and `-->` included. One that never closes is left out.
#[must_use]
pub fn comments(text: &str, language: Language) -> Vec<Span> {
    let mut markup = Markup::new(text, language);
    markup.run();
    markup.comments
}

/// Bytes of the byte-order mark.
fn mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

fn block(start: usize, end: usize, source_type: SourceType) -> Block {
    Block { start: small(start), end: small(end), source_type }
}

struct Markup<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    language: Language,
    found: Vec<Block>,
    comments: Vec<Span>,
}

/// An opening tag: its name and what its attributes say about a script.
#[derive(Default)]
struct Tag<'t> {
    name: &'t str,
    lang: Option<&'t str>,
    kind: Option<&'t str>,
    inline: bool,
    closed: bool,
}

impl<'t> Markup<'t> {
    fn new(text: &'t str, language: Language) -> Self {
        Self { text, bytes: text.as_bytes(), at: mark(text), language, found: Vec::new(), comments: Vec::new() }
    }

    fn run(&mut self) {
        if self.language == Language::Astro {
            self.front_matter();
        }
        while let Some(step) = memchr::memchr2(b'<', b'{', &self.bytes[self.at..]) {
            self.at += step;
            if self.bytes[self.at] == b'{' {
                self.expression();
            } else if self.bytes[self.at..].starts_with(b"<!--") {
                let end = self.find(self.at + 4, "-->").map(|end| end + 3);
                self.comments.extend(end.map(|end| Span::new(small(self.at), small(end))));
                self.at = end.unwrap_or(self.bytes.len());
            } else if self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_alphabetic) {
                self.element();
            } else {
                self.at += 1;
            }
        }
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        memchr::memmem::find(self.bytes.get(from..)?, what.as_bytes()).map(|at| at + from)
    }

    /// `{a < b}` in Svelte and Astro markup is no tag. One that never closes is taken for text.
    fn expression(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.language == Language::Vue {
            return;
        }
        self.at = self.balanced(start).unwrap_or(start + 1);
    }

    /// End of the braces that open at `start`.
    fn balanced(&self, start: usize) -> Option<usize> {
        let (mut at, mut depth) = (start, 0_usize);
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'"' | b'\'' | b'`' => at = self.string(at),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// Last byte of the string that opens at `start`. Quotes end at the line: `don't` in text opens nothing for long.
    fn string(&self, start: usize) -> usize {
        let quote = self.bytes[start];
        let mut at = start + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' if quote != b'`' => return at,
                _ if byte == quote => return at,
                _ => {}
            }
            at += 1;
        }
        start
    }

    fn element(&mut self) {
        let tag = self.tag();
        if tag.closed {
            return;
        }
        let script = tag.name.eq_ignore_ascii_case("script");
        let inside = self.at;
        let end = if script || self.is_raw(&tag) {
            self.raw_end(tag.name)
        } else if self.language == Language::Vue {
            self.element_end(tag.name)
        } else {
            return;
        };
        // What never closes is passed over: a half-typed `<script>` is no code yet, the rest may be.
        let Some((end, after)) = end else { return };
        self.at = after;
        if script && let Some(source_type) = self.source_type(&tag) {
            self.found.push(block(inside, end, source_type));
        }
    }

    /// Reads an opening tag; stops behind its `>`.
    fn tag(&mut self) -> Tag<'t> {
        let name_start = self.at + 1;
        self.at = self.skip(name_start, |b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/'));
        let mut tag = Tag { name: &self.text[name_start..self.at], ..Tag::default() };
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'>' => {
                    self.at += 1;
                    break;
                }
                b'/' => {
                    tag.closed = self.bytes.get(self.at + 1) == Some(&b'>');
                    self.at += 1;
                }
                b'{' => self.at = self.balanced(self.at).unwrap_or(self.at + 1),
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ => self.attribute(&mut tag),
            }
        }
        tag
    }

    fn attribute(&mut self, tag: &mut Tag<'t>) {
        let start = self.at;
        self.at = self.skip(start + 1, |b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/' | b'='));
        let name = &self.text[start..self.at];
        let equals = self.skip(self.at, |b| b.is_ascii_whitespace());
        let mut value = None;
        if self.bytes.get(equals) == Some(&b'=') {
            self.at = self.skip(equals + 1, |b| b.is_ascii_whitespace());
            value = Some(self.value());
        }
        if name.eq_ignore_ascii_case("lang") {
            tag.lang = value;
        } else if name.eq_ignore_ascii_case("type") {
            tag.kind = value;
        } else if name.eq_ignore_ascii_case("is:inline") || name.eq_ignore_ascii_case("define:vars") {
            tag.inline = true;
        }
    }

    fn value(&mut self) -> &'t str {
        let start = self.at;
        match self.bytes.get(start) {
            Some(&quote @ (b'"' | b'\'')) => {
                let end = self.skip(start + 1, |b| b != quote);
                self.at = (end + 1).min(self.bytes.len());
                &self.text[start + 1..end]
            }
            Some(b'{') => {
                self.at = self.balanced(start).unwrap_or(start + 1);
                &self.text[start..self.at]
            }
            _ => {
                self.at = self.skip(start, |b| !b.is_ascii_whitespace() && b != b'>');
                &self.text[start..self.at]
            }
        }
    }

    fn skip(&self, from: usize, while_: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|b| !while_(*b)).unwrap_or(rest.len())
    }

    /// Elements whose content is text up to their end tag. In Vue these are all but the HTML template.
    fn is_raw(&self, tag: &Tag) -> bool {
        let template = tag.name.eq_ignore_ascii_case("template") && tag.lang.is_none_or(|l| l == "html");
        match self.language {
            Language::Vue => !template,
            _ => ["style", "textarea", "title"].iter().any(|raw| tag.name.eq_ignore_ascii_case(raw)),
        }
    }

    /// Start of `</name` as HTML sees it, and the byte behind its `>`.
    fn raw_end(&self, name: &str) -> Option<(usize, usize)> {
        let mut from = self.at;
        while let Some(start) = self.find(from, "</") {
            let end = start + 2 + name.len();
            let same = self.bytes.get(start + 2..end).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()));
            let over = self.bytes.get(end).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
            if same && over {
                return Some((start, (self.skip(end, |b| b != b'>') + 1).min(self.bytes.len())));
            }
            from = start + 2;
        }
        None
    }

    /// End of an element that may hold others of its name.
    fn element_end(&self, name: &str) -> Option<(usize, usize)> {
        let mut inner = Markup { found: Vec::new(), comments: Vec::new(), ..*self };
        let mut depth = 1;
        while let Some(step) = memchr::memchr(b'<', &inner.bytes[inner.at..]) {
            inner.at += step;
            let rest = &inner.bytes[inner.at..];
            if rest.starts_with(b"<!--") {
                inner.at = inner.find(inner.at + 4, "-->").map_or(inner.bytes.len(), |end| end + 3);
            } else if rest.starts_with(b"</") {
                let start = inner.at;
                let end = inner.skip(start + 2, |b| !b.is_ascii_whitespace() && b != b'>');
                inner.at = (inner.skip(end, |b| b != b'>') + 1).min(inner.bytes.len());
                depth -= usize::from(inner.text[start + 2..end].eq_ignore_ascii_case(name));
                if depth == 0 {
                    return Some((start, inner.at));
                }
            } else if rest.get(1).is_some_and(u8::is_ascii_alphabetic) {
                let tag = inner.tag();
                depth += usize::from(!tag.closed && tag.name.eq_ignore_ascii_case(name));
            } else {
                inner.at += 1;
            }
        }
        None
    }

    fn source_type(&self, tag: &Tag) -> Option<SourceType> {
        let javascript = match tag.kind.map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "module" | "text/javascript" | "application/javascript" | "text/ecmascript") => true,
            Some("text/typescript" | "application/typescript" | "ts") => false,
            Some(_) => return None,
        };
        let plain = SourceType::mjs().with_jsx(true);
        match tag.lang.map(str::to_ascii_lowercase).as_deref() {
            None | Some("") if !javascript => Some(SourceType::ts()),
            None | Some("") if self.language == Language::Astro && !tag.inline => Some(SourceType::ts()),
            None | Some("" | "js" | "mjs" | "javascript" | "jsx") => Some(plain),
            Some("ts" | "mts" | "typescript") => Some(SourceType::ts()),
            Some("tsx") => Some(SourceType::tsx()),
            Some(_) => None,
        }
    }

    /// Astro's code between two lines `---`; a fence inside a comment or string is none.
    fn front_matter(&mut self) {
        let start = self.skip(self.at, |b| b.is_ascii_whitespace());
        if !self.bytes[start..].starts_with(b"---") {
            return;
        }
        let mut at = start + 3;
        let mut line_start = false;
        while let Some(&byte) = self.bytes.get(at) {
            if line_start && self.bytes[at..].starts_with(b"---") {
                self.found.push(block(start + 3, at, SourceType::ts()));
                self.at = at + 3;
                return;
            }
            line_start = byte == b'\n' || (line_start && byte.is_ascii_whitespace());
            at = match (byte, self.bytes.get(at + 1)) {
                (b'/', Some(b'/')) => self.skip(at, |b| b != b'\n'),
                (b'/', Some(b'*')) => self.find(at + 2, "*/").map_or(at + 2, |end| end + 2),
                (b'"' | b'\'' | b'`', _) => match self.string(at) {
                    end if self.bytes[end] == b'\n' => end,
                    end => end + 1,
                },
                _ => at + 1,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, language: Language) -> Vec<&str> {
        blocks(text, language).iter().map(|b| &text[b.start as usize..b.end as usize]).collect()
    }

    fn vue(text: &str) -> Vec<&str> {
        code(text, Language::Vue)
    }

    #[test]
    fn vue_finds_every_way_to_write_a_script() {
        assert_eq!(vue("<script\n setup\n>a</script>"), ["a"]);
        assert_eq!(vue("<SCRIPT\t>a</SCRIPT >"), ["a"]);
        assert_eq!(vue("<script>a</script><script setup>b</script><script>c</script>"), ["a", "b", "c"]);
        assert_eq!(vue("<script generic=\"T extends A<B>\">a</script>"), ["a"]);
        assert_eq!(
            vue("<script>const a = '<\\/script>', b = '<script>'</script>"),
            ["const a = '<\\/script>', b = '<script>'"]
        );
    }

    #[test]
    fn vue_takes_nothing_else_for_a_script() {
        assert_eq!(vue("<!-- <script>x</script> --><script>a</script>"), ["a"]);
        assert_eq!(vue("<template><p v-text=\"'<script>'\"></p><template/></template><script>a</script>"), ["a"]);
        assert_eq!(vue("<template><template>x</template><script>no</script></template><script>a</script>"), ["a"]);
        assert_eq!(vue("<i18n>{\"a\": \"<script>\"}</i18n><script>a</script>"), ["a"]);
        assert_eq!(vue("<template lang=\"pug\">p <template\n</template><script>a</script>"), ["a"]);
        assert!(vue("<script>half").is_empty());
        assert!(vue("<script lang=\"coffee\">x = -> 1</script>").is_empty());
        assert!(vue("<script src=\"./x.js\" />").is_empty());
    }

    #[test]
    fn languages_come_from_lang_alone() {
        let of = |text| blocks(text, Language::Vue)[0].source_type;
        assert!(of("<script lang=ts>a</script>").is_typescript());
        assert!(of("<script lang='tsx'>a</script>").is_jsx());
        assert!(!of("<script data-lang=\"ts\">a</script>").is_typescript());
    }

    #[test]
    fn svelte_skips_expressions() {
        let text = "<script module>a</script>{'<script>'}<p on:click={() => x > 1}>{a < b}</p><script>b</script>";
        assert_eq!(code(text, Language::Svelte), ["a", "b"]);
    }

    #[test]
    fn astro_has_front_matter_and_scripts() {
        let text = "---\nconst a = '---';\n/*\n---\n*/\n---\n<p>it's</p><script>b</script><script type=\"application/ld+json\">{}</script>";
        assert_eq!(code(text, Language::Astro), ["\nconst a = '---';\n/*\n---\n*/\n", "b"]);
        assert!(code("---\nhalf", Language::Astro).is_empty());
    }
}
