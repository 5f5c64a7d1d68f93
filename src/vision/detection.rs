//! What the networks say of one picture.

use crate::frame::{Quad, Rect};
use crate::plate::Reading;

/// A plate found in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The plate's four corners in pixels of the picture.
    pub quad: Quad,
    /// Upright box around the whole plate, in pixels of the picture.
    pub rect: Rect,
    /// How sure the detector is that this is a plate, 0 to 1.
    pub score: f32,
}

/// A detection with what was read of it, if it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Where the plate is.
    pub detection: Detection,
    /// What it says; `None` when it was not read (too small, or nothing to gain).
    pub reading: Option<Reading>,
}
