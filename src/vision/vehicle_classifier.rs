//! Looks at each vehicle that was found again, in the full-size picture: of what kind it is, and
//! whether it is a vehicle at all.
//!
//! The detector sees a picture of half the size, in which a lorry may be thirty pixels long; what
//! tells it from a van is not in there. How this was chosen: `docs/design/vehicles.md`.

use super::error::VisionError;
use super::looks;
use super::model::{Model, ModelCard, Place};
use super::scaler::{Scaler, Shrinking};
use super::vehicle::{VehicleDetection, VehicleKind};
use super::vehicle_view::{SIDE_PX, VALUES, show};
use crate::frame::{Picture, Rect};

/// Views looked at in one pass at most.
const BATCH: usize = 8;

/// Kinds, and that it is none of them.
const OUTPUTS: usize = VehicleKind::ALL.len() + 1;
/// How a box has to change: its middle to the right and down, in its own width and height, and the
/// logarithms by which its width and height grow.
const MOVES: usize = 4;
/// How much of the moves that the network asks for a box makes at the first look and, from where it then
/// is, at the second; chosen on val.
const MOVED: f32 = 1.0;
const MOVED_AGAIN: f32 = 0.5;
/// No box is moved further at once, nor made larger or smaller by more.
const MOST_MOVED: f32 = 0.5;
/// What the classifier counts in the kind, the rest is the detector's: a weighted geometric mean.
const SHARE: f32 = 0.6;
/// Keeps a kind that one of both rules out from being ruled out.
const LEAST: f32 = 1e-3;

/// The classifier with its buffer; one per thread.
pub(super) struct VehicleClassifier {
    model: Model,
    scaler: Scaler,
    views: Vec<f32>,
    thorough: bool,
}

impl VehicleClassifier {
    /// Loads it; a `thorough` one looks at each vehicle and at its mirror picture, and again at the box
    /// that comes out.
    pub(super) fn new(place: &Place, thorough: bool) -> Result<Self, VisionError> {
        let model = Model::vehicle_classifier(place)?;
        Ok(Self { model, scaler: Scaler::new(Shrinking::Windowed), views: Vec::new(), thorough })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// Weighs the scores of each vehicle of a picture by what it is when seen by itself, and moves its box
    /// to where it then seems to end.
    pub(super) fn weigh(
        &mut self,
        picture: &Picture,
        found: &mut [VehicleDetection],
    ) -> Result<(), VisionError> {
        let views_each = if self.thorough { 2 } else { 1 };
        for batch in found.chunks_mut(BATCH / views_each) {
            let mut said = self.look(picture, batch)?;
            for (one, said) in batch.iter_mut().zip(&said) {
                one.rect = said.moved(&one.rect, MOVED);
            }
            if self.thorough {
                // A box that ended too early hid the rest of a lorry.
                let again = self.look(picture, batch)?;
                for ((one, said), again) in batch.iter_mut().zip(&mut said).zip(&again) {
                    one.rect = again.moved(&one.rect, MOVED_AGAIN);
                    said.hear(again);
                }
            }
            for (one, said) in batch.iter_mut().zip(said) {
                weigh(one, said.probabilities());
            }
        }
        Ok(())
    }

    /// What the network says of each of these boxes.
    fn look(
        &mut self,
        picture: &Picture,
        batch: &[VehicleDetection],
    ) -> Result<Vec<Said>, VisionError> {
        let views_each = if self.thorough { 2 } else { 1 };
        let run = |source| VisionError::Run {
            model: "vehicle classifier",
            width_px: picture.width_px(),
            height_px: picture.height_px(),
            source,
        };
        let views = batch.len() * views_each;
        self.views.resize(views * VALUES, 0.0);
        let each = self.views.chunks_exact_mut(views_each * VALUES);
        for (one, views) in batch.iter().zip(each) {
            let (direct, mirrored) = views.split_at_mut(VALUES);
            show(&mut self.scaler, picture, &one.rect, direct)
                .map_err(|reason| run(ort::Error::new(reason)))?;
            looks::mirror(direct, SIDE_PX, mirrored);
        }
        let shape = [views, 3, SIDE_PX, SIDE_PX];
        let outputs = self.model.network.run("views", shape, &self.views).map_err(run)?;
        let (_, logits) = outputs.tensor("kinds").map_err(run)?;
        let (_, moves) = outputs.tensor("moves").map_err(run)?;
        let (logits, rest) = logits.as_chunks::<OUTPUTS>();
        let (moves, rest_of_moves) = moves.as_chunks::<MOVES>();
        if [logits.len(), moves.len()] != [views; 2]
            || !rest.is_empty()
            || !rest_of_moves.is_empty()
        {
            let reason = "output kinds or moves has another shape; this model is of another kind";
            return Err(run(ort::Error::new(reason)));
        }
        let each = logits.chunks_exact(views_each).zip(moves.chunks_exact(views_each));
        Ok(each.map(|(logits, moves)| Said::of(logits, moves)).collect())
    }
}

/// What the network says of one vehicle: the mean over its views.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Said {
    logits: [f32; OUTPUTS],
    moves: [f32; MOVES],
}

