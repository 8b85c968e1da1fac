//! Runs again whenever something changes.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// How long nothing may have changed before a run begins: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(120);

/// Runs at once and after every change below the folders that `run` returns. Ends when the process is interrupted.
///
/// # Errors
/// When files cannot be watched, or a run fails in a way that the next one would as well.
pub fn watch(mut run: impl FnMut() -> Result<BTreeSet<PathBuf>>) -> Result<u8> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let _ = sender.send(event);
    })
    .context("files cannot be watched")?;
    let mut followed = BTreeSet::new();
    loop {
        clear();
        match run() {
            Ok(folders) => follow(&mut watcher, &mut followed, folders)?,
            // A configuration that is being edited may be wrong for a moment.
            Err(error) if !followed.is_empty() => crate::command::complain(&format!("error: {error:#}")),
            Err(error) => return Err(error),
        }
        let _ = writeln!(io::stderr().lock(), "watching {} folders; press Ctrl-C to stop", followed.len());
        if !next_change(&changes) {
            return Ok(0);
        }
    }
}

/// Watches what is new and lets go of what is not needed any more.
fn follow(
    watcher: &mut RecommendedWatcher,
    followed: &mut BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
) -> Result<()> {
    for folder in folders.difference(followed) {
        let watching = watcher.watch(folder, RecursiveMode::NonRecursive);
        watching.with_context(|| format!("{}: cannot be watched", folder.display()))?;
    }
    for folder in followed.difference(&folders) {
        // It may be gone already.
        let _ = watcher.unwatch(folder);
    }
    *followed = folders;
    Ok(())
}

/// Waits for a change, then until there is quiet. `false`: there will be no more.
fn next_change(changes: &Receiver<notify::Result<Event>>) -> bool {
    loop {
        match changes.recv() {
            Ok(Ok(event)) if !matters(&event) => {}
            Ok(_) => break,
            Err(_) => return false,
        }
    }
    while !matches!(changes.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)) {}
    true
}

/// Reading a file is no change, and neither is what we write ourselves.
fn matters(event: &Event) -> bool {
    let ours = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".leaklint-"));
    !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || !event.paths.iter().all(ours))
}

/// The folders of files, up to the folder where the run began.
#[must_use]
pub fn folders<'p>(files: impl Iterator<Item = &'p Path>, root: &Path) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::from([root.to_owned()]);
    for file in files {
        for above in file.ancestors().skip(1).filter(|above| above.is_dir()) {
            let known = !folders.insert(above.to_owned());
            if known || above == root || !above.starts_with(root) {
                break;
            }
        }
    }
    folders
}

fn clear() {
    if io::stdout().is_terminal() {
        let _ = write!(io::stdout().lock(), "\x1b[2J\x1b[3J\x1b[H");
        let _ = io::stdout().flush();
    }
}
