//! Stored passages against listed plates. A store keeps the likely texts of a passage
//! and their probabilities, not the reading's positions; what a listed plate's
//! probability is follows the same rule as in [`super::matcher`]: its claim over the sum of
//! all claims, where a text that no list names weighs less, the denser the list.
//!
//! Texts that were not kept (those below the tracker's floor) cannot be found: this
//! looks back, and does not replace matching at the edge.

use super::claims::unlisted_weight;
use crate::lists::Index;
use crate::plate::PlateText;

/// A listed plate that a stored passage had, or may have had.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The plate as listed.
    pub plate: PlateText,
    /// Whether it is the very text that was voted.
    pub exact: bool,
    /// Probability that it was the one in the picture.
    pub probability: f32,
}

/// The listed plates among the texts of a stored passage, most probable first. `texts`
/// has the voted text first, then its alternatives; `index` is the whole list.
#[must_use]
pub fn recorded(texts: &[(PlateText, f32)], index: &Index) -> Vec<Recorded> {
    let Some((voted, _)) = texts.first() else { return Vec::new() };
    let listed: Vec<_> = texts.iter().filter(|(text, _)| !index.entries(text).is_empty()).collect();
    let claimed: f32 = listed.iter().map(|(_, p)| p.clamp(0.0, 1.0)).sum();
    let total = claimed + unlisted_weight(index.plates()) * (1.0 - claimed).max(0.0);
    let mut found: Vec<Recorded> = listed
        .into_iter()
        .map(|(plate, p)| Recorded {
            plate: plate.clone(),
            exact: plate == voted,
            probability: (p.clamp(0.0, 1.0) / total.max(f32::MIN_POSITIVE)).min(1.0),
        })
        .collect();
    found.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    found
}
