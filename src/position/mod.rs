//! Where the unit is: positions from a satellite receiver, asked for by time.
//!
//! A receiver gives a position once or a few times a second, a camera a frame whenever
//! it likes. [`Gps`] keeps the last positions and answers where the unit was at a
//! frame's time, between two positions or shortly after the last one. Sources are gpsd,
//! a serial NMEA receiver, and a recorded NMEA log that runs along with a video.

mod config;
mod fix;
mod gps;
mod gpsd;
mod log;
mod nmea;
mod receiver;
mod serial;
mod thinning;
mod way;

pub use config::{GpsConfig, GpsSource};
pub use fix::{Fix, distance_m};
pub use gps::Gps;
pub use log::{LogError, read_log};
pub use receiver::{Heard, receive};
pub use thinning::Thinning;

/// Why a receiver gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum PositionError {
    /// gpsd or the device cannot be reached or broke off.
    #[error("{what}: {source}")]
    Source {
        /// Which.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is silent.
    #[error("{what} has said nothing for {seconds} s")]
    Silent {
        /// Which.
        what: String,
        /// For how long.
        seconds: u64,
    },
    /// What answers is no gpsd.
    #[error("{what} does not answer as gpsd does: {reason}")]
    Protocol {
        /// Which.
        what: String,
        /// In which way.
        reason: String,
    },
}
