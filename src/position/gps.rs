//! The unit's position, shared by all who ask for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::fix::Fix;
use super::way::Way;
use crate::clock::moved;
use crate::event::{GeoPosition, GpsHealth, GpsState};

#[derive(Debug)]
struct State {
    way: Way,
    health: GpsHealth,
    /// A recorded log whose beginning is not tied to a moment yet.
    log: Option<Vec<Fix>>,
}

/// Where the unit was and is. Cloning it shares it.
#[derive(Debug, Clone)]
pub struct Gps(Arc<Mutex<State>>);

impl Gps {
    /// Nothing is known yet. `stale_after`: when a position no longer says where the
    /// unit is.
    #[must_use]
    pub fn new(stale_after: SignedDuration) -> Self {
        let health = GpsHealth {
            state: GpsState::Connecting,
            error: None,
            satellites: None,
            last_fix_at: None,
            reconnects: 0,
            clock_offset_ms: 0,
        };
        Self(Arc::new(Mutex::new(State { way: Way::new(stale_after), health, log: None })))
    }

    /// A recorded log, which begins when [`Self::anchor`] says.
    #[must_use]
    pub fn of_log(log: Vec<Fix>, stale_after: SignedDuration) -> Self {
        let gps = Self::new(stale_after);
        gps.lock().log = Some(log);
        gps
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first frame of a recorded ride was taken at this time, so its log begins then.
    /// Later calls, and those without a log, change nothing.
    pub fn anchor(&self, first_frame_at: Timestamp) {
        let mut state = self.lock();
        let Some(log) = state.log.take() else { return };
        let Some(began) = log.first().map(|fix| fix.at) else { return };
        let by_ms = first_frame_at.as_millisecond() - began.as_millisecond();
        for fix in log {
            state.way.push(Fix { at: moved(fix.at, by_ms), ..fix });
        }
        state.health.state = GpsState::Fixed;
        state.health.last_fix_at = state.way.last().map(|fix| fix.at);
        state.health.satellites = state.way.last().and_then(|fix| fix.satellites);
    }

    /// A position came.
    pub fn push(&self, fix: Fix) {
        let mut state = self.lock();
        state.way.push(fix);
        state.health.state = GpsState::Fixed;
        state.health.error = None;
        state.health.last_fix_at = Some(fix.at);
        state.health.satellites = fix.satellites;
    }

    /// The receiver answers and has no position.
    pub fn searching(&self, satellites: Option<u32>) {
        let health = &mut self.lock().health;
        health.state = GpsState::Searching;
        health.error = None;
        health.satellites = satellites;
    }

    /// The receiver gives nothing.
    pub fn down(&self, error: String) {
        let health = &mut self.lock().health;
        health.state = GpsState::Down;
        health.error = Some(error);
        health.satellites = None;
        health.reconnects += 1;
    }

    /// Where the unit was at a (corrected) time.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Option<GeoPosition> {
        self.lock().way.at(time)
    }

    /// Whether the unit stayed within so many metres between two times.
    #[must_use]
    pub fn stood(&self, from: Timestamp, to: Timestamp, within_m: f64) -> bool {
        self.lock().way.stood(from, to, within_m)
    }

    /// How the receiver is.
    #[must_use]
    pub fn health(&self) -> GpsHealth {
        self.lock().health.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_runs_along_from_the_first_frame_on() {
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        let fix = |s: i64, lat_deg: f64| Fix {
            at: at(1_000 + s),
            lat_deg,
            lon_deg: 9.0,
            heading_deg: Some(0.0),
            speed_kmh: Some(40.0),
            accuracy_m: None,
            satellites: Some(8),
        };
        let log = vec![fix(0, 45.0), fix(1, 45.0001), fix(2, 45.0002)];
        let gps = Gps::of_log(log, SignedDuration::from_secs(5));
        assert_eq!(gps.at(at(1_001)), None, "its own times mean nothing");
        gps.anchor(at(900_000));
        gps.anchor(at(900_077));
        assert_eq!(gps.at(at(900_001)).unwrap().lat_deg, 45.0001);
        assert_eq!(gps.health().state, GpsState::Fixed);
    }
}
