//! How often a register may be asked: a bucket of questions that fills up again.

use std::time::Duration;

/// A token bucket. Time is passed in, as the seconds since any start.
#[derive(Debug)]
pub(super) struct Bucket {
    per_s: f64,
    room: f64,
    tokens: f64,
    filled_at: Duration,
}

impl Bucket {
    /// A full bucket of `room` questions that gains `per_s` of them a second.
    pub(super) fn new(per_s: f64, room: u32) -> Self {
        let room = f64::from(room.max(1));
        Self { per_s, room, tokens: room, filled_at: Duration::ZERO }
    }

    /// Takes a question out; else says how long to wait until there is one.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let passed = now.saturating_sub(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_s).min(self.room);
        self.filled_at = now.max(self.filled_at);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            Ok(())
        } else {
            let wait_s = (1.0 - self.tokens) / self.per_s;
            Err(Duration::try_from_secs_f64(wait_s).unwrap_or(Duration::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = Bucket::new(2.0, 3);
        let at = Duration::from_millis;
        assert_eq!((0..3).filter(|_| bucket.take(at(0)).is_ok()).count(), 3);
        assert_eq!(bucket.take(at(0)), Err(at(500)));
        assert_eq!(bucket.take(at(250)), Err(at(250)));
        assert_eq!(bucket.take(at(500)), Ok(()));
        assert!(bucket.take(at(500)).is_err());
        // It never holds more than its room, and time that runs back adds nothing.
        assert_eq!((0..9).filter(|_| bucket.take(at(1_000_000)).is_ok()).count(), 3);
        assert!(bucket.take(at(0)).is_err());
        assert!(bucket.take(at(1_000_000)).is_err());
    }
}
