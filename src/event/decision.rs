//! What people on a unit did: about a hit, or with a plate that they typed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::hit::{ListedEntry, ListedIn};
use super::position::GeoPosition;
use crate::plate::PlateText;

/// What the people on a unit decided about a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the vehicle, and they see to it.
    Accept,
    /// It is not to be followed, for a reason.
    Reject,
    /// Not now: it stays open for others.
    NotNow,
}

/// Why a hit is not to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// The plate in the picture is another one.
    Misread,
    /// It is the plate, on another vehicle than the listed one, or the list is out of date.
    NotTheVehicle,
    /// The vehicle is out of sight.
    Gone,
    /// Something else; the note says what.
    Other,
}

/// A decision about a hit, taken on the unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the decision.
    pub id: Uuid,
    /// The hit.
    pub hit: Uuid,
    /// Identifier of the node.
    pub node: String,
    /// When it was taken.
    pub at: Timestamp,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, when it was rejected.
    #[serde(default)]
    pub reason: Option<RejectReason>,
    /// In the people's words.
    #[serde(default)]
    pub note: Option<String>,
    /// Where the unit was.
    #[serde(default)]
    pub position: Option<GeoPosition>,
    /// Milliseconds by which the time was corrected.
    #[serde(default)]
    pub clock_offset_ms: i64,
}

/// What a list says of a plate that was typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckMatch {
    /// The list.
    pub list: ListedIn,
    /// The entry.
    pub entry: ListedEntry,
}

/// A plate that somebody on the unit typed, compared with the lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the check.
    pub id: Uuid,
    /// Identifier of the node.
    pub node: String,
    /// When it was typed.
    pub at: Timestamp,
    /// The plate as typed.
    #[schemars(with = "String")]
    pub plate: PlateText,
    /// What the lists say; empty: no list names it.
    pub matches: Vec<CheckMatch>,
    /// Where the unit was.
    #[serde(default)]
    pub position: Option<GeoPosition>,
    /// Milliseconds by which the time was corrected.
    #[serde(default)]
    pub clock_offset_ms: i64,
}

/// Where a unit was: one point of its thinned way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PositionEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the message.
    pub id: Uuid,
    /// Identifier of the node.
    pub node: String,
    /// When it was there.
    pub at: Timestamp,
    /// Where.
    pub position: GeoPosition,
}
