//! Whole passages through the tracker, with readings as a reader would give them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::frame::{Frame, Picture, Quad, Rect};
use crate::plate::{ALPHABET, Position, Reading, character_index};
use crate::vision::Detection;

const FPS: f64 = 12.5;
/// Of the pictures, of which only this counts.
const WIDTH_PX: u32 = 1920;

fn reading(text: &str, p: f32) -> Reading {
    let positions = text.chars().map(|character| {
        let mut weights = [(1.0 - p) / 38.0; ALPHABET.len()];
        weights[character_index(character).unwrap()] = p;
        Position::new(weights)
    });
    Reading { positions: positions.collect(), country: None }
}

fn frame(number: u64) -> Frame {
    Frame {
        sequence: number,
        stream_time: Duration::from_secs_f64(number as f64 / FPS),
        captured_at: Timestamp::UNIX_EPOCH,
        picture: Picture::from_rgb8(WIDTH_PX, 1, vec![0; 3 * WIDTH_PX as usize]).unwrap(),
        movement: None,
    }
}

/// Plays a scene: for every frame the plates in it as (left, top, width, text, probability).
struct Scene {
    tracker: Tracker,
    transits: Vec<Transit>,
    next: u64,
    reads: u32,
    /// How sure the detector is of every plate.
    score: f32,
}

impl Scene {
    fn new() -> Self {
        let tracker = Tracker::new(TrackerConfig::default());
        Self { tracker, transits: Vec::new(), next: 0, reads: 0, score: 0.9 }
    }

    fn show(&mut self, plates: &[(f32, f32, f32, &str, f32)]) {
        let mut texts = HashMap::new();
        let detections: Vec<Detection> = plates
            .iter()
            .map(|(x, y, w, text, p)| {
                let rect = Rect { x: *x, y: *y, w: *w, h: w / 4.7 };
                texts.insert((x.to_bits(), y.to_bits()), (*text, *p));
                Detection { quad: rect.quad(), rect, score: self.score }
            })
            .collect();
        let read = |quad: &Quad| {
            self.reads += 1;
            let [x, y] = quad.0[0];
            let (text, p) = texts[&(x.to_bits(), y.to_bits())];
            Ok::<Reading, Infallible>(reading(text, p))
        };
        let given = self.tracker.observe(&frame(self.next), &detections, read).unwrap();
        self.transits.extend(given);
        self.next += 1;
    }

    fn wait(&mut self, seconds: f64) {
        for _ in 0..(seconds * FPS) as u32 {
            self.show(&[]);
        }
    }

    /// One car coming towards the camera.
    fn approach(&mut self, text: &str, frames: u32) {
        for step in 0..frames {
            let t = step as f32;
            self.show(&[(500.0 - 4.0 * t, 200.0 + 6.0 * t, 50.0 + 3.0 * t, text, 0.97)]);
        }
    }

    fn ended(mut self) -> Vec<Transit> {
        self.transits.extend(self.tracker.flush());
        self.transits.retain(|transit| transit.state == TransitState::Ended);
        self.transits
    }
}

fn texts(transits: &[Transit]) -> Vec<&str> {
    let mut texts: Vec<&str> = transits.iter().map(|transit| transit.text.as_str()).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn one_car_is_one_transit_decided_early() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 20);
    let decided_at_frame = scene.transits.first().map(|t| t.last_s * FPS);
    assert!(decided_at_frame.is_some_and(|frame| frame < 8.0), "{decided_at_frame:?}");
    scene.wait(30.0);
    let decided = scene.transits.iter().filter(|t| t.state == TransitState::Decided).count();
    assert_eq!(decided, 1);
    let transits = scene.ended();
    assert_eq!(texts(&transits), ["FX482KM"]);
    assert_eq!(transits[0].direction, Direction::Approaching);
    assert_eq!(transits[0].frames, 20);
    assert!(transits[0].last_s < 20.0 / FPS);
}

