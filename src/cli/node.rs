//! `varco node PIPELINE.toml`, `varco node key`, `varco node check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use tokio_util::sync::CancellationToken;

use super::failure::{Failure, Outcome};
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
    runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signal(&stop)?;
        node::run(pipeline, stop).await.map_err(told)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn load(file: &Path) -> Result<Pipeline, Failure> {
    Pipeline::load(file).map_err(|error| told(NodeError::Pipeline(error)))
}

/// A wrong pipeline file is wrong usage; everything else is a failure.
fn told(error: NodeError) -> Failure {
    if error.is_usage() { Failure::usage(error.to_string()) } else { Failure::from(error) }
}

/// Ctrl-C and a service manager's request to stop end the node in good order; a
/// second one ends it at once.
fn stop_on_signal(stop: &CancellationToken) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if first {
                stop.cancel();
            } else {
                std::process::exit(130);
            }
        }
    });
    Ok(())
}
