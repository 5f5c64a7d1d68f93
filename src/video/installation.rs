//! What of GStreamer is installed.

use std::path::PathBuf;

use gstreamer as gst;

use super::config::{Location, Transport};
use super::pipeline::check_installation;

/// What can be opened with what is installed: a name, and a description or what is missing.
#[must_use]
pub fn installation() -> Vec<(&'static str, Result<String, String>)> {
    let camera = Location::Rtsp {
        url: "rtsp://camera/".to_owned(),
        transport: Transport::Auto,
        user: None,
        password: None,
        latency_ms: 0,
    };
    let kinds = [
        ("cameras (RTSP)", camera),
        ("video files", Location::File(PathBuf::new())),
        ("devices (V4L2)", Location::Device(PathBuf::new())),
    ];
    kinds
        .into_iter()
        .map(|(name, location)| {
            let state = check_installation(&location).map_err(|error| error.to_string());
            (name, state.map(|()| gst::version_string().to_string()))
        })
        .collect()
}
