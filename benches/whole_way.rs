//! Frames per second and core of the whole way on a video file, beside decoding alone.
//!
//! ```text
//! cargo bench --bench whole_way [-- FILE]
//! ```
//! Without a file a 1080p H.264 clip is made of `fixtures/clips/gate-demo.mp4`. Times are
//! processor time of this process, so other work on the machine does not count.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints its result"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use varco::frame::Frame;
use varco::tracking::{Tracker, TrackerConfig, TransitState};
use varco::video::{Location, Next, Source, SourceConfig};
use varco::vision::{Engine, EngineConfig, VisionError};

/// Processor time of this process so far.
fn cpu_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the struct it is given and to nothing else.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut now) };
    assert_eq!(done, 0);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

fn clip() -> PathBuf {
    if let Some(file) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        return file.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = root.join("target/bench/gate-1080p.mp4");
    if !made.exists() {
        std::fs::create_dir_all(made.parent().unwrap()).unwrap();
        let source = root.join("fixtures/clips/gate-demo.mp4");
        let pipeline = format!(
            "filesrc location={} ! decodebin ! videoscale ! video/x-raw,width=1920,height=1080 ! \
             x264enc bitrate=4000 bframes=0 key-int-max=50 ! h264parse ! mp4mux ! filesink location={}",
            source.display(),
            made.display()
        );
        let status = Command::new("gst-launch-1.0").arg("-q").args(pipeline.split(' ')).status();
        assert!(status.unwrap().success());
    }
    made
}

/// Plays the clip through `each`; returns frames and processor time.
fn play(clip: &Path, mut each: impl FnMut(&Frame)) -> (u32, Duration) {
    let mut source = Source::start(SourceConfig::new(Location::File(clip.to_owned()))).unwrap();
    let started = cpu_time();
    let mut frames = 0;
    while let Next::Frame(frame) = source.next(Duration::from_secs(30)) {
        frames += 1;
        each(&frame);
    }
    (frames, cpu_time() - started)
}

fn report(what: &str, (frames, time): (u32, Duration), alone: Option<f64>) -> f64 {
    let each_ms = time.as_secs_f64() * 1000.0 / f64::from(frames);
    let share =
        alone.map_or(String::new(), |ms| format!(", {:.2} of decoding alone", ms / each_ms));
    println!(
        "{what:<44} {each_ms:6.2} ms a frame, {:5.0} frames/s a core, {:4.1} streams at 25 fps{share}",
        1000.0 / each_ms,
        40.0 / each_ms
    );
    each_ms
}

fn main() {
    let clip = clip();
    println!("{}", clip.display());
    let alone = report("decoding alone", play(&clip, |_| ()), None);
    for (what, every) in
        [("the whole way, 12.5 looks a second", 2), ("the whole way, every frame", 1)]
    {
        let mut engine = Engine::new(&EngineConfig::default()).unwrap();
        let mut tracker = Tracker::new(TrackerConfig::default());
        let (mut number, mut transits) = (0, 0);
        let played = play(&clip, |frame| {
            number += 1;
            if number % every == 0 {
                let detections = engine.detect(&frame.picture).unwrap();
                let read = |quad: &_| engine.read(&frame.picture, quad);
                let given: Result<_, VisionError> = tracker.observe(frame, &detections, read);
                transits +=
                    given.unwrap().iter().filter(|t| t.state == TransitState::Ended).count();
            }
        });
        transits += tracker.flush().len();
        report(what, played, Some(alone));
        println!("{:<44} {transits} transits", "");
    }
}