impl Said {
    /// Of a view, and of its mirror picture if there is a second one.
    fn of(logits: &[[f32; OUTPUTS]], moves: &[[f32; MOVES]]) -> Self {
        let [direct, mirrored @ ..] = moves else {
            return Self { logits: [0.0; OUTPUTS], moves: [0.0; MOVES] };
        };
        let turned_back = mirrored.iter().map(|[x, y, w, h]| [-x, *y, *w, *h]);
        let moves: Vec<_> = std::iter::once(*direct).chain(turned_back).collect();
        Self { logits: mean(logits), moves: mean(&moves) }
    }

    /// Takes a second look into account.
    fn hear(&mut self, again: &Self) {
        self.logits = mean(&[self.logits, again.logits]);
    }

    /// The box after this share of the moves.
    fn moved(&self, rect: &Rect, share: f32) -> Rect {
        if !self.moves.iter().all(|value| value.is_finite()) {
            return *rect; // a network gone wrong has no say
        }
        let [right, down, wider, higher] =
            self.moves.map(|value| (share * value).clamp(-MOST_MOVED, MOST_MOVED));
        let [x, y] = rect.centre();
        let (w, h) = (rect.w * wider.exp(), rect.h * higher.exp());
        Rect { x: x + right * rect.w - w / 2.0, y: y + down * rect.h - h / 2.0, w, h }
    }

    fn probabilities(&self) -> [f32; OUTPUTS] {
        let most = self.logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let parts = self.logits.map(|logit| (logit - most).exp());
        let sum: f32 = parts.iter().sum();
        parts.map(|part| part / sum)
    }
}

fn mean<const N: usize>(rows: &[[f32; N]]) -> [f32; N] {
    let mut sums = [0.0; N];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / rows.len() as f32);
    }
    sums
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
    }

    #[test]
    fn both_views_and_both_looks_count_alike() {
        let mut said = Said::of(&[[1.0; OUTPUTS], [-3.0; OUTPUTS]], &[[0.1; MOVES], [0.3; MOVES]]);
        let same = said.probabilities();
        assert!(same.iter().all(|part| (part - 1.0 / 7.0).abs() < 1e-6), "{same:?}");
        // What lies to the right in the mirror picture lies to the left.
        let expected = [-0.1, 0.2, 0.2, 0.2];
        assert!(said.moves.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{said:?}");
        said.hear(&Said { logits: [5.0; OUTPUTS], moves: [9.0; MOVES] });
        assert_eq!(said.logits, [2.0; OUTPUTS]);
    }

    #[test]
    fn a_box_is_moved_and_grown_within_limits() {
        let rect = Rect::from([100.0, 100.0, 80.0, 40.0]);
        let moved = |moves| Said { logits: [0.0; OUTPUTS], moves }.moved(&rect, 0.5);
        assert_eq!(moved([0.0; MOVES]), rect);
        // Half as wide again, all of it to the right.
        let longer = moved([0.25 / 0.5, 0.0, 1.5_f32.ln() / 0.5, 0.0]);
        assert!((longer.x - 100.0).abs() < 1e-3 && (longer.w - 120.0).abs() < 1e-3, "{longer:?}");
        assert_eq!((longer.y, longer.h), (100.0, 40.0));
        assert_eq!(moved([f32::NAN, 0.0, 0.0, 0.0]), rect);
        let wild = moved([1e9, -1e9, 1e9, -1e9]);
        assert!(wild.w < 140.0 && wild.h > 20.0 && wild.x < 160.0, "{wild:?}");
    }
}
