//! One picture looked at several times, at two sizes and in a mirror: what the looks find together.
//!
//! The network's errors of a picture and its mirror picture are largely others, as it has learnt from
//! pictures either way round. A look counts the more for a vehicle the nearer its size in it is to what
//! the network has learnt: far cars are too small in the smaller picture, near buses too large in the
//! larger one. For stills, which have no next frame.

use super::vehicle::{VehicleDetection, VehicleKind};
use super::vehicle_map::{SAME_VEHICLE_IOU, distinct};
use crate::frame::Rect;

/// Long sides of vehicles in a look: from the first to the second it counts more and more, from the
/// third to the last less and less.
const LONG_SIDES_PX: [f32; 4] = [12.0, 28.0, 240.0, 480.0];
const LEAST_WEIGHT: f32 = 0.02;

/// What one look found.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// In pixels of the picture.
    pub(super) found: Vec<VehicleDetection>,
    /// Pixels of what the network saw for one of the picture.
    pub(super) scale: f32,
}

impl Look {
    /// What this look counts for a vehicle of this size.
    fn weight(&self, rect: &Rect) -> f32 {
        let [low, small, large, high] = LONG_SIDES_PX;
        let side_px = rect.w.max(rect.h) * self.scale;
        let (rising, falling) =
            ((side_px - low) / (small - low), (high - side_px) / (high - large));
        rising.min(falling).clamp(LEAST_WEIGHT, 1.0)
    }
}

/// Writes the mirror picture of `input`, planes with rows of `width` values, into `out`.
pub(super) fn mirror(input: &[f32], width: usize, out: &mut [f32]) {
    let rows = out.chunks_exact_mut(width.max(1)).zip(input.chunks_exact(width.max(1)));
    for (mirrored, row) in rows {
        mirrored.iter_mut().zip(row.iter().rev()).for_each(|(to, from)| *to = *from);
    }
}

/// Adds the mirror picture of `input`, planes with rows of `width` values, behind it.
pub(super) fn add_mirrored(input: &[f32], width: usize, both: &mut Vec<f32>) {
    both.resize(2 * input.len(), 0.0);
    let (direct, mirrored) = both.split_at_mut(input.len());
    direct.copy_from_slice(input);
    mirror(input, width, mirrored);
}

/// Where a box of the mirror picture lies in the picture itself, whose right edge is at `width_px`.
pub(super) fn turned_back(found: VehicleDetection, width_px: f32) -> VehicleDetection {
    let Rect { x, y, w, h } = found.rect;
    VehicleDetection { rect: Rect { x: width_px - x - w, y, w, h }, ..found }
}

/// The vehicles of all looks, surest first. Scores are weighted means, with nought from a look that has
/// not found one; boxes are means of those that have, by their scores.
pub(super) fn together(looks: &[Look]) -> Vec<VehicleDetection> {
    let mut order: Vec<(f32, usize, usize)> = Vec::new();
    for (which, look) in looks.iter().enumerate() {
        let found = look.found.iter().enumerate();
        order.extend(found.map(|(at, one)| (one.score * look.weight(&one.rect), which, at)));
    }
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut free: Vec<Vec<bool>> = looks.iter().map(|look| vec![true; look.found.len()]).collect();
    let mut all = Vec::new();
    for (_, which, at) in order {
        if !free[which][at] {
            continue;
        }
        let rect = looks[which].found[at].rect;
        let mut mean = Mean::default();
        for (other, look) in looks.iter().enumerate() {
            let place = if other == which { Some(at) } else { nearest(look, &rect, &free[other]) };
            if let Some(place) = place {
                free[other][place] = false;
            }
            mean.add(look.weight(&rect), place.map(|place| &look.found[place]));
        }
        all.push(mean.vehicle());
    }
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    distinct(all.into_iter())
}

