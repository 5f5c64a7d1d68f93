//! A live gate read sparingly and in full: the same transits, at a fraction of the work.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use varco::scene::{LookConfig, LookGate};
use varco::tracking::{Direction, Tracker, TrackerConfig, TransitState};
use varco::video::{
    Decode, Location, Next, RtspServer, RtspServerConfig, Source, SourceConfig, SourceHealth,
    Transport,
};
use varco::vision::{Engine, EngineConfig, VisionError};

/// A transit: plate, direction, capture time of its best look.
type Passage = (String, Direction, Timestamp);

struct Seen {
    passages: Vec<Passage>,
    looks: u32,
    frames: u32,
    /// How far capture times and stream times came apart, seconds.
    drift_s: f64,
    health: SourceHealth,
}

/// Reads a camera as a node does, until a time.
fn read(url: &str, decode: Decode, on_movement: bool, until: Instant) -> Seen {
    let mut location = Location::parse(url).unwrap();
    if let Location::Rtsp { transport, .. } = &mut location {
        *transport = Transport::Tcp;
    }
    let mut engine = Engine::new(&EngineConfig::default()).unwrap();
    let mut source = Source::start(SourceConfig { decode, ..SourceConfig::new(location) }).unwrap();
    let mut gate = LookGate::new(LookConfig { on_movement, ..LookConfig::default() });
    let mut tracker = Tracker::new(TrackerConfig { rejoin_s: 6.0, ..TrackerConfig::default() });
    let (mut transits, mut looks, mut frames) = (Vec::new(), 0, 0);
    let (mut first, mut drift_s) = (None, 0.0_f64);
    while Instant::now() < until {
        let Next::Frame(frame) = source.next(Duration::from_millis(200)) else { continue };
        frames += 1;
        let began = *first.get_or_insert(frame.captured_at);
        let captured_s = frame.captured_at.duration_since(began).as_secs_f64();
        drift_s = drift_s.max((captured_s - frame.stream_time.as_secs_f64()).abs());
        if let Some(reach) = gate.admits(&frame, tracker.attention()) {
            looks += 1;
            let detections = tracker.find(&mut engine, &frame, reach).unwrap();
            let read = |quad: &_| engine.read(&frame.picture, quad);
            let given: Result<_, VisionError> = tracker.observe(&frame, &detections, read);
            source.attend(tracker.attention());
            transits.extend(given.unwrap());
        }
    }
    transits.extend(tracker.flush());
    let ended = transits.into_iter().filter(|transit| transit.state == TransitState::Ended);
    let passages =
        ended.map(|t| (t.text.to_string(), t.direction, t.look.frame.captured_at)).collect();
    Seen { passages, looks, frames, drift_s, health: source.health() }
}

#[test]
fn on_demand_catches_the_same_transits_at_the_same_times() {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/gate-quiet.mp4");
    let server = RtspServer::start(&RtspServerConfig::new(&clip)).unwrap();
    // Five cars in 55 seconds: at 5, 17, 29, 41 and 53 s, the last at its end.
    let until = Instant::now() + Duration::from_secs(50);
    let ways = [(Decode::Always, false), (Decode::OnDemand, true)];
    let [all, sparing] = ways.map(|(decode, on_movement)| {
        let url = server.url().to_owned();
        thread::spawn(move || read(&url, decode, on_movement, until))
    });
    let (all, sparing) = (all.join().unwrap(), sparing.join().unwrap());
    let texts = |seen: &Seen| seen.passages.iter().map(|p| p.0.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&all), ["LT614XB", "MA927HN", "LT614XB", "MA927HN"]);
    assert_eq!(texts(&sparing), texts(&all), "{:?}", sparing.health);
    for (one, other) in all.passages.iter().zip(&sparing.passages) {
        assert_eq!(one.1, other.1);
        let apart_s = one.2.duration_since(other.2).as_secs_f64().abs();
        assert!(apart_s < 1.0, "{one:?} and {other:?}");
    }
    let demand = sparing.health.demand.unwrap();
    let share = demand.decoded as f64 / demand.received as f64;
    println!(
        "decoded {} of {}, {} frames and {} looks in place of {} and {}: {demand:?}",
        demand.decoded, demand.received, sparing.frames, sparing.looks, all.frames, all.looks
    );
    assert!(all.drift_s < 0.5 && sparing.drift_s < 0.5, "{} {}", all.drift_s, sparing.drift_s);
    assert!(demand.wakes >= 2, "{demand:?}");
    // In full it is every second frame. A machine without the time for those is behind with
    // decoding, too: it goes on longer after each car, and may give frames up.
    let has_time = u64::from(all.looks) * 9 / 4 > demand.received;
    let spares = share < 0.75 && u64::from(sparing.looks) * 4 < demand.received;
    assert!(!has_time || (spares && demand.skipped == 0), "{} looks, {demand:?}", sparing.looks);
    assert_eq!((sparing.health.dropped_frames, sparing.health.reconnects), (0, 0));
}
