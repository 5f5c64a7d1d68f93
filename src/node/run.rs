//! Starting a node, and stopping it in good order.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use jiff::{Timestamp, Zoned};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::error::NodeError;
use super::health::HealthSlot;
use super::lists::{Board, Keeper, LiveMatcher, LocalLists};
use super::pipeline::Pipeline;
use super::recorder::{Recorder, Trouble};
use super::report::CameraReporter;
use super::supervisor::Shared;
use super::unit::{Parts, StatusParts};
use super::{retention, supervisor};
use crate::event::Place;
use crate::link::{CameraReport, Identity, Link, LinkConfig, ListClient, NodeInfo};
use crate::store::{NodeStore, OutboxCount};
use crate::vision::{Accelerator, Engine, EngineConfig, Runtime, VisionError};

/// Records on their way to the recorder, which always takes them.
const RECORDS: usize = 64;

/// The node's own key, made at the first call.
///
/// # Errors
/// [`NodeError`] when the data folder cannot be used or the key file is damaged.
pub fn identity(pipeline: &Pipeline) -> Result<Identity, NodeError> {
    let folder = &pipeline.node.data;
    make_folder(folder)?;
    Ok(Identity::load_or_make(&folder.join("key.pem"), &pipeline.node.id)?)
}

/// Looks whether a node could run with this pipeline: lists, passwords, the
/// networks. Returns what a person should know, one line each; changes nothing.
///
/// # Errors
/// [`NodeError`] for the first thing that would keep it from running.
pub fn check(pipeline: &Pipeline) -> Result<Vec<String>, NodeError> {
    let mut lines = Vec::new();
    let today = Zoned::now().date();
    for camera in &pipeline.cameras {
        camera.password()?;
        let state = if camera.enabled {
            camera.lapsed_on(today).map_or("runs".to_owned(), |why| format!("does not run: {why}"))
        } else {
            "is switched off (enabled = false)".to_owned()
        };
        lines.push(format!("camera {} ({}, {}): {state}", camera.id, camera.name, camera.site));
    }
    let (_, said) = LocalLists::load(&pipeline.lists, &Board::default())?;
    lines.extend(said);
    let (runtime, _) = networks(pipeline.node.accelerator)?;
    lines.push(format!("reads plates with {}", runtime.version()));
    match &pipeline.centre {
        Some(centre) => lines.push(format!("delivers to {} (key {})", centre.url, centre.key)),
        None => lines.push("works alone: no [centre] to deliver to".to_owned()),
    }
    Ok(lines)
}

/// ONNX Runtime, and on an accelerator the plates' networks, loaded: an accelerator that is not there is
/// told at the start, not by every camera, and cameras that come and go find them ready. On the processor
/// every camera has its own.
fn networks(accelerator: Accelerator) -> Result<(Runtime, Option<Engine>), VisionError> {
    let runtime = Runtime::load(accelerator)?;
    let shared = (accelerator != Accelerator::Cpu)
        .then(|| Engine::new(&EngineConfig { accelerator, ..EngineConfig::default() }));
    Ok((runtime, shared.transpose()?))
}