/// The find of a look that is the vehicle in this box and has not been taken for another one.
fn nearest(look: &Look, rect: &Rect, free: &[bool]) -> Option<usize> {
    let found = look.found.iter().zip(free).enumerate().filter(|(_, (_, free))| **free);
    let overlaps = found.map(|(at, (one, _))| (at, rect.iou(&one.rect)));
    let best = overlaps.max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, overlap)| *overlap > SAME_VEHICLE_IOU).map(|(at, _)| at)
}

/// One vehicle as all looks have it.
#[derive(Default)]
struct Mean {
    weights: f32,
    kinds: [f32; VehicleKind::ALL.len()],
    scores: f32,
    /// x, y, w, h, each times the score.
    rect: [f32; 4],
}

impl Mean {
    fn add(&mut self, weight: f32, found: Option<&VehicleDetection>) {
        self.weights += weight;
        let Some(VehicleDetection { rect, score, kinds }) = found else { return };
        self.kinds.iter_mut().zip(kinds).for_each(|(sum, kind)| *sum += weight * kind);
        self.scores += weight * score;
        let values = [rect.x, rect.y, rect.w, rect.h];
        self.rect.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * score * value);
    }

    fn vehicle(self) -> VehicleDetection {
        let kinds = self.kinds.map(|sum| sum / self.weights);
        let rect = self.rect.map(|sum| sum / self.scores.max(f32::EPSILON));
        let score = kinds.iter().copied().fold(0.0, f32::max);
        VehicleDetection { rect: Rect::from(rect), score, kinds }
    }
}

#[cfg(test)]
mod tests {
    use super::super::vehicle::VehicleKind::{Bus, Car};
    use super::*;

    fn found(rect: [f32; 4], said: &[(VehicleKind, f32)]) -> VehicleDetection {
        let mut kinds = [0.0; VehicleKind::ALL.len()];
        for (kind, score) in said {
            kinds[*kind as usize] = *score;
        }
        let score = kinds.iter().copied().fold(0.0, f32::max);
        VehicleDetection { rect: Rect::from(rect), score, kinds }
    }

    #[test]
    fn every_row_of_every_plane_is_turned_round() {
        let mut both = vec![7.0];
        add_mirrored(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, &mut both);
        assert_eq!(both, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
        let back = turned_back(found([10.0, 5.0, 30.0, 20.0], &[(Car, 0.5)]), 100.0);
        assert_eq!(back.rect, Rect::from([60.0, 5.0, 30.0, 20.0]));
    }

    #[test]
    fn what_both_looks_find_keeps_its_score_and_what_one_finds_loses_half() {
        let direct = vec![
            found([0.0, 0.0, 100.0, 50.0], &[(Car, 0.9)]),
            found([300.0, 0.0, 40.0, 40.0], &[(Bus, 0.6)]),
        ];
        let mirrored = vec![found([10.0, 0.0, 100.0, 50.0], &[(Car, 0.3), (Bus, 0.2)])];
        let looks = [direct, mirrored].map(|found| Look { found, scale: 1.0 });
        let all = together(&looks);
        let said: Vec<_> = all.iter().map(|v| v.kinds.map(|s| (s * 100.0).round())).collect();
        assert_eq!(said, [[60.0, 0.0, 0.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 30.0, 0.0, 0.0]]);
        assert!((all[0].rect.x - 2.5).abs() < 1e-4, "{:?}", all[0].rect);
    }

    #[test]
    fn a_look_counts_for_what_is_of_its_size() {
        // A far car of 40 px, too small where four pixels are one, and a near one that the larger look misses.
        let small = vec![found([0.0, 0.0, 800.0, 600.0], &[(Car, 0.8)])];
        let large = vec![found([900.0, 0.0, 40.0, 30.0], &[(Car, 0.8)])];
        let looks = [(small, 0.25), (large, 1.0)].map(|(found, scale)| Look { found, scale });
        let all = together(&looks);
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|one| one.score > 0.78), "{all:?}");
        assert_eq!(together(&[]), []);
    }
}
