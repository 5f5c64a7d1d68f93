//! Where on Earth something happened.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a position comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PositionSource {
    /// A satellite receiver on the unit.
    #[default]
    Gps,
    /// The settings: the camera stands there.
    Fixed,
}

/// A place on Earth (WGS 84) with what is known of the movement there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeoPosition {
    /// Latitude, degrees, north positive.
    pub lat_deg: f64,
    /// Longitude, degrees, east positive.
    pub lon_deg: f64,
    /// Course over ground, degrees clockwise from north; unknown while standing.
    #[serde(default)]
    pub heading_deg: Option<f32>,
    /// Speed over ground.
    #[serde(default)]
    pub speed_kmh: Option<f32>,
    /// The true place is within so many metres, 19 times of 20.
    #[serde(default)]
    pub accuracy_m: Option<f32>,
    /// When the receiver measured it (the later one where it lies between two
    /// measurements); none for a camera that stands still.
    #[serde(default)]
    pub fixed_at: Option<Timestamp>,
    /// True when the last measurement was too old to say where the unit was: this is
    /// where it was last known to be.
    #[serde(default)]
    pub stale: bool,
    /// Where it comes from.
    #[serde(default)]
    pub source: PositionSource,
}

/// What a unit's satellite receiver is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GpsState {
    /// Trying to reach the receiver.
    Connecting,
    /// It answers, without a position: too few satellites.
    Searching,
    /// Positions come.
    Fixed,
    /// It cannot be reached, or says nothing; tried again with back-off.
    Down,
}

/// A unit's satellite receiver over the last seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GpsHealth {
    /// What it is doing.
    pub state: GpsState,
    /// The last error, in words for people.
    #[serde(default)]
    pub error: Option<String>,
    /// Satellites that the position is made from.
    #[serde(default)]
    pub satellites: Option<u32>,
    /// When the last position was measured.
    #[serde(default)]
    pub last_fix_at: Option<Timestamp>,
    /// Connections after the first one.
    #[serde(default)]
    pub reconnects: u64,
    /// How far the unit's own clock was found to be wrong: milliseconds that its times
    /// were corrected by.
    #[serde(default)]
    pub clock_offset_ms: i64,
}
