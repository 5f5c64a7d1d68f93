//! A match that somebody must verify.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::position::GeoPosition;
use super::transit::{Evidence, Place, TransitEvent};
use crate::lists::{Entry, List, ListKind, Vehicle};
use crate::matching::{Difference, Relation};
use crate::plate::{Alternative, Country, PlateText};
use crate::tracking::Direction;
use crate::vision::VehicleKind;

/// The list that a hit is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedIn {
    /// Identifier of the list.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is of.
    pub kind: ListKind,
    /// Why the data may be processed.
    pub purpose: String,
    /// What allows it.
    pub legal_basis: String,
    /// What to do on a hit.
    #[serde(default)]
    pub on_hit: Option<String>,
    /// Who is told: names of groups or channels; empty: everybody.
    #[serde(default)]
    pub told: Vec<String>,
}

impl ListedIn {
    /// Whether hits of the list are for somebody who belongs to these groups. Who belongs
    /// to none is told of everything, so that no hit goes unseen for want of a group.
    #[must_use]
    pub fn tells(&self, groups: &[String]) -> bool {
        self.told.is_empty()
            || groups.is_empty()
            || self.told.iter().any(|told| groups.contains(told))
    }
}

impl From<&List> for ListedIn {
    fn from(list: &List) -> Self {
        Self {
            id: list.id.clone(),
            name: list.name.clone(),
            kind: list.kind,
            purpose: list.purpose.clone(),
            legal_basis: list.legal_basis.clone(),
            on_hit: list.on_hit.clone(),
            told: list.told.clone(),
        }
    }
}

/// What the list says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedEntry {
    /// The plate as listed; as read, where the hit is that it is not listed.
    #[schemars(with = "String")]
    pub plate: PlateText,
    /// Country as listed.
    #[schemars(with = "Option<String>")]
    pub country: Option<Country>,
    /// Why it is listed.
    pub reason: Option<String>,
    /// The register's reference number.
    pub reference: Option<String>,
    /// What the vehicle is.
    pub vehicle: Vehicle,
}

/// The other passage of a cloned plate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Elsewhere {
    /// The transit.
    pub transit: Uuid,
    /// Where.
    pub place: Place,
    /// When the plate was last seen there.
    pub seen_at: Timestamp,
    /// Where that is on Earth.
    pub position: Option<GeoPosition>,
    /// As the crow flies.
    pub distance_km: f64,
    /// The picture that was read there: its SHA-256.
    pub evidence: Option<String>,
}

impl From<Entry> for ListedEntry {
    fn from(entry: Entry) -> Self {
        let Entry { plate, country, reason, reference, vehicle, .. } = entry;
        Self { plate, country, reason, reference, vehicle }
    }
}

/// A listed plate was, or may have been, read: an alert for an officer to verify.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HitEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the hit.
    pub id: Uuid,
    /// The transit it belongs to.
    pub transit: Uuid,
    /// Where.
    pub place: Place,
    /// When the frame that was read was taken.
    pub captured_at: Timestamp,
    /// When the node matched it.
    pub matched_at: Timestamp,
    /// The plate as read.
    #[schemars(with = "String")]
    pub plate: PlateText,
    /// Probability that `plate` is what is in the picture.
    pub confidence: f32,
    /// Country of the plate as read, if known.
    #[schemars(with = "Option<String>")]
    pub country: Option<Country>,
    /// What else it might be.
    pub alternatives: Vec<Alternative>,
    /// Which way the vehicle moves.
    pub direction: Direction,
    /// What sort of vehicle was seen, when that was known at the moment of the match; what the list
    /// says of the vehicle stands in `entry`.
    #[serde(default)]
    pub vehicle: Option<VehicleKind>,
    /// The list.
    pub list: ListedIn,
    /// The entry, with the plate as listed.
    pub entry: ListedEntry,
    /// True when read and listed plate are the same text.
    pub exact: bool,
    /// How vehicle and list belong together.
    #[serde(default)]
    pub relation: Relation,
    /// Where read and listed plate differ, and what the reader gave the listed character.
    #[serde(default)]
    pub why: Vec<Difference>,
    /// Probability that the listed plate is the one in the picture.
    pub probability: f32,
    /// The picture that was read.
    pub evidence: Evidence,
    /// Where the camera was when the frame that was read was taken, when that is known.
    #[serde(default)]
    pub position: Option<GeoPosition>,
    /// Milliseconds by which this message's times were corrected: each, less this, is
    /// what the node's own clock said.
    #[serde(default)]
    pub clock_offset_ms: i64,
    /// True when the plate was listed only after the vehicle had passed.
    #[serde(default)]
    pub retrospective: bool,
    /// The other passage, where the plate is cloned.
    #[serde(default)]
    pub elsewhere: Option<Elsewhere>,
}

/// Why a passage is a hit: all that a [`HitEvent`] says beyond the transit.
#[derive(Debug, Clone, PartialEq)]
pub struct HitGround {
    /// The list.
    pub list: ListedIn,
    /// The entry, with the plate as listed.
    pub entry: ListedEntry,
    /// True when read and listed plate are the same text.
    pub exact: bool,
    /// How vehicle and list belong together.
    pub relation: Relation,
    /// Where read and listed plate differ.
    pub why: Vec<Difference>,
    /// Probability that the listed plate is the one in the picture.
    pub probability: f32,
    /// True when the plate was listed only after the vehicle had passed.
    pub retrospective: bool,
    /// The other passage, where the plate is cloned.
    pub elsewhere: Option<Elsewhere>,
}

impl HitEvent {
    /// The hit on a transit, whose picture `evidence` is. Every hit is made here, so that
    /// what is added to one cannot be missing in another.
    #[must_use]
    pub fn new(
        id: Uuid,
        transit: &TransitEvent,
        evidence: &Evidence,
        ground: HitGround,
        matched_at: Timestamp,
    ) -> Self {
        let HitGround { list, entry, exact, relation, why, probability, retrospective, elsewhere } =
            ground;
        Self {
            version: super::VERSION,
            id,
            transit: transit.id,
            place: transit.place.clone(),
            captured_at: evidence.captured_at,
            matched_at,
            plate: transit.plate.clone(),
            confidence: transit.confidence,
            country: transit.country,
            alternatives: transit.alternatives.clone(),
            direction: transit.direction,
            vehicle: transit.vehicle,
            list,
            entry,
            exact,
            relation,
            why,
            probability,
            evidence: evidence.clone(),
            position: transit.position,
            clock_offset_ms: transit.clock_offset_ms,
            retrospective,
            elsewhere,
        }
    }
}
