//! `varco demo`: camera, node, centre and control room in one process.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::failure::{Failure, Outcome};
use super::interrupt;
use crate::centre::{self, Server};
use crate::node::{self, Pipeline};
use crate::video::{RtspServer, RtspServerConfig};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  varco demo\n  varco demo --clip my-video.mp4 --port 8081")]
pub(super) struct Args {
    /// A video of your own in place of the built-in scene.
    #[arg(long, value_name = "FILE")]
    clip: Option<PathBuf>,
    /// Port of the control room.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder for the demo's databases and pictures; emptied at each start.
    #[arg(long, value_name = "DIR", default_value = "var/demo")]
    data: PathBuf,
}

/// The pipeline that the demo starts from, below the project's folder.
const PIPELINE: &str = "pipelines/demo.toml";
const CLIP: &str = "fixtures/clips/gate-demo.mp4";
/// Shows that a folder is the demo's own and may be emptied.
const MARK: &str = ".varco-demo";

pub(super) fn run(args: &Args) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::failed(format!("cannot start the program's threads: {error}")))?;
    runtime.block_on(play(args))
}

async fn play(args: &Args) -> Outcome {
    let project = project_folder()?;
    let clip = args.clip.clone().unwrap_or_else(|| project.join(CLIP));
    empty_data(&args.data)?;
    let stop = interrupt::token();

    say("[1/4] camera: an RTSP server that plays the clip in real time")?;
    let camera = RtspServer::start(&RtspServerConfig::new(&clip))?;
    say(&format!("      {} plays {}", camera.url(), clip.display()))?;

    say("[2/4] centre: database, API and control room")?;
    let mut config = centre::Config { data: args.data.join("centre"), ..centre::Config::default() };
    config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    config.link.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    // The centre outlives the node, so that the node's last events still arrive.
    let centre_stop = CancellationToken::new();
    let server = Server::start(config, centre_stop.clone()).await.map_err(|error| {
        Failure::failed(format!(
            "{error}. If port {} is taken, choose another one: make demo PORT=8081",
            args.port
        ))
    })?;
    let result = run_node(args, &project, &camera, &server, &stop).await;
    centre_stop.cancel();
    let ended = server.wait().await;
    drop(camera);
    result?;
    ended?;
    say("ended: nothing is left running")?;
    Ok(ExitCode::SUCCESS)
}

async fn run_node(
    args: &Args,
    project: &Path,
    camera: &RtspServer,
    server: &Server,
    stop: &CancellationToken,
) -> Outcome {
    say("[3/4] node: reads the camera, matches the lists, delivers over mutual TLS")?;
    let mut pipeline = Pipeline::load(&project.join(PIPELINE))?;
    pipeline.node.data = args.data.join("node");
    if let Some(first) = pipeline.cameras.first_mut() {
        camera.url().clone_into(&mut first.url);
    }
    pipeline.centre = Some(node::Centre {
        url: format!("https://{}", server.link_address()),
        key: server.fingerprint().clone(),
        heartbeat_s: 2.0,
        lists: node::CentreLists::None,
        encrypt_lists: false,
        list_key_file: None,
        list_publisher: None,
    });
    let identity = node::identity(&pipeline)?;
    let (id, name) = (pipeline.node.id.clone(), pipeline.node.name.clone());
    server.registry().admit(&id, &name, identity.fingerprint()).await?;
    let sign_in = server.new_sign_in_url(None).await?;

    say("[4/4] control room")?;
    say(&format!("      address       {}", server.url()))?;
    say(&format!("      sign in once  {sign_in}"))?;
    say("      The first hits show within a minute. Ctrl-C ends everything.")?;
    node::run(pipeline, stop.clone()).await?;
    Ok(ExitCode::SUCCESS)
}

/// The checkout: the nearest folder with the demo's pipeline above the program or
/// the working folder.
fn project_folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
    let working = std::env::current_dir().ok();
    let starts = [working, program];
    let folders = starts.iter().flatten().flat_map(|start| start.ancestors());
    folders
        .into_iter()
        .find(|folder| folder.join(PIPELINE).is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| {
            Failure::failed(format!(
                "{PIPELINE} was not found: run `make demo` in the project's folder"
            ))
        })
}

/// Starts from nothing, but never deletes what is not the demo's.
fn empty_data(folder: &Path) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::failed(format!("cannot use the folder {}: {error}", folder.display()))
    };
    let used = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if used && !folder.join(MARK).exists() {
        return Err(Failure::usage(format!(
            "{} holds something that is not the demo's; give another folder with --data",
            folder.display()
        )));
    }
    for part in ["centre", "node"] {
        match fs::remove_dir_all(folder.join(part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot(error)),
            _ => {}
        }
    }
    fs::create_dir_all(folder).map_err(cannot)?;
    fs::write(folder.join(MARK), "made by varco demo; emptied at each start\n").map_err(cannot)
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::failed(format!("cannot write: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("node")).unwrap();
        fs::write(folder.path().join("node/letter.txt"), "dear").unwrap();
        assert!(empty_data(folder.path()).is_err());
        assert!(folder.path().join("node/letter.txt").exists());
        fs::write(folder.path().join(MARK), "").unwrap();
        assert!(empty_data(folder.path()).is_ok());
        assert!(!folder.path().join("node").exists());
    }
}
