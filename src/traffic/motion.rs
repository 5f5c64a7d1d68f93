//! Where a vehicle's box was and where it will be.

use crate::frame::Rect;

/// Shares of a new measurement in place and velocity (alpha-beta filter, the steady state of a
/// Kalman filter for constant velocity; Kalata, 1984). Boxes of moving cells tremble by a cell or
/// two, vehicles brake within a second.
const PLACE_SHARE: f32 = 0.7;
const VELOCITY_SHARE: f32 = 0.35;
/// Gaps longer than this are not extrapolated, seconds: vehicles brake and turn.
const AHEAD_S: f64 = 0.6;

/// Where something else may be seen with it, an edge further out than expected by this share of
/// the box's size and so many cells is not its own.
const REACH_SHARE: f32 = 0.15;
const REACH_CELLS: f32 = 2.0;

/// Movement of a box: each of its four edges by itself with constant velocity, because a vehicle
/// that enters the picture moves only one of them.
#[derive(Debug, Clone)]
pub(super) struct BoxMotion {
    /// Left, top, right, bottom.
    edges: [f32; 4],
    velocities: [f32; 4],
    last_s: f64,
    looks: u32,
}

impl BoxMotion {
    pub(super) fn new(rect: &Rect, at_s: f64) -> Self {
        Self { edges: edges(rect), velocities: [0.0; 4], last_s: at_s, looks: 1 }
    }

    /// The box as it was at the last update.
    pub(super) fn last(&self) -> Rect {
        rect(self.edges)
    }

    /// The box as it should be at a later time.
    pub(super) fn predicted(&self, at_s: f64) -> Rect {
        if self.is_out(at_s) { self.last() } else { rect(self.ahead(at_s)) }
    }

    /// Whether it should be out of the picture by now: its edges meet.
    pub(super) fn is_out(&self, at_s: f64) -> bool {
        let [left, top, right, bottom] = self.ahead(at_s);
        right - left < 1.0 || bottom - top < 1.0
    }

    fn ahead(&self, at_s: f64) -> [f32; 4] {
        let ahead_s = (at_s - self.last_s).clamp(0.0, AHEAD_S) as f32;
        let mut expected = self.edges;
        for (edge, velocity) in expected.iter_mut().zip(self.velocities) {
            *edge += velocity * ahead_s;
        }
        expected
    }

    /// Takes in where the box was seen; `joined`: something else may be in what was seen.
    pub(super) fn update(&mut self, seen: &Rect, at_s: f64, joined: bool) {
        let step_s = (at_s - self.last_s) as f32;
        let (expected, seen) = (edges(&self.predicted(at_s)), edges(seen));
        // The first two looks tell a velocity by themselves.
        let share = if self.looks == 1 { 1.0 } else { VELOCITY_SHARE };
        let reach = REACH_SHARE * size(&self.last()) + REACH_CELLS;
        for edge in 0..4 {
            let mut off = seen[edge] - expected[edge];
            // Left and top are outwards where they are less, right and bottom where they are more.
            let outwards = if edge < 2 { -off } else { off };
            if joined && outwards > reach {
                off = 0.0;
            }
            self.edges[edge] = expected[edge] + PLACE_SHARE.max(share) * off;
            if step_s > 0.0 {
                self.velocities[edge] += share * off / step_s.max(0.02);
            }
        }
        self.last_s = at_s;
        self.looks += 1;
    }

    /// Not seen by itself, but known to be within a box: it moves on as before, slower and slower.
    pub(super) fn coast(&mut self, within: &Rect, at_s: f64) {
        let [left, top, right, bottom] = edges(within);
        let [l, t, r, b] = edges(&self.predicted(at_s));
        // At least as much of it as makes a box is within.
        let (l, t) = (l.clamp(left, right - 1.0), t.clamp(top, bottom - 1.0));
        self.edges = [l, t, r.clamp(l + 1.0, right), b.clamp(t + 1.0, bottom)];
        self.last_s = at_s;
        self.velocities.iter_mut().for_each(|velocity| *velocity *= 0.95);
    }

    /// It stands: no velocity is left.
    pub(super) fn halt(&mut self) {
        self.velocities = [0.0; 4];
    }

    /// Speed of the fastest edge, in cells a second.
    pub(super) fn speed(&self) -> f32 {
        self.velocities.iter().fold(0.0, |fastest, velocity| velocity.abs().max(fastest))
    }
}

/// Left, top, right, bottom.
pub(super) fn edges(rect: &Rect) -> [f32; 4] {
    [rect.x, rect.y, rect.x + rect.w, rect.y + rect.h]
}

fn rect([left, top, right, bottom]: [f32; 4]) -> Rect {
    Rect { x: left, y: top, w: right - left, h: bottom - top }
}

/// The box around both.
pub(super) fn union(a: &Rect, b: &Rect) -> Rect {
    let ([l, t, r, d], [m, u, s, e]) = (edges(a), edges(b));
    rect([l.min(m), t.min(u), r.max(s), d.max(e)])
}

/// Whether a box reaches the picture's edge.
pub(super) fn touches_edge(rect: &Rect, picture: &Rect) -> bool {
    let ([l, t, r, b], [_, _, right, bottom]) = (edges(rect), edges(picture));
    l < 1.0 || t < 1.0 || r > right - 1.0 || b > bottom - 1.0
}

/// Square root of the area: a length that does not depend on the shape.
pub(super) fn size(rect: &Rect) -> f32 {
    rect.area().max(1e-3).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entering_box_is_expected_where_its_leading_edge_goes() {
        let mut motion = BoxMotion::new(&Rect::from([0.0, 0.0, 4.0, 10.0]), 0.0);
        for step in 1..10_u8 {
            let t = f32::from(step);
            motion.update(
                &Rect::from([0.0, 0.0, 4.0 + 3.0 * t, 10.0]),
                f64::from(step) * 0.08,
                false,
            );
        }
        let next = motion.predicted(0.80);
        assert!((next.w - 34.0).abs() < 1.0 && next.x.abs() < 0.5, "{next:?}");
        assert!(motion.speed() > 30.0);
        motion.halt();
        assert_eq!(motion.predicted(2.0), motion.last());
    }
}
