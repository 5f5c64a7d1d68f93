//! When the system's clock is to be corrected, and by how much: the pure step.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// A clock that is less wrong is left alone.
const WRONG: SignedDuration = SignedDuration::from_secs(2);
/// So many measurements in a row must agree: one garbled sentence corrects nothing.
const AGREEING: usize = 3;
/// How far agreeing measurements lie apart: receivers answer after 0.05 to 0.9 s.
const APART: SignedDuration = SignedDuration::from_secs(1);

/// Compares satellite time with the system's clock.
#[derive(Debug, Default)]
pub struct Keeper {
    /// True time less the system's, of the last measurements.
    measured: VecDeque<SignedDuration>,
    offset: SignedDuration,
}

impl Keeper {
    /// A measurement: satellite time, and the system's clock when it was told. Answers
    /// with the new offset in milliseconds when that changes.
    pub fn observe(&mut self, true_time: Timestamp, system: Timestamp) -> Option<i64> {
        self.measured.push_back(true_time.duration_since(system));
        if self.measured.len() > AGREEING {
            self.measured.pop_front();
        }
        let least = *self.measured.iter().min()?;
        // The one that took the shortest way here.
        let best = *self.measured.iter().max()?;
        if self.measured.len() < AGREEING || best - least > APART {
            return None;
        }
        let offset = if best.abs() > WRONG { best } else { SignedDuration::ZERO };
        // A held offset moves only for another one: the few tenths by which measurements
        // differ must not make times jump.
        if (offset - self.offset).abs() <= WRONG {
            return None;
        }
        self.offset = offset;
        Some(i64::try_from(offset.as_millis()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    /// Offsets that a keeper gives for measurements of true and system time, in ms.
    fn offsets(measured: &[(i64, i64)]) -> Vec<i64> {
        let mut keeper = Keeper::default();
        measured.iter().filter_map(|(gps, system)| keeper.observe(at(*gps), at(*system))).collect()
    }

    #[test]
    fn a_clock_that_is_right_is_left_alone() {
        assert_eq!(offsets(&[(0, 300), (1000, 1200), (2000, 2900), (3000, 3100)]), [0; 0]);
    }

    #[test]
    fn a_wrong_clock_is_corrected_once_by_the_quickest_of_three() {
        let hour = 3_600_000;
        let told = [(hour, 400), (hour + 1000, 1150), (hour + 2000, 2700), (hour + 3000, 3200)];
        assert_eq!(offsets(&told), [hour - 150]);
    }

    #[test]
    fn one_garbled_time_corrects_nothing() {
        assert_eq!(offsets(&[(0, 0), (9_000_000, 1000), (2000, 2000), (3000, 3000)]), [0; 0]);
    }

    #[test]
    fn a_clock_that_was_set_right_meanwhile_needs_no_offset_any_more() {
        let told: Vec<(i64, i64)> = (0..10)
            .map(|n| (n * 1000 + 60_000, if n < 5 { n * 1000 } else { n * 1000 + 60_000 }))
            .collect();
        assert_eq!(offsets(&told), [60_000, 0]);
    }
}
