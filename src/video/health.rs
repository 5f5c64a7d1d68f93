//! How a source is doing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::clock::CaptureClock;
use super::demand::DemandHealth;
use super::faults::Fault;

/// What a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// Opened, no frame yet.
    Connecting,
    /// Frames come.
    Live,
    /// No frames: a camera is tried again with back-off, a file is broken. See the error.
    Down,
    /// A file or folder came to its end.
    Ended,
}

/// How a source is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceHealth {
    /// What it is doing.
    pub state: SourceState,
    /// The last error in words for people; gone once frames come again.
    pub error: Option<String>,
    /// Frames decoded per second, over the last five.
    pub decoded_fps: f32,
    /// Capture time of the last frame.
    pub last_frame_at: Option<Timestamp>,
    /// Width of the last picture, 0 before the first.
    pub width_px: u32,
    /// Height of the last picture, 0 before the first.
    pub height_px: u32,
    /// Connections after the first one.
    pub reconnects: u64,
    /// Pictures with damage in them, and other faults that the decoder told of.
    pub decode_errors: u64,
    /// Frames dropped because they were not taken in time.
    pub dropped_frames: u64,
    /// What is wrong with the picture.
    pub faults: Vec<Fault>,
    /// The video's encoding, as `H.264`.
    pub codec: Option<String>,
    /// Where capture times come from.
    pub clock: Option<CaptureClock>,
    /// How decoding on demand goes, where it does.
    pub demand: Option<DemandHealth>,
}

const FPS_WINDOW: Duration = Duration::from_secs(5);

/// A source's health as it is kept.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) now: SourceHealth,
    /// When the frames of the last seconds were decoded.
    decoded: VecDeque<Instant>,
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            now: SourceHealth {
                state: SourceState::Connecting,
                error: None,
                decoded_fps: 0.0,
                last_frame_at: None,
                width_px: 0,
                height_px: 0,
                reconnects: 0,
                decode_errors: 0,
                dropped_frames: 0,
                faults: Vec::new(),
                codec: None,
                clock: None,
                demand: None,
            },
            decoded: VecDeque::new(),
        }
    }

    /// Notes a decoded frame.
    pub(super) fn decoded(&mut self, at: Instant) {
        self.forget_before(at);
        // A file may be decoded at any speed: the record stays bounded.
        if self.decoded.len() >= 4096 {
            self.decoded.pop_front();
        }
        self.decoded.push_back(at);
    }

    /// Forgets frames before the window.
    fn forget_before(&mut self, at: Instant) {
        while self.decoded.front().is_some_and(|&t| at.saturating_duration_since(t) > FPS_WINDOW) {
            self.decoded.pop_front();
        }
    }

    /// The health at this moment.
    pub(super) fn snapshot(&mut self, at: Instant) -> SourceHealth {
        self.forget_before(at);
        let mut health = self.now.clone();
        health.decoded_fps = match (self.decoded.front(), self.decoded.back()) {
            (Some(&first), Some(&last)) if last > first => {
                let frames = (self.decoded.len() - 1) as f32;
                // After the last frame the figure sinks instead of staying.
                let span = last.duration_since(first);
                let silence = at.saturating_duration_since(last);
                let mean = span.as_secs_f32() / frames;
                let waited = silence.as_secs_f32().max(mean) - mean;
                frames / (span.as_secs_f32() + waited)
            }
            _ => 0.0,
        };
        health
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_per_second_follow_the_last_seconds() {
        let mut record = Record::new();
        let start = Instant::now();
        assert_eq!(record.snapshot(start).decoded_fps, 0.0);
        let frame = |n: u64| start + Duration::from_millis(n * 40);
        for n in 0..250 {
            record.decoded(frame(n));
        }
        assert!((record.snapshot(frame(250)).decoded_fps - 25.0).abs() < 0.2);
        let later = record.snapshot(frame(250) + Duration::from_secs(2)).decoded_fps;
        assert!(later < 20.0 && later > 5.0, "{later}");
        assert_eq!(record.snapshot(frame(250) + Duration::from_secs(9)).decoded_fps, 0.0);
    }
}
