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
//! - Nothing recurses on input depth without a guard: nesting is refused before parsing, chains are walked with loops, names
//!   that stand for names so far and no further. What overflows the stack all the same is left out: see [`supervisor`].
//! - What escapes our sight is silent. Doubt lowers confidence; it never becomes a loud finding.
//! - Same input, same output, byte for byte, whatever the number of threads.

pub mod allow;
pub mod annotate;
pub mod apis;
pub mod args;
pub mod baseline;
pub mod cache;
pub mod command;
pub mod config;
pub mod facts;
pub mod finding;
pub mod git;
pub mod graph;
pub mod init;
pub mod judge;
pub mod lexicon;
pub mod lower;
pub mod output;
pub mod package;
pub mod page;
pub mod parse;
pub mod program;
pub mod progress;
pub mod project;
pub mod report;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod select;
pub mod source;
pub mod sources;
pub mod supervisor;
pub mod syntax;
pub mod walk;
pub mod watch;
pub mod worker;
pub mod write;

use rayon::prelude::*;

use apis::Apis;
use cache::Cache;
use config::Options;
use facts::FileFacts;
use finding::{Confidence, FileId, Finding, Notice, NoticeKind, Severity};
use lexicon::Lexicon;
use program::{Program, Resolver};
use progress::Progress;
use source::{Language, Marks, Source, Unreadable};
use sources::Sources;
use walk::FileToRead;
use worker::{Line, Part};

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
    /// What is wrong with the configuration. When anything is, nothing was linted.
    pub faults: Vec<config::Fault>,
    /// What came of a baseline, when there is one.
    pub compared: baseline::Compared,
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
    outcome.notices.extend(options.noticed.iter().cloned());
    outcome.faults = select::faults(options, &walked.files);
    if !outcome.faults.is_empty() {
        return outcome;
    }
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
    let rules = rules::RULES.to_vec();
    let options = Options { stdin: Some(stdin), least, threads: Some(1), rules, isolated: true, ..base };
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
    let context = project::context(options, files);
    let progress = Progress::new(options.progress, files.len() + context.len());
    let cache = options.cache.as_ref().map(|folder| Cache::new(folder.clone(), &options.root));
    let one = |file: &FileToRead| {
        let read = read_file(file, options, cache.as_ref());
        progress.step();
        read
    };
    worker::begin_run();
    let all = files.iter().chain(&context);
    let (suspects, others): (Vec<_>, Vec<_>) =
        all.partition(|file| worker::is_suspect(&Part::File(file.shown.clone())));
    let mut read: Vec<Read> = suspects.into_iter().map(one).collect();
    worker::note(&Line::Together);
    // One large file is worth hundreds of small ones: each is a task of its own.
    read.par_extend(others.into_par_iter().with_max_len(1).map(one));
    worker::note(&Line::Alone);
    read.extend(options.stdin.iter().map(|text| read_text(text, true, options)));
    read.extend(options.given.iter().map(|text| read_text(text, false, options)));
    worker::note(&Line::Over);
    read.retain(|read| !matches!(read, Read::Context));
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
            Read::Context => {}
        }
    }
    outcome.files = outcome.sources.len();
    outcome.notices.extend(facts.iter_mut().flat_map(|unit: &mut FileFacts| std::mem::take(&mut unit.notices)));
    let locations = project::locations(options, &outcome.sources);
    let resolver = (!options.isolated).then(|| Resolver::new(&locations));
    let program = Program::link(facts, &locations, resolver);
    judge(options, &program, outcome);
}

/// Rules, then the comments that allow what they found, then what the configuration and the user want to see of it.
fn judge(options: &Options, program: &Program, outcome: &mut Outcome) {
    // A comment that allows a doubtful finding is in use even when doubtful findings are not shown.
    let any_allow = program.files.iter().any(|file| !file.facts.directives.is_empty());
    let wanted = select::Wanted::new(options);
    let least = if any_allow || options.baseline.is_some() { Confidence::Guess } else { wanted.least };
    let (mut findings, broken) = rule::run(&wanted.rules, program, least);
    let internal =
        |rule| failure(".", &format!("internal error in rule `{rule}`: its findings are missing; please report it"));
    outcome.notices.extend(broken.into_iter().map(internal));
    findings.retain(|finding| !program.files[finding.file.0 as usize].is_context);

    outcome.sources.restore(findings.iter().flat_map(touched), options.max_size);
    if any_allow {
        let require_reason = |path: &str| wanted.of_path(path, &outcome.sources).require_reason;
        let terms = allow::Terms { ran: &wanted.rules, require_reason: &require_reason };
        let (kept, complaints) = allow::apply(findings, program, &outcome.sources, &terms);
        findings = kept;
        outcome.notices.extend(complaints);
    }
    outcome.findings = findings;
    select::select(&wanted, program, outcome);
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
    /// Nobody asked about the file.
    Context,
}

impl Read {
    fn path(&self) -> &str {
        match self {
            Self::Source(source, _) => &source.path,
            Self::Nothing(notice) => &notice.path,
            Self::Context => "",
        }
    }
}

fn note(path: &str, message: String) -> Notice {
    Notice { kind: NoticeKind::Note, path: path.to_owned(), span: None, message }
}

fn failure(path: &str, message: &str) -> Notice {
    Notice { kind: NoticeKind::Failure, path: path.to_owned(), span: None, message: message.to_owned() }
}

