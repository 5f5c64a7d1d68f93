//! Texts that a plate could be confused with.

use std::collections::{BTreeSet, HashSet};

use super::Read;
use crate::lists::Index;
use crate::plate::{ALPHABET, PlateText, Reading, character_index, grammar};

/// Texts that have less of a reading's probability are left out, unless they are one
/// character away.
const LEAST: f32 = 1e-4;
/// Most texts around one plate.
const MOST: usize = 2000;

/// Listed plates at a Levenshtein distance of at most one.
pub(super) fn one_off(text: &PlateText, index: &Index) -> Vec<PlateText> {
    let characters: Vec<char> = text.as_str().chars().collect();
    let mut near = HashSet::new();
    for at in 0..=characters.len() {
        for other in ALPHABET {
            let mut longer = characters.clone();
            longer.insert(at, other);
            near.insert(longer);
            if at < characters.len() {
                let mut changed = characters.clone();
                changed[at] = other;
                near.insert(changed);
            }
        }
        if at < characters.len() {
            let mut shorter = characters.clone();
            shorter.remove(at);
            near.insert(shorter);
        }
    }
    let texts = near
        .into_iter()
        .filter_map(|near| PlateText::new(&near.into_iter().collect::<String>()).ok());
    texts.filter(|text| index.has(text)).collect()
}

/// Texts of the plate's own country that it could be confused with, without itself.
pub(super) fn texts_around(read: &Read) -> Vec<PlateText> {
    // Ordered: what is drawn must be the same in every run.
    let mut around: BTreeSet<String> = BTreeSet::new();
    let voted: Vec<char> = read.voted.as_str().chars().collect();
    for at in 0..voted.len() {
        for other in ALPHABET {
            let mut changed = voted.clone();
            changed[at] = other;
            around.insert(changed.into_iter().collect());
        }
    }
    for longer in ALPHABET {
        around.insert(std::iter::once(longer).chain(voted.iter().copied()).collect());
        around.insert(voted.iter().copied().chain([longer]).collect());
    }
    around.insert(voted.iter().skip(1).collect());
    around.insert(voted.iter().take(voted.len().saturating_sub(1)).collect());
    by_probability(&read.reading, &mut String::new(), 1.0, &mut around);
    around
        .into_iter()
        .filter_map(|text| PlateText::new(&text).ok())
        .filter(|text| *text != read.truth && alike(text, &read.truth))
        .collect()
}

fn by_probability(reading: &Reading, text: &mut String, p: f32, around: &mut BTreeSet<String>) {
    let Some(position) = reading.positions.get(text.chars().count()) else {
        around.insert(text.clone());
        return;
    };
    for (character, q) in ALPHABET.iter().zip(position.probabilities()) {
        if p * q >= LEAST && around.len() < MOST {
            text.push(*character);
            by_probability(reading, text, p * q, around);
            text.pop();
        }
    }
}

/// Whether a text can be a plate of the same register: it has a format of a country
/// whose format the plate has, or, where that has none, letters and digits in the same
/// places.
fn alike(text: &PlateText, truth: &PlateText) -> bool {
    let countries: Vec<_> = grammar::formats(truth).iter().map(|format| format.country).collect();
    if countries.is_empty() {
        let pattern = |text: &PlateText| -> Vec<bool> {
            text.as_str().chars().map(|c| character_index(c).is_some_and(|i| i < 10)).collect()
        };
        return pattern(text) == pattern(truth);
    }
    grammar::formats(text).iter().any(|format| countries.contains(&format.country))
}
