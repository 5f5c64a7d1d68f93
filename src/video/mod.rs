//! Camera streams, video files and pictures as frames (GStreamer).
//!
//! [`Source::start`] opens a [`Location`] in threads of its own; [`Source::next`]
//! hands out [`crate::frame::Frame`]s, which share the decoder's buffers without
//! a copy. A live camera is connected again with back-off for as long as the
//! source lives; a file ends or fails. [`SourceHealth`] says how it goes.
//!
//! With [`Decode::OnDemand`] only key frames are decoded while nothing moves.
//!
//! [`RtspServer`] plays a file as a camera would, for tests and the demo.
//!
//! `docs/reference/video.md` holds the clocks, thresholds and limits.

mod buffer;
mod clock;
mod config;
mod container;
mod decoder_log;
mod demand;
mod error;
mod faults;
mod health;
mod installation;
mod messages;
mod picture_file;
mod pictures;
mod pipeline;
mod queue;
mod reach;
mod reader;
mod rtsp_server;
mod samples;
mod secret;
mod source;
mod supervisor;
mod url;

pub use clock::CaptureClock;
pub use config::{Decode, Location, Pace, SourceConfig, Transport};
pub use demand::DemandHealth;
pub use error::VideoError;
pub use faults::Fault;
pub use health::{SourceHealth, SourceState};
pub use installation::installation;
pub use picture_file::{MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE_PX, is_picture_file, read_picture};
pub use pictures::pictures_in;
pub use rtsp_server::{RtspServer, RtspServerConfig};
pub use secret::Secret;
pub use source::{Next, Source};