#[test]
fn two_cars_at_once_are_two_transits() {
    let mut scene = Scene::new();
    for step in 0..20_u8 {
        let t = f32::from(step);
        let first = (200.0 + 5.0 * t, 300.0, 80.0, "FX482KM", 0.97);
        let second = (600.0 - 5.0 * t, 310.0, 80.0, "GA123BC", 0.97);
        scene.show(&[first, second]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM", "GA123BC"]);
}

#[test]
fn a_parked_car_is_one_transit_and_is_seldom_read() {
    let mut scene = Scene::new();
    for _ in 0..(180.0 * FPS) as u32 {
        scene.show(&[(400.0, 300.0, 90.0, "FX482KM", 0.97)]);
    }
    let reads = scene.reads;
    let transits = scene.ended();
    assert_eq!(texts(&transits), ["FX482KM"]);
    assert_eq!(transits[0].direction, Direction::Still);
    assert!(reads < 120, "{reads} reads of a car that stood for {} frames", transits[0].frames);
}

#[test]
fn what_is_known_and_drives_on_is_read_now_and_then_for_a_better_picture() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 10);
    assert!(!scene.transits.is_empty(), "it is decided");
    let before = scene.reads;
    scene.approach("FX482KM", 60);
    let reads = scene.reads - before;
    assert!((6..=25).contains(&reads), "{reads} reads in 60 looks");
    let transits = scene.ended();
    assert_eq!(texts(&transits), ["FX482KM"]);
    assert!(transits[0].look.detection.rect.w > 190.0, "{:?}", transits[0].look.detection.rect);
}

#[test]
fn a_standing_sign_that_reads_like_no_plate_is_seldom_read() {
    let mut scene = Scene::new();
    scene.score = 0.5;
    for _ in 0..(20.0 * FPS) as u32 {
        scene.show(&[(400.0, 300.0, 90.0, "XY", 0.9)]);
    }
    // The first looks, then one in two seconds: it could be a plate that was covered.
    assert!((10..=15).contains(&scene.reads), "{} reads of a sign", scene.reads);
    // What moves is read at every look.
    let before = scene.reads;
    for step in 0..10_u8 {
        scene.show(&[(400.0 - 20.0 * f32::from(step), 300.0, 90.0, "XY", 0.9)]);
    }
    assert!(scene.reads - before >= 9, "{} reads of what moves", scene.reads - before);
    assert_eq!(texts(&scene.ended()), Vec::<&str>::new());
}