fn crashed(path: &str, death: &str) -> Notice {
    failure(path, &format!("the analysis of this file crashed ({death}); please report it"))
}

fn read_file(file: &FileToRead, options: &Options, cache: Option<&Cache>) -> Read {
    if let Some(death) = worker::begin(Part::File(file.shown.clone()), Some(&file.path)) {
        return if file.context { Read::Context } else { Read::Nothing(crashed(&file.shown, death)) };
    }
    let bytes = source::read(&file.path, options.max_size);
    let text = match bytes.as_deref().map_err(Clone::clone).and_then(source::decode) {
        Ok(text) => text,
        Err(_) if file.context => return Read::Context,
        Err(why) => return Read::Nothing(unreadable(&file.shown, file.named, &why, options.max_size)),
    };
    let marks = marks(text, file.language);
    if let Some(message) = passed_over(text, marks, file.named, options) {
        return if file.context { Read::Context } else { Read::Nothing(note(&file.shown, message)) };
    }
    let apis = options.apis_of(&file.path);
    let known = cache.map(|cache| (cache, cache.key(text.as_bytes(), file, apis)));
    let source = |text| {
        let mut source = Source::new(file.shown.clone(), Some(file.path.clone()), text, file.language);
        source.is_context = file.context;
        source.marks = marks;
        source
    };
    if let Some(units) = known.and_then(|(cache, key)| cache.get(key)) {
        let text = if is_quiet(&units) { "" } else { text };
        return Read::Source(Box::new(source(text)), units);
    }
    let read = understand(source(text), apis);
    if let (Read::Source(_, units), Some((cache, key))) = (&read, known) {
        cache.put(key, units);
    }
    read
}

pub(crate) fn marks(text: &str, language: Language) -> Marks {
    Marks::of(text, language, &Lexicon::built_in().whose.generated)
}

/// Why a text is not read that a tool has written: leaks are mended in what it was made from.
fn passed_over(text: &str, marks: Marks, named: bool, options: &Options) -> Option<String> {
    /// Bytes up to which such a text is read when it is named.
    const MOST_BUILT: usize = 5 << 20;
    if options.no_ignore || (named && text.len() <= MOST_BUILT) {
        return None;
    }
    let built = marks.built?.as_str();
    Some(if named {
        let (size, limit) = (text.len(), MOST_BUILT >> 20);
        format!("{built} of {size} bytes: skipped, the limit for it is {limit} MiB (`--no-ignore` reads it)")
    } else {
        format!("{built}: skipped (it is read if you name the file, or with `--no-ignore`)")
    })
}

/// A text that is at hand: standard input, which is `named`, or what stands in the index of git.
fn read_text(given: &config::Stdin, named: bool, options: &Options) -> Read {
    let file = options.root.join(&given.name);
    let path = walk::shown(&file, &options.root);
    if let Some(notice) = walk::ignored(&file, options) {
        return Read::Nothing(notice);
    }
    if let Some(death) = worker::begin(Part::Text(path.clone()), None) {
        return Read::Nothing(crashed(&path, death));
    }
    if given.bytes.len() as u64 > options.max_size {
        return Read::Nothing(unreadable(&path, true, &Unreadable::TooLarge(None), options.max_size));
    }
    let language = Language::of(&given.name).unwrap_or(Language::JavaScript);
    match source::decode(&given.bytes) {
        Ok(text) => {
            let marks = marks(text, language);
            if let Some(message) = passed_over(text, marks, named, options) {
                return Read::Nothing(note(&path, message));
            }
            let mut source = Source::new(path, None, text, language);
            source.marks = marks;
            source.instead_of = file.is_absolute().then(|| file.clone());
            understand(source, options.apis_of(&file))
        }
        Err(why) => Read::Nothing(unreadable(&path, named, &why, options.max_size)),
    }
}

fn understand(mut source: Source, apis: &'static Apis) -> Read {
    let mut units: Vec<FileFacts> = source.blocks.iter().map(|block| parse::parse(&source, *block, apis)).collect();
    if source.is_context {
        for unit in &mut units {
            unit.notices.clear();
            unit.directives.clear();
        }
    }
    if source.file.is_some() && is_quiet(&units) {
        source.forget();
    }
    Read::Source(Box::new(source), units)
}

/// Few files come to have findings: theirs are read again. Comments that allow may be complained about.
fn is_quiet(units: &[FileFacts]) -> bool {
    units.iter().all(|unit| unit.notices.is_empty() && unit.directives.is_empty())
}

fn unreadable(path: &str, named: bool, why: &Unreadable, max_size: u64) -> Notice {
    let notice = |kind, message| Notice { kind, path: path.to_owned(), span: None, message };
    match why {
        Unreadable::Io(reason) => notice(NoticeKind::Failure, format!("could not be read: {reason}")),
        Unreadable::Encoding(reason) => notice(NoticeKind::Failure, reason.clone()),
        Unreadable::Binary if named => notice(NoticeKind::Failure, "binary file: not checked".to_owned()),
        Unreadable::Binary => notice(NoticeKind::Note, "binary file: skipped".to_owned()),
        Unreadable::TooLarge(size) => {
            let size = size.map_or_else(|| "more bytes".to_owned(), |size| format!("{size} bytes"));
            notice(NoticeKind::Note, format!("too large: {size}, the limit is {max_size} (`--max-size`); skipped"))
        }
    }
}
