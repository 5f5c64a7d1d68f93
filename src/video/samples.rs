//! Decoded buffers on their way into the queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use jiff::Timestamp;

use super::buffer;
use super::clock::{FrameTimes, from_ntp};
use super::decoder_log;
use super::demand::Demand;
use super::queue::Pushed;
use super::source::{Item, Shared};

/// Makes a pipeline's last element hand its pictures to the source.
pub(super) fn deliver(sink: &gst_app::AppSink, shared: &Arc<Shared>) {
    let (shared, demand) = (Arc::clone(shared), shared.demand());
    let any_good = AtomicBool::new(false);
    let callbacks = gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            take(&shared, demand.as_deref(), sink, &sample, &any_good)
        })
        .build();
    sink.set_callbacks(callbacks);
}

fn take(
    shared: &Shared,
    demand: Option<&Demand>,
    sink: &gst_app::AppSink,
    sample: &gst::Sample,
    any_good: &AtomicBool,
) -> Result<gst::FlowSuccess, gst::FlowError> {
    let info = sample.caps().and_then(|caps| gst_video::VideoInfo::from_caps(caps).ok());
    let (Some(info), Some(buffer)) = (info, sample.buffer_owned()) else {
        shared.decode_error();
        return Ok(gst::FlowSuccess::Ok);
    };
    // Damage before the first good picture is only what comes before a key frame.
    let is_marked = buffer.flags().contains(gst::BufferFlags::CORRUPTED);
    let is_damaged = decoder_log::take_errors() > 0 || is_marked;
    if is_damaged && any_good.load(Ordering::Relaxed) {
        shared.decode_error();
    }
    if is_marked {
        return Ok(gst::FlowSuccess::Ok);
    }
    any_good.store(true, Ordering::Relaxed);
    let times = times(demand, sink, sample, &buffer);
    match buffer::picture(buffer, &info) {
        Err(reason) => {
            tracing::warn!(source = %shared.config.location, reason, "a frame cannot be used");
            shared.decode_error();
        }
        Ok(picture) => {
            let at = times.pts.unwrap_or_default();
            let movement = demand.map(|demand| demand.pictured(at, &picture));
            if movement == Some(None) {
                return Ok(gst::FlowSuccess::Ok);
            }
            let frame = shared.framed(picture, movement.flatten(), times);
            match shared.queue.push(Item::Frame(frame)) {
                Pushed::Kept => {}
                Pushed::DroppedOldest => shared.dropped_frame(),
                Pushed::Closed => return Err(gst::FlowError::Flushing),
            }
        }
    }
    Ok(gst::FlowSuccess::Ok)
}

fn times(
    demand: Option<&Demand>,
    sink: &gst_app::AppSink,
    sample: &gst::Sample,
    buffer: &gst::Buffer,
) -> FrameTimes {
    let running = sample
        .segment()
        .and_then(|segment| segment.downcast_ref::<gst::ClockTime>())
        .and_then(|segment| segment.to_running_time(buffer.pts()))
        .map(duration)
        .map(|shown| demand.map_or(shown, |demand| demand.own_time(shown)));
    let now_running =
        sink.clock().zip(sink.base_time()).and_then(|(clock, base)| clock.time().checked_sub(base));
    let camera = buffer
        .iter_meta::<gst::ReferenceTimestampMeta>()
        .find(|meta| meta.reference().structure(0).is_some_and(|s| s.name() == "timestamp/x-ntp"))
        .and_then(|meta| from_ntp(meta.timestamp().nseconds()));
    FrameTimes {
        pts: running,
        age: now_running.zip(running).map(|(now, pts)| duration(now).saturating_sub(pts)),
        camera,
        duration: buffer.duration().map(duration),
        now: (Instant::now(), Timestamp::now()),
    }
}

fn duration(time: gst::ClockTime) -> Duration {
    Duration::from_nanos(time.nseconds())
}

/// Tells the decoder that rows may have gaps between them: it then decodes into
/// the buffers that become pictures, instead of copying each frame into tight rows.
pub(super) fn accept_padded_rows(sink: &gst_app::AppSink) {
    let Some(pad) = sink.static_pad("sink") else { return };
    pad.add_probe(gst::PadProbeType::QUERY_DOWNSTREAM, |_, probe| {
        if let Some(query) = probe.query_mut()
            && let gst::QueryViewMut::Allocation(allocation) = query.view_mut()
        {
            allocation.add_allocation_meta::<gst_video::VideoMeta>(None);
            return gst::PadProbeReturn::Handled;
        }
        gst::PadProbeReturn::Ok
    });
}
