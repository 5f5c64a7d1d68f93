//! The counter on drawn scenes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::frame::{ColourMatrix, Frame, Layout, Picture, Rect};
use crate::tracking::Direction;
use crate::vision::{VehicleDetection, VehicleKind};

const WIDTH: usize = 320;
const HEIGHT: usize = 180;
const FPS: f64 = 12.5;

/// Pseudo-random numbers, the same in every run.
struct Noise(u64);

impl Noise {
    /// From -1 to 1, mean 0.
    fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32 / (1_u64 << 23) as f32) - 1.0
    }
}

/// A picture being drawn: luma, 0 to 255.
struct Canvas(Vec<f32>);

impl Canvas {
    /// A road with a kerb and some cracks.
    fn road() -> Self {
        let mut luma = vec![105.0; WIDTH * HEIGHT];
        for (index, pixel) in luma.iter_mut().enumerate() {
            let (x, y) = (index % WIDTH, index / WIDTH);
            *pixel += ((x * 7 + y * 13) % 11) as f32;
            if (20..26).contains(&y) {
                *pixel = 180.0;
            }
        }
        Self(luma)
    }

    fn paint(&mut self, rect: &Rect, mut change: impl FnMut(usize, usize, &mut f32)) {
        let inside = |from: f32, to: f32, most: usize| {
            from.max(0.0) as usize..(to.max(0.0) as usize).min(most)
        };
        for y in inside(rect.y, rect.y + rect.h, HEIGHT) {
            for x in inside(rect.x, rect.x + rect.w, WIDTH) {
                change(x, y, &mut self.0[y * WIDTH + x]);
            }
        }
    }

    /// A car with bonnet, windows and roof, and its shadow.
    fn car(&mut self, rect: &Rect, paint: f32) {
        let shadow = Rect { y: rect.y + rect.h * 0.3, h: rect.h * 0.85, ..*rect };
        self.paint(&shadow, |_, _, pixel| *pixel *= 0.6);
        let (left, width) = (rect.x, rect.w);
        self.paint(rect, |x, _, pixel| {
            let along = (x as f32 - left) / width;
            let window = (0.25..0.35).contains(&along) || (0.7..0.78).contains(&along);
            *pixel = if window { 30.0 } else { paint };
        });
    }

    fn frame(mut self, number: u32, noise: &mut Noise, sigma: f32, gain: f32) -> Frame {
        for pixel in &mut self.0 {
            *pixel = *pixel * gain + noise.next() * sigma * 1.7;
        }
        let mut bytes: Vec<u8> = self.0.iter().map(|pixel| *pixel as u8).collect();
        bytes.resize(WIDTH * HEIGHT * 3 / 2, 128);
        let layout = Layout::I420 {
            offsets: [0, WIDTH * HEIGHT, WIDTH * HEIGHT * 5 / 4],
            strides: [WIDTH, WIDTH / 2, WIDTH / 2],
            matrix: ColourMatrix::Bt709,
        };
        Frame {
            sequence: number.into(),
            stream_time: Duration::from_secs_f64(f64::from(number) / FPS),
            captured_at: Timestamp::UNIX_EPOCH,
            picture: Picture::new(WIDTH as u32, HEIGHT as u32, layout, Arc::new(bytes)).unwrap(),
            movement: None,
        }
    }
}

/// What passes in a scene of so many seconds; `draw` gets the time in seconds.
fn passages(
    seconds: f64,
    sigma: f32,
    gain: impl Fn(f32) -> f32,
    draw: impl Fn(f32, &mut Canvas, &mut Noise),
) -> Vec<Passage> {
    let mut counter = TrafficCounter::new(CountConfig::default());
    let mut noise = Noise(7);
    let mut all = Vec::new();
    for number in 0..(seconds * FPS) as u32 {
        let at_s = (f64::from(number) / FPS) as f32;
        let mut canvas = Canvas::road();
        draw(at_s, &mut canvas, &mut noise);
        let frame = canvas.frame(number, &mut noise, sigma, gain(at_s));
        all.extend(counter.observe(&frame, &[]));
    }
    all.extend(counter.flush());
    all
}

