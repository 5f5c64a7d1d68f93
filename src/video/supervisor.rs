//! The thread of a source: runs a session, and the next one when a camera is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;

use super::config::{Location, Transport};
use super::container::{Wholeness, wholeness};
use super::error::VideoError;
use super::messages;
use super::pipeline::{self, Pipeline};
use super::source::{End, Shared};

/// How often a session looks whether frames still come.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A camera may need that long from the first packet to its next key frame.
const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(10);
/// A file without a first frame after so long is given up: GStreamer drops some errors.
const FILE_OPENS_WITHIN: Duration = Duration::from_secs(15);
/// A file without an index of its own may say a wrong length by so much.
const LENGTH_TOLERANCE_S: f64 = 2.0;

/// After a refused login a camera is tried that much more seldom: many lock an
/// account after some wrong passwords.
const SELDOM_AFTER_REFUSAL: u32 = 12;

/// How a session ended.
enum Outcome {
    /// The source is dropped.
    Stopped,
    /// The stream says that it is at its end: at that time, of the length that the file says.
    AtEnd { position_s: Option<f64>, length_s: Option<f64> },
    /// An error, with the time of the last frame of the session, if it had one.
    Failed(VideoError),
}

/// Runs a source until it is dropped, or its file ends.
pub(super) fn supervise(shared: &Arc<Shared>) {
    if shared.config.location.is_live() {
        keep_connected(shared);
    } else {
        play_file(shared);
    }
    shared.listens_to(None);
}

fn play_file(shared: &Arc<Shared>) {
    let path = shared.config.location.path().map(std::path::Path::to_owned).unwrap_or_default();
    // GStreamer may wait for ever for what an mp4 without an index does not have.
    let outcome = if wholeness(&path) == Wholeness::NoIndex {
        Outcome::AtEnd { position_s: None, length_s: None }
    } else {
        session(shared, Transport::Tcp)
    };
    let end = match outcome {
        Outcome::Stopped => return,
        Outcome::Failed(error) => End::Failed(error),
        Outcome::AtEnd { .. } if shared.frames() == 0 => End::Failed(VideoError::NotAVideo {
            reason: messages::why_no_video(&path, "not one picture in it can be decoded".into()),
            path,
        }),
        Outcome::AtEnd { position_s, length_s } => {
            let (at_s, of_s) = (position_s.unwrap_or(0.0), length_s.unwrap_or(0.0));
            let is_cut = match wholeness(&path) {
                Wholeness::Cut => true,
                Wholeness::Whole | Wholeness::NoIndex => false,
                Wholeness::Unknown => of_s - at_s > LENGTH_TOLERANCE_S.max(of_s * 0.05),
            };
            if is_cut {
                End::Failed(VideoError::BreaksOff { path, at_s, of_s })
            } else {
                End::Ended
            }
        }
    };
    match &end {
        End::Ended => shared.ended(),
        End::Failed(error) => {
            shared.down(error);
        }
    }
    shared.queue.finish(end);
}

fn keep_connected(shared: &Arc<Shared>) {
    let config = &shared.config;
    let mut backoff = config.backoff_min;
    let mut transport = first_transport(&config.location);
    loop {
        let (began, frames_before) = (Instant::now(), shared.frames());
        let error = match session(shared, transport) {
            Outcome::Stopped => return,
            Outcome::AtEnd { .. } => {
                VideoError::StreamEnded { camera: config.location.to_string() }
            }
            Outcome::Failed(error) => error,
        };
        let is_news = shared.down(&error);
        let had_frames = shared.frames() > frames_before;
        if had_frames && began.elapsed() > config.backoff_max {
            backoff = config.backoff_min;
        }
        transport = next_transport(&config.location, transport, had_frames, &error);
        let wait = match error {
            VideoError::WrongPassword { .. } | VideoError::PasswordNeeded { .. } => {
                config.backoff_max * SELDOM_AFTER_REFUSAL
            }
            _ => backoff,
        };
        let again_in_ms = wait.as_millis() as u64;
        if is_news {
            tracing::warn!(source = %config.location, %error, again_in_ms, "the camera is lost");
        } else {
            tracing::debug!(source = %config.location, %error, again_in_ms, "still lost");
        }
        // Many cameras behind one switch should not all come back in the same moment.
        shared.rest(wait.mul_f64(rand::random_range(0.8..1.0)));
        if shared.is_stopped() {
            return;
        }
        backoff = (backoff * 2).min(config.backoff_max);
        shared.record().now.reconnects += 1;
    }
}

fn first_transport(location: &Location) -> Transport {
    match location {
        Location::Rtsp { transport: Transport::Udp, .. } => Transport::Udp,
        _ => Transport::Tcp,
    }
}

/// With [`Transport::Auto`], a camera that does not offer one is tried with the other.
fn next_transport(
    location: &Location,
    last: Transport,
    had_frames: bool,
    error: &VideoError,
) -> Transport {
    let is_auto = matches!(location, Location::Rtsp { transport: Transport::Auto, .. });
    let may_help =
        matches!(error, VideoError::UnsupportedTransport { .. } | VideoError::Stalled { .. });
    match (is_auto && may_help && !had_frames, last) {
        (true, Transport::Udp) => Transport::Tcp,
        (true, _) => Transport::Udp,
        (false, last) => last,
    }
}

