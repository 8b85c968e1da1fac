//! Which lines of a file changed.

use std::collections::BTreeMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp};

/// Changed lines by shown path: 0-based ranges. A file that is not in it changed as a whole.
pub type ChangedLines = BTreeMap<String, Vec<Range<u32>>>;

/// The lines of `after` that differ from `before`. Where lines were taken out, the lines around the gap count: that is
/// where something may be missing now. Endings of lines do not count.
#[must_use]
pub fn changed_lines(before: &str, after: &str) -> Vec<Range<u32>> {
    let (old, new) = (lines(before), lines(after));
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let ops = similar::capture_diff_slices(Algorithm::Histogram, &old, &new);
    let ranges = ops.into_iter().filter_map(|op| match op {
        DiffOp::Equal { .. } => None,
        DiffOp::Delete { new_index, .. } => Some(new_index.saturating_sub(1)..new_index + 1),
        DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
            Some(new_index..new_index + new_len)
        }
    });
    ranges.map(|range| small(range.start)..small(range.end)).collect()
}

/// Lines as they are counted in findings: after LF, CRLF and a lone CR.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_and_what_surrounds_a_gap() {
        let only = |before: &str, after: &str| match changed_lines(before, after).as_slice() {
            [one] => (one.start, one.end),
            other => panic!("{other:?}"),
        };
        assert_eq!(only("a\nb\nc\n", "a\nB\nc\n"), (1, 2));
        assert_eq!(only("a\nc\n", "a\nb\nc\n"), (1, 2));
        assert_eq!(only("a\nb\nc\n", "a\nc\n"), (0, 2));
        assert!(changed_lines("a\r\nb\r\n", "a\nb\n").is_empty());
    }
}
