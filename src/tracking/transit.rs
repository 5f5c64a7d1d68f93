//! The passage of one vehicle, as the tracker gives it out.

use serde::{Deserialize, Serialize};

use super::config::TrackerConfig;
use super::direction::Direction;
use crate::frame::Frame;
use crate::plate::{Alternative, Country, PlateText, Reading};
use crate::vision::{Detection, VehicleKind};

/// Whether a transit can still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransitState {
    /// The plate is certain enough to act on; the vehicle is still in view.
    Decided,
    /// The vehicle is gone; nothing changes any more.
    Ended,
}

/// The one look at a plate that stands for its transit: the evidence.
#[derive(Debug, Clone)]
pub struct Look {
    /// The very frame that was read.
    pub frame: Frame,
    /// Where the plate is in it.
    pub detection: Detection,
    /// What this look alone says.
    pub reading: Reading,
}

/// One passage of one vehicle before one camera.
///
/// A tracker gives it out in state [`TransitState::Decided`] as soon as the vote is
/// certain (again if the text changes after that), at the latest when the plate has
/// left the picture, and once in state [`TransitState::Ended`]; all with the same `track`.
#[derive(Debug, Clone)]
pub struct Transit {
    /// Number of the track in this camera's run, from 1.
    pub track: u64,
    /// Decided or ended.
    pub state: TransitState,
    /// The voted plate text.
    pub text: PlateText,
    /// Probability that `text` is right, 0 to 1.
    pub confidence: f32,
    /// Country that picture and grammar suggest.
    pub country: Option<Country>,
    /// Other texts it might be, most probable first, without `text` itself.
    pub alternatives: Vec<Alternative>,
    /// The combined reading, for matching.
    pub reading: Reading,
    /// Stream time of the first look, seconds.
    pub first_s: f64,
    /// Stream time of the last look, seconds.
    pub last_s: f64,
    /// Frames in which the plate was found.
    pub frames: u32,
    /// Looks that were read.
    pub reads: u32,
    /// Which way it moves.
    pub direction: Direction,
    /// What sort of vehicle carries the plate; the tracker of plates does not know it, who
    /// follows the vehicles adds it.
    pub vehicle: Option<VehicleKind>,
    /// The best look, whose frame is the evidence picture.
    pub look: Look,
}

impl Transit {
    /// Whether this is the last word on a passage, and one to be given out: a sign that was read surely at
    /// first and differently from then on was no passage, which only the end can tell.
    #[must_use]
    pub fn is_final(&self, config: &TrackerConfig) -> bool {
        self.state == TransitState::Ended && self.confidence >= config.min_confidence
    }
}
