//! leaklint finds leak-prone JavaScript and TypeScript: this is the map of the house and the pipeline in one function.
//!
//! ```text
//! paths -> walk -> [ read -> parse -> facts ] x files, in parallel -> link -> rules -> allow -> report
//!                   the syntax tree lives only here       owned plain data from here on
//! ```
//!
//! What holds everywhere (and `tests/house.rs` holds it):
//!
//! - Nothing after `facts` mentions the syntax tree. Facts are owned and serialisable.
//! - `rules/` never reads files, prints, or looks at configuration.
//! - `finding.rs` knows no output format; `report/pretty.rs` alone knows miette.
//! - A broken file never fails the run: what was understood is kept, one notice says what was not.
//! - Nothing recurses on input depth without a guard: nesting is refused before parsing, chains are walked with loops.
//! - What escapes our sight is silent. Doubt lowers confidence; it never becomes a loud finding.
//! - Same input, same output, byte for byte, whatever the number of threads.

pub mod allow;
pub mod apis;
pub mod args;
pub mod cache;
pub mod command;
pub mod config;
pub mod facts;
pub mod finding;
pub mod package;
pub mod parse;
pub mod program;
pub mod progress;
pub mod report;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod source;
pub mod sources;
pub mod syntax;
pub mod walk;

use rayon::prelude::*;

use apis::Apis;
use cache::Cache;
use config::Options;
use facts::FileFacts;
use finding::{Confidence, FileId, Finding, Notice, NoticeKind, Severity};
use package::Packages;
use program::Program;
use progress::Progress;
use source::{Language, Source, Unreadable};
use sources::Sources;
use walk::FileToRead;

/// What a run found, and what it could not do.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Sorted by path, offset and rule.
    pub findings: Vec<Finding>,
    /// Sorted by path and offset.
    pub notices: Vec<Notice>,
    /// Files that were read, standard input included.
    pub files: usize,
    pub sources: Sources,
    /// Named files that are written in none of our languages.
    pub unsupported: Vec<String>,
}

impl Outcome {
    /// Findings of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Looks for leaks. Never fails: what could not be done is in the notices.
#[must_use]
pub fn lint(options: &Options) -> Outcome {
    let mut walked = walk::walk(options);
    let mut outcome = Outcome { unsupported: std::mem::take(&mut walked.unsupported), ..Outcome::default() };
    outcome.notices = walked.notices;
    match pool(options.threads) {
        Ok(pool) => pool.install(|| run(options, &walked.files, &mut outcome)),
        Err(error) => outcome.notices.push(failure(".", &format!("no thread could be started: {error}"))),
    }
    sort(&mut outcome);
    outcome
}

/// Lints one text as if it were the file `path`: all rules, no configuration, the comments that allow respected.
#[must_use]
pub fn lint_text(path: &str, text: &str, least: Confidence) -> (Vec<Finding>, Vec<Notice>) {
    let stdin = config::Stdin { name: path.into(), bytes: text.as_bytes().to_vec() };
    let base = Options::new(".".into(), Vec::new());
    let options = Options { stdin: Some(stdin), least, threads: Some(1), rules: rules::RULES.to_vec(), ..base };
    let outcome = lint(&options);
    (outcome.findings, outcome.notices)
}

/// Threads with a stack that deep code needs. When there are too few resources for all, one is enough.
///
/// # Errors
/// When not even one thread can be started.
pub fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    let build = |n| rayon::ThreadPoolBuilder::new().num_threads(n).stack_size(parse::STACK).build();
    build(threads.unwrap_or(0)).or_else(|_| build(1))
}

fn run(options: &Options, files: &[FileToRead], outcome: &mut Outcome) {
    let progress = Progress::new(options.progress, files.len());
    let cache = options.cache.as_ref().map(|folder| Cache::new(folder.clone(), &options.root, rules::TABLES));
    let mut read: Vec<Read> = files
        .par_iter()
        // One large file is worth hundreds of small ones: each is a task of its own.
        .with_max_len(1)
        .map(|file| {
            let read = read_file(file, options, cache.as_ref());
            progress.step();
            read
        })
        .collect();
    read.extend(read_stdin(options));
    read.sort_by(|a, b| a.path().cmp(b.path()));
    progress.done();
    outcome.notices.extend(cache.iter().flat_map(Cache::save));

    let mut facts = Vec::new();
    for file in read {
        match file {
            Read::Source(source, units) => {
                outcome.sources.add(*source, units.len());
                facts.extend(units);
            }
            Read::Nothing(notice) => outcome.notices.push(notice),
        }
    }
    outcome.files = outcome.sources.len();
    outcome.notices.extend(facts.iter_mut().flat_map(|unit: &mut FileFacts| std::mem::take(&mut unit.notices)));
    let mut program = Program::link(facts);
    note_packages(&mut program, outcome);
    judge(options, &program, outcome);
}

/// Only the fixes of collections ask which libraries there are.
fn note_packages(program: &mut Program, outcome: &Outcome) {
    let mut packages = Packages::default();
    for unit in program.files.iter_mut().filter(|unit| !unit.facts.containers.is_empty()) {
        unit.package = outcome.sources.of(unit.id).file.as_ref().and_then(|file| packages.of(file));
    }
}

