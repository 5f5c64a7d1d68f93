//! `varco lists check` and `varco lists show`.

mod check;
mod compile;
mod say;
mod show;
mod source;
mod take;

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
    /// Compiles a list file into one signed snapshot file (*.varcolist).
    #[command(after_help = compile::HELP)]
    Compile(compile::Args),
    /// Takes a delivery into a folder of versions: a whole list, or an increment.
    #[command(after_help = take::IMPORT_HELP)]
    Import(take::ImportArgs),
    /// Takes every delivery that is put into a folder.
    #[command(after_help = take::WATCH_HELP)]
    Watch(take::WatchArgs),
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut output = BufWriter::new(io::stdout().lock());
    let good = match &args.command {
        Command::Check(args) => check::run(args, &mut output)?,
        Command::Show(args) => show::run(args, &mut output)?,
        Command::Compile(args) => compile::run(args, &mut output)?,
        Command::Import(args) => take::import(args, &mut output)?,
        Command::Watch(args) => take::watch(args, &mut output)?,
    };
    output.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
