//! The state of the unit at a glance.

use jiff::Timestamp;
use serde::Serialize;

use crate::event::{CameraHealth, GeoPosition, GpsHealth, ListHealth};

/// The connection to the centre as the screen shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(crate) enum LinkStatus {
    /// The unit works alone: no centre is set.
    Alone,
    /// Nothing tried yet.
    Starting,
    /// The centre answers.
    Up,
    /// It does not, for this reason.
    Down {
        /// In words for people.
        reason: String,
    },
}

/// The whole state.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Status {
    /// The time by the node's clock.
    pub(crate) now: Timestamp,
    /// Identifier of the unit.
    pub(crate) unit: String,
    /// Its name for people.
    pub(crate) unit_name: String,
    pub(crate) cameras: Vec<CameraHealth>,
    pub(crate) lists: Vec<ListHealth>,
    /// `None`: the unit has no receiver.
    pub(crate) gps: Option<GpsHealth>,
    pub(crate) position: Option<GeoPosition>,
    pub(crate) link: LinkStatus,
    /// Events that wait for the centre.
    pub(crate) outbox: u64,
}
