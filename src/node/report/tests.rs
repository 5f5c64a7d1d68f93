use jiff::civil::date;

use super::*;
use crate::frame::{Picture, Rect};
use crate::lists::{Entry, Index, List, ListKind, Vehicle};
use crate::matching::{Matcher, Watch};
use crate::plate::{ALPHABET, PlateText, Position, Reading, character_index};
use crate::tracking::{Direction, Look};
use crate::vision::Detection;

/// A moment of the tests' day.
pub(in crate::node) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_777_000_000 + seconds).unwrap()
}

pub(in crate::node) fn today() -> DateTime {
    date(2026, 5, 4).at(12, 0, 0, 0)
}

fn text(plate: &str) -> PlateText {
    PlateText::new(plate).unwrap()
}

/// A reading that is as good as certain.
fn reading(plate: &str) -> Reading {
    let position = |c| {
        let mut weights = [0.001 / 36.0; ALPHABET.len()];
        weights[character_index(c).unwrap()] = 0.999;
        Position::new(weights)
    };
    Reading { positions: plate.chars().map(position).collect(), country: None }
}

/// A transit whose best look is the frame of that number, taken a second later for each.
pub(in crate::node) fn transit(
    track: u64,
    plate: &str,
    state: TransitState,
    frame: u32,
) -> Transit {
    let grey = (frame * 7 % 256) as u8;
    let rect = Rect::from([4.0, 5.0, 20.0, 6.0]);
    let frame = Frame {
        sequence: u64::from(frame),
        stream_time: Duration::from_secs(u64::from(frame)),
        captured_at: at(i64::from(frame)),
        picture: Picture::from_rgb8(64, 48, vec![grey; 64 * 48 * 3]).unwrap(),
        movement: None,
    };
    let stream_s = frame.stream_time.as_secs_f64();
    Transit {
        track,
        state,
        text: text(plate),
        confidence: 0.98,
        country: None,
        alternatives: Vec::new(),
        reading: reading(plate),
        first_s: stream_s - 0.5,
        last_s: stream_s + 0.25,
        frames: 6,
        reads: 4,
        direction: Direction::Approaching,
        vehicle: None,
        look: Look {
            frame,
            detection: Detection { quad: rect.quad(), rect, score: 0.9 },
            reading: reading(plate),
        },
    }
}

/// A reporter with a list of stolen cars, and identifiers that count up.
pub(in crate::node) fn reporter(stolen: &[&str]) -> CameraReporter {
    let entries = stolen.iter().map(|plate| Entry {
        plate: text(plate),
        country: None,
        reason: Some("furto".into()),
        reference: None,
        valid_from: None,
        valid_to: None,
        vehicle: Vehicle::default(),
    });
    let mut list = List::new("stolen", ListKind::Stolen, "Ricerca", "art. 54 TUEL");
    list.name = "Rubate".into();
    let watch = Watch { list: Arc::new(list), index: Arc::new(Index::build(entries).unwrap()) };
    reporter_with(Arc::new(Matcher::new(vec![watch])))
}

/// A reporter with these lists.
pub(in crate::node) fn reporter_with(matcher: impl Into<LiveMatcher>) -> CameraReporter {
    let place = Place {
        node: "n".into(),
        camera: "in".into(),
        camera_name: "Entrata".into(),
        site: "Porta Nord".into(),
    };
    let mut last = 0_u128;
    let ids = Box::new(move || {
        last += 1;
        Uuid::from_u128(last)
    });
    let cooldown = SignedDuration::from_secs(300);
    CameraReporter::new(place, matcher, cooldown, 85, ids)
}

#[test]
fn decided_and_ended_are_one_transit_with_one_hit() {
    let mut reporter = reporter(&["GX471PR"]);
    let decided = transit(1, "GX471PR", TransitState::Decided, 10);
    let first = reporter.report(&decided, at(11), today()).unwrap();
    let ended = transit(1, "GX471PR", TransitState::Ended, 10);
    let second = reporter.report(&ended, at(30), today()).unwrap();
    assert_eq!((first.transit.revision, second.transit.revision), (1, 2));
    assert_eq!(first.transit.id, second.transit.id);
    assert_eq!((first.hits.len(), second.hits.len()), (1, 0));
    let hit = &first.hits[0];
    assert!(hit.exact && hit.transit == first.transit.id);
    assert_eq!((hit.captured_at, hit.matched_at), (at(10), at(11)));
    // The same frame is not encoded twice.
    assert!(first.jpeg.is_some() && second.jpeg.is_none());
    assert_eq!(first.transit.evidence, second.transit.evidence);
}

