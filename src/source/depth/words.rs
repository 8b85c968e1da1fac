//! Classes of bytes, and the words that decide whether a statement goes on.

/// What a byte starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Blank,
    Break,
    Word,
    Digit,
    Operator,
    Equals,
    Comma,
    Semicolon,
    Open,
    Close,
    Angle,
    Colon,
    Quote,
    Backtick,
    Slash,
}

/// The class of every byte.
pub static BYTES: [Class; 256] = {
    let mut table = [Class::Operator; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = match byte {
            b' ' | b'\t' | 0x0B | 0x0C => Class::Blank,
            b'\n' | b'\r' => Class::Break,
            b'0'..=b'9' => Class::Digit,
            b'=' => Class::Equals,
            b',' => Class::Comma,
            b';' => Class::Semicolon,
            b'(' | b'[' | b'{' => Class::Open,
            b')' | b']' | b'}' => Class::Close,
            b'<' | b'>' => Class::Angle,
            b':' => Class::Colon,
            b'"' | b'\'' => Class::Quote,
            b'`' => Class::Backtick,
            b'/' => Class::Slash,
            _ if is_word(byte) => Class::Word,
            _ => Class::Operator,
        };
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// Whether each byte belongs to a word.
static IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = is_word(byte);
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// The last thing that was no space or comment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Last {
    Operator,
    Equals,
    /// A division or a regular expression.
    Slash,
    /// A number, string or closing bracket.
    Value,
    Word,
    Namespace,
    /// A word before the parenthesis that a statement follows.
    Head,
    /// `for await (` is a head, `await a` wants more.
    Await,
    /// A word after which an expression, type or statement is still to come.
    More,
    Case,
}

impl Last {
    pub const fn is_word(self) -> bool {
        !matches!(self, Self::Operator | Self::Equals | Self::Slash | Self::Value)
    }

    pub const fn is_head(self) -> bool {
        matches!(self, Self::Head | Self::Await)
    }

    /// Whether a line break after it can end the statement.
    pub const fn may_end(self) -> bool {
        matches!(self, Self::Value | Self::Word | Self::Namespace | Self::Head)
    }

    pub const fn regex_may_follow(self) -> bool {
        matches!(self, Self::Operator | Self::Equals | Self::Await | Self::More | Self::Case)
    }
}

/// The words that are more than a name. [`last_of`] looks into the few of the same first byte and length.
const WORDS: [(&[u8], Last); 30] = [
    (b"case", Last::Case),
    (b"namespace", Last::Namespace),
    (b"module", Last::Namespace),
    (b"if", Last::Head),
    (b"for", Last::Head),
    (b"while", Last::Head),
    (b"with", Last::Head),
    (b"await", Last::Await),
    (b"else", Last::More),
    (b"do", Last::More),
    (b"typeof", Last::More),
    (b"void", Last::More),
    (b"delete", Last::More),
    (b"new", Last::More),
    (b"yield", Last::More),
    (b"in", Last::More),
    (b"instanceof", Last::More),
    (b"of", Last::More),
    (b"return", Last::More),
    (b"throw", Last::More),
    (b"default", Last::More),
    (b"extends", Last::More),
    (b"keyof", Last::More),
    (b"readonly", Last::More),
    (b"unique", Last::More),
    (b"infer", Last::More),
    (b"as", Last::More),
    (b"satisfies", Last::More),
    (b"is", Last::More),
    (b"asserts", Last::More),
];

/// What a word is, if more than a name.
pub fn last_of(word: &[u8]) -> Last {
    WORDS.iter().find(|(known, _)| *known == word).map_or(Last::Word, |(_, last)| *last)
}

/// For each first byte the lengths, as bits, of the words `last_of` knows.
static LENGTHS: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < WORDS.len() {
        let word = WORDS[index].0;
        table[word[0] as usize] |= 1 << word.len();
        index += 1;
    }
    table
};

/// Whether a byte belongs to a name, keyword or number.
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\') || byte >= 0x80
}

/// Whether a word of that first byte and length may be more than a name; some long names may, too.
pub fn may_matter(first: u8, len: usize) -> bool {
    LENGTHS[usize::from(first)] >> (len % 32) & 1 == 1
}

/// Whether a byte may start a word that carries a statement on.
pub const fn may_carry_on(first: u8) -> bool {
    matches!(first, b'e' | b'c' | b'f' | b'w' | b'i' | b'o' | b'a' | b's')
}

/// Words that carry a statement on.
pub fn carries_on(word: &[u8]) -> bool {
    matches!(
        word,
        b"else"
            | b"catch"
            | b"finally"
            | b"while"
            | b"in"
            | b"instanceof"
            | b"of"
            | b"as"
            | b"satisfies"
            | b"extends"
            | b"implements"
            | b"is"
    )
}

/// What is left of `rest` after the word that goes on there.
pub fn after_word(mut rest: &[u8]) -> &[u8] {
    while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
        for (i, byte) in chunk.iter().enumerate() {
            if !IN_WORD[usize::from(*byte)] {
                return &rest[i..];
            }
        }
        rest = tail;
    }
    while let [byte, tail @ ..] = rest
        && is_word(*byte)
    {
        rest = tail;
    }
    rest
}

/// What is left of `rest` after its blanks, read eight spaces of an indent at a time.
pub fn after_blanks(mut rest: &[u8]) -> &[u8] {
    while let [byte, tail @ ..] = rest
        && byte.is_ascii_whitespace()
    {
        rest = tail;
        if *byte == b' ' {
            while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
                let others = u64::from_le_bytes(*chunk) ^ u64::from_le_bytes([b' '; 8]);
                if others != 0 {
                    rest = &rest[others.trailing_zeros() as usize / 8..];
                    break;
                }
                rest = tail;
            }
        }
    }
    rest
}
