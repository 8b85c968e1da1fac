//! The command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(leaklint::command::run(std::env::args_os()))
}
