//! What the counter can be told.

/// How movement and boxes become passages. The defaults suit a fixed camera beside or above a road.
#[derive(Debug, Clone, PartialEq)]
pub struct CountConfig {
    /// The camera stands still: what moves before it is seen also where the detector knows no
    /// vehicle. Off for cameras on vehicles and for those that turn.
    pub fixed_camera: bool,
    /// Vehicles that never cover this share of the picture are too far away to be counted.
    pub least_share: f32,
    /// A vehicle that was not seen for this long has left the picture, seconds.
    pub coast_s: f64,
    /// One that stands is waited for so long, seconds: when it goes on, it is still the same.
    pub standing_s: f64,
}

impl Default for CountConfig {
    fn default() -> Self {
        Self { fixed_camera: true, least_share: 0.01, coast_s: 1.0, standing_s: 180.0 }
    }
}
