//! The text of a file and what it is written in: encoding, language, script blocks, lines.

pub mod blocks;
pub mod built;
pub mod depth;
pub mod lines;
pub mod marks;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use oxc_span::SourceType;

pub use lines::{LineIndex, Position, Unit};
pub use marks::Marks;

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// Relative to the working directory, with `/`.
    pub path: String,
    /// Where it can be read again; `None` for standard input.
    pub file: Option<PathBuf>,
    /// Where it would be, when it cannot be read there: what an editor sends, what stands in the index of git.
    pub instead_of: Option<PathBuf>,
    /// Read for the sake of others only.
    pub is_context: bool,
    /// What the text says of itself.
    pub marks: Marks,
    /// The whole file, a byte-order mark included; empty once nobody needs it.
    pub text: Arc<str>,
    pub language: Language,
    pub blocks: Vec<Block>,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// The whole path: frameworks know files by the folders that they are in, wherever one works.
    #[must_use]
    pub fn place(&self) -> String {
        place(self.on_disk(), &self.path)
    }

    /// The file that it is, or stands for.
    #[must_use]
    pub fn on_disk(&self) -> Option<&Path> {
        self.file.as_deref().or(self.instead_of.as_deref())
    }

    #[must_use]
    pub fn new(path: String, file: Option<PathBuf>, text: &str, language: Language) -> Self {
        let blocks = blocks::blocks(text, language);
        let (text, lines) = (Arc::from(text), OnceLock::new());
        Self { path, file, instead_of: None, is_context: false, marks: Marks::default(), text, language, blocks, lines }
    }

    /// The lines of the text, computed on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset, both 1-based; columns count characters.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }

    /// Line and column of a byte offset, both 1-based; columns count this unit.
    #[must_use]
    pub fn at(&self, offset: u32, unit: Unit) -> (u32, u32) {
        self.lines().at(&self.text, offset, unit)
    }

    /// Lets go of the text; [`Self::restore`] brings it back.
    pub fn forget(&mut self) {
        self.text = Arc::from("");
        self.lines = OnceLock::new();
    }

    /// Reads the text again when it was forgotten. A file that changed or went away stays empty.
    pub fn restore(&mut self, max_size: u64) {
        if self.text.is_empty()
            && let Some(path) = &self.file
            && let Ok(bytes) = read(path, max_size)
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            self.text = Arc::from(text);
            self.lines = OnceLock::new();
        }
    }
}

/// The whole path of a file; as shown to the user where it has none.
#[must_use]
pub fn place(file: Option<&Path>, shown: &str) -> String {
    let whole = file.and_then(|file| std::path::absolute(file).ok());
    whole.map_or_else(|| shown.to_owned(), |whole| whole.to_string_lossy().into_owned())
}

/// A stretch of JavaScript or TypeScript in a file, in bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub start: u32,
    pub end: u32,
    pub source_type: SourceType,
}

/// What a file is written in, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `.js`: a module, a script or `CommonJS`; nobody knows before it is read.
    JavaScript,
    Module,
    CommonJs,
    Jsx,
    TypeScript,
    ModuleTypeScript,
    CommonTypeScript,
    Tsx,
    /// `.d.ts`: has no code that runs.
    Declarations,
    Vue,
    Svelte,
    Astro,
}

impl Language {
    /// The language of a file name, `None` when it is none of ours.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (stem, end) = name.rsplit_once('.')?;
        let declares = matches!(end, "ts" | "mts" | "cts") && format!("{stem}.").contains(".d.");
        Some(match end {
            _ if declares => Self::Declarations,
            "js" => Self::JavaScript,
            "mjs" => Self::Module,
            "cjs" => Self::CommonJs,
            "jsx" => Self::Jsx,
            "ts" => Self::TypeScript,
            "mts" => Self::ModuleTypeScript,
            "cts" => Self::CommonTypeScript,
            "tsx" => Self::Tsx,
            "vue" => Self::Vue,
            "svelte" => Self::Svelte,
            "astro" => Self::Astro,
            _ => return None,
        })
    }

    /// How to parse a file that is code from end to end; `None` for component files.
    #[must_use]
    pub const fn source_type(self) -> Option<SourceType> {
        Some(match self {
            Self::JavaScript | Self::Jsx => SourceType::unambiguous().with_jsx(true),
            Self::Module => SourceType::mjs().with_jsx(true),
            Self::CommonJs => SourceType::cjs().with_jsx(true),
            Self::TypeScript => SourceType::ts().with_unambiguous(true),
            Self::ModuleTypeScript => SourceType::ts(),
            Self::CommonTypeScript => SourceType::ts().with_commonjs(true),
            Self::Tsx => SourceType::tsx().with_unambiguous(true),
            Self::Declarations => SourceType::d_ts(),
            Self::Vue | Self::Svelte | Self::Astro => return None,
        })
    }
}

