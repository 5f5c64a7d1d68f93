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

use std::sync::Arc;

use jiff::civil::Date;

use super::model::Match;
use crate::lists::{Entry, Index, List, ListKind};
use crate::plate::{
    Country, PlateText, Reading, character_index,
    grammar::{self, MAX_WEIGHT},
};

/// Texts that a country's current format has (Italy: 22⁴ letters, 1000 numbers) …
const POSSIBLE: f32 = 234_256_000.0;
/// … and the part of them that is taken to be given out: half, a cautious figure,
/// for the fewer exist, the more a listed plate gains.
const GIVEN_OUT: f32 = POSSIBLE / 2.0;
/// The least that a text weighs for not being listed.
const LEAST_UNLISTED: f32 = 0.25;

/// A list that is looked at for every transit.
#[derive(Debug, Clone)]
pub struct Watch {
    /// What the list is.
    pub list: Arc<List>,
    /// What is in it.
    pub index: Arc<Index>,
    /// Matches that are less probable are not given out.
    pub min_probability: f32,
}

/// Compares transits with lists. Pure: the day is passed in. Cheap to build, so that a
/// changed list is a new matcher.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    watches: Vec<Watch>,
}

/// What the lists are compared with.
struct Claims<'a> {
    reading: &'a Reading,
    voted: &'a PlateText,
    /// Probability of the voted text by reading and syntax.
    of_voted: f32,
    /// Mean weight of the reading's texts.
    mean_weight: f32,
    /// How much less the caller trusts the vote than the reading does, at most 1.
    trust: f32,
}

impl<'a> Claims<'a> {
    fn new(reading: &'a Reading, voted: &'a PlateText, confidence: f32) -> Self {
        let confidence = confidence.clamp(0.0, 1.0);
        let best = grammar::rank(reading, 1, 1.0);
        let mean_weight = best.first().map_or(1.0, |best| {
            let by_pixels = likelihood(reading, &best.text).unwrap_or(0.0);
            let weighed = by_pixels * grammar::weight(&best.text, reading.country);
            (weighed / best.confidence.max(f32::MIN_POSITIVE)).clamp(1.0, MAX_WEIGHT)
        });
        let of_voted = likelihood(reading, voted)
            .map(|p| (p * grammar::weight(voted, reading.country) / mean_weight).min(1.0));
        match of_voted {
            Some(of_voted) if of_voted > 0.0 => {
                let trust = (confidence / of_voted).min(1.0);
                Self { reading, voted, of_voted, mean_weight, trust }
            }
            // Voted from other looks: the reading has no such text, the vote stands for it.
            _ => Self { reading, voted, of_voted: confidence, mean_weight, trust: 1.0 },
        }
    }

    /// The claim of a listed plate of a likelihood.
    fn of(&self, plate: &PlateText, likelihood: f32) -> f32 {
        likelihood * grammar::weight(plate, self.reading.country) / self.mean_weight
    }
}

/// What the reading's probabilities make of a text; `None` when the lengths differ.
fn likelihood(reading: &Reading, text: &PlateText) -> Option<f32> {
    let mut positions = reading.positions.iter();
    let mut product = 1.0;
    for character in text.as_str().chars() {
        product *= positions.next()?.probability(character_index(character)?);
    }
    positions.next().is_none().then_some(product)
}

impl Matcher {
    /// A matcher for these lists. A list of permits is kept, but not matched yet.
    #[must_use]
    pub fn new(watches: Vec<Watch>) -> Self {
        Self { watches }
    }

    /// The lists that are looked at.
    #[must_use]
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// Listed plates that this vehicle has, or may have, most probable first: at most
    /// one match for each plate of each list, none below the list's `min_probability`.
    ///
    /// `reading` is the transit's combined reading, `voted` and `confidence` the text
    /// that was voted and its probability, `country` the transit's country, `today`
    /// the day that lists and entries must hold on. A plate on a list of
    /// [`ListKind::Ignored`] vehicles takes every less probable match away.
    #[must_use]
    pub fn matches(
        &self,
        reading: &Reading,
        voted: &PlateText,
        confidence: f32,
        country: Option<Country>,
        today: Date,
    ) -> Vec<Match> {
        let claims = Claims::new(reading, voted, confidence);
        let country = reading.country.or(country.map(|country| (country, 0.5)));
        let mut matches = Vec::new();
        let mut ignored: f32 = 0.0;
        for watch in &self.watches {
            if watch.list.kind == ListKind::Permit || !watch.list.holds_on(today) {
                continue;
            }
            for found in watch.matches(&claims, country, today) {
                if watch.list.kind == ListKind::Ignored {
                    ignored = ignored.max(found.probability);
                } else {
                    matches.push(found);
                }
            }
        }
        matches.retain(|found| found.probability > ignored);
        matches.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        matches
    }
}

impl Watch {
    fn matches(
        &self,
        claims: &Claims<'_>,
        country: Option<(Country, f32)>,
        today: Date,
    ) -> Vec<Match> {
        let listed = self.index.plates() as f32;
        let unlisted = ((GIVEN_OUT - listed) / (POSSIBLE - listed).max(1.0)).max(LEAST_UNLISTED);
        // A likelihood below this cannot reach the probability asked for.
        let floor = (0.5 * self.min_probability * LEAST_UNLISTED * claims.mean_weight / MAX_WEIGHT)
            .max(1e-5);
        let mut candidates: Vec<(PlateText, f32, bool)> = self
            .index
            .look_alikes(claims.reading, floor)
            .into_iter()
            .filter(|found| found.plate != *claims.voted)
            .map(|found| {
                let claim = claims.of(&found.plate, found.likelihood);
                (found.plate, claim, found.same_length)
            })
            .collect();
        if !self.index.entries(claims.voted).is_empty() {
            candidates.push((claims.voted.clone(), claims.of_voted, true));
        }
        let same_length: f32 = candidates.iter().filter(|c| c.2).map(|c| c.1).sum();
        let all: f32 = candidates.iter().map(|c| c.1).sum();
        let total = all + unlisted * (1.0 - same_length).max(0.0);
        candidates
            .into_iter()
            .filter_map(|(plate, claim, _)| {
                let (entry, fits) = self
                    .index
                    .entries(&plate)
                    .into_iter()
                    .filter(|entry| entry.holds_on(today))
                    .map(|entry| {
                        let fits = country_fits(&entry, country);
                        (entry, fits)
                    })
                    .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
                let probability = (claim / total * claims.trust * fits).min(1.0);
                (probability >= self.min_probability).then(|| Match {
                    list: Arc::clone(&self.list),
                    exact: plate == *claims.voted,
                    entry,
                    probability,
                })
            })
            .collect()
    }
}

/// How well the country in the picture fits the listed one: `AB123CD` of France is not
/// the `AB123CD` of Italy. Never 0, for the picture's country is a guess.
fn country_fits(entry: &Entry, seen: Option<(Country, f32)>) -> f32 {
    match (entry.country, seen) {
        (Some(listed), Some((seen, probability))) if listed != seen => {
            1.0 - 0.9 * probability.clamp(0.0, 1.0)
        }
        _ => 1.0,
    }
}
