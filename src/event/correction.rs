//! Moving the times of a message to a better clock.

use super::{CheckEvent, DecisionEvent, HitEvent, TransitEvent};
use crate::clock::moved;

impl TransitEvent {
    /// Sets by how much its times are corrected, and moves them from the correction
    /// that they had.
    pub fn correct_clock(&mut self, offset_ms: i64) {
        let by_ms = offset_ms.saturating_sub(self.clock_offset_ms);
        self.clock_offset_ms = offset_ms;
        self.first_seen_at = moved(self.first_seen_at, by_ms);
        self.last_seen_at = moved(self.last_seen_at, by_ms);
        if let Some(evidence) = &mut self.evidence {
            evidence.captured_at = moved(evidence.captured_at, by_ms);
        }
    }
}

impl HitEvent {
    /// Sets by how much its times are corrected, and moves them from the correction
    /// that they had.
    pub fn correct_clock(&mut self, offset_ms: i64) {
        let by_ms = offset_ms.saturating_sub(self.clock_offset_ms);
        self.clock_offset_ms = offset_ms;
        self.captured_at = moved(self.captured_at, by_ms);
        self.matched_at = moved(self.matched_at, by_ms);
        self.evidence.captured_at = moved(self.evidence.captured_at, by_ms);
    }
}

impl DecisionEvent {
    /// Sets by how much its time is corrected, and moves it from the correction that it had.
    pub fn correct_clock(&mut self, offset_ms: i64) {
        self.at = moved(self.at, offset_ms.saturating_sub(self.clock_offset_ms));
        self.clock_offset_ms = offset_ms;
    }
}

impl CheckEvent {
    /// Sets by how much its time is corrected, and moves it from the correction that it had.
    pub fn correct_clock(&mut self, offset_ms: i64) {
        self.at = moved(self.at, offset_ms.saturating_sub(self.clock_offset_ms));
        self.clock_offset_ms = offset_ms;
    }
}
