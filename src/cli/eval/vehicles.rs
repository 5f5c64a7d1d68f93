//! How well vehicles are found: average precision by kind, and what the product gives out.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::labels;
use super::share::Share;
use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::frame::Rect;
use crate::video::read_picture;
use crate::vision::{VehicleDetection, VehicleDetector, VehicleKind};

/// Overlap from which a find is a labelled vehicle.
const FOUND_IOU: f32 = 0.5;
/// Finds below this score hardly change the average precision.
const LEAST_SCORE: f32 = 0.03;
/// The same of a find's score as one kind.
const LEAST_OF_A_KIND: f32 = 0.003;
/// Fewer steps are done before a bar could be seen.
const WORTH_A_BAR: usize = 20;

/// What was measured of vehicles.
#[derive(Serialize)]
pub(super) struct Vehicles {
    pub(super) pictures: usize,
    /// Vehicles without a label, which do not count (`--unlabelled`).
    pub(super) unlabelled: usize,
    /// Mean of the average precisions of the kinds that occur.
    pub(super) map50: f64,
    pub(super) by_kind: BTreeMap<&'static str, Precision>,
    /// Labelled vehicles that are among those given out, of whatever kind.
    pub(super) found: Share,
    /// Vehicles given out that are labelled. A lower bound: far ones are often not labelled.
    pub(super) right: Share,
    /// Found ones whose kind is right, where the label says it.
    pub(super) kind_right: Share,
    /// Milliseconds a picture, decoding left out: mean.
    pub(super) picture_ms: f64,
}

/// Average precision at an overlap of 0.5.
#[derive(Serialize)]
pub(super) struct Precision {
    pub(super) ap50: f64,
    pub(super) vehicles: usize,
}

/// Whether a find is a labelled vehicle; `None`: it may be.
type Judged = (f32, Option<bool>);

pub(super) fn measure(
    detector: &mut VehicleDetector,
    folder: &Path,
    labels: &[labels::VehiclePicture],
) -> Result<Vehicles, Failure> {
    let bar = progress::bar(labels.len(), WORTH_A_BAR, "pictures with vehicles");
    let mut judged: [Vec<Judged>; VehicleKind::ALL.len()] = Default::default();
    let mut counts = [0; VehicleKind::ALL.len()];
    let [mut found, mut right, mut kind_right] = [Share::default(); 3];
    let mut total_ms = 0.0;
    for label in labels {
        let picture = read_picture(&folder.join(&label.image))?;
        let each = detector.find_from(&picture, LEAST_SCORE)?;
        for (index, kind) in VehicleKind::ALL.into_iter().enumerate() {
            let is = |vehicle: &&labels::Vehicle| vehicle.class.kinds() == [kind];
            let may_be = |vehicle: &&labels::Vehicle| vehicle.class.kinds().contains(&kind);
            let wanted: Vec<Rect> = label.vehicles.iter().filter(is).map(|v| v.rect).collect();
            let doubtful = label.vehicles.iter().filter(|v| may_be(v) && !is(v));
            let doubtful = doubtful.map(|v| v.rect).chain(label.unlabelled.iter().copied());
            let doubtful: Vec<Rect> = doubtful.collect();
            let as_kind = each.iter().map(|found| (found.kinds[kind as usize], found.rect));
            let mut mine: Vec<_> = as_kind.filter(|(score, _)| *score >= LEAST_OF_A_KIND).collect();
            mine.sort_by(|a, b| b.0.total_cmp(&a.0));
            counts[index] += wanted.len();
            judged[index].extend(judge(mine.into_iter(), &wanted, &doubtful));
        }
        let started = Instant::now();
        let given = detector.find(&picture)?;
        total_ms += started.elapsed().as_secs_f64() * 1000.0;
        for vehicle in &label.vehicles {
            let best = best(&given, &vehicle.rect);
            found.count(best.is_some());
            if let ([kind], Some(best)) = (vehicle.class.kinds(), best) {
                kind_right.count(best.kind() == *kind);
            }
        }
        let all: Vec<Rect> = label.vehicles.iter().map(|vehicle| vehicle.rect).collect();
        let given = given.iter().map(|vehicle| (vehicle.score, vehicle.rect));
        let judged = judge(given, &all, &label.unlabelled).into_iter();
        judged.filter_map(|(_, is_right)| is_right).for_each(|is_right| right.count(is_right));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let by_kind: BTreeMap<&'static str, Precision> = VehicleKind::ALL
        .into_iter()
        .zip(counts)
        .zip(judged)
        .filter(|((_, count), _)| *count > 0)
        .map(|((kind, vehicles), judged)| {
            (kind.name(), Precision { ap50: average_precision(judged, vehicles), vehicles })
        })
        .collect();
    let sum: f64 = by_kind.values().map(|precision| precision.ap50).sum();
    Ok(Vehicles {
        pictures: labels.len(),
        unlabelled: labels.iter().map(|label| label.unlabelled.len()).sum(),
        map50: sum / by_kind.len().max(1) as f64,
        by_kind,
        found,
        right,
        kind_right,
        picture_ms: total_ms / labels.len().max(1) as f64,
    })
}

/// Every find (score and box), surest first; each wanted vehicle is found once at most, and what may be one that is
/// wanted is neither right nor wrong.
fn judge(
    found: impl Iterator<Item = (f32, Rect)>,
    wanted: &[Rect],
    doubtful: &[Rect],
) -> Vec<Judged> {
    let mut free = vec![true; wanted.len()];
    found
        .map(|(score, found)| {
            let overlaps = wanted.iter().enumerate().filter(|(at, _)| free[*at]);
            let best = overlaps
                .map(|(at, rect)| (at, rect.iou(&found)))
                .filter(|(_, iou)| *iou >= FOUND_IOU)
                .max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((at, _)) = best {
                free[at] = false;
                return (score, Some(true));
            }
            let beside = doubtful.iter().any(|rect| rect.iou(&found) >= FOUND_IOU);
            (score, (!beside).then_some(false))
        })
        .collect()
}

/// The find that overlaps a labelled box best, if it overlaps enough.
fn best<'d>(given: &'d [VehicleDetection], rect: &Rect) -> Option<&'d VehicleDetection> {
    let overlaps = given.iter().map(|detection| (detection.rect.iou(rect), detection));
    let enough = overlaps.filter(|(iou, _)| *iou >= FOUND_IOU);
    enough.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, detection)| detection)
}

