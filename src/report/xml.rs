//! Text that XML and HTML can hold.

use std::borrow::Cow;

/// Text without the characters that no XML document may hold, not even escaped.
#[must_use]
pub fn legal(text: &str) -> String {
    text.chars().filter(|c| is_legal(*c)).collect()
}

/// Text as it stands between tags, or between quotes in an attribute: line breaks of an attribute are kept too.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| !is_legal(c) || matches!(c, '<' | '>' | '&' | '"' | '\'' | '\n' | '\r' | '\t');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars().filter(|c| is_legal(*c)) {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            '\t' => safe.push_str("&#9;"),
            _ => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

const fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_tag() {
        assert_eq!(
            escaped("<img src=\"x\" onerror='y'>&\x1b\n"),
            "&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;&#10;"
        );
        assert_eq!(legal("a\0\u{8}\u{fffe}b\tc"), "ab\tc");
    }
}
