//! Live streams, as a node reads them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use varco::scene::{LookConfig, LookGate, Reach};
use varco::tracking::{Tracker, TrackerConfig, TransitState};
use varco::traffic::Kinds;
use varco::video::{Decode, Location, Next, Pace, Source, SourceConfig};
use varco::vision::{Accelerator, Engine, EngineConfig, VisionError};

use crate::clips::Clip;

/// A camera in a process of its own.
struct Camera {
    child: Child,
    url: String,
}

impl Camera {
    fn start(clip: &Clip) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["rtsp-serve", "--port", "0"])
            .arg(&clip.path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: line.trim().to_owned() }
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// How streams are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Decode on demand, look on movement.
    Sparing,
    /// Decode everything, look at every second frame.
    Everything,
    /// Decode everything, look at nothing.
    Decoding,
}

/// What one stream gave.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Plate, and stream time of its best look, seconds.
    pub(crate) transits: Vec<(String, f64)>,
    /// Length of what was seen, seconds.
    pub(crate) length_s: f64,
    pub(crate) looks: u64,
    /// Those of them that looked at the whole picture, not only at what is followed.
    pub(crate) whole_looks: u64,
    /// Plates that were read, and the time for finding and for reading them, seconds by the clock.
    pub(crate) reads: u64,
    pub(crate) finding_s: f64,
    pub(crate) reading_s: f64,
    pub(crate) frames: u64,
    /// Encoded frames that came and those that were decoded, and how often something was found
    /// to move after a while of watching, and by the sizes; all of it once it had settled.
    pub(crate) received: u64,
    pub(crate) decoded: u64,
    pub(crate) wakes: u64,
    pub(crate) size_wakes: u64,
    pub(crate) skipped: u64,
    pub(crate) ring_bytes: usize,
    /// Age of each frame that was looked at, milliseconds.
    pub(crate) ages_ms: Vec<f64>,
}

impl Seen {
    /// Passes that had to be seen: how many, and those that were not.
    pub(crate) fn missed(&self, clip: &Clip) -> (usize, Vec<String>) {
        let mut expected = 0;
        let mut missed = Vec::new();
        for (text, last_s) in &clip.passes {
            let mut at_s = *last_s;
            while at_s + 1.5 < self.length_s {
                expected += 1;
                let near = |(plate, seen_s): &(String, f64)| {
                    plate == text && (seen_s - at_s).abs() < clip.length_s / 2.0
                };
                if !self.transits.iter().any(near) {
                    missed.push(format!("{text} at {at_s:.0} s"));
                }
                at_s += clip.length_s;
            }
        }
        (expected, missed)
    }
}

/// How long a stream has to settle: the scene is learnt, and one vehicle came.
const SETTLE_S: f64 = 12.0 + 9.0;

