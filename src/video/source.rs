//! A source of frames with its threads.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gstreamer as gst;

use super::clock::{FrameTimes, Timeline};
use super::config::{Location, SourceConfig};
use super::demand::Demand;
use super::error::VideoError;
use super::faults::FaultWatch;
use super::health::{Record, SourceHealth, SourceState};
use super::queue::{Popped, Queue};
use super::{pictures, pipeline, supervisor};
use crate::frame::{Frame, Movement, Picture};
use crate::scene::Attention;

/// What a source has to give.
#[derive(Debug)]
pub enum Next {
    /// A frame.
    Frame(Frame),
    /// No frame within the time; more may come.
    Quiet,
    /// One picture of a folder cannot be read; the next ones follow.
    Skipped(VideoError),
    /// A file or folder is at its end; every later call says so too.
    Ended,
    /// It cannot go on; every later call says so too. Cameras never fail: see their health.
    Failed(VideoError),
}

/// What waits in the queue.
pub(super) enum Item {
    Frame(Frame),
    Skipped(VideoError),
}

/// How a source ended.
#[derive(Clone)]
pub(super) enum End {
    Ended,
    Failed(VideoError),
}

/// Frames from a camera, a file or pictures. Dropping it ends its threads.
#[derive(Debug)]
pub struct Source {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Source {
    /// Opens a source; frames come as soon as it is reached.
    ///
    /// # Errors
    /// [`VideoError`] for what is wrong before anything is tried: a file, folder or
    /// device that is not there, an empty folder, an installation without GStreamer's parts.
    pub fn start(config: SourceConfig) -> Result<Self, VideoError> {
        check(&config.location)?;
        let files = match &config.location {
            Location::Folder(folder) => Some(pictures::pictures_in(folder)?),
            Location::Picture(path) => Some(vec![path.clone()]),
            location => {
                pipeline::check_installation(location)?;
                None
            }
        };
        let shared = Arc::new(Shared::new(config));
        let name = format!("video {}", shared.config.location);
        let worker = {
            let shared = Arc::clone(&shared);
            move || match files {
                None => supervisor::supervise(&shared),
                Some(files) => {
                    let alone = matches!(shared.config.location, Location::Picture(_));
                    pictures::play(&shared, &files, alone);
                }
            }
        };
        let thread = thread::Builder::new()
            .name("video".to_owned())
            .spawn(worker)
            .map_err(|error| VideoError::Thread { what: name, reason: error.to_string() })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The next frame, waiting up to `timeout` for it.
    pub fn next(&mut self, timeout: Duration) -> Next {
        match self.shared.queue.pop(timeout) {
            Popped::Item(Item::Frame(frame)) => Next::Frame(frame),
            Popped::Item(Item::Skipped(error)) => Next::Skipped(error),
            Popped::Nothing => Next::Quiet,
            Popped::Finished(End::Ended) => Next::Ended,
            Popped::Finished(End::Failed(error)) => Next::Failed(error),
        }
    }

    /// Tells what is known of the vehicles in view. A source that decodes on demand goes on
    /// while something is undecided.
    pub fn attend(&self, attention: Attention) {
        if let Some(demand) = self.shared.demand() {
            demand.attend(attention);
        }
    }

    /// How far decoding is behind what was received, where it waits to be decoded.
    #[must_use]
    pub fn behind(&self) -> Duration {
        self.shared.demand().map(|demand| demand.behind()).unwrap_or_default()
    }

    /// How it is doing.
    #[must_use]
    pub fn health(&self) -> SourceHealth {
        let mut health = self.shared.record().snapshot(Instant::now());
        health.demand = self.shared.demand().map(|demand| demand.health());
        health
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed; there is nothing left to do.
            let _ = thread.join();
        }
    }
}

/// Whether the thing that a location names is there.
fn check(location: &Location) -> Result<(), VideoError> {
    let Some(path) = location.path() else { return Ok(()) };
    let unreadable =
        |reason: &str| VideoError::Unreadable { path: path.to_owned(), reason: reason.to_owned() };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing(location, path)),
        Err(error) => return Err(unreadable(&error.to_string())),
    };
    match location {
        Location::Folder(_) if !about.is_dir() => Err(unreadable("it is no folder")),
        Location::File(_) | Location::Picture(_) if !about.is_file() => {
            Err(unreadable("it is no file"))
        }
        Location::File(_) => {
            fs::File::open(path).map_err(|error| unreadable(&error.to_string())).map(drop)
        }
        _ => Ok(()),
    }
}

fn missing(location: &Location, path: &Path) -> VideoError {
    let path = path.to_owned();
    match location {
        Location::Device(_) => VideoError::NoDevice { path },
        _ => VideoError::NotFound { path },
    }
}