/// Area under the precision envelope over recall.
fn average_precision(mut judged: Vec<Judged>, wanted: usize) -> f64 {
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let judged: Vec<bool> = judged.into_iter().filter_map(|(_, right)| right).collect();
    let mut right = 0;
    let mut precision: Vec<f64> = judged
        .iter()
        .enumerate()
        .map(|(before, is_right)| {
            right += usize::from(*is_right);
            right as f64 / (before + 1) as f64
        })
        .collect();
    for at in (1..precision.len()).rev() {
        precision[at - 1] = precision[at - 1].max(precision[at]);
    }
    let steps = precision.iter().zip(&judged).filter(|(_, is_right)| **is_right);
    steps.map(|(precision, _)| precision).sum::<f64>() / wanted.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_is_the_area_under_the_envelope() {
        let judged = |rights: &[Option<bool>]| {
            let scores = (0..).map(|at| 1.0 - at as f32 / 100.0);
            scores.zip(rights.iter().copied()).collect::<Vec<_>>()
        };
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(average_precision(judged(&[yes, yes]), 2), 1.0);
        assert_eq!(average_precision(judged(&[no, yes]), 1), 0.5);
        assert_eq!(average_precision(judged(&[yes, None, no, yes]), 4), (1.0 + 2.0 / 3.0) / 4.0);
        assert_eq!(average_precision(Vec::new(), 3), 0.0);
    }

    #[test]
    fn a_vehicle_found_twice_is_right_once() {
        let found = |x: f32, score| (score, Rect::from([x, 0.0, 100.0, 50.0]));
        let finds = [found(0.0, 0.9), found(5.0, 0.8), found(300.0, 0.7), found(600.0, 0.6)];
        let wanted = [Rect::from([2.0, 0.0, 100.0, 50.0])];
        let doubtful = [Rect::from([300.0, 0.0, 100.0, 50.0])];
        let judged: Vec<_> = judge(finds.into_iter(), &wanted, &doubtful)
            .into_iter()
            .map(|(_, right)| right)
            .collect();
        assert_eq!(judged, [Some(true), Some(false), None, Some(false)]);
    }
}