/// Reads a source until it ends or the time is over; a live one has `settle` to learn its scene.
fn read(config: SourceConfig, way: Way, time: Duration, settle: Duration, ready: &Barrier) -> Seen {
    let mut seen = Seen::default();
    let on_movement = way == Way::Sparing;
    let mut engine = (way != Way::Decoding).then(|| Engine::new(&EngineConfig::default()).unwrap());
    let decode = if way == Way::Sparing { Decode::OnDemand } else { Decode::Always };
    let live = config.location.is_live();
    ready.wait();
    let mut source = Source::start(SourceConfig { decode, ..config }).unwrap();
    let mut tracker = Tracker::new(TrackerConfig { rejoin_s: 6.0, ..TrackerConfig::default() });
    let mut kinds = Kinds::new(Accelerator::default()).unwrap();
    let mut gate = LookGate::new(LookConfig { on_movement, ..LookConfig::default() });
    let note = |transits: Vec<varco::tracking::Transit>, seen: &mut Seen| {
        let ended = transits.into_iter().filter(|t| t.state == TransitState::Ended);
        seen.transits
            .extend(ended.map(|t| (t.text.to_string(), t.look.frame.stream_time.as_secs_f64())));
    };
    let began = Instant::now();
    let mut before = None;
    while began.elapsed() < time {
        match source.next(Duration::from_millis(200)) {
            Next::Frame(frame) => {
                seen.frames += 1;
                seen.length_s = frame.stream_time.as_secs_f64();
                let Some(engine) = &mut engine else { continue };
                gate.set_behind(source.behind());
                if let Some(reach) = gate.admits(&frame, tracker.attention()) {
                    seen.looks += 1;
                    seen.whole_looks += u64::from(reach == Reach::Whole);
                    if live {
                        let age = Timestamp::now().duration_since(frame.captured_at);
                        seen.ages_ms.push(age.as_secs_f64() * 1000.0);
                    }
                    let began = Instant::now();
                    let detections = tracker.find(engine, &frame, reach).unwrap();
                    kinds.look(&frame, &detections).unwrap();
                    seen.finding_s += began.elapsed().as_secs_f64();
                    let read = |quad: &_| {
                        let began = Instant::now();
                        let read = engine.read(&frame.picture, quad);
                        seen.reads += 1;
                        seen.reading_s += began.elapsed().as_secs_f64();
                        read
                    };
                    let given: Result<_, VisionError> = tracker.observe(&frame, &detections, read);
                    source.attend(tracker.attention());
                    note(given.unwrap(), &mut seen);
                }
            }
            Next::Quiet => {}
            Next::Ended => break,
            other => panic!("{other:?}"),
        }
        if let Some(health) = source.health().demand {
            seen.ring_bytes = seen.ring_bytes.max(health.ring_bytes);
            if began.elapsed() >= settle {
                before.get_or_insert(health);
            }
        }
    }
    let health = source.health();
    let (demand, before) = (health.demand.unwrap_or_default(), before.unwrap_or_default());
    if way == Way::Sparing {
        seen.received = demand.received - before.received;
        seen.decoded = demand.decoded - before.decoded;
        seen.wakes = demand.wakes - before.wakes;
        seen.size_wakes = demand.size_wakes - before.size_wakes;
    } else {
        (seen.received, seen.decoded) = (seen.frames, seen.frames);
    }
    seen.skipped = demand.skipped + health.dropped_frames;
    note(tracker.flush(), &mut seen);
    seen
}

/// A clip from its file, as fast as it can be read.
pub(crate) fn file(clip: &Clip, way: Way) -> Seen {
    let config = SourceConfig::new(Location::File(clip.path.clone()));
    assert_eq!(config.pace, Pace::EveryFrame);
    let seen = read(config, way, Duration::from_secs(3600), Duration::ZERO, &Barrier::new(1));
    // All of it was seen, also what came after the last frame that was decoded.
    Seen { length_s: clip.length_s + 2.0, ..seen }
}

/// What a run of live streams cost.
pub(crate) struct Run {
    pub(crate) seen: Vec<Seen>,
    /// Processor seconds for each second of each stream, once all of them have settled.
    pub(crate) cost: f64,
    /// Resident memory at its end, megabytes.
    pub(crate) memory_mb: f64,
}

/// Reads each clip from a camera of its own for some time. The cameras begin one after the
/// other, so that their vehicles do not come at the same time.
pub(crate) fn live(clips: &[&Clip], way: Way, seconds: f64) -> Run {
    let cameras: Vec<Camera> = clips.iter().map(|clip| Camera::start(clip)).collect();
    let step_s = 12.0 / clips.len() as f64;
    let ready = Arc::new(Barrier::new(clips.len() + 1));
    let threads: Vec<_> = cameras
        .iter()
        .enumerate()
        .map(|(number, camera)| {
            let config = SourceConfig::new(Location::parse(&camera.url).unwrap());
            let ready = Arc::clone(&ready);
            thread::spawn(move || {
                let wait_s = step_s * number as f64;
                let settle = Duration::from_secs_f64(SETTLE_S - wait_s);
                let time = settle + Duration::from_secs_f64(seconds);
                let alone = Barrier::new(1);
                ready.wait();
                thread::sleep(Duration::from_secs_f64(wait_s));
                read(config, way, time, settle, &alone)
            })
        })
        .collect();
    ready.wait();
    thread::sleep(Duration::from_secs_f64(SETTLE_S));
    let (began, cpu) = (Instant::now(), cpu_time());
    thread::sleep(Duration::from_secs_f64(seconds - 1.0));
    let spent = (cpu_time() - cpu).as_secs_f64();
    let cost = spent / began.elapsed().as_secs_f64() / clips.len() as f64;
    let memory_mb = memory_mb();
    let seen = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    drop(cameras);
    Run { seen, cost, memory_mb }
}

/// Processor time of this process so far.
pub(crate) fn cpu_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the struct it is given and to nothing else.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut now) };
    assert_eq!(done, 0);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Resident memory of this process.
pub(crate) fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1000.0
}
