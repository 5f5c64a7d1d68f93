//! Finds vehicles, with or without a plate: a network of its own, for a smaller picture.

use std::path::PathBuf;

use super::accelerator::Accelerator;
use super::error::VisionError;
use super::letterbox::Letterbox;
use super::model::{Model, ModelCard, Place};
use super::vehicle::VehicleDetection;
use super::vehicle_map::{Cells, VehicleMap};
use crate::frame::Picture;

/// Vehicles are large: pictures are looked at by half of their long side, within these limits.
const LEAST_LONG_SIDE_PX: u32 = 288;
const MOST_LONG_SIDE_PX: u32 = 640;
/// In videos far vehicles come nearer.
const MOST_LONG_SIDE_IN_VIDEOS_PX: u32 = 416;

/// How vehicles are looked for.
#[derive(Debug, Clone, Default)]
pub struct VehicleConfig {
    /// A model file in place of the built-in one.
    pub model: Option<PathBuf>,
    /// Look in more detail, for small vehicles. For stills.
    pub thorough: bool,
    /// Where the network is computed.
    pub accelerator: Accelerator,
}

/// Finds vehicles. Holds the network's working memory: one per thread.
pub struct VehicleDetector {
    model: Model,
    letterbox: Letterbox,
    map: VehicleMap,
    most_long_side_px: u32,
}

impl VehicleDetector {
    /// Starts the runtime, if need be, and loads the network.
    ///
    /// # Errors
    /// [`VisionError`] when ONNX Runtime or the model cannot be loaded.
    pub fn new(config: &VehicleConfig) -> Result<Self, VisionError> {
        let place = Place::on(config.accelerator)?;
        let model = Model::vehicle_detector(&place, config.model.as_deref())?;
        let map = VehicleMap::of(&model)?;
        let most_long_side_px =
            if config.thorough { MOST_LONG_SIDE_PX } else { MOST_LONG_SIDE_IN_VIDEOS_PX };
        Ok(Self { model, letterbox: Letterbox::new(), map, most_long_side_px })
    }

    /// What the model says of itself.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// The vehicles of a picture, each once and of its likeliest kind, surest first.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn find(&mut self, picture: &Picture) -> Result<Vec<VehicleDetection>, VisionError> {
        self.look(picture, self.map.score_threshold, false)
    }

    /// Everything from `least_score` on that may be a vehicle, each kind for itself, surest first:
    /// what average precision is measured on.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn find_each_kind(
        &mut self,
        picture: &Picture,
        least_score: f32,
    ) -> Result<Vec<VehicleDetection>, VisionError> {
        self.look(picture, least_score.clamp(0.01, 0.99), true)
    }

    fn look(
        &mut self,
        picture: &Picture,
        least_score: f32,
        each_kind: bool,
    ) -> Result<Vec<VehicleDetection>, VisionError> {
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        let run =
            |source| VisionError::Run { model: "vehicle detector", width_px, height_px, source };
        let refused = |reason| run(ort::Error::new(reason));
        let half_px = width_px.max(height_px) / 2;
        let long_side_px = half_px.clamp(LEAST_LONG_SIDE_PX, self.most_long_side_px);
        let (shape, input) = self.letterbox.fill(picture, long_side_px).map_err(refused)?;
        let size = [1, 3, shape.height, shape.width];
        let outputs = self.model.network.run("images", size, input).map_err(run)?;
        let (dimensions, values) = outputs.tensor(VehicleMap::OUTPUT).map_err(run)?;
        let [1, channels, rows, columns] = dimensions[..] else {
            let reason = format!("output vehicles has shape {dimensions:?}, not [1, n, h, w]");
            return Err(refused(reason));
        };
        let (channels, rows, columns) = (channels as usize, rows as usize, columns as usize);
        let cells = Cells { values, channels, rows, columns };
        let found = self.map.vehicles(cells, shape, least_score, each_kind).map_err(refused)?;
        Ok(found
            .into_iter()
            .map(|vehicle| VehicleDetection {
                rect: vehicle.rect.clamped(width_px, height_px),
                ..vehicle
            })
            .collect())
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
