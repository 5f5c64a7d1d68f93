//! How probable it is that a detection is a number plate at all.
//!
//! Badges, wheels and shop signs look like plates to the detector, fewer of them to the aligner,
//! and the reader is unsure of them or finds words. None alone parts them from small plates;
//! together they do: two logistic regressions, the first over detector and aligner, the second
//! over what comes out of it and the reading, fitted on the validation pictures
//! (`models/training/varco_training/aligner/plausibility.py`, figures in `docs/design/aligner.md`).

use crate::plate::{ALPHABET, Reading};

/// What is below this probability is not given out.
pub(super) const LEAST: f32 = 0.65;

const LOOKS_BIAS: f32 = -2.02;
/// For each unit of the detector's logit.
const DETECTOR: f32 = 2.54;
/// For each unit of the aligner's logit.
const ALIGNER: f32 = 0.38;
/// The aligner's word counts no more than that.
const MOST_LOGIT: f32 = 6.0;

const BIAS: f32 = -0.17;
/// For each unit of the score's logit.
const SCORE: f32 = 0.83;
/// For each unit of the confidence's natural logarithm.
const CONFIDENCE: f32 = 0.30;
/// When there is a digit among them.
const DIGIT: f32 = 1.10;

/// How probable detector and aligner together hold it that something is a plate: a logistic
/// regression over both logits.
pub(super) fn plate_score(detector_score: f32, aligner_logit: f32) -> f32 {
    let score = detector_score.clamp(1e-3, 1.0 - 1e-3);
    let sum = LOOKS_BIAS
        + DETECTOR * (score / (1.0 - score)).ln()
        + ALIGNER * aligner_logit.clamp(-MOST_LOGIT, MOST_LOGIT);
    1.0 / (1.0 + (-sum).exp())
}

/// The score below which no reading, however sure, makes a plate: to read there is
/// in vain.
pub(super) fn least_score() -> f32 {
    let needed = (LEAST / (1.0 - LEAST)).ln();
    let logit = (needed - BIAS - DIGIT) / SCORE;
    1.0 / (1.0 + (-logit).exp())
}

/// The detector's score below which neither the aligner, however sure, nor any reading makes a
/// plate: to look there again is in vain.
pub(super) fn least_detector_score() -> f32 {
    let least = least_score();
    let needed = (least / (1.0 - least)).ln();
    let logit = (needed - LOOKS_BIAS - ALIGNER * MOST_LOGIT) / DETECTOR;
    1.0 / (1.0 + (-logit).exp())
}

/// Probability, 0 to 1, that what has this score and this reading is a plate.
pub(super) fn plausibility(score: f32, reading: &Reading) -> f32 {
    let score = score.clamp(1e-3, 1.0 - 1e-3);
    let digit = reading.positions.iter().any(|p| ALPHABET[p.best().0].is_ascii_digit());
    let sum = BIAS
        + SCORE * (score / (1.0 - score)).ln()
        + CONFIDENCE * reading.confidence().max(1e-3).ln()
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
        assert!(plausibility(0.2, &reading("O", 0.4)) < LEAST);
        assert!(plausibility(0.6, &Reading { positions: vec![], country: None }) < LEAST);
    }

    #[test]
    fn a_sure_reading_makes_up_for_a_low_score_and_the_other_way_round() {
        assert!(plausibility(0.5, &reading("AB123CD", 0.99)) > LEAST);
        assert!(plausibility(0.9, &reading("AB12", 0.7)) > LEAST);
        let unsure = reading("AB123CD", 0.6);
        assert!(plausibility(0.45, &unsure) < plausibility(0.6, &unsure));
        let (plate, word) = (reading("AB123CD", 0.99), reading("TAXI", 0.99));
        assert!(plausibility(0.5, &word) < plausibility(0.5, &plate), "a word is less of a plate");
    }

    #[test]
    fn below_the_least_score_even_the_surest_reading_is_no_plate() {
        let surest = reading("AB123CD", 1.0);
        assert!(plausibility(least_score() - 0.002, &surest) < LEAST);
        assert!(plausibility(least_score() + 0.002, &surest) > LEAST);
    }

    #[test]
    fn the_aligner_can_overrule_the_detector_but_not_without_bounds() {
        assert!(plate_score(0.4, 4.0) > plate_score(0.6, -4.0));
        assert!(plate_score(0.9, f32::NEG_INFINITY) > 0.0 && plate_score(0.9, f32::INFINITY) < 1.0);
        assert_eq!(plate_score(0.9, 50.0), plate_score(0.9, MOST_LOGIT));
    }

    #[test]
    fn below_the_least_detector_score_even_the_surest_aligner_makes_no_plate() {
        let least = least_detector_score();
        assert!(plate_score(least - 0.002, MOST_LOGIT) < least_score());
        assert!(plate_score(least + 0.002, MOST_LOGIT) > least_score());
    }

    #[test]
    fn extremes_stay_probabilities() {
        for score in [0.0, 1.0, f32::NAN] {
            let p = plausibility(score, &reading("A", 1.0));
            assert!(score.is_nan() || (0.0..=1.0).contains(&p), "{score}: {p}");
        }
    }
}
