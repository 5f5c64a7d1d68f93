//! A vehicle passed a camera.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::position::GeoPosition;
use crate::frame::{Quad, Rect};
use crate::plate::{Alternative, Country, PlateText};
use crate::tracking::{Direction, TransitState};
use crate::vision::VehicleKind;

/// Where an event happened: the node's names for itself, the camera and the site.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Identifier of the node.
    pub node: String,
    /// Identifier of the camera within the node.
    pub camera: String,
    /// Camera name for people.
    pub camera_name: String,
    /// Site name for people.
    pub site: String,
}

/// The picture that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// SHA-256 of the JPEG file, lower-case hexadecimal: its name everywhere.
    pub sha256: String,
    /// Width of the picture.
    pub width_px: u32,
    /// Height of the picture.
    pub height_px: u32,
    /// The plate's upright box in the picture, `[x, y, w, h]` in pixels.
    #[serde(rename = "box")]
    pub rect: Rect,
    /// The plate's corners in the picture, clockwise from its top left.
    pub quad: Quad,
    /// Number of the frame in its stream.
    pub frame_sequence: u64,
    /// When this very frame was taken.
    pub captured_at: Timestamp,
}

/// One passage of one vehicle. Sent when decided and again when ended, with the
/// same `id` and a higher `revision`; the highest revision holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransitEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the transit.
    pub id: Uuid,
    /// 1 for the first message on this transit, then rising.
    pub revision: u32,
    /// Whether it can still change.
    pub state: TransitState,
    /// Where.
    pub place: Place,
    /// When the plate was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// The voted plate.
    #[schemars(with = "String")]
    pub plate: PlateText,
    /// Probability that `plate` is right.
    pub confidence: f32,
    /// Country of the plate, if known.
    #[schemars(with = "Option<String>")]
    pub country: Option<Country>,
    /// What else it might be.
    pub alternatives: Vec<Alternative>,
    /// Which way it moved.
    pub direction: Direction,
    /// What sort of vehicle it is, when the node's detector knows vehicles.
    #[serde(default)]
    pub vehicle: Option<VehicleKind>,
    /// Frames in which the plate was found.
    pub frames: u32,
    /// The picture that was read, when it is kept.
    pub evidence: Option<Evidence>,
    /// Where the camera was when the frame that was read was taken, when that is known.
    #[serde(default)]
    pub position: Option<GeoPosition>,
    /// Milliseconds by which this message's times were corrected: each, less this, is
    /// what the node's own clock said.
    #[serde(default)]
    pub clock_offset_ms: i64,
}
