//! The trained networks and the sessions that run them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::accelerator::Accelerator;
use super::error::VisionError;
use super::network::Network;
use super::runtime::Runtime;

/// The networks that the program brings along.
const DETECTOR: &[u8] = include_bytes!("../../models/plate-detector.onnx");
const ALIGNER: &[u8] = include_bytes!("../../models/plate-aligner.onnx");
const READER: &[u8] = include_bytes!("../../models/plate-reader.onnx");
const VEHICLE_DETECTOR: &[u8] = include_bytes!("../../models/vehicle-detector.onnx");
const VEHICLE_CLASSIFIER: &[u8] = include_bytes!("../../models/vehicle-classifier.onnx");
const SECOND_READER: &[u8] = include_bytes!("../../models/plate-reader-second.onnx");

/// Which trained networks to use.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// A detector file in place of the built-in one.
    pub detector: Option<PathBuf>,
    /// An aligner file in place of the built-in one.
    pub aligner: Option<PathBuf>,
    /// A reader file in place of the built-in one.
    pub reader: Option<PathBuf>,
    /// A file in place of the built-in second reader.
    pub second_reader: Option<PathBuf>,
}

/// What a loaded model says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCard {
    /// Built-in, or the file.
    pub origin: String,
    /// Version written at export.
    pub version: String,
    /// Start of the file's SHA-256, lower-case hexadecimal.
    pub sha256_prefix: String,
    /// Size of the file.
    pub bytes: usize,
}

/// Where networks are loaded.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) runtime: Runtime,
    pub(super) accelerator: Accelerator,
}

impl Place {
    /// Starts the runtime, if need be.
    pub(super) fn on(accelerator: Accelerator) -> Result<Self, VisionError> {
        Ok(Self { runtime: Runtime::load(accelerator)?, accelerator })
    }
}

/// A network with what its model says of itself.
pub(super) struct Model {
    pub(super) network: Network,
    pub(super) card: ModelCard,
}

impl Model {
    pub(super) fn detector(place: &Place, models: &Models) -> Result<Self, VisionError> {
        Self::load(place, "plate detector", DETECTOR, models.detector.as_deref())
    }

    pub(super) fn aligner(place: &Place, models: &Models) -> Result<Self, VisionError> {
        Self::load(place, "plate aligner", ALIGNER, models.aligner.as_deref())
    }

    pub(super) fn reader(place: &Place, models: &Models) -> Result<Self, VisionError> {
        Self::load(place, "plate reader", READER, models.reader.as_deref())
    }

    pub(super) fn second_reader(place: &Place, models: &Models) -> Result<Self, VisionError> {
        let file = models.second_reader.as_deref();
        Self::load(place, "second plate reader", SECOND_READER, file)
    }

    pub(super) fn vehicle_detector(
        place: &Place,
        file: Option<&Path>,
    ) -> Result<Self, VisionError> {
        Self::load(place, "vehicle detector", VEHICLE_DETECTOR, file)
    }

    pub(super) fn vehicle_classifier(place: &Place) -> Result<Self, VisionError> {
        Self::load(place, "vehicle classifier", VEHICLE_CLASSIFIER, None)
    }

    fn load(
        place: &Place,
        name: &str,
        built_in: &'static [u8],
        file: Option<&Path>,
    ) -> Result<Self, VisionError> {
        let (bytes, origin) = match file {
            None => (Cow::Borrowed(built_in), "built in".to_owned()),
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| VisionError::Model {
                    model: path.display().to_string(),
                    reason: error.to_string(),
                })?;
                (Cow::Owned(bytes), path.display().to_string())
            }
        };
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let network = Network::open(&place.runtime, place.accelerator, &bytes, digest);
        let network = network.map_err(|error| {
            let (model, reason) = (format!("{name} ({origin})"), error.to_string());
            match place.accelerator {
                Accelerator::Cpu => VisionError::Model { model, reason },
                accelerator => VisionError::Accelerator { accelerator, model, reason },
            }
        })?;
        let version = network.property("version").unwrap_or("unknown").to_owned();
        let sha256_prefix = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let card = ModelCard { origin, version, sha256_prefix, bytes: bytes.len() };
        Ok(Self { network, card })
    }

    /// A value that was written into the model at export.
    pub(super) fn property(&self, key: &str) -> Option<&str> {
        self.network.property(key)
    }

    /// A positive number that was written into the model at export.
    pub(super) fn number(&self, key: &str) -> Result<Option<f32>, VisionError> {
        let Some(text) = self.property(key) else { return Ok(None) };
        match text.parse() {
            Ok(number) if f32::is_finite(number) && number > 0.0 => Ok(Some(number)),
            _ => Err(VisionError::Model {
                model: self.card.origin.clone(),
                reason: format!("its {key} is {text:?}, not a positive number; export it anew"),
            }),
        }
    }
}
