//! Where a plate was, where it will be, and which way it moves.

use super::direction::Direction;
use crate::frame::Rect;

/// Share of the newest velocity in the smoothed one.
const VELOCITY_SHARE: f32 = 0.6;
/// The plate must grow or shrink by this factor to be coming or going.
const GROWTH: f32 = 1.15;
/// A plate that goes slower than this many of its widths a second, and grows by less than this
/// much a second, stands: boxes tremble.
const MOVING_WIDTHS_PER_S: f32 = 0.5;
const MOVING_GROWTH_PER_S: f32 = 0.3;
/// What neither went half of its width nor became wider or narrower by this factor has hardly moved. Its
/// height tells nothing: now the whole of a sign is taken for a plate and now one row of it.
const GONE_WIDTHS: f32 = 0.5;
const GONE_GROWTH: f32 = 1.5;
/// Looks at the beginning of a track whose mean is its start.
const START_LOOKS: u32 = 3;

/// The movement of one plate through the picture: constant velocity of the centre
/// and constant relative growth, smoothed.
#[derive(Debug, Clone)]
pub(super) struct Motion {
    last: Rect,
    last_s: f64,
    /// Pixels per second.
    velocity: [f32; 2],
    /// Logarithm of the growth per second.
    growth: f32,
    looks: u32,
    start: Rect,
    /// The longest way from the start, as a multiple of the plate's width there.
    farthest: f32,
}

impl Motion {
    pub(super) fn new(rect: Rect, at_s: f64) -> Self {
        Self {
            last: rect,
            last_s: at_s,
            velocity: [0.0; 2],
            growth: 0.0,
            looks: 1,
            start: rect,
            farthest: 0.0,
        }
    }

    pub(super) fn last(&self) -> Rect {
        self.last
    }

    pub(super) fn looks(&self) -> u32 {
        self.looks
    }

    /// Where the plate should be at a later time.
    pub(super) fn predicted(&self, at_s: f64) -> Rect {
        // Long gaps are not extrapolated: cars brake and turn.
        let ahead_s = (at_s - self.last_s).clamp(0.0, 0.5) as f32;
        let grown = (self.growth * ahead_s).clamp(-0.7, 0.7).exp();
        let [x, y] = self.last.centre();
        let (x, y) = (x + self.velocity[0] * ahead_s, y + self.velocity[1] * ahead_s);
        let (w, h) = (self.last.w * grown, self.last.h * grown);
        Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }
    }

    pub(super) fn update(&mut self, rect: Rect, at_s: f64) {
        let passed_s = (at_s - self.last_s) as f32;
        if passed_s > 0.0 {
            let (from, to) = (self.last.centre(), rect.centre());
            let share = if self.looks == 1 { 1.0 } else { VELOCITY_SHARE };
            for axis in 0..2 {
                let velocity = (to[axis] - from[axis]) / passed_s;
                self.velocity[axis] += share * (velocity - self.velocity[axis]);
            }
            let growth = (size(&rect) / size(&self.last)).ln() / passed_s;
            if growth.is_finite() {
                self.growth += share * (growth - self.growth);
            }
        }
        self.looks += 1;
        if self.looks <= START_LOOKS {
            self.start = mean(&self.start, &rect, 1.0 / self.looks as f32);
        }
        let (from, to) = (self.start.centre(), rect.centre());
        let way = (to[0] - from[0]).hypot(to[1] - from[1]) / self.start.w.max(1.0);
        self.farthest = self.farthest.max(way);
        self.last = rect;
        self.last_s = at_s;
    }

    /// Restarts the movement somewhere else, keeping its beginning.
    pub(super) fn jump(&mut self, rect: Rect, at_s: f64) {
        self.last = rect;
        self.last_s = at_s;
        self.velocity = [0.0; 2];
        self.growth = 0.0;
        self.looks += 1;
    }

    /// Whether the plate moves at this moment.
    pub(super) fn is_moving(&self) -> bool {
        let speed = self.velocity[0].hypot(self.velocity[1]);
        speed > MOVING_WIDTHS_PER_S * self.last.w || self.growth.abs() > MOVING_GROWTH_PER_S
    }

    /// Whether the plate has gone somewhere since its start, more than a trembling box does.
    pub(super) fn has_gone(&self) -> bool {
        let widened = (self.last.w.max(1.0) / self.start.w.max(1.0)).ln().abs();
        self.farthest >= GONE_WIDTHS || widened > GONE_GROWTH.ln()
    }

    /// Which way the plate has moved since its start.
    pub(super) fn direction(&self) -> Direction {
        if self.looks < START_LOOKS {
            return Direction::Unknown;
        }
        let grown = size(&self.last) / size(&self.start).max(1.0);
        let (from, to) = (self.start.centre(), self.last.centre());
        let unit = self.start.w.max(1.0);
        let (right, down) = ((to[0] - from[0]) / unit, (to[1] - from[1]) / unit);
        if grown > GROWTH {
            Direction::Approaching
        } else if grown < 1.0 / GROWTH {
            Direction::Receding
        } else if right.abs() > 0.5 && right.abs() >= down.abs() {
            if right > 0.0 { Direction::Right } else { Direction::Left }
        } else if down.abs() > 0.5 {
            // A camera that looks down on the road sees what comes nearer go down.
            if down > 0.0 { Direction::Approaching } else { Direction::Receding }
        } else if self.farthest < GONE_WIDTHS {
            Direction::Still
        } else {
            Direction::Unknown
        }
    }
}