#[test]
fn the_evidence_is_the_very_frame_that_was_read() {
    let mut reporter = reporter(&[]);
    let read = transit(1, "GX471PR", TransitState::Ended, 17);
    let record = reporter.report(&read, at(20), today()).unwrap();
    let evidence = record.transit.evidence.unwrap();
    let jpeg = record.jpeg.unwrap();
    assert_eq!(*jpeg, jpeg::encode(&read.look.frame.picture, 85).unwrap());
    assert_eq!(evidence.sha256, sha256_hex(&jpeg));
    assert_eq!((evidence.frame_sequence, evidence.captured_at), (17, at(17)));
    assert_eq!((evidence.width_px, evidence.height_px), (64, 48));
    assert_eq!(record.transit.first_seen_at, at(17) - SignedDuration::from_millis(500));
    assert_eq!(record.transit.last_seen_at, at(17) + SignedDuration::from_millis(250));
    assert!(record.hits.is_empty());
}

#[test]
fn the_same_car_is_not_repeated_but_a_second_one_is_never_swallowed() {
    let mut reporter = reporter(&["GX471PR", "FH802KM"]);
    let hits = |reporter: &mut CameraReporter, track, plate, frame| {
        let passing = transit(track, plate, TransitState::Ended, frame);
        reporter.report(&passing, at(0), today()).unwrap().hits.len()
    };
    assert_eq!(hits(&mut reporter, 1, "GX471PR", 10), 1);
    assert_eq!(hits(&mut reporter, 2, "FH802KM", 10), 1);
    assert_eq!(hits(&mut reporter, 3, "GX471PR", 100), 0);
    assert_eq!(hits(&mut reporter, 4, "GX471PR", 400), 1);
    assert_eq!(hits(&mut reporter, 5, "AB123CD", 10), 0);
}

#[test]
fn a_clip_replayed_gives_the_same_messages() {
    let passings = [
        transit(1, "GX471PR", TransitState::Decided, 3),
        transit(2, "AB123CD", TransitState::Decided, 4),
        transit(1, "GX471PR", TransitState::Ended, 5),
        transit(2, "AB123CD", TransitState::Ended, 4),
    ];
    let play = || {
        let mut reporter = reporter(&["GX471PR"]);
        passings.each_ref().map(|passing| {
            let record = reporter.report(passing, at(60), today()).unwrap();
            (record.transit, record.hits, record.jpeg)
        })
    };
    assert_eq!(play(), play());
}

#[test]
fn after_a_restart_a_passing_car_goes_on_and_its_hit_is_not_repeated() {
    let mut before = reporter(&["GX471PR"]);
    let decided = transit(1, "GX471PR", TransitState::Decided, 10);
    let stored = before.report(&decided, at(10), today()).unwrap();
    let open =
        OpenTransit { transit: stored.transit.clone(), hits: stored.hits.clone(), this_boot: true };

    let mut after = reporter(&["GX471PR"]);
    after.seed(&stored.hits, &[open]);
    let again = transit(1, "GX471PR", TransitState::Ended, 14);
    let record = after.report(&again, at(15), today()).unwrap();
    assert_eq!(record.transit.id, stored.transit.id);
    assert_eq!(record.transit.revision, 2);
    assert_eq!(record.transit.first_seen_at, stored.transit.first_seen_at);
    assert_eq!(record.transit.frames, 12);
    assert!(record.hits.is_empty());
    assert!(after.expire(at(1000)).is_empty());
}

