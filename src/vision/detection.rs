//! What the networks say of one picture.

use super::plausibility::{self, plausibility};
use crate::frame::{Picture, Quad, Rect};
use crate::plate::Reading;

/// A plate found in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The plate's four corners in pixels of the picture.
    pub quad: Quad,
    /// Upright box around the whole plate, in pixels of the picture.
    pub rect: Rect,
    /// How probable it is, by the detector and the aligner, that this is a plate, 0 to 1.
    pub score: f32,
}

impl Detection {
    /// Takes other corners, and the box around them as far as it lies in the picture.
    pub(super) fn set_quad(&mut self, quad: Quad, picture: &Picture) {
        self.quad = quad;
        self.rect = quad.bounds().clamped(picture.width_px(), picture.height_px());
    }

    /// Whether this is a number plate at all, by its score and what was read there: badges,
    /// wheels and signs look like plates but do not read like plates.
    #[must_use]
    pub fn is_plausible(&self, reading: &Reading) -> bool {
        plausibility(self.score, reading) >= plausibility::LEAST
    }
}

/// A detection with what was read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Where the plate is.
    pub detection: Detection,
    /// What it says; no positions when it is unreadable.
    pub reading: Reading,
    /// Rows of characters, 1 or 2.
    pub rows: u8,
}
