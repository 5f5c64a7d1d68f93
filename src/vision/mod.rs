//! From a picture to detections and readings.

mod detection;

pub use detection::{Detection, Sighting};
