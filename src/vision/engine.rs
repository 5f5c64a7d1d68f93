//! Detector, aligner and reader together: what one worker thread holds.

use super::accelerator::Accelerator;
use super::aligner::{Aligned, Aligner};
use super::detection::{Detection, Sighting};
use super::detector::{Detector, distinct};
use super::error::VisionError;
use super::model::{ModelCard, Models, Place};
use super::plausibility::{self, plate_score};
use super::reader::{Read, Reader};
use super::rectify::{MARGIN_X, MARGIN_Y};
use super::runtime::Runtime;
use super::windows;
use crate::frame::{Picture, Quad, Rect};
use crate::plate::Reading;

/// The parts of narrower quads are left alone in videos: the plate comes nearer.
const NEAR_WIDTH_PX: f32 = 60.0;

/// A part of what was found is in the same place when it overlaps it so much.
const SAME_PLACE_IOU: f32 = 0.3;
/// What is followed was found by the detector before, mostly about this surely.
const FOLLOWED_SCORE: f32 = 0.7;
/// What lies further from where a plate should be is something else.
const FOLLOWED_IOU: f32 = 0.2;

/// How plates are looked for.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The long side of the picture that the detector sees, in pixels.
    pub long_side_px: u32,
    /// Look twice, as a video's next frames do anyway: also at half that size, for plates that
    /// fill the picture. For stills.
    pub thorough: bool,
    /// Read with two networks that err in different plates: fewer wrong characters, and fewer
    /// that are wrong and sure, for three times the time. For stills; a video's next frames do as much.
    pub second_reader: bool,
    /// Detections below this score are dropped; `None`: what the model was exported with, or
    /// less for a thorough look.
    pub score_threshold: Option<f32>,
    /// Networks other than the built-in ones.
    pub models: Models,
    /// Where the networks are computed.
    pub accelerator: Accelerator,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            long_side_px: 640,
            thorough: false,
            second_reader: false,
            score_threshold: None,
            models: Models::default(),
            accelerator: Accelerator::Cpu,
        }
    }
}

/// Finds and reads plates. Holds the networks' working memory: one per thread.
pub struct Engine {
    runtime: Runtime,
    detector: Detector,
    aligner: Aligner,
    reader: Reader,
    thorough: bool,
}

impl Engine {
    /// Starts the runtime, if need be, and loads the networks.
    ///
    /// # Errors
    /// [`VisionError`] when ONNX Runtime or a model cannot be loaded.
    pub fn new(config: &EngineConfig) -> Result<Self, VisionError> {
        let place = Place::on(config.accelerator)?;
        let detector = Detector::new(&place, config)?;
        let aligner = Aligner::new(&place, &config.models)?;
        let reader = Reader::new(&place, &config.models, config.second_reader)?;
        Ok(Self { runtime: place.runtime, detector, aligner, reader, thorough: config.thorough })
    }

