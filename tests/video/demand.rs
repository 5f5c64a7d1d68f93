//! Decoding on demand, from files: the same frames come of each vehicle, and few others.

use std::path::{Path, PathBuf};
use std::time::Duration;

use varco::video::{Decode, Next, Pace, SourceConfig, VideoError};

use super::setup::{SOON, clip, file, folder, open, run};

/// Two cars pass an empty gate, one each twelve seconds; when each is seen, by its truth file.
fn gate() -> (PathBuf, Vec<[u64; 2]>) {
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips");
    let truth = std::fs::read_to_string(clips.join("gate-quiet.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let vehicles = truth["vehicles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vehicle| ["first_frame", "last_frame"].map(|key| vehicle[key].as_u64().unwrap()));
    (clips.join("gate-quiet.mp4"), vehicles.collect())
}

/// The numbers of the frames that a file gives, by their times; frames received and decoded.
fn numbers(config: SourceConfig) -> (Vec<u64>, [u64; 2]) {
    let mut source = open(SourceConfig { pace: Pace::EveryFrame, ..config });
    let mut numbers = Vec::new();
    let end = loop {
        match source.next(SOON) {
            Next::Frame(frame) => {
                numbers.push((frame.stream_time.as_secs_f64() * 25.0).round() as u64);
            }
            end => break end,
        }
    };
    assert!(matches!(end, Next::Ended), "{end:?}");
    let demand = source.health().demand.unwrap_or_default();
    (numbers, [demand.received, demand.decoded])
}

fn on_demand(path: &Path) -> SourceConfig {
    SourceConfig { decode: Decode::OnDemand, ..file(path) }
}

#[test]
fn each_frame_of_each_car_comes_in_its_time_and_the_empty_gate_is_hardly_decoded() {
    let folder = folder();
    let (h264, cars) = gate();
    let h265 = folder.path().join("gate.mkv");
    run(&format!(
        "filesrc location={} ! decodebin ! videoscale ! video/x-raw,width=640,height=360 ! \
         x265enc speed-preset=ultrafast key-int-max=50 option-string=bframes=0:scenecut=0 ! \
         h265parse ! matroskamux ! filesink location={}",
        h264.display(),
        h265.display()
    ));
    for path in [h264, h265] {
        let (seen, [received, decoded]) = numbers(on_demand(&path));
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        for [first, last] in &cars {
            let missed: Vec<_> = (*first..=*last).filter(|n| !seen.contains(n)).collect();
            assert!(missed.is_empty(), "{}: of {first} to {last} {missed:?}", path.display());
        }
        assert_eq!(received, 600);
        assert!(decoded < 540, "{}: {decoded} of {received} decoded", path.display());
    }
}

#[test]
fn what_cannot_be_decoded_on_demand_is_decoded() {
    let folder = folder();
    let pictures = clip(&folder, "a.avi", 30, "jpegenc", "avimux");
    let (seen, _) = numbers(on_demand(&pictures));
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
    // A short clip is over before anything is known of its scene.
    let short = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car-h265.mp4");
    let (seen, counts) = numbers(on_demand(&short));
    assert_eq!((seen, counts), ((0..100).collect::<Vec<_>>(), [100, 100]));
}

#[test]
fn a_broken_file_is_told_as_ever() {
    let bad = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bad");
    let failed = |name: &str| {
        let mut source = open(on_demand(&bad.join(name)));
        loop {
            match source.next(SOON) {
                Next::Frame(_) => {}
                Next::Failed(error) => return error,
                other => panic!("{name}: {other:?}"),
            }
        }
    };
    assert!(matches!(failed("truncated.mp4"), VideoError::BreaksOff { .. }));
    assert!(matches!(failed("empty.mp4"), VideoError::NotAVideo { .. }));
}

#[test]
fn a_file_in_real_time_takes_its_time() {
    let short = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car.mp4");
    let mut source = open(SourceConfig { pace: Pace::Live, ..on_demand(&short) });
    let began = std::time::Instant::now();
    let mut frames = 0;
    while let Next::Frame(_) = source.next(SOON) {
        frames += 1;
    }
    assert_eq!(frames, 100);
    let took = began.elapsed();
    assert!((Duration::from_millis(3500)..Duration::from_secs(8)).contains(&took), "{took:?}");
}
