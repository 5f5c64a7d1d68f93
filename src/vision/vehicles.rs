//! The detector's second output: vehicles, one cell for each 16 pixels of its input.

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
const SAME_VEHICLE_IOU: f32 = 0.55;
/// No real picture has more vehicles that are worth following.
const MAX_VEHICLES: usize = 100;

/// How the output is read, from what the model says of itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VehicleMap {
    /// Kinds in the order of the channels; `None` for a class that this program does not know.
    kinds: Vec<Option<VehicleKind>>,
    stride_px: f32,
    score_threshold: f32,
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

    /// What the model says of its vehicles; `None` when it finds none.
    pub(super) fn of(model: &Model) -> Option<Self> {
        let outputs = model.session.outputs();
        if !outputs.iter().any(|output| output.name() == Self::OUTPUT) {
            return None;
        }
        let number = |key: &str, usual| {
            let number = model.property(key).and_then(|value| value.parse().ok());
            number.filter(|number: &f32| number.is_finite() && *number > 0.0).unwrap_or(usual)
        };
        Some(Self {
            kinds: kinds(model.property("vehicle_classes").as_deref()),
            stride_px: number("vehicle_stride", DEFAULT_STRIDE_PX),
            score_threshold: number("vehicle_score_threshold", DEFAULT_SCORE_THRESHOLD)
                .clamp(0.01, 0.99),
        })
    }

    /// The vehicles of a picture, surest first, in pixels of the picture.
    pub(super) fn vehicles(
        &self,
        cells: Cells<'_>,
        shape: Shape,
    ) -> Result<Vec<VehicleDetection>, String> {
        let wanted = self.kinds.len() + GEOMETRY;
        if cells.channels != wanted || cells.values.len() < wanted * cells.rows * cells.columns {
            return Err(format!("output vehicles has {} channels, not {wanted}", cells.channels));
        }
        // The map holds logits: comparing them saves the sigmoid on every cell.
        let threshold = (self.score_threshold / (1.0 - self.score_threshold)).ln();
        let heat = self.heat(cells);
        let mut found = Vec::new();
        for row in 0..cells.rows {
            for column in 0..cells.columns {
                let (logit, class) = heat[row * cells.columns + column];
                if logit > threshold && is_peak(&heat, cells, row, column) {
                    found.extend(self.vehicle(cells, [row, column], (logit, class), shape));
                }
            }
        }
        Ok(distinct(found))
    }

    /// Of each cell the highest class logit and its class.
    fn heat(&self, cells: Cells<'_>) -> Vec<(f32, usize)> {
        let size = cells.rows * cells.columns;
        let mut heat = vec![(f32::NEG_INFINITY, 0); size];
        for (class, values) in cells.values.chunks_exact(size).take(self.kinds.len()).enumerate() {
            for (known, value) in heat.iter_mut().zip(values) {
                if *value > known.0 {
                    *known = (*value, class);
                }
            }
        }
        heat
    }

    fn vehicle(
        &self,
        cells: Cells<'_>,
        [row, column]: [usize; 2],
        (logit, class): (f32, usize),
        shape: Shape,
    ) -> Option<VehicleDetection> {
        let kind = (*self.kinds.get(class)?)?;
        let first = self.kinds.len();
        let at = |channel: usize| {
            cells.values[((first + channel) * cells.rows + row) * cells.columns + column]
        };
        if (0..GEOMETRY).any(|channel| !at(channel).is_finite()) {
            return None;
        }
        let centre_x = (column as f32 + 0.5 + at(0)) * self.stride_px;
        let centre_y = (row as f32 + 0.5 + at(1)) * self.stride_px;
        let width = SIZE_UNIT_PX * at(2).min(8.0).exp();
        let height = SIZE_UNIT_PX * at(3).min(8.0).exp();
        let rect = Rect {
            x: (centre_x - width / 2.0) / shape.scale_x,
            y: (centre_y - height / 2.0) / shape.scale_y,
            w: width / shape.scale_x,
            h: height / shape.scale_y,
        };
        let real = rect.x.is_finite() && rect.y.is_finite() && rect.area() > 0.0;
        let score = 1.0 / (1.0 + (-logit).exp());
        (real && rect.area().is_finite()).then_some(VehicleDetection { rect, kind, score })
    }
}

