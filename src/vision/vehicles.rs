//! Finds vehicles, with or without a plate: a network of its own for a smaller picture, and a second one
//! that looks at each find again.

use std::path::PathBuf;

use super::accelerator::Accelerator;
use super::error::VisionError;
use super::letterbox::Letterbox;
use super::looks::{self, Look};
use super::model::{Model, ModelCard, Place};
use super::scaler::Shrinking;
use super::vehicle::VehicleDetection;
use super::vehicle_classifier::VehicleClassifier;
use super::vehicle_map::{Cells, VehicleMap, distinct};
use crate::frame::Picture;

/// Vehicles are large: stills are looked at by these eighths of their long side, within limits.
const LONG_SIDES: [u32; 2] = [4, 7];
const LEAST_LONG_SIDE_PX: u32 = 288;
const MOST_LONG_SIDE_PX: u32 = 1120;
/// Videos by the smaller one, and less: far vehicles come nearer.
const MOST_LONG_SIDE_IN_VIDEOS_PX: u32 = 416;
/// The share of the least score that one kind must have for the classifier to look: torn between two
/// kinds the detector has a low score for each.
const UNSURE: f32 = 0.6;

/// How vehicles are looked for.
#[derive(Debug, Clone, Default)]
pub struct VehicleConfig {
    /// A model file in place of the built-in one.
    pub model: Option<PathBuf>,
    /// Look at two sizes, for small vehicles, and at each in a mirror, too. For stills.
    pub thorough: bool,
    /// Where the network is computed.
    pub accelerator: Accelerator,
}

/// Finds vehicles and tells their kinds. Holds the networks' working memory: one per thread.
pub struct VehicleDetector {
    model: Model,
    classifier: VehicleClassifier,
    letterbox: Letterbox,
    /// The picture and its mirror picture, for a thorough look.
    both: Vec<f32>,
    map: VehicleMap,
    thorough: bool,
}

impl VehicleDetector {
    /// Starts the runtime, if need be, and loads the networks.
    ///
    /// # Errors
    /// [`VisionError`] when ONNX Runtime or a model cannot be loaded.
    pub fn new(config: &VehicleConfig) -> Result<Self, VisionError> {
        let place = Place::on(config.accelerator)?;
        let model = Model::vehicle_detector(&place, config.model.as_deref())?;
        let map = VehicleMap::of(&model)?;
        let classifier = VehicleClassifier::new(&place, config.thorough)?;
        let (thorough, letterbox) = (config.thorough, Letterbox::new(Shrinking::Windowed));
        Ok(Self { model, classifier, letterbox, both: Vec::new(), map, thorough })
    }

    /// The loaded models by what they do.
    #[must_use]
    pub fn models(&self) -> [(&'static str, &ModelCard); 2] {
        [("detector", &self.model.card), ("classifier", self.classifier.card())]
    }

    /// The vehicles of a picture, each once, surest first.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn find(&mut self, picture: &Picture) -> Result<Vec<VehicleDetection>, VisionError> {
        let least_score = self.map.score_threshold;
        let mut found = self.find_from(picture, UNSURE * least_score)?;
        found.retain(|vehicle| vehicle.score >= least_score);
        Ok(found)
    }

    /// The same of everything that seems to be a vehicle of some kind by at least `least_score`: what average
    /// precision is measured on.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn find_from(
        &mut self,
        picture: &Picture,
        least_score: f32,
    ) -> Result<Vec<VehicleDetection>, VisionError> {
        let mut found = self.detect(picture, least_score.clamp(0.01, 0.99))?;
        self.classifier.weigh(picture, &mut found)?;
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        // Two boxes that each held a part of a vehicle may now be the same.
        let mut found = distinct(found.into_iter());
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        for vehicle in &mut found {
            vehicle.rect = vehicle.rect.clamped(width_px, height_px);
        }
        Ok(found)
    }

    /// What the detector alone finds, surest first.
    fn detect(
        &mut self,
        picture: &Picture,
        least_score: f32,
    ) -> Result<Vec<VehicleDetection>, VisionError> {
        let long_side_px = picture.width_px().max(picture.height_px());
        let [smaller_px, larger_px] = LONG_SIDES.map(|eighths| {
            (long_side_px / 8 * eighths).clamp(LEAST_LONG_SIDE_PX, MOST_LONG_SIDE_PX)
        });
        if !self.thorough {
            let side_px = smaller_px.min(MOST_LONG_SIDE_IN_VIDEOS_PX);
            let looks = self.look(picture, side_px, least_score)?.into_iter();
            return Ok(looks.flat_map(|look| look.found).collect());
        }
        // What one of the looks is not sure of may still be there when the others are.
        let mut looks = self.look(picture, smaller_px, least_score / 2.0)?;
        looks.extend(self.look(picture, larger_px, least_score / 2.0)?);
        let mut found = looks::together(&looks);
        found.retain(|vehicle| vehicle.score >= least_score);
        Ok(found)
    }

    /// Looks at the picture at one size; a thorough detector at its mirror picture, too.
    fn look(
        &mut self,
        picture: &Picture,
        long_side_px: u32,
        least_score: f32,
    ) -> Result<Vec<Look>, VisionError> {
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        let run =
            |source| VisionError::Run { model: "vehicle detector", width_px, height_px, source };
        let refused = |reason| run(ort::Error::new(reason));
        let (shape, input) = self.letterbox.fill(picture, long_side_px).map_err(refused)?;
        let views = if self.thorough { 2 } else { 1 };
        let input = if self.thorough {
            looks::add_mirrored(input, shape.width, &mut self.both);
            &self.both
        } else {
            input
        };
        let size = [views, 3, shape.height, shape.width];
        let outputs = self.model.network.run("images", size, input).map_err(run)?;
        let (dimensions, values) = outputs.tensor(VehicleMap::OUTPUT).map_err(run)?;
        let [said, channels, rows, columns] = dimensions[..] else {
            return Err(refused(format!("output vehicles has shape {dimensions:?}")));
        };
        let (channels, rows, columns) = (channels as usize, rows as usize, columns as usize);
        let each = channels * rows * columns;
        if said != views as i64 || values.len() != views * each {
            return Err(refused(format!("output vehicles of {views} has shape {dimensions:?}")));
        }
        let seen_px = shape.width as f32 / shape.scale_x;
        let look = |(number, values)| {
            let cells = Cells { values, channels, rows, columns };
            let found = self.map.vehicles(cells, shape, least_score)?.into_iter();
            let found = match number {
                0 => found.collect(),
                _ => found.map(|one| looks::turned_back(one, seen_px)).collect(),
            };
            Ok(Look { found, scale: shape.scale_x })
        };
        let views = values.chunks_exact(each.max(1)).enumerate();
        views.map(look).collect::<Result<_, _>>().map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_loads_and_a_plate_detector_is_refused() {
        let mut detector = VehicleDetector::new(&VehicleConfig::default()).unwrap();
        let grey = Picture::from_rgb8(33, 500, vec![128; 33 * 500 * 3]).unwrap();
        assert_eq!(detector.find(&grey).unwrap(), []);
        let model = Some(PathBuf::from("models/plate-detector.onnx"));
        let refused = VehicleDetector::new(&VehicleConfig { model, ..VehicleConfig::default() });
        let error = refused.err().unwrap().to_string();
        assert!(error.contains("no vehicle detector"), "{error}");
    }
}
