//! The GStreamer pipeline of one session: source, decoder, I420 pictures.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::config::{Location, Pace, Transport};
use super::decoder_log;
use super::demand::{self, Demand};
use super::error::VideoError;
use super::samples;
use super::secret::Secret;
use super::source::Shared;

/// A pipeline that stops when it is dropped.
pub(super) struct Pipeline {
    pub(super) inner: gst::Pipeline,
    /// An error found by one of its callbacks; an application message tells of it.
    fault: FaultCell,
    /// The gate that its threads may wait at.
    demand: Option<Arc<Demand>>,
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if let Some(demand) = &self.demand {
            demand.close();
        }
        // Going to NULL cannot fail in a way that anything could be done about.
        let _ = self.inner.set_state(gst::State::Null);
    }
}

impl Pipeline {
    /// The error that a callback found.
    pub(super) fn take_fault(&self) -> Option<VideoError> {
        self.fault.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Clone, Default)]
struct FaultCell(Arc<Mutex<Option<VideoError>>>);

impl FaultCell {
    /// Keeps the first error and wakes whoever listens to the element's bus.
    fn report(&self, element: &impl IsA<gst::Element>, error: VideoError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        let structure = gst::Structure::new_empty("varco-fault");
        // Fails only when the pipeline is being stopped.
        let _ = element.post_message(gst::message::Application::new(structure));
    }
}

/// Elements that each kind of source needs, and the Debian packages that hold them.
const BASE: &[&str] = &["videoconvert", "appsink"];
const BASE_PACKAGES: &str = "gstreamer1.0-plugins-base";
const CAMERA: &[&str] = &["rtspsrc", "rtph264depay", "rtph265depay", "h264parse", "h265parse"];
const CAMERA_PACKAGES: &str = "gstreamer1.0-plugins-good and gstreamer1.0-plugins-bad";
const DECODERS: &[&str] = &["avdec_h264", "avdec_h265"];
const DECODER_PACKAGES: &str = "gstreamer1.0-libav";
const FILE: &[&str] = &["filesrc", "decodebin"];
const DEVICE: &[&str] = &["v4l2src", "decodebin"];

/// Whether GStreamer is here with what a location needs.
pub(super) fn check_installation(location: &Location) -> Result<(), VideoError> {
    initialise()?;
    let kind = match location {
        Location::Rtsp { .. } => (CAMERA, CAMERA_PACKAGES),
        Location::Device(_) => (DEVICE, CAMERA_PACKAGES),
        _ => (FILE, BASE_PACKAGES),
    };
    for (names, packages) in [(BASE, BASE_PACKAGES), kind, (DECODERS, DECODER_PACKAGES)] {
        for name in names {
            if gst::ElementFactory::find(name).is_none() {
                let what = format!("GStreamer's element {name} is missing");
                return Err(VideoError::Installation { what, packages });
            }
        }
    }
    Ok(())
}

/// Starts GStreamer, once in a process.
pub(super) fn initialise() -> Result<(), VideoError> {
    gst::init().map_err(|error| VideoError::Installation {
        what: format!("GStreamer does not start ({error})"),
        packages: "libgstreamer1.0-0",
    })?;
    decoder_log::watch();
    Ok(())
}

/// Makes an element, named by its factory.
pub(super) fn make(name: &str) -> Result<gst::Element, VideoError> {
    gst::ElementFactory::make(name).build().map_err(|_| VideoError::Installation {
        what: format!("GStreamer's element {name} is missing"),
        packages: "gstreamer1.0-plugins-base, -good, -bad and gstreamer1.0-libav",
    })
}

/// Adds and links elements; the error names the element that does not fit.
pub(super) fn chain(
    bin: &impl IsA<gst::Bin>,
    elements: &[&gst::Element],
) -> Result<(), VideoError> {
    let wrong = |error: glib::BoolError| VideoError::Installation {
        what: format!("a GStreamer pipeline cannot be put together ({error})"),
        packages: "gstreamer1.0-plugins-base, -good, -bad and gstreamer1.0-libav",
    };
    for element in elements {
        bin.add(*element).map_err(wrong)?;
    }
    gst::Element::link_many(elements.iter().copied()).map_err(wrong)
}

