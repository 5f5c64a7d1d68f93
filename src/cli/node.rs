//! `varco node PIPELINE.toml`, `varco node key`, `varco node check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::failure::{Failure, Outcome};
use super::interrupt;
use crate::node::{self, NodeError, Pipeline};

/// Reads cameras, matches plates, delivers to a centre.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  varco node pipelines/gate.toml\n  varco node check pipelines/gate.toml\n  varco node key pipelines/gate.toml"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The pipeline file: which cameras, which lists, which centre.
    #[arg(required = true)]
    pipeline: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the fingerprint of the node's key, which the centre must admit; makes the key if need be.
    Key {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Checks the pipeline file, its lists and passwords, without starting anything.
    Check {
        /// The pipeline file.
        pipeline: PathBuf,
    },
}

pub(super) fn run(args: &Args) -> Outcome {
    match (&args.command, &args.pipeline) {
        (Some(Command::Key { pipeline }), _) => key(pipeline),
        (Some(Command::Check { pipeline }), _) => check(pipeline),
        (None, Some(pipeline)) => start(pipeline),
        (None, None) => Err(Failure::usage("give a pipeline file, such as pipelines/gate.toml")),
    }
}

#[allow(clippy::print_stdout, reason = "the fingerprint is the command's result")]
fn key(file: &Path) -> Outcome {
    let pipeline = load(file)?;
    println!("{}", node::identity(&pipeline).map_err(told)?.fingerprint());
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout, reason = "the findings are the command's result")]
fn check(file: &Path) -> Outcome {
    let pipeline = load(file)?;
    for line in node::check(&pipeline).map_err(told)? {
        println!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

fn start(file: &Path) -> Outcome {
    let pipeline = load(file)?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|e| Failure::failed(format!("cannot start the program's threads: {e}")))?;
    runtime.block_on(async { node::run(pipeline, interrupt::token()).await.map_err(told) })?;
    Ok(ExitCode::SUCCESS)
}

fn load(file: &Path) -> Result<Pipeline, Failure> {
    Pipeline::load(file).map_err(|error| told(NodeError::Pipeline(error)))
}

/// A wrong pipeline file is wrong usage; everything else is a failure.
fn told(error: NodeError) -> Failure {
    if error.is_usage() { Failure::usage(error.to_string()) } else { Failure::from(error) }
}
