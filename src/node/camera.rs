//! One camera's work: frames → plates → transits → records.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::health::HealthSlot;
use super::jpeg::JpegError;
use super::pipeline::{Camera, Decode, Looks, PipelineError, Transport};
use super::report::CameraReporter;
use super::screen::Board;
use crate::clock::{Clock, moved};
use crate::frame::Frame;
use crate::position::Gps;
use crate::scene::{LookConfig, LookGate, Reach};
use crate::store::Record;
use crate::tracking::{Tracker, TrackerConfig, Transit};
use crate::traffic::Kinds;
use crate::video::{self, Location, Next, Pace, Source, SourceConfig, VideoError};
use crate::vision::{Accelerator, Engine, EngineConfig, VisionError};

/// How long a frame is waited for before health and orders are looked at again.
const PATIENCE: Duration = Duration::from_millis(200);
const HEALTH_EVERY: Duration = Duration::from_millis(500);
/// After so long without a frame nobody is passing any more.
const SILENCE: Duration = Duration::from_secs(25);
/// Whether the legal basis still holds is looked at so often.
const BASIS_EVERY: Duration = Duration::from_secs(60);

/// Why a camera's work broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum CameraFault {
    #[error(transparent)]
    Settings(#[from] PipelineError),
    #[error(transparent)]
    Video(#[from] VideoError),
    #[error(transparent)]
    Vision(#[from] VisionError),
    #[error(transparent)]
    Jpeg(#[from] JpegError),
    #[error("the node's recorder is gone")]
    Recorder,
}

/// Why a camera's work is over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The node stops.
    Stopped,
    /// A file or folder is at its end.
    Ended,
    /// Its legal basis does not hold today, for this reason.
    Lapsed(String),
}

/// What a camera's work needs, beside its own state.
#[derive(Debug)]
pub(super) struct Post<'a> {
    pub(super) camera: &'a Camera,
    /// Where the networks are computed.
    pub(super) accelerator: Accelerator,
    pub(super) health: &'a HealthSlot,
    pub(super) records: &'a mpsc::Sender<Record>,
    pub(super) stop: &'a CancellationToken,
    pub(super) clock: &'a Clock,
    pub(super) gps: Option<&'a Gps>,
    /// The in-car screen, when there is one.
    pub(super) board: Option<&'a Board>,
}

/// Looks per second, measured.
#[derive(Debug)]
struct Rate {
    since: Instant,
    looks: u32,
    value: f32,
}

impl Rate {
    fn new() -> Self {
        Self { since: Instant::now(), looks: 0, value: 0.0 }
    }

    fn value(&mut self) -> f32 {
        let span = self.since.elapsed();
        if span >= Duration::from_secs(2) {
            self.value = self.looks as f32 / span.as_secs_f32();
            *self = Self { since: Instant::now(), looks: 0, value: self.value };
        }
        self.value
    }
}

/// Reads a camera until the node stops, the file ends or the legal basis lapses.
pub(super) fn work(post: &Post<'_>, reporter: &mut CameraReporter) -> Result<Over, CameraFault> {
    let camera = post.camera;
    if let Some(reason) = camera.lapsed_on(post.clock.now_here().date()) {
        return Ok(Over::Lapsed(reason));
    }
    let mut engine =
        Engine::new(&EngineConfig { accelerator: post.accelerator, ..EngineConfig::default() })?;
    let mut source = Source::start(source_config(camera)?)?;
    let mut tracker =
        Tracker::new(TrackerConfig { rejoin_s: camera.same_passage_s, ..TrackerConfig::default() });
    let mut kinds = Kinds::new(post.accelerator)?;
    let mut gate = LookGate::new(look_config(camera));
    let mut rate = Rate::new();
    let mut last_frame = Instant::now();
    let mut health_due = Instant::now();
    let mut basis_due = Instant::now() + BASIS_EVERY;
    loop {
        let next = source.next(PATIENCE);
        let now = Instant::now();
        if now >= health_due {
            health_due = now + HEALTH_EVERY;
            post.health.source(source.health(), rate.value());
            reporter.set_clock_offset_ms(post.clock.offset_ms());
            for record in reporter.expire(post.clock.now()) {
                send(post, record)?;
            }
        }
        if now >= basis_due {
            basis_due = now + BASIS_EVERY;
            if let Some(reason) = camera.lapsed_on(post.clock.now_here().date()) {
                report(post, reporter, tracker.flush())?;
                return Ok(Over::Lapsed(reason));
            }
        }
        if post.stop.is_cancelled() {
            report(post, reporter, tracker.flush())?;
            return Ok(Over::Stopped);
        }
        match next {
            Next::Frame(frame) => {
                last_frame = now;
                if let Some(gps) = post.gps {
                    gps.anchor(post.clock.correct(frame.captured_at));
                }
                gate.set_behind(source.behind());
                if let Some(reach) = gate.admits(&frame, tracker.attention()) {
                    rate.looks += 1;
                    let transits = look(&mut engine, &mut tracker, &mut kinds, &frame, reach)?;
                    source.attend(tracker.attention());
                    report(post, reporter, transits)?;
                }
            }
            Next::Quiet if now.duration_since(last_frame) > SILENCE => {
                last_frame = now;
                report(post, reporter, tracker.flush())?;
            }
            Next::Quiet => {}
            Next::Skipped(error) => {
                tracing::warn!("camera {}: {error}", camera.id);
            }
            Next::Ended => {
                report(post, reporter, tracker.flush())?;
                post.health.source(source.health(), 0.0);
                return Ok(Over::Ended);
            }
            Next::Failed(error) => {
                report(post, reporter, tracker.flush())?;
                return Err(error.into());
            }
        }
    }
}

/// Finds, reads and follows the plates of a frame, and the vehicles that carry them.
fn look(
    engine: &mut Engine,
    tracker: &mut Tracker,
    kinds: &mut Kinds,
    frame: &Frame,
    reach: Reach,
) -> Result<Vec<Transit>, VisionError> {
    let plates = tracker.find(engine, frame, reach)?;
    let mut transits = tracker.observe(frame, &plates, |quad| engine.read(&frame.picture, quad))?;
    kinds.look(frame, &plates)?;
    kinds.tell(&mut transits);
    Ok(transits)
}

fn report(
    post: &Post<'_>,
    reporter: &mut CameraReporter,
    transits: Vec<Transit>,
) -> Result<(), CameraFault> {
    // Frames have the system's time until here, so that a correction found while a vehicle
    // is in view holds for all of its passage.
    let offset_ms = post.clock.offset_ms();
    reporter.set_clock_offset_ms(offset_ms);
    for mut transit in transits {
        post.health.passed(&transit);
        let captured_at = &mut transit.look.frame.captured_at;
        *captured_at = moved(*captured_at, offset_ms);
        let record =
            reporter.report(&transit, post.clock.now(), post.clock.now_here().datetime())?;
        // People first: the disk may be slow.
        if let Some(board) = post.board {
            board.show(&record);
        }
        for hit in &record.hits {
            tracing::info!(
                "camera {}: {} is on list {} ({})",
                post.camera.id,
                hit.plate,
                hit.list.name,
                if hit.exact { "exact" } else { "look-alike" }
            );
        }
        send(post, record)?;
    }
    Ok(())
}

fn send(post: &Post<'_>, record: Record) -> Result<(), CameraFault> {
    post.records.blocking_send(record).map_err(|_| CameraFault::Recorder)
}

/// Which frames are looked at.
fn look_config(camera: &Camera) -> LookConfig {
    LookConfig {
        most_per_s: camera.analyse_fps,
        on_movement: camera.looks == Some(Looks::OnMovement),
        at_least_every_s: camera.quiet_look_s,
    }
}

/// How the camera's stream is opened.
fn source_config(camera: &Camera) -> Result<SourceConfig, CameraFault> {
    let mut location = Location::parse(&camera.url)?;
    if let Location::Rtsp { transport, user, password, .. } = &mut location {
        *transport = match camera.transport {
            Transport::Auto => video::Transport::Auto,
            Transport::Tcp => video::Transport::Tcp,
            Transport::Udp => video::Transport::Udp,
        };
        user.clone_from(&camera.user);
        *password = camera.password()?;
    }
    let mut config = SourceConfig::new(location);
    // Files play as a camera would, unless each frame is asked for.
    config.pace = if camera.every_frame { Pace::EveryFrame } else { Pace::Live };
    config.decode = match camera.decode {
        Some(Decode::OnDemand) => video::Decode::OnDemand,
        Some(Decode::Always) | None => video::Decode::Always,
    };
    Ok(config)
}