#[test]
fn a_plate_that_comes_out_of_the_dark_where_it_stands_is_still_given_out() {
    let mut scene = Scene::new();
    scene.score = 0.5;
    for _ in 0..(6.0 * FPS) as u32 {
        scene.show(&[(400.0, 300.0, 90.0, "XY", 0.9)]);
    }
    scene.score = 0.9;
    for _ in 0..(9.0 * FPS) as u32 {
        scene.show(&[(400.0, 300.0, 90.0, "FX482KM", 0.97)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

/// What is given out of a plate that stands for two seconds, or passes, and is read in turn as
/// either of two texts.
fn given(texts: [&str; 2], p: f32, passes: bool) -> usize {
    given_after(25, texts, p, passes)
}

/// The same of a plate that is in view for some looks.
fn given_after(looks: u8, texts: [&str; 2], p: f32, passes: bool) -> usize {
    let mut scene = Scene::new();
    for look in 0..looks {
        let gone = if passes { 12.0 * f32::from(look) } else { 0.0 };
        let text = texts[usize::from(look) % 2];
        scene.show(&[(100.0 + gone, 100.0, 90.0 + gone / 4.0, text, p)]);
    }
    scene.wait(25.0);
    scene.transits.iter().filter(|transit| transit.state == TransitState::Ended).count()
}

#[test]
fn what_only_stands_or_looks_like_no_plate_must_be_read_surely() {
    let doubtful = ["AB123CD", "AB128CD"];
    assert_eq!(given(doubtful, 0.35, true), 1, "a passing plate, read badly");
    assert_eq!(given(doubtful, 0.35, false), 0, "the same where it stands");
    assert_eq!(given(["AB123CD"; 2], 0.9, false), 1, "a parked car, read well");
    assert_eq!(
        given(["FRUTTAFIORI", "FRUTTAFIDRI"], 0.35, true),
        0,
        "lettering that seems to pass"
    );
}

#[test]
fn what_shows_itself_shortly_where_it_stands_must_be_likelier_right_than_wrong() {
    let doubtful = ["ZTL024", "ZTL824"];
    assert_eq!(given_after(6, doubtful, 0.3, true), 1, "a plate that passes");
    assert_eq!(given_after(6, doubtful, 0.3, false), 0, "a sign between two vehicles");
    assert_eq!(given_after(4, ["AB123CD"; 2], 0.9, false), 1, "a plate between two vehicles");
}

#[test]
fn a_plate_found_three_times_is_followed_to_where_it_should_be() {
    let mut scene = Scene::new();
    assert!(!scene.tracker.attention().followed, "nothing is in view");
    for step in 0..4_u8 {
        scene.show(&[(100.0 + 10.0 * f32::from(step), 300.0, 90.0, "FX482KM", 0.97)]);
        assert_eq!(scene.tracker.attention().followed, step >= 2, "look {step}");
    }
    let next = frame(scene.next).stream_time;
    let [expected] = scene.tracker.expected(next)[..] else { panic!("one plate is in view") };
    let bounds = expected.bounds();
    assert!((bounds.x - 140.0).abs() < 2.0 && (bounds.w - 90.0).abs() < 2.0, "{bounds:?}");
    // The first one is told by now: that it is lost needs no search, that another one is new does.
    assert!(!scene.transits.is_empty(), "it is decided");
    for (look, left) in [800.0, 790.0, 780.0].into_iter().enumerate() {
        scene.show(&[(left, 300.0, 90.0, "AB123CD", 0.35)]);
        assert_eq!(scene.tracker.attention().followed, look == 2, "look {look}");
    }
    scene.show(&[]);
    assert!(!scene.tracker.attention().followed, "an undecided one is lost");
    scene.wait(0.5);
    assert!(scene.tracker.attention().followed, "it is gone");
}

#[test]
fn a_plate_lost_for_a_second_stays_one_transit() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 8);
    scene.wait(1.0);
    for step in 0..8_u8 {
        scene.show(&[(440.0 - 4.0 * f32::from(step), 300.0, 80.0, "FX482KM", 0.97)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

#[test]
fn a_plate_that_comes_back_elsewhere_is_the_same_passage_for_a_while() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 8);
    scene.wait(5.0);
    for _ in 0..5 {
        scene.show(&[(1000.0, 500.0, 120.0, "FX482KM", 0.97)]);
    }
    scene.wait(60.0);
    scene.approach("FX482KM", 8);
    assert_eq!(texts(&scene.ended()), ["FX482KM", "FX482KM"]);
}

#[test]
fn badges_and_signs_do_not_push_out_a_plate_that_comes_back() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 8);
    for sign in 0..40_u8 {
        // Each at a place and with a text of its own, read once and with no certainty.
        let (x, y) = (30.0 * f32::from(sign), 20.0 + 160.0 * f32::from(sign % 4));
        let letter = char::from(b'A' + sign % 26);
        let text = format!("{letter}{}{letter}{}", sign % 10, sign / 4 % 10);
        scene.show(&[(x, y, 60.0, &text, 0.3)]);
        scene.show(&[]);
    }
    scene.wait(4.0);
    for _ in 0..5 {
        scene.show(&[(1000.0, 500.0, 120.0, "FX482KM", 0.97)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

#[test]
fn a_car_in_the_place_of_another_is_not_swallowed() {
    let mut scene = Scene::new();
    for _ in 0..5 {
        scene.show(&[(400.0, 300.0, 90.0, "FX482KM", 0.97)]);
    }
    for _ in 0..5 {
        scene.show(&[(402.0, 301.0, 89.0, "B02YKD", 0.97)]);
    }
    assert_eq!(texts(&scene.ended()), ["B02YKD", "FX482KM"]);
}

#[test]
fn a_misread_look_does_not_become_a_car() {
    let mut scene = Scene::new();
    for step in 0..20_u8 {
        let t = f32::from(step);
        let (text, p) = if step % 5 == 4 { ("FX4B2KM", 0.7) } else { ("FX482KM", 0.95) };
        scene.show(&[(300.0 + 10.0 * t, 300.0, 80.0, text, p)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

#[test]
fn a_blurred_first_look_joins_the_plate_it_becomes() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        scene.show(&[(300.0, 200.0, 40.0, "FX4B2KM", 0.6)]);
    }
    scene.wait(1.5);
    for step in 0..6_u8 {
        scene.show(&[(700.0, 400.0 + f32::from(step), 100.0, "FX482KM", 0.95)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

#[test]
fn two_tracks_that_come_to_one_text_end_as_one() {
    let mut scene = Scene::new();
    for step in 0..50_u8 {
        let y = 200.0 + 4.0 * f32::from(step);
        // The second box is misread at first, long enough to be given out.
        let text = if step < 4 { "FX4B2KM" } else { "FX482KM" };
        scene.show(&[(300.0, y, 80.0, "FX482KM", 0.97), (700.0, y, 80.0, text, 0.97)]);
    }
    assert_eq!(texts(&scene.ended()), ["FX482KM"]);
}

#[test]
fn noise_gives_no_transit() {
    let mut scene = Scene::new();
    scene.show(&[(300.0, 200.0, 80.0, "COOD", 0.9)]);
    scene.wait(3.0);
    for _ in 0..5 {
        scene.show(&[(300.0, 200.0, 80.0, "XY", 0.9)]);
    }
    scene.wait(3.0);
    for text in ["ABCDEFG", "H8C0EF6", "A1LDEQG", "4BGDFFO", "RBCUE7G"] {
        scene.show(&[(600.0, 200.0, 80.0, text, 0.3)]);
    }
    assert_eq!(texts(&scene.ended()), Vec::<&str>::new());
}

#[test]
fn the_evidence_is_the_frame_that_was_read() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 20);
    let transit = scene.ended().remove(0);
    // Every look reads alike, so the widest one that was read is the best: one of the last.
    let sequence = transit.look.frame.sequence;
    assert!((17..=19).contains(&sequence), "{sequence}");
    assert_eq!(transit.look.reading.text().as_ref(), Some(&transit.text));
}

#[test]
fn a_failing_reader_is_passed_on() {
    let mut tracker = Tracker::new(TrackerConfig::default());
    let rect = Rect { x: 0.0, y: 0.0, w: 90.0, h: 20.0 };
    let detection = Detection { quad: rect.quad(), rect, score: 0.9 };
    let failed = tracker.observe(&frame(0), &[detection], |_| Err("no"));
    assert_eq!(failed.err(), Some("no"));
}

#[test]
fn what_ended_unsure_is_no_passage_and_what_can_still_change_is_not_final() {
    let mut scene = Scene::new();
    scene.approach("FX482KM", 20);
    let config = TrackerConfig::default();
    assert!(scene.transits.iter().all(|transit| !transit.is_final(&config)), "still in view");
    let transits = scene.ended();
    assert!(transits.len() == 1 && transits[0].is_final(&config));
    let unsure = Transit { confidence: 0.24, ..transits[0].clone() };
    assert!(!unsure.is_final(&config));
}

#[test]
fn what_the_edge_of_the_picture_leaves_of_a_plate_is_no_plate() {
    let mut scene = Scene::new();
    for frame in 0..10_u8 {
        // A car in the next lane, of which no more is seen.
        scene.show(&[(1800.0 - f32::from(frame), 400.0, 130.0, "IF99", 0.999)]);
    }
    scene.wait(3.0);
    assert!(scene.ended().is_empty());
    let mut scene = Scene::new();
    for frame in 0..10_u8 {
        // It falls back, and all of its plate is seen.
        let x = 1840.0 - 30.0 * f32::from(frame);
        let text = if x + 130.0 > 1920.0 { "IF99" } else { "IF99STK" };
        scene.show(&[(x, 400.0, 130.0, text, 0.97)]);
    }
    scene.wait(3.0);
    assert_eq!(texts(&scene.ended()), ["IF99STK"]);
}
