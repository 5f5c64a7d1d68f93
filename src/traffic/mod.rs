//! One passage per vehicle, with or without a plate that can be read.
//!
//! [`TrafficCounter`] holds what is before one camera: it joins the detector's boxes with the
//! movement of a small luma grid, follows vehicles over frames, and gives out each passage once,
//! with kind and direction. It does no I/O and reads no clock.
//!
//! [`Kinds`] tells the kinds of the vehicles whose plates were read.
//!
//! `docs/reference/counting.md` says what is counted.

mod blobs;
mod boxes;
mod config;
mod counter;
mod following;
mod ground;
mod kinds;
mod motion;
mod passage;
mod vehicle;

#[cfg(test)]
mod tests;

pub use config::CountConfig;
pub use counter::TrafficCounter;
pub use kinds::Kinds;
pub use passage::{Heading, Passage, Waypoint};
