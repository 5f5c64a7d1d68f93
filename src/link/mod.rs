//! Node ↔ centre: each knows the other by its key, never by its address alone.

mod client;
mod delivery;
mod identity;
mod lists;
mod message;
mod tls;

pub use delivery::{
    CameraReport, Link, LinkConfig, LinkError, LinkFault, LinkState, ListNews, ListReport,
    NodeInfo, PositionReport,
};
pub use identity::{Fingerprint, FingerprintError, Identity, IdentityError};
pub use lists::{
    Download, KeyGrant, LIST_KEY_PATH, LISTS_PATH, ListClient, ListFault, Manifest, Offer,
    UNKNOWN_KEY,
};
pub use message::{Delivery, Jpeg, Numbered, Problem, Receipt, Refusal};
pub use tls::{PeerAcceptor, PeerKey, TlsError, client_config, server_config};

/// Where a centre takes deliveries.
pub const EVENTS_PATH: &str = "/link/v1/events";
