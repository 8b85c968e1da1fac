//! Where a comment can stand: tried one way after the other until the parser agrees.

use std::collections::BTreeSet;

use crate::apis::Apis;
use crate::facts::{FileFacts, Reach};
use crate::finding::NoticeKind;
use crate::parse;
use crate::source::Source;

/// A line with findings.
pub struct Site {
    /// 0-based.
    pub line: u32,
    /// Byte of the first finding.
    pub start: u32,
    pub rules: BTreeSet<&'static str>,
}

/// How a comment can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `// ..` on a line of its own.
    Above,
    /// `{/* .. */}` on a line of its own, between the children of JSX.
    AboveInJsx,
    /// `// ..` at the end of the line.
    Behind,
    /// `/* .. */` right before the code.
    Before,
}

const WAYS: [Way; 4] = [Way::Above, Way::AboveInJsx, Way::Behind, Way::Before];

/// The text of the file with a comment for every site.
///
/// # Errors
/// When there is a site that no comment can be written for.
pub fn with_comments(source: &Source, sites: &[Site], reason: &str) -> Result<String, String> {
    let all: Vec<&Site> = sites.iter().collect();
    let above = vec![Way::Above; sites.len()];
    let text = written(source, &all, (&above, reason));
    if holds(source, &text, (&all, &above)) {
        return Ok(text);
    }
    let mut ways = Vec::with_capacity(sites.len());
    for site in &all {
        let fits = |way: &&Way| holds(source, &written(source, &[*site], (&[**way], reason)), (&[*site], &[**way]));
        let line = source.position(site.start).line;
        let refused = || format!("no comment can stand at line {line}: write it by hand; nothing was written");
        ways.push(*WAYS.iter().find(fits).ok_or_else(refused)?);
    }
    let text = written(source, &all, (&ways, reason));
    if holds(source, &text, (&all, &ways)) {
        Ok(text)
    } else {
        Err("the comments would not hold: write them by hand; nothing was written".to_owned())
    }
}

/// The text with these comments, unchecked.
fn written(source: &Source, sites: &[&Site], (ways, reason): (&[Way], &str)) -> String {
    let text = &*source.text;
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut result = String::with_capacity(text.len() + 80 * sites.len());
    let mut done = 0;
    for (site, way) in sites.iter().zip(ways) {
        let range = source.lines().range(text, site.line);
        let mark = if range.start == 0 && text.starts_with('\u{feff}') { 3 } else { 0 };
        let start = range.start + mark;
        let indent = &text[start..range.end];
        let indent = &indent[..indent.len() - indent.trim_start_matches([' ', '\t']).len()];
        let rules = site.rules.iter().copied().collect::<Vec<_>>().join(", ");
        let said = format!("leaklint-ignore {rules} -- {reason}");
        let (at, comment) = match way {
            Way::Above => (start, format!("{indent}// {said}{ending}")),
            Way::AboveInJsx => (start, format!("{indent}{{/* {said} */}}{ending}")),
            Way::Behind => (range.end, format!(" // {said}")),
            Way::Before => (site.start as usize, format!("/* {said} */ ")),
        };
        result.push_str(&text[done..at]);
        result.push_str(&comment);
        done = at;
    }
    result.push_str(&text[done..]);
    result
}

/// Whether the text parses as before, and each site is covered by its comment.
fn holds(before: &Source, text: &str, (sites, ways): (&[&Site], &[Way])) -> bool {
    let after = Source::new(before.path.clone(), None, text, before.language);
    let (old, new) = (facts(before), facts(&after));
    let errors = |units: &[FileFacts]| {
        units.iter().flat_map(|unit| &unit.notices).filter(|notice| notice.kind != NoticeKind::Note).count()
    };
    if errors(&new) > errors(&old) || before.blocks.len() != after.blocks.len() {
        return false;
    }
    let mut inserted = 0;
    sites.iter().zip(ways).all(|(site, way)| {
        inserted += u32::from(matches!(way, Way::Above | Way::AboveInJsx));
        let line = site.line + inserted;
        site.rules.iter().all(|rule| {
            new.iter().flat_map(|unit| &unit.directives).any(|directive| {
                directive.reach == Reach::Line
                    && (directive.lines.0 == line || directive.lines.1 == line)
                    && directive.rules.iter().any(|(id, _)| id == rule)
            })
        })
    })
}

fn facts(source: &Source) -> Vec<FileFacts> {
    source.blocks.iter().map(|block| parse::parse(source, *block, Apis::built_in())).collect()
}
