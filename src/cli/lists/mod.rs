//! `varco lists check` and `varco lists show`.

mod check;
mod say;
mod show;
mod source;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::failure::Outcome;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks list files (CSV, fixed-width, XLSX, JSON lines) and tells every bad row: exit
    /// status 1 if there is one.
    #[command(after_help = check::HELP)]
    Check(check::Args),
    /// Shows the entries of a list as they are understood.
    #[command(after_help = show::HELP)]
    Show(show::Args),
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut output = BufWriter::new(io::stdout().lock());
    let good = match &args.command {
        Command::Check(args) => check::run(args, &mut output)?,
        Command::Show(args) => show::run(args, &mut output)?,
    };
    output.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
