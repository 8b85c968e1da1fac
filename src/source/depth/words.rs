//! The words that decide whether a statement goes on.

/// Whether a byte belongs to a name, keyword or number.
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'\\') || byte >= 0x80
}

/// Words after which an expression, type or statement is still to come.
pub fn wants_more(word: &[u8]) -> bool {
    matches!(
        word,
        b"else"
            | b"do"
            | b"typeof"
            | b"void"
            | b"delete"
            | b"new"
            | b"await"
            | b"yield"
            | b"in"
            | b"instanceof"
            | b"of"
            | b"return"
            | b"throw"
            | b"case"
            | b"default"
            | b"extends"
            | b"keyof"
            | b"readonly"
            | b"unique"
            | b"infer"
            | b"as"
            | b"satisfies"
            | b"is"
            | b"asserts"
    )
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
