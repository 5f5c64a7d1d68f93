//! Scenes drawn pixel by pixel, as a camera with noise sees them.

use std::sync::Arc;

use super::*;
use crate::frame::{ColourMatrix, Layout};

const WIDTH: usize = 640;
const HEIGHT: usize = 360;
const FPS: u32 = 12;

/// A row of fair dice.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// About normal, with deviation 1.
    fn noise(&mut self) -> f32 {
        (self.roll() + self.roll() + self.roll() - 1.5) * 2.0
    }
}

/// A scene: the brightness of each pixel at each time, and the noise of the sensor.
struct Scene {
    watch: MovementWatch,
    dice: Dice,
    noise: f32,
    frame: u32,
}

impl Scene {
    fn new(noise: f32) -> Self {
        Self { watch: MovementWatch::default(), dice: Dice(7), noise, frame: 0 }
    }

    /// Plays some seconds; returns the share of frames in which something moved.
    fn play(&mut self, seconds: f32, draw: impl Fn(f32, f32, f32) -> f32) -> f32 {
        self.play_with(seconds, false, |_, t, x, y| draw(t, x, y))
    }

    fn play_with(
        &mut self,
        seconds: f32,
        occupied: bool,
        mut draw: impl FnMut(&mut Dice, f32, f32, f32) -> f32,
    ) -> f32 {
        let frames = (seconds * FPS as f32) as u32;
        let mut moved = 0;
        for n in 0..frames {
            let t = n as f32 / FPS as f32;
            let mut bytes = Vec::with_capacity(WIDTH * HEIGHT * 3 / 2);
            for y in 0..HEIGHT {
                for x in 0..WIDTH {
                    let luma = draw(&mut self.dice, t, x as f32, y as f32);
                    bytes.push((luma + self.noise * self.dice.noise()).clamp(0.0, 255.0) as u8);
                }
            }
            bytes.resize(WIDTH * HEIGHT * 3 / 2, 128);
            let layout = Layout::I420 {
                offsets: [0, WIDTH * HEIGHT, WIDTH * HEIGHT * 5 / 4],
                strides: [WIDTH, WIDTH / 2, WIDTH / 2],
                matrix: ColourMatrix::Bt709,
            };
            let picture =
                Picture::new(WIDTH as u32, HEIGHT as u32, layout, Arc::new(bytes)).unwrap();
            let at = Duration::from_secs_f64(f64::from(self.frame) / f64::from(FPS));
            moved += u32::from(self.watch.see(&picture, at, occupied) != Movement::Still);
            self.frame += 1;
        }
        moved as f32 / frames as f32
    }
}

/// An empty street: road, pavement, a pale line.
fn street(x: f32, y: f32) -> f32 {
    match x {
        x if x < 160.0 => 130.0 + 10.0 * (y / 40.0).sin(),
        x if (300.0..310.0).contains(&x) => 190.0,
        _ => 90.0,
    }
}

/// A car of the given paint whose left upper corner is at a place: 110 × 90 pixels, with its
/// windows and its shadow.
fn car(paint: f32, left: f32, top: f32, x: f32, y: f32) -> f32 {
    let (u, v) = (x - left, y - top);
    if !(0.0..110.0).contains(&u) || !(0.0..90.0).contains(&v) {
        return street(x, y);
    }
    match v {
        v if (12.0..32.0).contains(&v) && (12.0..98.0).contains(&u) => 45.0,
        v if v > 80.0 => 40.0,
        _ => paint,
    }
}

#[test]
fn an_empty_street_is_still_by_day_and_by_night() {
    for noise in [0.5, 2.0, 6.0, 14.0] {
        let mut scene = Scene::new(noise);
        scene.play(6.0, |_, x, y| street(x, y));
        let share = scene.play(15.0, |_, x, y| street(x, y));
        assert!(share < 0.02, "noise {noise}: {share}");
        let share = scene.play(1.5, |t, x, y| car(150.0, 200.0, 270.0 * t - 90.0, x, y));
        assert!(share > 0.7, "noise {noise}: a car seen in {share} of its frames");
    }
}

#[test]
fn a_grey_car_on_a_grey_road_is_seen() {
    let mut scene = Scene::new(4.0);
    scene.play(6.0, |_, x, y| street(x, y));
    let share = scene.play(1.5, |t, x, y| car(92.0, 200.0, 270.0 * t - 90.0, x, y));
    assert!(share > 0.7, "{share}");
    // It is gone, and soon nothing moves any more.
    scene.play(1.0, |_, x, y| street(x, y));
    assert!(scene.play(5.0, |_, x, y| street(x, y)) < 0.05);
}

