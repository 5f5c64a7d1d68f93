//! Many readings of one plate become one.
//!
//! Readings of one length are combined position by position: the logarithms of
//! their probabilities are added up, each weighed by how good the look was
//! (logarithmic opinion pool). Neighbouring frames show the same dirt and the same
//! blur, so a hundred of them are not a hundred independent witnesses: the sum is
//! tempered to grow more slowly than the number of looks.

use crate::plate::{ALPHABET, Alternative, Country, PlateText, Position, Reading, grammar};

/// No single look may rule a character out.
const FLOOR: f32 = 0.002;
/// Independent witnesses among `n` looks of full weight: `n` to this power.
const INDEPENDENCE: f32 = 0.6;
/// Texts given out beside the best one.
const ALTERNATIVES: usize = 5;
/// Texts less probable than this are not worth naming.
const MIN_ALTERNATIVE: f32 = 0.005;

/// The readings of one plate so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Vote {
    lengths: Vec<SameLength>,
    countries: Vec<(Country, f32)>,
    weight: f32,
    reads: u32,
    last_texts: Vec<PlateText>,
}

/// The readings that have the same number of characters.
#[derive(Debug, Clone)]
struct SameLength {
    /// Per position: weighed sum of log-probabilities over the alphabet.
    log_sums: Vec<[f32; ALPHABET.len()]>,
    weight: f32,
    /// Weight times confidence: how much the readings of this length believe in themselves.
    belief: f32,
}

/// The outcome of a vote.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) reading: Reading,
    pub(super) text: PlateText,
    pub(super) confidence: f32,
    pub(super) country: Option<Country>,
    pub(super) alternatives: Vec<Alternative>,
}

impl Vote {
    /// Counts a reading; `weight` is 1 for a good look, less for a poor one.
    pub(super) fn add(&mut self, reading: &Reading, weight: f32) {
        let Some(text) = reading.text() else {
            return;
        };
        self.reads += 1;
        self.weight += weight;
        self.last_texts.push(text);
        if let Some((country, probability)) = reading.country {
            match self.countries.iter_mut().find(|(known, _)| *known == country) {
                Some((_, sum)) => *sum += probability * weight,
                None => self.countries.push((country, probability * weight)),
            }
        }
        let length = reading.positions.len();
        let place = self.lengths.iter().position(|same| same.log_sums.len() == length);
        let place = place.unwrap_or_else(|| {
            let log_sums = vec![[0.0; ALPHABET.len()]; length];
            self.lengths.push(SameLength { log_sums, weight: 0.0, belief: 0.0 });
            self.lengths.len() - 1
        });
        let same = &mut self.lengths[place];
        same.weight += weight;
        same.belief += weight * reading.confidence();
        for (sums, position) in same.log_sums.iter_mut().zip(&reading.positions) {
            for (sum, probability) in sums.iter_mut().zip(position.probabilities()) {
                *sum += weight * probability.max(FLOOR).ln();
            }
        }
    }

    /// Takes over all readings of another vote on the same plate.
    pub(super) fn absorb(&mut self, other: Self) {
        self.reads += other.reads;
        self.weight += other.weight;
        self.last_texts.extend(other.last_texts);
        for (country, sum) in other.countries {
            match self.countries.iter_mut().find(|(known, _)| *known == country) {
                Some((_, mine)) => *mine += sum,
                None => self.countries.push((country, sum)),
            }
        }
        for theirs in other.lengths {
            let length = theirs.log_sums.len();
            match self.lengths.iter_mut().find(|mine| mine.log_sums.len() == length) {
                Some(mine) => mine.absorb(&theirs),
                None => self.lengths.push(theirs),
            }
        }
    }

    /// Looks that were read.
    pub(super) fn reads(&self) -> u32 {
        self.reads
    }

    /// How many of the latest looks in a row read this very text.
    pub(super) fn agreeing(&self, text: &PlateText) -> u32 {
        self.last_texts.iter().rev().take_while(|read| *read == text).count() as u32
    }

