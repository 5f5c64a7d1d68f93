//! The passage of one vehicle, as the counter gives it out.

use serde::{Deserialize, Serialize};

use crate::frame::Rect;
use crate::tracking::Direction;
use crate::vision::VehicleKind;

/// Which way a vehicle went in the picture, whatever that means on the road.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Heading {
    /// To the upper edge.
    Up,
    /// To the lower edge.
    Down,
    /// To the left edge.
    Left,
    /// To the right edge.
    Right,
}

impl Heading {
    /// The word for it in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// Where a vehicle was at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waypoint {
    /// Stream time, seconds.
    pub at_s: f64,
    /// Its box in pixels of the picture.
    pub rect: Rect,
}

/// One passage of one vehicle before one camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Number of the vehicle in this camera's run, from 1; numbers of what turned out to be no
    /// vehicle are left out.
    pub vehicle: u64,
    /// What sort of vehicle it is, by the vote of all looks of the detector; `None` where only
    /// its movement was seen.
    pub kind: Option<VehicleKind>,
    /// Share of the looks' scores that say so, 0 to 1; 0 without a kind.
    pub kind_confidence: f32,
    /// Which way it moved, as seen by the camera.
    pub direction: Direction,
    /// Which way it moved in the picture.
    pub heading: Heading,
    /// Stream time of the first look, seconds.
    pub first_s: f64,
    /// Stream time of the last look, seconds.
    pub last_s: f64,
    /// Frames in which it was seen.
    pub frames: u32,
    /// The largest share of the picture that its box covered.
    pub largest_share: f32,
    /// Where it was, from first to last, at most some dozen places.
    pub path: Vec<Waypoint>,
}
