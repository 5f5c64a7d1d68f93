//! Keeps a camera's work going: what fails or panics is started again, later each time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::camera::{Over, Post, work};
use super::error::NodeError;
use super::health::HealthSlot;
use super::pipeline::Camera;
use super::report::CameraReporter;
use super::screen::Board;
use crate::clock::Clock;
use crate::position::Gps;
use crate::store::Record;
use crate::vision::Accelerator;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Work that went well for so long starts with the shortest wait again.
const WENT_WELL: Duration = Duration::from_secs(60);
/// A camera without a legal basis is looked at again so often: a day may begin.
const BASIS_AGAIN: Duration = Duration::from_secs(60);
/// How quickly a waiting thread notices that the node stops.
const STEP: Duration = Duration::from_millis(100);

/// What all cameras of a node share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) accelerator: Accelerator,
    pub(super) records: mpsc::Sender<Record>,
    pub(super) stop: CancellationToken,
    pub(super) clock: Clock,
    pub(super) gps: Option<Gps>,
    pub(super) board: Option<Board>,
}

/// Starts a camera's thread.
pub(super) fn start(
    camera: Camera,
    health: HealthSlot,
    mut reporter: CameraReporter,
    shared: Shared,
) -> Result<JoinHandle<()>, NodeError> {
    let name = camera.id.clone();
    let camera = Arc::new(camera);
    thread::Builder::new()
        .name(format!("camera {name}"))
        .spawn(move || {
            let post = Post {
                camera: &camera,
                accelerator: shared.accelerator,
                health: &health,
                records: &shared.records,
                stop: &shared.stop,
                clock: &shared.clock,
                gps: shared.gps.as_ref(),
                board: shared.board.as_ref(),
            };
            supervise(&post, &mut reporter);
        })
        .map_err(|source| NodeError::Thread { camera: name, source })
}

fn supervise(post: &Post<'_>, reporter: &mut CameraReporter) {
    let id = &post.camera.id;
    let mut wait = FIRST_WAIT;
    let mut told: Option<String> = None;
    while !post.stop.is_cancelled() {
        let began = Instant::now();
        // A panic may leave the reporter without some tracks; `restart` begins anew.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(post, reporter)));
        if began.elapsed() > WENT_WELL {
            wait = FIRST_WAIT;
            told = None;
        }
        let (error, pause) = match outcome {
            Ok(Ok(Over::Stopped)) => return,
            Ok(Ok(Over::Ended)) => {
                tracing::info!("camera {id}: {} is at its end", post.camera.url);
                return;
            }
            Ok(Ok(Over::Lapsed(reason))) => (format!("does not run: {reason}"), BASIS_AGAIN),
            Ok(Err(fault)) => (fault.to_string(), wait),
            Err(panic) => (format!("stopped by a fault of the program: {}", words(&*panic)), wait),
        };
        if told.as_ref() != Some(&error) {
            tracing::error!("camera {id}: {error}");
        }
        post.health.down(&error);
        told = Some(error);
        reporter.restart();
        rest(pause, post.stop);
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no words".to_owned())
}

fn rest(time: Duration, stop: &CancellationToken) {
    let until = Instant::now() + time;
    while !stop.is_cancelled() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(STEP));
    }
}
