//! The node's clock: the system's, and what it was found to be wrong by.
//!
//! A unit without network may boot with any time at all. A process without rights
//! cannot set the system's clock, so the node holds the difference to true time (from
//! satellites) and adds it to all times from then on. What was stored before is
//! corrected by the time since boot, which no wrong clock changes.

mod boot;
mod keeper;

pub use boot::Boot;
pub use keeper::Keeper;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, Zoned};
use uuid::Uuid;

/// The node's clock. Cloning it shares it.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Milliseconds that are added to the system's clock.
    #[must_use]
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Acquire)
    }

    /// From now on so many milliseconds are added.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Release);
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.correct(Timestamp::now())
    }

    /// The time now, on the wall of the place where the node is.
    #[must_use]
    pub fn now_here(&self) -> Zoned {
        let here = Zoned::now();
        self.now().to_zoned(here.time_zone().clone())
    }

    /// A new time-ordered identifier (UUID version 7) by this clock.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        if self.offset_ms() == 0 {
            return Uuid::now_v7();
        }
        let now = self.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    }

    /// What a time of the system's clock truly was.
    #[must_use]
    pub fn correct(&self, system: Timestamp) -> Timestamp {
        moved(system, self.offset_ms())
    }
}

/// A time moved by milliseconds; the nearest possible one at the ends of time.
#[must_use]
pub fn moved(at: Timestamp, by_ms: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_millis(by_ms)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_shared_and_added() {
        let clock = Clock::default();
        let shared = clock.clone();
        let at = Timestamp::from_second(1_000).unwrap();
        assert_eq!(clock.correct(at), at);
        shared.set_offset_ms(-2_500);
        assert_eq!(clock.correct(at).as_millisecond(), 997_500);
        assert!(clock.now() < Timestamp::now());
        assert_eq!(moved(Timestamp::MAX, 1), Timestamp::MAX);
    }
}
