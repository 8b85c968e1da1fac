//! Measures leaklint against its floor: a bare parse and semantic model of the same files, same threads, same stacks.
//!
//! `cargo run --release --example floor -- PATHS...` runs each step in processes of its own, in turn, and prints medians:
//! user CPU and peak memory (Linux only), and the ratio to the floor. `LEAKLINT_FLOOR_STEPS=lower,packed` leaves out others.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use leaklint::config::Options;
use leaklint::graph::Packed;
use leaklint::lower::Room;
use leaklint::source::{decode, read};
use leaklint::{lint, pool, walk};
use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use rayon::prelude::*;

/// The allocator of the command, for all steps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;
/// A worker gives memory back after a file that needed more than this many bytes: what is kept comes on top of it.
const KEPT_ARENA: usize = 8 << 20;
/// Set in a child process: which step to run once.
const MODE: &str = "LEAKLINT_FLOOR_MODE";
/// Steps to measure besides the floor; all of them, unless it is set.
const ONLY: &str = "LEAKLINT_FLOOR_STEPS";

/// What is measured, and how it is called; the floor is what the others are compared with.
const STEPS: [(&str, &str); 5] = [
    ("parse", "parse"),
    (FLOOR, "parse + semantic (floor)"),
    ("lower", "parse + lower"),
    ("packed", "parse + lower + packed"),
    ("lint", "leaklint"),
];
const FLOOR: &str = "floor";

thread_local! {
    static ARENA: RefCell<Allocator> = RefCell::new(Allocator::default());
    static ROOM: RefCell<Room> = RefCell::new(Room::default());
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

/// What one run of a step took.
#[derive(Clone, Copy, Default)]
struct Cost {
    files: u64,
    wall_ms: u64,
    /// 0 where the system does not tell.
    user_ms: u64,
    peak_kb: u64,
}

fn compare(paths: &[PathBuf]) -> Result<()> {
    let only = std::env::var(ONLY).unwrap_or_default();
    let wanted = |step: &str| only.is_empty() || step == FLOOR || only.split(',').any(|name| name == step);
    let steps: Vec<_> = STEPS.into_iter().filter(|(step, _)| wanted(step)).collect();
    // The first run brings the files into memory.
    run(FLOOR, paths)?;
    let mut costs = vec![Vec::new(); steps.len()];
    for _ in 0..ROUNDS {
        for ((step, _), costs) in steps.iter().zip(&mut costs) {
            costs.push(run(step, paths)?);
        }
    }
    let medians: Vec<_> = costs.iter().map(|costs| median(costs)).collect();
    let floor =
        steps.iter().zip(&medians).find(|((step, _), _)| *step == FLOOR).map_or_else(Cost::default, |(_, c)| *c);
    let mut out = std::io::stdout().lock();
    let threads = rayon::current_num_threads();
    writeln!(out, "{} files, medians of {ROUNDS} rounds in turn, {threads} threads", floor.files)?;
    writeln!(out, "  {:26} {:>9} {:>7} {:>9} {:>9} {:>7}", "", "user ms", "ratio", "wall ms", "peak MB", "ratio")?;
    for ((_, name), cost) in steps.iter().zip(&medians) {
        let (user, peak) = (ratio(cost.user_ms, floor.user_ms), ratio(cost.peak_kb, floor.peak_kb));
        let Cost { wall_ms, user_ms, peak_kb, .. } = cost;
        writeln!(out, "  {name:26} {user_ms:9} {user:7.2} {wall_ms:9} {:9} {peak:7.2}", peak_kb / 1024)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds and kilobytes are far below 2^52")]
fn ratio(this: u64, floor: u64) -> f64 {
    this as f64 / floor as f64
}

/// The median of each figure.
fn median(costs: &[Cost]) -> Cost {
    let middle = |figure: fn(&Cost) -> u64| {
        let mut all: Vec<_> = costs.iter().map(figure).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    Cost {
        files: middle(|cost| cost.files),
        wall_ms: middle(|cost| cost.wall_ms),
        user_ms: middle(|cost| cost.user_ms),
        peak_kb: middle(|cost| cost.peak_kb),
    }
}

fn run(step: &str, paths: &[PathBuf]) -> Result<Cost> {
    let me = std::env::current_exe()?;
    let out = Command::new(me).args(paths).env(MODE, step).output().context("could not start the child process")?;
    ensure!(out.status.success(), "{step}: {}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8_lossy(&out.stdout);
    let figures: Vec<u64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [files, wall_ms, user_ms, peak_kb] = figures[..] else { anyhow::bail!("{step}: printed {text}") };
    Ok(Cost { files, wall_ms, user_ms, peak_kb })
}

fn child(step: &str, paths: &[PathBuf]) -> Result<()> {
    let options = options(paths)?;
    let began = Instant::now();
    let files = match step {
        "lint" => {
            std::hint::black_box(lint(&options));
            0
        }
        "parse" => each_file(&options, |program| _ = std::hint::black_box(program))?,
        "lower" => each_file(&options, |program| {
            ROOM.with_borrow_mut(|room| _ = std::hint::black_box(room.lower(&[(program, 0)])));
        })?,
        "packed" => kept(&options)?,
        _ => each_file(&options, |program| {
            let built = SemanticBuilder::new_linter().build(program);
            std::hint::black_box(built.semantic.nodes().len());
        })?,
    };
    let wall = began.elapsed().as_millis();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let peak = peak.trim().trim_end_matches(" kB");
    writeln!(std::io::stdout().lock(), "{files} {wall} {} {peak}", user_ms())?;
    Ok(())
}

/// User CPU of this process, which Linux counts in hundredths of a second.
fn user_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    behind_name.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0) * 10
}

/// What any linter on oxc has to pay: walk, read, parse; and then what is asked for.
fn each_file<R: Send>(options: &Options, then: impl Fn(&Program<'_>) -> R + Sync) -> Result<u64> {
    Ok(collect(options, then)?.len() as u64)
}

fn collect<R: Send>(options: &Options, then: impl Fn(&Program<'_>) -> R + Sync) -> Result<Vec<R>> {
    let pool = pool(options.threads)?;
    Ok(pool.install(|| {
        let files = walk::walk(options).files;
        let read = files.par_iter().with_max_len(1).filter_map(|file| parsed(&file.path, options.max_size, &then));
        read.collect()
    }))
}

/// All graphs are kept, as a run keeps them.
fn kept(options: &Options) -> Result<u64> {
    let graphs = collect(options, |program| ROOM.with_borrow_mut(|room| Packed::of(room.lower(&[(program, 0)]))))?;
    Ok(std::hint::black_box(graphs).len() as u64)
}

fn parsed<R>(path: &Path, max_size: u64, then: impl Fn(&Program<'_>) -> R) -> Option<R> {
    let bytes = read(path, max_size).ok()?;
    let text = decode(&bytes).ok()?;
    let source_type = SourceType::from_path(path).unwrap_or_default();
    ARENA.with_borrow_mut(|arena| {
        let options = ParseOptions { parse_regular_expression: true, ..ParseOptions::default() };
        let parsed = Parser::new(arena, text, source_type).with_options(options).parse();
        let found = then(&parsed.program);
        drop(parsed);
        if arena.capacity() > KEPT_ARENA {
            *arena = Allocator::default();
        } else {
            arena.reset();
        }
        Some(found)
    })
}
