//! Decoding on demand: encoded frames wait in a ring, and are decoded when something moves.
//!
//! ```text
//! camera → parser → encoded sink → ring → encoded source → decoder → pictures
//!                        sizes ─→ gate ←──────────────────── movement
//! ```
//! [`Gate`] decides and knows neither threads nor GStreamer; [`Demand`] is what the thread of
//! the camera, that of the decoder and the one that takes the frames share of it;
//! [`elements`] puts it into a pipeline.

mod decoder;
pub(super) mod elements;
mod gate;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gstreamer as gst;

pub use gate::DemandHealth;

use self::gate::{Gate, Unit};
use crate::frame::{Movement, Picture};
use crate::scene::Attention;

/// A file waits for the verdict on a key frame at most so long, then it plays on.
const VERDICT_WITHIN: Duration = Duration::from_secs(2);

struct State {
    gate: Gate<gst::Sample>,
    /// Nothing more arrives.
    ended: bool,
    /// Nobody wants any more of it.
    closed: bool,
}

/// One session's gate.
pub(super) struct Demand {
    state: Mutex<State>,
    changed: Condvar,
    /// Whether what is sent can wait for the decoder, as a file can.
    waits: bool,
}

impl Demand {
    pub(super) fn new(waits: bool) -> Self {
        let state = State { gate: Gate::new(), ended: false, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), waits }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in an encoded frame; false when nobody wants it.
    fn arrive(&self, unit: Unit<gst::Sample>) -> bool {
        let mut state = self.state();
        while self.waits && !state.closed && !state.gate.has_room() {
            let watching = state.gate.is_watching();
            let (now, waited) = self
                .changed
                .wait_timeout(state, VERDICT_WITHIN)
                .unwrap_or_else(PoisonError::into_inner);
            state = now;
            // What is to be decoded waits for as long as that takes; a key frame alone may never give a picture.
            if watching && waited.timed_out() {
                break;
            }
        }
        let dropped = state.gate.arrive(unit);
        let closed = state.closed;
        drop(state);
        self.changed.notify_all();
        // Freed without the lock.
        drop(dropped);
        !closed
    }

    /// The next encoded frame to decode, when there is one, and what is to be added to its times;
    /// `None` at the end.
    fn take(&self) -> Option<(gst::Sample, Duration)> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(next) = state.gate.next() {
                drop(state);
                self.changed.notify_all();
                return Some(next);
            }
            if state.ended {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The stream's time of a picture, by the time that the decoder gave it.
    pub(super) fn own_time(&self, shown: Duration) -> Duration {
        self.state().gate.own_time(shown)
    }

    /// Judges a decoded picture; the verdict when it is to be handed on.
    pub(super) fn pictured(&self, at: Duration, picture: &Picture) -> Option<Movement> {
        let handed_on = self.state().gate.pictured(at, picture);
        self.changed.notify_all();
        handed_on
    }

    /// What is known of the vehicles in view.
    pub(super) fn attend(&self, attention: Attention) {
        if self.state().gate.attend(attention) {
            self.changed.notify_all();
        }
    }

    /// Nothing more arrives.
    fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.gate.end();
        drop(state);
        self.changed.notify_all();
    }

    /// Wakes and ends whoever waits.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// How much of what came waits to be decoded.
    pub(super) fn behind(&self) -> Duration {
        self.state().gate.behind()
    }

    pub(super) fn health(&self) -> DemandHealth {
        self.state().gate.health()
    }
}
