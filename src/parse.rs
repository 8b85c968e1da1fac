//! From text to facts: the parser and the semantic model, guarded against whatever a file may hold.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::apis::Apis;
use crate::facts::extract::{self, Origin};
use crate::facts::{FileFacts, comments};
use crate::finding::{Notice, NoticeKind, Span};
use crate::source::depth::{self, Depth};
use crate::source::{Block, Language, Source};
use crate::syntax;

/// Stack of a worker thread in bytes; memory is used for the pages that are touched only.
pub const STACK: usize = 256 << 20;

/// Stack of the one thread that reads what nests deeper than a worker can bear.
const DEEP_STACK: usize = 1 << 30;

/// Tokens that may hang on each other in a worker thread: a tenth of what 64 MiB were seen to carry.
const SHALLOW: u32 = 4_000;

/// Limits above which a file is refused. Node itself gives up at 3,000 nested parentheses.
const DEEPEST_NESTING: u32 = 10_000;
const LONGEST_CHAIN: u32 = 250_000;
/// Some of these cost the semantic model time quadratic in their number.
const MOST_PREFIXES: u32 = 25_000;

/// The control-flow graph takes memory quadratic in the cases of one `switch`; above this it is not built.
const MOST_CASES: u32 = 2_000;

/// A worker gives memory back after a file that needed more than this many bytes.
const KEPT_ARENA: usize = 64 << 20;

thread_local! {
    /// One arena for each worker, used again for every file.
    static ARENA: RefCell<Allocator> = RefCell::new(Allocator::default());
}

/// Only one file at a time may use the deep stack.
static DEEP: Mutex<()> = Mutex::new(());

/// Reads one block of a file. Never fails: what was not understood is said in the notices of the facts.
#[must_use]
pub fn parse(source: &Source, block: Block, apis: &'static Apis) -> FileFacts {
    let text = &source.text[block.start as usize..block.end as usize];
    let depth = depth::measure(text);
    if let Some(why) = too_deep(depth) {
        return refused(source, block, &why);
    }
    let job = Job { source, block, text, apis, graph: wants_graph(text, depth) };
    if depth.nesting.max(depth.chain) <= SHALLOW { job.guarded() } else { deep(&job) }
}

struct Job<'s> {
    source: &'s Source,
    block: Block,
    text: &'s str,
    apis: &'static Apis,
    /// Whether to build the control-flow graph.
    graph: bool,
}

/// Only promises, what is closed again and what is taken out again are asked on which ways they are.
fn wants_graph(text: &str, depth: Depth) -> bool {
    const WORDS: [&str; 16] = [
        "Promise",
        "clearInterval",
        "removeListener",
        "removeEventListener",
        ".off(",
        ".close(",
        "closeSync(",
        ".release(",
        ".terminate(",
        ".destroy(",
        ".end(",
        ".kill(",
        "disconnect(",
        "revokeObjectURL(",
        ".quit(",
        ".shutdown(",
    ];
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let removes = || (has(".delete(") && (has(".set(") || has(".add("))) || (has("delete ") && has("] = "));
    let asks = || has("statusCode") && (has("http") || has("request"));
    depth.cases <= MOST_CASES && (WORDS.iter().any(|word| has(word)) || removes() || asks())
}

fn too_deep(depth: Depth) -> Option<String> {
    let limits = [
        (depth.nesting, DEEPEST_NESTING, "levels"),
        (depth.prefixes, MOST_PREFIXES, "prefixes in a row"),
        (depth.chain, LONGEST_CHAIN, "tokens in a chain"),
    ];
    let (is, limit, what) = limits.into_iter().find(|(is, limit, _)| is > limit)?;
    Some(format!("nested too deep: {is} {what}, the limit is {limit}; not checked"))
}

fn refused(source: &Source, block: Block, message: &str) -> FileFacts {
    let notice = Notice {
        kind: NoticeKind::Failure,
        path: source.path.clone(),
        span: (block.start > 3).then(|| Span::new(block.start, block.start)),
        message: message.to_owned(),
    };
    FileFacts { notices: vec![notice], ..FileFacts::default() }
}

/// Runs on a thread with a stack of 1 GiB.
fn deep(job: &Job<'_>) -> FileFacts {
    let _one = DEEP.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, || job.guarded());
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(facts)) => facts,
            Ok(Err(_)) => refused(job.source, job.block, "internal error; please report it"),
            Err(error) => {
                let why = crate::walk::reason(&error);
                refused(job.source, job.block, &format!("nested too deep for the available memory ({why})"))
            }
        }
    })
}

