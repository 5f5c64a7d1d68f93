//! Looks at each vehicle that was found again, in the full-size picture: of what kind it is, and
//! whether it is a vehicle at all.
//!
//! The detector sees a picture of half the size, in which a lorry may be thirty pixels long; what
//! tells it from a van is not in there. How this was chosen: `docs/design/vehicles.md`.

use super::error::VisionError;
use super::looks;
use super::model::{Model, ModelCard, Place};
use super::rectify::{Window, cut};
use super::vehicle::{VehicleDetection, VehicleKind};
use crate::frame::{Picture, Rect};

/// Views looked at in one pass at most.
const BATCH: usize = 8;
const SIDE_PX: usize = 128;
const VIEW: Window = Window { margin_x: 0.0, margin_y: 0.0, width_px: SIDE_PX, height_px: SIDE_PX };
/// Side of what is shown for the long side of the vehicle's box.
const AROUND: f32 = 1.2;
/// What lies beyond the picture is grey, what lies beyond the box half so: which of two neighbours is
/// meant shows.
const GREY: f32 = 127.0 / 255.0;
const FADED: f32 = 0.5;

/// Kinds, and that it is none of them.
const OUTPUTS: usize = VehicleKind::ALL.len() + 1;
/// What the classifier counts in the kind, the rest is the detector's: a weighted geometric mean.
const SHARE: f32 = 0.5;
/// Keeps a kind that one of both rules out from being ruled out.
const LEAST: f32 = 1e-3;

/// The classifier with its buffer; one per thread.
pub(super) struct VehicleClassifier {
    model: Model,
    views: Vec<f32>,
    thorough: bool,
}

