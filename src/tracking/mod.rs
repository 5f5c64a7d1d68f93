//! One transit per passing vehicle: detections followed over frames, their readings
//! combined into one plate.
//!
//! [`Tracker`] holds what is before one camera. It does no I/O and reads no clock:
//! time is the frames' stream time, so a clip replayed gives the same transits.

mod config;
mod direction;
mod identity;
mod motion;
mod track;
mod tracker;
mod transit;
mod vote;

#[cfg(test)]
mod tests;

pub use config::TrackerConfig;
pub use direction::Direction;
pub use tracker::Tracker;
pub use transit::{Look, Transit, TransitState};
