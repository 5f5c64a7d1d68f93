//! Streams of 25 frames a second with a key frame each second, and pictures of a street.

use std::sync::Arc;

use super::*;
use crate::frame::{ColourMatrix, Layout};

const FPS: u64 = 25;
const WIDTH: usize = 320;
const HEIGHT: usize = 180;

/// A picture of an empty street, or with a car at some height.
fn picture(car: Option<usize>, number: u64) -> Picture {
    let mut bytes = vec![100_u8; WIDTH * HEIGHT * 3 / 2];
    for (place, luma) in bytes[..WIDTH * HEIGHT].iter_mut().enumerate() {
        *luma += ((place as u64 * 31 + number * 17) % 5) as u8;
    }
    if let Some(top) = car {
        for y in top..(top + 50).min(HEIGHT) {
            bytes[y * WIDTH + 120..][..60].fill(200);
        }
    }
    let layout = Layout::I420 {
        offsets: [0, WIDTH * HEIGHT, WIDTH * HEIGHT * 5 / 4],
        strides: [WIDTH, WIDTH / 2, WIDTH / 2],
        matrix: ColourMatrix::Bt709,
    };
    Picture::new(WIDTH as u32, HEIGHT as u32, layout, Arc::new(bytes)).unwrap()
}

fn at(number: u64) -> Duration {
    Duration::from_millis(number * 1000 / FPS)
}

/// A camera, the gate and a decoder that checks that it can decode what it is given.
struct Stream {
    gate: Gate<u64>,
    next: u64,
    key_every: u64,
    /// Frames that the decoder holds back.
    delay: usize,
    inside: VecDeque<(u64, Duration)>,
    /// The decoder's time of its last picture. It lets no time fall, as GStreamer's do not.
    shown: Duration,
    /// The last frame that the decoder took in.
    state: Option<u64>,
    given: Vec<u64>,
    /// Those of them in which something moves.
    moving: Vec<u64>,
    /// Whether the sizes tell of the cars.
    telling: bool,
    /// First and last frame of each car.
    cars: Vec<[u64; 2]>,
    bytes: usize,
}

impl Stream {
    fn new(cars: &[[u64; 2]]) -> Self {
        Self {
            gate: Gate::new(),
            next: 0,
            key_every: FPS,
            delay: 0,
            inside: VecDeque::new(),
            shown: Duration::ZERO,
            state: None,
            given: Vec::new(),
            moving: Vec::new(),
            telling: true,
            cars: cars.to_vec(),
            bytes: 4000,
        }
    }

    fn car(&self, number: u64) -> Option<usize> {
        let [first, _] = self.cars.iter().find(|[a, b]| (*a..=*b).contains(&number))?;
        Some((number - first) as usize * 3)
    }

    fn arrive(&mut self) {
        let (number, is_key) = (self.next, self.next.is_multiple_of(self.key_every));
        let factor = if self.telling && self.car(number).is_some() { 4 } else { 1 };
        let bytes = if is_key { self.bytes * 10 } else { self.bytes * factor };
        self.gate.arrive(Unit { data: number, at: at(number), bytes, is_key });
        self.next += 1;
    }

    /// Decodes at most so many frames.
    fn decode(&mut self, most: usize) {
        for _ in 0..most {
            let Some((number, shift)) = self.gate.next() else { return };
            let fits = number.is_multiple_of(self.key_every) || self.state == number.checked_sub(1);
            assert!(fits, "{number} after {:?} cannot be decoded", self.state);
            self.state = Some(number);
            self.inside.push_back((number, at(number) + shift));
            if self.inside.len() > self.delay {
                let (out, shown) = self.inside.pop_front().unwrap();
                self.hand_out(out, shown);
            }
        }
    }

    /// The decoder gives a picture.
    fn hand_out(&mut self, number: u64, shown: Duration) {
        self.shown = self.shown.max(shown);
        let time = self.gate.own_time(self.shown);
        let Some(movement) = self.gate.pictured(time, &picture(self.car(number), number)) else {
            return;
        };
        self.given.push(number);
        if movement == Movement::Moving {
            self.moving.push(number);
        }
    }

