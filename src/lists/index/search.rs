//! Listed plates that a reading allows, by following its probabilities through the
//! packed plates.
//!
//! The texts that the reading allows are gone through character by character. A branch
//! is left as soon as what it has cost, together with the best that the rest can give,
//! stays below the floor (branch and bound), and when no listed plate begins so. Texts
//! come in the order of the alphabet, as the plates lie, so each search among them goes
//! on where the last one ended. A few dozen of millions of plates are looked at, and
//! every one above the floor is found (property-tested against a scan of all plates).

use std::ops::Range;

use super::Found;
use super::packed::{BASE, Group, PREFIX};
use crate::plate::{ALPHABET, MAX_CHARACTERS, PlateKey, Position};

/// Likelihood that a reader lost the first (or last) character *and* that it was one
/// certain character: 1 % at each end, spread over 36 characters.
pub const LOST: f32 = 0.01 / 36.0;

/// Likelihood that a reader's first (or last) character is none (a border, a bolt, the
/// band at the side): 1 %, more when the reader itself was not sure of it.
#[must_use]
pub fn gained(position: &Position) -> f32 {
    0.01 + 0.3 * (1.0 - position.best().1)
}

/// The characters that a place of the plate may have, in the order of the alphabet.
#[derive(Clone, Copy)]
struct Options {
    of: [(u8, f32); ALPHABET.len()],
    count: usize,
    best: f32,
    /// Place of the best among the options, and the probability of the one after it:
    /// most often nothing else can reach the floor.
    best_at: usize,
    second: f32,
}

impl Options {
    const NONE: Self =
        Self { of: [(0, 0.0); ALPHABET.len()], count: 0, best: 0.0, best_at: 0, second: 0.0 };

    /// Those of a position that have at least a share of its best one's probability.
    fn new(position: &Position, share: f32) -> Self {
        let (best_index, best) = position.best();
        let mut options = Self { best, ..Self::NONE };
        for (index, p) in (0_u8..).zip(position.probabilities()) {
            if *p > 0.0 && *p >= best * share {
                if usize::from(index) == best_index {
                    options.best_at = options.count;
                } else {
                    options.second = options.second.max(*p);
                }
                options.push(index, *p);
            }
        }
        options
    }

    /// Any character, as likely as not.
    fn any() -> Self {
        let mut options = Self { best: 1.0, second: 1.0, ..Self::NONE };
        for index in 0..ALPHABET.len() as u8 {
            options.push(index, 1.0);
        }
        options
    }

    fn push(&mut self, index: u8, p: f32) {
        if let Some(option) = self.of.get_mut(self.count) {
            *option = (index, p);
            self.count += 1;
        }
    }

    /// Those that may have the least probability that is asked for: all, or the best.
    fn reaching(&self, least: f32) -> impl Iterator<Item = (u8, f32)> + '_ {
        let range = if self.second < least {
            self.best_at..(self.best_at + 1).min(self.count)
        } else {
            0..self.count
        };
        self.of.get(range).unwrap_or_default().iter().copied().filter(move |(_, p)| *p >= least)
    }
}

/// One way in which the reading can be the plate: the options of each of its places.
struct Pattern<'a> {
    places: &'a [&'a Options],
    /// The best that places from here on can give.
    rest: [f32; MAX_CHARACTERS + 1],
    floor: f32,
}

impl<'a> Pattern<'a> {
    fn new(places: &'a [&'a Options], floor: f32) -> Self {
        // What rounding takes from a product must not lose a plate on the very edge.
        let floor = floor * 0.9999;
        let mut rest = [1.0; MAX_CHARACTERS + 1];
        for (place, options) in places.iter().enumerate().rev() {
            rest[place] = rest[place + 1] * options.best;
        }
        Self { places, rest, floor }
    }
}

struct Search<'a, 'b> {
    group: &'a Group<'a>,
    pattern: &'a Pattern<'a>,
    same_length: bool,
    indices: [u8; MAX_CHARACTERS],
    /// No beginning that is still to come lies before this place.
    prefix_from: usize,
    /// No rest of the present beginning that is still to come lies before this place.
    suffix_from: usize,
    found: &'b mut Vec<Found>,
}

