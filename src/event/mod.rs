//! The messages between node and centre and out to others: versioned JSON.
//!
//! Identifiers are time-ordered UUIDs (version 7) made where the event is born;
//! times are UTC (RFC 3339). Unknown fields are ignored by readers, so that a
//! newer node can talk to an older centre; a change that breaks readers raises
//! [`VERSION`]. The JSON Schemas in `docs/reference/events/` are made from these
//! types and checked by a test.

mod correction;
mod decision;
mod heartbeat;
mod hit;
mod position;
mod transit;

pub use decision::{CheckEvent, CheckMatch, DecisionEvent, PositionEvent, RejectReason, Verdict};
pub use heartbeat::{
    CameraHealth, CameraState, HeartbeatEvent, ListHealth, ListSource, PictureFault,
};
pub use hit::{Elsewhere, HitEvent, HitGround, ListedEntry, ListedIn};
pub use position::{GeoPosition, GpsHealth, GpsState, PositionSource};
pub use transit::{Evidence, Place, TransitEvent};

use serde::{Deserialize, Serialize};

/// Version of the message format.
pub const VERSION: u32 = 1;

/// Any message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant, reason = "events are few and short-lived")]
pub enum Event {
    /// A vehicle passed.
    Transit(TransitEvent),
    /// A match that somebody must verify.
    Hit(HitEvent),
    /// A node tells how it and its cameras are.
    Heartbeat(HeartbeatEvent),
    /// Somebody on a unit decided about a hit.
    Decision(DecisionEvent),
    /// Somebody on a unit typed a plate.
    Check(CheckEvent),
    /// A unit was somewhere.
    Position(PositionEvent),
}