/// Why a file cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The operating system said no.
    Io(String),
    /// Larger than the limit; its size in bytes where that is known.
    TooLarge(Option<u64>),
    /// Not text at all.
    Binary,
    /// Text in another encoding.
    Encoding(String),
}

/// Reads at most `max_size` bytes of a regular file. Every file that nobody named for it is read here: nothing else would
/// come to an end for sure.
///
/// # Errors
/// [`Unreadable::Io`] and [`Unreadable::TooLarge`].
pub fn read(path: &Path, max_size: u64) -> Result<Vec<u8>, Unreadable> {
    // Opening a pipe waits until somebody writes to it, and some devices act when they are opened.
    let data = path.metadata().map_err(|e| failed(&e))?;
    if !data.is_file() {
        return Err(Unreadable::Io("not a regular file".to_owned()));
    }
    if data.len() > max_size {
        return Err(Unreadable::TooLarge(Some(data.len())));
    }
    read_stream(path, max_size)
}

/// Reads at most `max_size` bytes of what the user named, a pipe or device for instance.
///
/// # Errors
/// [`Unreadable::Io`] and [`Unreadable::TooLarge`].
pub fn read_stream(path: &Path, max_size: u64) -> Result<Vec<u8>, Unreadable> {
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    let size = file.metadata().map_err(|e| failed(&e))?.len().min(max_size);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    Read::by_ref(&mut file).take(max_size.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > max_size { Err(Unreadable::TooLarge(None)) } else { Ok(bytes) }
}

/// The first bytes of a regular file, if it is one that can be read.
#[must_use]
pub fn head(path: &Path, most: usize) -> Option<Vec<u8>> {
    path.is_file().then_some(())?;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The text of a regular file of at most `max_size` bytes, if it is one.
#[must_use]
pub fn text(path: &Path, max_size: u64) -> Option<String> {
    String::from_utf8(read(path, max_size).ok()?).ok()
}

fn failed(error: &std::io::Error) -> Unreadable {
    Unreadable::Io(crate::walk::reason(error))
}

/// Reads bytes as UTF-8, with or without a byte-order mark; nothing is guessed and nothing is replaced.
///
/// # Errors
/// [`Unreadable::Binary`] and [`Unreadable::Encoding`], the latter naming the encoding or the first bad byte.
pub fn decode(bytes: &[u8]) -> Result<&str, Unreadable> {
    let named = |name: &str| Err(Unreadable::Encoding(format!("not UTF-8: this is {name}; save it as UTF-8")));
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => return named("UTF-32 (little endian)"),
        [0, 0, 0xFE, 0xFF, ..] => return named("UTF-32 (big endian)"),
        [0xFF, 0xFE, ..] if !bytes.starts_with(&[0xFF, 0xFE, 0, 0]) => return named("UTF-16 (little endian)"),
        [0xFE, 0xFF, ..] => return named("UTF-16 (big endian)"),
        _ => {}
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        if bytes.contains(&0) {
            return Unreadable::Binary;
        }
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
        Unreadable::Encoding(format!("not UTF-8: byte 0x{:02X} at offset {at} (line {line})", bytes[at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_name() {
        let of = |name: &str| Language::of(Path::new(name));
        assert_eq!(of("a.js"), Some(Language::JavaScript));
        assert_eq!(of("A.JS"), Some(Language::JavaScript));
        assert_eq!(of("a.d.ts"), Some(Language::Declarations));
        assert_eq!(of("a.d.css.ts"), Some(Language::Declarations));
        assert_eq!(of("a.svelte.ts"), Some(Language::TypeScript));
        assert_eq!(of("page.html"), None);
        assert_eq!(of("Makefile"), None);
    }

    #[test]
    fn the_bad_byte_is_named() {
        let said = decode(b"var a\n= '\xE9';").unwrap_err();
        assert_eq!(said, Unreadable::Encoding("not UTF-8: byte 0xE9 at offset 9 (line 2)".to_owned()));
        assert_eq!(decode(b"\x89PNG\0\0\xFF"), Err(Unreadable::Binary));
        assert_eq!(decode("\u{feff}a".as_bytes()), Ok("\u{feff}a"));
    }

    #[test]
    fn other_encodings_are_named() {
        let named = |bytes: &[u8]| match decode(bytes) {
            Err(Unreadable::Encoding(text)) => text,
            other => panic!("{other:?}"),
        };
        assert!(named(b"\xFF\xFEa\0").contains("UTF-16 (little endian)"));
        assert!(named(b"\xFF\xFE\0\0a\0\0\0").contains("UTF-32 (little endian)"));
    }
}
