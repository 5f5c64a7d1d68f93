//! How much of what a reading allows belongs to each listed plate.

use crate::lists::{Entry, Index};
use crate::plate::{
    Country, PlateText, Reading, character_index,
    grammar::{self, MAX_WEIGHT},
};
use jiff::civil::Date;

/// Texts that a country's current format has (Italy: 22⁴ letters, 1000 numbers) …
const POSSIBLE: f32 = 234_256_000.0;
/// … and the part of them that is taken to be given out: half, a cautious figure,
/// for the fewer exist, the more a listed plate gains.
const GIVEN_OUT: f32 = POSSIBLE / 2.0;
/// The least that a text weighs for not being listed.
const LEAST_UNLISTED: f32 = 0.25;

/// What the lists are compared with.
pub(super) struct Claims<'a> {
    reading: &'a Reading,
    pub(super) voted: &'a PlateText,
    /// Probability of the voted text by reading and syntax.
    of_voted: f32,
    /// Mean weight of the reading's texts.
    mean_weight: f32,
    /// How much less the caller trusts the vote than the reading does, at most 1.
    trust: f32,
    country: Option<(Country, f32)>,
    today: Date,
}

/// A listed plate that the vehicle may have.
pub(super) struct Claimed {
    pub(super) entry: Entry,
    /// Probability that it is the one in the picture.
    pub(super) probability: f32,
}

impl<'a> Claims<'a> {
    pub(super) fn new(
        reading: &'a Reading,
        voted: &'a PlateText,
        confidence: f32,
        country: Option<Country>,
        today: Date,
    ) -> Self {
        let confidence = confidence.clamp(0.0, 1.0);
        let best = grammar::rank(reading, 1, 1.0);
        let mean_weight = best.first().map_or(1.0, |best| {
            let by_pixels = likelihood(reading, &best.text).unwrap_or(0.0);
            let weighed = by_pixels * grammar::weight(&best.text, reading.country);
            (weighed / best.confidence.max(f32::MIN_POSITIVE)).clamp(1.0, MAX_WEIGHT)
        });
        let of_voted = likelihood(reading, voted)
            .map(|p| (p * grammar::weight(voted, reading.country) / mean_weight).min(1.0));
        let (of_voted, trust) = match of_voted {
            Some(of_voted) if of_voted > 0.0 => (of_voted, (confidence / of_voted).min(1.0)),
            // Voted from other looks: the reading has no such text, the vote stands for it.
            _ => (confidence, 1.0),
        };
        let country = reading.country.or(country.map(|country| (country, 0.5)));
        Self { reading, voted, of_voted, mean_weight, trust, country, today }
    }

    /// The listed plates whose probability is at least `least`.
    ///
    /// `existing` is how much an unlisted text weighs against a listed one, see
    /// [`unlisted_weight`].
    pub(super) fn of(&self, indices: &[&Index], existing: f32, least: f32) -> Vec<Claimed> {
        // A likelihood below this cannot reach the probability asked for.
        let floor =
            (0.5 * least * existing.min(LEAST_UNLISTED) * self.mean_weight / MAX_WEIGHT).max(1e-6);
        let mut candidates: Vec<(PlateText, f32, bool, Vec<Entry>)> = Vec::new();
        for index in indices {
            for found in index.look_alikes(self.reading, floor) {
                if found.plate == *self.voted || candidates.iter().any(|c| c.0 == found.plate) {
                    continue;
                }
                let weight = grammar::weight(&found.plate, self.reading.country);
                let claim = found.likelihood * weight / self.mean_weight;
                candidates.push((found.plate, claim, found.same_length, Vec::new()));
            }
        }
        if indices.iter().any(|index| index.has(self.voted)) {
            candidates.push((self.voted.clone(), self.of_voted, true, Vec::new()));
        }
        for (plate, _, _, entries) in &mut candidates {
            for index in indices {
                let holding = index.entries(plate).into_iter();
                entries.extend(holding.filter(|entry| entry.holds_on(self.today)));
            }
        }
        // An entry that lapsed is no longer known to be more likely than others.
        candidates.retain(|(_, _, _, entries)| !entries.is_empty());
        let same_length: f32 = candidates.iter().filter(|c| c.2).map(|c| c.1).sum();
        let all: f32 = candidates.iter().map(|c| c.1).sum();
        let total = all + existing * (1.0 - same_length).max(0.0);
        let mut claimed: Vec<Claimed> = candidates
            .into_iter()
            .filter_map(|(_, claim, _, entries)| {
                let (entry, fits) = entries
                    .into_iter()
                    .map(|entry| {
                        let fits = country_fits(&entry, self.country);
                        (entry, fits)
                    })
                    .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
                let probability = (claim / total * self.trust * fits).min(1.0);
                (probability >= least).then_some(Claimed { entry, probability })
            })
            .collect();
        claimed.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        claimed
    }

    /// Probability that the voted text is the plate, when it is known not to be listed
    /// and listed plates around it have claims too.
    pub(super) fn of_unlisted_vote(&self, claimed: &[Claimed]) -> f32 {
        let listed: f32 = claimed.iter().map(|c| c.probability).sum();
        (self.of_voted * self.trust).min(1.0 - listed).max(0.0)
    }

    /// The reading.
    pub(super) fn reading(&self) -> &Reading {
        self.reading
    }
}

/// How much a text that is not listed weighs against one that is: a listed plate is
/// known to exist, of all others only those that were given out.
pub(super) fn unlisted_weight(plates: usize) -> f32 {
    let listed = plates as f32;
    ((GIVEN_OUT - listed) / (POSSIBLE - listed).max(1.0)).max(LEAST_UNLISTED)
}

/// The same where listed vehicles pass far more often than others, as residents do at
/// the gate of their zone: `share` of all passages are theirs.
pub(super) fn unlisted_weight_among(plates: usize, share: f32) -> f32 {
    let a_listed_one = share / plates.max(1) as f32;
    let another = (1.0 - share) / POSSIBLE;
    (another / a_listed_one).min(1.0)
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
