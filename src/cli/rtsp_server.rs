//! `varco rtsp-serve`: a video file as an RTSP camera, for demonstrations and tests.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::{Failure, Outcome};
use super::interrupt;
use crate::video::{RtspServer, RtspServerConfig, Secret};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  varco rtsp-serve gate.mp4 --port 8554
  varco rtsp-serve gate.mp4 --user anna --password-file password.txt
The stream's address is printed on standard output.")]
pub(super) struct Args {
    /// The video. H.264 and H.265 are sent as they are, anything else is encoded as H.264.
    file: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    address: String,
    /// Port to listen on; 0 for any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Path of the stream.
    #[arg(long, default_value = "/stream")]
    path: String,
    /// User that a client must name.
    #[arg(long, requires = "password_file")]
    user: Option<String>,
    /// File with the password that a client must give.
    #[arg(long, requires = "user", value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// End the stream at the end of the file instead of starting again.
    #[arg(long)]
    once: bool,
}

/// Serves until it is interrupted.
pub(super) fn run(args: &Args) -> Outcome {
    if !args.path.starts_with('/') {
        return Err(Failure::usage(format!("--path {}: it must begin with a slash", args.path)));
    }
    let login = match (&args.user, &args.password_file) {
        (Some(user), Some(file)) => {
            let password = fs::read_to_string(file)
                .map_err(|error| Failure::failed(format!("{}: {error}", file.display())))?;
            let password = password.trim_end_matches(['\r', '\n']);
            if password.is_empty() {
                return Err(Failure::usage(format!("{}: the password is empty", file.display())));
            }
            Some((user.clone(), Secret::new(password)))
        }
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // From before the address is printed: whoever reads it may end the command at once.
    let interrupted = runtime.block_on(async { interrupt::token() });
    let _server = {
        let server = RtspServer::start(&RtspServerConfig {
            file: args.file.clone(),
            address: args.address.clone(),
            port: args.port,
            path: args.path.clone(),
            login,
            repeat: !args.once,
        })?;
        let mut out = std::io::stdout();
        writeln!(out, "{}", server.url())?;
        out.flush()?;
        server
    };
    runtime.block_on(interrupted.cancelled());
    Ok(ExitCode::SUCCESS)
}