/// The passages in short, for messages.
fn told(all: &[Passage]) -> String {
    let place = |at: Option<&Waypoint>| at.map(|at| at.rect.centre().map(f32::round));
    let each = all.iter().map(|p| {
        let (from, to) = (place(p.path.first()), place(p.path.last()));
        format!(
            "{}: {:.1}-{:.1} s {:?} {:?} {from:?} {to:?}",
            p.vehicle, p.first_s, p.last_s, p.heading, p.direction
        )
    });
    each.collect::<Vec<_>>().join("; ")
}

fn car_at(x: f32, y: f32) -> Rect {
    Rect { x, y, w: 60.0, h: 28.0 }
}

const STEADY: fn(f32) -> f32 = |_| 1.0;

#[test]
fn a_car_that_crosses_is_one_passage_by_day_and_in_the_noise_of_the_night() {
    for (sigma, paint, speed) in
        [(2.0, 200.0, 90.0), (2.0, 60.0, 90.0), (14.0, 190.0, 90.0), (4.0, 220.0, 220.0)]
    {
        let drawn = |t: f32, canvas: &mut Canvas, _: &mut Noise| {
            canvas.car(&car_at(-80.0 + (t - 6.0) * speed, 90.0), paint);
        };
        let all = passages(14.0, sigma, STEADY, drawn);
        assert_eq!(all.len(), 1, "noise {sigma}, paint {paint}: {}", told(&all));
        let passage = &all[0];
        assert_eq!((passage.heading, passage.direction), (Heading::Right, Direction::Right));
        assert_eq!((passage.kind, passage.vehicle > 0), (None, true));
        assert!((6.0..6.9).contains(&passage.first_s), "{}", told(&all));
        let gone_s = f64::from(6.0 + 400.0 / speed);
        assert!((passage.last_s - gone_s).abs() < 1.2, "{} {gone_s}", passage.last_s);
        let (first, last) = (passage.path[0].rect, passage.path[passage.path.len() - 1].rect);
        assert!(first.centre()[0] < 60.0 && last.centre()[0] > 260.0, "{}", told(&all));
    }
}

#[test]
fn two_that_meet_on_neighbouring_lanes_are_two() {
    let all = passages(14.0, 3.0, STEADY, |t, canvas, _| {
        canvas.car(&car_at(-80.0 + (t - 5.0) * 80.0, 60.0), 200.0);
        canvas.car(&car_at(380.0 - (t - 5.0) * 70.0, 105.0), 50.0);
    });
    let mut headings: Vec<Heading> = all.iter().map(|passage| passage.heading).collect();
    headings.sort_unstable();
    assert_eq!(headings, [Heading::Left, Heading::Right], "{}", told(&all));
}

#[test]
fn two_whose_pictures_cover_each_other_for_a_moment_are_two() {
    let all = passages(14.0, 3.0, STEADY, |t, canvas, _| {
        canvas.car(&car_at(380.0 - (t - 5.0) * 90.0, 84.0), 60.0);
        canvas.car(&car_at(-80.0 + (t - 5.0) * 80.0, 104.0), 210.0);
    });
    let mut headings: Vec<Heading> = all.iter().map(|passage| passage.heading).collect();
    headings.sort_unstable();
    assert_eq!(headings, [Heading::Left, Heading::Right], "{}", told(&all));
}

#[test]
fn three_in_a_row_are_three() {
    let all = passages(16.0, 3.0, STEADY, |t, canvas, _| {
        for place in 0..3_u8 {
            canvas.car(&car_at(-80.0 + (t - 5.0) * 90.0 - 85.0 * f32::from(place), 90.0), 190.0);
        }
    });
    assert_eq!(all.len(), 3, "{}", told(&all));
}

