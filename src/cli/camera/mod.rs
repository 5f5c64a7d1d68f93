//! `varco camera`: setting up cameras.

mod probe;
mod report;

use clap::{Args as ClapArgs, Subcommand};

use super::failure::Outcome;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says whether plates are large, sharp and square enough for this camera, and what to change.
    Probe(probe::Args),
}

pub(super) fn run(args: &Args) -> Outcome {
    match &args.command {
        Command::Probe(args) => probe::run(args),
    }
}