/// The pipeline for one session of a source.
pub(super) fn build(shared: &Arc<Shared>, transport: Transport) -> Result<Pipeline, VideoError> {
    let config = &shared.config;
    let demand = shared.demand();
    let pipeline = Pipeline { inner: gst::Pipeline::new(), fault: FaultCell::default(), demand };
    let convert = make("videoconvert")?;
    let live_file = !config.location.is_live() && config.pace == Pace::Live;
    let sink = gst_app::AppSink::builder()
        .sync(live_file && pipeline.demand.is_none())
        .async_(pipeline.demand.is_none())
        .max_buffers(1)
        .caps(&gst::Caps::builder("video/x-raw").field("format", "I420").build())
        .build();
    samples::accept_padded_rows(&sink);
    samples::deliver(&sink, shared);
    chain(&pipeline.inner, &[&convert, sink.upcast_ref()])?;
    set_up_decoders(&pipeline.inner, config.decoder_threads);
    match &config.location {
        Location::Rtsp { url, user, password, latency_ms, .. } => {
            let source = make("rtspsrc")?;
            source.set_property("location", url);
            if let Some(user) = user {
                source.set_property("user-id", user);
                source.set_property("user-pw", password.as_ref().map_or("", Secret::expose));
            }
            source.set_property("latency", latency_ms);
            source.set_property("tcp-timeout", micros(config.stall_timeout));
            source.set_property("timeout", 0_u64); // No silent change to another transport.
            source.set_property("udp-buffer-size", 2_i32 << 20);
            source.set_property("add-reference-timestamp-meta", true);
            source.set_property("user-agent", concat!("varco/", env!("CARGO_PKG_VERSION")));
            let protocols = if transport == Transport::Udp { "udp" } else { "tcp" };
            source.set_property_from_str("protocols", protocols);
            chain(&pipeline.inner, &[&source])?;
            connect_camera(&pipeline, &source, &convert, &config.location);
        }
        Location::Device(path) => {
            let source = make("v4l2src")?;
            source.set_property("device", path.to_string_lossy().as_ref());
            let decode = make("decodebin")?;
            chain(&pipeline.inner, &[&source, &decode])?;
            connect_decoder(&pipeline, &decode, &convert, path);
        }
        Location::File(path) | Location::Folder(path) | Location::Picture(path) => {
            let source = make("filesrc")?;
            source.set_property("location", path.to_string_lossy().as_ref());
            if pipeline.demand.is_some() {
                let parse = make("parsebin")?;
                chain(&pipeline.inner, &[&source, &parse])?;
                connect_encoded(&pipeline, &parse, &convert, path, live_file);
            } else {
                let decode = make("decodebin")?;
                chain(&pipeline.inner, &[&source, &decode])?;
                connect_decoder(&pipeline, &decode, &convert, path);
            }
        }
    }
    Ok(pipeline)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Sets each software decoder up as it joins the pipeline.
fn set_up_decoders(pipeline: &gst::Pipeline, threads: u32) {
    pipeline.connect_deep_element_added(move |_, _, element| {
        if !element.type_().name().starts_with("avdec_") {
            return;
        }
        if element.has_property("max-threads") {
            element.set_property("max-threads", i32::try_from(threads).unwrap_or(0));
        }
        // Damaged pictures come out marked, so that they can be counted.
        if element.has_property("output-corrupt") {
            element.set_property("output-corrupt", true);
        }
    });
}

/// Chooses the camera's first video stream that can be decoded, and decodes it.
fn connect_camera(
    pipeline: &Pipeline,
    source: &gst::Element,
    convert: &gst::Element,
    location: &Location,
) {
    let chosen = AtomicBool::new(false);
    let offered = Arc::new(Mutex::new(Vec::<String>::new()));
    let offers = Arc::clone(&offered);
    source.connect("select-stream", false, move |values| {
        let caps = values.get(2).and_then(|v| v.get::<gst::Caps>().ok());
        let wanted = caps.as_ref().and_then(rtp_encoding).is_some_and(|(media, encoding)| {
            if media != "video" {
                return false;
            }
            let known = matches!(encoding.as_str(), "H264" | "H265");
            offers.lock().unwrap_or_else(PoisonError::into_inner).push(encoding);
            known && !chosen.swap(true, Ordering::SeqCst)
        });
        Some(wanted.to_value())
    });
    let url = location.to_string();
    let (fault, demand) = (pipeline.fault.clone(), pipeline.demand.clone());
    let (bin, convert) = (pipeline.inner.downgrade(), convert.downgrade());
    let linked = Arc::new(AtomicBool::new(false));
    let has_linked = Arc::clone(&linked);
    source.connect_pad_added(move |source, pad| {
        let (Some(bin), Some(convert)) = (bin.upgrade(), convert.upgrade()) else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let Some((media, encoding)) = rtp_encoding(&caps) else { return };
        if media != "video" || has_linked.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Err(error) = decode_rtp(&bin, pad, &convert, &encoding, demand.as_ref()) {
            fault.report(source, error);
        }
    });
    let fault = pipeline.fault.clone();
    source.connect_no_more_pads(move |source| {
        if !linked.load(Ordering::SeqCst) {
            let codecs = offered.lock().unwrap_or_else(PoisonError::into_inner).join(", ");
            let codecs = if codecs.is_empty() { "no video".to_owned() } else { codecs };
            fault.report(source, VideoError::UnsupportedCodec { url: url.clone(), codecs });
        }
    });
}

/// Media and encoding of an RTP stream.
fn rtp_encoding(caps: &gst::Caps) -> Option<(String, String)> {
    let structure = caps.structure(0)?;
    let media = structure.get::<String>("media").ok()?;
    let encoding = structure.get::<String>("encoding-name").unwrap_or_default();
    Some((media, encoding.to_ascii_uppercase()))
}

fn decode_rtp(
    bin: &gst::Pipeline,
    pad: &gst::Pad,
    convert: &gst::Element,
    encoding: &str,
    demand: Option<&Arc<Demand>>,
) -> Result<(), VideoError> {
    let name = encoding.to_ascii_lowercase();
    let wrong = |what: String| VideoError::Installation {
        what: format!("a GStreamer pipeline cannot be put together ({what})"),
        packages: "gstreamer1.0-libav",
    };
    let unpack = make(&format!("rtp{name}depay"))?;
    chain(bin, &[&unpack])?;
    let parse = demand::elements::plug(bin, &name, convert, demand, false)?;
    unpack.link(&parse).map_err(|error| wrong(error.to_string()))?;
    unpack.sync_state_with_parent().map_err(|error| wrong(error.to_string()))?;
    let sink = unpack.static_pad("sink").ok_or_else(|| wrong("no pad".to_owned()))?;
    pad.link(&sink).map_err(|error| wrong(error.to_string()))?;
    Ok(())
}

/// Links the first video of a file, not decoded, to the gate.
fn connect_encoded(
    pipeline: &Pipeline,
    parse: &gst::Element,
    convert: &gst::Element,
    path: &Path,
    in_real_time: bool,
) {
    let Some(demand) = pipeline.demand.clone() else { return };
    let (bin, convert) = (pipeline.inner.downgrade(), convert.downgrade());
    let linked = Arc::new(AtomicBool::new(false));
    let (fault, has_linked) = (pipeline.fault.clone(), Arc::clone(&linked));
    parse.connect_pad_added(move |parse, pad| {
        let (Some(bin), Some(convert)) = (bin.upgrade(), convert.upgrade()) else { return };
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let is_video = caps
            .structure(0)
            .is_some_and(|s| ["video/", "image/"].iter().any(|kind| s.name().starts_with(kind)));
        if !is_video || has_linked.swap(true, Ordering::SeqCst) {
            return;
        }
        let joined = demand::elements::link_encoded(&bin, pad, &convert, &demand, in_real_time);
        if let Err(error) = joined {
            fault.report(parse, error);
        }
    });
    let (fault, path) = (pipeline.fault.clone(), path.to_owned());
    parse.connect_no_more_pads(move |parse| {
        if !linked.load(Ordering::SeqCst) {
            let reason = "there is no video in it".to_owned();
            fault.report(parse, VideoError::NotAVideo { path: path.clone(), reason });
        }
    });
}

/// Links the first video of a file or device; sound and subtitles are not decoded.
fn connect_decoder(
    pipeline: &Pipeline,
    decode: &gst::Element,
    convert: &gst::Element,
    path: &Path,
) {
    decode.connect("autoplug-continue", false, |values| {
        let caps = values.get(2).and_then(|v| v.get::<gst::Caps>().ok());
        let kind = caps.and_then(|caps| caps.structure(0).map(|s| s.name().to_string()));
        let other = kind.is_some_and(|kind| {
            ["audio/", "text/", "subpicture/", "closedcaption/"].iter().any(|k| kind.starts_with(k))
        });
        Some((!other).to_value())
    });
    let (fault, path) = (pipeline.fault.clone(), path.to_owned());
    link_first_video(decode, convert, move |decode| {
        let reason = "there is no video in it".to_owned();
        fault.report(decode, VideoError::NotAVideo { path: path.clone(), reason });
    });
}

/// Links a decoder's first video to `convert` as it appears; `none` is called when there is none.
pub(super) fn link_first_video(
    decode: &gst::Element,
    convert: &gst::Element,
    none: impl Fn(&gst::Element) + Send + Sync + 'static,
) {
    let convert = convert.downgrade();
    let linked = Arc::new(AtomicBool::new(false));
    let has_linked = Arc::clone(&linked);
    decode.connect_pad_added(move |_, pad| {
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let is_video = caps.structure(0).is_some_and(|s| s.name() == "video/x-raw");
        let sink = convert.upgrade().and_then(|convert| convert.static_pad("sink"));
        if let Some(sink) = sink
            && is_video
            && !sink.is_linked()
        {
            has_linked.store(pad.link(&sink).is_ok(), Ordering::SeqCst);
        }
    });
    decode.connect_no_more_pads(move |decode| {
        if !linked.load(Ordering::SeqCst) {
            none(decode);
        }
    });
}