#[test]
fn a_car_that_stops_and_goes_on_is_one_passage() {
    for stop_s in [3.0, 30.0, 90.0] {
        let all = passages(20.0 + f64::from(stop_s), 3.0, STEADY, |t, canvas, _| {
            let going_s = (t - 5.0).min(2.5) + (t - 7.5 - stop_s).max(0.0);
            canvas.car(&car_at(-80.0 + going_s * 80.0, 90.0), 200.0);
        });
        assert_eq!(all.len(), 1, "stops {stop_s} s: {}", told(&all));
        assert_eq!(all[0].heading, Heading::Right);
        assert!(all[0].last_s > f64::from(stop_s) + 9.0, "{:?}", all[0]);
    }
}

#[test]
fn a_car_that_creeps_is_one_passage() {
    let all = passages(70.0, 3.0, STEADY, |t, canvas, _| {
        canvas.car(&car_at(-70.0 + (t - 5.0) * 8.0, 90.0), 205.0);
    });
    assert_eq!(all.len(), 1, "{}", told(&all));
}

#[test]
fn parked_cars_leaves_lamps_and_light_are_no_vehicles() {
    let leaves = Rect::from([220.0, 0.0, 100.0, 70.0]);
    let gain = |t: f32| {
        if t < 12.0 {
            1.0
        } else if t < 20.0 {
            0.8
        } else {
            1.15
        }
    };
    let all = passages(40.0, 3.0, gain, |t, canvas, noise| {
        canvas.paint(&leaves, |x, y, pixel| {
            let sway = (t * 4.0 + (x / 6 + y / 5) as f32).sin();
            *pixel = 80.0 + 50.0 * sway + 20.0 * noise.next();
        });
        canvas.car(&car_at(40.0, 120.0), 200.0);
        if ((t * 1.4) as u32).is_multiple_of(2) {
            canvas.paint(&Rect::from([38.0, 126.0, 10.0, 12.0]), |_, _, pixel| *pixel = 250.0);
        }
    });
    assert!(all.is_empty(), "{}", told(&all));
}

#[test]
fn a_car_passes_while_the_light_changes_and_leaves_sway() {
    let leaves = Rect::from([0.0, 0.0, 320.0, 40.0]);
    let gain = |t: f32| if t < 12.0 { 1.0 } else { 0.75 };
    let all = passages(22.0, 3.0, gain, |t, canvas, noise| {
        canvas.paint(&leaves, |x, y, pixel| {
            let sway = (t * 4.0 + (x / 6 + y / 5) as f32).sin();
            *pixel = 80.0 + 50.0 * sway + 20.0 * noise.next();
        });
        canvas.car(&car_at(-80.0 + (t - 10.0) * 80.0, 90.0), 200.0);
    });
    assert_eq!(all.len(), 1, "{}", told(&all));
}

#[test]
fn a_car_that_was_there_at_the_beginning_passes_when_it_drives_off() {
    let all = passages(14.0, 3.0, STEADY, |t, canvas, _| {
        canvas.car(&car_at(100.0 + (t - 4.0).max(0.0) * 70.0, 90.0), 200.0);
    });
    assert_eq!(all.len(), 1, "{}", told(&all));
}

#[test]
fn what_walks_upright_is_no_vehicle() {
    let all = passages(20.0, 3.0, STEADY, |t, canvas, _| {
        canvas.car(&Rect { x: -30.0 + (t - 4.0) * 30.0, y: 70.0, w: 20.0, h: 70.0 }, 200.0);
    });
    assert!(all.is_empty(), "{}", told(&all));
}

fn seen(rect: Rect, kind: VehicleKind) -> VehicleDetection {
    let mut kinds = [0.0; VehicleKind::ALL.len()];
    kinds[kind as usize] = 0.8;
    VehicleDetection { rect, score: 0.8, kinds }
}

/// What passes where nothing but the boxes is known, one list of boxes a frame.
fn of_boxes(boxes: impl Iterator<Item = Vec<VehicleDetection>>) -> (Vec<Passage>, TrafficCounter) {
    let mut counter =
        TrafficCounter::new(CountConfig { fixed_camera: false, ..CountConfig::default() });
    let mut all = Vec::new();
    for (number, found) in (0..).zip(boxes) {
        let frame = Canvas::road().frame(number, &mut Noise(1), 2.0, 1.0);
        all.extend(counter.observe(&frame, &found));
    }
    (all, counter)
}

