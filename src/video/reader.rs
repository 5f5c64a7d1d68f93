//! Reads a file's H.264 or H.265 as access units, without decoding them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::container::{Wholeness, wholeness};
use super::error::VideoError;
use super::messages;
use super::pipeline::{chain, link_first_video, make};

/// How a clip is encoded on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    H264,
    H265,
}

impl Encoding {
    /// As in the names of GStreamer's elements.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
        }
    }

    fn of(caps: &gst::CapsRef) -> Option<Self> {
        match caps.structure(0)?.name().as_str() {
            "video/x-h264" => Some(Self::H264),
            "video/x-h265" => Some(Self::H265),
            _ => None,
        }
    }
}

/// What is done with the video in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Taken as it is: it is H.264 or H.265.
    AsItIs,
    /// Encoded anew as H.264: it is something else.
    Transcode,
}

/// One way through a file.
#[derive(Debug)]
pub(super) struct ClipReader {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
    pub(super) encoding: Encoding,
    pub(super) caps: gst::Caps,
    pub(super) treatment: Treatment,
}

impl Drop for ClipReader {
    fn drop(&mut self) {
        // Going to NULL cannot fail in a way that anything could be done about.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

/// A file that says nothing for so long is given up.
const OPEN_WITHIN: Duration = Duration::from_secs(20);

impl ClipReader {
    /// Opens a file, transcoding it when that is needed.
    pub(super) fn open(path: &Path) -> Result<Self, VideoError> {
        if wholeness(path) == Wholeness::NoIndex {
            return Err(no_video(path));
        }
        // An error may only mean that the file's own encoding is of no use here.
        match Self::open_as(path, Treatment::AsItIs) {
            Ok(Some(reader)) => Ok(reader),
            _ => Self::open_as(path, Treatment::Transcode)?.ok_or_else(|| no_video(path)),
        }
    }

    /// Opens a file; `None` when its video cannot be taken as it is.
    pub(super) fn open_as(path: &Path, treatment: Treatment) -> Result<Option<Self>, VideoError> {
        let pipeline = gst::Pipeline::new();
        let source = make("filesrc")?;
        source.set_property("location", path.to_string_lossy().as_ref());
        let caps: gst::Caps = ["video/x-h264", "video/x-h265"]
            .iter()
            .map(|name| {
                gst::Structure::builder(*name)
                    .field("stream-format", "byte-stream")
                    .field("alignment", "au")
                    .build()
            })
            .collect();
        let sink = gst_app::AppSink::builder().sync(false).max_buffers(8).caps(&caps).build();
        let other = Arc::new(AtomicBool::new(false));
        match treatment {
            Treatment::AsItIs => {
                let parse = make("parsebin")?;
                chain(&pipeline, &[&source, &parse])?;
                chain(&pipeline, &[sink.upcast_ref()])?;
                take_encoded(&pipeline, &parse, &sink, &other);
            }
            Treatment::Transcode => {
                let decode = make("decodebin")?;
                let convert = make("videoconvert")?;
                let encode = make("x264enc")?;
                encode.set_property_from_str("tune", "zerolatency");
                encode.set_property_from_str("speed-preset", "veryfast");
                encode.set_property("key-int-max", 50_u32);
                encode.set_property("bitrate", 4000_u32);
                let parse = make("h264parse")?;
                chain(&pipeline, &[&source, &decode])?;
                chain(&pipeline, &[&convert, &encode, &parse, sink.upcast_ref()])?;
                let is_other = Arc::clone(&other);
                link_first_video(&decode, &convert, move |_| {
                    is_other.store(true, Ordering::SeqCst);
                });
            }
        }
        let reader = Self {
            pipeline,
            sink,
            encoding: Encoding::H264,
            caps: gst::Caps::new_empty(),
            treatment,
        };
        reader.preroll(path, &other)
    }

    /// Waits for the first access unit.
    fn preroll(mut self, path: &Path, other: &AtomicBool) -> Result<Option<Self>, VideoError> {
        let Some(bus) = self.pipeline.bus() else { return Err(no_video(path)) };
        let _ = self.pipeline.set_state(gst::State::Playing);
        let began = Instant::now();
        loop {
            if let Some(sample) = self.sink.try_pull_preroll(gst::ClockTime::from_mseconds(50)) {
                let Some(caps) = sample.caps_owned() else { return Err(no_video(path)) };
                let Some(encoding) = Encoding::of(&caps) else { return Err(no_video(path)) };
                (self.encoding, self.caps) = (encoding, caps);
                return Ok(Some(self));
            }
            let error = bus.pop_filtered(&[gst::MessageType::Error]);
            if other.load(Ordering::SeqCst) {
                return Ok(None);
            }
            if let Some(gst::MessageView::Error(error)) = error.as_ref().map(|m| m.view()) {
                return Err(messages::file_error(path, &error.error(), None, None));
            }
            if self.sink.is_eos() || began.elapsed() > OPEN_WITHIN {
                return Err(no_video(path));
            }
        }
    }

    /// The next access unit; `None` at the end or where the file is broken.
    pub(super) fn next(&self) -> Option<gst::Buffer> {
        let within = gst::ClockTime::try_from(OPEN_WITHIN).ok();
        self.sink.try_pull_sample(within).and_then(|sample| sample.buffer_owned())
    }
}

fn no_video(path: &Path) -> VideoError {
    let reason = messages::why_no_video(path, "there is no video in it".to_owned());
    VideoError::NotAVideo { path: path.to_owned(), reason }
}

/// Links the first H.264 or H.265 stream; says when the video is something else.
fn take_encoded(
    pipeline: &gst::Pipeline,
    parse: &gst::Element,
    sink: &gst_app::AppSink,
    other: &Arc<AtomicBool>,
) {
    let (pipeline, sink) = (pipeline.downgrade(), sink.downgrade());
    let linked = Arc::new(AtomicBool::new(false));
    let (has_linked, is_other) = (Arc::clone(&linked), Arc::clone(other));
    // One pad at a time: two video streams must not both be linked.
    let one = Mutex::new(());
    parse.connect_pad_added(move |_, pad| {
        let _one = one.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(pipeline), Some(sink)) = (pipeline.upgrade(), sink.upgrade()) else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let Some(encoding) = Encoding::of(&caps) else { return };
        if has_linked.load(Ordering::SeqCst) {
            return;
        }
        let joined = make(&format!("{}parse", encoding.name())).ok().is_some_and(|parser| {
            pipeline.add(&parser).is_ok()
                && parser.link(&sink).is_ok()
                && parser.sync_state_with_parent().is_ok()
                && parser.static_pad("sink").is_some_and(|to| pad.link(&to).is_ok())
        });
        has_linked.store(joined, Ordering::SeqCst);
        is_other.store(!joined, Ordering::SeqCst);
    });
    let is_other = Arc::clone(other);
    parse.connect_no_more_pads(move |_| {
        if !linked.load(Ordering::SeqCst) {
            is_other.store(true, Ordering::SeqCst);
        }
    });
}
