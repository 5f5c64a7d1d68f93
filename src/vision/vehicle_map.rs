//! From the vehicle detector's map to vehicles.

use super::error::VisionError;
use super::letterbox::Shape;
use super::model::Model;
use super::vehicle::{VehicleDetection, VehicleKind};
use crate::frame::Rect;

/// Values of a cell beside the classes: centre offset across and down in cells, log of width and
/// of height in [`SIZE_UNIT_PX`].
const GEOMETRY: usize = 4;
/// Pixels of the input that a log size of 0 means.
const SIZE_UNIT_PX: f32 = 16.0;
/// Used when the model file names neither.
const DEFAULT_STRIDE_PX: f32 = 16.0;
const DEFAULT_SCORE_THRESHOLD: f32 = 0.35;
/// Two boxes that overlap more than this are one vehicle; cars one behind the other overlap less.
pub(super) const SAME_VEHICLE_IOU: f32 = 0.55;
/// No real picture has more vehicles that are worth following,
const MAX_VEHICLES: usize = 100;
/// nor more cells that tell of them: several cells tell of each.
const MAX_CANDIDATES: usize = 600;

/// How the output is read, from what the model says of itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VehicleMap {
    /// Kinds in the order of the channels; `None` for a class that this program does not know.
    kinds: Vec<Option<VehicleKind>>,
    stride_px: f32,
    pub(super) score_threshold: f32,
}

/// Values of the output, `channels × rows × columns`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'m> {
    pub(super) values: &'m [f32],
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl VehicleMap {
    /// Name of the output in the model.
    pub(super) const OUTPUT: &str = "vehicles";

    pub(super) fn of(model: &Model) -> Result<Self, VisionError> {
        if !model.network.has_output(Self::OUTPUT) {
            return Err(VisionError::Model {
                model: model.card.origin.clone(),
                reason: "it has no output called vehicles: it is no vehicle detector".to_owned(),
            });
        }
        let threshold = model.number("vehicle_score_threshold")?.unwrap_or(DEFAULT_SCORE_THRESHOLD);
        Ok(Self {
            kinds: kinds(model.property("vehicle_classes")),
            stride_px: model.number("vehicle_stride")?.unwrap_or(DEFAULT_STRIDE_PX),
            score_threshold: threshold.clamp(0.01, 0.99),
        })
    }

    /// The vehicles of a picture of which one kind has at least `least_score`, surest first, each once, in
    /// pixels of the picture.
    pub(super) fn vehicles(
        &self,
        cells: Cells<'_>,
        shape: Shape,
        least_score: f32,
    ) -> Result<Vec<VehicleDetection>, String> {
        let wanted = self.kinds.len() + GEOMETRY;
        if cells.channels != wanted || cells.values.len() < wanted * cells.rows * cells.columns {
            return Err(format!("output vehicles has {} channels, not {wanted}", cells.channels));
        }
        // The map holds logits: comparing them saves the sigmoid on every cell.
        let threshold = (least_score / (1.0 - least_score)).ln();
        let size = cells.rows * cells.columns;
        let best = |cell: usize| {
            let logits = (0..self.kinds.len()).map(|class| cells.values[class * size + cell]);
            logits.fold(f32::NEG_INFINITY, f32::max)
        };
        let all = (0..size).map(|cell| (best(cell), cell));
        let mut sure: Vec<(f32, usize)> = all.filter(|(logit, _)| *logit > threshold).collect();
        sure.sort_by(|a, b| b.0.total_cmp(&a.0));
        sure.truncate(MAX_CANDIDATES);
        let found = sure.into_iter().filter_map(|(_, cell)| self.vehicle(cells, cell, shape));
        Ok(distinct(found.filter(|one| one.score >= least_score)))
    }

    fn vehicle(&self, cells: Cells<'_>, cell: usize, shape: Shape) -> Option<VehicleDetection> {
        let (row, column) = (cell / cells.columns, cell % cells.columns);
        let at = |channel: usize| cells.values[channel * cells.rows * cells.columns + cell];
        let geometry = |value: usize| at(self.kinds.len() + value);
        if (0..GEOMETRY).any(|value| !geometry(value).is_finite()) {
            return None;
        }
        let centre_x = (column as f32 + 0.5 + geometry(0)) * self.stride_px;
        let centre_y = (row as f32 + 0.5 + geometry(1)) * self.stride_px;
        let width = SIZE_UNIT_PX * geometry(2).min(8.0).exp();
        let height = SIZE_UNIT_PX * geometry(3).min(8.0).exp();
        let rect = Rect {
            x: (centre_x - width / 2.0) / shape.scale_x,
            y: (centre_y - height / 2.0) / shape.scale_y,
            w: width / shape.scale_x,
            h: height / shape.scale_y,
        };
        let mut kinds = [0.0; VehicleKind::ALL.len()];
        for (class, kind) in self.kinds.iter().enumerate() {
            if let Some(kind) = kind {
                // A logit that is no number is no score.
                kinds[*kind as usize] = (1.0 / (1.0 + (-at(class)).exp())).max(0.0);
            }
        }
        let real = rect.x.is_finite() && rect.y.is_finite() && rect.area() > 0.0;
        let score = kinds.iter().copied().fold(0.0, f32::max);
        (real && rect.area().is_finite()).then_some(VehicleDetection { rect, score, kinds })
    }
}

