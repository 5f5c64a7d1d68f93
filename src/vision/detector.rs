//! Finds plates: one pass of the network over the scaled picture.

use super::detection::Detection;
use super::engine::EngineConfig;
use super::error::VisionError;
use super::letterbox::{Letterbox, Shape};
use super::model::{Model, ModelCard, Place};
use super::plausibility::least_detector_score;
use super::scaler::Shrinking;
use crate::frame::{Picture, Quad, Rect};

/// Input pixels per cell of the output map.
const STRIDE_PX: f32 = 8.0;
/// Values per cell: heat, centre offset, log size, four corners.
const CHANNELS: usize = 13;
/// Two boxes that overlap more than this are one plate.
const SAME_PLATE_IOU: f32 = 0.4;
/// A box that lies in another one by this share is a part of the same plate.
const INSIDE_SHARE: f32 = 0.8;
/// No real picture has more plates; a crowd of answers is noise.
const MAX_DETECTIONS: usize = 100;
/// Used when the model file names no threshold.
const DEFAULT_SCORE_THRESHOLD: f32 = 0.4;

/// The plate detector with its buffers; one per thread.
pub(super) struct Detector {
    model: Model,
    /// One for each size at which pictures are looked at.
    looks: Vec<(u32, Letterbox)>,
    score_threshold: f32,
}

impl Detector {
    pub(super) fn new(place: &Place, config: &EngineConfig) -> Result<Self, VisionError> {
        let model = Model::detector(place, &config.models)?;
        let exported = model.property("score_threshold").and_then(|value| value.parse().ok());
        let usual: f32 = exported.unwrap_or(DEFAULT_SCORE_THRESHOLD);
        let least = least_detector_score();
        let usual = if config.thorough { least } else { usual.max(least) };
        let score_threshold = config.score_threshold.unwrap_or(usual).clamp(0.01, 0.99);
        let mut looks = vec![(config.long_side_px, Letterbox::new(Shrinking::Mean))];
        if config.thorough {
            looks.push((config.long_side_px / 2, Letterbox::new(Shrinking::Mean)));
        }
        Ok(Self { model, looks, score_threshold })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    pub(super) fn score_threshold(&self) -> f32 {
        self.score_threshold
    }

    /// The plates of a picture, surest first.
    pub(super) fn find(&mut self, picture: &Picture) -> Result<Vec<Detection>, VisionError> {
        let mut plates = Vec::new();
        for look in 0..self.looks.len() {
            plates.extend(self.look(picture, look)?);
        }
        plates.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(distinct(plates))
    }

    /// What the network finds at one of the sizes.
    fn look(&mut self, picture: &Picture, look: usize) -> Result<Vec<Detection>, VisionError> {
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        let run =
            |source| VisionError::Run { model: "plate detector", width_px, height_px, source };
        let (long_side_px, letterbox) = &mut self.looks[look];
        let (shape, input) = letterbox
            .fill(picture, *long_side_px)
            .map_err(|reason| run(ort::Error::new(reason)))?;
        let size = [1, 3, shape.height, shape.width];
        let outputs = self.model.network.run("images", size, input).map_err(run)?;
        let (dimensions, map) = outputs.tensor("map").map_err(run)?;
        let (rows, columns) = match dimensions[..] {
            [1, channels, rows, columns] if channels == CHANNELS as i64 => {
                (rows as usize, columns as usize)
            }
            _ => {
                let reason = format!("output map has shape {dimensions:?}, not [1, 13, h, w]");
                return Err(run(ort::Error::new(reason)));
            }
        };
        let grid = Grid { map, rows, columns };
        let mut plates = grid.peaks(self.score_threshold, shape);
        for detection in &mut plates {
            detection.rect = detection.rect.clamped(width_px, height_px);
        }
        Ok(plates)
    }
}

/// The output map, `CHANNELS × rows × columns`.
struct Grid<'m> {
    map: &'m [f32],
    rows: usize,
    columns: usize,
}

