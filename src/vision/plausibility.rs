//! How probable it is that a detection is a number plate at all.
//!
//! Badges, wheels and shop signs look like plates to the detector, and the reader makes
//! few or unsure characters of them. Neither alone parts them from small plates; together
//! they do: a logistic regression over both, fitted on the validation pictures
//! (`models/training/varco_training/detector/plausibility.py`, figures in
//! `docs/design/detector.md`).

use crate::plate::{ALPHABET, Reading};

/// What is below this probability is not given out.
pub(super) const LEAST: f32 = 0.4;

const BIAS: f32 = -0.94;
/// For each unit of the score's logit.
const SCORE: f32 = 2.30;
/// For each unit of the confidence's natural logarithm.
const CONFIDENCE: f32 = 0.62;
/// For each of the first four characters.
const CHARACTER: f32 = -0.15;
/// When there are five characters or more.
const FIVE_CHARACTERS: f32 = 1.46;
/// When there is a digit among them.
const DIGIT: f32 = 0.50;

/// The detector score below which no reading, however sure, makes a plate: to read there is
/// in vain.
pub(super) fn least_score() -> f32 {
    let needed = (LEAST / (1.0 - LEAST)).ln();
    let best_reading = 4.0 * CHARACTER + FIVE_CHARACTERS + DIGIT;
    let logit = (needed - BIAS - best_reading) / SCORE;
    1.0 / (1.0 + (-logit).exp())
}

/// Probability, 0 to 1, that what has this detector score and this reading is a plate.
pub(super) fn plausibility(score: f32, reading: &Reading) -> f32 {
    let score = score.clamp(1e-3, 1.0 - 1e-3);
    let characters = reading.positions.len();
    let digit = reading.positions.iter().any(|p| ALPHABET[p.best().0].is_ascii_digit());
    let sum = BIAS
        + SCORE * (score / (1.0 - score)).ln()
        + CONFIDENCE * reading.confidence().max(1e-3).ln()
        + CHARACTER * characters.min(4) as f32
        + if characters >= 5 { FIVE_CHARACTERS } else { 0.0 }
        + if digit { DIGIT } else { 0.0 };
    1.0 / (1.0 + (-sum).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plate::Position;

    fn reading(text: &str, p: f32) -> Reading {
        let position = |character: char| {
            let mut weights = [(1.0 - p) / (ALPHABET.len() - 1) as f32; ALPHABET.len()];
            let place = ALPHABET.iter().position(|c| *c == character);
            weights[place.unwrap_or_default()] = p;
            Position::new(weights)
        };
        Reading { positions: text.chars().map(position).collect(), country: None }
    }

    #[test]
    fn a_read_plate_is_one_and_a_badge_is_none() {
        assert!(plausibility(0.75, &reading("AB123CD", 0.99)) > 0.8);
        assert!(plausibility(0.5, &reading("O", 0.4)) < LEAST);
        assert!(plausibility(0.6, &Reading { positions: vec![], country: None }) < LEAST);
    }

    #[test]
    fn a_sure_reading_makes_up_for_a_low_score_and_the_other_way_round() {
        assert!(plausibility(0.5, &reading("AB123CD", 0.99)) > LEAST);
        assert!(plausibility(0.8, &reading("AB12", 0.5)) > LEAST);
        let unsure = reading("AB123CD", 0.6);
        assert!(plausibility(0.45, &unsure) < plausibility(0.6, &unsure));
    }

    #[test]
    fn below_the_least_score_even_the_surest_reading_is_no_plate() {
        let surest = reading("AB123CD", 1.0);
        assert!(plausibility(least_score() - 0.002, &surest) < LEAST);
        assert!(plausibility(least_score() + 0.002, &surest) > LEAST);
    }

    #[test]
    fn extremes_stay_probabilities() {
        for score in [0.0, 1.0, f32::NAN] {
            let p = plausibility(score, &reading("A", 1.0));
            assert!(score.is_nan() || (0.0..=1.0).contains(&p), "{score}: {p}");
        }
    }
}
