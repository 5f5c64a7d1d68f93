//! What a reader says of one plate: per position a probability over characters.

use serde::{Deserialize, Serialize};

use super::text::{ALPHABET, Country, PlateText};

/// One character position: probabilities over [`ALPHABET`], summing to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    probabilities: [f32; ALPHABET.len()],
}

impl Position {
    /// A position from weights over [`ALPHABET`]; they are clamped to be
    /// non-negative and scaled to sum to 1 (all equal when all are 0).
    #[must_use]
    pub fn new(weights: [f32; ALPHABET.len()]) -> Self {
        let mut probabilities = weights.map(|w| if w.is_finite() { w.max(0.0) } else { 0.0 });
        let sum: f32 = probabilities.iter().sum();
        if sum > 0.0 {
            for p in &mut probabilities {
                *p /= sum;
            }
        } else {
            probabilities = [1.0 / ALPHABET.len() as f32; ALPHABET.len()];
        }
        Self { probabilities }
    }

    /// Probabilities in the order of [`ALPHABET`].
    #[must_use]
    pub fn probabilities(&self) -> &[f32; ALPHABET.len()] {
        &self.probabilities
    }

    /// Probability of one character by its place in [`ALPHABET`] (0 when out of range).
    #[must_use]
    pub fn probability(&self, index: usize) -> f32 {
        self.probabilities.get(index).copied().unwrap_or(0.0)
    }

    /// The most probable character: its place in [`ALPHABET`] and its probability.
    #[must_use]
    pub fn best(&self) -> (usize, f32) {
        self.probabilities
            .iter()
            .copied()
            .enumerate()
            .fold((0, -1.0), |best, (index, p)| if p > best.1 { (index, p) } else { best })
    }
}

/// A text that the plate might also be, with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Alternative {
    /// The text, as [`PlateText`] writes it.
    #[schemars(with = "String")]
    pub text: PlateText,
    /// Probability of the whole text, 0 to 1.
    pub confidence: f32,
}

/// What is known of one plate: a distribution for each position, most probable
/// text first. Made by the reader from one picture, or by the tracker from many.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// One distribution per character, left to right, upper row first.
    pub positions: Vec<Position>,
    /// The country that the picture suggests (not the grammar), with its probability.
    pub country: Option<(Country, f32)>,
}

impl Reading {
    /// The most probable text; `None` when there is no position (unreadable).
    #[must_use]
    pub fn text(&self) -> Option<PlateText> {
        let text: String = self.positions.iter().map(|p| ALPHABET[p.best().0]).collect();
        PlateText::new(&text).ok()
    }

    /// Probability of the most probable text: the product over positions; 0 when unreadable.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        if self.positions.is_empty() {
            return 0.0;
        }
        self.positions.iter().map(|p| p.best().1).product()
    }

    /// The smallest probability of any character of the text; 0 when unreadable.
    #[must_use]
    pub fn weakest(&self) -> f32 {
        self.positions.iter().map(|p| p.best().1).reduce(f32::min).unwrap_or(0.0)
    }
}