#[test]
fn after_a_restart_a_car_that_does_not_come_back_is_ended() {
    let mut reporter = reporter(&[]);
    let decided = transit(1, "GX471PR", TransitState::Decided, 10);
    let open = reporter.report(&decided, at(10), today()).unwrap().transit;
    reporter.restart();
    let other = transit(1, "AB123CD", TransitState::Ended, 12);
    let other = reporter.report(&other, at(12), today()).unwrap().transit;
    assert_ne!(other.id, open.id);
    assert!(reporter.expire(at(30)).is_empty());
    let ended = reporter.expire(at(60));
    assert_eq!(ended.len(), 1);
    assert_eq!((ended[0].transit.id, ended[0].transit.revision), (open.id, 2));
    assert_eq!(ended[0].transit.state, TransitState::Ended);
    assert!(reporter.expire(at(100)).is_empty());
}

/// A unit that drives 10 m a second to the north, except while it stands.
fn gps(standing: std::ops::Range<i64>) -> Gps {
    let gps = Gps::new(SignedDuration::from_secs(5));
    let mut gone_m = 0.0;
    for second in 0..600 {
        let stands = standing.contains(&second);
        gone_m += if stands { 0.0 } else { 10.0 };
        gps.push(crate::position::Fix {
            at: at(second),
            lat_deg: 45.0 + gone_m / 111_195.0,
            lon_deg: 9.0,
            heading_deg: Some(0.0),
            speed_kmh: Some(if stands { 0.0 } else { 36.0 }),
            accuracy_m: Some(4.0),
            satellites: Some(9),
        });
    }
    gps
}

#[test]
fn a_moving_camera_says_where_it_was_when_the_frame_was_taken() {
    let mut reporter = reporter(&["GX471PR"]).moving(gps(0..0));
    let passing = transit(1, "GX471PR", TransitState::Decided, 30);
    let record = reporter.report(&passing, at(31), today()).unwrap();
    let position = record.transit.position.unwrap();
    assert!((position.lat_deg - (45.0 + 310.0 / 111_195.0)).abs() < 1e-6, "{position:?}");
    assert_eq!((position.heading_deg, position.stale), (Some(0.0), false));
    assert_eq!(record.hits[0].position, Some(position));
}

#[test]
fn a_parked_car_is_one_transit_while_the_unit_stands_and_two_when_it_comes_again() {
    // Three looks at the same parked car, minutes apart.
    let seen = |gps: Gps| {
        let mut reporter = reporter(&["GX471PR"]).moving(gps);
        let mut hits = 0;
        let ids = [(1, 20), (2, 120), (3, 500)].map(|(track, second)| {
            let mut look = |state| {
                let parked = transit(track, "GX471PR", state, second);
                let record = reporter.report(&parked, at(second.into()), today()).unwrap();
                hits += record.hits.len();
                (record.transit.id, record.transit.revision)
            };
            look(TransitState::Decided);
            look(TransitState::Ended)
        });
        (ids, hits)
    };
    // Standing from the first look to the second one, then once around the block.
    let (ids, hits) = seen(gps(15..130));
    assert_eq!((ids[0].1, ids[1]), (2, (ids[0].0, 4)), "the same transit goes on");
    assert_ne!(ids[1].0, ids[2].0);
    assert_eq!(hits, 2, "the last one is after the cooldown");
    // Never standing: each time another transit.
    let (ids, _) = seen(gps(0..0));
    assert!(ids[0].0 != ids[1].0 && ids[1].0 != ids[2].0);
}

#[test]
fn a_correction_of_the_clock_holds_for_the_whole_of_a_passage() {
    let hour_ms = 3_600_000;
    let mut reporter = reporter(&["GX471PR"]);
    let decided = transit(1, "GX471PR", TransitState::Decided, 10);
    let first = reporter.report(&decided, at(11), today()).unwrap();
    assert_eq!(first.transit.clock_offset_ms, 0);
    // The same look, now in true time.
    reporter.set_clock_offset_ms(hour_ms);
    let mut ended = transit(1, "GX471PR", TransitState::Ended, 10);
    ended.look.frame.captured_at = crate::clock::moved(ended.look.frame.captured_at, hour_ms);
    let second = reporter.report(&ended, at(3620), today()).unwrap();
    assert_eq!((second.transit.id, second.transit.revision), (first.transit.id, 2));
    assert_eq!(second.transit.clock_offset_ms, hour_ms);
    let hour = SignedDuration::from_hours(1);
    assert_eq!(second.transit.first_seen_at, first.transit.first_seen_at + hour);
    assert!(second.jpeg.is_none(), "the picture is known");
}
