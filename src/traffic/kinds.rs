//! What kind of vehicle carries each plate.

use super::config::CountConfig;
use super::counter::TrafficCounter;
use crate::frame::Frame;
use crate::tracking::Transit;
use crate::vision::{Accelerator, Detection, VehicleConfig, VehicleDetector, VisionError};

/// Vehicles are looked for no more often than this, seconds: a passage takes longer, and its kind
/// does not change.
const EVERY_S: f64 = 0.3;

/// Looks for vehicles where plates are, now and then, and tells the kind of each that passed.
///
/// Without a plate in view it does nothing, so an empty road costs nothing.
pub struct Kinds {
    detector: VehicleDetector,
    vehicles: TrafficCounter,
    last_look_s: Option<f64>,
}

impl Kinds {
    /// One for one camera; the network is computed on `accelerator`.
    ///
    /// # Errors
    /// [`VisionError`] when the vehicle detector cannot be loaded.
    pub fn new(accelerator: Accelerator) -> Result<Self, VisionError> {
        // For the kinds of vehicles that carry plates the boxes are enough.
        let boxes_alone = CountConfig { fixed_camera: false, ..CountConfig::default() };
        let config = VehicleConfig { accelerator, ..VehicleConfig::default() };
        Ok(Self {
            detector: VehicleDetector::new(&config)?,
            vehicles: TrafficCounter::new(boxes_alone),
            last_look_s: None,
        })
    }

    /// Takes in a frame in which these plates were found.
    ///
    /// # Errors
    /// [`VisionError::Run`] when the network fails.
    pub fn look(&mut self, frame: &Frame, plates: &[Detection]) -> Result<(), VisionError> {
        let now_s = frame.stream_time.as_secs_f64();
        let due = self.last_look_s.is_none_or(|last_s| !(0.0..EVERY_S).contains(&(now_s - last_s)));
        if plates.is_empty() || !due {
            return Ok(());
        }
        self.last_look_s = Some(now_s);
        let found = self.detector.find(&frame.picture)?;
        self.vehicles.observe(frame, &found);
        Ok(())
    }

    /// Adds to transits the kind of the vehicle within whose box the plate was read.
    pub fn tell(&self, transits: &mut [Transit]) {
        for transit in transits {
            let read_s = transit.look.frame.stream_time.as_secs_f64();
            let vehicle = self.vehicles.vehicle_at(read_s, &transit.look.detection.rect);
            transit.vehicle = vehicle.and_then(|(_, kind)| kind);
        }
    }
}
