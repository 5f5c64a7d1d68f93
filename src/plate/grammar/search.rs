//! The most probable texts of a reading, best first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::super::reading::Reading;

/// Longest reading that is looked at, in characters.
const MAX_CHARACTERS: usize = 12;

/// One text as places in the alphabet, with the product of its probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    characters: [u8; MAX_CHARACTERS],
    length: usize,
    /// Product of the characters' probabilities.
    pub(super) probability: f32,
}

impl Candidate {
    /// Places in the alphabet, one for each character.
    pub(super) fn characters(&self) -> &[u8] {
        &self.characters[..self.length]
    }
}

/// The most probable text of a reading; `None` where [`best`] finds nothing.
pub(super) fn first(reading: &Reading) -> Option<Candidate> {
    let length = reading.positions.len();
    if length == 0 || length > MAX_CHARACTERS {
        return None;
    }
    let mut first = Candidate { characters: [0; MAX_CHARACTERS], length, probability: 1.0 };
    for (character, position) in first.characters.iter_mut().zip(&reading.positions) {
        let (best, probability) = position.best();
        *character = best as u8;
        first.probability *= probability;
    }
    Some(first)
}

/// A text as ranks: 0 is a position's most probable character, 1 the next…
#[derive(Clone, Copy)]
struct State {
    ranks: [u8; MAX_CHARACTERS],
    probability: f32,
    /// The last position whose rank is not 0; only it and later ones are raised,
    /// so that every text has exactly one way to it.
    last: usize,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for State {}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for State {
    fn cmp(&self, other: &Self) -> Ordering {
        self.probability.total_cmp(&other.probability).then_with(|| other.ranks.cmp(&self.ranks))
    }
}

/// The texts of a reading whose probability is at least `floor`, most probable
/// first, at most `most` of them: exactly the best ones (best-first search over
/// positions whose characters are sorted; raising a rank never raises the product).
/// Nothing for a reading without positions or longer than any plate.
pub(super) fn best(reading: &Reading, most: usize, floor: f32) -> Vec<Candidate> {
    let length = reading.positions.len();
    if length == 0 || length > MAX_CHARACTERS {
        return Vec::new();
    }
    let sorted: Vec<Vec<(u8, f32)>> = reading
        .positions
        .iter()
        .map(|position| {
            let mut characters: Vec<(u8, f32)> = position
                .probabilities()
                .iter()
                .enumerate()
                .filter(|(_, p)| **p > 0.0 && **p >= floor)
                .map(|(index, p)| (index as u8, *p))
                .collect();
            characters.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            characters
        })
        .collect();
    let start: f32 = sorted.iter().map(|c| c.first().map_or(0.0, |c| c.1)).product();
    let mut found = Vec::new();
    if start <= 0.0 || start < floor {
        return found;
    }
    let mut open = BinaryHeap::new();
    open.push(State { ranks: [0; MAX_CHARACTERS], probability: start, last: 0 });
    while let Some(state) = open.pop() {
        let mut candidate =
            Candidate { characters: [0; MAX_CHARACTERS], length, probability: state.probability };
        for (place, characters) in sorted.iter().enumerate() {
            candidate.characters[place] = characters[usize::from(state.ranks[place])].0;
        }
        found.push(candidate);
        if found.len() == most {
            break;
        }
        for (place, characters) in sorted.iter().enumerate().skip(state.last) {
            let rank = usize::from(state.ranks[place]);
            let Some((_, next)) = characters.get(rank + 1) else { continue };
            let probability = state.probability / characters[rank].1 * next;
            if probability < floor {
                continue;
            }
            let mut raised = State { probability, last: place, ..state };
            raised.ranks[place] += 1;
            open.push(raised);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::reading::Position;
    use super::super::super::text::ALPHABET;
    use super::*;

    proptest! {
        #[test]
        fn the_best_are_those_of_a_full_enumeration(
            weights in prop::collection::vec(prop::collection::vec((0_usize..39, 0.0_f32..1.0), 1..6), 1..5),
            most in 1_usize..40,
        ) {
            let positions: Vec<Position> = weights
                .iter()
                .map(|characters| {
                    let mut all = [0.0; ALPHABET.len()];
                    for (index, weight) in characters {
                        all[*index] += weight;
                    }
                    Position::new(all)
                })
                .collect();
            let mut every: Vec<f32> = vec![1.0];
            for position in &positions {
                every = every
                    .iter()
                    .flat_map(|p| position.probabilities().iter().map(move |q| p * q))
                    .filter(|p| *p > 0.0)
                    .collect();
            }
            every.sort_by(|a, b| b.total_cmp(a));
            every.truncate(most);
            let reading = Reading { positions, country: None };
            let found = best(&reading, most, 0.0);
            prop_assert_eq!(first(&reading).map(|f| f.characters), Some(found[0].characters));
            prop_assert_eq!(found.len(), every.len());
            for (candidate, p) in found.iter().zip(&every) {
                prop_assert!((candidate.probability - p).abs() <= 1e-4 * p.max(1e-6));
                let product: f32 = candidate
                    .characters()
                    .iter()
                    .zip(&reading.positions)
                    .map(|(c, position)| position.probability(usize::from(*c)))
                    .product();
                prop_assert!((candidate.probability - product).abs() <= 1e-4 * product.max(1e-6));
            }
            let mut texts: Vec<&[u8]> = found.iter().map(Candidate::characters).collect();
            texts.sort_unstable();
            texts.dedup();
            prop_assert_eq!(texts.len(), found.len(), "no text twice");
        }
    }
}
