//! Where a comment can stand: tried one way after the other until the parser agrees.

use std::collections::BTreeSet;

use crate::apis::Apis;
use crate::facts::{Directive, FileFacts, Reach};
use crate::finding::NoticeKind;
use crate::parse;
use crate::source::{Block, Source};

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
    let before = Parsed::new(source);
    let mut tried = vec![0; sites.len()];
    // Together first: most files take all comments the first way.
    loop {
        let ways: Vec<Way> = tried.iter().map(|at| WAYS[*at]).collect();
        let text = written(source, &all, (&ways, reason));
        let after = Parsed::new(&Source::new(source.path.clone(), None, &text, source.language));
        if after.errors > before.errors {
            break;
        }
        let missed = after.missed(&all, &ways);
        if missed.is_empty() && after.is_more_by(sites.len(), &before) {
            return Ok(text);
        }
        if missed.is_empty() || missed.iter().any(|index| tried[*index] + 1 == WAYS.len()) {
            break;
        }
        for index in missed {
            tried[index] += 1;
        }
    }
    one_by_one(source, &all, (&before, reason))
}

/// Finds out for each site alone how its comment can be written.
fn one_by_one(source: &Source, sites: &[&Site], (before, reason): (&Parsed, &str)) -> Result<String, String> {
    let holds = |text: &str, sites: &[&Site], ways: &[Way]| {
        let after = Parsed::new(&Source::new(source.path.clone(), None, text, source.language));
        after.errors <= before.errors && after.is_more_by(sites.len(), before) && after.missed(sites, ways).is_empty()
    };
    let mut ways = Vec::with_capacity(sites.len());
    for site in sites {
        let fits = |way: &&Way| holds(&written(source, &[*site], (&[**way], reason)), &[*site], &[**way]);
        let line = source.position(site.start).line;
        let refused = || format!("no comment can be inserted at line {line}: add it by hand; the file was not changed");
        ways.push(*WAYS.iter().find(fits).ok_or_else(refused)?);
    }
    let text = written(source, sites, (&ways, reason));
    if holds(&text, sites, &ways) {
        Ok(text)
    } else {
        Err("the comments would have no effect: add them by hand; the file was not changed".to_owned())
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

/// What the parser makes of a text.
struct Parsed {
    units: Vec<FileFacts>,
    errors: usize,
}

impl Parsed {
    fn new(source: &Source) -> Self {
        let read = |block: &Block| parse::parse(source, *block, Apis::built_in());
        let units: Vec<FileFacts> = source.blocks.iter().map(read).collect();
        let notices = units.iter().flat_map(|unit| &unit.notices);
        let errors = notices.filter(|notice| notice.kind != NoticeKind::Note).count();
        Self { units, errors }
    }

    fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.units.iter().flat_map(|unit| &unit.directives)
    }

    /// Whether all that was added became a comment: then the code is what it was.
    fn is_more_by(&self, added: usize, before: &Self) -> bool {
        self.units.len() == before.units.len() && self.directives().count() == before.directives().count() + added
    }

    /// Indexes of the sites that no comment covers.
    fn missed(&self, sites: &[&Site], ways: &[Way]) -> Vec<usize> {
        let mut covered: BTreeSet<(u32, &str)> = BTreeSet::new();
        for directive in self.directives().filter(|directive| directive.reach == Reach::Line) {
            let (own, next) = directive.lines;
            covered.extend(directive.rules.iter().flat_map(|(id, _)| [(own, id.as_str()), (next, id.as_str())]));
        }
        let mut added = 0;
        let mut missed = Vec::new();
        for (index, (site, way)) in sites.iter().zip(ways).enumerate() {
            added += u32::from(matches!(way, Way::Above | Way::AboveInJsx));
            if !site.rules.iter().all(|rule| covered.contains(&(site.line + added, rule))) {
                missed.push(index);
            }
        }
        missed
    }
}