    fn play(&mut self, frames: u64) {
        for _ in 0..frames {
            self.arrive();
            self.decode(1000);
        }
    }

    /// Whether each frame of a car was given, and all in order.
    fn assert_nothing_missed(&self) {
        assert!(self.given.is_sorted_by(|a, b| a < b), "{:?}", self.given);
        for [first, last] in &self.cars {
            let missed: Vec<u64> =
                (*first..=*last).filter(|n| self.given.binary_search(n).is_err()).collect();
            assert!(
                missed.is_empty(),
                "of the car {first} to {last}: {missed:?}; keys each {}, {:?}",
                self.key_every,
                self.gate.health()
            );
        }
    }
}

#[test]
fn an_empty_street_is_decoded_by_its_key_frames() {
    let mut stream = Stream::new(&[]);
    stream.play(60 * FPS);
    let health = stream.gate.health();
    assert!(health.watching && health.wakes == 0 && health.cannot.is_none(), "{health:?}");
    // All of the first seconds, then one a second.
    assert!(health.decoded < 10 * FPS + 55, "{health:?}");
    assert!(stream.given.ends_with(&[57 * FPS, 58 * FPS, 59 * FPS]), "{:?}", stream.given);
    // The ring holds a second, or two.
    assert!(health.ring_bytes < 2 * (24 * 4000 + 40_000), "{health:?}");
}

#[test]
fn each_frame_of_a_car_is_decoded_when_the_sizes_tell_of_it() {
    let mut stream = Stream::new(&[[500, 560], [900, 950], [1210, 1245]]);
    stream.play(60 * FPS);
    stream.assert_nothing_missed();
    let health = stream.gate.health();
    assert_eq!(health.wakes, 3);
    assert!(health.decoded < 10 * FPS + 55 + 3 * 130, "{health:?}");
}

#[test]
fn each_frame_is_decoded_when_only_a_key_frame_tells_of_it() {
    for (key_every, delay) in [(25, 0), (50, 0), (25, 2), (75, 3)] {
        // Each is in view when a key frame comes.
        let mut stream = Stream::new(&[[580, 630], [1010, 1060]]);
        (stream.telling, stream.key_every, stream.delay) = (false, key_every, delay);
        stream.play(50 * FPS);
        stream.assert_nothing_missed();
        let health = stream.gate.health();
        assert!(health.wakes >= 2 && health.decoded < 33 * FPS, "{key_every}: {health:?}");
    }
}

#[test]
fn what_was_still_before_a_car_is_not_held_for_movement_though_it_is_decoded_after_it() {
    let mut stream = Stream::new(&[[640, 690]]);
    (stream.telling, stream.key_every) = (false, 50);
    stream.play(700);
    stream.assert_nothing_missed();
    assert!(stream.given.contains(&601), "it went back: {:?}", stream.given);
    let first = stream.moving.first().copied();
    assert!(first.is_some_and(|first| (640..645).contains(&first)), "{:?}", stream.moving);
}

#[test]
fn a_slow_decoder_falls_behind_within_bounds_and_catches_up() {
    let mut stream = Stream::new(&[[600, 650]]);
    stream.play(598);
    assert!(stream.gate.health().watching);
    // The decoder stops for three seconds as the car comes.
    for _ in 0..75 {
        stream.arrive();
    }
    assert!(stream.gate.health().behind_ms > 2500, "{:?}", stream.gate.health());
    stream.play(10);
    assert_eq!(stream.gate.health().behind_ms, 0);
    stream.assert_nothing_missed();
    // For a minute: what is too old is given up, and it goes on with a key frame.
    stream.cars.push([700, 2300]);
    stream.play(20);
    for _ in 0..1500 {
        stream.arrive();
    }
    let health = stream.gate.health();
    assert!(health.skipped > 1000 && health.behind_ms <= 9000, "{health:?}");
    stream.play(100);
    let health = stream.gate.health();
    assert!(health.behind_ms == 0, "{health:?}");
    assert!(
        stream.given.last().is_some_and(|last| *last >= 2300 - 25),
        "{:?}",
        stream.given.last()
    );
}

