//! Counts the errors that a software decoder only logs.
//!
//! FFmpeg conceals damage in a picture and hands it on without a mark; the one
//! place where it tells is its log, which GStreamer takes into its own. With one
//! decoding thread an error is logged by the very thread that then delivers the picture.

use std::cell::Cell;
use std::sync::Once;

use gstreamer as gst;

thread_local! {
    static ERRORS: Cell<u64> = const { Cell::new(0) };
}

/// Begins to count, once in a process, after GStreamer is initialised.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if std::env::var_os("GST_DEBUG").is_none() {
            // It would print to standard error what nobody asked for.
            gst::log::remove_default_log_function();
        }
        gst::log::add_log_function(|category, level, _, _, _, _, _| {
            if level == gst::DebugLevel::Error && category.name() == "libav" {
                ERRORS.with(|errors| errors.set(errors.get() + 1));
            }
        });
        if gst::DebugCategory::get("libav").is_none_or(|c| c.threshold() < gst::DebugLevel::Error) {
            gst::log::set_threshold_for_name("libav", gst::DebugLevel::Error);
        }
    });
}

/// Errors that decoders logged in this thread since the last call.
pub(super) fn take_errors() -> u64 {
    ERRORS.with(Cell::take)
}
