//! How much of what a reading allows belongs to each listed plate.

use crate::lists::{Entry, Found, Index};
use crate::plate::{
    Country, PlateKey, PlateText, Reading, character_index,
    grammar::{self, MAX_WEIGHT, MIN_WEIGHT},
};
use jiff::civil::Date;

/// Texts that a country's current format has (Italy: 22⁴ letters, 1000 numbers) …
const POSSIBLE: f32 = 234_256_000.0;
/// … and the part of them that is taken to be given out: half, a cautious figure,
/// for the fewer exist, the more a listed plate gains.
pub(crate) const GIVEN_OUT: f32 = POSSIBLE / 2.0;
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

/// A listed plate on its way.
struct Candidate {
    key: PlateKey,
    claim: f32,
    same_length: bool,
    entries: Vec<Entry>,
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
            (weighed / best.confidence.max(f32::MIN_POSITIVE)).clamp(MIN_WEIGHT, MAX_WEIGHT)
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
        let voted_key = PlateKey::new(self.voted);
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut found = Vec::new();
        let entries_of = |index: &Index, candidate: &mut Candidate, found: &Found| {
            let holding = index.entries_of(found).into_iter();
            candidate.entries.extend(holding.filter(|entry| entry.holds_on(self.today)));
        };
        for index in indices {
            index.search(&self.reading.positions, floor, &mut found);
            for found in found.iter().filter(|found| found.key != voted_key) {
                let at = candidates.iter().position(|known| known.key == found.key);
                let at = at.unwrap_or_else(|| {
                    candidates.push(self.candidate(found));
                    candidates.len() - 1
                });
                if let Some(candidate) = candidates.get_mut(at) {
                    entries_of(index, candidate, found);
                }
            }
        }
        let mut voted = Candidate {
            key: voted_key,
            claim: self.of_voted,
            same_length: true,
            entries: Vec::new(),
        };
        for index in indices {
            let entries = index.find(voted_key);
            if !entries.is_empty() {
                let found = Found { key: voted_key, likelihood: 1.0, same_length: true, entries };
                entries_of(index, &mut voted, &found);
            }
        }
        candidates.push(voted);
        // An entry that lapsed is no longer known to be more likely than others.
        candidates.retain(|candidate| !candidate.entries.is_empty());
        let sum = |of: &dyn Fn(&Candidate) -> bool| -> f32 {
            candidates.iter().filter(|c| of(c)).map(|c| c.claim).sum()
        };
        let total = sum(&|_| true) + existing * (1.0 - sum(&|c| c.same_length)).max(0.0);
        let mut claimed: Vec<Claimed> = candidates
            .into_iter()
            .filter_map(|Candidate { claim, entries, .. }| {
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

    fn candidate(&self, found: &Found) -> Candidate {
        let (indices, length) = found.key.indices();
        let text = indices.get(..length).unwrap_or_default();
        let weight = grammar::weight_of(text, self.reading.country);
        Candidate {
            key: found.key,
            claim: found.likelihood * weight / self.mean_weight,
            same_length: found.same_length,
            entries: Vec::new(),
        }
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
