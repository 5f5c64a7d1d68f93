//! The `varco` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    varco::cli::run()
}
