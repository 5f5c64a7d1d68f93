//! The same car is not reported twice within a set time; another car always is.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::model::Match;
use crate::plate::PlateText;

/// How much more probable a look-alike must be to be reported again in its time.
const SURER: f32 = 0.2;

/// A hit that was reported, as it is kept in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Camera that saw it.
    pub camera: String,
    /// List that it is on.
    pub list: String,
    /// Plate as listed.
    pub plate: PlateText,
    /// Whether the listed plate was the very text that was read.
    pub exact: bool,
    /// Probability that it was the listed plate.
    pub probability: f32,
    /// When the frame was taken.
    pub at: Timestamp,
}

/// What is known of the last report of a plate.
#[derive(Debug, Clone, Copy)]
struct Last {
    at: Timestamp,
    exact: bool,
    probability: f32,
}

/// Remembers, for each camera, list and listed plate, when it was last reported. The
/// plate is part of the key, so a second wanted car at the same moment is reported;
/// pure: the time is passed in.
#[derive(Debug, Clone)]
pub struct Cooldown {
    period: SignedDuration,
    /// The longest period of any list so far: nothing is forgotten before.
    longest: SignedDuration,
    last: HashMap<(String, String, PlateText), Last>,
    pruned_at: Option<Timestamp>,
}

impl Cooldown {
    /// A cooldown of a period, for lists that name none of their own; zero or less reports everything.
    #[must_use]
    pub fn new(period: SignedDuration) -> Self {
        Self { period, longest: period, last: HashMap::new(), pruned_at: None }
    }

    /// Takes over hits that were reported before, so that a restart repeats nothing.
    pub fn seed(&mut self, reported: impl IntoIterator<Item = Reported>) {
        for hit in reported {
            let last = Last { at: hit.at, exact: hit.exact, probability: hit.probability };
            let known = self.last.entry((hit.camera, hit.list, hit.plate)).or_insert(last);
            if known.at <= last.at {
                *known = last;
            }
        }
    }

    /// Whether a match is to be reported now; if so, its time starts.
    ///
    /// Within the period a match is reported again only if it says more: exact after a
    /// look-alike, or a look-alike that is 0.2 more probable. A match that is not
    /// reported does not lengthen the period, so a car that stays is reported
    /// once in every period.
    pub fn admit(&mut self, camera: &str, found: &Match, at: Timestamp) -> bool {
        self.prune(at);
        let period = found.cooldown_s.map_or(self.period, |s| SignedDuration::from_secs(s.into()));
        self.longest = self.longest.max(period);
        let next = Last { at, exact: found.exact(), probability: found.probability };
        let key = (camera.to_owned(), found.list.id.clone(), found.entry.plate.clone());
        if let Some(last) = self.last.get(&key) {
            let near = at.duration_since(last.at).abs() < period;
            let says_more =
                !last.exact && (next.exact || next.probability >= last.probability + SURER);
            if near && !says_more {
                return false;
            }
        }
        self.last.insert(key, next);
        true
    }

    /// Forgets, once in a period, what can no longer hold anything back.
    fn prune(&mut self, at: Timestamp) {
        let due = self.pruned_at.is_none_or(|pruned| at.duration_since(pruned) >= self.longest);
        if due {
            self.last.retain(|_, last| at.duration_since(last.at).abs() < self.longest);
            self.pruned_at = Some(at);
        }
    }
}