/// The kinds named in a model, separated by commas; all of them in their order when it names none.
fn kinds(names: Option<&str>) -> Vec<Option<VehicleKind>> {
    let Some(names) = names else { return VehicleKind::ALL.map(Some).to_vec() };
    let known = |name: &str| VehicleKind::ALL.into_iter().find(|kind| kind.name() == name);
    let plain = |c: char| c.is_whitespace() || "[]\"'".contains(c);
    names.split(',').map(|name| known(name.trim_matches(plain))).collect()
}

fn is_peak(heat: &[(f32, usize)], cells: Cells<'_>, row: usize, column: usize) -> bool {
    let here = heat[row * cells.columns + column].0;
    let columns = column.saturating_sub(1)..=(column + 1).min(cells.columns - 1);
    let mut rows = row.saturating_sub(1)..=(row + 1).min(cells.rows - 1);
    rows.all(|row| columns.clone().all(|column| heat[row * cells.columns + column].0 <= here))
}

/// The surest of boxes that are the same vehicle, surest first.
pub(super) fn distinct(mut found: Vec<VehicleDetection>) -> Vec<VehicleDetection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<VehicleDetection> = Vec::new();
    for candidate in found {
        if kept.len() < MAX_VEHICLES
            && kept.iter().all(|known| known.rect.iou(&candidate.rect) <= SAME_VEHICLE_IOU)
        {
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
        map().vehicles(cells, Shape::of(192, 128, 96)).unwrap()
    }

    #[test]
    fn a_peak_becomes_a_box_in_picture_pixels() {
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
        let VehicleDetection { rect, kind, score } = all[0];
        // Scale 1/2: cell (1, 2), shifted, has its centre at (44, 16) in the input.
        assert_eq!(kind, VehicleKind::Bus);
        assert!((rect.centre()[0] - 88.0).abs() < 1e-3 && (rect.centre()[1] - 32.0).abs() < 1e-3);
        assert!((rect.w - 32.0 * 1f32.exp()).abs() < 1e-3);
        assert!((rect.h - 32.0 * 0.5f32.exp()).abs() < 1e-3);
        assert!((score - 0.880_797).abs() < 1e-5);
    }

    #[test]
    fn neighbours_and_overlapping_boxes_are_one_vehicle() {
        let mut values = empty();
        set(&mut values, 0, [1, 1], 3.0);
        set(&mut values, 2, [1, 2], 1.5);
        set(&mut values, 0, [1, 3], 2.0);
        for place in [[1, 1], [1, 3]] {
            set(&mut values, 8, place, 2.5);
            set(&mut values, 9, place, 2.0);
        }
        // The second is no peak, the third is, and covers the first.
        let all = found(&values);
        assert_eq!(all.iter().map(|v| v.kind).collect::<Vec<_>>(), [VehicleKind::Car]);
        // Small ones side by side are two.
        for place in [[1, 1], [1, 3]] {
            set(&mut values, 8, place, 0.3);
            set(&mut values, 9, place, 0.3);
        }
        assert_eq!(found(&values).len(), 2);
    }

    #[test]
    fn other_shapes_and_values_that_are_no_numbers_are_refused() {
        let values = vec![f32::NAN; 10 * ROWS * COLUMNS];
        assert_eq!(found(&values), []);
        let cells = Cells { values: &values, channels: 9, rows: ROWS, columns: COLUMNS };
        assert!(map().vehicles(cells, Shape::of(96, 64, 96)).is_err());
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
