//! Clips made on the spot, sources and servers of the tests.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use tempfile::TempDir;
use varco::frame::Frame;
use varco::video::{
    Location, Next, RtspServer, RtspServerConfig, Secret, Source, SourceConfig, SourceHealth,
    Transport, VideoError,
};

pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) const H264: &str = "x264enc speed-preset=ultrafast key-int-max=25 ! h264parse";
pub(crate) const H264_B_FRAMES: &str =
    "x264enc speed-preset=veryfast bframes=3 key-int-max=25 ! h264parse";
pub(crate) const H265: &str = "x265enc speed-preset=ultrafast key-int-max=25 ! h265parse";

/// Runs a pipeline to its end.
pub(crate) fn run(description: &str) {
    gst::init().unwrap();
    let pipeline = gst::parse::launch(description).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let message = pipeline
        .bus()
        .unwrap()
        .timed_pop_filtered(
            gst::ClockTime::from_seconds(60),
            &[gst::MessageType::Eos, gst::MessageType::Error],
        )
        .expect("a clip is made in time");
    assert_eq!(message.type_(), gst::MessageType::Eos, "{description}: {message:?}");
    pipeline.set_state(gst::State::Null).unwrap();
}

/// A clip of a moving ball, 25 pictures a second.
pub(crate) fn clip(
    folder: &TempDir,
    name: &str,
    frames: u32,
    encoder: &str,
    muxer: &str,
) -> PathBuf {
    sized_clip(folder, name, frames, encoder, muxer, (320, 240))
}

pub(crate) fn sized_clip(
    folder: &TempDir,
    name: &str,
    frames: u32,
    encoder: &str,
    muxer: &str,
    (width, height): (u32, u32),
) -> PathBuf {
    let path = folder.path().join(name);
    run(&format!(
        "videotestsrc num-buffers={frames} pattern=ball ! \
         video/x-raw,format=I420,width={width},height={height},framerate=25/1 ! \
         {encoder} ! {muxer} ! filesink location={}",
        path.display()
    ));
    path
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) fn open(config: SourceConfig) -> Source {
    Source::start(config).unwrap()
}

pub(crate) fn file(path: &Path) -> SourceConfig {
    SourceConfig::new(Location::File(path.to_owned()))
}

/// A camera at the server's address, with short waits.
pub(crate) fn camera(url: &str, wanted: Transport, login: Option<(&str, &str)>) -> SourceConfig {
    let mut location = Location::parse(url).unwrap();
    if let Location::Rtsp { transport, user, password, .. } = &mut location {
        *transport = wanted;
        *user = login.map(|(user, _)| user.to_owned());
        *password = login.map(|(_, password)| Secret::new(password));
    }
    SourceConfig {
        stall_timeout: Duration::from_secs(2),
        backoff_max: Duration::from_millis(500),
        ..SourceConfig::new(location)
    }
}

pub(crate) fn serve(clip: &Path) -> RtspServer {
    RtspServer::start(&RtspServerConfig::new(clip)).unwrap()
}

/// The next frames of a camera.
pub(crate) fn frames(source: &mut Source, count: usize) -> Vec<Frame> {
    let until = Instant::now() + SOON;
    let mut frames = Vec::new();
    while frames.len() < count {
        match source.next(Duration::from_millis(200)) {
            Next::Frame(frame) => frames.push(frame),
            Next::Quiet => {
                assert!(
                    Instant::now() < until,
                    "{} of {count} frames in {SOON:?}: {:?}",
                    frames.len(),
                    source.health()
                );
            }
            other => panic!("{other:?}"),
        }
    }
    frames
}

/// Everything that a file gives, and how it ends.
pub(crate) fn all(source: &mut Source) -> (Vec<(u64, Duration)>, Next) {
    let mut seen = Vec::new();
    loop {
        match source.next(SOON) {
            Next::Frame(frame) => seen.push((frame.sequence, frame.stream_time)),
            Next::Quiet => panic!("nothing for {SOON:?}"),
            end => return (seen, end),
        }
    }
}

/// Waits until the health is as wanted.
pub(crate) fn health_when(
    source: &mut Source,
    wanted: impl Fn(&SourceHealth) -> bool,
) -> SourceHealth {
    let until = Instant::now() + SOON;
    loop {
        let health = source.health();
        if wanted(&health) {
            return health;
        }
        assert!(Instant::now() < until, "{health:?}");
        let _ = source.next(Duration::from_millis(50));
    }
}

pub(crate) fn failed(end: Next) -> VideoError {
    match end {
        Next::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn assert_never_goes_back(frames: &[Frame]) {
    for pair in frames.windows(2) {
        assert!(pair[0].stream_time <= pair[1].stream_time);
        assert!(pair[0].sequence < pair[1].sequence);
    }
}
