//! Listed plates that a reading allows, by walking the automaton of the list with
//! the reading's own probabilities: a branch is left as soon as what it has cost
//! leaves less than the floor, so only a few dozen nodes of millions are seen.

use fst::raw::{Fst, Node};

use crate::plate::Position;

/// Likelihood that a reader lost the first (or last) character *and* that it was one
/// certain character: 1 % at each end, spread over 36 characters.
pub const LOST: f32 = 0.01 / 36.0;

/// Likelihood that a reader's first (or last) character is none (a border, a bolt, the
/// band at the side): 1 %, more when the reader itself was not sure of it.
#[must_use]
pub fn gained(position: &Position) -> f32 {
    0.01 + 0.3 * (1.0 - position.best().1)
}

/// A key of the automaton and how likely it is under the reading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) key: Vec<u8>,
    pub(super) likelihood: f32,
    pub(super) same_length: bool,
}

/// Longest reading that is followed, in characters.
const MAX_POSITIONS: usize = 16;

/// What an end of the key may still do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing was added or left out at the start: the other end may still be.
    Free,
    /// An end was used: one edit in all.
    Used,
}

struct Walk<'a> {
    fst: &'a Fst<Vec<u8>>,
    positions: &'a [Position],
    floor: f32,
    key: Vec<u8>,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn keep(&mut self, likelihood: f32) {
        let same_length = self.key.len() == self.positions.len();
        self.found.push(Found { key: self.key.clone(), likelihood, same_length });
    }

    /// Follows `node`, reached with `likelihood`, from the reading's position `at` on.
    fn follow(&mut self, node: &Node<'_>, at: usize, likelihood: f32, end: End) {
        if at == self.positions.len() {
            if node.is_final() && !self.key.is_empty() {
                self.keep(likelihood);
            }
            let lost = likelihood * LOST;
            if end == End::Free && lost >= self.floor {
                for transition in node.transitions() {
                    let next = self.fst.node(transition.addr);
                    if next.is_final() {
                        self.key.push(transition.inp);
                        self.keep(lost);
                        self.key.pop();
                    }
                }
            }
            return;
        }
        let Some(position) = self.positions.get(at) else { return };
        if end == End::Free && at + 1 == self.positions.len() && at > 0 && node.is_final() {
            let without = likelihood * gained(position);
            if without >= self.floor {
                self.keep(without);
            }
        }
        for transition in node.transitions() {
            let next = likelihood * position.probability(usize::from(transition.inp));
            if next >= self.floor && next > 0.0 {
                self.key.push(transition.inp);
                self.follow(&self.fst.node(transition.addr), at + 1, next, end);
                self.key.pop();
            }
        }
    }
}

/// Keys of the automaton whose likelihood is at least `floor`, most likely first, each once.
pub(super) fn walk(fst: &Fst<Vec<u8>>, positions: &[Position], floor: f32) -> Vec<Found> {
    let (Some(first), true) = (positions.first(), positions.len() <= MAX_POSITIONS) else {
        return Vec::new();
    };
    let mut walk = Walk { fst, positions, floor, key: Vec::new(), found: Vec::new() };
    let root = fst.root();
    walk.follow(&root, 0, 1.0, End::Free);
    let without = gained(first);
    if positions.len() > 1 && without >= floor {
        walk.follow(&root, 1, without, End::Used);
    }
    if LOST >= floor {
        for transition in root.transitions() {
            walk.key.push(transition.inp);
            walk.follow(&fst.node(transition.addr), 0, LOST, End::Used);
            walk.key.pop();
        }
    }
    let mut found = walk.found;
    // Once by key, at its most likely; then by likelihood, ties by key.
    found.sort_by(|a, b| a.key.cmp(&b.key).then(b.likelihood.total_cmp(&a.likelihood)));
    found.dedup_by(|later, kept| later.key == kept.key);
    found.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood).then_with(|| a.key.cmp(&b.key)));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plate::ALPHABET;

    /// What the module promises, key by key, without an automaton.
    fn by_hand(key: &[u8], positions: &[Position]) -> Option<f32> {
        let product = |key: &[u8], positions: &[Position]| {
            (key.len() == positions.len()).then(|| {
                key.iter().zip(positions).fold(1.0, |l, (c, p)| l * p.probability(usize::from(*c)))
            })
        };
        let mut ways = vec![product(key, positions)];
        if let [first, rest @ ..] = positions
            && !rest.is_empty()
        {
            ways.push(product(key, rest).map(|l| l * gained(first)));
        }
        if let [rest @ .., last] = positions
            && !rest.is_empty()
        {
            ways.push(product(key, rest).map(|l| l * gained(last)));
        }
        if let [_, rest @ ..] = key {
            ways.push(product(rest, positions).map(|l| l * LOST));
        }
        if let [rest @ .., _] = key {
            ways.push(product(rest, positions).map(|l| l * LOST));
        }
        ways.into_iter().flatten().reduce(f32::max)
    }

    proptest! {
        #[test]
        fn the_walk_finds_exactly_what_a_scan_finds(
            mut keys in prop::collection::vec(prop::collection::vec(0_u8..5, 1..6), 1..60),
            weights in prop::collection::vec(prop::collection::vec(0.0_f32..1.0, 5), 1..5),
            floor in prop::sample::select(vec![0.3_f32, 0.03, 1e-3, 1e-5]),
        ) {
            keys.sort();
            keys.dedup();
            let map = fst::Map::from_iter(keys.iter().map(|k| (k, 0))).unwrap();
            let positions: Vec<Position> = weights
                .iter()
                .map(|w| {
                    let mut all = [0.0; ALPHABET.len()];
                    all[..5].copy_from_slice(w);
                    Position::new(all)
                })
                .collect();
            let found = walk(map.as_fst(), &positions, floor);
            for key in &keys {
                let expected = by_hand(key, &positions).filter(|l| *l > 0.0);
                let got = found.iter().find(|f| f.key == *key).map(|f| f.likelihood);
                match (expected, got) {
                    (Some(e), Some(g)) => prop_assert!((e - g).abs() <= 1e-4 * e, "{key:?} {e} {g}"),
                    // On the very edge of the floor rounding may decide either way.
                    (Some(e), None) => prop_assert!(e < floor * 1.0001, "{key:?} {e} lost"),
                    (None, Some(g)) => prop_assert!(false, "{key:?} {g} invented"),
                    (None, None) => {}
                }
            }
            prop_assert!(found.iter().all(|f| keys.contains(&f.key)));
            prop_assert!(found.windows(2).all(|w| w[0].likelihood >= w[1].likelihood));
        }
    }
}
