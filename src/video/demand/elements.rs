//! The gate within a GStreamer pipeline.

use std::sync::Arc;
use std::time::Duration;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::{Demand, Unit};
use crate::video::error::VideoError;
use crate::video::pipeline::{chain, make};

/// Puts a parser and a decoder between encoded video and the element that takes pictures, and
/// the gate between the two where there is one. `encoding` is as in the names of GStreamer's
/// elements; `in_real_time` has a file play as a camera would. Returns the element to link the
/// encoded video to.
pub(in crate::video) fn plug(
    bin: &gst::Pipeline,
    encoding: &str,
    pictures: &gst::Element,
    demand: Option<&Arc<Demand>>,
    in_real_time: bool,
) -> Result<gst::Element, VideoError> {
    let parse = make(&format!("{encoding}parse"))?;
    let decode = make(&format!("avdec_{encoding}"))?;
    let mut elements = vec![decode.clone()];
    match demand {
        None => chain(bin, &[&parse, &decode])?,
        Some(demand) => {
            // The decoder starts anew at each key frame: all that it needs comes with each.
            parse.set_property("config-interval", -1_i32);
            let (sink, source) = ring(encoding, demand, in_real_time);
            chain(bin, &[&parse, sink.upcast_ref()])?;
            chain(bin, &[source.upcast_ref(), &decode])?;
            elements.extend([source.upcast(), sink.upcast()]);
        }
    }
    decode.link(pictures).map_err(cannot_be_linked)?;
    elements.push(parse.clone());
    for element in &elements {
        element.sync_state_with_parent().map_err(cannot_be_linked)?;
    }
    Ok(parse)
}

/// Where encoded frames go into the ring and come out of it.
fn ring(
    encoding: &str,
    demand: &Arc<Demand>,
    in_real_time: bool,
) -> (gst_app::AppSink, gst_app::AppSrc) {
    let caps = gst::Caps::builder(format!("video/x-{encoding}"))
        .field("stream-format", "byte-stream")
        .field("alignment", "au")
        .build();
    let sink = gst_app::AppSink::builder()
        .sync(in_real_time)
        .async_(false)
        .max_buffers(1)
        .caps(&caps)
        .build();
    let source = gst_app::AppSrc::builder().format(gst::Format::Time).build();
    receive(&sink, demand);
    feed(&source, demand);
    (sink, source)
}

/// Encoded frames into the ring.
fn receive(sink: &gst_app::AppSink, demand: &Arc<Demand>) {
    let (ring, ended) = (Arc::clone(demand), Arc::clone(demand));
    let mut last = Duration::ZERO;
    let callbacks = gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let Some(unit) = unit(&sample, &mut last) else { return Ok(gst::FlowSuccess::Ok) };
            if ring.arrive(unit) { Ok(gst::FlowSuccess::Ok) } else { Err(gst::FlowError::Flushing) }
        })
        .eos(move |_| ended.end())
        .build();
    sink.set_callbacks(callbacks);
}

/// An encoded frame whose times are those of the running pipeline.
fn unit(sample: &gst::Sample, last: &mut Duration) -> Option<Unit<gst::Sample>> {
    let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
    let mut buffer = sample.buffer_owned()?;
    let running = |time: Option<gst::ClockTime>| segment.to_running_time(time);
    let (pts, dts) = (running(buffer.pts()), running(buffer.dts()));
    let at = pts.or(dts).map_or(*last, |time| Duration::from_nanos(time.nseconds()));
    *last = at;
    let (bytes, is_key) = (buffer.size(), !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT));
    let timed = buffer.make_mut();
    timed.set_pts(pts.or(gst::ClockTime::try_from(at).ok()));
    timed.set_dts(dts);
    let data =
        gst::Sample::builder().buffer(&buffer).caps_if_some(sample.caps_owned().as_ref()).build();
    Some(Unit { data, at, bytes, is_key })
}

/// Encoded frames out of the ring, in the decoder's own thread.
fn feed(source: &gst_app::AppSrc, demand: &Arc<Demand>) {
    let demand = Arc::clone(demand);
    let callbacks = gst_app::AppSrcCallbacks::builder()
        .need_data(move |source, _| {
            // Both fail only when the pipeline is being stopped.
            match demand.take() {
                Some((sample, shift)) => drop(source.push_sample(&later(sample, shift))),
                None => drop(source.end_of_stream()),
            }
        })
        .build();
    source.set_callbacks(callbacks);
}

/// A frame whose times are put forward.
fn later(sample: gst::Sample, shift: Duration) -> gst::Sample {
    let (false, Some(mut buffer)) = (shift.is_zero(), sample.buffer_owned()) else { return sample };
    let add =
        |time: Option<gst::ClockTime>| time?.checked_add(gst::ClockTime::try_from(shift).ok()?);
    let (pts, dts) = (add(buffer.pts()), add(buffer.dts()));
    // The times alone are copied; the bytes are shared.
    let timed = buffer.make_mut();
    timed.set_pts(pts);
    timed.set_dts(dts);
    gst::Sample::builder().buffer(&buffer).caps_if_some(sample.caps_owned().as_ref()).build()
}

/// The encoding of a stream, as in the names of GStreamer's elements; `None` for one that is
/// not decoded on demand.
pub(in crate::video) fn encoding(pad: &gst::Pad) -> Option<&'static str> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    match caps.structure(0)?.name().as_str() {
        "video/x-h264" => Some("h264"),
        "video/x-h265" => Some("h265"),
        _ => None,
    }
}

/// Links an encoded stream to the gate, or through a decoder when it cannot be decoded on demand.
pub(in crate::video) fn link_encoded(
    bin: &gst::Pipeline,
    pad: &gst::Pad,
    pictures: &gst::Element,
    demand: &Arc<Demand>,
    in_real_time: bool,
) -> Result<(), VideoError> {
    let target = match encoding(pad) {
        Some(encoding) => plug(bin, encoding, pictures, Some(demand), in_real_time)?,
        None => {
            let decode = make("decodebin")?;
            chain(bin, &[&decode])?;
            super::super::pipeline::link_first_video(&decode, pictures, |_| {});
            decode.sync_state_with_parent().map_err(cannot_be_linked)?;
            decode
        }
    };
    let sink = target.static_pad("sink").ok_or_else(|| glib::bool_error!("no pad"));
    let sink = sink.map_err(cannot_be_linked)?;
    pad.link(&sink).map(drop).map_err(|error| cannot_be_linked(glib::bool_error!("{error}")))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn cannot_be_linked(error: glib::BoolError) -> VideoError {
    VideoError::Installation {
        what: format!("a GStreamer pipeline cannot be put together ({error})"),
        packages: "gstreamer1.0-plugins-base, -good, -bad and gstreamer1.0-libav",
    }
}