impl Search<'_, '_> {
    /// Goes through the beginnings that the reading allows, in their order; `number`
    /// are the first `depth` characters packed.
    fn beginnings(&mut self, depth: usize, number: u64, likelihood: f32) {
        if depth == self.group.length.min(PREFIX) {
            if let Some(at) = self.group.find_prefix(&mut self.prefix_from, number) {
                let entries = self.group.entries_of(at);
                if depth == self.group.length {
                    self.keep(entries, likelihood);
                } else {
                    self.suffix_from = entries.start;
                    self.rests(depth, entries.end, 0, likelihood);
                }
            }
            return;
        }
        let Some(options) = self.pattern.places.get(depth) else { return };
        let least = self.pattern.floor / (likelihood * self.pattern.rest[depth + 1]);
        for (index, p) in options.reaching(least) {
            self.indices[depth] = index;
            let (number, likelihood) = (number * BASE + u64::from(index), likelihood * p);
            self.beginnings(depth + 1, number, likelihood);
        }
    }

    /// Goes through the rests of one beginning's plates that the reading allows, in
    /// their order; its entries end at `end`.
    fn rests(&mut self, depth: usize, end: usize, number: u64, likelihood: f32) {
        if depth == self.group.length {
            self.suffix_from = self.group.suffix_from(self.suffix_from..end, number);
            let same = self.group.same(self.suffix_from..end, number);
            if !same.is_empty() {
                self.keep(same, likelihood);
            }
            return;
        }
        let Some(options) = self.pattern.places.get(depth) else { return };
        let least = self.pattern.floor / (likelihood * self.pattern.rest[depth + 1]);
        for (index, p) in options.reaching(least) {
            self.indices[depth] = index;
            let (number, likelihood) = (number * BASE + u64::from(index), likelihood * p);
            self.rests(depth + 1, end, number, likelihood);
        }
    }

    fn keep(&mut self, places: Range<usize>, likelihood: f32) {
        let indices = self.indices.get(..self.group.length).unwrap_or_default();
        if let Some(key) = PlateKey::from_indices(indices) {
            let entries = self.group.numbers(places);
            self.found.push(Found { key, likelihood, same_length: self.same_length, entries });
        }
    }
}

/// Plates whose likelihood is at least `floor`, most likely first, each once.
pub(super) fn search<'a>(
    groups: impl Iterator<Item = Group<'a>>,
    positions: &[Position],
    floor: f32,
    found: &mut Vec<Found>,
) {
    let count = positions.len();
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else { return };
    if count > MAX_CHARACTERS {
        return;
    }
    let floor = floor.max(f32::MIN_POSITIVE);
    let best: f32 = positions.iter().map(|position| position.best().1).product();
    // The best text with one character changed must still reach the floor. Where an end
    // was made up, its own probability does not count.
    let ends = first.best().1.min(last.best().1);
    let share = floor * ends / best;
    let mut options = [Options::NONE; MAX_CHARACTERS];
    for (options, position) in options.iter_mut().zip(positions) {
        *options = Options::new(position, share * 0.999);
    }
    let any = Options::any();
    let mut same: [&Options; MAX_CHARACTERS] = [&any; MAX_CHARACTERS];
    for (place, options) in same.iter_mut().zip(&options).take(count) {
        *place = options;
    }
    let same = &same[..count];
    let mut before: [&Options; MAX_CHARACTERS + 1] = [&any; MAX_CHARACTERS + 1];
    before[1..=count].copy_from_slice(same);
    let mut after: [&Options; MAX_CHARACTERS + 1] = [&any; MAX_CHARACTERS + 1];
    after[..count].copy_from_slice(same);
    for group in groups {
        let mut follow = |places: &[&Options], likelihood: f32| {
            if likelihood < floor {
                return;
            }
            let pattern = Pattern::new(places, floor);
            let same_length = group.length == count;
            let mut search = Search {
                group: &group,
                pattern: &pattern,
                same_length,
                indices: [0; MAX_CHARACTERS],
                prefix_from: 0,
                suffix_from: 0,
                found,
            };
            search.beginnings(0, 0, likelihood);
        };
        if group.length == count {
            follow(same, 1.0);
        } else if group.length + 1 == count {
            follow(&same[1..], gained(first));
            follow(&same[..count - 1], gained(last));
        } else if group.length == count + 1 && count < MAX_CHARACTERS {
            follow(&before[..=count], LOST);
            follow(&after[..=count], LOST);
        }
    }
    // Once by plate, at its most likely; then by likelihood, ties by plate.
    found.sort_unstable_by(|a, b| a.key.cmp(&b.key).then(b.likelihood.total_cmp(&a.likelihood)));
    found.dedup_by(|later, kept| later.key == kept.key);
    found.sort_unstable_by(|a, b| b.likelihood.total_cmp(&a.likelihood).then(a.key.cmp(&b.key)));
}
