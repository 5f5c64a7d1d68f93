//! GStreamer's error messages in words for people.

use std::path::Path;

use gstreamer as gst;
use gstreamer::glib;

use super::config::Location;
use super::container::{Wholeness, wholeness};
use super::error::VideoError;

/// What a camera's error means. `details` is GStreamer's text for programmers.
pub(super) fn camera_error(location: &Location, error: &glib::Error, details: &str) -> VideoError {
    let Location::Rtsp { user, .. } = location else {
        return stream_error(location, error);
    };
    let url = location.to_string();
    let says = |text: &str| details.contains(text) || error.message().contains(text);
    if error.matches(gst::ResourceError::NotAuthorized) || says("(401)") || says("(403)") {
        return match user {
            Some(user) => VideoError::WrongPassword { url, user: user.clone() },
            None => VideoError::PasswordNeeded { url },
        };
    }
    if says("(404)") || says("(454)") || error.matches(gst::ResourceError::NotFound) {
        return VideoError::NoSuchStream { url };
    }
    if says("(461)") {
        return VideoError::UnsupportedTransport { url };
    }
    if says("Connection refused") {
        return VideoError::Refused { url };
    }
    let network = [
        ("Error resolving", "its name is not known"),
        ("Name or service not known", "its name is not known"),
        ("Temporary failure in name resolution", "its name cannot be looked up now"),
        ("No route to host", "there is no way to it"),
        ("Network is unreachable", "there is no way to its network"),
        ("timed out", "it does not answer"),
        ("Timeout", "it does not answer"),
        ("Failed to connect", "it does not answer"),
    ];
    match network.iter().find(|(text, _)| says(text)) {
        Some((_, reason)) => VideoError::Unreachable { url, reason: (*reason).to_owned() },
        None => stream_error(location, error),
    }
}

fn stream_error(location: &Location, error: &glib::Error) -> VideoError {
    VideoError::Stream {
        camera: location.to_string(),
        reason: error.message().trim_end_matches('.').to_owned(),
    }
}

/// What a file's error means. `at_s` is the time of its last frame, if it gave any.
pub(super) fn file_error(
    path: &Path,
    error: &glib::Error,
    missing_decoder: Option<String>,
    at_s: Option<f64>,
) -> VideoError {
    let path_buf = path.to_owned();
    if let Some(codec) = missing_decoder {
        return VideoError::DecoderMissing { path: path_buf, codec };
    }
    let message = error.message().trim_end_matches('.').to_owned();
    match at_s {
        Some(at_s) => VideoError::Broken { path: path_buf, at_s, reason: message },
        None => VideoError::NotAVideo { path: path_buf, reason: why_no_video(path, message) },
    }
}

/// Why a file gives no frame at all.
pub(super) fn why_no_video(path: &Path, message: String) -> String {
    if std::fs::metadata(path).is_ok_and(|about| about.len() == 0) {
        return "the file is empty".to_owned();
    }
    match wholeness(path) {
        Wholeness::NoIndex => {
            "its index (moov) is missing, so the recording was not finished or not copied to its end"
                .to_owned()
        }
        Wholeness::Cut => "the file breaks off before the first frame".to_owned(),
        Wholeness::Whole | Wholeness::Unknown => message,
    }
}
