//! Pictures, frames and the geometry on them. No I/O, no clock.

mod colour;
mod geometry;
mod luma;
mod picture;

use std::time::Duration;

pub use colour::YuvWeights;
pub use geometry::{Quad, Rect};
pub use luma::LumaGrid;
pub use picture::{ColourMatrix, Layout, Picture, PictureError, PixelBytes};

use jiff::Timestamp;

/// Whether something moves in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// Too little of the scene is known to say.
    Learning,
    /// Nothing does.
    Still,
    /// Something does.
    Moving,
}

/// One decoded picture of a camera.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Counts the frames that the source decoded, from 0, dropped ones included.
    pub sequence: u64,
    /// Time since the source's first frame; never goes back, also over reconnects.
    pub stream_time: Duration,
    /// When the camera took the picture (UTC), as well as the stream tells.
    pub captured_at: Timestamp,
    /// The pixels.
    pub picture: Picture,
    /// Whether something moves in it, where the source had to find that out.
    pub movement: Option<Movement>,
}
