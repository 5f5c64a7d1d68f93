//! The command line: arguments in, one call per subcommand.

use std::process::ExitCode;

/// Runs the command that the process's arguments name.
#[must_use]
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
