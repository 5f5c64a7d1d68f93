//! The command line: arguments in, one call per subcommand.
//!
//! Results go to standard output, progress and logs to standard error. Exit
//! status: 0 done, 1 failed, 2 wrong usage (a bad argument, a bad configuration).

mod camera;
mod centre;
mod completions;
mod count;
mod demo;
mod doctor;
mod eval;
mod failure;
mod interrupt;
mod lists;
mod node;
mod playback;
mod progress;
mod read;
mod rtsp_server;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Reads number plates, from the camera to the officer.
#[derive(Debug, Parser)]
#[command(name = "varco", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    /// More log lines on standard error (twice: everything).
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads the plates of pictures, folders, videos and streams.
    Read(read::Args),
    /// Counts the vehicles that pass, by direction and kind, with or without a plate.
    Count(count::Args),
    /// Measures accuracy and speed on a labelled folder.
    Eval(eval::Args),
    /// Sets cameras up: are plates large, sharp and square enough?
    Camera(camera::Args),
    /// Tells what is installed and what is really in use.
    Doctor(doctor::Args),
    /// Checks, shows, compiles and imports lists of plates.
    Lists(lists::Args),
    /// Plays a video file as an RTSP camera, for demonstrations and tests.
    RtspServe(rtsp_server::Args),
    /// Runs camera, node, centre and control room on this machine, to see the product.
    Demo(demo::Args),
    /// Runs the operations centre, or administers it.
    Centre(centre::Args),
    /// The centre's audit log.
    Audit(centre::AuditArgs),
    /// Runs an edge process: cameras in, transits and hits out.
    Node(node::Args),
    /// Writes the completion script of a shell.
    Completions(completions::Args),
}

/// Runs the command that the process's arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, not faults.
            let code = u8::from(error.use_stderr()) * 2;
            // The terminal may be gone; there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    start_log(cli.verbose);
    let outcome = match &cli.command {
        Command::Read(args) => read::run(args),
        Command::Count(args) => count::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Camera(args) => camera::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Lists(args) => lists::run(args),
        Command::RtspServe(args) => rtsp_server::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Centre(args) => centre::run(args),
        Command::Audit(args) => centre::audit(args),
        Command::Node(args) => node::run(args),
        Command::Completions(args) => completions::run(args),
    };
    outcome.unwrap_or_else(failure::Failure::report)
}

/// Log lines go to standard error; `RUST_LOG` overrides the level.
fn start_log(verbose: u8) {
    let default = match verbose {
        0 => "warn,varco=info,ort=error",
        1 => "info,varco=debug,ort=warn",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
    // A second start in one process keeps the first log.
    drop(started);
}
