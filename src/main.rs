//! The command: arguments in, exit code out.

use std::process::ExitCode;

/// Facts are many small values made by all threads at once: the allocator of the system takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    ExitCode::from(leaklint::supervisor::run(&arguments))
}