#[test]
fn rain_is_learnt_and_a_car_in_it_is_seen() {
    // Streaks of 2 × 24 pixels, anywhere, new in each frame.
    let rain = |dice: &mut Dice, streaks: &mut Vec<(f32, f32)>, x: f32, y: f32| {
        if x == 0.0 && y == 0.0 {
            *streaks = (0..60).map(|_| (dice.roll() * 640.0, dice.roll() * 360.0)).collect();
        }
        streaks.iter().any(|(u, v)| (0.0..2.0).contains(&(x - u)) && (0.0..24.0).contains(&(y - v)))
    };
    let mut scene = Scene::new(2.0);
    let mut streaks = Vec::new();
    scene.play(5.0, |_, x, y| street(x, y));
    let mut raining = |scene: &mut Scene, seconds: f32, from_s: f32| {
        scene.play_with(seconds, false, |dice, t, x, y| {
            let below = car(150.0, 200.0, 270.0 * (t - from_s) - 90.0, x, y);
            if rain(dice, &mut streaks, x, y) { below + 40.0 } else { below }
        })
    };
    raining(&mut scene, 10.0, 1e6);
    let share = raining(&mut scene, 5.0, 1e6);
    assert!(share < 0.1, "{share} of the frames of rain alone");
    let share = raining(&mut scene, 1.5, 0.0);
    assert!(share > 0.7, "a car in the rain seen in {share} of its frames");
}

#[test]
fn swaying_leaves_are_learnt_and_a_car_in_front_of_them_is_seen() {
    let leaves = |t: f32, x: f32, y: f32| {
        let shift = 9.0 * (t * 2.3).sin() + 4.0 * (t * 5.1 + 1.0).sin();
        let tree = ((x + shift) / 9.0).sin() * ((y + 0.4 * shift) / 11.0).sin();
        if x < 260.0 && y < 220.0 { Some(80.0 + 45.0 * tree) } else { None }
    };
    let windy = |t: f32, x: f32, y: f32| leaves(t, x, y).unwrap_or_else(|| street(x, y));
    let mut scene = Scene::new(2.0);
    scene.play(16.0, windy);
    let share = scene.play(8.0, windy);
    assert!(share < 0.1, "{share} of the frames of wind alone");
    let share = scene.play(1.5, |t, x, y| {
        let left = 200.0;
        let body = car(150.0, left, 270.0 * t - 90.0, x, y);
        if body == street(x, y) { windy(t, x, y) } else { body }
    });
    assert!(share > 0.7, "{share}");
}

#[test]
fn the_lights_of_a_parked_car_are_learnt_and_another_car_is_seen() {
    let blinking = |t: f32, x: f32, y: f32| {
        let lit = (t * 1.4).fract() < 0.5;
        let lamps = (200.0..224.0).contains(&y)
            && ((420.0..446.0).contains(&x) || (508.0..534.0).contains(&x));
        if lit && lamps { 230.0 } else { car(150.0, 420.0, 150.0, x, y) }
    };
    let mut scene = Scene::new(2.0);
    scene.play(20.0, blinking);
    let share = scene.play(8.0, blinking);
    assert!(share < 0.1, "{share} of the frames of blinking alone");
    let share = scene.play(1.5, |t, x, y| {
        let passing = car(110.0, 180.0, 270.0 * t - 90.0, x, y);
        if x < 310.0 { passing } else { blinking(t, x, y) }
    });
    assert!(share > 0.7, "{share}");
}

#[test]
fn a_creeping_car_is_seen_all_the_time_and_a_parked_one_no_longer() {
    let mut scene = Scene::new(2.0);
    scene.play(6.0, |_, x, y| street(x, y));
    // Four pixels a second: half a cell.
    let creeping = |t: f32, x: f32, y: f32| car(150.0, 180.0, 60.0 + 4.0 * t, x, y);
    scene.play(3.0, creeping);
    let share = scene.play(20.0, |t, x, y| creeping(t + 3.0, x, y));
    assert!(share > 0.6, "seen in {share} of its frames");
    scene.play(6.0, |_, x, y| creeping(23.0, x, y));
    let share = scene.play(5.0, |_, x, y| creeping(23.0, x, y));
    assert!(share < 0.05, "{share} once it stands");
}

#[test]
fn an_exposure_that_changes_is_no_movement() {
    let mut scene = Scene::new(2.0);
    scene.play(6.0, |_, x, y| street(x, y));
    let share = scene.play(10.0, |t, x, y| street(x, y) + if t > 3.0 { 14.0 } else { 0.0 });
    assert!(share < 0.05, "{share}");
    let share = scene.play(10.0, |t, x, y| street(x, y) + 14.0 - 3.0 * t);
    assert!(share < 0.05, "{share} as it gets darker");
}

#[test]
fn dense_traffic_does_not_become_a_habit() {
    let mut scene = Scene::new(2.0);
    scene.play(5.0, |_, x, y| street(x, y));
    // A car every 0.8 s, and the plates are followed.
    let traffic = |t: f32, x: f32, y: f32| {
        let at = t % 0.8;
        car(120.0 + 60.0 * (t / 0.8).floor() % 3.0, 200.0, 560.0 * at - 90.0, x, y)
    };
    scene.play_with(60.0, true, |_, t, x, y| traffic(t, x, y));
    assert!(scene.play_with(10.0, true, |_, t, x, y| traffic(t, x, y)) > 0.7);
    scene.play(8.0, |_, x, y| street(x, y));
    assert!(scene.play(1.5, |t, x, y| car(110.0, 200.0, 270.0 * t - 90.0, x, y)) > 0.7);
}