#[test]
fn the_kind_is_what_most_looks_say_and_a_parked_one_does_not_pass() {
    let boxes = (0..60_u16).map(|number| {
        let x = f32::from(number) * 6.0 - 60.0;
        let kind = if number % 4 == 0 { VehicleKind::Truck } else { VehicleKind::Van };
        let tremble = f32::from(number % 3);
        let parked = seen(Rect::from([100.0 + tremble, 20.0, 70.0, 40.0]), VehicleKind::Car);
        let passing = Rect { x, y: 90.0, w: 70.0, h: 40.0 };
        // The detector misses one in five.
        if number % 5 == 0 { vec![parked] } else { vec![parked, seen(passing, kind)] }
    });
    let (mut all, mut counter) = of_boxes(boxes);
    let plate = Rect::from([150.0, 115.0, 20.0, 6.0]);
    let at = counter.vehicle_at(30.0 / FPS, &plate);
    assert_eq!(at.map(|(_, kind)| kind), Some(Some(VehicleKind::Van)));
    assert_eq!(counter.vehicle_at(1.0 / FPS, &Rect::from([300.0, 5.0, 9.0, 3.0])), None);
    // Just below the box it is still its bumper, further down the road.
    let below = |y| counter.vehicle_at(30.0 / FPS, &Rect { y, ..plate });
    assert_eq!((below(131.0), below(143.0)), (at, None));
    all.extend(counter.flush());
    assert_eq!(all.len(), 1, "{}", told(&all));
    assert_eq!((all[0].kind, all[0].heading), (Some(VehicleKind::Van), Heading::Right));
    assert!((0.5..1.0).contains(&all[0].kind_confidence));
}

#[test]
fn one_that_comes_nearer_approaches_and_a_far_one_is_not_counted() {
    let boxes = (0..40_u16).map(|number| {
        let size = 12.0 + f32::from(number) * 2.0;
        let near = Rect { x: 150.0 - size, y: 20.0 + size, w: size, h: size * 0.8 };
        let far = Rect { x: 200.0 + f32::from(number) * 2.0, y: 10.0, w: 12.0, h: 8.0 };
        vec![seen(near, VehicleKind::Car), seen(far, VehicleKind::Car)]
    });
    let (mut all, mut counter) = of_boxes(boxes);
    all.extend(counter.flush());
    assert_eq!(all.len(), 1, "{}", told(&all));
    assert_eq!(all[0].direction, Direction::Approaching);
}

#[test]
fn before_a_fixed_camera_boxes_name_what_moves_and_count_nothing() {
    let mut counter = TrafficCounter::new(CountConfig::default());
    let mut noise = Noise(3);
    let mut all = Vec::new();
    for number in 0..250_u16 {
        let t = f32::from(number) / FPS as f32;
        let mut canvas = Canvas::road();
        let car = car_at(-80.0 + (t - 4.0) * 80.0, 90.0);
        canvas.car(&car, 200.0);
        let frame = canvas.frame(number.into(), &mut noise, 3.0, 1.0);
        let whole = car.clamped(WIDTH as u32, HEIGHT as u32);
        // The detector knows the car in every second look, in two parts, and sees one that is none.
        let half = Rect { w: whole.w / 2.0, ..whole };
        let ghost = seen(Rect::from([20.0 + t * 10.0, 20.0, 60.0, 30.0]), VehicleKind::Bus);
        let known = [seen(whole, VehicleKind::Van), seen(half, VehicleKind::Car), ghost];
        let known: &[_] = if whole.w > 25.0 && number % 2 == 0 { &known } else { &known[2..] };
        all.extend(counter.observe(&frame, known));
    }
    all.extend(counter.flush());
    assert_eq!(all.len(), 1, "{}", told(&all));
    assert_eq!(all[0].kind, Some(VehicleKind::Van));
}