impl Grid<'_> {
    fn at(&self, channel: usize, row: usize, column: usize) -> f32 {
        let place = (channel * self.rows + row) * self.columns + column;
        self.map.get(place).copied().unwrap_or(f32::NEG_INFINITY)
    }

    /// Cells that are hotter than the threshold and than their eight neighbours.
    fn peaks(&self, score_threshold: f32, shape: Shape) -> Vec<Detection> {
        // The map holds logits: comparing them saves the sigmoid on every cell.
        let threshold = (score_threshold / (1.0 - score_threshold)).ln();
        let mut found = Vec::new();
        for row in 0..self.rows {
            for column in 0..self.columns {
                let heat = self.at(0, row, column);
                if heat > threshold && self.is_peak(row, column, heat) {
                    found.push(self.detection(row, column, heat, shape));
                }
            }
        }
        found.retain(|d| d.rect.w.is_finite() && d.rect.h.is_finite() && d.rect.area() > 0.0);
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(MAX_DETECTIONS);
        found
    }

    fn is_peak(&self, row: usize, column: usize, heat: f32) -> bool {
        let last_row = (row + 1).min(self.rows - 1);
        let last_column = (column + 1).min(self.columns - 1);
        for r in row.saturating_sub(1)..=last_row {
            for c in column.saturating_sub(1)..=last_column {
                if self.at(0, r, c) > heat {
                    return false;
                }
            }
        }
        true
    }

    /// A cell's values as a detection in pixels of the picture.
    fn detection(&self, row: usize, column: usize, heat: f32, shape: Shape) -> Detection {
        let value = |channel| self.at(channel, row, column);
        let centre_x = (column as f32 + 0.5 + value(1)) * STRIDE_PX;
        let centre_y = (row as f32 + 0.5 + value(2)) * STRIDE_PX;
        let width = STRIDE_PX * value(3).min(8.0).exp();
        let height = STRIDE_PX * value(4).min(8.0).exp();
        let mut corners = [[0.0; 2]; 4];
        for (index, corner) in corners.iter_mut().enumerate() {
            let x = centre_x + value(5 + 2 * index) * width;
            let y = centre_y + value(6 + 2 * index) * height;
            *corner = [x / shape.scale_x, y / shape.scale_y];
        }
        let rect = Rect {
            x: (centre_x - width / 2.0) / shape.scale_x,
            y: (centre_y - height / 2.0) / shape.scale_y,
            w: width / shape.scale_x,
            h: height / shape.scale_y,
        };
        Detection { quad: Quad(corners), rect, score: 1.0 / (1.0 + (-heat).exp()) }
    }
}

/// Keeps the surest of boxes that are the same plate; `found` is surest first.
pub(super) fn distinct(found: Vec<Detection>) -> Vec<Detection> {
    let mut kept: Vec<Detection> = Vec::with_capacity(found.len());
    for candidate in found {
        let same = kept.iter().any(|known| {
            let both = known.rect.intersection_area(&candidate.rect);
            let smaller = known.rect.area().min(candidate.rect.area()).max(f32::EPSILON);
            known.rect.iou(&candidate.rect) > SAME_PLATE_IOU || both / smaller > INSIDE_SHARE
        });
        if !same {
            kept.push(candidate);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detection(rect: [f32; 4], score: f32) -> Detection {
        let rect = Rect::from(rect);
        Detection { quad: rect.quad(), rect, score }
    }

    #[test]
    fn one_plate_found_twice_is_kept_once() {
        let kept = distinct(vec![
            detection([0.0, 0.0, 100.0, 20.0], 0.9),
            detection([5.0, 1.0, 100.0, 20.0], 0.8),
            detection([10.0, 5.0, 20.0, 10.0], 0.7),
            detection([300.0, 0.0, 100.0, 20.0], 0.6),
        ]);
        let scores: Vec<f32> = kept.iter().map(|d| d.score).collect();
        assert_eq!(scores, [0.9, 0.6]);
    }

    #[test]
    fn a_peak_becomes_a_box_in_picture_pixels() {
        let (rows, columns) = (4, 6);
        let mut map = vec![0.0; CHANNELS * rows * columns];
        map[..rows * columns].fill(-10.0);
        let mut set = |channel: usize, value: f32| map[(channel * rows + 1) * columns + 2] = value;
        set(0, 3.0);
        set(3, 2.0);
        set(4, 1.0);
        let corners = [-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5];
        for (index, offset) in corners.into_iter().enumerate() {
            set(5 + index, offset);
        }
        let grid = Grid { map: &map, rows, columns };
        let shape = Shape::of(96, 64, 48);
        let found = grid.peaks(0.5, shape);
        assert_eq!(found.len(), 1);
        let Detection { rect, quad, score } = found[0];
        // Scale 1/2: cell (1, 2) has its centre at (20, 12) in the input, (40, 24) in the picture.
        assert!((rect.centre()[0] - 40.0).abs() < 1e-3 && (rect.centre()[1] - 24.0).abs() < 1e-3);
        assert!((rect.w - 16.0 * 2f32.exp()).abs() < 1e-2);
        assert!((quad.bounds().w - rect.w).abs() < 1e-2);
        assert!((score - 0.952_574).abs() < 1e-4);
    }
}
