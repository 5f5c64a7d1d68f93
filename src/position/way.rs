//! The unit's way over the last hours: where it was at a time. Pure.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::fix::{Fix, ahead, distance_m};
use crate::event::{GeoPosition, PositionSource};

/// Most positions kept: a working day of one a second.
const MOST: usize = 40_000;
/// After the last position the unit is taken to go on as it did, for so long.
const GOES_ON: SignedDuration = SignedDuration::from_secs(2);
/// An older position says nothing about the unit any more.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// Below this speed a course means nothing.
const STANDING_KMH: f32 = 3.0;

/// Positions in the order of their times.
#[derive(Debug)]
pub(super) struct Way {
    fixes: VecDeque<Fix>,
    stale_after: SignedDuration,
}

impl Way {
    pub(super) fn new(stale_after: SignedDuration) -> Self {
        Self { fixes: VecDeque::new(), stale_after }
    }

    /// Adds a position. Satellite time that jumps back is a receiver that found its true
    /// time late: what was said before is dropped.
    pub(super) fn push(&mut self, fix: Fix) {
        while self.fixes.back().is_some_and(|last| last.at >= fix.at) {
            self.fixes.pop_back();
        }
        self.fixes.push_back(fix);
        if self.fixes.len() > MOST {
            self.fixes.pop_front();
        }
    }

    pub(super) fn last(&self) -> Option<&Fix> {
        self.fixes.back()
    }

    /// Where the unit was.
    pub(super) fn at(&self, time: Timestamp) -> Option<GeoPosition> {
        let after = self.fixes.partition_point(|fix| fix.at < time);
        let later = self.fixes.get(after);
        let Some(earlier) = after.checked_sub(1).and_then(|n| self.fixes.get(n)) else {
            // Shortly before the first one.
            let first = later?;
            let early = first.at.duration_since(time);
            return (early <= self.stale_after).then(|| position(first, false));
        };
        if let Some(later) = later
            && later.at.duration_since(earlier.at) <= self.stale_after
        {
            return Some(between(earlier, later, time));
        }
        let age = time.duration_since(earlier.at);
        if age > FORGOTTEN {
            return None;
        }
        if age > self.stale_after {
            return Some(position(earlier, true));
        }
        Some(going_on(earlier, age.min(GOES_ON)))
    }

    /// Whether the unit stayed within so many metres all the time from one moment to
    /// another, as far as is known: without positions, no.
    pub(super) fn stood(&self, from: Timestamp, to: Timestamp, within_m: f64) -> bool {
        let Some(start) = self.at(from).filter(|at| !at.stale) else { return false };
        if self.at(to).is_none_or(|end| end.stale) {
            return false;
        }
        let first = self.fixes.partition_point(|fix| fix.at < from);
        let last = self.fixes.partition_point(|fix| fix.at <= to);
        self.fixes.range(first..last.max(first)).all(|fix| {
            distance_m((start.lat_deg, start.lon_deg), (fix.lat_deg, fix.lon_deg)) <= within_m
        })
    }
}

fn position(fix: &Fix, stale: bool) -> GeoPosition {
    let moves = fix.speed_kmh.is_none_or(|speed| speed >= STANDING_KMH);
    GeoPosition {
        lat_deg: round(fix.lat_deg),
        lon_deg: round(fix.lon_deg),
        heading_deg: fix.heading_deg.filter(|_| moves),
        speed_kmh: fix.speed_kmh,
        accuracy_m: fix.accuracy_m,
        fixed_at: Some(fix.at),
        stale,
        source: PositionSource::Gps,
    }
}

/// Seven decimals are a centimetre; more would only be noise in messages.
fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn between(a: &Fix, b: &Fix, time: Timestamp) -> GeoPosition {
    let whole = b.at.duration_since(a.at).as_secs_f64();
    let part = if whole > 0.0 { time.duration_since(a.at).as_secs_f64() / whole } else { 1.0 };
    let mix = |from: f64, to: f64| from + (to - from) * part;
    let mixed = |from: Option<f32>, to: Option<f32>| match (from, to) {
        (Some(from), Some(to)) => Some(mix(f64::from(from), f64::from(to)) as f32),
        (one, other) => other.or(one),
    };
    // The short way around the circle, and around the date line.
    let turned =
        |from: f64, to: f64| mix(from, from + (to - from + 540.0).rem_euclid(360.0) - 180.0);
    let heading_deg = match (a.heading_deg, b.heading_deg) {
        (Some(from), Some(to)) => {
            Some(turned(f64::from(from), f64::from(to)).rem_euclid(360.0) as f32)
        }
        (one, other) => other.or(one),
    };
    let lon = turned(a.lon_deg, b.lon_deg);
    position(
        &Fix {
            at: b.at,
            lat_deg: mix(a.lat_deg, b.lat_deg),
            lon_deg: if lon.abs() > 180.0 { lon - 360.0 * lon.signum() } else { lon },
            heading_deg,
            speed_kmh: mixed(a.speed_kmh, b.speed_kmh),
            accuracy_m: match (a.accuracy_m, b.accuracy_m) {
                (Some(one), Some(other)) => Some(one.max(other)),
                (one, other) => other.or(one),
            },
            satellites: b.satellites,
        },
        false,
    )
}

