//! A progress bar on standard error for runs that take long enough to wonder about.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts the files that are done; draws nothing unless it was asked to and the run takes long.
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    wanted: bool,
    drawn: AtomicBool,
}

impl Progress {
    #[must_use]
    pub fn new(wanted: bool, files: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("  {bar:30.dim} {pos} of {len} files") {
            bar.set_style(style);
        }
        Self { bar, began: Instant::now(), wanted, drawn: AtomicBool::new(false) }
    }

    /// One more file is done.
    pub fn step(&self) {
        if !self.wanted {
            return;
        }
        self.bar.inc(1);
        if self.began.elapsed() > PATIENCE && !self.drawn.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Removes the bar from the screen.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
