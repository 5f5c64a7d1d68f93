//! Following by movement: which vehicle a group of moving cells is.

use super::counter::{TrafficCounter, cells_of, rect_of};
use super::motion::{size, union};
use super::vehicle::Seen;
use crate::frame::Rect;

/// A blob and a vehicle overlap at least so much (intersection over union).
const LEAST_IOU: f32 = 0.2;
/// A blob that lies by this share within a vehicle is a part of it, and the other way round.
pub(super) const PART_SHARE: f32 = 0.5;
/// What has been covered by another's blob for so long, seconds, and is less than this share of it
/// or never went anywhere by itself, is a part of it.
const FRAGMENT_S: f64 = 1.0;
/// What is younger than this is taken for a part at once, seconds; what is older fits this much better.
const NEW_S: f64 = 0.6;
const KNOWN_BONUS: f32 = 0.5;
const FRAGMENT_SHARE: f32 = 0.25;
/// Where this share of a vehicle's box differs from the scene it is still there.
const STANDING_SHARE: f32 = 0.3;
/// A blob that covers this share of another vehicle's box too shows something of both.
const SHARED_SHARE: f32 = 0.2;
/// Parts of one vehicle fill this share of the box around them, or are so few cells apart.
const FILLED_SHARE: f32 = 0.5;
const PARTS_APART: f32 = 3.0;
/// A blob so many cells beside a slow vehicle may be a part of it.
const BESIDE_CELLS: f32 = 2.0;
/// The largest blob that can be a vehicle's next look, in multiples of what was expected.
const GROWN_AREA: f32 = 3.0;

impl TrafficCounter {
    /// Takes in the blobs of a frame: each continues a vehicle, is a part of one, or begins one.
    pub(super) fn follow_blobs(&mut self, blobs: &[Rect], expected: &[Rect], at_s: f64) {
        let mut seen = vec![false; expected.len()];
        // Of each blob the vehicle that it fits best.
        let mut parts: Vec<Option<Rect>> = vec![None; expected.len()];
        let mut covered: Vec<Option<(usize, Rect)>> = vec![None; expected.len()];
        let mut shared = vec![false; expected.len()];
        let mut new = Vec::new();
        for blob in blobs {
            // What sets off shows beside where it stood first.
            let beside = |at: usize| if self.vehicles[at].is_slow() { BESIDE_CELLS } else { 0.0 };
            let fits = |at: &usize| {
                let fit = fit(&expected[*at], blob, beside(*at));
                // What is new may be a part of what is known.
                if fit > 0.0 && self.is_known(*at) { fit + KNOWN_BONUS } else { fit }
            };
            let best = (0..expected.len())
                .filter(|at| !seen[*at] && fits(at) > 0.0)
                .max_by(|a, b| fits(a).total_cmp(&fits(b)));
            let Some(best) = best else {
                new.push(*blob);
                continue;
            };
            match parts[best] {
                None => parts[best] = Some(*blob),
                Some(known) if belong_together(&known, blob) => {
                    parts[best] = Some(union(&known, blob));
                }
                Some(_) => {
                    new.push(*blob);
                    continue;
                }
            }
            for (other, rect) in expected.iter().enumerate() {
                let share = rect.intersection_area(blob) / rect.area().max(1.0);
                if other == best || seen[other] {
                    continue;
                }
                shared[best] |= share > SHARED_SHARE && self.is_known(other);
                if share > PART_SHARE {
                    covered[other] = Some((best, *blob));
                }
            }
        }
        let mut absorbed = Vec::new();
        for (at, by) in covered.iter().enumerate() {
            let Some((by, blob)) = by.filter(|_| parts[at].is_none()) else { continue };
            let one = &self.vehicles[at];
            let small = expected[at].area() < FRAGMENT_SHARE * expected[by].area();
            let fragment = small || !one.has_gone();
            if fragment && (!self.is_known(at) || at_s - one.alone_s > FRAGMENT_S) {
                absorbed.push(one.id);
            } else {
                self.see(at, &blob, at_s, Seen::Within);
                seen[at] = true;
                shared[by] = true;
            }
        }
        for (at, part) in parts.iter().enumerate() {
            if seen[at] {
                continue;
            }
            // What stands, or creeps, does not move in all of its parts.
            let slow = self.vehicles[at].is_slow();
            let present = if slow { self.ground_within(&expected[at]) } else { None };
            let part = match (part, present) {
                (Some(part), Some((present, _))) => &union(part, &present),
                (Some(part), None) => part,
                (None, Some((_, share))) if share > STANDING_SHARE => {
                    self.vehicles[at].stand(at_s);
                    continue;
                }
                (None, _) => continue,
            };
            // What shows several vehicles is none of them.
            let seen_as = if shared[at] { Seen::Joined } else { Seen::Blob };
            self.see(at, part, at_s, seen_as);
            seen[at] = true;
        }
        self.vehicles.retain(|vehicle| !absorbed.contains(&vehicle.id));
        for blob in new {
            self.begin(blob, at_s);
        }
    }

    /// Whether it has been followed for some time.
    fn is_known(&self, at: usize) -> bool {
        self.vehicles[at].last_s - self.vehicles[at].first_s >= NEW_S
    }

    fn ground_within(&self, rect: &Rect) -> Option<(Rect, f32)> {
        if rect.intersection_area(&self.picture) < 1.0 {
            return None;
        }
        let (present, share) = self.ground.present(cells_of(rect, &self.picture))?;
        Some((rect_of(present), share))
    }
}

/// How well a blob fits where a vehicle should be, 0 for not at all.
fn fit(expected: &Rect, blob: &Rect, beside: f32) -> f32 {
    let both = grown(expected, beside).intersection_area(blob);
    let smaller = expected.area().min(blob.area()).max(1.0);
    let part = both / smaller;
    let iou = expected.iou(blob);
    if part >= PART_SHARE || iou >= LEAST_IOU {
        return part + iou;
    }
    // Small and fast things may not overlap from frame to frame.
    let (a, b) = (expected.centre(), blob.centre());
    let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
    let sizes = (size(blob) / size(expected)).ln().abs();
    let near = apart < 1.2 * size(expected).max(size(blob)) && sizes < 0.5;
    if near && blob.area() < GROWN_AREA * expected.area() {
        0.3 / (1.0 + apart / size(expected))
    } else {
        0.0
    }
}

/// Whether two parts can be of one vehicle by where they are.
fn belong_together(a: &Rect, b: &Rect) -> bool {
    let both = a.area() + b.area() - a.intersection_area(b);
    both >= FILLED_SHARE * union(a, b).area() || grown(a, PARTS_APART).intersection_area(b) > 0.0
}

fn grown(rect: &Rect, by: f32) -> Rect {
    Rect { x: rect.x - by, y: rect.y - by, w: rect.w + 2.0 * by, h: rect.h + 2.0 * by }
}