impl VehicleClassifier {
    /// Loads it; a `thorough` one looks at each vehicle and at its mirror picture.
    pub(super) fn new(place: &Place, thorough: bool) -> Result<Self, VisionError> {
        Ok(Self { model: Model::vehicle_classifier(place)?, views: Vec::new(), thorough })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// Weighs the scores of each vehicle of a picture by what it is when seen by itself.
    pub(super) fn weigh(
        &mut self,
        picture: &Picture,
        found: &mut [VehicleDetection],
    ) -> Result<(), VisionError> {
        let views_each = if self.thorough { 2 } else { 1 };
        for batch in found.chunks_mut(BATCH / views_each) {
            self.views.resize(batch.len() * views_each * VIEW.values(), 0.0);
            let each = self.views.chunks_exact_mut(views_each * VIEW.values());
            for (one, views) in batch.iter().zip(each) {
                let (direct, mirrored) = views.split_at_mut(VIEW.values());
                show(picture, &one.rect, direct);
                looks::mirror(direct, SIDE_PX, mirrored);
            }
            let shape = [batch.len() * views_each, 3, SIDE_PX, SIDE_PX];
            let run = |source| VisionError::Run {
                model: "vehicle classifier",
                width_px: picture.width_px(),
                height_px: picture.height_px(),
                source,
            };
            let outputs = self.model.network.run("views", shape, &self.views).map_err(run)?;
            let (_, logits) = outputs.tensor("kinds").map_err(run)?;
            let (logits, rest) = logits.as_chunks::<OUTPUTS>();
            if logits.len() != batch.len() * views_each || !rest.is_empty() {
                let reason = "output kinds has another shape; this model is of another kind";
                return Err(run(ort::Error::new(reason)));
            }
            for (one, logits) in batch.iter_mut().zip(logits.chunks_exact(views_each)) {
                weigh(one, probabilities(logits));
            }
        }
        Ok(())
    }
}

/// Writes the square around a vehicle as planar RGB from 0 to 1 into `out`.
fn show(picture: &Picture, rect: &Rect, out: &mut [f32]) {
    let [middle_x, middle_y] = rect.centre();
    let side = AROUND * rect.w.max(rect.h).max(2.0);
    let (x, y) = (middle_x - side / 2.0, middle_y - side / 2.0);
    cut(picture, &Rect { x, y, w: side, h: side }.quad(), VIEW, out);
    let step = side / SIDE_PX as f32;
    let (width, height) = (picture.width_px() as f32, picture.height_px() as f32);
    let half = |length: f32| SIDE_PX as f32 * length / side / 2.0;
    let within = |at: usize, half: f32| {
        let (at, middle) = (at as f32, SIDE_PX as f32 / 2.0);
        at >= (middle - half).floor() && at < (middle + half).ceil()
    };
    let [half_x, half_y] = [half(rect.w), half(rect.h)];
    for plane in out.chunks_exact_mut(SIDE_PX * SIDE_PX) {
        for (row, line) in plane.chunks_exact_mut(SIDE_PX).enumerate() {
            let at_y = y + (row as f32 + 0.5) * step;
            let inside = within(row, half_y);
            for (column, value) in line.iter_mut().enumerate() {
                let at_x = x + (column as f32 + 0.5) * step;
                if !(0.0..width).contains(&at_x) || !(0.0..height).contains(&at_y) {
                    *value = GREY;
                } else if !(inside && within(column, half_x)) {
                    *value += FADED * (GREY - *value);
                }
            }
        }
    }
}

/// Probabilities of the outputs, from the logits of all views of one vehicle.
fn probabilities(views: &[[f32; OUTPUTS]]) -> [f32; OUTPUTS] {
    let mut said = [0.0; OUTPUTS];
    for view in views {
        said.iter_mut().zip(view).for_each(|(sum, logit)| *sum += logit / views.len() as f32);
    }
    let most = said.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts = said.map(|logit| (logit - most).exp());
    let sum: f32 = parts.iter().sum();
    parts.map(|part| part / sum)
}

/// Weighs the detector's word, which is mostly on whether there is a vehicle, by the classifier's.
fn weigh(one: &mut VehicleDetection, said: [f32; OUTPUTS]) {
    if !said.iter().all(|part| part.is_finite()) {
        return; // a network gone wrong has no say
    }
    let [of_kinds @ .., nothing] = said;
    // Torn between two kinds the detector has a low score for each, and is still sure that there is one.
    let of_none: f32 = one.kinds.iter().map(|kind| 1.0 - kind).product();
    one.score = (1.0 - of_none) * (1.0 - nothing);
    let sums = [one.kinds, of_kinds].map(|kinds| kinds.iter().sum::<f32>().max(f32::EPSILON));
    for (kind, said) in one.kinds.iter_mut().zip(of_kinds) {
        let (detector, classifier) = (*kind / sums[0] + LEAST, said / sums[1] + LEAST);
        *kind = detector.powf(1.0 - SHARE) * classifier.powf(SHARE);
    }
    let sum: f32 = one.kinds.iter().sum();
    for kind in &mut one.kinds {
        *kind *= one.score / sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_is_a_square_faded_beyond_the_box_and_grey_beyond_the_picture() {
        let picture = Picture::from_rgb8(200, 100, vec![255; 3 * 200 * 100]).unwrap();
        let mut out = vec![0.0; VIEW.values()];
        show(&picture, &Rect::from([0.0, 0.0, 100.0, 50.0]), &mut out);
        let at = |x: usize, y: usize| out[y * SIDE_PX + x];
        // 120 px are 128: the box is 107 wide and 53 high, the picture's corner is at (10.7, 37.3).
        assert_eq!(at(64, 64), 1.0);
        assert_eq!(at(5, 64), GREY);
        assert_eq!(at(64, 20), GREY);
        assert!((at(64, 100) - (1.0 + GREY) / 2.0).abs() < 1e-6);
        assert!((at(120, 64) - (1.0 + GREY) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn both_are_heard_and_what_is_no_vehicle_loses_its_score() {
        let kinds = [0.5, 0.0, 0.4, 0.0, 0.0, 0.0];
        let unsure = VehicleDetection { rect: Rect::from([0.0; 4]), score: 0.5, kinds };
        let with = |said| {
            let mut one = unsure;
            weigh(&mut one, said);
            one
        };
        let lorry = with([0.05, 0.0, 0.95, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(lorry.kind(), VehicleKind::Truck);
        assert!((lorry.score - 0.7).abs() < 1e-6, "{lorry:?}");
        assert!((lorry.kinds.iter().sum::<f32>() - 0.7).abs() < 1e-4, "{lorry:?}");
        let none = with([0.05, 0.0, 0.05, 0.0, 0.0, 0.0, 0.9]);
        assert!((none.score - 0.07).abs() < 1e-6, "{none:?}");
        assert_eq!(with([f32::NAN; OUTPUTS]), unsure);
        let same = probabilities(&[[1.0; OUTPUTS], [-3.0; OUTPUTS]]);
        assert!(same.iter().all(|part| (part - 1.0 / 7.0).abs() < 1e-6));
    }
}
