//! Measures leaklint against its floor: a bare parse and semantic model of the same files, same threads, same stacks.
//!
//! `cargo run --release --example floor -- PATHS...` runs both alternately in one process and prints the medians and
//! their ratio; the peak memory of each is measured in a child process of its own (Linux only).

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use leaklint::config::Options;
use leaklint::source::{decode, read};
use leaklint::{lint, pool, walk};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use rayon::prelude::*;

/// The allocator of the command, for both.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;
/// Set in a child process: which of the two to run once, and to report the peak memory of.
const MODE: &str = "LEAKLINT_FLOOR_MODE";

thread_local! {
    static ARENA: RefCell<Allocator> = RefCell::new(Allocator::default());
}

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let done = match std::env::var(MODE) {
        Ok(mode) => child(&mode, &paths),
        Err(_) => compare(&paths),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn options(paths: &[PathBuf]) -> Result<Options> {
    let paths = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
    // Installed packages are what there is most of.
    Ok(Options { no_ignore: true, ..Options::new(std::env::current_dir()?, paths) })
}

fn compare(paths: &[PathBuf]) -> Result<()> {
    let options = options(paths)?;
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    let mut files = 0;
    floor(&options)?;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        files = floor(&options)?;
        bare.push(began.elapsed());
        let began = Instant::now();
        std::hint::black_box(lint(&options));
        whole.push(began.elapsed());
    }
    let (bare, whole) = (median(bare), median(whole));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{files} files, median of {ROUNDS} rounds, {} threads", rayon::current_num_threads())?;
    writeln!(out, "  oxc parse + semantic  {:8.1} ms", bare.as_secs_f64() * 1e3)?;
    writeln!(out, "  leaklint              {:8.1} ms", whole.as_secs_f64() * 1e3)?;
    writeln!(out, "  ratio                 {:8.2}", whole.as_secs_f64() / bare.as_secs_f64())?;
    if let (Some(bare), Some(whole)) = (peak_of("floor", paths)?, peak_of("lint", paths)?) {
        writeln!(out, "  peak memory           {bare} kB and {whole} kB: ratio {:.2}", ratio(bare, whole))?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "kilobytes are far below 2^52")]
fn ratio(bare: u64, whole: u64) -> f64 {
    whole as f64 / bare as f64
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Everything that any linter on oxc has to pay: walk, read, parse, semantic model with control-flow graph.
fn floor(options: &Options) -> Result<usize> {
    let pool = pool(options.threads)?;
    Ok(pool.install(|| {
        let files = walk::walk(options).files;
        files.par_iter().with_max_len(1).filter(|file| bare(&file.path, options.max_size)).count()
    }))
}

fn bare(path: &std::path::Path, max_size: u64) -> bool {
    let Ok(bytes) = read(path, max_size) else { return false };
    let Ok(text) = decode(&bytes) else { return false };
    let source_type = SourceType::from_path(path).unwrap_or_default();
    ARENA.with_borrow_mut(|arena| {
        let options = ParseOptions { parse_regular_expression: true, ..ParseOptions::default() };
        let parsed = Parser::new(arena, text, source_type).with_options(options).parse();
        let built = SemanticBuilder::new_linter().build(&parsed.program);
        std::hint::black_box(built.semantic.nodes().len());
        drop(built);
        drop(parsed);
        arena.reset();
    });
    true
}

fn child(mode: &str, paths: &[PathBuf]) -> Result<()> {
    let options = options(paths)?;
    if mode == "floor" {
        floor(&options)?;
    } else {
        std::hint::black_box(lint(&options));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    writeln!(std::io::stdout().lock(), "{}", peak.trim().trim_end_matches(" kB"))?;
    Ok(())
}

/// Peak memory of one run in a process of its own, in kB; `None` where the system does not tell.
fn peak_of(mode: &str, paths: &[PathBuf]) -> Result<Option<u64>> {
    let me = std::env::current_exe()?;
    let out = Command::new(me).args(paths).env(MODE, mode).output().context("could not start the child process")?;
    let peak: u64 = String::from_utf8_lossy(&out.stdout).trim().parse().unwrap_or(0);
    Ok((peak > 0).then_some(peak))
}
