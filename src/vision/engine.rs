//! Detector and reader together: what one worker thread holds.

use super::detection::{Detection, Found, Sighting};
use super::detector::Detector;
use super::error::VisionError;
use super::model::{ModelCard, Models};
use super::reader::Reader;
use super::rectify::{MARGIN_X, MARGIN_Y};
use super::runtime::Runtime;
use crate::frame::{Picture, Quad, Rect};
use crate::plate::Reading;

/// How plates are looked for.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The long side of the picture that the detector sees, in pixels.
    pub long_side_px: u32,
    /// Look twice, as a video's next frames do anyway: also at half that size, for plates that
    /// fill the picture, and a little around each plate, for characters that were cut off. For stills.
    pub thorough: bool,
    /// Detections below this score are dropped; `None`: what the model was exported with, or
    /// less for a thorough look.
    pub score_threshold: Option<f32>,
    /// Networks other than the built-in ones.
    pub models: Models,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            long_side_px: 640,
            thorough: false,
            score_threshold: None,
            models: Models::default(),
        }
    }
}

/// Finds and reads plates. Holds the networks' working memory: one per thread.
pub struct Engine {
    runtime: Runtime,
    detector: Detector,
    reader: Reader,
}

impl Engine {
    /// Starts the runtime, if need be, and loads the networks.
    ///
    /// # Errors
    /// [`VisionError`] when ONNX Runtime or a model cannot be loaded.
    pub fn new(config: &EngineConfig) -> Result<Self, VisionError> {
        let runtime = Runtime::load()?;
        let detector = Detector::new(&runtime, config)?;
        let reader = Reader::new(&runtime, &config.models, config.thorough)?;
        Ok(Self { runtime, detector, reader })
    }

    /// Finds the plates of a picture, surest first.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, VisionError> {
        Ok(self.detector.find(picture)?.plates)
    }

    /// Finds the plates and the vehicles of a picture in one run of the network.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn find(&mut self, picture: &Picture) -> Result<Found, VisionError> {
        self.detector.find(picture)
    }

    /// Whether the detector in use finds vehicles too.
    #[must_use]
    pub fn knows_vehicles(&self) -> bool {
        self.detector.knows_vehicles()
    }

    /// Reads the plate within a quad. A reading without positions means unreadable.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn read(&mut self, picture: &Picture, quad: &Quad) -> Result<Reading, VisionError> {
        let mut reads = self.reader.read(picture, std::slice::from_ref(quad))?;
        Ok(reads.pop().map_or(Reading { positions: Vec::new(), country: None }, |r| r.reading))
    }

    /// Finds and reads every plate of a picture, surest detection first. What detector and
    /// reader together hold for no plate is left out.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn sightings(&mut self, picture: &Picture) -> Result<Vec<Sighting>, VisionError> {
        let detections = self.detector.find(picture)?.plates;
        let quads: Vec<Quad> = detections.iter().map(|detection| detection.quad).collect();
        let reads = self.reader.read(picture, &quads)?;
        let (width_px, height_px) = (picture.width_px(), picture.height_px());
        let pairs = detections.into_iter().zip(reads);
        Ok(pairs
            .map(|(mut detection, read)| {
                if read.quad != detection.quad {
                    detection.quad = read.quad;
                    detection.rect = read.quad.bounds().clamped(width_px, height_px);
                }
                Sighting { detection, reading: read.reading, rows: read.rows }
            })
            .filter(|sighting| sighting.detection.is_plausible(&sighting.reading))
            .collect())
    }

    /// Reads a picture that is itself a plate, cut out with its usual small margin.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn read_crop(&mut self, picture: &Picture) -> Result<Sighting, VisionError> {
        let (w, h) = (picture.width_px() as f32, picture.height_px() as f32);
        let (plate_w, plate_h) = (w / (1.0 + 2.0 * MARGIN_X), h / (1.0 + 2.0 * MARGIN_Y));
        let rect = Rect { x: (w - plate_w) / 2.0, y: (h - plate_h) / 2.0, w: plate_w, h: plate_h };
        let quad = rect.quad();
        let mut reads = self.reader.read(picture, &[quad])?;
        let whole = Rect { x: 0.0, y: 0.0, w, h };
        let detection = Detection { quad: whole.quad(), rect: whole, score: 1.0 };
        let (reading, rows) = reads
            .pop()
            .map_or((Reading { positions: Vec::new(), country: None }, 1), |r| (r.reading, r.rows));
        Ok(Sighting { detection, reading, rows })
    }

    /// The runtime in use.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The detector's and the reader's model.
    #[must_use]
    pub fn models(&self) -> [&ModelCard; 2] {
        [self.detector.card(), self.reader.card()]
    }

    /// Detections below this score are dropped.
    #[must_use]
    pub fn score_threshold(&self) -> f32 {
        self.detector.score_threshold()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_models_load_and_find_nothing_in_a_grey_picture() {
        let mut engine = Engine::new(&EngineConfig::default()).unwrap();
        for (width, height) in [(1280, 720), (33, 500), (1, 1)] {
            let grey = vec![128; width as usize * height as usize * 3];
            let picture = Picture::from_rgb8(width, height, grey).unwrap();
            assert_eq!(engine.sightings(&picture).unwrap(), [], "{width}x{height}");
        }
    }

    #[test]
    fn a_model_file_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.onnx");
        std::fs::write(&file, b"not a model").unwrap();
        let models = Models { detector: Some(file), reader: None };
        let config = EngineConfig { models, ..EngineConfig::default() };
        let error = Engine::new(&config).err().unwrap().to_string();
        assert!(error.contains("broken.onnx"), "{error}");
    }
}
