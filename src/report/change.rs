//! A suggested change as the lines that it takes away and puts in.

use crate::finding::{Edit, Fix};
use crate::source::Source;
use crate::sources::Sources;

/// Lines of a suggested change that are shown.
const MOST: usize = 12;

/// Whole lines, those left out that stay as they are.
#[derive(Debug)]
pub struct Change {
    /// 1-based line of the first of them.
    pub line: u32,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

impl Change {
    /// Where the line at this place, removed or added, differs from its counterpart.
    #[must_use]
    pub fn difference(&self, at: usize) -> usize {
        let (Some(old), Some(new)) = (self.removed.get(at), self.added.get(at)) else { return 0 };
        let pairs = old.char_indices().zip(new.chars());
        let end = old.len().min(new.len());
        pairs.into_iter().find(|((_, a), b)| a != b).map_or(end, |((at, _), _)| at)
    }
}

/// What becomes of the first file that `fix` touches, edits that are apart each by itself; nothing when that is too long
/// to be shown.
#[must_use]
pub fn changes(fix: &Fix, sources: &Sources) -> Vec<Change> {
    let Some(file) = fix.edits.first().map(|edit| edit.file) else { return Vec::new() };
    let source = sources.of(file);
    let mut edits: Vec<&Edit> = fix.edits.iter().filter(|edit| edit.file == file).collect();
    edits.sort_by_key(|edit| edit.span);
    let lines = source.lines();
    let together = |a: &&Edit, b: &&Edit| lines.line(b.span.start) <= lines.line(a.span.end) + 1;
    let changes: Option<Vec<Change>> = edits.chunk_by(together).map(|edits| change(edits, source)).collect();
    let changes = changes.unwrap_or_default();
    let shown: usize = changes.iter().map(|change| change.removed.len() + change.added.len()).sum();
    if shown <= MOST { changes } else { Vec::new() }
}

fn change(edits: &[&Edit], source: &Source) -> Option<Change> {
    let (first, old, new) = before_and_after(edits, source)?;
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same_head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same_head;
    let same_tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<String>>();
    let removed = owned(&old[same_head..old.len() - same_tail]);
    let added = owned(&new[same_head..new.len() - same_tail]);
    let line = first + u32::try_from(same_head).unwrap_or(0) + 1;
    Some(Change { line, removed, added })
}

/// First touched line (0-based), the touched lines, and what becomes of them.
fn before_and_after(edits: &[&Edit], source: &Source) -> Option<(u32, String, String)> {
    let lines = source.lines();
    let first = lines.line(edits.first()?.span.start);
    let last = lines.line(edits.iter().map(|edit| edit.span.end).max()?);
    let start = lines.range(&source.text, first).start;
    let end = lines.range(&source.text, last).end;
    let old = source.text.get(start..end)?.to_owned();
    let (mut new, mut at) = (String::new(), start);
    for edit in edits {
        new.push_str(source.text.get(at..edit.span.start as usize)?);
        new.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    new.push_str(source.text.get(at..end.max(at))?);
    Some((first, old, new))
}