/// Dead reckoning: on with the last speed and course.
fn going_on(fix: &Fix, age: SignedDuration) -> GeoPosition {
    let mut at = position(fix, false);
    if let (Some(speed), Some(heading)) = (at.speed_kmh, at.heading_deg) {
        let by_m = f64::from(speed) / 3.6 * age.as_secs_f64().max(0.0);
        let (lat, lon) = ahead((fix.lat_deg, fix.lon_deg), f64::from(heading), by_m);
        (at.lat_deg, at.lon_deg) = (round(lat), round(lon));
        // A car brakes or turns within half of what it drives.
        at.accuracy_m = at.accuracy_m.map(|accuracy| accuracy + (by_m / 2.0) as f32);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_777_000_000_000 + ms).unwrap()
    }

    fn fix(ms: i64, lat_deg: f64, heading: f32, kmh: f32) -> Fix {
        Fix {
            at: at(ms),
            lat_deg,
            lon_deg: 9.0,
            heading_deg: Some(heading),
            speed_kmh: Some(kmh),
            accuracy_m: Some(4.0),
            satellites: Some(9),
        }
    }

    fn way(fixes: &[Fix]) -> Way {
        let mut way = Way::new(SignedDuration::from_secs(5));
        for fix in fixes {
            way.push(*fix);
        }
        way
    }

    #[test]
    fn between_two_positions_it_is_in_between() {
        let way = way(&[fix(0, 45.0, 350.0, 36.0), fix(1000, 45.0001, 10.0, 40.0)]);
        let there = way.at(at(250)).unwrap();
        assert!((there.lat_deg - 45.000025).abs() < 1e-9, "{there:?}");
        assert_eq!(there.heading_deg, Some(355.0));
        assert_eq!(there.speed_kmh, Some(37.0));
        assert!(!there.stale);
    }

    #[test]
    fn after_the_last_position_it_goes_on_for_a_moment_and_then_grows_stale() {
        let way = way(&[fix(0, 45.0, 0.0, 36.0)]);
        let gone = |ms: i64| {
            let there = way.at(at(ms)).unwrap();
            (distance_m((45.0, 9.0), (there.lat_deg, there.lon_deg)), there.stale)
        };
        assert!((gone(1000).0 - 10.0).abs() < 0.1);
        assert!((gone(4000).0 - 20.0).abs() < 0.1, "no further than two seconds' way");
        assert!(!gone(4000).1);
        assert_eq!(gone(9000), (0.0, true), "the last known place, and it says so");
        assert_eq!(way.at(at(2 * 3_600_000)), None);
    }

    #[test]
    fn in_a_gap_nothing_is_invented() {
        let way = way(&[fix(0, 45.0, 0.0, 36.0), fix(60_000, 45.01, 0.0, 36.0)]);
        let there = way.at(at(30_000)).unwrap();
        assert!(there.stale && there.lat_deg == 45.0, "{there:?}");
        assert_eq!(way.at(at(-3000)).map(|it| it.lat_deg), Some(45.0));
        assert_eq!(way.at(at(-9000)), None);
    }

    #[test]
    fn standing_is_told_from_driving_and_from_not_knowing() {
        let mut fixes: Vec<Fix> = (0..60).map(|n| fix(n * 1000, 45.0, 0.0, 0.0)).collect();
        assert!(way(&fixes).stood(at(5000), at(50_000), 20.0));
        assert_eq!(way(&fixes).at(at(5000)).unwrap().heading_deg, None, "no course at rest");
        assert!(!way(&fixes).stood(at(5000), at(90_000), 20.0), "nothing is known of the end");
        // Around the block and back.
        for fix in &mut fixes[20..40] {
            fix.lat_deg = 45.002;
        }
        assert!(!way(&fixes).stood(at(5000), at(50_000), 20.0));
        assert!(!way(&[]).stood(at(0), at(1), 20.0));
    }

    #[test]
    fn satellite_time_that_jumps_back_starts_anew() {
        let way = way(&[fix(500_000, 10.0, 0.0, 0.0), fix(0, 45.0, 0.0, 0.0)]);
        assert_eq!(way.last().unwrap().lat_deg, 45.0);
        assert_eq!(way.fixes.len(), 1);
    }
}
