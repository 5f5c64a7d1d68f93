//! One picture looked at twice, the second time in a mirror: what both looks find is there.
//!
//! The network's errors of the two are largely others, as it has learnt from pictures either way round;
//! the mean of both is surer than each. For stills, which have no next frame.

use super::vehicle::VehicleDetection;
use super::vehicle_map::SAME_VEHICLE_IOU;
use crate::frame::Rect;

/// Adds the mirror picture of `input`, planes with rows of `width` values, behind it.
pub(super) fn add_mirrored(input: &[f32], width: usize, both: &mut Vec<f32>) {
    both.clear();
    both.extend_from_slice(input);
    for row in input.chunks_exact(width.max(1)) {
        both.extend(row.iter().rev());
    }
}

/// Where a box of the mirror picture lies in the picture itself, whose right edge is at `width_px`.
pub(super) fn turned_back(found: VehicleDetection, width_px: f32) -> VehicleDetection {
    let Rect { x, y, w, h } = found.rect;
    VehicleDetection { rect: Rect { x: width_px - x - w, y, w, h }, ..found }
}

/// The vehicles of both looks, surest first: of what both found the mean of scores and box, the surer look
/// counting more for the box; of what only one found half of the scores.
pub(super) fn together(
    direct: Vec<VehicleDetection>,
    mut mirrored: Vec<VehicleDetection>,
) -> Vec<VehicleDetection> {
    let mut all: Vec<VehicleDetection> = Vec::with_capacity(direct.len() + mirrored.len());
    for one in direct {
        let overlaps =
            mirrored.iter().enumerate().map(|(at, other)| (at, one.rect.iou(&other.rect)));
        let nearest = overlaps.max_by(|a, b| a.1.total_cmp(&b.1));
        all.push(match nearest.filter(|(_, overlap)| *overlap > SAME_VEHICLE_IOU) {
            Some((at, _)) => mean(one, mirrored.swap_remove(at)),
            None => halved(one),
        });
    }
    all.extend(mirrored.into_iter().map(halved));
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    all
}

fn halved(one: VehicleDetection) -> VehicleDetection {
    VehicleDetection { score: one.score / 2.0, kinds: one.kinds.map(|score| score / 2.0), ..one }
}

fn mean(a: VehicleDetection, b: VehicleDetection) -> VehicleDetection {
    let share = a.score / (a.score + b.score).max(f32::EPSILON);
    let between = |a: f32, b: f32| share * a + (1.0 - share) * b;
    let rect = Rect {
        x: between(a.rect.x, b.rect.x),
        y: between(a.rect.y, b.rect.y),
        w: between(a.rect.w, b.rect.w),
        h: between(a.rect.h, b.rect.h),
    };
    let mut kinds = a.kinds;
    kinds.iter_mut().zip(b.kinds).for_each(|(kind, other)| *kind = f32::midpoint(*kind, other));
    VehicleDetection { rect, score: kinds.iter().copied().fold(0.0, f32::max), kinds }
}

#[cfg(test)]
mod tests {
    use super::super::vehicle::VehicleKind::{self, Bus, Car};
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
        let all = together(direct, mirrored);
        let said: Vec<_> = all.iter().map(|v| v.kinds.map(|s| (s * 100.0).round())).collect();
        assert_eq!(said, [[60.0, 0.0, 0.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 30.0, 0.0, 0.0]]);
        assert!((all[0].rect.x - 2.5).abs() < 1e-4, "{:?}", all[0].rect);
    }
}
