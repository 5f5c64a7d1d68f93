//! Whether two votes, or a vote and a reading, are of the same plate.

use super::vote::Verdict;
use crate::plate::{Position, Reading};

/// A reader that gives a character less than this was in doubt about it.
const DOUBT: f32 = 0.9;

/// Whether two plates, seen one after the other, are the same one: the same text,
/// or texts that differ only where a reading was in doubt.
pub(super) fn same_plate(a: &Verdict, b: &Verdict) -> bool {
    if a.text == b.text {
        return true;
    }
    let (one, two) = (&a.reading.positions, &b.reading.positions);
    if one.len() == two.len() {
        let differing = || {
            let best = |p: &Position| p.best().0;
            one.iter().zip(two).filter(move |(a, b)| best(a) != best(b))
        };
        // One doubtful character in four may differ: AB123CD and AB128CD, one of them blurred.
        let allowed = one.len().div_ceil(4);
        let doubtful = |(a, b): (&Position, &Position)| a.best().1 < DOUBT || b.best().1 < DOUBT;
        return differing().count() <= allowed && differing().all(doubtful);
    }
    // A character lost or gained, and one of the two unsure of itself.
    let unsure = a.confidence.min(b.confidence) < 0.7;
    unsure && strsim::levenshtein(a.text.as_str(), b.text.as_str()) == 1
}

/// Whether a reading is surely of another plate than the vote: another car has
/// taken the place where the first one was expected.
pub(super) fn contradicts(reading: &Reading, verdict: &Verdict, reads: u32) -> bool {
    let Some(text) = reading.text() else {
        return false;
    };
    let sure = if reads < 2 { 0.8 } else { 0.5 };
    if reading.confidence() < sure || verdict.confidence < sure {
        return false;
    }
    let longest = text.as_str().len().max(verdict.text.as_str().len());
    strsim::levenshtein(text.as_str(), verdict.text.as_str()) >= (longest / 2).max(3)
}