#[test]
fn many_bytes_are_given_up_before_the_ring_is_too_full() {
    let mut stream = Stream::new(&[[0, 5000]]);
    stream.bytes = 100_000;
    for _ in 0..500 {
        stream.arrive();
        assert!(stream.gate.health().ring_bytes <= MOST_BYTES);
    }
    stream.play(60);
    assert_eq!(stream.given.last(), Some(&(stream.next - 1)));
}

#[test]
fn without_key_frames_and_with_seldom_ones_everything_is_decoded() {
    for key_every in [100_000, 250] {
        let mut stream = Stream::new(&[]);
        stream.key_every = key_every;
        stream.play(60 * FPS);
        let health = stream.gate.health();
        assert!(!health.watching && health.decoded == 60 * FPS, "{key_every}: {health:?}");
        assert!(health.ring_bytes <= MOST_BYTES, "{health:?}");
        assert!(health.cannot.is_some_and(|why| why.contains("key frames")), "{health:?}");
    }
}

#[test]
fn a_stream_that_begins_between_key_frames_is_decoded_once_one_comes() {
    let mut stream = Stream::new(&[[500, 560]]);
    stream.next = 13;
    stream.state = Some(12);
    stream.play(40 * FPS);
    stream.assert_nothing_missed();
    assert!(stream.gate.health().watching);
}

#[test]
fn it_decodes_while_something_is_undecided() {
    let mut stream = Stream::new(&[]);
    stream.play(20 * FPS);
    assert!(stream.gate.health().watching);
    assert!(stream.gate.attend(Attention { undecided: true, ..Attention::default() }));
    stream.play(5 * FPS);
    let begins = stream.given.iter().position(|n| *n >= 20 * FPS).unwrap();
    assert_eq!(stream.given.len() - begins, 5 * FPS as usize);
    stream.gate.attend(Attention::default());
    stream.play(5 * FPS);
    assert!(stream.gate.health().watching);
}

#[test]
fn each_key_frame_that_waited_is_judged_in_its_turn() {
    // The machine stands still for five seconds; the car was in view at one key frame of five.
    let mut stream = Stream::new(&[[555, 595]]);
    stream.telling = false;
    stream.play(520);
    assert!(stream.gate.health().watching);
    for _ in 0..125 {
        stream.arrive();
    }
    stream.play(60);
    stream.assert_nothing_missed();
}

#[test]
fn a_file_waits_at_a_key_frame_that_was_not_judged() {
    let mut stream = Stream::new(&[]);
    stream.play(521);
    assert!(stream.gate.health().watching);
    while stream.gate.has_room() {
        stream.arrive();
    }
    assert_eq!(stream.next, 526, "after the key frame 525");
    stream.decode(1000);
    assert!(stream.gate.has_room());
}

#[test]
fn what_follows_is_given_even_when_it_went_back_in_vain() {
    // A key frame shows the car; before the frames in between are decoded, too much has come.
    let mut stream = Stream::new(&[[540, 600]]);
    (stream.telling, stream.key_every) = (false, 50);
    stream.play(550);
    stream.arrive();
    stream.decode(1);
    assert!(!stream.gate.health().watching);
    for _ in 0..300 {
        stream.arrive();
    }
    stream.play(10);
    let health = stream.gate.health();
    assert!(health.skipped > 0, "{health:?}");
    // The newest key frame, and nothing after it: the street is empty by then.
    assert_eq!(stream.given.last(), Some(&850));
}

#[test]
fn the_end_is_decoded_whether_a_key_frame_told_of_it_or_not() {
    // In view at the last key frame, and only after it; the decoder holds two frames back.
    for (car, delay) in [([590, 609], 0), ([602, 609], 0), ([590, 609], 2)] {
        let mut stream = Stream::new(&[car]);
        (stream.telling, stream.key_every, stream.delay) = (false, 50, delay);
        stream.play(599);
        assert!(stream.gate.health().watching);
        (0..11).for_each(|_| stream.arrive());
        stream.gate.end();
        stream.decode(1000);
        let held: Vec<_> = stream.inside.drain(..).collect();
        for (out, shown) in held {
            stream.hand_out(out, shown);
        }
        stream.assert_nothing_missed();
    }
}
