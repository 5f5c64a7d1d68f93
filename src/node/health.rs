//! How the cameras are, for heartbeats.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::event::{CameraHealth, CameraState, PictureFault};
use crate::siting::Siting;
use crate::tracking::{Transit, TransitState};
use crate::video::{Fault, SourceHealth, SourceState};

use super::pipeline::Camera;

/// One camera's place on the board. Cloning it shares it.
#[derive(Debug, Clone)]
pub(super) struct HealthSlot {
    camera: Arc<Mutex<CameraHealth>>,
    siting: Arc<Mutex<Siting>>,
}

impl HealthSlot {
    pub(super) fn new(camera: &Camera) -> Self {
        let camera = CameraHealth {
            camera: camera.id.clone(),
            camera_name: camera.name.clone(),
            site: camera.site.clone(),
            state: CameraState::Connecting,
            error: None,
            decoded_fps: 0.0,
            analysed_fps: 0.0,
            last_frame_at: None,
            width_px: 0,
            height_px: 0,
            reconnects: 0,
            decode_errors: 0,
            dropped_frames: 0,
            faults: Vec::new(),
            view: Vec::new(),
            view_passages: 0,
        };
        Self { camera: Arc::new(Mutex::new(camera)), siting: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, CameraHealth> {
        self.camera.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshot(&self) -> CameraHealth {
        let siting = self.siting.lock().unwrap_or_else(PoisonError::into_inner);
        let view_passages = u32::try_from(siting.passages()).unwrap_or(u32::MAX);
        CameraHealth { view: siting.findings(), view_passages, ..self.lock().clone() }
    }

    /// A vehicle has passed: what its plate says of the camera's view.
    pub(super) fn passed(&self, transit: &Transit) {
        if transit.state == TransitState::Ended {
            self.siting.lock().unwrap_or_else(PoisonError::into_inner).count(transit);
        }
    }

    /// Takes over what the source says.
    pub(super) fn source(&self, source: SourceHealth, analysed_fps: f32) {
        let mut health = self.lock();
        health.state = match source.state {
            SourceState::Connecting => CameraState::Connecting,
            SourceState::Live => CameraState::Live,
            SourceState::Down => CameraState::Down,
            SourceState::Ended => CameraState::Ended,
        };
        health.error = source.error;
        health.decoded_fps = source.decoded_fps;
        health.analysed_fps = analysed_fps;
        health.last_frame_at = source.last_frame_at;
        health.width_px = source.width_px;
        health.height_px = source.height_px;
        health.reconnects = source.reconnects;
        health.decode_errors = source.decode_errors;
        health.dropped_frames = source.dropped_frames;
        health.faults = source
            .faults
            .iter()
            .map(|fault| match fault {
                Fault::Dark => PictureFault::Dark,
                Fault::Blurred => PictureFault::Blurred,
                Fault::Frozen => PictureFault::Frozen,
            })
            .collect();
    }

    /// The camera does not run, for a reason beyond its stream.
    pub(super) fn down(&self, error: &str) {
        let mut health = self.lock();
        health.state = CameraState::Down;
        health.error = Some(error.to_owned());
        health.decoded_fps = 0.0;
        health.analysed_fps = 0.0;
    }
}
