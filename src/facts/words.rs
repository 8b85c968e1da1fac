//! Words that a text has somewhere: one pass over its bytes saves whole passes over its tree.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::comments::MARK;

/// Which of the words below a text has, in code, text or comments: one bit for each meaning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Words(u16);

impl Words {
    /// Promises, and calls by which something is closed again: they are asked on which ways they are.
    const WAYS: u16 = 1;
    const DELETE_CALL: u16 = 1 << 1;
    const ENTER: u16 = 1 << 2;
    const DELETE: u16 = 1 << 3;
    const ASSIGN: u16 = 1 << 4;
    const STATUS: u16 = 1 << 5;
    const WEB: u16 = 1 << 6;
    const REDIS: u16 = 1 << 7;
    const IMPORT: u16 = 1 << 8;
    const MARK: u16 = 1 << 9;

    /// The words of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let known = automaton();
        known
            .find_iter(text.as_bytes())
            .fold(Self::default(), |all, hit| Self(all.0 | WORDS[hit.pattern().as_usize()].1))
    }

    const fn has(self, bits: u16) -> bool {
        self.0 & bits == bits
    }

    /// Whether some pass may ask on which ways something is done: only then a control-flow graph is of use.
    #[must_use]
    pub const fn ask_for_ways(self) -> bool {
        self.has(Self::WAYS)
            || self.has(Self::DELETE_CALL | Self::ENTER)
            || self.has(Self::DELETE | Self::ASSIGN)
            || self.has(Self::STATUS | Self::WEB)
    }

    /// Whether it may use Redis.
    #[must_use]
    pub const fn name_redis(self) -> bool {
        self.has(Self::REDIS)
    }

    /// Whether it may load modules while it runs.
    #[must_use]
    pub const fn load_modules(self) -> bool {
        self.has(Self::IMPORT)
    }

    /// Whether a comment may allow a finding.
    #[must_use]
    pub const fn allow(self) -> bool {
        self.has(Self::MARK)
    }
}

/// No word is part of another one, so each is found wherever it is.
const WORDS: [(&str, u16); 27] = [
    ("Promise", Words::WAYS),
    ("clearInterval", Words::WAYS),
    ("removeListener", Words::WAYS),
    ("removeEventListener", Words::WAYS),
    (".off(", Words::WAYS),
    (".close(", Words::WAYS),
    ("closeSync(", Words::WAYS),
    (".release(", Words::WAYS),
    (".terminate(", Words::WAYS),
    (".destroy(", Words::WAYS),
    (".end(", Words::WAYS),
    (".kill(", Words::WAYS),
    ("disconnect(", Words::WAYS),
    ("revokeObjectURL(", Words::WAYS),
    (".quit(", Words::WAYS),
    (".shutdown(", Words::WAYS),
    (".delete(", Words::DELETE_CALL),
    (".set(", Words::ENTER),
    (".add(", Words::ENTER),
    ("delete ", Words::DELETE),
    ("] = ", Words::ASSIGN),
    ("statusCode", Words::STATUS),
    ("http", Words::WEB),
    ("request", Words::WEB),
    ("redis", Words::REDIS),
    ("import(", Words::IMPORT),
    (MARK, Words::MARK),
];

fn automaton() -> &'static AhoCorasick {
    static KNOWN: OnceLock<AhoCorasick> = OnceLock::new();
    KNOWN.get_or_init(|| match AhoCorasick::new(WORDS.map(|(word, _)| word)) {
        Ok(known) => known,
        Err(error) => unreachable!("a few short words: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_are() {
        for (word, bits) in WORDS {
            assert_eq!(Words::of(&format!("a{word}b")).0 & bits, bits, "{word}");
        }
        for (word, bits) in WORDS {
            for (next, more) in WORDS {
                let both = Words::of(&format!("{word}{next}"));
                assert!(both.has(bits | more), "{word}{next}");
            }
        }
        assert_eq!(Words::of("a"), Words::default());
    }

    #[test]
    fn no_word_hides_another() {
        for (index, (word, _)) in WORDS.iter().enumerate() {
            for (other, (next, _)) in WORDS.iter().enumerate() {
                assert!(index == other || !word.contains(next), "{word} contains {next}");
            }
        }
    }
}
