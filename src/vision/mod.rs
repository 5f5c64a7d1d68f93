//! From a picture to detections and readings.
//!
//! [`Engine`] is all that other modules need: it finds plates in a picture, looks
//! at each again for its exact corners, pulls it straight by them and reads it. The networks run on ONNX
//! Runtime ([`Runtime`]); nothing here does I/O apart from loading those two.

mod accelerator;
mod aligner;
mod ctc;
mod detection;
mod detector;
mod engine;
mod error;
mod letterbox;
mod looks;
mod model;
mod network;
mod patch;
mod plausibility;
mod reader;
mod rectify;
mod runtime;
mod scaler;
mod service;
mod vehicle;
mod vehicle_classifier;
mod vehicle_map;
mod vehicle_view;
mod vehicles;
mod windows;

pub use accelerator::{Accelerator, IntelDevice, NoAccelerator};
pub use detection::{Detection, Sighting};
pub use engine::{Engine, EngineConfig};
pub use error::VisionError;
pub use model::{ModelCard, Models};
pub use patch::{Patch, straightened};
pub use rectify::{CropSize, MARGIN_X, MARGIN_Y, rectify};
pub use runtime::Runtime;
pub use vehicle::{VehicleDetection, VehicleKind};
pub use vehicles::{VehicleConfig, VehicleDetector};