    /// What the readings say together; `None` before the first legible one.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let best = self.lengths.iter().max_by(|a, b| a.belief.total_cmp(&b.belief))?;
        let total: f32 = self.lengths.iter().map(|same| same.belief).sum();
        let share = if total > 0.0 { best.belief / total } else { 1.0 };
        let country = self.country();
        let reading = best.reading(country);
        let mut ranked = grammar::rank(&reading, ALTERNATIVES + 1, MIN_ALTERNATIVE).into_iter();
        let first = ranked.next()?;
        let mut alternatives: Vec<Alternative> = ranked
            .map(|other| Alternative { confidence: other.confidence * share, ..other })
            .collect();
        for other in self.lengths.iter().filter(|other| other.log_sums.len() != best.log_sums.len())
        {
            let reading = other.reading(country);
            let confidence = reading.confidence() * other.belief / total.max(f32::EPSILON);
            if let Some(text) = reading.text().filter(|_| confidence >= MIN_ALTERNATIVE) {
                alternatives.push(Alternative { text, confidence });
            }
        }
        alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        alternatives.truncate(ALTERNATIVES);
        let country = grammar::country(&first.text, country);
        let confidence = first.confidence * share;
        Some(Verdict { reading, text: first.text, confidence, country, alternatives })
    }

    /// The country that most looks suggest, with its share of all looks.
    fn country(&self) -> Option<(Country, f32)> {
        let (country, sum) = self.countries.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (self.weight > 0.0).then(|| (*country, (sum / self.weight).min(1.0)))
    }
}

impl SameLength {
    fn absorb(&mut self, other: &Self) {
        self.weight += other.weight;
        self.belief += other.belief;
        for (mine, theirs) in self.log_sums.iter_mut().zip(&other.log_sums) {
            for (sum, more) in mine.iter_mut().zip(theirs) {
                *sum += more;
            }
        }
    }

    fn reading(&self, country: Option<(Country, f32)>) -> Reading {
        let weight = self.weight.max(1e-6);
        let witnesses = if weight > 1.0 { weight.powf(INDEPENDENCE) } else { 1.0 };
        let positions = self.log_sums.iter().map(|sums| {
            let top = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            Position::new(sums.map(|sum| ((sum - top) * witnesses / weight).exp()))
        });
        Reading { positions: positions.collect(), country }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plate::character_index;

    /// A reading of `text` in which each character has probability `p`, and the
    /// character of `other` at the same place gets half of the rest.
    fn reading(text: &str, p: f32, other: &str) -> Reading {
        let positions = text.chars().zip(other.chars()).map(|(character, other)| {
            let mut weights = [(1.0 - p) / 2.0 / 37.0; ALPHABET.len()];
            weights[character_index(other).unwrap()] = (1.0 - p) / 2.0;
            weights[character_index(character).unwrap()] = p;
            Position::new(weights)
        });
        Reading { positions: positions.collect(), country: None }
    }

    #[test]
    fn agreement_makes_the_vote_surer_than_any_look() {
        let mut vote = Vote::default();
        assert!(vote.verdict().is_none());
        for _ in 0..5 {
            vote.add(&reading("FX482KM", 0.8, "FX4B2KN"), 1.0);
        }
        let verdict = vote.verdict().unwrap();
        assert_eq!(verdict.text.as_str(), "FX482KM");
        assert!(verdict.confidence > 0.9, "{}", verdict.confidence);
        assert_eq!(vote.agreeing(&verdict.text), 5);
    }

    #[test]
    fn the_better_looks_outvote_the_more_numerous_poor_ones() {
        let mut vote = Vote::default();
        for _ in 0..3 {
            vote.add(&reading("FX4B2KM", 0.5, "FX482KM"), 0.2);
        }
        for _ in 0..2 {
            vote.add(&reading("FX482KM", 0.9, "FX4B2KM"), 1.0);
        }
        let verdict = vote.verdict().unwrap();
        assert_eq!(verdict.text.as_str(), "FX482KM");
        assert!(vote.agreeing(&verdict.text) == 2);
    }

    #[test]
    fn a_lost_character_is_outvoted_and_named_as_an_alternative() {
        let mut vote = Vote::default();
        for _ in 0..4 {
            vote.add(&reading("FX482KM", 0.95, "FX482KM"), 1.0);
        }
        vote.add(&reading("FX482K", 0.95, "FX482K"), 1.0);
        let verdict = vote.verdict().unwrap();
        assert_eq!(verdict.text.as_str(), "FX482KM");
        assert!(verdict.confidence < 0.9);
        assert!(verdict.alternatives.iter().any(|a| a.text.as_str() == "FX482K"));
    }

    #[test]
    fn absorbing_is_the_same_as_having_seen_it_all() {
        let looks = [("FX482KM", 0.7), ("FX4B2KM", 0.6), ("FX482KM", 0.9), ("FX482K", 0.5)];
        let mut whole = Vote::default();
        let (mut first, mut second) = (Vote::default(), Vote::default());
        for (index, (text, p)) in looks.into_iter().enumerate() {
            let reading = reading(text, p, text);
            whole.add(&reading, 0.8);
            if index < 2 { first.add(&reading, 0.8) } else { second.add(&reading, 0.8) }
        }
        first.absorb(second);
        let (a, b) = (whole.verdict().unwrap(), first.verdict().unwrap());
        assert_eq!(a.text, b.text);
        assert!((a.confidence - b.confidence).abs() < 1e-4);
    }
}