/// Runs a node until told to stop; then ends every camera, stores and, where the
/// centre is reachable, delivers what is left.
///
/// # Errors
/// [`NodeError`] when it cannot start. Later faults are logged and told to the centre.
pub async fn run(pipeline: Pipeline, stop: CancellationToken) -> Result<(), NodeError> {
    let started_at = Timestamp::now();
    let identity = identity(&pipeline)?;
    let lock = lock(&pipeline.node.data)?;
    let (runtime, _shared) = networks(pipeline.node.accelerator)?;
    tracing::debug!("ONNX Runtime: {}", runtime.library().display());
    let board = Board::default();
    let (local_lists, said) = LocalLists::load(&pipeline.lists, &board)?;
    for line in said {
        tracing::info!("{line}");
    }
    let keeper = Keeper::open(&pipeline, &board)?;
    let matcher = board.matcher();
    let store = NodeStore::open(&pipeline.node.data).await?;
    tracing::info!(
        "node {} ({}) starts; its key is {}",
        pipeline.node.id,
        pipeline.node.name,
        identity.fingerprint()
    );
    tell_outbox(store.outbox_count().await?);

    let parts = Parts::new(&pipeline)?;
    let posted = Arc::new(Notify::new());
    let (trouble, room) = (Trouble::default(), Trouble::default());
    let (records, inbox) = mpsc::channel(RECORDS);
    let recorder = Recorder {
        store: store.clone(),
        to_centre: pipeline.centre.is_some(),
        posted: Arc::clone(&posted),
        trouble: trouble.clone(),
    };
    let slots: Vec<HealthSlot> =
        pipeline.cameras.iter().filter(|camera| camera.enabled).map(HealthSlot::new).collect();
    let cameras = camera_report(&slots, [trouble, room.clone()]);

    // Everything that can refuse to start does so before the first thread runs.
    let link = match &pipeline.centre {
        Some(centre) => {
            let config = LinkConfig {
                url: centre.url.clone(),
                centre: centre.key.clone(),
                heartbeat: centre.heartbeat(),
            };
            let info = NodeInfo {
                id: pipeline.node.id.clone(),
                name: pipeline.node.name.clone(),
                started_at,
            };
            let (told, posted) = (Arc::clone(&cameras), Arc::clone(&posted));
            let link = Link::new(&config, &identity, store.clone(), info, told, posted)?;
            let board = board.clone();
            let link = link.with_lists(Arc::new(move || board.health()));
            Some(Arc::new(parts.tell(link)))
        }
        None => {
            tracing::info!("no [centre] in the pipeline file: the node works alone");
            None
        }
    };

    // The screen may refuse to start, so it comes before what runs on its own.
    let status = StatusParts { cameras, link: link.clone(), lists: board.clone() };
    let screen = parts.screen(&pipeline, &store, &posted, status).await?;
    let fetching = match (keeper, &link, &pipeline.centre) {
        (Some(keeper), Some(link), Some(centre)) => {
            let client = ListClient::new(&centre.url, &centre.key, &identity)?;
            Some(tokio::spawn(keeper.run(client, link.list_news(), stop.clone())))
        }
        _ => None,
    };
    let watching = tokio::spawn(local_lists.watch(stop.clone()));
    let recording = tokio::spawn(recorder.run(inbox));
    let sweeping = tokio::spawn(retention::run(
        store.clone(),
        pipeline.retention.clone(),
        parts.clock.clone(),
        room,
        stop.clone(),
    ));
    let navigating = parts.navigate(&pipeline, &store, &posted, &stop);
    let showing = screen.map(|screen| tokio::spawn(screen.run(stop.clone())));
    // The link goes on until the last records are stored.
    let link_stop = CancellationToken::new();
    let linking = link.map(|link| {
        let link_stop = link_stop.clone();
        tokio::spawn(async move { link.run(link_stop).await })
    });

    let shared = Shared {
        accelerator: pipeline.node.accelerator,
        records,
        stop: stop.clone(),
        clock: parts.clock,
        gps: parts.gps,
        board: parts.board,
    };
    let threads = start_cameras(&pipeline, &slots, &matcher, &store, &shared).await;
    drop(shared);
    let threads = match threads {
        Ok(threads) => threads,
        Err(error) => {
            stop.cancel();
            link_stop.cancel();
            return Err(error);
        }
    };
    stop.cancelled().await;
    tracing::info!("node {} stops", pipeline.node.id);
    let joined = tokio::task::spawn_blocking(move || {
        for thread in threads {
            // Supervisors catch panics; one of their own has been printed.
            let _ = thread.join();
        }
    });
    // The screen takes no decisions any more when the store is closed.
    for task in [Some(joined), Some(recording), navigating, showing].into_iter().flatten() {
        if let Err(error) = task.await {
            tracing::error!("a part of the node broke off: {error}");
        }
    }
    link_stop.cancel();
    if let Some(linking) = linking
        && let Err(error) = linking.await
    {
        tracing::error!("the link to the centre broke off: {error}");
    }
    if let Err(error) = sweeping.await {
        tracing::error!("retention broke off: {error}");
    }
    for task in fetching.into_iter().chain([watching]) {
        if let Err(error) = task.await {
            tracing::error!("the lists broke off: {error}");
        }
    }
    store.close().await;
    drop(lock);
    Ok(())
}

async fn start_cameras(
    pipeline: &Pipeline,
    slots: &[HealthSlot],
    matcher: &LiveMatcher,
    store: &NodeStore,
    shared: &Shared,
) -> Result<Vec<std::thread::JoinHandle<()>>, NodeError> {
    let cooldown = pipeline.matching.cooldown();
    let longest = matcher.current().longest_cooldown(cooldown);
    let since = Timestamp::now().checked_sub(longest).unwrap_or(Timestamp::MIN);
    let hits = store.hits_since(since).await?;
    let open = store.open_transits().await?;
    let enabled = pipeline.cameras.iter().filter(|camera| camera.enabled);
    let mut threads = Vec::new();
    for (camera, slot) in enabled.zip(slots) {
        let place = Place {
            node: pipeline.node.id.clone(),
            camera: camera.id.clone(),
            camera_name: camera.name.clone(),
            site: camera.site.clone(),
        };
        let quality = pipeline.evidence.jpeg_quality;
        let clock = shared.clock.clone();
        let ids = Box::new(move || clock.new_id());
        let mut reporter = CameraReporter::new(place, matcher.clone(), cooldown, quality, ids)
            .standing_at(camera.fixed_position());
        if let Some(gps) = &shared.gps {
            reporter = reporter.moving(gps.clone());
        }
        reporter.seed(&hits, &open);
        let (camera, slot) = (camera.clone(), slot.clone());
        threads.push(supervisor::start(camera, slot, reporter, shared.clone())?);
    }
    Ok(threads)
}

/// The cameras' health; what keeps the node from storing is told with every camera.
fn camera_report(slots: &[HealthSlot], troubles: [Trouble; 2]) -> CameraReport {
    let slots = slots.to_vec();
    Arc::new(move || {
        let troubles: Vec<String> = troubles.iter().filter_map(Trouble::get).collect();
        slots
            .iter()
            .map(|slot| {
                let mut health = slot.snapshot();
                for trouble in &troubles {
                    health.error = Some(match health.error.take() {
                        Some(own) => format!("{own}; {trouble}"),
                        None => trouble.clone(),
                    });
                }
                health
            })
            .collect()
    })
}

fn tell_outbox(count: OutboxCount) {
    if count.waiting > 0 {
        tracing::info!("{} events wait for the centre", count.waiting);
    }
    if count.refused > 0 {
        tracing::warn!("{} events were refused by the centre and are set aside", count.refused);
    }
}

/// Makes the data folder, when missing, for the own user alone: there are pictures of
/// people's cars in it.
fn make_folder(folder: &Path) -> Result<(), NodeError> {
    let failed = |source| NodeError::Folder { folder: folder.to_owned(), source };
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

/// Holds the data folder for this process alone, until dropped or killed.
fn lock(folder: &Path) -> Result<File, NodeError> {
    let failed = |source| NodeError::Folder { folder: folder.to_owned(), source };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(NodeError::Running { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