/// Rules, then the comments that allow what they found.
fn judge(options: &Options, program: &Program, outcome: &mut Outcome) {
    // A comment that allows a doubtful finding is in use even when doubtful findings are not shown.
    let any_allow = program.files.iter().any(|file| !file.facts.directives.is_empty());
    let least = if any_allow { Confidence::Guess } else { options.least };
    let (mut findings, broken) = rule::run(&options.rules, program, least);
    let internal =
        |rule| failure(".", &format!("internal error in rule `{rule}`: its findings are missing; please report it"));
    outcome.notices.extend(broken.into_iter().map(internal));

    outcome.sources.restore(findings.iter().flat_map(touched), options.max_size);
    if any_allow {
        let (kept, complaints) = allow::apply(findings, program, &outcome.sources, &options.rules);
        findings = kept;
        outcome.notices.extend(complaints);
    }
    findings.retain(|finding| finding.confidence >= options.least);
    outcome.findings = findings;
}

/// The files that a finding shows a part of.
fn touched(finding: &Finding) -> impl Iterator<Item = FileId> {
    let edits = finding.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.file));
    std::iter::once(finding.file).chain(finding.labels.iter().map(|label| label.file)).chain(edits)
}

fn sort(outcome: &mut Outcome) {
    let Outcome { findings, notices, sources, .. } = outcome;
    let path = |file: FileId| sources.of(file).path.as_str();
    findings.sort_by(|a, b| {
        (path(a.file), a.span.start, a.rule, a.span.end, &a.message).cmp(&(
            path(b.file),
            b.span.start,
            b.rule,
            b.span.end,
            &b.message,
        ))
    });
    // A notice without a place closes the list of its file: "and 7 more".
    let place = |notice: &Notice| notice.span.map_or(u32::MAX, |span| span.start);
    notices.sort_by(|a, b| (&a.path, place(a)).cmp(&(&b.path, place(b))));
}

/// A file that was read, one set of facts for each of its scripts; or why it was not.
enum Read {
    Source(Box<Source>, Vec<FileFacts>),
    Nothing(Notice),
}

impl Read {
    fn path(&self) -> &str {
        match self {
            Self::Source(source, _) => &source.path,
            Self::Nothing(notice) => &notice.path,
        }
    }
}

fn failure(path: &str, message: &str) -> Notice {
    Notice { kind: NoticeKind::Failure, path: path.to_owned(), span: None, message: message.to_owned() }
}

fn read_file(file: &FileToRead, options: &Options, cache: Option<&Cache>) -> Read {
    let read = source::read(&file.path, options.max_size);
    let bytes = read.as_deref().map_err(Clone::clone);
    let known = bytes.as_ref().ok().zip(cache).map(|(bytes, cache)| (cache, cache.key(bytes, file)));
    if let Some(units) = known.and_then(|(cache, key)| cache.get(key)) {
        // What has nothing to show needs no text.
        let quiet = units.iter().all(|unit| unit.notices.is_empty());
        let text = if quiet { Ok("") } else { bytes.and_then(source::decode) };
        let text = text.unwrap_or_default();
        let source = Source::new(file.shown.clone(), Some(file.path.clone()), text, file.language);
        return Read::Source(Box::new(source), units);
    }
    match bytes.and_then(source::decode) {
        Ok(text) => {
            let read = understand(Source::new(file.shown.clone(), Some(file.path.clone()), text, file.language));
            if let (Read::Source(_, units), Some((cache, key))) = (&read, known) {
                cache.put(key, units);
            }
            read
        }
        Err(why) => Read::Nothing(unreadable(&file.shown, file.named, &why, options.max_size)),
    }
}

fn read_stdin(options: &Options) -> Option<Read> {
    let stdin = options.stdin.as_ref()?;
    let path = walk::shown(&options.root.join(&stdin.name), &options.root);
    if stdin.bytes.len() as u64 > options.max_size {
        return Some(Read::Nothing(unreadable(&path, true, &Unreadable::TooLarge(None), options.max_size)));
    }
    let language = Language::of(&stdin.name).unwrap_or(Language::JavaScript);
    Some(match source::decode(&stdin.bytes) {
        Ok(text) => understand(Source::new(path, None, text, language)),
        Err(why) => Read::Nothing(unreadable(&path, true, &why, options.max_size)),
    })
}

fn understand(mut source: Source) -> Read {
    let units: Vec<FileFacts> =
        source.blocks.iter().map(|block| parse::parse(&source, *block, Apis::built_in())).collect();
    // Few files come to have findings: theirs are read again.
    if source.file.is_some() && units.iter().all(|unit| unit.notices.is_empty()) {
        source.forget();
    }
    Read::Source(Box::new(source), units)
}

fn unreadable(path: &str, named: bool, why: &Unreadable, max_size: u64) -> Notice {
    let notice = |kind, message| Notice { kind, path: path.to_owned(), span: None, message };
    match why {
        Unreadable::Io(reason) => notice(NoticeKind::Failure, format!("could not be read: {reason}")),
        Unreadable::Encoding(reason) => notice(NoticeKind::Failure, reason.clone()),
        Unreadable::Binary if named => notice(NoticeKind::Failure, "binary file: not analysed".to_owned()),
        Unreadable::Binary => notice(NoticeKind::Note, "binary file: passed over".to_owned()),
        Unreadable::TooLarge(size) => {
            let size = size.map_or_else(|| "more bytes".to_owned(), |size| format!("{size} bytes"));
            notice(NoticeKind::Note, format!("too large: {size}, the limit is {max_size} (`--max-size`); passed over"))
        }
    }
}
