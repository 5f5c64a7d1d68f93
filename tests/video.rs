//! Sources against real files and a real RTSP server on this machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod video {
    pub(crate) mod cameras;
    pub(crate) mod demand;
    pub(crate) mod files;
    pub(crate) mod interruptions;
    pub(crate) mod setup;
}
