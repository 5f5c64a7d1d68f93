//! Which positions are sent on: enough to draw the way, and no more.

use std::time::Duration;

use jiff::SignedDuration;

use super::fix::distance_m;
use crate::event::GeoPosition;

/// Receivers wander a few metres at rest: a unit that stands tells so every few minutes.
const STANDS_EVERY: SignedDuration = SignedDuration::from_mins(5);
const STANDS_WITHIN_M: f64 = 15.0;
/// Whatever the speed, no more than one a second.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Lets through a position after a while or a way.
#[derive(Debug)]
pub struct Thinning {
    every: SignedDuration,
    every_m: f64,
    last: Option<GeoPosition>,
}

impl Thinning {
    /// One at most each `every`, or each `every_m` metres if that is sooner.
    #[must_use]
    pub fn new(every: Duration, every_m: f64) -> Self {
        let every = SignedDuration::try_from(every).unwrap_or(AT_MOST_EVERY);
        Self { every, every_m, last: None }
    }

    /// Whether this position is to be sent on.
    pub fn admit(&mut self, position: &GeoPosition) -> bool {
        let Some(at) = position.fixed_at else { return false };
        let due = self.last.is_none_or(|last| {
            let since = last.fixed_at.map_or(SignedDuration::MAX, |last| at.duration_since(last));
            let gone =
                distance_m((last.lat_deg, last.lon_deg), (position.lat_deg, position.lon_deg));
            let stands = gone < STANDS_WITHIN_M && since < STANDS_EVERY;
            // A clock that was set back must not silence the unit.
            since.is_negative()
                || (since >= AT_MOST_EVERY
                    && !stands
                    && (since >= self.every || gone >= self.every_m))
        });
        if due {
            self.last = Some(*position);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PositionSource;
    use jiff::Timestamp;

    fn admitted(positions: impl Iterator<Item = (i64, f64)>) -> usize {
        let mut thinning = Thinning::new(Duration::from_secs(10), 50.0);
        positions
            .filter(|(s, metres)| {
                thinning.admit(&GeoPosition {
                    lat_deg: 45.0 + metres / 111_195.0,
                    lon_deg: 9.0,
                    heading_deg: None,
                    speed_kmh: None,
                    accuracy_m: None,
                    fixed_at: Some(Timestamp::from_second(1_000_000 + s).unwrap()),
                    stale: false,
                    source: PositionSource::Gps,
                })
            })
            .count()
    }

    #[test]
    fn positions_are_thinned_by_time_and_way() {
        // Ten minutes, one a second: standing, walking pace, town, motorway.
        assert_eq!(admitted((0..600).map(|s| (s, 3.0 * f64::from(s as i32 % 3)))), 2);
        assert_eq!(admitted((0..600).map(|s| (s, 2.0 * s as f64))), 60);
        assert_eq!(admitted((0..600).map(|s| (s, 12.5 * s as f64))), 150);
        assert_eq!(admitted((0..600).map(|s| (s, 100.0 * s as f64))), 600);
    }
}