/// The kinds named in a model, separated by commas; all of them in their order when it names none.
fn kinds(names: Option<&str>) -> Vec<Option<VehicleKind>> {
    let Some(names) = names else { return VehicleKind::ALL.map(Some).to_vec() };
    let known = |name: &str| VehicleKind::ALL.into_iter().find(|kind| kind.name() == name);
    let plain = |c: char| c.is_whitespace() || "[]\"'".contains(c);
    names.split(',').map(|name| known(name.trim_matches(plain))).collect()
}

/// The first of boxes that are the same vehicle; they come surest first.
pub(super) fn distinct(found: impl Iterator<Item = VehicleDetection>) -> Vec<VehicleDetection> {
    let mut kept: Vec<VehicleDetection> = Vec::new();
    for candidate in found {
        let same = |known: &VehicleDetection| known.rect.iou(&candidate.rect) > SAME_VEHICLE_IOU;
        if kept.len() < MAX_VEHICLES && !kept.iter().any(same) {
            kept.push(candidate);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 4;
    const COLUMNS: usize = 6;

    fn map() -> VehicleMap {
        VehicleMap { kinds: kinds(None), stride_px: 16.0, score_threshold: 0.4 }
    }

    /// A map with no vehicle in it.
    fn empty() -> Vec<f32> {
        let mut values = vec![0.0; 10 * ROWS * COLUMNS];
        values[..6 * ROWS * COLUMNS].fill(-9.0);
        values
    }

    fn set(values: &mut [f32], channel: usize, [row, column]: [usize; 2], value: f32) {
        values[(channel * ROWS + row) * COLUMNS + column] = value;
    }

    fn found(values: &[f32]) -> Vec<VehicleDetection> {
        let cells = Cells { values, channels: 10, rows: ROWS, columns: COLUMNS };
        map().vehicles(cells, Shape::of(192, 128, 96), 0.4).unwrap()
    }

    #[test]
    fn a_sure_cell_becomes_a_box_in_picture_pixels() {
        assert_eq!(found(&empty()), []);
        let mut values = empty();
        set(&mut values, 1, [1, 2], 0.5);
        set(&mut values, 3, [1, 2], 2.0);
        set(&mut values, 6, [1, 2], 0.25);
        set(&mut values, 7, [1, 2], -0.5);
        set(&mut values, 8, [1, 2], 1.0);
        set(&mut values, 9, [1, 2], 0.5);
        let all = found(&values);
        assert_eq!(all.len(), 1);
        let VehicleDetection { rect, score, .. } = all[0];
        // Scale 1/2: cell (1, 2), shifted, has its centre at (44, 16) in the input.
        assert_eq!(all[0].kind(), VehicleKind::Bus);
        assert!((rect.centre()[0] - 88.0).abs() < 1e-3 && (rect.centre()[1] - 32.0).abs() < 1e-3);
        assert!((rect.w - 32.0 * 1f32.exp()).abs() < 1e-3);
        assert!((rect.h - 32.0 * 0.5f32.exp()).abs() < 1e-3);
        assert!((score - 0.880_797).abs() < 1e-5);
    }

    #[test]
    fn neighbours_and_overlapping_boxes_are_one_vehicle() {
        let mut values = empty();
        let cells = [[1, 1], [1, 2], [1, 3]];
        for (place, (class, logit)) in cells.into_iter().zip([(0, 3.0), (2, 1.5), (0, 2.0)]) {
            set(&mut values, class, place, logit);
            set(&mut values, 8, place, 2.5);
            set(&mut values, 9, place, 2.0);
        }
        // All three cells tell of the same one.
        let all = found(&values);
        let kinds: Vec<_> = all.iter().map(VehicleDetection::kind).collect();
        assert_eq!(kinds, [VehicleKind::Car]);
        // Small ones side by side are two.
        for place in cells {
            set(&mut values, 8, place, 0.3);
            set(&mut values, 9, place, 0.3);
        }
        assert_eq!(found(&values).len(), 3);
    }

    #[test]
    fn a_vehicle_keeps_its_score_of_each_kind() {
        let mut values = empty();
        set(&mut values, 2, [1, 2], 1.0);
        set(&mut values, 3, [1, 2], 0.5);
        let all = found(&values);
        assert_eq!(
            all.iter().map(VehicleDetection::kind).collect::<Vec<_>>(),
            [VehicleKind::Truck]
        );
        let [.., truck, bus, _, _] = all[0].kinds;
        assert_eq!(all[0].score, truck);
        assert!((truck - 0.731).abs() < 1e-3 && (bus - 0.622).abs() < 1e-3, "{:?}", all[0]);
    }

    #[test]
    fn other_shapes_and_values_that_are_no_numbers_are_refused() {
        let values = vec![f32::NAN; 10 * ROWS * COLUMNS];
        assert_eq!(found(&values), []);
        let cells = Cells { values: &values, channels: 9, rows: ROWS, columns: COLUMNS };
        assert!(map().vehicles(cells, Shape::of(96, 64, 96), 0.4).is_err());
        let mut values = empty();
        set(&mut values, 0, [0, 0], 4.0);
        set(&mut values, 8, [0, 0], f32::NAN);
        assert_eq!(found(&values), []);
    }

    #[test]
    fn classes_are_taken_by_name_and_unknown_ones_left_out() {
        use VehicleKind::{Bicycle, Bus, Car};
        assert_eq!(kinds(Some("bus, car,tram")), [Some(Bus), Some(Car), None]);
        assert_eq!(kinds(Some(r#"["car", "bicycle"]"#)), [Some(Car), Some(Bicycle)]);
        assert_eq!(kinds(None).len(), 6);
    }
}
