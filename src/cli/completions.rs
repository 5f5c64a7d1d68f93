//! `varco completions SHELL`.

use std::io;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::failure::Outcome;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  varco completions bash > /etc/bash_completion.d/varco")]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut command = super::Cli::command();
    clap_complete::generate(args.shell, &mut command, "varco", &mut io::stdout());
    Ok(ExitCode::SUCCESS)
}
