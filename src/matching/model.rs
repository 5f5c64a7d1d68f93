//! What comparing a transit with the lists gives.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lists::{Entry, List};

/// How a vehicle and a list belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The listed plate is the very text that was read.
    Exact,
    /// The listed plate may be the one in the picture (messages of before this field
    /// tell the two apart by `exact`).
    #[default]
    LookAlike,
    /// No list of the zone's permits has the plate.
    NoPermit,
    /// The same plate was elsewhere too short a time ago.
    Cloned,
}

/// One place where the plate as read and the plate as listed are not the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The place in the plate as read, from 0; its length for a character that was
    /// lost at the end.
    pub place: u32,
    /// The character that was read; `None` for one that the reader lost.
    pub read: Option<char>,
    /// The character that is listed; `None` for one that the reader made up.
    pub listed: Option<char>,
    /// Probability that the reader gave the listed character there, 0 to 1; for a lost
    /// or made up character the probability of just that.
    pub probability: f32,
}

/// A listed plate that is, or may be, the one that was read; for permits, a plate that
/// is listed nowhere.
#[derive(Debug, Clone)]
pub struct Match {
    /// The list it stands in; for permits one of the zone's lists.
    pub list: Arc<List>,
    /// The entry; for a missing permit the plate as read and nothing else.
    pub entry: Entry,
    /// How the two belong together.
    pub relation: Relation,
    /// Probability that the listed plate is the one in the picture; for a missing
    /// permit, that the plate as read is, and has none. 0 to 1.
    pub probability: f32,
    /// Where the two differ; empty when they are the same.
    pub why: Vec<Difference>,
    /// The same plate is not reported again by the same camera for so long, where the
    /// list says so.
    pub cooldown_s: Option<u32>,
}

impl Match {
    /// True when the listed plate is the very text that was voted.
    #[must_use]
    pub fn exact(&self) -> bool {
        self.relation == Relation::Exact
    }
}