/// One connection, or one way through a file.
fn session(shared: &Arc<Shared>, transport: Transport) -> Outcome {
    shared.begin_session();
    let pipeline = match pipeline::build(shared, transport) {
        Ok(pipeline) => pipeline,
        Err(error) => return Outcome::Failed(error),
    };
    let Some(bus) = pipeline.inner.bus() else {
        return Outcome::Failed(VideoError::Installation {
            what: "GStreamer gives a pipeline without a bus".to_owned(),
            packages: "libgstreamer1.0-0",
        });
    };
    shared.listens_to(Some(bus.clone()));
    // When this fails, the message on the bus says why.
    let _ = pipeline.inner.set_state(gst::State::Playing);
    listen(shared, &pipeline, &bus)
}

fn listen(shared: &Arc<Shared>, pipeline: &Pipeline, bus: &gst::Bus) -> Outcome {
    use gst::MessageType as Kind;
    use gst::MessageView as View;
    let kinds =
        [Kind::Eos, Kind::Error, Kind::Warning, Kind::Tag, Kind::Element, Kind::Application];
    let location = &shared.config.location;
    let (mut progress, frames_before) = (shared.progress(), shared.frames());
    let mut last_frame = Instant::now();
    let (mut missing_decoder, mut told) = (None, false);
    loop {
        let message = bus.timed_pop_filtered(gst::ClockTime::try_from(LOOK_EVERY).ok(), &kinds);
        if shared.is_stopped() {
            return Outcome::Stopped;
        }
        if let Some(error) = pipeline.take_fault() {
            return Outcome::Failed(error);
        }
        match message.as_ref().map(|message| message.view()) {
            Some(View::Eos(_)) => {
                let length_s = pipeline.inner.query_duration::<gst::ClockTime>().map(seconds);
                let position_s = pipeline.inner.query_position::<gst::ClockTime>().map(seconds);
                return Outcome::AtEnd { position_s, length_s };
            }
            Some(View::Error(message)) => {
                let details = message.debug().unwrap_or_default();
                tracing::debug!(source = %location, error = %message.error(), %details, "GStreamer");
                return Outcome::Failed(match location.path() {
                    Some(path) if !location.is_live() => {
                        let position = pipeline.inner.query_position::<gst::ClockTime>();
                        let any = shared.frames() > frames_before;
                        let at_s = any.then(|| position.map_or(0.0, seconds));
                        let of_s = pipeline.inner.query_duration::<gst::ClockTime>();
                        match (at_s, wholeness(path)) {
                            (Some(at_s), Wholeness::Cut) => VideoError::BreaksOff {
                                path: path.to_owned(),
                                at_s,
                                of_s: of_s.map_or(0.0, seconds),
                            },
                            _ => messages::file_error(
                                path,
                                &message.error(),
                                missing_decoder.take(),
                                at_s,
                            ),
                        }
                    }
                    _ => messages::camera_error(location, &message.error(), &details),
                });
            }
            Some(View::Warning(message)) => {
                let by = message.src().map(|src| src.name().to_string()).unwrap_or_default();
                tracing::debug!(source = %location, by, error = %message.error(), "GStreamer warns");
                if by.starts_with("avdec") || by.contains("parse") {
                    shared.decode_error();
                }
            }
            Some(View::Tag(message)) => {
                if let Some(codec) = message.tags().get::<gst::tags::VideoCodec>() {
                    shared.record().now.codec = Some(codec_name(codec.get()));
                }
            }
            Some(View::Element(message)) => {
                if let Some(structure) = message.structure()
                    && structure.name() == "missing-plugin"
                {
                    missing_decoder = structure.get::<String>("name").ok();
                }
            }
            _ => {}
        }
        if let Some(path) = location.path()
            && !location.is_live()
            && shared.frames() == frames_before
            && last_frame.elapsed() > FILE_OPENS_WITHIN
        {
            return Outcome::Failed(VideoError::NotAVideo {
                path: path.to_owned(),
                reason: messages::why_no_video(
                    path,
                    format!("no picture came out of it in {} s", FILE_OPENS_WITHIN.as_secs()),
                ),
            });
        }
        if location.is_live() {
            let cannot = shared.demand().and_then(|demand| demand.health().cannot);
            if let Some(reason) = cannot.filter(|_| !std::mem::replace(&mut told, cannot.is_some()))
            {
                tracing::warn!(source = %location, reason, "every frame is decoded");
            }
            let so_far = shared.progress();
            // A full queue of a source that keeps every frame is no stall.
            if so_far != progress || shared.queue.is_full_and_waits() {
                progress = so_far;
                last_frame = Instant::now();
            }
            let patience = if shared.frames() == frames_before {
                shared.config.stall_timeout.max(FIRST_FRAME_WITHIN)
            } else {
                shared.config.stall_timeout
            };
            if last_frame.elapsed() > patience {
                return Outcome::Failed(VideoError::Stalled {
                    camera: location.to_string(),
                    seconds: patience.as_secs_f32(),
                });
            }
        }
    }
}

fn seconds(time: gst::ClockTime) -> f64 {
    time.nseconds() as f64 / 1e9
}

/// "H.264 (High Profile)" is shown as "H.264".
fn codec_name(tag: &str) -> String {
    tag.split(" (").next().unwrap_or(tag).to_owned()
}
