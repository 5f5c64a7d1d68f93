//! Which vehicle a box of the detector shows.

use crate::frame::Rect;

/// A box and a vehicle overlap at least so much (intersection over union).
const LEAST_IOU: f32 = 0.2;

/// For each box the vehicle that it shows: best overlap first.
pub(super) fn match_boxes(expected: &[Rect], boxes: &[Rect]) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (index, rect) in boxes.iter().enumerate() {
        for (at, expected) in expected.iter().enumerate() {
            let both = rect.intersection_area(expected);
            // A vehicle known by its movement alone may be known in part, or with its shadow.
            let part = both / rect.area().min(expected.area()).max(1.0);
            let iou = rect.iou(expected);
            if iou > LEAST_IOU || part > 0.8 && iou > LEAST_IOU / 2.0 {
                pairs.push((iou, at, index));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut matched = vec![None; boxes.len()];
    let mut taken = vec![false; expected.len()];
    for (_, at, index) in pairs {
        if !taken[at] && matched[index].is_none() {
            taken[at] = true;
            matched[index] = Some(at);
        }
    }
    matched
}