/// What a source's threads share.
pub(super) struct Shared {
    pub(super) config: SourceConfig,
    pub(super) queue: Queue<Item, End>,
    record: Mutex<Record>,
    timeline: Mutex<Timeline>,
    watch: Mutex<FaultWatch>,
    frames: AtomicU64,
    stopped: AtomicBool,
    /// The bus of the pipeline that runs, to wake the thread that listens to it.
    bus: Mutex<Option<gst::Bus>>,
    woken: Condvar,
    /// The gate of the session that runs, when it decodes on demand.
    demand: Mutex<Option<Arc<Demand>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({})", self.config.location)
    }
}

/// A lock whose data stay valid whatever a panicking thread left.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn new(config: SourceConfig) -> Self {
        // Pictures may be of 100 megapixels: few of them wait.
        let pictures = matches!(config.location, Location::Folder(_) | Location::Picture(_));
        let (max_queue, pace) = if pictures {
            (config.max_queue.min(2), super::Pace::EveryFrame)
        } else if config.decodes_on_demand() {
            // What waits does so before it is decoded.
            (config.max_queue.min(2), super::Pace::EveryFrame)
        } else {
            (config.max_queue, config.pace)
        };
        let live = config.location.is_live();
        Self {
            queue: Queue::new(max_queue, pace),
            record: Mutex::new(Record::new()),
            timeline: Mutex::new(Timeline::new(live, config.file_starts_at)),
            watch: Mutex::new(FaultWatch::default()),
            frames: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            bus: Mutex::new(None),
            woken: Condvar::new(),
            demand: Mutex::new(None),
            config,
        }
    }

    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        lock(&self.record)
    }

    /// Frames decoded so far.
    pub(super) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Changes as long as frames come: decoded ones, or encoded ones that need not be.
    pub(super) fn progress(&self) -> u64 {
        let health = self.demand().map(|demand| demand.health()).unwrap_or_default();
        self.frames() + if health.watching { health.received } else { 0 }
    }

    /// Gives a decoded picture its times, and notes what it tells of the source's health.
    pub(super) fn framed(
        &self,
        picture: Picture,
        movement: Option<Movement>,
        times: FrameTimes,
    ) -> Frame {
        let stamp = lock(&self.timeline).stamp(times);
        let faults = lock(&self.watch).see(&picture, stamp.stream_time);
        self.frames.fetch_add(1, Ordering::Relaxed);
        let mut record = self.record();
        record.decoded(times.now.0);
        let health = &mut record.now;
        health.state = SourceState::Live;
        health.error = None;
        health.last_frame_at = Some(stamp.captured_at);
        health.clock = Some(stamp.clock);
        health.width_px = picture.width_px();
        health.height_px = picture.height_px();
        if let Some(faults) = faults {
            health.faults = faults;
        }
        drop(record);
        Frame {
            sequence: stamp.sequence,
            stream_time: stamp.stream_time,
            captured_at: stamp.captured_at,
            picture,
            movement,
        }
    }

    pub(super) fn begin_session(&self) {
        lock(&self.timeline).begin_session();
        *lock(&self.demand) = self.config.decodes_on_demand().then(|| {
            let waits = self.config.pace == super::Pace::EveryFrame;
            Arc::new(Demand::new(waits))
        });
    }

    /// The gate of the session that runs, when it decodes on demand.
    pub(super) fn demand(&self) -> Option<Arc<Demand>> {
        lock(&self.demand).clone()
    }

    pub(super) fn decode_error(&self) {
        self.record().now.decode_errors += 1;
    }

    pub(super) fn dropped_frame(&self) {
        self.record().now.dropped_frames += 1;
    }

    /// Notes an error after which no frames come for now; tells whether it is
    /// another one than before.
    pub(super) fn down(&self, error: &VideoError) -> bool {
        let health = &mut self.record().now;
        let text = Some(error.to_string());
        let is_news = health.error != text;
        health.state = SourceState::Down;
        health.error = text;
        health.faults.clear();
        is_news
    }

    pub(super) fn ended(&self) {
        self.record().now.state = SourceState::Ended;
    }

    /// Remembers the bus to wake when the source is dropped.
    pub(super) fn listens_to(&self, bus: Option<gst::Bus>) {
        *lock(&self.bus) = bus;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.queue.close();
        let bus = lock(&self.bus);
        if let Some(bus) = &*bus {
            let wake = gst::Structure::new_empty("varco-wake");
            // Fails only when the bus is closed already, and then nobody waits at it.
            let _ = bus.post(gst::message::Application::new(wake));
        }
        drop(bus);
        self.woken.notify_all();
    }

    /// Waits, or returns at once when the source is dropped.
    pub(super) fn rest(&self, time: Duration) {
        let guard = lock(&self.bus);
        let _ = self.woken.wait_timeout_while(guard, time, |_| !self.is_stopped());
    }
}
