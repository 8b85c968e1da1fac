//! The process that does the work of a run: it notes what it begins, and leaves out what made another worker die.
//!
//! Nothing can stop a process whose stack overflows. The process above ([`crate::supervisor`]) starts another one then, and
//! the order that this gets says what to leave out. Without an order, all of this does nothing.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// The variable by which a worker gets its [`Order`].
pub const ORDER: &str = "LEAKLINT_WORKER";

/// What a worker is told.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Order {
    /// Where to note what is begun. The worker removes its name, and the supervisor reads what it has open.
    pub journal: Option<PathBuf>,
    /// What other workers died of.
    pub guilty: Vec<Guilty>,
    /// What a worker was busy with when it died: each is done alone, so that the guilty one shows.
    pub suspects: Vec<Part>,
    /// The process that waits for this one.
    pub supervisor: u32,
}

/// A part of a run that can be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// A file, as shown to the user.
    File(String),
    /// A text that came in another way: on standard input, out of the index of git.
    Text(String),
    Rule(String),
}

/// A part that a worker died of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guilty {
    pub part: Part,
    /// Of a file: what it was like then. Once it has changed, it is tried again.
    pub stamp: Option<Stamp>,
    /// How the worker died, in words.
    pub death: String,
}

/// What a file is known by: its size, and when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(u64, Option<SystemTime>);

impl Stamp {
    #[must_use]
    pub fn of(file: &Path) -> Option<Self> {
        let about = file.metadata().ok()?;
        Some(Self(about.len(), about.modified().ok()))
    }
}

/// A line of the journal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A thread has begun a part, and is done with all before it.
    Began(Option<usize>, Part),
    /// All parts so far are done. From here on, there is one at a time; or several; or none, as what can be left out is over.
    Alone,
    Together,
    Over,
    /// The report is being printed: it cannot be taken back.
    Printing,
}

struct Worker {
    journal: Option<File>,
    order: Order,
}

static WORKER: OnceLock<Worker> = OnceLock::new();

/// Takes the order that the process was started with.
pub fn take(order: &OsStr) {
    let Some(order) = order.to_str().and_then(|order| serde_json::from_str::<Order>(order).ok()) else { return };
    let journal = order.journal.as_ref().and_then(|path| {
        let journal = OpenOptions::new().append(true).open(path).ok();
        // The file lives as long as somebody has it open.
        let _ = std::fs::remove_file(path);
        journal
    });
    #[cfg(unix)]
    end_with(order.supervisor);
    // There is one order.
    let _ = WORKER.set(Worker { journal, order });
}

/// A worker whose supervisor was killed ends as well.
#[cfg(unix)]
fn end_with(supervisor: u32) {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
    let watch = move || {
        while std::os::unix::process::parent_id() == supervisor {
            std::thread::sleep(PAUSE);
        }
        crate::write::abandon(143);
    };
    // Without the thread the work is done all the same.
    let _ = std::thread::Builder::new().name("supervised".to_owned()).spawn(watch);
}

/// A run begins: what was noted of the one before is over.
pub fn begin_run() {
    if let Some(Worker { journal: Some(journal), .. }) = WORKER.get() {
        let _ = journal.set_len(0);
    }
    note(&Line::Alone);
}

/// Notes where the run is.
pub fn note(line: &Line) {
    let Some(Worker { journal: Some(journal), .. }) = WORKER.get() else { return };
    if let Ok(mut text) = serde_json::to_vec(line) {
        text.push(b'\n');
        // One write, so that lines of several threads do not mix. Without a journal the work is done all the same.
        let _ = { journal }.write_all(&text);
    }
}

/// Notes that this thread begins a part; says how another worker died of it, if one did.
pub fn begin(part: Part, file: Option<&Path>) -> Option<&'static str> {
    let worker = WORKER.get()?;
    if let Some(guilty) = worker.order.guilty.iter().find(|guilty| guilty.part == part)
        && (guilty.stamp.is_none() || guilty.stamp == file.and_then(Stamp::of))
    {
        return Some(&guilty.death);
    }
    #[cfg(debug_assertions)]
    let name = match &part {
        Part::File(name) | Part::Text(name) | Part::Rule(name) => name.clone(),
    };
    note(&Line::Began(rayon::current_thread_index(), part));
    #[cfg(debug_assertions)]
    on_purpose::crash(&name);
    None
}

/// Whether a worker died while it was busy with this part, among others.
#[must_use]
pub fn is_suspect(part: &Part) -> bool {
    WORKER.get().is_some_and(|worker| worker.order.suspects.contains(part))
}

/// Deaths for the tests to look at.
#[cfg(debug_assertions)]
mod on_purpose {
    use std::hint::black_box;

    /// `LEAKLINT_TEST_CRASH=overflow:a.js,abort:b.js`
    pub fn crash(name: &str) {
        let Ok(wanted) = std::env::var("LEAKLINT_TEST_CRASH") else { return };
        for (how, of) in wanted.split(',').filter_map(|one| one.split_once(':')).filter(|(_, of)| *of == name) {
            match how {
                "overflow" => assert!(overflow(0) > 0, "{of} overflows"),
                _ => std::process::abort(),
            }
        }
    }

    fn overflow(depth: u64) -> u64 {
        let frame = black_box([depth; 64]);
        if black_box(true) { overflow(depth + 1) + frame[63] } else { depth }
    }
}