/// Square root of the area: a length that does not depend on the plate's shape.
fn size(rect: &Rect) -> f32 {
    rect.area().max(1e-3).sqrt()
}

fn mean(a: &Rect, b: &Rect, share: f32) -> Rect {
    let mix = |a: f32, b: f32| a + (b - a) * share;
    Rect { x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) }
}

/// How badly a detection fits where a plate should be; `None` when it cannot be it.
///
/// The distance of the centres in plate widths plus the difference in size. Two
/// looks tell a velocity; before that a fast car may have gone some plate widths.
pub(super) fn misfit(motion: &Motion, rect: &Rect, at_s: f64) -> Option<f32> {
    let expected = motion.predicted(at_s);
    let (a, b) = (expected.centre(), rect.centre());
    let unit = expected.w.max(rect.w).max(1.0);
    let apart = (a[0] - b[0]).hypot(a[1] - b[1]) / unit;
    let sizes = (size(rect) / size(&expected)).ln().abs();
    let gap_s = (at_s - motion.last_s).max(0.0) as f32;
    let reach = if motion.looks() < 2 { 2.0 } else { 1.0 } + 1.5 * gap_s.min(1.0);
    (apart < reach && sizes < 0.5 + 0.5 * gap_s.min(1.0)).then_some(apart + sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f32, y: f32, w: f32) -> Rect {
        Rect { x, y, w, h: w / 4.7 }
    }

    #[test]
    fn directions() {
        let moved = |step: &dyn Fn(f32) -> Rect| {
            let mut motion = Motion::new(step(0.0), 0.0);
            for look in 1..20_i16 {
                motion.update(step(f32::from(look)), f64::from(look) * 0.08);
            }
            motion.direction()
        };
        assert_eq!(
            moved(&|t| rect(500.0, 100.0 + 5.0 * t, 50.0 + 3.0 * t)),
            Direction::Approaching
        );
        assert_eq!(moved(&|t| rect(500.0, 300.0 - 5.0 * t, 110.0 - 3.0 * t)), Direction::Receding);
        assert_eq!(moved(&|t| rect(100.0 + 20.0 * t, 300.0, 80.0)), Direction::Right);
        assert_eq!(moved(&|t| rect(900.0 - 20.0 * t, 300.0, 80.0)), Direction::Left);
        assert_eq!(moved(&|t| rect(300.0 + (t % 2.0), 300.0, 80.0)), Direction::Still);
        assert_eq!(Motion::new(rect(0.0, 0.0, 50.0), 0.0).direction(), Direction::Unknown);
    }

    #[test]
    fn a_sign_has_not_gone_however_its_box_changes() {
        let gone = |step: &dyn Fn(i16) -> Rect| {
            let mut motion = Motion::new(step(0), 0.0);
            for look in 1..20 {
                motion.update(step(look), f64::from(look) * 0.08);
            }
            motion.has_gone()
        };
        let whole = Rect { x: 266.0, y: 142.0, w: 55.0, h: 56.0 };
        let row = Rect { x: 268.0, y: 144.0, w: 50.0, h: 18.0 };
        assert!(!gone(&|look| if look % 4 < 2 { whole } else { row }));
        assert!(gone(&|look| rect(
            500.0 - 1.5 * f32::from(look),
            300.0,
            60.0 + 3.0 * f32::from(look)
        )));
        assert!(gone(&|look| rect(100.0 + 5.0 * f32::from(look), 300.0, 80.0)));
    }

    #[test]
    fn a_plate_moves_until_it_stands() {
        let mut motion = Motion::new(rect(500.0, 100.0, 100.0), 0.0);
        let mut at_s = 0.0;
        let mut show = |motion: &mut Motion, y: f32, w: f32| {
            at_s += 0.08;
            motion.update(rect(500.0, y, w), at_s);
            motion.is_moving()
        };
        assert!((1..10_i16).all(|n| show(&mut motion, 100.0 + 8.0 * f32::from(n), 100.0)));
        let trembling = |n: i16| 180.0 + f32::from(n % 2) * 1.5;
        for n in 0..10 {
            show(&mut motion, trembling(n), 100.0);
        }
        assert!((0..20).all(|n| !show(&mut motion, trembling(n), 100.0)));
    }

    #[test]
    fn a_moving_plate_is_expected_further_on() {
        let mut motion = Motion::new(rect(100.0, 100.0, 60.0), 0.0);
        for look in 1..6_i16 {
            let t = f32::from(look);
            motion.update(rect(100.0 + 90.0 * t, 100.0, 60.0), f64::from(look) * 0.08);
        }
        let next = rect(100.0 + 90.0 * 6.0, 100.0, 60.0);
        assert!(misfit(&motion, &next, 0.48).is_some_and(|m| m < 0.1));
        assert!(misfit(&motion, &rect(100.0, 100.0, 60.0), 0.48).is_none());
        assert!(misfit(&motion, &rect(640.0, 100.0, 200.0), 0.48).is_none());
    }
}
