//! What several networks that have seen the same plate say together.

use crate::plate::ALPHABET;

/// How sure several networks together are: with 1 as sure as they are on average, with their
/// number as if each were right or wrong independently of the others. Fitted on val.
const POOLED_SHARPNESS: f64 = 1.0;
/// How much of a character's distribution is the mean of what several networks say, the rest the pool: where
/// they disagree, the pool is nearly as sure as the surer one. Fitted on val (`docs/design/reader.md`).
const MEAN_SHARE: f32 = 0.3;
/// What a network holds less probable than this part of its likeliest text or character counts as
/// much.
pub(super) const LEAST_OPINION: f32 = 1e-5;

/// The exponent of one network's probabilities in the pool of so many.
pub(super) fn share_of(networks: usize) -> f64 {
    if networks > 1 { POOLED_SHARPNESS / networks as f64 } else { 1.0 }
}

/// A weight of each character of the alphabet.
pub(super) type Weights = [f32; ALPHABET.len()];

/// What the networks say of one character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pool: Weights,
    mean: Weights,
}

impl Heard {
    pub(super) const NOTHING: Self =
        Self { pool: [1.0; ALPHABET.len()], mean: [0.0; ALPHABET.len()] };

    /// Takes in the distribution of one of `networks`.
    pub(super) fn add(&mut self, said: &Weights, networks: usize) {
        for ((pool, mean), p) in self.pool.iter_mut().zip(&mut self.mean).zip(said) {
            *pool *= p.max(LEAST_OPINION).powf(share_of(networks) as f32);
            *mean += p / networks as f32;
        }
    }

    /// The distribution of all of them.
    pub(super) fn together(&self) -> Weights {
        let sum = self.pool.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        let mut mixed = self.mean.map(|mean| MEAN_SHARE * mean);
        for (mixed, pool) in mixed.iter_mut().zip(self.pool) {
            *mixed += (1.0 - MEAN_SHARE) * pool / sum;
        }
        mixed
    }
}