impl Job<'_> {
    /// A panic is a notice for this file; the others go on.
    fn guarded(&self) -> FileFacts {
        let facts = ARENA.with_borrow_mut(|arena| {
            let facts = catch_unwind(AssertUnwindSafe(|| self.read(arena)));
            if arena.capacity() > KEPT_ARENA {
                *arena = Allocator::default();
            } else {
                arena.reset();
            }
            facts
        });
        facts.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            refused(self.source, self.block, &format!("internal error: {said}; please report it"))
        })
    }

    fn read(&self, arena: &Allocator) -> FileFacts {
        let attempts = attempts(self.source.language, self.block.source_type);
        let mut first = None;
        for (index, source_type) in attempts.iter().enumerate() {
            let parsed = self.parse(arena, *source_type);
            if !parsed.diagnostics.has_errors() {
                let mut facts = self.understand(&parsed);
                if index > 0 && !facts.notices.is_empty() && syntax::is_flow(self.text, false) {
                    return FileFacts { notices: vec![syntax::flow(self.source)], ..FileFacts::default() };
                }
                if index > 0 && source_type.is_typescript() {
                    let rejected = first.as_ref().unwrap_or(&parsed);
                    facts.notices.push(syntax::typescript(self.source, self.block.start, &rejected.diagnostics));
                }
                return facts;
            }
            first.get_or_insert(parsed);
        }
        first.map_or_else(FileFacts::default, |parsed| self.broken(&parsed))
    }

    fn parse<'a>(&self, arena: &'a Allocator, source_type: SourceType) -> ParserReturn<'a>
    where
        Self: 'a,
    {
        let top_level_return = match self.source.language {
            Language::Astro => true,
            Language::JavaScript | Language::CommonJs | Language::Jsx => !source_type.is_module(),
            _ => source_type.is_commonjs(),
        };
        let options = ParseOptions {
            parse_regular_expression: true,
            allow_return_outside_function: top_level_return,
            preserve_parens: false,
            ..ParseOptions::default()
        };
        Parser::new(arena, arena.alloc_str(self.text), source_type).with_options(options).parse()
    }

    /// What the parser could make of a broken file is kept; the errors become notices.
    fn broken(&self, parsed: &ParserReturn<'_>) -> FileFacts {
        if syntax::is_flow(self.text, parsed.is_flow_language) {
            return FileFacts { notices: vec![syntax::flow(self.source)], ..FileFacts::default() };
        }
        let mut facts = if parsed.panicked { FileFacts::default() } else { self.understand(parsed) };
        facts.notices = syntax::errors(self.source, self.block.start, &parsed.diagnostics);
        facts
    }

    fn understand(&self, parsed: &ParserReturn<'_>) -> FileFacts {
        let (program, offset) = (&parsed.program, self.block.start);
        let built = SemanticBuilder::new_linter().with_class_table(false).with_cfg(self.graph).build(program);
        let origin = Origin { path: &self.source.path, place: &self.source.place(), offset };
        let mut facts = extract::extract(&built.semantic, &origin, self.apis);
        facts.directives = comments::directives(program, offset, self.source);
        if self.source.blocks.first() == Some(&self.block) {
            facts.directives.extend(comments::in_markup(self.source));
        }
        facts.notices.extend(syntax::errors(self.source, offset, &built.diagnostics));
        let spaces = parsed.irregular_whitespaces.iter().map(|span| span.start);
        facts.notices.extend(syntax::no_space(self.source, offset, self.text, spaces));
        if program.source_type.is_typescript() {
            facts.notices.extend(syntax::half_typed(self.source, offset, self.text));
        }
        facts
    }
}

/// How to parse a block, best guess first.
fn attempts(language: Language, first: SourceType) -> Vec<SourceType> {
    match language {
        Language::JavaScript | Language::Jsx => vec![
            first,
            SourceType::cjs().with_jsx(true),
            SourceType::ts().with_unambiguous(true),
            SourceType::tsx().with_unambiguous(true),
        ],
        Language::Module => vec![first, SourceType::ts(), SourceType::tsx()],
        Language::CommonJs => vec![first, SourceType::ts().with_commonjs(true)],
        Language::TypeScript => vec![first, SourceType::tsx().with_unambiguous(true)],
        _ => vec![first],
    }
}