    /// Finds the plates of a picture, surest first.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, VisionError> {
        let plates = self.detector.find(picture)?;
        self.aligned(picture, plates)
    }

    /// The detections with their exact corners and both networks' word on whether they are
    /// plates, surest first; without those that no reading could make plausible.
    fn aligned(
        &mut self,
        picture: &Picture,
        mut plates: Vec<Detection>,
    ) -> Result<Vec<Detection>, VisionError> {
        let quads: Vec<Quad> = plates.iter().map(|detection| detection.quad).collect();
        let aligned = self.aligner.align(picture, &quads)?;
        for (detection, aligned) in plates.iter_mut().zip(aligned) {
            let boxed = detection.rect;
            detection.set_quad(aligned.quad, picture);
            // The corners may be those of the lettering, where a plate has no edge of its own; the
            // detector has learnt from boxes that people drew. Between the two is nearest to those.
            detection.rect = detection.rect.midway(&boxed);
            detection.score = plate_score(detection.score, aligned.logit);
        }
        plates.retain(|detection| detection.score >= plausibility::least_score());
        Ok(surest(plates))
    }

    /// Finds the plates of a picture that should be near the quads, surest first: a tenth of the
    /// work of [`Self::detect`], and blind for all other plates. For what is followed from frame to
    /// frame.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn follow(
        &mut self,
        picture: &Picture,
        expected: &[Quad],
    ) -> Result<Vec<Detection>, VisionError> {
        let aligned = self.aligner.align(picture, expected)?;
        let mut plates: Vec<Detection> = Vec::with_capacity(aligned.len());
        for (quad, Aligned { quad: found, logit }) in expected.iter().zip(aligned) {
            let bounds = found.bounds();
            if logit > 0.0 && quad.bounds().iou(&bounds) >= FOLLOWED_IOU {
                let rect = bounds.clamped(picture.width_px(), picture.height_px());
                let score = plate_score(FOLLOWED_SCORE, logit);
                plates.push(Detection { quad: found, rect, score });
            }
        }
        Ok(surest(plates))
    }

    /// Reads the plate within a quad. A reading without positions means unreadable.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn read(&mut self, picture: &Picture, quad: &Quad) -> Result<Reading, VisionError> {
        let mut reads = self.read_all(picture, std::slice::from_ref(quad))?;
        Ok(reads.pop().map_or(Reading { positions: Vec::new(), country: None }, |r| r.reading))
    }

    /// Finds and reads every plate of a picture, surest detection first. What detector and
    /// reader together hold for no plate is left out.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn sightings(&mut self, picture: &Picture) -> Result<Vec<Sighting>, VisionError> {
        let mut sightings = self.candidates(picture)?;
        sightings.retain(|sighting| sighting.detection.is_plausible(&sighting.reading));
        Ok(sightings)
    }

    /// As [`Self::sightings`], with what is held for no plate: what the limit between the two is
    /// fitted on.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn candidates(&mut self, picture: &Picture) -> Result<Vec<Sighting>, VisionError> {
        let detections = self.detect(picture)?;
        let quads: Vec<Quad> = detections.iter().map(|detection| detection.quad).collect();
        let reads = self.read_all(picture, &quads)?;
        let pairs = detections.into_iter().zip(reads);
        Ok(pairs
            .map(|(mut detection, read)| {
                if read.quad != detection.quad {
                    // A plate in a grille is smaller than what was found; a part of a plate is not.
                    let found = detection.rect;
                    detection.set_quad(read.quad, picture);
                    if detection.rect.iou(&found) >= SAME_PLACE_IOU {
                        detection.rect = found;
                    }
                }
                Sighting { detection, reading: read.reading, rows: read.rows }
            })
            .collect())
    }

    /// Reads the plate that somebody has put an upright box around.
    ///
    /// # Errors
    /// [`VisionError::Run`] when a network fails.
    pub fn read_boxed(&mut self, picture: &Picture, rect: Rect) -> Result<Sighting, VisionError> {
        let read = self.read_near(picture, rect.quad())?;
        let detection = Detection { quad: read.quad, rect, score: 1.0 };
        Ok(Sighting { detection, reading: read.reading, rows: read.rows })
    }

    /// Reads the plate near a rough quad.
    fn read_near(&mut self, picture: &Picture, rough: Quad) -> Result<Read, VisionError> {
        let aligned = self.aligner.align(picture, &[rough])?;
        let quad = aligned.first().map_or(rough, |aligned| aligned.quad);
        let unreadable =
            || Read { reading: Reading { positions: Vec::new(), country: None }, quad, rows: 1 };
        Ok(self.read_all(picture, &[quad])?.pop().unwrap_or_else(unreadable))
    }

    /// Reads the plates within the quads of a picture, in the same order. Where the text is hard
    /// to read, the plate is looked for in parts of the quad; in videos only in those of near plates.
    fn read_all(&mut self, picture: &Picture, quads: &[Quad]) -> Result<Vec<Read>, VisionError> {
        let mut reads = self.reader.read(picture, quads)?;
        for read in &mut reads {
            let near = self.thorough || read.quad.width_px() >= NEAR_WIDTH_PX;
            if !near || !windows::worth_trying(&read.reading, read.rows) {
                continue;
            }
            let parts = self.aligner.align(picture, &windows::parts(&read.quad))?;
            let plates = parts.iter().filter(|part| part.logit > 0.0);
            let plates: Vec<Quad> = plates.map(|part| part.quad).collect();
            let mut others = self.reader.read(picture, &plates)?;
            let readings = others.iter().map(|other| &other.reading);
            if let Some(better) = windows::better(&read.reading, readings) {
                *read = others.swap_remove(better);
            }
        }
        Ok(reads)
    }

    /// Reads a picture that is itself a plate, cut out with its usual small margin.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn read_crop(&mut self, picture: &Picture) -> Result<Sighting, VisionError> {
        let (w, h) = (picture.width_px() as f32, picture.height_px() as f32);
        let (plate_w, plate_h) = (w / (1.0 + 2.0 * MARGIN_X), h / (1.0 + 2.0 * MARGIN_Y));
        let rect = Rect { x: (w - plate_w) / 2.0, y: (h - plate_h) / 2.0, w: plate_w, h: plate_h };
        let read = self.read_near(picture, rect.quad())?;
        let whole = Rect { x: 0.0, y: 0.0, w, h };
        let detection = Detection { quad: whole.quad(), rect: whole, score: 1.0 };
        Ok(Sighting { detection, reading: read.reading, rows: read.rows })
    }

    /// The runtime in use.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The models in use, each with its name.
    #[must_use]
    pub fn models(&self) -> Vec<(&'static str, &ModelCard)> {
        let looking = [("detector", self.detector.card()), ("aligner", self.aligner.card())];
        let reading = ["reader", "second reader"].into_iter().zip(self.reader.cards());
        looking.into_iter().chain(reading).collect()
    }

    /// Detections below this score are dropped.
    #[must_use]
    pub fn score_threshold(&self) -> f32 {
        self.detector.score_threshold()
    }
}

/// Every plate once, surest first: rough quads of one plate that lay apart have come together.
fn surest(mut plates: Vec<Detection>) -> Vec<Detection> {
    plates.sort_by(|a, b| b.score.total_cmp(&a.score));
    distinct(plates)
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
        let models = Models { detector: Some(file), ..Models::default() };
        let config = EngineConfig { models, ..EngineConfig::default() };
        let error = Engine::new(&config).err().unwrap().to_string();
        assert!(error.contains("broken.onnx"), "{error}");
    }

    #[test]
    fn a_reader_file_that_reads_no_plates_is_told_so() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/models/plate-aligner.onnx");
        let models = Models { second_reader: Some(file.into()), ..Models::default() };
        let config = EngineConfig { models, second_reader: true, ..EngineConfig::default() };
        let error = Engine::new(&config).err().unwrap().to_string();
        assert!(error.contains("plate-aligner.onnx") && error.contains("\"crops\""), "{error}");
    }
}
