//! GStreamer's error messages in words for people.

use std::path::Path;

use gstreamer as gst;
use gstreamer::glib;

use super::config::Location;
use super::container::{Wholeness, wholeness};
use super::error::VideoError;
use super::reach::{Reach, reach};

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
    let unreachable =
        |reason: &str| VideoError::Unreachable { url: url.clone(), reason: reason.to_owned() };
    // GStreamer says "generic error" to every failed connection: try one to see why.
    if says("Failed to connect") || says("Could not connect") {
        return match reach(&url_of(location)) {
            Reach::Refused => VideoError::Refused { url },
            Reach::NameUnknown => unreachable("its name is not known"),
            Reach::NoWay => unreachable("the network knows no way to it"),
            Reach::Silent => unreachable("nothing answers"),
            Reach::Connected => unreachable("it does not answer as an RTSP camera does"),
        };
    }
    if says("Timeout") || says("timed out") || says("Could not receive message") {
        return unreachable("it does not answer as an RTSP camera does");
    }
    stream_error(location, error)
}

fn url_of(location: &Location) -> String {
    match location {
        Location::Rtsp { url, .. } => url.clone(),
        other => other.to_string(),
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
