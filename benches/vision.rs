//! Detect, rectify, read and track: one 720p frame of the fixture clip.

#![allow(missing_docs, reason = "criterion's macros write functions without documentation")]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::convert::Infallible;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use varco::frame::Frame;
use varco::tracking::{Tracker, TrackerConfig};
use varco::video::{Location, Next, Source, SourceConfig};
use varco::vision::{CropSize, Engine, EngineConfig, rectify};

/// The frame of the clip in which the plate is widest.
fn frame() -> Frame {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car.mp4");
    let mut source = Source::start(SourceConfig::new(Location::File(clip))).unwrap();
    let mut last = None;
    for _ in 0..75 {
        if let Next::Frame(frame) = source.next(Duration::from_secs(10)) {
            last = Some(frame);
        }
    }
    last.unwrap()
}

fn vision(criterion: &mut Criterion) {
    let mut engine = Engine::new(&EngineConfig::default()).unwrap();
    let frame = frame();
    let picture = &frame.picture;
    let detections = engine.detect(picture).unwrap();
    let quad = detections.first().unwrap().quad;
    let reading = engine.read(picture, &quad).unwrap();
    criterion.bench_function("detect, 1280x720", |b| {
        b.iter(|| engine.detect(black_box(picture)).unwrap());
    });
    let size = CropSize { width_px: 160, height_px: 48 };
    let mut crop = vec![0.0; size.values()];
    criterion.bench_function("rectify a plate", |b| {
        b.iter(|| rectify(black_box(picture), &quad, size, &mut crop));
    });
    criterion.bench_function("rectify and read a plate", |b| {
        b.iter(|| engine.read(black_box(picture), &quad).unwrap());
    });
    criterion.bench_function("detect and read, 1280x720", |b| {
        b.iter(|| engine.sightings(black_box(picture)).unwrap());
    });
    criterion.bench_function("track and vote, a plate in view", |b| {
        let mut tracker = Tracker::new(TrackerConfig::default());
        let mut time = Duration::ZERO;
        b.iter(|| {
            time += Duration::from_millis(80);
            let now = Frame { stream_time: time, ..frame.clone() };
            tracker.observe(&now, &detections, |_| Ok::<_, Infallible>(reading.clone())).unwrap()
        });
    });
}

criterion_group!(benches, vision);
criterion_main!(benches);
