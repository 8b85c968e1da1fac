//! The list of words: the built-in one is right, and each mistake is told with its line and key.

use leaklint::lexicon::Lexicon;

const KINDS: &str = "[whose.test]\n[whose.demo]\n[whose.tool]\n[whose.generated]\n";

fn fault(text: &str) -> String {
    Lexicon::parse("x.toml", text).map_or_else(|error| error.to_string(), |_| "no fault".to_owned())
}

#[test]
fn the_built_in_words_are_right() {
    let words = &Lexicon::built_in().whose;
    assert!(words.demo.top.iter().any(|word| word == "examples"));
    assert_eq!(fault(KINDS), "no fault");
}

#[test]
fn a_mistake_is_told_with_its_line_and_key() {
    let test = |line: &str| KINDS.replace("[whose.test]\n", &format!("[whose.test]\n{line}\n"));
    for (text, expected) in [
        ("[whose.test]\n", "x.toml:1:2: `whose.test`: missing field `demo`"),
        (&test("tops = []"), "x.toml:2:1: `whose.test.tops`: unknown field `tops`"),
        (&test("top = 1"), "x.toml:2:7: `whose.test.top`: invalid type"),
        (&test("top = [\"a\", \"\"]"), "x.toml:2:13: `whose.test.top.2`: a word must not be empty"),
        (&test("top = [\"Test\"]"), "x.toml:2:8: `whose.test.top.1`: `Test` must be written in lower case"),
        (&test("top = [\"a/b\"]"), "x.toml:2:8: `whose.test.top.1`: `a/b` is not the name of a folder"),
        (&test("anywhere = [\"a*\"]"), "x.toml:2:13: `whose.test.anywhere.1`: `a*` is not the name of a folder"),
        (&test("files = [\"*.{a\"]"), "x.toml:2:10: `whose.test.files.1`: invalid pattern: "),
        (
            &test("top = [\"a\"]\nanywhere = [\"a\"]"),
            "x.toml:3:13: `whose.test.anywhere.1`: `a` is in `whose.test.top` already",
        ),
        (
            &format!("{}written = [\"a\"]", test("top = [\"a\"]")),
            "x.toml:6:12: `whose.generated.written.1`: `a` is in `whose.test.top` already",
        ),
        (&format!("{KINDS}banners = [[]]"), "x.toml:5:12: `whose.generated.banners.1`: a banner needs a phrase"),
    ] {
        let told = fault(text);
        assert!(told.starts_with(expected), "{text}\n  says: {told}\n  wanted: {expected}");
    }
}
