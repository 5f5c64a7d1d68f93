//! What was read against what is listed.
//!
//! For a reading with probabilities per position, a listed plate's claim is the
//! product of the probabilities of its characters, weighed by syntax
//! ([`crate::plate::grammar::weight`]). It competes with every other text that the
//! plate could be. A listed plate is known to exist, while of all possible texts
//! only a part is on the road; so a text that no list names counts less, by the share
//! of texts given out and not listed: the denser the list, the less. The listed
//! plate's probability is its claim over the sum of all claims:
//!
//! ```text
//! P(s) = c(s) / ( Σ c(listed) + u · (1 − Σ c(listed of that length)) )
//! c(s) = p(s) · w(s) / w̄        w̄: mean weight of the reading's texts
//! u    = (given out − listed) / (possible − listed), at least 1/4
//! ```
//!
//! Syntax weighs at most 24 and existence at most 4, so where the reader is 99 % sure
//! of a character, a listed plate with another one there stays below one half.
//!
//! For permits the missing entry is the hit. Who holds one passes the zone's gate often:
//! half of all passages are taken to be theirs, so a text that is a character away
//! from a permit is most often a misread permit, and needs a very sure reading to be a
//! hit.

use std::sync::Arc;

use jiff::SignedDuration;

use super::claims::{Claims, unlisted_weight, unlisted_weight_among};
use super::difference::differences;
use super::model::{Match, Relation};
use crate::lists::{Entry, Index, List, ListKind, Passage, Rule};
use crate::plate::{Country, PlateText, Reading};

/// Matches that are less probable are not given out, where no rule says otherwise.
pub const MIN_PROBABILITY: f32 = 0.6;
/// The same for permits: a vehicle without one is an everyday thing, and a misread
/// resident is a letter to a citizen who did nothing.
pub const MIN_PROBABILITY_NO_PERMIT: f32 = 0.9;
/// Share of passages at a zone's gate whose vehicles have a permit.
const PERMIT_SHARE: f32 = 0.5;

/// A list that is looked at for every transit.
#[derive(Debug, Clone)]
pub struct Watch {
    /// What the list is.
    pub list: Arc<List>,
    /// What is in it.
    pub index: Arc<Index>,
}

/// Compares transits with lists. Pure: the time is passed in. Cheap to build, so that a
/// changed list is a new matcher.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    watches: Vec<Watch>,
}

impl Matcher {
    /// A matcher for these lists.
    #[must_use]
    pub fn new(watches: Vec<Watch>) -> Self {
        Self { watches }
    }

    /// The lists that are looked at.
    #[must_use]
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// The longest time for which any list holds a plate back once reported, where
    /// `general` is that of lists that name none.
    #[must_use]
    pub fn longest_cooldown(&self, general: SignedDuration) -> SignedDuration {
        let rules = self.watches.iter().map(|watch| &watch.list.rules);
        let seconds = rules.flat_map(|rules| {
            rules.at.iter().map(|at| &at.rule).chain([&rules.everywhere]).map(|r| r.cooldown_s)
        });
        seconds
            .flatten()
            .map(|s| SignedDuration::from_secs(s.into()))
            .fold(general, SignedDuration::max)
    }

    /// Listed plates that this vehicle has, or may have, and permits that it lacks, most
    /// probable first: at most one match for each plate of each list, none below what
    /// the list's rules ask for.
    ///
    /// `reading` is the transit's combined reading, `voted` and `confidence` the text
    /// that was voted and its probability, `country` the transit's country, `passage`
    /// where and when. A plate on a list of [`ListKind::Ignored`] vehicles takes every
    /// less probable match away.
    #[must_use]
    pub fn matches(
        &self,
        reading: &Reading,
        voted: &PlateText,
        confidence: f32,
        country: Option<Country>,
        passage: &Passage<'_>,
    ) -> Vec<Match> {
        let today = passage.at.date();
        let holding: Vec<(&Watch, Rule)> = self
            .watches
            .iter()
            .filter(|watch| watch.list.holds_on(today))
            .filter_map(|watch| Some((watch, watch.list.rules.hold_for(passage)?)))
            .collect();
        if holding.is_empty() {
            return Vec::new();
        }
        let claims = Claims::new(reading, voted, confidence, country, today);
        let mut matches = Vec::new();
        let mut ignored: f32 = 0.0;
        for (watch, rule) in &holding {
            match watch.list.kind {
                ListKind::Permit => {}
                ListKind::Ignored => {
                    let found = watch.matches(&claims, rule);
                    ignored = found.iter().map(|m| m.probability).fold(ignored, f32::max);
                }
                _ => matches.extend(watch.matches(&claims, rule)),
            }
        }
        matches.extend(missing_permits(&holding, &claims));
        matches.retain(|found| found.probability > ignored);
        matches.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        matches
    }
}

impl Watch {
    fn matches(&self, claims: &Claims<'_>, rule: &Rule) -> Vec<Match> {
        let least = rule.min_probability.unwrap_or(MIN_PROBABILITY);
        claims
            .of(&[&*self.index], unlisted_weight(self.index.plates()), least)
            .into_iter()
            .map(|claimed| {
                let same = claimed.entry.plate == *claims.voted;
                Match {
                    list: Arc::clone(&self.list),
                    relation: if same { Relation::Exact } else { Relation::LookAlike },
                    why: differences(claims.reading(), claims.voted, &claimed.entry.plate),
                    entry: claimed.entry,
                    probability: claimed.probability,
                    cooldown_s: rule.cooldown_s,
                }
            })
            .collect()
    }
}

/// For each zone whose permits hold here and now: the hit that the vehicle has none.
fn missing_permits(holding: &[(&Watch, Rule)], claims: &Claims<'_>) -> Vec<Match> {
    let permits: Vec<&(&Watch, Rule)> =
        holding.iter().filter(|(watch, _)| watch.list.kind == ListKind::Permit).collect();
    let mut zones: Vec<&Option<String>> = permits.iter().map(|(w, _)| &w.list.zone).collect();
    zones.sort();
    zones.dedup();
    zones
        .into_iter()
        .filter_map(|zone| {
            let of_zone = || permits.iter().filter(|(watch, _)| watch.list.zone == *zone);
            let indices: Vec<&Index> = of_zone().map(|(watch, _)| &*watch.index).collect();
            let plates = indices.iter().map(|index| index.plates()).sum();
            let listed = claims.of(&indices, unlisted_weight_among(plates, PERMIT_SHARE), 1e-3);
            if listed.iter().any(|claimed| claimed.entry.plate == *claims.voted) {
                return None;
            }
            let (watch, rule) = of_zone().next()?;
            let least = of_zone().filter_map(|(_, rule)| rule.min_probability).reduce(f32::max);
            let probability = claims.of_unlisted_vote(&listed);
            (probability >= least.unwrap_or(MIN_PROBABILITY_NO_PERMIT)).then(|| Match {
                list: Arc::clone(&watch.list),
                entry: Entry::new(claims.voted.clone()),
                relation: Relation::NoPermit,
                probability,
                why: Vec::new(),
                cooldown_s: rule.cooldown_s,
            })
        })
        .collect()
}
